//! What PostgreSQL says, read when the snapshot is silent. Reads only: each table is written by its own module.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use deadpool_postgres::Pool;
use marking::layout::Group;
use marking::segment::{UNITS_PER_SEGMENT, VERSION_BYTES};
use tokio_postgres::Row;

use super::cards::{OrderCard, PackCard, ParticipantCard, Particulars, ProductCard, Run, UnitRun};
use crate::codes::Sequence;
use crate::platform::config::Config;
use crate::platform::db::{self, Client, GenericClient};
use crate::platform::problem::{Error, Result};
use crate::registry::Names;
use tokio_postgres::types::Json;

/// How many packs inside a pack are named one by one.
const PACKS_NAMED: usize = 100;

/// Runs a reading with a connection of the pool, no longer than a store is waited for.
pub(super) async fn ask<T>(db: &Pool, question: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
    ask_within(db, Config::STORE_PATIENCE, question).await
}

/// The same with a patience of its own.
pub(super) async fn ask_within<T>(
    db: &Pool,
    patience: Duration,
    question: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    db::within(db, patience, async |client| question(client).await).await
}

/// A name of the database that no other one has: the cluster's identifier and the database's own.
pub(super) async fn identity(db: &impl GenericClient) -> Result<String> {
    let row = db
        .query_one(
            "-- verify::identity
             SELECT format('%s:%s', (SELECT system_identifier FROM pg_control_system()), oid)
             FROM pg_database WHERE datname = current_database()",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

/// What is known about the refreshes of a snapshot.
pub(super) struct Refreshes {
    /// Whether some wait longer than they should.
    pub(super) lag: bool,
    /// How long ago the oldest that waits was committed, or a little longer; none when a refresh failed before, whose
    /// age is not known. Zero when none waits.
    pub(super) pending_for: Option<Duration>,
    /// How far the snapshot's mark was when the last of them was done; 0 before the first.
    pub(super) mark: u64,
}

/// How the part of the snapshot is kept that bears this name.
pub(super) async fn refreshes(db: &impl GenericClient, register: &str) -> Result<Refreshes> {
    let query = db
        .prepare_cached(
            "-- verify::refreshes
             SELECT EXISTS (SELECT FROM job WHERE kind LIKE 'refresh-%'
                            AND (attempts > 1 OR attempts = 1 AND held_until IS NULL
                                 OR run_at < now() - interval '2 seconds'))
                        OR EXISTS (SELECT FROM dead_job WHERE kind LIKE 'refresh-%') AS lag,
                    coalesce((SELECT extract(epoch FROM now() - min(run_at))::float8 FROM job
                              WHERE kind LIKE 'refresh-%'), 0) AS pending_seconds,
                    EXISTS (SELECT FROM job WHERE kind LIKE 'refresh-%'
                            AND (attempts > 1 OR attempts = 1 AND held_until IS NULL))
                        OR EXISTS (SELECT FROM dead_job WHERE kind LIKE 'refresh-%') AS failed,
                    coalesce((SELECT mark FROM refresh_mark WHERE snapshot = $1), 0) AS mark",
        )
        .await?;
    let row = db.query_one(&query, &[&register]).await?;
    let pending = Duration::try_from_secs_f64(row.get::<_, f64>("pending_seconds").max(0.0)).unwrap_or(Duration::MAX);
    let pending_for = (!row.get::<_, bool>("failed")).then_some(pending);
    Ok(Refreshes { lag: row.get("lag"), pending_for, mark: unsigned(&row, "mark")? })
}

/// An approved order and its particulars; no unit of another one can be anywhere.
pub(super) async fn find_order(db: &impl GenericClient, number: u32) -> Result<Option<OrderCard>> {
    let Ok(number) = i32::try_from(number) else { return Ok(None) };
    let order = db
        .prepare_cached(
            "-- verify::find_order
             SELECT gtin, participant, product_group, quantity, first_place FROM code_order
             WHERE number = $1 AND state = 'approved'",
        )
        .await?;
    let particulars = db
        .prepare_cached(
            "-- verify::list_particulars
             SELECT number, produced_on, expires_on, importer, declaration_number, declared_on,
                    recall_reason, recalled_on, withdrawal_reason
             FROM particulars WHERE order_number = $1 ORDER BY number",
        )
        .await?;
    let Some(row) = db.query_opt(&order, &[&number]).await? else { return Ok(None) };
    let particulars = db.query(&particulars, &[&number]).await?;
    Ok(Some(OrderCard {
        gtin: unsigned(&row, "gtin")?,
        participant: row.get("participant"),
        group: group(&row)?,
        quantity: small(&row, "quantity")?,
        first_place: row.get::<_, Option<i64>>("first_place").map(i64::unsigned_abs),
        particulars: particulars.iter().map(set_of_particulars).collect::<Result<_>>()?,
    }))
}

fn set_of_particulars(row: &Row) -> Result<Particulars> {
    Ok(Particulars {
        number: u16::try_from(row.get::<_, i32>("number")).map_err(Error::internal)?,
        produced_on: row.get("produced_on"),
        expires_on: row.get("expires_on"),
        importer: row.get("importer"),
        declaration_number: row.get("declaration_number"),
        declared_on: row.get("declared_on"),
        recall_reason: row.get::<_, Option<Json<Names>>>("recall_reason").map(|Json(reason)| reason),
        recalled_on: row.get("recalled_on"),
        withdrawal_reason: row.get("withdrawal_reason"),
    })
}

/// Segments of an order as they are stored in the snapshot: version, then two bytes a unit. One that has no row was
/// never touched: version 0 and every unit emitted. Numbers past the order's end are left out.
pub(super) async fn list_segments(
    db: &impl GenericClient,
    order: u32,
    quantity: u32,
    numbers: &[u32],
) -> Result<Vec<(u32, Bytes)>> {
    let query = db
        .prepare_cached(
            "-- verify::list_segments
             SELECT number, version, states FROM segment WHERE order_number = $1 AND number = ANY($2)",
        )
        .await?;
    let order = i32::try_from(order).map_err(Error::internal)?;
    let wanted: Vec<i32> = numbers.iter().filter_map(|number| i32::try_from(*number).ok()).collect();
    let rows = db.query(&query, &[&order, &wanted]).await?;
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        let units = units_in(quantity, *number);
        if units == 0 {
            continue;
        }
        let row = rows.iter().find(|row| i64::from(row.get::<_, i32>("number")) == i64::from(*number));
        let mut bytes = BytesMut::with_capacity(VERSION_BYTES + 2 * units);
        if let Some(row) = row {
            bytes.put_u64(unsigned(row, "version")?);
            bytes.put_slice(row.get("states"));
        } else {
            bytes.put_u64(0);
            bytes.put_bytes(0, 2 * units);
        }
        found.push((*number, bytes.freeze()));
    }
    Ok(found)
}

/// The same for segments of several orders; those of unknown orders, or past an order's end, are left out.
pub(super) async fn list_segments_of(
    db: &impl GenericClient,
    segments: &[(u32, u32)],
) -> Result<Vec<((u32, u32), Bytes)>> {
    let query = db
        .prepare_cached(
            "-- verify::list_segments_of
             SELECT a.order_number, a.number, o.quantity, s.version, s.states
             FROM unnest($1::int[], $2::int[]) AS a (order_number, number)
             JOIN code_order o ON o.number = a.order_number
             LEFT JOIN segment s ON s.order_number = a.order_number AND s.number = a.number",
        )
        .await?;
    let signed =
        segments.iter().filter_map(|(order, number)| Some((order.cast_signed(), i32::try_from(*number).ok()?)));
    let (orders, numbers): (Vec<i32>, Vec<i32>) = signed.unzip();
    let mut found = Vec::with_capacity(segments.len());
    for row in db.query(&query, &[&orders, &numbers]).await? {
        let (order, number) = (small(&row, "order_number")?, small(&row, "number")?);
        let units = units_in(small(&row, "quantity")?, number);
        let (version, states): (Option<i64>, Option<&[u8]>) = (row.get("version"), row.get("states"));
        let mut bytes = BytesMut::with_capacity(VERSION_BYTES + 2 * units);
        bytes.put_i64(version.unwrap_or_default());
        match states {
            Some(states) => bytes.put_slice(states),
            None if units == 0 => continue,
            None => bytes.put_bytes(0, 2 * units),
        }
        found.push(((order, number), bytes.freeze()));
    }
    Ok(found)
}

/// How many units the segment of this number has in an order of so many.
pub(super) fn units_in(quantity: u32, segment: u32) -> usize {
    let quantity = usize::try_from(quantity).unwrap_or(usize::MAX);
    let before = usize::try_from(segment).unwrap_or(usize::MAX).saturating_mul(UNITS_PER_SEGMENT);
    quantity.saturating_sub(before).min(UNITS_PER_SEGMENT)
}

/// A product.
pub(super) async fn find_product(db: &impl GenericClient, gtin: u64) -> Result<Option<ProductCard>> {
    let Ok(gtin) = i64::try_from(gtin) else { return Ok(None) };
    let query = db
        .prepare_cached(
            "-- verify::find_product
             SELECT participant, product_group, trade_name_kk, trade_name_ru, trade_name_en, manufacturer, country, state,
                 manufacturer_names::text AS manufacturer_names
             FROM product WHERE gtin = $1",
        )
        .await?;
    let Some(row) = db.query_opt(&query, &[&gtin]).await? else { return Ok(None) };
    Ok(Some(ProductCard {
        participant: row.get("participant"),
        group: group(&row)?,
        trade_name: Names { kk: row.get("trade_name_kk"), ru: row.get("trade_name_ru"), en: row.get("trade_name_en") },
        manufacturer: row.get("manufacturer"),
        manufacturers: row
            .get::<_, Option<&str>>("manufacturer_names")
            .map(serde_json::from_str)
            .transpose()
            .map_err(Error::internal)?,
        country: row.get("country"),
        published: row.get::<_, &str>("state") != "draft",
    }))
}

/// A participant.
pub(super) async fn find_participant(db: &impl GenericClient, number: i32) -> Result<Option<ParticipantCard>> {
    let query = db
        .prepare_cached(
            "-- verify::find_participant
             SELECT bin, name_kk, name_ru, name_en FROM participant WHERE number = $1",
        )
        .await?;
    Ok(db.query_opt(&query, &[&number]).await?.map(|row| ParticipantCard {
        bin: row.get("bin"),
        name: Names { kk: row.get("name_kk"), ru: row.get("name_ru"), en: row.get("name_en") },
    }))
}

/// The run of a sequence that a place may belong to: the last one that starts no later. An order counts from its export
/// on: until then it may be voided and its places given to another, afterwards a run never changes.
pub(super) async fn find_run(db: &impl GenericClient, sequence: Sequence, place: u64) -> Result<Option<Run>> {
    let Ok(place) = i64::try_from(place) else { return Ok(None) };
    let query = db
        .prepare_cached(
            "-- verify::find_run
             SELECT first_place, quantity, number FROM code_order
             WHERE sequence = $1 AND first_place <= $2 AND exported_at IS NOT NULL
             ORDER BY first_place DESC LIMIT 1",
        )
        .await?;
    let Some(row) = db.query_opt(&query, &[&sequence.to_string(), &place]).await? else { return Ok(None) };
    Ok(Some(Run {
        first_place: unsigned(&row, "first_place")?,
        quantity: small(&row, "quantity")?,
        order: small(&row, "number")?,
    }))
}

/// A pack and everything inside.
pub(super) async fn find_pack(db: &impl GenericClient, sscc: u64) -> Result<Option<PackCard>> {
    let Ok(number) = i64::try_from(sscc) else { return Ok(None) };
    let pack = db
        .prepare_cached(
            "-- verify::find_pack
             SELECT level, owner, parent, opened_at IS NOT NULL AS opened FROM pack WHERE sscc = $1",
        )
        .await?;
    let packs = db
        .prepare_cached("-- verify::list_packs_inside\n SELECT sscc FROM pack WHERE parent = $1 ORDER BY sscc")
        .await?;
    // Neighbours make a run: their index less their rank is the same.
    let units = db
        .prepare_cached(
            "-- verify::list_units_inside
             WITH RECURSIVE inside AS (
                 SELECT sscc FROM pack WHERE sscc = $1
                 UNION SELECT pack.sscc FROM pack JOIN inside ON pack.parent = inside.sscc
             ), ranked AS (
                 SELECT order_number, unit_index,
                        unit_index - row_number() OVER (PARTITION BY order_number ORDER BY unit_index) AS run
                 FROM pack_unit WHERE sscc IN (SELECT sscc FROM inside)
             )
             SELECT order_number, min(unit_index) AS first_index, max(unit_index) AS last_index
             FROM ranked GROUP BY order_number, run ORDER BY 1, 2",
        )
        .await?;
    let Some(row) = db.query_opt(&pack, &[&number]).await? else { return Ok(None) };
    let inside = db.query(&packs, &[&number]).await?;
    let units = db.query(&units, &[&number]).await?;
    Ok(Some(PackCard {
        level: row.get("level"),
        owner: row.get("owner"),
        parent: row.get::<_, Option<i64>>("parent").map(i64::unsigned_abs),
        opened: row.get("opened"),
        packs: inside.iter().take(PACKS_NAMED).map(|row| unsigned(row, "sscc")).collect::<Result<_>>()?,
        pack_count: u32::try_from(inside.len()).unwrap_or(u32::MAX),
        units: units
            .iter()
            .map(|row| {
                Ok(UnitRun {
                    order: small(row, "order_number")?,
                    first: small(row, "first_index")?,
                    last: small(row, "last_index")?,
                })
            })
            .collect::<Result<_>>()?,
    }))
}

/// Orders after this one, in order, for a walk over all of them.
pub(super) async fn list_orders(db: &impl GenericClient, after: u32, limit: i64) -> Result<Vec<u32>> {
    let query = db
        .prepare_cached(
            "-- verify::list_orders\n SELECT number FROM code_order WHERE number > $1 ORDER BY number LIMIT $2",
        )
        .await?;
    let after = i32::try_from(after).unwrap_or(i32::MAX);
    db.query(&query, &[&after, &limit]).await?.iter().map(|row| small(row, "number")).collect()
}

/// Touched segments of an order and their versions.
pub(super) async fn list_versions(db: &impl GenericClient, order: u32) -> Result<Vec<(u32, u64)>> {
    let query = db
        .prepare_cached(
            "-- verify::list_versions\n SELECT number, version FROM segment WHERE order_number = $1 ORDER BY number",
        )
        .await?;
    let order = i32::try_from(order).map_err(Error::internal)?;
    let rows = db.query(&query, &[&order]).await?;
    rows.iter().map(|row| Ok((small(row, "number")?, unsigned(row, "version")?))).collect()
}

fn group(row: &Row) -> Result<Group> {
    row.get::<_, &str>("product_group").parse().map_err(Error::internal)
}

fn unsigned(row: &Row, column: &str) -> Result<u64> {
    u64::try_from(row.get::<_, i64>(column)).map_err(Error::internal)
}

fn small(row: &Row, column: &str) -> Result<u32> {
    u32::try_from(row.get::<_, i32>(column)).map_err(Error::internal)
}
