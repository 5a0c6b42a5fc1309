//! How an alert grows, when it is told again, and what decisions teach. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{Finding, Judgement, Kind, chance};

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AlertState {
    /// Nobody has taken it.
    New,
    /// An inspector works on it.
    Assigned,
    /// Decided.
    Decided,
}

/// What an inspector found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AlertDecision)]
pub(crate) enum Decision {
    /// The goods are not what they seem.
    Confirmed,
    /// Nothing of the kind was found.
    NotConfirmed,
    /// A scanner or a phone was at fault.
    ScannerFault,
    /// The goods were honestly sold on.
    HonestResale,
}

impl AlertState {
    /// Every state.
    pub(crate) const ALL: [Self; 3] = [Self::New, Self::Assigned, Self::Decided];

    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Assigned => "assigned",
            Self::Decided => "decided",
        }
    }
}

impl Decision {
    /// Every decision.
    pub(crate) const ALL: [Self; 4] = [Self::Confirmed, Self::NotConfirmed, Self::ScannerFault, Self::HonestResale];

    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotConfirmed => "not-confirmed",
            Self::ScannerFault => "scanner-fault",
            Self::HonestResale => "honest-resale",
        }
    }
}

/// What is known of an alert that may grow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    /// Where it stands.
    pub(crate) state: AlertState,
    /// What was told last.
    pub(crate) score: f64,
    /// Its rules.
    pub(crate) kinds: Vec<Kind>,
    /// Devices that it rested on.
    pub(crate) devices: i64,
    /// What its findings weighed when it was decided.
    pub(crate) decided_weight: Option<f64>,
}

/// What follows from a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Inspectors are told of a new alert.
    Opens,
    /// Figures change; nobody needs to be told.
    Quietly,
    /// Inspectors are told that it has grown.
    Grows,
    /// So much has come since the decision that it is open again.
    Reopens,
}

/// By how much the findings must outweigh those that were decided about, in log-odds, to open the alert again.
const REOPENING: f64 = 3.0;
/// A rise of the score that is worth telling.
const TELLING: f64 = 0.2;

/// What follows from a judgement for an alert that stands so, or for none.
pub(crate) fn growth(standing: Option<&Standing>, score: f64, findings: &[Finding], devices: i64) -> Growth {
    let Some(standing) = standing else { return Growth::Opens };
    if standing.state == AlertState::Decided {
        let grown = weight(findings) - standing.decided_weight.unwrap_or(f64::INFINITY);
        return if grown >= REOPENING { Growth::Reopens } else { Growth::Quietly };
    }
    let has_new_kind = findings.iter().any(|finding| !standing.kinds.contains(&finding.kind));
    let is_worth_telling = has_new_kind || score >= standing.score + TELLING || devices >= 2 * standing.devices.max(1);
    if is_worth_telling { Growth::Grows } else { Growth::Quietly }
}

/// What findings weigh together.
pub(crate) fn weight(findings: &[Finding]) -> f64 {
    findings.iter().map(|finding| finding.weight).sum()
}

/// What decisions have taught of each rule: how much is added to the log-odds of its findings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lessons(BTreeMap<Kind, f64>);

impl Lessons {
    /// From decided alerts: rule, confirmed, decided. A few decisions teach little, and no number of them everything.
    pub(crate) fn of(decided: impl IntoIterator<Item = (Kind, i64, i64)>) -> Self {
        let lesson = |(kind, confirmed, decided): (Kind, i64, i64)| {
            #[expect(clippy::cast_precision_loss, reason = "decisions are few")]
            let (yes, no) = (confirmed as f64, (decided - confirmed) as f64);
            (kind, (0.5 * ((yes + 4.0) / (no + 4.0)).ln()).clamp(-1.0, 1.0))
        };
        Self(decided.into_iter().map(lesson).collect())
    }

    /// The score of a judgement, as experience has it.
    pub(crate) fn score(&self, judgement: &Judgement) -> f64 {
        let lesson = judgement.findings.first().and_then(|finding| self.0.get(&finding.kind)).copied().unwrap_or(0.0);
        let score = judgement.score.clamp(1e-9, 1.0 - 1e-9);
        chance((score / (1.0 - score)).ln() + lesson)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: Kind, weight: f64) -> Finding {
        Finding { kind, weight, first_at: 0, last_at: 0, facts: BTreeMap::new() }
    }

    fn standing(state: AlertState, decided_weight: Option<f64>) -> Standing {
        Standing { state, score: 0.5, kinds: vec![Kind::ManyPlaces], devices: 5, decided_weight }
    }

    #[test]
    fn one_cause_is_one_alert_that_tells_of_itself_when_it_has_something_to_tell() {
        let same = [finding(Kind::ManyPlaces, 3.0)];
        assert_eq!(growth(None, 0.5, &same, 5), Growth::Opens);
        let open = standing(AlertState::New, None);
        assert_eq!(growth(Some(&open), 0.55, &same, 6), Growth::Quietly);
        assert_eq!(growth(Some(&open), 0.75, &same, 6), Growth::Grows);
        assert_eq!(growth(Some(&open), 0.5, &same, 10), Growth::Grows);
        let more = [finding(Kind::ManyPlaces, 3.0), finding(Kind::ImpossibleTravel, 0.0)];
        assert_eq!(growth(Some(&open), 0.5, &more, 5), Growth::Grows);
    }

    #[test]
    fn a_decision_silences_repeats_until_much_more_has_come() {
        let decided = standing(AlertState::Decided, Some(3.0));
        assert_eq!(growth(Some(&decided), 0.9, &[finding(Kind::ManyPlaces, 5.0)], 50), Growth::Quietly);
        assert_eq!(growth(Some(&decided), 0.9, &[finding(Kind::ManyPlaces, 6.5)], 50), Growth::Reopens);
    }

    #[test]
    fn decisions_teach_a_little() {
        let judgement =
            Judgement { score: 0.5, is_evident: false, findings: vec![finding(Kind::ManyPlaces, 1.0)], place: None };
        let score = |confirmed, decided| Lessons::of([(Kind::ManyPlaces, confirmed, decided)]).score(&judgement);
        assert!((Lessons::default().score(&judgement) - 0.5).abs() < 1e-9);
        assert!(score(10, 10) > score(5, 10) && score(5, 10) > score(0, 10));
        assert!(score(0, 1_000_000) > 0.2 && score(1_000_000, 1_000_000) < 0.8);
    }
}
