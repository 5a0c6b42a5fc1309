//! The form of signed messages (RFC 5652 section 5).

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::algorithm::{DigestAlgorithm, algorithm};
use crate::asn1::{Malformed, Parsed, Reader, Tlv, sequence, single, tag};
use crate::certificate::{Certificate, read_serial};
use crate::name::Name;
use crate::oid;
use crate::time::Timestamp;

/// Longer files are refused before they are read.
pub(crate) const MAX_LENGTH: usize = 25 * 1024 * 1024;
const MAX_SIGNERS: usize = 32;
const MAX_CERTIFICATES: usize = 64;
const MAX_ATTRIBUTES: usize = 32;
const MAX_VALUES: usize = 4;
const BAD: Malformed = Malformed("signed message");

/// A signed message; slices of its DER.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) certificates: Vec<Arc<Certificate>>,
    pub(crate) signers: Vec<SignerInfo<'a>>,
}

#[derive(Debug)]
pub(crate) enum SignerId<'a> {
    IssuerAndSerial(Name, Vec<u8>),
    SubjectKey(&'a [u8]),
}

/// An attribute and its values.
pub(crate) type Attribute<'a> = (ObjectIdentifier, Vec<Tlv<'a>>);

#[derive(Debug)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) id: SignerId<'a>,
    pub(crate) digest: ObjectIdentifier,
    pub(crate) signature_algorithm: ObjectIdentifier,
    /// Empty if there are none, which is refused later.
    pub(crate) signed: Vec<Attribute<'a>>,
    /// The attributes as they are hashed, but for their first octet.
    signed_der: &'a [u8],
    pub(crate) signature: &'a [u8],
    pub(crate) unsigned: Vec<Attribute<'a>>,
}

impl<'a> SignedData<'a> {
    /// From DER. Nothing may follow.
    pub(crate) fn from_der(der: &'a [u8]) -> Parsed<Self> {
        let mut outer = sequence(der, BAD.0)?;
        match outer.next()?.oid() {
            Ok(oid::SIGNED_DATA) => {}
            Ok(_) => return Err(Malformed("another kind of message than a signed one")),
            Err(_) if Certificate::from_der(der).is_ok() => {
                return Err(Malformed("a certificate instead of a signature"));
            }
            Err(error) => return Err(error),
        }
        let explicit = outer.expect(tag::constructed(0), BAD.0)?;
        outer.finish(BAD.0)?;
        let mut inside = sequence(explicit.contents, BAD.0)?;
        inside.expect(tag::INTEGER, BAD.0)?.small()?;
        inside.expect(tag::SET, BAD.0)?;
        let mut encapsulated = inside.sequence(BAD.0)?;
        let content_type = encapsulated.expect(tag::OID, BAD.0)?.oid()?;
        let content = encapsulated
            .optional(tag::constructed(0))?
            .map(|explicit| single(explicit.contents, BAD.0)?.octet_string())
            .transpose()?;
        encapsulated.finish(BAD.0)?;
        let mut certificates: Vec<Arc<Certificate>> = Vec::new();
        if let Some(set) = inside.optional(tag::constructed(0))? {
            let mut list = set.reader();
            while !list.is_empty() {
                if certificates.len() == MAX_CERTIFICATES {
                    return Err(BAD);
                }
                let value = list.next()?;
                // Attribute certificates and other kinds have tags of their own.
                if value.tag == tag::SEQUENCE {
                    let certificate = Certificate::from_der(value.whole)?;
                    if !certificates.iter().any(|other| **other == certificate) {
                        certificates.push(Arc::new(certificate));
                    }
                }
            }
        }
        // Lists that came along prove nothing: evidence is given by the caller.
        inside.optional(tag::constructed(1))?;
        let mut list = inside.expect(tag::SET, BAD.0)?.reader();
        inside.finish(BAD.0)?;
        let mut signers = Vec::new();
        while !list.is_empty() {
            if signers.len() == MAX_SIGNERS {
                return Err(BAD);
            }
            signers.push(SignerInfo::read(&mut list.sequence(BAD.0)?)?);
        }
        Ok(Self { content_type, content, certificates, signers })
    }
}

impl<'a> SignerInfo<'a> {
    fn read(inside: &mut Reader<'a>) -> Parsed<Self> {
        inside.expect(tag::INTEGER, BAD.0)?.small()?;
        let id = if let Some(key) = inside.optional(tag::context(0))? {
            SignerId::SubjectKey(key.contents)
        } else {
            let mut pair = inside.sequence(BAD.0)?;
            let issuer = Name::read(&mut pair)?;
            let serial = read_serial(&mut pair)?;
            pair.finish(BAD.0)?;
            SignerId::IssuerAndSerial(issuer, serial)
        };
        let digest = algorithm(inside)?;
        let signed = inside.optional(tag::constructed(0))?;
        let signature_algorithm = signature_algorithm(inside)?;
        let signature = inside.expect(tag::OCTET_STRING, BAD.0)?.contents;
        let unsigned = inside.optional(tag::constructed(1))?;
        inside.finish(BAD.0)?;
        Ok(Self {
            id,
            digest,
            signature_algorithm,
            signed: signed.map_or_else(|| Ok(Vec::new()), |set| read_attributes(&set))?,
            signed_der: signed.map_or(&[], |set| set.whole),
            signature,
            unsigned: unsigned.map_or_else(|| Ok(Vec::new()), |set| read_attributes(&set))?,
        })
    }

    /// The digest of the signed attributes, under the tag of a SET (RFC 5652 section 5.4).
    pub(crate) fn attributes_digest(&self, digest: DigestAlgorithm) -> Vec<u8> {
        digest.digest(&[&[tag::SET], self.signed_der.get(1..).unwrap_or_default()])
    }

    /// The value of a signed attribute that is there once, with one value.
    pub(crate) fn only(&self, kind: ObjectIdentifier) -> Option<&Tlv<'a>> {
        let mut found = self.signed.iter().filter(|(of, _)| *of == kind);
        match (found.next(), found.next()) {
            (Some((_, values)), None) if values.len() == 1 => values.first(),
            _ => None,
        }
    }

    pub(crate) fn has_signed(&self, kind: ObjectIdentifier) -> bool {
        self.signed.iter().any(|(of, _)| *of == kind)
    }

    /// The time that the signer claims.
    pub(crate) fn claimed_at(&self) -> Option<Timestamp> {
        Timestamp::from_tlv(self.only(oid::SIGNING_TIME)?).ok()
    }

    /// Whether a certificate is the one that signed, by the identifier.
    pub(crate) fn is_by(&self, certificate: &Certificate) -> bool {
        match &self.id {
            SignerId::IssuerAndSerial(issuer, serial) => {
                certificate.issuer() == issuer && certificate.serial() == serial.as_slice()
            }
            SignerId::SubjectKey(id) => certificate.subject_key_id.as_deref() == Some(*id),
        }
    }
}

/// The identifier of the signature; where it is that of a GOST key, the key's parameters may follow.
fn signature_algorithm(reader: &mut Reader<'_>) -> Parsed<ObjectIdentifier> {
    let mut inside = reader.sequence(BAD.0)?;
    let oid = inside.expect(tag::OID, BAD.0)?.oid()?;
    if !inside.is_empty() {
        inside.next()?;
    }
    inside.finish(BAD.0)?;
    Ok(oid)
}

fn read_attributes<'a>(set: &Tlv<'a>) -> Parsed<Vec<Attribute<'a>>> {
    let mut list = set.reader();
    let mut attributes = Vec::new();
    while !list.is_empty() {
        if attributes.len() == MAX_ATTRIBUTES {
            return Err(BAD);
        }
        let mut inside = list.sequence(BAD.0)?;
        let kind = inside.expect(tag::OID, BAD.0)?.oid()?;
        let mut set = inside.expect(tag::SET, BAD.0)?.reader();
        inside.finish(BAD.0)?;
        let mut values = Vec::new();
        while !set.is_empty() {
            if values.len() == MAX_VALUES {
                return Err(BAD);
            }
            values.push(set.next()?);
        }
        attributes.push((kind, values));
    }
    Ok(attributes)
}
