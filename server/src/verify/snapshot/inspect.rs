//! Compares segments in Redis with PostgreSQL, byte by byte: they carry no tag, so this is how a segment is found that
//! somebody else has written. Each second every process takes up to [`SAMPLE`] of the segments that it was asked about,
//! and the walk of the worker takes some at random. A difference is an alarm, and the whole space is left for a new one.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use marking::segment::VERSION_BYTES;

use super::units::segment_name;
use super::{Inner, Snapshot, truth};
use crate::platform::db::Client;
use crate::platform::problem::Result;

/// How often a process compares what it was asked about.
const EVERY: Duration = Duration::from_secs(1);
/// Segments compared at a time: with fewer different ones asked for in a second each is compared.
pub(super) const SAMPLE: usize = 64;
/// How long refreshes that wait are given before a comparison.
const CATCH_UP: Duration = Duration::from_millis(300);
const TRIES: usize = 6;

/// A sample of the segments that were asked about since it was taken last.
#[derive(Default)]
pub(super) struct Asked {
    sample: Mutex<Sample>,
    hasher: RandomState,
    turn: AtomicU64,
}

#[derive(Default)]
struct Sample {
    segments: Vec<(u32, u32)>,
    asked: usize,
}

impl Asked {
    /// Notes that a segment was asked for. Of many each has the same chance to stay.
    pub(super) fn note(&self, order: u32, number: u32) {
        // Who does not get in at once is not missed.
        let Ok(mut sample) = self.sample.try_lock() else { return };
        if sample.segments.contains(&(order, number)) {
            return;
        }
        sample.asked += 1;
        if sample.segments.len() < SAMPLE {
            sample.segments.push((order, number));
            return;
        }
        let place = self.random() % sample.asked;
        if let Some(slot) = sample.segments.get_mut(place) {
            *slot = (order, number);
        }
    }

    /// A number that nobody can foretell.
    pub(super) fn random(&self) -> usize {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        usize::try_from(self.hasher.hash_one(turn) >> 32).unwrap_or_default()
    }

    fn take(&self) -> Vec<(u32, u32)> {
        self.sample.lock().map(|mut sample| std::mem::take(&mut *sample).segments).unwrap_or_default()
    }
}

/// Compares until the snapshot is gone; costs nothing while nobody asks.
pub(super) fn start(inner: &Arc<Inner>) {
    let inner = Arc::downgrade(inner);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(snapshot) = inner.upgrade().map(Snapshot) else { return };
            let asked = snapshot.0.asked.take();
            if !asked.is_empty()
                && let Err(error) = snapshot.inspect(&asked).await
            {
                tracing::debug!(%error, "segments were not compared");
            }
        }
    });
}

impl Snapshot {
    /// How often this process has found something in Redis that the register does not hold.
    pub(crate) fn alterations(&self) -> u64 {
        self.0.alterations.load(Ordering::Relaxed)
    }

    /// Compares segments with the register. Leaves the spaces in which one differs, and returns how many segments do.
    pub(crate) async fn inspect(&self, segments: &[(u32, u32)]) -> Result<usize> {
        let mut by_shard: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
        for segment in segments {
            by_shard.entry(self.0.shards.number(&segment_name(segment.0, segment.1))).or_default().push(*segment);
        }
        let mut altered = 0;
        for (shard, segments) in by_shard {
            altered += self.inspect_shard(shard, &segments).await?;
        }
        Ok(altered)
    }

    async fn inspect_shard(&self, shard: usize, segments: &[(u32, u32)]) -> Result<usize> {
        let shard = &self.0.shards.all()[shard];
        let Some(live) = shard.link.live() else { return Ok(0) };
        let asked = Instant::now();
        let before = self.in_register(segments).await?;
        // What was committed before has to arrive in Redis first.
        let mut tries = 0;
        while shard.lag.complete() < asked {
            if tries == TRIES {
                return Ok(0);
            }
            tries += 1;
            tokio::time::sleep(CATCH_UP).await;
            shard.lag.ask(&live).await;
        }
        let read = shard.link.read::<Vec<Option<Vec<u8>>>>(&live, |pipe| {
            for (order, number) in segments {
                pipe.cmd("GET").arg(live.key(&segment_name(*order, *number)));
            }
        });
        let Ok((held, _)) = read.await else { return Ok(0) };
        let held: Vec<_> = segments.iter().zip(held).filter_map(|(segment, held)| Some((*segment, held?))).collect();
        let differs = |(segment, held): &&((u32, u32), Vec<u8>), register: &BTreeMap<(u32, u32), Bytes>| {
            register.get(segment).is_none_or(|bytes| bytes[..] != held[..])
        };
        let suspicious: Vec<_> = held.iter().filter(|held| differs(held, &before)).collect();
        if suspicious.is_empty() {
            return Ok(0);
        }
        // A newer state may have been written meanwhile. Redis is never ahead of the register, and an older state than
        // that of the first look should have been replaced.
        let names: Vec<_> = suspicious.iter().map(|(segment, _)| *segment).collect();
        let after = self.in_register(&names).await?;
        let altered: Vec<_> = suspicious
            .into_iter()
            .filter(|(segment, held)| {
                let (first, last) = (before.get(segment), after.get(segment));
                !is_of_the_register(held, first.map(|bytes| &bytes[..]), last.map(|bytes| &bytes[..]))
            })
            .collect();
        for ((order, number), _) in &altered {
            metrics::counter!("tanba_snapshot_forged_total", "what" => "segment").increment(1);
            tracing::error!(
                order,
                segment = number,
                "a segment in Redis is not what the register holds: the snapshot is left"
            );
        }
        if !altered.is_empty() {
            self.0.alterations.fetch_add(1, Ordering::Relaxed);
            shard.link.abandon(&live).await;
            self.0.segments.invalidate_all();
            self.0.hot.forget_all();
            self.0.answers.clear();
        }
        Ok(altered.len())
    }

    async fn in_register(&self, segments: &[(u32, u32)]) -> Result<BTreeMap<(u32, u32), Bytes>> {
        let found = truth::ask(&self.0.db, async |db: &Client| truth::list_segments_of(db, segments).await).await?;
        Ok(found.into_iter().collect())
    }
}

/// Whether what Redis held may be what the register held at some moment between two looks.
fn is_of_the_register(held: &[u8], first: Option<&[u8]>, last: Option<&[u8]>) -> bool {
    let version = |bytes: &[u8]| bytes.first_chunk::<VERSION_BYTES>().map(|bytes| u64::from_be_bytes(*bytes));
    let (Some(own), Some(last)) = (version(held), last) else { return false };
    let between = first.and_then(version).is_some_and(|first| first < own) && Some(own) < version(last);
    // Versions also count changes that verify does not show.
    between || Some(own) <= version(last) && held.get(VERSION_BYTES..) == last.get(VERSION_BYTES..)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X56
    #[test]
    fn a_state_that_the_register_never_had_is_told_from_one_that_it_just_left() {
        let segment = |version: u64, states: &[u8]| [&version.to_be_bytes(), states].concat();
        let (first, last) = (segment(4, b"aa"), segment(7, b"bb"));
        let holds = |held: &[u8]| is_of_the_register(held, Some(&first), Some(&last));
        assert!(holds(&last) && holds(&segment(5, b"xx")) && holds(&segment(3, b"bb")));
        assert!(!holds(&segment(7, b"xx")), "another state under the same version");
        assert!(!holds(&segment(8, b"bb")), "ahead of the register");
        assert!(!holds(&segment(4, b"xx")) && !holds(&segment(2, b"aa")), "an older one put back");
        assert!(!holds(b"") && !is_of_the_register(&last, None, None));
    }

    #[test]
    fn of_few_segments_each_is_taken_once_and_of_many_a_sample() {
        let asked = Asked::default();
        for _ in 0..3 {
            for number in 0..10 {
                asked.note(1, number);
            }
        }
        assert_eq!(asked.take(), (0..10).map(|number| (1, number)).collect::<Vec<_>>());
        assert!(asked.take().is_empty());
        for number in 0..10_000 {
            asked.note(2, number);
        }
        let sample = asked.take();
        assert_eq!(sample.len(), SAMPLE);
        assert!(sample.iter().any(|(_, number)| *number > 5_000), "{sample:?}");
    }
}
