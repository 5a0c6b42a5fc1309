//! What operators change of a participant over HTTP: block it and lift the block, set its GS1 prefixes.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bin_in_path;
use super::participants::{ParticipantAnswer, check_prefixes};
use crate::auth::Operator;
use crate::http::{Body, problems};
use crate::platform::Base;
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs::{self, RefreshParticipant};
use crate::platform::problem::{Error, Result};
use crate::registry::faults::Faults;
use crate::registry::participant::{Participant, read_prefixes};
use crate::registry::store;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_block).service(post_unblock).service(post_prefixes);
}

const MAX_REASON: usize = 500;

/// What is sent to block a participant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ParticipantBlock {
    /// Why; its people and operators read it.
    #[schema(example = "Liquidated", min_length = 1, max_length = 500)]
    reason: String,
}

/// What is sent to lift a block.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ParticipantUnblock {}

/// The GS1 company prefixes of a participant, all of them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ParticipantPrefixes {
    /// Prefixes, 4 to 12 digits each.
    #[schema(max_items = 20, example = json!(["4870001"]))]
    prefixes: Vec<String>,
}

/// Changes a participant under a key.
async fn change(
    base: &Base,
    operator: &Operator,
    key: &IdempotencyKey,
    (path, action): (&str, &'static str),
    body: &impl Serialize,
    details: Value,
    act: impl AsyncFnOnce(&Transaction<'_>, &Participant, DateTime<Utc>) -> Result<Participant>,
) -> Result<HttpResponse> {
    let bin = bin_in_path(path)?;
    let command = Command { base, author: &**operator, key, action, object: format!("participant:{bin}") };
    let run = command.run(body, async |tx, now| {
        let found = store::find_participant_by_bin(tx, bin).await?.ok_or(Error::NotFound("unknown-participant"))?;
        let changed = act(tx, &found, now).await?;
        jobs::append_refresh(tx, RefreshParticipant { participant: found.number }).await?;
        Ok(Done::with(ParticipantAnswer::from(changed), details))
    });
    Ok(HttpResponse::Ok().json(run.await?))
}

/// Blocks a participant: its people can't sign in, it orders no codes and files no documents, and nothing can be shipped
/// to it.
#[utoipa::path(
    tag = "registry",
    operation_id = "block_participant",
    params(
        ("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384"),
        IdempotencyKey,
    ),
    request_body = ParticipantBlock,
    responses(
        (status = 200, description = "Blocked, now or before", body = ParticipantAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants/{bin}/block")]
async fn post_block(
    base: web::Data<Base>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(block): Body<ParticipantBlock>,
) -> Result<HttpResponse> {
    let mut faults = Faults::default();
    let reason = faults.text("reason", &block.reason, MAX_REASON);
    faults.refuse()?;
    let details = json!({ "reason": reason });
    let what = (path.as_str(), "registry.block-participant");
    change(&base, &operator, &key, what, &block, details, async |tx, found, now| {
        store::set_blocked(tx, found.number, Some((now, &reason, operator.account))).await
    })
    .await
}

/// Lifts the block of a participant.
#[utoipa::path(
    tag = "registry",
    operation_id = "unblock_participant",
    params(
        ("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384"),
        IdempotencyKey,
    ),
    request_body = ParticipantUnblock,
    responses(
        (status = 200, description = "Not blocked, now or before", body = ParticipantAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants/{bin}/unblock")]
async fn post_unblock(
    base: web::Data<Base>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(body): Body<ParticipantUnblock>,
) -> Result<HttpResponse> {
    let what = (path.as_str(), "registry.unblock-participant");
    change(&base, &operator, &key, what, &body, json!({}), async |tx, found, _| {
        store::set_blocked(tx, found.number, None).await
    })
    .await
}

/// Sets the GS1 company prefixes of a participant: it numbers packs under these and no others. 409 `duplicate` when one
/// of them is another participant's.
#[utoipa::path(
    tag = "registry",
    operation_id = "set_gs1_prefixes",
    params(
        ("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384"),
        IdempotencyKey,
    ),
    request_body = ParticipantPrefixes,
    responses(
        (status = 200, description = "Set, now or before", body = ParticipantAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants/{bin}/prefixes")]
async fn post_prefixes(
    base: web::Data<Base>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(body): Body<ParticipantPrefixes>,
) -> Result<HttpResponse> {
    let mut faults = Faults::default();
    let prefixes = read_prefixes("prefixes", &body.prefixes, &mut faults);
    faults.refuse()?;
    let details = json!({ "prefixes": prefixes });
    let what = (path.as_str(), "registry.set-prefixes");
    change(&base, &operator, &key, what, &body, details, async |tx, found, _| {
        check_prefixes(tx, Some(found.number), "prefixes", &prefixes).await?;
        store::set_prefixes(tx, found.number, &prefixes).await
    })
    .await
}
