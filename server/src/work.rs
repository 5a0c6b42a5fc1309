//! The worker: does what transactions have left to be done, and keeps house. Any number of workers run side by side,
//! in `serve` or alone; each job goes to one of them, and every job is harmless when it happens twice.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::{Error, Result};
use crate::jobs::{self, Job, Lane, Taken};
use crate::reports::Erased;
use crate::verify::{Marks, Rebuilt};
use crate::{alerts, audit, auth, db, idempotency, regions, reports, scans};

/// How often a worker looks for jobs that nobody rang for.
const POLL: Duration = Duration::from_millis(250);
/// How long it rests when PostgreSQL is away.
const REST: Duration = Duration::from_secs(1);
/// The longest step: refreshing sixty orders of a million codes each takes a minute.
const STEP: Duration = Duration::from_mins(5);
/// How long a step may go on after the worker was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Jobs held at a time.
const BATCH: i64 = 64;
/// Jobs of scans held at a time: what comes meanwhile is judged together next.
const SCANS_BATCH: i64 = 8;
/// Advisory lock of the one who walks over the snapshot.
const PATROL_LOCK: i64 = 0x7461_6e62_6110;

/// A worker that runs.
#[derive(Debug)]
pub struct Worker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What [`settle`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Jobs done.
    pub done: u64,
    /// Jobs that failed and wait to be tried again.
    pub failed: u64,
}

/// Starts a worker on the current runtime.
pub fn start(app: App) -> Worker {
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app, stop.clone()));
    Worker { stop, task }
}

impl Worker {
    /// Stops it: what it holds is finished first, if that is soon.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the worker broke off");
        }
    }
}

/// Takes a step, and gives it up when it lasts too long, or doesn't end soon after the worker was told to stop: a store
/// may have fallen silent. Every step is a transaction, or harmless when it is taken again.
async fn take_step<T>(stop: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    let leave = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let until_told = async {
        tokio::select! {
            done = work => done,
            () = leave => Err(Error::Unavailable { slug: "register-unavailable", source: "the worker has to stop".into() }),
        }
    };
    db::bounded(STEP, until_told).await
}

/// Works until it is told to stop.
async fn run(app: App, stop: CancellationToken) {
    let house = tokio::spawn(keep_house(app.clone(), stop.clone()));
    // On a thread of its own: judging is arithmetic, too, and must hold up nothing else.
    let (judging, until) = (app.clone(), stop.clone());
    let judge = tokio::task::spawn_blocking(move || {
        tokio::runtime::Handle::current().block_on(keep_judging(judging, until));
    });
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(take_and_do(&app))).await {
            Ok(settled) if settled.done > 0 => continue,
            Ok(_) => POLL,
            Err(error) => {
                tracing::warn!(%error, "no jobs could be taken");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.wake.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    for (task, name) in [(house, "housekeeping"), (judge, "judging")] {
        if let Err(error) = task.await {
            tracing::error!(%error, name, "a task of the worker broke off");
        }
    }
}

/// Judges scans until it is told to stop.
async fn keep_judging(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(judge_some(&app))).await {
            Ok(settled) if settled.done > 0 => continue,
            Ok(_) => POLL,
            Err(error) => {
                tracing::warn!(%error, "no scans could be judged");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Judges some scans in the very transaction that strikes their jobs out: once, whatever happens. Those that failed
/// before are judged each by themselves, so that one holds up no other.
async fn judge_some(app: &App) -> Result<Settled> {
    let mut client = app.db.get().await?;
    let mut tx = client.transaction().await?;
    let mut taken = jobs::take(&tx, Lane::Scans, SCANS_BATCH).await?;
    if taken.first().is_some_and(|row| row.attempts > 0) {
        taken.truncate(1);
    } else {
        taken.retain(|row| row.attempts == 0);
    }
    let scans: Vec<_> = taken
        .iter()
        .filter_map(|row| if let Some(Job::JudgeScans { day, scans }) = &row.job { Some((*day, scans)) } else { None })
        .flat_map(|(day, scans)| scans.iter().map(move |id| (day, *id)))
        .collect();
    let inner = tx.transaction().await?;
    let done = alerts::judge_scans(app, &inner, &scans).await;
    let mut settled = Settled::default();
    let result = if done.is_ok() { "done" } else { "failed" };
    metrics::counter!("tanba_jobs_total", "kind" => "judge-scans", "result" => result).increment(taken.len() as u64);
    match done {
        Ok(()) => {
            inner.commit().await?;
            metrics::counter!("tanba_scans_judged_total").increment(scans.len() as u64);
            for row in &taken {
                jobs::remove(&tx, row.id).await?;
                settled.done += 1;
            }
        }
        Err(error) => {
            inner.rollback().await?;
            tracing::warn!(%error, scans = scans.len(), "scans could not be judged and are tried again");
            for row in &taken {
                jobs::retry_soon(&tx, row, &error.to_string()).await?;
                settled.failed += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(settled)
}

/// Does everything that is due until nothing is left, also what other workers have taken meanwhile; then lays the
/// audit's chain. For tests and for commands that must leave nothing behind.
pub async fn settle(app: &App) -> Result<Settled> {
    let mut total = Settled::default();
    alerts::refresh(app).await?;
    loop {
        let (settled, judged) = (take_and_do(app).await?, judge_some(app).await?);
        total.done += settled.done + judged.done;
        total.failed += settled.failed + judged.failed;
        if (settled, judged) == (Settled::default(), Settled::default()) {
            let client = app.db.get().await?;
            if !jobs::any_due(&client).await? {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    while audit::extend(&mut app.db.get().await?).await? > 0 {}
    Ok(total)
}

/// Takes what is due, does it, and strikes it out or puts it off, all in one transaction: if this process dies, the
/// jobs are free again.
async fn take_and_do(app: &App) -> Result<Settled> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let taken = jobs::take(&tx, Lane::Rest, BATCH).await?;
    if taken.is_empty() {
        return Ok(Settled::default());
    }
    if taken.iter().any(|row| row.job.as_ref().is_some_and(Job::is_refresh)) {
        app.snapshot.outwait_brief_closure().await;
    }
    let mut settled = Settled::default();
    let mut snapshot_away = false;
    let mut marks = Marks::new();
    for (job, rows) in together(taken) {
        let kind = job.as_ref().map_or("unknown", Job::kind);
        let done = match &job {
            // Nobody waits for Redis sixty times in a row.
            Some(_) if snapshot_away && kind.starts_with("refresh-") => {
                Err(Error::Unavailable { slug: "snapshot-unavailable", source: "Redis was away a moment ago".into() })
            }
            Some(job) => perform(app, job).await,
            None => Err(Error::internal("a job of a kind that this version doesn't know")),
        };
        snapshot_away |= matches!(done, Err(Error::Unavailable { slug: "snapshot-unavailable", .. }));
        // Of several refreshes of one shard the last has moved its mark furthest.
        let done = done.map(|moved| marks.extend(moved));
        let result = if done.is_ok() { "done" } else { "failed" };
        metrics::counter!("tanba_jobs_total", "kind" => kind, "result" => result).increment(rows.len() as u64);
        for row in &rows {
            match &done {
                Ok(()) => {
                    jobs::remove(&tx, row.id).await?;
                    settled.done += 1;
                }
                Err(error) => {
                    tracing::warn!(kind, %error, attempts = row.attempts, "a job failed and is tried again");
                    let why = error.to_string();
                    if matches!(error, Error::Unavailable { .. }) {
                        jobs::retry_soon(&tx, row, &why).await?;
                    } else {
                        jobs::postpone(&tx, row, &why).await?;
                    }
                    settled.failed += 1;
                }
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
async fn perform(app: &App, job: &Job) -> Result<Marks> {
    match job {
        Job::RefreshOrder { order, segments } => app.snapshot.refresh_order(*order, segments).await,
        Job::RefreshProduct { gtin } => app.snapshot.refresh_product(*gtin).await,
        Job::RefreshParticipant { participant } => app.snapshot.refresh_participant(*participant).await,
        Job::RefreshPacks { packs } => app.snapshot.refresh_packs(packs).await,
        Job::DeletePhotos { paths } => reports::delete_photos(app, paths).await.map(|()| Marks::new()),
        Job::NoteErasures { reports, expired } => {
            let why = if *expired { Erased::Expired } else { Erased::TakenBack };
            reports::note_erasures(app, reports, why).await.map(|()| Marks::new())
        }
        Job::LinkReport { report } => reports::link_report(app, *report).await.map(|()| Marks::new()),
        Job::JudgeSale { seller, at, units } => judge_sale(app, *seller, *at, units).await.map(|()| Marks::new()),
        Job::TellAlert { event } => alerts::tell(app, *event).await.map(|()| Marks::new()),
        // Taken in a lane of its own.
        Job::JudgeScans { .. } => Err(Error::internal("scans to be judged in the wrong lane")),
    }
}

/// Judges a refused sale. Twice is once: the alert that it opens is the same.
async fn judge_sale(app: &App, seller: i32, at: i64, units: &[(u32, u32)]) -> Result<()> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    alerts::judge_sale(app, &tx, seller, at, units).await?;
    Ok(tx.commit().await?)
}

/// A chore under way.
type Doing<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Something that is done again and again.
struct Chore {
    name: &'static str,
    every: Duration,
    act: fn(&App) -> Doing<'_>,
}

/// The house's chores. Those of several workers don't disturb each other.
const CHORES: &[Chore] = &[
    Chore { name: "audit-chain", every: Duration::from_secs(1), act: |app| Box::pin(extend_audit(app)) },
    Chore { name: "idempotency-keys", every: Duration::from_hours(1), act: |app| Box::pin(forget_keys(app)) },
    Chore { name: "sign-ins", every: Duration::from_mins(10), act: |app| Box::pin(forget_sign_ins(app)) },
    Chore {
        name: "unused-accounts",
        every: Duration::from_hours(1),
        act: |app| Box::pin(disable_unused_accounts(app)),
    },
    Chore { name: "reports", every: Duration::from_hours(1), act: |app| Box::pin(reports::keep_house(app)) },
    Chore { name: "erasures", every: Duration::from_hours(1), act: |app| Box::pin(keep_erased(app)) },
    Chore { name: "report-photos", every: Duration::from_mins(5), act: |app| Box::pin(reports::sweep_pending(app)) },
    Chore { name: "scans", every: Duration::from_hours(1), act: |app| Box::pin(scans::keep_house(app)) },
    Chore { name: "alerts", every: Duration::from_hours(1), act: |app| Box::pin(alerts::keep_house(app)) },
    Chore { name: "alerts-known", every: Duration::from_mins(1), act: |app| Box::pin(alerts::refresh(app)) },
    Chore { name: "regions", every: Duration::from_mins(1), act: |app| Box::pin(regions::keep_house(app)) },
    Chore { name: "keys", every: Duration::from_hours(1), act: |app| Box::pin(rotate_keys(app)) },
];

/// Does every chore in its time, each by itself: a long one holds up no other.
async fn keep_house(app: App, stop: CancellationToken) {
    let mut house = JoinSet::new();
    for chore in CHORES {
        house.spawn(keep_doing(chore, app.clone(), stop.clone()));
    }
    house.spawn(keep_walking(app, stop));
    while let Some(ended) = house.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a chore broke off");
        }
    }
}

async fn keep_doing(chore: &'static Chore, app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = take_step(&stop, (chore.act)(&app)).await {
            tracing::warn!(chore = chore.name, %error, "a chore was left undone");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(chore.every) => {}
        }
    }
}

async fn keep_walking(app: App, stop: CancellationToken) {
    let mut patrol = Patrol::default();
    while !stop.is_cancelled() {
        let pause = patrol.step(&app, &stop).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = patrol.rest(&app, pause) => {}
        }
    }
}

async fn extend_audit(app: &App) -> Result<()> {
    while audit::extend(&mut app.db.get().await?).await? > 0 {}
    Ok(())
}

async fn forget_keys(app: &App) -> Result<()> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    idempotency::forget_old(&tx, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn forget_sign_ins(app: &App) -> Result<()> {
    auth::forget_old(&app.db.get().await?, app.clock.now()).await.map(drop)
}

async fn keep_erased(app: &App) -> Result<()> {
    reports::keep_erased(app).await.map(drop)
}

async fn disable_unused_accounts(app: &App) -> Result<()> {
    auth::disable_unused(app).await.map(drop)
}

async fn rotate_keys(app: &App) -> Result<()> {
    app.keys.rotate_due().await.map(drop)
}

/// The walk over the whole snapshot: quick while the snapshot is new and empty, at leisure afterwards.
#[derive(Default)]
struct Patrol {
    spaces: Vec<String>,
    at_leisure: bool,
    after: u32,
    rebuilt: Rebuilt,
}

impl Patrol {
    /// How long the walk pauses between two steps.
    const AT_LEISURE: Duration = Duration::from_secs(5);
    const IN_HASTE: Duration = Duration::from_millis(20);
    /// How often a walker at leisure asks whether the snapshot is still the same.
    const LOOK: Duration = Duration::from_secs(1);

    /// Takes a step, and tells how long to wait for the next.
    async fn step(&mut self, app: &App, stop: &CancellationToken) -> Duration {
        let spaces = app.snapshot.spaces();
        if !spaces.is_empty() && spaces != self.spaces {
            *self = Self { spaces, ..Self::default() };
        }
        match take_step(stop, Box::pin(self.walk(app))).await {
            Ok(()) if self.at_leisure => Self::AT_LEISURE,
            Ok(()) => Self::IN_HASTE,
            Err(error) => {
                tracing::debug!(%error, "the walk over the snapshot rests");
                Self::AT_LEISURE
            }
        }
    }

    /// Waits for the next step, but no longer than the snapshot stays what it was: Redis that has come back, or was emptied, is
    /// filled at once, since PostgreSQL may be the next to go.
    async fn rest(&self, app: &App, pause: Duration) {
        let begun = Instant::now();
        while let Some(left) = pause.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            tokio::time::sleep(left.min(Self::LOOK)).await;
            // A way that nobody uses is not known to be broken before it is asked.
            if left > Self::LOOK && app.snapshot.answers().await && app.snapshot.spaces() != self.spaces {
                return;
            }
        }
    }

    async fn walk(&mut self, app: &App) -> Result<()> {
        let mut client = app.db.get().await?;
        let tx = client.transaction().await?;
        let free: bool = tx.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&PATROL_LOCK]).await?.get(0);
        if !free {
            self.at_leisure = true;
            return Ok(());
        }
        if let Some(next) = app.snapshot.patrol(self.after, self.at_leisure, &mut self.rebuilt).await? {
            self.after = next;
        } else {
            let Rebuilt { orders, segments, elapsed } = self.rebuilt;
            if segments > 0 {
                tracing::info!(orders, segments, seconds = elapsed.as_secs_f64(), "the snapshot was put right");
            }
            (self.after, self.rebuilt, self.at_leisure) = (0, Rebuilt::default(), true);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refreshes_of_one_order_become_one() {
        let refresh = |order, segments: &[u32]| Some(Job::RefreshOrder { order, segments: segments.to_vec() });
        let row = |id, job| Taken { id, job, attempts: 0 };
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
