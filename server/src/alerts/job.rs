//! What detection does for other rooms as jobs, what it leaves to the workers itself, and its maintenance.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::Network;
use super::watch::Wanted;
use super::{Alerts, forget_networks, judge_sale, judge_scans, keep_house, refresh, tell};
use crate::documents::JudgeSale;
use crate::platform::jobs::{Handlers, Job, Lane};
use crate::platform::problem::Result;
use crate::platform::upkeep::Maintenance;
use crate::scans::JudgeScans;

/// Send an event of an alert to the webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TellAlert {
    /// The event.
    pub(super) event: i64,
}

impl Job for TellAlert {
    const KIND: &'static str = "tell-alert";
    const LANE: Lane = Lane::Outside;
    /// A day for what another system has to take.
    const MOST_ATTEMPTS: i32 = 150;
}

/// Handlers of jobs that detection does.
pub(crate) fn jobs(state: &Alerts, handlers: &mut Handlers) {
    handlers.add(state, |state, job: TellAlert| async move { tell(&state, job.event).await });
    handlers.add(state, |state, job: JudgeSale| async move { judge_refused_sale(&state, &job).await });
    handlers.add_batched(state, |state, tx, jobs: Vec<JudgeScans>| {
        let wanted: Vec<Wanted> = jobs.iter().flat_map(wanted).collect();
        Box::pin(async move {
            judge_scans(&state, tx, &wanted).await?;
            metrics::counter!("tanba_scans_judged_total").increment(wanted.len() as u64);
            Ok(())
        })
    });
}

fn wanted(job: &JudgeScans) -> impl Iterator<Item = Wanted> {
    job.scans.iter().enumerate().map(|(at, id)| {
        let network = job.networks.get(at).copied().unwrap_or_default();
        Wanted { day: job.day, id: *id, network: Network { near: network.near, wide: network.wide } }
    })
}

/// Judges a refused sale. Twice is once: the alert that it opens is the same.
async fn judge_refused_sale(state: &Alerts, job: &JudgeSale) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    judge_sale(state, &tx, job.seller, job.at, &job.units).await?;
    Ok(tx.commit().await?)
}

/// Maintenance tasks of detection.
pub(crate) fn maintenance(state: &Alerts, tasks: &mut Maintenance) {
    tasks.add("alerts", Duration::from_hours(1), state, |state| async move { keep_house(&state).await });
    tasks.add("alerts-known", Duration::from_mins(1), state, |state| async move { refresh(&state).await });
    tasks.add("alert-networks", Duration::from_mins(10), state, |state| async move { forget_networks(&state).await });
}
