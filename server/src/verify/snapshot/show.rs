//! Refreshes at once what a request has written, before the request is answered: its writer, and everybody who asks any
//! process through Redis, sees it from then on. The job stays for the workers, who do what fails here.
//!
//! One task for a process: writes that come while it refreshes are refreshed together next, an order once for all of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use tokio::sync::{mpsc, oneshot};

use super::written::Thing;
use super::{Card, Inner, OrderCard, PackCard, ParticipantCard, ProductCard, Snapshot};
use crate::platform::jobs::{Job, Refresh, RefreshPacks};
use crate::platform::problem::Result;

/// How long an answer waits for the refresh.
const BUDGET: Duration = Duration::from_millis(250);
/// Requests whose refreshes may wait for the task.
const QUEUE: usize = 1_024;
/// Things refreshed at the same time.
const AT_ONCE: usize = 4;

/// Refreshes of one request, and who waits for them.
type Request = (Vec<Refresh>, oneshot::Sender<()>);

/// The way to the task.
pub(super) struct Show(mpsc::Sender<Request>);

/// The way to the task, and where it takes its work from.
pub(super) fn channel() -> (Show, mpsc::Receiver<Request>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Show(sender), receiver)
}

impl Snapshot {
    /// Makes what was committed visible: in this process from now on, for all others as soon as Redis has it, which is
    /// waited for no longer than a quarter second.
    pub(crate) async fn show(&self, jobs: Vec<Refresh>) {
        let started = Instant::now();
        let things: Vec<Thing> = jobs.iter().flat_map(things).collect();
        self.0.written.note(things.iter().copied());
        for thing in &things {
            self.forget(*thing).await;
        }
        // Nobody waits for a Redis that is away: PostgreSQL answers then.
        if things.iter().any(|thing| self.0.shards.of(&name(*thing)).link.live().is_none()) {
            metrics::counter!("tanba_shown_total", "result" => "away").increment(1);
            return;
        }
        let (done, shown) = oneshot::channel();
        let shown = match self.0.show.0.try_send((jobs, done)) {
            Ok(()) => matches!(tokio::time::timeout(BUDGET, shown).await, Ok(Ok(()))),
            Err(_) => false,
        };
        metrics::counter!("tanba_shown_total", "result" => if shown { "done" } else { "late" }).increment(1);
        metrics::histogram!("tanba_shown_seconds").record(started.elapsed().as_secs_f64());
    }

    /// Lets this process forget the cards of a thing.
    async fn forget(&self, thing: Thing) {
        match thing {
            Thing::Order(order) => self.0.orders.invalidate(&order).await,
            Thing::Product(gtin) => {
                self.0.products.invalidate(&gtin).await;
                self.0.answers.clear();
            }
            Thing::Participant(number) => {
                self.0.participants.invalidate(&number).await;
                self.0.answers.clear();
            }
            Thing::Pack(sscc) => self.0.packs.invalidate(&sscc).await,
        }
    }
}

/// Refreshes until the snapshot is gone.
pub(super) async fn run(inner: std::sync::Weak<Inner>, mut requests: mpsc::Receiver<Request>) {
    while let Some(first) = requests.recv().await {
        let Some(snapshot) = inner.upgrade().map(Snapshot) else { return };
        let (mut jobs, mut waiting) = (first.0, vec![first.1]);
        while let Ok((more, also)) = requests.try_recv() {
            jobs.extend(more);
            waiting.push(also);
        }
        let read_at = Instant::now();
        let work = together(jobs);
        let done: Vec<bool> = stream::iter(work)
            .map(async |job| {
                let done = refresh(&snapshot, &job).await;
                if let Err(error) = &done {
                    tracing::debug!(kind = job.kind(), %error, "a write is left to the workers to be shown");
                    return false;
                }
                for thing in things(&job) {
                    snapshot.0.written.shown(thing, read_at);
                }
                true
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        if done.into_iter().all(|done| done) {
            for waiting in waiting {
                // Who has gone needs no answer.
                let _ = waiting.send(());
            }
        }
    }
}

async fn refresh(snapshot: &Snapshot, job: &Refresh) -> Result<()> {
    match job {
        Refresh::Order(job) => snapshot.refresh_order(job.order, &job.segments).await.map(drop),
        Refresh::Product(job) => snapshot.refresh_product(job.gtin).await.map(drop),
        Refresh::Participant(job) => snapshot.refresh_participant(job.participant).await.map(drop),
        Refresh::Packs(job) => snapshot.refresh_packs(&job.packs).await.map(drop),
    }
}

/// What a refresh is about.
fn things(job: &Refresh) -> Vec<Thing> {
    match job {
        Refresh::Order(job) => vec![Thing::Order(job.order)],
        Refresh::Product(job) => vec![Thing::Product(job.gtin)],
        Refresh::Participant(job) => vec![Thing::Participant(job.participant)],
        Refresh::Packs(job) => job.packs.iter().map(|sscc| Thing::Pack(*sscc)).collect(),
    }
}

/// The name under which a thing's card is kept.
fn name(thing: Thing) -> String {
    match thing {
        Thing::Order(order) => OrderCard::name(order),
        Thing::Product(gtin) => ProductCard::name(gtin),
        Thing::Participant(number) => ParticipantCard::name(number),
        Thing::Pack(sscc) => PackCard::name(sscc),
    }
}

/// The same refreshes, each thing once.
fn together(jobs: Vec<Refresh>) -> Vec<Refresh> {
    let (mut packs, mut rest) = (BTreeSet::new(), Vec::new());
    for job in jobs {
        match job {
            Refresh::Packs(RefreshPacks { packs: some }) => packs.extend(some),
            Refresh::Order(order) => {
                let merges = |other: &mut Refresh| match other {
                    Refresh::Order(other) => other.merge(&order),
                    _ => false,
                };
                if !rest.iter_mut().any(merges) {
                    rest.push(Refresh::Order(order));
                }
            }
            other if !rest.contains(&other) => rest.push(other),
            _ => {}
        }
    }
    if !packs.is_empty() {
        rest.push(Refresh::Packs(RefreshPacks { packs: packs.into_iter().collect() }));
    }
    rest
}

/// Starts the task, which ends with the last holder of the snapshot.
pub(super) fn start(inner: &Arc<Inner>, requests: mpsc::Receiver<Request>) {
    tokio::spawn(run(Arc::downgrade(inner), requests));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::jobs::{RefreshOrder, RefreshProduct};

    #[test]
    fn refreshes_of_several_requests_are_made_once_for_each_thing() {
        let order = |order, segments: &[u32]| Refresh::from(RefreshOrder { order, segments: segments.to_vec() });
        let product = || Refresh::from(RefreshProduct { gtin: 9 });
        let packs = |packs: &[u64]| Refresh::from(RefreshPacks { packs: packs.to_vec() });
        let jobs = vec![order(7, &[0, 3]), product(), order(7, &[3, 1]), product(), packs(&[4, 2]), packs(&[4])];
        assert_eq!(together(jobs), [order(7, &[0, 1, 3]), product(), packs(&[2, 4])]);
    }
}
