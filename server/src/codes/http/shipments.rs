//! Shipments over HTTP: a sender begins one, the receiver accepts it, or the sender takes it back (S9, S10, Q21).

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{DOCUMENT_BYTES, file, fingerprint};
use crate::auth::Participant;
use crate::codes::Codes;
use crate::codes::SealLine;
use crate::codes::deed::Deed;
use crate::codes::perform::Filing;
use crate::codes::reading::read_units_and_seals;
use crate::codes::request::{Document, Does, ShipmentRequest};
use crate::codes::shipment::{Direction, Shipment, ShipmentState};
use crate::codes::shipping::{begin_shipment, end_shipment};
use crate::codes::store::shipment as store;
use crate::http::{Body, Listed, Page, Query, id_in_path, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Names};

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
    /// Where it stands.
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

/// Ships goods to another participant: they are *shipped* until it accepts them, and nobody can do anything else with
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
    state: web::Data<Codes>,
    sender: Participant,
    key: IdempotencyKey,
    Body(document): Body<ShipmentRequest, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    let now = super::now(&state);
    let draft = document.draft(state.base.clock.today())?;
    let Does::Ship(bin) = draft.does else { return Err(Error::internal("a shipment has a receiver")) };
    let (wanted, seal) = read_units_and_seals(&state.keys.current(), document.units()).await?;
    let receiver = registry::find_participant_by_bin(&state.base.db.get().await?, bin).await?;
    let receiver = receiver.filter(|receiver| receiver.blocked_at.is_none());
    let receiver = receiver.ok_or_else(|| Error::field("receiver", "field-no-such-participant"))?;
    if receiver.number == sender.number() {
        return Err(Error::field("receiver", "field-own-bin"));
    }
    let (caller, id, deed) = (&*sender, document.id(), &Deed::Ship);
    let fingerprint = fingerprint(caller, ShipmentRequest::ROUTE, &document)?;
    let keys = state.keys.current();
    let filing = Filing { caller, id, deed, details: &draft.details, fingerprint: &fingerprint, now, keys: &keys };
    file(&state, &key, &document, filing, async |tx| {
        let begun = begin_shipment(tx, filing, wanted, sender.number(), receiver.number).await?;
        Ok(ShipmentAnswer { seal, ..begun.into() })
    })
    .await
}

/// Ends a shipment in one way or the other.
async fn end(
    state: &web::Data<Codes>,
    participant: &Participant,
    key: &IdempotencyKey,
    path: &str,
    ending: &Ending,
    to: ShipmentState,
) -> Result<HttpResponse> {
    let now = super::now(state);
    let shipment = id_in_path(path)?;
    let (deed, way) = match to {
        ShipmentState::Accepted => (Deed::Accept { receiver: participant.number() }, "accept"),
        _ => (Deed::CancelShipment, "cancel"),
    };
    let route = format!("POST /v1/shipments/{shipment}/{way}");
    let fingerprint = fingerprint(participant, &route, ending)?;
    let details = json!({ "shipment": shipment });
    let keys = state.keys.current();
    let filing = Filing {
        caller: participant,
        id: ending.id,
        deed: &deed,
        details: &details,
        fingerprint: &fingerprint,
        now,
        keys: &keys,
    };
    file(state, key, ending, filing, async |tx| {
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
    state: web::Data<Codes>,
    receiver: Participant,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(ending): Body<Ending>,
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
    state: web::Data<Codes>,
    sender: Participant,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(ending): Body<Ending>,
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
    state: web::Data<Codes>,
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

/// Tells a shipment to its sender and its receiver.
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
    state: web::Data<Codes>,
    participant: Participant,
    path: web::Path<String>,
) -> Result<web::Json<ShipmentAnswer>> {
    let found = store::find_shipment(&state.base.db.get().await?, id_in_path(&path)?).await?;
    let own = participant.number();
    let found = found.filter(|shipment| [shipment.sender, shipment.receiver].contains(&own));
    Ok(web::Json(found.ok_or(Error::NotFound("not-found"))?.into()))
}
