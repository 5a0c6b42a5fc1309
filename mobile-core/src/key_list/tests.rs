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

/// X61, X62, X40: a list whose every field holds extremes, signed by the root all the same, is taken or refused; and the
/// ring tells its age at any instant that a phone's clock shows.
#[test]
fn extremes_in_any_field_of_a_list_and_of_a_clock_are_refused_or_reckoned_with() {
    let clocks = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH, noon()];
    let judge = |ring: &KeyRing| {
        for now in clocks {
            let age = ring.age(now);
            assert_eq!(age.is_some(), ring.grounds(now).is_some());
            let _ = ring.is_due(now);
        }
        let mut again = KeyRing::new(root().public_bytes()).unwrap();
        assert_eq!(again.restore(&ring.save()), Ok(()), "what is kept is taken back");
        assert_eq!(again.age(noon()), ring.age(noon()));
    };
    let whole = serde_json::to_value(list(3, KeyState::Active)).unwrap();
    let long = "9".repeat(100_000);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = format!("{}null{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let extremes = [
        "-1",
        "0",
        "18446744073709551615",
        "18446744073709551616",
        "1e308",
        "1e999",
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"\\u0000\"",
        "\"-262143-01-01T00:00:00Z\"",
        "\"+262142-12-31T23:59:59.999999999Z\"",
        "\"9999-12-31T23:59:60Z\"",
        "\"\\u202e\\u001d\"",
        &deep,
        &nested,
    ];
    let extremes: Vec<String> =
        extremes.into_iter().map(str::to_owned).chain([format!("\"{long}\""), long.clone()]).collect();
    let places = [
        "",
        "/version",
        "/issued_at",
        "/keys",
        "/keys/0",
        "/keys/0/id",
        "/keys/0/group",
        "/keys/0/state",
        "/keys/0/public",
        "/keys/1/state",
    ];
    let (mut taken, mut refused) = (0, 0);
    for place in places {
        for extreme in &extremes {
            let mut bent = whole.clone();
            *bent.pointer_mut(place).unwrap() = serde_json::json!("@extreme@");
            let text = bent.to_string().replacen("\"@extreme@\"", extreme, 1);
            let signature = BASE64_STANDARD.encode(root().sign(&message(&text)));
            let signed = SignedKeyList { format: FORMAT.to_owned(), list: text, signature };
            let document = serde_json::to_vec(&signed).unwrap();
            for served_at in clocks {
                let mut ring = KeyRing::new(root().public_bytes()).unwrap();
                match ring.take_served(&document, served_at) {
                    Ok(_) => taken += 1,
                    Err(_) => refused += 1,
                }
                judge(&ring);
            }
        }
    }
    assert!(taken > 20 && refused > 200, "{taken} {refused}");
    // The envelope itself.
    let whole = serde_json::to_value(list(3, KeyState::Active).sign(&root())).unwrap();
    for place in ["", "/format", "/list", "/signature"] {
        for extreme in &extremes {
            let mut bent = whole.clone();
            *bent.pointer_mut(place).unwrap() = serde_json::json!("@extreme@");
            let document = bent.to_string().replacen("\"@extreme@\"", extreme, 1);
            let mut ring = KeyRing::new(root().public_bytes()).unwrap();
            assert!(ring.take_served(document.as_bytes(), noon()).is_err(), "{place} {extreme:.40}");
            assert!(ring.take_bundled(document.as_bytes()).is_err());
            let kept = format!("{{\"document\":{document},\"confirmed_at\":\"2026-11-20T12:00:00Z\"}}");
            assert!(ring.restore(kept.as_bytes()).is_err(), "{place} {extreme:.40}");
            judge(&ring);
        }
    }
    // What was kept, with another moment.
    let document = String::from_utf8(document(&list(3, KeyState::Active))).unwrap();
    for extreme in &extremes {
        let mut ring = KeyRing::new(root().public_bytes()).unwrap();
        let _ = ring.restore(format!("{{\"document\":{document},\"confirmed_at\":{extreme}}}").as_bytes());
        judge(&ring);
    }
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
