//! How a worker takes jobs. [`begin`] counts the attempt and commits; [`hold`] locks the rows in the transaction of the
//! work, which also removes them. Between the two a short lease keeps other workers away; a worker that dies leaves
//! nothing but the lease, which soon runs out.

use serde_json::Value;

use super::handlers::Handler;
use super::{Handlers, Lane, dead};
use crate::platform::db::{Client, GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// How long a job is kept from other workers before its rows are locked; doubled with every attempt.
const LEASE_SECONDS: f64 = 2.0;
/// The longest wait between two attempts.
const LONGEST_SECONDS: f64 = 600.0;
/// The longest wait that another system can ask for.
const LONGEST_ASKED_SECONDS: u32 = 3_600;
/// How long a job may find a store away before that counts as a failed attempt: a store that is away for good, for this job
/// alone, must end on the dead list like any other failure.
const PATIENCE_SECONDS: f64 = 86_400.0;
/// When a job of a kind that this version doesn't know is looked at again: a newer worker may have done it.
const UNKNOWN_SECONDS: f64 = 10.0;

/// A job that this worker has begun.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// Row id.
    pub(crate) id: i64,
    /// Its kind as it was written.
    pub(crate) kind: String,
    /// What it holds.
    pub(crate) payload: Value,
    /// Attempts, this one included: also the proof that the lease is still ours.
    pub(crate) attempts: i32,
    /// Seconds since it was appended.
    pub(crate) age_seconds: f64,
}

impl Taken {
    /// Whether a failed attempt counts towards the dead list: not for want of a store, unless that has lasted for a day, and
    /// not for want of a handler.
    fn is_counted(&self, is_alone: bool, for_want_of_a_store: bool, is_known: bool) -> bool {
        let waits = for_want_of_a_store && self.age_seconds < PATIENCE_SECONDS;
        is_alone && !waits && is_known
    }
}

/// A job that is due.
struct Due {
    taken: Taken,
    /// Whether the attempt before this one ended without a result: its worker died, or was stopped.
    is_broken_off: bool,
}

/// Takes jobs that are due, oldest first, counts an attempt of each, and commits.
///
/// Where one job may have spoiled the attempt of others it is taken alone: every job whose worker died, and in the lane
/// of scans, whose jobs share a transaction, every job that failed. Such a job is halved when its worker died twice, so
/// that a single scan is found in a few steps; and put on the dead list when there is nothing to halve.
pub(crate) async fn begin(client: &mut Client, handlers: &Handlers, lane: Lane, limit: i64) -> Result<Vec<Taken>> {
    loop {
        let tx = client.transaction().await?;
        // An attempt whose count is lost with the server's power was lost with it.
        tx.batch_execute("SET LOCAL synchronous_commit = off").await?;
        let mut due = list_due(&tx, lane, limit).await?;
        let must_be_alone = |due: &Due| due.is_broken_off || lane == Lane::Scans && due.taken.attempts > 0;
        if due.first().is_some_and(must_be_alone) {
            due.truncate(1);
        } else {
            due.retain(|due| !must_be_alone(due));
        }
        let put_aside = match due.first() {
            Some(first) if first.is_broken_off => put_aside(&tx, handlers, &first.taken, "its worker ended").await?,
            _ => false,
        };
        if put_aside {
            tx.commit().await?;
            continue;
        }
        let mut taken: Vec<Taken> = due.into_iter().map(|due| due.taken).collect();
        count(&tx, &mut taken).await?;
        tx.commit().await?;
        return Ok(taken);
    }
}

async fn list_due(tx: &Transaction<'_>, lane: Lane, limit: i64) -> Result<Vec<Due>> {
    let list = tx
        .prepare_cached(
            "-- jobs::list_due
             SELECT id, kind, payload, attempts, held_until IS NOT NULL AS is_broken_off,
                    extract(epoch FROM now() - appended_at)::float8 AS age_seconds FROM job
             WHERE run_at <= now() AND (held_until IS NULL OR held_until < now()) AND lane = $2
             ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED",
        )
        .await?;
    let rows = tx.query(&list, &[&limit, &lane.slug()]).await?;
    let due = |row: &tokio_postgres::Row| Due {
        taken: Taken {
            id: row.get("id"),
            kind: row.get("kind"),
            payload: row.get("payload"),
            attempts: row.get("attempts"),
            age_seconds: row.get("age_seconds"),
        },
        is_broken_off: row.get("is_broken_off"),
    };
    Ok(rows.iter().map(due).collect())
}

/// Counts an attempt of each, and keeps others away for a moment: longer each time.
async fn count(tx: &Transaction<'_>, taken: &mut [Taken]) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let count = tx
        .prepare_cached(
            "-- jobs::count_attempt
             UPDATE job SET attempts = attempts + 1,
                 held_until = now() + make_interval(secs => least($2 * 2 ^ least(attempts, 20), $3))
             WHERE id = ANY($1)",
        )
        .await?;
    let ids: Vec<i64> = taken.iter().map(|taken| taken.id).collect();
    tx.execute(&count, &[&ids, &LEASE_SECONDS, &LONGEST_SECONDS]).await?;
    for one in taken {
        one.attempts += 1;
    }
    Ok(())
}

/// Of jobs that were begun, those that are still this worker's: their rows are locked until the transaction ends.
pub(crate) async fn hold(tx: &Transaction<'_>, taken: Vec<Taken>) -> Result<Vec<Taken>> {
    let hold = tx
        .prepare_cached(
            "-- jobs::hold
             SELECT id FROM unnest($1::bigint[], $2::int[]) AS begun (id, attempts) JOIN job USING (id, attempts)
             ORDER BY id FOR UPDATE OF job SKIP LOCKED",
        )
        .await?;
    let (ids, attempts): (Vec<i64>, Vec<i32>) = taken.iter().map(|row| (row.id, row.attempts)).unzip();
    let rows = tx.query(&hold, &[&ids, &attempts]).await?;
    let leased: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    Ok(taken.into_iter().filter(|taken| leased.contains(&taken.id)).collect())
}

/// These jobs have happened.
pub(crate) async fn remove(tx: &Transaction<'_>, ids: &[i64]) -> Result<()> {
    let delete = tx.prepare_cached("-- jobs::remove\n DELETE FROM job WHERE id = ANY($1)").await?;
    tx.execute(&delete, &[&ids]).await?;
    Ok(())
}

/// The attempt failed. For want of a store the job waits a second, however often that happens within a day; else 1, 2, 4 … seconds, ten
/// minutes at most. Scans that failed with others are tried alone; those that failed alone, in halves; and what has failed
/// too often is put on the dead list.
pub(crate) async fn note_failed(
    tx: &Transaction<'_>,
    handlers: &Handlers,
    taken: &Taken,
    is_alone: bool,
    error: &Error,
) -> Result<()> {
    let why = error.to_string();
    let is_known = handlers.get(&taken.kind).is_some();
    let is_counted = taken.is_counted(is_alone, matches!(error, Error::Unavailable { .. }), is_known);
    let wait_seconds = if !is_known {
        UNKNOWN_SECONDS
    } else if !is_counted {
        if is_alone { 1.0 } else { 0.0 }
    } else if put_aside(tx, handlers, taken, &why).await? {
        return Ok(());
    } else {
        let doublings = u32::try_from(taken.attempts - 1).unwrap_or_default().min(20);
        let asked = u32::try_from(error.retry_after_seconds().unwrap_or_default()).unwrap_or(u32::MAX);
        f64::from(1_u32 << doublings).min(LONGEST_SECONDS).max(f64::from(asked.min(LONGEST_ASKED_SECONDS)))
    };
    let attempts = if is_counted { taken.attempts } else { (taken.attempts - 1).max(1) };
    let update = tx
        .prepare_cached(
            "-- jobs::note_failed
             UPDATE job SET attempts = $2, last_error = $3, held_until = NULL, run_at = now() + make_interval(secs => $4)
             WHERE id = $1",
        )
        .await?;
    tx.execute(&update, &[&taken.id, &attempts, &why, &wait_seconds]).await?;
    Ok(())
}

/// The transaction of the work was lost: what was begun may be begun again, and is not counted if a store was away.
pub(crate) async fn give_back(tx: &Transaction<'_>, handlers: &Handlers, taken: &[Taken], error: &Error) -> Result<()> {
    let alone = taken.len() == 1;
    for taken in hold(tx, taken.to_vec()).await? {
        note_failed(tx, handlers, &taken, alone, error).await?;
    }
    Ok(())
}

/// Halves a job that failed at least once, or puts it on the dead list when it failed too often. False when it may be
/// tried as it is.
async fn put_aside(tx: &Transaction<'_>, handlers: &Handlers, taken: &Taken, why: &str) -> Result<bool> {
    let handler = handlers.get(&taken.kind);
    if taken.attempts >= 2
        && let Some(halves) = handler.and_then(|handler| handler.halves(&taken.payload))
    {
        let halve = tx
            .prepare_cached(
                "-- jobs::halve
                 INSERT INTO job (kind, lane, payload, attempts, last_error, appended_at)
                 SELECT kind, lane, half, 1, $3::text, appended_at FROM job, unnest($2::jsonb[]) half WHERE id = $1",
            )
            .await?;
        tx.execute(&halve, &[&taken.id, &halves.as_slice(), &why]).await?;
        remove(tx, &[taken.id]).await?;
        return Ok(true);
    }
    let is_over = |handler: &&Handler| taken.attempts >= handler.most_attempts(&taken.payload);
    let Some(handler) = handler.filter(is_over) else { return Ok(false) };
    dead::bury(tx, taken, handler, why).await?;
    tracing::error!(kind = taken.kind, attempts = taken.attempts, error = why, "job put on the dead list");
    metrics::counter!("tanba_jobs_total", "kind" => taken.kind.clone(), "result" => "dead").increment(1);
    Ok(true)
}

/// Whether jobs are due, also those that another worker holds at this moment.
pub(crate) async fn any_due(db: &impl GenericClient) -> Result<bool> {
    let query = db.prepare_cached("-- jobs::any_due\n SELECT EXISTS (SELECT FROM job WHERE run_at <= now())").await?;
    Ok(db.query_one(&query, &[]).await?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X41
    #[test]
    fn a_store_that_stays_away_for_a_day_is_a_failure_like_any_other() {
        let taken =
            |age_seconds| Taken { id: 1, kind: "tell-alert".into(), payload: Value::Null, attempts: 3, age_seconds };
        let hour = taken(3_600.0);
        assert!(!hour.is_counted(true, true, true) && hour.is_counted(true, false, true));
        assert!(!hour.is_counted(false, false, true));
        let week = taken(7.0 * 86_400.0);
        assert!(week.is_counted(true, true, true) && !week.is_counted(false, true, true));
        assert!(!week.is_counted(true, true, false), "a newer version knows its kind");
    }
}
