//! The chores of a worker, each done again and again.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::patrol::Patrol;
use super::take_step;
use crate::platform::audit;
use crate::platform::audit::anchor;
use crate::platform::idempotency;
use crate::platform::jobs;
use crate::platform::problem::{Error, Result};
use crate::platform::tasks;
use crate::service::Service;
use crate::{alerts, auth, reports, scans};

/// A chore under way.
type Doing<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Something that is done again and again.
struct Chore {
    name: &'static str,
    every: Duration,
    act: fn(&Service) -> Doing<'_>,
}

/// The house's chores. Those of several workers don't disturb each other.
const CHORES: &[Chore] = &[
    Chore { name: "audit-chain", every: Duration::from_secs(1), act: |service| Box::pin(extend_audit(service)) },
    Chore { name: "audit-anchor", every: Duration::from_mins(1), act: |service| Box::pin(anchor_audit(service)) },
    Chore { name: "jobs-backlog", every: Duration::from_secs(5), act: |service| Box::pin(measure_backlog(service)) },
    Chore { name: "idempotency-keys", every: Duration::from_hours(1), act: |service| Box::pin(forget_keys(service)) },
    Chore { name: "sign-ins", every: Duration::from_mins(10), act: |service| Box::pin(forget_sign_ins(service)) },
    Chore {
        name: "unused-accounts",
        every: Duration::from_hours(1),
        act: |service| Box::pin(disable_unused_accounts(service)),
    },
    Chore {
        name: "reports",
        every: Duration::from_hours(1),
        act: |service| Box::pin(reports::keep_house(&service.reports)),
    },
    Chore { name: "erasures", every: Duration::from_hours(1), act: |service| Box::pin(keep_erased(service)) },
    Chore {
        name: "report-photos",
        every: Duration::from_mins(5),
        act: |service| Box::pin(reports::sweep_pending(&service.reports)),
    },
    Chore { name: "scans", every: Duration::from_hours(1), act: |service| Box::pin(scans::keep_house(&service.scans)) },
    Chore {
        name: "alerts",
        every: Duration::from_hours(1),
        act: |service| Box::pin(alerts::keep_house(&service.alerts)),
    },
    Chore {
        name: "alerts-known",
        every: Duration::from_mins(1),
        act: |service| Box::pin(alerts::refresh(&service.alerts)),
    },
    Chore {
        name: "regions",
        every: Duration::from_mins(1),
        act: |service| Box::pin(service.regions.load(&service.base.db)),
    },
    Chore { name: "networks", every: Duration::from_mins(10), act: |service| Box::pin(forget_networks(service)) },
    Chore { name: "keys", every: Duration::from_hours(1), act: |service| Box::pin(rotate_keys(service)) },
];

/// Does every chore in its time until the worker is told to stop, each in a task of its own: a long one holds up no
/// other, and one that panics is started again.
pub(super) async fn keep_house(service: Service, stop: CancellationToken) {
    let mut house = JoinSet::new();
    for chore in CHORES {
        let (service, until) = (service.clone(), stop.clone());
        let begin = move || keep_doing(chore, service.clone(), until.clone());
        house.spawn(tasks::keep_running(chore.name, stop.clone(), begin));
    }
    let (walking, until) = (service, stop.clone());
    let begin = move || keep_walking(walking.clone(), until.clone());
    house.spawn(tasks::keep_running("snapshot-patrol", stop, begin));
    while house.join_next().await.is_some() {}
}

async fn keep_doing(chore: &'static Chore, service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = take_step(&stop, (chore.act)(&service)).await {
            metrics::counter!("tanba_chores_failed_total", "chore" => chore.name).increment(1);
            tracing::warn!(chore = chore.name, %error, "maintenance task failed");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(chore.every) => {}
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

/// Tells monitoring how the workers keep up.
async fn measure_backlog(service: &Service) -> Result<()> {
    let backlog = jobs::read_backlog(&service.base.db.get().await?).await?;
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "scans").set(backlog.oldest_scans_seconds);
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "rest").set(backlog.oldest_rest_seconds);
    #[expect(clippy::cast_precision_loss, reason = "there are few dead jobs")]
    metrics::gauge!("tanba_jobs_dead").set(backlog.dead as f64);
    Ok(())
}

pub(super) async fn extend_audit(service: &Service) -> Result<()> {
    let key = service.keys.audit_key();
    while audit::extend(&mut service.base.db.get().await?, &key).await? > 0 {}
    Ok(())
}

/// Signs the head of the audit's chain and sends it where administrators of the database cannot write (X47).
async fn anchor_audit(service: &Service) -> Result<()> {
    let Some(head) = anchor::head(&service.base.db.get().await?, service.base.clock.now()).await? else {
        return Ok(());
    };
    let word = head.signed(&service.keys.audit_key());
    tracing::info!(anchor = word, "audit head signed");
    if let Some(file) = service.base.config.audit_anchor_file.clone() {
        let word = word.clone();
        tokio::task::spawn_blocking(move || anchor::append_to(&file, &word)).await.map_err(Error::internal)??;
    }
    if let Some(url) = &service.base.config.audit_anchor_url {
        anchor::send_to(url, &word).await?;
    }
    metrics::counter!("tanba_audit_anchors_total").increment(1);
    Ok(())
}

/// What stands for the networks of a day goes when the day is over.
async fn forget_networks(service: &Service) -> Result<()> {
    scans::forget_networks(&service.scans).await?;
    alerts::forget_networks(&service.alerts).await
}

async fn forget_keys(service: &Service) -> Result<()> {
    let mut client = service.base.db.get().await?;
    let tx = client.transaction().await?;
    idempotency::forget_old(&tx, service.base.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn forget_sign_ins(service: &Service) -> Result<()> {
    auth::forget_old(&service.base.db.get().await?, service.base.clock.now()).await.map(drop)
}

async fn keep_erased(service: &Service) -> Result<()> {
    reports::keep_erased(&service.reports).await.map(drop)
}

async fn disable_unused_accounts(service: &Service) -> Result<()> {
    auth::disable_unused(&service.auth).await.map(drop)
}

async fn rotate_keys(service: &Service) -> Result<()> {
    service.keys.rotate_due().await.map(drop)
}
