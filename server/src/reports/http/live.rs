//! What inspectors need beside lists: the stream of what happens, and whom a report can be given to.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::Inspector;
use crate::http::{Query, problems};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::reports::Reports;
use crate::reports::store::Colleague;
use crate::reports::{inspect, stream};

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

/// Where a stream goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Resume {
    /// The last step that was seen, as the header `Last-Event-ID` has it.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// What happens to reports of the inspector's region, as server-sent events `report`: number, what happened (`received`,
/// `replied`, `reopened`, `assigned`, `taken-from-you`, `given-to-you`, `answered`, `decided`, `deleted`, `expired`), status
/// and region. The first event, `begin`, has the id to come back with. A stream ends within half a minute.
#[utoipa::path(
    tag = "reports",
    operation_id = "stream_reports",
    params(Resume, ("Last-Event-ID" = Option<i64>, Header, description = "The last step that was seen")),
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports/stream")]
async fn stream_reports(
    state: web::Data<Reports>,
    inspector: Inspector,
    request: HttpRequest,
    Query(resume): Query<Resume>,
) -> Result<HttpResponse> {
    let header =
        request.headers().get("Last-Event-ID").map(|value| value.to_str().ok().and_then(|id| id.trim().parse().ok()));
    let after = match header {
        Some(None) => {
            let faults = vec![FieldFault::new("Last-Event-ID", "field-not-a-number")];
            return Err(Error::Malformed("malformed-header", faults));
        }
        Some(id) => id,
        None => resume.after,
    };
    let region = inspector.region.clone().unwrap_or_default();
    let events = stream::follow(&state, region, inspector.account, after).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(events))
}
