//! What is asked of a signature.

use serde::Serialize;

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::{Certificate, Role};
use crate::key::PublicKey;
use crate::oid;
use crate::verdict::Reason;

/// What a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A person signs a document.
    SignDocument,
    /// A person signs a one-time challenge to prove who they are.
    SignIn,
}

/// Rules that an operator may set. [`Default`] is what the documentation of this crate describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Schemes that are accepted.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Whether revocation of the signer has to be known. Off only for looking at history.
    pub require_revocation: bool,
    /// Whether each signature needs a time stamp.
    pub require_timestamp: bool,
    /// How far the verifier's clock may be off, in seconds.
    pub clock_skew: i64,
    /// How old an OCSP answer may be that does not say until when it holds, in seconds.
    pub ocsp_max_age: i64,
    /// Time-stamping policies that are accepted, as dotted text.
    pub stamp_policies: Vec<String>,
    /// Whether a stamp helps a certificate that was revoked later for a compromised key. RFC 5280 allows it; the order of the
    /// authority does not speak of it. Off: such a signature is refused.
    pub compromise_after_stamp: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            algorithms: vec![
                SignatureAlgorithm::Gost512,
                SignatureAlgorithm::Gost2004,
                SignatureAlgorithm::RsaSha256,
                SignatureAlgorithm::RsaSha512,
            ],
            require_revocation: true,
            require_timestamp: false,
            clock_skew: 300,
            ocsp_max_age: 3600,
            stamp_policies: oid::STAMP_POLICIES.iter().map(ToString::to_string).collect(),
            compromise_after_stamp: false,
        }
    }
}

/// Whether the key of this certificate is meant for this purpose.
///
/// Since 2022 a person has one GOST key for both, which carries `digitalSignature`, `nonRepudiation` and `emailProtection`.
/// Before, there were two: one for sign-in with `clientAuth`, one for documents with `nonRepudiation` and `emailProtection`;
/// each is refused for the other's purpose. An information system signs no documents.
pub(crate) fn usage_reasons(certificate: &Certificate, purpose: Purpose) -> Vec<Reason> {
    let usage = certificate.key_usage.unwrap_or_default();
    let has_one_key = matches!(certificate.key(), PublicKey::Gost512(_) | PublicKey::Unsupported(_));
    let extended = match purpose {
        Purpose::SignIn if !has_one_key => certificate.allows(oid::CLIENT_AUTH),
        _ => certificate.allows(oid::EMAIL_PROTECTION),
    };
    let signs = usage.digital_signature() && (purpose == Purpose::SignIn || usage.non_repudiation());
    let is_system = certificate.identity().role.is_some_and(Role::is_system);
    if extended && signs && !is_system { Vec::new() } else { vec![Reason::WrongKeyUsage] }
}

/// Whether a person is named, with what their role means.
pub(crate) fn identity_reasons(certificate: &Certificate) -> Vec<Reason> {
    let identity = certificate.identity();
    let mut reasons = Vec::new();
    if identity.iin.is_none() {
        reasons.push(Reason::NoPersonIdentity);
    }
    if matches!(identity.role, Some(Role::Employee | Role::Personnel)) {
        reasons.push(Reason::RoleEmployeeNoRightToSign);
    }
    reasons
}
