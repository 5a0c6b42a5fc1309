//! Which segments are asked for again and again: a small table of the last askings, in which neighbours may push
//! each other out. Wrong guesses cost a little speed and nothing else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Segments that are watched at a time.
const SLOTS: usize = 4_096;
/// Two askings within this time, or the next, make a segment hot.
const TICK: Duration = Duration::from_millis(100);

/// When each of the watched segments was asked for last.
pub(super) struct Heat {
    began: Instant,
    slots: Box<[AtomicU64]>,
}

impl Heat {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), slots: (0..SLOTS).map(|_| AtomicU64::new(u64::MAX)).collect() }
    }

    /// Notes that a segment is asked for, and tells whether it was a moment ago.
    pub(super) fn is_hot(&self, order: u32, number: u32) -> bool {
        self.is_hot_at(order, number, self.began.elapsed())
    }

    fn is_hot_at(&self, order: u32, number: u32, since: Duration) -> bool {
        let ticks = u32::try_from(since.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX);
        // Twelve bits of the hash choose the slot, another 32 tell the segments that share it apart.
        let hash = (u64::from(order) << 32 | u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = usize::try_from(hash >> 52).ok().and_then(|slot| self.slots.get(slot));
        let Some(slot) = slot else { return false };
        let name = hash << 12 >> 32;
        let before = slot.swap(name << 32 | u64::from(ticks), Ordering::Relaxed);
        before >> 32 == name && u64::from(ticks) - (before & u64::from(u32::MAX)).min(ticks.into()) <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_hot_when_it_was_asked_for_a_moment_ago() {
        let heat = Heat::new();
        let asked = |order, number, millis| heat.is_hot_at(order, number, Duration::from_millis(millis));
        assert!(!asked(1, 0, 0));
        assert!(asked(1, 0, 150));
        assert!(!asked(1, 1, 150));
        assert!(!asked(2, 0, 150));
        assert!(!asked(1, 0, 400), "that was long ago");
        assert!(asked(1, 0, 480));
    }

    #[test]
    fn segments_that_share_a_slot_are_never_taken_for_each_other() {
        let heat = Heat::new();
        for order in 1..20_000 {
            assert!(!heat.is_hot_at(order, 7, Duration::ZERO), "{order}");
        }
    }
}
