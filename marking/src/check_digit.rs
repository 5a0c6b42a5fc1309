//! The GS1 modulo-10 check digit, one rule for every all-digit key: GTIN, SSCC, GLN, GSRN and so on.
//! Weights 3 and 1 alternate from the right, so leading zeros change nothing.

/// The check digit of `body` (the key without its last digit), or `None` if it holds anything but
/// ASCII digits.
pub fn of(body: &[u8]) -> Option<u8> {
    let mut sum = 0_u64;
    for (place, byte) in body.iter().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return None;
        }
        let weight = if place % 2 == 0 { 3 } else { 1 };
        sum += weight * u64::from(byte - b'0');
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Whether `key` is all digits and its last digit is the check digit of the others.
pub fn holds(key: &[u8]) -> bool {
    match key.split_last() {
        Some((last, body)) => last.is_ascii_digit() && of(body) == Some(last - b'0'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_digit_of_known_keys_is_found() {
        assert_eq!(of(b"629104150021"), Some(3));
        assert_eq!(of(b"37610425002123456"), Some(9));
        assert!(holds(b"6291041500213"));
        assert!(holds(b"04600840749372"));
    }

    #[test]
    fn nothing_and_letters_never_hold() {
        assert!(!holds(b""));
        assert!(!holds(b"629104150021X"));
        assert!(!holds(b"62910415002A3"));
        assert_eq!(of(b"12a"), None);
    }

    proptest! {
        #[test]
        fn a_completed_key_holds_and_one_changed_digit_breaks_it(body in "[0-9]{1,30}", at in 0_usize..31, by in 1_u8..10) {
            let digit = of(body.as_bytes()).unwrap_or_default();
            let mut key = body.into_bytes();
            key.push(b'0' + digit);
            prop_assert!(holds(&key));
            let at = at % key.len();
            key[at] = b'0' + (key[at] - b'0' + by) % 10;
            prop_assert!(!holds(&key));
        }

        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = holds(&bytes);
            let _ = of(&bytes);
        }
    }
}
