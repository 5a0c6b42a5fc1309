//! `report_link`: reports that tell of the same thing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::links::{Sighting, Why};
use super::super::report::ReportNumber;
use super::super::status::ReportStatus;
use super::report::{number, sighting, status};
use crate::db::{GenericClient, Transaction};
use crate::error::Result;

/// Most reports that one is compared with: where so many came in, another link tells nothing new.
const CANDIDATES: i64 = 200;

/// A report that tells of the same thing as another.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// Its number.
    pub(crate) number: ReportNumber,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// Whose it is.
    pub(crate) region: Option<String>,
    /// Why they are linked.
    pub(crate) why: String,
}

/// Waits for writers of reports that this one might be linked with, until their transactions end.
pub(crate) async fn lock(tx: &Transaction<'_>, locks: &[i64]) -> Result<()> {
    let lock = tx.prepare_cached("-- reports::lock\n SELECT pg_advisory_xact_lock($1)").await?;
    for number in locks {
        tx.execute(&lock, &[number]).await?;
    }
    Ok(())
}

/// Reports since `since` that may tell of the same: by code, or within the bounds. Newest first.
pub(crate) async fn list_candidates(
    db: &impl GenericClient,
    seen: &Sighting,
    since: DateTime<Utc>,
) -> Result<Vec<(Uuid, Sighting)>> {
    let list = db
        .prepare_cached(
            "-- reports::list_candidates
             (SELECT id, sequence, code_key, outlet, latitude, longitude, accuracy_metres FROM report
              WHERE code_key = $1 AND received_at > $2 AND deleted_at IS NULL ORDER BY received_at DESC LIMIT $7)
             UNION
             (SELECT id, sequence, code_key, outlet, latitude, longitude, accuracy_metres FROM report
              WHERE latitude BETWEEN $3 AND $4 AND longitude BETWEEN $5 AND $6
                AND received_at > $2 AND deleted_at IS NULL ORDER BY sequence DESC LIMIT $7)
             ORDER BY sequence DESC",
        )
        .await?;
    let bounds = seen.bounds();
    let (south, north) = (bounds.map(|bounds| bounds.south), bounds.map(|bounds| bounds.north));
    let (west, east) = (bounds.map(|bounds| bounds.west), bounds.map(|bounds| bounds.east));
    let rows = db.query(&list, &[&seen.code_key, &since, &south, &north, &west, &east, &CANDIDATES]).await?;
    Ok(rows.iter().map(|row| (row.get("id"), sighting(row))).collect())
}

/// Links a report with others.
pub(crate) async fn insert_links(db: &impl GenericClient, report: Uuid, links: &[(Uuid, Why)]) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- reports::insert_links
             INSERT INTO report_link (report_id, other_id, why)
             SELECT $1, * FROM unnest($2::uuid[], $3::text[]) ON CONFLICT DO NOTHING",
        )
        .await?;
    let others: Vec<Uuid> = links.iter().map(|(other, _)| *other).collect();
    let why: Vec<&str> = links.iter().map(|(_, why)| why.slug()).collect();
    db.execute(&insert, &[&report, &others, &why]).await?;
    Ok(())
}

/// How many reports tell of the same as this one.
pub(crate) async fn count_links(db: &impl GenericClient, report: Uuid) -> Result<i64> {
    let count = db
        .prepare_cached(
            "-- reports::count_links\n SELECT count(*) FROM report_link WHERE report_id = $1 OR other_id = $1",
        )
        .await?;
    Ok(db.query_one(&count, &[&report]).await?.get(0))
}

/// The reports that tell of the same as this one, newest first.
pub(crate) async fn list_links(db: &impl GenericClient, report: Uuid) -> Result<Vec<Linked>> {
    let list = db
        .prepare_cached(
            "-- reports::list_links
             SELECT r.number, r.status, r.region, l.why FROM report_link l
             JOIN report r ON r.id = CASE WHEN l.report_id = $1 THEN l.other_id ELSE l.report_id END
             WHERE l.report_id = $1 OR l.other_id = $1 ORDER BY r.sequence DESC",
        )
        .await?;
    let rows = db.query(&list, &[&report]).await?;
    let linked = |row: &tokio_postgres::Row| {
        Ok(Linked { number: number(row.get(0))?, status: status(row.get(1))?, region: row.get(2), why: row.get(3) })
    };
    rows.iter().map(linked).collect()
}
