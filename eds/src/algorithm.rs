//! Digests and signatures by their identifiers.

use const_oid::ObjectIdentifier;
use gost94::Gost94Test;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use streebog::{Streebog256, Streebog512};

use crate::asn1::{Malformed, Parsed, Reader, encode, encode_oid, tag};
use crate::oid;

/// A digest. All results are in natural byte order, as RFC 6986 prints those of Streebog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum DigestAlgorithm {
    /// ST RK GOST R 34.11-2015 with 512 bits (RFC 6986).
    #[serde(rename = "streebog-512")]
    Streebog512,
    /// ST RK GOST R 34.11-2015 with 256 bits.
    #[serde(rename = "streebog-256")]
    Streebog256,
    /// GOST 34.311-95: GOST R 34.11-94 (RFC 5831) with the "test" S-box.
    #[serde(rename = "gost-34.311-95")]
    Gost34311,
    /// FIPS 180-4.
    #[serde(rename = "sha-256")]
    Sha256,
    /// FIPS 180-4.
    #[serde(rename = "sha-512")]
    Sha512,
    /// Known, and refused for signatures.
    #[serde(rename = "sha-1")]
    Sha1,
}

fn hash<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

impl DigestAlgorithm {
    /// The digest of the parts one after another.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Streebog512 => hash::<Streebog512>(parts),
            Self::Streebog256 => hash::<Streebog256>(parts),
            Self::Gost34311 => hash::<Gost94Test>(parts),
            Self::Sha256 => hash::<Sha256>(parts),
            Self::Sha512 => hash::<Sha512>(parts),
            Self::Sha1 => hash::<Sha1>(parts),
        }
    }

    /// Whether a signature may rest on it.
    pub(crate) fn is_weak(self) -> bool {
        self == Self::Sha1
    }

    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Some(match *oid {
            oid::STREEBOG_512 => Self::Streebog512,
            oid::STREEBOG_256 => Self::Streebog256,
            oid::GOST34311 => Self::Gost34311,
            oid::SHA256 => Self::Sha256,
            oid::SHA512 => Self::Sha512,
            oid::SHA1 => Self::Sha1,
            _ => return None,
        })
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Streebog512 => oid::STREEBOG_512,
            Self::Streebog256 => oid::STREEBOG_256,
            Self::Gost34311 => oid::GOST34311,
            Self::Sha256 => oid::SHA256,
            Self::Sha512 => oid::SHA512,
            Self::Sha1 => oid::SHA1,
        }
    }
}

/// A scheme of signatures with its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum SignatureAlgorithm {
    /// ST RK GOST R 34.10-2015 with 512 bits and Streebog-512.
    #[serde(rename = "gost-34.10-2015-512")]
    Gost512,
    /// ST RK GOST R 34.10-2015 with 256 bits: never seen in a certificate of the authority, and not supported.
    #[serde(rename = "gost-34.10-2015-256")]
    Gost256,
    /// GOST 34.310-2004 with GOST 34.311-95.
    #[serde(rename = "gost-34.310-2004")]
    Gost2004,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    #[serde(rename = "rsa-sha-256")]
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    #[serde(rename = "rsa-sha-512")]
    RsaSha512,
    /// Known, and refused.
    #[serde(rename = "rsa-sha-1")]
    RsaSha1,
}

impl SignatureAlgorithm {
    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Some(match *oid {
            oid::GOST2015_512_SIGNATURE => Self::Gost512,
            oid::GOST2015_256_SIGNATURE => Self::Gost256,
            oid::GOST2004_SIGNATURE => Self::Gost2004,
            oid::RSA_SHA256 => Self::RsaSha256,
            oid::RSA_SHA512 => Self::RsaSha512,
            oid::RSA_SHA1 => Self::RsaSha1,
            _ => return None,
        })
    }

    /// The scheme that an identifier of a *key* means beside this digest: RFC 3370 section 3.2 for RSA; for GOST a slip that
    /// is seen in the field.
    pub(crate) fn from_key_oid(oid: &ObjectIdentifier, digest: DigestAlgorithm) -> Option<Self> {
        Some(match (*oid, digest) {
            (oid::RSA_KEY, DigestAlgorithm::Sha256) => Self::RsaSha256,
            (oid::RSA_KEY, DigestAlgorithm::Sha512) => Self::RsaSha512,
            (oid::RSA_KEY, DigestAlgorithm::Sha1) => Self::RsaSha1,
            (oid::GOST2015_512_KEY, _) => Self::Gost512,
            (oid::GOST2015_256_KEY, _) => Self::Gost256,
            (oid::GOST2004_KEY, _) => Self::Gost2004,
            _ => return None,
        })
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Gost512 => oid::GOST2015_512_SIGNATURE,
            Self::Gost256 => oid::GOST2015_256_SIGNATURE,
            Self::Gost2004 => oid::GOST2004_SIGNATURE,
            Self::RsaSha256 => oid::RSA_SHA256,
            Self::RsaSha512 => oid::RSA_SHA512,
            Self::RsaSha1 => oid::RSA_SHA1,
        }
    }

    /// The digest that the scheme signs.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::Gost512 => DigestAlgorithm::Streebog512,
            Self::Gost256 => DigestAlgorithm::Streebog256,
            Self::Gost2004 => DigestAlgorithm::Gost34311,
            Self::RsaSha256 => DigestAlgorithm::Sha256,
            Self::RsaSha512 => DigestAlgorithm::Sha512,
            Self::RsaSha1 => DigestAlgorithm::Sha1,
        }
    }
}

/// Reads an `AlgorithmIdentifier` whose parameters are NULL or absent.
pub(crate) fn algorithm(reader: &mut Reader<'_>) -> Parsed<ObjectIdentifier> {
    let mut inside = reader.sequence("algorithm")?;
    let oid = inside.expect(tag::OID, "algorithm")?.oid()?;
    if let Some(null) = inside.optional(tag::NULL)?
        && !null.contents.is_empty()
    {
        return Err(Malformed("algorithm"));
    }
    inside.finish("algorithm")?;
    Ok(oid)
}

/// An `AlgorithmIdentifier` with NULL, as the authority writes it.
pub(crate) fn encode_algorithm(oid: &ObjectIdentifier) -> Vec<u8> {
    encode(tag::SEQUENCE, &[&encode_oid(oid), &encode(tag::NULL, &[])])
}
