//! The keys as they stood when they were last read: opened, prepared, immutable.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use marking::ed25519::{PublicSealKey, SIGNATURE_BYTES};
use marking::layout::{Group, TailKind};
use marking::seal::{self, HmacSealKey, KeyId, Message, Tail};
use marking::seal_keys::{SealKey, SealKeys, SealMaterial};
use marking::serial::SerialCipher;
use zeroize::Zeroizing;

use super::key::{self, Algorithm, KeyCard, KeyState, Purpose};
use super::push::PushKey;
use super::store::KeyRow;
use super::vault::{KEY_BYTES, Vault, random};
use crate::platform::problem::{Error, Result};

/// Sets opened so far.
static SETS: AtomicU64 = AtomicU64::new(0);
/// How long after its last signature a token key still verifies: longer than any token lives.
const TOKEN_GRACE: TimeDelta = TimeDelta::hours(1);
/// Characters in the id of the key that sealed a contact, at the head of the sealed bytes.
const CONTACT_ID: usize = 8;

/// Every key that this process knows. Cheap to hold: one is shared until the keys change.
pub struct KeySet {
    /// Tells this set from every other that this process has had.
    pub number: u64,
    /// Turns places into serials and back.
    pub serials: SerialCipher,
    /// Checks the seals of every group.
    pub seals: SealKeys,
    cards: Vec<KeyCard>,
    signers: HashMap<String, Signer>,
    tokens: HashMap<String, TokenKey>,
    contacts: HashMap<String, Vault>,
    push: Option<PushKey>,
    snapshot: Zeroizing<[u8; KEY_BYTES]>,
}

/// A key that makes seals.
pub struct Signer {
    id: KeyId,
    group: Group,
    secret: SignerSecret,
}

enum SignerSecret {
    Ed25519(Ed25519KeyPair),
    Hmac(HmacSealKey),
}

/// A key that signs and checks access tokens.
pub(crate) struct TokenKey {
    /// Its name, the token's `kid`.
    pub(crate) id: String,
    /// The private half.
    pub(crate) signs: EncodingKey,
    /// The public half.
    pub(crate) verifies: DecodingKey,
    /// The public half's 32 bytes, for the published list.
    pub(crate) public: Vec<u8>,
}

impl Signer {
    /// The key's name, as AI 91 carries it.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The group whose codes it seals.
    pub fn group(&self) -> Group {
        self.group
    }

    /// The tail of a code of this group.
    #[expect(clippy::missing_panics_doc, reason = "the message says why it cannot fail")]
    pub fn tail(&self, message: &Message) -> Tail {
        match &self.secret {
            SignerSecret::Ed25519(pair) => {
                let signature = pair.sign(message.as_bytes());
                let signature = <&[u8; SIGNATURE_BYTES]>::try_from(signature.as_ref());
                Tail::of_signature(signature.expect("an Ed25519 signature has 64 bytes"))
            }
            SignerSecret::Hmac(key) if self.group.layout().tail == TailKind::Hmac => key.tail_44(message),
            SignerSecret::Hmac(key) => key.tail_4(message),
        }
    }

    /// The secret itself, where it is one of HMAC: the marks of stamps are made with it.
    pub fn hmac(&self) -> Option<&HmacSealKey> {
        match &self.secret {
            SignerSecret::Ed25519(_) => None,
            SignerSecret::Hmac(key) => Some(key),
        }
    }
}

impl KeySet {
    /// The key that makes seals for new orders of a group. `None` for the moment (half a minute at most)
    /// between a revocation and the first signature of the successor.
    pub fn active_seal(&self, group: Group, now: DateTime<Utc>) -> Option<&Signer> {
        self.signer(&key::signing(&self.cards, Purpose::Seal(group), now)?.id)
    }

    /// The key of this name, to write the codes of an order that was placed under it; `None` when there is
    /// none or it is revoked. A retired key goes on writing its orders: the same code comes out each time.
    pub fn signer(&self, key_id: &str) -> Option<&Signer> {
        self.signers.get(key_id)
    }

    /// What is known of every key, oldest first; no secrets.
    pub fn cards(&self) -> &[KeyCard] {
        &self.cards
    }

    /// The secret under which what Redis holds is authenticated: derived from the secret of serials, so it never changes
    /// and no process has to learn of another one.
    pub(crate) fn snapshot_secret(&self) -> &[u8; KEY_BYTES] {
        &self.snapshot
    }

    /// Encrypts a contact or the like; it opens only under the same context, such as `report:{id}`.
    pub fn encrypt(&self, context: &str, secret: &[u8]) -> Result<Vec<u8>> {
        let newest = self.cards.iter().rev().find(|card| card.purpose == Purpose::Contact);
        let (id, vault) = newest
            .and_then(|card| self.contacts.get_key_value(&card.id))
            .ok_or_else(|| Error::internal("there is no key for contacts"))?;
        let mut sealed = id.as_bytes().to_vec();
        sealed.extend(vault.seal(context, secret));
        Ok(sealed)
    }

    /// Opens what [`Self::encrypt`] made under the same context.
    pub fn decrypt(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let (id, rest) =
            sealed.split_at_checked(CONTACT_ID).ok_or_else(|| Error::internal("a sealed contact is too short"))?;
        let vault = std::str::from_utf8(id).ok().and_then(|id| self.contacts.get(id));
        let vault = vault.ok_or_else(|| Error::internal("a contact was sealed with a key that is not here"))?;
        vault.open(context, rest).map_err(Error::internal)
    }

    /// The key that names the register to push services; none before the first start of a version that sends messages.
    pub(crate) fn push(&self) -> Option<&PushKey> {
        self.push.as_ref()
    }

    /// The key that signs access tokens.
    pub(crate) fn token_signer(&self, now: DateTime<Utc>) -> Option<&TokenKey> {
        self.tokens.get(&key::signing(&self.cards, Purpose::Token, now)?.id)
    }

    /// The token key of this name, if tokens under it may still be alive.
    pub(crate) fn token_key(&self, id: &str, now: DateTime<Utc>) -> Option<&TokenKey> {
        let card = self.cards.iter().find(|card| card.id == id)?;
        believed(card, now).then(|| self.tokens.get(id))?
    }

    /// The token keys that verifiers should know.
    pub(crate) fn token_keys(&self, now: DateTime<Utc>) -> impl Iterator<Item = &TokenKey> {
        let believed = self.cards.iter().filter(move |card| card.purpose == Purpose::Token && believed(card, now));
        believed.filter_map(|card| self.tokens.get(&card.id))
    }

    /// New keys of every purpose, for tests that need no store.
    #[cfg(test)]
    pub(crate) fn for_tests(now: DateTime<Utc>) -> Self {
        let master = Vault::new(&[1; KEY_BYTES]);
        let rows: Result<Vec<_>> = Purpose::all().map(|purpose| make(purpose, &master, now, now)).collect();
        rows.and_then(|rows| Self::open(&rows, &master, now)).expect("keys just made open")
    }

    /// Opens the rows of the table with the master key.
    pub(super) fn open(rows: &[KeyRow], master: &Vault, now: DateTime<Utc>) -> Result<Self> {
        let (mut serials, mut snapshot, mut push, mut seals) = (None, None, None, Vec::new());
        let (mut signers, mut tokens, mut contacts) = (HashMap::new(), HashMap::new(), HashMap::new());
        for KeyRow { card, sealed } in rows {
            let secret = master.open(&place(card), sealed).map_err(|_| {
                Error::internal("the master key is not the one under which the keys in the database were encrypted")
            })?;
            let secret: &[u8; KEY_BYTES] =
                secret.as_slice().try_into().map_err(|_| Error::internal("a key does not have 32 bytes"))?;
            match card.purpose {
                Purpose::Serial => {
                    serials = Some(SerialCipher::new(secret));
                    snapshot = Some(derived(secret, b"tanba snapshot 1"));
                }
                Purpose::Push => push = Some(PushKey::open(secret)?),
                Purpose::Contact => drop(contacts.insert(card.id.clone(), Vault::new(secret))),
                Purpose::Token => drop(tokens.insert(card.id.clone(), token_key(card, secret)?)),
                Purpose::Seal(group) => {
                    let (seal, signer) = seal_key(card, group, secret, now)?;
                    seals.push(seal);
                    if card.revoked_at.is_none() {
                        signers.insert(card.id.clone(), signer);
                    }
                }
            }
        }
        Ok(Self {
            number: SETS.fetch_add(1, Ordering::Relaxed),
            serials: serials.ok_or_else(|| Error::internal("there is no key for serials"))?,
            seals: SealKeys::new(seals).map_err(Error::internal)?,
            cards: rows.iter().map(|row| row.card.clone()).collect(),
            signers,
            tokens,
            contacts,
            push,
            snapshot: snapshot.ok_or_else(|| Error::internal("there is no key for serials"))?,
        })
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeySet").field("cards", &self.cards).finish_non_exhaustive()
    }
}

/// Makes a key; its id may turn out to be taken.
pub(super) fn make(purpose: Purpose, master: &Vault, now: DateTime<Utc>, signs_from: DateTime<Utc>) -> Result<KeyRow> {
    let secret = if purpose == Purpose::Push { PushKey::secret() } else { random::<KEY_BYTES>() };
    let public = match purpose.algorithm() {
        Algorithm::Ed25519 => Some(pair(&secret)?.public_key().as_ref().to_vec()),
        Algorithm::Es256 => Some(PushKey::open(&secret)?.public().to_vec()),
        _ => None,
    };
    let id = || KeyId::of_number(u32::from_be_bytes(*random::<4>()));
    let card = KeyCard {
        id: if purpose.group().is_some() { id().to_string() } else { format!("{}{}", id(), id()) },
        purpose,
        public,
        created_at: now,
        signs_from,
        signs_until: purpose.rotates().then(|| signs_from + key::SIGNS_FOR),
        revoked_at: None,
    };
    let sealed = master.seal(&place(&card), secret.as_slice());
    Ok(KeyRow { card, sealed })
}

/// A secret for another purpose, from which the first can't be told.
fn derived(secret: &[u8; KEY_BYTES], purpose: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), purpose);
    let mut derived = Zeroizing::new([0; KEY_BYTES]);
    derived.copy_from_slice(&tag.as_ref()[..KEY_BYTES]);
    derived
}

/// Where a private half stands, as its associated data.
fn place(card: &KeyCard) -> String {
    format!("secret_key:{}:{}", card.purpose, card.id)
}

fn believed(card: &KeyCard, now: DateTime<Utc>) -> bool {
    card.state(now) != KeyState::Revoked && card.signs_until.is_none_or(|until| until + TOKEN_GRACE > now)
}

fn pair(secret: &[u8; KEY_BYTES]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(secret).map_err(Error::internal)
}

fn token_key(card: &KeyCard, secret: &[u8; KEY_BYTES]) -> Result<TokenKey> {
    let pair = pair(secret)?;
    let private = pair.to_pkcs8().map_err(Error::internal)?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(TokenKey {
        id: card.id.clone(),
        signs: EncodingKey::from_ed_der(private.as_ref()),
        verifies: DecodingKey::from_ed_der(&public),
        public,
    })
}

fn seal_key(card: &KeyCard, group: Group, secret: &[u8; KEY_BYTES], now: DateTime<Utc>) -> Result<(SealKey, Signer)> {
    let id: KeyId = card.id.parse().map_err(Error::internal)?;
    let state = match card.state(now) {
        KeyState::Next | KeyState::Active => seal::KeyState::Active,
        KeyState::Retired => seal::KeyState::Retired,
        KeyState::Revoked => seal::KeyState::Revoked,
    };
    let (material, secret) = if card.purpose.algorithm() == Algorithm::Ed25519 {
        let pair = pair(secret)?;
        let public = pair.public_key().as_ref().try_into().map_err(Error::internal)?;
        let public = PublicSealKey::new(public).map_err(Error::internal)?.prepared();
        (SealMaterial::Ed25519(public), SignerSecret::Ed25519(pair))
    } else {
        let key = HmacSealKey::new(secret);
        (SealMaterial::Hmac(key.clone()), SignerSecret::Hmac(key))
    };
    Ok((SealKey { id, group, state, material }, Signer { id, group, secret }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::layout::{CodeWriter, pack_price};
    use marking::seal_keys::{SealCheck, UnitParts};

    use super::*;

    fn first_keys(master: &Vault, now: DateTime<Utc>) -> Vec<KeyRow> {
        Purpose::all().map(|purpose| make(purpose, master, now, now).unwrap()).collect()
    }

    fn vault() -> Vault {
        Vault::new(&[1; KEY_BYTES])
    }

    #[test]
    fn every_group_gets_a_key_whose_seals_hold() {
        let (master, now) = (vault(), DateTime::UNIX_EPOCH);
        let set = KeySet::open(&first_keys(&master, now), &master, now).unwrap();
        let gtin = "02900000598485".parse().unwrap();
        for group in Group::ALL {
            let signer = set.active_seal(group, now).unwrap();
            let layout = group.layout();
            if layout.tail == TailKind::Mark {
                assert!(signer.hmac().is_some());
                continue;
            }
            let price = matches!(group, Group::TobaccoBlock | Group::TobaccoPack).then_some(900);
            let writer = CodeWriter::new(group, gtin, signer.id(), price).unwrap();
            let serial = &"3ABCDEFGHJKLM"[..layout.serial.characters()];
            let tail = signer.tail(&writer.message(serial).unwrap());
            assert_eq!(tail.as_str().len(), layout.tail.characters());
            let price = price.map(|price| match group {
                Group::TobaccoBlock => format!("{price:06}"),
                _ => pack_price(price).unwrap(),
            });
            let (short, id) = (layout.tail == TailKind::Short, signer.id());
            let parts = UnitParts {
                gtin,
                serial,
                price: price.as_deref(),
                key: (!short).then_some(id.as_str()),
                tail: (!short).then_some(tail.as_str()),
                short_tail: short.then_some(tail.as_str()),
                group: Some(group),
            };
            assert_eq!(set.seals.check(&parts), SealCheck::Holds { key: id }, "{group}");
        }
    }

    #[test]
    fn another_master_key_opens_nothing_and_says_so() {
        let now = DateTime::UNIX_EPOCH;
        let refused = KeySet::open(&first_keys(&vault(), now), &Vault::new(&[2; KEY_BYTES]), now).unwrap_err();
        assert!(refused.to_string().contains("master key"), "{refused}");
    }

    #[test]
    fn a_private_half_opens_in_its_own_row_only() {
        let (master, now) = (vault(), DateTime::UNIX_EPOCH);
        let mut rows = first_keys(&master, now);
        let (shoes, clothes) = (rows[0].sealed.clone(), rows[1].sealed.clone());
        (rows[0].sealed, rows[1].sealed) = (clothes, shoes);
        assert!(KeySet::open(&rows, &master, now).is_err());
    }

    #[test]
    fn a_revoked_key_makes_no_seals_and_a_retired_one_goes_on_with_its_orders() {
        let (master, now) = (vault(), DateTime::UNIX_EPOCH);
        let mut rows = first_keys(&master, now);
        rows[0].card.revoked_at = Some(now);
        let set = KeySet::open(&rows, &master, now).unwrap();
        let group = rows[0].card.purpose.group().unwrap();
        assert!(set.active_seal(group, now).is_none() && set.signer(&rows[0].card.id).is_none());
        let later = now + key::SIGNS_FOR;
        let group = rows[1].card.purpose.group().unwrap();
        assert!(set.active_seal(group, later).is_none() && set.signer(&rows[1].card.id).is_some());
    }

    #[test]
    fn a_contact_opens_under_its_own_context_only() {
        let (master, now) = (vault(), DateTime::UNIX_EPOCH);
        let set = KeySet::open(&first_keys(&master, now), &master, now).unwrap();
        let sealed = set.encrypt("report:1", "+7 700 000 00 00".as_bytes()).unwrap();
        assert_eq!(set.decrypt("report:1", &sealed).unwrap().as_slice(), b"+7 700 000 00 00");
        assert!(set.decrypt("report:2", &sealed).is_err());
        assert!(set.decrypt("report:1", &sealed[..7]).is_err());
        let other = KeySet::open(&first_keys(&master, now), &master, now).unwrap();
        assert!(other.decrypt("report:1", &sealed).is_err());
    }

    #[test]
    fn a_token_key_is_believed_an_hour_longer_than_it_signs() {
        let (master, now) = (vault(), DateTime::UNIX_EPOCH);
        let set = KeySet::open(&first_keys(&master, now), &master, now).unwrap();
        let id = &set.token_signer(now).unwrap().id;
        let end = now + key::SIGNS_FOR;
        assert!(set.token_signer(end).is_none() && set.token_key(id, end).is_some());
        assert!(set.token_key(id, end + TOKEN_GRACE).is_none());
        assert_eq!(set.token_keys(end).count(), 1);
        assert_eq!(set.token_keys(end + TOKEN_GRACE).count(), 0);
    }
}
