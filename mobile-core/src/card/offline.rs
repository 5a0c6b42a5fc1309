//! The card of an answer that the phone gave itself. It never wears the friendliest colour: nothing but a seal was
//! looked at.

use locales::{Language, format};
use marking::layout::Group;

use super::{Action, Card, Colour, Facts, Icon, online::goods};
use crate::offline::{OfflineAnswer, OfflineReason, OfflineVerdict};

/// The card of what the phone could say alone.
pub fn of_offline(answer: &OfflineAnswer, language: Language) -> Card {
    let verdict = answer.verdict.slug();
    let say = |key: &str| locales::say(language, key, &[]);
    let wording = match answer.reasons.first() {
        Some(OfflineReason::ProductOnly) => "barcode",
        Some(OfflineReason::NotAMarkingCode)
            if answer.scanned.fault.as_ref().is_none_or(|fault| !fault.is_of_a_code()) =>
        {
            "not-a-code"
        }
        _ => verdict,
    };
    let (colour, icon, steps): (_, _, &[Action]) = match answer.verdict {
        _ if wording == "barcode" => (Colour::Neutral, Icon::Scan, &[Action::ScanAgain, Action::CheckOnline]),
        OfflineVerdict::Issued | OfflineVerdict::UnknownOffline => {
            (Colour::Neutral, Icon::Offline, &[Action::CheckOnline, Action::ScanNext])
        }
        OfflineVerdict::ForgedSeal => (Colour::Danger, Icon::Alert, &[Action::Report, Action::CheckOnline]),
        OfflineVerdict::Misread => (Colour::Neutral, Icon::Scan, &[Action::ScanAgain]),
    };
    let mut reasons: Vec<_> = answer.reasons.iter().map(|reason| say(reason.key())).collect();
    // Said beside every seal that fits: it is the limit of what a phone can know.
    reasons.extend((answer.verdict == OfflineVerdict::Issued).then(|| say("offline-only-online-tells")));
    reasons.extend(answer.scanned.fault.as_ref().map(|fault| fault.text(language)));
    reasons.extend(answer.scanned.repaired.iter().map(|repair| say(&format!("repair-{repair}"))));

    let mut facts = Facts::new(language);
    goods(&mut facts, answer.product.as_ref().map(|known| &known.product));
    let is_vouched_for = !answer.reasons.contains(&OfflineReason::KeyRevoked);
    if let Some((key, group)) = answer.sealed_by.filter(|_| is_vouched_for) {
        let by = [("key", key.as_str().into()), ("group", say(group_key(group)).into())];
        facts.add("card-fact-sealed-by", Some(&locales::say(language, "offline-sealed-by", &by)));
    }
    if answer.verdict != OfflineVerdict::Misread {
        facts.add("card-fact-gtin", answer.scanned.gtin.as_deref());
        facts.add("card-fact-serial", answer.scanned.serial.as_deref());
        facts.add("card-fact-sscc", answer.scanned.sscc.as_deref());
    }
    let note = match answer.list {
        None => say("offline-note-no-list"),
        Some(age) => {
            let at = format::instant(language, age.confirmed_at.unwrap_or(age.issued_at));
            let key = if age.confirmed_at.is_some() { "offline-note-list" } else { "offline-note-bundled-list" };
            locales::say(language, key, &[("at", at.into())])
        }
    };
    Card {
        verdict: verdict.to_owned(),
        wording: wording.to_owned(),
        title: say(&format!("verdict-{wording}")),
        advice: say(&format!("verdict-{wording}-advice")),
        colour,
        icon,
        reasons,
        facts: facts.lines,
        next: steps.iter().map(|action| action.step(language)).collect(),
        offline: true,
        note: Some(note),
    }
}

/// The key of a group's name in the genitive or as an adjective: what the key seals.
fn group_key(group: Group) -> &'static str {
    match group {
        Group::Shoes => "offline-group-shoes",
        Group::Clothes => "offline-group-clothes",
        Group::Medicines => "offline-group-medicines",
        Group::Water => "offline-group-water",
        Group::Dairy => "offline-group-dairy",
        Group::TobaccoBlock | Group::TobaccoPack => "offline-group-tobacco",
        Group::Alcohol => "offline-group-alcohol",
    }
}
