//! Public keys of certificates.

use const_oid::ObjectIdentifier;

use crate::algorithm::SignatureAlgorithm;
use crate::asn1::{Parsed, Tlv, single, tag};
use crate::gost::{Gost512Key, Gost2004Key};
use crate::oid;
use crate::rsa::RsaKey;

/// A public key (RFC 5280 section 4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// ST RK GOST R 34.10-2015 with 512 bits.
    Gost512(Gost512Key),
    /// GOST 34.310-2004.
    Gost2004(Gost2004Key),
    /// RSA.
    Rsa(RsaKey),
    /// A key that checks nothing: another algorithm, another curve, a point off the curve, RSA that is too short. What it was
    /// stays here for messages.
    Unsupported(ObjectIdentifier),
}

impl PublicKey {
    /// From `SubjectPublicKeyInfo`; also gives the contents of its BIT STRING, which OCSP hashes.
    pub(crate) fn from_tlv<'a>(info: &Tlv<'a>) -> Parsed<(Self, &'a [u8])> {
        let mut inside = info.reader();
        let mut algorithm = inside.sequence("key")?;
        let oid = algorithm.expect(tag::OID, "key")?.oid()?;
        let bits = inside.expect(tag::BIT_STRING, "key")?.bit_string()?;
        inside.finish("key")?;
        let key = match oid {
            oid::GOST2015_512_KEY | oid::GOST2004_KEY => {
                // SEQUENCE { curve, digest }; the key is an OCTET STRING inside the BIT STRING.
                let mut parameters = algorithm.sequence("key")?;
                let curve = parameters.expect(tag::OID, "key")?.oid()?;
                let digest = parameters.optional(tag::OID)?.map(|oid| oid.oid()).transpose()?;
                parameters.finish("key")?;
                let point = single(bits, "key")?.octet_string()?;
                match (oid, curve, digest) {
                    (oid::GOST2015_512_KEY, oid::GOST2015_512_CURVE, None | Some(oid::STREEBOG_512)) => {
                        Gost512Key::from_bytes(point).map(Self::Gost512)
                    }
                    (oid::GOST2004_KEY, oid::GOST2004_CURVE, None | Some(oid::GOST2004_DIGEST_PARAMETERS)) => {
                        Gost2004Key::from_bytes(point).map(Self::Gost2004)
                    }
                    _ => None,
                }
            }
            oid::RSA_KEY => RsaKey::from_der(bits)?.map(Self::Rsa),
            _ => None,
        };
        Ok((key.unwrap_or(Self::Unsupported(oid)), bits))
    }

    /// Whether keys of this kind make signatures of this scheme.
    pub fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        match self {
            Self::Gost512(_) => algorithm == SignatureAlgorithm::Gost512,
            Self::Gost2004(_) => algorithm == SignatureAlgorithm::Gost2004,
            Self::Rsa(_) => matches!(
                algorithm,
                SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha512 | SignatureAlgorithm::RsaSha1
            ),
            Self::Unsupported(_) => false,
        }
    }

    /// Whether the key can check anything.
    pub fn is_supported(&self) -> bool {
        !matches!(self, Self::Unsupported(_))
    }

    /// Whether this is a signature, by this scheme, of the digest that the scheme asks for. SHA-1 never passes.
    pub fn verify_digest(&self, algorithm: SignatureAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) || algorithm.digest().is_weak() {
            return false;
        }
        match self {
            Self::Gost512(key) => key.verify(digest, signature),
            Self::Gost2004(key) => key.verify(digest, signature),
            Self::Rsa(key) => key.verify(algorithm.digest(), digest, signature),
            Self::Unsupported(_) => false,
        }
    }

    /// Whether this is a signature, by this scheme, of these bytes.
    pub fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        self.fits(algorithm) && self.verify_digest(algorithm, &algorithm.digest().digest(&[message]), signature)
    }

    /// With multiples of the point kept, for keys that check many signatures.
    pub(crate) fn with_table(self) -> Self {
        match self {
            Self::Gost512(key) => Self::Gost512(key.with_table()),
            Self::Gost2004(key) => Self::Gost2004(key.with_table()),
            other => other,
        }
    }
}
