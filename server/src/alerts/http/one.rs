//! One alert: with its trail, and the steps that inspectors take; and the stream of what happens to all of them.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::body::{Alert, Evidence, place};
use crate::alerts::Alerts;
use crate::alerts::case::{AlertState, Decision};
use crate::alerts::inspect::{self, Inspected, Step, Stood};
use crate::alerts::rules::{Kind, Seen, Trail};
use crate::alerts::store::{Event, Linked, What};
use crate::alerts::stream::AlertEvents;
use crate::alerts::words;
use crate::auth::{Caller, Inspector, Resume, stream_events};
use crate::http::{Body, id_in_path, language, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::platform::{bounds, unicode};
use crate::scans::Place;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(stream_alerts).service(get_alert);
    routes.service(post_decision).service(post_note).service(post_assignment).service(post_link);
}

/// Longest text of a note, in characters.
const MAX_TEXT: usize = 4_000;

/// One sighting of a trail.
#[derive(Debug, Serialize, ToSchema)]
struct TrailPoint {
    /// When it was taken, in UTC.
    at: DateTime<Utc>,
    /// Where; none without consent, coarse after its time.
    place: Option<Place>,
    /// Who, as a number within this alert: the same device, or code, has the same number.
    device: usize,
    /// What the register had to say: `sound`, `sold`, `not-released`, `withdrawn`, `expired`, `recalled`, `unknown`,
    /// `forged`.
    #[schema(value_type = String, example = "sold")]
    seen: Seen,
    /// The same in the caller's language.
    seen_text: String,
}

/// What an inspector wrote down.
#[derive(Debug, Serialize, ToSchema)]
struct AlertNote {
    /// Its number.
    id: i64,
    /// When, in UTC.
    at: DateTime<Utc>,
    /// Who.
    account: Option<Uuid>,
    /// Whether that is the caller.
    is_mine: bool,
    /// What was written.
    text: String,
}

/// A step in an alert's life.
#[derive(Debug, Serialize, ToSchema)]
struct AlertEvent {
    /// When, in UTC.
    at: DateTime<Utc>,
    /// What.
    what: What,
    /// The same in the caller's language.
    what_text: String,
    /// Which inspector; none for the register itself.
    account: Option<Uuid>,
    /// The decision, the rule, the report or the other alert.
    detail: Option<String>,
    /// What was written.
    text: Option<String>,
}

/// A report that an alert is linked with.
#[derive(Debug, Serialize, ToSchema)]
struct AlertReport {
    /// Its number.
    #[schema(example = "TB-26-0000123")]
    number: String,
}

/// Another alert that an alert is linked with.
#[derive(Debug, Serialize, ToSchema)]
struct AlertNeighbour {
    /// Its id.
    id: Uuid,
    /// The weightiest rule.
    #[schema(value_type = Kind)]
    kind: String,
    /// The same in the caller's language.
    kind_text: String,
    /// Where it stands.
    #[schema(value_type = AlertState)]
    state: String,
}

/// An alert as an inspector works on it.
#[derive(Debug, Serialize, ToSchema)]
struct AlertDetail {
    #[serde(flatten)]
    alert: Alert,
    /// What each rule found, the weightiest first.
    evidence: Vec<Evidence>,
    /// Who met the subject, where and when, oldest first: the first and the last sighting of a fair sample of 32.
    trail: Vec<TrailPoint>,
    /// Whether the sample is all of them.
    trail_is_complete: bool,
    /// What inspectors wrote down.
    notes: Vec<AlertNote>,
    /// What happened, oldest first.
    history: Vec<AlertEvent>,
    /// Reports that it is linked with.
    reports: Vec<AlertReport>,
    /// Other alerts that it is linked with.
    alerts: Vec<AlertNeighbour>,
}

impl AlertDetail {
    fn new(inspected: Inspected, caller: &Caller, language: Language) -> Self {
        let Inspected { alert, trail, events, links } = inspected;
        let notes = events.iter().filter(|event| event.what == What::Noted).map(|event| AlertNote {
            id: event.id,
            at: event.at,
            account: event.account,
            is_mine: event.account == Some(caller.account),
            text: event.message.clone().unwrap_or_default(),
        });
        let history = |event: &Event| AlertEvent {
            at: event.at,
            what: event.what,
            what_text: words::event(language, event.what),
            account: event.account,
            detail: event.detail.clone(),
            text: event.message.clone(),
        };
        let (mut reports, mut alerts) = (Vec::new(), Vec::new());
        for link in links {
            match link {
                Linked::Report(number) => reports.push(AlertReport { number }),
                Linked::Alert(id, kind, state, region) if region.is_none() || region == caller.region => {
                    let kind_text = kind.parse().map(|kind| words::kind(language, kind)).unwrap_or_default();
                    alerts.push(AlertNeighbour { id, kind, kind_text, state });
                }
                Linked::Alert(..) => {}
            }
        }
        Self {
            evidence: alert.findings.iter().map(|finding| Evidence::new(finding, language)).collect(),
            trail: trail.as_ref().map(|trail| points(trail, caller, language)).unwrap_or_default(),
            trail_is_complete: trail.as_ref().is_some_and(Trail::is_complete),
            notes: notes.collect(),
            history: events.iter().map(history).collect(),
            reports,
            alerts,
            alert: Alert::new(&alert, caller, language),
        }
    }
}

fn points(trail: &Trail, caller: &Caller, language: Language) -> Vec<TrailPoint> {
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    let point = |(key, sighting): (u64, crate::alerts::rules::Sighting)| {
        let next = numbers.len() + 1;
        TrailPoint {
            at: DateTime::from_timestamp(sighting.at, 0).unwrap_or_default(),
            place: sighting.place.map(|position| place(position, caller)),
            device: *numbers.entry(key).or_insert(next),
            seen: sighting.seen,
            seen_text: words::seen(language, sighting.seen),
        }
    };
    trail.sightings().into_iter().map(point).collect()
}

/// An alert with its trail and evidence. Each look is audited.
#[utoipa::path(
    tag = "alerts",
    operation_id = "get_alert",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The alert", body = AlertDetail),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/alerts/{id}")]
async fn get_alert(
    state: web::Data<Alerts>,
    inspector: Inspector,
    path: web::Path<String>,
) -> Result<web::Json<AlertDetail>> {
    let inspected = inspect::read(&state, &inspector, id_in_path(&path)?).await?;
    Ok(web::Json(AlertDetail::new(inspected, &inspector, language::current())))
}

/// What came of an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAlertDecision)]
struct NewDecision {
    /// What was found out.
    decision: Decision,
    /// What colleagues should know.
    #[schema(max_length = 4000, example = "Counterfeit cartons seized.")]
    text: Option<String>,
}

/// Decides. Who decides about an alert that nobody has takes it. Repeats of the same cause are silent from then on.
#[utoipa::path(
    tag = "alerts",
    operation_id = "decide_alert",
    params(
        ("id" = Uuid, Path),
        IdempotencyKey,
    ),
    request_body = NewDecision,
    responses(
        (status = 200, description = "Decided", body = Stood),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/alerts/{id}/decision")]
async fn post_decision(
    state: web::Data<Alerts>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(new): Body<NewDecision>,
) -> Result<web::Json<Stood>> {
    let text = new.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let text = text.map(|text| checked("text", text)).transpose()?;
    let step = Step::Decide(new.decision, text.as_deref());
    Ok(web::Json(inspect::step(&state, &inspector, id_in_path(&path)?, &key, step).await?))
}

/// Something to be written down.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAlertNote)]
struct NewNote {
    /// What.
    #[schema(min_length = 1, max_length = 4000, example = "The shop is closed on Mondays.")]
    text: String,
}

/// Writes something down about an alert, for colleagues of the region.
#[utoipa::path(
    tag = "alerts",
    operation_id = "note_alert",
    params(
        ("id" = Uuid, Path),
        IdempotencyKey,
    ),
    request_body = NewNote,
    responses(
        (status = 201, description = "Written down", body = Stood),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/alerts/{id}/notes")]
async fn post_note(
    state: web::Data<Alerts>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(new): Body<NewNote>,
) -> Result<HttpResponse> {
    let text = new.text.trim();
    if text.is_empty() {
        return Err(Error::field("text", "field-required"));
    }
    let text = checked("text", text)?;
    Ok(HttpResponse::Created()
        .json(inspect::step(&state, &inspector, id_in_path(&path)?, &key, Step::Note(&text)).await?))
}

/// Who is to work on an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AlertAssignment)]
struct NewAssignment {
    /// Whose it is from now on; the caller's, unless told.
    to: Option<Uuid>,
}

/// Takes an alert, or hands it to a colleague; it goes to the region of who gets it.
#[utoipa::path(
    tag = "alerts",
    operation_id = "assign_alert",
    params(
        ("id" = Uuid, Path),
        IdempotencyKey,
    ),
    request_body = NewAssignment,
    responses(
        (status = 200, description = "Assigned", body = Stood),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/alerts/{id}/assign")]
async fn post_assignment(
    state: web::Data<Alerts>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(new): Body<NewAssignment>,
) -> Result<web::Json<Stood>> {
    Ok(web::Json(inspect::step(&state, &inspector, id_in_path(&path)?, &key, Step::Assign(new.to)).await?))
}

/// What an alert has to do with: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAlertLink)]
struct NewLink {
    /// A report's number.
    #[schema(max_length = 40, example = "TB-26-0000123")]
    report: Option<String>,
    /// Another alert.
    alert: Option<Uuid>,
}

/// Links an alert with a report or with another alert; the same link again changes nothing.
#[utoipa::path(
    tag = "alerts",
    operation_id = "link_alert",
    params(
        ("id" = Uuid, Path),
        IdempotencyKey,
    ),
    request_body = NewLink,
    responses(
        (status = 201, description = "Linked", body = Stood),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/alerts/{id}/links")]
async fn post_link(
    state: web::Data<Alerts>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(new): Body<NewLink>,
) -> Result<HttpResponse> {
    let step = match (new.report.as_deref(), new.alert) {
        (Some(report), None) => {
            bounds::text_fault("report", report, 40).map_or(Ok(()), |fault| Err(Error::Invalid(vec![fault])))?;
            Step::LinkReport(report)
        }
        (None, Some(alert)) => Step::LinkAlert(alert),
        _ => return Err(Error::field("report", "field-required")),
    };
    Ok(HttpResponse::Created().json(inspect::step(&state, &inspector, id_in_path(&path)?, &key, step).await?))
}

/// What happens to alerts of the region, as server-sent events: `id`, `event: alert`, `data` with a JSON object. The first
/// event, `begin`, has the id of the newest one. A stream ends after 25 s, or within seconds when the session ends; come back with
/// `Last-Event-ID`, and nothing is missed. An account has eight streams at a time.
#[utoipa::path(
    tag = "alerts",
    operation_id = "stream_alerts",
    params(Resume),
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/alerts/stream")]
async fn stream_alerts(state: web::Data<Alerts>, inspector: Inspector, resume: Resume) -> Result<HttpResponse> {
    let source = AlertEvents((**state).clone());
    stream_events(&state.base, &state.streams, inspector.into_caller(), resume, source).await
}

/// A text within its bounds, in composed characters.
fn checked(field: &str, text: &str) -> Result<String> {
    match bounds::text_fault(field, text, MAX_TEXT) {
        Some(fault) => Err(Error::Invalid(vec![fault])),
        None => Ok(unicode::nfc(text)),
    }
}
