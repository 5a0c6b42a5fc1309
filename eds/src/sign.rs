//! Signatures by keys in memory: for tests, demonstrations, an operator's command line, and what a register seals itself.

use const_oid::ObjectIdentifier;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, encode_algorithm};
use crate::asn1::{Malformed, Parsed, encode, encode_oid, encode_set_of, encode_unsigned, sequence, single, tag};
use crate::certificate::Certificate;
use crate::gost::{Gost512Signer, Gost2004Signer};
use crate::key::PublicKey;
use crate::oid;
use crate::time::Timestamp;

/// A private key. RSA is not among them: its private operation is hard to make safe, and nothing here needs it.
#[derive(Debug)]
pub enum PrivateKey {
    /// ST RK GOST R 34.10-2015 with 512 bits.
    Gost512(Gost512Signer),
    /// GOST 34.310-2004.
    Gost2004(Gost2004Signer),
}

const BAD: Malformed = Malformed("private key");

impl PrivateKey {
    /// From PKCS #8 (RFC 5208 section 5) as the authority writes it: the number as OCTET STRING with its least significant octet
    /// first for keys of 512 bits, as INTEGER for those of 2004.
    pub fn from_pkcs8(der: &[u8]) -> Parsed<Self> {
        let mut inside = sequence(der, BAD.0)?;
        inside.expect(tag::INTEGER, BAD.0)?.small()?;
        let kind = inside.sequence(BAD.0)?.expect(tag::OID, BAD.0)?.oid()?;
        let value = single(inside.expect(tag::OCTET_STRING, BAD.0)?.contents, BAD.0)?;
        let key = match kind {
            oid::GOST2015_512_KEY => Gost512Signer::from_bytes(value.octet_string()?).map(Self::Gost512),
            oid::GOST2004_KEY => {
                let mut number = value.unsigned()?.to_vec();
                number.reverse();
                number.resize(32, 0);
                Gost2004Signer::from_bytes(&number).map(Self::Gost2004)
            }
            _ => return Err(Malformed("private key of another kind than GOST")),
        };
        key.ok_or(BAD)
    }

    /// The scheme of its signatures.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        match self {
            Self::Gost512(_) => SignatureAlgorithm::Gost512,
            Self::Gost2004(_) => SignatureAlgorithm::Gost2004,
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Gost512(key) => PublicKey::Gost512(key.verifying_key().clone()),
            Self::Gost2004(key) => PublicKey::Gost2004(key.verifying_key().clone()),
        }
    }

    /// Signs bytes. `extra` may be empty or random (see [`gost`](crate::gost::SigningKey::sign)).
    pub fn sign(&self, message: &[u8], extra: &[u8]) -> Vec<u8> {
        let digest = self.algorithm().digest().digest(&[message]);
        let signature = match self {
            Self::Gost512(key) => key.sign(&digest, extra),
            Self::Gost2004(key) => key.sign(&digest, extra),
        };
        signature.expect("the digest has the length of the scheme")
    }
}

/// A key with its certificate, and those of the chain that are to be put into messages.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The key.
    pub key: &'a PrivateKey,
    /// Its certificate.
    pub certificate: &'a Certificate,
    /// Authorities above it.
    pub chain: &'a [Certificate],
    /// Random bytes, or nothing.
    pub extra: &'a [u8],
}

/// A signed message in the making: CMS with one or more signers, as NCALayer makes them (CAdES-BES; with a stamp CAdES-T).
#[derive(Clone, Debug)]
pub struct SignedMessage {
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    is_attached: bool,
    certificates: Vec<Vec<u8>>,
    signers: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    digest: DigestAlgorithm,
    /// Everything before the unsigned attributes.
    head: Vec<Vec<u8>>,
    signature: Vec<u8>,
    unsigned: Vec<Vec<u8>>,
}

impl SignedMessage {
    /// A message without signers yet; `is_attached` says whether the content goes in.
    pub fn new(content: &[u8], is_attached: bool) -> Self {
        Self {
            content_type: oid::DATA,
            content: content.to_vec(),
            is_attached,
            certificates: Vec::new(),
            signers: Vec::new(),
        }
    }

    /// Adds a signature made at `at` by the signer's clock. Gives its value, which a time stamp is asked for.
    pub fn sign(&mut self, signer: &Signer<'_>, at: Timestamp) -> &[u8] {
        let digest = signer.key.algorithm().digest();
        let attribute = |kind, value: &[u8]| encode(tag::SEQUENCE, &[&encode_oid(&kind), &encode(tag::SET, &[value])]);
        let reference = encode(tag::OCTET_STRING, &[&DigestAlgorithm::Sha256.digest(&[signer.certificate.der()])]);
        // SigningCertificateV2 { SEQUENCE OF ESSCertIDv2 { certHash } }, SHA-256 by default (RFC 5035 section 4).
        let reference = (0..3).fold(reference, |inside, _| encode(tag::SEQUENCE, &[&inside]));
        let attributes = vec![
            attribute(oid::CONTENT_TYPE, &encode_oid(&self.content_type)),
            attribute(oid::SIGNING_TIME, &at.to_der()),
            attribute(oid::MESSAGE_DIGEST, &encode(tag::OCTET_STRING, &[&digest.digest(&[&self.content])])),
            attribute(oid::SIGNING_CERTIFICATE_V2, &reference),
        ];
        let mut covered = encode_set_of(tag::SET, attributes);
        let signature = signer.key.sign(&covered, signer.extra);
        covered[0] = tag::constructed(0);

        let certificate = signer.certificate;
        let id = encode(tag::SEQUENCE, &[certificate.issuer().der(), &encode_unsigned(certificate.serial())]);
        let head = vec![
            encode_unsigned(&[1]),
            id,
            encode_algorithm(&digest.oid()),
            covered,
            encode_algorithm(&signer.key.algorithm().oid()),
            encode(tag::OCTET_STRING, &[&signature]),
        ];
        for certificate in std::iter::once(certificate).chain(signer.chain) {
            if !self.certificates.iter().any(|other| other == certificate.der()) {
                self.certificates.push(certificate.der().to_vec());
            }
        }
        self.signers.push(Part { digest, head, signature, unsigned: Vec::new() });
        &self.signers.last().expect("one was added").signature
    }

    /// Adds a time-stamp token to the last signature.
    pub fn add_stamp(&mut self, token: &[u8]) {
        let attribute = encode(tag::SEQUENCE, &[&encode_oid(&oid::TIME_STAMP_TOKEN), &encode(tag::SET, &[token])]);
        if let Some(last) = self.signers.last_mut() {
            last.unsigned.push(attribute);
        }
    }

    /// The message.
    pub fn to_der(&self) -> Vec<u8> {
        let mut digests: Vec<Vec<u8>> = Vec::new();
        let mut signers = Vec::new();
        for part in &self.signers {
            let digest = encode_algorithm(&part.digest.oid());
            if !digests.contains(&digest) {
                digests.push(digest);
            }
            let mut values = part.head.clone();
            if !part.unsigned.is_empty() {
                values.push(encode_set_of(tag::constructed(1), part.unsigned.clone()));
            }
            signers.push(encode(tag::SEQUENCE, &values.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        }
        let content = if self.is_attached {
            encode(tag::constructed(0), &[&encode(tag::OCTET_STRING, &[&self.content])])
        } else {
            Vec::new()
        };
        // RFC 5652 section 5.1.
        let version = if self.content_type == oid::DATA { 1 } else { 3 };
        let message = encode(
            tag::SEQUENCE,
            &[
                &encode_unsigned(&[version]),
                &encode_set_of(tag::SET, digests),
                &encode(tag::SEQUENCE, &[&encode_oid(&self.content_type), &content]),
                &encode_set_of(tag::constructed(0), self.certificates.clone()),
                &encode_set_of(tag::SET, signers),
            ],
        );
        encode(tag::SEQUENCE, &[&encode_oid(&oid::SIGNED_DATA), &encode(tag::constructed(0), &[&message])])
    }
}

/// An attached message of another kind than "data", with one signer.
pub(crate) fn signed_message(kind: &ObjectIdentifier, content: &[u8], signer: &Signer<'_>, at: Timestamp) -> Vec<u8> {
    let mut message = SignedMessage { content_type: *kind, ..SignedMessage::new(content, true) };
    message.sign(signer, at);
    message.to_der()
}
