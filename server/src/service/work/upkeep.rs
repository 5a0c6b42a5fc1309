//! The maintenance tasks of all rooms, each in a task of its own: a long one delays no other, and one that panics is started
//! again.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::patrol::Patrol;
use super::take_step;
use crate::platform::Base;
use crate::platform::idempotency;
use crate::platform::jobs;
use crate::platform::problem::Result;
use crate::platform::tasks;
use crate::platform::upkeep::{Maintenance, MaintenanceTask};
use crate::service::Service;
use crate::{alerts, auth, keys, regions, reports, scans};

/// The tasks of every room.
fn all(service: &Service) -> Maintenance {
    let mut tasks = Maintenance::default();
    maintenance(&service.base, &mut tasks);
    keys::job::maintenance(&service.base, &service.keys, &mut tasks);
    auth::job::maintenance(&service.auth, &mut tasks);
    regions::job::maintenance(&service.base, &service.regions, &mut tasks);
    scans::job::maintenance(&service.scans, &mut tasks);
    reports::job::maintenance(&service.reports, &mut tasks);
    alerts::job::maintenance(&service.alerts, &mut tasks);
    tasks
}

/// Tasks of the platform.
fn maintenance(base: &Base, tasks: &mut Maintenance) {
    tasks.add("jobs-backlog", Duration::from_secs(5), base, |base| async move { measure_backlog(&base).await });
    tasks.add("idempotency-keys", Duration::from_hours(1), base, |base| async move { forget_keys(&base).await });
}

/// Runs every task in its time until the worker has to stop.
pub(super) async fn keep_running(service: Service, stop: CancellationToken) {
    let mut running = JoinSet::new();
    for task in all(&service).0 {
        let (name, until) = (task.name, stop.clone());
        let begin = move || repeat(task.clone(), until.clone());
        running.spawn(tasks::keep_running(name, stop.clone(), begin));
    }
    let (walking, until) = (service, stop.clone());
    let begin = move || keep_walking(walking.clone(), until.clone());
    running.spawn(tasks::keep_running("snapshot-patrol", stop, begin));
    while running.join_next().await.is_some() {}
}

async fn repeat(task: MaintenanceTask, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = take_step(&stop, task.run()).await {
            metrics::counter!("tanba_maintenance_failed_total", "task" => task.name).increment(1);
            tracing::warn!(task = task.name, %error, "maintenance task failed");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(task.every) => {}
        }
    }
}

async fn keep_walking(service: Service, stop: CancellationToken) {
    let mut patrol = Patrol::default();
    while !stop.is_cancelled() {
        let pause = patrol.step(&service, &stop).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = patrol.rest(&service, pause) => {}
        }
    }
}

/// Measures how the workers keep up.
async fn measure_backlog(base: &Base) -> Result<()> {
    let backlog = jobs::read_backlog(&base.db.get().await?).await?;
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "scans").set(backlog.oldest_scans_seconds);
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "general").set(backlog.oldest_general_seconds);
    #[expect(clippy::cast_precision_loss, reason = "there are few dead jobs")]
    metrics::gauge!("tanba_jobs_dead").set(backlog.dead as f64);
    Ok(())
}

async fn forget_keys(base: &Base) -> Result<()> {
    let mut client = base.db.get().await?;
    let tx = client.transaction().await?;
    idempotency::forget_old(&tx, base.clock.now()).await?;
    Ok(tx.commit().await?)
}
