//! The Global Trade Item Number: which product, never which item. Refuses a wrong length and a
//! wrong check digit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::check_digit;

/// A GTIN whose check digit holds. Written as 14 digits; read from 8, 12, 13 or 14, which are the
/// same number with leading zeros left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

/// Why a text is no GTIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGtin {
    /// It isn't 8, 12, 13 or 14 digits.
    #[error("a GTIN is 8, 12, 13 or 14 digits")]
    Shape,
    /// Its last digit doesn't follow from the others.
    #[error("the check digit of this GTIN does not hold")]
    CheckDigit,
}

impl Gtin {
    /// The 14 digits as one number, below 10^14.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for Gtin {
    type Err = InvalidGtin;

    fn from_str(text: &str) -> Result<Self, InvalidGtin> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !matches!(text.len(), 8 | 12 | 13 | 14) {
            return Err(InvalidGtin::Shape);
        }
        let number = text.parse().map_err(|_| InvalidGtin::Shape)?;
        if check_digit::holds(text.as_bytes()) { Ok(Self(number)) } else { Err(InvalidGtin::CheckDigit) }
    }
}

impl TryFrom<u64> for Gtin {
    type Error = InvalidGtin;

    /// Takes back what [`Gtin::number`] gave.
    fn try_from(number: u64) -> Result<Self, InvalidGtin> {
        format!("{number:014}").parse()
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

impl Serialize for Gtin {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Gtin {
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
    fn every_length_is_the_same_number_in_fourteen_digits() {
        for (text, full) in [
            ("46198488", "00000046198488"),
            ("614141000036", "00614141000036"),
            ("4600840749372", "04600840749372"),
            ("04600840749372", "04600840749372"),
        ] {
            assert_eq!(text.parse::<Gtin>().unwrap().to_string(), full);
        }
    }

    #[test]
    fn wrong_lengths_letters_and_check_digits_are_refused() {
        for text in ["", "1", "461984880", "4600840749372 ", "460084074937٢", "+600840749372"] {
            assert_eq!(text.parse::<Gtin>(), Err(InvalidGtin::Shape), "{text}");
        }
        assert_eq!("04600840749373".parse::<Gtin>(), Err(InvalidGtin::CheckDigit));
        assert_eq!(Gtin::try_from(100_000_000_000_000), Err(InvalidGtin::Shape));
    }

    #[test]
    fn json_is_the_fourteen_digits() {
        let gtin: Gtin = "4600840749372".parse().unwrap();
        assert_eq!(serde_json::to_string(&gtin).unwrap(), "\"04600840749372\"");
        assert_eq!(serde_json::from_str::<Gtin>("\"04600840749372\"").unwrap(), gtin);
        assert!(serde_json::from_str::<Gtin>("\"04600840749373\"").is_err());
    }

    proptest! {
        #[test]
        fn print_and_read_give_the_same_gtin(body in 0_u64..10_000_000_000_000) {
            let body = format!("{body:013}");
            let digit = check_digit::of(body.as_bytes()).unwrap();
            let gtin: Gtin = format!("{body}{digit}").parse().unwrap();
            prop_assert_eq!(gtin.to_string().parse::<Gtin>().unwrap(), gtin);
            prop_assert_eq!(Gtin::try_from(gtin.number()).unwrap(), gtin);
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = text.parse::<Gtin>();
        }
    }
}
