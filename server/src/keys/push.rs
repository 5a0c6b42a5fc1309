//! The key that names the register to push services: ECDSA over P-256 with SHA-256.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use zeroize::Zeroizing;

use super::vault::{KEY_BYTES, random};
use crate::platform::problem::{Error, Result};

/// A key that signs for push services.
pub(crate) struct PushKey(EcdsaKeyPair);

impl PushKey {
    /// A number that is a private key; of random numbers one in four milliards is none.
    pub(super) fn secret() -> Zeroizing<[u8; KEY_BYTES]> {
        loop {
            let secret = random::<KEY_BYTES>();
            if PrivateKey::from_private_key(&ECDH_P256, secret.as_slice()).is_ok() {
                return secret;
            }
        }
    }

    /// The key pair of a private key.
    pub(super) fn open(secret: &[u8; KEY_BYTES]) -> Result<Self> {
        let private = PrivateKey::from_private_key(&ECDH_P256, secret).map_err(Error::internal)?;
        let public = private.compute_public_key().map_err(Error::internal)?;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, public.as_ref());
        Ok(Self(pair.map_err(Error::internal)?))
    }

    /// The public half: an uncompressed point, 65 bytes.
    pub(crate) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// Signs; 64 bytes, as a JSON Web Token carries them.
    pub(crate) fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.sign(&SystemRandom::new(), text).map_err(Error::internal)?.as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_holds_under_the_public_half_alone() {
        let (key, other) = (PushKey::open(&PushKey::secret()).unwrap(), PushKey::open(&PushKey::secret()).unwrap());
        let signature = key.sign(b"text").unwrap();
        assert_eq!((key.public().len(), key.public()[0], signature.len()), (65, 4, 64));
        let holds = |key: &PushKey, text: &[u8]| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public()).verify(text, &signature).is_ok()
        };
        assert!(holds(&key, b"text") && !holds(&key, b"test") && !holds(&other, b"text"));
    }
}
