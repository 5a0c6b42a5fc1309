//! What the worker does with scans as days go by: a partition for each coming day, exact places rounded
//! after their time, whole days dropped after theirs (X38).

use chrono::{NaiveDate, TimeDelta};

use super::store;
use crate::platform::Base;
use crate::platform::db::Lock;
use crate::platform::jobs::{self, Job};
use crate::platform::problem::Result;
use crate::scans::{JudgeScans, Scans};

/// Days for which a partition is made ahead.
const DAYS_AHEAD: i64 = 3;
/// Places rounded in one transaction.
const BATCH: i64 = 5_000;

/// Forgets what stands for the networks of days that are over.
pub async fn forget_networks(state: &Scans) -> Result<()> {
    let db = state.base.db.get().await?;
    store::forget_salts(&db, state.base.clock.today()).await?;
    jobs::forget_field(&db, JudgeScans::KIND, JudgeScans::NETWORKS).await?;
    Ok(())
}

/// The oldest day whose scans are kept.
pub(crate) fn oldest_day(base: &Base) -> NaiveDate {
    base.clock.now().date_naive() - TimeDelta::days(i64::from(base.config.retention.scan_days))
}

/// Brings partitions, roundings and deletions up to today. Does nothing while another worker is at it.
pub async fn keep_house(state: &Scans) -> Result<()> {
    let (now, today) = (state.base.clock.now(), state.base.clock.now().date_naive());
    let keep = state.base.config.retention;
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    if !Lock::ScanRetention.try_hold(&tx).await? {
        return Ok(());
    }
    let there = store::list_partitions(&tx).await?;
    for day in (-1..=DAYS_AHEAD).map(|ahead| today + TimeDelta::days(ahead)) {
        if !there.contains(&day) {
            store::create_partition(&tx, day).await?;
        }
    }
    let oldest = oldest_day(&state.base);
    for day in there.into_iter().filter(|day| *day < oldest) {
        store::drop_partition(&tx, day).await?;
    }
    store::delete_other_scans(&tx, now - TimeDelta::days(i64::from(keep.scan_days))).await?;
    tx.commit().await?;

    let before = now - TimeDelta::days(i64::from(keep.exact_days));
    loop {
        let tx = client.transaction().await?;
        let rounded = store::coarsen(&tx, before, now, BATCH).await?;
        tx.commit().await?;
        if rounded < BATCH.unsigned_abs() {
            return Ok(());
        }
    }
}
