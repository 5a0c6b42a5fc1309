//! Pinned roots, known intermediates, and chains to them (RFC 5280 section 6).

use std::collections::HashSet;
use std::sync::Arc;

use crate::certificate::Certificate;
use crate::time::Timestamp;
use crate::verdict::{Outcome, Reason, push, worst};

/// A chain is at most this long: signer, authority, root and two to spare.
const MAX_CHAIN: usize = 5;
/// Signatures of certificates that one search may check: a file full of certificates of the same name costs no more.
const MAX_CHECKS: usize = 24;

/// The certificates that trust rests on.
///
/// Only roots end a chain. Intermediates, and certificates that come inside a signature, help to build one. Tables for keys of
/// authorities are computed here, and signatures between known certificates are checked once; so make one and keep it.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    certificates: Vec<Arc<Certificate>>,
    roots: usize,
    /// Which of the certificates is signed by which.
    links: HashSet<(usize, usize)>,
}

impl Trust {
    /// From roots, which the operator compared by fingerprint, and intermediates.
    pub fn new(
        roots: impl IntoIterator<Item = Certificate>,
        intermediates: impl IntoIterator<Item = Certificate>,
    ) -> Self {
        let keep = |mut certificate: Certificate| {
            certificate.keep_table();
            Arc::new(certificate)
        };
        let mut certificates: Vec<_> = roots.into_iter().map(keep).collect();
        let roots = certificates.len();
        certificates.extend(intermediates.into_iter().map(keep));
        let mut links = HashSet::new();
        for (i, certificate) in certificates.iter().enumerate() {
            for (j, issuer) in certificates.iter().enumerate() {
                if i != j && certificate.issuer() == issuer.subject() && certificate.is_signed_by(issuer.key()) {
                    links.insert((i, j));
                }
            }
        }
        Self { certificates, roots, links }
    }

    /// The roots.
    pub fn roots(&self) -> &[Arc<Certificate>] {
        &self.certificates[..self.roots]
    }

    /// Roots and intermediates.
    pub fn certificates(&self) -> &[Arc<Certificate>] {
        &self.certificates
    }

    fn position(&self, certificate: &Certificate) -> Option<usize> {
        self.certificates.iter().position(|known| **known == *certificate)
    }

    /// Whether this is a pinned root itself. A copy with the same name and key but other dates ends no chain: what is in it was
    /// not compared.
    fn is_root(&self, certificate: &Certificate) -> bool {
        self.roots().iter().any(|root| **root == *certificate)
    }

    /// The best chain from `leaf`, with the reasons against it at the moment `at`. The first is the leaf.
    pub(crate) fn chain(&self, leaf: &Arc<Certificate>, extra: &[Arc<Certificate>], at: Timestamp) -> Chain {
        let mut search = Search { trust: self, extra, at, checks: 0, best: None };
        search.extend(&mut vec![leaf.clone()]);
        search.best.unwrap_or_else(|| Chain { certificates: vec![leaf.clone()], reasons: vec![Reason::UntrustedChain] })
    }
}

/// A chain and the reasons against it; none if it is good.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) certificates: Vec<Arc<Certificate>>,
    pub(crate) reasons: Vec<Reason>,
}

struct Search<'a> {
    trust: &'a Trust,
    extra: &'a [Arc<Certificate>],
    at: Timestamp,
    checks: usize,
    best: Option<Chain>,
}

impl Search<'_> {
    /// Tries all issuers of the last certificate; true once a chain without a fault is found.
    fn extend(&mut self, chain: &mut Vec<Arc<Certificate>>) -> bool {
        let last = chain.last().expect("a chain is never empty").clone();
        if self.trust.is_root(&last) {
            return self.offer(chain);
        }
        if chain.len() == MAX_CHAIN {
            return false;
        }
        let known = self.trust.certificates.iter().chain(self.extra);
        let candidates: Vec<_> = known.filter(|issuer| may_issue(issuer, &last)).cloned().collect();
        for issuer in candidates {
            if chain.contains(&issuer) || !self.is_signed(&last, &issuer) {
                continue;
            }
            chain.push(issuer);
            let found = self.extend(chain);
            chain.pop();
            if found {
                return true;
            }
        }
        false
    }

    fn is_signed(&mut self, certificate: &Arc<Certificate>, issuer: &Arc<Certificate>) -> bool {
        if let (Some(i), Some(j)) = (self.trust.position(certificate), self.trust.position(issuer)) {
            return self.trust.links.contains(&(i, j));
        }
        self.checks += 1;
        self.checks <= MAX_CHECKS && certificate.is_signed_by(issuer.key())
    }

    /// Takes the chain if it is better than the best so far; true if it has no fault.
    fn offer(&mut self, chain: &[Arc<Certificate>]) -> bool {
        let reasons = self.reasons(chain);
        let is_good = worst(&reasons) == Outcome::Valid;
        // A chain that fails by time alone says more than one that is broken.
        let weight = |reasons: &[Reason]| (reasons.contains(&Reason::UntrustedChain), reasons.len());
        if self.best.as_ref().is_none_or(|best| weight(&reasons) < weight(&best.reasons)) {
            self.best = Some(Chain { certificates: chain.to_vec(), reasons });
        }
        is_good
    }

    fn reasons(&self, chain: &[Arc<Certificate>]) -> Vec<Reason> {
        let mut reasons = Vec::new();
        // Authorities between the one that is looked at and the leaf, without those that issued to themselves
        // (RFC 5280 section 6.1.4 (l)).
        let mut below = 0;
        for (depth, certificate) in chain.iter().enumerate() {
            if certificate.has_extension_fault() {
                push(&mut reasons, Reason::CertificateMalformed);
            }
            let is_root = depth + 1 == chain.len();
            if certificate.is_weakly_signed() && !is_root {
                push(&mut reasons, Reason::WeakAlgorithm);
            }
            let (expired, early) = if depth == 0 {
                (Reason::CertificateExpired, Reason::CertificateNotYetValid)
            } else {
                (Reason::IssuerExpired, Reason::IssuerNotYetValid)
            };
            if self.at > certificate.not_after() {
                push(&mut reasons, expired);
            }
            if self.at < certificate.not_before() {
                push(&mut reasons, early);
            }
            if depth > 0 {
                let constraints = certificate.basic_constraints.unwrap_or_default();
                let signs = certificate.key_usage.is_some_and(crate::certificate::KeyUsage::certificate_sign);
                let too_long = constraints.path_length.is_some_and(|allowed| below > allowed);
                if !constraints.authority || !signs || too_long {
                    push(&mut reasons, Reason::UntrustedChain);
                }
                below += u32::from(!certificate.is_self_issued());
            }
        }
        reasons
    }
}

/// Whether the names fit, and the identifiers of keys where both are given.
pub(crate) fn may_issue(issuer: &Certificate, certificate: &Certificate) -> bool {
    let ids_fit = match (&certificate.authority_key_id, &issuer.subject_key_id) {
        (Some(wanted), Some(is)) => wanted == is,
        _ => true,
    };
    issuer.subject() == certificate.issuer() && ids_fit
}
