//! Alerts in words, in the language of whoever reads them.

use locales::{Arg, Language};

use super::case::{AlertState, Decision};
use super::rules::{Finding, Kind, Seen};
use super::store::What;

/// A rule's name.
pub(super) fn kind(language: Language, kind: Kind) -> String {
    locales::say(language, &format!("alert-kind-{}", kind.slug()), &[])
}

/// Why a rule's finding means something.
pub(super) fn why(language: Language, kind: Kind) -> String {
    locales::say(language, &format!("alert-why-{}", kind.slug()), &[])
}

/// What was found, with its figures.
pub(super) fn finding(language: Language, finding: &Finding) -> String {
    let facts: Vec<(&str, Arg<'_>)> =
        finding.facts.iter().map(|(name, value)| (name.as_str(), Arg::Number(*value))).collect();
    locales::say(language, &format!("alert-text-{}", finding.kind.slug()), &facts)
}

/// Where an alert stands.
pub(super) fn state(language: Language, state: AlertState) -> String {
    locales::say(language, &format!("alert-state-{}", state.slug()), &[])
}

/// What came of it.
pub(super) fn decision(language: Language, decision: Decision) -> String {
    locales::say(language, &format!("alert-decision-{}", decision.slug()), &[])
}

/// What happened to it.
pub(super) fn event(language: Language, what: What) -> String {
    locales::say(language, &format!("alert-event-{}", what.slug()), &[])
}

/// What the register had to say of a code.
pub(super) fn seen(language: Language, seen: Seen) -> String {
    let slug = match seen {
        Seen::Sound => "sound",
        Seen::Sold => "sold",
        Seen::NotReleased => "not-released",
        Seen::Withdrawn => "withdrawn",
        Seen::Expired => "expired",
        Seen::Recalled => "recalled",
        Seen::Unknown => "unknown",
        Seen::Forged => "forged",
        Seen::Misread => "misread",
    };
    locales::say(language, &format!("alert-seen-{slug}"), &[])
}
