//! The card of an answer that the register gave.

use locales::{Arg, Language, format};
use marking::verdict::{Verdict, Wording};

use super::{Action, Card, Colour, Facts, Icon, clean};
use crate::answer::{Answer, NotAnAnswer, Product, ReasonLine, Worded};

/// The card of a `/v1/verify` answer: its JSON, as it came.
pub fn of_answer(answer: &str, language: Language) -> Result<Card, NotAnAnswer> {
    Ok(of(Answer::read(answer)?, language))
}

/// The card of an answer that is at hand in parts, as the register itself has it.
pub fn of(answer: Answer, language: Language) -> Card {
    let verdict: Option<Verdict> = answer.verdict.parse().ok();
    // A register that is older than these words has none of its own for them.
    let told = verdict.map(|verdict| Wording::by_slugs(verdict, answer.reasons.iter().map(|line| &*line.slug)));
    let wording = answer.wording.clone().or(told.map(|told| told.slug().to_owned()));
    let wording = wording.unwrap_or_else(|| answer.verdict.clone());
    let known_wording = Wording::ALL.into_iter().find(|own| own.slug() == wording).or(told);
    let (colour, icon) = known_wording.map_or((Colour::Neutral, Icon::Question), look);
    // What wasn't read or may be out of date is no ground for the friendliest colour.
    let doubtful = |line: &ReasonLine| matches!(&*line.slug, "seal-missing" | "seal-garbled" | "register-slow");
    let doubtful = colour == Colour::Favourable && answer.reasons.iter().any(doubtful);
    let words = |key: String, given: &str| known(language, &key).unwrap_or_else(|| clean(given));
    let mut reasons: Vec<_> = answer.reasons.iter().map(|line| reason(language, line)).collect();
    let worded = |theme: &str, line: &Worded| words(format!("{theme}-{}", line.slug), &line.text);
    reasons.extend(answer.fault.iter().map(|fault| worded("parse", fault)));
    reasons.extend(answer.repaired.iter().map(|repair| worded("repair", repair)));
    reasons.retain(|reason| !reason.is_empty());
    Card {
        title: words(format!("verdict-{wording}"), &answer.title),
        advice: words(format!("verdict-{wording}-advice"), &answer.advice),
        colour: if doubtful { Colour::Caution } else { colour },
        icon: if doubtful { Icon::Alert } else { icon },
        reasons,
        facts: facts(language, &answer).lines,
        next: known_wording.map_or(&[Action::Report][..], steps).iter().map(|action| action.step(language)).collect(),
        offline: false,
        note: answer.as_of.map(|at| locales::say(language, "card-checked-at", &[("at", at.into())])),
        verdict: answer.verdict,
        wording,
    }
}

/// The role of colour and icon.
fn look(wording: Wording) -> (Colour, Icon) {
    match wording {
        Wording::Barcode | Wording::UnknownBarcode | Wording::NotACode | Wording::TypedWrong => {
            (Colour::Neutral, Icon::Scan)
        }
        Wording::ForeignCode => (Colour::Neutral, Icon::Question),
        Wording::SealNotChecked => (Colour::Caution, Icon::Alert),
        Wording::Of(verdict) => match verdict {
            Verdict::InCirculation => (Colour::Favourable, Icon::Check),
            Verdict::Sold => (Colour::Caution, Icon::Alert),
            Verdict::NotReleased => (Colour::Caution, Icon::Clock),
            Verdict::Expired => (Colour::Danger, Icon::Clock),
            Verdict::Recalled | Verdict::Withdrawn => (Colour::Danger, Icon::Stop),
            Verdict::ForgedSeal => (Colour::Danger, Icon::Alert),
            Verdict::Unknown => (Colour::Caution, Icon::Question),
            Verdict::Misread => (Colour::Neutral, Icon::Scan),
            Verdict::Issued => (Colour::Neutral, Icon::Offline),
        },
    }
}

fn steps(wording: Wording) -> &'static [Action] {
    match wording {
        Wording::Barcode | Wording::UnknownBarcode | Wording::NotACode | Wording::TypedWrong => &[Action::ScanAgain],
        Wording::ForeignCode => &[Action::ScanNext, Action::Report],
        Wording::SealNotChecked => &[Action::ScanAgain, Action::Report],
        Wording::Of(verdict) => match verdict {
            Verdict::InCirculation => &[Action::ScanNext, Action::Report],
            Verdict::Misread => &[Action::ScanAgain],
            Verdict::Unknown => &[Action::ScanAgain, Action::Report],
            Verdict::Issued => &[Action::CheckOnline],
            Verdict::Sold
            | Verdict::NotReleased
            | Verdict::Expired
            | Verdict::Recalled
            | Verdict::Withdrawn
            | Verdict::ForgedSeal => &[Action::Report, Action::ScanNext],
        },
    }
}

/// The words for a key that needs no variables.
fn known(language: Language, key: &str) -> Option<String> {
    (locales::has(key) && locales::variables(language, key).is_empty()).then(|| locales::say(language, key, &[]))
}

fn reason(language: Language, line: &ReasonLine) -> String {
    let key = format!("reason-{}", line.slug);
    if let Some(words) = known(language, &key) {
        return words;
    }
    let cause = clean(line.cause.as_deref().unwrap_or_default());
    match (&*line.slug, line.date) {
        ("expired-on", Some(date)) => locales::say(language, &key, &[("date", date.into())]),
        ("recalled", Some(on)) if !cause.is_empty() => {
            locales::say(language, &key, &[("on", on.into()), ("reason", Arg::from(cause))])
        }
        _ => clean(&line.text),
    }
}

/// What the law wants shown (D1.7), then what the code says.
fn facts(language: Language, answer: &Answer) -> Facts {
    let date = |date: chrono::NaiveDate| format::date(language, date);
    let mut facts = Facts::new(language);
    goods(&mut facts, answer.product.as_ref());
    let release = &answer.release;
    facts.add("card-fact-importer", release.importer.as_deref());
    facts.add("card-fact-produced-on", release.produced_on.map(date).as_deref());
    facts.add("card-fact-expires-on", release.expires_on.map(date).as_deref());
    let declaration = release.declaration.as_ref().map(|declaration| {
        let on = declaration.declared_on.map(|on| format!(", {}", date(on))).unwrap_or_default();
        format!("{}{on}", declaration.number)
    });
    facts.add("card-fact-declaration", declaration.as_deref());
    facts.add("card-fact-participant", answer.participant.as_ref().map(|participant| &*participant.name));
    let status = |status: &Worded| known(language, &format!("status-{}", status.slug)).unwrap_or(status.text.clone());
    // That goods are on the market says nothing beside a recall or a date that has passed.
    let is_outweighed = matches!(&*answer.verdict, "recalled" | "expired");
    let told = answer
        .status
        .as_ref()
        .filter(|status| !(is_outweighed && matches!(&*status.slug, "in-circulation" | "shipped" | "returned")));
    facts.add("card-fact-status", told.map(status).as_deref());
    for line in answer.pack.iter().flat_map(|pack| &pack.contents) {
        let name = line.product.as_ref().map_or("", |product| product.name(language));
        let units = format::number(language, line.units.into());
        facts.add("card-fact-inside", Some(&format!("{name} × {units} · {}", status(&line.status))));
    }
    facts.add("card-fact-gtin", answer.code.gtin.as_deref());
    facts.add("card-fact-serial", answer.code.serial.as_deref());
    facts.add("card-fact-sscc", answer.code.sscc.as_deref());
    facts
}

/// Name and maker of the goods.
pub(super) fn goods(facts: &mut Facts, product: Option<&Product>) {
    let language = facts.language;
    facts.add("card-fact-trade-name", product.map(|product| product.name(language)));
    facts.add("card-fact-manufacturer", product.map(|product| product.maker(language)));
}
