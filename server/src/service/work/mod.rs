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
use crate::platform::jobs::{self, Lane};
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::service::Service;
use crate::{alerts, keys};

/// How often a worker looks for jobs without a notification.
const POLL: Duration = Duration::from_millis(250);
/// How long it rests when PostgreSQL is away.
const REST: Duration = Duration::from_secs(1);
/// The longest step: refreshing sixty orders of a million codes each takes a minute.
const STEP: Duration = Duration::from_mins(5);
/// How long a step may go on after the worker has to stop.
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

/// Takes a step, and gives it up when it lasts too long, or doesn't end soon after the worker has to stop: a store
/// may be silent. Every step is a transaction, or harmless when it is taken again.
async fn take_step<T>(stop: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    let leave = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let until_stop = async {
        tokio::select! {
            done = work => done,
            () = leave => Err(Error::Unavailable { slug: "register-unavailable", source: "the worker has to stop".into() }),
        }
    };
    db::bounded(STEP, until_stop).await
}

/// Works until it has to stop: a loop for each lane, and the maintenance tasks.
async fn run(service: Service, stop: CancellationToken) {
    let maintenance = upkeep::keep_running(service.clone(), stop.clone());
    let (judging, until) = (service.clone(), stop.clone());
    let scans = tasks::keep_running("jobs-scans", stop.clone(), move || {
        let (service, stop) = (judging.clone(), until.clone());
        // On a thread of its own: judging is arithmetic, too, and must delay nothing else.
        tasks::on_own_thread(move || {
            let judged = repeat(service, stop, Lane::Scans, |service| async move { lanes::judge_some(&service).await });
            tokio::runtime::Handle::current().block_on(judged);
        })
    });
    let (working, until) = (service.clone(), stop.clone());
    let sales = tasks::keep_running("jobs-sales", stop.clone(), move || {
        repeat(working.clone(), until.clone(), Lane::Sales, |service| async move {
            lanes::take_and_do(&service, Lane::Sales).await
        })
    });
    let (working, until) = (service.clone(), stop.clone());
    let outside = tasks::keep_running("jobs-outside", stop.clone(), move || {
        repeat(working.clone(), until.clone(), Lane::Outside, |service| async move { lanes::send_some(&service).await })
    });
    let until = stop.clone();
    let general = tasks::keep_running("jobs-general", stop, move || {
        repeat(service.clone(), until.clone(), Lane::General, |service| async move {
            lanes::take_and_do(&service, Lane::General).await
        })
    });
    tokio::join!(maintenance, scans, sales, outside, general);
}

/// Takes steps in a lane until it has to stop. Without work it rests, the general lane only until a request leaves a job.
async fn repeat<F>(service: Service, stop: CancellationToken, lane: Lane, take: impl Fn(Service) -> F)
where
    F: Future<Output = Result<Settled>>,
{
    while !stop.is_cancelled() {
        let rest = match take_step(&stop, Box::pin(take(service.clone()))).await {
            // What failed together is tried one by one at once.
            Ok(settled) if settled.done > 0 || lane == Lane::Scans && settled.failed > 1 => continue,
            Ok(_) => POLL,
            Err(error) => {
                tracing::warn!(lane = lane.slug(), %error, "no jobs could be taken");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = service.base.wake.notified(), if lane == Lane::General => {}
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
        let lanes = [
            lanes::take_and_do(service, Lane::General).await?,
            lanes::take_and_do(service, Lane::Sales).await?,
            lanes::send_some(service).await?,
            lanes::judge_some(service).await?,
        ];
        total.done += lanes.iter().map(|lane| lane.done).sum::<u64>();
        total.failed += lanes.iter().map(|lane| lane.failed).sum::<u64>();
        if lanes == [Settled::default(); 4] {
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
