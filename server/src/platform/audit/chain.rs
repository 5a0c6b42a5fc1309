//! The chain: link n is an HMAC over link n−1 and the whole of its row, under a key that the database does not hold
//! (X47). Rows are linked in the order in which they became visible, by one process at a time, so that writers never wait
//! for each other. A row deleted before it was linked (within a second or so) leaves a gap in the numbers, as a
//! transaction that was rolled back does; anything later breaks the chain.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio_postgres::Row;
use zeroize::Zeroizing;

use crate::platform::db::{Client, GenericClient, Lock};
use crate::platform::problem::Result;

/// Rows linked in one transaction.
const BATCH: i64 = 1_000;

/// How far the instants of neighbours may run back: long transactions, and clocks of several machines.
const RUN_BACK: TimeDelta = TimeDelta::minutes(10);

/// The key of the chain.
#[derive(Clone)]
pub struct ChainKey(Zeroizing<[u8; 32]>);

impl ChainKey {
    /// Takes the key's bytes, which the caller wipes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    fn hasher(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length")
    }

    /// The MAC of a text.
    pub(super) fn mac(&self, text: &[u8]) -> Vec<u8> {
        self.hasher().chain_update(text).finalize().into_bytes().to_vec()
    }

    /// Whether this is the MAC of that text.
    pub(super) fn holds(&self, text: &[u8], mac: &[u8]) -> bool {
        self.mac(text).ct_eq(mac).into()
    }
}

impl std::fmt::Debug for ChainKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ChainKey(..)")
    }
}

/// What a check of the whole chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds.
    Whole {
        /// Links checked.
        links: i64,
        /// Rows not linked yet.
        waiting: i64,
        /// Numbers of records that are not there: transactions that were rolled back, or records that were removed
        /// before they were linked.
        gaps: i64,
        /// The first record whose instant lies more than ten minutes before that of one linked earlier: it was added
        /// with an instant of its own choice, or a clock ran wrong.
        runs_back: Option<i64>,
    },
    /// The first link that doesn't.
    Broken {
        /// Its position in the chain, from 1.
        position: i64,
    },
}

/// How far a check has come: the next one goes on from here.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    position: i64,
    hash: Vec<u8>,
    first: Option<i64>,
    last: i64,
    newest: Option<DateTime<Utc>>,
    runs_back: Option<i64>,
}

impl Walk {
    /// Takes a link that holds.
    fn step(&mut self, position: i64, hash: Vec<u8>, id: i64, at: DateTime<Utc>) {
        (self.position, self.hash) = (position, hash);
        self.first = Some(self.first.map_or(id, |first| first.min(id)));
        self.last = self.last.max(id);
        if self.newest.is_some_and(|newest| at < newest - RUN_BACK) {
            self.runs_back.get_or_insert(id);
        }
        self.newest = self.newest.max(Some(at));
    }
}

/// The columns that a link covers; the instant is written the same in every session's time zone.
const COLUMNS: &str = "a.id, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at, \
    a.actor, a.address, a.action, a.object, a.result, a.details::text AS details";

/// Links what isn't linked yet. Returns how many rows; 0 also when another process is at it.
pub async fn extend(client: &mut Client, key: &ChainKey) -> Result<u64> {
    let tx = client.transaction().await?;
    if !Lock::AuditChain.try_hold(&tx).await? {
        return Ok(0);
    }
    let last = tx
        .query_opt("-- audit::last_link\n SELECT position, hash FROM audit_link ORDER BY position DESC LIMIT 1", &[])
        .await?;
    let (mut position, mut hash): (i64, Vec<u8>) = last.map_or_else(|| (0, Vec::new()), |row| (row.get(0), row.get(1)));
    let rows = tx
        .query(
            &format!(
                "-- audit::unlinked
                 SELECT {COLUMNS} FROM audit a
                 WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = a.id)
                   AND a.id > coalesce((SELECT min(audit_id) FROM (SELECT audit_id FROM audit_link ORDER BY position DESC LIMIT 20000) recent), 0)
                 ORDER BY a.id LIMIT $1"
            ),
            &[&BATCH],
        )
        .await?;
    for row in &rows {
        position += 1;
        hash = link(key, &hash, row);
        let id: i64 = row.get("id");
        tx.execute(
            "-- audit::link\n INSERT INTO audit_link (position, audit_id, hash) VALUES ($1, $2, $3)",
            &[&position, &id, &hash],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(rows.len() as u64)
}

/// Walks the whole chain and compares.
pub async fn verify(db: &impl GenericClient, key: &ChainKey) -> Result<Verified> {
    verify_from(db, key, &mut Walk::default()).await
}

/// Walks the chain from where an earlier check ended.
pub async fn verify_from(db: &impl GenericClient, key: &ChainKey, walk: &mut Walk) -> Result<Verified> {
    loop {
        let rows = db
            .query(
                &format!(
                    "-- audit::verify
                     SELECT l.position, l.hash, a.at AS instant, {COLUMNS}
                     FROM audit_link l LEFT JOIN audit a ON a.id = l.audit_id
                     WHERE l.position > $1 ORDER BY l.position LIMIT $2"
                ),
                &[&walk.position, &BATCH],
            )
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let expected = walk.position + 1;
            let present: Option<i64> = row.get("id");
            let stored: Vec<u8> = row.get("hash");
            let (Some(id), true) = (present, row.get::<_, i64>("position") == expected) else {
                return Ok(Verified::Broken { position: expected });
            };
            let hash = link(key, &walk.hash, row);
            if stored != hash {
                return Ok(Verified::Broken { position: expected });
            }
            walk.step(expected, hash, id, row.get("instant"));
        }
    }
    let waiting: i64 = db
        .query_one("-- audit::waiting\n SELECT (SELECT count(*) FROM audit) - (SELECT count(*) FROM audit_link)", &[])
        .await?
        .get(0);
    let numbers = walk.first.map_or(0, |first| walk.last - first + 1);
    Ok(Verified::Whole { links: walk.position, waiting, gaps: numbers - walk.position, runs_back: walk.runs_back })
}

fn link(key: &ChainKey, previous: &[u8], row: &Row) -> Vec<u8> {
    let mut hasher = key.hasher();
    hasher.update(previous);
    hasher.update(&row.get::<_, i64>("id").to_be_bytes());
    for column in ["at", "actor", "address", "action", "object", "result", "details"] {
        // None is no empty text: its length is one that no text has.
        let value: Option<&str> = row.get(column);
        hasher.update(&value.map_or(u64::MAX, |value| value.len() as u64).to_be_bytes());
        hasher.update(value.unwrap_or("").as_bytes());
    }
    hasher.finalize().into_bytes().to_vec()
}
