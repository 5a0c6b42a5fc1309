//! Every fact has its say, and no missing fact ever speaks for goods.

#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::layout::SerialScheme;
use crate::misread::Repair;
use crate::seal::KeyId;
use crate::seal_keys::SealCheck;
use crate::serial::ShortLength;
use crate::status::{Status, WithdrawalReason};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn held() -> SealFact {
    SealFact::Checked(SealCheck::Holds { key: KeyId::of_number(1) })
}

fn unit(status: Status) -> UnitFacts {
    UnitFacts {
        serial: SerialScheme::Long,
        seal: held(),
        status: Some(status),
        expires_on: None,
        recall: None,
        withdrawal: None,
    }
}

fn recall() -> Recall {
    Recall { reason: Texts { ru: "Стекло в банке".to_owned(), ..Texts::default() }, on: day(3) }
}

fn judge(facts: &UnitFacts) -> (Verdict, Vec<&'static str>) {
    let judgement = Judgement::of_unit(facts, day(20));
    let reasons = judgement.reasons.iter().map(Reason::slug).collect();
    (judgement.verdict, reasons)
}

#[test]
fn every_status_has_its_verdict_and_its_reason() {
    let expected = [
        (Status::Emitted, Verdict::NotReleased, "not-applied"),
        (Status::Applied, Verdict::NotReleased, "applied-not-released"),
        (Status::InCirculation, Verdict::InCirculation, "in-circulation"),
        (Status::Shipped, Verdict::InCirculation, "shipped"),
        (Status::Sold, Verdict::Sold, "sold"),
        (Status::Returned, Verdict::InCirculation, "returned-to-sale"),
        (Status::Withdrawn, Verdict::Withdrawn, "withdrawn"),
        (Status::Destroyed, Verdict::Withdrawn, "destroyed"),
        (Status::Lost, Verdict::Withdrawn, "lost"),
        (Status::WrittenOff, Verdict::Withdrawn, "written-off"),
        (Status::Expired, Verdict::Expired, "written-expired"),
    ];
    for (status, verdict, reason) in expected {
        assert_eq!(judge(&unit(status)), (verdict, vec![reason]));
    }
}

#[test]
fn the_gravest_fact_is_the_verdict_and_the_others_stay_reasons() {
    let mut facts = UnitFacts { expires_on: Some(day(19)), recall: Some(recall()), ..unit(Status::Sold) };
    let all = vec!["recalled", "expired-on", "sold"];
    assert_eq!(judge(&facts), (Verdict::Recalled, all));
    facts.recall = None;
    assert_eq!(judge(&facts), (Verdict::Expired, vec!["expired-on", "sold"]));
    facts.status = Some(Status::Withdrawn);
    facts.withdrawal = Some(WithdrawalReason::Sampling);
    let all = vec!["withdrawn", "withdrawal-sampling", "expired-on"];
    assert_eq!(judge(&facts), (Verdict::Withdrawn, all));
    facts.status = Some(Status::Applied);
    let all = vec!["expired-on", "applied-not-released"];
    assert_eq!(judge(&facts), (Verdict::Expired, all));
    facts.status = Some(Status::InCirculation);
    assert_eq!(judge(&facts), (Verdict::Expired, vec!["expired-on"]));
}

#[test]
fn goods_are_good_through_their_last_day() {
    for (date, verdict) in [(19, Verdict::Expired), (20, Verdict::InCirculation)] {
        let expires_on = Some(day(date));
        let facts = UnitFacts { expires_on, ..unit(Status::InCirculation) };
        assert_eq!(judge(&facts).0, verdict);
    }
}

#[test]
fn a_sale_by_post_is_a_sale_with_its_reason_until_it_is_returned() {
    let withdrawal = Some(WithdrawalReason::ECommerce);
    let sold = UnitFacts { withdrawal, ..unit(Status::Sold) };
    assert_eq!(judge(&sold), (Verdict::Sold, vec!["sold", "withdrawal-e-commerce"]));
    let returned = UnitFacts { withdrawal, ..unit(Status::Returned) };
    assert_eq!(judge(&returned), (Verdict::InCirculation, vec!["returned-to-sale"]));
}

/// A bad seal is about these goods, a good status is about others: nothing else is told.
#[test]
fn a_seal_that_does_not_hold_hides_what_the_register_knows_of_the_genuine_goods() {
    let judged = |check| {
        judge(&UnitFacts { seal: SealFact::Checked(check), recall: Some(recall()), ..unit(Status::InCirculation) })
    };
    let key = KeyId::of_number(1);
    for (check, verdict, reason) in [
        (SealCheck::DoesNotMatch, Verdict::ForgedSeal, "seal-does-not-match"),
        (SealCheck::KeyUnknown, Verdict::Unknown, "key-unknown"),
        (SealCheck::KeyRevoked { key }, Verdict::Unknown, "key-revoked"),
    ] {
        assert_eq!(judged(check), (verdict, vec![reason]));
    }
}

#[test]
fn a_seal_that_was_not_read_leaves_long_serials_to_their_status_and_short_ones_unread() {
    for (check, reason) in [(SealCheck::Missing, "seal-missing"), (SealCheck::Garbled, "seal-garbled")] {
        let mut facts = unit(Status::Sold);
        facts.seal = SealFact::Checked(check);
        assert_eq!(judge(&facts), (Verdict::Sold, vec!["sold", reason]));
        facts.recall = Some(recall());
        assert_eq!(judge(&facts), (Verdict::Recalled, vec!["recalled", "sold", reason]));
        for scheme in [SerialScheme::Short(ShortLength::Six), SerialScheme::Stamp] {
            facts.serial = scheme;
            assert_eq!(judge(&facts), (Verdict::Misread, vec![reason]));
        }
    }
}

#[test]
fn a_pack_is_as_good_as_the_worst_unit_in_it() {
    let (good, sold) = (unit(Status::InCirculation), unit(Status::Sold));
    let judge = |units: &[&UnitFacts]| Judgement::of_pack(false, units.iter().copied(), day(20));
    assert_eq!(judge(&[&good, &good]).verdict, Verdict::InCirculation);
    assert_eq!(judge(&[&good, &good]).reasons, [Reason::InCirculation]);
    assert_eq!(judge(&[&good, &sold]).verdict, Verdict::Sold);
    assert_eq!(judge(&[&good, &sold]).reasons, [Reason::Sold]);
    assert_eq!(judge(&[]).reasons, [Reason::PackUnknown]);
    let opened = Judgement::of_pack(true, [&good], day(20));
    assert_eq!(opened.verdict, Verdict::Withdrawn);
    assert_eq!(opened.reasons, [Reason::PackOpened]);
}

#[test]
fn offline_a_phone_says_no_more_than_the_seal_does() {
    let key = KeyId::of_number(1);
    let verdict = |check| Judgement::offline(check).map(|judgement| judgement.verdict);
    assert_eq!(verdict(SealCheck::Holds { key }), Some(Verdict::Issued));
    assert_eq!(verdict(SealCheck::DoesNotMatch), Some(Verdict::ForgedSeal));
    assert_eq!(verdict(SealCheck::Garbled), Some(Verdict::Misread));
    assert_eq!(verdict(SealCheck::KeyRevoked { key }), Some(Verdict::Unknown));
    assert_eq!(verdict(SealCheck::KeyUnknown), None);
    assert_eq!(verdict(SealCheck::Missing), None);
}

#[test]
fn reasons_are_written_with_their_evidence() {
    let facts = UnitFacts {
        expires_on: Some(day(19)),
        recall: Some(recall()),
        withdrawal: Some(WithdrawalReason::OwnNeeds),
        ..unit(Status::Withdrawn)
    };
    let judgement = Judgement::of_unit(&facts, day(20))
        .with_repairs(&[Repair::CaseFlipped])
        .with_repairs(&[])
        .with_slow_register()
        .with_slow_register();
    assert_eq!(
        serde_json::to_value(judgement).unwrap(),
        json!({
            "verdict": "recalled",
            "reasons": [
                {"slug": "recalled", "reason": { "kk": "", "ru": "Стекло в банке", "en": "" }, "on": "2026-11-03"},
                {"slug": "withdrawn"},
                {"slug": "withdrawal-own-needs", "reason": "own-needs"},
                {"slug": "expired-on", "date": "2026-11-19"},
                {"slug": "repaired-read", "repairs": ["case-flipped"]},
                {"slug": "register-slow"},
            ],
        })
    );
}

#[test]
fn slugs_name_one_verdict_each_and_the_list_of_reasons_is_whole() {
    for verdict in Verdict::ALL {
        assert_eq!(verdict.slug().parse(), Ok(verdict));
        assert_eq!(serde_json::to_value(verdict).unwrap(), json!(verdict.slug()));
    }
    let distinct: std::collections::HashSet<_> = Reason::SLUGS.into_iter().collect();
    assert_eq!(distinct.len(), Reason::SLUGS.len());
    for reason in WithdrawalReason::ALL {
        let slug = Reason::Withdrawal(reason).slug();
        assert_eq!(slug, format!("withdrawal-{reason}"));
        assert!(distinct.contains(slug));
    }
    for why in NOT_FOUND {
        for reason in Judgement::of(why).reasons {
            assert!(distinct.contains(reason.slug()));
        }
    }
}

const NOT_FOUND: [NotFound; 8] = [
    NotFound::NotACode,
    NotFound::Foreign,
    NotFound::ProductOnly,
    NotFound::ProductUnknown,
    NotFound::SerialNotIssued,
    NotFound::StampNotIssued,
    NotFound::PackUnknown,
    NotFound::RegisterSilent,
];

fn units() -> impl Strategy<Value = UnitFacts> {
    let key = KeyId::of_number(1);
    let serials = vec![
        SerialScheme::Long,
        SerialScheme::Short(ShortLength::Six),
        SerialScheme::Short(ShortLength::Seven),
        SerialScheme::Stamp,
    ];
    let seals = vec![
        SealFact::NotOurs,
        SealFact::Checked(SealCheck::Holds { key }),
        SealFact::Checked(SealCheck::DoesNotMatch),
        SealFact::Checked(SealCheck::Missing),
        SealFact::Checked(SealCheck::KeyUnknown),
        SealFact::Checked(SealCheck::KeyRevoked { key }),
        SealFact::Checked(SealCheck::Garbled),
    ];
    (
        prop::sample::select(serials),
        prop::sample::select(seals),
        prop::option::weighted(0.9, prop::sample::select(Status::ALL.to_vec())),
        prop::option::of((1..30_u32).prop_map(day)),
        prop::option::weighted(0.2, Just(recall())),
        prop::option::of(prop::sample::select(WithdrawalReason::ALL.to_vec())),
    )
        .prop_map(|(serial, seal, status, expires_on, recall, withdrawal)| UnitFacts {
            serial,
            seal,
            status,
            expires_on,
            recall,
            withdrawal,
        })
}

proptest! {
    /// The bar "a failed dependency never yields genuine", and D1.2: the good verdict needs a
    /// seal that holds (or a serial that cannot be invented, or a code that others made and the
    /// register holds), a status on the market, and neither recall nor expiry.
    #[test]
    fn nothing_but_every_good_fact_gives_the_good_verdict(facts in units()) {
        let seal = match facts.seal {
            SealFact::NotOurs | SealFact::Checked(SealCheck::Holds { .. }) => true,
            SealFact::Checked(SealCheck::Missing | SealCheck::Garbled) => {
                facts.serial == SerialScheme::Long
            }
            SealFact::Checked(_) => false,
        };
        let status = matches!(
            facts.status,
            Some(Status::InCirculation | Status::Shipped | Status::Returned)
        );
        let fresh = facts.expires_on.is_none_or(|date| date >= day(20));
        let good = seal && status && fresh && facts.recall.is_none();
        let judgement = Judgement::of_unit(&facts, day(20));
        prop_assert_eq!(judgement.verdict == Verdict::InCirculation, good);
        prop_assert!(judgement.verdict != Verdict::Issued);
        prop_assert!(!judgement.may_be_sold() || good && facts.status != Some(Status::Shipped));
    }

    /// Each verdict comes with a reason, and no seal that was read badly is called forged.
    #[test]
    fn every_verdict_has_a_reason_and_only_a_wrong_seal_is_forged(facts in units()) {
        let judgement = Judgement::of_unit(&facts, day(20));
        prop_assert!(!judgement.reasons.is_empty());
        let wrong = facts.seal == SealFact::Checked(SealCheck::DoesNotMatch);
        prop_assert_eq!(judgement.verdict == Verdict::ForgedSeal, wrong);
        for reason in &judgement.reasons {
            prop_assert!(Reason::SLUGS.contains(&reason.slug()));
        }
    }

    /// One more unit in a pack can make the answer worse, never better.
    #[test]
    fn a_unit_more_never_makes_a_pack_better(units in prop::collection::vec(units(), 2..6)) {
        let judge = |units: &[UnitFacts]| Judgement::of_pack(false, units, day(20)).verdict;
        prop_assert!(judge(&units) <= judge(&units[1..]));
    }

    /// What is not found is never good.
    #[test]
    fn what_is_not_found_is_never_good(why in prop::sample::select(NOT_FOUND.to_vec())) {
        let judgement = Judgement::of(why).with_repairs(&[Repair::CaseFlipped]).with_slow_register();
        prop_assert!(matches!(judgement.verdict, Verdict::Misread | Verdict::Unknown));
    }
}
