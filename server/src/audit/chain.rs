//! The hash chain: link n hashes link n−1 and the whole of its row. Rows are linked in the order in
//! which they became visible, by one process at a time, so that writers never wait for each other.
//! A row deleted before it was linked (within a second or so) leaves no trace; anything later does.

use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use crate::db::{Client, GenericClient};
use crate::error::Result;

/// Rows linked in one transaction.
const BATCH: i64 = 1_000;
/// Advisory lock of the one who lays the chain.
const LOCK: i64 = 0x7461_6e62_6101;

/// What a check of the whole chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds.
    Whole {
        /// Links checked.
        links: i64,
        /// Rows not linked yet.
        waiting: i64,
    },
    /// The first link that doesn't.
    Broken {
        /// Its position in the chain, from 1.
        position: i64,
    },
}

/// The columns that a link covers; the instant is written the same in every session's time zone.
const COLUMNS: &str = "a.id, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at, \
    a.actor, a.address, a.action, a.object, a.result, a.details::text AS details";

/// Links what isn't linked yet. Returns how many rows; 0 also when another process is at it.
pub async fn extend(client: &mut Client) -> Result<u64> {
    let tx = client.transaction().await?;
    let free: bool = tx.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK]).await?.get(0);
    if !free {
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
        hash = link(&hash, row);
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
pub async fn verify(db: &impl GenericClient) -> Result<Verified> {
    let mut hash = Vec::new();
    let mut position = 0_i64;
    loop {
        let rows = db
            .query(
                &format!(
                    "-- audit::verify
                     SELECT l.position, l.hash, {COLUMNS} FROM audit_link l LEFT JOIN audit a ON a.id = l.audit_id
                     WHERE l.position > $1 ORDER BY l.position LIMIT $2"
                ),
                &[&position, &BATCH],
            )
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let expected = position + 1;
            let present: Option<i64> = row.get("id");
            let stored: Vec<u8> = row.get("hash");
            if row.get::<_, i64>("position") != expected || present.is_none() {
                return Ok(Verified::Broken { position: expected });
            }
            hash = link(&hash, row);
            if stored != hash {
                return Ok(Verified::Broken { position: expected });
            }
            position = expected;
        }
    }
    let waiting: i64 = db
        .query_one("-- audit::waiting\n SELECT (SELECT count(*) FROM audit) - (SELECT count(*) FROM audit_link)", &[])
        .await?
        .get(0);
    Ok(Verified::Whole { links: position, waiting })
}

fn link(previous: &[u8], row: &Row) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(row.get::<_, i64>("id").to_be_bytes());
    for column in ["at", "actor", "address", "action", "object", "result", "details"] {
        // None is no empty text: its length is one that no text has.
        let value: Option<&str> = row.get(column);
        hasher.update(value.map_or(u64::MAX, |value| value.len() as u64).to_be_bytes());
        hasher.update(value.unwrap_or("").as_bytes());
    }
    hasher.finalize().to_vec()
}
