//! Answers that many share. Units of one order with the same status and attributes, read well and with a seal that holds, get
//! the same answer except for serial and moment; so do invented serials of one product. The serialiser writes what they share
//! once, and it is kept for a moment.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use locales::Language;
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::verdict::Verdict;

use super::answer::{Answer, CodeLine};
use crate::platform::cache::Slots;
use crate::platform::problem::{Error, Result};

/// Templates that are kept.
const TEMPLATES: usize = 4_096;

/// Questions with the same key get the same answer except for serial and moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AnswerKey {
    /// Units of an order with the same two bytes of status and attributes.
    Unit { order: u32, state: u16, language: Language },
    /// Serials of a product that the register did not issue.
    NotIssued { gtin: Gtin, foreign: bool, language: Language },
}

/// An answer without its serial and its moment.
#[derive(Debug)]
pub(super) struct AnswerTemplate {
    /// The verdict, to be counted.
    pub(super) verdict: Verdict,
    /// The product that the code must name, if it names one.
    pub(super) gtin: Gtin,
    /// The group whose key must have made the seal; none where nothing is sealed.
    pub(super) group: Option<Group>,
    /// The day on which it is true: dates pass at midnight.
    pub(super) day: NaiveDate,
    /// All members but `as_of`, as the serialiser wrote them, up to where `code` takes the serial.
    shared: Vec<u8>,
}

/// Templates by key, for a moment each.
pub(super) struct AnswerCache(Slots<AnswerKey, Arc<AnswerTemplate>>);

impl AnswerCache {
    pub(super) fn new(life: Duration) -> Self {
        Self(Slots::new(TEMPLATES, life))
    }

    pub(super) fn get(&self, key: AnswerKey) -> Option<Arc<AnswerTemplate>> {
        self.0.get(&key)
    }

    pub(super) fn put(&self, key: AnswerKey, template: Arc<AnswerTemplate>) {
        self.0.put(key, template);
    }

    /// Removes all: a name has changed, and templates are not indexed by the names in them.
    pub(super) fn clear(&self) {
        self.0.forget_all();
    }
}

impl AnswerTemplate {
    /// The template of this answer and of all with its key.
    pub(super) fn of(answer: Answer, group: Option<Group>, day: NaiveDate) -> Result<Self> {
        let gtin = answer.code.gtin.ok_or_else(|| Error::internal("an answer about no product is shared by none"))?;
        let (verdict, code) = (answer.verdict, CodeLine { gtin: Some(gtin), ..CodeLine::default() });
        let mut shared = serde_json::to_vec(&Answer { code: CodeLine::default(), as_of: None, ..answer })?;
        without_brace(&mut shared);
        shared.extend_from_slice(b",\"code\":");
        serde_json::to_writer(&mut shared, &code)?;
        without_brace(&mut shared);
        Ok(Self { verdict, gtin, group, day, shared })
    }

    /// Bytes of an answer.
    pub(super) fn length(&self, serial: Option<&str>) -> usize {
        self.shared.len() + serial.map_or(0, str::len) + 64
    }

    /// Writes the answer about the unit with this serial, which consists of letters and digits.
    pub(super) fn write(&self, serial: Option<&str>, as_of: DateTime<Utc>, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.shared);
        if let Some(serial) = serial {
            into.extend_from_slice(b",\"serial\":\"");
            into.extend_from_slice(serial.as_bytes());
            into.push(b'"');
        }
        into.extend_from_slice(b"},\"as_of\":\"");
        into.extend_from_slice(as_of.to_rfc3339_opts(SecondsFormat::Millis, true).as_bytes());
        into.extend_from_slice(b"\"}");
    }
}

/// Opens an object again, so that members can follow. It has members.
fn without_brace(object: &mut Vec<u8>) {
    let brace = object.pop();
    debug_assert_eq!(brace, Some(b'}'), "an object");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::verdict::{Judgement, NotFound};
    use serde_json::Value;

    use super::super::answer::Kind;
    use super::*;

    /// An answer whose names look like the members that a template leaves out.
    fn answer(serial: Option<&str>, as_of: &str) -> Answer {
        let judgement = Judgement::of(NotFound::SerialNotIssued);
        let mut answer = Answer::new(Language::En, Kind::Unit, judgement, as_of.parse().unwrap());
        answer.code.gtin = Some("04870001234560".parse().unwrap());
        answer.code.serial = serial.map(str::to_owned);
        answer.reasons[0].text = r#""serial":"x","as_of":"y","code":{}}"#.into();
        answer
    }

    #[test]
    fn a_template_is_written_as_the_serialiser_writes_the_whole_answer() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        for (first, other) in [(Some("3AB"), Some("3CD")), (None, None)] {
            let group = first.map(|_| Group::Water);
            let template = AnswerTemplate::of(answer(first, "2026-11-20T00:00:00Z"), group, day).unwrap();
            let mut written = Vec::new();
            template.write(other, "2026-11-20T07:08:09.120Z".parse().unwrap(), &mut written);
            assert!(written.len() <= template.length(other));
            let whole = serde_json::to_vec(&answer(other, "2026-11-20T07:08:09.120Z")).unwrap();
            assert_eq!(String::from_utf8(written.clone()), String::from_utf8(whole));
            let read: Value = serde_json::from_slice(&written).unwrap();
            assert_eq!(read["code"]["serial"].as_str(), other);
        }
    }
}
