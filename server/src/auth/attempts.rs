//! Guessing is slowed, and nobody is locked out by somebody else's guesses (X17). Attempts are counted for
//! a login as tried from one network, and for that network as a whole; a login tried from elsewhere is not
//! touched. The counts stand in PostgreSQL, so that all processes share them; each attempt is charged before
//! the password is looked at, so that parallel guesses don't slip through.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::db::{GenericClient, Transaction};
use crate::error::Result;

/// After this long without an attempt, the earlier ones are forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);
/// The longest wait.
const LONGEST_WAIT_SECONDS: i64 = 300;

/// What attempts are counted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    key: Vec<u8>,
    /// Attempts that cost no waiting.
    free: i32,
}

impl Bucket {
    /// A login as tried from one network. The login itself is not kept: what people type there by mistake
    /// may be a password.
    pub(super) fn of_login(login: &str, network: u64) -> Self {
        Self { key: digest(&[b"login", &network.to_be_bytes(), login.as_bytes()]), free: 5 }
    }

    /// A network with whatever logins.
    pub(super) fn of_network(network: u64) -> Self {
        Self { key: digest(&[b"network", &network.to_be_bytes()]), free: 50 }
    }
}

fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let hasher = parts.iter().fold(Sha256::new(), Sha256::chain_update);
    hasher.finalize().to_vec()
}

/// What is known of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    attempts: i32,
    last_at: DateTime<Utc>,
    /// Whether a refusal was told since the last attempt that was let through.
    refused: bool,
}

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    /// It may be looked at.
    Taken,
    /// It comes too early.
    TooEarly {
        /// Seconds until the next makes sense.
        retry_after_seconds: u64,
        /// Whether this is the first refusal of this wait: only that one goes to the audit.
        is_first: bool,
    },
}

impl Count {
    /// The rule: after the free attempts one waits 1, 2, 4 … seconds, five minutes at most. A clock that
    /// jumps makes nobody wait longer than that.
    fn charge(self, free: i32, now: DateTime<Utc>) -> Result<Self, u64> {
        let since = (now - self.last_at).abs();
        if since >= FORGOTTEN_AFTER {
            return Ok(Self { attempts: 1, last_at: now, refused: false });
        }
        let over = u32::try_from(self.attempts - free).ok();
        let wait = over.map_or(0, |over| LONGEST_WAIT_SECONDS.min(1 << over.min(20)));
        let left = TimeDelta::seconds(wait) - since;
        if left > TimeDelta::zero() {
            return Err(u64::try_from(left.num_seconds() + 1).unwrap_or(1));
        }
        Ok(Self { attempts: self.attempts.saturating_add(1), last_at: now, refused: false })
    }
}

/// Charges an attempt to every bucket, or to none when one of them refuses.
pub(super) async fn charge(tx: &Transaction<'_>, buckets: &[Bucket], now: DateTime<Utc>) -> Result<Charge> {
    let mut charged = Vec::new();
    for bucket in buckets {
        let count = hold(tx, bucket, now).await?;
        match count.charge(bucket.free, now) {
            Ok(count) => charged.push((bucket, count)),
            Err(retry_after_seconds) => {
                keep(tx, bucket, Count { refused: true, ..count }).await?;
                return Ok(Charge::TooEarly { retry_after_seconds, is_first: !count.refused });
            }
        }
    }
    for (bucket, count) in charged {
        keep(tx, bucket, count).await?;
    }
    Ok(Charge::Taken)
}

/// The attempt was no guess: it is taken back.
pub(super) async fn refund(db: &impl GenericClient, buckets: &[Bucket]) -> Result<()> {
    let refund = db
        .prepare_cached("-- auth::refund_attempt\n UPDATE sign_in_attempt SET attempts = attempts - 1 WHERE key = $1 AND attempts > 0")
        .await?;
    for bucket in buckets {
        db.execute(&refund, &[&bucket.key]).await?;
    }
    Ok(())
}

/// The right person came: earlier attempts no longer count.
pub(super) async fn forget(db: &impl GenericClient, bucket: &Bucket) -> Result<()> {
    let forget = db.prepare_cached("-- auth::forget_attempts\n DELETE FROM sign_in_attempt WHERE key = $1").await?;
    db.execute(&forget, &[&bucket.key]).await?;
    Ok(())
}

/// Drops counts that no longer matter.
pub(super) async fn forget_old(db: &impl GenericClient, now: DateTime<Utc>) -> Result<u64> {
    let forget = "-- auth::forget_old_attempts\n DELETE FROM sign_in_attempt WHERE last_at < $1";
    Ok(db.execute(forget, &[&(now - FORGOTTEN_AFTER)]).await?)
}

/// The count of a bucket, held against others until the transaction ends.
async fn hold(tx: &Transaction<'_>, bucket: &Bucket, now: DateTime<Utc>) -> Result<Count> {
    // The update that changes nothing takes the lock on a row that is there already.
    let hold = tx
        .prepare_cached(
            "-- auth::hold_attempts
             INSERT INTO sign_in_attempt AS known (key, attempts, last_at, refused) VALUES ($1, 0, $2, false)
             ON CONFLICT (key) DO UPDATE SET attempts = known.attempts
             RETURNING attempts, last_at, refused",
        )
        .await?;
    let row = tx.query_one(&hold, &[&bucket.key, &now]).await?;
    Ok(Count { attempts: row.get(0), last_at: row.get(1), refused: row.get(2) })
}

async fn keep(tx: &Transaction<'_>, bucket: &Bucket, count: Count) -> Result<()> {
    let keep = tx
        .prepare_cached(
            "-- auth::keep_attempts
             UPDATE sign_in_attempt SET attempts = $2, last_at = $3, refused = $4 WHERE key = $1",
        )
        .await?;
    tx.execute(&keep, &[&bucket.key, &count.attempts, &count.last_at, &count.refused]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const FREE: i32 = 5;

    fn start() -> (Count, DateTime<Utc>) {
        let now = DateTime::UNIX_EPOCH;
        (Count { attempts: 0, last_at: now, refused: false }, now)
    }

    /// X17
    #[test]
    fn a_guesser_gets_a_few_hundred_guesses_a_day() {
        let (mut count, start) = start();
        let mut now = start;
        let mut guesses = 0;
        while now < start + TimeDelta::days(1) {
            match count.charge(FREE, now) {
                Ok(charged) => {
                    count = charged;
                    guesses += 1;
                }
                Err(wait) => now += TimeDelta::seconds(i64::try_from(wait).unwrap()),
            }
        }
        assert!((280..310).contains(&guesses), "{guesses}");
    }

    /// X17
    #[test]
    fn a_few_mistakes_cost_nothing_and_the_next_ones_little() {
        let (mut count, now) = start();
        for _ in 0..FREE {
            count = count.charge(FREE, now).unwrap();
        }
        assert_eq!(count.charge(FREE, now), Err(2));
        count = count.charge(FREE, now + TimeDelta::seconds(1)).unwrap();
        assert_eq!(count.charge(FREE, now + TimeDelta::seconds(1)), Err(3));
    }

    #[test]
    fn attempts_are_forgotten_after_an_hour() {
        let (mut count, now) = start();
        count.attempts = 40;
        assert_eq!(count.charge(FREE, now), Err(301));
        assert_eq!(count.charge(FREE, now + FORGOTTEN_AFTER).unwrap().attempts, 1);
    }

    /// R5
    #[test]
    fn a_clock_that_jumps_locks_nobody_out() {
        let (mut count, now) = start();
        count.attempts = 40;
        for jump in [TimeDelta::days(365), -TimeDelta::days(365), -TimeDelta::hours(1)] {
            assert_eq!(count.charge(FREE, now + jump).unwrap().attempts, 1);
        }
    }

    /// X17
    #[test]
    fn another_network_and_another_login_are_other_buckets() {
        assert_ne!(Bucket::of_login("a", 1), Bucket::of_login("a", 2));
        assert_ne!(Bucket::of_login("a", 1), Bucket::of_login("b", 1));
        assert_ne!(Bucket::of_network(1), Bucket::of_network(2));
    }
}
