//! Which way a key is found: one server holds everything, or the masters of a Redis Cluster hold a shard each and more.
//!
//! A shard is a run of a cluster's slots. All keys of a shard carry one hash tag, so they lie on one master together
//! with the shard's own mark, and everything that is true of a single server and its snapshot is true of each shard: it
//! can be emptied, put back or moved by itself, and only what lies on it is read through then.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use deadpool_postgres::Pool;

use super::cluster::{Cluster, Way};
use super::lag::Lag;
use super::link::{Link, Live};
use super::mac::MacKey;
use crate::platform::problem::Result;

/// Slots of a Redis Cluster (Redis Cluster specification, "Key distribution model").
const SLOTS: u16 = 16_384;
/// Shards in a cluster: two, three, four, six, eight, twelve, sixteen or twenty-four masters get equally many.
const SHARDS: u16 = 48;

/// All shards.
pub(super) struct Shards {
    all: Box<[Shard]>,
}

/// A part of the snapshot that lies on one server.
pub(super) struct Shard {
    pub(super) link: Arc<Link>,
    pub(super) lag: Lag,
}

impl Shards {
    /// Opens the ways, in the background. Addresses of several nodes, separated by commas, are those of a cluster.
    pub(super) fn open(addresses: &str, ca: Option<&[u8]>, prefix: &str, db: &Pool, mac: &MacKey) -> Result<Self> {
        let blind = Arc::new(AtomicBool::new(false));
        let open = |way, prefix: &str| -> Result<Shard> {
            let link = Link::open(way, prefix, db.clone(), mac.clone());
            Ok(Shard { link, lag: Lag::new(db.clone(), Arc::clone(&blind)) })
        };
        if !addresses.contains(',') {
            return Ok(Self { all: Box::new([open(Way::server(addresses, ca)?, prefix)?]) });
        }
        let cluster = Arc::new(Cluster::new(addresses, ca)?);
        let shards = (0..SHARDS).map(|shard| {
            let slot = first_slot(shard);
            let way = Way::Cluster { cluster: Arc::clone(&cluster), slot };
            open(way, &format!("{prefix}{{{}}}", tag(slot)))
        });
        Ok(Self { all: shards.collect::<Result<_>>()? })
    }

    /// The number of the shard that a thing lies in. What names have between braces keeps things together.
    pub(super) fn number(&self, name: &str) -> usize {
        if self.all.len() == 1 {
            return 0;
        }
        let tag = name.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or(name, |(tag, _)| tag);
        usize::from(slot(tag)) * self.all.len() / usize::from(SLOTS)
    }

    /// The shard that a thing lies in.
    pub(super) fn of(&self, name: &str) -> &Shard {
        &self.all[self.number(name)]
    }

    /// Every shard, by its number.
    pub(super) fn all(&self) -> &[Shard] {
        &self.all
    }

    /// PostgreSQL has answered something: it is not away.
    pub(super) fn sees(&self) {
        self.all[0].lag.sees();
    }

    /// Whether PostgreSQL could not say whether refreshes wait, so that the snapshot stands alone.
    pub(super) fn is_blind(&self) -> bool {
        self.all[0].lag.is_blind()
    }
}

impl Shard {
    /// A way to Redis whose content keeps up with PostgreSQL, as far as can be known.
    pub(super) async fn believed(&self) -> Option<Arc<Live>> {
        let live = self.link.live()?;
        self.lag.is_small(&live).await.then_some(live)
    }
}

/// The first of a shard's slots; the next shard begins where it ends.
#[expect(clippy::cast_possible_truncation, reason = "below the number of slots")]
const fn first_slot(shard: u16) -> u16 {
    (shard as u32 * SLOTS as u32).div_ceil(SHARDS as u32) as u16
}

/// The least number that, written out, is a hash tag of this slot.
fn tag(wanted: u16) -> u32 {
    (0..u32::MAX).find(|number| slot(&number.to_string()) == wanted).unwrap_or_default()
}

/// The slot of a hash tag: CRC-16/XMODEM of its bytes (Redis Cluster specification, appendix A).
fn slot(tag: &str) -> u16 {
    let crc = tag.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    });
    crc % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_that_redis_computes() {
        // The example of the specification, and two that redis-cli prints for CLUSTER KEYSLOT.
        assert_eq!(slot("123456789"), 0x31C3);
        assert_eq!(slot("foo"), 12_182);
        assert_eq!(slot("0"), 13_907);
    }

    #[test]
    fn every_shard_has_a_tag_in_its_own_slots_and_all_slots_are_somebody_s() {
        for shard in 0..SHARDS {
            let first = first_slot(shard);
            let tag = tag(first);
            assert_eq!(slot(&tag.to_string()), first);
            assert_eq!(u32::from(first) * u32::from(SHARDS) / u32::from(SLOTS), u32::from(shard));
        }
        assert_eq!(first_slot(0), 0);
        assert_eq!(first_slot(SHARDS), SLOTS);
    }
}
