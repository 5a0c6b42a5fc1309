//! What is remembered of signing in with an account, and what its person is shown of it: the last sign-in, failures
//! since, and what others changed (X53, X77).

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::attempts::{self, Bucket};
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Wrong codes after a right password that disable an account: somebody knows the password.
pub(super) const MOST_WRONG_CODES: i32 = 50;
/// A right password without a code and the code that follows it from the same address within this time are one sign-in.
const ONE_SIGN_IN: TimeDelta = TimeDelta::minutes(10);

/// Why nobody may sign in with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DisabledWhy {
    /// An operator or the command line disabled it.
    Operator,
    /// Fifty wrong codes followed its right password.
    WrongCodes,
    /// Nobody signed in with it for long.
    Unused,
}

impl DisabledWhy {
    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::WrongCodes => "wrong-codes",
            Self::Unused => "unused",
        }
    }

    pub(super) fn from_slug(slug: &str) -> Option<Self> {
        [Self::Operator, Self::WrongCodes, Self::Unused].into_iter().find(|why| why.slug() == slug)
    }
}

/// What its person is told that was done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SecretsRenewed,
    PasswordChanged,
    SecondFactorChanged,
    RecoveryCodeUsed,
    RecoveryCodesRenewed,
    RoleChanged,
    Disabled,
    Enabled,
    WrongCodes,
}

impl Kind {
    fn slug(self) -> &'static str {
        match self {
            Self::SecretsRenewed => "secrets-renewed",
            Self::PasswordChanged => "password-changed",
            Self::SecondFactorChanged => "second-factor-changed",
            Self::RecoveryCodeUsed => "recovery-code-used",
            Self::RecoveryCodesRenewed => "recovery-codes-renewed",
            Self::RoleChanged => "role-changed",
            Self::Disabled => "account-disabled",
            Self::Enabled => "account-enabled",
            Self::WrongCodes => "wrong-codes",
        }
    }
}

/// Something that was done to the caller's account.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AccountNotice)]
pub(super) struct Notice {
    /// Its number.
    #[schema(example = 12)]
    pub(super) id: i64,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// What: `secrets-renewed`, `password-changed`, `second-factor-changed`, `recovery-code-used`,
    /// `recovery-codes-renewed`, `role-changed`, `account-disabled`, `account-enabled`, `wrong-codes`.
    #[schema(example = "secrets-renewed")]
    pub(super) kind: String,
    /// Logins of those who did it; none for the person and for the command line.
    #[schema(example = "operator")]
    pub(super) by: Option<String>,
}

/// The sign-in before the present one.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) address: Option<String>,
    pub(super) failures: i32,
}

/// Counts a failed sign-in, if the login is one. One statement for known and unknown logins (X10).
pub(super) async fn count_failure(db: &impl GenericClient, login: &str) -> Result<()> {
    let count = db
        .prepare_cached(
            "-- auth::count_failure
             INSERT INTO account_use AS known (account_id, failures) SELECT id, 1 FROM account WHERE login = $1
             ON CONFLICT (account_id) DO UPDATE SET failures = known.failures + 1",
        )
        .await?;
    db.execute(&count, &[&login]).await?;
    Ok(())
}

/// Counts a right password that came without a code.
pub(super) async fn count_bare_password(
    db: &impl GenericClient,
    account: Uuid,
    address: IpAddr,
    at: DateTime<Utc>,
) -> Result<()> {
    let count = db
        .prepare_cached(
            "-- auth::count_bare_password
             INSERT INTO account_use AS known (account_id, bare_passwords, bare_address, bare_at) VALUES ($1, 1, $2, $3)
             ON CONFLICT (account_id) DO UPDATE
             SET bare_passwords = known.bare_passwords + 1, bare_address = $2, bare_at = $3",
        )
        .await?;
    db.execute(&count, &[&account, &address.to_string(), &at]).await?;
    Ok(())
}

/// Counts a wrong code after a right password. Returns how many there were since the last sign-in.
pub(super) async fn count_wrong_code(db: &impl GenericClient, account: Uuid) -> Result<i32> {
    let count = db
        .prepare_cached(
            "-- auth::count_wrong_code
             INSERT INTO account_use AS known (account_id, failures, wrong_codes) VALUES ($1, 1, 1)
             ON CONFLICT (account_id) DO UPDATE
             SET failures = known.failures + 1, wrong_codes = known.wrong_codes + 1
             RETURNING wrong_codes",
        )
        .await?;
    Ok(db.query_one(&count, &[&account]).await?.get(0))
}

/// Forgets the wrong codes of an account whose secrets are new, or that is enabled again.
pub(super) async fn forget_wrong_codes(db: &impl GenericClient, account: Uuid) -> Result<()> {
    let forget = "-- auth::forget_wrong_codes\n UPDATE account_use SET wrong_codes = 0 WHERE account_id = $1";
    db.execute(forget, &[&account]).await?;
    // Nor does its person wait for what others' guesses have cost.
    attempts::forget(db, &Bucket::of_codes(account)).await
}

/// Keeps a sign-in; what was the last one becomes the one before. Right passwords without a code count as failures, but
/// for the one that belongs to this sign-in.
pub(super) async fn keep_sign_in(
    db: &impl GenericClient,
    account: Uuid,
    address: IpAddr,
    at: DateTime<Utc>,
) -> Result<()> {
    let keep = db
        .prepare_cached(
            "-- auth::keep_sign_in
             INSERT INTO account_use AS known (account_id, last_at, last_address) VALUES ($1, $2, $3)
             ON CONFLICT (account_id) DO UPDATE
             SET before_at = known.last_at, before_address = known.last_address, last_at = $2, last_address = $3,
                 before_failures = known.failures + known.bare_passwords
                     - CASE WHEN known.bare_passwords > 0 AND known.bare_address = $3 AND known.bare_at > $4 THEN 1
                       ELSE 0 END,
                 failures = 0, bare_passwords = 0, wrong_codes = 0",
        )
        .await?;
    db.execute(&keep, &[&account, &at, &address.to_string(), &(at - ONE_SIGN_IN)]).await?;
    Ok(())
}

/// What is shown of the sign-in before the present one.
pub(super) async fn find_before(db: &impl GenericClient, account: Uuid) -> Result<Before> {
    let find = db
        .prepare_cached(
            "-- auth::find_before
             SELECT before_at, before_address, before_failures FROM account_use WHERE account_id = $1",
        )
        .await?;
    let row = db.query_opt(&find, &[&account]).await?;
    Ok(row.map_or_else(Before::default, |row| Before { at: row.get(0), address: row.get(1), failures: row.get(2) }))
}

/// Leaves a notice for the person of an account. `by` are the logins of those who acted, if others did.
pub(super) async fn notify(
    db: &impl GenericClient,
    account: Uuid,
    at: DateTime<Utc>,
    kind: Kind,
    by: Option<&str>,
) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- auth::insert_notice
             INSERT INTO account_notice (account_id, at, kind, by_whom) VALUES ($1, $2, $3, $4)",
        )
        .await?;
    db.execute(&insert, &[&account, &at, &kind.slug(), &by]).await?;
    Ok(())
}

/// Notices that the person of an account has not confirmed yet, oldest first, twenty at most.
pub(super) async fn list_notices(db: &impl GenericClient, account: Uuid) -> Result<Vec<Notice>> {
    let list = db
        .prepare_cached(
            "-- auth::list_notices
             SELECT id, at, kind, by_whom FROM account_notice
             WHERE account_id = $1 AND seen_at IS NULL ORDER BY id LIMIT 20",
        )
        .await?;
    let rows = db.query(&list, &[&account]).await?;
    Ok(rows.iter().map(|row| Notice { id: row.get(0), at: row.get(1), kind: row.get(2), by: row.get(3) }).collect())
}

/// The person has seen the notices up to this number.
pub(super) async fn confirm_notices(
    db: &impl GenericClient,
    account: Uuid,
    up_to: i64,
    at: DateTime<Utc>,
) -> Result<()> {
    let confirm = db
        .prepare_cached(
            "-- auth::confirm_notices
             UPDATE account_notice SET seen_at = $3 WHERE account_id = $1 AND id <= $2 AND seen_at IS NULL",
        )
        .await?;
    db.execute(&confirm, &[&account, &up_to, &at]).await?;
    Ok(())
}
