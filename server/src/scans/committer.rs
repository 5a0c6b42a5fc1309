//! Group commit: requests that arrive while a transaction is under way share the next one. What is answered
//! 201 is on disk; what can't be written is answered 503 and was not written. A group that fails although PostgreSQL is
//! there is written request by request, so that a row which can't be written fails its own request only.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use deadpool_postgres::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use uuid::Uuid;

use super::job::JudgeScans;
use super::network::{Prefixes, Salts};
use super::scan::Scan;
use super::store;
use crate::http::overload::{self, overloaded};
use crate::platform::clock;
use crate::platform::db::{self, Client};
use crate::platform::jobs;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::tasks;

/// Scans that may wait for a transaction, some ten megabytes of them; more are told to come back.
const WAITING_ROWS: usize = 8 * ROWS_PER_COMMIT;
/// When the oldest has waited so long, others are refused before they are read: those that wait are written first.
const LATE: Duration = Duration::from_millis(250);
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
    /// Where it came from.
    from: Prefixes,
    /// When it began to wait.
    since: Instant,
    /// When nobody waits for the answer any more.
    deadline: Instant,
    answer: oneshot::Sender<Result<Stored, Refusal>>,
    /// Its place among those who wait.
    _room: OwnedSemaphorePermit,
}

/// Why a request's rows were not written, in a form that many requests can share.
#[derive(Debug)]
enum Refusal {
    /// These ids stand for other scans.
    Taken(Vec<Uuid>),
    /// It was not begun: its deadline had passed.
    Late,
    /// PostgreSQL is away.
    Away(Arc<Error>),
    /// PostgreSQL is there and refuses one of its rows.
    Broken(Error),
}

/// The door to the one task that writes scans.
#[derive(Clone)]
pub struct Committer {
    queue: mpsc::UnboundedSender<Waiting>,
    /// Bounds the queue, by rows.
    room: Arc<Semaphore>,
    oldest: Arc<Oldest>,
}

/// Since when the oldest request in the transaction under way has waited.
struct Oldest {
    start: Instant,
    /// In milliseconds from the start; [`u64::MAX`] while nothing is written.
    since: AtomicU64,
}

impl Oldest {
    fn new() -> Self {
        Self { start: Instant::now(), since: AtomicU64::new(u64::MAX) }
    }

    fn set(&self, since: Option<Instant>) {
        let since = since.map(|since| since.saturating_duration_since(self.start).as_millis());
        self.since.store(since.map_or(u64::MAX, |since| u64::try_from(since).unwrap_or(u64::MAX)), Ordering::Relaxed);
    }

    fn age(&self) -> Duration {
        let since = Duration::from_millis(self.since.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(since)
    }
}

impl Committer {
    /// Starts the task on the current runtime.
    pub fn start(db: Pool) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let oldest = Arc::new(Oldest::new());
        tokio::spawn(run(db, waiting, oldest.clone()));
        Self { queue, room: Arc::new(Semaphore::new(WAITING_ROWS)), oldest }
    }

    /// Whether scans wait so long that others had better come back.
    pub(crate) fn is_late(&self) -> bool {
        self.oldest.age() > LATE
    }

    /// How many scans wait for their commit, those of the transaction under way among them.
    pub fn waiting_rows(&self) -> usize {
        WAITING_ROWS - self.room.available_permits()
    }

    /// Writes a request's scans; comes back after the commit.
    pub(crate) async fn commit(&self, scans: Vec<Scan>, received_at: DateTime<Utc>, from: Prefixes) -> Result<Stored> {
        let ids: Vec<Uuid> = scans.iter().map(|scan| scan.id).collect();
        let rows = u32::try_from(scans.len()).map_err(Error::internal)?;
        let room = self.room.clone().try_acquire_many_owned(rows);
        let room = room.map_err(|_| overloaded("too many scans wait for a commit"))?;
        let (answer, answered) = oneshot::channel();
        let (since, deadline) = (Instant::now(), overload::deadline());
        let waiting = Waiting { scans, received_at, from, since, deadline, answer, _room: room };
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
                Err(Error::Conflict("id-taken", faults))
            }
            Err(Refusal::Late) => Err(overloaded("its deadline has passed")),
            Err(Refusal::Away(error)) => {
                Err(Error::Unavailable { slug: "register-unavailable", source: error.to_string().into() })
            }
            Err(Refusal::Broken(error)) => Err(error),
        }
    }
}

async fn run(db: Pool, mut queue: mpsc::UnboundedReceiver<Waiting>, oldest: Arc<Oldest>) {
    let (mut group, salts) = (Vec::new(), Salts::default());
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
        oldest.set(group.iter().map(|waiting| waiting.since).min());
        commit(&db, &salts, std::mem::take(&mut group)).await;
        oldest.set(None);
    }
}

/// Writes a group in one transaction; when that fails although PostgreSQL is there, each request in one of its own.
async fn commit(db: &Pool, salts: &Salts, group: Vec<Waiting>) {
    let Some((group, error)) = commit_together(db, salts, group).await else { return };
    tracing::warn!(%error, requests = group.len(), "scans are written request by request");
    metrics::counter!("tanba_scan_groups_broken_total").increment(1);
    for waiting in group {
        if waiting.deadline <= Instant::now() {
            let _ = waiting.answer.send(Err(Refusal::Late));
        } else if let Some((alone, error)) = commit_together(db, salts, vec![waiting]).await {
            let mut error = Some(error);
            for waiting in alone {
                let error = error.take().unwrap_or_else(|| Error::internal("a row can't be written"));
                let _ = waiting.answer.send(Err(Refusal::Broken(error)));
            }
        }
    }
}

/// Writes a group in one transaction. Requests that use an id of another scan are told so and left out, and
/// the rest is written again from the start, so that none of theirs is half there. Returns those that are not answered
/// yet, with the error, when a row of theirs can't be written.
async fn commit_together(db: &Pool, salts: &Salts, mut group: Vec<Waiting>) -> Option<(Vec<Waiting>, Error)> {
    loop {
        match write(db, salts, &group).await {
            Ok(Written::All(mut new)) => {
                for waiting in group {
                    // Retries in the same group share one row: the first of them has made it.
                    let fresh = waiting.scans.iter().filter(|scan| new.remove(&scan.id)).count();
                    // A client that has gone away finds its rows by asking again with the same ids.
                    let _ = waiting.answer.send(Ok(Stored { new: fresh, known: waiting.scans.len() - fresh }));
                }
                return None;
            }
            // Their rows are known the next time.
            Ok(Written::Raced) => {}
            Ok(Written::Taken(taken)) => {
                let mut kept = Vec::new();
                for waiting in group {
                    let of_others = waiting.scans.iter().filter(|scan| taken.contains(&(scan.id, scan.fingerprint)));
                    let of_others: Vec<Uuid> = of_others.map(|scan| scan.id).collect();
                    if of_others.is_empty() {
                        kept.push(waiting);
                    } else {
                        let _ = waiting.answer.send(Err(Refusal::Taken(of_others)));
                    }
                }
                group = kept;
                if group.is_empty() {
                    return None;
                }
            }
            Err(error @ Error::Unavailable { .. }) => {
                let error = Arc::new(error);
                for waiting in group {
                    let _ = waiting.answer.send(Err(Refusal::Away(error.clone())));
                }
                return None;
            }
            Err(error) => return Some((group, error)),
        }
    }
}

enum Written {
    /// Committed; the ids that are new.
    All(HashSet<Uuid>),
    /// Not begun: these ids with these fingerprints stand for other scans.
    Taken(HashSet<(Uuid, i64)>),
    /// Rolled back: another process has just written some of these ids.
    Raced,
}

/// A panic is an error of these rows and ends nothing but their transaction.
async fn write(db: &Pool, salts: &Salts, group: &[Waiting]) -> Result<Written> {
    let work = async |client: &mut Client| {
        let day = group.first().map(|waiting| clock::local(waiting.received_at).date_naive()).unwrap_or_default();
        let salt = salts.of(&*client, day).await?;
        write_with(client, &salt, group).await
    };
    tasks::caught(db::within(db, PATIENCE, work)).await
}

async fn write_with(client: &mut Client, salt: &[u8], group: &[Waiting]) -> Result<Written> {
    let tx = client.transaction().await?;
    let rows = || group.iter().flat_map(|waiting| waiting.scans.iter().map(move |scan| (scan, waiting)));
    let scans: Vec<&Scan> = rows().map(|(scan, _)| scan).collect();
    let known = store::list_known(&tx, &scans).await?;
    // What each id stands for: in the table, else in the first request of the group that has it.
    let mut stands: HashMap<(NaiveDate, Uuid), i64> =
        known.into_iter().map(|(day, id, fingerprint)| ((day, id), fingerprint)).collect();
    let (mut fresh, mut taken) = (Vec::new(), HashSet::new());
    for (scan, waiting) in rows() {
        let fingerprint = *stands.entry((scan.taken_on, scan.id)).or_insert_with(|| {
            fresh.push((scan, waiting));
            scan.fingerprint
        });
        if fingerprint != scan.fingerprint {
            taken.insert((scan.id, scan.fingerprint));
        }
    }
    if !taken.is_empty() {
        return Ok(Written::Taken(taken));
    }
    // In the order of the key: neighbours share a page of it, and two processes never wait for each other in a ring.
    fresh.sort_unstable_by_key(|(scan, _)| (scan.taken_on, scan.id));
    let received: Vec<_> = fresh.iter().map(|(scan, waiting)| (*scan, waiting.received_at)).collect();
    if !store::insert_scans(&tx, &received).await? {
        return Ok(Written::Raced);
    }
    // What follows from them is committed with them.
    for of_a_day in fresh.chunk_by(|(one, _), (next, _)| one.taken_on == next.taken_on) {
        for scans in of_a_day.chunks(SCANS_A_JOB) {
            let day = scans[0].0.taken_on;
            let networks = scans.iter().map(|(_, waiting)| waiting.from.hashed(salt)).collect();
            let scans = scans.iter().map(|(scan, _)| scan.id).collect();
            jobs::append(&tx, &JudgeScans { day, scans, networks }).await?;
        }
    }
    tx.commit().await?;
    Ok(Written::All(fresh.iter().map(|(scan, _)| scan.id).collect()))
}
