//! Numbers with a limited meaning: flags, pieces of a total, positions, coordinates.

use std::cmp::Ordering;

use super::{Fault, number};
use crate::parse_error::ParseErrorKind;

/// Only zeros.
pub(super) fn zero(part: &[u8]) -> Result<(), Fault> {
    match part.iter().position(|byte| *byte != b'0') {
        None => Ok(()),
        Some(at) => Err((at, ParseErrorKind::NotZero)),
    }
}

/// Not only zeros.
pub(super) fn non_zero(part: &[u8]) -> Result<(), Fault> {
    if part.iter().all(|byte| *byte == b'0') { Err((0, ParseErrorKind::ZeroValue)) } else { Ok(()) }
}

/// Doesn't start with a zero.
pub(super) fn no_leading_zero(part: &[u8]) -> Result<(), Fault> {
    if part.first() == Some(&b'0') { Err((0, ParseErrorKind::LeadingZero)) } else { Ok(()) }
}

/// One of these characters.
pub(super) fn one_of(part: &[u8], allowed: &[u8], kind: ParseErrorKind) -> Result<(), Fault> {
    match part {
        [byte] if allowed.contains(byte) => Ok(()),
        _ => Err((0, kind)),
    }
}

/// A number up to `limit`, in ten digits: degrees with seven decimals, shifted to be positive.
pub(super) fn at_most(part: &[u8], limit: u64, kind: ParseErrorKind) -> Result<(), Fault> {
    match number(part) {
        Some(value) if value <= limit => Ok(()),
        _ => Err((0, kind)),
    }
}

/// The number of a piece, then the total of pieces, in equally many digits.
pub(super) fn piece_of_total(part: &[u8]) -> Result<(), Fault> {
    let (piece, total) = part.split_at(part.len() / 2);
    if piece.iter().all(|byte| *byte == b'0') {
        Err((0, ParseErrorKind::ZeroPiece))
    } else if total.iter().all(|byte| *byte == b'0') {
        Err((piece.len(), ParseErrorKind::ZeroTotal))
    } else if piece > total {
        Err((0, ParseErrorKind::PieceOverTotal))
    } else {
        Ok(())
    }
}

/// A position and the end of its sequence, written like `1/2`.
pub(super) fn position_of_end(part: &[u8]) -> Result<(), Fault> {
    let shape = Err((0, ParseErrorKind::PositionShape));
    let Some(slash) = part.iter().position(|byte| *byte == b'/') else {
        return shape;
    };
    let (position, end) = (&part[..slash], &part[slash + 1..]);
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if !digits(position) || !digits(end) {
        return shape;
    }
    no_leading_zero(position)?;
    no_leading_zero(end).map_err(|(at, kind)| (slash + 1 + at, kind))?;
    // Without leading zeros the longer number is the greater one.
    match position.len().cmp(&end.len()).then_with(|| position.cmp(end)) {
        Ordering::Greater => Err((0, ParseErrorKind::PositionOverEnd)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParseErrorKind::{LeadingZero, PieceOverTotal, PositionOverEnd, PositionShape, ZeroPiece, ZeroTotal};

    #[test]
    fn a_piece_is_between_one_and_the_total() {
        for good in ["0101", "0102", "9999", "0909"] {
            assert_eq!(piece_of_total(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("0001", (0, ZeroPiece)),
            ("0000", (0, ZeroPiece)),
            ("0100", (2, ZeroTotal)),
            ("0302", (0, PieceOverTotal)),
        ] {
            assert_eq!(piece_of_total(bad.as_bytes()), Err(fault), "{bad}");
        }
    }

    #[test]
    fn a_position_is_within_its_sequence() {
        for good in ["1/1", "1/2", "9/10", "10/10"] {
            assert_eq!(position_of_end(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", (0, PositionShape)),
            ("/", (0, PositionShape)),
            ("1/", (0, PositionShape)),
            ("/1", (0, PositionShape)),
            ("1/2/3", (0, PositionShape)),
            ("a/2", (0, PositionShape)),
            ("0/3", (0, LeadingZero)),
            ("1/03", (2, LeadingZero)),
            ("2/1", (0, PositionOverEnd)),
            ("10/9", (0, PositionOverEnd)),
        ] {
            assert_eq!(position_of_end(bad.as_bytes()), Err(fault), "{bad}");
        }
    }

    #[test]
    fn coordinates_and_flags_keep_to_their_range() {
        assert_eq!(at_most(b"1800000000", 1_800_000_000, ParseErrorKind::Latitude), Ok(()));
        assert!(at_most(b"1800000001", 1_800_000_000, ParseErrorKind::Latitude).is_err());
        assert_eq!(one_of(b"9", b"019", ParseErrorKind::Winding), Ok(()));
        assert!(one_of(b"2", b"019", ParseErrorKind::Winding).is_err());
        assert!(one_of(b"", b"019", ParseErrorKind::Winding).is_err());
        assert!(zero(b"00").is_ok() && zero(b"01").is_err());
        assert!(non_zero(b"00").is_err() && non_zero(b"10").is_ok());
    }
}
