//! Participants over HTTP. Operators see and register all; a participant sees itself and nobody else (X4).

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::bin_in_path;
use crate::auth::{Member, Operator};
use crate::http::{Body, Listed, Page, Query, problems, search_text};
use crate::platform::Base;
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs::{self, RefreshParticipant};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::bin::Bin;
use crate::registry::names::Names;
use crate::registry::participant::{NewParticipant, Participant, ParticipantRole};
use crate::registry::prefix::Gs1Prefix;
use crate::registry::store;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_participant).service(list).service(get_participant);
}

/// A participant as operators and its own people see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Participant)]
pub(crate) struct ParticipantAnswer {
    /// BIN or IIN.
    #[schema(value_type = String, example = "990140000384")]
    bin: Bin,
    /// Name.
    name: Names,
    /// What it does.
    roles: Vec<ParticipantRole>,
    /// Where it is.
    address: Option<String>,
    /// When it was registered.
    created_at: DateTime<Utc>,
    /// Since when it may do nothing.
    blocked_at: Option<DateTime<Utc>>,
    /// Why it may do nothing.
    blocked_reason: Option<String>,
    /// The GS1 company prefixes under which it numbers packs.
    #[schema(value_type = Vec<String>, example = json!(["4870001"]))]
    gs1_prefixes: Vec<Gs1Prefix>,
}

impl From<Participant> for ParticipantAnswer {
    fn from(participant: Participant) -> Self {
        let Participant { number: _, bin, name, roles, address, created_at, blocked_at, blocked_reason, gs1_prefixes } =
            participant;
        Self { bin, name, roles, address, created_at, blocked_at, blocked_reason, gs1_prefixes }
    }
}

/// Registers a participant: keeps it, and leaves the refresh of its card, in the caller's transaction.
/// 409 `duplicate` when its BIN or a GS1 prefix of it is registered already.
pub(crate) async fn register(tx: &Transaction<'_>, new: &NewParticipant, now: DateTime<Utc>) -> Result<Participant> {
    let checked = new.check()?;
    if !checked.gs1_prefixes.is_empty() {
        check_prefixes(tx, None, "gs1_prefixes", &checked.gs1_prefixes).await?;
    }
    let Some(participant) = store::insert_participant(tx, &checked, now).await? else {
        return Err(Error::Conflict("duplicate", vec![FieldFault::new("bin", "field-id-taken")]));
    };
    jobs::append_refresh(tx, RefreshParticipant { participant: participant.number }).await?;
    Ok(participant)
}

/// Refuses prefixes that are another participant's: 409 `duplicate` with the place of each.
pub(super) async fn check_prefixes(
    tx: &Transaction<'_>,
    of: Option<i32>,
    field: &str,
    prefixes: &[Gs1Prefix],
) -> Result<()> {
    let others = store::hold_prefixes(tx, of).await?;
    let is_taken = |prefix: &Gs1Prefix| others.iter().any(|other| other.overlaps(prefix));
    let taken = prefixes.iter().enumerate().filter(|(_, prefix)| is_taken(prefix));
    let faults: Vec<FieldFault> =
        taken.map(|(at, _)| FieldFault::new(format!("{field}[{at}]"), "field-prefix-taken")).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Conflict("duplicate", faults)) }
}

/// Registers a participant.
#[utoipa::path(
    tag = "registry",
    operation_id = "register_participant",
    params(IdempotencyKey),
    request_body = NewParticipant,
    responses(
        (status = 201, description = "Registered", body = ParticipantAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants")]
async fn post_participant(
    base: web::Data<Base>,
    operator: Operator,
    key: IdempotencyKey,
    Body(new): Body<NewParticipant>,
) -> Result<HttpResponse> {
    let object = format!("participant:{}", new.bin);
    let action = "registry.register-participant";
    let command = Command { base: &base, author: &*operator, key: &key, action, object };
    let run = command.run(&new, async |tx, now| {
        let participant = register(tx, &new, now).await?;
        let details = json!({ "roles": participant.roles });
        Ok(Done::with(ParticipantAnswer::from(participant), details))
    });
    Ok(HttpResponse::Created().json(run.await?))
}

/// Which participants are asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ParticipantFilter {
    /// Only whose name or BIN holds these letters.
    #[param(max_length = 100, example = "Алатау")]
    search: Option<String>,
}

/// Lists participants: all of them for operators, oneself for a participant.
#[utoipa::path(
    tag = "registry",
    operation_id = "list_participants",
    params(ParticipantFilter, Page),
    responses(
        (status = 200, description = "A page in the order of registration", body = Listed<ParticipantAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/participants")]
async fn list(
    base: web::Data<Base>,
    member: Member,
    Query(filter): Query<ParticipantFilter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ParticipantAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<i32>()?.unwrap_or_default());
    let search = search_text(filter.search.as_deref())?;
    let db = base.db.get().await?;
    let rows = store::list_participants(&db, member.participant, search.as_deref(), after, limit + 1).await?;
    let page = Listed::cut(rows, limit, |participant| participant.number.to_string());
    Ok(web::Json(page.map(ParticipantAnswer::from)))
}

/// One participant. To a participant, anyone but itself is as unknown as a number that nobody has.
#[utoipa::path(
    tag = "registry",
    operation_id = "get_participant",
    params(("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384")),
    responses(
        (status = 200, description = "The participant", body = ParticipantAnswer),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/participants/{bin}")]
async fn get_participant(
    base: web::Data<Base>,
    member: Member,
    path: web::Path<String>,
) -> Result<web::Json<ParticipantAnswer>> {
    let bin = bin_in_path(&path)?;
    let db = base.db.get().await?;
    let found = match member.participant {
        Some(own) => store::find_participant(&db, own).await?.filter(|participant| participant.bin == bin),
        None => store::find_participant_by_bin(&db, bin).await?,
    };
    found.map(|participant| web::Json(participant.into())).ok_or(Error::NotFound("unknown-participant"))
}
