//! What must happen next: rows committed with their cause and taken by workers, any number of them,
//! with `FOR UPDATE SKIP LOCKED`. An attempt is counted before the work begins, in a transaction of its own, so that a
//! job which ends its worker is counted, too. A job that fails is tried again, later each time, and put on the dead list
//! after [`Job::MOST_ATTEMPTS`]; it is never lost.
//!
//! A kind of job is a type that implements [`Job`] beside the capability that appends it, and a handler that the capability
//! which does the work adds to the [`Handlers`]; nothing lists all kinds.

mod dead;
mod handlers;
mod lease;
mod refresh;
mod state;

use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

pub(crate) use dead::{DeadJob, drop_dead, list_dead, retry_dead};
pub(crate) use handlers::{Handlers, Marks, Run};
pub(crate) use lease::{Taken, any_due, begin, give_back, hold, note_failed, remove};
pub(crate) use refresh::{Refresh, RefreshOrder, RefreshPacks, RefreshParticipant, RefreshProduct};
pub(crate) use state::read_backlog;

/// A consequence of a change. Each must be harmless when it happens twice, unless it is done in the transaction that
/// removes its row ([`Handlers::add_batched`]).
pub(crate) trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stable name under which it is stored, counted and logged.
    const KIND: &'static str;

    /// Which workers take it.
    const LANE: Lane = Lane::General;

    /// Failed attempts after which it is put on the dead list.
    const MOST_ATTEMPTS: i32 = MOST_ATTEMPTS;

    /// Fields that no one may keep for long: they are removed when the job is put on the dead list.
    const SHORT_LIVED: &'static [&'static str] = &[];

    /// How many things it is about: scans, units, photos.
    fn things(&self) -> usize {
        1
    }

    /// The same work in two jobs, where that can be told apart: a thing that ends the worker is found by halving.
    fn halves(&self) -> Option<[Self; 2]> {
        None
    }

    /// Takes the work of another job of the kind over, if one run can do both; false otherwise.
    fn merge(&mut self, _: &Self) -> bool {
        false
    }
}

/// Failed attempts of most kinds: some seventeen minutes.
const MOST_ATTEMPTS: i32 = 10;

/// Jobs that share workers: those of one lane never wait for those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Scans to be judged.
    Scans,
    /// Refused sales to be judged: a thousand of them must not delay a refresh of the snapshot.
    Sales,
    /// Messages to other systems, which may be silent for a long time.
    Outside,
    /// Everything else.
    General,
}

impl Lane {
    /// The name under which jobs of it are stored.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Scans => "scans",
            Self::Sales => "sales",
            Self::Outside => "outside",
            Self::General => "general",
        }
    }
}

tokio::task_local! {
    /// Refreshes that the current request has appended, see [`noting`].
    static NOTED: RefCell<Vec<Refresh>>;
}

/// Runs work and returns which refreshes of the snapshot it has appended, also where its transaction did not commit.
pub(crate) async fn noting<T>(work: impl Future<Output = T>) -> (T, Vec<Refresh>) {
    let work = async {
        let done = work.await;
        (done, NOTED.with(RefCell::take))
    };
    NOTED.scope(RefCell::default(), work).await
}

/// Leaves a job to the workers; commits and vanishes with the caller's transaction.
pub(crate) async fn append<J: Job>(db: &impl GenericClient, job: &J) -> Result<()> {
    let insert =
        db.prepare_cached("-- jobs::append\n INSERT INTO job (kind, lane, payload) VALUES ($1, $2, $3)").await?;
    db.execute(&insert, &[&J::KIND, &J::LANE.slug(), &serde_json::to_value(job)?]).await?;
    Ok(())
}

/// Leaves a refresh of the snapshot to the workers, and notes it for the request: its answer waits for it a moment.
pub(crate) async fn append_refresh(db: &impl GenericClient, refresh: impl Into<Refresh>) -> Result<()> {
    let refresh = refresh.into();
    match &refresh {
        Refresh::Order(job) => append(db, job).await?,
        Refresh::Product(job) => append(db, job).await?,
        Refresh::Participant(job) => append(db, job).await?,
        Refresh::Packs(job) => append(db, job).await?,
    }
    // Outside of a request no task collects them.
    let _ = NOTED.try_with(|noted| noted.borrow_mut().push(refresh));
    Ok(())
}

/// The snapshot has been refreshed as far as this mark, or further: an old copy with a lower one is not believed.
/// Committed together with the refreshes that it stands for.
pub(crate) async fn note_refreshed(tx: &Transaction<'_>, snapshot: &str, mark: u64) -> Result<()> {
    let note = tx
        .prepare_cached(
            "-- jobs::note_refreshed
             INSERT INTO refresh_mark (snapshot, mark) VALUES ($1, $2)
             ON CONFLICT (snapshot) DO UPDATE SET mark = greatest(refresh_mark.mark, excluded.mark)",
        )
        .await?;
    tx.execute(&note, &[&snapshot, &i64::try_from(mark).map_err(Error::internal)?]).await?;
    Ok(())
}

/// Removes a field from jobs of a kind that have waited for more than a day.
pub(crate) async fn forget_field(db: &impl GenericClient, kind: &str, field: &str) -> Result<u64> {
    let forget = "-- jobs::forget_field
         UPDATE job SET payload = payload - $2
         WHERE kind = $1 AND appended_at < now() - interval '1 day' AND payload ? $2";
    Ok(db.execute(forget, &[&kind, &field]).await?)
}
