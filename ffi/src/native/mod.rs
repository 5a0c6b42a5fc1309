//! The surface for Kotlin and Swift.
//!
//! Instants are the host's own (`java.time.Instant`, `Date`). Errors are small enums whose cases an app can act on.
//! Nothing here panics on any bytes; should something do so all the same, the call throws instead of ending the app.

mod cards;
mod offline;
mod outbox;
mod reading;
mod wait;

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate, Utc};

pub use cards::{Action, AnswerError, Card, Colour, Fact, Fault, Icon, Scanned, Step, card, parse};
pub use offline::{KeyListAge, KeyListError, Offline, Taken};
pub use outbox::{
    Changes, Consent, Entry, Field, NewReport, NewScan, Outbox, OutboxError, Outcome, Parcel, Place, Source, Storage,
    StorageError, Stored, Unfit, Waiting, outcome_of,
};
pub use reading::{Corner, Format, Found, Hint, Live, PhotoError, Sight, read_photo};

/// A language that the core speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Language {
    /// Kazakh.
    Kk,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl From<Language> for locales::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Kk => Self::Kk,
            Language::Ru => Self::Ru,
            Language::En => Self::En,
        }
    }
}

/// The language for a tag such as `kk-KZ`; Kazakh for one that is not spoken here.
#[uniffi::export]
pub fn language_of(tag: &str) -> Language {
    match tag.parse().unwrap_or_default() {
        locales::Language::Kk => Language::Kk,
        locales::Language::Ru => Language::Ru,
        locales::Language::En => Language::En,
    }
}

/// The words for a key; the variables come as a JSON object.
///
/// A text or a number is given as it is, a date as `{"date": "2026-11-20"}`, an instant as `{"instant": "…"}`. A key
/// without words comes back as itself.
#[uniffi::export]
pub fn message(language: Language, key: &str, variables: &str) -> String {
    mobile_core::words::message(language.into(), key, variables)
}

/// A calendar date, `2026-11-20`, as people write it; what is no date comes back as it is.
#[uniffi::export]
pub fn format_date(language: Language, date: &str) -> String {
    let read: Option<NaiveDate> = date.parse().ok();
    read.map_or_else(|| date.to_owned(), |date| locales::format::date(language.into(), date))
}

/// A day and time in Kazakhstan.
#[uniffi::export]
pub fn format_instant(language: Language, at: SystemTime) -> String {
    locales::format::instant(language.into(), instant(at))
}

/// A number with its thousands apart.
#[uniffi::export]
pub fn format_number(language: Language, number: f64) -> String {
    locales::format::number(language.into(), number)
}

/// How long ago or ahead an instant lies.
#[uniffi::export]
pub fn format_relative(language: Language, at: SystemTime, now: SystemTime) -> String {
    locales::format::relative(language.into(), instant(at), instant(now))
}

/// An instant of the host. One beyond every calendar counts as the first of all.
fn instant(at: SystemTime) -> DateTime<Utc> {
    let since = |length: Duration| chrono::TimeDelta::from_std(length).ok();
    let found = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => since(after).and_then(|after| DateTime::UNIX_EPOCH.checked_add_signed(after)),
        Err(before) => since(before.duration()).and_then(|before| DateTime::UNIX_EPOCH.checked_sub_signed(before)),
    };
    // Years of five digits are no host's clock, and no reader of dates takes them.
    found.filter(|at| (0..10_000).contains(&chrono::Datelike::year(at))).unwrap_or_default()
}

/// An instant for the host.
fn system_time(at: DateTime<Utc>) -> SystemTime {
    let since = (at - DateTime::UNIX_EPOCH).to_std();
    since.map_or(SystemTime::UNIX_EPOCH, |since| SystemTime::UNIX_EPOCH + since)
}

#[cfg(test)]
mod tests;
