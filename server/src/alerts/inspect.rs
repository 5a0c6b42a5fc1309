//! What inspectors do with alerts: read, take or hand over, note, link, decide. Another region's alert isn't there for them
//! (X1); each look and each refusal leaves a line in the audit.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::case::{AlertState, Decision};
use super::rules::Trail;
use super::store::{self, Event, Happened, Kept, Linked, Update, What};
use crate::alerts::Alerts;
use crate::auth::{self, Caller};
use crate::inspection::{self, Charge, Look, audited, is_visible};
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};

/// An alert with all that an inspector may see of it.
pub(super) struct Inspected {
    pub(super) alert: Kept,
    /// What is remembered of its subject, if it still is.
    pub(super) trail: Option<Trail>,
    pub(super) events: Vec<Event>,
    pub(super) links: Vec<Linked>,
}

/// Where an alert stands after a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertStanding)]
pub(super) struct Stood {
    /// The alert.
    pub(super) id: Uuid,
    /// Where it stands.
    pub(super) state: AlertState,
    /// The same in the caller's language.
    #[schema(example = "With an inspector")]
    pub(super) state_text: String,
    /// What came of it.
    pub(super) decision: Option<Decision>,
    /// The inspector in charge.
    pub(super) assignee: Option<Uuid>,
    /// When, in UTC.
    pub(super) at: DateTime<Utc>,
}

/// What a step does.
pub(super) enum Step<'a> {
    /// Takes the alert, or hands it to a colleague.
    Assign(Option<Uuid>),
    /// Writes something down.
    Note(&'a str),
    /// Links it with a report.
    LinkReport(&'a str),
    /// Links it with another alert.
    LinkAlert(Uuid),
    /// Decides.
    Decide(Decision, Option<&'a str>),
}

impl Step<'_> {
    fn action(&self) -> &'static str {
        match self {
            Self::Assign(_) => "alerts.assign",
            Self::Note(_) => "alerts.note",
            Self::LinkReport(_) | Self::LinkAlert(_) => "alerts.link",
            Self::Decide(..) => "alerts.decide",
        }
    }

    fn fingerprint(&self) -> Value {
        match self {
            Self::Assign(to) => json!({ "to": to }),
            Self::Note(text) => json!({ "text": text }),
            Self::LinkReport(report) => json!({ "report": report }),
            Self::LinkAlert(alert) => json!({ "alert": alert }),
            Self::Decide(decision, text) => json!({ "decision": decision, "text": text }),
        }
    }
}

/// Reads an alert with its trail. The look is audited.
pub(super) async fn read(state: &Alerts, inspector: &Caller, id: Uuid) -> Result<Inspected> {
    let look = Look { base: &state.base, inspector, action: "alerts.read" };
    audited(look, Some(format!("alert:{id}")), async {
        let mut client = state.base.db.get().await?;
        let tx = client.transaction().await?;
        auth::hold_caller(&tx, inspector).await?;
        let alert = find(&tx, inspector, id).await?;
        let trail = store::find_trail_state(&tx, &alert.subject).await?;
        let events = store::list_events(&tx, id).await?;
        let links = store::list_links(&tx, id).await?;
        let places = trail.as_ref().map_or(0, |trail| trail.sightings().len());
        look.append(&tx, format!("alert:{id}"), json!({ "places": places })).await?;
        tx.commit().await?;
        Ok(Inspected { alert, trail, events, links })
    })
    .await
}

/// Does one step: found, changed, written and audited in one transaction, once for a key.
pub(super) async fn step(
    state: &Alerts,
    inspector: &Caller,
    id: Uuid,
    key: &IdempotencyKey,
    step: Step<'_>,
) -> Result<Stood> {
    let command =
        Command { base: &state.base, author: inspector, key, action: step.action(), object: format!("alert:{id}") };
    let fingerprint = step.fingerprint();
    let run = command.run(&fingerprint, async |tx, now| {
        let mut alert = find(tx, inspector, id).await?;
        let details = change(tx, inspector, &mut alert, &step, now).await?;
        let Kept { state, decision, .. } = alert;
        let Charge { assignee, region } = &alert.charge;
        let assignee = *assignee;
        let update = Update { state, decision, assignee, region: region.as_deref(), at: now };
        store::update(tx, &alert, &update).await?;
        Ok(Done::with(Stood { id, state, state_text: String::new(), decision, assignee, at: now }, details))
    });
    let stood = run.await?;
    // A replayed answer is worded anew: the retry may ask in another language.
    let state_text = super::words::state(crate::http::language::current(), stood.state);
    Ok(Stood { state_text, ..stood })
}

/// Changes an alert as a step says. Returns what the audit says of it.
async fn change(
    tx: &Transaction<'_>,
    inspector: &Caller,
    alert: &mut Kept,
    step: &Step<'_>,
    at: DateTime<Utc>,
) -> Result<Value> {
    let happened =
        |what| Happened { alert: alert.id, at, what, account: Some(inspector.account), detail: None, message: None };
    match step {
        Step::Assign(to) => {
            let to = to.unwrap_or(inspector.account);
            let region = inspection::find_inspector_region(tx, to).await?;
            let region = region.ok_or_else(|| Error::field("to", "field-not-an-inspector"))?;
            if alert.state == AlertState::Decided {
                return Err(Error::conflict("alert-decided"));
            }
            if alert.charge.assign(to, region).is_some() {
                let detail = to.to_string();
                store::append_happened(tx, &Happened { detail: Some(&detail), ..happened(What::Assigned) }).await?;
            }
            alert.state = AlertState::Assigned;
            Ok(json!({ "to": to }))
        }
        Step::Note(text) => {
            store::append_happened(tx, &Happened { message: Some(text), ..happened(What::Noted) }).await?;
            Ok(json!({}))
        }
        Step::LinkReport(report) => {
            let region = inspector.region.as_deref().unwrap_or_default();
            if !store::reports_exist(tx, report, region).await? {
                return Err(Error::field("report", "field-no-such-report"));
            }
            if store::insert_link(tx, alert.id, Some(report), None).await? {
                store::append_happened(tx, &Happened { detail: Some(report), ..happened(What::Linked) }).await?;
            }
            Ok(json!({ "report": report }))
        }
        Step::LinkAlert(other) => {
            let found = store::find_alert(tx, *other)
                .await?
                .filter(|other| is_visible(other.charge.region.as_deref(), inspector));
            if found.is_none() || *other == alert.id {
                return Err(Error::field("alert", "field-no-such-alert"));
            }
            if store::insert_link(tx, alert.id, None, Some(*other)).await? {
                let detail = other.to_string();
                store::append_happened(tx, &Happened { detail: Some(&detail), ..happened(What::Linked) }).await?;
            }
            Ok(json!({ "alert": other }))
        }
        Step::Decide(decision, text) => {
            let region = alert.charge.region.clone();
            alert.charge.take(inspector, "alert-not-yours")?;
            // A decision takes the alert, and leaves it to the region that has it.
            alert.charge.region = region.or_else(|| inspector.region.clone());
            if alert.decision.is_some_and(|decided| decided != *decision) {
                return Err(Error::conflict("alert-decided"));
            }
            if alert.decision.is_none() {
                let told = Happened { detail: Some(decision.slug()), message: *text, ..happened(What::Decided) };
                store::append_happened(tx, &told).await?;
                if *decision != Decision::Confirmed {
                    store::refute(tx, alert.id).await?;
                }
            }
            (alert.state, alert.decision) = (AlertState::Decided, Some(*decision));
            Ok(json!({ "decision": decision }))
        }
    }
}

/// The alert with this id, held until the transaction ends, if the inspector may know of it.
async fn find(tx: &Transaction<'_>, inspector: &Caller, id: Uuid) -> Result<Kept> {
    let found = store::find_alert(tx, id).await?;
    found.filter(|alert| is_visible(alert.charge.region.as_deref(), inspector)).ok_or(Error::NotFound("not-found"))
}
