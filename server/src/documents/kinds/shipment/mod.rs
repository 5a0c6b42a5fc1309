//! A shipment: goods under a document that awaits the receiver's signature (S9, S10, Q21). The sender files it, the receiver
//! accepts it, or the sender takes it back; each is a document of its own.

mod http;
mod state;

use chrono::NaiveDate;
use marking::status::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{MAX_NUMBER, words};
use crate::documents::filing::{FilingContext, NamedUnits, file_content, refusal};
use crate::documents::http::none;
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::store;
use crate::documents::units::Units;
use crate::ledger::Effect;
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Bin, Faults, InvalidBin};

pub(crate) use state::{Direction, Shipment, ShipmentState};

/// The kind of an acceptance.
pub(crate) const ACCEPT: &str = "accept";
/// Where it is sent to.
const ACCEPT_ROUTE: &str = "/v1/shipments/{id}/accept";
/// The kind of a shipment's end by its sender.
const CANCEL: &str = "cancel-shipment";
/// Where it is sent to.
const CANCEL_ROUTE: &str = "/v1/shipments/{id}/cancel";

inventory::submit! {
    KindEntry {
        slug: ShipmentRequest::SLUG,
        route: ShipmentRequest::ROUTE,
        effects: || vec![(None, shipped())],
        routes: http::routes,
    }
}
inventory::submit! {
    KindEntry { slug: ACCEPT, route: ACCEPT_ROUTE, effects: || vec![(None, Effect::of(Event::Accept))], routes: none }
}
inventory::submit! {
    KindEntry { slug: CANCEL, route: CANCEL_ROUTE, effects: || vec![(None, Effect::of(Event::CancelShipment))], routes: none }
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

/// What a shipment does to units.
fn shipped() -> Effect {
    Effect::of(Event::Ship).leaving_packs()
}

impl Kind for ShipmentRequest {
    const SLUG: &'static str = "ship";
    const ROUTE: &'static str = "/v1/shipments";

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
        Ok(Content { number, receiver: Some(receiver.number), ..Content::plain(shipped()) })
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
