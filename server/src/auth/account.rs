//! Accounts: who may sign in, as what. They are made and changed at the command line, by an administrator, and by
//! operators as far as [`super::by_operator`] lets them; each change is audited and ends what is signed in.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::caller::Role;
use super::history::{self, DisabledWhy, Kind};
use super::password::{self, WeakPassword};
use super::store::{self, StoredAccount};
use super::{own, recovery, totp};
use crate::auth::Auth;
use crate::keys::{self, KeySet};
use crate::platform::audit::{self, Actor, Entry};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: Uuid,
    /// What its person types to sign in.
    pub login: String,
    /// What it may do.
    pub role: Role,
    /// The participant it acts for: clerks and participants only.
    pub participant: Option<i32>,
    /// The region it works in (KATO code): inspectors only.
    pub region: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when nobody may sign in with it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Why.
    pub disabled_why: Option<DisabledWhy>,
    /// Its password was chosen by somebody else, and has to be replaced before anything else.
    pub initial_password: bool,
    /// Its second factor was, likewise.
    pub initial_totp: bool,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Three to 64 letters of a to z, digits, and `.`, `_`, `-`, `@`; capitals are made small.
    pub login: String,
    /// At least twelve characters, none of the common ones.
    pub password: Zeroizing<String>,
    /// What it may do.
    pub role: Role,
    /// Needed for clerks and participants, refused for others.
    pub participant: Option<i32>,
    /// Needed for inspectors, refused for others.
    pub region: Option<String>,
}

/// The second factor of an account, told once.
pub struct SecondFactor {
    /// The secret itself.
    pub secret: Zeroizing<[u8; totp::SECRET_BYTES]>,
    /// The secret as it is typed into an authenticator.
    pub text: Zeroizing<String>,
    /// The link that an authenticator reads.
    pub link: Zeroizing<String>,
}

impl SecondFactor {
    /// The link as a QR code in SVG; empty when it could not be drawn.
    pub(crate) fn picture(&self) -> String {
        own::svg(&self.link).unwrap_or_default()
    }
}

/// Whose the first secrets of an account are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstSecrets {
    /// Its person's: it is ready for use.
    Own,
    /// Those of whoever made it: its person replaces them at the first sign-in (X74).
    Others,
}

/// Makes an account that is ready for use. 409 `duplicate` when the login is taken; 422 when a field doesn't hold.
pub async fn add_account(state: &Auth, actor: Actor, new: NewAccount) -> Result<(Account, SecondFactor)> {
    add_account_with(state, actor, new, FirstSecrets::Own).await
}

/// The same, and says whose the secrets are.
pub async fn add_account_with(
    state: &Auth,
    actor: Actor,
    new: NewAccount,
    secrets: FirstSecrets,
) -> Result<(Account, SecondFactor)> {
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let made = insert(&tx, state, actor, new, secrets).await?;
    tx.commit().await?;
    Ok(made)
}

/// The same in the caller's transaction.
pub(super) async fn insert(
    tx: &Transaction<'_>,
    state: &Auth,
    actor: Actor,
    new: NewAccount,
    secrets: FirstSecrets,
) -> Result<(Account, SecondFactor)> {
    let login = login(&new.login)?;
    check_password("password", &new.password, &login)?;
    check_ties(new.role, new.participant, new.region.as_deref())?;
    let password_hash = password::hash(new.password).await?;
    let account = Account {
        id: Uuid::now_v7(),
        login,
        role: new.role,
        participant: new.participant,
        region: new.region,
        created_at: state.base.clock.now(),
        disabled_at: None,
        disabled_why: None,
        initial_password: secrets == FirstSecrets::Others,
        initial_totp: secrets == FirstSecrets::Others,
    };
    let (factor, totp_sealed) = second_factor(&state.keys.current(), &account)?;
    let stored = StoredAccount { account, password_hash, totp_sealed, totp_last_step: 0 };
    store::insert_account(tx, &stored).await?;
    append(tx, state, actor, "auth.add-account", &stored.account).await?;
    Ok((stored.account, factor))
}

/// Every account, by login.
pub async fn list_accounts(state: &Auth) -> Result<Vec<Account>> {
    store::list_accounts(&state.base.db.get().await?).await
}

/// Lets nobody sign in with an account any more, or again, and ends what is signed in.
pub async fn disable_account(state: &Auth, actor: Actor, login: &str, disabled: bool) -> Result<Account> {
    let now = state.base.clock.now();
    if disabled {
        let at = Some((now, DisabledWhy::Operator));
        let disable = async |tx: &Transaction<'_>, account: &Account| store::set_disabled(tx, account.id, at).await;
        change(state, actor, login, "auth.disable-account", Kind::Disabled, disable).await
    } else {
        let enable = async |tx: &Transaction<'_>, account: &Account| enable(tx, account.id, now).await;
        change(state, actor, login, "auth.enable-account", Kind::Enabled, enable).await
    }
}

/// Enables an account: its wrong codes and its time without a sign-in are counted anew.
pub(super) async fn enable(tx: &Transaction<'_>, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    store::set_disabled(tx, id, None).await?;
    store::set_active_since(tx, id, now).await?;
    history::forget_wrong_codes(tx, id).await
}

/// Gives an account another role, and ends what is signed in: in other processes within twenty seconds (X5).
pub async fn set_role(
    state: &Auth,
    actor: Actor,
    login: &str,
    role: Role,
    participant: Option<i32>,
    region: Option<&str>,
) -> Result<Account> {
    check_ties(role, participant, region)?;
    change(state, actor, login, "auth.set-role", Kind::RoleChanged, async |tx, account| {
        store::set_role(tx, account.id, role, participant, region).await
    })
    .await
}

/// Gives an account another password, which its person replaces at the next sign-in, and ends what is signed in.
pub async fn set_password(state: &Auth, actor: Actor, login: &str, password: Zeroizing<String>) -> Result<Account> {
    check_password("password", &password, &unicode::login(login))?;
    let hash = password::hash(password).await?;
    change(state, actor, login, "auth.set-password", Kind::SecretsRenewed, async |tx, account| {
        store::set_password(tx, account.id, &hash).await?;
        store::set_initial(tx, account.id, true, account.initial_totp).await
    })
    .await
}

/// Gives an account another second factor, for a person who has lost theirs; they replace it at the next sign-in. Ends what
/// is signed in.
pub async fn renew_second_factor(state: &Auth, actor: Actor, login: &str) -> Result<(Account, SecondFactor)> {
    let mut factor = None;
    let renewed = Kind::SecretsRenewed;
    let account = change(state, actor, login, "auth.renew-second-factor", renewed, async |tx, account| {
        let (new, sealed) = second_factor(&state.keys.current(), account)?;
        factor = Some(new);
        store::set_totp(tx, account.id, &sealed).await?;
        recovery::forget(tx, account.id).await?;
        history::forget_wrong_codes(tx, account.id).await?;
        store::set_initial(tx, account.id, account.initial_password, true).await
    })
    .await?;
    Ok((account, factor.ok_or_else(|| Error::internal("a change that succeeded made no second factor"))?))
}

/// Changes an account by its login, ends its families, audits, all in one transaction.
async fn change(
    state: &Auth,
    actor: Actor,
    login: &str,
    action: &str,
    kind: Kind,
    change: impl AsyncFnOnce(&Transaction<'_>, &Account) -> Result<()>,
) -> Result<Account> {
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    let found = store::find_account_by_login(&tx, &unicode::login(login)).await?;
    let account = found.ok_or(Error::NotFound("unknown-account"))?.account;
    change(&tx, &account).await?;
    history::notify(&tx, account.id, state.base.clock.now(), kind, None).await?;
    let done = finish(&tx, state, actor, account.id, action).await?;
    tx.commit().await?;
    done.tell(state).await;
    Ok(done.account)
}

/// A changed account, and what was signed in with it.
pub(crate) struct Done {
    /// The account as it is now.
    pub(crate) account: Account,
    ended: Vec<Uuid>,
}

impl Done {
    /// Tells this process what has ended; after the commit.
    pub(crate) async fn tell(&self, state: &Auth) {
        for family in &self.ended {
            state.sessions.end(*family).await;
        }
    }
}

/// Ends what is signed in with a changed account, and audits the change, in the transaction of it.
pub(super) async fn finish(tx: &Transaction<'_>, state: &Auth, actor: Actor, id: Uuid, action: &str) -> Result<Done> {
    let ended = store::end_families(tx, id, state.base.clock.now(), None).await?;
    let account = store::find_account(tx, id).await?.ok_or(Error::NotFound("unknown-account"))?;
    append(tx, state, actor, action, &account).await?;
    Ok(Done { account, ended })
}

async fn append(tx: &Transaction<'_>, state: &Auth, actor: Actor, action: &str, account: &Account) -> Result<()> {
    let details = json!({ "role": account.role, "participant": account.participant, "region": account.region });
    let object = format!("account:{}", account.id);
    audit::append(tx, &Entry { at: state.base.clock.now(), actor, action, object, result: "done", details }).await
}

pub(super) fn second_factor(keys: &KeySet, account: &Account) -> Result<(SecondFactor, Vec<u8>)> {
    let secret = keys::random::<{ totp::SECRET_BYTES }>();
    let sealed = keys.encrypt(&totp_place(account.id), secret.as_slice())?;
    let (text, link) = (totp::base32(secret.as_slice()), totp::link(&account.login, secret.as_slice()));
    Ok((SecondFactor { secret, text, link }, sealed))
}

/// Where a sealed second factor stands.
pub(super) fn totp_place(account: Uuid) -> String {
    format!("account:{account}:totp")
}

/// A login as it is kept. 422 when it can be none.
pub(super) fn login(text: &str) -> Result<String> {
    let login = unicode::login(text);
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@".contains(&byte);
    if (3..=64).contains(&login.len()) && login.bytes().all(allowed) {
        Ok(login)
    } else {
        Err(Error::field("login", "field-login"))
    }
}

/// Refuses a weak password, at the field where it was given.
pub(super) fn check_password(field: &str, password: &str, login: &str) -> Result<()> {
    let fault = match password::check(password, login) {
        Ok(()) => return Ok(()),
        Err(WeakPassword::TooShort) => {
            FieldFault::with(field, "field-too-short", &[("min", password::SHORTEST.into())])
        }
        Err(WeakPassword::TooLong) => FieldFault::with(field, "field-too-long", &[("max", password::LONGEST.into())]),
        Err(WeakPassword::Common) => FieldFault::new(field, "field-common-password"),
    };
    Err(Error::Invalid(vec![fault]))
}

/// Clerks and participants belong to a participant, inspectors to a region, others to neither.
pub(super) fn check_ties(role: Role, participant: Option<i32>, region: Option<&str>) -> Result<()> {
    let tied = |field, wanted: bool, given: bool| match (wanted, given) {
        (true, false) => Some(FieldFault::new(field, "field-required")),
        (false, true) => Some(FieldFault::new(field, "field-not-for-role")),
        _ => None,
    };
    let kato = |text: &str| text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut faults: Vec<_> = [
        tied("participant", matches!(role, Role::Clerk | Role::Participant), participant.is_some()),
        tied("region", role == Role::Inspector, region.is_some()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if faults.is_empty() && region.is_some_and(|region| !kato(region)) {
        faults.push(FieldFault::new("region", "field-not-a-region"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_login_is_kept_small_and_plain() {
        assert_eq!(login("Aigerim.S@tanba-1_2").unwrap(), "aigerim.s@tanba-1_2");
        for text in ["ab", "", "a b c", "айгерим", "a\nbc", "../etc", &"a".repeat(65)] {
            assert!(matches!(login(text), Err(Error::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn a_role_has_its_ties_and_no_others() {
        let place = Some("750000000");
        for (role, participant, region, holds) in [
            (Role::Clerk, Some(1), None, true),
            (Role::Participant, Some(1), None, true),
            (Role::Inspector, None, place, true),
            (Role::Operator, None, None, true),
            (Role::Auditor, None, None, true),
            (Role::Clerk, None, None, false),
            (Role::Participant, Some(1), place, false),
            (Role::Inspector, None, None, false),
            (Role::Inspector, None, Some("Almaty"), false),
            (Role::Operator, Some(1), None, false),
            (Role::Auditor, None, place, false),
        ] {
            assert_eq!(check_ties(role, participant, region).is_ok(), holds, "{role:?} {participant:?} {region:?}");
        }
    }
}
