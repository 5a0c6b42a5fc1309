//! `report_link`: reports that tell of the same thing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::links::{Sighting, Why};
use super::super::report::ReportNumber;
use super::super::status::ReportStatus;
use super::report::{number, sighting, status};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::Result;

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

/// What ties a report to others, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Its id.
    pub(crate) id: Uuid,
    /// Its running number.
    pub(crate) sequence: i64,
    /// When it came in.
    pub(crate) received_at: DateTime<Utc>,
    /// What it is about.
    pub(crate) sighting: Sighting,
    /// Whether its author has taken everything back, or its time was over.
    pub(crate) is_deleted: bool,
}

const KNOWN: &str = "id, sequence, received_at, code_key, outlet, latitude, longitude, accuracy_metres, deleted_at IS NOT NULL AS is_deleted";

fn known(row: &tokio_postgres::Row) -> Known {
    Known {
        id: row.get("id"),
        sequence: row.get("sequence"),
        received_at: row.get("received_at"),
        sighting: sighting(row),
        is_deleted: row.get("is_deleted"),
    }
}

/// What ties a report to others; held until the transaction ends, so that nobody takes it back meanwhile.
pub(crate) async fn find_sighting(tx: &Transaction<'_>, report: Uuid) -> Result<Option<Known>> {
    let find = format!("-- reports::find_sighting\n SELECT {KNOWN} FROM report WHERE id = $1 FOR SHARE");
    Ok(tx.query_opt(&tx.prepare_cached(&find).await?, &[&report]).await?.as_ref().map(known))
}

/// Other reports of a span of time that may tell of the same: by code, or within the bounds. Newest first.
pub(crate) async fn list_candidates(
    db: &impl GenericClient,
    report: Uuid,
    seen: &Sighting,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Known>> {
    let list = format!(
        "-- reports::list_candidates
         (SELECT {KNOWN} FROM report
          WHERE code_key = $1 AND received_at BETWEEN $2 AND $3 AND deleted_at IS NULL AND id <> $9
          ORDER BY received_at DESC LIMIT $8)
         UNION
         (SELECT {KNOWN} FROM report
          WHERE latitude BETWEEN $4 AND $5 AND longitude BETWEEN $6 AND $7
            AND received_at BETWEEN $2 AND $3 AND deleted_at IS NULL AND id <> $9
          ORDER BY sequence DESC LIMIT $8)
         ORDER BY sequence DESC"
    );
    let list = db.prepare_cached(&list).await?;
    let bounds = seen.bounds();
    let (south, north) = (bounds.map(|bounds| bounds.south), bounds.map(|bounds| bounds.north));
    let (west, east) = (bounds.map(|bounds| bounds.west), bounds.map(|bounds| bounds.east));
    let rows =
        db.query(&list, &[&seen.code_key, &from, &to, &south, &north, &west, &east, &CANDIDATES, &report]).await?;
    Ok(rows.iter().map(known).collect())
}

/// Links reports, the later one of each two first. A link that is there already stays; none is made with a report that was
/// taken back meanwhile.
pub(crate) async fn insert_links(tx: &Transaction<'_>, links: &[(Uuid, Uuid, Why)]) -> Result<()> {
    let later: Vec<Uuid> = links.iter().map(|(later, ..)| *later).collect();
    let earlier: Vec<Uuid> = links.iter().map(|(_, earlier, _)| *earlier).collect();
    let hold = "-- reports::hold_linked
         SELECT FROM report WHERE id = ANY($1::uuid[] || $2::uuid[]) ORDER BY id FOR SHARE";
    tx.execute(&tx.prepare_cached(hold).await?, &[&later, &earlier]).await?;
    let insert = tx
        .prepare_cached(
            "-- reports::insert_links
             INSERT INTO report_link (report_id, other_id, why)
             SELECT l.later, l.earlier, l.why FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS l (later, earlier, why)
             WHERE NOT EXISTS (SELECT FROM report WHERE id IN (l.later, l.earlier) AND deleted_at IS NOT NULL)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    let why: Vec<&str> = links.iter().map(|(.., why)| why.slug()).collect();
    tx.execute(&insert, &[&later, &earlier, &why]).await?;
    Ok(())
}

/// Deletes the links of a report.
pub(crate) async fn delete_links(db: &impl GenericClient, report: Uuid) -> Result<()> {
    let delete = db
        .prepare_cached("-- reports::delete_links\n DELETE FROM report_link WHERE report_id = $1 OR other_id = $1")
        .await?;
    db.execute(&delete, &[&report]).await?;
    Ok(())
}

/// The reports that tell of the same as this one, newest first.
pub(crate) async fn list_links(db: &impl GenericClient, report: Uuid) -> Result<Vec<Linked>> {
    let list = db
        .prepare_cached(
            "-- reports::list_links
             SELECT r.number, r.status, r.region, l.why FROM report_link l
             JOIN report r ON r.id = CASE WHEN l.report_id = $1 THEN l.other_id ELSE l.report_id END
             WHERE (l.report_id = $1 OR l.other_id = $1) AND r.deleted_at IS NULL ORDER BY r.sequence DESC",
        )
        .await?;
    let rows = db.query(&list, &[&report]).await?;
    let linked = |row: &tokio_postgres::Row| {
        Ok(Linked { number: number(row.get(0))?, status: status(row.get(1))?, region: row.get(2), why: row.get(3) })
    };
    rows.iter().map(linked).collect()
}
