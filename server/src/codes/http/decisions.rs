//! Decisions on orders over HTTP: an operator approves or refuses them, who placed one takes it back.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::orders::{OrderAnswer, answer, visible_order};
use crate::auth::{Caller, Member, Operator};
use crate::codes::Codes;
use crate::codes::deciding;
use crate::codes::order::Order;
use crate::http::{Body, id_in_path, problems};
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::Result;
use crate::registry::Faults;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_approve).service(post_refuse).service(post_void);
}

/// What is sent with a decision that needs no words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderDecision {}

/// What is sent to refuse an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderRefusal {
    /// Why; the participant reads it.
    #[schema(example = "More codes than goods are declared", min_length = 1, max_length = 500)]
    reason: String,
}

const MAX_REASON: usize = 500;

/// A decision on one order.
async fn decide(
    state: &Codes,
    caller: &Caller,
    key: &IdempotencyKey,
    (action, id, details): (&str, Uuid, Value),
    body: &impl Serialize,
    change: impl AsyncFnOnce(&Transaction<'_>, DateTime<Utc>) -> Result<Order>,
) -> Result<HttpResponse> {
    let command = Command { base: &state.base, author: caller, key, action, object: format!("order:{id}") };
    let run = command.run(body, async |tx, now| {
        let order = change(tx, now).await?;
        Ok(Done::with(answer(tx, &order).await?, details))
    });
    Ok(HttpResponse::Ok().json(run.await?))
}

/// Approves an order that awaits approval: its codes can be exported from now on. 409 `order-decided` when it was
/// refused or voided, 409 `sequence-exhausted` or `share-exhausted` when there are not enough places.
#[utoipa::path(
    tag = "codes",
    operation_id = "approve_order",
    params(
        ("id" = Uuid, Path, description = "The order's id"),
        IdempotencyKey,
    ),
    request_body = OrderDecision,
    responses(
        (status = 200, description = "Approved, now or before", body = OrderAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/orders/{id}/approve")]
async fn post_approve(
    state: web::Data<Codes>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(body): Body<OrderDecision>,
) -> Result<HttpResponse> {
    let (id, keys) = (id_in_path(&path)?, state.keys.current());
    let change = async |tx: &Transaction<'_>, now| deciding::approve(tx, &keys, operator.account, id, now).await;
    decide(&state, &operator, &key, ("codes.approve-order", id, json!({})), &body, change).await
}

/// Refuses an order that awaits approval, with a reason that its participant reads.
#[utoipa::path(
    tag = "codes",
    operation_id = "refuse_order",
    params(
        ("id" = Uuid, Path, description = "The order's id"),
        IdempotencyKey,
    ),
    request_body = OrderRefusal,
    responses(
        (status = 200, description = "Refused, now or before", body = OrderAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/orders/{id}/refuse")]
async fn post_refuse(
    state: web::Data<Codes>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(body): Body<OrderRefusal>,
) -> Result<HttpResponse> {
    let id = id_in_path(&path)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &body.reason, MAX_REASON);
    faults.refuse()?;
    let details = json!({ "reason": reason });
    let change = async |tx: &Transaction<'_>, now| deciding::refuse(tx, operator.account, id, &reason, now).await;
    decide(&state, &operator, &key, ("codes.refuse-order", id, details), &body, change).await
}

/// Takes an order back of which no code was exported, printed or applied. Its places of short serials or stamps are
/// used again by the same participant's next orders. 409 `order-exported` once a code may be known outside.
#[utoipa::path(
    tag = "codes",
    operation_id = "void_order",
    params(
        ("id" = Uuid, Path, description = "The order's id"),
        IdempotencyKey,
    ),
    request_body = OrderDecision,
    responses(
        (status = 200, description = "Voided, now or before", body = OrderAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[post("/v1/orders/{id}/void")]
async fn post_void(
    state: web::Data<Codes>,
    member: Member,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(body): Body<OrderDecision>,
) -> Result<HttpResponse> {
    let id = id_in_path(&path)?;
    let change = async |tx: &Transaction<'_>, now| {
        visible_order(tx, &member, &path).await?;
        deciding::void(tx, member.account, id, now).await
    };
    decide(&state, &member, &key, ("codes.void-order", id, json!({})), &body, change).await
}
