//! Bounds of the times and numbers that come from outside. Each is checked where it comes in, so that no later step, in
//! this program or in PostgreSQL, has to do arithmetic that overflows.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::platform::problem::FieldFault;

/// The years in which anything of ours happens.
const YEARS: std::ops::Range<i32> = 2000..2100;

/// Whether an instant lies in the years 2000 to 2099.
pub(crate) fn is_instant(at: DateTime<Utc>) -> bool {
    YEARS.contains(&at.year())
}

/// Whether a day lies in the years 2000 to 2099.
pub(crate) fn is_day(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// What is wrong with an instant; nothing from 2000 to 2099.
pub(crate) fn instant_fault(field: &str, at: DateTime<Utc>) -> Option<FieldFault> {
    (!is_instant(at)).then(|| FieldFault::new(field, "field-not-a-date"))
}

/// What is wrong with a day; nothing from 2000 to 2099.
pub(crate) fn day_fault(field: &str, day: NaiveDate) -> Option<FieldFault> {
    (!is_day(day)).then(|| FieldFault::new(field, "field-not-a-date"))
}

/// What is wrong with a text: longer than so many characters, or with a character that PostgreSQL can't hold.
pub(crate) fn text_fault(field: &str, text: &str, longest: usize) -> Option<FieldFault> {
    if text.contains('\0') {
        return Some(FieldFault::new(field, "field-control-character"));
    }
    let max = i64::try_from(longest).unwrap_or(i64::MAX);
    (text.chars().count() > longest).then(|| FieldFault::with(field, "field-too-long", &[("max", max.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X41
    #[test]
    fn a_century_is_all_that_happens() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        for (text, fits) in [
            ("1999-12-31T23:59:59Z", false),
            ("2000-01-01T00:00:00Z", true),
            ("2099-12-31T23:59:59Z", true),
            ("2100-01-01T00:00:00Z", false),
        ] {
            assert_eq!((is_instant(at(text)), is_day(at(text).date_naive())), (fits, fits), "{text}");
        }
        assert!(instant_fault("at", DateTime::<Utc>::MIN_UTC).is_some() && day_fault("on", NaiveDate::MAX).is_some());
    }
}
