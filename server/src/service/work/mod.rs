//! The worker: does what transactions have left to be done, and runs the maintenance tasks. Any number of workers run side
//! by side, in `serve` or alone; each job goes to one of them, and every job is harmless when it happens twice. A lane or a
//! task that panics is started again.

mod lanes;
mod patrol;
mod upkeep;

pub(super) use lanes::handlers;

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::platform::db;
use crate::platform::jobs;
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::service::Service;
use crate::{alerts, keys};

/// How often a worker looks for jobs that nobody rang for.
const POLL: Duration = Duration::from_millis(250);
/// How long it rests when PostgreSQL is away.
const REST: Duration = Duration::from_secs(1);
/// The longest step: refreshing sixty orders of a million codes each takes a minute.
const STEP: Duration = Duration::from_mins(5);
/// How long a step may go on after the worker was told to stop.
const GRACE: Duration = Duration::from_secs(10);

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
    /// Attempts that failed; their jobs wait to be tried again, or lie on the dead list.
    pub failed: u64,
}

/// Starts a worker on the current runtime.
pub fn start(service: Service) -> Worker {
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(service, stop.clone()));
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

/// Works until it is told to stop: a lane for scans, one for what other systems are told, one for all other jobs, and the
/// maintenance tasks.
async fn run(service: Service, stop: CancellationToken) {
    let maintenance = upkeep::keep_running(service.clone(), stop.clone());
    let (judging, until) = (service.clone(), stop.clone());
    let judge = tasks::keep_running("judge-scans", stop.clone(), move || {
        let (service, stop) = (judging.clone(), until.clone());
        // On a thread of its own: judging is arithmetic, too, and must hold up nothing else.
        tasks::on_own_thread(move || {
            tokio::runtime::Handle::current().block_on(keep_judging(service, stop));
        })
    });
    let (telling, until) = (service.clone(), stop.clone());
    let outside =
        tasks::keep_running("jobs-outside", stop.clone(), move || keep_telling(telling.clone(), until.clone()));
    let (working, until) = (service, stop.clone());
    let rest = tasks::keep_running("jobs", stop, move || keep_working(working.clone(), until.clone()));
    tokio::join!(maintenance, judge, outside, rest);
}

/// Does jobs until it is told to stop.
async fn keep_working(service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(lanes::take_and_do(&service))).await {
            Ok(settled) if settled.done > 0 => continue,
            Ok(_) => POLL,
            Err(error) => {
                tracing::warn!(%error, "no jobs could be taken");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = service.base.wake.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Judges scans until it is told to stop.
async fn keep_judging(service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(lanes::judge_some(&service))).await {
            // What failed together is tried one by one at once.
            Ok(settled) if settled.done > 0 || settled.failed > 1 => continue,
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

/// Tells other systems until it is told to stop.
async fn keep_telling(service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(lanes::tell_some(&service))).await {
            Ok(settled) if settled.done > 0 => continue,
            Ok(_) => POLL,
            Err(error) => {
                tracing::warn!(%error, "other systems could not be told");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Does everything that is due until nothing is left, also what other workers have taken meanwhile; then lays the
/// audit's chain. For tests and for commands that must leave nothing behind.
pub async fn settle(service: &Service) -> Result<Settled> {
    let mut total = Settled::default();
    alerts::refresh(&service.alerts).await?;
    loop {
        let lanes =
            [lanes::take_and_do(service).await?, lanes::tell_some(service).await?, lanes::judge_some(service).await?];
        total.done += lanes.iter().map(|lane| lane.done).sum::<u64>();
        total.failed += lanes.iter().map(|lane| lane.failed).sum::<u64>();
        if lanes == [Settled::default(); 3] {
            let client = service.base.db.get().await?;
            if !jobs::any_due(&client).await? {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    keys::job::extend_audit(&service.base, &service.keys).await?;
    Ok(total)
}
