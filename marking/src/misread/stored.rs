//! Codes as other programs store and send them: escaped for JSON, XML, HTML or an address, in Base64 or hexadecimal
//! digits, in quotation marks, as GTIN and serial without application identifiers.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};

use crate::alphabet;
use crate::gtin::Gtin;
use crate::serial::{ISSUER, LONG_LENGTH};

/// The characters that a text may stand in, opening and closing.
const QUOTES: [(&str, &str); 9] =
    [("\"", "\""), ("'", "'"), ("`", "`"), ("«", "»"), ("“", "”"), ("„", "“"), ("<", ">"), ("'", ""), ("", ";")];

/// What names stand for in XML and HTML.
const ENTITIES: [(&str, &str); 6] =
    [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&nbsp;", " ")];

/// The text that a program stored so; nothing for a text that shows none of these forms. One form is undone at a time.
pub(super) fn forms(text: &str) -> Vec<String> {
    let undone = [unquoted(text), unescaped(text), without_entities(text), percent_decoded(text)];
    let encoded = [from_base64(text), from_hex(text), with_identifiers(text), with_first_zero(text)];
    undone.into_iter().chain(encoded).flatten().filter(|stored| stored != text).collect()
}

fn unquoted(text: &str) -> Option<String> {
    let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    QUOTES.iter().find_map(inside).map(|inside| inside.replace("\"\"", "\""))
}

/// Undoes the escapes of JSON and of programs' sources, spellings of GS among them.
fn unescaped(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let hex = |skip: usize, digits: usize| {
            let number = after.get(skip..skip + digits)?;
            char::from_u32(u32::from_str_radix(number, 16).ok()?).map(|c| (c, skip + digits))
        };
        let octal = || {
            let number = after.get(..3)?;
            char::from_u32(u32::from_str_radix(number, 8).ok()?).map(|c| (c, 3))
        };
        let escaped = match after.as_bytes().first() {
            Some(b'u' | b'U') => hex(1, 4),
            Some(b'x' | b'X') => hex(1, 2),
            Some(b'0'..=b'3') => octal(),
            Some(b'n' | b'r' | b't') => Some(('\n', 1)),
            Some(sign @ (b'"' | b'\'' | b'/' | b'\\')) => Some((char::from(*sign), 1)),
            _ => None,
        };
        let (c, length) = escaped.unwrap_or(('\\', 0));
        plain.push(c);
        rest = &after[length..];
    }
    plain.push_str(rest);
    Some(plain)
}

fn without_entities(text: &str) -> Option<String> {
    if !text.contains('&') {
        return None;
    }
    let mut plain = text.to_owned();
    for (entity, stands_for) in ENTITIES.iter().rev() {
        plain = plain.replace(entity, stands_for);
    }
    let mut found = String::with_capacity(plain.len());
    let mut rest = plain.as_str();
    while let Some((before, after)) = rest.split_once("&#") {
        found.push_str(before);
        let numbered = after.split_once(';').and_then(|(number, after)| {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            Some((char::from_u32(number.ok()?)?, after))
        });
        if let Some((c, after)) = numbered {
            found.push(c);
            rest = after;
        } else {
            found.push_str("&#");
            rest = after;
        }
    }
    found.push_str(rest);
    Some(found)
}

/// Undoes percent-encoding, but not in a link, where it belongs.
fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') || text.contains("://") {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

/// Whether bytes are the text of a code, with or without what scanners put in front.
fn is_code(text: &str) -> bool {
    let data = text.trim_start_matches(['\u{1d}', '\u{e8}']);
    let data = if data.starts_with(']') { data.get(3..).unwrap_or_default() } else { data };
    data.starts_with("http") || data.bytes().take(14).filter(u8::is_ascii_digit).count() == 14
}

fn from_base64(text: &str) -> Option<String> {
    if text.len() < 28 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)) {
        return None;
    }
    let usual = text.replace('-', "+").replace('_', "/");
    let bytes = BASE64_STANDARD.decode(&usual).or_else(|_| BASE64_STANDARD_NO_PAD.decode(&usual)).ok()?;
    String::from_utf8(bytes).ok().filter(|text| is_code(text))
}

fn from_hex(text: &str) -> Option<String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() < 32 || !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok().filter(|text| is_code(text))
}

/// GTIN and serial side by side, as tables of goods keep them.
fn with_identifiers(text: &str) -> Option<String> {
    let (gtin, serial) = text.split_at_checked(14)?;
    let serial = serial.trim_start_matches([';', ',', '|', '\t', ':', '/']);
    let rest = serial.as_bytes();
    let is_ours = rest.first() == Some(&ISSUER)
        && match rest.len() {
            LONG_LENGTH => alphabet::LONG.holds(&serial.to_ascii_uppercase()),
            6 => alphabet::SHORT.holds(serial),
            _ => false,
        };
    (is_ours && gtin.parse::<Gtin>().is_ok()).then(|| format!("01{gtin}21{serial}"))
}

/// A code that lost its first zero in a column of numbers.
fn with_first_zero(text: &str) -> Option<String> {
    let gtin = text.strip_prefix('1')?.get(..14)?;
    (gtin.parse::<Gtin>().is_ok() && text[15..].starts_with("21")).then(|| format!("0{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B21
    #[test]
    fn codes_are_read_as_programs_store_them() {
        let code = "0104870000770014213ABC\u{1d}91k7Qa\u{1d}92a+/&=";
        for stored in [
            r"0104870000770014213ABC\u001d91k7Qa\u001d92a+\/&=".to_owned(),
            r"0104870000770014213ABC\x1D91k7Qa\03592a+/&=".to_owned(),
            "0104870000770014213ABC&#29;91k7Qa&#x1D;92a+/&amp;=".to_owned(),
            "0104870000770014213ABC%1D91k7Qa%1d92a%2B%2F%26%3D".to_owned(),
            format!("\"{code}\""),
            format!("'{code}"),
            format!("{code};"),
            BASE64_STANDARD.encode(code),
            code.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).map(char::from).collect(),
            code[1..].to_owned(),
        ] {
            assert!(forms(&stored).contains(&code.to_owned()), "{stored}: {:?}", forms(&stored));
        }
        assert_eq!(
            forms("04870000770014 35RR8WKMP412U".replace(' ', "").as_str()),
            ["01048700007700142135RR8WKMP412U"]
        );
        assert!(forms(code).is_empty());
    }
}
