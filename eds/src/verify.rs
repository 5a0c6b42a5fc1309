//! The walk: bytes → signatures → time → chain → usage → revocation → verdict.

use std::cell::RefCell;
use std::sync::Arc;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::asn1::{Tlv, tag};
use crate::certificate::Certificate;
use crate::cms::{MAX_LENGTH, SignedData, SignerInfo};
use crate::oid;
use crate::policy::{Policy, Purpose, identity_reasons, usage_reasons};
use crate::revocation::{Evidence, status};
use crate::stamp::verify_token;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verdict::{
    ChainLink, Check, Finding, Outcome, Reason, Revocation, RevocationStatus, SignerVerdict, TimeSource, Verdict, push,
    worst,
};

/// Of one signature.
const MAX_STAMPS: usize = 2;

/// Everything that a verdict depends on besides the signature itself. The clock is an input: this crate has none.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    /// Roots and intermediates.
    pub trust: &'a Trust,
    /// Lists and OCSP answers.
    pub evidence: &'a Evidence,
    /// Rules.
    pub policy: &'a Policy,
    /// The moment of now.
    pub now: Timestamp,
}

impl Verifier<'_> {
    /// Verifies a CMS signature in DER, BER, PEM or base64.
    ///
    /// `content` is what was signed, if it is outside of the message; if it is inside as well, both must be equal. For
    /// [`Purpose::SignIn`] it is the challenge and must be given.
    ///
    /// Checks, in this order, for each signer: the attributes, the content's digest, that key, digest and signature belong
    /// together, the signature, the signed reference to the certificate, the time stamp, the chain at the time of the stamp or
    /// else now, the usage of the key, the person, revocation of the certificate and of those above it. All are made even if
    /// one fails, except where it leaves nothing to check.
    pub fn verify_cms(&self, bytes: &[u8], content: Option<&[u8]>, purpose: Option<Purpose>) -> Verdict {
        let malformed = |error: crate::Malformed| Verdict::failed(Reason::Malformed, Some(error.to_string()));
        let decoded = match crate::armor::decode(bytes, 2 * MAX_LENGTH) {
            Ok(decoded) if decoded.len() <= MAX_LENGTH => decoded,
            Ok(_) => return malformed(crate::Malformed("too long")),
            Err(error) => return malformed(error),
        };
        let der = match crate::ber::to_der(&decoded) {
            Ok(der) => der,
            Err(error) => return malformed(error),
        };
        let message = match SignedData::from_der(&der) {
            Ok(message) => message,
            Err(error) => return malformed(error),
        };
        if message.content_type != oid::DATA {
            return malformed(crate::Malformed("a message of another kind than data"));
        }
        let contents = Contents::new(message.content, content, purpose);
        let signers = message.signers.iter().map(|signer| self.verify_signer(&message, signer, &contents));
        Verdict::of(signers.collect())
    }

    /// Verifies a certificate alone: its chain, revocation and, with a purpose, its usage and person.
    pub fn verify_certificate(&self, certificate: &Arc<Certificate>, purpose: Option<Purpose>) -> Verdict {
        let mut result = SignerVerdict::new(self.now);
        result.identity = certificate.identity();
        let unsupported: &[Reason] = if certificate.key().is_supported() { &[] } else { &[Reason::UnsupportedKey] };
        result.record(Check::Algorithm, unsupported);
        self.judge(&mut result, certificate, &[], purpose);
        Verdict::of(vec![result])
    }

    fn verify_signer(
        &self,
        message: &SignedData<'_>,
        signer: &SignerInfo<'_>,
        contents: &Contents<'_>,
    ) -> SignerVerdict {
        let mut result = SignerVerdict::new(self.now);
        result.claimed_at = signer.claimed_at();
        let certificate = find_certificate(signer, &message.certificates, self.trust);
        let algorithms = Algorithms::of(signer);
        result.algorithm = algorithms.signature;

        result.record(Check::SignedAttributes, &attribute_reasons(message, signer));
        result.record(Check::Content, &contents.reasons(signer, algorithms.digest));
        let Some(certificate) = certificate else {
            result.record(Check::Signature, &[Reason::SignerCertificateMissing]);
            return result;
        };
        result.identity = certificate.identity();
        let mut reasons = algorithms.reasons(&certificate, self.policy);
        if algorithms.is_lenient {
            reasons.push(Reason::LenientAlgorithmIdentifier);
        }
        result.record(Check::Algorithm, &reasons);
        if worst(&reasons) == Outcome::Invalid {
            result.skip(Check::Signature);
        } else {
            let holds = signature_holds(signer, &certificate, algorithms);
            result.record(Check::Signature, if holds { &[] } else { &[Reason::SignatureInvalid] });
        }
        result.record(Check::SigningCertificate, &reference_reasons(signer, &certificate));
        self.read_stamps(&mut result, message, signer);
        if result.claimed_at.is_some_and(|at| at > self.now.plus(self.policy.clock_skew)) {
            push(&mut result.reasons, Reason::ClaimedTimeInFuture);
        }
        self.judge(&mut result, &certificate, &message.certificates, contents.purpose);
        result
    }

    /// All stamps must hold; the earliest one is the time at which certificates are judged.
    fn read_stamps(&self, result: &mut SignerVerdict, message: &SignedData<'_>, signer: &SignerInfo<'_>) {
        let stamps: Vec<&Tlv<'_>> = signer
            .unsigned
            .iter()
            .filter(|(kind, _)| *kind == oid::TIME_STAMP_TOKEN)
            .flat_map(|(_, values)| values)
            .collect();
        if stamps.is_empty() {
            if self.policy.require_timestamp {
                result.record(Check::Timestamp, &[Reason::TimestampMissing]);
            } else {
                result.skip(Check::Timestamp);
            }
            return;
        }
        if stamps.len() > MAX_STAMPS {
            result.record(Check::Timestamp, &[Reason::TimestampMalformed]);
            return;
        }
        let mut reasons = Vec::new();
        for stamp in stamps {
            let verdict = verify_token(self, stamp.whole, signer.signature, &message.certificates, None);
            verdict.reasons.iter().for_each(|reason| push(&mut reasons, *reason));
            if result.timestamp.as_ref().is_none_or(|best| verdict.made_at < best.made_at) {
                result.timestamp = Some(verdict);
            }
        }
        result.record(Check::Timestamp, &reasons);
        if worst(&reasons) == Outcome::Valid
            && let Some(made_at) = result.timestamp.as_ref().and_then(|stamp| stamp.made_at)
        {
            result.judged_at = made_at;
            result.time_source = TimeSource::Timestamp;
        }
    }

    /// Chain, usage, person and revocation, at `result.judged_at`.
    pub(crate) fn judge(
        &self,
        result: &mut SignerVerdict,
        certificate: &Arc<Certificate>,
        extra: &[Arc<Certificate>],
        purpose: Option<Purpose>,
    ) {
        let is_stamped = result.time_source == TimeSource::Timestamp;
        let chain = self.trust.chain(certificate, extra, result.judged_at);
        let mut reasons = chain.reasons.clone();
        if is_stamped && worst(&reasons) == Outcome::Valid && self.now > certificate.not_after() {
            reasons.push(Reason::ValidAtStampTime);
        }
        result.chain = chain.certificates.iter().map(|certificate| ChainLink::of(certificate)).collect();
        result.record(Check::Chain, &reasons);
        if let Some(purpose) = purpose {
            result.record(Check::KeyUsage, &usage_reasons(certificate, purpose));
            result.record(Check::Identity, &identity_reasons(certificate));
        } else {
            result.skip(Check::KeyUsage);
            result.skip(Check::Identity);
        }
        let [_, issuer, above @ ..] = &chain.certificates[..] else {
            result.skip(Check::Revocation);
            result.skip(Check::IssuerRevocation);
            return;
        };
        let (revocation, mut reasons) = status(certificate, issuer, self.evidence, self.now, self.policy);
        match revocation.status {
            RevocationStatus::Revoked if self.helps_stamp(&revocation, result) => {
                reasons.push(Reason::ValidAtStampTime);
            }
            RevocationStatus::Revoked => reasons.push(Reason::CertificateRevoked),
            RevocationStatus::UnknownByResponder => reasons.push(Reason::RevocationUnknownByResponder),
            RevocationStatus::Unknown if self.policy.require_revocation => reasons.push(Reason::RevocationUnknown),
            RevocationStatus::Unknown | RevocationStatus::Good | RevocationStatus::NotChecked => {}
        }
        let is_unknown = revocation.status == RevocationStatus::Unknown;
        result.revocation = revocation;
        result.record(Check::Revocation, &reasons);
        if is_unknown && !self.policy.require_revocation {
            result.checks.pop();
            result.skip(Check::Revocation);
        }

        let mut finding = Finding::Passed;
        let mut reasons = Vec::new();
        let links = std::iter::once(issuer).chain(above).zip(above);
        for (authority, issuer) in links {
            let (revocation, _) = status(authority, issuer, self.evidence, self.now, self.policy);
            match revocation.status {
                RevocationStatus::Revoked if self.helps_stamp(&revocation, result) => {}
                RevocationStatus::Revoked | RevocationStatus::UnknownByResponder => {
                    push(&mut reasons, Reason::IssuerRevoked);
                }
                // Roots publish their lists once a year; without one the pinned chain stands.
                RevocationStatus::Unknown | RevocationStatus::NotChecked => finding = Finding::Unknown,
                RevocationStatus::Good => {}
            }
        }
        result.record(Check::IssuerRevocation, &reasons);
        if let Some(last) = result.checks.last_mut().filter(|_| reasons.is_empty()) {
            last.1 = finding;
        }
    }

    /// Whether a stamp was made before the revocation, and the revocation does not speak against what was signed before it:
    /// a change of affiliation, a new certificate, an end of work, a privilege taken away (RFC 5280 section 5.3.1).
    fn helps_stamp(&self, revocation: &Revocation, result: &SignerVerdict) -> bool {
        let is_before = revocation.revoked_at.is_some_and(|revoked_at| result.judged_at < revoked_at);
        let is_benign = matches!(revocation.reason_code, Some(3 | 4 | 5 | 9)) || self.policy.compromise_after_stamp;
        result.time_source == TimeSource::Timestamp && is_before && is_benign
    }
}

/// The certificate that the signer names: in the message, or known.
pub(crate) fn find_certificate(
    signer: &SignerInfo<'_>,
    certificates: &[Arc<Certificate>],
    trust: &Trust,
) -> Option<Arc<Certificate>> {
    certificates.iter().chain(trust.certificates()).find(|certificate| signer.is_by(certificate)).cloned()
}

/// What the identifiers of a signer say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Algorithms {
    pub(crate) digest: Option<DigestAlgorithm>,
    pub(crate) signature: Option<SignatureAlgorithm>,
    /// Whether a GOST signature is given by the identifier of its key.
    pub(crate) is_lenient: bool,
}

impl Algorithms {
    pub(crate) fn of(signer: &SignerInfo<'_>) -> Self {
        let digest = DigestAlgorithm::from_oid(&signer.digest);
        let exact = SignatureAlgorithm::from_oid(&signer.signature_algorithm);
        let by_key = digest.and_then(|digest| SignatureAlgorithm::from_key_oid(&signer.signature_algorithm, digest));
        let is_lenient = exact.is_none() && by_key.is_some() && signer.signature_algorithm != oid::RSA_KEY;
        Self { digest, signature: exact.or(by_key), is_lenient }
    }

    pub(crate) fn reasons(self, certificate: &Certificate, policy: &Policy) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if !certificate.key().is_supported() {
            reasons.push(Reason::UnsupportedKey);
        }
        match (self.digest, self.signature) {
            (Some(digest), Some(signature)) => {
                let is_refused =
                    digest.is_weak() || signature.digest().is_weak() || !policy.algorithms.contains(&signature);
                if is_refused {
                    reasons.push(Reason::WeakAlgorithm);
                }
                if signature.digest() != digest
                    || (certificate.key().is_supported() && !certificate.key().fits(signature))
                {
                    reasons.push(Reason::AlgorithmMismatch);
                }
            }
            _ => reasons.push(Reason::WeakAlgorithm),
        }
        reasons
    }
}

pub(crate) fn signature_holds(signer: &SignerInfo<'_>, certificate: &Certificate, algorithms: Algorithms) -> bool {
    let Algorithms { digest: Some(digest), signature: Some(signature), .. } = algorithms else { return false };
    certificate.key().verify_digest(signature, &signer.attributes_digest(digest), signer.signature)
}

/// Content type and digest once each, with one value; the type is that of the message; no attribute twice.
pub(crate) fn attribute_reasons(message: &SignedData<'_>, signer: &SignerInfo<'_>) -> Vec<Reason> {
    let type_fits = signer
        .only(oid::CONTENT_TYPE)
        .and_then(|value| value.oid().ok())
        .is_some_and(|content_type| content_type == message.content_type);
    let has_digest = signer.only(oid::MESSAGE_DIGEST).is_some_and(|value| value.tag == tag::OCTET_STRING);
    let is_single = signer
        .signed
        .iter()
        .enumerate()
        .all(|(i, (kind, _))| signer.signed[..i].iter().all(|(other, _)| other != kind));
    if type_fits && has_digest && is_single { Vec::new() } else { vec![Reason::SignedAttributesMalformed] }
}

/// What was signed, hashed once by each algorithm however many signers there are.
struct Contents<'a> {
    inside: Option<&'a [u8]>,
    given: Option<&'a [u8]>,
    purpose: Option<Purpose>,
    digests: RefCell<Vec<(DigestAlgorithm, Vec<u8>)>>,
}

impl<'a> Contents<'a> {
    fn new(inside: Option<&'a [u8]>, given: Option<&'a [u8]>, purpose: Option<Purpose>) -> Self {
        Self { inside, given, purpose, digests: RefCell::default() }
    }

    fn has_digest(&self, content: &[u8], digest: DigestAlgorithm, expected: &[u8]) -> bool {
        let mut digests = self.digests.borrow_mut();
        if let Some((_, known)) = digests.iter().find(|(of, _)| *of == digest) {
            return known == expected;
        }
        let made = digest.digest(&[content]);
        let is_equal = made == expected;
        digests.push((digest, made));
        is_equal
    }

    fn reasons(&self, signer: &SignerInfo<'_>, digest: Option<DigestAlgorithm>) -> Vec<Reason> {
        let is_sign_in = self.purpose == Some(Purpose::SignIn);
        let mut reasons = Vec::new();
        let content = match (self.inside, self.given) {
            (Some(inside), Some(given)) if inside != given => {
                reasons.push(if is_sign_in { Reason::ChallengeMismatch } else { Reason::ContentConflict });
                inside
            }
            // A sign-in signs a challenge of the verifier: without the challenge nothing is proved.
            (Some(inside), None) if is_sign_in => {
                reasons.push(Reason::ContentRequired);
                inside
            }
            (Some(inside), _) => inside,
            (None, Some(given)) => given,
            (None, None) => return vec![Reason::ContentRequired],
        };
        let expected = signer.only(oid::MESSAGE_DIGEST).map(|value| value.contents);
        // An unknown digest is reported as an algorithm, a missing attribute as an attribute.
        if let (Some(digest), Some(expected)) = (digest, expected)
            && !self.has_digest(content, digest, expected)
        {
            reasons.push(Reason::DigestMismatch);
        }
        if self.inside.is_some() && !is_sign_in && crate::armor::looks_like_base64(content) {
            reasons.push(Reason::ContentIsBase64Text);
        }
        reasons
    }
}

/// The signed references to a certificate (RFC 5035 sections 3 and 5): each that is there must name this one first.
pub(crate) fn reference_reasons(signer: &SignerInfo<'_>, certificate: &Certificate) -> Vec<Reason> {
    let names_it = |kind, default| {
        signer.only(kind).is_some_and(|value| reference_fits(value, certificate, default).unwrap_or(false))
    };
    let mut reasons = Vec::new();
    for (kind, default) in
        [(oid::SIGNING_CERTIFICATE, DigestAlgorithm::Sha1), (oid::SIGNING_CERTIFICATE_V2, DigestAlgorithm::Sha256)]
    {
        if signer.has_signed(kind) && !names_it(kind, default) {
            push(&mut reasons, Reason::SigningCertificateMismatch);
        }
    }
    if !signer.has_signed(oid::SIGNING_CERTIFICATE_V2) {
        reasons.push(Reason::CadesAttributeMissing);
    }
    reasons
}

fn reference_fits(value: &Tlv<'_>, certificate: &Certificate, default: DigestAlgorithm) -> crate::Parsed<bool> {
    let mut first = value.reader().sequence("signing certificate")?.sequence("signing certificate")?;
    let digest = if first.peek() == Some(tag::SEQUENCE) && default == DigestAlgorithm::Sha256 {
        DigestAlgorithm::from_oid(&crate::algorithm::algorithm(&mut first)?).ok_or(crate::Malformed("digest"))?
    } else {
        default
    };
    let hash = first.expect(tag::OCTET_STRING, "signing certificate")?.contents;
    if digest.digest(&[certificate.der()]) != hash {
        return Ok(false);
    }
    // IssuerSerial repeats what the hash already fixes; the serial number is compared where it is given.
    if let Some(pair) = first.optional(tag::SEQUENCE)? {
        let mut pair = pair.reader();
        pair.sequence("signing certificate")?;
        return Ok(crate::certificate::read_serial(&mut pair)? == certificate.serial());
    }
    Ok(true)
}
