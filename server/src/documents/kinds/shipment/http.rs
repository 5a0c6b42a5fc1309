//! Shipments over HTTP.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{
    ACCEPT, ACCEPT_ROUTE, CANCEL, CANCEL_ROUTE, Direction, Shipment, ShipmentRequest, ShipmentState, end_shipment, find,
};
use crate::auth::Participant;
use crate::codes::SealLine;
use crate::documents::Documents;
use crate::documents::http::{DOCUMENT_BYTES, Envelope, file_and_answer, fingerprint, run};
use crate::documents::receipt::Receipt;
use crate::documents::store;
use crate::http::{Listed, Page, Query, SentBody, id_in_path, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_shipment).service(post_accept).service(post_cancel).service(list).service(get_one);
}

/// A shipment as sender and receiver see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Shipment)]
struct ShipmentAnswer {
    /// The sender's own id of the document.
    id: Uuid,
    /// BIN of the sender.
    #[schema(example = "990140000384")]
    sender: String,
    /// Name of the sender.
    sender_name: Names,
    /// BIN of the receiver.
    #[schema(example = "904000500001")]
    receiver: String,
    /// Name of the receiver.
    receiver_name: Names,
    /// Its state.
    state: ShipmentState,
    /// How many units.
    #[schema(example = 240)]
    units: u32,
    /// The sender's own number of the paper.
    number: Option<String>,
    /// When it began.
    sent_at: DateTime<Utc>,
    /// When its state changed last.
    changed_at: DateTime<Utc>,
    /// In the answer to the document: `not-checked` when one of its units was named without a seal, by GTIN and serial
    /// alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal: Option<SealLine>,
}

impl From<Shipment> for ShipmentAnswer {
    fn from(shipment: Shipment) -> Self {
        Self {
            id: shipment.id,
            sender: shipment.sender_bin,
            sender_name: shipment.sender_name,
            receiver: shipment.receiver_bin,
            receiver_name: shipment.receiver_name,
            state: shipment.state,
            units: shipment.units,
            number: shipment.number,
            sent_at: shipment.sent_at,
            changed_at: shipment.changed_at,
            seal: None,
        }
    }
}

/// The document that ends a shipment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct Ending {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
}

/// Ships goods to another participant: they are *shipped* until it accepts them, and nothing else can be done with
/// them meanwhile. They stay the sender's until then.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_shipment",
    params(IdempotencyKey),
    request_body = ShipmentRequest,
    responses(
        (status = 201, description = "Filed, now or before", body = ShipmentAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/shipments")]
async fn post_shipment(
    state: web::Data<Documents>,
    sender: Participant,
    key: IdempotencyKey,
    body: SentBody<ShipmentRequest, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file_and_answer(&state, &sender, &key, &body, async |tx, Receipt { id, seal, .. }| {
        Ok(ShipmentAnswer { seal, ..find(tx, id).await?.into() })
    })
    .await
}

/// Ends a shipment in one way or the other.
async fn end(
    state: &Documents,
    participant: &Participant,
    key: &IdempotencyKey,
    path: &str,
    ending: &SentBody<Ending>,
    to: ShipmentState,
) -> Result<HttpResponse> {
    let shipment = id_in_path(path)?;
    let (kind, route) = match to {
        ShipmentState::Accepted => (ACCEPT, ACCEPT_ROUTE),
        _ => (CANCEL, CANCEL_ROUTE),
    };
    let path = route.replace("{id}", &shipment.to_string());
    let fingerprint = fingerprint(participant, &path, &ending.value)?;
    let keys = state.keys.current();
    let envelope = Envelope { id: ending.value.id, kind, sent: ending.bytes.as_ref(), fingerprint: &fingerprint };
    let filing = envelope.filing(state, participant, &keys);
    run(state, key, &ending.value, filing, async |tx| {
        end_shipment(tx, filing, shipment, participant.number(), to).await.map(ShipmentAnswer::from)
    })
    .await
}

/// Accepts a shipment: its goods are the receiver's and *in-circulation* from now on. 403 `only-receiver-accepts` to the
/// sender.
#[utoipa::path(
    tag = "codes",
    operation_id = "accept_shipment",
    params(
        ("id" = Uuid, Path, description = "The shipment's id"),
        IdempotencyKey,
    ),
    request_body = Ending,
    responses(
        (status = 201, description = "Accepted, now or before", body = ShipmentAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/shipments/{id}/accept")]
async fn post_accept(
    state: web::Data<Documents>,
    receiver: Participant,
    key: IdempotencyKey,
    path: web::Path<String>,
    ending: SentBody<Ending>,
) -> Result<HttpResponse> {
    end(&state, &receiver, &key, &path, &ending, ShipmentState::Accepted).await
}

/// Takes a shipment back that the receiver hasn't accepted: its goods are *in-circulation* and the sender's. 403
/// `only-sender-cancels` to the receiver.
#[utoipa::path(
    tag = "codes",
    operation_id = "cancel_shipment",
    params(
        ("id" = Uuid, Path, description = "The shipment's id"),
        IdempotencyKey,
    ),
    request_body = Ending,
    responses(
        (status = 201, description = "Cancelled, now or before", body = ShipmentAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/shipments/{id}/cancel")]
async fn post_cancel(
    state: web::Data<Documents>,
    sender: Participant,
    key: IdempotencyKey,
    path: web::Path<String>,
    ending: SentBody<Ending>,
) -> Result<HttpResponse> {
    end(&state, &sender, &key, &path, &ending, ShipmentState::Cancelled).await
}

/// Which shipments are asked for.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those that come in, or only those that go out.
    #[param(inline)]
    direction: Option<Direction>,
    /// In this state only.
    #[param(inline)]
    state: Option<ShipmentState>,
}

/// Lists the participant's shipments, newest first.
#[utoipa::path(
    tag = "codes",
    operation_id = "list_shipments",
    params(Filter, Page),
    responses(
        (status = 200, description = "A page of shipments", body = Listed<ShipmentAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[get("/v1/shipments")]
async fn list(
    state: web::Data<Documents>,
    participant: Participant,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<ShipmentAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<Uuid>()?);
    let db = state.base.db.get().await?;
    let own = participant.number();
    let after = match after {
        None => None,
        Some(id) => {
            let last = store::find_shipment(&db, id).await?;
            let last = last.filter(|last| [last.sender, last.receiver].contains(&own));
            Some(last.map(|last| (last.sent_at, last.id)).ok_or_else(|| Error::malformed("invalid-cursor"))?)
        }
    };
    let rows = store::list_shipments(&db, own, filter.direction, filter.state, after, limit + 1).await?;
    Ok(web::Json(Listed::cut(rows, limit, |shipment| shipment.id.to_string()).map(ShipmentAnswer::from)))
}

/// Shows a shipment to its sender and its receiver.
#[utoipa::path(
    tag = "codes",
    operation_id = "get_shipment",
    params(("id" = Uuid, Path, description = "The shipment's id")),
    responses(
        (status = 200, description = "The shipment", body = ShipmentAnswer),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[get("/v1/shipments/{id}")]
async fn get_one(
    state: web::Data<Documents>,
    participant: Participant,
    path: web::Path<String>,
) -> Result<web::Json<ShipmentAnswer>> {
    let found = store::find_shipment(&state.base.db.get().await?, id_in_path(&path)?).await?;
    let own = participant.number();
    let found = found.filter(|shipment| [shipment.sender, shipment.receiver].contains(&own));
    Ok(web::Json(found.ok_or(Error::NotFound("not-found"))?.into()))
}
