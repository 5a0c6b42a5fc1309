//! Lists of revoked certificates (RFC 5280 section 5), indexed once.

use std::sync::OnceLock;

use crate::algorithm::{SignatureAlgorithm, algorithm};
use crate::asn1::{Malformed, Parsed, Reader, Tlv, sequence, single, tag};
use crate::certificate::{Certificate, KeyUsage, read_extensions, read_serial};
use crate::name::Name;
use crate::oid;
use crate::time::Timestamp;

/// The whole list of the authority has 21 MB.
const MAX_LENGTH: usize = 128 * 1024 * 1024;
const BAD: Malformed = Malformed("list of revoked certificates");

/// `removeFromCRL`, only in a delta: the certificate is not on hold any more.
const REMOVE: u8 = 8;
/// `certificateHold`.
pub(crate) const HOLD: u8 = 6;

/// A list, or a delta to one. Holds 25 bytes a revoked certificate and not the bytes of the list.
#[derive(Debug)]
pub struct Crl {
    issuer: Name,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    /// Most significant octet first.
    number: Option<Vec<u8>>,
    /// The number of the list that this is a delta to.
    base: Option<Vec<u8>>,
    has_extension_fault: bool,
    entries: Vec<Entry>,
    algorithm: Option<SignatureAlgorithm>,
    digest: Vec<u8>,
    signature: Vec<u8>,
    /// Whose key made the signature, once that was checked: the contents of the BIT STRING.
    signer: OnceLock<Vec<u8>>,
}

/// Without padding, as there are 400,000 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    serial: [u8; 20],
    /// Seconds since 1970, most significant octet first.
    revoked_at: [u8; 4],
    reason: u8,
}

/// What a list says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: Timestamp,
    /// Why, as RFC 5280 section 5.3.1 counts; zero where the list does not say.
    pub reason: u8,
}

impl Crl {
    /// From DER, PEM or base64.
    pub fn from_bytes(bytes: &[u8]) -> Parsed<Self> {
        Self::from_der(&crate::armor::decode(bytes, MAX_LENGTH)?)
    }

    /// From DER. The whole list is read and hashed; its signature is checked when a certificate is looked up.
    pub fn from_der(der: &[u8]) -> Parsed<Self> {
        if der.len() > MAX_LENGTH {
            return Err(BAD);
        }
        let mut outer = sequence(der, BAD.0)?;
        let signed = outer.expect(tag::SEQUENCE, BAD.0)?;
        let outer_algorithm = algorithm(&mut outer)?;
        let signature = outer.expect(tag::BIT_STRING, BAD.0)?.bit_string()?.to_vec();
        outer.finish(BAD.0)?;

        let mut inside = signed.reader();
        let version = inside.optional(tag::INTEGER)?.map(|version| version.small()).transpose()?;
        if version.is_some_and(|version| version != 1) || algorithm(&mut inside)? != outer_algorithm {
            return Err(BAD);
        }
        let issuer = Name::read(&mut inside)?;
        let this_update = Timestamp::from_tlv(&inside.next()?)?;
        let next_update = match inside.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(Timestamp::from_tlv(&inside.next()?)?),
            _ => None,
        };
        let revoked = inside.optional(tag::SEQUENCE)?;
        let extensions = inside.optional(tag::constructed(0))?;
        inside.finish(BAD.0)?;

        let algorithm = SignatureAlgorithm::from_oid(&outer_algorithm);
        let digest = algorithm.map(|algorithm| algorithm.digest().digest(&[signed.whole])).unwrap_or_default();
        let mut crl = Self {
            issuer,
            this_update,
            next_update,
            number: None,
            base: None,
            has_extension_fault: false,
            entries: Vec::new(),
            algorithm,
            digest,
            signature,
            signer: OnceLock::new(),
        };
        if let Some(extensions) = extensions {
            for extension in read_extensions(&extensions)? {
                crl.has_extension_fault |= extension.is_repeated;
                match extension.kind {
                    oid::CRL_NUMBER => crl.number = Some(single(extension.value, BAD.0)?.unsigned()?.to_vec()),
                    oid::DELTA_CRL => crl.base = Some(single(extension.value, BAD.0)?.unsigned()?.to_vec()),
                    _ => crl.has_extension_fault |= extension.is_critical,
                }
            }
        }
        if let Some(revoked) = revoked {
            crl.read_entries(&revoked)?;
        }
        Ok(crl)
    }

    fn read_entries(&mut self, list: &Tlv<'_>) -> Parsed<()> {
        // Counted first, so that exactly the memory is taken that is used.
        let mut count = 0;
        let mut reader = list.reader();
        while !reader.is_empty() {
            reader.expect(tag::SEQUENCE, BAD.0)?;
            count += 1;
        }
        self.entries = Vec::with_capacity(count);
        let mut reader = list.reader();
        while !reader.is_empty() {
            let entry = self.read_entry(&mut reader.sequence(BAD.0)?)?;
            self.entries.push(entry);
        }
        self.entries.sort_unstable();
        Ok(())
    }

    fn read_entry(&mut self, inside: &mut Reader<'_>) -> Parsed<Entry> {
        let serial = padded(&read_serial(inside)?).ok_or(BAD)?;
        let at = Timestamp::from_tlv(&inside.next()?)?;
        let mut reason = 0;
        if let Some(extensions) = inside.optional(tag::SEQUENCE)? {
            let mut list = extensions.reader();
            while !list.is_empty() {
                let mut extension = list.sequence(BAD.0)?;
                let kind = extension.expect(tag::OID, BAD.0)?.contents;
                let is_critical = extension.optional(tag::BOOLEAN)?.map_or(Ok(false), |value| value.boolean())?;
                let value = extension.expect(tag::OCTET_STRING, BAD.0)?.contents;
                extension.finish(BAD.0)?;
                if kind == oid::REASON_CODE.as_bytes() {
                    let code = single(value, BAD.0)?;
                    if code.tag != tag::ENUMERATED {
                        return Err(BAD);
                    }
                    reason = u8::try_from(code.small()?).map_err(|_| BAD)?;
                } else {
                    self.has_extension_fault |= is_critical;
                }
            }
        }
        inside.finish(BAD.0)?;
        let seconds = u32::try_from(at.0.max(0)).map_err(|_| BAD)?;
        Ok(Entry { serial, revoked_at: seconds.to_be_bytes(), reason })
    }

    /// Who issued the list.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was made.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Until when the next one comes.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Whether it is a delta to another list.
    pub fn is_delta(&self) -> bool {
        self.base.is_some()
    }

    /// How many certificates are on it.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How much memory its entries take, in bytes.
    pub fn index_size(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }

    /// Whether no certificate is on it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether this certificate's key made the signature, and may. The answer for the first such key is remembered.
    pub fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let may_sign = issuer.key_usage.is_some_and(KeyUsage::crl_sign);
        if !may_sign || *issuer.subject() != self.issuer {
            return false;
        }
        if self.signer.get().is_some_and(|bits| bits == issuer.key_bits()) {
            return true;
        }
        let holds = self
            .algorithm
            .is_some_and(|algorithm| issuer.key().verify_digest(algorithm, &self.digest, &self.signature));
        if holds {
            // A list has one signature; another key that it fits is not remembered and checked again.
            let _ = self.signer.set(issuer.key_bits().to_vec());
        }
        holds
    }

    /// Whether it is of now: made before, and the next one is still to come. A list that does not say when is never fresh.
    pub fn is_fresh(&self, now: Timestamp, skew: i64) -> bool {
        self.this_update <= now.plus(skew) && self.next_update.is_some_and(|next| now <= next)
    }

    /// Whether everything in it was understood.
    pub(crate) fn is_understood(&self) -> bool {
        !self.has_extension_fault
    }

    /// Whether this delta goes on top of that list (RFC 5280 section 5.2.4): made against it or an older one, and not older.
    pub(crate) fn applies_to(&self, list: &Self) -> bool {
        let (Some(base), Some(number), Some(of_list)) = (&self.base, &self.number, &list.number) else { return false };
        !list.is_delta() && not_above(base, of_list) && not_above(of_list, number) && self.issuer == list.issuer
    }

    fn find(&self, serial: &[u8]) -> Option<Revoked> {
        let serial = padded(serial)?;
        let start = self.entries.partition_point(|entry| entry.serial < serial);
        let entry = self.entries[start..].first().filter(|entry| entry.serial == serial)?;
        let at = Timestamp(i64::from(u32::from_be_bytes(entry.revoked_at)));
        Some(Revoked { at, reason: entry.reason })
    }

    /// What this list, with a delta that applies to it, says about a serial number.
    pub fn look_up(&self, delta: Option<&Self>, serial: &[u8]) -> Option<Revoked> {
        match delta.and_then(|delta| delta.find(serial)) {
            // Only a hold can be lifted.
            Some(change) if change.reason == REMOVE => self.find(serial).filter(|entry| entry.reason != HOLD),
            Some(change) => Some(change),
            None => self.find(serial),
        }
    }
}

/// With zeros in front.
fn padded(serial: &[u8]) -> Option<[u8; 20]> {
    let mut padded = [0; 20];
    padded.get_mut(20usize.checked_sub(serial.len())?..)?.copy_from_slice(serial);
    Some(padded)
}

/// Compares numbers without leading zeros.
fn not_above(a: &[u8], b: &[u8]) -> bool {
    (a.len(), a) <= (b.len(), b)
}
