//! Where files become photos, under bounds for the whole process: how many are worked on at once, how many may wait,
//! and how much memory they take. What is beyond is told to come back.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::photo::{self, NotAPhoto, Photo};
use crate::error::{Error, Result};
use crate::http::overload::{self, overloaded};

/// Files that may wait for a thread, for each one that is worked on.
const WAITING_PER_THREAD: usize = 16;
/// Memory for files that are being received and photos that are not stored yet, in bytes.
const MEMORY: usize = 512 << 20;

/// Bounded hands and bounded room. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Workshop {
    hands: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

/// Bytes that are held, counted against [`MEMORY`] until they are let go.
#[derive(Debug)]
pub(crate) struct Held {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl Workshop {
    /// A workshop that works on `threads` files at once.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            hands: Arc::new(Semaphore::new(threads.max(1))),
            queue: Arc::new(Semaphore::new(threads.max(1) * (1 + WAITING_PER_THREAD))),
            room: Arc::new(Semaphore::new(MEMORY)),
        }
    }

    /// An empty place for bytes to come.
    pub(crate) fn hold() -> Held {
        Held { bytes: Vec::new(), room: None }
    }

    /// Adds bytes, or refuses when the process holds as much as it may.
    pub(crate) fn add(&self, held: &mut Held, chunk: &[u8]) -> Result<()> {
        held.room = merged(held.room.take(), self.take(chunk.len())?);
        held.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Decodes a file and encodes it anew, on a blocking thread, when its turn comes. What the photo takes stays
    /// counted while the second value is kept.
    pub(crate) async fn read(&self, file: Held) -> Result<(Result<Photo, NotAPhoto>, Option<OwnedSemaphorePermit>)> {
        let queued = self.queue.clone().try_acquire_owned().map_err(|_| overloaded("too many photos wait"))?;
        let hand = self.hands.clone().acquire_owned().await.map_err(Error::internal)?;
        overload::in_time()?;
        // The permits go along: a thread works on although its client has gone, and counts until it is done.
        let read = tokio::task::spawn_blocking(move || {
            let photo = photo::read(&file.bytes);
            drop((queued, hand, file));
            photo
        });
        let photo = read.await.map_err(Error::internal)?;
        let room = match &photo {
            Ok(photo) => self.take(photo.jpeg.len())?,
            Err(_) => None,
        };
        Ok((photo, room))
    }

    fn take(&self, bytes: usize) -> Result<Option<OwnedSemaphorePermit>> {
        if bytes == 0 {
            return Ok(None);
        }
        let bytes = u32::try_from(bytes).map_err(Error::internal)?;
        let room = self.room.clone().try_acquire_many_owned(bytes);
        room.map(Some).map_err(|_| overloaded("too many photos are under way"))
    }
}

impl Held {
    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn merged(one: Option<OwnedSemaphorePermit>, other: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.merge(other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn room_is_given_back_when_bytes_are_let_go() {
        let workshop = Workshop::new(1);
        let mut held = Workshop::hold();
        workshop.add(&mut held, &[0; 1_000]).unwrap();
        workshop.add(&mut held, &[0; 500]).unwrap();
        assert_eq!((held.len(), workshop.room.available_permits()), (1_500, MEMORY - 1_500));
        let (photo, room) = workshop.read(held).await.unwrap();
        assert_eq!(photo.err(), Some(NotAPhoto::Unreadable));
        assert!(room.is_none());
        assert_eq!(workshop.room.available_permits(), MEMORY);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_told_to_come_back() {
        let workshop = Workshop::new(1);
        let _all = workshop.room.clone().try_acquire_many_owned(u32::try_from(MEMORY).unwrap()).unwrap();
        let refused = workshop.add(&mut Workshop::hold(), b"x").unwrap_err();
        assert_eq!(refused.slug(), "overloaded");
        let _queue = workshop.queue.clone().try_acquire_many_owned(17).unwrap();
        assert_eq!(workshop.read(Workshop::hold()).await.err().unwrap().slug(), "overloaded");
    }
}
