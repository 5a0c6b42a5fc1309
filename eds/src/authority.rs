//! A small authority: certificates, lists, OCSP answers and time stamps, in the form of the National Certification Authority.
//!
//! For demonstrations and tests, so that every step can be taken without a real authority. No verifier trusts it unless its root
//! is pinned.

use const_oid::ObjectIdentifier;

use crate::algorithm::{DigestAlgorithm, algorithm, encode_algorithm};
use crate::asn1::{Malformed, Parsed, encode, encode_oid, encode_unsigned, sequence, tag};
use crate::certificate::{Certificate, Role};
use crate::key::PublicKey;
use crate::ocsp::CertificateStatus;
use crate::oid;
use crate::sign::{PrivateKey, Signer, signed_message};
use crate::time::Timestamp;

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// A root, which signs itself.
    Root,
    /// An authority below a root; issues to people only.
    Authority,
    /// A person, or a member of an organisation, with one key for sign-in and documents.
    Holder(Role),
    /// Signs OCSP answers.
    OcspResponder,
    /// Makes time stamps.
    TimeStamping,
}

/// The subject of a certificate. Empty texts are left out.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Surname and name, or the name of the authority.
    pub name: String,
    /// The surname.
    pub surname: String,
    /// The patronymic.
    pub patronymic: String,
    /// The individual identification number.
    pub iin: String,
    /// The business identification number.
    pub bin: String,
    /// The organisation.
    pub organization: String,
    /// The identifier of an information system.
    pub system: String,
}

/// A certificate to be made.
#[derive(Clone, Debug)]
pub struct Template {
    /// The subject.
    pub subject: Subject,
    /// What it is for.
    pub profile: Profile,
    /// Up to 20 octets, most significant first.
    pub serial: Vec<u8>,
    /// The first second.
    pub not_before: Timestamp,
    /// The last second.
    pub not_after: Timestamp,
}

/// A key of an authority with its certificate.
#[derive(Clone, Copy, Debug)]
pub struct Issuer<'a> {
    /// The key.
    pub key: &'a PrivateKey,
    /// Its certificate.
    pub certificate: &'a Certificate,
}

/// `value` under a signature of the key: certificates, lists and answers share this form (RFC 5280 section 4.1).
fn signed(key: &PrivateKey, value: &[u8], more: &[u8]) -> Vec<u8> {
    let signature = key.sign(value, b"");
    encode(
        tag::SEQUENCE,
        &[value, &encode_algorithm(&key.algorithm().oid()), &encode(tag::BIT_STRING, &[&[0], &signature]), more],
    )
}

fn extension(kind: &ObjectIdentifier, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { encode(tag::BOOLEAN, &[&[0xff]]) } else { Vec::new() };
    encode(tag::SEQUENCE, &[&encode_oid(kind), &critical, &encode(tag::OCTET_STRING, &[value])])
}

/// The identifier of a key: SHA-1 of its bits (RFC 5280 section 4.2.1.2).
fn key_id(bits: &[u8]) -> Vec<u8> {
    DigestAlgorithm::Sha1.digest(&[bits])
}

fn encode_name(subject: &Subject) -> Vec<u8> {
    let prefixed =
        |prefix: &str, value: &str| if value.is_empty() { String::new() } else { format!("{prefix}{value}") };
    let fields = [
        (oid::COMMON_NAME, subject.name.clone()),
        (oid::SURNAME, subject.surname.clone()),
        (oid::SERIAL_NUMBER, prefixed("IIN", &subject.iin)),
        (oid::COUNTRY, "KZ".to_owned()),
        (oid::ORGANIZATION, subject.organization.clone()),
        (oid::ORGANIZATIONAL_UNIT, prefixed("BIN", &subject.bin)),
        (oid::USER_ID, subject.system.clone()),
        (oid::GIVEN_NAME, subject.patronymic.clone()),
    ];
    let mut name = Vec::new();
    for (kind, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        let string = if *kind == oid::COUNTRY { tag::PRINTABLE_STRING } else { tag::UTF8_STRING };
        let pair = encode(tag::SEQUENCE, &[&encode_oid(kind), &encode(string, &[value.as_bytes()])]);
        name.extend(encode(tag::SET, &[&pair]));
    }
    encode(tag::SEQUENCE, &[&name])
}

/// `SubjectPublicKeyInfo` and the contents of its BIT STRING; none for keys that are no GOST keys.
fn encode_key(key: &PublicKey) -> Option<(Vec<u8>, Vec<u8>)> {
    let (kind, curve, digest, point) = match key {
        PublicKey::Gost512(key) => (oid::GOST2015_512_KEY, oid::GOST2015_512_CURVE, oid::STREEBOG_512, key.to_bytes()),
        PublicKey::Gost2004(key) => {
            (oid::GOST2004_KEY, oid::GOST2004_CURVE, oid::GOST2004_DIGEST_PARAMETERS, key.to_bytes())
        }
        _ => return None,
    };
    let parameters = encode(tag::SEQUENCE, &[&encode_oid(&curve), &encode_oid(&digest)]);
    let algorithm = encode(tag::SEQUENCE, &[&encode_oid(&kind), &parameters]);
    let bits = encode(tag::OCTET_STRING, &[&point]);
    let info = encode(tag::SEQUENCE, &[&algorithm, &encode(tag::BIT_STRING, &[&[0], &bits])]);
    Some((info, bits))
}

impl Profile {
    fn usages(self) -> (u8, u8, Vec<ObjectIdentifier>) {
        // Unused bits and the octet of KeyUsage, then the extended usages.
        match self {
            Self::Root | Self::Authority => (1, 0x06, Vec::new()),
            Self::OcspResponder => (6, 0xc0, vec![oid::OCSP_SIGNING]),
            Self::TimeStamping => (6, 0xc0, vec![oid::TIME_STAMPING]),
            Self::Holder(role) => {
                let mut usages = if role.is_system() { Vec::new() } else { vec![oid::EMAIL_PROTECTION] };
                let narrow = match role {
                    Role::Person => oid::PERSON,
                    Role::PersonSystem => oid::PERSON_SYSTEM,
                    Role::Head => oid::HEAD,
                    Role::SigningRight => oid::SIGNING_RIGHT,
                    Role::Finance => oid::FINANCE,
                    Role::Personnel => oid::PERSONNEL,
                    Role::Employee => oid::EMPLOYEE,
                    Role::OrganizationSystem => oid::ORGANIZATION_SYSTEM,
                    Role::Treasury => oid::TREASURY,
                    Role::Organization => oid::ORGANIZATION_KEY,
                };
                if !matches!(role, Role::Person | Role::PersonSystem | Role::Organization) {
                    usages.push(oid::ORGANIZATION_KEY);
                }
                usages.push(narrow);
                (3, 0xc8, usages)
            }
        }
    }
}

/// Makes a certificate for `key`; without an issuer it is signed by `own`, which must be the private half.
///
/// None for a key that is no GOST key.
pub fn issue(
    template: &Template,
    key: &PublicKey,
    issuer: Option<Issuer<'_>>,
    own: &PrivateKey,
) -> Option<Certificate> {
    let (info, bits) = encode_key(key)?;
    let subject = encode_name(&template.subject);
    let signing_key = issuer.map_or(own, |issuer| issuer.key);
    let (issuer_name, issuer_bits) = issuer.map_or((&subject[..], &bits[..]), |issuer| {
        (issuer.certificate.subject().der(), issuer.certificate.key_bits())
    });
    let issuer_id =
        issuer.and_then(|issuer| issuer.certificate.subject_key_id.clone()).unwrap_or_else(|| key_id(issuer_bits));
    let (unused, usage, extended) = template.profile.usages();
    let mut extensions = vec![
        extension(&oid::KEY_USAGE, true, &encode(tag::BIT_STRING, &[&[unused, usage]])),
        extension(&oid::SUBJECT_KEY_ID, false, &encode(tag::OCTET_STRING, &[&key_id(&bits)])),
        extension(&oid::AUTHORITY_KEY_ID, false, &encode(tag::SEQUENCE, &[&encode(tag::context(0), &[&issuer_id])])),
    ];
    if matches!(template.profile, Profile::Root | Profile::Authority) {
        let length = if template.profile == Profile::Authority { encode_unsigned(&[0]) } else { Vec::new() };
        let constraints = encode(tag::SEQUENCE, &[&encode(tag::BOOLEAN, &[&[0xff]]), &length]);
        extensions.push(extension(&oid::BASIC_CONSTRAINTS, true, &constraints));
    }
    if !extended.is_empty() {
        let usages: Vec<u8> = extended.iter().flat_map(encode_oid).collect();
        let is_critical = template.profile == Profile::TimeStamping;
        extensions.push(extension(&oid::EXTENDED_KEY_USAGE, is_critical, &encode(tag::SEQUENCE, &[&usages])));
    }
    if template.profile == Profile::OcspResponder {
        extensions.push(extension(&oid::OCSP_NO_CHECK, false, &encode(tag::NULL, &[])));
    }
    let value = encode(
        tag::SEQUENCE,
        &[
            &encode(tag::constructed(0), &[&encode_unsigned(&[2])]),
            &encode_unsigned(&template.serial),
            &encode_algorithm(&signing_key.algorithm().oid()),
            issuer_name,
            &encode(tag::SEQUENCE, &[&template.not_before.to_der(), &template.not_after.to_der()]),
            &subject,
            &info,
            &encode(tag::constructed(3), &[&encode(tag::SEQUENCE, &[&extensions.concat()])]),
        ],
    );
    Certificate::from_der(&signed(signing_key, &value, &[])).ok()
}

/// A list to be made.
#[derive(Clone, Debug)]
pub struct ListTemplate {
    /// Grows with each list.
    pub number: u32,
    /// Of a delta: the number of the list that it goes on top of.
    pub base: Option<u32>,
    /// When it is made.
    pub this_update: Timestamp,
    /// When the next one comes.
    pub next_update: Timestamp,
    /// Serial number, moment and reason (RFC 5280 section 5.3.1) of each revoked certificate.
    pub revoked: Vec<(Vec<u8>, Timestamp, u8)>,
}

/// Makes a list of revoked certificates.
pub fn list(template: &ListTemplate, issuer: Issuer<'_>) -> Vec<u8> {
    let mut entries = Vec::new();
    for (serial, at, reason) in &template.revoked {
        let reason = extension(&oid::REASON_CODE, false, &encode(tag::ENUMERATED, &[&[*reason]]));
        entries.extend(encode(
            tag::SEQUENCE,
            &[&encode_unsigned(serial), &at.to_der(), &encode(tag::SEQUENCE, &[&reason])],
        ));
    }
    let entries = if entries.is_empty() { entries } else { encode(tag::SEQUENCE, &[&entries]) };
    let number = |number: u32| encode_unsigned(&number.to_be_bytes());
    let mut extensions = vec![extension(&oid::CRL_NUMBER, false, &number(template.number))];
    if let Some(base) = template.base {
        extensions.push(extension(&oid::DELTA_CRL, true, &number(base)));
    }
    let value = encode(
        tag::SEQUENCE,
        &[
            &encode_unsigned(&[1]),
            &encode_algorithm(&issuer.key.algorithm().oid()),
            issuer.certificate.subject().der(),
            &template.this_update.to_der(),
            &template.next_update.to_der(),
            &entries,
            &encode(tag::constructed(0), &[&encode(tag::SEQUENCE, &[&extensions.concat()])]),
        ],
    );
    signed(issuer.key, &value, &[])
}

/// A question to an OCSP responder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspQuestion {
    id: Vec<u8>,
    /// The certificate that is asked about.
    pub serial: Vec<u8>,
    nonce: Option<Vec<u8>>,
}

impl OcspQuestion {
    /// Reads a request about one certificate (RFC 6960 section 4.1.1).
    pub fn from_der(der: &[u8]) -> Parsed<Self> {
        const BAD: Malformed = Malformed("OCSP request");
        if der.len() > 4096 {
            return Err(BAD);
        }
        let mut request = sequence(der, BAD.0)?.sequence(BAD.0)?;
        let id = request.sequence(BAD.0)?.sequence(BAD.0)?.expect(tag::SEQUENCE, BAD.0)?;
        let mut inside = id.reader();
        algorithm(&mut inside)?;
        inside.expect(tag::OCTET_STRING, BAD.0)?;
        inside.expect(tag::OCTET_STRING, BAD.0)?;
        let serial = crate::certificate::read_serial(&mut inside)?;
        let mut nonce = None;
        if let Some(extensions) = request.optional(tag::constructed(2))? {
            for extension in crate::certificate::read_extensions(&extensions)? {
                if extension.kind == oid::OCSP_NONCE {
                    nonce = Some(extension.value.to_vec());
                }
            }
        }
        Ok(Self { id: id.whole.to_vec(), serial, nonce })
    }
}

/// Answers a question; `responder` is certified by the authority of the certificate that is asked about.
pub fn answer(question: &OcspQuestion, status: CertificateStatus, responder: Issuer<'_>, now: Timestamp) -> Vec<u8> {
    let status = match status {
        CertificateStatus::Good => encode(tag::context(0), &[]),
        CertificateStatus::Unknown => encode(tag::context(2), &[]),
        CertificateStatus::Revoked { at, reason } => {
            let reason = encode(tag::constructed(0), &[&encode(tag::ENUMERATED, &[&[reason]])]);
            encode(tag::constructed(1), &[&at.to_generalized(), &reason])
        }
    };
    let single = encode(tag::SEQUENCE, &[&question.id, &status, &now.to_generalized()]);
    let nonce = question.nonce.as_ref().map_or_else(Vec::new, |nonce| {
        let list = encode(tag::SEQUENCE, &[&extension(&oid::OCSP_NONCE, false, nonce)]);
        encode(tag::constructed(1), &[&list])
    });
    let value = encode(
        tag::SEQUENCE,
        &[
            &encode(tag::constructed(1), &[responder.certificate.subject().der()]),
            &now.to_generalized(),
            &encode(tag::SEQUENCE, &[&single]),
            &nonce,
        ],
    );
    let certificates = encode(tag::constructed(0), &[&encode(tag::SEQUENCE, &[responder.certificate.der()])]);
    let basic = signed(responder.key, &value, &certificates);
    let bytes = encode(tag::SEQUENCE, &[&encode_oid(&oid::OCSP_BASIC), &encode(tag::OCTET_STRING, &[&basic])]);
    encode(tag::SEQUENCE, &[&encode(tag::ENUMERATED, &[&[0]]), &encode(tag::constructed(0), &[&bytes])])
}

/// Answers a request for a time stamp (RFC 3161 section 2.4); `serial` grows with each stamp.
pub fn stamp(request: &[u8], authority: Issuer<'_>, now: Timestamp, serial: u64) -> Parsed<Vec<u8>> {
    const BAD: Malformed = Malformed("time-stamp request");
    if request.len() > 4096 {
        return Err(BAD);
    }
    let mut inside = sequence(request, BAD.0)?;
    inside.expect(tag::INTEGER, BAD.0)?;
    let imprint = inside.expect(tag::SEQUENCE, BAD.0)?;
    inside.optional(tag::OID)?;
    let nonce = inside.optional(tag::INTEGER)?.map_or(&[][..], |nonce| nonce.whole);
    let info = encode(
        tag::SEQUENCE,
        &[
            &encode_unsigned(&[1]),
            &encode_oid(&oid::STAMP_POLICIES[2]),
            imprint.whole,
            &encode_unsigned(&serial.to_be_bytes()),
            &now.to_generalized(),
            nonce,
        ],
    );
    let signer = Signer { key: authority.key, certificate: authority.certificate, chain: &[], extra: b"" };
    let message = signed_message(&oid::TIME_STAMP_INFO, &info, &signer, now);
    let status = encode(tag::SEQUENCE, &[&encode_unsigned(&[0])]);
    Ok(encode(tag::SEQUENCE, &[&status, &message]))
}
