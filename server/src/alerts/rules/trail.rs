//! What is remembered of a code, a device, a shop or a run of codes: a bounded summary into which scans may come in any
//! order. The order leaves no trace, so a scan that a phone kept for three days is judged in its own time.
//!
//! A trail keeps a sample of those who met its subject: the [`Trail::MOST`] with the smallest hashes, each with the
//! first and the last sighting. Who falls out of such a sample never comes back into it, whatever the order; it is a
//! fair sample of all; and from its largest hash follows how many there were. A code that a million phones scan costs
//! as much to keep and to judge as one that forty do.

use serde::{Deserialize, Serialize};

use super::sighting::{Seen, Sighting};

/// Somebody, or something, that met the subject: a device that scanned the code, a code that the device scanned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// A hash of who it is, spread evenly.
    #[serde(rename = "k")]
    pub key: u64,
    /// The first sighting within the window.
    #[serde(rename = "f")]
    pub first: Sighting,
    /// The last.
    #[serde(rename = "l")]
    pub last: Sighting,
}

/// The summary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// The sample, by hash.
    #[serde(rename = "p")]
    parties: Vec<Party>,
    /// Whether some did not fit.
    #[serde(rename = "o", default)]
    overflowed: bool,
    /// All scans.
    #[serde(rename = "n")]
    pub scans: u64,
    /// Of those, how many accused the code: unknown, forged or worse.
    #[serde(rename = "b", default)]
    pub accusing: u64,
}

impl Trail {
    /// How many parties are kept.
    pub const MOST: usize = 32;
    /// Seconds after which a sighting says nothing any more.
    pub const WINDOW_SECONDS: i64 = 90 * 86_400;

    /// Adds a sighting by a party.
    pub fn add(&mut self, key: u64, sighting: Sighting) {
        self.scans += 1;
        self.accusing += u64::from(matches!(sighting.seen, Seen::Unknown | Seen::Forged));
        match self.parties.binary_search_by_key(&key, |party| party.key) {
            Ok(found) => {
                let party = &mut self.parties[found];
                let order = |one: Sighting| (one.at, one.id);
                if order(sighting) < order(party.first) {
                    party.first = sighting;
                }
                if order(sighting) > order(party.last) {
                    party.last = sighting;
                }
            }
            Err(place) if place < Self::MOST => {
                self.parties.insert(place, Party { key, first: sighting, last: sighting });
                self.overflowed |= self.parties.len() > Self::MOST;
                self.parties.truncate(Self::MOST);
            }
            Err(_) => self.overflowed = true,
        }
    }

    /// Forgets what lies so long before now, in seconds since 1970, that it says nothing any more.
    pub fn forget_old(&mut self, now: i64) {
        let horizon = now.saturating_sub(Self::WINDOW_SECONDS);
        self.parties.retain_mut(|party| {
            if party.first.at < horizon {
                party.first = party.last;
            }
            party.last.at >= horizon
        });
        if self.parties.len() < Self::MOST / 2 {
            self.overflowed = false;
        }
    }

    /// When the subject was last met.
    pub fn newest(&self) -> Option<i64> {
        self.parties.iter().map(|party| party.last.at).max()
    }

    /// The sample.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// How many parties met the subject: counted as long as all are kept, estimated from the sample afterwards.
    pub fn distinct(&self) -> usize {
        match self.parties.last() {
            Some(last) if self.overflowed => {
                let share = (last.key as f64 / u64::MAX as f64).max(1e-9);
                ((self.parties.len() - 1) as f64 / share).round() as usize
            }
            _ => self.parties.len(),
        }
    }

    /// Whether every party is kept.
    pub fn is_complete(&self) -> bool {
        !self.overflowed
    }

    /// Every sighting that is kept, with its party, oldest first.
    pub fn sightings(&self) -> Vec<(u64, Sighting)> {
        let mut all: Vec<(u64, Sighting)> = Vec::with_capacity(2 * self.parties.len());
        for party in &self.parties {
            all.push((party.key, party.first));
            if party.last.id != party.first.id {
                all.push((party.key, party.last));
            }
        }
        all.sort_by_key(|(key, sighting)| (sighting.at, sighting.id, *key));
        all
    }

    /// Replaces every place before an instant by what `change` makes of it: exact places have their time.
    pub fn change_places(&mut self, before: i64, change: impl Fn(super::Position) -> super::Position) {
        let sightings = self.parties.iter_mut().flat_map(|party| [&mut party.first, &mut party.last]);
        for sighting in sightings.filter(|sighting| sighting.at < before) {
            sighting.place = sighting.place.map(&change);
        }
    }

    /// The oldest sighting whose place `is_exact`.
    pub fn oldest_exact(&self, is_exact: impl Fn(super::Position) -> bool) -> Option<i64> {
        let sightings = self.parties.iter().flat_map(|party| [party.first, party.last]);
        sightings.filter(|sighting| sighting.place.is_some_and(&is_exact)).map(|sighting| sighting.at).min()
    }
}
