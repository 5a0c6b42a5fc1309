//! What people do with their own accounts: another password, another second factor, recovery codes, sessions elsewhere,
//! and what others did (X73 to X77).

mod http;
mod picture;
mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::{self, SecondFactor, totp_place};
use super::attempts::{self, Bucket};
use super::caller::Caller;
use super::history::{self, Kind};
use super::hold::hold_caller;
use super::password::{self, Match};
use super::recovery;
use super::refresh::append_own;
use super::sign_in::slowed;
use super::store::{self as accounts, StoredAccount};
use super::totp::{self, Given};
use crate::auth::Auth;
use crate::platform::audit::{self, Entry};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, Result};

pub(super) use http::routes;
pub(super) use picture::svg;

/// How long a second factor waits for its first code.
const ENROLMENT: TimeDelta = TimeDelta::minutes(15);

/// Gives the caller's account another password; every other session of it ends. 422 when the present one is wrong or the new
/// one is weak or the same.
async fn change_password(
    state: &Auth,
    caller: &Caller,
    present: Zeroizing<String>,
    new: Zeroizing<String>,
) -> Result<()> {
    let account = prove(state, caller, present.clone(), "current").await?;
    if *crate::platform::unicode::password(&present) == *crate::platform::unicode::password(&new) {
        return Err(Error::field("new", "field-same-password"));
    }
    account::check_password("new", &new, &account.login)?;
    let hash = password::hash(new).await?;
    let ended = change(state, caller, "auth.change-password", Kind::PasswordChanged, async |tx, stored| {
        accounts::set_password(tx, caller.account, &hash).await?;
        accounts::set_initial(tx, caller.account, false, stored.account.initial_totp).await
    })
    .await?;
    end(state, ended).await;
    Ok(())
}

/// Makes a second factor that waits for its first code. 422 when the password is wrong.
async fn begin_second_factor(state: &Auth, caller: &Caller, password: Zeroizing<String>) -> Result<SecondFactor> {
    let account = prove(state, caller, password, "password").await?;
    let (factor, sealed) = account::second_factor(&state.keys.current(), &account)?;
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    hold_caller(&tx, caller).await?;
    let now = state.base.clock.now();
    store::set_next_totp(&tx, caller.account, &sealed, now).await?;
    append_own(&tx, caller, now, "auth.begin-second-factor").await?;
    tx.commit().await?;
    Ok(factor)
}

/// Puts the second factor in force that waits, and returns new recovery codes; every other session of the account ends.
/// 422 when the code is not one of it, 409 `no-second-factor-waits` after fifteen minutes.
async fn confirm_second_factor(state: &Auth, caller: &Caller, code: &str) -> Result<Vec<Zeroizing<String>>> {
    let now = state.base.clock.now();
    charge(state, &Bucket::of_codes(caller.account)).await?;
    let mut codes = Vec::new();
    let ended = change(state, caller, "auth.change-second-factor", Kind::SecondFactorChanged, async |tx, stored| {
        let waits = store::find_next_totp(tx, caller.account).await?;
        let sealed = waits.filter(|(_, since)| now - *since <= ENROLMENT).map(|(sealed, _)| sealed);
        let sealed = sealed.ok_or(Error::conflict("no-second-factor-waits"))?;
        let secret = state.keys.current().decrypt(&totp_place(caller.account), &sealed)?;
        let Given::Good(step) = totp::compare(&secret, code, now, 0) else {
            return Err(Error::field("code", "field-wrong-code"));
        };
        accounts::set_totp(tx, caller.account, &sealed).await?;
        accounts::use_step(tx, caller.account, step).await?;
        accounts::set_initial(tx, caller.account, stored.account.initial_password, false).await?;
        attempts::forget(tx, &Bucket::of_codes(caller.account)).await?;
        codes = recovery::renew(tx, caller.account).await?;
        Ok(())
    })
    .await?;
    end(state, ended).await;
    Ok(codes)
}

/// Replaces the recovery codes of the caller's account. 422 when the password is wrong.
async fn renew_recovery_codes(
    state: &Auth,
    caller: &Caller,
    password: Zeroizing<String>,
) -> Result<Vec<Zeroizing<String>>> {
    prove(state, caller, password, "password").await?;
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    hold_caller(&tx, caller).await?;
    let now = state.base.clock.now();
    let codes = recovery::renew(&tx, caller.account).await?;
    history::notify(&tx, caller.account, now, Kind::RecoveryCodesRenewed, None).await?;
    append_own(&tx, caller, now, "auth.renew-recovery-codes").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Ends one other session of the caller, or all others. 404 `unknown-session` when there is no such one.
async fn end_sessions(state: &Auth, caller: &Caller, only: Option<Uuid>) -> Result<()> {
    let now = state.base.clock.now();
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    hold_caller(&tx, caller).await?;
    let ended = match only {
        None => accounts::end_families(&tx, caller.account, now, Some(caller.family)).await?,
        Some(family) if store::end_own_family(&tx, caller.account, family, now).await? => vec![family],
        Some(_) => return Err(Error::NotFound("unknown-session")),
    };
    let object = format!("account:{}", caller.account);
    let details = json!({ "sessions": ended.len() });
    let action = "auth.end-sessions";
    audit::append(&tx, &Entry { at: now, actor: caller.actor, action, object, result: "done", details }).await?;
    tx.commit().await?;
    end(state, ended).await;
    Ok(())
}

/// The caller's account, once the password has proved that it is their person who asks: a session may have been taken over.
/// Wrong ones are counted; 422 at the field.
async fn prove(state: &Auth, caller: &Caller, given: Zeroizing<String>, field: &str) -> Result<account::Account> {
    let bucket = Bucket::of_own_password(caller.account);
    charge(state, &bucket).await?;
    let stored = {
        let mut db = state.base.db.get().await?;
        let tx = db.transaction().await?;
        let stored = accounts::hold_account(&tx, caller.account).await?;
        hold_caller(&tx, caller).await?;
        stored.ok_or(Error::Unauthenticated("unauthenticated"))?
    };
    if password::matches(given, Some(stored.password_hash)).await? == Match::Wrong {
        return Err(Error::field(field, "field-wrong-password"));
    }
    attempts::forget(&state.base.db.get().await?, &bucket).await?;
    Ok(stored.account)
}

/// Counts an attempt before anything is compared.
async fn charge(state: &Auth, bucket: &Bucket) -> Result<()> {
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let charged = attempts::charge(&tx, bucket, state.base.clock.now()).await?;
    tx.commit().await?;
    charged.map_err(slowed)
}

/// Changes the caller's account, ends its other sessions, audits and leaves a notice, all in one transaction. Returns the
/// sessions that ended.
async fn change(
    state: &Auth,
    caller: &Caller,
    action: &str,
    kind: Kind,
    change: impl AsyncFnOnce(&Transaction<'_>, &StoredAccount) -> Result<()>,
) -> Result<Vec<Uuid>> {
    let now: DateTime<Utc> = state.base.clock.now();
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let stored = accounts::hold_account(&tx, caller.account).await?;
    hold_caller(&tx, caller).await?;
    change(&tx, &stored.ok_or(Error::Unauthenticated("unauthenticated"))?).await?;
    let ended = accounts::end_families(&tx, caller.account, now, Some(caller.family)).await?;
    history::notify(&tx, caller.account, now, kind, None).await?;
    append_own(&tx, caller, now, action).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn end(state: &Auth, ended: Vec<Uuid>) {
    for family in ended {
        state.sessions.end(family).await;
    }
}
