//! Alerts beside a report.

use actix_web::{get, web};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

use super::body::Alert;
use crate::alerts::Alerts;
use crate::alerts::store;
use crate::auth::Inspector;
use crate::http::{language, problems};
use crate::platform::audit::{self, Entry};
use crate::platform::problem::{Error, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_alerts_of_report);
}

/// Lists the alerts about the unit that a report names, and those that are linked with it; the likeliest first, at most
/// twenty. Each look is audited, since alerts hold places.
#[utoipa::path(
    tag = "alerts",
    operation_id = "list_alerts_of_report",
    params(("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123")),
    responses(
        (status = 200, description = "Alerts", body = Vec<Alert>),
        problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["inspector"])),
)]
#[get("/v1/inspector/reports/{number}/alerts")]
async fn list_alerts_of_report(
    state: web::Data<Alerts>,
    inspector: Inspector,
    number: web::Path<String>,
) -> Result<web::Json<Vec<Alert>>> {
    let region = inspector.region.as_deref().unwrap_or_default();
    let db = state.base.db.get().await?;
    if number.contains('\0') || !store::reports_exist(&db, &number, region).await? {
        return Err(Error::NotFound("not-found"));
    }
    let alerts = store::list_of_report(&db, &number, region).await?;
    let (actor, object, details) = (inspector.actor, format!("report:{number}"), json!({ "alerts": alerts.len() }));
    let action = "alerts.list-of-report";
    audit::append(&db, &Entry { at: state.base.clock.now(), actor, action, object, result: "done", details }).await?;
    let language = language::current();
    Ok(web::Json(alerts.iter().map(|kept| Alert::new(kept, &inspector, language)).collect()))
}
