//! The tables of accounts, token families and refresh tokens.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::account::Account;
use super::caller::Role;
use super::history::DisabledWhy;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, FieldFault, Result};

/// An account with its secrets.
#[derive(Clone, Debug)]
pub(super) struct StoredAccount {
    pub(super) account: Account,
    pub(super) password_hash: String,
    pub(super) totp_sealed: Vec<u8>,
    pub(super) totp_last_step: i64,
}

impl StoredAccount {
    /// Whether secrets of it were chosen by somebody else and have to be replaced before anything else.
    pub(super) fn is_limited(&self) -> bool {
        self.account.initial_password || self.account.initial_totp
    }
}

/// What an access token's family stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) account: Uuid,
    pub(super) role: Role,
    pub(super) participant: Option<i32>,
    pub(super) region: Option<String>,
    /// Secrets of the account have to be replaced before anything else.
    pub(super) is_limited: bool,
}

/// A refresh token with its family and account.
#[derive(Clone, Debug)]
pub(super) struct StoredToken {
    pub(super) family: Uuid,
    pub(super) account: Uuid,
    pub(super) role: Role,
    /// When the family ends by itself.
    pub(super) expires_at: DateTime<Utc>,
    /// When the family was refreshed last, or began.
    pub(super) last_used_at: DateTime<Utc>,
    /// The family was ended, or the account disabled.
    pub(super) ended: bool,
    pub(super) used_at: Option<DateTime<Utc>>,
    /// What the next token is computed with, for as long as the request may be repeated.
    pub(super) next_salt: Option<Vec<u8>>,
    /// Whether the next token was used.
    pub(super) next_is_used: bool,
    /// Secrets of the account have to be replaced before anything else.
    pub(super) is_limited: bool,
}

/// A family that begins.
pub(super) struct NewFamily<'a> {
    pub(super) id: Uuid,
    pub(super) account: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) address: &'a str,
    pub(super) client: Option<&'a str>,
}

const ACCOUNT: &str = "a.id, a.login, a.role, a.participant, a.region, a.created_at, a.disabled_at, a.disabled_why,
    a.initial_password, a.initial_totp";
/// How many columns an account has.
const ACCOUNT_COLUMNS: usize = 10;

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.get(0),
        login: row.get(1),
        role: role(row.get(2))?,
        participant: row.get(3),
        region: row.get(4),
        created_at: row.get(5),
        disabled_at: row.get(6),
        disabled_why: row.get::<_, Option<&str>>(7).and_then(DisabledWhy::from_slug),
        initial_password: row.get(8),
        initial_totp: row.get(9),
    })
}

fn role(slug: &str) -> Result<Role> {
    slug.parse().map_err(Error::internal)
}

/// Holds for accounts whose participant is not blocked (Q23): nobody signs in or acts for one that is.
const OF_NO_BLOCKED: &str =
    "NOT EXISTS (SELECT FROM participant p WHERE p.number = a.participant AND p.blocked_at IS NOT NULL)";

/// An account by what its person types; logins are kept in lower case.
pub(super) async fn find_account_by_login(db: &impl GenericClient, login: &str) -> Result<Option<StoredAccount>> {
    let find = db
        .prepare_cached(&format!(
            "-- auth::find_account_by_login
             SELECT {ACCOUNT}, a.password_hash, a.totp_sealed, a.totp_last_step FROM account a
             WHERE a.login = $1 AND {OF_NO_BLOCKED}"
        ))
        .await?;
    db.query_opt(&find, &[&login]).await?.as_ref().map(stored).transpose()
}

/// An account with its secrets by its id, held against others until the transaction ends.
pub(super) async fn hold_account(tx: &Transaction<'_>, id: Uuid) -> Result<Option<StoredAccount>> {
    let hold = tx
        .prepare_cached(&format!(
            "-- auth::hold_account
             SELECT {ACCOUNT}, a.password_hash, a.totp_sealed, a.totp_last_step FROM account a
             WHERE a.id = $1 FOR UPDATE"
        ))
        .await?;
    tx.query_opt(&hold, &[&id]).await?.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<StoredAccount> {
    Ok(StoredAccount {
        account: account(row)?,
        password_hash: row.get(ACCOUNT_COLUMNS),
        totp_sealed: row.get(ACCOUNT_COLUMNS + 1),
        totp_last_step: row.get(ACCOUNT_COLUMNS + 2),
    })
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
             INSERT INTO account (id, login, password_hash, totp_sealed, role, participant, region, created_at,
                                  initial_password, initial_totp)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
                &account.initial_password,
                &account.initial_totp,
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

/// Sets when and why an account was disabled; none enables it, and its time without a sign-in begins anew.
pub(super) async fn set_disabled(
    db: &impl GenericClient,
    id: Uuid,
    disabled: Option<(DateTime<Utc>, DisabledWhy)>,
) -> Result<()> {
    let set = "-- auth::set_disabled\n UPDATE account SET disabled_at = $2, disabled_why = $3 WHERE id = $1";
    let why = disabled.map(|(_, why)| why.slug());
    db.execute(set, &[&id, &disabled.map(|(at, _)| at), &why]).await?;
    Ok(())
}

/// Sets since when an account may be used, which its time without a sign-in is counted from.
pub(super) async fn set_active_since(db: &impl GenericClient, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let set = "-- auth::set_active_since\n UPDATE account SET active_since = $2 WHERE id = $1";
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

/// Says which secrets of an account were chosen by somebody else and have to be replaced.
pub(super) async fn set_initial(db: &impl GenericClient, id: Uuid, password: bool, totp: bool) -> Result<()> {
    let set = "-- auth::set_initial\n UPDATE account SET initial_password = $2, initial_totp = $3 WHERE id = $1";
    db.execute(set, &[&id, &password, &totp]).await?;
    Ok(())
}

/// Sets the second factor of an account.
pub(super) async fn set_totp(db: &impl GenericClient, id: Uuid, sealed: &[u8]) -> Result<()> {
    let set = "-- auth::set_totp
        UPDATE account SET totp_sealed = $2, totp_last_step = 0, totp_next_sealed = NULL, totp_next_at = NULL
        WHERE id = $1";
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
pub(super) async fn insert_family(db: &impl GenericClient, new: &NewFamily<'_>) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- auth::insert_family
             INSERT INTO token_family (id, account_id, created_at, expires_at, address, client)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    db.execute(&insert, &[&new.id, &new.account, &new.at, &new.expires_at, &new.address, &new.client]).await?;
    Ok(())
}

/// Keeps that a family was refreshed.
pub(super) async fn touch_family(db: &impl GenericClient, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let touch =
        db.prepare_cached("-- auth::touch_family\n UPDATE token_family SET last_used_at = $2 WHERE id = $1").await?;
    db.execute(&touch, &[&id, &at]).await?;
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

/// Ends every family of an account but one, and returns those that had not ended before.
pub(super) async fn end_families(
    db: &impl GenericClient,
    account: Uuid,
    at: DateTime<Utc>,
    but: Option<Uuid>,
) -> Result<Vec<Uuid>> {
    let end = "-- auth::end_families
        UPDATE token_family SET ended_at = $2
        WHERE account_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3 RETURNING id";
    Ok(db.query(end, &[&account, &at, &but]).await?.iter().map(|row| row.get(0)).collect())
}

/// What a family stands for, unless it has ended or its account is disabled.
pub(super) async fn find_session(db: &impl GenericClient, family: Uuid) -> Result<Option<Session>> {
    let find = db
        .prepare_cached(&format!(
            "-- auth::find_session
             SELECT a.id, a.role, a.participant, a.region, a.initial_password OR a.initial_totp
             FROM token_family f JOIN account a ON a.id = f.account_id
             WHERE f.id = $1 AND f.ended_at IS NULL AND a.disabled_at IS NULL AND {OF_NO_BLOCKED}"
        ))
        .await?;
    db.query_opt(&find, &[&family]).await?.as_ref().map(session).transpose()
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        account: row.get(0),
        role: role(row.get(1))?,
        participant: row.get(2),
        region: row.get(3),
        is_limited: row.get(4),
    })
}

/// What a family stands for, as [`find_session`] says it, and the account's row is locked until the transaction ends: a
/// change of the account waits for this transaction, or this transaction sees the change.
pub(super) async fn hold_session(tx: &Transaction<'_>, family: Uuid) -> Result<Option<Session>> {
    let hold = tx
        .prepare_cached(
            "-- auth::hold_session
             SELECT a.id, a.role, a.participant, a.region, a.initial_password OR a.initial_totp
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
             SELECT f.id, a.id, a.role, f.expires_at, coalesce(f.last_used_at, f.created_at),
                    f.ended_at IS NOT NULL OR a.disabled_at IS NOT NULL, t.used_at, t.next_salt,
                    EXISTS (SELECT FROM refresh_token n WHERE n.hash = t.next_hash AND n.used_at IS NOT NULL),
                    a.initial_password OR a.initial_totp
             FROM refresh_token t JOIN token_family f ON f.id = t.family_id JOIN account a ON a.id = f.account_id
             WHERE t.hash = $1 FOR UPDATE OF t",
        )
        .await?;
    let row = tx.query_opt(&hold, &[&hash]).await?;
    let token = |row: Row| {
        Ok(StoredToken {
            family: row.get(0),
            account: row.get(1),
            role: role(row.get(2))?,
            expires_at: row.get(3),
            last_used_at: row.get(4),
            ended: row.get(5),
            used_at: row.get(6),
            next_salt: row.get(7),
            next_is_used: row.get(8),
            is_limited: row.get(9),
        })
    };
    row.map(token).transpose()
}

/// Uses up a refresh token; the next one is computed with the salt.
pub(super) async fn use_token(
    db: &impl GenericClient,
    hash: &[u8],
    at: DateTime<Utc>,
    salt: &[u8],
    next: &[u8],
) -> Result<()> {
    let set = db
        .prepare_cached(
            "-- auth::use_token
             UPDATE refresh_token SET used_at = $2, next_salt = $3, next_hash = $4 WHERE hash = $1",
        )
        .await?;
    db.execute(&set, &[&hash, &at, &salt, &next]).await?;
    Ok(())
}

/// Drops the salts of tokens that were used before an instant.
pub(super) async fn forget_salts(db: &impl GenericClient, before: DateTime<Utc>) -> Result<u64> {
    let forget = "-- auth::forget_salts
        UPDATE refresh_token SET next_salt = NULL WHERE next_salt IS NOT NULL AND used_at < $1";
    Ok(db.execute(forget, &[&before]).await?)
}

/// Drops families that ended by themselves before an instant, with their tokens.
pub(super) async fn forget_families(db: &impl GenericClient, before: DateTime<Utc>) -> Result<u64> {
    Ok(db.execute("-- auth::forget_families\n DELETE FROM token_family WHERE expires_at < $1", &[&before]).await?)
}

/// The logins of accounts, by id.
pub(crate) async fn list_logins(db: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let list = db.prepare_cached("-- auth::list_logins\n SELECT id, login FROM account WHERE id = ANY($1)").await?;
    Ok(db.query(&list, &[&ids]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The account of a login.
pub(crate) async fn find_id(db: &impl GenericClient, login: &str) -> Result<Option<Uuid>> {
    let find = db.prepare_cached("-- auth::find_id\n SELECT id FROM account WHERE login = $1").await?;
    Ok(db.query_opt(&find, &[&login]).await?.map(|row| row.get(0)))
}
