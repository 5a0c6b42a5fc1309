//! Secrets at rest: AES-256-GCM under a random nonce, with the place of the secret as associated data, so
//! that a sealed value copied to another row or column doesn't open there.

use aws_lc_rs::aead::{AES_256_GCM, Aad, MAX_TAG_LEN, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

/// How many bytes a key has.
pub(crate) const KEY_BYTES: usize = 32;

/// A sealed value that doesn't open: another key, another place, or changed bytes. Which one can't be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open: another key, another place or changed bytes")]
pub(crate) struct Unopened;

/// A key that seals and opens secrets.
pub(crate) struct Vault {
    key: RandomizedNonceKey,
    /// What other keys are derived from.
    root: hmac::Key,
}

impl Vault {
    /// Takes the key's bytes, which the caller wipes.
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self {
            key: RandomizedNonceKey::new(&AES_256_GCM, key).expect("32 bytes are a key of AES-256"),
            root: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// A key for another purpose, always the same.
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        let tag = hmac::sign(&self.root, purpose.as_bytes());
        let mut derived = Zeroizing::new([0; KEY_BYTES]);
        derived.copy_from_slice(tag.as_ref());
        derived
    }

    /// Seals a secret for one place: nonce, then the encrypted bytes, then the tag.
    pub(crate) fn seal(&self, context: &str, secret: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(NONCE_LEN + secret.len() + MAX_TAG_LEN);
        bytes.extend_from_slice(secret);
        let nonce = self.key.seal_in_place_append_tag(Aad::from(context), &mut bytes);
        let nonce = nonce.expect("a secret is far shorter than what one key may seal");
        bytes.splice(0..0, nonce.as_ref().iter().copied());
        bytes
    }

    /// Opens what was sealed for the same place.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unopened)?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let opened = self.key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut bytes);
        let length = opened.map_err(|_| Unopened)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vault(..)")
    }
}

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let vault = Vault::new(&[1; KEY_BYTES]);
        let sealed = vault.seal("account:1", b"secret");
        assert_eq!(vault.open("account:1", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(vault.open("account:2", &sealed).unwrap_err(), Unopened);
        assert_eq!(Vault::new(&[2; KEY_BYTES]).open("account:1", &sealed).unwrap_err(), Unopened);
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own_that_stays_the_same() {
        let (one, other) = (Vault::new(&[1; KEY_BYTES]), Vault::new(&[2; KEY_BYTES]));
        assert_eq!(one.derive("audit"), Vault::new(&[1; KEY_BYTES]).derive("audit"));
        assert_ne!(one.derive("audit"), one.derive("cards"));
        assert_ne!(one.derive("audit"), other.derive("audit"));
    }

    #[test]
    fn a_changed_or_short_value_does_not_open() {
        let vault = Vault::new(&[1; KEY_BYTES]);
        let sealed = vault.seal("here", b"secret");
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(vault.open("here", &bent).unwrap_err(), Unopened);
            assert_eq!(vault.open("here", &sealed[..at]).unwrap_err(), Unopened);
        }
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time() {
        let vault = Vault::new(&[1; KEY_BYTES]);
        assert_ne!(vault.seal("here", b"secret"), vault.seal("here", b"secret"));
        assert!(!vault.seal("here", b"secret").windows(6).any(|bytes| bytes == b"secret"));
    }
}
