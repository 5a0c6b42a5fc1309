//! Orders, and the sequences from which orders of short serials and of stamps take their places.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::seal::KeyId;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{gtin, gtin_column, signed, unsigned};
use crate::codes::order::{Order, OrderState};
use crate::codes::place::{Place, Sequence, UnitPlace};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

const ORDER: &str = "number, id, gtin, participant, product_group, quantity, first_place, key_id, price_tenge, \
    created_at, state, decided_at, reason, exported_at, applied";

fn order(row: &Row) -> Result<Order> {
    let state: &str = row.get(10);
    Ok(Order {
        number: unsigned(row.get(0))?,
        id: row.get(1),
        gtin: gtin(row.get(2))?,
        participant: row.get(3),
        group: row.get::<_, &str>(4).parse().map_err(Error::internal)?,
        quantity: unsigned(row.get(5))?,
        first_place: row.get::<_, Option<i64>>(6).map(u64::try_from).transpose().map_err(Error::internal)?,
        key: row.get::<_, &str>(7).parse().map_err(Error::internal)?,
        price_tenge: row.get::<_, Option<i32>>(8).map(unsigned).transpose()?,
        created_at: row.get(9),
        state: OrderState::find(state).ok_or_else(|| Error::internal(format!("the state of an order is {state}")))?,
        decided_at: row.get(11),
        reason: row.get(12),
        exported_at: row.get(13),
        applied: unsigned(row.get(14))?,
    })
}

/// An order that is not placed yet.
#[derive(Clone, Debug)]
pub(crate) struct UnplacedOrder {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// The goods.
    pub(crate) gtin: Gtin,
    /// Who orders.
    pub(crate) participant: i32,
    /// The goods' group.
    pub(crate) group: Group,
    /// How many codes.
    pub(crate) quantity: u32,
    /// The key that will seal them.
    pub(crate) key: KeyId,
    /// The price printed on tobacco, in tenge.
    pub(crate) price_tenge: Option<u32>,
    /// The account that placed it.
    pub(crate) created_by: Uuid,
    /// When.
    pub(crate) created_at: DateTime<Utc>,
    /// Whether its codes may be used at once.
    pub(crate) approved: bool,
}

/// How many orders each key seals, and how many codes they hold, by the key's name.
pub(crate) async fn count_by_key(db: &impl GenericClient) -> Result<HashMap<String, (i64, i64)>> {
    let count = db
        .prepare_cached(
            "-- codes::count_by_key
             SELECT key_id, count(*), sum(quantity)::bigint FROM code_order GROUP BY key_id",
        )
        .await?;
    Ok(db.query(&count, &[]).await?.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// Places an order; `None` when its id is taken: then nothing has changed. Waits for another one with the same id.
pub(crate) async fn insert_order(
    tx: &Transaction<'_>,
    new: &UnplacedOrder,
    places: Option<(Sequence, u64)>,
) -> Result<Option<Order>> {
    let insert = tx
        .prepare_cached(&format!(
            "-- codes::insert_order
             INSERT INTO code_order (id, gtin, participant, product_group, quantity, sequence, first_place, key_id,
                                     price_tenge, created_by, created_at, state, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (id) DO NOTHING RETURNING {ORDER}"
        ))
        .await?;
    let (sequence, first) = places.unzip();
    let sequence = sequence.map(|sequence| sequence.to_string());
    let first = first.map(i64::try_from).transpose().map_err(Error::internal)?;
    let price = new.price_tenge.map(signed).transpose()?;
    let state = if new.approved { OrderState::Approved } else { OrderState::AwaitingApproval };
    let decided_at = new.approved.then_some(new.created_at);
    let row = tx
        .query_opt(
            &insert,
            &[
                &new.id,
                &gtin_column(new.gtin),
                &new.participant,
                &new.group.slug(),
                &signed(new.quantity)?,
                &sequence,
                &first,
                &new.key.as_str(),
                &price,
                &new.created_by,
                &new.created_at,
                &state.slug(),
                &decided_at,
            ],
        )
        .await?;
    row.as_ref().map(order).transpose()
}

/// The order with this id, held until the transaction ends: neither a decision nor a document comes in between.
pub(crate) async fn lock_order(tx: &Transaction<'_>, id: Uuid) -> Result<Option<Order>> {
    let lock = tx
        .prepare_cached(&format!(
            "-- codes::lock_order_by_id\n SELECT {ORDER} FROM code_order WHERE id = $1 FOR UPDATE"
        ))
        .await?;
    tx.query_opt(&lock, &[&id]).await?.as_ref().map(order).transpose()
}

/// What becomes of an order that is decided on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decision<'a> {
    /// Its codes may be used: they have these places and this key.
    Approve {
        /// The first place in a sequence.
        places: Option<(Sequence, u64)>,
        /// The key that seals them.
        key: KeyId,
    },
    /// It is refused for this reason.
    Refuse(&'a str),
    /// It is taken back, and has no places any more.
    Void,
}

/// Writes down a decision on an order that the caller holds.
pub(crate) async fn decide(
    tx: &Transaction<'_>,
    number: u32,
    decision: Decision<'_>,
    by: Uuid,
    at: DateTime<Utc>,
) -> Result<Order> {
    let (state, places, key, reason) = match decision {
        Decision::Approve { places, key } => (OrderState::Approved, places, Some(key), None),
        Decision::Refuse(reason) => (OrderState::Refused, None, None, Some(reason)),
        Decision::Void => (OrderState::Voided, None, None, None),
    };
    let (sequence, first) = places.unzip();
    let sequence = sequence.map(|sequence| sequence.to_string());
    let first = first.map(i64::try_from).transpose().map_err(Error::internal)?;
    let update = tx
        .prepare_cached(&format!(
            "-- codes::decide
             UPDATE code_order SET state = $2, sequence = $3, first_place = $4, key_id = coalesce($5, key_id), reason = $6,
                 decided_by = $7, decided_at = $8
             WHERE number = $1 RETURNING {ORDER}"
        ))
        .await?;
    let key = key.as_ref().map(KeyId::as_str);
    let row =
        tx.query_one(&update, &[&signed(number)?, &state.slug(), &sequence, &first, &key, &reason, &by, &at]).await?;
    order(&row)
}

/// Notes that codes of an order are about to leave the register. False when its codes may not be used.
pub(crate) async fn note_exported(tx: &Transaction<'_>, number: u32, at: DateTime<Utc>) -> Result<bool> {
    let note = tx
        .prepare_cached(
            "-- codes::note_exported
             UPDATE code_order SET exported_at = coalesce(exported_at, $2) WHERE number = $1 AND state = 'approved'",
        )
        .await?;
    Ok(tx.execute(&note, &[&signed(number)?, &at]).await? == 1)
}

/// Notes that so many more units of an order are no longer *emitted*: their codes are known outside.
pub(crate) async fn note_applied(tx: &Transaction<'_>, number: u32, units: u32, at: DateTime<Utc>) -> Result<()> {
    let note = tx
        .prepare_cached(
            "-- codes::note_applied
             UPDATE code_order SET applied = applied + $2, exported_at = coalesce(exported_at, $3) WHERE number = $1",
        )
        .await?;
    tx.execute(&note, &[&signed(number)?, &signed(units)?, &at]).await?;
    Ok(())
}

/// The order with this id, and the account that placed it.
pub(crate) async fn find_order(db: &impl GenericClient, id: Uuid) -> Result<Option<Order>> {
    let find =
        db.prepare_cached(&format!("-- codes::find_order\n SELECT {ORDER} FROM code_order WHERE id = $1")).await?;
    db.query_opt(&find, &[&id]).await?.as_ref().map(order).transpose()
}

/// Orders by their ids; those that don't exist are missing.
pub(crate) async fn find_orders_by_id(db: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<Order>> {
    let find = db
        .prepare_cached(&format!("-- codes::find_orders_by_id\n SELECT {ORDER} FROM code_order WHERE id = ANY($1)"))
        .await?;
    db.query(&find, &[&ids]).await?.iter().map(order).collect()
}

/// Orders by their numbers, ascending; those that don't exist are missing.
pub(crate) async fn find_orders(db: &impl GenericClient, numbers: &[u32]) -> Result<Vec<Order>> {
    let find = db
        .prepare_cached(&format!(
            "-- codes::find_orders\n SELECT {ORDER} FROM code_order WHERE number = ANY($1) ORDER BY number"
        ))
        .await?;
    // Whatever is beyond the column's range is no order's number.
    let numbers: Vec<i32> = numbers.iter().filter_map(|number| i32::try_from(*number).ok()).collect();
    db.query(&find, &[&numbers]).await?.iter().map(order).collect()
}

/// Which orders are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderFilter {
    /// Of one participant.
    pub(crate) participant: Option<i32>,
    /// Of these goods.
    pub(crate) gtin: Option<Gtin>,
    /// In this state.
    pub(crate) state: Option<OrderState>,
    /// Whose goods' name, GTIN or participant's name or BIN holds these letters.
    pub(crate) search: Option<String>,
}

/// A page of orders, newest first, below the number at which the last page ended.
pub(crate) async fn list_orders(
    db: &impl GenericClient,
    filter: &OrderFilter,
    below: Option<u32>,
    limit: i64,
) -> Result<Vec<Order>> {
    let list = db
        .prepare_cached(&format!(
            "-- codes::list_orders
             SELECT {ORDER} FROM code_order o
             WHERE ($1::int IS NULL OR participant = $1) AND ($2::int IS NULL OR number < $2)
               AND ($3::text IS NULL OR state = $3) AND ($4::bigint IS NULL OR gtin = $4)
               AND ($5::text IS NULL
                    OR EXISTS (SELECT FROM product p WHERE p.gtin = o.gtin
                               AND concat_ws(' ', lpad(p.gtin::text, 14, '0'), trade_name_kk, trade_name_ru, trade_name_en)
                                   ILIKE $5)
                    OR EXISTS (SELECT FROM participant p WHERE p.number = o.participant
                               AND concat_ws(' ', bin, name_kk, name_ru, name_en) ILIKE $5))
             ORDER BY number DESC LIMIT $6"
        ))
        .await?;
    let below = below.map(signed).transpose()?;
    let state = filter.state.map(OrderState::slug);
    let gtin = filter.gtin.map(gtin_column);
    let search = filter.search.as_deref().map(crate::platform::db::containing);
    let rows = db.query(&list, &[&filter.participant, &below, &state, &gtin, &search, &limit]).await?;
    rows.iter().map(order).collect()
}

/// Which unit holds a place; none where it was never given out. The product, where the code names one, must be the
/// order's: a serial of another is not ours.
pub(crate) async fn resolve(db: &impl GenericClient, gtin: Option<Gtin>, place: Place) -> Result<Option<UnitPlace>> {
    Ok(resolve_many(db, &[(gtin, place)]).await?.pop().flatten())
}

/// Which units hold these places, in their order; none where a place was never given out, or an order has fewer
/// units or other goods than the place says. An order in a sequence counts from its export on: until then nobody can
/// know a code of it, and its places may become another's.
pub(crate) async fn resolve_many(
    db: &impl GenericClient,
    places: &[(Option<Gtin>, Place)],
) -> Result<Vec<Option<UnitPlace>>> {
    let mut numbers = Vec::new();
    let (mut sequences, mut wanted, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    for (position, (_, place)) in places.iter().enumerate() {
        match place {
            Place::Order { order, .. } => numbers.push(*order),
            Place::Sequence { sequence, place } => {
                sequences.push(sequence.to_string());
                wanted.push(i64::try_from(*place).map_err(Error::internal)?);
                positions.push(position);
            }
        }
    }
    let mut found = vec![None; places.len()];
    if !numbers.is_empty() {
        numbers.sort_unstable();
        numbers.dedup();
        let orders = find_orders(db, &numbers).await?;
        for (slot, (gtin, place)) in found.iter_mut().zip(places) {
            let Place::Order { order: number, index } = place else { continue };
            let order = orders.binary_search_by_key(number, |order| order.number).ok().map(|at| &orders[at]);
            let order = order.filter(|order| order.state == OrderState::Approved && *index < order.quantity);
            let order = order.filter(|order| gtin.is_none_or(|gtin| gtin == order.gtin));
            *slot = order.map(|order| UnitPlace { order: order.number, index: *index });
        }
    }
    if !wanted.is_empty() {
        let find = db
            .prepare_cached(
                "-- codes::find_places
                 SELECT o.number, (w.place - o.first_place)::int, o.quantity
                 FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS w (sequence, place, position)
                 LEFT JOIN LATERAL (
                     SELECT number, first_place, quantity FROM code_order o
                     WHERE o.sequence = w.sequence AND o.first_place <= w.place AND o.exported_at IS NOT NULL
                     ORDER BY o.first_place DESC LIMIT 1
                 ) o ON w.place < o.first_place + o.quantity
                 ORDER BY w.position",
            )
            .await?;
        for (row, position) in db.query(&find, &[&sequences, &wanted]).await?.iter().zip(positions) {
            if let (Some(order), Some(index)) = (row.get::<_, Option<i32>>(0), row.get::<_, Option<i32>>(1)) {
                found[position] = Some(UnitPlace { order: unsigned(order)?, index: unsigned(index)? });
            }
        }
    }
    Ok(found)
}
