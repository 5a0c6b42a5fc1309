//! What inspectors need beside lists: the stream of what happens, and whom a report can be given to.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::{Inspector, Resume, stream_events};
use crate::http::problems;
use crate::inspection::Colleague;
use crate::platform::problem::Result;
use crate::reports::Reports;
use crate::reports::inspect;
use crate::reports::stream::ReportEvents;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(stream_reports).service(list_colleagues);
}

/// An inspector whom a report can be given to.
#[derive(Debug, Serialize, ToSchema)]
struct ColleagueLine {
    /// The account.
    account: Uuid,
    /// The login.
    #[schema(example = "dana")]
    login: String,
    /// KATO code of their region.
    #[schema(example = "750000000")]
    region: Option<String>,
}

/// Inspectors whom a report or an alert can be given to, those of the caller's region first.
#[utoipa::path(
    tag = "reports",
    operation_id = "list_colleagues",
    responses(
        (status = 200, description = "Inspectors but the caller", body = Vec<ColleagueLine>),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/colleagues")]
async fn list_colleagues(state: web::Data<Reports>, inspector: Inspector) -> Result<web::Json<Vec<ColleagueLine>>> {
    let all = inspect::list_colleagues(&state, &inspector).await?;
    let line = |Colleague { account, login, region }| ColleagueLine { account, login, region };
    Ok(web::Json(all.into_iter().map(line).collect()))
}

/// What happens to reports of the inspector's region, as server-sent events `report`: number, what happened (`received`,
/// `replied`, `reopened`, `assigned`, `taken-from-you`, `given-to-you`, `answered`, `decided`, `deleted`, `expired`), status
/// and region. The first event, `begin`, has the id to come back with. A stream ends after 25 s,
/// or within seconds when the session ends; an account has eight streams at a time.
#[utoipa::path(
    tag = "reports",
    operation_id = "stream_reports",
    params(Resume),
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports/stream")]
async fn stream_reports(state: web::Data<Reports>, inspector: Inspector, resume: Resume) -> Result<HttpResponse> {
    let source = ReportEvents((**state).clone());
    stream_events(&state.base, &state.streams, inspector.into_caller(), resume, source).await
}
