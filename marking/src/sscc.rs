//! The Serial Shipping Container Code: one number for one transport pack. Refuses a wrong length
//! and a wrong check digit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::check_digit;

/// An SSCC, 18 digits, whose check digit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sscc(u64);

/// Why a text is no SSCC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSscc {
    /// It isn't 18 digits.
    #[error("an SSCC is 18 digits")]
    Shape,
    /// Its last digit doesn't follow from the others.
    #[error("the check digit of this SSCC does not hold")]
    CheckDigit,
}

impl Sscc {
    /// The 18 digits as one number, below 10^18: it fits a signed 64-bit column.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for Sscc {
    type Err = InvalidSscc;

    fn from_str(text: &str) -> Result<Self, InvalidSscc> {
        if text.len() != 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidSscc::Shape);
        }
        let number = text.parse().map_err(|_| InvalidSscc::Shape)?;
        if check_digit::holds(text.as_bytes()) { Ok(Self(number)) } else { Err(InvalidSscc::CheckDigit) }
    }
}

impl TryFrom<u64> for Sscc {
    type Error = InvalidSscc;

    /// Takes back what [`Sscc::number`] gave.
    fn try_from(number: u64) -> Result<Self, InvalidSscc> {
        format!("{number:018}").parse()
    }
}

impl fmt::Display for Sscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:018}", self.0)
    }
}

impl Serialize for Sscc {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sscc {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wrong_length_letter_or_check_digit_is_refused() {
        assert_eq!("37610425002123456".parse::<Sscc>(), Err(InvalidSscc::Shape));
        assert_eq!("37610425002123456X".parse::<Sscc>(), Err(InvalidSscc::Shape));
        assert_eq!("376104250021234560".parse::<Sscc>(), Err(InvalidSscc::CheckDigit));
        assert_eq!("376104250021234569".parse::<Sscc>().unwrap().to_string(), "376104250021234569");
    }

    proptest! {
        #[test]
        fn print_and_read_give_the_same_sscc(body in 0_u64..100_000_000_000_000_000) {
            let body = format!("{body:017}");
            let digit = check_digit::of(body.as_bytes()).unwrap();
            let sscc: Sscc = format!("{body}{digit}").parse().unwrap();
            prop_assert_eq!(sscc.to_string(), format!("{body}{digit}"));
            prop_assert_eq!(Sscc::try_from(sscc.number()).unwrap(), sscc);
            prop_assert_eq!(serde_json::from_str::<Sscc>(&serde_json::to_string(&sscc).unwrap()).unwrap(), sscc);
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = text.parse::<Sscc>();
        }
    }
}
