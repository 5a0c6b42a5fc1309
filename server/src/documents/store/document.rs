//! Envelopes of documents: one row each, with the ranges of units and the packs that they named. Everything but the state
//! is only appended to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::documents::kind::Content;
use crate::ledger::{UnitRange, range_columns, signed, unsigned};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// What a retry of a document is compared with, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FiledDocument {
    /// The stable name of its kind.
    pub(crate) kind: String,
    /// SHA-256 of what was sent: a retry has the same.
    pub(crate) fingerprint: Vec<u8>,
    /// When it was filed.
    pub(crate) at: DateTime<Utc>,
    /// How many units it was about.
    pub(crate) units: u32,
}

/// A document to be filed.
#[derive(Clone, Debug)]
pub(crate) struct NewDocument<'a> {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// The stable name of its kind.
    pub(crate) kind: &'a str,
    /// The participant who files it; none for operators.
    pub(crate) participant: Option<i32>,
    /// The account of the author.
    pub(crate) account: Uuid,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// SHA-256 of what was sent.
    pub(crate) fingerprint: &'a [u8],
    /// The bytes that were sent.
    pub(crate) sent: &'a [u8],
    /// What it says and does.
    pub(crate) content: &'a Content,
}

/// Files a document whose units are appended later; waits for another transaction that files one with the same id.
/// Returns the one that exists already, if there is one.
pub(crate) async fn insert_document(tx: &Transaction<'_>, new: &NewDocument<'_>) -> Result<Option<FiledDocument>> {
    let insert = tx
        .prepare_cached(
            "-- documents::insert_document
             INSERT INTO document (id, kind, number, participant, receiver, about, account_id, at, changed_at, state,
                 fingerprint, sent, details)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        )
        .await?;
    let NewDocument { id, kind, participant, account, at, fingerprint, sent, content } = new;
    let state = if content.receiver.is_some() { "awaiting" } else { "filed" };
    let Content { number, receiver, about, details, .. } = content;
    let inserted = tx
        .execute(
            &insert,
            &[id, kind, number, participant, receiver, about, account, at, &state, fingerprint, sent, details],
        )
        .await?;
    if inserted == 1 { Ok(None) } else { find_document(tx, new.id).await }
}

/// The document with this id.
pub(crate) async fn find_document(db: &impl GenericClient, id: Uuid) -> Result<Option<FiledDocument>> {
    let find = db
        .prepare_cached("-- documents::find_document\n SELECT kind, fingerprint, at, units FROM document WHERE id = $1")
        .await?;
    let row = db.query_opt(&find, &[&id]).await?;
    row.map(|row| {
        Ok(FiledDocument {
            kind: row.get("kind"),
            fingerprint: row.get("fingerprint"),
            at: row.get("at"),
            units: unsigned(row.get("units"))?,
        })
    })
    .transpose()
}

/// Gives a document another state, and raises its version.
pub(crate) async fn set_state(tx: &Transaction<'_>, id: Uuid, state: &str, at: DateTime<Utc>) -> Result<()> {
    let update = tx
        .prepare_cached(
            "-- documents::set_state
             UPDATE document SET state = $2, changed_at = $3, version = version + 1 WHERE id = $1",
        )
        .await?;
    tx.execute(&update, &[&id, &state, &at]).await?;
    Ok(())
}

/// Appends what a filed document was about.
pub(crate) async fn append_units(
    tx: &Transaction<'_>,
    id: Uuid,
    units: u64,
    ranges: &[UnitRange],
    packs: &[i64],
) -> Result<()> {
    let count = tx.prepare_cached("-- documents::count_units\n UPDATE document SET units = $2 WHERE id = $1").await?;
    tx.execute(&count, &[&id, &i32::try_from(units).map_err(Error::internal)?]).await?;
    let insert = tx
        .prepare_cached(
            "-- documents::append_ranges
             INSERT INTO document_range (document_id, order_number, first_index, last_index)
             SELECT $1, * FROM unnest($2::int[], $3::int[], $4::int[])",
        )
        .await?;
    let (orders, first, last) = range_columns(ranges)?;
    tx.execute(&insert, &[&id, &orders, &first, &last]).await?;
    if !packs.is_empty() {
        let insert = tx
            .prepare_cached(
                "-- documents::append_packs\n INSERT INTO document_pack (document_id, sscc) SELECT $1, unnest($2::bigint[])",
            )
            .await?;
        tx.execute(&insert, &[&id, &packs]).await?;
    }
    Ok(())
}

/// The units that a document was about.
pub(crate) async fn list_ranges(db: &impl GenericClient, id: Uuid) -> Result<Vec<UnitRange>> {
    let ranges = db
        .prepare_cached(
            "-- documents::list_ranges
             SELECT order_number, first_index, last_index FROM document_range WHERE document_id = $1 ORDER BY 1, 2",
        )
        .await?;
    let rows = db.query(&ranges, &[&id]).await?;
    rows.iter()
        .map(|row| {
            let (order, first, last) = (unsigned(row.get(0))?, unsigned(row.get(1))?, unsigned(row.get(2))?);
            Ok(UnitRange { order, first, last, position: 0 })
        })
        .collect()
}

/// The packs that a document named.
pub(crate) async fn list_packs(db: &impl GenericClient, id: Uuid) -> Result<Vec<i64>> {
    let list = db
        .prepare_cached("-- documents::list_packs\n SELECT sscc FROM document_pack WHERE document_id = $1 ORDER BY 1")
        .await?;
    Ok(db.query(&list, &[&id]).await?.iter().map(|row| row.get(0)).collect())
}

/// The importer whose a customs declaration is: this one, unless another's release has named it before.
pub(crate) async fn hold_declaration(tx: &Transaction<'_>, number: &str, importer: i32) -> Result<i32> {
    let insert = tx
        .prepare_cached(
            "-- documents::insert_declaration
             INSERT INTO declaration (number, importer) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .await?;
    tx.execute(&insert, &[&number, &importer]).await?;
    let find = tx
        .prepare_cached("-- documents::find_declaration\n SELECT importer FROM declaration WHERE number = $1")
        .await?;
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
            "-- documents::find_last
             SELECT u.order_number, u.unit_index, max(o.at)
             FROM unnest($1::int[], $2::int[]) AS u (order_number, unit_index)
             JOIN document_range r ON r.order_number = u.order_number
                  AND r.first_index <= u.unit_index AND r.last_index >= u.unit_index
             JOIN document o ON o.id = r.document_id
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
            "-- documents::find_end
             SELECT o.kind, o.at, o.participant FROM document_range r JOIN document o ON o.id = r.document_id
             WHERE r.order_number = $1 AND r.first_index <= $2 AND r.last_index >= $2
               AND o.kind IN ('sell', 'return', 'withdraw')
             ORDER BY o.at DESC LIMIT 1",
        )
        .await?;
    let row = db.query_opt(&find, &[&signed(order)?, &signed(index)?]).await?;
    Ok(row.and_then(|row| match row.get(0) {
        "sell" => Some(End::Sold { at: row.get(1), seller: row.get::<_, Option<i32>>(2).unwrap_or_default() }),
        "withdraw" => Some(End::Withdrawn { at: row.get(1) }),
        _ => None,
    }))
}
