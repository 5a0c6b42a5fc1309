//! Whether a certificate was revoked, from the evidence at hand.

use std::sync::Arc;

use crate::certificate::Certificate;
use crate::crl::{Crl, HOLD, Revoked};
use crate::ocsp::{CertificateStatus, OcspResponse};
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::verdict::{Reason, Revocation, RevocationSource, RevocationStatus, push};

/// Lists and answers; parsed once, used for many signatures.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Lists and deltas of all issuers.
    pub crls: Vec<Arc<Crl>>,
    /// Answers, each with the nonce of its request if that is known.
    pub ocsp: Vec<(Arc<OcspResponse>, Option<Vec<u8>>)>,
}

/// The status of `certificate` of `issuer` at the moment `now`, with notes.
///
/// An answer of a responder counts before a list. If one of two usable sources says "revoked", it is revoked; only a hold on an
/// older list gives way to a newer answer. Without a usable source the status is unknown, never good.
pub(crate) fn status(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    now: Timestamp,
    policy: &Policy,
) -> (Revocation, Vec<Reason>) {
    let mut notes = Vec::new();
    let answers: Vec<_> = evidence
        .ocsp
        .iter()
        .filter_map(|(answer, nonce)| answer.evaluate(certificate, issuer, nonce.as_deref(), now, policy))
        .collect();
    // The newest counts; of two of one moment the one that says the worst.
    let rank = |status: &CertificateStatus| match status {
        CertificateStatus::Good => 0,
        CertificateStatus::Unknown => 1,
        CertificateStatus::Revoked { .. } => 2,
    };
    let newest = answers.into_iter().max_by_key(|usable| (usable.this_update, rank(&usable.status)));
    let by_list = by_list(certificate, issuer, evidence, now, policy, &mut notes);
    let Some(answer) = newest else {
        return (by_list.unwrap_or_else(|| Revocation::without_source(RevocationStatus::Unknown)), notes);
    };
    answer.notes.iter().for_each(|note| push(&mut notes, *note));
    if let Some(list) = by_list.filter(|list| list.status == RevocationStatus::Revoked) {
        let is_lifted = list.reason_code == Some(HOLD)
            && answer.status == CertificateStatus::Good
            && list.this_update.is_some_and(|listed| answer.this_update > listed);
        if !is_lifted {
            return (list, notes);
        }
    }
    let (status, revoked_at, reason_code) = match answer.status {
        CertificateStatus::Good => (RevocationStatus::Good, None, None),
        CertificateStatus::Revoked { at, reason } => (RevocationStatus::Revoked, Some(at), Some(reason)),
        CertificateStatus::Unknown => (RevocationStatus::UnknownByResponder, None, None),
    };
    let source = Some(RevocationSource::Ocsp);
    (Revocation { status, source, this_update: Some(answer.this_update), revoked_at, reason_code }, notes)
}

fn by_list(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence,
    now: Timestamp,
    policy: &Policy,
    notes: &mut Vec<Reason>,
) -> Option<Revocation> {
    let is_usable = |crl: &Crl| crl.is_understood() && crl.is_fresh(now, policy.clock_skew) && crl.is_signed_by(issuer);
    let of_issuer = || evidence.crls.iter().filter(|crl| crl.issuer() == issuer.subject());
    let newest_base =
        of_issuer().filter(|crl| !crl.is_delta() && is_usable(crl)).max_by_key(|crl| crl.this_update())?;
    let delta = of_issuer()
        .filter(|crl| crl.is_delta() && crl.applies_to(newest_base) && is_usable(crl))
        .max_by_key(|crl| crl.this_update());
    if delta.is_none() && of_issuer().any(|crl| crl.is_delta()) {
        push(notes, Reason::DeltaIgnored);
    }
    let revoked = newest_base.look_up(delta.map(|delta| &**delta), certificate.serial());
    Some(Revocation {
        status: if revoked.is_some() { RevocationStatus::Revoked } else { RevocationStatus::Good },
        source: Some(if delta.is_some() { RevocationSource::CrlWithDelta } else { RevocationSource::Crl }),
        this_update: Some(delta.unwrap_or(newest_base).this_update()),
        revoked_at: revoked.map(|Revoked { at, .. }| at),
        reason_code: revoked.map(|Revoked { reason, .. }| reason),
    })
}
