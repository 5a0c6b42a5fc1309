//! Accounting-control stamps of alcohol: the link that the QR on a stamp holds, and the mark that seals it.
//!
//! `{address of the service}/s/{series}{number}/{mark}`: two capital letters and nine digits, which are also printed
//! on the stamp in plain sight, and thirteen characters of [`alphabet::LONG`]. The mark is 65 bits of
//! HMAC-SHA-256 over the series and the number, so whoever reads a stamp's number, or counts up from it,
//! still cannot print the QR of a stamp that was issued (Q4b.3, D1.2). The layout of the national QR is not
//! published: this one is our own, and a camera of any phone opens it.
//!
//! The mark stands over `tanba-stamp-1` ‖ series ‖ number (9 digits) ‖ key id (4), all of fixed length. It
//! names no key, so a check tries every key of the group: [`SealKeys::check_stamp`].

use std::fmt;

use subtle::ConstantTimeEq;

use crate::alphabet;
use crate::code::StampCode;
use crate::layout::{Group, TailKind};
use crate::seal::{HmacSealKey, KeyId};
use crate::seal_keys::{SealCheck, SealKeys, SealMaterial, check_each};

const DOMAIN: &[u8; 13] = b"tanba-stamp-1";

/// How many characters a mark has.
pub const MARK_LENGTH: usize = 13;

/// What is printed on a stamp beside the QR: its series and its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StampNumber {
    series: [u8; 2],
    number: u32,
}

/// A series that is not two capital Latin letters, or a number of more than nine digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stamp has a series of two capital letters and a number of at most nine digits")]
pub struct InvalidStampNumber;

impl StampNumber {
    /// The highest number in a series.
    pub const MAX: u32 = 999_999_999;

    /// Takes a series and a number.
    pub fn new(series: &str, number: u32) -> Result<Self, InvalidStampNumber> {
        match series.as_bytes() {
            &[first @ b'A'..=b'Z', second @ b'A'..=b'Z'] if number <= Self::MAX => {
                Ok(Self { series: [first, second], number })
            }
            _ => Err(InvalidStampNumber),
        }
    }

    /// The series: two capital letters.
    pub fn series(&self) -> &str {
        // The letters were found to be ASCII: the fallback is never taken.
        std::str::from_utf8(&self.series).unwrap_or_default()
    }

    /// The number in the series.
    pub fn number(self) -> u32 {
        self.number
    }
}

impl TryFrom<&StampCode> for StampNumber {
    type Error = InvalidStampNumber;

    /// The series and the number of a stamp's link, as it was read.
    fn try_from(code: &StampCode) -> Result<Self, InvalidStampNumber> {
        Self::new(&code.series, code.number)
    }
}

impl fmt::Display for StampNumber {
    /// As on the stamp: two letters and nine digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.series.map(char::from);
        write!(formatter, "{first}{second}{:09}", self.number)
    }
}

impl fmt::Debug for StampNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StampNumber({self})")
    }
}

/// The thirteen characters that prove a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark([u8; MARK_LENGTH]);

impl Mark {
    /// The characters.
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII: the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Computes the mark of a stamp with a key.
pub fn mark(key: &HmacSealKey, id: KeyId, stamp: StampNumber) -> Mark {
    let mut message = [b'0'; DOMAIN.len() + 2 + 9 + 4];
    message[..13].copy_from_slice(DOMAIN);
    message[13..15].copy_from_slice(&stamp.series);
    let mut rest = stamp.number;
    for digit in message[15..24].iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    message[24..].copy_from_slice(id.as_str().as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&key.tag(&message)[..16]);
    let mut characters = [0; MARK_LENGTH];
    // Thirteen characters of five bits each hold exactly the 65 bits that are taken.
    let _ = alphabet::LONG.write(u128::from_be_bytes(bits) >> 63, &mut characters);
    Mark(characters)
}

/// The link that the QR of a stamp holds. The address is that of the service, without a slash at its end; one without a
/// scheme is reached by `https`.
pub fn link(address: &str, stamp: StampNumber, mark: Mark) -> String {
    let scheme = if address.contains("://") { "" } else { "https://" };
    format!("{scheme}{address}/s/{stamp}/{mark}")
}

impl SealKeys {
    /// Checks the mark of a stamp against every key of the group alcohol.
    pub fn check_stamp(&self, stamp: StampNumber, given: &str) -> SealCheck {
        if given.is_empty() {
            return SealCheck::Missing;
        }
        if given.len() != TailKind::Mark.characters() || !alphabet::LONG.holds(given) {
            return SealCheck::Garbled;
        }
        let keys = self.iter().filter(|key| key.group == Group::Alcohol);
        check_each(keys, |key| match &key.material {
            SealMaterial::Hmac(secret) => {
                let expected = mark(secret, key.id, stamp);
                expected.0.ct_eq(given.as_bytes()).into()
            }
            SealMaterial::Ed25519(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::seal::KeyState;
    use crate::seal_keys::SealKey;
    use proptest::prelude::*;

    fn secret() -> HmacSealKey {
        HmacSealKey::new(&[5; 32])
    }

    fn keys(state: KeyState) -> SealKeys {
        let key = |number, group| SealKey {
            id: KeyId::of_number(number),
            group,
            state,
            material: SealMaterial::Hmac(secret()),
        };
        SealKeys::new([key(1, Group::Alcohol), key(2, Group::Water)]).unwrap()
    }

    fn stamp(number: u32) -> StampNumber {
        StampNumber::new("KZ", number).unwrap()
    }

    /// The expected mark was computed with another implementation (Python's `hmac`).
    #[test]
    fn a_stamp_has_a_link_with_its_mark() {
        let mark = mark(&secret(), KeyId::of_number(1), stamp(42));
        for (address, start) in [
            ("tanba.example", "https://tanba.example/s/"),
            ("https://tanba.example", "https://tanba.example/s/"),
            ("http://192.0.2.7:8080", "http://192.0.2.7:8080/s/"),
        ] {
            assert_eq!(link(address, stamp(42), mark), format!("{start}KZ000000042/62XWA8S23VX2R"));
        }
    }

    #[test]
    fn a_mark_holds_for_its_stamp_alone() {
        let key = KeyId::of_number(1);
        let good = mark(&secret(), key, stamp(42));
        let keys = keys(KeyState::Active);
        let check = |stamp, given: &str| keys.check_stamp(stamp, given);
        assert_eq!(check(stamp(42), good.as_str()), SealCheck::Holds { key });
        assert_eq!(check(stamp(43), good.as_str()), SealCheck::DoesNotMatch);
        let other_series = StampNumber::new("ZK", 42).unwrap();
        assert_eq!(check(other_series, good.as_str()), SealCheck::DoesNotMatch);
        let of_another_group = mark(&secret(), KeyId::of_number(2), stamp(42));
        let given = of_another_group.as_str();
        assert_eq!(check(stamp(42), given), SealCheck::DoesNotMatch);
        assert_eq!(check(stamp(42), ""), SealCheck::Missing);
        for garbled in [&good.as_str().to_lowercase(), &good.as_str()[1..], "ЖЖЖЖЖЖЖ"] {
            assert_eq!(check(stamp(42), garbled), SealCheck::Garbled, "{garbled}");
        }
        let none = SealKeys::default();
        assert_eq!(none.check_stamp(stamp(42), good.as_str()), SealCheck::KeyUnknown);
    }

    #[test]
    fn a_mark_of_a_revoked_key_is_told_apart_from_a_forged_one() {
        let key = KeyId::of_number(1);
        let good = mark(&secret(), key, stamp(42));
        let keys = keys(KeyState::Revoked);
        assert_eq!(keys.check_stamp(stamp(42), good.as_str()), SealCheck::KeyRevoked { key });
        assert_eq!(keys.check_stamp(stamp(42), "0000000000000"), SealCheck::DoesNotMatch);
    }

    #[test]
    fn what_stands_on_no_stamp_is_refused() {
        assert!(StampNumber::new("KZ", StampNumber::MAX).is_ok());
        assert!(StampNumber::new("KZ", StampNumber::MAX + 1).is_err());
        for series in ["", "K", "kz", "K1", "KZA", "ҚЗ"] {
            assert!(StampNumber::new(series, 1).is_err(), "{series}");
        }
    }

    proptest! {
        #[test]
        fn every_stamp_is_proved_by_its_mark(number in 0..=StampNumber::MAX, series in "[A-Z]{2}") {
            let stamp = StampNumber::new(&series, number).unwrap();
            prop_assert_eq!(stamp.to_string(), format!("{series}{number:09}"));
            let key = KeyId::of_number(1);
            let mark = mark(&secret(), key, stamp);
            prop_assert!(alphabet::LONG.holds(mark.as_str()));
            let check = keys(KeyState::Retired).check_stamp(stamp, mark.as_str());
            prop_assert_eq!(check, SealCheck::Holds { key });
        }

        /// X40: any text is judged.
        #[test]
        fn any_mark_is_judged_without_a_panic(mark: String) {
            let check = keys(KeyState::Active).check_stamp(stamp(42), &mark);
            let holds = matches!(check, SealCheck::Holds { .. });
            prop_assert!(!holds);
        }
    }
}
