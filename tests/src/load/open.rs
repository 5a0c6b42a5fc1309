//! An open loop: requests are due at fixed moments, whether or not earlier ones were answered, and each is timed from the
//! moment when it was due. A service that falls behind can't slow down whoever asks it.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Outcome, connection};

/// How often to ask, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct OpenLoad {
    /// The service.
    pub address: SocketAddr,
    /// Connections: as many requests can be under way; what is due while all are busy waits, and its time counts.
    pub connections: usize,
    /// Requests a second.
    pub per_second: f64,
    /// How long requests become due.
    pub length: Duration,
}

/// The moments when requests are due.
pub(super) struct Due {
    started: Instant,
    until: Instant,
    every: Duration,
    next: Cell<u32>,
}

impl Due {
    /// The moment of the next request; none when the time is over.
    pub(super) fn next(&self) -> Option<Instant> {
        let at = self.started + self.every * self.next.get();
        self.next.set(self.next.get() + 1);
        (at < self.until).then_some(at)
    }
}

impl OpenLoad {
    /// Asks until the time is over. `next` appends a whole request, of any connection.
    ///
    /// Blocks its thread: call it from one of its own.
    pub fn run(self, next: impl FnMut(&mut Vec<u8>) + 'static) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread starts");
        let tasks = tokio::task::LocalSet::new();
        let (next, outcome) = (Rc::new(RefCell::new(next)), Rc::new(RefCell::new(Outcome::default())));
        let started = Instant::now();
        let due = Rc::new(Due {
            started,
            until: started + self.length,
            every: Duration::from_secs_f64(1.0 / self.per_second.max(0.001)),
            next: Cell::new(0),
        });
        for _ in 0..self.connections {
            tasks.spawn_local(connection::keep_pace(
                self.address,
                Rc::clone(&due),
                Rc::clone(&next),
                Rc::clone(&outcome),
            ));
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
