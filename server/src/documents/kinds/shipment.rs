//! A shipment: goods under a document that awaits the receiver's signature (S9, S10, Q21). The sender files it, the receiver
//! accepts it, or the sender takes it back; each is a document of its own.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use marking::status::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::fields::{MAX_NUMBER, words};
use crate::auth::Participant;
use crate::codes::SealLine;
use crate::documents::Documents;
use crate::documents::filing::{FilingContext, NamedUnits, file_content, refusal};
use crate::documents::http::{DOCUMENT_BYTES, Envelope, file_and_answer, fingerprint, none, run};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::store;
use crate::documents::units::Units;
use crate::http::{Listed, Page, Query, SentBody, id_in_path, problems};
use crate::ledger::Effect;
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Bin, Faults, InvalidBin, Names};

/// The kind of an acceptance.
const ACCEPT: &str = "accept";
/// The kind of a shipment's end by its sender.
const CANCEL: &str = "cancel-shipment";

inventory::submit! {
    KindEntry {
        slug: ShipmentRequest::SLUG,
        events: || vec![Event::Ship],
        routes: |routes| {
            routes.service(post_shipment).service(post_accept).service(post_cancel).service(list).service(get_one);
        },
    }
}
inventory::submit! {
    KindEntry { slug: ACCEPT, events: || vec![Event::Accept], routes: none }
}
inventory::submit! {
    KindEntry { slug: CANCEL, events: || vec![Event::CancelShipment], routes: none }
}

/// Goods go to another participant, who has to accept them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ShipmentRequest {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// BIN of the receiver.
    #[schema(example = "904000500001", pattern = "^[0-9]{12}$")]
    receiver: String,
    /// The sender's own number of the paper.
    #[schema(example = "WB-1024", max_length = 64)]
    number: Option<String>,
}

impl ShipmentRequest {
    /// Units to a receiver, under a number of the paper.
    pub(crate) fn new(id: Uuid, units: Units, receiver: String, number: String) -> Self {
        Self { id, units, receiver, number: Some(number) }
    }
}

impl Kind for ShipmentRequest {
    const SLUG: &'static str = "ship";

    type Checked = (Bin, Option<String>);

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, _: NaiveDate) -> Result<(Bin, Option<String>)> {
        let mut faults = Faults::default();
        let receiver = faults.keep("receiver", self.receiver.parse::<Bin>(), InvalidBin::slug);
        let number = words("number", self.number.as_deref(), MAX_NUMBER, &mut faults);
        faults.refuse()?;
        Ok((receiver.ok_or_else(|| Error::field("receiver", "field-required"))?, number))
    }

    async fn content(
        tx: &Transaction<'_>,
        filing: &FilingContext<'_>,
        (bin, number): (Bin, Option<String>),
    ) -> Result<Content> {
        let sender = filing.caller.participant.ok_or(Error::Forbidden("forbidden"))?;
        let receiver = registry::find_participant_by_bin(tx, bin).await?;
        let receiver = receiver.filter(|receiver| receiver.blocked_at.is_none());
        let receiver = receiver.ok_or_else(|| Error::field("receiver", "field-no-such-participant"))?;
        if receiver.number == sender {
            return Err(Error::field("receiver", "field-own-bin"));
        }
        let shipped = Effect::of(Event::Ship).leaving_packs();
        Ok(Content { number, receiver: Some(receiver.number), ..Content::plain(shipped) })
    }
}

/// Goods on their way from one participant to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shipment {
    /// The id of the document that began it.
    pub(crate) id: Uuid,
    /// The sender's number.
    pub(crate) sender: i32,
    /// The sender's BIN.
    pub(crate) sender_bin: String,
    /// The sender's name.
    pub(crate) sender_name: Names,
    /// The receiver's number.
    pub(crate) receiver: i32,
    /// The receiver's BIN.
    pub(crate) receiver_bin: String,
    /// The receiver's name.
    pub(crate) receiver_name: Names,
    /// Its state.
    pub(crate) state: ShipmentState,
    /// How many units.
    pub(crate) units: u32,
    /// When it began.
    pub(crate) sent_at: DateTime<Utc>,
    /// When its state changed last.
    pub(crate) changed_at: DateTime<Utc>,
    /// The sender's own number of the paper.
    pub(crate) number: Option<String>,
}

/// Where a shipment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ShipmentState {
    /// The receiver hasn't signed; the sender may take it back.
    Awaiting,
    /// The goods are the receiver's.
    Accepted,
    /// The goods stayed with the sender.
    Cancelled,
}

/// Which of a participant's shipments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Direction {
    /// Those that it gets.
    Incoming,
    /// Those that it sends.
    Outgoing,
}

impl ShipmentState {
    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Accepted => "accepted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        [Self::Awaiting, Self::Accepted, Self::Cancelled].into_iter().find(|state| state.slug() == slug)
    }
}

impl Shipment {
    /// Whether this participant may end it so: the receiver accepts (403 `only-receiver-accepts`), the sender cancels (403
    /// `only-sender-cancels`). To others there is no such shipment; one that has ended stays as it ended.
    pub(crate) fn may_end(&self, participant: i32, state: ShipmentState) -> Result<()> {
        let (side, slug) = match state {
            ShipmentState::Accepted => (self.receiver, "only-receiver-accepts"),
            _ => (self.sender, "only-sender-cancels"),
        };
        if ![self.sender, self.receiver].contains(&participant) {
            Err(Error::NotFound("not-found"))
        } else if side != participant {
            Err(Error::Forbidden(slug))
        } else if self.state == ShipmentState::Awaiting {
            Ok(())
        } else {
            Err(Error::conflict("shipment-ended"))
        }
    }
}

/// Ends a shipment in one way or the other; the same document again finds the shipment ended by itself. The caller commits.
///
/// 404 to others than sender and receiver, 403 to the one of them whose act it is not, 409 `shipment-ended`.
pub(crate) async fn end_shipment(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    shipment: Uuid,
    participant: i32,
    state: ShipmentState,
) -> Result<Shipment> {
    let found = store::lock_shipment(tx, shipment).await?.ok_or(Error::NotFound("not-found"))?;
    let filed = store::find_document(tx, filing.id).await?;
    if filed.is_none_or(|filed| filed.fingerprint != filing.fingerprint) {
        found.may_end(participant, state)?;
        let effect = match state {
            ShipmentState::Accepted => Effect::of(Event::Accept).handing_to(participant),
            _ => Effect::of(Event::CancelShipment),
        };
        let content = Content { about: Some(shipment), ..Content::of(effect, json!({ "shipment": shipment })) };
        let named = NamedUnits::OfDocument { id: shipment, holder: found.sender };
        if let Err((naming, refused)) = file_content(tx, filing, &content, named).await? {
            return Err(refusal(tx, filing, naming, &refused).await?);
        }
        store::set_state(tx, shipment, state.slug(), filing.now).await?;
    }
    find(tx, shipment).await
}

/// A shipment that exists.
async fn find(tx: &Transaction<'_>, id: Uuid) -> Result<Shipment> {
    store::find_shipment(tx, id).await?.ok_or_else(|| Error::internal("a shipment that was filed is gone"))
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
    state: web::Data<Documents>,
    sender: Participant,
    key: IdempotencyKey,
    body: SentBody<ShipmentRequest, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file_and_answer(&state, &sender, &key, "POST /v1/shipments", &body, async |tx, Receipt { id, seal, .. }| {
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
    let (kind, way) = match to {
        ShipmentState::Accepted => (ACCEPT, "accept"),
        _ => (CANCEL, "cancel"),
    };
    let fingerprint = fingerprint(participant, &format!("POST /v1/shipments/{shipment}/{way}"), &ending.value)?;
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
    state: web::Data<Documents>,
    participant: Participant,
    path: web::Path<String>,
) -> Result<web::Json<ShipmentAnswer>> {
    let found = store::find_shipment(&state.base.db.get().await?, id_in_path(&path)?).await?;
    let own = participant.number();
    let found = found.filter(|shipment| [shipment.sender, shipment.receiver].contains(&own));
    Ok(web::Json(found.ok_or(Error::NotFound("not-found"))?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> Names {
        Names { kk: "н".into(), ru: "н".into(), en: "n".into() }
    }

    fn shipment(state: ShipmentState) -> Shipment {
        Shipment {
            id: Uuid::nil(),
            sender: 1,
            sender_bin: "1".into(),
            sender_name: name(),
            receiver: 2,
            receiver_bin: "2".into(),
            receiver_name: name(),
            state,
            units: 1,
            sent_at: DateTime::UNIX_EPOCH,
            changed_at: DateTime::UNIX_EPOCH,
            number: None,
        }
    }

    /// S10, Q21, A6: the buyer signs, the seller withdraws, and only until the buyer has signed.
    #[test]
    fn the_receiver_accepts_and_the_sender_cancels_while_it_is_awaited() {
        let awaiting = shipment(ShipmentState::Awaiting);
        assert!(awaiting.may_end(2, ShipmentState::Accepted).is_ok());
        assert!(awaiting.may_end(1, ShipmentState::Cancelled).is_ok());
        let accepted_by_sender = awaiting.may_end(1, ShipmentState::Accepted);
        assert!(matches!(accepted_by_sender, Err(Error::Forbidden("only-receiver-accepts"))));
        let cancelled_by_receiver = awaiting.may_end(2, ShipmentState::Cancelled);
        assert!(matches!(cancelled_by_receiver, Err(Error::Forbidden("only-sender-cancels"))));
        let accepted = shipment(ShipmentState::Accepted);
        assert!(matches!(accepted.may_end(1, ShipmentState::Cancelled), Err(Error::Conflict("shipment-ended", _))));
    }

    /// X4: to a third participant there is no such shipment.
    #[test]
    fn others_do_not_learn_of_a_shipment() {
        let awaiting = shipment(ShipmentState::Awaiting);
        assert!(matches!(awaiting.may_end(3, ShipmentState::Accepted), Err(Error::NotFound(_))));
    }
}
