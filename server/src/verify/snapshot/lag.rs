//! Whether the snapshot keeps up: asked of PostgreSQL now and then, and only while somebody reads the snapshot, so
//! that questions which need no store cause no traffic at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::Pool;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::link::Live;
use super::{link, truth};
use crate::platform::db::Client;

/// How old an answer may be before it is asked for anew, in the background.
const FRESH: Duration = Duration::from_millis(500);
/// How old it may be before nobody goes on without a new one.
const STALE: Duration = Duration::from_secs(2);

/// What is known about the refreshes that wait.
#[derive(Clone)]
pub(super) struct Lag(Arc<Inner>);

struct Inner {
    db: Pool,
    runtime: Handle,
    began: Instant,
    /// Milliseconds since `began`, plus one, of the last answer; zero before the first.
    asked_at: AtomicU64,
    asking: AtomicBool,
    one_by_one: Mutex<()>,
    large: AtomicBool,
    /// Microseconds since `began` of the last moment whose writes are all in the snapshot.
    complete: AtomicU64,
    /// PostgreSQL is away for all shards, or for none.
    blind: Arc<AtomicBool>,
    /// The connection for which the last answer was asked: on another one nothing is known yet.
    way: AtomicUsize,
}

impl Lag {
    pub(super) fn new(db: Pool, blind: Arc<AtomicBool>) -> Self {
        Self(Arc::new(Inner {
            db,
            runtime: Handle::current(),
            began: Instant::now(),
            asked_at: AtomicU64::new(0),
            asking: AtomicBool::new(false),
            one_by_one: Mutex::default(),
            large: AtomicBool::new(false),
            complete: AtomicU64::new(0),
            blind,
            way: AtomicUsize::new(0),
        }))
    }

    /// Whether no refresh has waited for long. True as well when PostgreSQL is away: nothing changes then.
    ///
    /// While there was no connection, refreshes may have failed or an old copy may have been put back, so a new one is
    /// not believed before PostgreSQL was asked.
    pub(super) async fn is_small(&self, live: &Arc<Live>) -> bool {
        let way = live.way();
        let age = self.0.age(way);
        if age >= STALE {
            let _one = self.0.one_by_one.lock().await;
            if self.0.age(way) >= STALE {
                self.0.ask(live).await;
                self.0.way.store(way, Ordering::Release);
            }
        } else if age >= FRESH && !self.0.asking.swap(true, Ordering::AcqRel) {
            let (inner, live) = (Arc::clone(&self.0), Arc::clone(live));
            self.0.runtime.spawn(async move {
                inner.ask(&live).await;
                inner.asking.store(false, Ordering::Release);
            });
        }
        !self.0.large.load(Ordering::Acquire)
    }

    /// Asks now.
    pub(super) async fn ask(&self, live: &Live) {
        self.0.ask(live).await;
    }

    /// The moment of which the snapshot is known to hold everything: whatever was acknowledged before it has been written
    /// to Redis. Asked before a reading, it is a moment that the reading is of.
    pub(super) fn complete(&self) -> Instant {
        self.0.began + Duration::from_micros(self.0.complete.load(Ordering::Acquire))
    }

    /// PostgreSQL has answered something: it is not away.
    pub(super) fn sees(&self) {
        if self.is_blind() {
            self.0.blind.store(false, Ordering::Release);
        }
    }

    /// Whether PostgreSQL could not say, so that the snapshot stands alone.
    pub(super) fn is_blind(&self) -> bool {
        self.0.blind.load(Ordering::Acquire)
    }
}

impl Inner {
    fn age(&self, way: usize) -> Duration {
        if self.way.load(Ordering::Acquire) != way {
            return STALE;
        }
        match self.asked_at.load(Ordering::Acquire) {
            0 => STALE,
            at => self.began.elapsed().saturating_sub(Duration::from_millis(at - 1)),
        }
    }

    async fn ask(&self, live: &Live) {
        let question = async |db: &Client| truth::refreshes(db, live.register()).await;
        let (was_large, asked) = (self.large.load(Ordering::Acquire), self.began.elapsed());
        let (large, blind) = match truth::ask_within(&self.db, link::PATIENCE, question).await {
            Ok(refreshes) => {
                // From here on nothing is read over this connection from a copy that is older.
                live.note(refreshes.mark);
                // A job is as old as its transaction, which was acknowledged later: what was acknowledged before the
                // oldest job that waits began is in the snapshot.
                if let Some(complete) = refreshes.pending_for.and_then(|pending| asked.checked_sub(pending)) {
                    let complete = u64::try_from(complete.as_micros()).unwrap_or(u64::MAX);
                    self.complete.fetch_max(complete, Ordering::AcqRel);
                }
                (refreshes.lag, false)
            }
            // What was known to lag still does.
            Err(_) => (was_large, true),
        };
        if large && !was_large {
            tracing::info!("the snapshot lags behind: PostgreSQL answers until it has caught up");
        }
        self.large.store(large, Ordering::Release);
        self.blind.store(blind, Ordering::Release);
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.asked_at.store(now.saturating_add(1), Ordering::Release);
    }
}
