//! The rules that a part of a value obeys beyond its characters and length. Each answers with the
//! first fault and its place in the part; all are total over any bytes.

mod codes;
mod coupon;
mod dates;
mod keys;
mod numbers;

use crate::parse_error::ParseErrorKind;

/// What a rule finds wrong: where in the part, and what.
pub(crate) type Fault = (usize, ParseErrorKind);

/// One rule of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    CheckDigit,
    CheckPair,
    CompanyPrefix,
    ImporterIndex,
    NonDigit,
    PercentEncoded,
    Hyphen,
    Iban,
    Zero,
    NonZero,
    NoLeadingZero,
    YesNo,
    Winding,
    Sex,
    PieceOfTotal,
    PositionOfEnd,
    Latitude,
    Longitude,
    Date,
    MonthOrDate,
    LongDate,
    HourMinute,
    Hour,
    Minute,
    Second,
    Country,
    CountryOr999,
    CountryLetters,
    Currency,
    MediaType,
    PackageType,
    Coupon,
    CouponOffer,
}

impl Rule {
    /// Checks a part of a value whose characters and length are already right.
    pub(crate) fn check(self, part: &[u8]) -> Result<(), Fault> {
        match self {
            Self::CheckDigit => keys::check_digit(part),
            Self::CheckPair => keys::check_pair(part),
            Self::CompanyPrefix => keys::company_prefix(part),
            Self::ImporterIndex => keys::importer_index(part),
            Self::NonDigit => keys::non_digit(part),
            Self::PercentEncoded => keys::percent_encoded(part),
            Self::Hyphen => keys::hyphen(part),
            Self::Iban => keys::iban(part),
            Self::Zero => numbers::zero(part),
            Self::NonZero => numbers::non_zero(part),
            Self::NoLeadingZero => numbers::no_leading_zero(part),
            Self::YesNo => numbers::one_of(part, b"01", ParseErrorKind::NotYesNo),
            Self::Winding => numbers::one_of(part, b"019", ParseErrorKind::Winding),
            Self::Sex => numbers::one_of(part, b"0129", ParseErrorKind::Sex),
            Self::PieceOfTotal => numbers::piece_of_total(part),
            Self::PositionOfEnd => numbers::position_of_end(part),
            Self::Latitude => numbers::at_most(part, 1_800_000_000, ParseErrorKind::Latitude),
            Self::Longitude => numbers::at_most(part, 3_600_000_000, ParseErrorKind::Longitude),
            Self::Date => dates::date(part),
            Self::MonthOrDate => dates::month_or_date(part),
            Self::LongDate => dates::long_date(part),
            Self::HourMinute => dates::hour_minute(part),
            Self::Hour => dates::below(part, 24, ParseErrorKind::Hour),
            Self::Minute => dates::below(part, 60, ParseErrorKind::Minute),
            Self::Second => dates::below(part, 60, ParseErrorKind::Second),
            Self::CountryOr999 if part == b"999" => Ok(()),
            Self::Country | Self::CountryOr999 => codes::country(part),
            Self::CountryLetters => codes::country_letters(part),
            Self::Currency => codes::currency(part),
            Self::MediaType => codes::media_type(part),
            Self::PackageType => codes::package_type(part),
            Self::Coupon => coupon::coupon(part),
            Self::CouponOffer => coupon::offer(part),
        }
    }
}

/// The number that ASCII digits write, if they are digits and it fits.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every rule that the table uses.
    fn rules() -> Vec<Rule> {
        let parts = super::super::ROWS.iter().flat_map(|row| row.parts);
        let mut all: Vec<Rule> = parts.flat_map(|part| part.rules.iter().copied()).collect();
        all.dedup();
        all
    }

    proptest! {
        #[test]
        fn every_rule_answers_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            for rule in rules() {
                let _ = rule.check(&bytes);
            }
        }

        #[test]
        fn every_rule_answers_any_digits(digits in "[0-9]{0,70}") {
            for rule in rules() {
                let _ = rule.check(digits.as_bytes());
            }
        }
    }
}
