//! What the worker does with reports as days go by (X38): contacts and exact places of decided reports go first, later
//! all that their reporters gave; and files that no report has are swept away.

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::erasures::Erased;
use super::job::{DeletePhotos, LinkReport, NoteErasures};
use super::report::{Event, Side};
use super::store;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::clock;
use crate::platform::db::Transaction;
use crate::platform::jobs;
use crate::platform::problem::Result;
use crate::reports::Reports;
use crate::scans::Place;

/// Reports changed in one transaction.
const BATCH: usize = 500;
/// How long a report may take from the note of its photos to its commit. No request lasts as long.
const PENDING: TimeDelta = TimeDelta::minutes(15);
/// How long the key of a day is kept: a report sent before midnight may be followed after it.
const DAY_KEYS: Days = Days::new(1);
/// Days whose folders are swept: from the day before yesterday, when nobody writes there any more, back to a week
/// in which no worker ran.
const SWEPT_DAYS: std::ops::Range<u64> = 2..10;

/// Brings reports up to their retention. Harmless by any number of workers at once.
pub async fn keep_house(state: &Reports) -> Result<()> {
    let (now, keep) = (state.base.clock.now(), state.base.config.retention);
    let before = |days: u32| now - TimeDelta::days(i64::from(days));
    let mut client = state.base.db.get().await?;
    loop {
        let tx = client.transaction().await?;
        let exact = store::list_exact(&tx, before(keep.exact_days), BATCH).await?;
        for (report, place) in &exact {
            store::coarsen(&tx, *report, place.map(Place::coarse), now).await?;
        }
        append(&tx, "reports.coarsen", exact.len(), now).await?;
        tx.commit().await?;
        if exact.len() < BATCH {
            break;
        }
    }
    loop {
        let tx = client.transaction().await?;
        let expired = store::list_expired(&tx, before(keep.report_days), BATCH).await?;
        for report in &expired {
            store::append_event(&tx, *report, &Event::new(now, Side::System)).await?;
            erase(&tx, *report, now).await?;
        }
        note(&tx, expired.clone(), Erased::Expired).await?;
        append(&tx, "reports.expire", expired.len(), now).await?;
        tx.commit().await?;
        state.base.wake.notify_one();
        if expired.len() < BATCH {
            break;
        }
    }
    let tx = client.transaction().await?;
    store::delete_tokens(&tx, before(keep.report_days)).await?;
    if let Some(day) = clock::local(now).date_naive().checked_sub_days(DAY_KEYS) {
        store::delete_day_keys(&tx, day).await?;
    }
    tx.commit().await?;
    drop(client);
    sweep_pending(state).await?;
    sweep(state, now).await
}

/// Removes what a reporter gave from every table, and leaves the files to a job.
pub(crate) async fn erase(tx: &Transaction<'_>, report: Uuid, now: DateTime<Utc>) -> Result<()> {
    let paths = store::delete_photos(tx, report).await?;
    store::erase(tx, report, now).await?;
    // The job removes the links of a report without data.
    jobs::append(tx, &LinkReport { report }).await?;
    if paths.is_empty() { Ok(()) } else { jobs::append(tx, &DeletePhotos { paths }).await }
}

/// Leaves it to the worker to note erasures where a restore does not reach.
pub(crate) async fn note(tx: &Transaction<'_>, reports: Vec<Uuid>, why: Erased) -> Result<()> {
    if reports.is_empty() {
        Ok(())
    } else {
        jobs::append(tx, &NoteErasures { reports, expired: why == Erased::Expired }).await
    }
}

/// Deletes the files of photos; the worker does it for `DeletePhotos`. Harmless when it happens twice.
pub async fn delete_photos(state: &Reports, paths: &[String]) -> Result<()> {
    state.photos.delete(paths).await
}

/// Deletes files that were noted a while ago and never became a report's: their process died in between, however long ago.
/// Harmless by any number of workers at once.
pub async fn sweep_pending(state: &Reports) -> Result<()> {
    let before = state.base.clock.now() - PENDING;
    loop {
        let client = state.base.db.get().await?;
        let pending = store::list_pending(&client, before, BATCH).await?;
        // A commit whose answer was lost has struck its files out; this makes sure.
        let strangers = store::list_strangers(&client, &pending).await?;
        drop(client);
        if pending.is_empty() {
            return Ok(());
        }
        if !strangers.is_empty() {
            tracing::info!(files = strangers.len(), "photos without a report are deleted");
            state.photos.delete(&strangers).await?;
        }
        store::strike_pending(&state.base.db.get().await?, &pending).await?;
        if pending.len() < BATCH {
            return Ok(());
        }
    }
}

/// Deletes files of the last days that no report has and nobody noted: of a store that was put back from a backup.
async fn sweep(state: &Reports, now: DateTime<Utc>) -> Result<()> {
    for back in SWEPT_DAYS {
        let Some(day) = now.date_naive().checked_sub_days(Days::new(back)) else { continue };
        for portion in state.photos.list_day(day).await? {
            let client = state.base.db.get().await?;
            let strangers = store::list_strangers(&client, &portion).await?;
            drop(client);
            if !strangers.is_empty() {
                tracing::info!(files = strangers.len(), "photos without a report are deleted");
                state.photos.delete(&strangers).await?;
            }
        }
    }
    Ok(())
}

async fn append(tx: &Transaction<'_>, action: &'static str, reports: usize, at: DateTime<Utc>) -> Result<()> {
    if reports == 0 {
        return Ok(());
    }
    let actor = Actor { who: Who::Worker, address: None };
    let details = json!({ "reports": reports });
    audit::append(tx, &Entry { at, actor, action, object: "report".to_owned(), result: "done", details }).await
}
