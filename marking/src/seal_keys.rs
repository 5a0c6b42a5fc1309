//! The set of keys that seals are checked with, and what a check says.
//!
//! The set is small and immutable: a rotation or a revocation makes a new one. A check never calls a
//! code forged on weak grounds. A tail that a scanner must have spoiled is [`SealCheck::Garbled`]; a key
//! that we do not know, or no longer trust, is said to be just that.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use subtle::ConstantTimeEq;

use crate::code::{TobaccoPack, UnitCode};
use crate::ed25519::{PublicSealKey, SIGNATURE_BYTES};
use crate::gtin::Gtin;
use crate::layout::{Group, TailKind};
use crate::seal::{HmacSealKey, KeyId, KeyState, Message};

/// What a key is made of.
#[derive(Clone, Debug)]
pub enum SealMaterial {
    /// The public half of an Ed25519 key: anybody may hold it.
    Ed25519(PublicSealKey),
    /// The secret of HMAC-SHA-256: the server alone holds it.
    Hmac(HmacSealKey),
}

/// A key of the set.
#[derive(Clone, Debug)]
pub struct SealKey {
    /// Its name.
    pub id: KeyId,
    /// The group whose codes it seals.
    pub group: Group,
    /// What it may still do.
    pub state: KeyState,
    /// What it is made of.
    pub material: SealMaterial,
}

/// Two keys of one name were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two keys have the id {0}")]
pub struct DoubledKey(pub KeyId);

/// The parts of a unit's code that a seal check looks at, as they stand in the code.
#[derive(Clone, Copy, Debug)]
pub struct UnitParts<'a> {
    /// AI 01, or the first fourteen characters of a tobacco pack.
    pub gtin: Gtin,
    /// AI 21, or the pack's serial.
    pub serial: &'a str,
    /// AI 8005, or the pack's price field.
    pub price: Option<&'a str>,
    /// AI 91.
    pub key: Option<&'a str>,
    /// AI 92.
    pub tail: Option<&'a str>,
    /// AI 93, or the pack's last four characters.
    pub short_tail: Option<&'a str>,
    /// The product's group, where it is known. A code with a short tail names no key, so every key of
    /// the group is tried; with no group, every key of every group with short tails.
    pub group: Option<Group>,
}

impl<'a> UnitParts<'a> {
    /// The parts of a unit's code, as it was read.
    pub fn of_unit(code: &'a UnitCode, group: Option<Group>) -> Self {
        let part = |ai| code.elements.get(ai);
        Self {
            gtin: code.gtin,
            serial: &code.serial,
            price: part("8005"),
            key: part("91"),
            tail: part("92"),
            short_tail: part("93"),
            group,
        }
    }

    /// The parts of a tobacco pack's code, as it was read.
    pub fn of_tobacco_pack(pack: &'a TobaccoPack) -> Self {
        Self {
            gtin: pack.gtin,
            serial: &pack.serial,
            price: Some(pack.price.as_str()).filter(|price| !price.is_empty()),
            key: None,
            tail: None,
            short_tail: Some(pack.tail.as_str()).filter(|tail| !tail.is_empty()),
            group: Some(Group::TobaccoPack),
        }
    }
}

/// What a seal check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealCheck {
    /// The register issued this code, with this key.
    Holds {
        /// The key.
        key: KeyId,
    },
    /// A seal is there, was read well, and is not over this code.
    DoesNotMatch,
    /// No seal was read: a part of the code was typed or scanned.
    Missing,
    /// The code names a key that is not in the set, or the group has no key.
    KeyUnknown,
    /// The seal would hold, but its key is revoked.
    KeyRevoked {
        /// The key.
        key: KeyId,
    },
    /// A seal is there and was not read well: a part of it is missing, or has characters that no seal
    /// has, or all its letters are in one case, which happens by chance once in 10^10 seals.
    Garbled,
}

/// The keys that seals are checked with, by name.
#[derive(Clone, Debug, Default)]
pub struct SealKeys(Vec<SealKey>);

impl SealKeys {
    /// Takes the keys. Prepare the public ones first ([`PublicSealKey::prepared`]) where many codes are checked.
    pub fn new(keys: impl IntoIterator<Item = SealKey>) -> Result<Self, DoubledKey> {
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|key| key.id);
        match keys.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(DoubledKey(pair[0].id)),
            None => Ok(Self(keys)),
        }
    }

    /// The key of this name.
    pub fn find(&self, id: KeyId) -> Option<&SealKey> {
        let at = self.0.binary_search_by_key(&id, |key| key.id).ok()?;
        self.0.get(at)
    }

    /// Every key, by name.
    pub fn iter(&self) -> impl Iterator<Item = &SealKey> {
        self.0.iter()
    }

    /// The keys that may make seals for a group.
    pub fn active(&self, group: Group) -> impl Iterator<Item = &SealKey> {
        self.iter().filter(move |key| key.group == group && key.state == KeyState::Active)
    }

    /// Checks the seal of a code.
    pub fn check(&self, parts: &UnitParts) -> SealCheck {
        match (parts.key, parts.tail, parts.short_tail) {
            // The tail is in AI 92 when the code names a key, whatever AI 93 says.
            (Some(key), Some(tail), _) => self.check_named(parts, key, tail),
            (_, _, Some(tail)) => self.check_short(parts, tail),
            // The key stands before its tail: a tail without its key was spoiled on the way.
            (None, Some(_), None) => SealCheck::Garbled,
            (_, None, None) => SealCheck::Missing,
        }
    }

    /// Whether a tail is that of this key over this message.
    pub(crate) fn holds_with(key: &SealKey, kind: TailKind, message: &Message, tail: &str) -> bool {
        holds(&key.material, kind, message, tail)
    }

    fn check_named(&self, parts: &UnitParts, key: &str, tail: &str) -> SealCheck {
        let kind = match tail.len() {
            88 => TailKind::Ed25519,
            44 => TailKind::Hmac,
            _ => return SealCheck::Garbled,
        };
        let holds = |key: &SealKey| {
            Message::new(kind, parts.gtin, parts.serial, key.id, parts.price)
                .is_some_and(|message| holds(&key.material, kind, &message, tail))
        };
        match key.parse().ok().and_then(|id| self.find(id)) {
            Some(key) if holds(key) => verdict(key, true),
            _ if is_garbled(tail) => SealCheck::Garbled,
            Some(key) => verdict(key, false),
            None => SealCheck::KeyUnknown,
        }
    }

    fn check_short(&self, parts: &UnitParts, tail: &str) -> SealCheck {
        let url_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if tail.len() != TailKind::Short.characters() || !tail.bytes().all(url_safe) {
            return SealCheck::Garbled;
        }
        let tried = |key: &&SealKey| {
            key.group.layout().tail == TailKind::Short && parts.group.is_none_or(|group| group == key.group)
        };
        check_each(self.iter().filter(tried), |key| {
            Message::new(TailKind::Short, parts.gtin, parts.serial, key.id, parts.price)
                .is_some_and(|message| holds(&key.material, TailKind::Short, &message, tail))
        })
    }
}

/// Tries keys until one holds. A revoked key counts only when no other key holds, so that goods sealed
/// before the revocation are not called forged.
pub(crate) fn check_each<'a>(keys: impl Iterator<Item = &'a SealKey>, holds: impl Fn(&SealKey) -> bool) -> SealCheck {
    let mut result = SealCheck::KeyUnknown;
    for key in keys {
        match verdict(key, holds(key)) {
            check @ SealCheck::Holds { .. } => return check,
            check @ SealCheck::KeyRevoked { .. } => result = check,
            check if result == SealCheck::KeyUnknown => result = check,
            _ => {}
        }
    }
    result
}

fn verdict(key: &SealKey, holds: bool) -> SealCheck {
    match (holds, key.state) {
        (false, _) => SealCheck::DoesNotMatch,
        (true, KeyState::Revoked) => SealCheck::KeyRevoked { key: key.id },
        (true, KeyState::Active | KeyState::Retired) => SealCheck::Holds { key: key.id },
    }
}

/// Whether a tail of the right length is that of this key over this message.
fn holds(material: &SealMaterial, kind: TailKind, message: &Message, tail: &str) -> bool {
    match (material, kind) {
        (SealMaterial::Ed25519(key), TailKind::Ed25519) => {
            let mut signature = [0; SIGNATURE_BYTES];
            let read = BASE64_STANDARD.decode_slice(tail, &mut signature);
            read == Ok(SIGNATURE_BYTES) && key.verify(message.as_bytes(), &signature)
        }
        (SealMaterial::Hmac(key), TailKind::Hmac) => same(key.tail_44(message).as_str(), tail),
        (SealMaterial::Hmac(key), TailKind::Short) => same(key.tail_4(message).as_str(), tail),
        _ => false,
    }
}

/// Compares in constant time, so that nobody can guess a secret tail character by character.
fn same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether a scanner must have spoiled a long tail: characters outside Base64, or one letter case.
fn is_garbled(tail: &str) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let any = |case: fn(&u8) -> bool| tail.as_bytes().iter().any(case);
    !tail.bytes().all(base64) || !any(u8::is_ascii_uppercase) || !any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::ed25519::SecretSealKey;
    use crate::layout::CodeWriter;
    use crate::seal::Tail;
    use proptest::prelude::*;

    const SERIAL: &str = "3ABCDEFGHJKLM";

    fn gtin() -> Gtin {
        "04870001234560".parse().unwrap()
    }

    fn id(number: u32) -> KeyId {
        KeyId::of_number(number)
    }

    fn signer() -> SecretSealKey {
        SecretSealKey::from_seed(&[9; 32])
    }

    fn hmac(number: u8) -> HmacSealKey {
        HmacSealKey::new(&[number; 32])
    }

    fn key(number: u8, group: Group, state: KeyState) -> SealKey {
        let material = match group.layout().tail {
            TailKind::Ed25519 => SealMaterial::Ed25519(PublicSealKey::new(signer().public_bytes()).unwrap()),
            _ => SealMaterial::Hmac(hmac(number)),
        };
        SealKey { id: id(number.into()), group, state, material }
    }

    fn keys(state: KeyState) -> SealKeys {
        SealKeys::new([
            key(1, Group::Shoes, state),
            key(2, Group::Medicines, state),
            key(3, Group::Water, state),
            key(4, Group::Water, KeyState::Active),
            key(5, Group::TobaccoBlock, state),
        ])
        .unwrap()
    }

    fn message(kind: TailKind, number: u32, price: Option<&str>) -> Message {
        Message::new(kind, gtin(), SERIAL, id(number), price).unwrap()
    }

    fn shoes_tail() -> String {
        let message = message(TailKind::Ed25519, 1, None);
        Tail::of_signature(&signer().sign(message.as_bytes())).to_string()
    }

    fn parts<'a>(key: Option<&'a str>, tail: Option<&'a str>) -> UnitParts<'a> {
        UnitParts { gtin: gtin(), serial: SERIAL, price: None, key, tail, short_tail: None, group: None }
    }

    fn short<'a>(tail: &'a str, price: Option<&'a str>, group: Option<Group>) -> UnitParts<'a> {
        UnitParts { short_tail: Some(tail), price, group, ..parts(None, None) }
    }

    #[test]
    fn a_seal_of_an_active_or_a_retired_key_holds() {
        for state in [KeyState::Active, KeyState::Retired] {
            let keys = keys(state);
            let tail = shoes_tail();
            let check = keys.check(&parts(Some("1112"), Some(&tail)));
            assert_eq!(check, SealCheck::Holds { key: id(1) });
            let tail = hmac(2).tail_44(&message(TailKind::Hmac, 2, None));
            let check = keys.check(&parts(Some("1113"), Some(tail.as_str())));
            assert_eq!(check, SealCheck::Holds { key: id(2) });
            let tail = hmac(3).tail_4(&message(TailKind::Short, 3, None));
            let check = keys.check(&short(tail.as_str(), None, Some(Group::Water)));
            assert_eq!(check, SealCheck::Holds { key: id(3) });
            assert_eq!(keys.check(&short(tail.as_str(), None, None)), check);
        }
        assert_eq!(keys(KeyState::Retired).active(Group::Shoes).count(), 0);
        assert_eq!(keys(KeyState::Active).active(Group::Water).count(), 2);
    }

    /// X15: goods sealed before a revocation are not called forged; they are not vouched for either.
    #[test]
    fn a_seal_of_a_revoked_key_is_told_apart_from_a_forged_one() {
        let keys = keys(KeyState::Revoked);
        let tail = shoes_tail();
        let check = keys.check(&parts(Some("1112"), Some(&tail)));
        assert_eq!(check, SealCheck::KeyRevoked { key: id(1) });
        let tail = hmac(3).tail_4(&message(TailKind::Short, 3, None));
        let check = keys.check(&short(tail.as_str(), None, Some(Group::Water)));
        assert_eq!(check, SealCheck::KeyRevoked { key: id(3) });
        let check = keys.check(&short("AAAA", None, Some(Group::Water)));
        assert_eq!(check, SealCheck::DoesNotMatch);
    }

    #[test]
    fn a_seal_of_another_code_does_not_match() {
        let keys = keys(KeyState::Active);
        let tail = shoes_tail();
        let good = parts(Some("1112"), Some(&tail));
        for changed in [
            UnitParts { serial: "3ABCDEFGHJKLN", ..good },
            UnitParts { gtin: "04870001234577".parse().unwrap(), ..good },
            UnitParts { price: Some("1"), ..good },
            UnitParts { serial: "a serial that is longer than any", ..good },
            UnitParts { key: Some("1113"), ..good },
        ] {
            assert_eq!(keys.check(&changed), SealCheck::DoesNotMatch, "{changed:?}");
        }
    }

    /// The price on tobacco is sealed too.
    #[test]
    fn a_changed_price_does_not_match() {
        let keys = keys(KeyState::Active);
        let price = Some("012000");
        let tail = hmac(5).tail_4(&message(TailKind::Short, 5, price));
        let group = Some(Group::TobaccoBlock);
        let check = keys.check(&short(tail.as_str(), price, group));
        assert_eq!(check, SealCheck::Holds { key: id(5) });
        for price in [None, Some("012001")] {
            let check = keys.check(&short(tail.as_str(), price, group));
            assert_eq!(check, SealCheck::DoesNotMatch);
        }
    }

    #[test]
    fn a_seal_that_was_not_read_is_missing_and_a_spoiled_one_is_garbled() {
        let keys = keys(KeyState::Active);
        assert_eq!(keys.check(&parts(None, None)), SealCheck::Missing);
        assert_eq!(keys.check(&parts(Some("1112"), None)), SealCheck::Missing);
        let tail = shoes_tail();
        let spoiled = [
            tail.to_lowercase(),
            tail.to_uppercase(),
            tail.replace(['A', 'B', 'C', 'D', 'a', 'b', 'c', 'd'], "ф"),
            tail.replace('=', ")"),
            tail[..87].to_owned(),
            format!("{tail}="),
            String::new(),
        ];
        for tail in &spoiled {
            let check = keys.check(&parts(Some("1112"), Some(tail)));
            assert_eq!(check, SealCheck::Garbled, "{tail}");
        }
        assert_eq!(keys.check(&parts(None, Some(&tail))), SealCheck::Garbled);
        for tail in ["", "AAA", "AAAAA", "AA+A", "ббб"] {
            let check = keys.check(&short(tail, None, None));
            assert_eq!(check, SealCheck::Garbled, "{tail}");
        }
    }

    #[test]
    fn a_key_that_is_not_in_the_set_is_unknown() {
        let keys = keys(KeyState::Active);
        let tail = shoes_tail();
        for key in ["zzzz", "8039", "k", ""] {
            let check = keys.check(&parts(Some(key), Some(&tail)));
            assert_eq!(check, SealCheck::KeyUnknown, "{key}");
        }
        let check = keys.check(&short("AAAA", None, Some(Group::Dairy)));
        assert_eq!(check, SealCheck::KeyUnknown);
        let tail = hmac(2).tail_44(&message(TailKind::Hmac, 2, None));
        let check = SealKeys::default().check(&parts(Some("1113"), Some(tail.as_str())));
        assert_eq!(check, SealCheck::KeyUnknown);
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let twice = [1, 1].map(|number| key(number, Group::Shoes, KeyState::Active));
        assert_eq!(SealKeys::new(twice).unwrap_err(), DoubledKey(id(1)));
    }

    #[test]
    fn the_writer_and_the_check_agree_on_the_message() {
        let keys = keys(KeyState::Active);
        let writer = CodeWriter::new(Group::TobaccoBlock, gtin(), id(5), Some(12_000)).unwrap();
        let tail = hmac(5).tail_4(&writer.message(SERIAL).unwrap());
        let check = keys.check(&short(tail.as_str(), Some("012000"), None));
        assert_eq!(check, SealCheck::Holds { key: id(5) });
        let writer = CodeWriter::new(Group::Shoes, gtin(), id(1), None).unwrap();
        let message = writer.message(SERIAL).unwrap();
        let tail = Tail::of_signature(&signer().sign(message.as_bytes()));
        assert_eq!(tail.as_str(), shoes_tail());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// D1.2: no change of one character of a tail goes unnoticed.
        #[test]
        fn a_changed_character_never_holds(at in any::<prop::sample::Index>(), character in "[A-Za-z0-9+/]") {
            let keys = keys(KeyState::Active);
            let hmac_tail = hmac(2).tail_44(&message(TailKind::Hmac, 2, None)).to_string();
            for (key, tail) in [("1112", shoes_tail()), ("1113", hmac_tail)] {
                let mut changed = tail.clone();
                let at = at.index(tail.len());
                changed.replace_range(at..=at, &character);
                let check = keys.check(&parts(Some(key), Some(&changed)));
                prop_assert_eq!(matches!(check, SealCheck::Holds { .. }), changed == tail);
            }
        }

        /// X40: any parts are judged.
        #[test]
        fn any_parts_are_judged_without_a_panic(
            serial: String,
            price: Option<String>,
            key: Option<String>,
            tail: Option<String>,
            short_tail: Option<String>,
        ) {
            let check = keys(KeyState::Active).check(&UnitParts {
                gtin: gtin(),
                serial: &serial,
                price: price.as_deref(),
                key: key.as_deref(),
                tail: tail.as_deref(),
                short_tail: short_tail.as_deref(),
                group: None,
            });
            let holds = matches!(check, SealCheck::Holds { .. });
            prop_assert!(!holds);
        }
    }
}
