//! What the table says of one application identifier: the parts of its value, the rules of each
//! part, and its company. The builders here are the notation that the table files are written in.

use super::rule::Rule;
use crate::charset::Charset;

/// One part of a value. Only the last part of a value may vary in length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) set: Charset,
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// May be absent if the value ends before it.
    pub(crate) optional: bool,
    pub(crate) rules: &'static [Rule],
}

impl Part {
    const fn of(set: Charset, min: usize, max: usize) -> Self {
        Self { set, min, max, optional: false, rules: &[] }
    }

    /// This part may be absent.
    pub(super) const fn maybe(mut self) -> Self {
        self.optional = true;
        self
    }

    /// This part obeys these rules beyond its characters and length.
    pub(super) const fn is(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }
}

/// Exactly `length` digits.
pub(super) const fn digits(length: usize) -> Part {
    Part::of(Charset::Digits, length, length)
}

/// One to `most` digits.
pub(super) const fn digits_to(most: usize) -> Part {
    Part::of(Charset::Digits, 1, most)
}

/// Exactly `length` characters of set 82.
pub(super) const fn text(length: usize) -> Part {
    Part::of(Charset::Set82, length, length)
}

/// One to `most` characters of set 82.
pub(super) const fn text_to(most: usize) -> Part {
    Part::of(Charset::Set82, 1, most)
}

/// One to `most` characters of set 39.
pub(super) const fn plain_to(most: usize) -> Part {
    Part::of(Charset::Set39, 1, most)
}

/// One to `most` characters of set 64.
pub(super) const fn base64_to(most: usize) -> Part {
    Part::of(Charset::Set64, 1, most)
}

/// How an AI may stand in a Digital Link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InLink {
    /// Not as a parameter: in the path or nowhere.
    PathOnly,
    /// As a parameter.
    Parameter,
}

/// One row of the table: an AI, or a run of AIs that differ only in their last digit (the number
/// of decimals, or a number in a series).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The AI, or the first of the run.
    pub(crate) ai: &'static str,
    /// The last digit of the last AI of the run.
    pub(crate) last: u8,
    pub(crate) parts: &'static [Part],
    /// Whether FNC1 must follow, unless the value is the last one.
    pub(crate) separated: bool,
    pub(crate) in_link: InLink,
    /// At least one of these must be present; `+` joins those that must come together.
    pub(crate) needs: &'static [&'static str],
    /// None of these may be present.
    pub(crate) excludes: &'static [&'static str],
    /// If this is a key of Digital Link: the sequences of qualifiers that may follow it, any of
    /// which may be left out, in this order.
    pub(crate) key: Option<&'static [&'static [&'static str]]>,
}

impl Row {
    /// An AI that needs FNC1 after it and may be a parameter of a link.
    pub(super) const fn ai(ai: &'static str, parts: &'static [Part]) -> Self {
        let last = match ai.as_bytes() {
            [.., last] => *last,
            [] => b'0',
        };
        Self { ai, last, parts, separated: true, in_link: InLink::Parameter, needs: &[], excludes: &[], key: None }
    }

    /// The row also stands for the following AIs, up to this last digit.
    pub(super) const fn to(mut self, last: u8) -> Self {
        self.last = last;
        self
    }

    /// The length is known from the AI's first two digits: no FNC1 is needed after it.
    pub(super) const fn predefined(mut self) -> Self {
        self.separated = false;
        self
    }

    /// It cannot be a parameter of a link.
    pub(super) const fn path_only(mut self) -> Self {
        self.in_link = InLink::PathOnly;
        self
    }

    pub(super) const fn needs(mut self, any: &'static [&'static str]) -> Self {
        self.needs = any;
        self
    }

    pub(super) const fn excludes(mut self, all: &'static [&'static str]) -> Self {
        self.excludes = all;
        self
    }

    pub(super) const fn key(mut self, qualifiers: &'static [&'static [&'static str]]) -> Self {
        self.key = Some(qualifiers);
        self
    }

    /// The shortest value.
    pub(crate) fn min(&self) -> usize {
        self.parts.iter().filter(|part| !part.optional).map(|part| part.min).sum()
    }

    /// The longest value; of a predefined length, the only one.
    pub(crate) fn max(&self) -> usize {
        self.parts.iter().map(|part| part.max).sum()
    }
}
