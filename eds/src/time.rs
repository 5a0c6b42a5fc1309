//! Moments in UTC, to the second.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::asn1::{Malformed, Parsed, Tlv, encode, tag};

/// Seconds since 1970-01-01T00:00:00Z. Written and parsed as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

const BAD: Malformed = Malformed("time");

impl Timestamp {
    /// `seconds` later.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    fn from_parts(year: i64, month: i64, day: i64, seconds: i64) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&day) {
            return None;
        }
        // Days since the epoch of the civil calendar, years from March (H. Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = year - i64::from(month <= 2);
        let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        Some(Self(days * 86_400 + seconds))
    }

    /// Year, month and day.
    fn date(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(86_400) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
    }

    /// From `YYYYMMDDHHMMSS`.
    fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.len() != 14 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |from: usize, to: usize| {
            digits[from..to].iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
        };
        let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Self::from_parts(number(0, 4), number(4, 6), number(6, 8), hour * 3600 + minute * 60 + second)
    }

    /// `UTCTime` or `GeneralizedTime` in UTC (RFC 5280 section 4.1.2.5).
    pub(crate) fn from_tlv(value: &Tlv<'_>) -> Parsed<Self> {
        let digits = value.contents.strip_suffix(b"Z").ok_or(BAD)?;
        match value.tag {
            tag::UTC_TIME => {
                let century: &[u8] = if digits.first().is_some_and(|digit| *digit >= b'5') { b"19" } else { b"20" };
                Self::from_digits(&[century, digits].concat()).ok_or(BAD)
            }
            tag::GENERALIZED_TIME => Self::from_digits(digits).ok_or(BAD),
            _ => Err(BAD),
        }
    }

    /// `GeneralizedTime` that may have a fraction of a second, which is dropped (RFC 3161 section 2.4.2).
    pub(crate) fn from_tlv_with_fraction(value: &Tlv<'_>) -> Parsed<Self> {
        let digits = value.contents.strip_suffix(b"Z").ok_or(BAD)?;
        let whole = match digits.iter().position(|octet| *octet == b'.') {
            None => digits,
            Some(at) => {
                let fraction = &digits[at + 1..];
                let plain =
                    !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit) && !fraction.ends_with(b"0");
                if plain { &digits[..at] } else { return Err(BAD) }
            }
        };
        if value.tag == tag::GENERALIZED_TIME { Self::from_digits(whole).ok_or(BAD) } else { Err(BAD) }
    }

    fn digits(self) -> String {
        let (year, month, day) = self.date();
        let seconds = self.0.rem_euclid(86_400);
        format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// `UTCTime` until 2049, `GeneralizedTime` from then on (RFC 5280 section 4.1.2.5).
    pub(crate) fn to_der(self) -> Vec<u8> {
        let digits = self.digits();
        if (1950..2050).contains(&self.date().0) {
            encode(tag::UTC_TIME, &[&digits.as_bytes()[2..]])
        } else {
            encode(tag::GENERALIZED_TIME, &[digits.as_bytes()])
        }
    }

    /// `GeneralizedTime`.
    pub(crate) fn to_generalized(self) -> Vec<u8> {
        encode(tag::GENERALIZED_TIME, &[self.digits().as_bytes()])
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let part = |from: usize, to: usize| &digits[from..to];
        write!(f, "{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14))
    }
}

impl FromStr for Timestamp {
    type Err = Malformed;

    /// `2026-11-30T12:00:00Z`; other offsets are refused.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let shape = text.len() == 20 && text.is_ascii();
        let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")];
        if !shape || marks.iter().any(|(at, mark)| &text[*at..=*at] != *mark) {
            return Err(BAD);
        }
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        Self::from_digits(&digits).ok_or(BAD)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read_back() {
        for text in ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-30T12:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Timestamp>().expect("a moment").to_string(), text);
        }
        assert_eq!("2026-11-30T12:00:00Z".parse(), Ok(Timestamp(1_796_040_000)));
        for text in
            ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-30T24:00:00Z", "2026-11-30T12:00:00+05", ""]
        {
            assert_eq!(text.parse::<Timestamp>(), Err(BAD), "{text}");
        }
    }

    #[test]
    fn fractions_are_read_where_the_standard_has_them() {
        let value = |digits: &'static [u8]| Tlv { tag: tag::GENERALIZED_TIME, contents: digits, whole: digits };
        let plain = Timestamp::from_tlv(&value(b"20261130120000Z")).expect("a moment");
        assert_eq!(Timestamp::from_tlv_with_fraction(&value(b"20261130120000.25Z")), Ok(plain));
        assert_eq!(Timestamp::from_tlv(&value(b"20261130120000.25Z")), Err(BAD));
        for bad in [&b"20261130120000.Z"[..], b"20261130120000.250Z", b"20261130120000.2", b"202611301200Z"] {
            assert_eq!(Timestamp::from_tlv_with_fraction(&value(bad)), Err(BAD));
        }
    }
}
