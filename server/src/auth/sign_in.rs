//! Signing in.
//!
//! Whether a login is unknown, disabled, or its password or code wrong: the answer is one and the same and
//! takes the same time (X10). What follows a right password may say more: that a code is missing, or that it was used.
//! No login, password, code or token is logged or audited.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::totp_place;
use super::attempts::{self, Attempt, Bucket, Place, TooEarly};
use super::history::{self, DisabledWhy, Kind};
use super::password::{self, Match};
use super::recovery;
use super::refresh::{self, Tokens};
use super::store::{self, NewFamily, StoredAccount};
use super::totp::{self, Given};
use crate::auth::Auth;
use crate::http::ClientAddress;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::db::{Client, GenericClient, Transaction};
use crate::platform::problem::{Error, Result};
use crate::platform::unicode;

/// How long one stays signed in without typing the password again: a long working day.
const FAMILY_LIFETIME: TimeDelta = TimeDelta::hours(10);

/// What somebody gives to sign in.
pub(super) struct Credentials {
    pub(super) login: String,
    pub(super) password: Zeroizing<String>,
    pub(super) code: Option<Code>,
}

/// What stands for the second factor.
pub(super) enum Code {
    /// Six digits of an authenticator.
    Totp(String),
    /// One of the recovery codes.
    Recovery(Zeroizing<String>),
}

/// Who asks, as far as it is kept with a session.
pub(super) struct Asker {
    pub(super) address: ClientAddress,
    /// The beginning of its `User-Agent`.
    pub(super) client: Option<String>,
}

/// Signs in: 401 `wrong-credentials`, 401 `second-factor-needed` when only the code is missing, 401 `code-used` when it was
/// used, 429 `too-many-attempts` for those who guess.
pub(super) async fn sign_in(state: &Auth, asker: Asker, given: Credentials) -> Result<Tokens> {
    let now = state.base.clock.now();
    let address = asker.address.0;
    let login = unicode::login(&given.login);
    let place = Place::new(&login, asker.address);
    let mut db = state.base.db.get().await?;
    let attempt = begin(&mut db, &place, now, address).await?;
    let found = store::find_account_by_login(&db, &login).await?;
    // The connection is not held while a password is compared, which takes far longer than any query.
    drop(db);
    let hash = found.as_ref().map(|stored| stored.password_hash.clone());
    let matched = password::matches(given.password.clone(), hash).await?;
    let known = found.filter(|stored| matched != Match::Wrong && stored.account.disabled_at.is_none());
    let Some(stored) = known else { return refuse(state, &login, address, "wrong-credentials").await };
    let Some(code) = given.code else { return ask_for_code(state, &stored, &attempt, address).await };
    let renewed = renewed_hash(&stored, matched, given.password).await?;
    let mut db = state.base.db.get().await?;
    charge_code(&mut db, &stored, now, address).await?;

    let tx = db.transaction().await?;
    match use_code(state, &tx, &stored, &code, now).await? {
        Given::Good(_) => {}
        Given::Wrong => {
            drop(tx);
            return refuse_code(state, &mut db, &stored, address).await;
        }
        Given::Used { next_in_seconds } => {
            drop(tx);
            attempts::refund(&db, &Bucket::of_codes(stored.account.id)).await?;
            append(&db, now, Some(stored.account.id), address, "auth.sign-in", "code-used").await?;
            return Err(Error::CodeUsed { retry_after_seconds: next_in_seconds });
        }
    }
    if let Some(hash) = renewed {
        store::set_password(&tx, stored.account.id, &hash).await?;
    }
    let (family, ends) = (Uuid::now_v7(), now + FAMILY_LIFETIME);
    let new = NewFamily {
        id: family,
        account: stored.account.id,
        at: now,
        expires_at: ends,
        address: &address.to_string(),
        client: asker.client.as_deref(),
    };
    store::insert_family(&tx, &new).await?;
    let tokens = refresh::first(state, &tx, &stored, family, now, ends).await?;
    attempts::succeed(&tx, &attempt, &place, now).await?;
    attempts::forget(&tx, &Bucket::of_codes(stored.account.id)).await?;
    history::keep_sign_in(&tx, stored.account.id, address, now).await?;
    append(&tx, now, Some(stored.account.id), address, "auth.sign-in", "done").await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Compares a code and uses it up.
async fn use_code(
    state: &Auth,
    tx: &Transaction<'_>,
    stored: &StoredAccount,
    code: &Code,
    now: DateTime<Utc>,
) -> Result<Given> {
    let id = stored.account.id;
    match code {
        Code::Totp(digits) => {
            let secret = state.keys.current().decrypt(&totp_place(id), &stored.totp_sealed)?;
            let given = totp::compare(&secret, digits, now, stored.totp_last_step);
            Ok(match given {
                // Of two who come with the same code at the same moment one is let in.
                Given::Good(step) if !store::use_step(tx, id, step).await? => totp::used(now, step),
                other => other,
            })
        }
        Code::Recovery(code) => {
            if !recovery::use_up(tx, id, code, now).await? {
                return Ok(Given::Wrong);
            }
            history::notify(tx, id, now, Kind::RecoveryCodeUsed, None).await?;
            Ok(Given::Good(0))
        }
    }
}

/// A right password came without a code: the audit keeps it, since it may be a found password.
async fn ask_for_code<T>(state: &Auth, stored: &StoredAccount, attempt: &Attempt, address: IpAddr) -> Result<T> {
    let (now, id) = (state.base.clock.now(), stored.account.id);
    let db = state.base.db.get().await?;
    attempts::refund_network(&db, attempt).await?;
    history::count_bare_password(&db, id, address, now).await?;
    append(&db, now, Some(id), address, "auth.sign-in", "second-factor-needed").await?;
    Err(Error::Unauthenticated("second-factor-needed"))
}

/// Refuses a wrong code after a right password; the fiftieth since the last sign-in disables the account.
async fn refuse_code<T>(state: &Auth, db: &mut Client, stored: &StoredAccount, address: IpAddr) -> Result<T> {
    let (now, id) = (state.base.clock.now(), stored.account.id);
    let tx = db.transaction().await?;
    let wrong = history::count_wrong_code(&tx, id).await?;
    append(&tx, now, Some(id), address, "auth.sign-in", "wrong-credentials").await?;
    let mut ended = Vec::new();
    if wrong >= history::MOST_WRONG_CODES {
        store::set_disabled(&tx, id, Some((now, DisabledWhy::WrongCodes))).await?;
        ended = store::end_families(&tx, id, now, None).await?;
        history::notify(&tx, id, now, Kind::WrongCodes, None).await?;
        append(&tx, now, Some(id), address, "auth.disable-account", "wrong-codes").await?;
        metrics::counter!("tanba_accounts_disabled_total", "why" => "wrong-codes").increment(1);
        tracing::warn!(account = %id, "account disabled after too many wrong codes");
    }
    tx.commit().await?;
    for family in ended {
        state.sessions.end(family).await;
    }
    Err(Error::Unauthenticated("wrong-credentials"))
}

/// Counts an attempt before anything is looked at; the first refusal of each wait is audited.
async fn begin(db: &mut Client, place: &Place, now: DateTime<Utc>, address: IpAddr) -> Result<Attempt> {
    let tx = db.transaction().await?;
    let charged = attempts::begin(&tx, place, now).await?;
    if let Err(TooEarly { is_first: true, .. }) = charged {
        append(&tx, now, None, address, "auth.sign-in", "too-many-attempts").await?;
    }
    tx.commit().await?;
    charged.map_err(slowed)
}

/// Counts a code before it is compared.
async fn charge_code(db: &mut Client, stored: &StoredAccount, now: DateTime<Utc>, address: IpAddr) -> Result<()> {
    let id = stored.account.id;
    let tx = db.transaction().await?;
    let charged = attempts::charge(&tx, &Bucket::of_codes(id), now).await?;
    if let Err(TooEarly { is_first: true, .. }) = charged {
        append(&tx, now, Some(id), address, "auth.sign-in", "too-many-attempts").await?;
    }
    tx.commit().await?;
    charged.map_err(slowed)
}

pub(super) fn slowed(early: TooEarly) -> Error {
    metrics::counter!("tanba_sign_ins_slowed_total").increment(1);
    Error::TooMany { slug: "too-many-attempts", retry_after_seconds: early.retry_after_seconds }
}

/// Keeps a refusal and answers it. The audit names the account, if the login is one, and never what was typed.
async fn refuse<T>(state: &Auth, login: &str, address: IpAddr, slug: &'static str) -> Result<T> {
    let db = state.base.db.get().await?;
    let account = store::find_account_by_login(&db, login).await?.map(|stored| stored.account.id);
    history::count_failure(&db, login).await?;
    append(&db, state.base.clock.now(), account, address, "auth.sign-in", slug).await?;
    Err(Error::Unauthenticated(slug))
}

pub(super) async fn append(
    db: &impl GenericClient,
    at: DateTime<Utc>,
    account: Option<Uuid>,
    address: IpAddr,
    action: &str,
    result: &str,
) -> Result<()> {
    let who = match account {
        Some(account) if result == "done" => Who::Account(account),
        _ => Who::Public,
    };
    let object = account.map_or_else(|| "account:unknown".to_owned(), |account| format!("account:{account}"));
    let actor = Actor { who, address: Some(address) };
    audit::append(db, &Entry { at, actor, action, object, result, details: json!({}) }).await
}

/// The hash under today's settings and of the normalized password, when the one kept was made otherwise.
async fn renewed_hash(stored: &StoredAccount, matched: Match, password: Zeroizing<String>) -> Result<Option<String>> {
    if matched == Match::RightAsTyped || password::is_outdated(&stored.password_hash) {
        password::hash(password).await.map(Some)
    } else {
        Ok(None)
    }
}
