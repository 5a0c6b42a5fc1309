//! How fast a body must come (R6, X48): measured over the last seconds, so that a sender that stops is cut off soon,
//! however much it sent before. A phone on a slow network with short interruptions keeps up.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::overload;
use crate::platform::problem::{Error, Result};

/// How long a client may take to begin with its body, or to send a small one.
const GRACE: Duration = Duration::from_secs(10);
/// How long each of the following measurements lasts.
const WINDOW: Duration = Duration::from_secs(8);
/// Bytes that must come in each: 2 KiB a second. A line of 64 kbit/s brings them in two seconds and a half.
const LEAST: usize = 16 << 10;

/// The pace of one body.
#[derive(Debug)]
pub(crate) struct Pace {
    window: Duration,
    ends: Instant,
    received: usize,
}

impl Pace {
    /// From now on.
    pub(crate) fn start() -> Self {
        Self::with(GRACE, WINDOW)
    }

    /// The same with other times.
    pub(crate) fn with(grace: Duration, window: Duration) -> Self {
        Self { window, ends: Instant::now() + grace, received: 0 }
    }

    /// Waits for the next chunk; refuses when too little came in the time that is over. Each chunk that comes starts the
    /// request's deadline anew: the time for which a client waits for its answer begins when its body has come (X44).
    pub(crate) async fn next<C: AsRef<[u8]>, E>(
        &mut self,
        chunk: impl Future<Output = Option<Result<C, E>>>,
    ) -> Result<Option<Result<C, E>>> {
        let mut chunk = std::pin::pin!(chunk);
        loop {
            match timeout_at(self.ends, chunk.as_mut()).await {
                Ok(next) => {
                    if let Some(Ok(chunk)) = &next {
                        self.received += chunk.as_ref().len();
                    }
                    overload::restart();
                    return Ok(next);
                }
                Err(_) if self.received >= LEAST => {
                    self.received = 0;
                    self.ends += self.window;
                }
                Err(_) => return Err(Error::malformed("body-truncated")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;
    use futures_util::{Stream, StreamExt, stream};

    use super::*;

    /// Chunks of this size, so many, with this pause before each.
    fn chunks(size: usize, count: usize, pause: u64) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        Box::pin(stream::iter(0..count).then(move |_| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok(Bytes::from(vec![0; size]))
        }))
    }

    async fn read(mut chunks: impl Stream<Item = Result<Bytes, ()>> + Unpin) -> Result<usize> {
        let mut pace = Pace::with(Duration::from_millis(400), Duration::from_millis(300));
        let mut read = 0;
        while let Some(chunk) = pace.next(chunks.next()).await? {
            read += chunk.unwrap().len();
        }
        Ok(read)
    }

    /// X48: what came long ago counts no longer.
    #[tokio::test]
    async fn a_sender_that_stops_or_trickles_is_cut_off_however_much_it_sent_before() {
        for late in [chunks(1, 10, 60_000), chunks(1, 100_000, 5)] {
            let refused = read(chunks(1 << 20, 3, 1).chain(late)).await.unwrap_err();
            assert_eq!(refused.slug(), "body-truncated");
        }
    }

    /// X44: however long it takes.
    #[tokio::test]
    async fn a_sender_that_keeps_the_pace_is_read_to_its_end() {
        assert_eq!(read(chunks(LEAST / 4, 40, 30)).await.unwrap(), LEAST * 10);
    }

    /// X44: a client waits for its answer from when its body has come, not from its first byte.
    #[tokio::test]
    async fn the_deadline_of_a_request_begins_when_its_body_has_come() {
        let patience = Duration::from_millis(600);
        let begun = overload::within(patience, async {
            read(chunks(LEAST, 12, 100)).await.unwrap();
            overload::in_time().is_ok()
        });
        assert!(begun.await);
    }
}
