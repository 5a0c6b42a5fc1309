//! One key, one effect (X37): the first request that carries an `Idempotency-Key` does the work and its
//! answer is kept in the same transaction; every retry gets that answer; another body is refused.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::platform::db::Transaction;
use crate::platform::problem::{Error, FieldFault, Result};

/// The header's name.
pub const HEADER: &str = "Idempotency-Key";

/// A key chosen by the client: 8 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// Not 8 to 64 visible ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of idempotency")]
pub struct InvalidKey;

impl FromStr for IdempotencyKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_visible && (8..=64).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(InvalidKey) }
    }
}

/// Does `change` once for this caller and key, inside the caller's transaction, which the caller commits.
///
/// A parallel request with the same key waits here until the first one has committed. `route` and
/// `body` make the fingerprint: the same key with another body answers `idempotency-key-reused`.
pub(crate) async fn once<T: Serialize + DeserializeOwned>(
    tx: &Transaction<'_>,
    caller: &str,
    key: &IdempotencyKey,
    route: &str,
    body: &impl Serialize,
    now: DateTime<Utc>,
    change: impl AsyncFnOnce() -> Result<T>,
) -> Result<T> {
    let mut hasher = Sha256::new();
    hasher.update(route.as_bytes());
    hasher.update([0]);
    hasher.update(serde_json::to_vec(body)?);
    let fingerprint = hasher.finalize().to_vec();

    let claim = tx
        .prepare_cached(
            "-- idempotency::claim
             INSERT INTO idempotency (caller, key, fingerprint, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    if tx.execute(&claim, &[&caller, &key.0, &fingerprint, &now]).await? == 0 {
        let find = tx
            .prepare_cached(
                "-- idempotency::find\n SELECT fingerprint, answer FROM idempotency WHERE caller = $1 AND key = $2",
            )
            .await?;
        let row = tx.query_one(&find, &[&caller, &key.0]).await?;
        if row.get::<_, Vec<u8>>(0) != fingerprint {
            return Err(Error::Conflict("idempotency-key-reused", vec![FieldFault::new(HEADER, "field-reused")]));
        }
        let answer: Option<Value> = row.get(1);
        return Ok(serde_json::from_value(answer.unwrap_or_default())?);
    }
    let answer = change().await?;
    let keep = tx
        .prepare_cached("-- idempotency::keep\n UPDATE idempotency SET answer = $3 WHERE caller = $1 AND key = $2")
        .await?;
    tx.execute(&keep, &[&caller, &key.0, &serde_json::to_value(&answer)?]).await?;
    Ok(answer)
}

/// Forgets keys older than a day.
pub(crate) async fn forget_old(tx: &Transaction<'_>, now: DateTime<Utc>) -> Result<u64> {
    let day = now - chrono::TimeDelta::days(1);
    Ok(tx.execute("-- idempotency::forget\n DELETE FROM idempotency WHERE created_at < $1", &[&day]).await?)
}
