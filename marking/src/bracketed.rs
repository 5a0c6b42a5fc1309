//! The form printed for people: each AI in brackets, its value after it, `\(` for a bracket that
//! belongs to a value, and `|` between the halves of a composite symbol.

use std::borrow::Cow;

use crate::ai::Ai;
use crate::element_string::{Element, ElementString, Elements, check_whole_value, within_length};
use crate::parse_error::{ParseError, ParseErrorKind};

pub(crate) fn parse(text: &str) -> Result<ElementString, ParseError> {
    within_length(text)?;
    let mut elements = Elements::default();
    let (first, second) = text.split_once('|').map_or((text, None), |(a, b)| (a, Some(b)));
    half(first, &mut elements)?;
    if let Some(second) = second {
        elements.join(first.len())?;
        let from = first.len() + 1;
        half_from(second, from, &mut elements)?;
    }
    elements.finish()
}

fn half(text: &str, into: &mut Elements) -> Result<(), ParseError> {
    half_from(text, 0, into)
}

/// Reads one half, which starts at byte `from` of the whole text.
fn half_from(text: &str, from: usize, into: &mut Elements) -> Result<(), ParseError> {
    let fault = |kind, at| Err(ParseError::new(kind, from + at));
    let mut at = 0;
    if text.is_empty() {
        return fault(ParseErrorKind::NoElements, 0);
    }
    while at < text.len() {
        let Some(inside) = text[at..].strip_prefix('(') else {
            return fault(ParseErrorKind::BracketExpected, at);
        };
        let Some((name, rest)) = inside.split_once(')') else {
            return fault(ParseErrorKind::BracketUnclosed, at);
        };
        let Some(ai) = Ai::named(name) else {
            return fault(ParseErrorKind::UnknownAi, at + 1);
        };
        let start = at + name.len() + 2;
        let written = &rest[..value_length(rest)];
        if written.is_empty() {
            return fault(ParseErrorKind::EmptyValue, start);
        }
        let value = unescaped(written);
        check_whole_value(ai.row(), value.as_bytes())
            .map_err(|(place, kind)| ParseError::new(kind, from + start + place_in_written(written, place)))?;
        into.push(ai, value.into_owned(), from + at)?;
        at = start + written.len();
    }
    Ok(())
}

/// How many bytes of `rest` belong to the value: up to the next bracket that isn't escaped.
fn value_length(rest: &str) -> usize {
    let mut at = 0;
    while let Some(step) = rest[at..].find('(') {
        at += step;
        if !rest[..at].ends_with('\\') {
            return at;
        }
        at += 1;
    }
    rest.len()
}

fn unescaped(written: &str) -> Cow<'_, str> {
    if written.contains("\\(") { written.replace("\\(", "(").into() } else { written.into() }
}

/// Where byte `place` of the unescaped value stands in what was written.
fn place_in_written(written: &str, place: usize) -> usize {
    let mut at = 0;
    for _ in 0..place {
        at += if written[at..].starts_with("\\(") { 2 } else { next_char(written, at) };
    }
    at
}

fn next_char(written: &str, at: usize) -> usize {
    written[at..].chars().next().map_or(0, char::len_utf8)
}

/// The same with round brackets, of a text whose AIs stand in square ones, which no value holds; round brackets in values
/// are escaped. `None` when the square brackets hold anything but digits.
pub(crate) fn rounded(text: &str) -> Option<String> {
    let mut round = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(inside) = rest.strip_prefix('[') {
        let (name, after) = inside.split_once(']')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let end = after.find('[').unwrap_or(after.len());
        round.extend(["(", name, ")", &after[..end].replace('(', "\\(")]);
        rest = &after[end..];
    }
    (rest.is_empty() && !round.is_empty()).then_some(round)
}

pub(crate) fn print(elements: &[Element]) -> String {
    let mut text = String::with_capacity(elements.iter().map(|e| e.value.len() + 6).sum());
    for Element { ai, value } in elements {
        text.push('(');
        text.push_str(ai.as_str());
        text.push(')');
        text.push_str(&value.replace('(', "\\("));
    }
    text
}
