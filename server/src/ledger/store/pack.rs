//! Packs: what an SSCC holds, and taking apart. A change of packs locks their rows first, in the order of their numbers, and
//! only then the segments of the units inside.

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use tokio_postgres::Row;

use super::{range_columns, sscc, sscc_column, unsigned};
use crate::ledger::pack::{Level, Pack};
use crate::ledger::range::UnitRange;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

const PACK: &str = "sscc, level, owner, parent, packed_at, opened_at";

fn pack(row: &Row) -> Result<Pack> {
    let level: &str = row.get(1);
    Ok(Pack {
        sscc: sscc(row.get(0))?,
        level: Level::find(level).ok_or_else(|| Error::internal(format!("a pack's level is {level}")))?,
        owner: row.get(2),
        parent: row.get::<_, Option<i64>>(3).map(sscc).transpose()?,
        packed_at: row.get(4),
        opened_at: row.get(5),
    })
}

/// A pack by its number.
pub(crate) async fn find_pack(db: &impl GenericClient, number: Sscc) -> Result<Option<Pack>> {
    let find = db.prepare_cached(&format!("-- ledger::find_pack\n SELECT {PACK} FROM pack WHERE sscc = $1")).await?;
    db.query_opt(&find, &[&sscc_column(number)]).await?.as_ref().map(pack).transpose()
}

/// Takes packs for a change, with the packs around them and inside them.
pub(crate) async fn lock_packs(tx: &Transaction<'_>, numbers: &[i64]) -> Result<Vec<Pack>> {
    let lock = tx
        .prepare_cached(&format!(
            "-- ledger::lock_packs
             SELECT {PACK} FROM pack
             WHERE sscc = ANY($1) OR parent = ANY($1)
                OR sscc IN (SELECT parent FROM pack WHERE sscc = ANY($1))
             ORDER BY sscc FOR UPDATE"
        ))
        .await?;
    tx.query(&lock, &[&numbers]).await?.iter().map(pack).collect()
}

/// The packs inside a pack.
pub(crate) async fn list_children(db: &impl GenericClient, parent: Sscc) -> Result<Vec<Pack>> {
    let list = db
        .prepare_cached(&format!("-- ledger::list_children\n SELECT {PACK} FROM pack WHERE parent = $1 ORDER BY sscc"))
        .await?;
    db.query(&list, &[&sscc_column(parent)]).await?.iter().map(pack).collect()
}

/// The units directly inside packs: order, index, and the pack; by pack, order and index.
pub(crate) async fn list_units(db: &impl GenericClient, packs: &[i64]) -> Result<Vec<(i64, u32, u32)>> {
    let list = db
        .prepare_cached(
            "-- ledger::list_pack_units
             SELECT sscc, order_number, unit_index FROM pack_unit WHERE sscc = ANY($1) ORDER BY 1, 2, 3",
        )
        .await?;
    let rows = db.query(&list, &[&packs]).await?;
    rows.iter().map(|row| Ok((row.get(0), unsigned(row.get(1))?, unsigned(row.get(2))?))).collect()
}

/// The packs in which units lie.
pub(crate) async fn find_packs_of(db: &impl GenericClient, ranges: &[UnitRange]) -> Result<Vec<i64>> {
    let find = db
        .prepare_cached(
            "-- ledger::find_packs_of
             SELECT DISTINCT u.sscc FROM unnest($1::int[], $2::int[], $3::int[]) AS r (order_number, first, last)
             JOIN pack_unit u ON u.order_number = r.order_number AND u.unit_index BETWEEN r.first AND r.last
             ORDER BY 1",
        )
        .await?;
    let (orders, first, last) = range_columns(ranges)?;
    Ok(db.query(&find, &[&orders, &first, &last]).await?.iter().map(|row| row.get(0)).collect())
}

/// The first hundred units that lie in a pack already, of those that are named.
pub(crate) async fn find_packed(db: &impl GenericClient, ranges: &[UnitRange]) -> Result<Vec<(u32, u32)>> {
    let find = db
        .prepare_cached(
            "-- ledger::find_packed
             SELECT u.order_number, u.unit_index
             FROM unnest($1::int[], $2::int[], $3::int[]) AS r (order_number, first, last)
             JOIN pack_unit u ON u.order_number = r.order_number AND u.unit_index BETWEEN r.first AND r.last
             ORDER BY 1, 2 LIMIT 100",
        )
        .await?;
    let (orders, first, last) = range_columns(ranges)?;
    let rows = db.query(&find, &[&orders, &first, &last]).await?;
    rows.iter().map(|row| Ok((unsigned(row.get(0))?, unsigned(row.get(1))?))).collect()
}

/// Makes a pack; false when the number was used before.
pub(crate) async fn insert_pack(
    tx: &Transaction<'_>,
    number: Sscc,
    level: Level,
    owner: i32,
    at: DateTime<Utc>,
) -> Result<bool> {
    let insert = tx
        .prepare_cached(
            "-- ledger::insert_pack
             INSERT INTO pack (sscc, level, owner, packed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(tx.execute(&insert, &[&sscc_column(number), &level.slug(), &owner, &at]).await? == 1)
}

/// Puts units into a pack. The caller holds their segments and knows that none is packed.
pub(crate) async fn insert_units(tx: &Transaction<'_>, number: Sscc, ranges: &[UnitRange]) -> Result<()> {
    let insert = tx
        .prepare_cached(
            "-- ledger::insert_pack_units
             INSERT INTO pack_unit (order_number, unit_index, sscc)
             SELECT r.order_number, i, $1
             FROM unnest($2::int[], $3::int[], $4::int[]) AS r (order_number, first, last),
                  generate_series(r.first, r.last) AS i",
        )
        .await?;
    let (orders, first, last) = range_columns(ranges)?;
    tx.execute(&insert, &[&sscc_column(number), &orders, &first, &last]).await?;
    Ok(())
}

/// Puts packs into a pack, or takes them out of theirs.
pub(crate) async fn set_parent(tx: &Transaction<'_>, packs: &[i64], parent: Option<Sscc>) -> Result<()> {
    let update = tx.prepare_cached("-- ledger::set_parent\n UPDATE pack SET parent = $2 WHERE sscc = ANY($1)").await?;
    tx.execute(&update, &[&packs, &parent.map(sscc_column)]).await?;
    Ok(())
}

/// Gives packs, and the packs inside them, to another participant. Returns all of them.
pub(crate) async fn set_owner(tx: &Transaction<'_>, packs: &[i64], owner: i32) -> Result<Vec<i64>> {
    let update = tx
        .prepare_cached(
            "-- ledger::set_owner
             UPDATE pack SET owner = $2 WHERE sscc = ANY($1) OR parent = ANY($1) RETURNING sscc",
        )
        .await?;
    Ok(tx.query(&update, &[&packs, &owner]).await?.iter().map(|row| row.get(0)).collect())
}

/// Takes units out of the packs they are in.
pub(crate) async fn take_out(tx: &Transaction<'_>, ranges: &[UnitRange]) -> Result<()> {
    let delete = tx
        .prepare_cached(
            "-- ledger::take_out
             DELETE FROM pack_unit u USING unnest($1::int[], $2::int[], $3::int[]) AS r (order_number, first, last)
             WHERE u.order_number = r.order_number AND u.unit_index BETWEEN r.first AND r.last",
        )
        .await?;
    let (orders, first, last) = range_columns(ranges)?;
    tx.execute(&delete, &[&orders, &first, &last]).await?;
    Ok(())
}

/// Takes everything out of packs.
pub(crate) async fn empty(tx: &Transaction<'_>, packs: &[i64]) -> Result<()> {
    let units = tx.prepare_cached("-- ledger::empty_packs\n DELETE FROM pack_unit WHERE sscc = ANY($1)").await?;
    tx.execute(&units, &[&packs]).await?;
    let children =
        tx.prepare_cached("-- ledger::free_children\n UPDATE pack SET parent = NULL WHERE parent = ANY($1)").await?;
    tx.execute(&children, &[&packs]).await?;
    Ok(())
}

/// Those of these packs, still closed, in which nothing is left.
pub(crate) async fn find_empty(tx: &Transaction<'_>, packs: &[i64]) -> Result<Vec<i64>> {
    let find = tx
        .prepare_cached(
            "-- ledger::find_empty
             SELECT p.sscc FROM pack p
             WHERE p.sscc = ANY($1) AND p.opened_at IS NULL
               AND NOT EXISTS (SELECT FROM pack_unit u WHERE u.sscc = p.sscc)
               AND NOT EXISTS (SELECT FROM pack c WHERE c.parent = p.sscc)
             ORDER BY 1",
        )
        .await?;
    Ok(tx.query(&find, &[&packs]).await?.iter().map(|row| row.get(0)).collect())
}

/// Marks packs as taken apart; they are inside no pack any more. Returns the packs that they were in.
pub(crate) async fn mark_opened(tx: &Transaction<'_>, packs: &[i64], at: DateTime<Utc>) -> Result<Vec<i64>> {
    let parents = tx
        .prepare_cached(
            "-- ledger::find_parents
             SELECT DISTINCT parent FROM pack WHERE sscc = ANY($1) AND parent IS NOT NULL ORDER BY 1",
        )
        .await?;
    let parents = tx.query(&parents, &[&packs]).await?.iter().map(|row| row.get(0)).collect();
    let update = tx
        .prepare_cached("-- ledger::mark_opened\n UPDATE pack SET opened_at = $2, parent = NULL WHERE sscc = ANY($1)")
        .await?;
    tx.execute(&update, &[&packs, &at]).await?;
    Ok(parents)
}
