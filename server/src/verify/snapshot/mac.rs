//! Authentication of what Redis holds: every card, every run of a sequence and the mark carry a truncated HMAC-SHA256
//! under a key that only the service has, over the full key and the value. Who can write to Redis can delete them or put
//! back older ones, and can neither make one nor move one to another key.
//!
//! Segments carry none, since two bytes of them are read at a time: they are compared with PostgreSQL instead, see
//! [`inspect`](super::inspect).

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;

/// Bytes of a tag.
pub(super) const TAG_BYTES: usize = 16;

/// The key of the snapshot's tags. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MacKey(hmac::Key);

impl MacKey {
    /// Takes a secret that nobody else uses.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The tag of a value under a key of Redis. `parts` together are the value; each is led by its length.
    pub(super) fn tag(&self, key: &str, parts: &[&[u8]]) -> [u8; TAG_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in std::iter::once(&key.as_bytes()).chain(parts) {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let tag = context.sign();
        let mut short = [0; TAG_BYTES];
        short.copy_from_slice(&tag.as_ref()[..TAG_BYTES]);
        short
    }

    /// Whether a value is one of ours.
    pub(super) fn holds(&self, key: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(key, parts).ct_eq(tag).into()
    }

    /// A number with its tag, as text that a script can move.
    pub(super) fn signed(&self, key: &str, number: u64) -> String {
        format!("{number}:{}", hex::encode(self.tag(key, &[&number.to_be_bytes()])))
    }

    /// The number of such a text; none when it is not ours.
    pub(super) fn number(&self, key: &str, text: &str) -> Option<u64> {
        let (number, tag) = text.split_once(':')?;
        let number: u64 = number.parse().ok()?;
        self.holds(key, &[&number.to_be_bytes()], &hex::decode(tag).ok()?).then_some(number)
    }
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MacKey(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_tag_holds_for_its_own_key_and_value_only() {
        let key = MacKey::new(&[7; 32]);
        let tag = key.tag("space:o:1", &[b"ab", b"c"]);
        assert!(key.holds("space:o:1", &[b"ab", b"c"], &tag));
        assert!(!key.holds("space:o:2", &[b"ab", b"c"], &tag));
        assert!(!key.holds("space:o:1", &[b"a", b"bc"], &tag), "parts are told apart");
        assert!(!key.holds("space:o:1", &[b"ab", b"c"], &tag[..8]));
        assert!(!MacKey::new(&[8; 32]).holds("space:o:1", &[b"ab", b"c"], &tag));
    }

    #[test]
    fn a_mark_of_somebody_else_is_none() {
        let key = MacKey::new(&[7; 32]);
        let text = key.signed("mark", 900);
        assert_eq!(key.number("mark", &text), Some(900));
        for forged in ["900", "901:00", &text.replace("900", "901"), ""] {
            assert_eq!(key.number("mark", forged), None, "{forged}");
        }
        assert_eq!(key.number("other", &text), None);
    }
}
