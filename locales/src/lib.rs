//! Every word a person reads, in Kazakh, Russian and English.
//!
//! The messages stand in `kk/*.ftl`, `ru/*.ftl` and `en/*.ftl`, one file a theme, and are built into the program.
//! A key is kebab-case and begins with its theme: `verdict-sold`, `problem-not-found`; what belongs to it follows:
//! `verdict-sold-advice`, `problem-not-found-detail`. An attribute, if any, is asked for after a dot. The same keys,
//! attributes and variables exist in all three languages, sorted; this crate's tests refuse a file where they do not.
//!
//! Words go to people as they are: no bidi isolation marks, no markup. Numbers, dates and times are written by
//! [`format`](mod@format), because library data for Kazakh is missing on many machines.

mod catalogue;
pub mod format;
mod language;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

pub use language::{Language, UnknownLanguage, negotiate};

/// A value that a message takes in place of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg<'a> {
    /// Text, shown as it is.
    Text(Cow<'a, str>),
    /// A number: written the language's way, and what plural forms are chosen by.
    Number(f64),
    /// A calendar date.
    Date(NaiveDate),
    /// An instant, shown as date and time in Kazakhstan; the message says whose time it is where that matters.
    Instant(DateTime<Utc>),
    /// The text of another message that takes no variables, by its key: `status-sold`.
    Message(Cow<'a, str>),
}

impl Arg<'_> {
    /// The same value without borrowed text.
    #[must_use]
    pub fn into_owned(self) -> Arg<'static> {
        match self {
            Self::Text(text) => Arg::Text(Cow::Owned(text.into_owned())),
            Self::Message(key) => Arg::Message(Cow::Owned(key.into_owned())),
            Self::Number(number) => Arg::Number(number),
            Self::Date(date) => Arg::Date(date),
            Self::Instant(instant) => Arg::Instant(instant),
        }
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<NaiveDate> for Arg<'_> {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime<Utc>> for Arg<'_> {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Instant(instant)
    }
}

macro_rules! number_from {
    ($($whole:ty)+) => {$(
        impl From<$whole> for Arg<'_> {
            /// Exact up to 2⁵³, far above any count that is shown.
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless)]
            fn from(number: $whole) -> Self {
                Self::Number(number as f64)
            }
        }
    )+};
}
number_from!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

/// The words for `key` with its variables filled in.
///
/// Never fails a person who waits for an answer: in a release build a missing key comes back as itself and a missing
/// variable as its name. In a debug build both stop the program, so that tests find them.
pub fn say(language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    let (text, faults) = catalogue::of(language).say(key, args);
    debug_assert!(faults.is_empty(), "{language}: {key}: {faults:?}");
    text
}

/// Whether there are words for `key` (a message, or `message.attribute`) in every language.
pub fn has(key: &str) -> bool {
    Language::ALL.into_iter().all(|language| catalogue::of(language).has(key))
}

/// Every key that has words in `language`, sorted: messages, and their attributes as `message.attribute`.
pub fn keys(language: Language) -> impl Iterator<Item = &'static str> {
    catalogue::of(language).keys()
}

/// [`keys`], collected: what a test holds against the slugs in the code.
pub fn all_keys(language: Language) -> Vec<String> {
    keys(language).map(str::to_owned).collect()
}

/// The variables that the words for `key` need, sorted; empty when there are none or no such key.
pub fn variables(language: Language, key: &str) -> Vec<&'static str> {
    catalogue::of(language).variables(key)
}

/// Title of a verdict, by its slug.
pub fn verdict_title(language: Language, slug: &str) -> String {
    say(language, &format!("verdict-{slug}"), &[])
}

/// What the person should do next after a verdict, by its slug.
pub fn verdict_advice(language: Language, slug: &str) -> String {
    say(language, &format!("verdict-{slug}-advice"), &[])
}

/// One reason behind a verdict, by its slug.
pub fn reason(language: Language, slug: &str, args: &[(&str, Arg<'_>)]) -> String {
    say(language, &format!("reason-{slug}"), args)
}

/// Title of a problem and what to do about it, by its slug.
pub fn problem(language: Language, slug: &str) -> (String, String) {
    (say(language, &format!("problem-{slug}"), &[]), say(language, &format!("problem-{slug}-detail"), &[]))
}
