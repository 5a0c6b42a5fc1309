//! The tables of accounts, token families and refresh tokens.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::account::Account;
use super::caller::Role;
use crate::db::{GenericClient, Transaction};
use crate::error::{Error, FieldFault, Result};

/// An account with its secrets.
#[derive(Clone, Debug)]
pub(super) struct StoredAccount {
    pub(super) account: Account,
    pub(super) password_hash: String,
    pub(super) totp_sealed: Vec<u8>,
    pub(super) totp_last_step: i64,
}

/// What an access token's family stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) account: Uuid,
    pub(super) role: Role,
    pub(super) participant: Option<i32>,
    pub(super) region: Option<String>,
}

/// A refresh token with its family and account.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredToken {
    pub(super) family: Uuid,
    pub(super) account: Uuid,
    /// When the family ends by itself.
    pub(super) expires_at: DateTime<Utc>,
    /// The family was ended, or the account disabled.
    pub(super) ended: bool,
    pub(super) used: bool,
}

const ACCOUNT: &str = "a.id, a.login, a.role, a.participant, a.region, a.created_at, a.disabled_at";

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.get(0),
        login: row.get(1),
        role: role(row.get(2))?,
        participant: row.get(3),
        region: row.get(4),
        created_at: row.get(5),
        disabled_at: row.get(6),
    })
}

fn role(slug: &str) -> Result<Role> {
    slug.parse().map_err(Error::internal)
}

/// An account by what its person types; logins are kept in lower case.
pub(super) async fn find_account_by_login(db: &impl GenericClient, login: &str) -> Result<Option<StoredAccount>> {
    let find = db
        .prepare_cached(&format!(
            "-- auth::find_account_by_login
             SELECT {ACCOUNT}, a.password_hash, a.totp_sealed, a.totp_last_step FROM account a WHERE a.login = $1"
        ))
        .await?;
    let row = db.query_opt(&find, &[&login]).await?;
    let stored = |row: &Row| {
        Ok(StoredAccount {
            account: account(row)?,
            password_hash: row.get(7),
            totp_sealed: row.get(8),
            totp_last_step: row.get(9),
        })
    };
    row.as_ref().map(stored).transpose()
}

/// An account by its id.
pub(super) async fn find_account(db: &impl GenericClient, id: Uuid) -> Result<Option<Account>> {
    let find =
        db.prepare_cached(&format!("-- auth::find_account\n SELECT {ACCOUNT} FROM account a WHERE a.id = $1")).await?;
    db.query_opt(&find, &[&id]).await?.as_ref().map(account).transpose()
}

/// The BIN of the participant that an account acts for.
pub(super) async fn find_bin_of(db: &impl GenericClient, id: Uuid) -> Result<Option<String>> {
    let find = db
        .prepare_cached(
            "-- auth::find_bin_of
             SELECT p.bin::text FROM account a JOIN participant p ON p.number = a.participant WHERE a.id = $1",
        )
        .await?;
    Ok(db.query_opt(&find, &[&id]).await?.map(|row| row.get(0)))
}

/// Every account, by login.
pub(super) async fn list_accounts(db: &impl GenericClient) -> Result<Vec<Account>> {
    let list = format!("-- auth::list_accounts\n SELECT {ACCOUNT} FROM account a ORDER BY a.login");
    db.query(&list, &[]).await?.iter().map(account).collect()
}

/// Accounts after a login, by login.
pub(super) async fn list_accounts_after(db: &impl GenericClient, after: &str, limit: i64) -> Result<Vec<Account>> {
    let list = format!(
        "-- auth::list_accounts_after\n SELECT {ACCOUNT} FROM account a WHERE a.login > $1 ORDER BY a.login LIMIT $2"
    );
    db.query(&list, &[&after, &limit]).await?.iter().map(account).collect()
}

/// Two accounts, held against others until the transaction ends; always in the same order, so that nobody waits for
/// each other.
pub(super) async fn hold_accounts(tx: &Transaction<'_>, ids: [Uuid; 2]) -> Result<Vec<Account>> {
    let hold = format!(
        "-- auth::hold_accounts\n SELECT {ACCOUNT} FROM account a WHERE a.id = ANY($1) ORDER BY a.id FOR UPDATE"
    );
    tx.query(&hold, &[&ids.as_slice()]).await?.iter().map(account).collect()
}

/// Adds an account. 409 `duplicate` when the login is taken, 422 when there is no such participant.
pub(super) async fn insert_account(db: &impl GenericClient, new: &StoredAccount) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- auth::insert_account
             INSERT INTO account (id, login, password_hash, totp_sealed, role, participant, region, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .await?;
    let StoredAccount { account, password_hash, totp_sealed, .. } = new;
    let inserted = db
        .execute(
            &insert,
            &[
                &account.id,
                &account.login,
                password_hash,
                totp_sealed,
                &account.role.slug(),
                &account.participant,
                &account.region,
                &account.created_at,
            ],
        )
        .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) => {
                Error::Conflict("duplicate", vec![FieldFault::new("login", "field-login-taken")])
            }
            Some(&SqlState::FOREIGN_KEY_VIOLATION) => Error::field("participant", "field-no-such-participant"),
            _ => error.into(),
        }),
    }
}

/// Sets when an account was disabled, or that it isn't.
pub(super) async fn set_disabled(db: &impl GenericClient, id: Uuid, at: Option<DateTime<Utc>>) -> Result<()> {
    let set = "-- auth::set_disabled\n UPDATE account SET disabled_at = $2 WHERE id = $1";
    db.execute(set, &[&id, &at]).await?;
    Ok(())
}

/// Sets the role of an account and what goes with it.
pub(super) async fn set_role(
    db: &impl GenericClient,
    id: Uuid,
    role: Role,
    participant: Option<i32>,
    region: Option<&str>,
) -> Result<()> {
    let set = "-- auth::set_role\n UPDATE account SET role = $2, participant = $3, region = $4 WHERE id = $1";
    db.execute(set, &[&id, &role.slug(), &participant, &region]).await?;
    Ok(())
}

/// Sets the hash of an account's password.
pub(super) async fn set_password(db: &impl GenericClient, id: Uuid, hash: &str) -> Result<()> {
    let set = db.prepare_cached("-- auth::set_password\n UPDATE account SET password_hash = $2 WHERE id = $1").await?;
    db.execute(&set, &[&id, &hash]).await?;
    Ok(())
}

/// Sets the second factor of an account.
pub(super) async fn set_totp(db: &impl GenericClient, id: Uuid, sealed: &[u8]) -> Result<()> {
    let set = "-- auth::set_totp\n UPDATE account SET totp_sealed = $2, totp_last_step = 0 WHERE id = $1";
    db.execute(set, &[&id, &sealed]).await?;
    Ok(())
}

/// Uses up a step of the second factor. False when it or a later one was used already.
pub(super) async fn use_step(db: &impl GenericClient, id: Uuid, step: i64) -> Result<bool> {
    let set = db
        .prepare_cached(
            "-- auth::use_step\n UPDATE account SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2",
        )
        .await?;
    Ok(db.execute(&set, &[&id, &step]).await? == 1)
}

/// Starts a family: somebody has signed in.
pub(super) async fn insert_family(
    db: &impl GenericClient,
    id: Uuid,
    account: Uuid,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- auth::insert_family
             INSERT INTO token_family (id, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .await?;
    db.execute(&insert, &[&id, &account, &at, &expires_at]).await?;
    Ok(())
}

/// Ends a family. False when it had ended before.
pub(super) async fn end_family(db: &impl GenericClient, id: Uuid, at: DateTime<Utc>) -> Result<bool> {
    let end = db
        .prepare_cached(
            "-- auth::end_family\n UPDATE token_family SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
        )
        .await?;
    Ok(db.execute(&end, &[&id, &at]).await? == 1)
}

/// Ends every family of an account, and returns those that had not ended before.
pub(super) async fn end_families(db: &impl GenericClient, account: Uuid, at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let end = "-- auth::end_families
        UPDATE token_family SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL RETURNING id";
    Ok(db.query(end, &[&account, &at]).await?.iter().map(|row| row.get(0)).collect())
}

/// What a family stands for, unless it has ended or its account is disabled.
pub(super) async fn find_session(db: &impl GenericClient, family: Uuid) -> Result<Option<Session>> {
    let find = db
        .prepare_cached(
            "-- auth::find_session
             SELECT a.id, a.role, a.participant, a.region
             FROM token_family f JOIN account a ON a.id = f.account_id
             WHERE f.id = $1 AND f.ended_at IS NULL AND a.disabled_at IS NULL",
        )
        .await?;
    db.query_opt(&find, &[&family]).await?.as_ref().map(session).transpose()
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session { account: row.get(0), role: role(row.get(1))?, participant: row.get(2), region: row.get(3) })
}

/// What a family stands for, as [`find_session`] says it, and the account's row is locked until the transaction ends: a
/// change of the account waits for this transaction, or this transaction sees the change.
pub(super) async fn hold_session(tx: &Transaction<'_>, family: Uuid) -> Result<Option<Session>> {
    let hold = tx
        .prepare_cached(
            "-- auth::hold_session
             SELECT a.id, a.role, a.participant, a.region
             FROM token_family f JOIN account a ON a.id = f.account_id
             WHERE f.id = $1 AND f.ended_at IS NULL AND a.disabled_at IS NULL FOR SHARE OF a",
        )
        .await?;
    tx.query_opt(&hold, &[&family]).await?.as_ref().map(session).transpose()
}

/// Adds a refresh token to a family, by its hash.
pub(super) async fn insert_token(db: &impl GenericClient, hash: &[u8], family: Uuid) -> Result<()> {
    let insert = db
        .prepare_cached("-- auth::insert_token\n INSERT INTO refresh_token (hash, family_id) VALUES ($1, $2)")
        .await?;
    db.execute(&insert, &[&hash, &family]).await?;
    Ok(())
}

/// A refresh token by its hash, held against others until the transaction ends.
pub(super) async fn hold_token(tx: &Transaction<'_>, hash: &[u8]) -> Result<Option<StoredToken>> {
    let hold = tx
        .prepare_cached(
            "-- auth::hold_token
             SELECT f.id, a.id, f.expires_at, f.ended_at IS NOT NULL OR a.disabled_at IS NOT NULL,
                    t.used_at IS NOT NULL
             FROM refresh_token t JOIN token_family f ON f.id = t.family_id JOIN account a ON a.id = f.account_id
             WHERE t.hash = $1 FOR UPDATE OF t",
        )
        .await?;
    let row = tx.query_opt(&hold, &[&hash]).await?;
    Ok(row.map(|row| StoredToken {
        family: row.get(0),
        account: row.get(1),
        expires_at: row.get(2),
        ended: row.get(3),
        used: row.get(4),
    }))
}

/// Uses up a refresh token.
pub(super) async fn use_token(db: &impl GenericClient, hash: &[u8], at: DateTime<Utc>) -> Result<()> {
    let set = db.prepare_cached("-- auth::use_token\n UPDATE refresh_token SET used_at = $2 WHERE hash = $1").await?;
    db.execute(&set, &[&hash, &at]).await?;
    Ok(())
}

/// Drops families that ended by themselves before an instant, with their tokens.
pub(super) async fn forget_families(db: &impl GenericClient, before: DateTime<Utc>) -> Result<u64> {
    Ok(db.execute("-- auth::forget_families\n DELETE FROM token_family WHERE expires_at < $1", &[&before]).await?)
}
