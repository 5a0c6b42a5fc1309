//! How much one network may send in a day (X24): reports and bytes. Counted in each process, in a table of fixed size:
//! two networks may share a line of it, which the secret hash keeps anybody from arranging.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::platform::clock;
use crate::platform::problem::{Error, Result};

/// Lines of the table: a mebibyte in all.
const LINES: usize = 1 << 16;

/// What a network may send in a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// Reports.
    pub(crate) reports: u32,
    /// Bytes of reports, whether they were taken or not.
    pub(crate) bytes: u64,
}

/// What networks have sent today. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    allowance: Allowance,
    hasher: RandomState,
    used: Arc<Mutex<Used>>,
}

#[derive(Debug)]
struct Used {
    day: NaiveDate,
    lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    reports: u32,
    bytes: u64,
}

impl Quota {
    /// Nobody has sent anything yet.
    pub(crate) fn new(allowance: Allowance) -> Self {
        let used = Used { day: NaiveDate::MIN, lines: vec![Line::default(); LINES] };
        Self { allowance, hasher: RandomState::new(), used: Arc::new(Mutex::new(used)) }
    }

    /// Counts bytes that a network has sent; refuses those beyond its allowance.
    pub(crate) fn take_bytes(&self, prefix: u64, bytes: usize, now: DateTime<Utc>) -> Result<()> {
        self.take(prefix, now, |line, allowance| {
            let after = line.bytes.saturating_add(bytes as u64);
            (after <= allowance.bytes).then(|| line.bytes = after)
        })
    }

    /// Refuses a network whose reports of today are used up. Counts nothing.
    pub(crate) fn check_report(&self, prefix: u64, now: DateTime<Utc>) -> Result<()> {
        self.take(prefix, now, |line, allowance| (line.reports < allowance.reports).then_some(()))
    }

    /// Counts a report; refuses one too many.
    pub(crate) fn take_report(&self, prefix: u64, now: DateTime<Utc>) -> Result<()> {
        self.take(prefix, now, |line, allowance| (line.reports < allowance.reports).then(|| line.reports += 1))
    }

    fn take(
        &self,
        prefix: u64,
        now: DateTime<Utc>,
        take: impl FnOnce(&mut Line, Allowance) -> Option<()>,
    ) -> Result<()> {
        let local = clock::local(now);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.day != local.date_naive() {
            used.day = local.date_naive();
            used.lines.fill(Line::default());
        }
        let line = usize::try_from(self.hasher.hash_one(prefix) % LINES as u64).unwrap_or_default();
        take(&mut used.lines[line], self.allowance).ok_or_else(|| {
            let midnight = (local.date_naive() + Days::new(1)).and_time(NaiveTime::MIN);
            let wait = (midnight - local.naive_local()).num_seconds() + 1;
            Error::TooMany { slug: "quota-exceeded", retry_after_seconds: wait.unsigned_abs() }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn quota() -> Quota {
        Quota::new(Allowance { reports: 2, bytes: 1_000 })
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// X24
    #[test]
    fn what_exceeds_the_allowance_is_refused_until_midnight_in_kazakhstan() {
        let (quota, evening) = (quota(), at("2026-11-20T18:59:00Z"));
        quota.take_bytes(1, 1_000, evening).unwrap();
        let Err(Error::TooMany { slug: "quota-exceeded", retry_after_seconds: 61 }) = quota.take_bytes(1, 1, evening)
        else {
            panic!("refused for a minute")
        };
        quota.take_bytes(1, 1_000, evening + chrono::TimeDelta::seconds(61)).unwrap();
    }

    /// X24
    #[test]
    fn each_network_has_an_allowance_of_its_own() {
        let (quota, noon) = (quota(), at("2026-11-20T07:00:00Z"));
        // A neighbour that doesn't share the line by chance.
        let line = |prefix: u64| quota.hasher.hash_one(prefix) % LINES as u64;
        let other = (2..100).find(|other| line(*other) != line(1)).unwrap();
        for _ in 0..2 {
            quota.check_report(1, noon).unwrap();
            quota.take_report(1, noon).unwrap();
        }
        assert!(quota.check_report(1, noon).is_err() && quota.take_report(1, noon).is_err());
        quota.take_report(other, noon).unwrap();
    }
}
