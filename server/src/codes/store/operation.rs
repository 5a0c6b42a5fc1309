//! Documents: one row each, the ranges of units and the packs that they named. Only appended to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{signed, unsigned};
use crate::codes::units::Run;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// A document as it was filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// What it did.
    pub(crate) kind: String,
    /// SHA-256 of what was sent: a retry must be the same.
    pub(crate) fingerprint: Vec<u8>,
    /// When it was filed.
    pub(crate) at: DateTime<Utc>,
    /// How many units it was about.
    pub(crate) units: u32,
}

/// A document to be filed.
#[derive(Clone, Debug)]
pub(crate) struct NewOperation<'a> {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// What it does.
    pub(crate) kind: &'a str,
    /// For whom; none for the operator.
    pub(crate) participant: Option<i32>,
    /// By whom.
    pub(crate) account: Uuid,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// SHA-256 of what was sent.
    pub(crate) fingerprint: &'a [u8],
    /// What was said besides the units.
    pub(crate) details: &'a Value,
}

/// Files a document whose units are told later; waits for another one with the same id to be committed.
/// Returns the one that stands already, if there is one.
pub(crate) async fn insert_operation(tx: &Transaction<'_>, new: &NewOperation<'_>) -> Result<Option<Operation>> {
    let insert = tx
        .prepare_cached(
            "-- codes::insert_operation
             INSERT INTO operation (id, kind, participant, account_id, at, fingerprint, units, details)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT DO NOTHING",
        )
        .await?;
    let inserted = tx
        .execute(
            &insert,
            &[&new.id, &new.kind, &new.participant, &new.account, &new.at, &new.fingerprint, &new.details],
        )
        .await?;
    if inserted == 1 { Ok(None) } else { find_operation(tx, new.id).await }
}

/// The document with this id.
pub(crate) async fn find_operation(db: &impl GenericClient, id: Uuid) -> Result<Option<Operation>> {
    let find = db
        .prepare_cached(
            "-- codes::find_operation\n SELECT id, kind, fingerprint, at, units FROM operation WHERE id = $1",
        )
        .await?;
    let row = db.query_opt(&find, &[&id]).await?;
    row.map(|row| {
        Ok(Operation {
            id: row.get(0),
            kind: row.get(1),
            fingerprint: row.get(2),
            at: row.get(3),
            units: unsigned(row.get(4))?,
        })
    })
    .transpose()
}

/// Writes down what a filed document was about.
pub(crate) async fn append_units(
    tx: &Transaction<'_>,
    id: Uuid,
    units: u64,
    runs: &[Run],
    packs: &[i64],
) -> Result<()> {
    let count = tx.prepare_cached("-- codes::count_units\n UPDATE operation SET units = $2 WHERE id = $1").await?;
    tx.execute(&count, &[&id, &i32::try_from(units).map_err(Error::internal)?]).await?;
    let insert = tx
        .prepare_cached(
            "-- codes::append_ranges
             INSERT INTO operation_range (operation_id, order_number, first_index, last_index)
             SELECT $1, * FROM unnest($2::int[], $3::int[], $4::int[])",
        )
        .await?;
    let (orders, first, last) = columns(runs)?;
    tx.execute(&insert, &[&id, &orders, &first, &last]).await?;
    if !packs.is_empty() {
        let insert = tx
            .prepare_cached(
                "-- codes::append_packs\n INSERT INTO operation_pack (operation_id, sscc) SELECT $1, unnest($2::bigint[])",
            )
            .await?;
        tx.execute(&insert, &[&id, &packs]).await?;
    }
    Ok(())
}

/// Runs as columns: orders, first and last indexes.
pub(super) fn columns(runs: &[Run]) -> Result<(Vec<i32>, Vec<i32>, Vec<i32>)> {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        columns.0.push(signed(run.order)?);
        columns.1.push(signed(run.first)?);
        columns.2.push(signed(run.last)?);
    }
    Ok(columns)
}

/// The units that a document was about.
pub(crate) async fn list_ranges(db: &impl GenericClient, id: Uuid) -> Result<Vec<Run>> {
    let ranges = db
        .prepare_cached(
            "-- codes::list_ranges
             SELECT order_number, first_index, last_index FROM operation_range WHERE operation_id = $1 ORDER BY 1, 2",
        )
        .await?;
    let rows = db.query(&ranges, &[&id]).await?;
    rows.iter()
        .map(|row| {
            let (order, first, last) = (unsigned(row.get(0))?, unsigned(row.get(1))?, unsigned(row.get(2))?);
            Ok(Run { order, first, last, position: 0 })
        })
        .collect()
}

/// The packs that a document named.
pub(crate) async fn list_packs(db: &impl GenericClient, id: Uuid) -> Result<Vec<i64>> {
    let list = db
        .prepare_cached("-- codes::list_packs\n SELECT sscc FROM operation_pack WHERE operation_id = $1 ORDER BY 1")
        .await?;
    Ok(db.query(&list, &[&id]).await?.iter().map(|row| row.get(0)).collect())
}

/// The importer whose a customs declaration is: this one, unless another's release has named it before.
pub(crate) async fn hold_declaration(tx: &Transaction<'_>, number: &str, importer: i32) -> Result<i32> {
    let insert = tx
        .prepare_cached(
            "-- codes::insert_declaration
             INSERT INTO declaration (number, importer) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .await?;
    tx.execute(&insert, &[&number, &importer]).await?;
    let find =
        tx.prepare_cached("-- codes::find_declaration\n SELECT importer FROM declaration WHERE number = $1").await?;
    Ok(tx.query_one(&find, &[&number]).await?.get(0))
}

/// When a document last changed the status of units, given by order and index; none where none has.
pub(crate) async fn find_last(
    db: &impl GenericClient,
    units: &[(u32, u32)],
) -> Result<BTreeMap<(u32, u32), DateTime<Utc>>> {
    if units.is_empty() {
        return Ok(BTreeMap::new());
    }
    let find = db
        .prepare_cached(
            "-- codes::find_last
             SELECT u.order_number, u.unit_index, max(o.at)
             FROM unnest($1::int[], $2::int[]) AS u (order_number, unit_index)
             JOIN operation_range r ON r.order_number = u.order_number
                  AND r.first_index <= u.unit_index AND r.last_index >= u.unit_index
             JOIN operation o ON o.id = r.operation_id
             WHERE o.kind NOT IN ('pack', 'unpack', 'recall', 'lift-recall')
             GROUP BY 1, 2",
        )
        .await?;
    let orders = units.iter().map(|(order, _)| signed(*order)).collect::<Result<Vec<_>>>()?;
    let indexes = units.iter().map(|(_, index)| signed(*index)).collect::<Result<Vec<_>>>()?;
    let rows = db.query(&find, &[&orders, &indexes]).await?;
    rows.iter().map(|row| Ok(((unsigned(row.get(0))?, unsigned(row.get(1))?), row.get(2)))).collect()
}

/// How a unit left the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was sold to a consumer.
    Sold {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        seller: i32,
    },
    /// It left in another way.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
    },
}

/// How a unit left the market last, unless it came back.
pub(crate) async fn find_end(db: &impl GenericClient, order: u32, index: u32) -> Result<Option<End>> {
    let find = db
        .prepare_cached(
            "-- codes::find_end
             SELECT o.kind, o.at, o.participant FROM operation_range r JOIN operation o ON o.id = r.operation_id
             WHERE r.order_number = $1 AND r.first_index <= $2 AND r.last_index >= $2
               AND o.kind IN ('sell', 'return', 'withdraw')
             ORDER BY o.at DESC LIMIT 1",
        )
        .await?;
    let row = db.query_opt(&find, &[&super::signed(order)?, &super::signed(index)?]).await?;
    Ok(row.and_then(|row| match row.get(0) {
        "sell" => Some(End::Sold { at: row.get(1), seller: row.get::<_, Option<i32>>(2).unwrap_or_default() }),
        "withdraw" => Some(End::Withdrawn { at: row.get(1) }),
        _ => None,
    }))
}
