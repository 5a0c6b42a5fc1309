//! HTTP load generators: a closed loop, in which so many connections each ask, read the answer and ask again, and an open
//! one ([`Open`]). One thread and little work a request, because they share the machine with what they measure.

mod connection;
mod latency;
mod open;
mod random;
mod raw;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

pub use latency::Latencies;
pub use open::{Came, Open};
pub use random::Random;
pub use raw::{Lines, Response, encoded, exchange, get, post};

/// How hard to press, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The service.
    pub address: SocketAddr,
    /// Connections, each with one request under way.
    pub connections: usize,
    /// How long new requests are begun.
    pub length: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests that no answer came to.
    pub failed: u64,
    /// Time from sending a request to the end of its answer.
    pub latencies: Latencies,
    /// From the first request to the end of the last answer.
    pub elapsed: Duration,
    /// The first answer that was no success, or why there was none.
    pub complaint: Option<String>,
}

impl Outcome {
    /// Successful answers.
    pub fn answers(&self) -> f64 {
        let answers: u64 = self.statuses.range(200..300).map(|(_, count)| count).sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
        let answers = answers as f64;
        answers
    }

    /// Successful answers a second.
    pub fn per_second(&self) -> f64 {
        self.answers() / self.elapsed.as_secs_f64()
    }

    /// Whether every request got a success.
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.statuses.keys().all(|status| (200..300).contains(status))
    }
}

impl Load {
    /// Presses until the time is over. `next` appends a whole request, of any connection.
    ///
    /// Blocks its thread: call it from one of its own.
    pub fn run(self, next: impl FnMut(&mut Vec<u8>) + 'static) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread starts");
        let tasks = tokio::task::LocalSet::new();
        let next = Rc::new(RefCell::new(next));
        let outcome = Rc::new(RefCell::new(Outcome::default()));
        let started = Instant::now();
        let until = started + self.length;
        for _ in 0..self.connections {
            tasks.spawn_local(connection::press(self.address, until, Rc::clone(&next), Rc::clone(&outcome)));
        }
        runtime.block_on(tasks);
        let mut outcome = outcome.take();
        outcome.elapsed = started.elapsed();
        outcome
    }

    /// The same, off the caller's runtime.
    pub async fn run_apart(self, next: impl FnMut(&mut Vec<u8>) + Send + 'static) -> Outcome {
        tokio::task::spawn_blocking(move || self.run(next)).await.expect("the load does not panic")
    }
}
