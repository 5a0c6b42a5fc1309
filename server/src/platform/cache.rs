//! A small memory of what was asked for a moment ago: fixed slots, in which newcomers push out whoever stood there.
//! Looking something up takes one short lock; nothing grows and nothing is swept.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Values by key, each for a while.
pub(crate) struct Slots<K, V> {
    life: Duration,
    hasher: RandomState,
    all: Box<[Place<K, V>]>,
}

type Place<K, V> = RwLock<Option<Slot<K, V>>>;

struct Slot<K, V> {
    key: K,
    value: V,
    until: Instant,
}

impl<K: Eq + Hash, V: Clone> Slots<K, V> {
    /// An empty memory of so many slots, whose values live so long.
    pub(crate) fn new(slots: usize, life: Duration) -> Self {
        Self { life, hasher: RandomState::new(), all: (0..slots.max(1)).map(|_| RwLock::new(None)).collect() }
    }

    fn slot(&self, key: &K) -> &Place<K, V> {
        // The remainder is below the number of slots.
        #[expect(clippy::cast_possible_truncation, reason = "a hash has bits to spare")]
        let place = self.hasher.hash_one(key) as usize % self.all.len();
        &self.all[place]
    }

    /// What is remembered under this key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let slot = self.slot(key).read().unwrap_or_else(PoisonError::into_inner);
        let slot = slot.as_ref().filter(|slot| slot.key == *key && Instant::now() < slot.until)?;
        Some(slot.value.clone())
    }

    /// Remembers a value, in place of whatever stood in its slot.
    pub(crate) fn put(&self, key: K, value: V) {
        let until = Instant::now() + self.life;
        let mut slot = self.slot(&key).write().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Slot { key, value, until });
    }

    /// Forgets one value.
    pub(crate) fn forget(&self, key: &K) {
        let mut slot = self.slot(key).write().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|slot| slot.key == *key) {
            *slot = None;
        }
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        for slot in &self.all {
            *slot.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_remembered_under_its_own_key_only() {
        let slots = Slots::new(4_096, Duration::from_hours(1));
        for key in 0..20_000_u32 {
            slots.put(key, key * 2);
            assert_eq!(slots.get(&key), Some(key * 2));
        }
        let right = (0..20_000_u32).filter(|key| slots.get(key).is_some_and(|value| value == key * 2)).count();
        let any = (0..20_000_u32).filter(|key| slots.get(key).is_some()).count();
        assert!(right == any && any <= 4_096, "{right} of {any}");
        slots.forget(&19_999);
        assert_eq!(slots.get(&19_999), None);
        slots.put(1, 9);
        slots.forget_all();
        assert_eq!(slots.get(&1), None);
    }

    #[test]
    fn a_value_is_forgotten_when_its_time_is_over() {
        let slots = Slots::new(16, Duration::from_millis(20));
        slots.put(1, 8);
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(slots.get(&1), None);
    }
}
