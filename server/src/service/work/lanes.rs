//! How a worker does jobs. An attempt is counted before the work begins; the work and the removal of the job are
//! one transaction; a failed attempt, a panic among them, is recorded in another.

use serde_json::Value;

use super::Settled;
use crate::platform::db::{Client, Transaction};
use crate::platform::jobs::{self, Handlers, Lane, Marks, Run, Taken};
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::service::Service;
use crate::{alerts, reports, verify};

/// Jobs taken at a time.
const BATCH: i64 = 64;
/// Jobs taken at a time that wait for other systems, all at once.
const OUTSIDE_BATCH: i64 = 16;
/// Jobs of scans taken at a time: what comes meanwhile is judged together next.
const SCANS_BATCH: i64 = 8;

/// The handlers of every room.
pub(in crate::service) fn handlers(
    verify: &verify::Verify,
    reports: &reports::Reports,
    alerts: &alerts::Alerts,
) -> Handlers {
    let mut handlers = Handlers::default();
    verify::job::jobs(verify, &mut handlers);
    reports::job::jobs(reports, &mut handlers);
    alerts::job::jobs(alerts, &mut handlers);
    handlers
}

/// Judges some scans in the transaction that removes their jobs: each scan counts once, whatever happens. Those that
/// failed before are judged each by themselves, so that one delays no other.
pub(super) async fn judge_some(service: &Service) -> Result<Settled> {
    let mut client = service.base.db.get().await?;
    let taken = jobs::begin(&mut client, &service.handlers, Lane::Scans, SCANS_BATCH).await?;
    let Some(first) = taken.first() else { return Ok(Settled::default()) };
    let (kind, count) = (first.kind.clone(), taken.len() as u64);
    let done = tasks::caught(do_together(service, client, taken.clone())).await;
    let result = if done.is_ok() { "done" } else { "failed" };
    metrics::counter!("tanba_jobs_total", "kind" => kind, "result" => result).increment(count);
    match done {
        Ok(()) => Ok(Settled { done: count, failed: 0 }),
        Err(error) => {
            tracing::warn!(%error, jobs = count, "scans could not be judged and are tried again");
            give_back(service, &taken, &error).await?;
            Ok(Settled { done: 0, failed: count })
        }
    }
}

/// Does the jobs of a lane in one transaction and removes them.
async fn do_together(service: &Service, mut client: Client, taken: Vec<Taken>) -> Result<()> {
    let tx = client.transaction().await?;
    let taken = jobs::hold(&tx, taken).await?;
    let Some(Run::Batched(run)) = service.handlers.batched(Lane::Scans).map(|handler| &handler.run) else {
        return Err(Error::internal("no handler of scans"));
    };
    let ids: Vec<i64> = taken.iter().map(|row| row.id).collect();
    run(&tx, taken.into_iter().map(|row| row.payload).collect()).await?;
    jobs::remove(&tx, &ids).await?;
    Ok(tx.commit().await?)
}

/// Records a failed attempt in a transaction of its own.
async fn give_back(service: &Service, taken: &[Taken], error: &Error) -> Result<()> {
    let mut client = service.base.db.get().await?;
    let tx = client.transaction().await?;
    jobs::give_back(&tx, &service.handlers, taken, error).await?;
    Ok(tx.commit().await?)
}

/// Takes what is due in a lane, does it, and removes it or puts it off. If this process dies, the jobs are free again as
/// soon as their short lease has run out.
pub(super) async fn take_and_do(service: &Service, lane: Lane) -> Result<Settled> {
    let mut client = service.base.db.get().await?;
    let taken = jobs::begin(&mut client, &service.handlers, lane, BATCH).await?;
    if taken.is_empty() {
        return Ok(Settled::default());
    }
    let begun = taken.clone();
    let done = do_each(service, client, taken).await;
    if let Err(error @ Error::Unavailable { .. }) = &done {
        give_back(service, &begun, error).await?;
    }
    done
}

/// Sends due messages to other systems, several at once: one that is slow delays few, and no job of another lane.
pub(super) async fn send_some(service: &Service) -> Result<Settled> {
    let mut client = service.base.db.get().await?;
    let taken = jobs::begin(&mut client, &service.handlers, Lane::Outside, OUTSIDE_BATCH).await?;
    if taken.is_empty() {
        return Ok(Settled::default());
    }
    let tx = client.transaction().await?;
    let taken = jobs::hold(&tx, taken).await?;
    let sent = taken.iter().map(async |row| match service.handlers.get(&row.kind).map(|handler| &handler.run) {
        Some(Run::Each(run)) => tasks::caught(run(row.payload.clone())).await.map(drop),
        Some(Run::Batched(_)) => Err(Error::internal("a job of another lane")),
        None => Err(Error::internal("a job that this version can't read")),
    });
    let sent = futures_util::future::join_all(sent).await;
    let mut settled = Settled::default();
    for (row, done) in taken.iter().zip(sent) {
        settle(service, &tx, &row.kind, std::slice::from_ref(row), done, &mut settled).await?;
    }
    tx.commit().await?;
    Ok(settled)
}

/// Records what became of a piece of work: its rows are removed, or wait for their next attempt.
async fn settle(
    service: &Service,
    tx: &Transaction<'_>,
    kind: &str,
    rows: &[Taken],
    done: Result<()>,
    settled: &mut Settled,
) -> Result<()> {
    let result = if done.is_ok() { "done" } else { "failed" };
    metrics::counter!("tanba_jobs_total", "kind" => kind.to_owned(), "result" => result).increment(rows.len() as u64);
    match done {
        Ok(()) => {
            let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
            jobs::remove(tx, &ids).await?;
            settled.done += rows.len() as u64;
        }
        Err(error) => {
            for row in rows {
                tracing::warn!(kind, %error, attempts = row.attempts, "job failed");
                jobs::note_failed(tx, &service.handlers, row, true, &error).await?;
            }
            settled.failed += rows.len() as u64;
        }
    }
    Ok(())
}

/// Does these jobs one after the other; what each has done is recorded in one transaction, which holds their rows.
async fn do_each(service: &Service, mut client: Client, taken: Vec<Taken>) -> Result<Settled> {
    let tx = client.transaction().await?;
    let taken = jobs::hold(&tx, taken).await?;
    let mut settled = Settled::default();
    let mut snapshot_away = false;
    let mut marks = Marks::new();
    for Work { kind, payload, rows } in together(&service.handlers, taken) {
        let done = match service.handlers.get(&kind).map(|handler| &handler.run) {
            // One timeout of Redis is enough for a batch.
            Some(_) if snapshot_away && kind.starts_with("refresh-") => {
                Err(Error::Unavailable { slug: "snapshot-unavailable", source: "Redis was away a moment ago".into() })
            }
            Some(Run::Each(run)) => tasks::caught(run(payload)).await,
            Some(Run::Batched(_)) => Err(Error::internal("a job of another lane")),
            None => Err(Error::internal("a job that this version can't read")),
        };
        snapshot_away |= matches!(done, Err(Error::Unavailable { slug: "snapshot-unavailable", .. }));
        // Of several refreshes of one shard the last has moved its mark furthest.
        let done = done.map(|moved| marks.extend(moved));
        settle(service, &tx, &kind, &rows, done, &mut settled).await?;
    }
    // Last and in one order, since workers wait for each other here.
    for (snapshot, mark) in marks {
        jobs::note_refreshed(&tx, &snapshot, mark).await?;
    }
    tx.commit().await?;
    Ok(settled)
}

/// One run, and the jobs whose work it does.
#[derive(Debug)]
struct Work {
    kind: String,
    payload: Value,
    rows: Vec<Taken>,
}

/// Puts jobs together whose work one run can do.
fn together(handlers: &Handlers, taken: Vec<Taken>) -> Vec<Work> {
    let mut work: Vec<Work> = Vec::new();
    for row in taken {
        let handler = handlers.get(&row.kind);
        let into = work.iter_mut().position(|work| {
            work.kind == row.kind && handler.is_some_and(|handler| handler.merge(&mut work.payload, &row.payload))
        });
        match into {
            Some(at) => work[at].rows.push(row),
            None => work.push(Work { kind: row.kind.clone(), payload: row.payload.clone(), rows: vec![row] }),
        }
    }
    work
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::platform::jobs::{Job, RefreshOrder, RefreshProduct};

    #[test]
    fn refreshes_of_one_order_become_one() {
        let mut handlers = Handlers::default();
        handlers.add(&(), |(), _: RefreshOrder| async { Ok(()) });
        handlers.add(&(), |(), _: RefreshProduct| async { Ok(()) });
        let row = |id, kind: &str, payload| Taken { id, kind: kind.into(), payload, attempts: 1, age_seconds: 0.0 };
        let order = |order: u32, segments: &[u32]| json!({ "order": order, "segments": segments });
        let rows = vec![
            row(1, RefreshOrder::KIND, order(7, &[0, 3])),
            row(2, RefreshProduct::KIND, json!({ "gtin": 9 })),
            row(3, RefreshOrder::KIND, order(7, &[3, 1])),
            row(4, "of-a-newer-version", json!({})),
            row(5, RefreshOrder::KIND, order(8, &[])),
        ];
        let work: Vec<_> = together(&handlers, rows)
            .into_iter()
            .map(|work| (work.payload, work.rows.iter().map(|row| row.id).collect::<Vec<_>>()))
            .collect();
        let expected = [
            (order(7, &[0, 1, 3]), vec![1, 3]),
            (json!({ "gtin": 9 }), vec![2]),
            (json!({}), vec![4]),
            (order(8, &[]), vec![5]),
        ];
        assert_eq!(work, expected);
    }
}
