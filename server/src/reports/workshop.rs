//! Where files become photos, under bounds for the whole process: how many are worked on at once, how many may wait,
//! how much memory they take, and how much of it one network may hold (X48). What is beyond is told to come back. A file
//! enters the queue when it has come as a whole: a slow sender holds no place.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::photo::{self, NotAPhoto, Photo};
use crate::http::overload::{self, overloaded};
use crate::http::room::{Lease, Room};
use crate::platform::problem::{Error, Result};

/// Files that may wait for a thread, for each one that is worked on.
const WAITING_PER_THREAD: usize = 16;
/// Memory for files that are being received and photos that are not stored yet, in bytes.
const MEMORY: usize = 512 << 20;
/// What of it one network may take: two of the largest forms, or some forty usual ones.
const SHARE: usize = 128 << 20;

/// Bounded hands and bounded room. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Workshop {
    hands: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    room: Arc<Room>,
}

/// Bytes that are held, counted against [`MEMORY`] until they are let go.
#[derive(Debug)]
pub(crate) struct Held {
    bytes: Vec<u8>,
    network: u64,
    lease: Lease,
}

impl Workshop {
    /// A workshop that works on `threads` files at once.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            hands: Arc::new(Semaphore::new(threads.max(1))),
            queue: Arc::new(Semaphore::new(threads.max(1) * (1 + WAITING_PER_THREAD))),
            room: Room::new(MEMORY, 0, SHARE),
        }
    }

    /// An empty place for bytes to come from this network.
    pub(crate) fn hold(&self, network: u64) -> Held {
        Held { bytes: Vec::new(), network, lease: self.room.lease(network, MEMORY) }
    }

    /// Decodes a file and encodes it anew, on a blocking thread, when its turn comes. What the photo takes stays
    /// counted while the second value is kept.
    pub(crate) async fn read(&self, file: Held) -> Result<(Result<Photo, NotAPhoto>, Lease)> {
        let queued = self.queue.clone().try_acquire_owned().map_err(|_| overloaded("too many photos wait"))?;
        let hand = self.hands.clone().acquire_owned().await.map_err(Error::internal)?;
        overload::in_time()?;
        let mut lease = self.room.lease(file.network, MEMORY);
        // The permits go along: a thread works on although its client has gone, and counts until it is done.
        let read = tokio::task::spawn_blocking(move || {
            let photo = photo::read(&file.bytes);
            drop((queued, hand, file));
            photo
        });
        let photo = read.await.map_err(Error::internal)?;
        if let Ok(photo) = &photo {
            lease.take(photo.jpeg.len())?;
        }
        Ok((photo, lease))
    }
}

impl Held {
    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds bytes, or refuses when the process, or the network they come from, holds as much as it may.
    pub(crate) fn add(&mut self, chunk: &[u8]) -> Result<()> {
        self.lease.take(chunk.len())?;
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn room_is_given_back_when_bytes_are_let_go() {
        let workshop = Workshop::new(1);
        let mut held = workshop.hold(7);
        held.add(&[0; 1_000]).unwrap();
        held.add(&[0; 500]).unwrap();
        assert_eq!((held.len(), workshop.room.used()), (1_500, 1_500));
        let (photo, _lease) = workshop.read(held).await.unwrap();
        assert_eq!(photo.err(), Some(NotAPhoto::Unreadable));
        assert_eq!(workshop.room.used(), 0);
    }

    /// X48
    #[tokio::test]
    async fn what_does_not_fit_is_told_to_come_back_and_others_go_on() {
        let workshop = Workshop::new(1);
        let chunk = vec![0; 16 << 20];
        let mut greedy = workshop.hold(7);
        for _ in 0..SHARE / chunk.len() {
            greedy.lease.take(chunk.len()).unwrap();
        }
        assert_eq!(workshop.hold(7).add(b"x").unwrap_err().slug(), "overloaded");
        workshop.hold(8).add(b"x").unwrap();
        let _queue = workshop.queue.clone().try_acquire_many_owned(17).unwrap();
        assert_eq!(workshop.read(workshop.hold(8)).await.err().unwrap().slug(), "overloaded");
    }
}
