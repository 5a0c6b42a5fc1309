//! Group commit: requests that arrive while a transaction is under way share the next one. What is answered
//! 201 is on disk; what can't be written is answered 503 and was not written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use deadpool_postgres::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::scan::Scan;
use super::store;
use crate::db::{self, Client};
use crate::error::{Error, FieldFault, Result};
use crate::http::overload::{self, overloaded};
use crate::jobs::{self, Job};

/// Scans that may wait for a transaction, some ten megabytes of them; more are told to come back.
const WAITING_ROWS: usize = 8 * ROWS_PER_COMMIT;
/// So many scans wait that others are refused before they are read: it takes half a second to write them.
const MANY_ROWS: usize = WAITING_ROWS / 4;
/// Rows in one transaction.
const ROWS_PER_COMMIT: usize = 4_000;
/// How long a transaction may take. All scans wait for one another here, so a connection that fell silent must not
/// hold them. Whoever is told 503 then may find the rows there after all, when sending them again with the same ids.
const PATIENCE: Duration = Duration::from_secs(5);

/// Scans that one worker judges together.
const SCANS_A_JOB: usize = 500;

/// How many rows of a request are new, and how many were there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) new: usize,
    pub(crate) known: usize,
}

struct Waiting {
    scans: Vec<Scan>,
    received_at: DateTime<Utc>,
    /// When nobody waits for the answer any more.
    deadline: Instant,
    answer: oneshot::Sender<Result<Stored, Refusal>>,
    /// Its place among those who wait.
    _room: OwnedSemaphorePermit,
}

/// Why a request's rows were not written, in a form that many requests can share.
#[derive(Clone, Debug)]
enum Refusal {
    /// These ids stand for other scans.
    Taken(Vec<uuid::Uuid>),
    /// It was not begun: its deadline had passed.
    Late,
    /// PostgreSQL is away.
    Away(Arc<Error>),
}

/// The door to the one task that writes scans.
#[derive(Clone)]
pub struct Committer {
    queue: mpsc::UnboundedSender<Waiting>,
    /// Bounds the queue, by rows.
    room: Arc<Semaphore>,
}

impl Committer {
    /// Starts the task on the current runtime.
    pub fn start(db: Pool) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        tokio::spawn(run(db, waiting));
        Self { queue, room: Arc::new(Semaphore::new(WAITING_ROWS)) }
    }

    /// Whether so many scans wait that others had better come back.
    pub(crate) fn is_full(&self) -> bool {
        WAITING_ROWS - self.room.available_permits().min(WAITING_ROWS) >= MANY_ROWS
    }

    /// Writes a request's scans; comes back after the commit.
    pub(crate) async fn commit(&self, scans: Vec<Scan>, received_at: DateTime<Utc>) -> Result<Stored> {
        let ids: Vec<uuid::Uuid> = scans.iter().map(|scan| scan.id).collect();
        let rows = u32::try_from(scans.len()).map_err(Error::internal)?;
        let room = self.room.clone().try_acquire_many_owned(rows);
        let room = room.map_err(|_| overloaded("too many scans wait for a commit"))?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { scans, received_at, deadline: overload::deadline(), answer, _room: room };
        self.queue.send(waiting).map_err(|_| overloaded("the committer stopped"))?;
        match answered.await.map_err(|_| overloaded("the committer stopped"))? {
            Ok(stored) => Ok(stored),
            Err(Refusal::Taken(taken)) => {
                let faults = ids
                    .iter()
                    .enumerate()
                    .filter(|(_, id)| taken.contains(id))
                    .map(|(index, _)| FieldFault::new(format!("items[{index}].id"), "field-id-taken"))
                    .collect();
                Err(Error::Conflict("conflict", faults))
            }
            Err(Refusal::Late) => Err(overloaded("its deadline has passed")),
            Err(Refusal::Away(error)) => {
                Err(Error::Unavailable { slug: "register-unavailable", source: error.to_string().into() })
            }
        }
    }
}

async fn run(db: Pool, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    let mut group = Vec::new();
    while let Some(first) = queue.recv().await {
        let (mut rows, mut next) = (0, Some(first));
        while let Some(waiting) = next.take() {
            if waiting.deadline > Instant::now() {
                rows += waiting.scans.len();
                group.push(waiting);
            } else {
                let _ = waiting.answer.send(Err(Refusal::Late));
            }
            if rows < ROWS_PER_COMMIT {
                next = queue.try_recv().ok();
            }
        }
        if group.is_empty() {
            continue;
        }
        metrics::histogram!("tanba_scans_per_commit").record(u32::try_from(rows).unwrap_or(u32::MAX));
        commit(&db, std::mem::take(&mut group)).await;
    }
}

/// Writes a group in one transaction. Requests that use an id of another scan are told so and left out, and
/// the rest is written again from the start, so that none of theirs is half there.
async fn commit(db: &Pool, mut group: Vec<Waiting>) {
    loop {
        match write(db, &group).await {
            Ok(Written::All(mut new)) => {
                for waiting in group {
                    // Retries in the same group share one row: the first of them has made it.
                    let fresh = waiting.scans.iter().filter(|scan| new.remove(&scan.id)).count();
                    // A client that has gone away finds its rows by asking again with the same ids.
                    let _ = waiting.answer.send(Ok(Stored { new: fresh, known: waiting.scans.len() - fresh }));
                }
                return;
            }
            Ok(Written::Taken(taken)) => {
                let (refused, kept): (Vec<_>, Vec<_>) = group
                    .into_iter()
                    .partition(|waiting| waiting.scans.iter().any(|scan| taken.contains(&(scan.id, scan.fingerprint))));
                let ids: Vec<_> = taken.iter().map(|(id, _)| *id).collect();
                for waiting in refused {
                    let _ = waiting.answer.send(Err(Refusal::Taken(ids.clone())));
                }
                group = kept;
                if group.is_empty() {
                    return;
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for waiting in group {
                    let _ = waiting.answer.send(Err(Refusal::Away(error.clone())));
                }
                return;
            }
        }
    }
}

enum Written {
    /// Committed; the ids that are new.
    All(std::collections::HashSet<uuid::Uuid>),
    /// Rolled back: these ids with these fingerprints stand for other scans.
    Taken(Vec<(uuid::Uuid, i64)>),
}

async fn write(db: &Pool, group: &[Waiting]) -> Result<Written> {
    db::within(db, PATIENCE, async |client| write_with(client, group).await).await
}

async fn write_with(client: &mut Client, group: &[Waiting]) -> Result<Written> {
    let tx = client.transaction().await?;
    let rows: Vec<(&Scan, DateTime<Utc>)> =
        group.iter().flat_map(|waiting| waiting.scans.iter().map(|scan| (scan, waiting.received_at))).collect();
    let new = store::insert_scans(&tx, &rows).await?;
    if new.len() < rows.len() {
        let taken = store::list_other_scans(&tx, &rows).await?;
        if !taken.is_empty() {
            tx.rollback().await?;
            return Ok(Written::Taken(taken));
        }
    }
    // What follows from them is committed with them.
    let mut fresh: Vec<(NaiveDate, uuid::Uuid)> =
        rows.iter().filter(|(scan, _)| new.contains(&scan.id)).map(|(scan, _)| (scan.taken_on, scan.id)).collect();
    // Retries in one group are one row.
    fresh.sort_unstable();
    fresh.dedup();
    for scans in fresh.chunks(SCANS_A_JOB) {
        jobs::append(&tx, &Job::JudgeScans { scans: scans.to_vec() }).await?;
    }
    tx.commit().await?;
    Ok(Written::All(new))
}
