//! Guessing is slowed, and nobody is locked out by somebody else's guesses (X17). Attempts are counted
//!
//! - for a login as tried from one network, or from one address where it signed in lately;
//! - for a network, by the logins that are tried there; an account that signed in there lately is not held up (X51);
//! - for an account, by the codes that follow a right password, wherever they come from (X53).
//!
//! The counts stand in PostgreSQL, so that all processes share them; each attempt is charged before the password or the
//! code is compared, so that parallel guesses don't slip through.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::http::ClientAddress;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::Result;

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
    fn of_login(login: &str, network: u64) -> Self {
        Self { key: digest(&[b"login", &network.to_be_bytes(), login.as_bytes()]), free: 5 }
    }

    /// A login as tried from an address where it signed in lately.
    fn of_login_at(login: &str, address: IpAddr) -> Self {
        Self { key: digest(&[b"login-at", &machine(address), login.as_bytes()]), free: 5 }
    }

    /// A network with whatever logins.
    fn of_network(network: u64) -> Self {
        Self { key: digest(&[b"network", &network.to_be_bytes()]), free: 50 }
    }

    /// The second factor of an account, after a right password.
    pub(super) fn of_codes(account: Uuid) -> Self {
        Self { key: digest(&[b"codes", account.as_bytes()]), free: 10 }
    }

    /// The password of an account, as its signed-in person is asked for it once more.
    pub(super) fn of_own_password(account: Uuid) -> Self {
        Self { key: digest(&[b"own", account.as_bytes()]), free: 5 }
    }
}

/// The part of an address that stays the same for one machine: all of IPv4, /64 of IPv6.
fn machine(address: IpAddr) -> [u8; 8] {
    match address.to_canonical() {
        IpAddr::V4(address) => (u64::from(address.to_bits()) | 1 << 63).to_be_bytes(),
        IpAddr::V6(address) => (u64::try_from(address.to_bits() >> 64).unwrap_or_default()).to_be_bytes(),
    }
}

/// Where a login is tried from, by the keys under which a sign-in from there is remembered.
pub(super) struct Place {
    login: String,
    address: ClientAddress,
    keys: [Vec<u8>; 2],
}

impl Place {
    pub(super) fn new(login: &str, address: ClientAddress) -> Self {
        let network = digest(&[b"known-network", &address.prefix().to_be_bytes(), login.as_bytes()]);
        let machine = digest(&[b"known-address", &machine(address.0), login.as_bytes()]);
        Self { login: login.to_owned(), address, keys: [network, machine] }
    }
}

/// An attempt that was let through, and what it was charged to.
pub(super) struct Attempt {
    login: Bucket,
    network: Option<Bucket>,
}

/// How long a sign-in from a place is remembered.
const PLACE_KEPT: TimeDelta = TimeDelta::days(90);

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

/// An attempt that comes before its wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// Seconds until the next makes sense.
    pub(super) retry_after_seconds: u64,
    /// Whether this is the first refusal of this wait: only that one goes to the audit.
    pub(super) is_first: bool,
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

/// Charges an attempt to sign in. The network is charged for a login that was not tried there within the hour, and for
/// none that signed in there lately.
pub(super) async fn begin(
    tx: &Transaction<'_>,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<Result<Attempt, TooEarly>> {
    let network = place.address.prefix();
    let [is_known_network, is_known_address] = known(tx, place, now).await?;
    let login = if is_known_address {
        Bucket::of_login_at(&place.login, place.address.0)
    } else {
        Bucket::of_login(&place.login, network)
    };
    let count = hold(tx, &login, now).await?;
    let charged = match count.charge(login.free, now) {
        Ok(charged) => charged,
        Err(wait) => return refuse(tx, &login, count, wait).await.map(Err),
    };
    let mut attempt = Attempt { login, network: None };
    if !is_known_network {
        let bucket = Bucket::of_network(network);
        let count = hold(tx, &bucket, now).await?;
        match count.charge(bucket.free, now) {
            Ok(count) if charged.attempts == 1 => {
                keep(tx, &bucket, count).await?;
                attempt.network = Some(bucket);
            }
            Ok(_) => {}
            Err(wait) => return refuse(tx, &bucket, count, wait).await.map(Err),
        }
    }
    keep(tx, &attempt.login, charged).await?;
    Ok(Ok(attempt))
}

/// Charges an attempt to one bucket.
pub(super) async fn charge(tx: &Transaction<'_>, bucket: &Bucket, now: DateTime<Utc>) -> Result<Result<(), TooEarly>> {
    let count = hold(tx, bucket, now).await?;
    match count.charge(bucket.free, now) {
        Ok(count) => keep(tx, bucket, count).await.map(Ok),
        Err(wait) => refuse(tx, bucket, count, wait).await.map(Err),
    }
}

async fn refuse(tx: &Transaction<'_>, bucket: &Bucket, count: Count, wait: u64) -> Result<TooEarly> {
    keep(tx, bucket, Count { refused: true, ..count }).await?;
    Ok(TooEarly { retry_after_seconds: wait, is_first: !count.refused })
}

/// The right person came: their earlier attempts no longer count, and the place is remembered.
pub(super) async fn succeed(
    db: &impl GenericClient,
    attempt: &Attempt,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<()> {
    forget(db, &attempt.login).await?;
    if let Some(network) = &attempt.network {
        refund(db, network).await?;
    }
    let remember = db
        .prepare_cached(
            "-- auth::remember_place
             INSERT INTO sign_in_place (key, last_at) SELECT unnest($1::bytea[]), $2
             ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at",
        )
        .await?;
    let mut keys: Vec<&[u8]> = place.keys.iter().map(Vec::as_slice).collect();
    // In one order, so that two sign-ins of one person don't wait for each other.
    keys.sort_unstable();
    db.execute(&remember, &[&keys, &now]).await?;
    Ok(())
}

/// The network is not charged for a right password that comes before its code.
pub(super) async fn refund_network(db: &impl GenericClient, attempt: &Attempt) -> Result<()> {
    match &attempt.network {
        Some(network) => refund(db, network).await,
        None => Ok(()),
    }
}

/// Whether the login signed in lately from this network, and from this very address.
async fn known(db: &impl GenericClient, place: &Place, now: DateTime<Utc>) -> Result<[bool; 2]> {
    let find = db
        .prepare_cached("-- auth::find_places\n SELECT key FROM sign_in_place WHERE key = ANY($1) AND last_at > $2")
        .await?;
    let keys: Vec<&[u8]> = place.keys.iter().map(Vec::as_slice).collect();
    let found: Vec<Vec<u8>> =
        db.query(&find, &[&keys, &(now - PLACE_KEPT)]).await?.iter().map(|row| row.get(0)).collect();
    Ok([0, 1].map(|at: usize| found.contains(&place.keys[at])))
}

/// The attempt was no guess: it is taken back.
pub(super) async fn refund(db: &impl GenericClient, bucket: &Bucket) -> Result<()> {
    let refund = db
        .prepare_cached("-- auth::refund_attempt\n UPDATE sign_in_attempt SET attempts = attempts - 1 WHERE key = $1 AND attempts > 0")
        .await?;
    db.execute(&refund, &[&bucket.key]).await?;
    Ok(())
}

/// Earlier attempts no longer count.
pub(super) async fn forget(db: &impl GenericClient, bucket: &Bucket) -> Result<()> {
    let forget = db.prepare_cached("-- auth::forget_attempts\n DELETE FROM sign_in_attempt WHERE key = $1").await?;
    db.execute(&forget, &[&bucket.key]).await?;
    Ok(())
}

/// Drops counts that no longer matter.
pub(super) async fn forget_old(db: &impl GenericClient, now: DateTime<Utc>) -> Result<u64> {
    let forget = "-- auth::forget_old_attempts\n DELETE FROM sign_in_attempt WHERE last_at < $1";
    let attempts = db.execute(forget, &[&(now - FORGOTTEN_AFTER)]).await?;
    let forget = "-- auth::forget_old_places\n DELETE FROM sign_in_place WHERE last_at < $1";
    Ok(attempts + db.execute(forget, &[&(now - PLACE_KEPT)]).await?)
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
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let at = |text: &str| Bucket::of_login_at("a", address(text));
        assert_ne!(at("203.0.113.9"), at("203.0.113.10"));
        assert_eq!(at("203.0.113.9"), at("::ffff:203.0.113.9"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::2"), "one machine has many addresses of one /64");
    }
}
