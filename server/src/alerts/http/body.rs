//! Alerts as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use locales::Language;
use marking::gtin::Gtin;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alerts::case::{AlertState, Decision};
use crate::alerts::rules::{Finding, Kind, Position};
use crate::alerts::store::Kept;
use crate::alerts::{watch, words};
use crate::auth::{Caller, Role};
use crate::scans::Place;

/// What an alert is about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertSubject {
    /// `unit`: one code of ours; `code`: a text that is none; `seal`; `device`; `outlet`: a small cell; `run`:
    /// neighbouring codes.
    #[schema(example = "unit")]
    kind: String,
    /// The product.
    #[schema(value_type = Option<String>, example = "04870112345674")]
    gtin: Option<Gtin>,
    /// The id of the order of a code of ours.
    order: Option<Uuid>,
    /// Its index in the order.
    index: Option<i32>,
    /// The text of a label that is none of ours.
    code: Option<String>,
    /// The H3 cell of a shop.
    #[schema(example = "8920e3a2c8bffff")]
    cell: Option<String>,
}

/// The product of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertProduct {
    /// Its GTIN.
    #[schema(value_type = String, example = "04870112345674")]
    gtin: Gtin,
    /// Its name in the caller's language.
    #[schema(example = "Alatau spring")]
    trade_name: String,
}

/// An alert in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alert {
    /// Its id.
    id: Uuid,
    /// The weightiest rule.
    kind: Kind,
    /// The same in the caller's language.
    #[schema(example = "One code in many places")]
    kind_text: String,
    /// Every rule that found something.
    kinds: Vec<Kind>,
    /// The weightiest finding, in words.
    #[schema(example = "7 devices in 4 places up to 1,214 km apart within 23 days")]
    summary: String,
    /// What it is about.
    subject: AlertSubject,
    /// The product, where there is one.
    product: Option<AlertProduct>,
    /// How likely it is a true case, 0 to 1.
    #[schema(example = 0.93, minimum = 0, maximum = 1)]
    score: f64,
    /// Where it stands.
    state: AlertState,
    /// The same in the caller's language.
    state_text: String,
    /// What came of it.
    decision: Option<Decision>,
    /// The same in the caller's language.
    decision_text: Option<String>,
    /// KATO code; none while it is nobody's.
    #[schema(example = "750000000")]
    region: Option<String>,
    /// Where somebody should go; coarse for who is no inspector, and after its time.
    place: Option<Place>,
    /// The inspector in charge.
    assignee: Option<Uuid>,
    /// Whether that is the caller.
    is_mine: bool,
    /// Scans that it rests on.
    scans: i64,
    /// Devices that it rests on; an estimate where there are many.
    devices: i64,
    /// How many rules found something.
    findings: usize,
    /// When it came up, in UTC.
    opened_at: DateTime<Utc>,
    /// When it grew last, in UTC.
    grown_at: DateTime<Utc>,
    /// When it was decided, in UTC.
    decided_at: Option<DateTime<Utc>>,
}

impl Alert {
    pub(super) fn new(kept: &Kept, caller: &Caller, language: Language) -> Self {
        let gtin = kept.gtin.and_then(|gtin| Gtin::try_from(u64::try_from(gtin).ok()?).ok());
        let name = kept.names.as_ref().map(|[kk, ru, en]| match language {
            Language::Kk => kk.clone(),
            Language::Ru => ru.clone(),
            Language::En => en.clone(),
        });
        let mut subject = kept.subject.split(':');
        let kind = match subject.next().unwrap_or_default() {
            "odd-run" => "run",
            other => other,
        };
        let cell = (kind == "outlet").then(|| subject.next().unwrap_or_default().to_owned());
        Self {
            id: kept.id,
            kind: kept.kind,
            kind_text: words::kind(language, kept.kind),
            kinds: kept.findings.iter().map(|finding| finding.kind).collect(),
            summary: kept.findings.first().map(|finding| words::finding(language, finding)).unwrap_or_default(),
            subject: AlertSubject {
                kind: kind.to_owned(),
                gtin,
                order: kept.order,
                index: kept.index,
                code: kept.code.clone(),
                cell: cell.filter(|_| caller.role == Role::Inspector),
            },
            product: gtin.zip(name).map(|(gtin, trade_name)| AlertProduct { gtin, trade_name }),
            score: kept.score,
            state: kept.state,
            state_text: words::state(language, kept.state),
            decision: kept.decision,
            decision_text: kept.decision.map(|decision| words::decision(language, decision)),
            region: kept.charge.region.clone(),
            place: kept.place.map(|position| place(position, caller)),
            assignee: kept.charge.assignee,
            is_mine: kept.charge.assignee == Some(caller.account),
            scans: kept.scans,
            devices: kept.devices,
            findings: kept.findings.len(),
            opened_at: kept.opened_at,
            grown_at: kept.grown_at,
            decided_at: kept.decided_at,
        }
    }
}

/// A place as a caller may see it: exact for inspectors, whose region it is by now; coarse for others.
pub(super) fn place(position: Position, caller: &Caller) -> Place {
    let position = if caller.role == Role::Inspector { position } else { watch::coarse(position) };
    Place { latitude: position.latitude, longitude: position.longitude, accuracy_metres: position.accuracy_metres }
}

/// What one rule found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Evidence {
    /// The rule.
    kind: Kind,
    /// The same in the caller's language.
    kind_text: String,
    /// What was found, with its figures.
    #[schema(example = "7 devices in 4 places up to 1,214 km apart within 23 days")]
    text: String,
    /// Why that means something.
    why_text: String,
    /// The figures by name.
    facts: BTreeMap<String, f64>,
    /// How much it adds to the log-odds of a true case.
    weight: f64,
    /// The first sighting that it rests on, in UTC.
    first_at: DateTime<Utc>,
    /// The last, in UTC.
    last_at: DateTime<Utc>,
}

impl Evidence {
    pub(super) fn new(finding: &Finding, language: Language) -> Self {
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self {
            kind: finding.kind,
            kind_text: words::kind(language, finding.kind),
            text: words::finding(language, finding),
            why_text: words::why(language, finding.kind),
            facts: finding.facts.clone(),
            weight: finding.weight,
            first_at: instant(finding.first_at),
            last_at: instant(finding.last_at),
        }
    }
}
