//! `POST /v1/scans`.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::scan::{MAX_ITEMS, NewScans, clock_error};
use crate::codes;
use crate::http::problems::{Always, Conflict, Sent};
use crate::http::{Body, ClientAddress};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::scans::Scans;

/// Routes of this capability.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(append_scans);
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScanReceipt)]
struct Receipt {
    /// Scans that are new.
    #[schema(example = 2)]
    stored: usize,
    /// Scans that were there already: nothing was changed.
    #[schema(example = 0)]
    already_stored: usize,
    /// When the batch was received, in UTC.
    received_at: DateTime<Utc>,
}

/// Keeps 1 to 100 scans, all or none; the answer means that they are on disk (Q27).
#[utoipa::path(tag = "scans", operation_id = "append_scans", request_body = NewScans, responses(
    (status = 201, description = "Kept, on disk", body = Receipt),
    Sent, Conflict, Always,
), security(()))]
#[post("/v1/scans")]
async fn append_scans(
    state: web::Data<Scans>,
    from: ClientAddress,
    Body(sent): Body<NewScans>,
) -> Result<HttpResponse> {
    if sent.items.len() > MAX_ITEMS {
        return Err(Error::TooLarge("too-many-items"));
    }
    if sent.items.is_empty() {
        return Err(Error::Invalid(vec![FieldFault::new("items", "field-required")]));
    }
    let received_at = state.base.clock.now();
    let faults = sent.faults(received_at);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let error = clock_error(sent.sent_at, received_at);
    let keys = state.keys.current();
    let scans = sent
        .items
        .into_iter()
        .map(|scan| {
            let location = codes::locate_cached(&state.seals, &keys, &scan.code, false);
            let taken_at = scan.corrected(error).unwrap_or(received_at);
            scan.kept(taken_at, &location, |place| state.regions.find(place.latitude, place.longitude))
        })
        .collect();
    let stored = state.committer.commit(scans, received_at, from.into()).await?;
    Ok(HttpResponse::Created().json(Receipt { stored: stored.new, already_stored: stored.known, received_at }))
}
