//! What verification answers: never a bare yes or no, but what was checked, what was found and where it comes from.

use serde::{Serialize, Serializer};

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::{Certificate, Identity, hex};
use crate::time::Timestamp;

/// The answer as a whole. Ordered: the answer of several signers is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every check that the policy asks for was made and passed.
    Valid,
    /// Nothing is known to be wrong, but something is missing: content, certificate, evidence of revocation. Never good.
    Indeterminate,
    /// A check failed.
    Invalid,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $slug:literal $outcome:ident,)*) => {
        /// Why an answer is what it is. Slugs are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable name.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// What the reason makes of an answer; a note leaves it valid.
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$name => Outcome::$outcome,)* }
            }
        }
    };
}

reasons! {
    /// The file is not what it should be, or is too long, too deep or has trailing bytes.
    Malformed "malformed" Invalid,
    /// There is no signature.
    NoSigners "no_signers" Invalid,
    /// The content is outside of the signature and was not given.
    ContentRequired "content_required" Indeterminate,
    /// The content inside differs from the content that was given.
    ContentConflict "content_conflict" Invalid,
    /// What was signed is not the challenge of this sign-in.
    ChallengeMismatch "challenge_mismatch" Invalid,
    /// Another content was signed.
    DigestMismatch "digest_mismatch" Invalid,
    /// The signature was not made by this key over these attributes.
    SignatureInvalid "signature_invalid" Invalid,
    /// Content type or digest is missing, doubled or another one (RFC 5652 section 5.3).
    SignedAttributesMalformed "signed_attributes_malformed" Invalid,
    /// Digest, signature and key do not belong together.
    AlgorithmMismatch "algorithm_mismatch" Invalid,
    /// SHA-1, or an algorithm that the policy does not accept.
    WeakAlgorithm "weak_algorithm" Invalid,
    /// A key of another algorithm or curve, or a point off the curve.
    UnsupportedKey "unsupported_key" Invalid,
    /// The certificate of the signer is neither in the file nor known.
    SignerCertificateMissing "signer_certificate_missing" Indeterminate,
    /// The signed reference to a certificate names another one (RFC 5035).
    SigningCertificateMismatch "signing_certificate_mismatch" Invalid,
    /// A critical extension is not understood, or one extension is there twice.
    CertificateMalformed "certificate_malformed" Invalid,
    /// The certificate had expired at the moment that counts.
    CertificateExpired "certificate_expired" Invalid,
    /// The certificate was not valid yet at the moment that counts.
    CertificateNotYetValid "certificate_not_yet_valid" Invalid,
    /// The certificate was revoked or is on hold.
    CertificateRevoked "certificate_revoked" Invalid,
    /// A certificate of the chain had expired.
    IssuerExpired "issuer_expired" Invalid,
    /// A certificate of the chain was not valid yet.
    IssuerNotYetValid "issuer_not_yet_valid" Invalid,
    /// A certificate of the chain was revoked.
    IssuerRevoked "issuer_revoked" Invalid,
    /// No chain leads to a pinned root.
    UntrustedChain "untrusted_chain" Invalid,
    /// The key is not meant for this: the sign-in key for a document, a signing key for sign-in, a system's key.
    WrongKeyUsage "wrong_key_usage" Invalid,
    /// The certificate names no person.
    NoPersonIdentity "no_person_identity" Invalid,
    /// Neither a fresh list nor a usable OCSP answer is at hand.
    RevocationUnknown "revocation_unknown" Indeterminate,
    /// The responder says that it does not know the certificate, or that it was never issued.
    RevocationUnknownByResponder "revocation_unknown_by_responder" Invalid,
    /// The policy asks for a time stamp.
    TimestampMissing "timestamp_missing" Invalid,
    /// The time stamp was made of something else.
    TimestampImprintMismatch "timestamp_imprint_mismatch" Invalid,
    /// The time stamp's authority is not one.
    TimestampUntrusted "timestamp_untrusted" Invalid,
    /// The time stamp's signature does not hold.
    TimestampSignatureInvalid "timestamp_signature_invalid" Invalid,
    /// The time stamp is of the future.
    TimestampInFuture "timestamp_in_future" Invalid,
    /// The time stamp can not be read.
    TimestampMalformed "timestamp_malformed" Invalid,
    /// The authority refused to make a time stamp.
    TspRejected "tsp_rejected" Invalid,
    /// The answer belongs to another request for a time stamp.
    TspNonceMismatch "tsp_nonce_mismatch" Invalid,
    /// The signed element is not where readers look for it.
    Wrapping "wrapping" Invalid,
    /// Two elements have the identifier that was signed.
    DuplicateId "duplicate_id" Invalid,
    /// The document has a DOCTYPE.
    DoctypeForbidden "doctype_forbidden" Invalid,
    /// A transform that is not on the list.
    TransformForbidden "transform_forbidden" Invalid,
    /// A reference to something outside of the document.
    ReferenceForbidden "reference_forbidden" Invalid,
    /// Note: the signature has no signed reference to its certificate, so it is plain CMS and not CAdES-BES.
    CadesAttributeMissing "cades_attribute_missing" Valid,
    /// Note: the algorithm is given by the identifier of the key.
    LenientAlgorithmIdentifier "lenient_algorithm_identifier" Valid,
    /// Note: an employee without the right to sign.
    RoleEmployeeNoRightToSign "role_employee_no_right_to_sign" Valid,
    /// Note: what was signed is base64 text, perhaps instead of the file that it encodes.
    ContentIsBase64Text "content_is_base64_text" Valid,
    /// Note: valid at the time of the stamp, not any more.
    ValidAtStampTime "valid_at_stamp_time" Valid,
    /// Note: the responder left out the nonce; its answer is fresh.
    OcspNonceAbsent "ocsp_nonce_absent" Valid,
    /// Note: a delta list does not belong to the base list and was not used.
    DeltaIgnored "delta_ignored" Valid,
    /// Note: only a part of the document is signed.
    PartialCoverage "partial_coverage" Valid,
    /// Note: the signer's clock says a time in the future.
    ClaimedTimeInFuture "claimed_time_in_future" Valid,
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The content's digest is the signed one.
    Content,
    /// The signed attributes are complete and single.
    SignedAttributes,
    /// Key, digest and signature belong together and are accepted.
    Algorithm,
    /// The signature holds.
    Signature,
    /// The signed reference names this certificate.
    SigningCertificate,
    /// The time stamp.
    Timestamp,
    /// A chain to a pinned root at the moment that counts.
    Chain,
    /// Key usage for the purpose.
    KeyUsage,
    /// A person is named.
    Identity,
    /// The certificate was not revoked.
    Revocation,
    /// No certificate of the chain was revoked.
    IssuerRevocation,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be made: what it needs is missing.
    Unknown,
    /// It was not asked for, or an earlier failure left nothing to check.
    Skipped,
}

/// Where the moment comes from at which certificates are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// A time stamp that holds.
    Timestamp,
    /// The verifier's clock.
    Clock,
}

/// What is known about the revocation of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationStatus {
    /// It was not revoked.
    Good,
    /// It was revoked, or is on hold.
    Revoked,
    /// A responder knows no such certificate.
    UnknownByResponder,
    /// There is no evidence that can be used.
    Unknown,
    /// Not requested.
    NotChecked,
}

/// What a status of revocation rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationSource {
    /// A list.
    Crl,
    /// A list with its delta.
    CrlWithDelta,
    /// An OCSP answer.
    Ocsp,
}

/// Revocation with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// What is known.
    pub status: RevocationStatus,
    /// What it rests on.
    pub source: Option<RevocationSource>,
    /// When the source was made.
    pub this_update: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why, as RFC 5280 section 5.3.1 counts.
    pub reason_code: Option<u8>,
}

impl Revocation {
    pub(crate) fn without_source(status: RevocationStatus) -> Self {
        Self { status, source: None, this_update: None, revoked_at: None, reason_code: None }
    }
}

/// A certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainLink {
    /// The subject.
    pub subject: String,
    /// The serial number in hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate in hexadecimal.
    pub sha256: String,
}

impl ChainLink {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_string(),
            serial: hex(certificate.serial()),
            sha256: certificate.fingerprint(),
        }
    }
}

/// What a time stamp says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StampVerdict {
    /// Whether it holds.
    pub verdict: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// When it was made.
    pub made_at: Option<Timestamp>,
    /// Under which policy.
    pub policy: Option<String>,
    /// The serial number in hexadecimal.
    pub serial: Option<String>,
    /// From the authority to the root.
    pub chain: Vec<ChainLink>,
}

/// What is known about one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignerVerdict {
    /// Of this signature alone.
    pub verdict: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Each check with what it found, in the order in which they are made.
    pub checks: Vec<(Check, Finding)>,
    /// Who signed.
    pub identity: Identity,
    /// The scheme.
    pub algorithm: Option<SignatureAlgorithm>,
    /// The time that the signer claims; proves nothing.
    pub claimed_at: Option<Timestamp>,
    /// The moment at which certificates were judged.
    pub judged_at: Timestamp,
    /// Where that moment comes from.
    pub time_source: TimeSource,
    /// The stamp, if there is one.
    pub timestamp: Option<StampVerdict>,
    /// From the signer to the root; ends early where no chain was found.
    pub chain: Vec<ChainLink>,
    /// Of the signer's certificate.
    pub revocation: Revocation,
    /// For XML: what is signed, as a path of elements; `/` is the whole document.
    pub covers: Option<String>,
}

impl SignerVerdict {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            verdict: Outcome::Valid,
            reasons: Vec::new(),
            checks: Vec::new(),
            identity: Identity::default(),
            algorithm: None,
            claimed_at: None,
            judged_at: now,
            time_source: TimeSource::Clock,
            timestamp: None,
            chain: Vec::new(),
            revocation: Revocation::without_source(RevocationStatus::NotChecked),
            covers: None,
        }
    }

    /// Remembers what a check found: failed or unknown if there are reasons that say so.
    pub(crate) fn record(&mut self, check: Check, reasons: &[Reason]) {
        let finding = match worst(reasons) {
            Outcome::Valid => Finding::Passed,
            Outcome::Indeterminate => Finding::Unknown,
            Outcome::Invalid => Finding::Failed,
        };
        self.checks.push((check, finding));
        for reason in reasons {
            push(&mut self.reasons, *reason);
        }
        self.verdict = worst(&self.reasons);
    }

    pub(crate) fn skip(&mut self, check: Check) {
        self.checks.push((check, Finding::Skipped));
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Of everything together: the worst of the signers.
    pub verdict: Outcome,
    /// Of everything together.
    pub reasons: Vec<Reason>,
    /// Each signature.
    pub signers: Vec<SignerVerdict>,
    /// In words, where the file could not be read.
    pub detail: Option<String>,
}

impl Verdict {
    /// For a file that has no signatures to speak of.
    pub(crate) fn failed(reason: Reason, detail: Option<String>) -> Self {
        Self { verdict: reason.outcome(), reasons: vec![reason], signers: Vec::new(), detail }
    }

    pub(crate) fn of(signers: Vec<SignerVerdict>) -> Self {
        let mut reasons = Vec::new();
        for reason in signers.iter().flat_map(|signer| &signer.reasons) {
            push(&mut reasons, *reason);
        }
        if signers.is_empty() {
            return Self::failed(Reason::NoSigners, None);
        }
        Self { verdict: worst(&reasons), reasons, signers, detail: None }
    }
}

/// The worst outcome that reasons make.
pub(crate) fn worst(reasons: &[Reason]) -> Outcome {
    reasons.iter().map(|reason| reason.outcome()).max().unwrap_or(Outcome::Valid)
}

/// Each reason once.
pub(crate) fn push(reasons: &mut Vec<Reason>, reason: Reason) {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}
