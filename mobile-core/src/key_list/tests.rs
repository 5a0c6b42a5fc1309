//! Lists are taken from the root alone, never backwards, and vouch for a day.

#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// The root of the tests.
pub(crate) fn root() -> SecretSealKey {
    SecretSealKey::from_seed(&[7; 32])
}

/// The key that seals shoes in the tests.
pub(crate) fn signer() -> SecretSealKey {
    SecretSealKey::from_seed(&[9; 32])
}

/// The instant at which the tests' lists are signed.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// A list with one key for shoes and one, without a public half, for medicines.
pub(crate) fn list(version: u64, state: KeyState) -> KeyList {
    let public = BASE64_STANDARD.encode(signer().public_bytes());
    let shoes = ListedKey { id: KeyId::of_number(1), group: Group::Shoes, state, public: Some(public) };
    let medicines =
        ListedKey { id: KeyId::of_number(2), group: Group::Medicines, state: KeyState::Active, public: None };
    KeyList { version, issued_at: noon(), keys: vec![shoes, medicines] }
}

pub(crate) fn document(list: &KeyList) -> Vec<u8> {
    serde_json::to_vec(&list.sign(&root())).unwrap()
}

/// A ring that was served this list at noon.
pub(crate) fn ring(list: &KeyList) -> KeyRing {
    let mut ring = KeyRing::new(root().public_bytes()).unwrap();
    ring.take_served(&document(list), noon()).unwrap();
    ring
}

#[test]
fn a_list_is_taken_when_the_root_signed_it() {
    let mut ring = ring(&list(3, KeyState::Active));
    let later = noon() + TimeDelta::hours(5);
    assert_eq!(ring.age(later).unwrap().seconds, 5 * 3600);
    assert_eq!(ring.take_served(&document(&list(3, KeyState::Active)), later), Ok(Taken::Confirmed));
    assert_eq!(ring.age(later).unwrap().seconds, 0);
    assert_eq!(ring.take_served(&document(&list(4, KeyState::Revoked)), later), Ok(Taken::New));
    assert_eq!(ring.age(later).unwrap().version, 4);
}

/// A phone that has seen a revocation can't be talked out of it.
#[test]
fn a_rollback_and_a_second_list_under_one_version_are_refused() {
    let mut ring = ring(&list(4, KeyState::Revoked));
    let old = document(&list(3, KeyState::Active));
    assert_eq!(ring.take_served(&old, noon()), Err(KeyListRefused::Rollback { held: 4, offered: 3 }));
    let twin = document(&list(4, KeyState::Active));
    assert_eq!(ring.take_served(&twin, noon()), Err(KeyListRefused::Changed(4)));
    assert_eq!(ring.take_bundled(&old), Ok(()), "the app's own list may be older");
    let mut kept = KeyRing::new(root().public_bytes()).unwrap();
    kept.restore(&ring.save()).unwrap();
    kept.take_bundled(&old).unwrap();
    assert_eq!(kept.age(noon()).unwrap().version, 4, "nor does a restart");
    assert_eq!(kept.age(noon()).unwrap().confirmed_at, Some(noon()));
}

#[test]
fn a_list_that_another_signed_or_somebody_changed_is_refused() {
    let mut ring = KeyRing::new(root().public_bytes()).unwrap();
    let other = list(1, KeyState::Active).sign(&SecretSealKey::from_seed(&[8; 32]));
    let mut changed = list(1, KeyState::Revoked).sign(&root());
    changed.list = changed.list.replace("revoked", "active");
    for forged in [other, changed] {
        let document = serde_json::to_vec(&forged).unwrap();
        assert_eq!(ring.take_served(&document, noon()), Err(KeyListRefused::WrongSignature));
    }
    assert!(ring.age(noon()).is_none());
}

#[test]
fn a_list_that_makes_no_sense_is_refused_whoever_signed_it() {
    let mut ring = KeyRing::new(root().public_bytes()).unwrap();
    let mut doubled = list(1, KeyState::Active);
    doubled.keys.push(doubled.keys[0].clone());
    let mut unfit = list(1, KeyState::Active);
    unfit.keys[0].public = Some(BASE64_STANDARD.encode([0; 32]));
    for senseless in [document(&doubled), document(&unfit), b"{}".to_vec(), Vec::new()] {
        assert_eq!(ring.take_served(&senseless, noon()), Err(KeyListRefused::Malformed));
    }
    assert_eq!(ring.take_served(&vec![b' '; LONGEST + 1], noon()), Err(KeyListRefused::TooLong));
    assert_eq!(ring.restore(b"{}"), Err(KeyListRefused::Malformed));
    assert_eq!(ring.restore(&[]), Ok(()));
}

/// The bar: a revoked key is accepted offline for 24 hours at most.
#[test]
fn a_list_vouches_for_a_day_and_the_bundled_one_never() {
    let fetched = ring(&list(1, KeyState::Active));
    let trusted = |hours| fetched.age(noon() + TimeDelta::hours(hours)).unwrap().trusted;
    assert!(trusted(0) && trusted(24) && !trusted(25) && !trusted(-1), "a clock far behind vouches for nothing");
    assert!(!fetched.is_due(noon() + TimeDelta::hours(5)) && fetched.is_due(noon() + TimeDelta::hours(6)));

    let mut bundled = KeyRing::new(root().public_bytes()).unwrap();
    assert!(bundled.is_due(noon()) && bundled.grounds(noon()).is_none());
    bundled.take_bundled(&document(&list(1, KeyState::Active))).unwrap();
    let age = bundled.age(noon() + TimeDelta::days(3)).unwrap();
    assert_eq!((age.trusted, age.confirmed_at, age.seconds), (false, None, 3 * 86_400));
    assert!(bundled.is_due(noon()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// X40: any document is refused or taken, and one changed byte is never taken as another list.
    #[test]
    fn any_bytes_are_judged_and_no_changed_byte_passes(
        noise: Vec<u8>,
        at in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut ring = ring(&list(2, KeyState::Active));
        prop_assert!(ring.take_served(&noise, noon()).is_err());
        prop_assert!(ring.restore(&noise).is_err() || noise.is_empty());
        let mut bent = document(&list(3, KeyState::Active));
        let at = at.index(bent.len());
        bent[at] = byte;
        if ring.take_served(&bent, noon()).is_ok() {
            prop_assert_eq!(ring.grounds(noon()).unwrap().opened.list.clone(), list(3, KeyState::Active));
        }
    }
}
