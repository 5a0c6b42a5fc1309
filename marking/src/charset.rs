//! The character sets that AI values are made of: digits, set 82, set 39 and set 64. All are ASCII;
//! a character outside them is refused where it stands.

use crate::parse_error::ParseErrorKind;

/// Which characters a part of an AI value may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Digits only (`N` in the General Specifications).
    Digits,
    /// Set 82 (`X`): letters, digits and ``!"%&'()*+,-./:;<=>?_``; no space.
    Set82,
    /// Set 39 (`Y`): capital letters, digits and `#-/`.
    Set39,
    /// Set 64 (`Z`): URL-safe Base64, with padding at the end.
    Set64,
}

const DIGIT: u8 = 1;
const IN_82: u8 = 2;
const IN_39: u8 = 4;
const IN_64: u8 = 8;

/// Which sets each byte belongs to.
static MEMBERSHIP: [u8; 256] = membership();

const fn membership() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let mut sets = 0;
        if byte.is_ascii_digit() {
            sets |= DIGIT | IN_82 | IN_39 | IN_64;
        }
        if byte.is_ascii_uppercase() {
            sets |= IN_82 | IN_39 | IN_64;
        }
        if byte.is_ascii_lowercase() {
            sets |= IN_82 | IN_64;
        }
        sets |= match byte {
            b'-' => IN_82 | IN_39 | IN_64,
            b'_' => IN_82 | IN_64,
            b'/' => IN_82 | IN_39,
            b'#' => IN_39,
            b'!' | b'"' | b'%'..=b'.' | b':'..=b'?' => IN_82,
            _ => 0,
        };
        table[byte as usize] = sets;
        byte += 1;
    }
    table
}

/// Whether `byte` belongs to set 82.
pub fn in_set82(byte: u8) -> bool {
    MEMBERSHIP[usize::from(byte)] & IN_82 != 0
}

impl Charset {
    /// Finds the first byte of `value` outside the set: its place and what is wrong with it.
    pub(crate) fn check(self, value: &[u8]) -> Result<(), (usize, ParseErrorKind)> {
        let (mask, kind) = match self {
            Self::Digits => (DIGIT, ParseErrorKind::NotADigit),
            Self::Set82 => (IN_82, ParseErrorKind::NotInSet82),
            Self::Set39 => (IN_39, ParseErrorKind::NotInSet39),
            Self::Set64 => return check_set64(value),
        };
        first_outside(mask, value).map_or(Ok(()), |at| Err((at, kind)))
    }
}

fn first_outside(mask: u8, value: &[u8]) -> Option<usize> {
    value.iter().position(|byte| MEMBERSHIP[usize::from(*byte)] & mask == 0)
}

/// At most two `=`, only at the end, and only where the whole length is a multiple of three, as
/// the General Specifications' syntax check has it.
fn check_set64(value: &[u8]) -> Result<(), (usize, ParseErrorKind)> {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = value.len() - padding;
    if padding > 2 || (padding > 0 && !value.len().is_multiple_of(3)) {
        return Err((body, ParseErrorKind::Set64Padding));
    }
    first_outside(IN_64, &value[..body]).map_or(Ok(()), |at| Err((at, ParseErrorKind::NotInSet64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: Charset) -> usize {
        (0..=255_u8).filter(|byte| set.check(&[*byte]).is_ok()).count()
    }

    #[test]
    fn the_sets_have_as_many_characters_as_their_names_say() {
        assert_eq!(members(Charset::Digits), 10);
        assert_eq!(members(Charset::Set82), 82);
        assert_eq!(members(Charset::Set39), 39);
        assert_eq!(members(Charset::Set64), 64);
    }

    #[test]
    fn separators_and_spaces_are_outside_set_82() {
        for byte in *b" #$@[]^`{|}~\\\x1d" {
            assert!(!in_set82(byte), "{byte}");
        }
    }

    #[test]
    fn the_first_wrong_character_is_named() {
        assert_eq!(Charset::Set82.check(b"AB C D"), Err((2, ParseErrorKind::NotInSet82)));
        assert_eq!(Charset::Set39.check(b"AB#a"), Err((3, ParseErrorKind::NotInSet39)));
        assert_eq!(Charset::Digits.check(b"12x"), Err((2, ParseErrorKind::NotADigit)));
    }

    #[test]
    fn set_64_allows_padding_only_at_the_end() {
        for good in ["A", "AB", "ab-_", "12=", "1==", "1234=="] {
            assert_eq!(Charset::Set64.check(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, at) in [("123=", 3), ("===", 0), ("1=", 1)] {
            assert_eq!(Charset::Set64.check(bad.as_bytes()), Err((at, ParseErrorKind::Set64Padding)), "{bad}");
        }
        assert_eq!(Charset::Set64.check(b"1=2"), Err((1, ParseErrorKind::NotInSet64)));
    }
}
