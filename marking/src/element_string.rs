//! Element strings: application identifiers with their values, in the order in which they were
//! read. [`ElementString`] is only made by parsing, so every value obeys its AI's rules and the
//! elements may stand together; it prints in every form that it is read from.

use std::fmt;

use serde::Serialize;

use crate::ai::Ai;
use crate::ai::row::Row;
use crate::ai::rule::Fault;
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::{bracketed, link, pairing, scan};

/// The separator as software sees it: the control character GS.
pub const GS: char = '\u{1d}';

/// The longest text that is looked at, in bytes: longer than any symbol can hold.
pub const MAX_BYTES: usize = 8191;

/// The most elements of one text.
const MAX_ELEMENTS: usize = 64;

/// One element: what a value means, and the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Element {
    /// What the value means.
    pub ai: Ai,
    /// The value, which obeys the AI's rules.
    pub value: String,
}

impl Serialize for Element {
    /// As a pair: `["01", "04600840749372"]`.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.ai, &self.value).serialize(to)
    }
}

/// Elements that may stand together, in their given order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ElementString(Vec<Element>);

impl ElementString {
    /// Reads the raw form, in which `^` is FNC1: one at the start, one after each value that does
    /// not end by itself. A `|` joins the two halves of a composite symbol.
    pub fn parse_raw(text: &str) -> Result<Self, ParseError> {
        within_length(text)?;
        let mut elements = Elements::default();
        let (first, second) = text.split_once('|').map_or((text, None), |(a, b)| (a, Some(b)));
        raw_half(first, &mut elements)?;
        if let Some(second) = second {
            elements.join(first.len())?;
            raw_half(second, &mut elements).map_err(|error| error.shifted(first.len() + 1))?;
        }
        elements.finish()
    }

    /// Reads what a scanner sends: with a symbology identifier, or plain; GS separates. A bar code
    /// of digits only (EAN, UPC) gives no elements but those of its composite part.
    pub fn parse_scan(text: &str) -> Result<Self, ParseError> {
        scan::parse(text).map(|scanned| scanned.elements)
    }

    /// Reads the form printed for people: `(01)04600840749372(21)5!IS`. A bracket that belongs to a
    /// value is written `\(`.
    pub fn parse_bracketed(text: &str) -> Result<Self, ParseError> {
        bracketed::parse(text)
    }

    /// Reads a GS1 Digital Link, uncompressed.
    pub fn parse_link(text: &str) -> Result<Self, ParseError> {
        link::parse(text)
    }

    /// The value of the first element with this AI.
    pub fn get(&self, ai: &str) -> Option<&str> {
        self.0.iter().find(|element| element.ai.as_str() == ai).map(|element| element.value.as_str())
    }

    /// The same with another value for each element of this AI. The value must obey the AI's rules.
    pub(crate) fn with(&self, ai: &str, value: &str) -> Self {
        let mut elements = self.0.clone();
        for element in elements.iter_mut().filter(|element| element.ai.as_str() == ai) {
            value.clone_into(&mut element.value);
        }
        Self(elements)
    }

    /// The elements in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Element> {
        self.0.iter()
    }

    /// Whether there is no element: a bar code of digits has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As a scanner sends it, with GS as separator and without symbology identifier.
    pub fn to_scan(&self) -> String {
        self.separated(GS)
    }

    /// In raw form, with `^` for FNC1.
    pub fn to_raw(&self) -> String {
        let mut text = self.separated('^');
        text.insert(0, '^');
        text
    }

    /// For people: each AI in brackets.
    pub fn to_bracketed(&self) -> String {
        bracketed::print(&self.0)
    }

    /// As a GS1 Digital Link under `stem` (such as `https://id.gs1.org`), if one of the elements is
    /// a key and the others may stand in a link with it.
    pub fn to_link(&self, stem: &str) -> Option<String> {
        link::print(&self.0, stem)
    }

    fn separated(&self, separator: char) -> String {
        let mut text = String::with_capacity(self.0.iter().map(|e| e.value.len() + 5).sum());
        let mut pending = false;
        for Element { ai, value } in &self.0 {
            if pending {
                text.push(separator);
            }
            text.push_str(ai.as_str());
            text.push_str(value);
            pending = ai.row().separated;
        }
        text
    }
}

impl fmt::Display for ElementString {
    /// The form for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_bracketed())
    }
}

impl<'a> IntoIterator for &'a ElementString {
    type Item = &'a Element;
    type IntoIter = std::slice::Iter<'a, Element>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Elements while they are being read, with the place of each in the text.
#[derive(Default)]
pub(crate) struct Elements {
    found: Vec<Element>,
    places: Vec<usize>,
    /// Places in the list that hold no element but count: joints and parameters of others.
    others: usize,
}

impl Elements {
    /// Adds an element that starts at `at`, whose value has been checked.
    pub(crate) fn push(&mut self, ai: Ai, value: String, at: usize) -> Result<(), ParseError> {
        self.room(at)?;
        if self.found.is_empty() {
            self.found.reserve(4);
            self.places.reserve(4);
        }
        self.found.push(Element { ai, value });
        self.places.push(at);
        Ok(())
    }

    /// Notes that something stands at `at` which is no element but takes a place.
    pub(crate) fn join(&mut self, at: usize) -> Result<(), ParseError> {
        self.room(at)?;
        self.others += 1;
        Ok(())
    }

    fn room(&self, at: usize) -> Result<(), ParseError> {
        if self.found.len() + self.others < MAX_ELEMENTS {
            Ok(())
        } else {
            Err(ParseError::new(ParseErrorKind::TooManyElements, at))
        }
    }

    /// What has been read so far, each with its place.
    pub(crate) fn so_far(&self) -> impl Iterator<Item = (&Element, usize)> {
        self.found.iter().zip(self.places.iter().copied())
    }

    /// Checks that the elements may stand together.
    pub(crate) fn finish(self) -> Result<ElementString, ParseError> {
        pairing::check(&self.found, None).map_err(|fault| self.placed(fault))?;
        Ok(ElementString(self.found))
    }

    /// As [`Elements::finish`], beside a GTIN that the symbol carries outside its elements.
    pub(crate) fn finish_beside_gtin(self) -> Result<ElementString, ParseError> {
        pairing::check(&self.found, Ai::named("01")).map_err(|fault| self.placed(fault))?;
        Ok(ElementString(self.found))
    }

    fn placed(&self, (which, kind): Fault) -> ParseError {
        ParseError::new(kind, self.places.get(which).copied().unwrap_or(0))
    }
}

pub(crate) fn within_length(text: &str) -> Result<(), ParseError> {
    if text.len() > MAX_BYTES {
        return Err(ParseError::new(ParseErrorKind::TooLong, MAX_BYTES));
    }
    Ok(())
}

fn raw_half(text: &str, into: &mut Elements) -> Result<(), ParseError> {
    if !text.starts_with('^') {
        return Err(ParseError::new(ParseErrorKind::MissingFnc1, 0));
    }
    run(text, 1, b'^', into)
}

/// Reads elements one after the other from byte `at` of `text` to its end. A value ends at the
/// separator, at the end, or, if its length is predefined, by itself; a separator after such a
/// value, or at the very end, is let pass.
pub(crate) fn run(text: &str, mut at: usize, separator: u8, into: &mut Elements) -> Result<(), ParseError> {
    let fault = |kind, at| Err(ParseError::new(kind, at));
    let bytes = text.as_bytes();
    if at >= bytes.len() {
        return fault(ParseErrorKind::NoElements, bytes.len());
    }
    while at < bytes.len() {
        let Some(ai) = Ai::starting(&bytes[at..]) else {
            return fault(ParseErrorKind::UnknownAi, at);
        };
        let row = ai.row();
        let start = at + ai.as_str().len();
        let rest = &bytes[start..];
        let mut length = rest.iter().position(|byte| *byte == separator).unwrap_or(rest.len());
        if !row.separated {
            length = length.min(row.max());
        }
        let used = check_value(row, &rest[..length]).map_err(|(place, kind)| ParseError::new(kind, start + place))?;
        let end = start + used;
        // Every byte was found to be ASCII, so the range cannot split a character.
        into.push(ai, text.get(start..end).unwrap_or_default().to_owned(), at)?;
        at = end;
        match bytes.get(at) {
            Some(byte) if *byte == separator => at += 1,
            Some(_) if row.separated => return fault(ParseErrorKind::ValueTooLong, at),
            _ => {}
        }
    }
    Ok(())
}

/// Checks the parts of a value and answers how many bytes they take; more may follow.
pub(crate) fn check_value(row: &Row, value: &[u8]) -> Result<usize, Fault> {
    if value.is_empty() {
        return Err((0, ParseErrorKind::EmptyValue));
    }
    let mut at = 0;
    for part in row.parts {
        let length = part.max.min(value.len() - at);
        if part.optional && length == 0 {
            continue;
        }
        if length < part.min {
            return Err((value.len(), ParseErrorKind::ValueTooShort));
        }
        let piece = &value[at..at + length];
        let place = |(within, kind)| (at + within, kind);
        part.set.check(piece).map_err(place)?;
        for rule in part.rules {
            rule.check(piece).map_err(place)?;
        }
        at += length;
    }
    Ok(at)
}

/// Checks a value that stands by itself, as in brackets and links: its length first, since a wrong
/// check digit says little of a value cut short.
pub(crate) fn check_whole_value(row: &Row, value: &[u8]) -> Result<(), Fault> {
    if value.len() < row.min() {
        return Err((value.len(), ParseErrorKind::ValueTooShort));
    }
    if value.len() > row.max() {
        return Err((row.max(), ParseErrorKind::ValueTooLong));
    }
    if let Some(at) = value.iter().position(|byte| *byte == b'^') {
        return Err((at, ParseErrorKind::CaretInData));
    }
    let used = check_value(row, value)?;
    if used < value.len() { Err((used, ParseErrorKind::ValueTooLong)) } else { Ok(()) }
}
