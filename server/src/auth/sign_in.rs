//! Signing in, staying in and signing out.
//!
//! Whether a login is unknown, disabled, or its password or code wrong: the answer is one and the same and
//! takes the same time (X10). A refresh token serves once; one that comes back was copied, and ends the
//! whole family (X14). No login, password, code or token is logged or audited.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::{Account, totp_place};
use super::attempts::{self, Bucket, Charge};
use super::caller::Caller;
use super::store::{self, StoredAccount};
use super::{password, token, totp};
use crate::app::App;
use crate::audit::{self, Actor, Entry, Who};
use crate::db::{Client, GenericClient};
use crate::error::{Error, Result};
use crate::http::ClientAddress;
use crate::keys::random;

/// How long one stays signed in without typing the password again: a long working day.
const FAMILY_LIFETIME: TimeDelta = TimeDelta::hours(10);
/// How long ended families and their tokens are kept, so that a late reuse is still known for what it is.
const FAMILY_KEPT: TimeDelta = TimeDelta::days(30);

/// What somebody gives to sign in.
pub(super) struct Credentials {
    pub(super) login: String,
    pub(super) password: Zeroizing<String>,
    pub(super) totp: Option<String>,
}

/// What somebody gets who is signed in.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) access_lives: TimeDelta,
    pub(super) refresh: Zeroizing<String>,
}

/// Signs in: 401 `wrong-credentials`, 401 `second-factor-needed` when only the code is missing,
/// 429 `too-many-attempts` for those who guess.
pub(super) async fn sign_in(app: &App, address: ClientAddress, given: Credentials) -> Result<Tokens> {
    let now = app.clock.now();
    let login = given.login.to_lowercase();
    let buckets = [Bucket::of_login(&login, address.prefix()), Bucket::of_network(address.prefix())];
    let mut db = app.db.get().await?;
    charge(&mut db, &buckets, now, address.0).await?;
    let found = store::find_account_by_login(&db, &login).await?;
    // The connection is not held while a password is compared, which takes far longer than any query.
    drop(db);
    let hash = found.as_ref().map(|stored| stored.password_hash.clone());
    let right = password::matches(given.password.clone(), hash).await?;
    let known = found.filter(|stored| right && stored.account.disabled_at.is_none());
    let Some(stored) = known else { return refuse(app, &login, address.0, "wrong-credentials").await };
    let Some(code) = given.totp else {
        attempts::refund(&app.db.get().await?, &buckets).await?;
        return Err(Error::Unauthenticated("second-factor-needed"));
    };
    let secret = app.keys.current().decrypt(&totp_place(stored.account.id), &stored.totp_sealed)?;
    let step = totp::matching_step(&secret, &code, now, stored.totp_last_step);
    let renewed = renewed_hash(&stored, given.password).await?;

    let mut db = app.db.get().await?;
    let tx = db.transaction().await?;
    let usable = match step {
        // Of two who come with the same code at the same moment one is let in.
        Some(step) => store::use_step(&tx, stored.account.id, step).await?,
        None => false,
    };
    if !usable {
        drop(tx);
        return refuse(app, &login, address.0, "wrong-credentials").await;
    }
    if let Some(hash) = renewed {
        store::set_password(&tx, stored.account.id, &hash).await?;
    }
    let (family, ends) = (Uuid::now_v7(), now + FAMILY_LIFETIME);
    store::insert_family(&tx, family, stored.account.id, now, ends).await?;
    let tokens = issue(app, &tx, stored.account.id, family, now, ends).await?;
    attempts::forget(&tx, &buckets[0]).await?;
    attempts::refund(&tx, &buckets[1..]).await?;
    append(&tx, now, Some(stored.account.id), address.0, "auth.sign-in", "done").await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Exchanges a refresh token for a new pair.
pub(super) async fn refresh(app: &App, address: ClientAddress, given: &str) -> Result<Tokens> {
    let now = app.clock.now();
    let hash = Sha256::digest(given.as_bytes()).to_vec();
    let mut db = app.db.get().await?;
    let tx = db.transaction().await?;
    let Some(held) = store::hold_token(&tx, &hash).await? else {
        return Err(Error::Unauthenticated("unauthenticated"));
    };
    if held.ended {
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    if held.used {
        store::end_family(&tx, held.family, now).await?;
        append(&tx, now, Some(held.account), address.0, "auth.refresh", "token-reused").await?;
        tx.commit().await?;
        app.sessions.end(held.family).await;
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    if held.expires_at <= now {
        return Err(Error::Unauthenticated("token-expired"));
    }
    store::use_token(&tx, &hash, now).await?;
    let tokens = issue(app, &tx, held.account, held.family, now, held.expires_at).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Ends the family of the caller's token.
pub(super) async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let now = app.clock.now();
    let mut db = app.db.get().await?;
    let tx = db.transaction().await?;
    store::end_family(&tx, caller.family, now).await?;
    let entry = Entry {
        at: now,
        actor: caller.actor,
        action: "auth.sign-out",
        object: format!("account:{}", caller.account),
        result: "done",
        details: json!({}),
    };
    audit::append(&tx, &entry).await?;
    tx.commit().await?;
    app.sessions.end(caller.family).await;
    Ok(())
}

/// The account of a caller, and the BIN of the participant that it acts for.
pub(super) async fn me(app: &App, caller: &Caller) -> Result<(Account, Option<String>)> {
    let db = app.db.get().await?;
    let found = store::find_account(&db, caller.account).await?.ok_or(Error::Unauthenticated("unauthenticated"))?;
    Ok((found, store::find_bin_of(&db, caller.account).await?))
}

/// Drops what signing in has left behind and nobody needs any more. For the worker, now and then.
pub(crate) async fn forget_old(db: &impl GenericClient, now: DateTime<Utc>) -> Result<u64> {
    Ok(attempts::forget_old(db, now).await? + store::forget_families(db, now - FAMILY_KEPT).await?)
}

/// Makes a pair of tokens and keeps the refresh token's hash.
async fn issue(
    app: &App,
    db: &impl GenericClient,
    account: Uuid,
    family: Uuid,
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<Tokens> {
    let refresh = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(random::<32>().as_slice()));
    store::insert_token(db, &Sha256::digest(refresh.as_bytes()), family).await?;
    let mut issued = token::issue(&app.keys.current(), account, family, now, ends)?;
    if issued.is_none() {
        // The key's time ran out before its successor came: a clock that jumped, or a long outage.
        app.keys.rotate_due().await?;
        issued = token::issue(&app.keys.current(), account, family, now, ends)?;
    }
    let (access, access_lives) = issued.ok_or_else(|| Error::internal("no key signs tokens now"))?;
    Ok(Tokens { access, access_lives, refresh })
}

/// Counts an attempt before anything is looked at; the first refusal of each wait is audited.
async fn charge(db: &mut Client, buckets: &[Bucket], now: DateTime<Utc>, address: IpAddr) -> Result<()> {
    let tx = db.transaction().await?;
    let charge = attempts::charge(&tx, buckets, now).await?;
    if let Charge::TooEarly { is_first: true, .. } = charge {
        append(&tx, now, None, address, "auth.sign-in", "too-many-attempts").await?;
    }
    tx.commit().await?;
    match charge {
        Charge::Taken => Ok(()),
        Charge::TooEarly { retry_after_seconds, .. } => {
            metrics::counter!("tanba_sign_ins_slowed_total").increment(1);
            Err(Error::TooMany { slug: "too-many-attempts", retry_after_seconds })
        }
    }
}

/// Keeps a refusal and answers it. The audit names the account, if the login is one, and never what was typed.
async fn refuse<T>(app: &App, login: &str, address: IpAddr, slug: &'static str) -> Result<T> {
    let db = app.db.get().await?;
    let account = store::find_account_by_login(&db, login).await?.map(|stored| stored.account.id);
    append(&db, app.clock.now(), account, address, "auth.sign-in", slug).await?;
    Err(Error::Unauthenticated(slug))
}

async fn append(
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

/// The hash under today's settings, when the one kept was made under others.
async fn renewed_hash(stored: &StoredAccount, password: Zeroizing<String>) -> Result<Option<String>> {
    if password::is_outdated(&stored.password_hash) { password::hash(password).await.map(Some) } else { Ok(None) }
}
