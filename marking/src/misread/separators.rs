//! The ways in which software and people write the separator GS when they cannot type it.

use crate::element_string::GS;
use crate::scan;

/// Spellings that hold a character which no value may hold, longer ones before their beginnings. Letters may be of
/// either case. Character 232, with which printers are told FNC1, is another letter in each code page; the arrow and the
/// musical signs are what old code pages show for control characters.
#[rustfmt::skip]
const CERTAIN: [&str; 42] = [
    "\\u001d", "\\u{1d}", "\\x1d", "\\035", "\\029", "\\f", "{gs}", "[gs]", "{fnc1}", "[fnc1]", "{fcn}", "{1d}", "{0x1d}", "{29}",
    "[1d]", "[0x1d]", "[29]", "&#29;", "&#029;", "&#x1d;", "^fnc1", "^029", "^]", "~d029", "~029", "#029", "#29", "\u{241d}", "\u{2194}",
    "\u{21d4}", "\u{1d}", "\u{1c}", "\u{1e}", "\u{1f}", "\u{e8}", "\u{438}", "\u{10d}", "â†”", "вђќ", "~", "^", "|",
];

/// Spellings that could be part of a value.
const POSSIBLE: [&str; 13] =
    ["<gs>", "<fnc1>", "<fcn>", "<f8>", "<0x1d>", "<1d>", "<29>", "<029>", "(gs)", "(fnc1)", "%1d", "=1d", "_x001d_"];

/// `text` with GS for each spelling that cannot be data; `None` if that changes nothing.
pub(super) fn certain(text: &str) -> Option<String> {
    spelled(text, &[&CERTAIN])
}

/// The same, also for the spellings that could be data.
pub(super) fn all(text: &str) -> Option<String> {
    spelled(text, &[&CERTAIN, &POSSIBLE])
}

/// Separators at the start and doubled ones are dropped, and in the bracketed form all of them: the
/// brackets separate.
fn spelled(text: &str, lists: &[&[&str]]) -> Option<String> {
    let (identifier, data) = scan::split_identifier(text);
    let bracketed = data.starts_with('(');
    if is_clean(data, bracketed) {
        return None;
    }
    let mut found = String::with_capacity(text.len());
    found.push_str(identifier);
    let mut rest = data;
    while let Some(next) = rest.chars().next() {
        let spelling = begins_spelling(next)
            .then(|| lists.iter().copied().flatten().find(|spelling| starts(rest, spelling)))
            .flatten();
        let length = if let Some(spelling) = spelling {
            let first = found.len() == identifier.len();
            if !bracketed && !first && !found.ends_with(GS) {
                found.push(GS);
            }
            spelling.len()
        } else {
            found.push(next);
            next.len_utf8()
        };
        rest = &rest[length..];
    }
    (found != text).then_some(found)
}

/// Whether no spelling can begin anywhere, and what separators there are stand as they should. Most texts are so, and
/// it is told in one look at their bytes.
fn is_clean(data: &str, bracketed: bool) -> bool {
    let mut before = SEPARATOR;
    data.bytes().all(|byte| {
        let clean = match byte {
            SEPARATOR => before != SEPARATOR && !bracketed,
            byte => byte.is_ascii() && !begins_spelling(char::from(byte)),
        };
        before = byte;
        clean
    })
}

/// GS as a byte.
const SEPARATOR: u8 = 0x1d;

/// The first characters of all spellings.
fn begins_spelling(c: char) -> bool {
    !c.is_ascii()
        || matches!(
            c,
            '\\' | '{' | '[' | '_' | '&' | '^' | '~' | '|' | '#' | '\u{1c}'..='\u{1f}' | '<' | '(' | '%' | '='
        )
}

fn starts(text: &str, spelling: &str) -> bool {
    text.get(..spelling.len()).is_some_and(|start| start.eq_ignore_ascii_case(spelling))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_becomes_a_separator() {
        for spelling in CERTAIN.iter().filter(|spelling| **spelling != "\u{1d}") {
            for spelling in [(*spelling).to_owned(), spelling.to_ascii_uppercase()] {
                let text = format!("01{spelling}91ab{spelling}92");
                assert_eq!(certain(&text), Some("01\u{1d}91ab\u{1d}92".to_owned()), "{spelling}");
                assert_eq!(all(&text), certain(&text));
            }
        }
        for spelling in POSSIBLE {
            let text = format!("01{spelling}91");
            assert_eq!(certain(&text), None, "{spelling}");
            assert_eq!(all(&text), Some("01\u{1d}91".to_owned()), "{spelling}");
        }
    }

    #[test]
    fn no_spelling_is_missed_by_its_first_character() {
        for spelling in CERTAIN.iter().chain(&POSSIBLE) {
            assert!(spelling.starts_with(begins_spelling), "{spelling}");
        }
    }

    #[test]
    fn leading_and_doubled_separators_are_dropped() {
        assert_eq!(certain("]d2{FNC1}0123~~45~"), Some("]d20123\u{1d}45\u{1d}".to_owned()));
        assert_eq!(certain("]d2\u{1d}01"), Some("]d201".to_owned()));
        assert_eq!(certain("01\u{1d}91"), None);
        assert_eq!(certain("(01)12~(21)34"), Some("(01)12(21)34".to_owned()));
    }
}
