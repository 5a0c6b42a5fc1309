//! Staying in and signing out.
//!
//! A refresh token serves once. The same request repeated within thirty seconds, before its answer was used, gets the same
//! next token: the answer may have been lost on its way (A5). Any other token that comes back was copied, and ends the
//! whole family (X14). A session that nobody used for long ends by itself (X76).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::caller::Caller;
use super::sign_in::append;
use super::store::{self, StoredAccount, StoredToken};
use super::{attempts, token};
use crate::auth::Auth;
use crate::http::ClientAddress;
use crate::keys::random;
use crate::platform::audit::{self, Entry};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// How long a repeated refresh gets the same answer.
const REPEATED: TimeDelta = TimeDelta::seconds(30);
/// How long ended families and their tokens are kept, so that a late reuse is still known for what it is.
const FAMILY_KEPT: TimeDelta = TimeDelta::days(30);

/// What somebody gets who is signed in.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) access_lives: TimeDelta,
    pub(super) refresh: Zeroizing<String>,
    /// Whether the account's secrets were chosen by somebody else: nothing is open before they are replaced.
    pub(super) is_limited: bool,
}

/// The first pair of tokens of a family.
pub(super) async fn first(
    state: &Auth,
    db: &impl GenericClient,
    stored: &StoredAccount,
    family: Uuid,
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<Tokens> {
    let refresh = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(random::<32>().as_slice()));
    store::insert_token(db, &Sha256::digest(refresh.as_bytes()), family).await?;
    let (access, access_lives) = sign(state, stored.account.id, family, now, ends).await?;
    Ok(Tokens { access, access_lives, refresh, is_limited: stored.is_limited() })
}

/// Exchanges a refresh token for a new pair.
pub(super) async fn refresh(state: &Auth, address: ClientAddress, given: &str) -> Result<Tokens> {
    let now = state.base.clock.now();
    let hash = Sha256::digest(given.as_bytes()).to_vec();
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let Some(held) = store::hold_token(&tx, &hash).await? else {
        return Err(Error::Unauthenticated("unauthenticated"));
    };
    if held.ended {
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    if let Some(used_at) = held.used_at {
        if let Some(salt) = repeated(&held, used_at, now) {
            return answer(state, &held, next(given, salt), now).await;
        }
        store::end_family(&tx, held.family, now).await?;
        append(&tx, now, Some(held.account), address.0, "auth.refresh", "token-reused").await?;
        tx.commit().await?;
        state.sessions.end(held.family).await;
        return Err(Error::Unauthenticated("unauthenticated"));
    }
    let idle = state.base.config.sessions.idle(held.role.is_staff());
    if held.expires_at <= now || now - held.last_used_at > idle {
        return Err(Error::Unauthenticated("token-expired"));
    }
    let salt = random::<32>();
    let refresh = next(given, salt.as_slice());
    let next_hash = Sha256::digest(refresh.as_bytes()).to_vec();
    store::insert_token(&tx, &next_hash, held.family).await?;
    store::use_token(&tx, &hash, now, salt.as_slice(), &next_hash).await?;
    store::touch_family(&tx, held.family, now).await?;
    let tokens = answer(state, &held, refresh, now).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// The salt of the next token, when this request only repeats the one that used the token: soon, and before anybody used
/// the answer.
fn repeated(held: &StoredToken, used_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<&[u8]> {
    let is_soon = now - used_at <= REPEATED;
    held.next_salt.as_deref().filter(|_| is_soon && !held.next_is_used)
}

/// The next token: who holds the old one can compute it with the salt, who reads the database can't.
fn next(given: &str, salt: &[u8]) -> Zeroizing<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, given.as_bytes());
    Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, salt)))
}

async fn answer(state: &Auth, held: &StoredToken, refresh: Zeroizing<String>, now: DateTime<Utc>) -> Result<Tokens> {
    let (access, access_lives) = sign(state, held.account, held.family, now, held.expires_at).await?;
    Ok(Tokens { access, access_lives, refresh, is_limited: held.is_limited })
}

/// Signs an access token.
async fn sign(
    state: &Auth,
    account: Uuid,
    family: Uuid,
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) -> Result<(String, TimeDelta)> {
    let mut issued = token::issue(&state.keys.current(), account, family, now, ends)?;
    if issued.is_none() {
        // The key's time ran out before its successor came: a clock that jumped, or a long outage.
        state.keys.rotate_due().await?;
        issued = token::issue(&state.keys.current(), account, family, now, ends)?;
    }
    issued.ok_or_else(|| Error::internal("no key signs tokens now"))
}

/// Ends the family of the caller's token.
pub(super) async fn sign_out(state: &Auth, caller: &Caller) -> Result<()> {
    let now = state.base.clock.now();
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    store::end_family(&tx, caller.family, now).await?;
    append_own(&tx, caller, now, "auth.sign-out").await?;
    tx.commit().await?;
    state.sessions.end(caller.family).await;
    Ok(())
}

/// Audits what a caller did with the own account.
pub(super) async fn append_own(tx: &Transaction<'_>, caller: &Caller, at: DateTime<Utc>, action: &str) -> Result<()> {
    let object = format!("account:{}", caller.account);
    let entry = Entry { at, actor: caller.actor, action, object, result: "done", details: json!({}) };
    audit::append(tx, &entry).await
}

/// Drops what signing in has left behind and nobody needs any more. For the worker, now and then.
pub(crate) async fn forget_old(db: &impl GenericClient, now: DateTime<Utc>) -> Result<u64> {
    store::forget_salts(db, now - REPEATED).await?;
    Ok(attempts::forget_old(db, now).await? + store::forget_families(db, now - FAMILY_KEPT).await?)
}
