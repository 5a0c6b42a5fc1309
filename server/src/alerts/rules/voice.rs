//! How much one network may say. Devices are ids that a client makes up, so several of them in one network are one witness
//! of a subject on one day; a wider network is a few. Who they are is known by keyed hashes, for the day only.

use std::collections::{BTreeMap, HashMap};

use super::subject::{Subject, mixed};

/// A network by keyed hashes that hold for one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    /// A /24 of IPv4 or a /56 of IPv6.
    pub near: u64,
    /// The /16 or /40 that it belongs to.
    pub wide: u64,
}

/// Who has spoken of what today. Keys are hashes of a subject and the day, with one of a network.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    known: HashMap<(u64, u64), u64>,
    /// What changed since it was read.
    changed: BTreeMap<(u64, u64), u64>,
}

impl Voices {
    /// Witnesses that one wide network gives a subject in a day.
    pub const WIDE: u64 = 4;

    /// What is known already: for a subject and a near network the party that spoke, for a wide one how many did.
    pub fn new(known: HashMap<(u64, u64), u64>) -> Self {
        Self { known, changed: BTreeMap::new() }
    }

    /// The hash under which a subject is kept on a day.
    pub fn key(subject: Subject, day: i32) -> u64 {
        mixed((subject.to_string(), day))
    }

    /// Whether a party in a network may speak of a subject today: it spoke before, or is the first of its network and one
    /// of the first few of the wider one.
    pub fn admits(&mut self, subject: u64, network: Network, party: u64) -> bool {
        let [near, wide] = Self::keys(subject, network);
        if let Some(spoke) = self.known.get(&near) {
            return *spoke == party;
        }
        let spoke = self.known.get(&wide).copied().unwrap_or_default();
        if spoke >= Self::WIDE {
            return false;
        }
        for (key, value) in [(near, party), (wide, spoke + 1)] {
            self.known.insert(key, value);
            self.changed.insert(key, value);
        }
        true
    }

    /// The same without the bound of the wider network.
    pub fn admits_near(&mut self, subject: u64, network: Network, party: u64) -> bool {
        let [near, _] = Self::keys(subject, network);
        if let Some(spoke) = self.known.get(&near) {
            return *spoke == party;
        }
        self.known.insert(near, party);
        self.changed.insert(near, party);
        true
    }

    /// The keys that [`Self::admits`] looks at: of the near network and of the wide one.
    pub fn keys(subject: u64, network: Network) -> [(u64, u64); 2] {
        [(subject, mixed((0_u8, network.near))), (subject, mixed((1_u8, network.wide)))]
    }

    /// What changed since it was read, in the order of the keys.
    pub fn changed(&self) -> &BTreeMap<(u64, u64), u64> {
        &self.changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Subject = Subject::Unit { order: 1, index: 7 };

    /// X46
    #[test]
    fn a_network_is_one_witness_of_a_subject_a_day_and_a_wide_one_is_four() {
        let mut voices = Voices::default();
        let (today, tomorrow) = (Voices::key(UNIT, 7), Voices::key(UNIT, 8));
        let other = Voices::key(Subject::Unit { order: 1, index: 8 }, 7);
        let network = |near| Network { near, wide: near / 100 };
        assert!(voices.admits(today, network(1), 10));
        assert!(voices.admits(today, network(1), 10), "the same device again");
        assert!(!voices.admits(today, network(1), 11), "another device of the network");
        assert!(voices.admits(tomorrow, network(1), 11) && voices.admits(other, network(1), 11));
        let admitted = (2..100).filter(|near| voices.admits(today, network(*near), 100 + near)).count();
        assert_eq!(admitted as u64, Voices::WIDE - 1);
        assert!(voices.admits(today, network(200), 12), "another wide network");
        assert_eq!(voices.changed().get(&Voices::keys(today, network(1))[1]), Some(&Voices::WIDE));
    }
}
