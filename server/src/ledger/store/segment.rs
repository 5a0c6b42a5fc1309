//! Segments, and what their units share: locked in one order by every caller, written in bulk.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use marking::segment::{UNITS_PER_SEGMENT, UnitState};
use marking::status::WithdrawalReason;
use tokio_postgres::Row;

use super::{signed, unsigned};
use crate::ledger::attributes::{Declaration, Import, Recall, ReleaseFacts, UnitAttributes};
use crate::ledger::change::Segment;
use crate::platform::db::{GenericClient, LARGE_ROWS, Transaction};
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::Names;
use tokio_postgres::types::Json;

/// Units of a full segment, as PostgreSQL counts.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "about a thousand")]
const UNITS: i32 = UNITS_PER_SEGMENT as i32;

/// Locks segments, given by order and number, in the one order in which every caller locks them, so that callers wait for
/// each other without a deadlock. A segment without a row is inserted.
pub(crate) async fn lock_segments(tx: &Transaction<'_>, wanted: &[(u32, u32)]) -> Result<()> {
    let orders = wanted.iter().map(|(order, _)| signed(*order)).collect::<Result<Vec<_>>>()?;
    let numbers = wanted.iter().map(|(_, number)| signed(*number)).collect::<Result<Vec<_>>>()?;
    let make = tx
        .prepare_cached(
            "-- ledger::make_segments
             INSERT INTO segment (order_number, number, version, states)
             SELECT o.number, w.segment, 0,
                    decode(repeat('0000', least($3, o.quantity - $3 * w.segment)), 'hex')
             FROM unnest($1::int[], $2::int[]) AS w (order_number, segment)
             JOIN code_order o ON o.number = w.order_number
             WHERE NOT EXISTS (SELECT FROM segment s WHERE s.order_number = w.order_number AND s.number = w.segment)
             ORDER BY 1, 2
             ON CONFLICT DO NOTHING",
        )
        .await?;
    tx.execute(&make, &[&orders, &numbers, &UNITS]).await?;
    let lock = tx
        .prepare_cached(
            "-- ledger::lock_segments
             SELECT 1
             FROM segment s JOIN unnest($1::int[], $2::int[]) AS w (order_number, segment)
               ON s.order_number = w.order_number AND s.number = w.segment
             ORDER BY s.order_number, s.number FOR UPDATE OF s",
        )
        .await?;
    tx.execute(&lock, &[&orders, &numbers]).await?;
    Ok(())
}

/// Segments of an order, by number; the caller has locked them.
pub(crate) async fn read_segments(tx: &Transaction<'_>, order: u32, numbers: &[u32]) -> Result<Vec<Segment>> {
    let read = tx
        .prepare_cached(
            "-- ledger::read_segments
             SELECT order_number, number, version, states, owners FROM segment
             WHERE order_number = $1 AND number = ANY($2) ORDER BY number",
        )
        .await?;
    let numbers = numbers.iter().map(|number| signed(*number)).collect::<Result<Vec<_>>>()?;
    tx.query(&read, &[&signed(order)?, &numbers]).await?.iter().map(segment).collect()
}

fn segment(row: &Row) -> Result<Segment> {
    let (order, number) = (unsigned(row.get("order_number"))?, unsigned(row.get("number"))?);
    let unreadable = || Error::internal(format!("segment {number} of order {order} holds no readable states"));
    let states: &[u8] = row.get("states");
    let states: Option<Vec<_>> = states.as_chunks().0.iter().map(|bytes| UnitState::from_bytes(*bytes)).collect();
    let holders: Option<&[u8]> = row.get("owners");
    let holders = holders.map(|bytes| bytes.as_chunks().0.iter().map(|bytes| u16::from_be_bytes(*bytes)).collect());
    Ok(Segment {
        order,
        number,
        version: u64::try_from(row.get::<_, i64>("version")).map_err(Error::internal)?,
        states: states.ok_or_else(unreadable)?,
        holders,
    })
}

/// Writes changed segments back. Their versions were raised by the change.
pub(crate) async fn write_segments(tx: &Transaction<'_>, segments: &[Segment]) -> Result<()> {
    let write = tx
        .prepare_cached(
            "-- ledger::write_segments
             UPDATE segment s SET version = w.version, states = w.states, owners = w.owners
             FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bytea[], $5::bytea[])
                  AS w (order_number, number, version, states, owners)
             WHERE s.order_number = w.order_number AND s.number = w.number",
        )
        .await?;
    for segments in segments.chunks(LARGE_ROWS) {
        let mut orders = Vec::with_capacity(segments.len());
        let mut numbers = Vec::with_capacity(segments.len());
        let mut versions = Vec::with_capacity(segments.len());
        let mut states: Vec<Vec<u8>> = Vec::with_capacity(segments.len());
        let mut holders: Vec<Option<Vec<u8>>> = Vec::with_capacity(segments.len());
        for segment in segments {
            orders.push(signed(segment.order)?);
            numbers.push(signed(segment.number)?);
            versions.push(i64::try_from(segment.version).map_err(Error::internal)?);
            states.push(segment.states.iter().flat_map(|state| state.to_bits().to_be_bytes()).collect());
            let bytes = |holders: &Vec<u16>| holders.iter().flat_map(|holder| holder.to_be_bytes()).collect();
            holders.push(segment.holders.as_ref().map(bytes));
        }
        tx.execute(&write, &[&orders, &numbers, &versions, &states, &holders]).await?;
    }
    Ok(())
}

/// The stored states of an order's segments, by number; those without a row are missing.
pub(crate) async fn list_states(db: &impl GenericClient, order: u32) -> Result<Vec<(u32, Vec<u8>)>> {
    let list = db
        .prepare_cached(
            "-- ledger::list_states\n SELECT number, states FROM segment WHERE order_number = $1 ORDER BY 1",
        )
        .await?;
    let rows = db.query(&list, &[&signed(order)?]).await?;
    rows.iter().map(|row| Ok((unsigned(row.get(0))?, row.get(1)))).collect()
}

const ATTRIBUTES: &str = "number, produced_on, expires_on, importer, declaration_number, declared_on, \
    recall_reason, recalled_on, withdrawal_reason";

/// An order's attributes, by number.
pub(crate) async fn list_attributes(db: &impl GenericClient, order: u32) -> Result<BTreeMap<u16, UnitAttributes>> {
    let list = db
        .prepare_cached(&format!(
            "-- ledger::list_attributes\n SELECT {ATTRIBUTES} FROM particulars WHERE order_number = $1"
        ))
        .await?;
    db.query(&list, &[&signed(order)?]).await?.iter().map(numbered_attributes).collect()
}

fn numbered_attributes(row: &Row) -> Result<(u16, UnitAttributes)> {
    let number = u16::try_from(row.get::<_, i32>(0)).map_err(Error::internal)?;
    let declaration = match (row.get(4), row.get(5)) {
        (Some(number), Some(declared_on)) => Some(Declaration { number, declared_on }),
        _ => None,
    };
    let import = row.get::<_, Option<i32>>(3).map(|importer| Import { importer, declaration });
    let recall = match (row.get::<_, Option<Json<Names>>>(6), row.get(7)) {
        (Some(Json(reason)), Some(on)) => Some(Recall { reason, on }),
        _ => None,
    };
    let withdrawn = row.get::<_, Option<&str>>(8).map(str::parse::<WithdrawalReason>).transpose();
    let release = ReleaseFacts { produced_on: row.get(1), expires_on: row.get(2), import };
    Ok((number, UnitAttributes { release, recall, withdrawn: withdrawn.map_err(Error::internal)? }))
}

/// Numbers for sets of attributes of an order; a set that is new gets the next free one. Others who do the same
/// for this order wait until the transaction ends.
pub(crate) async fn number_attributes(tx: &Transaction<'_>, order: u32, sets: &[UnitAttributes]) -> Result<Vec<u16>> {
    if sets.iter().any(|set| !set.is_empty()) {
        lock_order(tx, order).await?;
    }
    let find = tx
        .prepare_cached(
            "-- ledger::find_attributes_number
             SELECT number FROM particulars WHERE order_number = $1
               AND produced_on IS NOT DISTINCT FROM $2 AND expires_on IS NOT DISTINCT FROM $3
               AND importer IS NOT DISTINCT FROM $4 AND declaration_number IS NOT DISTINCT FROM $5
               AND declared_on IS NOT DISTINCT FROM $6 AND md5(recall_reason::text) IS NOT DISTINCT FROM md5($7::jsonb::text)
               AND recall_reason IS NOT DISTINCT FROM $7
               AND recalled_on IS NOT DISTINCT FROM $8 AND withdrawal_reason IS NOT DISTINCT FROM $9",
        )
        .await?;
    let insert = tx
        .prepare_cached(&format!(
            "-- ledger::insert_attributes
             INSERT INTO particulars (order_number, {ATTRIBUTES})
             SELECT $1, n.next, $2, $3, $4, $5, $6, $7, $8, $9
             FROM (SELECT coalesce(max(number), 0) + 1 AS next FROM particulars WHERE order_number = $1) n
             WHERE n.next <= 4095 RETURNING number"
        ))
        .await?;
    let order = signed(order)?;
    let mut numbers = Vec::with_capacity(sets.len());
    for set in sets {
        if set.is_empty() {
            numbers.push(0);
            continue;
        }
        let import = set.release.import.as_ref();
        let importer: Option<i32> = import.map(|import| import.importer);
        let declared = import.and_then(|import| import.declaration.as_ref());
        let declaration: Option<&str> = declared.map(|declared| declared.number.as_str());
        let declared_on: Option<NaiveDate> = declared.map(|declared| declared.declared_on);
        let recall_reason = set.recall.as_ref().map(|recall| Json(&recall.reason));
        let recalled_on: Option<NaiveDate> = set.recall.as_ref().map(|recall| recall.on);
        let withdrawn: Option<&str> = set.withdrawn.map(WithdrawalReason::slug);
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
            &order,
            &set.release.produced_on,
            &set.release.expires_on,
            &importer,
            &declaration,
            &declared_on,
            &recall_reason,
            &recalled_on,
            &withdrawn,
        ];
        let row = match tx.query_opt(&find, &values).await? {
            Some(row) => Some(row),
            None => tx.query_opt(&insert, &values).await?,
        };
        let row = row.ok_or_else(|| {
            Error::Conflict("too-many-particulars", vec![FieldFault::new("units", "field-too-many-particulars")])
        })?;
        numbers.push(u16::try_from(row.get::<_, i32>(0)).map_err(Error::internal)?);
    }
    Ok(numbers)
}

/// Keeps others from numbering attributes or holders of an order until the transaction ends.
async fn lock_order(tx: &Transaction<'_>, order: u32) -> Result<()> {
    let lock = tx
        .prepare_cached("-- ledger::lock_order\n SELECT 1 FROM code_order WHERE number = $1 FOR NO KEY UPDATE")
        .await?;
    tx.query(&lock, &[&signed(order)?]).await?;
    Ok(())
}

/// The numbers by which a participant holds units of these orders, besides the orders of its own.
pub(crate) async fn find_holders(
    db: &impl GenericClient,
    orders: &[u32],
    participant: i32,
) -> Result<BTreeMap<u32, u16>> {
    let find = db
        .prepare_cached(
            "-- ledger::find_holders
             SELECT order_number, number FROM holder WHERE order_number = ANY($1) AND participant = $2",
        )
        .await?;
    let orders = orders.iter().map(|order| signed(*order)).collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&orders, &participant]).await?;
    rows.iter()
        .map(|row| Ok((unsigned(row.get(0))?, u16::try_from(row.get::<_, i32>(1)).map_err(Error::internal)?)))
        .collect()
}

/// The number by which a participant will hold units of an order that isn't its own.
pub(crate) async fn number_holder(tx: &Transaction<'_>, order: u32, participant: i32) -> Result<u16> {
    if let Some(number) = find_holders(tx, &[order], participant).await?.get(&order) {
        return Ok(*number);
    }
    lock_order(tx, order).await?;
    if let Some(number) = find_holders(tx, &[order], participant).await?.get(&order) {
        return Ok(*number);
    }
    let insert = tx
        .prepare_cached(
            "-- ledger::insert_holder
             INSERT INTO holder (order_number, number, participant)
             SELECT $1, n.next, $2
             FROM (SELECT coalesce(max(number), 0) + 1 AS next FROM holder WHERE order_number = $1) n
             WHERE n.next <= 65535 RETURNING number",
        )
        .await?;
    let row = tx.query_opt(&insert, &[&signed(order)?, &participant]).await?;
    let row = row.ok_or_else(|| Error::conflict("too-many-holders"))?;
    u16::try_from(row.get::<_, i32>(0)).map_err(Error::internal)
}
