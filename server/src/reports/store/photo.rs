//! `report_photo`: which files in the photo store belong to which report.

use tokio_postgres::Row;
use uuid::Uuid;

use super::super::report::KeptPhoto;
use crate::db::GenericClient;
use crate::error::Result;

/// Writes the photos of a report in their order.
pub(crate) async fn insert_photos(db: &impl GenericClient, report: Uuid, photos: &[KeptPhoto]) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- reports::insert_photos
             INSERT INTO report_photo (id, report_id, position, path, width, height, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .await?;
    for (position, photo) in (1_i16..).zip(photos) {
        let KeptPhoto { id, path, width, height, bytes } = photo;
        db.execute(&insert, &[id, &report, &position, path, width, height, bytes]).await?;
    }
    Ok(())
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
