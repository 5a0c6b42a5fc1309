//! Answers about revocation from a responder (RFC 6960), with nonces (RFC 9654).

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, algorithm, encode_algorithm};
use crate::asn1::{Malformed, Parsed, Reader, Tlv, encode, encode_oid, encode_unsigned, sequence, single, tag};
use crate::certificate::{Certificate, KeyUsage, read_extensions, read_serial};
use crate::name::Name;
use crate::oid;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::verdict::Reason;

/// Real answers have about 2 KB.
const MAX_LENGTH: usize = 64 * 1024;
const MAX_ANSWERS: usize = 64;
const MAX_CERTIFICATES: usize = 8;
const BAD: Malformed = Malformed("OCSP answer");

/// What the responder says about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked or on hold.
    Revoked {
        /// When.
        at: Timestamp,
        /// Why, as RFC 5280 section 5.3.1 counts.
        reason: u8,
    },
    /// The responder does not know it.
    Unknown,
}

#[derive(Clone, Debug)]
struct SingleAnswer {
    digest: Option<DigestAlgorithm>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Vec<u8>,
    status: CertificateStatus,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    has_extension_fault: bool,
}

#[derive(Clone, Debug)]
enum Responder {
    Name(Name),
    /// SHA-1 of the contents of the key's BIT STRING.
    Key(Vec<u8>),
}

/// A successful answer. Others (`tryLater`, `unauthorized`, …) are [`Malformed`] with the status as text: they say nothing
/// about any certificate.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    signed: Vec<u8>,
    responder: Responder,
    produced_at: Timestamp,
    answers: Vec<SingleAnswer>,
    nonce: Option<Vec<u8>>,
    has_extension_fault: bool,
    extended_revoke: bool,
    algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
    certificates: Vec<Arc<Certificate>>,
}

/// What an answer is worth for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Usable {
    pub(crate) status: CertificateStatus,
    pub(crate) this_update: Timestamp,
    pub(crate) notes: Vec<Reason>,
}

impl OcspResponse {
    /// From DER, as it comes over HTTP.
    pub fn from_der(der: &[u8]) -> Parsed<Self> {
        if der.len() > MAX_LENGTH {
            return Err(BAD);
        }
        let mut outer = sequence(der, BAD.0)?;
        let status = outer.expect(tag::ENUMERATED, BAD.0)?.small()?;
        match status {
            0 => {}
            1 => return Err(Malformed("OCSP status: malformed request")),
            2 => return Err(Malformed("OCSP status: internal error")),
            3 => return Err(Malformed("OCSP status: try later")),
            5 => return Err(Malformed("OCSP status: signature required")),
            6 => return Err(Malformed("OCSP status: unauthorized")),
            _ => return Err(BAD),
        }
        let explicit = outer.expect(tag::constructed(0), BAD.0)?;
        outer.finish(BAD.0)?;
        let mut bytes = sequence(explicit.contents, BAD.0)?;
        if bytes.expect(tag::OID, BAD.0)?.oid()? != oid::OCSP_BASIC {
            return Err(BAD);
        }
        let basic = bytes.expect(tag::OCTET_STRING, BAD.0)?.contents;
        bytes.finish(BAD.0)?;

        let mut basic = sequence(basic, BAD.0)?;
        let signed = basic.expect(tag::SEQUENCE, BAD.0)?;
        let algorithm = algorithm(&mut basic)?;
        let signature = basic.expect(tag::BIT_STRING, BAD.0)?.bit_string()?.to_vec();
        let mut certificates = Vec::new();
        if let Some(explicit) = basic.optional(tag::constructed(0))? {
            let mut list = sequence(explicit.contents, BAD.0)?;
            while !list.is_empty() {
                if certificates.len() == MAX_CERTIFICATES {
                    return Err(BAD);
                }
                certificates.push(Arc::new(Certificate::from_der(list.next()?.whole)?));
            }
        }
        basic.finish(BAD.0)?;

        let mut inside = signed.reader();
        if let Some(version) = inside.optional(tag::constructed(0))?
            && single(version.contents, BAD.0)?.small()? != 0
        {
            return Err(BAD);
        }
        let responder = inside.next()?;
        let responder = match responder.tag {
            tag if tag == tag::constructed(1) => Responder::Name(Name::read(&mut responder.reader())?),
            tag if tag == tag::constructed(2) => {
                Responder::Key(single(responder.contents, BAD.0)?.octet_string()?.to_vec())
            }
            _ => return Err(BAD),
        };
        let produced_at = Timestamp::from_tlv_with_fraction(&inside.next()?)?;
        let mut list = inside.sequence(BAD.0)?;
        let mut answers = Vec::new();
        while !list.is_empty() {
            if answers.len() == MAX_ANSWERS {
                return Err(BAD);
            }
            answers.push(read_answer(&mut list.sequence(BAD.0)?)?);
        }
        let extensions = inside.optional(tag::constructed(1))?;
        inside.finish(BAD.0)?;
        let mut response = Self {
            signed: signed.whole.to_vec(),
            responder,
            produced_at,
            answers,
            nonce: None,
            has_extension_fault: false,
            extended_revoke: false,
            algorithm: SignatureAlgorithm::from_oid(&algorithm),
            signature,
            certificates,
        };
        for extension in extensions.map(|extensions| read_extensions(&extensions)).transpose()?.unwrap_or_default() {
            response.has_extension_fault |= extension.is_repeated;
            match extension.kind {
                oid::OCSP_NONCE => response.nonce = Some(single(extension.value, BAD.0)?.octet_string()?.to_vec()),
                oid::OCSP_EXTENDED_REVOKE => response.extended_revoke = true,
                _ => response.has_extension_fault |= extension.is_critical,
            }
        }
        Ok(response)
    }

    /// When the responder signed it.
    pub fn produced_at(&self) -> Timestamp {
        self.produced_at
    }

    /// What it says about `certificate`, if it may be used at all: it is about this certificate of this issuer, made by the
    /// issuer or by a responder whom the issuer certified for that, signed, fresh, and of our request.
    pub(crate) fn evaluate(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        nonce: Option<&[u8]>,
        now: Timestamp,
        policy: &Policy,
    ) -> Option<Usable> {
        if self.has_extension_fault {
            return None;
        }
        let mut about = self.answers.iter().filter(|answer| answer.is_about(certificate, issuer));
        // Two answers about one certificate say nothing.
        let answer = about.next().filter(|_| about.next().is_none())?;
        let mut notes = Vec::new();
        match (nonce, &self.nonce) {
            (Some(sent), Some(received)) if sent != received.as_slice() => return None,
            (Some(_), None) => notes.push(Reason::OcspNonceAbsent),
            _ => {}
        }
        let is_early =
            answer.this_update > now.plus(policy.clock_skew) || self.produced_at > now.plus(policy.clock_skew);
        let is_late = match answer.next_update {
            Some(next) => now > next.plus(policy.clock_skew),
            None => now > answer.this_update.plus(policy.ocsp_max_age),
        };
        if is_early || is_late || answer.has_extension_fault || !self.is_signed(issuer, now) {
            return None;
        }
        // "Never issued" is said as a revocation of 1970 (RFC 6960 section 2.2).
        let status = match answer.status {
            CertificateStatus::Revoked { at: Timestamp(0), reason: crate::crl::HOLD } => CertificateStatus::Unknown,
            status => status,
        };
        Some(Usable { status, this_update: answer.this_update, notes })
    }

    fn is_signed(&self, issuer: &Certificate, now: Timestamp) -> bool {
        let Some(algorithm) = self.algorithm else { return false };
        let is_responder = |certificate: &Certificate| match &self.responder {
            Responder::Name(name) => certificate.subject() == name,
            Responder::Key(hash) => DigestAlgorithm::Sha1.digest(&[certificate.key_bits()]) == *hash,
        };
        let holds = |certificate: &Certificate| certificate.key().verify(algorithm, &self.signed, &self.signature);
        if is_responder(issuer) {
            return holds(issuer);
        }
        // RFC 6960 section 4.2.2.2: certified by the same authority itself, for that.
        self.certificates.iter().filter(|certificate| is_responder(certificate)).any(|certificate| {
            let usage = certificate.key_usage;
            certificate.allows(oid::OCSP_SIGNING)
                && usage.is_none_or(KeyUsage::digital_signature)
                && !certificate.has_extension_fault()
                && (certificate.not_before()..=certificate.not_after()).contains(&now)
                && crate::trust::may_issue(issuer, certificate)
                && certificate.is_signed_by(issuer.key())
                && holds(certificate)
        })
    }
}

impl SingleAnswer {
    /// Whether the three parts of the identifier fit (RFC 6960 section 4.1.1).
    fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.digest.is_some_and(|digest| {
            self.serial == certificate.serial()
                && self.name_hash == digest.digest(&[issuer.subject().der()])
                && self.key_hash == digest.digest(&[issuer.key_bits()])
        })
    }
}

fn read_answer(inside: &mut Reader<'_>) -> Parsed<SingleAnswer> {
    let mut id = inside.sequence(BAD.0)?;
    let digest = DigestAlgorithm::from_oid(&algorithm(&mut id)?);
    let name_hash = id.expect(tag::OCTET_STRING, BAD.0)?.contents.to_vec();
    let key_hash = id.expect(tag::OCTET_STRING, BAD.0)?.contents.to_vec();
    let serial = read_serial(&mut id)?;
    id.finish(BAD.0)?;
    let status = read_status(&inside.next()?)?;
    let this_update = Timestamp::from_tlv_with_fraction(&inside.next()?)?;
    let next_update = inside
        .optional(tag::constructed(0))?
        .map(|explicit| Timestamp::from_tlv_with_fraction(&single(explicit.contents, BAD.0)?))
        .transpose()?;
    let extensions = inside.optional(tag::constructed(1))?;
    inside.finish(BAD.0)?;
    let extensions = extensions.map(|extensions| read_extensions(&extensions)).transpose()?.unwrap_or_default();
    let has_extension_fault = extensions.iter().any(|extension| extension.is_critical || extension.is_repeated);
    Ok(SingleAnswer { digest, name_hash, key_hash, serial, status, this_update, next_update, has_extension_fault })
}

fn read_status(value: &Tlv<'_>) -> Parsed<CertificateStatus> {
    match (value.tag, value.contents) {
        (primitive, []) if primitive == tag::context(0) => Ok(CertificateStatus::Good),
        (primitive, []) if primitive == tag::context(2) => Ok(CertificateStatus::Unknown),
        (constructed, _) if constructed == tag::constructed(1) => {
            let mut inside = value.reader();
            let at = Timestamp::from_tlv_with_fraction(&inside.next()?)?;
            let reason = inside.optional(tag::constructed(0))?;
            inside.finish(BAD.0)?;
            let reason = match reason {
                Some(explicit) => u8::try_from(single(explicit.contents, BAD.0)?.small()?).map_err(|_| BAD)?,
                None => 0,
            };
            Ok(CertificateStatus::Revoked { at, reason })
        }
        _ => Err(BAD),
    }
}

/// A request about one certificate, with SHA-256 as the authority's own software asks, to be sent as
/// `application/ocsp-request`. The nonce has 1 to 32 octets; keep it, the answer is checked against it.
pub fn request(certificate: &Certificate, issuer: &Certificate, nonce: &[u8]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256;
    let id = certificate_id(digest, certificate, issuer);
    let list = encode(tag::SEQUENCE, &[&encode(tag::SEQUENCE, &[&id])]);
    let extensions = nonce_extension(&oid::OCSP_NONCE, nonce, 2);
    encode(tag::SEQUENCE, &[&encode(tag::SEQUENCE, &[&list, &extensions])])
}

fn certificate_id(digest: DigestAlgorithm, certificate: &Certificate, issuer: &Certificate) -> Vec<u8> {
    encode(
        tag::SEQUENCE,
        &[
            &encode_algorithm(&digest.oid()),
            &encode(tag::OCTET_STRING, &[&digest.digest(&[issuer.subject().der()])]),
            &encode(tag::OCTET_STRING, &[&digest.digest(&[issuer.key_bits()])]),
            &encode_unsigned(certificate.serial()),
        ],
    )
}

fn nonce_extension(kind: &ObjectIdentifier, nonce: &[u8], number: u8) -> Vec<u8> {
    let value = encode(tag::OCTET_STRING, &[&encode(tag::OCTET_STRING, &[nonce])]);
    let extension = encode(tag::SEQUENCE, &[&encode_oid(kind), &value]);
    encode(tag::constructed(number), &[&encode(tag::SEQUENCE, &[&extension])])
}
