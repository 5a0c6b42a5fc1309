//! Where photos are read: so many at once, so many waiting, the rest told to come back. A photo keeps a core busy for a
//! fraction of a second. It takes its place when it has come as a whole, so that a slow sender keeps none from others
//! (X48); the memory of bodies that are coming is bounded where they are read.

use std::num::NonZero;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reader::{Found, PhotoError, photo};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::overload;
use crate::platform::problem::{Error, Result};

/// Photos that may wait or be on their way, for each one that is read.
const WAITING_PER_HAND: usize = 8;
/// How long a photo is looked at. Photos are larger than camera frames, and nobody holds a phone still meanwhile.
const PATIENCE: Duration = Duration::from_millis(400);

/// The desk of this process: half its cores, so that verify goes on.
static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Desk::new(cores.div_ceil(2))
});

/// Bounded hands and a bounded queue.
pub(super) struct Desk {
    hands: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A place in the queue. Given up when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    desk: &'a Desk,
    queued: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    fn new(hands: usize) -> Self {
        Self { hands: Arc::new(Semaphore::new(hands)), queue: Arc::new(Semaphore::new(hands * (1 + WAITING_PER_HAND))) }
    }

    /// The desk that all requests share.
    pub(super) fn shared() -> &'static Self {
        &DESK
    }

    /// A place in the queue, or the advice to come back.
    pub(super) fn queue(&self) -> Result<Place<'_>> {
        let queued = self.queue.clone().try_acquire_owned();
        let queued = queued.map_err(|_| overload::overloaded("too many photos wait to be read"))?;
        Ok(Place { desk: self, queued })
    }
}

impl Place<'_> {
    /// Reads a photo on a blocking thread when its turn comes.
    pub(super) async fn read(self, file: impl AsRef<[u8]> + Send + 'static) -> Result<Result<Vec<Found>, PhotoError>> {
        let hand = self.desk.hands.clone().acquire_owned().await.map_err(Error::internal)?;
        overload::in_time()?;
        let queued = self.queued;
        // The permits go along: a thread works on although its client has gone, and counts until it is done.
        let read = tokio::task::spawn_blocking(move || {
            let found = photo(file.as_ref(), PATIENCE);
            drop((queued, hand, file));
            found
        });
        read.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_to_come_back() {
        let desk = Desk::new(1);
        let mut places: Vec<_> = (0..=WAITING_PER_HAND).map(|_| desk.queue().unwrap()).collect();
        let refused = desk.queue().unwrap_err();
        assert_eq!(refused.slug(), "overloaded");
        let answer = places.pop().unwrap().read(b"no picture").await.unwrap();
        assert_eq!(answer, Err(PhotoError::UnknownFormat));
        assert!(desk.queue().is_ok());
    }
}
