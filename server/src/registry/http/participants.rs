//! Participants over HTTP. Operators see and register all; a participant sees itself and nobody else (X4).

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bin_in_path;
use crate::app::App;
use crate::audit;
use crate::auth::{self, Member, Operator};
use crate::db::Transaction;
use crate::error::{Error, FieldFault, Result};
use crate::http::{Body, Listed, Page, Query, problems};
use crate::idempotency::{self, IdempotencyKey};
use crate::jobs::{self, Job};
use crate::registry::bin::Bin;
use crate::registry::names::Names;
use crate::registry::participant::{NewParticipant, Participant, ParticipantRole};
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
}

impl From<Participant> for ParticipantAnswer {
    fn from(participant: Participant) -> Self {
        let Participant { number: _, bin, name, roles, address, created_at, blocked_at } = participant;
        Self { bin, name, roles, address, created_at, blocked_at }
    }
}

/// Registers a participant: keeps it, and leaves the refresh of its card, in the caller's transaction.
/// 409 `duplicate` when its BIN is registered already.
pub(crate) async fn register(tx: &Transaction<'_>, new: &NewParticipant, now: DateTime<Utc>) -> Result<Participant> {
    let checked = new.check()?;
    let Some(participant) = store::insert_participant(tx, &checked, now).await? else {
        return Err(Error::Conflict("duplicate", vec![FieldFault::new("bin", "field-id-taken")]));
    };
    jobs::append(tx, &Job::RefreshParticipant { participant: participant.number }).await?;
    Ok(participant)
}

/// Registers a participant.
#[utoipa::path(
    tag = "registry",
    operation_id = "register_participant",
    params(("Idempotency-Key" = String, Header, min_length = 8, max_length = 64, pattern = "^[!-~]{8,64}$",
        description = "The same key again gives the same answer and changes nothing")),
    request_body = NewParticipant,
    responses(
        (status = 201, description = "Registered", body = ParticipantAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants")]
async fn post_participant(
    app: web::Data<App>,
    operator: Operator,
    key: IdempotencyKey,
    Body(new): Body<NewParticipant>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let caller = operator.actor.who.to_string();
    let mut db = app.db.get().await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let answer = idempotency::once(&tx, &caller, &key, "POST /v1/participants", &new, now, async || {
        let participant = register(&tx, &new, now).await?;
        let entry = audit::Entry {
            at: now,
            actor: operator.actor,
            action: "registry.register-participant",
            object: format!("participant:{}", participant.bin),
            result: "done",
            details: json!({ "roles": participant.roles }),
        };
        audit::append(&tx, &entry).await?;
        Ok(ParticipantAnswer::from(participant))
    })
    .await?;
    tx.commit().await?;
    app.wake.notify_one();
    Ok(HttpResponse::Created().json(answer))
}

/// Lists participants: all of them for operators, oneself for a participant.
#[utoipa::path(
    tag = "registry",
    operation_id = "list_participants",
    params(Page),
    responses(
        (status = 200, description = "A page in the order of registration", body = Listed<ParticipantAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/participants")]
async fn list(
    app: web::Data<App>,
    member: Member,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ParticipantAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<i32>()?.unwrap_or_default());
    let db = app.db.get().await?;
    let rows = store::list_participants(&db, member.participant, after, limit + 1).await?;
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
    app: web::Data<App>,
    member: Member,
    path: web::Path<String>,
) -> Result<web::Json<ParticipantAnswer>> {
    let bin = bin_in_path(&path)?;
    let db = app.db.get().await?;
    let found = match member.participant {
        Some(own) => store::find_participant(&db, own).await?.filter(|participant| participant.bin == bin),
        None => store::find_participant_by_bin(&db, bin).await?,
    };
    found.map(|participant| web::Json(participant.into())).ok_or(Error::NotFound("unknown-participant"))
}
