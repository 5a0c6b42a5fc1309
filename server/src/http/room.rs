//! Memory for what clients send (X48). All together never hold more than a process has room for, one network never more
//! than its share, and part of the room is kept for small bodies, so that scans and sign-ins go on while large bodies
//! take all the rest.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::{HttpRequest, web};

use super::ClientAddress;
use super::overload::overloaded;
use crate::platform::Base;
use crate::platform::problem::Result;

/// Largest body that may take room of the reserve, in bytes.
const SMALL: usize = 64 << 10;
/// Independent locks, by network.
const SHARDS: usize = 64;

/// Room for bodies.
#[derive(Debug)]
pub(crate) struct Room {
    general: Pool,
    reserve: Pool,
    networks: [Mutex<HashMap<u64, Used>>; SHARDS],
}

/// One part of the room, in bytes.
#[derive(Debug)]
struct Pool {
    used: AtomicUsize,
    size: usize,
    /// What one network may hold of it.
    share: usize,
}

/// What is held of each part.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    general: usize,
    reserve: usize,
}

impl Pool {
    fn take(&self, bytes: usize, of_network: usize) -> bool {
        let fits = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.size);
        of_network + bytes <= self.share && self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes held by one request, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    room: Arc<Room>,
    network: u64,
    is_small: bool,
    used: Used,
}

impl Room {
    /// Room of `size` bytes, `reserve` of them for small bodies only; one network holds at most `share` of the rest, and
    /// a sixteenth of the reserve.
    pub(crate) fn new(size: usize, reserve: usize, share: usize) -> Arc<Self> {
        let pool = |size, share| Pool { used: AtomicUsize::new(0), size, share };
        Arc::new(Self {
            general: pool(size - reserve, share),
            reserve: pool(reserve, reserve / 16),
            networks: std::array::from_fn(|_| Mutex::default()),
        })
    }

    /// Nothing yet, for a request of this network whose body has at most `most` bytes.
    pub(crate) fn lease(self: &Arc<Self>, network: u64, most: usize) -> Lease {
        Lease { room: self.clone(), network, is_small: most <= SMALL, used: Used::default() }
    }

    fn network(&self, network: u64) -> MutexGuard<'_, HashMap<u64, Used>> {
        // The prefixes of neighbours are neighbours.
        let shard = usize::try_from(network % SHARDS as u64).unwrap_or_default();
        self.networks[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.general.used.load(Ordering::Relaxed) + self.reserve.used.load(Ordering::Relaxed)
    }
}

impl Lease {
    /// Counts more bytes, or refuses: the client is told to come back.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        let room = &*self.room;
        let mut networks = room.network(self.network);
        let of_network = networks.entry(self.network).or_default();
        if room.general.take(bytes, of_network.general) {
            self.used.general += bytes;
            of_network.general += bytes;
        } else if self.is_small && room.reserve.take(bytes, of_network.reserve) {
            self.used.reserve += bytes;
            of_network.reserve += bytes;
        } else {
            if of_network.general + of_network.reserve == 0 {
                networks.remove(&self.network);
            }
            return Err(overloaded("too many bodies are under way"));
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Used { general, reserve } = self.used;
        if general + reserve == 0 {
            return;
        }
        let room = &*self.room;
        let mut networks = room.network(self.network);
        if let Some(of_network) = networks.get_mut(&self.network) {
            of_network.general = of_network.general.saturating_sub(general);
            of_network.reserve = of_network.reserve.saturating_sub(reserve);
            if of_network.general + of_network.reserve == 0 {
                networks.remove(&self.network);
            }
        }
        room.general.give_back(general);
        room.reserve.give_back(reserve);
    }
}

/// The network that a request's bytes are counted for.
pub(crate) fn network_of(request: &HttpRequest) -> u64 {
    let base = request.app_data::<web::Data<Base>>();
    let trusted = base.map(|base| base.config.trusted_proxies.as_slice()).unwrap_or_default();
    ClientAddress::from_headers(request.head(), trusted).prefix()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// X48
    #[test]
    fn one_network_holds_its_share_and_no_more() {
        let room = Room::new(256 * MIB, 16 * MIB, 16 * MIB);
        let stalled: Vec<_> = (0..330)
            .filter_map(|_| {
                let mut lease = room.lease(1, 2 * MIB);
                lease.take(MIB).is_ok().then_some(lease)
            })
            .collect();
        assert_eq!(stalled.len(), 16);
        assert!(room.lease(2, 2 * MIB).take(MIB).is_ok(), "another network");
        assert!(room.lease(1, 1_000).take(1_000).is_ok(), "a small body of the same");
        drop(stalled);
        assert_eq!(room.used(), 0);
        assert!(room.networks.iter().all(|shard| shard.lock().is_ok_and(|shard| shard.is_empty())));
    }

    /// X48
    #[test]
    fn small_bodies_have_room_when_large_ones_hold_all_the_rest() {
        let room = Room::new(256 * MIB, 16 * MIB, 16 * MIB);
        let large: Vec<_> = (0..20)
            .filter_map(|network| {
                let mut lease = room.lease(network, 12 * MIB);
                lease.take(12 * MIB).is_ok().then_some(lease)
            })
            .collect();
        assert_eq!(large.len(), 20, "240 MiB");
        assert!(room.lease(99, SMALL + 1).take(1).is_err());
        let mut small: Vec<_> = (100..200).map(|network| room.lease(network, SMALL)).collect();
        assert!(small.iter_mut().all(|lease| lease.take(SMALL).is_ok()));
        let mut of_one: Vec<_> = (0..20).map(|_| room.lease(300, SMALL)).collect();
        assert_eq!(of_one.iter_mut().filter_map(|lease| lease.take(SMALL).ok()).count(), 16, "1 MiB for each network");
    }
}
