//! Certificates (RFC 5280 section 4) and who they name.

use std::ops::Range;

use const_oid::ObjectIdentifier;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::algorithm::{SignatureAlgorithm, algorithm};
use crate::asn1::{Malformed, Parsed, Reader, Tlv, sequence, single, tag};
use crate::key::PublicKey;
use crate::name::Name;
use crate::oid;
use crate::time::Timestamp;

/// No certificate of the authority is a tenth as long.
const MAX_LENGTH: usize = 64 * 1024;
const MAX_EXTENSIONS: usize = 64;

/// The bits of `KeyUsage` (RFC 5280 section 4.2.1.3) that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyUsage(u8);

impl KeyUsage {
    /// `digitalSignature`.
    pub fn digital_signature(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// `nonRepudiation`, also called `contentCommitment`.
    pub fn non_repudiation(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// `keyCertSign`.
    pub fn certificate_sign(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// `cRLSign`.
    pub fn crl_sign(self) -> bool {
        self.0 & 0x02 != 0
    }
}

/// `BasicConstraints` (RFC 5280 section 4.2.1.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) authority: bool,
    pub(crate) path_length: Option<u32>,
}

/// What an owner of a key is to an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person who acts for themselves.
    Person,
    /// A digital system of a person.
    PersonSystem,
    /// The head of an organisation.
    Head,
    /// An employee with the right to sign.
    SigningRight,
    /// An employee with the right to sign financial documents.
    Finance,
    /// An employee of the personnel department.
    Personnel,
    /// An employee.
    Employee,
    /// An information system of an organisation.
    OrganizationSystem,
    /// A client of the treasury.
    Treasury,
    /// An organisation, without a word on who holds the key.
    Organization,
}

impl Role {
    /// Whether no person holds the key.
    pub fn is_system(self) -> bool {
        matches!(self, Self::PersonSystem | Self::OrganizationSystem)
    }
}

/// Who a certificate names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The individual identification number, 12 digits.
    pub iin: Option<String>,
    /// The business identification number of the organisation, 12 digits.
    pub bin: Option<String>,
    /// Surname and name.
    pub name: Option<String>,
    /// The surname.
    pub surname: Option<String>,
    /// The patronymic, which the authority writes as given name.
    pub patronymic: Option<String>,
    /// The name of the organisation.
    pub organization: Option<String>,
    /// The identifier of the information system.
    pub system: Option<String>,
    /// What the person is to the organisation.
    pub role: Option<Role>,
}

/// A certificate. Its bytes are kept as they were received.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Range<usize>,
    serial: Vec<u8>,
    signature_algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    key_bits: Vec<u8>,
    has_extension_fault: bool,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) extended_key_usage: Vec<ObjectIdentifier>,
    pub(crate) extended_key_usage_is_critical: bool,
    pub(crate) policies: Vec<ObjectIdentifier>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
}

const BAD: Malformed = Malformed("certificate");

impl Certificate {
    /// From DER, PEM or base64.
    pub fn from_bytes(bytes: &[u8]) -> Parsed<Self> {
        let der = crate::armor::decode(bytes, MAX_LENGTH * 2)?;
        Self::from_der(&der)
    }

    /// From DER.
    ///
    /// A certificate with a critical extension that is not understood, or with one extension twice, is read and refused later
    /// (`certificate_malformed`), so that a verdict can still say whose it was.
    pub fn from_der(der: &[u8]) -> Parsed<Self> {
        if der.len() > MAX_LENGTH {
            return Err(BAD);
        }
        let whole = single(der, BAD.0)?;
        if whole.tag != tag::SEQUENCE {
            return Err(BAD);
        }
        let mut outer = whole.reader();
        let signed = outer.expect(tag::SEQUENCE, BAD.0)?;
        let outer_algorithm = algorithm(&mut outer)?;
        let signature = outer.expect(tag::BIT_STRING, BAD.0)?.bit_string()?.to_vec();
        outer.finish(BAD.0)?;

        let mut inside = signed.reader();
        let version = inside
            .optional(tag::constructed(0))?
            .map(|version| single(version.contents, BAD.0)?.small())
            .transpose()?;
        let serial = read_serial(&mut inside)?;
        if algorithm(&mut inside)? != outer_algorithm {
            return Err(BAD);
        }
        let issuer = Name::read(&mut inside)?;
        let mut validity = inside.sequence(BAD.0)?;
        let not_before = Timestamp::from_tlv(&validity.next()?)?;
        let not_after = Timestamp::from_tlv(&validity.next()?)?;
        validity.finish(BAD.0)?;
        let subject = Name::read(&mut inside)?;
        let (key, key_bits) = PublicKey::from_tlv(&inside.expect(tag::SEQUENCE, BAD.0)?)?;
        // Unique identifiers of issuer and subject, which are not used any more.
        inside.optional(tag::context(1))?;
        inside.optional(tag::context(2))?;
        let extensions = inside.optional(tag::constructed(3))?;
        inside.finish(BAD.0)?;
        if extensions.is_some() && version != Some(2) {
            return Err(BAD);
        }

        let start = der.len() - whole.contents.len();
        let mut certificate = Self {
            der: der.to_vec(),
            signed: start..start + signed.whole.len(),
            serial,
            signature_algorithm: SignatureAlgorithm::from_oid(&outer_algorithm),
            signature,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            key_bits: key_bits.to_vec(),
            has_extension_fault: false,
            key_usage: None,
            basic_constraints: None,
            extended_key_usage: Vec::new(),
            extended_key_usage_is_critical: false,
            policies: Vec::new(),
            subject_key_id: None,
            authority_key_id: None,
        };
        if let Some(extensions) = extensions {
            certificate.read_extensions(&extensions)?;
        }
        Ok(certificate)
    }

    fn read_extensions(&mut self, extensions: &Tlv<'_>) -> Parsed<()> {
        for extension in read_extensions(extensions)? {
            self.has_extension_fault |= extension.is_repeated;
            let value = extension.value;
            match extension.kind {
                oid::KEY_USAGE => {
                    let bits = single(value, BAD.0)?;
                    // The first octet counts the bits that are left out at the end.
                    match (bits.tag, bits.contents) {
                        (tag::BIT_STRING, [0..=7, first, ..]) => self.key_usage = Some(KeyUsage(*first)),
                        _ => return Err(BAD),
                    }
                }
                oid::BASIC_CONSTRAINTS => {
                    let mut inside = sequence(value, BAD.0)?;
                    let authority = inside.optional(tag::BOOLEAN)?.map_or(Ok(false), |value| value.boolean())?;
                    let path_length = inside.optional(tag::INTEGER)?.map(|value| value.small()).transpose()?;
                    inside.finish(BAD.0)?;
                    self.basic_constraints = Some(BasicConstraints { authority, path_length });
                }
                oid::EXTENDED_KEY_USAGE => {
                    let mut inside = sequence(value, BAD.0)?;
                    while !inside.is_empty() {
                        self.extended_key_usage.push(inside.next()?.oid()?);
                    }
                    self.extended_key_usage_is_critical = extension.is_critical;
                }
                oid::POLICIES => {
                    let mut inside = sequence(value, BAD.0)?;
                    while !inside.is_empty() {
                        self.policies.push(inside.sequence(BAD.0)?.next()?.oid()?);
                    }
                }
                oid::SUBJECT_KEY_ID => {
                    self.subject_key_id = Some(single(value, BAD.0)?.octet_string()?.to_vec());
                }
                oid::AUTHORITY_KEY_ID => {
                    let mut inside = sequence(value, BAD.0)?;
                    self.authority_key_id = inside.optional(tag::context(0))?.map(|id| id.contents.to_vec());
                }
                oid::OCSP_NO_CHECK => {}
                _ => self.has_extension_fault |= extension.is_critical,
            }
        }
        Ok(())
    }

    /// The encoding, as it was received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The serial number, most significant octet first, without leading zeros.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Who issued it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// The subject.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The first second in which it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The public key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn keep_table(&mut self) {
        self.key = self.key.clone().with_table();
    }

    /// The contents of the BIT STRING of the key.
    pub(crate) fn key_bits(&self) -> &[u8] {
        &self.key_bits
    }

    /// SHA-256 of the encoding, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(&self.der))
    }

    /// Whether it has an extension twice, or a critical one that is not understood (RFC 5280 section 4.2).
    pub(crate) fn has_extension_fault(&self) -> bool {
        self.has_extension_fault
    }

    /// Whether its issuer and subject are the same.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether the key of `issuer` made its signature. Says nothing about what the issuer may do.
    pub fn is_signed_by(&self, issuer: &PublicKey) -> bool {
        self.signature_algorithm
            .is_some_and(|algorithm| issuer.verify(algorithm, &self.der[self.signed.clone()], &self.signature))
    }

    /// Whether its signature rests on a digest that can be forged.
    pub(crate) fn is_weakly_signed(&self) -> bool {
        self.signature_algorithm.is_some_and(|algorithm| algorithm.digest().is_weak())
    }

    pub(crate) fn allows(&self, usage: ObjectIdentifier) -> bool {
        self.extended_key_usage.contains(&usage)
    }

    /// The person, organisation or system.
    pub fn identity(&self) -> Identity {
        let subject = &self.subject;
        let numbered = |kind: ObjectIdentifier, prefix: &str| {
            let mut values = subject.all(kind).filter_map(|value| value.strip_prefix(prefix));
            let value = values
                .next()
                .filter(|digits| digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_digit()))?;
            // Two numbers identify no person.
            values.next().is_none().then(|| value.to_owned())
        };
        let owned = |kind| subject.only(kind).map(str::to_owned);
        Identity {
            iin: numbered(oid::SERIAL_NUMBER, "IIN"),
            bin: numbered(oid::ORGANIZATIONAL_UNIT, "BIN"),
            name: owned(oid::COMMON_NAME),
            surname: owned(oid::SURNAME),
            patronymic: owned(oid::GIVEN_NAME),
            organization: owned(oid::ORGANIZATION),
            system: owned(oid::USER_ID),
            role: self.role(),
        }
    }

    fn role(&self) -> Option<Role> {
        // From the narrowest to the widest: a head also carries the usage of any organisation.
        let roles = [
            (oid::PERSON_SYSTEM, Role::PersonSystem),
            (oid::ORGANIZATION_SYSTEM, Role::OrganizationSystem),
            (oid::HEAD, Role::Head),
            (oid::SIGNING_RIGHT, Role::SigningRight),
            (oid::FINANCE, Role::Finance),
            (oid::PERSONNEL, Role::Personnel),
            (oid::EMPLOYEE, Role::Employee),
            (oid::TREASURY, Role::Treasury),
            (oid::PERSON, Role::Person),
        ];
        if let Some((_, role)) = roles.iter().find(|(usage, _)| self.allows(*usage)) {
            return Some(*role);
        }
        // Test certificates of information systems carry the usage of any organisation only, and a system instead of a person.
        let is_system = self.subject.all(oid::USER_ID).next().is_some();
        self.allows(oid::ORGANIZATION_KEY).then_some(if is_system {
            Role::OrganizationSystem
        } else {
            Role::Organization
        })
    }

    /// The class of the treasury, for users that need it: `businessCategory`.
    pub fn business_category(&self) -> Option<&str> {
        self.subject.only(oid::BUSINESS_CATEGORY)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// A serial number without leading zeros. Serial numbers of the authority are positive and have at most 20 octets (RFC 5280
/// section 4.1.2.2).
pub(crate) fn read_serial(reader: &mut Reader<'_>) -> Parsed<Vec<u8>> {
    let serial = reader.expect(tag::INTEGER, "serial number")?.unsigned().map_err(|_| Malformed("serial number"))?;
    if serial.len() > 20 { Err(Malformed("serial number")) } else { Ok(serial.to_vec()) }
}

pub(crate) struct Extension<'a> {
    pub(crate) kind: ObjectIdentifier,
    pub(crate) is_critical: bool,
    pub(crate) is_repeated: bool,
    pub(crate) value: &'a [u8],
}

/// The extensions inside an explicit tag.
pub(crate) fn read_extensions<'a>(explicit: &Tlv<'a>) -> Parsed<Vec<Extension<'a>>> {
    const BAD: Malformed = Malformed("extension");
    let mut list = sequence(explicit.contents, BAD.0)?;
    let mut extensions: Vec<Extension<'a>> = Vec::new();
    while !list.is_empty() {
        if extensions.len() == MAX_EXTENSIONS {
            return Err(BAD);
        }
        let mut inside = list.sequence(BAD.0)?;
        let kind = inside.expect(tag::OID, BAD.0)?.oid()?;
        let is_critical = inside.optional(tag::BOOLEAN)?.map_or(Ok(false), |value| value.boolean())?;
        let value = inside.expect(tag::OCTET_STRING, BAD.0)?.contents;
        inside.finish(BAD.0)?;
        let is_repeated = extensions.iter().any(|other| other.kind == kind);
        extensions.push(Extension { kind, is_critical, is_repeated, value });
    }
    Ok(extensions)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("four bits"));
        }
        text
    })
}
