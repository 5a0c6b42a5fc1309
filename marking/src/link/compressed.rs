//! Recognises the compressed form of Digital Link, so that it can be refused by its name.

/// The first byte of a compressed link: the first two digits of a key, or a short code for the
/// most usual pairs of AIs.
const FIRST_BYTES: [std::ops::RangeInclusive<u8>; 9] = [
    0x00..=0x01,
    0x0A..=0x0F,
    0x1A..=0x1F,
    0x2A..=0x2F,
    0x3A..=0x3F,
    0x40..=0x41,
    0x80..=0x80,
    0x9A..=0x9D,
    0xA0..=0xA9,
];

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

/// Whether the last segment of a path reads as a compressed link: URL-safe Base64, long enough for
/// a GTIN (55 bits), starting like a key.
pub(super) fn looks_so(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let [first, second, ..] = bytes else { return false };
    let (Some(first), Some(second)) = (sextet(*first), sextet(*second)) else { return false };
    let start = (first << 2) | (second >> 4);
    bytes.len() >= 10
        && bytes.iter().all(|byte| sextet(*byte).is_some())
        && FIRST_BYTES.iter().any(|range| range.contains(&start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_paths_are_told_from_words() {
        assert!(looks_so("ARFKk4XB0CDKWcnpq"));
        for word in ["", "A", "products", "AR", "ARFKk4XB0", "ARFKk4XB0CDKW.npq", "restaurants-near-me"] {
            assert!(!looks_so(word), "{word}");
        }
    }
}
