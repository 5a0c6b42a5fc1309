//! Statements of people's own accounts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// A session of an account.
pub(super) struct KeptSession {
    pub(super) id: Uuid,
    pub(super) created_at: DateTime<Utc>,
    pub(super) last_used_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) address: Option<String>,
    pub(super) client: Option<String>,
}

/// Keeps a second factor that waits for its first code.
pub(super) async fn set_next_totp(
    db: &impl GenericClient,
    account: Uuid,
    sealed: &[u8],
    at: DateTime<Utc>,
) -> Result<()> {
    let set = "-- auth::set_next_totp\n UPDATE account SET totp_next_sealed = $2, totp_next_at = $3 WHERE id = $1";
    db.execute(set, &[&account, &sealed, &at]).await?;
    Ok(())
}

/// The second factor that waits, and since when.
pub(super) async fn find_next_totp(db: &impl GenericClient, account: Uuid) -> Result<Option<(Vec<u8>, DateTime<Utc>)>> {
    let find = "-- auth::find_next_totp
        SELECT totp_next_sealed, totp_next_at FROM account WHERE id = $1 AND totp_next_sealed IS NOT NULL";
    Ok(db.query_opt(find, &[&account]).await?.map(|row| (row.get(0), row.get(1))))
}

/// Sessions of an account that have not ended, newest first.
pub(super) async fn list_sessions(
    db: &impl GenericClient,
    account: Uuid,
    now: DateTime<Utc>,
    unused_since: DateTime<Utc>,
) -> Result<Vec<KeptSession>> {
    let list = "-- auth::list_sessions
        SELECT id, created_at, coalesce(last_used_at, created_at), expires_at, address, client FROM token_family
        WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 AND coalesce(last_used_at, created_at) > $3
        ORDER BY created_at DESC LIMIT 100";
    let rows = db.query(list, &[&account, &now, &unused_since]).await?;
    Ok(rows
        .iter()
        .map(|row| KeptSession {
            id: row.get(0),
            created_at: row.get(1),
            last_used_at: row.get(2),
            expires_at: row.get(3),
            address: row.get(4),
            client: row.get(5),
        })
        .collect())
}

/// Ends a session of an account. False when it has none such that has not ended.
pub(super) async fn end_own_family(
    db: &impl GenericClient,
    account: Uuid,
    family: Uuid,
    at: DateTime<Utc>,
) -> Result<bool> {
    let end = "-- auth::end_own_family
        UPDATE token_family SET ended_at = $3 WHERE account_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(db.execute(end, &[&account, &family, &at]).await? == 1)
}

/// Sign-ins with an account, and attempts at it, newest first: when, what came of it, from where.
pub(super) async fn list_sign_ins(
    db: &impl GenericClient,
    account: Uuid,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, String, Option<String>)>> {
    let list = "-- auth::list_sign_ins
        SELECT at, result, address FROM audit WHERE object = $1 AND action = 'auth.sign-in' ORDER BY id DESC LIMIT $2";
    let rows = db.query(list, &[&format!("account:{account}"), &limit]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}
