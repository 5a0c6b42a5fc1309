//! What was erased stays erased when an older state of the register is restored: each erasure is noted outside of
//! PostgreSQL (`TANBA_ERASURES_URL`, or a folder in the data folder), as an empty object with the report's id, and all of
//! them are done again when PostgreSQL turns out to be another, or further back, than when it was looked at last.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::photos::open_store;
use super::report::{Event, Side};
use super::status::ReportStatus;
use super::{retention, store};
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::config::Config;
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;

/// The object that tells how far PostgreSQL was when it was looked at last.
const STATE: &str = "state.json";
/// Reports erased in one transaction.
const BATCH: usize = 200;

/// Why a report was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erased {
    /// Its reporter has taken it back.
    TakenBack,
    /// Its time was over.
    Expired,
}

impl Erased {
    fn folder(self) -> &'static str {
        match self {
            Self::TakenBack => "taken-back",
            Self::Expired => "expired",
        }
    }
}

/// The list of erasures. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Erasures(Arc<dyn ObjectStore>);

/// Which PostgreSQL, and how far it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// Cluster, database, history: a restore to a moment begins another one.
    identity: String,
    /// The end of its log, in bytes.
    log_end: i64,
}

impl Erasures {
    /// Opens the list that the settings name.
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let url = config.erasures_url.as_deref();
        Ok(Self(open_store(config, url, "TANBA_ERASURES_URL", &config.data_dir.join("erasures"))?))
    }

    /// Notes erasures; durable when this returns, and harmless when it happens twice.
    async fn note(&self, reports: &[(Uuid, Erased)]) -> Result<()> {
        for (report, why) in reports {
            let name = Path::from(format!("{}/{report}", why.folder()));
            self.0.put(&name, PutPayload::from_bytes(Bytes::new())).await?;
        }
        Ok(())
    }

    async fn list(&self, why: Erased) -> Result<Vec<Uuid>> {
        let folder = Path::from(why.folder());
        let names: Vec<_> = self.0.list(Some(&folder)).map_ok(|found| found.location).try_collect().await?;
        Ok(names.iter().filter_map(|name| name.filename()?.parse().ok()).collect())
    }

    async fn state(&self) -> Result<Option<State>> {
        match self.0.get(&Path::from(STATE)).await {
            Ok(found) => Ok(serde_json::from_slice(&found.bytes().await?).ok()),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn put_state(&self, state: &State) -> Result<()> {
        let bytes = serde_json::to_vec(state).map_err(Error::internal)?;
        self.0.put(&Path::from(STATE), PutPayload::from(bytes)).await?;
        Ok(())
    }
}

/// Notes erasures outside of PostgreSQL; the worker does it for `NoteErasures`.
pub async fn note_erasures(state: &Reports, reports: &[Uuid], why: Erased) -> Result<()> {
    let reports: Vec<_> = reports.iter().map(|report| (*report, why)).collect();
    state.erasures.note(&reports).await?;
    // Whatever is restored to a moment before this one is known to be older.
    let now = state_of(&state.base.db.get().await?).await?;
    state.erasures.put_state(&now).await
}

/// Erases again what was erased before, if PostgreSQL was restored. Returns how many reports that concerned.
pub async fn keep_erased(state: &Reports) -> Result<usize> {
    let now = state_of(&state.base.db.get().await?).await?;
    let last = state.erasures.state().await?;
    let goes_on = last.as_ref().is_some_and(|last| last.identity == now.identity && last.log_end <= now.log_end);
    let erased = if goes_on { 0 } else { replay(state).await? };
    state.erasures.put_state(&now).await?;
    Ok(erased)
}

/// Erases again whatever of the list the register still has. Returns how many reports.
pub async fn replay(state: &Reports) -> Result<usize> {
    let mut reports = BTreeMap::new();
    for why in [Erased::Expired, Erased::TakenBack] {
        reports.extend(state.erasures.list(why).await?.into_iter().map(|report| (report, why)));
    }
    let (all, now): (Vec<_>, _) = (reports.keys().copied().collect(), state.base.clock.now());
    let mut erased = 0;
    for batch in all.chunks(BATCH) {
        erased += erase(state, batch, &reports, now).await?;
    }
    if erased > 0 {
        tracing::warn!(reports = erased, "an older state was restored: reports that had been erased are erased again");
        state.base.wake.notify_one();
    }
    Ok(erased)
}

async fn erase(state: &Reports, batch: &[Uuid], why: &BTreeMap<Uuid, Erased>, now: DateTime<Utc>) -> Result<usize> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let found = store::list_unerased(&tx, batch).await?;
    for report in &found {
        let taken_back = why.get(report) == Some(&Erased::TakenBack);
        let status = taken_back.then_some(ReportStatus::Deleted);
        if taken_back {
            store::close_as_deleted(&tx, *report, now).await?;
        }
        store::append_event(&tx, *report, &Event { status, ..Event::new(now, Side::System) }).await?;
        retention::erase(&tx, *report, now).await?;
    }
    if !found.is_empty() {
        let actor = Actor { who: Who::Worker, address: None };
        let details = json!({ "reports": found.len() });
        let entry = Entry {
            at: now,
            actor,
            action: "reports.erase-again",
            object: "report".to_owned(),
            result: "done",
            details,
        };
        audit::append(&tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(found.len())
}

async fn state_of(db: &impl GenericClient) -> Result<State> {
    let row = db
        .query_one(
            "-- reports::state
             SELECT format('%s:%s:%s', (SELECT system_identifier FROM pg_control_system()), oid,
                           (SELECT timeline_id FROM pg_control_checkpoint())) AS identity,
                    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::int8 AS log_end
             FROM pg_database WHERE datname = current_database()",
            &[],
        )
        .await?;
    Ok(State { identity: row.get("identity"), log_end: row.get("log_end") })
}
