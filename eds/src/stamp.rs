//! Time stamps (RFC 3161).

use std::sync::Arc;

use crate::algorithm::{DigestAlgorithm, algorithm, encode_algorithm};
use crate::asn1::{Malformed, Parsed, encode, encode_unsigned, sequence, tag};
use crate::certificate::{Certificate, hex, read_serial};
use crate::cms::SignedData;
use crate::oid;
use crate::revocation::status;
use crate::time::Timestamp;
use crate::verdict::{ChainLink, Outcome, Reason, RevocationStatus, StampVerdict, push, worst};
use crate::verify::{Algorithms, Verifier, attribute_reasons, find_certificate, reference_reasons, signature_holds};

const MAX_LENGTH: usize = 64 * 1024;
const BAD: Malformed = Malformed("time stamp");

/// `TSTInfo` (RFC 3161 section 2.4.2).
struct Info<'a> {
    policy: const_oid::ObjectIdentifier,
    digest: Option<DigestAlgorithm>,
    imprint: &'a [u8],
    serial: Vec<u8>,
    made_at: Timestamp,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn from_der(der: &'a [u8]) -> Parsed<Self> {
        let mut inside = sequence(der, BAD.0)?;
        if inside.expect(tag::INTEGER, BAD.0)?.small()? != 1 {
            return Err(BAD);
        }
        let policy = inside.expect(tag::OID, BAD.0)?.oid()?;
        let mut imprint = inside.sequence(BAD.0)?;
        let digest = DigestAlgorithm::from_oid(&algorithm(&mut imprint)?);
        let hash = imprint.expect(tag::OCTET_STRING, BAD.0)?.contents;
        imprint.finish(BAD.0)?;
        let serial = read_serial(&mut inside)?;
        let made_at = Timestamp::from_tlv_with_fraction(&inside.next()?)?;
        inside.optional(tag::SEQUENCE)?; // accuracy
        inside.optional(tag::BOOLEAN)?; // ordering
        let nonce = inside.optional(tag::INTEGER)?.map(|nonce| nonce.unsigned()).transpose()?;
        inside.optional(tag::constructed(0))?; // the authority's name, a hint
        if let Some(extensions) = inside.optional(tag::constructed(1))? {
            let mut list = extensions.reader();
            while !list.is_empty() {
                let mut extension = list.sequence(BAD.0)?;
                extension.expect(tag::OID, BAD.0)?;
                if extension.optional(tag::BOOLEAN)?.is_some_and(|critical| critical.contents != [0]) {
                    return Err(BAD);
                }
            }
        }
        inside.finish(BAD.0)?;
        Ok(Self { policy, digest, imprint: hash, serial, made_at, nonce })
    }
}

/// Verifies a token over `stamped`: its imprint, its one signature, its authority's chain and usage at the time that it names.
pub(crate) fn verify_token(
    verifier: &Verifier<'_>,
    token: &[u8],
    stamped: &[u8],
    extra: &[Arc<Certificate>],
    nonce: Option<&[u8]>,
) -> StampVerdict {
    let mut verdict = StampVerdict {
        verdict: Outcome::Invalid,
        reasons: Vec::new(),
        made_at: None,
        policy: None,
        serial: None,
        chain: Vec::new(),
    };
    let parsed = SignedData::from_der(token).ok().filter(|message| {
        token.len() <= MAX_LENGTH && message.content_type == oid::TIME_STAMP_INFO && message.signers.len() == 1
    });
    let info = parsed.as_ref().and_then(|message| Info::from_der(message.content?).ok());
    let (Some(message), Some(info)) = (parsed, info) else {
        verdict.reasons.push(Reason::TimestampMalformed);
        return verdict;
    };
    verdict.made_at = Some(info.made_at);
    verdict.policy = Some(info.policy.to_string());
    verdict.serial = Some(hex(&info.serial));
    let reasons = &mut verdict.reasons;
    match info.digest {
        Some(digest) if digest.digest(&[stamped]) != info.imprint => push(reasons, Reason::TimestampImprintMismatch),
        Some(digest) if !digest.is_weak() => {}
        _ => push(reasons, Reason::WeakAlgorithm),
    }
    if nonce.is_some_and(|sent| info.nonce != Some(sent)) {
        push(reasons, Reason::TspNonceMismatch);
    }
    if info.made_at > verifier.now.plus(verifier.policy.clock_skew) {
        push(reasons, Reason::TimestampInFuture);
    }
    if !verifier.policy.stamp_policies.contains(&info.policy.to_string()) {
        push(reasons, Reason::TimestampUntrusted);
    }

    let signer = &message.signers[0];
    let known: Vec<_> = message.certificates.iter().chain(extra).cloned().collect();
    let Some(certificate) = find_certificate(signer, &known, verifier.trust) else {
        push(reasons, Reason::TimestampUntrusted);
        return verdict;
    };
    let algorithms = Algorithms::of(signer);
    let signed_digest = signer.only(oid::MESSAGE_DIGEST).map(|value| value.contents);
    let content = message.content.unwrap_or_default();
    let digest_fits = algorithms.digest.is_some_and(|digest| Some(&digest.digest(&[content])[..]) == signed_digest);
    let holds = attribute_reasons(&message, signer).is_empty()
        && digest_fits
        && worst(&algorithms.reasons(&certificate, verifier.policy)) == Outcome::Valid
        && worst(&reference_reasons(signer, &certificate)) == Outcome::Valid
        && signature_holds(signer, &certificate, algorithms);
    if !holds {
        push(reasons, Reason::TimestampSignatureInvalid);
    }
    // RFC 3161 section 2.3: this usage alone, and critical.
    let is_authority =
        certificate.extended_key_usage == [oid::TIME_STAMPING] && certificate.extended_key_usage_is_critical;
    let chain = verifier.trust.chain(&certificate, &known, info.made_at);
    if !is_authority || worst(&chain.reasons) != Outcome::Valid {
        push(reasons, Reason::TimestampUntrusted);
    }
    for pair in chain.certificates.windows(2) {
        let (revocation, _) = status(&pair[0], &pair[1], verifier.evidence, verifier.now, verifier.policy);
        let is_later = revocation.revoked_at.is_some_and(|revoked_at| info.made_at < revoked_at)
            && matches!(revocation.reason_code, Some(3 | 4 | 5 | 9));
        if revocation.status == RevocationStatus::UnknownByResponder
            || (revocation.status == RevocationStatus::Revoked && !is_later)
        {
            push(reasons, Reason::TimestampUntrusted);
        }
    }
    verdict.chain = chain.certificates.iter().map(|certificate| ChainLink::of(certificate)).collect();
    verdict.verdict = worst(&verdict.reasons);
    verdict
}

impl Verifier<'_> {
    /// Verifies the answer of a time-stamping authority over `content` (RFC 3161 section 2.4.2), and that it answers the request
    /// with this nonce: most significant octet first, without leading zeros.
    pub fn verify_stamp_response(&self, response: &[u8], content: &[u8], nonce: Option<&[u8]>) -> StampVerdict {
        let refused = |reason| StampVerdict {
            verdict: Outcome::Invalid,
            reasons: vec![reason],
            made_at: None,
            policy: None,
            serial: None,
            chain: Vec::new(),
        };
        match token_of_response(response) {
            Ok(Some(token)) => verify_token(self, token, content, &[], nonce),
            Ok(None) => refused(Reason::TspRejected),
            Err(_) => refused(Reason::Malformed),
        }
    }
}

/// The token inside an answer, to be kept beside the signature; none if the authority refused.
pub fn token_of_response(response: &[u8]) -> Parsed<Option<&[u8]>> {
    if response.len() > MAX_LENGTH {
        return Err(BAD);
    }
    let mut inside = sequence(response, BAD.0)?;
    let status = inside.sequence(BAD.0)?.expect(tag::INTEGER, BAD.0)?.small()?;
    let token = inside.optional(tag::SEQUENCE)?;
    inside.finish(BAD.0)?;
    match (status, token) {
        // Granted, or granted with changes.
        (0 | 1, Some(token)) => Ok(Some(token.whole)),
        (0 | 1, None) => Err(BAD),
        _ => Ok(None),
    }
}

/// A request for a stamp of a signature value, to be sent as `application/timestamp-query`. Asks for the certificate.
pub fn request(digest: DigestAlgorithm, stamped: &[u8], nonce: &[u8]) -> Vec<u8> {
    encode(
        tag::SEQUENCE,
        &[
            &encode_unsigned(&[1]),
            &encode(
                tag::SEQUENCE,
                &[&encode_algorithm(&digest.oid()), &encode(tag::OCTET_STRING, &[&digest.digest(&[stamped])])],
            ),
            &encode_unsigned(nonce),
            &encode(tag::BOOLEAN, &[&[0xff]]),
        ],
    )
}
