//! What the worker does with what is remembered as days go by (X38): trails are forgotten when they say nothing any more,
//! exact places are rounded after their time, days of hot spots dropped after theirs.

use chrono::TimeDelta;

use super::rules::Trail;
use super::store;
use super::watch::coarse;
use crate::alerts::Alerts;
use crate::platform::problem::Result;

/// Trails, or alerts, in one transaction.
const BATCH: i64 = 2_000;

/// Forgets who has spoken of what on days that are over.
pub async fn forget_networks(state: &Alerts) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    store::forget_voices(&tx, state.base.clock.today(), state.base.clock.now().timestamp() / 3_600).await?;
    Ok(tx.commit().await?)
}

/// Brings trails, cells and alerts up to today.
pub async fn keep_house(state: &Alerts) -> Result<()> {
    let (now, keep) = (state.base.clock.now(), state.base.config.retention);
    let exact = now - TimeDelta::days(i64::from(keep.exact_days));
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    store::forget_cells(&tx, (now - TimeDelta::days(i64::from(keep.scan_days))).date_naive(), exact).await?;
    tx.commit().await?;
    let forgotten = (now - TimeDelta::seconds(Trail::WINDOW_SECONDS)).date_naive();
    loop {
        let tx = client.transaction().await?;
        let trails = store::forget_trails(&tx, forgotten, BATCH).await?;
        let rounded = store::coarsen_trails(&tx, exact, BATCH).await?;
        let alerts = store::coarsen_alerts(&tx, exact, now, coarse).await?;
        tx.commit().await?;
        if trails == 0 && rounded == 0 && alerts == 0 {
            return Ok(());
        }
    }
}
