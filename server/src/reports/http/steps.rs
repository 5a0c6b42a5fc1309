//! The steps that inspectors can take with a report: to take it, write to its author, decide it.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{NewMessage, checked};
use crate::auth::Inspector;
use crate::http::{Body, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::platform::unicode;
use crate::reports::Reports;
use crate::reports::draft::text_faults;
use crate::reports::follow::Progress;
use crate::reports::inspect;
use crate::reports::status::Decision;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_assignment).service(post_message).service(post_decision);
}

/// Who gets a report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assignment {
    /// The account of a colleague, of any region; the caller when left out.
    to: Option<Uuid>,
    /// Why. Needed when the report is a colleague's, who reads it; its author doesn't.
    #[schema(max_length = 1000, example = "Serik is on leave until Monday.")]
    reason: Option<String>,
}

/// Longest reason of a hand-over, in characters.
const MAX_REASON: usize = 1_000;

/// Takes a report, or hands it to a colleague; a report goes to the region of who gets it. What a colleague has is taken or
/// handed on with a reason only: 422 `field-reason-needed`.
#[utoipa::path(
    tag = "reports",
    operation_id = "assign_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        IdempotencyKey,
    ),
    request_body = Assignment,
    responses(
        (status = 200, description = "Assigned", body = Progress),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/inspector/reports/{number}/assign")]
async fn post_assignment(
    state: web::Data<Reports>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(assignment): Body<Assignment>,
) -> Result<web::Json<Progress>> {
    let reason = assignment.reason.map(|reason| unicode::nfc(reason.trim())).filter(|reason| !reason.is_empty());
    let faults = reason.as_deref().map(|reason| text_faults("reason", reason, MAX_REASON)).unwrap_or_default();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    Ok(web::Json(inspect::assign(&state, &inspector, &path, &key, assignment.to, reason.as_deref()).await?))
}

/// Writes to the report's author; takes the report if nobody has.
#[utoipa::path(
    tag = "reports",
    operation_id = "answer_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        IdempotencyKey,
    ),
    request_body = NewMessage,
    responses(
        (status = 201, description = "Sent", body = Progress),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/inspector/reports/{number}/messages")]
async fn post_message(
    state: web::Data<Reports>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(message): Body<NewMessage>,
) -> Result<HttpResponse> {
    let text = message.check()?;
    Ok(HttpResponse::Created().json(inspect::write(&state, &inspector, &path, &key, &text).await?))
}

/// What an inspector has found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// The decision.
    decision: Decision,
    /// What its author is told.
    #[schema(min_length = 1, max_length = 4000, example = "The goods were taken off the shelf. Thank you.")]
    message: String,
}

/// Decides a report, or asks its author something; takes the report if nobody has.
#[utoipa::path(
    tag = "reports",
    operation_id = "decide_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        IdempotencyKey,
    ),
    request_body = NewDecision,
    responses(
        (status = 200, description = "Decided", body = Progress),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[post("/v1/inspector/reports/{number}/decision")]
async fn post_decision(
    state: web::Data<Reports>,
    inspector: Inspector,
    path: web::Path<String>,
    key: IdempotencyKey,
    Body(new): Body<NewDecision>,
) -> Result<web::Json<Progress>> {
    let text = checked("message", &new.message)?;
    Ok(web::Json(inspect::decide(&state, &inspector, &path, &key, new.decision, &text).await?))
}
