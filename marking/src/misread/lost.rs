//! Puts lost separators back. A scanner or a form that drops control characters leaves a code whose
//! fields run into each other; the layouts in use on goods are few, and their lengths tell them
//! apart.

use crate::element_string::GS;
use crate::scan;

/// The lengths of serials in use.
const SERIALS: [usize; 3] = [13, 7, 6];

/// A field and the length of its value; a length of zero takes all that is left.
type Field = (&'static str, usize);

/// What follows the serial.
const TAILS: [&[Field]; 7] = [
    &[("91", 4), ("92", 88)],
    &[("91", 4), ("92", 44)],
    &[("93", 4)],
    &[("8005", 6), ("93", 4)],
    &[("8005", 6)],
    &[("8005", 6), ("93", 4), ("240", 0)],
    &[("8005", 6), ("93", 4), ("92", 8), ("240", 0)],
];

/// Every way to part `text` by a known layout; nothing if it has a separator already.
pub(super) fn put_back(text: &str) -> Vec<String> {
    let (identifier, data) = scan::split_identifier(text);
    // AI 01, 14 digits, AI 21.
    let Some((head, rest)) = data.split_at_checked(18) else { return Vec::new() };
    if !data.is_ascii() || data.contains(GS) || !head.starts_with("01") || !head.ends_with("21") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for serial in SERIALS {
        for tail in TAILS {
            let parted = rest
                .split_at_checked(serial)
                .and_then(|(serial, rest)| Some(format!("{identifier}{head}{serial}{}", part(rest, tail)?)));
            found.extend(parted);
        }
    }
    found
}

/// `rest` with a separator before each field, if the fields are there and nothing else.
fn part(mut rest: &str, fields: &[Field]) -> Option<String> {
    let mut parted = String::with_capacity(rest.len() + fields.len());
    for (ai, length) in fields {
        let value = rest.strip_prefix(ai)?;
        let length = if *length == 0 { value.len() } else { *length };
        let (value, after) = value.split_at_checked(length)?;
        if value.is_empty() {
            return None;
        }
        parted.push(GS);
        parted.push_str(ai);
        parted.push_str(value);
        rest = after;
    }
    rest.is_empty().then_some(parted)
}
