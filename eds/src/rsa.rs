//! Checks of RSA signatures, PKCS #1 version 1.5 (RFC 8017 section 8.2.2). Only the public operation: this crate makes no RSA
//! signatures, so no time that depends on a private key can leak one.

use std::cmp::Ordering;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U64, Uint};

use crate::algorithm::DigestAlgorithm;
use crate::asn1::{Malformed, Parsed, encode, sequence, tag};

/// A public key of 2,048 to 4,096 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// Most significant octet first, which is not zero.
    modulus: Vec<u8>,
    exponent: u64,
}

impl RsaKey {
    /// From `RSAPublicKey` (RFC 8017 appendix A.1.1). None inside if the key is too short, too long or has a strange exponent.
    pub(crate) fn from_der(der: &[u8]) -> Parsed<Option<Self>> {
        const BAD: Malformed = Malformed("RSA key");
        let mut inside = sequence(der, BAD.0)?;
        let modulus = inside.expect(tag::INTEGER, BAD.0)?.unsigned()?;
        let exponent = inside.expect(tag::INTEGER, BAD.0)?.unsigned()?;
        inside.finish(BAD.0)?;
        let exponent =
            (exponent.len() <= 4).then(|| exponent.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)));
        let fits = (256..=512).contains(&modulus.len()) && modulus.last().is_some_and(|octet| octet & 1 == 1);
        Ok(match exponent {
            Some(exponent) if fits && exponent >= 3 && exponent % 2 == 1 => {
                Some(Self { modulus: modulus.to_vec(), exponent })
            }
            _ => None,
        })
    }

    /// Whether this is a signature of the digest. The expected block is built and compared as a whole (RFC 8017 section 8.2.2
    /// step 3), so nothing in it is parsed.
    pub fn verify(&self, algorithm: DigestAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        let opened = match self.modulus.len() {
            length if length != signature.len() => None,
            256 => self.open::<32>(signature),
            ..=384 => self.open::<48>(signature),
            _ => self.open::<64>(signature),
        };
        opened.zip(self.block(algorithm, digest)).is_some_and(|(opened, block)| opened == block)
    }

    fn open<const LIMBS: usize>(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let modulus = from_be::<LIMBS>(&self.modulus);
        let value = from_be::<LIMBS>(signature);
        if value.cmp_vartime(&modulus) != Ordering::Less {
            return None;
        }
        let odd: Option<Odd<Uint<LIMBS>>> = Odd::new(modulus).into();
        let params = FixedMontyParams::new_vartime(odd?);
        let opened = FixedMontyForm::new(&value, &params).pow_vartime(&U64::from_u64(self.exponent)).retrieve();
        let octets: Vec<u8> = opened.to_words().iter().rev().flat_map(|word| word.to_be_bytes()).collect();
        Some(octets[octets.len() - self.modulus.len()..].to_vec())
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2).
    fn block(&self, algorithm: DigestAlgorithm, digest: &[u8]) -> Option<Vec<u8>> {
        let info = encode(
            tag::SEQUENCE,
            &[&crate::algorithm::encode_algorithm(&algorithm.oid()), &encode(tag::OCTET_STRING, &[digest])],
        );
        let padding = self.modulus.len().checked_sub(info.len() + 3).filter(|length| *length >= 8)?;
        Some([&[0, 1][..], &vec![0xff; padding], &[0], &info].concat())
    }
}

fn from_be<const LIMBS: usize>(octets: &[u8]) -> Uint<LIMBS> {
    let mut words = [0; LIMBS];
    for (word, chunk) in words.iter_mut().zip(octets.rchunks(8)) {
        *word = chunk.iter().fold(0, |number, octet| number << 8 | u64::from(*octet));
    }
    Uint::from_words(words)
}
