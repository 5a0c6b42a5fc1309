//! Check characters, company prefixes, bank accounts, and rules about single characters.

use super::Fault;
use super::codes::country_letters;
use crate::check_digit as modulo_10;
use crate::parse_error::ParseErrorKind;

/// The last digit is the check digit.
pub(super) fn check_digit(part: &[u8]) -> Result<(), Fault> {
    if modulo_10::holds(part) { Ok(()) } else { Err((part.len().saturating_sub(1), ParseErrorKind::WrongCheckDigit)) }
}

/// Set 82 in the order of its weights.
const SET_82: &[u8; 82] = b"!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// The characters that a check pair is written in.
const SET_32: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The weights, from the right: the first primes.
const PRIMES: [usize; 23] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];

/// The last two characters are the check pair (modulo 1021) of the others.
pub(super) fn check_pair(part: &[u8]) -> Result<(), Fault> {
    let Some((body, pair)) = part.split_last_chunk::<2>() else {
        return Err((0, ParseErrorKind::CheckPairMissing));
    };
    let wrong = Err((body.len(), ParseErrorKind::WrongCheckPair));
    if body.len() > PRIMES.len() {
        return wrong;
    }
    let mut sum = 0;
    for (byte, prime) in body.iter().rev().zip(PRIMES) {
        match SET_82.iter().position(|member| member == byte) {
            Some(weight) => sum += weight * prime,
            None => return wrong,
        }
    }
    let sum = sum % 1021;
    if *pair == [SET_32[sum / 32], SET_32[sum % 32]] { Ok(()) } else { wrong }
}

/// Starts with a company prefix, of which the shortest has four digits. Which prefixes are given
/// out is not checked.
pub(super) fn company_prefix(part: &[u8]) -> Result<(), Fault> {
    let Some(prefix) = part.first_chunk::<4>() else {
        return Err((0, ParseErrorKind::CompanyPrefixShort));
    };
    match prefix.iter().position(|byte| !byte.is_ascii_digit()) {
        None => Ok(()),
        Some(at) => Err((at, ParseErrorKind::CompanyPrefix)),
    }
}

/// One character of set 64.
pub(super) fn importer_index(part: &[u8]) -> Result<(), Fault> {
    match part {
        [byte] if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') => Ok(()),
        _ => Err((0, ParseErrorKind::ImporterIndex)),
    }
}

/// Not only digits.
pub(super) fn non_digit(part: &[u8]) -> Result<(), Fault> {
    if part.iter().all(u8::is_ascii_digit) { Err((0, ParseErrorKind::NonDigitRequired)) } else { Ok(()) }
}

/// Every percent sign is followed by two hexadecimal digits.
pub(super) fn percent_encoded(part: &[u8]) -> Result<(), Fault> {
    let mut at = 0;
    while let Some(step) = part[at..].iter().position(|byte| *byte == b'%') {
        at += step;
        match part.get(at + 1..at + 3) {
            Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => at += 3,
            _ => return Err((at, ParseErrorKind::PercentSequence)),
        }
    }
    Ok(())
}

/// Only hyphens.
pub(super) fn hyphen(part: &[u8]) -> Result<(), Fault> {
    match part.iter().position(|byte| *byte != b'-') {
        None if !part.is_empty() => Ok(()),
        at => Err((at.unwrap_or(0), ParseErrorKind::NotHyphen)),
    }
}

/// A bank account: country, check digits (modulo 97), account. More than ten characters, at most 34.
pub(super) fn iban(part: &[u8]) -> Result<(), Fault> {
    let Some((head, account)) = part.split_first_chunk::<4>() else {
        return Err((0, ParseErrorKind::IbanShort));
    };
    country_letters(&head[..2]).map_err(|_| (0, ParseErrorKind::IbanCountry))?;
    if part.len() <= 10 {
        return Err((0, ParseErrorKind::IbanShort));
    }
    let mut rest = 0_u32;
    let places = (4..part.len()).chain(0..4);
    for (at, byte) in places.zip(account.iter().chain(head)) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return Err((at, ParseErrorKind::IbanCharacter)),
        } % 97;
    }
    if rest == 1 { Ok(()) } else { Err((2, ParseErrorKind::IbanCheck)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParseErrorKind::{
        CheckPairMissing, CompanyPrefix, CompanyPrefixShort, IbanCharacter, IbanCheck, IbanCountry, IbanShort,
        NotHyphen, PercentSequence, WrongCheckPair,
    };

    #[test]
    fn the_check_pair_holds_for_published_models() {
        for good in ["1987654Ad4X4bL5ttr2310c2K", "22"] {
            assert_eq!(check_pair(good.as_bytes()), Ok(()), "{good}");
        }
        assert_eq!(check_pair(b"1987654Ad4X4bL5ttr2310c2L"), Err((23, WrongCheckPair)));
        assert_eq!(check_pair(b"A"), Err((0, CheckPairMissing)));
        assert_eq!(check_pair(b"23"), Err((0, WrongCheckPair)));
    }

    #[test]
    fn accounts_are_checked_to_the_last_character() {
        // The example of the IBAN registry for Kazakhstan, and one of Great Britain.
        for good in ["KZ86125KZT5004100100", "GB82WEST12345698765432"] {
            assert_eq!(iban(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("KZ8", (0, IbanShort)),
            ("KZ86125KZT", (0, IbanShort)),
            ("XQ86125KZT5004100100", (0, IbanCountry)),
            ("KZ87125KZT5004100100", (2, IbanCheck)),
            ("KZ86125KZt5004100100", (9, IbanCharacter)),
        ] {
            assert_eq!(iban(bad.as_bytes()), Err(fault), "{bad}");
        }
    }

    #[test]
    fn prefixes_percents_and_hyphens_name_the_fault() {
        assert_eq!(company_prefix(b"123"), Err((0, CompanyPrefixShort)));
        assert_eq!(company_prefix(b"12A4"), Err((2, CompanyPrefix)));
        assert_eq!(company_prefix(b"1234A"), Ok(()));
        assert_eq!(percent_encoded(b"a%20%D2%9B"), Ok(()));
        assert_eq!(percent_encoded(b"a%2"), Err((1, PercentSequence)));
        assert_eq!(percent_encoded(b"%20%g0"), Err((3, PercentSequence)));
        assert_eq!(hyphen(b"-"), Ok(()));
        assert_eq!(hyphen(b"-x"), Err((1, NotHyphen)));
        assert_eq!(hyphen(b""), Err((0, NotHyphen)));
    }
}
