//! The parts of a web address that a Digital Link needs, and percent-decoding. Domains are checked
//! for their characters only: ports, addresses and encoded names are all let pass.

use std::borrow::Cow;

use crate::parse_error::{ParseError, ParseErrorKind};

/// The spellings of the scheme: lower case or upper case throughout.
const SCHEMES: [&str; 4] = ["https://", "HTTPS://", "http://", "HTTP://"];

/// A web address taken apart. Fragments are left out.
pub(crate) struct Uri<'a> {
    /// From the slash after the domain.
    pub(crate) path: &'a str,
    pub(crate) path_at: usize,
    pub(crate) query: Option<&'a str>,
    pub(crate) query_at: usize,
}

/// Whether `text` starts like a web address.
pub(crate) fn is_link(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

/// Takes a web address apart.
pub(crate) fn split(text: &str) -> Result<Uri<'_>, ParseError> {
    let fault = |kind, at| Err(ParseError::new(kind, at));
    if let Some(at) = text.bytes().position(|byte| !in_uri(byte)) {
        return fault(ParseErrorKind::LinkCharacter, at);
    }
    let Some(scheme) = SCHEMES.iter().find(|scheme| text.starts_with(**scheme)) else {
        return fault(ParseErrorKind::LinkScheme, 0);
    };
    let after = &text[scheme.len()..];
    let domain = after.split('/').next().unwrap_or_default();
    if let Some(at) = domain.bytes().position(|byte| !in_domain(byte)) {
        return fault(ParseErrorKind::LinkDomain, scheme.len() + at);
    }
    let path_at = scheme.len() + domain.len();
    if domain.is_empty() || path_at == text.len() {
        return fault(ParseErrorKind::LinkDomain, path_at);
    }
    let rest = text[path_at..].split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').map_or((rest, None), |(a, b)| (a, Some(b)));
    Ok(Uri { path, path_at, query, query_at: path_at + path.len() + 1 })
}

/// The address without the slash at the end of its path; `None` when there is none.
pub(crate) fn without_last_slash(text: &str) -> Option<String> {
    let uri = split(text).ok()?;
    let bare = uri.path.strip_suffix('/').filter(|path| path.contains('/'))?;
    Some(format!("{}{bare}{}", &text[..uri.path_at], &text[uri.path_at + uri.path.len()..]))
}

/// Characters that may stand in an address at all.
fn in_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

/// Of these, the ones that no domain, address or port holds are refused.
fn in_domain(byte: u8) -> bool {
    !b"_~?#@!$&'()*+,;=%".contains(&byte)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// What a percent sequence at the start of `bytes` stands for; a percent sign that begins none
/// stands for itself.
fn sequence(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => Some(hex(*high)? * 16 + hex(*low)?),
        _ => None,
    }
}

/// Undoes percent-encoding; in a parameter `+` is a space. A zero byte is refused, at its place.
pub(super) fn decoded(written: &str, in_query: bool) -> Result<Cow<'_, [u8]>, usize> {
    let bytes = written.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(bytes.into());
    }
    let mut value = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match sequence(&bytes[at..]) {
            Some(0) => return Err(at),
            Some(byte) => {
                value.push(byte);
                at += 3;
            }
            None => {
                value.push(if in_query && *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    Ok(value.into())
}

/// A percent-encoded text as it was; `None` when its bytes are no text.
pub(crate) fn decoded_text(written: &str) -> Option<String> {
    String::from_utf8(decoded(written, false).ok()?.into_owned()).ok()
}

/// Where byte `place` of the decoded value stands in what was written.
pub(super) fn place_in_written(written: &str, place: usize) -> usize {
    let bytes = written.as_bytes();
    let mut at = 0;
    for _ in 0..place {
        at += if bytes.get(at..).and_then(sequence).is_some() { 3 } else { 1 };
    }
    at.min(bytes.len())
}

/// Adds `value`, in which all but the unreserved characters are percent-encoded.
pub(super) fn encode(value: &str, to: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push('%');
            for digit in [byte >> 4, byte & 15] {
                to.extend(char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percent_sequences_are_decoded_and_broken_ones_stay() {
        for (written, path, query) in [
            ("", "", ""),
            ("plain", "plain", "plain"),
            ("a+b", "a+b", "a b"),
            ("a%2Fb%2fc", "a/b/c", "a/b/c"),
            ("%2", "%2", "%2"),
            ("%", "%", "%"),
            ("%4g%G4", "%4g%G4", "%4g%G4"),
            ("%254F", "%4F", "%4F"),
        ] {
            assert_eq!(*decoded(written, false).unwrap(), *path.as_bytes(), "{written}");
            assert_eq!(*decoded(written, true).unwrap(), *query.as_bytes(), "{written}");
        }
        assert_eq!(decoded("ab%00", false), Err(2));
    }

    #[test]
    fn places_are_those_of_the_written_text() {
        assert_eq!(place_in_written("a%2Fb", 0), 0);
        assert_eq!(place_in_written("a%2Fb", 2), 4);
        assert_eq!(place_in_written("a%2Fb", 9), 5);
    }

    #[test]
    fn addresses_are_taken_apart() {
        let uri = split("https://a:80/b/c?d=e&f#g?h").unwrap();
        assert_eq!((uri.path, uri.path_at), ("/b/c", 12));
        assert_eq!((uri.query, uri.query_at), (Some("d=e&f"), 17));
        for (bad, kind, at) in [
            ("", ParseErrorKind::LinkScheme, 0),
            ("HtTp://a/b", ParseErrorKind::LinkScheme, 0),
            ("http://a", ParseErrorKind::LinkDomain, 8),
            ("http:///a", ParseErrorKind::LinkDomain, 7),
            ("http://a_b/c", ParseErrorKind::LinkDomain, 8),
            ("http://a/b c", ParseErrorKind::LinkCharacter, 10),
            ("http://a/é", ParseErrorKind::LinkCharacter, 9),
        ] {
            assert_eq!(split(bad).err(), Some(ParseError::new(kind, at)), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(value in "[ -~]{0,30}") {
            let mut written = String::new();
            encode(&value, &mut written);
            prop_assert_eq!(&*decoded(&written, false).unwrap(), value.as_bytes());
            prop_assert_eq!(&*decoded(&written, true).unwrap(), value.as_bytes());
        }
    }
}
