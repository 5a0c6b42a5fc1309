//! Placing an order: whose goods may be marked by whom, with which key, from which place of which sequence.

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::seal::KeyId;
use uuid::Uuid;

use super::order::{Order, check_price};
use super::place::Sequence;
use super::quota::Limits;
use super::store::order::{self as store, UnplacedOrder};
use super::store::place::{self as places, Demand};
use super::store::quota as quotas;
use crate::keys::KeySet;
use crate::platform::clock;
use crate::platform::db::Transaction;
use crate::platform::jobs::{self, RefreshOrder};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::{self, Participant, ParticipantRole, Product};

/// What is ordered; the quantity was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderRequest {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// The goods.
    pub(crate) gtin: Gtin,
    /// How many codes.
    pub(crate) quantity: u32,
    /// The price printed on tobacco, in tenge.
    pub(crate) price_tenge: Option<u32>,
}

/// Who places an order, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placer {
    /// The account.
    pub(crate) account: Uuid,
    /// Whether an operator places it, whose word is the approval.
    pub(crate) approves: bool,
    /// When.
    pub(crate) now: DateTime<Utc>,
}

/// Places an order, or finds the same one that was placed before. The caller commits.
///
/// Refuses who neither makes nor imports goods or is blocked (403), goods that are unknown, another's or not
/// published, a price where there is none and a missing one, another order with the same id, more codes than the
/// participant's quotas allow, a sequence that doesn't reach so far. An order that needs an operator's approval has no
/// places until then.
pub(crate) async fn place_order(
    tx: &Transaction<'_>,
    keys: &KeySet,
    placer: Placer,
    orderer: &Participant,
    request: OrderRequest,
) -> Result<Order> {
    let Placer { account, approves, now } = placer;
    quotas::hold_orderer(tx, orderer.number).await?;
    if let Some(placed) = store::find_order(tx, request.id).await? {
        return same(placed, orderer, request);
    }
    let product = registry::find_product(tx, request.gtin).await?;
    let product = may_order(orderer, product.as_ref())?;
    let group = product.group;
    let key = seal_key(keys, group, now)?;
    check_price(group, request.gtin, key, request.price_tenge)?;
    let limits = quotas::find_limits(tx, orderer.number, request.gtin).await?;
    let day_began = clock::start_of(clock::local(now).date_naive());
    let usage = quotas::find_usage(tx, orderer.number, request.gtin, day_began).await?;
    limits.check(usage, request.quantity, now)?;
    let is_granted = approves || !limits.needs_approval(group, request.quantity);
    let taken =
        if is_granted { take_places(tx, product, orderer.number, request.quantity, limits, now).await? } else { None };
    let new = UnplacedOrder {
        id: request.id,
        gtin: request.gtin,
        participant: orderer.number,
        group,
        quantity: request.quantity,
        key,
        price_tenge: request.price_tenge,
        created_by: account,
        created_at: now,
        approved: is_granted,
    };
    let order = store::insert_order(tx, &new, taken).await?.ok_or_else(id_taken)?;
    if is_granted {
        jobs::append_refresh(tx, RefreshOrder { order: order.number, segments: Vec::new() }).await?;
    }
    Ok(order)
}

/// The key that seals codes of a group now.
pub(super) fn seal_key(keys: &KeySet, group: Group, now: DateTime<Utc>) -> Result<KeyId> {
    let signer = keys.active_seal(group, now).ok_or_else(|| Error::Unavailable {
        slug: "keys-changing",
        source: format!("no key seals codes of {group}").into(),
    })?;
    Ok(signer.id())
}

/// Takes the places that an order of a product needs; none where serials need none.
pub(super) async fn take_places(
    tx: &Transaction<'_>,
    product: &Product,
    participant: i32,
    quantity: u32,
    limits: Limits,
    now: DateTime<Utc>,
) -> Result<Option<(Sequence, u64)>> {
    let Some(sequence) = Sequence::of(product.group, product.gtin) else { return Ok(None) };
    let registrant = matches!(sequence, Sequence::Gtin(_)).then_some(product.participant);
    let room = Sequence::room(product.group);
    let demand = Demand { sequence, room, participant, registrant, quantity, raised: limits.places };
    Ok(Some((sequence, places::take(tx, demand, now).await?)))
}

fn id_taken() -> Error {
    Error::Conflict("id-taken", vec![FieldFault::new("id", "field-id-taken")])
}

/// The order that stands, if it is what is wished for.
fn same(placed: Order, orderer: &Participant, request: OrderRequest) -> Result<Order> {
    let stands =
        OrderRequest { id: placed.id, gtin: placed.gtin, quantity: placed.quantity, price_tenge: placed.price_tenge };
    if stands == request && placed.participant == orderer.number { Ok(placed) } else { Err(id_taken()) }
}

/// Whether a participant may order codes for goods: for its own, and as an importer for foreign goods whose card
/// another one registered, since one card serves all who import them. Another's draft is as unknown as no card.
fn may_order<'a>(orderer: &Participant, product: Option<&'a Product>) -> Result<&'a Product> {
    if orderer.blocked_at.is_some() {
        return Err(Error::Forbidden("participant-blocked"));
    }
    if !orderer.registers_goods() {
        return Err(Error::Forbidden("registers-no-goods"));
    }
    let own = |product: &Product| product.participant == orderer.number;
    let product = product.filter(|product| own(product) || product.is_public());
    let product = product.ok_or_else(|| Error::field("gtin", "field-no-such-product"))?;
    if !own(product) && (product.country == "KZ" || !orderer.is(ParticipantRole::Importer)) {
        return Err(Error::field("gtin", "field-not-your-product"));
    }
    if !product.is_published() {
        return Err(Error::Conflict("product-not-published", vec![FieldFault::new("gtin", "field-not-published")]));
    }
    Ok(product)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::registry::{Names, ProductState};

    fn names() -> Names {
        Names { kk: "н".into(), ru: "н".into(), en: "n".into() }
    }

    fn participant(number: i32, role: ParticipantRole) -> Participant {
        let bin = "990140000384".parse().unwrap();
        let created_at = DateTime::UNIX_EPOCH;
        Participant {
            number,
            bin,
            name: names(),
            roles: vec![role],
            address: None,
            created_at,
            blocked_at: None,
            blocked_reason: None,
            gs1_prefixes: vec![],
        }
    }

    fn product(country: &str, state: ProductState) -> Product {
        Product {
            gtin: "04870001234560".parse().unwrap(),
            participant: 1,
            group: Group::Shoes,
            trade_name: names(),
            manufacturer: "m".into(),
            manufacturers: None,
            country: country.into(),
            hs_code: "6403".into(),
            attributes: serde_json::Map::new(),
            state,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn codes_are_ordered_for_own_published_goods() {
        let own = participant(1, ParticipantRole::Producer);
        assert!(may_order(&own, Some(&product("KZ", ProductState::Published))).is_ok());
        let draft = product("KZ", ProductState::Draft);
        assert!(matches!(may_order(&own, Some(&draft)), Err(Error::Conflict("product-not-published", _))));
        assert!(matches!(may_order(&own, None), Err(Error::Invalid(_))));
    }

    /// S15: an importer marks foreign goods, whoever registered their card; nobody marks another's domestic goods.
    #[test]
    fn importers_order_for_foreign_goods_and_nobody_for_anothers() {
        let importer = participant(2, ParticipantRole::Importer);
        assert!(may_order(&importer, Some(&product("IT", ProductState::Published))).is_ok());
        assert!(may_order(&importer, Some(&product("KZ", ProductState::Published))).is_err());
        let producer = participant(2, ParticipantRole::Producer);
        assert!(may_order(&producer, Some(&product("IT", ProductState::Published))).is_err());
        let Err(Error::Invalid(faults)) = may_order(&importer, Some(&product("IT", ProductState::Draft))) else {
            panic!("refused")
        };
        assert_eq!(faults[0].slug, "field-no-such-product");
    }

    #[test]
    fn who_sells_only_or_is_blocked_orders_nothing() {
        let shop = participant(1, ParticipantRole::Retailer);
        let goods = product("KZ", ProductState::Published);
        assert!(matches!(may_order(&shop, Some(&goods)), Err(Error::Forbidden("registers-no-goods"))));
        let blocked =
            Participant { blocked_at: Some(DateTime::UNIX_EPOCH), ..participant(1, ParticipantRole::Producer) };
        assert!(matches!(may_order(&blocked, Some(&goods)), Err(Error::Forbidden("participant-blocked"))));
    }
}
