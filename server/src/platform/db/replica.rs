//! A streaming replica, for readings that may be a little old: verify while Redis is away, of units that are not written
//! back anywhere. What it says is believed only while it was seen to keep up: every half second it must have replayed
//! what the primary had when that was asked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use deadpool_postgres::Pool;

use crate::platform::problem::Result;

/// How often the two are compared.
const EVERY: Duration = Duration::from_millis(500);
/// How much older than a question the state may be that a replica answers with.
pub(crate) const REPLICA_LAG: Duration = FRESH;
/// How old the state may be that the replica was seen to have: with what a look takes, below the two seconds that a
/// verdict may lag.
const FRESH: Duration = Duration::from_millis(1_250);

/// A replica that is watched.
pub struct Replica {
    pool: Pool,
    began: Instant,
    /// Milliseconds since `began` until which it is believed.
    until: AtomicU64,
}

impl Replica {
    /// Begins to watch; ends with the last holder.
    pub fn watch(pool: Pool, primary: Pool) -> Arc<Self> {
        let replica = Arc::new(Self { pool, began: Instant::now(), until: AtomicU64::new(0) });
        tokio::spawn(keep_watching(Arc::downgrade(&replica), primary));
        replica
    }

    /// Its connections, if what they say is fresh enough.
    pub fn pool(&self) -> Option<&Pool> {
        let now = self.began.elapsed().as_millis();
        (now < u128::from(self.until.load(Ordering::Acquire))).then_some(&self.pool)
    }

    /// Whether it has replayed what the primary had a moment ago.
    async fn look(&self, primary: &Pool) -> Result<bool> {
        let asked = Instant::now();
        let place = "SELECT pg_current_wal_lsn()::text";
        let place: String = primary.get().await?.query_one(place, &[]).await?.get(0);
        let client = self.pool.get().await?;
        let replayed = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::text::pg_lsn";
        // What was written this instant arrives in the next.
        for _ in 0..5 {
            if client.query_one(replayed, &[&place]).await?.get::<_, Option<bool>>(0) == Some(true) {
                let until = (asked + FRESH).saturating_duration_since(self.began).as_millis();
                self.until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Release);
                return Ok(true);
            }
            tokio::time::sleep(EVERY / 20).await;
        }
        Ok(false)
    }
}

async fn keep_watching(replica: Weak<Replica>, primary: Pool) {
    let mut kept_up = true;
    while let Some(replica) = replica.upgrade() {
        let keeps_up = matches!(tokio::time::timeout(FRESH, replica.look(&primary)).await, Ok(Ok(true)));
        if keeps_up != kept_up {
            tracing::info!(keeps_up, "the replica of PostgreSQL");
        }
        kept_up = keeps_up;
        drop(replica);
        tokio::time::sleep(EVERY).await;
    }
}
