//! Decisions on an order that was placed: an operator approves or refuses it, its participant takes it back, its codes
//! leave the register.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::order::{Order, OrderState};
use super::ordering::{seal_key, take_places};
use super::store::order::{self as store, Decision};
use super::store::{place as places, quota as quotas};
use crate::keys::KeySet;
use crate::platform::db::Transaction;
use crate::platform::jobs::{self, RefreshOrder};
use crate::platform::problem::{Error, Result};
use crate::registry;

/// Approves an order that waits for it: from now on it has places and can be exported. One that is approved stays as it
/// is. The caller commits.
///
/// 404 `unknown-order`, 409 `order-decided` for a refused or voided one, 409 for a blocked participant, a card that is
/// not published any more and a sequence or share that is used up.
pub(crate) async fn approve(
    tx: &Transaction<'_>,
    keys: &KeySet,
    operator: Uuid,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Order> {
    let order = store::lock_order(tx, id).await?.ok_or(Error::NotFound("unknown-order"))?;
    match order.state {
        OrderState::AwaitingApproval => {}
        OrderState::Approved => return Ok(order),
        OrderState::Refused | OrderState::Voided => return Err(Error::conflict("order-decided")),
    }
    let orderer = registry::find_participant(tx, order.participant).await?;
    if orderer.is_none_or(|orderer| orderer.blocked_at.is_some()) {
        return Err(Error::conflict("participant-blocked"));
    }
    let product = registry::find_product(tx, order.gtin).await?;
    let product = product.filter(registry::Product::is_published);
    let product = product.ok_or_else(|| Error::conflict("product-not-published"))?;
    let limits = quotas::find_limits(tx, order.participant, order.gtin).await?;
    let places = take_places(tx, &product, order.participant, order.quantity, limits, now).await?;
    let key = seal_key(keys, order.group, now)?;
    let order = store::decide(tx, order.number, Decision::Approve { places, key }, operator, now).await?;
    jobs::append_refresh(tx, RefreshOrder { order: order.number, segments: Vec::new() }).await?;
    Ok(order)
}

/// Refuses an order that waits for approval. One that is refused stays as it is. The caller commits.
///
/// 404 `unknown-order`, 409 `order-decided`.
pub(crate) async fn refuse(
    tx: &Transaction<'_>,
    operator: Uuid,
    id: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Order> {
    let order = store::lock_order(tx, id).await?.ok_or(Error::NotFound("unknown-order"))?;
    match order.state {
        OrderState::AwaitingApproval => store::decide(tx, order.number, Decision::Refuse(reason), operator, now).await,
        OrderState::Refused => Ok(order),
        OrderState::Approved | OrderState::Voided => Err(Error::conflict("order-decided")),
    }
}

/// Takes back an order of which nobody can know a code; its places are used again by its participant. One that is
/// voided stays as it is. The caller commits, and has seen that it may.
///
/// 409 `order-exported`, 409 `order-decided` for a refused one.
pub(crate) async fn void(tx: &Transaction<'_>, by: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<Order> {
    let order = store::lock_order(tx, id).await?.ok_or(Error::NotFound("unknown-order"))?;
    if order.state == OrderState::Voided {
        return Ok(order);
    }
    order.check_voidable()?;
    places::give_back(tx, order.number).await?;
    store::decide(tx, order.number, Decision::Void, by, now).await
}

/// Marks an order whose codes are about to leave the register, so that it can't be voided any more. Nothing may leave
/// before the caller has committed. 409 `order-not-approved`.
pub(crate) async fn mark_exported(tx: &Transaction<'_>, order: Order, now: DateTime<Utc>) -> Result<Order> {
    order.check_usable()?;
    if order.exported_at.is_some() {
        return Ok(order);
    }
    if store::note_exported(tx, order.number, now).await? {
        Ok(Order { exported_at: Some(now), ..order })
    } else {
        Err(Error::conflict("order-not-approved"))
    }
}
