//! What files and answers are wrapped in: PEM with any label, bare base64 with or without line breaks, nothing.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::asn1::{Malformed, Parsed};

/// The bytes inside. Input longer than `limit` is refused before anything is copied.
pub(crate) fn decode(bytes: &[u8], limit: usize) -> Parsed<Cow<'_, [u8]>> {
    if bytes.len() > limit {
        return Err(Malformed("too long"));
    }
    // DER starts with SEQUENCE, which is the digit zero in ASCII: what follows it decides.
    if bytes.first() == Some(&0x30) && !bytes.iter().all(|byte| is_base64(*byte)) {
        return Ok(Cow::Borrowed(bytes));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    let body = if let Some(rest) = text.strip_prefix(b"-----BEGIN ") {
        let rest = std::str::from_utf8(rest).map_err(|_| Malformed("PEM"))?;
        let (label, rest) = rest.split_once("-----").ok_or(Malformed("PEM"))?;
        let (body, end) = rest.split_once("-----END ").ok_or(Malformed("PEM"))?;
        if end.trim_end() != format!("{label}-----") {
            return Err(Malformed("PEM"));
        }
        body.as_bytes()
    } else if !text.is_empty() && text.iter().all(|byte| is_base64(*byte)) {
        text
    } else {
        return Ok(Cow::Borrowed(bytes));
    };
    let digits: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).map(Cow::Owned).map_err(|_| Malformed("base64"))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte.is_ascii_whitespace()
}

/// Whether content looks like base64 text of something else: the mistake of clients that sign the text instead of the file.
pub(crate) fn looks_like_base64(content: &[u8]) -> bool {
    content.len() >= 8 && content.iter().all(|byte| is_base64(*byte)) && {
        let digits: Vec<u8> = content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        digits.len().is_multiple_of(4) && STANDARD.decode(digits).is_ok()
    }
}
