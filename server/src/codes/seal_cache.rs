//! Asymmetric seals that held a moment ago. A shopper asks twice, a scan is sent after its question, a till reads what the
//! shelf was checked for: the same seal over the same code under the same keys holds again, and to verify it takes longer than
//! everything else in an answer. Symmetric seals are verified in less time than a look-up takes.

use std::array::from_fn;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{PoisonError, RwLock};

use marking::layout::TailKind;
use marking::seal_keys::{SealCheck, UnitParts};

use crate::keys::KeySet;

/// Sets of seals: with [`WAYS`] of 16 bytes each and a lock, 18 megabytes.
const SETS: usize = 128 << 10;
/// Seals in a set.
const WAYS: usize = 8;
/// Those at the front of a set were met again. A new seal is put behind them, so that any number of seals that come once
/// displace none of these.
const FRONT: usize = WAYS / 2;

/// 128 bits of a keyed hash of a code, its seal and the number of the key set, which cannot be chosen from outside; 0 is none.
type Fingerprint = u128;

/// A bounded cache of seals that hold. Invented seals never enter it.
pub struct SealCache {
    hashers: [RandomState; 2],
    sets: Box<[RwLock<[Fingerprint; WAYS]>]>,
}

impl Default for SealCache {
    fn default() -> Self {
        Self { hashers: from_fn(|_| RandomState::new()), sets: (0..SETS).map(|_| RwLock::default()).collect() }
    }
}

impl SealCache {
    /// Checks the seal of a code, as [`marking::seal_keys::SealKeys::check`] does.
    pub(crate) fn check(&self, keys: &KeySet, parts: &UnitParts<'_>) -> SealCheck {
        let is_asymmetric = parts.tail.is_some_and(|tail| tail.len() == TailKind::Ed25519.characters());
        let Some(key) = parts.key.filter(|_| is_asymmetric).and_then(|key| key.parse().ok()) else {
            return keys.seals.check(parts);
        };
        let fingerprint = self.fingerprint(keys.number, parts);
        if self.holds(fingerprint) {
            return SealCheck::Holds { key };
        }
        let seal = keys.seals.check(parts);
        if matches!(seal, SealCheck::Holds { .. }) {
            self.insert(fingerprint);
        }
        seal
    }

    fn fingerprint(&self, keys: u64, parts: &UnitParts<'_>) -> Fingerprint {
        let [high, low] = [&self.hashers[0], &self.hashers[1]].map(|hasher| {
            let mut hasher = hasher.build_hasher();
            (keys, parts.gtin).hash(&mut hasher);
            (parts.serial, parts.price, parts.key, parts.tail).hash(&mut hasher);
            hasher.finish()
        });
        (u128::from(high) << 64 | u128::from(low)).max(1)
    }

    fn set(&self, fingerprint: Fingerprint) -> &RwLock<[Fingerprint; WAYS]> {
        let set = fingerprint as usize % self.sets.len();
        &self.sets[set]
    }

    fn holds(&self, fingerprint: Fingerprint) -> bool {
        let set = self.set(fingerprint);
        let find = |ways: &[Fingerprint; WAYS]| ways.iter().position(|way| *way == fingerprint);
        // Out of the `match`, which would hold the lock to its end.
        let found = find(&set.read().unwrap_or_else(PoisonError::into_inner));
        match found {
            None => false,
            Some(..FRONT) => true,
            // Another thread may have moved it meanwhile; that it was there is enough.
            Some(_) => {
                let mut ways = set.write().unwrap_or_else(PoisonError::into_inner);
                if let Some(way) = find(&ways) {
                    ways[..=way].rotate_right(1);
                }
                true
            }
        }
    }

    fn insert(&self, fingerprint: Fingerprint) {
        let mut ways = self.set(fingerprint).write().unwrap_or_else(PoisonError::into_inner);
        if !ways.contains(&fingerprint) {
            ways[FRONT..].rotate_right(1);
            ways[FRONT] = fingerprint;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fingerprints of one set.
    fn of_one_set(count: u32) -> impl Iterator<Item = Fingerprint> {
        (1..=count).map(|number| Fingerprint::from(number) << 64 | 7)
    }

    #[test]
    fn a_seal_that_was_met_twice_is_displaced_by_none_that_come_once() {
        let cache = SealCache::default();
        let [again, other] = [1_u128 << 127 | 7, 1 << 126 | 7];
        assert!(!cache.holds(again));
        cache.insert(again);
        cache.insert(other);
        assert!(cache.holds(again));
        of_one_set(100).for_each(|once| cache.insert(once));
        assert!(cache.holds(again) && !cache.holds(other));
        let kept = of_one_set(100)
            .filter(|once| cache.set(*once).read().unwrap_or_else(PoisonError::into_inner).contains(once));
        assert_eq!(kept.collect::<Vec<_>>(), of_one_set(100).skip(100 - (WAYS - FRONT)).collect::<Vec<_>>());
    }

    #[test]
    fn seals_that_are_met_again_displace_those_that_were_met_long_ago() {
        let cache = SealCache::default();
        for seal in of_one_set(20) {
            cache.insert(seal);
            assert!(cache.holds(seal));
        }
        let kept = of_one_set(20)
            .filter(|seal| cache.set(*seal).read().unwrap_or_else(PoisonError::into_inner).contains(seal));
        assert_eq!(kept.collect::<Vec<_>>(), of_one_set(20).skip(20 - WAYS).collect::<Vec<_>>());
    }
}
