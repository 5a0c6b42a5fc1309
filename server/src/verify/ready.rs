//! Answers that need no thought: units of one order with the same status and particulars, sealed well and read well,
//! are told the same but for the serial and the moment. What was told about one of them is kept for a moment, with two
//! gaps, and told about the others. So are invented serials of one product.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use locales::Language;
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::verdict::Verdict;

use crate::platform::cache::Slots;

/// Answers that are kept.
const ANSWERS: usize = 4_096;

/// What those have in common who are told alike, the language of the words among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Alike {
    /// Units of an order with the same two bytes of status and particulars.
    Unit { order: u32, state: u16, language: Language },
    /// Serials of a product that we never made.
    NotIssued { gtin: Gtin, foreign: bool, language: Language },
}

/// An answer with gaps.
#[derive(Debug)]
pub(super) struct Gapped {
    /// The verdict, to be counted.
    pub(super) verdict: Verdict,
    /// The product that the code must name, if it names one.
    pub(super) gtin: Gtin,
    /// The group whose key must have made the seal; none where nothing is sealed.
    pub(super) group: Option<Group>,
    /// The day on which it is true: dates pass at midnight.
    pub(super) day: NaiveDate,
    before_serial: String,
    before_moment: String,
    after: String,
}

/// Answers with gaps, for a moment each.
pub(super) struct Ready(Slots<Alike, Arc<Gapped>>);

impl Ready {
    pub(super) fn new(life: Duration) -> Self {
        Self(Slots::new(ANSWERS, life))
    }

    pub(super) fn get(&self, alike: Alike) -> Option<Arc<Gapped>> {
        self.0.get(&alike)
    }

    pub(super) fn put(&self, alike: Alike, gapped: Gapped) {
        self.0.put(alike, Arc::new(gapped));
    }

    /// Forgets everything, since a name has changed that stands in nobody knows which of them.
    pub(super) fn forget_all(&self) {
        self.0.forget_all();
    }
}

impl Gapped {
    /// Cuts the gaps into an answer as it is sent; none if it has no place for them. An answer about no unit, so without
    /// a group, names no serial: an empty one fills its gap. In JSON a quotation mark inside of a text is escaped, so a
    /// member's name is found only where it is one.
    pub(super) fn cut(json: &str, verdict: Verdict, gtin: Gtin, group: Option<Group>, day: NaiveDate) -> Option<Self> {
        let (before_serial, rest) = match group {
            Some(_) => split_at_value(json, "\"serial\":\"")?,
            None => ("", json),
        };
        let (before_moment, after) = split_at_value(rest, "\"as_of\":\"")?;
        let [before_serial, before_moment, after] = [before_serial, before_moment, after].map(str::to_owned);
        Some(Self { verdict, gtin, group, day, before_serial, before_moment, after })
    }

    /// The answer about a unit with this serial, which consists of letters and digits.
    pub(super) fn filled(&self, serial: &str, moment: DateTime<Utc>) -> Bytes {
        let moment = moment.to_rfc3339_opts(SecondsFormat::Millis, true);
        Bytes::from([&self.before_serial, serial, &self.before_moment, &moment, &self.after].concat())
    }
}

/// What stands before a text value, its name and its quotation mark included, and what stands after it.
fn split_at_value<'a>(json: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = json.split_at(json.find(name)? + name.len());
    Some((before, rest.split_at(rest.find('"')?).1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_answer_is_told_again_with_another_serial_and_another_moment() {
        let json = r#"{"product":{"name":"a \"serial\":\"x\""},"code":{"gtin":"1","serial":"3AB"},"as_of":"2026-11-20T00:00:00Z"}"#;
        let gtin = "04870001234560".parse().unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let gapped = Gapped::cut(json, Verdict::Sold, gtin, Some(Group::Water), day).unwrap();
        let told = gapped.filled("3CD", "2026-11-20T07:08:09.120Z".parse().unwrap());
        let expected = json.replace("3AB", "3CD").replace("T00:00:00Z", "T07:08:09.120Z");
        assert_eq!(told, expected.as_bytes());
        let gapped = Gapped::cut(json, Verdict::Unknown, gtin, None, day).unwrap();
        let told = gapped.filled("", "2026-11-20T07:08:09.120Z".parse().unwrap());
        assert_eq!(told, json.replace("T00:00:00Z", "T07:08:09.120Z").as_bytes());
        assert!(Gapped::cut("{}", Verdict::Sold, gtin, None, day).is_none());
    }
}
