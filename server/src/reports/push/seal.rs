//! Encryption of a message to one browser: RFC 8291 over the coding `aes128gcm` of RFC 8188. One record, always padded to the
//! same length, so that nothing of a message shows, its language neither. Pure but for chance.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use zeroize::Zeroizing;

use crate::keys::random;
use crate::platform::problem::{Error, Result};

/// Bytes of an uncompressed point of P-256.
pub(crate) const POINT_BYTES: usize = 65;
/// Bytes of the secret that a browser shares with who sends to it.
pub(crate) const SECRET_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
/// Length of a padded message.
const PADDED: usize = 768;
/// The size of a record, as its head says: one record holds the whole.
const RECORD: u32 = 4_096;
/// Ends the message; padding follows.
const LAST_RECORD: u8 = 2;

/// The browser to which a message is encrypted.
#[derive(Clone)]
pub(crate) struct Receiver {
    /// The browser's point (`p256dh`).
    pub(crate) public: [u8; POINT_BYTES],
    /// The secret that it shares (`auth`).
    pub(crate) secret: [u8; SECRET_BYTES],
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Receiver(..)")
    }
}

impl Receiver {
    /// A point of the curve; none for any other bytes.
    pub(crate) fn public(bytes: &[u8]) -> Option<[u8; POINT_BYTES]> {
        let point: [u8; POINT_BYTES] = bytes.try_into().ok()?;
        let own = PrivateKey::generate(&ECDH_P256).ok()?;
        agreement::agree(&own, UnparsedPublicKey::new(&ECDH_P256, point), (), |_| Ok(())).ok()?;
        Some(point)
    }

    /// Encrypts a message.
    pub(crate) fn seal(&self, message: &[u8]) -> Result<Vec<u8>> {
        let own = PrivateKey::generate(&ECDH_P256).map_err(Error::internal)?;
        self.seal_with(message, &own, &random::<SALT_BYTES>(), PADDED)
    }

    fn seal_with(&self, message: &[u8], own: &PrivateKey, salt: &[u8; SALT_BYTES], padded: usize) -> Result<Vec<u8>> {
        if message.len() > padded {
            return Err(Error::internal("a push message that is longer than any"));
        }
        let own_public = own.compute_public_key().map_err(Error::internal)?;
        let own_public: &[u8] = own_public.as_ref();
        let peer = UnparsedPublicKey::new(&ECDH_P256, self.public);
        let unfit = || Error::internal("a browser's key is no point of the curve");
        let shared = agreement::agree(own, peer, (), |secret| Ok(Zeroizing::new(secret.to_vec())));
        let shared = shared.map_err(|()| unfit())?;
        // RFC 8291, 3.4: HKDF with the browser's secret as salt, then with the salt of the message.
        let info = [b"WebPush: info\0".as_slice(), &self.public, own_public].concat();
        let material = expand(&extract(&self.secret, &shared), &info);
        let key = extract(salt, material.as_slice());
        let cipher = expand(&key, b"Content-Encoding: aes128gcm\0");
        let nonce = expand(&key, b"Content-Encoding: nonce\0");

        let mut body = Vec::with_capacity(SALT_BYTES + 5 + POINT_BYTES + padded + 17);
        body.extend_from_slice(salt);
        body.extend_from_slice(&RECORD.to_be_bytes());
        body.push(u8::try_from(own_public.len()).map_err(Error::internal)?);
        body.extend_from_slice(own_public);
        let mut record = Vec::with_capacity(padded + 1);
        record.extend_from_slice(message);
        record.push(LAST_RECORD);
        record.resize(padded + 1, 0);
        let cipher = UnboundKey::new(&AES_128_GCM, &cipher[..16]).map_err(Error::internal)?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..NONCE_LEN]).map_err(Error::internal)?;
        LessSafeKey::new(cipher).seal_in_place_append_tag(nonce, Aad::empty(), &mut record).map_err(Error::internal)?;
        body.extend_from_slice(&record);
        Ok(body)
    }
}

/// HKDF-Extract with SHA-256 (RFC 5869).
fn extract(salt: &[u8], material: &[u8]) -> Zeroizing<[u8; 32]> {
    mac(salt, material)
}

/// The first block of HKDF-Expand, which is all that is needed of it.
fn expand(key: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; 32]> {
    mac(key, &[info, &[1]].concat())
}

fn mac(key: &[u8], text: &[u8]) -> Zeroizing<[u8; 32]> {
    let tag = hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text);
    let mut bytes = Zeroizing::new([0; 32]);
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    /// The example of RFC 8291, section 5.
    #[test]
    fn the_example_of_the_standard_is_encrypted_as_it_says() {
        let receiver = Receiver {
            public: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            secret: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let own: [u8; 32] = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let own = PrivateKey::from_private_key(&ECDH_P256, &own).unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let sealed = receiver.seal_with(message, &own, &bytes("DGv6ra1nlYgDCS1FRnbzlw"), message.len()).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6\
            TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn messages_are_of_one_length_and_never_twice_the_same() {
        let own = PrivateKey::generate(&ECDH_P256).unwrap().compute_public_key().unwrap();
        let receiver = Receiver { public: Receiver::public(own.as_ref()).unwrap(), secret: [7; SECRET_BYTES] };
        let (short, long) = (receiver.seal(b"").unwrap(), receiver.seal(&[b'x'; PADDED]).unwrap());
        assert_eq!(short.len(), long.len());
        assert_ne!(receiver.seal(b"").unwrap(), short);
        assert!(short.len() < 4_096, "what every push service takes");
        assert!(receiver.seal(&[b'x'; PADDED + 1]).is_err());
    }

    #[test]
    fn bytes_that_are_no_point_of_the_curve_are_refused() {
        let mut bent = bytes::<POINT_BYTES>(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        );
        assert!(Receiver::public(&bent).is_some());
        bent[64] ^= 1;
        assert!(Receiver::public(&bent).is_none());
        for other in [&[][..], &[4; POINT_BYTES], &[0; POINT_BYTES], &bent[..33]] {
            assert!(Receiver::public(other).is_none());
        }
    }
}
