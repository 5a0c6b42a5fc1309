//! Ed25519 (RFC 8032) for seals: keys that verify fast, and signing for tests and offline tools.
//!
//! The register verifies every scan with the few keys of a small, fixed set, so a [`PublicSealKey`] can
//! be prepared: it then holds a table of the multiples of its point, and a verification is some fifty
//! additions without a doubling. Phones do without tables.
//!
//! The arithmetic is that of `curve25519-dalek`, and signatures are accepted as by its `verify_strict`. Refused: public
//! keys that are no point, not in canonical form or of small order (such a key accepts signatures made without a secret
//! key); signatures whose scalar is not reduced, or whose point is not canonical or of small order (one message would
//! have several signatures). Verification does not run in constant time, since nothing about it is secret; signing does.

use std::fmt;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::LazyLock;

#[cfg(not(target_arch = "wasm32"))]
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
#[cfg(not(target_arch = "wasm32"))]
use curve25519_dalek::traits::Identity;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

#[cfg(not(target_arch = "wasm32"))]
use self::multiples::Multiples;

#[cfg(not(target_arch = "wasm32"))]
mod multiples;

/// How many bytes a signature has.
pub const SIGNATURE_BYTES: usize = 64;

/// A public key that no seal may be checked with: no point, not canonical, or of small order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key that seals can be checked with")]
pub struct UnfitKey;

/// A key that seals are checked with.
#[derive(Clone)]
pub struct PublicSealKey {
    bytes: [u8; 32],
    /// The key's point, negated: verification subtracts it.
    minus: EdwardsPoint,
    #[cfg(not(target_arch = "wasm32"))]
    table: Option<Multiples>,
}

impl PublicSealKey {
    /// Takes the 32 bytes of a public key.
    pub fn new(bytes: [u8; 32]) -> Result<Self, UnfitKey> {
        let compressed = CompressedEdwardsY(bytes);
        let point = compressed.decompress().ok_or(UnfitKey)?;
        if point.is_small_order() || point.compress() != compressed {
            return Err(UnfitKey);
        }
        Ok(Self {
            bytes,
            minus: -point,
            #[cfg(not(target_arch = "wasm32"))]
            table: None,
        })
    }

    /// The same key with its table, for those who check many seals.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn prepared(self) -> Self {
        LazyLock::force(&BASE);
        let table = Multiples::of(self.minus, KEY_DIGIT_BITS);
        Self { table: Some(table), ..self }
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.bytes
    }

    /// Whether the signature is this key's over the message.
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        let (commitment, response) = halves(signature);
        let Some(response) = Option::<Scalar>::from(Scalar::from_canonical_bytes(response)) else {
            return false;
        };
        let challenge = challenge(&commitment, &self.bytes, message);
        // R = sB - kA, compared as bytes, so that R has one form.
        let sum = self.combine(&response, &challenge);
        sum.compress().0 == commitment && !sum.is_small_order()
    }

    /// `response · B - challenge · A`.
    fn combine(&self, response: &Scalar, challenge: &Scalar) -> EdwardsPoint {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(table) = &self.table {
            let sum = BASE.add_to(EdwardsPoint::identity(), response);
            return table.add_to(sum, challenge);
        }
        EdwardsPoint::vartime_double_scalar_mul_basepoint(challenge, &self.minus, response)
    }
}

impl fmt::Debug for PublicSealKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicSealKey({:02x?})", self.bytes)
    }
}

/// A key that seals are made with, for tests and offline tools. It is wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretSealKey {
    scalar: Scalar,
    prefix: [u8; 32],
    #[zeroize(skip)]
    public: [u8; 32],
}

impl SecretSealKey {
    /// Derives the key from its 32-byte seed, which the caller wipes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut hash = Zeroizing::new([0; 64]);
        hash.copy_from_slice(&Sha512::digest(seed));
        let (scalar, prefix) = halves(&hash);
        let scalar = Scalar::from_bytes_mod_order(clamp_integer(scalar));
        Self { scalar, prefix, public: EdwardsPoint::mul_base(&scalar).compress().0 }
    }

    /// The 32 bytes of the public key.
    pub fn public_bytes(&self) -> [u8; 32] {
        self.public
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let nonce = Sha512::new().chain_update(self.prefix).chain_update(message);
        let nonce = Zeroizing::new(Scalar::from_hash(nonce));
        let commitment = EdwardsPoint::mul_base(&nonce).compress().0;
        let response = challenge(&commitment, &self.public, message) * self.scalar + *nonce;
        let mut signature = [0; SIGNATURE_BYTES];
        signature[..32].copy_from_slice(&commitment);
        signature[32..].copy_from_slice(response.as_bytes());
        signature
    }
}

impl fmt::Debug for SecretSealKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretSealKey(.., public {:02x?})", self.public)
    }
}

fn challenge(commitment: &[u8; 32], public: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(commitment).chain_update(public).chain_update(message);
    Scalar::from_hash(hash)
}

fn halves(bytes: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let (mut first, mut second) = ([0; 32], [0; 32]);
    first.copy_from_slice(&bytes[..32]);
    second.copy_from_slice(&bytes[32..]);
    (first, second)
}

/// Bits of a digit in the table of a key: 29 rows of 256 points, 1.2 MB.
#[cfg(not(target_arch = "wasm32"))]
const KEY_DIGIT_BITS: usize = 9;

/// The multiples of the base point, shared by all keys: 22 rows of 2,048 points, 7.2 MB.
#[cfg(not(target_arch = "wasm32"))]
static BASE: LazyLock<Multiples> = LazyLock::new(|| Multiples::of(ED25519_BASEPOINT_POINT, 12));

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        }
        bytes
    }

    /// Seed, public key, message and signature of the tests 1 to 3 in RFC 8032, section 7.1.
    const PUBLISHED: [[&str; 4]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
    ];

    #[test]
    fn the_published_vectors_hold() {
        for [seed, public, message, signature] in PUBLISHED {
            let secret = SecretSealKey::from_seed(&bytes(seed));
            assert_eq!(secret.public_bytes(), bytes(public));
            let message = &bytes::<2>(message)[..message.len() / 2];
            assert_eq!(secret.sign(message), bytes(signature));
            let key = PublicSealKey::new(secret.public_bytes()).unwrap();
            assert!(key.verify(message, &bytes(signature)));
            assert!(key.prepared().verify(message, &bytes(signature)));
        }
    }

    /// A key of small order accepts signatures that nobody made: `R = sB - kA` no longer depends on `k`.
    #[test]
    fn keys_that_anybody_could_sign_for_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(PublicSealKey::new(identity).is_err());
        assert!(PublicSealKey::new([0; 32]).is_err(), "a point of order 4");
        let order_8 = bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
        assert!(PublicSealKey::new(order_8).is_err());
        assert!(PublicSealKey::new([0xFF; 32]).is_err(), "not canonical");
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert!(PublicSealKey::new(no_point).is_err());
    }

    /// The order of the group added to the scalar gives the same point: it must not pass as another signature.
    #[test]
    fn a_signature_has_one_form() {
        let order = bytes::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let secret = SecretSealKey::from_seed(&[1; 32]);
        let key = PublicSealKey::new(secret.public_bytes()).unwrap().prepared();
        let mut signature = secret.sign(b"one form");
        assert!(key.verify(b"one form", &signature));
        let mut carry = 0;
        for (byte, of_order) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(of_order) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        assert!(!key.verify(b"one form", &signature));
    }

    #[test]
    fn a_secret_key_does_not_print_itself() {
        let secret = SecretSealKey::from_seed(&[1; 32]);
        let printed = format!("{secret:?}");
        assert!(printed.starts_with("SecretSealKey(.., public"));
        assert!(!printed.contains(&format!("{:02x?}", secret.prefix)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// D1.2: another implementation makes and takes the same signatures, and no flipped bit passes.
        #[test]
        fn another_implementation_agrees_and_a_flipped_bit_is_found(
            seed: [u8; 32],
            message in prop::collection::vec(any::<u8>(), 1..80),
            flipped in any::<prop::sample::Index>(),
        ) {
            let theirs = SigningKey::from_bytes(&seed);
            let ours = SecretSealKey::from_seed(&seed);
            let signature = ours.sign(&message);
            prop_assert_eq!(theirs.sign(&message).to_bytes(), signature);

            let light = PublicSealKey::new(ours.public_bytes()).unwrap();
            let prepared = light.clone().prepared();
            prop_assert_eq!(theirs.verifying_key().to_bytes(), light.to_bytes());
            prop_assert!(light.verify(&message, &signature));
            prop_assert!(prepared.verify(&message, &signature));

            let flip = |bytes: &mut [u8]| {
                let bit = flipped.index(8 * bytes.len());
                bytes[bit / 8] ^= 1 << (bit % 8);
            };
            let mut bent = signature;
            flip(&mut bent);
            prop_assert!(!light.verify(&message, &bent) && !prepared.verify(&message, &bent));
            let mut bent = message.clone();
            flip(&mut bent);
            prop_assert!(!light.verify(&bent, &signature) && !prepared.verify(&bent, &signature));
        }
    }
}
