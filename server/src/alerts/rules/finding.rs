//! What a rule found: its kind, how much it weighs, and the figures that it rests on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::sighting::Position;

/// What one rule says about one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub kind: Kind,
    /// How much it adds to the log-odds that something is wrong.
    pub weight: f64,
    /// The first sighting that it rests on, in seconds since 1970.
    pub first_at: i64,
    /// The last.
    pub last_at: i64,
    /// The figures, by name: `devices`, `places`, `kilometres`, `days` …
    pub facts: BTreeMap<String, f64>,
}

impl Finding {
    pub(super) fn new(kind: Kind, weight: f64, (first_at, last_at): (i64, i64), facts: &[(&str, f64)]) -> Self {
        let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        Self { kind, weight, first_at, last_at, facts }
    }
}

/// What all rules say about a subject together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// How likely it is a true case, 0 to 1.
    pub score: f64,
    /// Whether there is no doubt, however rare such cases are.
    pub is_evident: bool,
    /// What was found, the weightiest first.
    pub findings: Vec<Finding>,
    /// Where somebody should go: the place of the newest sighting that has one.
    pub place: Option<Position>,
}

impl Judgement {
    /// The judgement that these findings make, from the odds before anything was seen.
    pub(super) fn of(log_odds: f64, is_evident: bool, mut findings: Vec<Finding>, place: Option<Position>) -> Self {
        findings.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.kind.cmp(&other.kind)));
        Self { score: chance(log_odds), is_evident, findings, place }
    }
}

/// The chance that log-odds stand for.
pub fn chance(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

impl Judgement {
    /// Both together: the surer one's score, and all that was found.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let place = self.place.or(other.place);
        let score = self.score.max(other.score);
        let mut findings = self.findings;
        // A rule that found nothing worth telling by itself is left out beside one that did.
        let is_clear = |finding: &Finding| finding.weight > 0.0;
        findings.retain(is_clear);
        findings.extend(other.findings.into_iter().filter(is_clear));
        findings.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.kind.cmp(&other.kind)));
        Self { score, is_evident: self.is_evident || other.is_evident, findings, place }
    }
}
