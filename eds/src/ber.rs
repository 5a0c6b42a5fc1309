//! From BER to DER, for files that Java wrote with indefinite lengths: CMS of some clients, key stores of the authority.
//!
//! Only the outer form of a file is treated so. The signed attributes of a CMS are hashed in DER, as RFC 5652 section 5.4 says;
//! certificates, lists, OCSP answers and time-stamp requests are read as DER only.

use std::borrow::Cow;

use crate::asn1::{Malformed, Parsed, push_length, tag};

/// Indefinite lengths inside each other.
const MAX_INDEFINITE: usize = 16;
/// Values inside each other.
const MAX_DEPTH: usize = 64;

const BAD: Malformed = Malformed("BER");

/// The same value in DER; the input itself if it has no indefinite or long-winded length and no string in parts.
///
/// Refuses nesting deeper than 64 values or 16 indefinite lengths, and tags above 30.
pub(crate) fn to_der(bytes: &[u8]) -> Parsed<Cow<'_, [u8]>> {
    if is_definite(bytes, 0)? {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let end = copy(bytes, 0, 0, &mut out)?;
    if end == bytes.len() { Ok(Cow::Owned(out)) } else { Err(BAD) }
}

/// Tag and length at the start: the length of the header, and that of the contents unless it is indefinite.
fn header(bytes: &[u8]) -> Parsed<(usize, Option<usize>)> {
    match bytes {
        [tag, ..] if tag & 0x1f == 0x1f => Err(BAD),
        [_, short @ 0..=0x7f, ..] => Ok((2, Some(usize::from(*short)))),
        [tag, 0x80, ..] if tag & 0x20 != 0 => Ok((2, None)),
        [_, long @ 0x81..=0x88, rest @ ..] => {
            let count = usize::from(long & 0x0f);
            let octets = rest.get(..count).ok_or(BAD)?;
            let mut length = 0usize;
            for octet in octets {
                length = length.checked_mul(256).ok_or(BAD)? + usize::from(*octet);
            }
            if length > rest.len() - count { Err(BAD) } else { Ok((2 + count, Some(length))) }
        }
        _ => Err(BAD),
    }
}

/// Whether all lengths are definite and shortest, and no string is in parts.
fn is_definite(mut bytes: &[u8], depth: usize) -> Parsed<bool> {
    if depth > MAX_DEPTH {
        return Err(BAD);
    }
    while !bytes.is_empty() {
        let (start, Some(length)) = header(bytes)? else { return Ok(false) };
        let mut shortest = Vec::new();
        push_length(&mut shortest, length);
        let constructed = bytes[0] & 0x20 != 0;
        if shortest.len() + 1 != start || bytes[0] == tag::OCTET_STRING | 0x20 {
            return Ok(false);
        }
        let end = start + length;
        if end > bytes.len() {
            return Err(BAD);
        }
        if constructed && !is_definite(&bytes[start..end], depth + 1)? {
            return Ok(false);
        }
        bytes = &bytes[end..];
    }
    Ok(true)
}

/// Copies the first value in DER; returns how much of the input it took.
fn copy(bytes: &[u8], depth: usize, indefinite: usize, out: &mut Vec<u8>) -> Parsed<usize> {
    let (start, length) = header(bytes)?;
    let indefinite = indefinite + usize::from(length.is_none());
    if depth > MAX_DEPTH || indefinite > MAX_INDEFINITE {
        return Err(BAD);
    }
    let whole = if let Some(length) = length { bytes.get(..start + length).ok_or(BAD)? } else { bytes };
    let parts_of_string = bytes[0] == tag::OCTET_STRING | 0x20;
    out.push(if parts_of_string { tag::OCTET_STRING } else { bytes[0] });
    let before = out.len();
    let mut at = start;
    if bytes[0] & 0x20 == 0 {
        out.extend_from_slice(&whole[start..]);
        at = whole.len();
    } else {
        loop {
            match length {
                Some(_) if at == whole.len() => break,
                None if whole[at..].starts_with(&[0, 0]) => {
                    at += 2;
                    break;
                }
                _ => {}
            }
            if parts_of_string {
                at += copy_part(&whole[at..], depth + 1, indefinite, out)?;
            } else {
                at += copy(&whole[at..], depth + 1, indefinite, out)?;
            }
        }
    }
    let mut shortest = Vec::new();
    push_length(&mut shortest, out.len() - before);
    out.splice(before..before, shortest);
    Ok(at)
}

/// Copies the octets of a part of a string, without a header.
fn copy_part(bytes: &[u8], depth: usize, indefinite: usize, out: &mut Vec<u8>) -> Parsed<usize> {
    let mut part = Vec::new();
    let taken = copy(bytes, depth, indefinite, &mut part)?;
    let part = crate::asn1::single(&part, "octet string")?.octet_string()?;
    out.extend_from_slice(part);
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(hex: &str) -> Option<String> {
        to_der(&hex::decode(hex).expect("hex")).ok().map(hex::encode)
    }

    #[test]
    fn indefinite_lengths_and_strings_in_parts_become_der() {
        assert_eq!(convert("3080020101 0000".replace(' ', "").as_str()).as_deref(), Some("3003020101"));
        assert_eq!(convert("2480040161040162 0000".replace(' ', "").as_str()).as_deref(), Some("04026162"));
        assert_eq!(convert("30 81 03 020101".replace(' ', "").as_str()).as_deref(), Some("3003020101"));
        assert_eq!(convert("3003020101").as_deref(), Some("3003020101"));
    }

    #[test]
    fn bombs_of_depth_and_length_are_refused() {
        assert_eq!(convert(&"3080".repeat(1_000_000)), None);
        assert_eq!(convert(&format!("{}{}", "3080".repeat(17), "0000".repeat(17))), None);
        assert_eq!(convert("3084ffffffff00"), None);
        assert_eq!(convert("3088ffffffffffffffff00"), None);
        assert_eq!(convert("308002"), None);
        assert_eq!(convert("3080"), None);
        assert_eq!(convert("0480"), None, "a primitive value has a length");
    }
}
