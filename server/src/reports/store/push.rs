//! `report_push`: which browsers get messages about answers to which reports. What names a browser is encrypted.

use chrono::{DateTime, Utc};
use locales::Language;
use uuid::Uuid;

use super::super::report::ReportNumber;
use super::report::number;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Most browsers of a report; the oldest of more end.
const MOST: i64 = 4;

/// A subscription that is written.
pub(crate) struct NewPush<'a> {
    pub(crate) id: Uuid,
    pub(crate) report: Uuid,
    /// SHA-256 of the address: a browser has one subscription of a report.
    pub(crate) hash: &'a [u8],
    /// Address and keys, encrypted.
    pub(crate) sealed: &'a [u8],
    pub(crate) language: Language,
    pub(crate) at: DateTime<Utc>,
}

/// A subscription that is there.
pub(crate) struct Push {
    pub(crate) sealed: Vec<u8>,
    /// The report's number.
    pub(crate) number: ReportNumber,
    /// The language of its owner.
    pub(crate) language: Language,
}

/// The subscription of a browser of a report.
pub(crate) async fn find_push(db: &impl GenericClient, report: Uuid, hash: &[u8]) -> Result<Option<Uuid>> {
    let find = "-- reports::find_push\n SELECT id FROM report_push WHERE report_id = $1 AND endpoint_hash = $2";
    Ok(db.query_opt(&db.prepare_cached(find).await?, &[&report, &hash]).await?.map(|row| row.get(0)))
}

/// Writes a subscription anew; the oldest of too many end.
pub(crate) async fn upsert_push(tx: &Transaction<'_>, push: &NewPush<'_>) -> Result<()> {
    let NewPush { id, report, hash, sealed, language, at } = push;
    let upsert = tx
        .prepare_cached(
            "-- reports::upsert_push
             INSERT INTO report_push (id, report_id, endpoint_hash, sealed, language, subscribed_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (report_id, endpoint_hash)
                DO UPDATE SET sealed = excluded.sealed, language = excluded.language, subscribed_at = excluded.subscribed_at",
        )
        .await?;
    tx.execute(&upsert, &[id, report, hash, sealed, &language.tag(), at]).await?;
    let prune = tx
        .prepare_cached(
            "-- reports::prune_push
             DELETE FROM report_push WHERE id IN (
                 SELECT id FROM report_push WHERE report_id = $1 AND id <> $2 ORDER BY subscribed_at DESC, id OFFSET $3)",
        )
        .await?;
    tx.execute(&prune, &[report, id, &(MOST - 1)]).await?;
    Ok(())
}

/// The subscriptions of a report.
pub(crate) async fn list_push(db: &impl GenericClient, report: Uuid) -> Result<Vec<Uuid>> {
    let list = "-- reports::list_push\n SELECT id FROM report_push WHERE report_id = $1 ORDER BY id";
    Ok(db.query(&db.prepare_cached(list).await?, &[&report]).await?.iter().map(|row| row.get(0)).collect())
}

/// A subscription with what a message needs.
pub(crate) async fn find_push_by_id(db: &impl GenericClient, id: Uuid) -> Result<Option<Push>> {
    let find = db
        .prepare_cached(
            "-- reports::find_push_by_id
             SELECT p.sealed, r.number, p.language FROM report_push p JOIN report r ON r.id = p.report_id WHERE p.id = $1",
        )
        .await?;
    let row = db.query_opt(&find, &[&id]).await?;
    row.map(|row| {
        let language: &str = row.get(2);
        Ok(Push {
            sealed: row.get(0),
            number: number(row.get(1))?,
            language: language.parse().map_err(|_| Error::internal("a subscription has an unknown language"))?,
        })
    })
    .transpose()
}

/// Ends a subscription of a report. False when it has none of this id.
pub(crate) async fn delete_push_of(db: &impl GenericClient, report: Uuid, id: Uuid) -> Result<bool> {
    let delete = "-- reports::delete_push_of\n DELETE FROM report_push WHERE report_id = $1 AND id = $2";
    Ok(db.execute(&db.prepare_cached(delete).await?, &[&report, &id]).await? == 1)
}

/// Removes a subscription that its push service has ended.
pub(crate) async fn delete_push(db: &impl GenericClient, id: Uuid) -> Result<()> {
    let delete = "-- reports::delete_push\n DELETE FROM report_push WHERE id = $1";
    db.execute(&db.prepare_cached(delete).await?, &[&id]).await?;
    Ok(())
}
