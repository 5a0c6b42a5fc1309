//! Orders that the server itself places, as the demo does.

use super::Codes;
use super::deciding::mark_exported;
use super::order::Order;
use super::ordering::{OrderRequest, Placer, place_order};
use super::store::order as orders;
use crate::auth::Caller;
use crate::platform::problem::{Error, Result};
use crate::registry;

/// Places an order that is approved at once, or finds the one that was placed under this id. Its labels are public.
pub(crate) async fn place_approved(state: &Codes, caller: &Caller, request: OrderRequest) -> Result<Order> {
    let mut db = state.base.db.get().await?;
    if let Some(order) = orders::find_order(&db, request.id).await? {
        return Ok(order);
    }
    let participant = caller.participant.ok_or(Error::Forbidden("forbidden"))?;
    let orderer = registry::find_participant(&db, participant).await?;
    let orderer = orderer.ok_or(Error::NotFound("unknown-participant"))?;
    let keys = state.keys.current();
    let tx = db.transaction().await?;
    let now = state.base.clock.now();
    let placer = Placer { account: caller.account, approves: true, now };
    let order = place_order(&tx, &keys, placer, &orderer, request).await?;
    let order = mark_exported(&tx, order, now).await?;
    tx.commit().await?;
    Ok(order)
}
