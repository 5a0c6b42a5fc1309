//! The dead list: jobs that failed too often. Nothing is lost there; an operator retries a job when its cause is mended,
//! or drops it.

use chrono::{DateTime, Utc};

use super::Taken;
use super::handlers::Handler;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::Result;

/// A job that is not tried any more.
#[derive(Clone, Debug)]
pub(crate) struct DeadJob {
    /// Its id.
    pub(crate) id: i64,
    /// Its kind.
    pub(crate) kind: String,
    /// How many things it holds: scans, units, photos; one of most kinds.
    pub(crate) things: i32,
    /// Attempts that failed.
    pub(crate) attempts: i32,
    /// Why the last one failed.
    pub(crate) last_error: Option<String>,
    /// When its cause was committed.
    pub(crate) appended_at: DateTime<Utc>,
    /// When it was put on the list.
    pub(crate) died_at: DateTime<Utc>,
}

/// Moves a job to the list.
pub(super) async fn bury(tx: &Transaction<'_>, taken: &Taken, handler: &Handler, why: &str) -> Result<()> {
    let bury = tx
        .prepare_cached(
            "-- jobs::bury
             WITH failed AS (DELETE FROM job WHERE id = $1 RETURNING id, kind, lane, payload, appended_at)
             INSERT INTO dead_job (id, kind, lane, payload, things, attempts, last_error, appended_at, died_at)
             SELECT id, kind, lane, payload - $4::text[], $5::int, $2::int, $3::text, appended_at, now() FROM failed",
        )
        .await?;
    let things = i32::try_from(handler.things(&taken.payload)).unwrap_or(i32::MAX);
    tx.execute(&bury, &[&taken.id, &taken.attempts, &why, &handler.short_lived, &things]).await?;
    Ok(())
}

/// Jobs on the list after an id, by id.
pub(crate) async fn list_dead(db: &impl GenericClient, after: i64, limit: i64) -> Result<Vec<DeadJob>> {
    let list = db
        .prepare_cached(
            "-- jobs::list_dead
             SELECT id, kind, things, attempts, last_error, appended_at, died_at FROM dead_job WHERE id > $1
             ORDER BY id LIMIT $2",
        )
        .await?;
    let rows = db.query(&list, &[&after, &limit]).await?;
    let job = |row: &tokio_postgres::Row| DeadJob {
        id: row.get("id"),
        kind: row.get("kind"),
        things: row.get("things"),
        attempts: row.get("attempts"),
        last_error: row.get("last_error"),
        appended_at: row.get("appended_at"),
        died_at: row.get("died_at"),
    };
    Ok(rows.iter().map(job).collect())
}

/// Takes a job off the list and lets workers try it anew. Returns its kind; none when it is not on the list.
pub(crate) async fn retry_dead(tx: &Transaction<'_>, id: i64) -> Result<Option<String>> {
    let retry = tx
        .prepare_cached(
            "-- jobs::retry_dead
             WITH dead AS (DELETE FROM dead_job WHERE id = $1 RETURNING kind, lane, payload, last_error, appended_at)
             INSERT INTO job (kind, lane, payload, attempts, last_error, appended_at)
             SELECT kind, lane, payload, 1, last_error, appended_at FROM dead RETURNING kind",
        )
        .await?;
    Ok(tx.query_opt(&retry, &[&id]).await?.map(|row| row.get(0)))
}

/// Drops a job from the list, for good. Returns its kind; none when it is not on the list.
pub(crate) async fn drop_dead(tx: &Transaction<'_>, id: i64) -> Result<Option<String>> {
    let drop = tx.prepare_cached("-- jobs::drop_dead\n DELETE FROM dead_job WHERE id = $1 RETURNING kind").await?;
    Ok(tx.query_opt(&drop, &[&id]).await?.map(|row| row.get(0)))
}
