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
use crate::service::app::App;
use crate::{alerts, auth, regions, reports, scans};

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
    Chore { name: "audit-anchor", every: Duration::from_mins(1), act: |app| Box::pin(anchor_audit(app)) },
    Chore { name: "jobs-backlog", every: Duration::from_secs(5), act: |app| Box::pin(measure_backlog(app)) },
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
    Chore { name: "networks", every: Duration::from_mins(10), act: |app| Box::pin(forget_networks(app)) },
    Chore { name: "keys", every: Duration::from_hours(1), act: |app| Box::pin(rotate_keys(app)) },
];

/// Does every chore in its time until the worker is told to stop, each in a task of its own: a long one holds up no
/// other, and one that panics is started again.
pub(super) async fn keep_house(app: App, stop: CancellationToken) {
    let mut house = JoinSet::new();
    for chore in CHORES {
        let (app, until) = (app.clone(), stop.clone());
        let begin = move || keep_doing(chore, app.clone(), until.clone());
        house.spawn(tasks::keep_running(chore.name, stop.clone(), begin));
    }
    let (walking, until) = (app, stop.clone());
    let begin = move || keep_walking(walking.clone(), until.clone());
    house.spawn(tasks::keep_running("snapshot-patrol", stop, begin));
    while house.join_next().await.is_some() {}
}

async fn keep_doing(chore: &'static Chore, app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = take_step(&stop, (chore.act)(&app)).await {
            metrics::counter!("tanba_chores_failed_total", "chore" => chore.name).increment(1);
            tracing::warn!(chore = chore.name, %error, "maintenance task failed");
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

/// Tells monitoring how the workers keep up.
async fn measure_backlog(app: &App) -> Result<()> {
    let backlog = jobs::read_backlog(&app.db.get().await?).await?;
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "scans").set(backlog.oldest_scans_seconds);
    metrics::gauge!("tanba_jobs_oldest_seconds", "lane" => "rest").set(backlog.oldest_rest_seconds);
    #[expect(clippy::cast_precision_loss, reason = "there are few dead jobs")]
    metrics::gauge!("tanba_jobs_dead").set(backlog.dead as f64);
    Ok(())
}

pub(super) async fn extend_audit(app: &App) -> Result<()> {
    let key = app.keys.audit_key();
    while audit::extend(&mut app.db.get().await?, &key).await? > 0 {}
    Ok(())
}

/// Signs the head of the audit's chain and sends it where administrators of the database cannot write (X47).
async fn anchor_audit(app: &App) -> Result<()> {
    let Some(head) = anchor::head(&app.db.get().await?, app.clock.now()).await? else { return Ok(()) };
    let word = head.signed(&app.keys.audit_key());
    tracing::info!(anchor = word, "audit head signed");
    if let Some(file) = app.config.audit_anchor_file.clone() {
        let word = word.clone();
        tokio::task::spawn_blocking(move || anchor::append_to(&file, &word)).await.map_err(Error::internal)??;
    }
    if let Some(url) = &app.config.audit_anchor_url {
        anchor::send_to(url, &word).await?;
    }
    metrics::counter!("tanba_audit_anchors_total").increment(1);
    Ok(())
}

/// What stands for the networks of a day goes when the day is over.
async fn forget_networks(app: &App) -> Result<()> {
    scans::forget_networks(app).await?;
    alerts::forget_networks(app).await
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
