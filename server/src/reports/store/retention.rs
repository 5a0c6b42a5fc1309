//! What goes with time (X38).

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::report::sighting;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::Result;
use crate::reports::status::ReportStatus;
use crate::scans::Place;

/// Reports that were closed before `before` and still hold contact and exact place; held until the transaction ends.
pub(crate) async fn list_exact(
    tx: &Transaction<'_>,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<(Uuid, Option<Place>)>> {
    let list = tx
        .prepare_cached(
            "-- reports::list_exact
             SELECT id, code_key, outlet, latitude, longitude, accuracy_metres FROM report
             WHERE closed_at < $1 AND coarsened_at IS NULL AND deleted_at IS NULL
             LIMIT $2 FOR UPDATE SKIP LOCKED",
        )
        .await?;
    let rows = tx.query(&list, &[&before, &rows(limit)]).await?;
    Ok(rows.iter().map(|row| (row.get("id"), sighting(row).place)).collect())
}

/// Takes the contact and the address from a report, and puts a coarse place instead of the exact one.
pub(crate) async fn coarsen(tx: &Transaction<'_>, id: Uuid, place: Option<Place>, now: DateTime<Utc>) -> Result<()> {
    let update = tx
        .prepare_cached(
            "-- reports::coarsen
             UPDATE report SET contact_sealed = NULL, fingerprint = NULL, address = NULL, coarsened_at = $2,
                 search = lower(concat_ws(' ', number, lpad(gtin::text, 14, '0'), outlet)),
                 latitude = $3, longitude = $4, accuracy_metres = $5 WHERE id = $1",
        )
        .await?;
    let (latitude, longitude) = (place.map(|place| place.latitude), place.map(|place| place.longitude));
    let accuracy = place.map(|place| place.accuracy_metres);
    tx.execute(&update, &[&id, &now, &latitude, &longitude, &accuracy]).await?;
    Ok(())
}

/// Reports that were closed before `before` and still hold what their reporters gave; held until the transaction ends.
pub(crate) async fn list_expired(tx: &Transaction<'_>, before: DateTime<Utc>, limit: usize) -> Result<Vec<Uuid>> {
    let list = tx
        .prepare_cached(
            "-- reports::list_expired
             SELECT id FROM report WHERE closed_at < $1 AND deleted_at IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED",
        )
        .await?;
    Ok(tx.query(&list, &[&before, &rows(limit)]).await?.iter().map(|row| row.get(0)).collect())
}

/// Those of these reports that still hold what their reporters gave; held until the transaction ends.
pub(crate) async fn list_unerased(tx: &Transaction<'_>, reports: &[Uuid]) -> Result<Vec<Uuid>> {
    let list = tx
        .prepare_cached(
            "-- reports::list_unerased
             SELECT id FROM report WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR UPDATE",
        )
        .await?;
    Ok(tx.query(&list, &[&reports]).await?.iter().map(|row| row.get(0)).collect())
}

/// Closes a report whose reporter has taken it back.
pub(crate) async fn close_as_deleted(tx: &Transaction<'_>, report: Uuid, now: DateTime<Utc>) -> Result<()> {
    let update = tx
        .prepare_cached("-- reports::close_as_deleted\n UPDATE report SET status = $2, closed_at = $3 WHERE id = $1")
        .await?;
    tx.execute(&update, &[&report, &ReportStatus::Deleted.slug(), &now]).await?;
    Ok(())
}

/// Deletes the tokens of reports whose data went before `before`: nobody needs to follow them any more.
pub(crate) async fn delete_tokens(tx: &Transaction<'_>, before: DateTime<Utc>) -> Result<u64> {
    let delete = tx
        .prepare_cached(
            "-- reports::delete_tokens
             DELETE FROM report_token USING report WHERE report.id = report_id AND deleted_at < $1",
        )
        .await?;
    Ok(tx.execute(&delete, &[&before]).await?)
}

/// Deletes the keys of days before `day`: what the audit keeps of networks can't be traced any more.
pub(crate) async fn delete_day_keys(db: &impl GenericClient, day: NaiveDate) -> Result<()> {
    db.execute("-- reports::delete_day_keys\n DELETE FROM report_day_key WHERE day < $1", &[&day]).await?;
    Ok(())
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
