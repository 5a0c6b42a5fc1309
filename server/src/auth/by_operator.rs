//! Accounts as those change them who run the register: never their own, and never those of auditors, who watch over
//! them. So nobody lifts oneself, and whoever acts is still there afterwards: the last operator can't be shut out.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::account::{self, Account, Done, FirstSecrets, NewAccount, SecondFactor};
use super::caller::{Caller, Role};
use super::history::{self, DisabledWhy, Kind};
use super::hold::{check_caller, hold_caller};
use super::{recovery, store};
use crate::auth::Auth;
use crate::keys;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, FieldFault, Result};

/// Letters and digits that nobody takes for one another, whether read aloud or written by hand: 32 of them.
pub(super) const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a password that the register makes: five bits each.
const PASSWORD_LETTERS: usize = 24;

/// What a person needs to sign in with an account; told once and kept nowhere.
pub(crate) struct Secrets {
    /// The password.
    pub(crate) password: Zeroizing<String>,
    /// The second factor.
    pub(crate) factor: SecondFactor,
}

/// What becomes of an account.
pub(crate) enum Change<'a> {
    /// Another role, with what goes with it.
    Role(Role, Option<i32>, Option<&'a str>),
    /// Nobody may sign in with it any more.
    Disable,
    /// Its person may sign in again.
    Enable,
}

/// A page of accounts: those after a login, by login.
pub(crate) async fn list(state: &Auth, after: &str, limit: i64) -> Result<Vec<Account>> {
    store::list_accounts_after(&state.base.db.get().await?, after, limit).await
}

/// An account as another than the caller's is looked at, before it is changed. 409 `own-account`,
/// 409 `auditor-stands-apart`.
fn may_change(caller: Uuid, account: &Account) -> Result<()> {
    if account.id == caller {
        return Err(Error::conflict("own-account"));
    }
    may_give(account.role)
}

/// Whether operators give this role: auditors are named at the command line. 409 `auditor-stands-apart`.
fn may_give(role: Role) -> Result<()> {
    if role == Role::Auditor { Err(Error::conflict("auditor-stands-apart")) } else { Ok(()) }
}

/// Whether a role lets its person see what reporters were promised that nobody else sees, or run the register: an
/// operator gives it, or secrets of an account that has it, only together with another operator (X57).
pub(crate) fn needs_second_operator(role: Role) -> bool {
    matches!(role, Role::Inspector | Role::Operator)
}

/// An account as it is looked at before it is changed: whether it may be, and what a change of it needs.
pub(crate) async fn look(db: &impl GenericClient, caller: &Caller, id: Uuid) -> Result<Account> {
    check_caller(db, caller).await?;
    let account = store::find_account(db, id).await?.ok_or(Error::NotFound("unknown-account"))?;
    may_change(caller.account, &account)?;
    Ok(account)
}

/// Checks an account to be made, before another operator is asked: its login, its role and what goes with it.
pub(crate) async fn check_new(
    db: &impl GenericClient,
    login: &str,
    role: Role,
    participant: Option<i32>,
    region: Option<&str>,
) -> Result<String> {
    may_give(role)?;
    let login = account::login(login)?;
    account::check_ties(role, participant, region)?;
    match store::find_account_by_login(db, &login).await? {
        Some(_) => Err(Error::Conflict("duplicate", vec![FieldFault::new("login", "field-login-taken")])),
        None => Ok(login),
    }
}

/// Checks a role to be given, before another operator is asked.
pub(crate) fn check_role(role: Role, participant: Option<i32>, region: Option<&str>) -> Result<()> {
    may_give(role)?;
    account::check_ties(role, participant, region)
}

/// The login of an account that may still be used by an operator.
pub(crate) async fn find_operator(db: &impl GenericClient, id: Uuid) -> Result<Option<Account>> {
    let found = store::find_account(db, id).await?;
    Ok(found.filter(|account| account.role == Role::Operator && account.disabled_at.is_none()))
}

/// The logins of those who act: of who asked, if that was another, and of who does it.
async fn actors(tx: &Transaction<'_>, caller: &Caller, asked_by: Option<&str>) -> Result<String> {
    let own = store::find_account(tx, caller.account).await?.map(|account| account.login).unwrap_or_default();
    Ok(asked_by.map_or_else(|| own.clone(), |asked_by| format!("{asked_by}, {own}")))
}

/// The account to be changed, held until the transaction ends, as is the caller's own: of two operators who shut each
/// other out at the same moment, one comes first and the other is no operator any more.
async fn hold(tx: &Transaction<'_>, caller: &Caller, id: Uuid) -> Result<Account> {
    let held = store::hold_accounts(tx, [caller.account, id]).await?;
    // Both rows are locked already, in the order that avoids a deadlock.
    hold_caller(tx, caller).await?;
    let account = held.into_iter().find(|account| account.id == id).ok_or(Error::NotFound("unknown-account"))?;
    may_change(caller.account, &account)?;
    Ok(account)
}

/// Makes an account whose secrets the register chooses, in the caller's transaction.
pub(crate) async fn add(
    tx: &Transaction<'_>,
    state: &Auth,
    caller: &Caller,
    login: &str,
    role: Role,
    participant: Option<i32>,
    region: Option<&str>,
) -> Result<(Account, Secrets)> {
    hold_caller(tx, caller).await?;
    may_give(role)?;
    let password = password();
    let new = NewAccount {
        login: login.to_owned(),
        password: password.clone(),
        role,
        participant,
        region: region.map(str::to_owned),
    };
    let (account, factor) = account::insert(tx, state, caller.actor, new, FirstSecrets::Others).await?;
    Ok((account, Secrets { password, factor }))
}

/// Changes an account and ends what is signed in with it, in the caller's transaction. What has ended is told to
/// [`Done::tell`] after the commit. `asked_by` is the operator who asked, where the caller approves.
pub(crate) async fn change(
    tx: &Transaction<'_>,
    state: &Auth,
    caller: &Caller,
    id: Uuid,
    change: Change<'_>,
    asked_by: Option<&str>,
) -> Result<Done> {
    let account = hold(tx, caller, id).await?;
    let now = state.base.clock.now();
    let (action, kind) = match change {
        Change::Role(role, participant, region) => {
            may_give(role)?;
            account::check_ties(role, participant, region)?;
            store::set_role(tx, id, role, participant, region).await?;
            ("auth.set-role", Kind::RoleChanged)
        }
        Change::Disable => {
            // Who was shut out before stays so since then.
            let why = account.disabled_why.unwrap_or(DisabledWhy::Operator);
            store::set_disabled(tx, id, Some((account.disabled_at.unwrap_or(now), why))).await?;
            ("auth.disable-account", Kind::Disabled)
        }
        Change::Enable => {
            account::enable(tx, id, now).await?;
            ("auth.enable-account", Kind::Enabled)
        }
    };
    history::notify(tx, id, now, kind, Some(&actors(tx, caller, asked_by).await?)).await?;
    account::finish(tx, state, caller.actor, id, action).await
}

/// Gives an account another password and another second factor, which its person replaces at the next sign-in, and ends
/// what is signed in with it. `asked_by` is the operator who asked, where the caller approves.
pub(crate) async fn renew(
    tx: &Transaction<'_>,
    state: &Auth,
    caller: &Caller,
    id: Uuid,
    asked_by: Option<&str>,
) -> Result<(Done, Secrets)> {
    let account = hold(tx, caller, id).await?;
    let password = password();
    store::set_password(tx, id, &super::password::hash(password.clone()).await?).await?;
    let (factor, sealed) = account::second_factor(&state.keys.current(), &account)?;
    store::set_totp(tx, id, &sealed).await?;
    store::set_initial(tx, id, true, true).await?;
    recovery::forget(tx, id).await?;
    history::forget_wrong_codes(tx, id).await?;
    let by = actors(tx, caller, asked_by).await?;
    history::notify(tx, id, state.base.clock.now(), Kind::SecretsRenewed, Some(&by)).await?;
    let done = account::finish(tx, state, caller.actor, id, "auth.renew-secrets").await?;
    Ok((done, Secrets { password, factor }))
}

/// A password that nobody guesses, in groups that are easily copied.
fn password() -> Zeroizing<String> {
    let bytes = keys::random::<PASSWORD_LETTERS>();
    let mut text = Zeroizing::new(String::with_capacity(PASSWORD_LETTERS + PASSWORD_LETTERS / 4));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;

    use super::*;

    fn account(role: Role) -> Account {
        Account {
            id: Uuid::from_u128(7),
            login: "somebody".to_owned(),
            role,
            participant: None,
            region: None,
            created_at: DateTime::UNIX_EPOCH,
            disabled_at: None,
            disabled_why: None,
            initial_password: false,
            initial_totp: false,
        }
    }

    #[test]
    fn operators_change_everybody_but_themselves_and_auditors() {
        let (own, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        for role in Role::ALL {
            let slug = may_change(other, &account(role)).err().map(|error| error.slug());
            assert_eq!(slug, (role == Role::Auditor).then_some("auditor-stands-apart"), "{role:?}");
            assert_eq!(may_change(own, &account(role)).unwrap_err().slug(), "own-account");
        }
    }

    /// X16: 120 bits, long enough for staff, and never the same twice.
    #[test]
    fn a_password_of_the_register_is_long_and_its_own() {
        let (one, other) = (password(), password());
        assert_ne!(one, other);
        assert_eq!(one.len(), PASSWORD_LETTERS + 5);
        assert_eq!(super::super::password::check(&one, "login"), Ok(()));
    }
}
