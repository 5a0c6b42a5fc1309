//! Object identifiers. Where nothing else is said, their source is the list of the National Certification Authority, each seen
//! in its real certificates and signatures.

use const_oid::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(crate) const GOST2004_KEY: ObjectIdentifier = oid("1.2.398.3.10.1.1.1.1");
pub(crate) const GOST2004_SIGNATURE: ObjectIdentifier = oid("1.2.398.3.10.1.1.1.2");
pub(crate) const GOST2004_CURVE: ObjectIdentifier = oid("1.2.398.3.10.1.1.1.1.1");
/// The parameters of the digest in a key of 2004: "test parameters".
pub(crate) const GOST2004_DIGEST_PARAMETERS: ObjectIdentifier = oid("1.2.398.3.10.1.3.1.1.0");
pub(crate) const GOST2015_256_KEY: ObjectIdentifier = oid("1.2.398.3.10.1.1.2.1");
pub(crate) const GOST2015_256_SIGNATURE: ObjectIdentifier = oid("1.2.398.3.10.1.1.2.3.1");
pub(crate) const GOST2015_512_KEY: ObjectIdentifier = oid("1.2.398.3.10.1.1.2.2");
pub(crate) const GOST2015_512_SIGNATURE: ObjectIdentifier = oid("1.2.398.3.10.1.1.2.3.2");
pub(crate) const GOST2015_512_CURVE: ObjectIdentifier = oid("1.2.398.3.10.1.1.2.2.1");
pub(crate) const GOST34311: ObjectIdentifier = oid("1.2.398.3.10.1.3.1");
pub(crate) const STREEBOG_256: ObjectIdentifier = oid("1.2.398.3.10.1.3.2");
pub(crate) const STREEBOG_512: ObjectIdentifier = oid("1.2.398.3.10.1.3.3");

// RFC 8017 appendix C, RFC 5754.
pub(crate) const RSA_KEY: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(crate) const RSA_SHA1: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
pub(crate) const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(crate) const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
pub(crate) const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
pub(crate) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

// Attributes of names: X.520, RFC 4519, PKCS #9.
pub(crate) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(crate) const SURNAME: ObjectIdentifier = oid("2.5.4.4");
pub(crate) const SERIAL_NUMBER: ObjectIdentifier = oid("2.5.4.5");
pub(crate) const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
pub(crate) const ORGANIZATION: ObjectIdentifier = oid("2.5.4.10");
pub(crate) const ORGANIZATIONAL_UNIT: ObjectIdentifier = oid("2.5.4.11");
pub(crate) const BUSINESS_CATEGORY: ObjectIdentifier = oid("2.5.4.15");
/// Holds the patronymic in Kazakhstan.
pub(crate) const GIVEN_NAME: ObjectIdentifier = oid("2.5.4.42");
/// Holds the identifier of an information system.
pub(crate) const USER_ID: ObjectIdentifier = oid("0.9.2342.19200300.100.1.1");
pub(crate) const EMAIL: ObjectIdentifier = oid("1.2.840.113549.1.9.1");

// Extensions: RFC 5280 section 4.2 and 5.2, RFC 6960 section 4.4.
pub(crate) const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
pub(crate) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(crate) const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
pub(crate) const REASON_CODE: ObjectIdentifier = oid("2.5.29.21");
pub(crate) const DELTA_CRL: ObjectIdentifier = oid("2.5.29.27");
pub(crate) const POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(crate) const AUTHORITY_KEY_ID: ObjectIdentifier = oid("2.5.29.35");
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
pub(crate) const OCSP_BASIC: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.1");
pub(crate) const OCSP_NONCE: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.2");
pub(crate) const OCSP_NO_CHECK: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.5");
pub(crate) const OCSP_EXTENDED_REVOKE: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.9");

// What a key may be used for: RFC 5280 section 4.2.1.12, then Kazakhstan's own.
pub(crate) const CLIENT_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.2");
pub(crate) const EMAIL_PROTECTION: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.4");
pub(crate) const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
pub(crate) const OCSP_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.9");
pub(crate) const PERSON: ObjectIdentifier = oid("1.2.398.3.3.4.1.1");
pub(crate) const PERSON_SYSTEM: ObjectIdentifier = oid("1.2.398.3.3.4.1.1.1");
pub(crate) const ORGANIZATION_KEY: ObjectIdentifier = oid("1.2.398.3.3.4.1.2");
pub(crate) const HEAD: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.1");
pub(crate) const SIGNING_RIGHT: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.2");
pub(crate) const FINANCE: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.3");
pub(crate) const PERSONNEL: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.4");
pub(crate) const EMPLOYEE: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.5");
pub(crate) const ORGANIZATION_SYSTEM: ObjectIdentifier = oid("1.2.398.3.3.4.1.2.6");
pub(crate) const TREASURY: ObjectIdentifier = oid("1.2.398.5.19.1.2.2.1");
/// Time-stamping policies of the authority: GOST 34.310-2004 (until 2025), RSA, GOST 34.10-2015.
pub(crate) const STAMP_POLICIES: [ObjectIdentifier; 3] =
    [oid("1.2.398.3.3.2.6.1"), oid("1.2.398.3.3.2.6.2"), oid("1.2.398.3.3.2.6.4")];

// CMS: RFC 5652 section 11, RFC 5035, RFC 3161.
pub(crate) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(crate) const ENCRYPTED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.6");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
pub(crate) const TIME_STAMP_TOKEN: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.14");
pub(crate) const TIME_STAMP_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");

// PKCS #12: RFC 7292 section 4 and appendix C.
pub(crate) const KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.1");
pub(crate) const SHROUDED_KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.2");
pub(crate) const CERTIFICATE_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.3");
pub(crate) const X509_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.22.1");
pub(crate) const PBE_SHA1_3DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
pub(crate) const PBE_SHA1_RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");
