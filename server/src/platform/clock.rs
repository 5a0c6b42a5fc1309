//! What time it is: the system's, or one that a test sets. Rules get time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Tells the time, shifted by whatever a test has asked for.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.shift_seconds.load(Ordering::Relaxed))
    }

    /// Now, to the microsecond, as PostgreSQL keeps it.
    pub fn now_in_micros(&self) -> DateTime<Utc> {
        let now = self.now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Today in Kazakhstan.
    pub fn today(&self) -> NaiveDate {
        local(self.now()).date_naive()
    }

    /// Moves the clock, forth or back.
    pub fn shift(&self, by: TimeDelta) {
        self.shift_seconds.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}

/// An instant as clocks in Kazakhstan show it: one time, UTC+5, since 1 March 2024.
pub(crate) fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&FixedOffset::east_opt(5 * 3600).expect("five hours are an offset"))
}

/// The instant at which a day begins in Kazakhstan. Days of our calendar only: years of four digits.
pub(crate) fn start_of(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(NaiveTime::MIN) - TimeDelta::hours(5)).and_utc()
}
