//! Beginning and ending a shipment: each a document with an id of its own, done as a whole or not at all.

use uuid::Uuid;

use super::perform::{Filing, Wanted, perform};
use super::shipment::{Shipment, ShipmentState};
use super::store::{operation, shipment as store};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, Result};

/// Puts goods of a participant on their way to another one, who has to accept them. The caller commits.
pub(crate) async fn begin_shipment(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    wanted: Wanted,
    sender: i32,
    receiver: i32,
) -> Result<Shipment> {
    let Filing { id, now, .. } = filing;
    perform(tx, filing, wanted).await?;
    if store::find_shipment(tx, id).await?.is_none() {
        store::insert_shipment(tx, id, sender, receiver, now).await?;
    }
    let shipment = store::find_shipment(tx, id).await?;
    shipment.ok_or_else(|| Error::internal("a shipment that was begun is gone"))
}

/// Ends a shipment in one way or the other. The caller commits.
///
/// 404 to others than sender and receiver, 403 to the one of them whose act it is not, 409 `shipment-ended`.
pub(crate) async fn end_shipment(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    shipment: Uuid,
    participant: i32,
    state: ShipmentState,
) -> Result<Shipment> {
    let found = store::lock_shipment(tx, shipment).await?.ok_or(Error::NotFound("not-found"))?;
    let wanted = Wanted::Document { id: shipment, holder: found.sender };
    // The same document again finds the shipment ended by itself.
    let filed = operation::find_operation(tx, filing.id).await?;
    if filed.is_none_or(|filed| filed.fingerprint != filing.fingerprint) {
        found.may_end(participant, state)?;
        perform(tx, filing, wanted).await?;
        store::end_shipment(tx, shipment, state, filing.now).await?;
    }
    let shipment = store::find_shipment(tx, shipment).await?;
    shipment.ok_or_else(|| Error::internal("a shipment that has ended is gone"))
}
