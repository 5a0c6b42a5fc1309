//! Key stores of the authority (PKCS #12, RFC 7292): a GOST or RSA key with its certificate, in BER, under a password.
//!
//! The stores use what was usual long ago: HMAC-SHA-1, triple DES for the key, RC2 with 40 bits for the certificate, which
//! is public anyway. Read for an operator's command line and for tests; none is written.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit as _};
use des::TdesEde3;
use hmac::{Hmac, Mac as _};
use rc2::Rc2;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use crate::asn1::{Malformed, Parsed, Reader, Tlv, sequence, single, tag};
use crate::ber::to_der;
use crate::certificate::Certificate;
use crate::oid;
use crate::sign::PrivateKey;

/// A store has 2 to 6 KB.
const MAX_LENGTH: usize = 256 * 1024;
const MAX_ITERATIONS: u32 = 100_000;
const BAD: Malformed = Malformed("key store");
/// A wrong password, or a damaged store: they can not be told apart.
const WRONG: Malformed = Malformed("key store or password");

/// What is inside of a store.
#[derive(Debug)]
pub struct KeyStore {
    /// The key; none if it is not GOST.
    pub key: Option<PrivateKey>,
    /// The certificates, that of the key first if it is there.
    pub certificates: Vec<Certificate>,
}

impl KeyStore {
    /// Opens a store: the password is checked by the MAC before anything is decrypted.
    pub fn open(bytes: &[u8], password: &str) -> Parsed<Self> {
        if bytes.len() > MAX_LENGTH {
            return Err(BAD);
        }
        let der = to_der(bytes)?;
        if Certificate::from_der(&der).is_ok() {
            return Err(Malformed("a certificate instead of a key store"));
        }
        let mut outer = sequence(&der, BAD.0)?;
        if outer.expect(tag::INTEGER, BAD.0)?.small()? != 3 {
            return Err(BAD);
        }
        let safe = data(&mut outer.sequence(BAD.0)?)?;
        let password = bmp(password);
        check_mac(&mut outer.sequence(BAD.0)?, safe, &password)?;
        outer.finish(BAD.0)?;

        let mut store = Self { key: None, certificates: Vec::new() };
        let safe = to_der(safe)?;
        let mut contents = sequence(&safe, BAD.0)?;
        while !contents.is_empty() {
            let mut info = contents.sequence(BAD.0)?;
            let kind = info.expect(tag::OID, BAD.0)?.oid()?;
            let explicit = info.expect(tag::constructed(0), BAD.0)?;
            let bags = match kind {
                oid::DATA => Zeroizing::new(single(explicit.contents, BAD.0)?.octet_string()?.to_vec()),
                oid::ENCRYPTED_DATA => read_encrypted(&mut sequence(explicit.contents, BAD.0)?, &password)?,
                _ => return Err(BAD),
            };
            store.read_bags(&to_der(&bags)?, &password)?;
        }
        if let Some(key) = store.key.as_ref().map(PrivateKey::public_key) {
            store.certificates.sort_by_key(|certificate| *certificate.key() != key);
        }
        Ok(store)
    }

    fn read_bags(&mut self, bags: &[u8], password: &[u8]) -> Parsed<()> {
        let mut bags = sequence(bags, BAD.0)?;
        while !bags.is_empty() {
            let mut bag = bags.sequence(BAD.0)?;
            let kind = bag.expect(tag::OID, BAD.0)?.oid()?;
            let value = bag.expect(tag::constructed(0), BAD.0)?.contents;
            match kind {
                oid::SHROUDED_KEY_BAG => {
                    let mut inside = sequence(value, BAD.0)?;
                    let scheme = Scheme::read(&mut inside)?;
                    let encrypted = inside.expect(tag::OCTET_STRING, BAD.0)?.contents;
                    self.read_key(&scheme.decrypt(encrypted, password)?)?;
                }
                oid::KEY_BAG => self.read_key(value)?,
                oid::CERTIFICATE_BAG => {
                    let mut inside = sequence(value, BAD.0)?;
                    if inside.expect(tag::OID, BAD.0)?.oid()? == oid::X509_CERTIFICATE {
                        let explicit = inside.expect(tag::constructed(0), BAD.0)?;
                        let der = single(explicit.contents, BAD.0)?.octet_string()?;
                        self.certificates.push(Certificate::from_der(der)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_key(&mut self, der: &[u8]) -> Parsed<()> {
        let kind = {
            let mut inside = sequence(der, BAD.0)?;
            inside.expect(tag::INTEGER, BAD.0)?;
            inside.sequence(BAD.0)?.expect(tag::OID, BAD.0)?.oid()?
        };
        if kind != oid::RSA_KEY {
            self.key = Some(PrivateKey::from_pkcs8(der)?);
        }
        Ok(())
    }
}

/// The octets of a `ContentInfo` of kind "data".
fn data<'a>(info: &mut Reader<'a>) -> Parsed<&'a [u8]> {
    if info.expect(tag::OID, BAD.0)?.oid()? != oid::DATA {
        return Err(BAD);
    }
    single(info.expect(tag::constructed(0), BAD.0)?.contents, BAD.0)?.octet_string()
}

fn check_mac(mac: &mut Reader<'_>, content: &[u8], password: &[u8]) -> Parsed<()> {
    let mut info = mac.sequence(BAD.0)?;
    if crate::algorithm::algorithm(&mut info)? != oid::SHA1 {
        return Err(BAD);
    }
    let expected = info.expect(tag::OCTET_STRING, BAD.0)?.contents;
    let salt = mac.expect(tag::OCTET_STRING, BAD.0)?.contents;
    let iterations = mac.optional(tag::INTEGER)?.map_or(Ok(1), |count| count.small())?;
    mac.finish(BAD.0)?;
    let key = derive(3, password, salt, iterations, 20)?;
    let mut hmac = Hmac::<Sha1>::new_from_slice(&key).map_err(|_| BAD)?;
    hmac.update(content);
    hmac.verify_slice(expected).map_err(|_| WRONG)
}

fn read_encrypted(inside: &mut Reader<'_>, password: &[u8]) -> Parsed<Zeroizing<Vec<u8>>> {
    inside.expect(tag::INTEGER, BAD.0)?;
    let mut info = inside.sequence(BAD.0)?;
    info.expect(tag::OID, BAD.0)?;
    let scheme = Scheme::read(&mut info)?;
    let content = info.next()?;
    scheme.decrypt(&implicit_octets(&content)?, password)
}

/// An implicitly tagged string, whole or in parts.
fn implicit_octets(value: &Tlv<'_>) -> Parsed<Vec<u8>> {
    if value.tag == tag::context(0) {
        return Ok(value.contents.to_vec());
    }
    if value.tag != tag::constructed(0) {
        return Err(BAD);
    }
    let mut parts = value.reader();
    let mut octets = Vec::new();
    while !parts.is_empty() {
        octets.extend_from_slice(parts.next()?.octet_string()?);
    }
    Ok(octets)
}

/// A cipher with its parameters (RFC 7292 appendix C).
struct Scheme<'a> {
    is_triple_des: bool,
    salt: &'a [u8],
    iterations: u32,
}

impl<'a> Scheme<'a> {
    fn read(reader: &mut Reader<'a>) -> Parsed<Self> {
        let mut inside = reader.sequence(BAD.0)?;
        let is_triple_des = match inside.expect(tag::OID, BAD.0)?.oid()? {
            oid::PBE_SHA1_3DES => true,
            oid::PBE_SHA1_RC2_40 => false,
            _ => return Err(Malformed("cipher of the key store")),
        };
        let mut parameters = inside.sequence(BAD.0)?;
        let salt = parameters.expect(tag::OCTET_STRING, BAD.0)?.contents;
        let iterations = parameters.expect(tag::INTEGER, BAD.0)?.small()?;
        Ok(Self { is_triple_des, salt, iterations })
    }

    fn decrypt(&self, content: &[u8], password: &[u8]) -> Parsed<Zeroizing<Vec<u8>>> {
        let iv = derive(2, password, self.salt, self.iterations, 8)?;
        let key = |length| derive(1, password, self.salt, self.iterations, length);
        if self.is_triple_des {
            let key = key(24)?;
            cbc_decrypt(TdesEde3::new_from_slice(&key).map_err(|_| BAD)?, &iv, content)
        } else {
            cbc_decrypt(Rc2::new_with_eff_key_len(&key(5)?, 40), &iv, content)
        }
    }
}

fn cbc_decrypt<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], content: &[u8]) -> Parsed<Zeroizing<Vec<u8>>> {
    let iv = iv.try_into().map_err(|_| BAD)?;
    cbc::Decryptor::inner_iv_init(cipher, iv)
        .decrypt_padded_vec::<Pkcs7>(content)
        .map(Zeroizing::new)
        .map_err(|_| WRONG)
}

/// UTF-16 with the most significant octet first, and two zeros (RFC 7292 appendix B.1).
fn bmp(password: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect())
}

/// RFC 7292 appendix B.2 with SHA-1: `id` is 1 for keys, 2 for initial values, 3 for MACs.
fn derive(id: u8, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Parsed<Zeroizing<Vec<u8>>> {
    const BLOCK: usize = 64;
    if iterations == 0 || iterations > MAX_ITERATIONS || salt.len() > 128 {
        return Err(BAD);
    }
    let fill = |octets: &[u8]| -> Vec<u8> {
        octets.iter().copied().cycle().take(octets.len().div_ceil(BLOCK) * BLOCK).collect()
    };
    let mut input = Zeroizing::new([fill(salt), fill(password)].concat());
    let mut out = Zeroizing::new(Vec::new());
    loop {
        let mut a = Sha1::new().chain_update([id; BLOCK]).chain_update(&*input).finalize();
        for _ in 1..iterations {
            a = Sha1::digest(a);
        }
        out.extend_from_slice(&a);
        if out.len() >= length {
            out.truncate(length);
            return Ok(out);
        }
        // Each block of the input, plus the result repeated, plus one.
        let add: Vec<u8> = a.iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            let mut carry = 1;
            for (octet, add) in block.iter_mut().zip(&add).rev() {
                carry += u16::from(*octet) + u16::from(*add);
                *octet = carry.to_le_bytes()[0];
                carry >>= 8;
            }
        }
    }
}
