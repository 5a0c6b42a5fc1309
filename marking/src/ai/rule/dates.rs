//! Dates and times: YYMMDD with or without a day, YYYYMMDD, HHMI, HH, MI and SS.

use super::{Fault, number};
use crate::parse_error::ParseErrorKind;

fn two(digits: &[u8], at: usize) -> Option<u64> {
    number(digits.get(at..at + 2)?)
}

/// A month and a day of it; day 00 means the month as a whole. `month_at` is the month's place in
/// the part.
fn month_and_day(part: &[u8], leap: bool, month_at: usize) -> Result<(), Fault> {
    let month = two(part, month_at).unwrap_or(0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return Err((month_at, ParseErrorKind::Month)),
    };
    match two(part, month_at + 2) {
        Some(day) if day <= days => Ok(()),
        _ => Err((month_at + 2, ParseErrorKind::Day)),
    }
}

fn day_given(part: &[u8], day_at: usize) -> Result<(), Fault> {
    if part.get(day_at..) == Some(b"00") { Err((day_at, ParseErrorKind::Day)) } else { Ok(()) }
}

/// YYMMDD, where DD may be 00. Two digits of a year span 1972 to 2071, in which every fourth year
/// is a leap year.
pub(super) fn month_or_date(part: &[u8]) -> Result<(), Fault> {
    let leap = two(part, 0).is_some_and(|year| year % 4 == 0);
    month_and_day(part, leap, 2)
}

/// YYMMDD.
pub(super) fn date(part: &[u8]) -> Result<(), Fault> {
    month_or_date(part)?;
    day_given(part, 4)
}

/// YYYYMMDD.
pub(super) fn long_date(part: &[u8]) -> Result<(), Fault> {
    let year = part.get(..4).and_then(number).unwrap_or(1);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    month_and_day(part, leap, 4)?;
    day_given(part, 6)
}

/// Two digits below `limit`.
pub(super) fn below(part: &[u8], limit: u64, kind: ParseErrorKind) -> Result<(), Fault> {
    match number(part) {
        Some(value) if value < limit => Ok(()),
        _ => Err((0, kind)),
    }
}

/// HHMI.
pub(super) fn hour_minute(part: &[u8]) -> Result<(), Fault> {
    let (hour, minute) = part.split_at(part.len().min(2));
    below(hour, 24, ParseErrorKind::Hour)?;
    below(minute, 60, ParseErrorKind::Minute).map_err(|(at, kind)| (at + hour.len(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParseErrorKind::{Day, Hour, Minute, Month};

    #[test]
    fn short_dates_know_months_days_and_leap_years() {
        for good in ["260101", "261231", "240229", "000229", "960229", "260430"] {
            assert_eq!(date(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("260001", (2, Month)),
            ("261301", (2, Month)),
            ("260230", (4, Day)),
            ("250229", (4, Day)),
            ("260431", (4, Day)),
            ("260400", (4, Day)),
        ] {
            assert_eq!(date(bad.as_bytes()), Err(fault), "{bad}");
        }
        assert_eq!(month_or_date(b"260400"), Ok(()));
        assert_eq!(month_or_date(b"260432"), Err((4, Day)));
    }

    #[test]
    fn long_dates_know_the_century_rule() {
        assert_eq!(long_date(b"20000229"), Ok(()));
        assert_eq!(long_date(b"19000229"), Err((6, Day)));
        assert_eq!(long_date(b"20261301"), Err((4, Month)));
        assert_eq!(long_date(b"20260100"), Err((6, Day)));
    }

    #[test]
    fn times_stay_within_a_day() {
        assert_eq!(hour_minute(b"2359"), Ok(()));
        assert_eq!(hour_minute(b"2400"), Err((0, Hour)));
        assert_eq!(hour_minute(b"1260"), Err((2, Minute)));
        assert_eq!(below(b"59", 60, ParseErrorKind::Second), Ok(()));
        assert_eq!(below(b"60", 60, ParseErrorKind::Second), Err((0, ParseErrorKind::Second)));
    }
}
