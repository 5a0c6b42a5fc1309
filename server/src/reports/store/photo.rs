//! `report_photo` and `report_photo_pending`: which files in the photo store belong to which report, and which will.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::report::KeptPhoto;
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Notes files that are about to be written.
pub(crate) async fn note_pending(db: &impl GenericClient, paths: &[String], now: DateTime<Utc>) -> Result<()> {
    let note = db
        .prepare_cached(
            "-- reports::note_pending
             INSERT INTO report_photo_pending (path, noted_at) SELECT path, $2 FROM unnest($1::text[]) AS t (path)",
        )
        .await?;
    db.execute(&note, &[&paths, &now]).await?;
    Ok(())
}

/// Strikes out files that are a report's now, or gone.
pub(crate) async fn strike_pending(db: &impl GenericClient, paths: &[String]) -> Result<()> {
    let strike =
        db.prepare_cached("-- reports::strike_pending\n DELETE FROM report_photo_pending WHERE path = ANY($1)").await?;
    db.execute(&strike, &[&paths]).await?;
    Ok(())
}

/// Files that were noted before `before` and never struck out.
pub(crate) async fn list_pending(db: &impl GenericClient, before: DateTime<Utc>, limit: usize) -> Result<Vec<String>> {
    let list = db
        .prepare_cached(
            "-- reports::list_pending
             SELECT path FROM report_photo_pending WHERE noted_at < $1 ORDER BY noted_at LIMIT $2",
        )
        .await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(db.query(&list, &[&before, &limit]).await?.iter().map(|row| row.get(0)).collect())
}

/// Writes photos of a report in their order, after those that it has; `event` is the message that they came with, if not
/// the report itself. Strikes them out of those that are about to be written.
pub(crate) async fn insert_photos(
    db: &impl GenericClient,
    report: Uuid,
    photos: &[KeptPhoto],
    event: Option<i64>,
) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- reports::insert_photos
             INSERT INTO report_photo (id, report_id, position, path, width, height, bytes, event_id)
             VALUES ($1, $2, (SELECT coalesce(max(position), 0) + 1 FROM report_photo WHERE report_id = $2),
                     $3, $4, $5, $6, $7)",
        )
        .await?;
    for photo in photos {
        let KeptPhoto { id, path, width, height, bytes } = photo;
        db.execute(&insert, &[id, &report, path, width, height, bytes, &event]).await?;
    }
    let paths: Vec<String> = photos.iter().map(|photo| photo.path.clone()).collect();
    strike_pending(db, &paths).await
}

/// The photos of a report in their order.
pub(crate) async fn list_photos(db: &impl GenericClient, report: Uuid) -> Result<Vec<KeptPhoto>> {
    let list = db
        .prepare_cached(
            "-- reports::list_photos
             SELECT id, path, width, height, bytes FROM report_photo WHERE report_id = $1 ORDER BY position",
        )
        .await?;
    Ok(db.query(&list, &[&report]).await?.iter().map(photo).collect())
}

/// One photo of a report, with its position from 1.
pub(crate) async fn find_photo(db: &impl GenericClient, report: Uuid, id: Uuid) -> Result<Option<(KeptPhoto, i16)>> {
    let find = db
        .prepare_cached(
            "-- reports::find_photo
             SELECT id, path, width, height, bytes, position FROM report_photo WHERE report_id = $1 AND id = $2",
        )
        .await?;
    Ok(db.query_opt(&find, &[&report, &id]).await?.map(|row| (photo(&row), row.get("position"))))
}

/// Deletes the rows of a report's photos. Returns the names of their files.
pub(crate) async fn delete_photos(db: &impl GenericClient, report: Uuid) -> Result<Vec<String>> {
    let delete = db
        .prepare_cached("-- reports::delete_photos\n DELETE FROM report_photo WHERE report_id = $1 RETURNING path")
        .await?;
    Ok(db.query(&delete, &[&report]).await?.iter().map(|row| row.get(0)).collect())
}

/// Of these files, those that no report has.
pub(crate) async fn list_strangers(db: &impl GenericClient, paths: &[String]) -> Result<Vec<String>> {
    let list = db
        .prepare_cached(
            "-- reports::list_strangers
             SELECT path FROM unnest($1::text[]) AS there (path)
             WHERE NOT EXISTS (SELECT FROM report_photo p WHERE p.path = there.path)",
        )
        .await?;
    Ok(db.query(&list, &[&paths]).await?.iter().map(|row| row.get(0)).collect())
}

fn photo(row: &Row) -> KeptPhoto {
    KeptPhoto {
        id: row.get("id"),
        path: row.get("path"),
        width: row.get("width"),
        height: row.get("height"),
        bytes: row.get("bytes"),
    }
}
