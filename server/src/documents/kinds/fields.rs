//! Fields that bodies of several kinds have: words and dates.

use chrono::NaiveDate;

use crate::registry::Faults;

/// The most characters of words for people.
pub(super) const MAX_WORDS: usize = 500;
/// The most characters of a number on paper.
pub(super) const MAX_NUMBER: usize = 64;

/// Words that may be left out, but not empty.
pub(super) fn words(field: &str, text: Option<&str>, max: usize, faults: &mut Faults) -> Option<String> {
    text.map(|text| faults.text(field, text, max))
}

/// A date that may be left out.
pub(super) fn date(field: &str, text: Option<&str>, faults: &mut Faults) -> Option<NaiveDate> {
    let text = text?;
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let read = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain);
    if read.is_none() {
        faults.add(field, "field-not-a-date");
    }
    read
}

/// A date that may be left out and isn't after today.
pub(super) fn past_date(field: &str, text: Option<&str>, today: NaiveDate, faults: &mut Faults) -> Option<NaiveDate> {
    let date = date(field, text, faults)?;
    if date > today {
        faults.add(field, "field-in-the-future");
    }
    Some(date)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::documents::kind::Kind;
    use crate::platform::problem::{Error, Result};

    pub(in crate::documents) fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    /// What a body says, which lacks its id and its units.
    pub(in crate::documents) fn checked<K: Kind>(mut body: Value) -> Result<K::Checked> {
        body["id"] = json!(Uuid::nil());
        body["units"] = json!({});
        serde_json::from_value::<K>(body).unwrap().check(today())
    }

    /// The faults of such a body.
    pub(in crate::documents) fn faults<K: Kind>(body: Value) -> Vec<String> {
        match checked::<K>(body) {
            Err(Error::Invalid(faults)) => {
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
            }
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("no fault"),
        }
    }

    #[test]
    fn dates_are_written_in_one_way() {
        let mut faults = Faults::default();
        assert!(date("d", Some("2026-02-28"), &mut faults).is_some());
        for wrong in ["2026-2-28", "2026-02-30", "28.02.2026", "", "2026-02-28 ", "+026-02-28"] {
            assert!(date("d", Some(wrong), &mut faults).is_none(), "{wrong}");
        }
    }
}
