//! What this process has written itself, a moment ago: whoever wrote something and asks about it next is answered with
//! it, although a copy that was read before may still be at hand.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long a write is remembered: longer than any copy lives, and longer than refreshes may lag before PostgreSQL
/// answers.
const KEPT: Duration = Duration::from_secs(10);

/// A thing that has a card in the snapshot; an order stands for its segments, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Order(u32),
    Product(u64),
    Participant(i32),
    Pack(u64),
}

/// The last write to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write {
    /// When it was known to be committed: what was read earlier may lack it.
    pub(super) at: Instant,
    /// Whether it is in Redis.
    pub(super) shown: bool,
}

/// Things written by this process.
#[derive(Default)]
pub(super) struct Written {
    things: RwLock<HashMap<Thing, Write>>,
    count: AtomicUsize,
}

impl Written {
    /// Notes that things were written just now.
    pub(super) fn note(&self, things: impl IntoIterator<Item = Thing>) {
        let now = Instant::now();
        let mut known = self.things.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, write| now.duration_since(write.at) < KEPT);
        known.extend(things.into_iter().map(|thing| (thing, Write { at: now, shown: false })));
        self.count.store(known.len(), Ordering::Release);
    }

    /// Notes that Redis holds what was written to a thing before `read_at`.
    pub(super) fn shown(&self, thing: Thing, read_at: Instant) {
        let mut known = self.things.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(write) = known.get_mut(&thing).filter(|write| write.at <= read_at) {
            write.shown = true;
        }
    }

    /// The last write to a thing, if it matters still.
    pub(super) fn last(&self, thing: Thing) -> Option<Write> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let known = self.things.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&thing).copied().filter(|write| write.at.elapsed() < KEPT)
    }

    /// Whether a copy that was read then has everything that this process wrote to the thing.
    pub(super) fn allows(&self, thing: Thing, read_at: Instant) -> bool {
        self.last(thing).is_none_or(|write| write.at <= read_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_read_before_a_write_is_not_good_enough_after_it() {
        let written = Written::default();
        let before = Instant::now();
        assert!(written.allows(Thing::Order(1), before));
        written.note([Thing::Order(1)]);
        assert!(!written.allows(Thing::Order(1), before));
        assert!(written.allows(Thing::Order(2), before) && written.allows(Thing::Product(1), before));
        assert!(written.allows(Thing::Order(1), Instant::now()));
        written.shown(Thing::Order(1), before);
        assert!(written.last(Thing::Order(1)).is_some_and(|write| !write.shown), "that reading was too early");
        written.shown(Thing::Order(1), Instant::now());
        assert!(written.last(Thing::Order(1)).is_some_and(|write| write.shown));
    }
}
