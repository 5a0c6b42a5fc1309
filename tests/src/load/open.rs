//! An open loop: requests are due at their times, whether earlier ones were answered or not, and the time that counts is
//! that from when a request was due. It is one thread, like the closed loop, and little work a request.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Latencies;
use super::connection::{Answered, Connection};

/// How many requests are due a second, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    /// The service.
    pub address: SocketAddr,
    /// Connections; each has one request under way.
    pub connections: usize,
    /// Requests a second; none for as many as the connections carry, one after the other.
    pub rate: Option<f64>,
    /// For how long.
    pub length: Duration,
    /// How long after it was due a client still cares.
    pub patience: Duration,
    /// How long after it was due a request may wait for a connection, as before a balancer: later it is not sent.
    pub queue: Duration,
}

/// What came of the requests of one kind.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// Requests that were due.
    pub due: u64,
    /// Answered with success within the client's patience.
    pub good: Latencies,
    /// Answered with success, but too late.
    pub late: u64,
    /// Told to come back: 429 or 503 with `Retry-After`.
    pub refused: Latencies,
    /// No connection was free for them in time: a balancer refuses them at once.
    pub unsent: u64,
    /// Anything else.
    pub failed: u64,
    /// The first of those.
    pub complaint: Option<String>,
}

impl Came {
    /// Adds what came of others.
    pub fn add(&mut self, other: &Self) {
        self.due += other.due;
        self.good.extend(&other.good);
        self.late += other.late;
        self.refused.extend(&other.refused);
        self.unsent += other.unsent;
        self.failed += other.failed;
        if self.complaint.is_none() {
            self.complaint.clone_from(&other.complaint);
        }
    }
}

/// What all connections share.
struct Shared<N> {
    next: N,
    due: VecDeque<(Instant, usize, Vec<u8>)>,
    came: Vec<Came>,
    over: bool,
}

impl Open {
    /// Sends requests until the time is over. `next` appends a whole request and tells its kind, below `kinds`.
    /// Returns what came of each kind, and how long it took.
    pub fn run(self, kinds: usize, next: impl FnMut(&mut Vec<u8>) -> usize + 'static) -> (Vec<Came>, Duration) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread starts");
        let tasks = tokio::task::LocalSet::new();
        let came = vec![Came::default(); kinds];
        let shared = Rc::new(RefCell::new(Shared { next, due: VecDeque::new(), came, over: false }));
        let ring = Rc::new(tokio::sync::Notify::new());
        let started = Instant::now();
        for _ in 0..self.connections {
            tasks.spawn_local(self.carry(Rc::clone(&shared), Rc::clone(&ring), started + self.length));
        }
        if self.rate.is_some() {
            tasks.spawn_local(self.schedule(Rc::clone(&shared), Rc::clone(&ring), started));
        }
        runtime.block_on(tasks);
        let came = std::mem::take(&mut shared.borrow_mut().came);
        (came, started.elapsed().min(self.length + self.patience))
    }

    /// The same, off the caller's runtime.
    pub async fn run_apart(
        self,
        kinds: usize,
        next: impl FnMut(&mut Vec<u8>) -> usize + Send + 'static,
    ) -> (Vec<Came>, Duration) {
        tokio::task::spawn_blocking(move || self.run(kinds, next)).await.expect("the load does not panic")
    }

    /// Makes requests due at their times.
    async fn schedule<N: FnMut(&mut Vec<u8>) -> usize>(
        self,
        shared: Rc<RefCell<Shared<N>>>,
        ring: Rc<tokio::sync::Notify>,
        started: Instant,
    ) {
        let interval = Duration::from_secs_f64(1.0 / self.rate.unwrap_or(1.0).max(1e-3));
        let mut due = started;
        while started.elapsed() < self.length {
            let now = Instant::now();
            while due <= now {
                let mut shared = shared.borrow_mut();
                let mut request = Vec::with_capacity(512);
                let kind = (shared.next)(&mut request);
                shared.came[kind].due += 1;
                shared.due.push_back((due, kind, request));
                ring.notify_one();
                due += interval;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        shared.borrow_mut().over = true;
        ring.notify_waiters();
    }

    /// Carries requests, one after the other; a connection that breaks is made anew.
    async fn carry<N: FnMut(&mut Vec<u8>) -> usize>(
        self,
        shared: Rc<RefCell<Shared<N>>>,
        ring: Rc<tokio::sync::Notify>,
        until: Instant,
    ) {
        let mut connection = Connection::to(self.address);
        loop {
            let waiting = ring.notified();
            let Some((due, kind, request)) = self.take(&shared, until) else {
                let is_over = self.rate.is_none() || shared.borrow().over;
                if is_over {
                    // Others may wait for the same news.
                    ring.notify_one();
                    return;
                }
                waiting.await;
                continue;
            };
            if due.elapsed() > self.queue {
                shared.borrow_mut().came[kind].unsent += 1;
                continue;
            }
            let answered = connection.ask(&request).await;
            let mut shared = shared.borrow_mut();
            let came = &mut shared.came[kind];
            match answered {
                Ok(Answered { status: 200..=299, .. }) if due.elapsed() <= self.patience => {
                    came.good.push(due.elapsed());
                }
                Ok(Answered { status: 200..=299, .. }) => came.late += 1,
                Ok(Answered { status: 429 | 503, head, .. }) if has_retry_after(head) => {
                    came.refused.push(due.elapsed());
                }
                Ok(Answered { body, .. }) => {
                    came.failed += 1;
                    came.complaint.get_or_insert_with(|| String::from_utf8_lossy(body).into_owned());
                }
                Err(error) => {
                    came.failed += 1;
                    came.complaint.get_or_insert_with(|| error.to_string());
                }
            }
        }
    }

    fn take<N: FnMut(&mut Vec<u8>) -> usize>(
        &self,
        shared: &RefCell<Shared<N>>,
        until: Instant,
    ) -> Option<(Instant, usize, Vec<u8>)> {
        let mut shared = shared.borrow_mut();
        if self.rate.is_some() {
            return shared.due.pop_front();
        }
        let now = Instant::now();
        (now < until).then(|| {
            let mut request = Vec::with_capacity(512);
            let kind = (shared.next)(&mut request);
            shared.came[kind].due += 1;
            (now, kind, request)
        })
    }
}

fn has_retry_after(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).to_ascii_lowercase().contains("\r\nretry-after:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_told_to_come_back_is_told_when() {
        assert!(has_retry_after(b"HTTP/1.1 503 No\r\nRetry-After: 2\r\n\r\n"));
        assert!(!has_retry_after(b"HTTP/1.1 503 No\r\nX: retry-after:\r\n\r\n"));
    }
}
