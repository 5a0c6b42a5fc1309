//! Which capability does which kind of job. Each adds its own handlers, with its state inside.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use super::{Job, Lane, MOST_ATTEMPTS};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, Result};

/// How far refreshes have moved the marks of snapshots, by the snapshot's name.
pub(crate) type Marks = BTreeMap<String, u64>;

/// The work of one job under way.
type Doing = Pin<Box<dyn Future<Output = Result<Marks>> + Send>>;

/// The work of several jobs under way, on the thread of their lane.
pub(crate) type Batch<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Does several jobs in a transaction.
type BatchedRun = dyn for<'a> Fn(&'a Transaction<'a>, Vec<Value>) -> Batch<'a> + Send + Sync;

/// How jobs of a kind are done.
#[derive(Clone)]
pub(crate) enum Run {
    /// One by one, each harmless when it happens twice; returns the marks that it moved.
    Each(Arc<dyn Fn(Value) -> Doing + Send + Sync>),
    /// Several in the transaction that removes their rows.
    Batched(Arc<BatchedRun>),
}

/// What is known of a kind of job.
#[derive(Clone)]
pub(crate) struct Handler {
    lane: Lane,
    most_attempts: i32,
    pub(super) short_lived: &'static [&'static str],
    is_readable: fn(&Value) -> bool,
    things: fn(&Value) -> usize,
    halves: fn(&Value) -> Option<[Value; 2]>,
    merge: fn(&mut Value, &Value) -> bool,
    /// How it is done.
    pub(crate) run: Run,
}

/// The handlers of a process, by kind.
#[derive(Clone, Default)]
pub(crate) struct Handlers(BTreeMap<&'static str, Handler>);

impl fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Handlers {
    /// Jobs of this kind are done one by one with this state.
    pub(crate) fn add<J, S, F>(&mut self, state: &S, run: impl Fn(S, J) -> F + Send + Sync + 'static)
    where
        J: Job,
        S: Clone + Send + Sync + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        self.add_refresh(state, move |state, job| {
            let work = run(state, job);
            async move { work.await.map(|()| Marks::new()) }
        });
    }

    /// The same for jobs that move marks of the snapshot.
    pub(crate) fn add_refresh<J, S, F>(&mut self, state: &S, run: impl Fn(S, J) -> F + Send + Sync + 'static)
    where
        J: Job,
        S: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Marks>> + Send + 'static,
    {
        let state = state.clone();
        let run = move |payload: Value| -> Doing {
            match serde_json::from_value(payload) {
                Ok(job) => Box::pin(run(state.clone(), job)),
                Err(error) => Box::pin(std::future::ready(Err(unreadable(&error)))),
            }
        };
        self.insert::<J>(Run::Each(Arc::new(run)));
    }

    /// Jobs of this kind are done several at a time, in the transaction that removes their rows.
    pub(crate) fn add_batched<J, S>(
        &mut self,
        state: &S,
        run: impl for<'a> Fn(S, &'a Transaction<'a>, Vec<J>) -> Batch<'a> + Send + Sync + 'static,
    ) where
        J: Job,
        S: Clone + Send + Sync + 'static,
    {
        let state = state.clone();
        let run = Arc::new(run);
        let batched = batched(move |tx, payloads: Vec<Value>| {
            let (state, run) = (state.clone(), Arc::clone(&run));
            Box::pin(async move {
                let jobs: Vec<J> = payloads
                    .into_iter()
                    .map(serde_json::from_value)
                    .collect::<Result<_, _>>()
                    .map_err(|e| unreadable(&e))?;
                run(state, tx, jobs).await
            })
        });
        self.insert::<J>(Run::Batched(Arc::new(batched)));
    }

    fn insert<J: Job>(&mut self, run: Run) {
        let handler = Handler {
            lane: J::LANE,
            most_attempts: J::MOST_ATTEMPTS,
            short_lived: J::SHORT_LIVED,
            is_readable: |payload| read::<J>(payload).is_some(),
            things: |payload| read::<J>(payload).map_or(1, |job| job.things()),
            halves: |payload| {
                let [one, other] = read::<J>(payload)?.halves()?;
                Some([serde_json::to_value(one).ok()?, serde_json::to_value(other).ok()?])
            },
            merge: |payload, other| {
                let (Some(mut job), Some(other)) = (read::<J>(payload), read::<J>(other)) else { return false };
                let merged = job.merge(&other);
                if merged && let Ok(both) = serde_json::to_value(job) {
                    *payload = both;
                }
                merged
            },
            run,
        };
        let before = self.0.insert(J::KIND, handler);
        assert!(before.is_none(), "two handlers of {}", J::KIND);
    }

    /// The handler of a kind; none of a kind that this version doesn't know.
    pub(crate) fn get(&self, kind: &str) -> Option<&Handler> {
        self.0.get(kind)
    }

    /// The handler of the one kind in a lane that is done in batches.
    pub(crate) fn batched(&self, lane: Lane) -> Option<&Handler> {
        self.0.values().find(|handler| handler.lane == lane && matches!(handler.run, Run::Batched(_)))
    }
}

impl Handler {
    /// How many things a job is about.
    pub(crate) fn things(&self, payload: &Value) -> usize {
        (self.things)(payload)
    }

    /// Failed attempts after which a job is put on the dead list.
    pub(super) fn most_attempts(&self, payload: &Value) -> i32 {
        if (self.is_readable)(payload) { self.most_attempts } else { MOST_ATTEMPTS }
    }

    /// The same work in two jobs.
    pub(super) fn halves(&self, payload: &Value) -> Option<[Value; 2]> {
        (self.halves)(payload)
    }

    /// Puts the work of another job into one, if one run can do both.
    pub(crate) fn merge(&self, payload: &mut Value, other: &Value) -> bool {
        (self.merge)(payload, other)
    }
}

/// The type of a closure over any lifetime of the transaction.
fn batched<F>(run: F) -> F
where
    F: for<'a> Fn(&'a Transaction<'a>, Vec<Value>) -> Batch<'a> + Send + Sync,
{
    run
}

fn read<J: Job>(payload: &Value) -> Option<J> {
    J::deserialize(payload).ok()
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::internal(format!("a job that this version can't read: {error}"))
}
