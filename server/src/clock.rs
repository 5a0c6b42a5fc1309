//! What time it is: the system's, or one that a test sets. Rules get time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

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

    /// Today in Kazakhstan, which has kept one time, UTC+5, since 1 March 2024.
    pub fn today(&self) -> NaiveDate {
        let kazakhstan = FixedOffset::east_opt(5 * 3600).expect("five hours are an offset");
        self.now().with_timezone(&kazakhstan).date_naive()
    }

    /// Moves the clock, forth or back.
    pub fn shift(&self, by: TimeDelta) {
        self.shift_seconds.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}
