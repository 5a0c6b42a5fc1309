//! Codes that were read a moment ago: whoever has asked about a code sends its scan next, a shopper asks twice, a till
//! reads what the shelf was checked for. An asymmetric seal is not worked out again, since the same text says the same
//! under the same keys. Every other code is read in less time than it would take to remember it.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use marking::layout::TailKind;

use super::locate::{Location, locate_scanned};
use crate::keys::KeySet;
use crate::platform::cache::Slots;

/// Codes that are remembered: twenty megabytes.
const CODES: usize = 128 << 10;
/// How long one is remembered.
const LIFE: Duration = Duration::from_hours(1);

/// A memory of codes that are ours beyond doubt. Invented ones push nothing out of it.
pub struct Seen {
    hashers: [RandomState; 2],
    codes: Slots<Fingerprint, Location>,
}

/// A text under a set of keys: 128 bits of a keyed hash, which nobody can aim at, and the number of the set.
type Fingerprint = (u64, u64, u64);

impl Default for Seen {
    fn default() -> Self {
        Self { hashers: Default::default(), codes: Slots::new(CODES, LIFE) }
    }
}

impl Seen {
    /// What a text is, by the keys in force, see [`super::locate::locate`].
    pub(crate) fn locate(&self, keys: &KeySet, text: &str) -> Location {
        self.locate_scanned(keys, text, false)
    }

    /// The same of a text that may be known to come from a symbol, see [`locate_scanned`].
    pub(crate) fn locate_scanned(&self, keys: &KeySet, text: &str, scanned: bool) -> Location {
        if text.len() < TailKind::Ed25519.characters() {
            return locate_scanned(keys, text, scanned);
        }
        let [one, other] = &self.hashers;
        let fingerprint = (one.hash_one(text), other.hash_one(text), keys.number);
        if let Some(location) = self.codes.get(&fingerprint) {
            return location;
        }
        let location = locate_scanned(keys, text, scanned);
        if matches!(&location, Location::Unit(unit) if unit.group.is_some() && unit.repaired.is_empty()) {
            self.codes.put(fingerprint, location.clone());
        }
        location
    }
}
