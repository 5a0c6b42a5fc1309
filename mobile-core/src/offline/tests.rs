//! A seal is judged by the list in hand, and nothing more is said than it shows.

#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use marking::layout::CodeWriter;
use marking::seal::{KeyState, Tail as SealTail};
use proptest::prelude::*;

use super::*;
use crate::key_list::tests::{document, list, noon, ring, root, signer};

pub(crate) const GTIN: &str = "04870001234560";
const SERIAL: &str = "3ABCDEFGHJKLM";

/// A code as a scanner gives it, sealed by the tests' key for shoes.
pub(crate) fn sealed() -> String {
    let writer = CodeWriter::new(Group::Shoes, GTIN.parse().unwrap(), KeyId::of_number(1), None).unwrap();
    let signature = signer().sign(writer.message(SERIAL).unwrap().as_bytes());
    writer.code(SERIAL, SealTail::of_signature(&signature).as_str())
}

fn judged(ring: &KeyRing, text: &str) -> OfflineAnswer {
    judge(ring, &Products::default(), text, noon())
}

fn verdict_of(state: KeyState, text: &str) -> (OfflineVerdict, OfflineReason) {
    let answer = judged(&ring(&list(1, state)), text);
    (answer.verdict, answer.reasons[0])
}

#[test]
fn a_seal_that_holds_says_by_whom_and_for_which_product() {
    let answer = judged(&ring(&list(1, KeyState::Active)), &sealed());
    assert_eq!((answer.verdict, &*answer.reasons), (OfflineVerdict::Issued, &[OfflineReason::SealHolds][..]));
    assert_eq!(answer.sealed_by, Some((KeyId::of_number(1), Group::Shoes)));
    assert_eq!(answer.scanned.gtin.as_deref(), Some(GTIN));
    assert_eq!(verdict_of(KeyState::Retired, &sealed()).0, OfflineVerdict::Issued);
}

#[test]
fn a_changed_code_has_a_forged_seal() {
    let other_serial = sealed().replace(SERIAL, "3ABCDEFGHJKLN");
    let other_product = sealed().replace(GTIN, "04870001234577");
    for forged in [other_serial, other_product] {
        assert_eq!(
            verdict_of(KeyState::Active, &forged),
            (OfflineVerdict::ForgedSeal, OfflineReason::SealDoesNotMatch),
            "{forged}"
        );
    }
}

/// B5, X55: what somebody typed wrong accuses nobody; what a scanner read from a symbol is held to its seal.
#[test]
fn a_typed_mistake_is_no_forgery_and_a_scanned_symbol_is_held_to_its_seal() {
    let code = sealed();
    let place = code.rfind(|c: char| "S5B8Z2".contains(c) || "Il1O0".contains(c)).unwrap();
    let alike = match &code[place..=place] {
        "S" => "5",
        "5" => "S",
        "B" => "8",
        "8" => "B",
        "Z" => "2",
        "2" => "Z",
        "O" => "0",
        "0" => "O",
        "1" => "I",
        _ => "1",
    };
    let mut typed = code.clone();
    typed.replace_range(place..=place, alike);
    assert_eq!(verdict_of(KeyState::Active, &typed), (OfflineVerdict::Misread, OfflineReason::SealGarbled));
    let scanned = format!("]d2{typed}");
    assert_eq!(verdict_of(KeyState::Active, &scanned), (OfflineVerdict::ForgedSeal, OfflineReason::SealDoesNotMatch));
    let bare = code.split('\u{1d}').next().unwrap();
    assert_eq!(verdict_of(KeyState::Active, bare).0, OfflineVerdict::UnknownOffline);
    assert_eq!(verdict_of(KeyState::Active, &format!("]d2{bare}")).0, OfflineVerdict::Misread);
}

/// A revoked key is refused as soon as the phone has the list that says so.
#[test]
fn a_revoked_key_vouches_for_nothing() {
    let refused = (OfflineVerdict::UnknownOffline, OfflineReason::KeyRevoked);
    assert_eq!(verdict_of(KeyState::Revoked, &sealed()), refused);
}

/// The bar: a revoked key is accepted offline for 24 hours at most, and the bundled list never vouches.
#[test]
fn an_old_list_still_finds_forgeries_and_vouches_for_nothing() {
    let fetched = ring(&list(1, KeyState::Active));
    let mut bundled = KeyRing::new(root().public_bytes()).unwrap();
    bundled.take_bundled(&document(&list(1, KeyState::Active))).unwrap();
    let forged = sealed().replace(SERIAL, "3ABCDEFGHJKLN");
    for (ring, now) in [(fetched, noon() + TimeDelta::hours(25)), (bundled, noon())] {
        let answer = judge(&ring, &Products::default(), &sealed(), now);
        assert_eq!((answer.verdict, answer.reasons[0]), (OfflineVerdict::UnknownOffline, OfflineReason::ListTooOld));
        assert!(answer.list.is_some_and(|age| !age.trusted) && answer.sealed_by.is_some());
        let answer = judge(&ring, &Products::default(), &forged, now);
        assert_eq!(answer.verdict, OfflineVerdict::ForgedSeal);
    }
}

#[test]
fn what_a_phone_cannot_check_is_unknown_offline() {
    let unknown = |reason| (OfflineVerdict::UnknownOffline, reason);
    let bare = "(01)04870001234560(21)3ABCDEFGHJKLM";
    let hmac = format!("01{GTIN}21{SERIAL}\u{1d}911113\u{1d}92{}", "Ab3=".repeat(11));
    let other_key = sealed().replace("911112", "919999");
    for (text, reason) in [
        (bare, OfflineReason::SealMissing),
        (&*hmac, OfflineReason::OnlineOnly),
        (&*other_key, OfflineReason::KeyNotInList),
        ("00348700000000000013", OfflineReason::OnlineOnly),
        ("https://tanba.example/s/AB000000012/0123456789ABC", OfflineReason::OnlineOnly),
        ("4870001234560", OfflineReason::ProductOnly),
    ] {
        assert_eq!(verdict_of(KeyState::Active, text), unknown(reason), "{text}");
    }
    let empty = KeyRing::new(root().public_bytes()).unwrap();
    assert_eq!(judged(&empty, &sealed()).reasons[0], OfflineReason::NoList);
}

#[test]
fn a_spoiled_code_is_misread_and_a_known_fault_undone() {
    let misread = |text: &str| {
        let (verdict, reason) = verdict_of(KeyState::Active, text);
        assert_eq!(verdict, OfflineVerdict::Misread, "{text}");
        reason
    };
    assert_eq!(misread(&sealed()[..70]), OfflineReason::SealGarbled);
    assert_eq!(misread("no code at all"), OfflineReason::NotAMarkingCode);
    assert_eq!(misread(""), OfflineReason::NotAMarkingCode);

    let flipped: String = sealed()
        .chars()
        .map(|letter| if letter.is_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() })
        .collect();
    let spelled = sealed().replace('\u{1d}', "{GS}");
    for spoiled in [flipped, spelled] {
        let answer = judged(&ring(&list(1, KeyState::Active)), &spoiled);
        assert_eq!(answer.verdict, OfflineVerdict::Issued, "{spoiled}");
        assert_eq!(answer.reasons[1], OfflineReason::RepairedRead);
        assert!(!answer.scanned.repaired.is_empty());
    }
}

#[test]
fn a_card_of_the_product_is_told_where_the_code_may_be_ours() {
    let mut products = Products::default();
    let card = format!(r#"{{"verdict":"sold","product":{{"gtin":"{GTIN}","trade_name":"Boots","manufacturer":"M"}}}}"#);
    products.learn(&card, noon()).unwrap();
    let ring = ring(&list(1, KeyState::Active));
    let product = |text: &str| judge(&ring, &products, text, noon()).product.is_some();
    assert!(product(&sealed()) && product("4870001234560"));
    assert!(!product(&sealed().replace(SERIAL, "3ABCDEFGHJKLN")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// X40, D1.2: any text is judged, and none but the sealed one is `issued`.
    #[test]
    fn any_text_is_judged_and_no_changed_one_is_issued(noise: String, at in any::<prop::sample::Index>(), by in "[A-Za-z0-9+/]") {
        let ring = ring(&list(1, KeyState::Active));
        prop_assert_ne!(judged(&ring, &noise).verdict, OfflineVerdict::Issued);
        let mut changed = sealed();
        let at = at.index(changed.len());
        let was_separator = changed.as_bytes()[at] == 0x1d;
        changed.replace_range(at..=at, &by);
        let issued = judged(&ring, &changed).verdict == OfflineVerdict::Issued;
        // A serial has capital letters only: small ones are the same serial. A separator is found by the lengths of the
        // parts, whatever character a scanner wrote for it.
        let meant = changed[..31].to_ascii_uppercase() + &changed[31..];
        prop_assert!(!issued || was_separator || meant == sealed());
    }
}
