//! The second factor (X18): six digits that an authenticator app shows for half a minute (RFC 6238, SHA-1).
//! A code serves once: the step it belongs to is remembered, and no earlier one is taken after it.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How many bytes a secret has, as RFC 4226 recommends for SHA-1.
pub(crate) const SECRET_BYTES: usize = 20;

const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are taken too: phones' clocks are not exact.
const TOLERANCE: i64 = 1;
const DIGITS: u32 = 6;
/// The thirty-two characters of Base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step to which an instant belongs.
fn step(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP_SECONDS)
}

/// The digits of a step.
fn digits(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let start = usize::from(tag.last().copied().unwrap_or_default() & 0x0F);
    let word = tag.get(start..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    let number = (u32::from_be_bytes(word) & 0x7FFF_FFFF) % 10_u32.pow(DIGITS);
    format!("{number:06}")
}

/// The code that an authenticator shows at an instant.
pub fn code(secret: &[u8], at: DateTime<Utc>) -> String {
    digits(secret, step(at))
}

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// One of now; the step that it belongs to.
    Good(i64),
    /// One of now that was used, or one before it that was; another comes after so many seconds.
    Used {
        /// Seconds until the step after the last one used.
        next_in_seconds: u64,
    },
    /// None of now.
    Wrong,
}

/// Compares a code with those of now: it has to belong to a later step than the last one used.
pub(crate) fn compare(secret: &[u8], given: &str, now: DateTime<Utc>, last_used: i64) -> Given {
    if let Some(step) = matching_step(secret, given, now, last_used) {
        return Given::Good(step);
    }
    match matching_step(secret, given, now, i64::MIN) {
        Some(_) => used(now, last_used),
        None => Given::Wrong,
    }
}

/// A code that was used, and when there is another one.
pub(crate) fn used(now: DateTime<Utc>, last_used: i64) -> Given {
    let next = (last_used + 1).saturating_mul(STEP_SECONDS) - now.timestamp();
    Given::Used { next_in_seconds: u64::try_from(next).unwrap_or_default().clamp(1, 2 * STEP_SECONDS.unsigned_abs()) }
}

/// The step that a code belongs to, if it is one of now and later than the last one used.
fn matching_step(secret: &[u8], given: &str, now: DateTime<Utc>, last_used: i64) -> Option<i64> {
    let present = step(now);
    let mut found = None;
    // Every step is compared, so that the time taken doesn't tell which one it was.
    for step in present - TOLERANCE..=present + TOLERANCE {
        let same: bool = digits(secret, step).as_bytes().ct_eq(given.as_bytes()).into();
        if same && step > last_used {
            found = Some(step);
        }
    }
    found
}

/// The secret as people type it into an authenticator.
pub(crate) fn base32(secret: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for chunk in secret.chunks(5) {
        let mut bytes = [0; 8];
        bytes[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bytes);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let at = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or_default();
            text.push(char::from(BASE32[at]));
        }
    }
    text
}

/// The link that an authenticator reads from a QR code.
pub(crate) fn link(login: &str, secret: &[u8]) -> Zeroizing<String> {
    let login: String = form_urlencoded::byte_serialize(login.as_bytes()).collect();
    let login = login.replace('+', "%20");
    let secret = base32(secret);
    Zeroizing::new(format!(
        "otpauth://totp/Tanba:{login}?secret={}&issuer=Tanba&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        secret.as_str()
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The secret of the vectors in RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// X18: the last six of the eight digits that RFC 6238 gives for SHA-1.
    #[test]
    fn the_published_vectors_hold() {
        for (seconds, code_then) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, at(seconds)), code_then);
        }
    }

    /// X18
    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        let now = at(1_000_000_000);
        for (offset, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let given = code(SECRET, now + chrono::TimeDelta::seconds(offset));
            assert_eq!(matching_step(SECRET, &given, now, 0).is_some(), taken, "{offset}");
        }
        assert_eq!(matching_step(SECRET, "", now, 0), None);
        assert_eq!(matching_step(SECRET, "１２３４５６", now, 0), None);
    }

    /// X18
    #[test]
    fn a_code_serves_once() {
        let now = at(1_000_000_000);
        let given = code(SECRET, now);
        let used = matching_step(SECRET, &given, now, 0).unwrap();
        assert_eq!(matching_step(SECRET, &given, now, used), None);
        let before = code(SECRET, now - chrono::TimeDelta::seconds(30));
        assert_eq!(matching_step(SECRET, &before, now, used), None, "nor an earlier one after it");
        assert_eq!(compare(SECRET, &before, now, used), compare(SECRET, &given, now, used));
        let Given::Used { next_in_seconds } = compare(SECRET, &given, now, used) else { panic!("used") };
        let later = now + chrono::TimeDelta::seconds(i64::try_from(next_in_seconds).unwrap());
        assert!(matches!(compare(SECRET, &code(SECRET, later), later, used), Given::Good(_)));
        assert_eq!(compare(SECRET, "000000", now, used), Given::Wrong);
    }

    /// The vectors of RFC 4648, section 10, without their padding.
    #[test]
    fn a_secret_is_written_in_base32() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()).as_str(), text);
        }
        assert_eq!(
            link("a b@c", SECRET).as_str(),
            "otpauth://totp/Tanba:a%20b%40c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tanba&algorithm=SHA1&digits=6&period=30"
        );
    }
}
