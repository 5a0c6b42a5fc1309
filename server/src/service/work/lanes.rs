//! What a worker does with jobs. An attempt is counted before the work begins; the work and the removal of the job are
//! one transaction; a failed attempt, a panic among them, is recorded in another.

use std::collections::{BTreeMap, BTreeSet};

use super::Settled;
use crate::alerts::rules::Network;
use crate::alerts::{self, Wanted};
use crate::platform::db::Client;
use crate::platform::jobs::{self, Job, Lane, Taken};
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::reports::{self, Erased};
use crate::service::Service;
use crate::verify::Marks;

/// Jobs held at a time.
const BATCH: i64 = 64;
/// Jobs of scans held at a time: what comes meanwhile is judged together next.
const SCANS_BATCH: i64 = 8;

/// Judges some scans in the transaction that removes their jobs: each scan counts once, whatever happens. Those that
/// failed before are judged each by themselves, so that one holds up no other.
pub(super) async fn judge_some(service: &Service) -> Result<Settled> {
    let mut client = service.base.db.get().await?;
    let taken = jobs::begin(&mut client, Lane::Scans, SCANS_BATCH).await?;
    if taken.is_empty() {
        return Ok(Settled::default());
    }
    let count = taken.len() as u64;
    let done = tasks::caught(judge(service, client, taken.clone())).await;
    let result = if done.is_ok() { "done" } else { "failed" };
    metrics::counter!("tanba_jobs_total", "kind" => "judge-scans", "result" => result).increment(count);
    match done {
        Ok(scans) => {
            metrics::counter!("tanba_scans_judged_total").increment(scans as u64);
            Ok(Settled { done: count, failed: 0 })
        }
        Err(error) => {
            tracing::warn!(%error, jobs = count, "scans could not be judged and are tried again");
            give_back(service, &taken, &error).await?;
            Ok(Settled { done: 0, failed: count })
        }
    }
}

/// Judges the scans of these jobs and removes the jobs. Returns how many scans there were.
async fn judge(service: &Service, mut client: Client, taken: Vec<Taken>) -> Result<usize> {
    let tx = client.transaction().await?;
    let taken = jobs::hold(&tx, taken).await?;
    let mut scans = Vec::new();
    for row in &taken {
        let Some(Job::JudgeScans { day, scans: ids, networks }) = &row.job else {
            return Err(Error::internal("scans to be judged that can't be read"));
        };
        scans.extend(ids.iter().enumerate().map(|(at, id)| {
            let network = networks.get(at).copied().unwrap_or_default();
            Wanted { day: *day, id: *id, network: Network { near: network.near, wide: network.wide } }
        }));
    }
    alerts::judge_scans(&service.alerts, &tx, &scans).await?;
    let ids: Vec<i64> = taken.iter().map(|row| row.id).collect();
    jobs::remove(&tx, &ids).await?;
    tx.commit().await?;
    Ok(scans.len())
}

/// Records a failed attempt in a transaction of its own.
async fn give_back(service: &Service, taken: &[Taken], error: &Error) -> Result<()> {
    let mut client = service.base.db.get().await?;
    let tx = client.transaction().await?;
    jobs::give_back(&tx, taken, error).await?;
    Ok(tx.commit().await?)
}

/// Takes what is due, does it, and removes it or puts it off. If this process dies, the jobs are free again as soon as
/// their short lease has run out.
pub(super) async fn take_and_do(service: &Service) -> Result<Settled> {
    let mut client = service.base.db.get().await?;
    let taken = jobs::begin(&mut client, Lane::Rest, BATCH).await?;
    if taken.is_empty() {
        return Ok(Settled::default());
    }
    if taken.iter().any(|row| row.job.as_ref().is_some_and(Job::is_refresh)) {
        service.verify.snapshot.outwait_brief_closure().await;
    }
    let begun = taken.clone();
    let done = do_all(service, client, taken).await;
    if let Err(error @ Error::Unavailable { .. }) = &done {
        give_back(service, &begun, error).await?;
    }
    done
}

/// Does these jobs one after the other; what each has done is recorded in one transaction, which holds their rows.
async fn do_all(service: &Service, mut client: Client, taken: Vec<Taken>) -> Result<Settled> {
    let tx = client.transaction().await?;
    let taken = jobs::hold(&tx, taken).await?;
    let mut settled = Settled::default();
    let mut snapshot_away = false;
    let mut marks = Marks::new();
    for (job, rows) in together(taken) {
        let kind = job.as_ref().map_or("unknown", Job::kind);
        let done = match &job {
            // One timeout of Redis is enough for a batch.
            Some(_) if snapshot_away && kind.starts_with("refresh-") => {
                Err(Error::Unavailable { slug: "snapshot-unavailable", source: "Redis was away a moment ago".into() })
            }
            Some(job) => tasks::caught(perform(service, job)).await,
            None => Err(Error::internal("a job that this version can't read")),
        };
        snapshot_away |= matches!(done, Err(Error::Unavailable { slug: "snapshot-unavailable", .. }));
        // Of several refreshes of one shard the last has moved its mark furthest.
        let done = done.map(|moved| marks.extend(moved));
        let result = if done.is_ok() { "done" } else { "failed" };
        metrics::counter!("tanba_jobs_total", "kind" => kind, "result" => result).increment(rows.len() as u64);
        match done {
            Ok(()) => {
                let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
                jobs::remove(&tx, &ids).await?;
                settled.done += rows.len() as u64;
            }
            Err(error) => {
                for row in &rows {
                    tracing::warn!(kind, %error, attempts = row.attempts, "job failed");
                    jobs::note_failed(&tx, row, true, &error).await?;
                }
                settled.failed += rows.len() as u64;
            }
        }
    }
    // Last and in one order, since workers wait for each other here.
    for (snapshot, mark) in marks {
        jobs::note_refreshed(&tx, &snapshot, mark).await?;
    }
    tx.commit().await?;
    Ok(settled)
}

/// Puts refreshes of one order together: many small documents about it cost one refresh.
fn together(taken: Vec<Taken>) -> Vec<(Option<Job>, Vec<Taken>)> {
    let mut orders: BTreeMap<u32, (BTreeSet<u32>, Vec<Taken>)> = BTreeMap::new();
    let mut work = Vec::new();
    for row in taken {
        match &row.job {
            Some(Job::RefreshOrder { order, segments }) => {
                let (all, rows) = orders.entry(*order).or_default();
                all.extend(segments);
                rows.push(row);
            }
            job => work.push((job.clone(), vec![row])),
        }
    }
    let orders = orders.into_iter().map(|(order, (segments, rows))| {
        let segments = segments.into_iter().collect();
        (Some(Job::RefreshOrder { order, segments }), rows)
    });
    work.extend(orders);
    work
}

/// What each job means. Returns how far it moved the snapshot's marks.
async fn perform(service: &Service, job: &Job) -> Result<Marks> {
    match job {
        Job::RefreshOrder { order, segments } => service.verify.snapshot.refresh_order(*order, segments).await,
        Job::RefreshProduct { gtin } => service.verify.snapshot.refresh_product(*gtin).await,
        Job::RefreshParticipant { participant } => service.verify.snapshot.refresh_participant(*participant).await,
        Job::RefreshPacks { packs } => service.verify.snapshot.refresh_packs(packs).await,
        Job::DeletePhotos { paths } => reports::delete_photos(&service.reports, paths).await.map(|()| Marks::new()),
        Job::NoteErasures { reports, expired } => {
            let why = if *expired { Erased::Expired } else { Erased::TakenBack };
            reports::note_erasures(&service.reports, reports, why).await.map(|()| Marks::new())
        }
        Job::LinkReport { report } => reports::link_report(&service.reports, *report).await.map(|()| Marks::new()),
        Job::JudgeSale { seller, at, units } => judge_sale(service, *seller, *at, units).await.map(|()| Marks::new()),
        Job::TellAlert { event } => alerts::tell(&service.alerts, *event).await.map(|()| Marks::new()),
        // Taken in a lane of its own.
        Job::JudgeScans { .. } => Err(Error::internal("scans to be judged in the wrong lane")),
    }
}

/// Judges a refused sale. Twice is once: the alert that it opens is the same.
async fn judge_sale(service: &Service, seller: i32, at: i64, units: &[(u32, u32)]) -> Result<()> {
    let mut client = service.base.db.get().await?;
    let tx = client.transaction().await?;
    alerts::judge_sale(&service.alerts, &tx, seller, at, units).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refreshes_of_one_order_become_one() {
        let refresh = |order, segments: &[u32]| Some(Job::RefreshOrder { order, segments: segments.to_vec() });
        let row = |id, job| Taken { id, kind: String::new(), job, attempts: 1, age_seconds: 0.0 };
        let rows = vec![
            row(1, refresh(7, &[0, 3])),
            row(2, Some(Job::RefreshProduct { gtin: 9 })),
            row(3, refresh(7, &[3, 1])),
            row(4, None),
            row(5, refresh(8, &[])),
        ];
        let work: Vec<_> = together(rows)
            .into_iter()
            .map(|(job, rows)| (job, rows.iter().map(|row| row.id).collect::<Vec<_>>()))
            .collect();
        let expected = [
            (Some(Job::RefreshProduct { gtin: 9 }), vec![2]),
            (None, vec![4]),
            (refresh(7, &[0, 1, 3]), vec![1, 3]),
            (refresh(8, &[]), vec![5]),
        ];
        assert_eq!(work, expected);
    }
}
