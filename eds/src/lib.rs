//! Electronic signatures of Kazakhstan, verified without the library of the authority and without I/O.
//!
//! Bytes and a clock go in, a [`Verdict`] comes out. It is never a bare yes or no: it names each check with what it found, who
//! signed, at which moment certificates were judged and why, the chain, the source of revocation, and reasons with stable
//! slugs. "Unknown" is an answer of its own ([`Outcome::Indeterminate`]) and never good.
//!
//! ```
//! use eds::{Certificate, Crl, Evidence, Outcome, Policy, Purpose, Trust, Verifier};
//! # fn read(name: &str) -> Vec<u8> {
//! #     std::fs::read(format!("{}/tests/data/generated/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
//! # }
//! # fn main() -> Result<(), eds::Malformed> {
//! // Once: pinned roots, the authorities below them, and lists that were fetched.
//! let trust = Trust::new(
//!     [Certificate::from_bytes(&read("pki/root.cer"))?],
//!     [Certificate::from_bytes(&read("pki/nca.cer"))?],
//! );
//! let evidence = Evidence { crls: vec![Crl::from_bytes(&read("crl/base_current.crl"))?.into()], ocsp: Vec::new() };
//!
//! // For each signature.
//! let verifier = Verifier {
//!     trust: &trust,
//!     evidence: &evidence,
//!     policy: &Policy::default(),
//!     now: "2026-11-30T12:00:00Z".parse()?,
//! };
//! let verdict = verifier.verify_cms(&read("cms/ok_head.cms"), Some(&read("cms/content.bin")), Some(Purpose::SignDocument));
//! assert_eq!(verdict.verdict, Outcome::Valid);
//! assert_eq!(verdict.signers[0].identity.bin.as_deref(), Some("123456789021"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is trusted
//!
//! Only the roots that the caller pins end a chain. Certificates inside a signature help to build one; addresses inside
//! certificates are not read at all. Revocation is judged by lists and OCSP answers that the caller fetched, each checked for
//! its signature, its time and, for OCSP, its nonce and the right of the responder.
//!
//! # Hostile input
//!
//! Every parser has a cap on size, depth and count, allocates nothing by a length that the input claims, and is fuzzed.
//! Verification takes different times for different public values. Signing does not depend on the secret in time.
//!
//! # Sources
//!
//! Each item names the standard that it follows. Formats and object identifiers of the National Certification Authority were
//! found by checking its real signatures; `tests/data/README.md` lists them.

#![forbid(unsafe_code)]

mod algorithm;
mod armor;
mod asn1;
pub mod authority;
mod ber;
mod certificate;
mod cms;
mod crl;
pub mod gost;
mod key;
mod name;
pub mod ocsp;
mod oid;
mod p12;
mod policy;
mod revocation;
mod rsa;
mod sign;
pub mod stamp;
mod time;
mod trust;
mod verdict;
mod verify;
mod xml;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use asn1::{Malformed, Parsed};
pub use certificate::{Certificate, Identity, KeyUsage, Role};
pub use crl::{Crl, Revoked};
pub use key::PublicKey;
pub use name::Name;
pub use ocsp::{CertificateStatus, OcspResponse};
pub use p12::KeyStore;
pub use policy::{Policy, Purpose};
pub use revocation::Evidence;
pub use rsa::RsaKey;
pub use sign::{PrivateKey, SignedMessage, Signer};
pub use time::Timestamp;
pub use trust::Trust;
pub use verdict::{
    ChainLink, Check, Finding, Outcome, Reason, Revocation, RevocationSource, RevocationStatus, SignerVerdict,
    StampVerdict, TimeSource, Verdict,
};
pub use verify::Verifier;
pub use xml::sign_xml;
