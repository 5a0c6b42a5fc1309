//! The caller of a write is checked once more in the transaction of the write. A session is cached for twenty seconds in
//! every process, so a disabled account would still be able to write for that long (X49).

use super::caller::Caller;
use super::store::{self, Session};
use crate::platform::Base;
use crate::platform::audit::Actor;
use crate::platform::command::Author;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// Reads the caller's account and session in this transaction and locks the account's row until it ends. Call it first:
/// before the idempotency key is looked up and before any other row is locked.
///
/// 401 `unauthenticated` when the session has ended, the account is disabled, or its role, participant or region is
/// another than the one that the request was admitted with.
pub(crate) async fn hold_caller(tx: &Transaction<'_>, caller: &Caller) -> Result<()> {
    let session = store::hold_session(tx, caller.family).await?;
    if session.is_some_and(|session| is_same(&session, caller)) {
        Ok(())
    } else {
        Err(Error::Unauthenticated("unauthenticated"))
    }
}

impl Author for Caller {
    fn actor(&self) -> Actor {
        self.actor
    }

    async fn hold(&self, tx: &Transaction<'_>) -> Result<()> {
        hold_caller(tx, self).await
    }
}

/// An operator who changes accounts: the change itself locks both rows, the operator's and the account's, in one order.
pub(crate) struct HeldLater<'a>(pub(crate) &'a Caller);

impl Author for HeldLater<'_> {
    fn actor(&self) -> Actor {
        self.0.actor
    }

    async fn hold(&self, _: &Transaction<'_>) -> Result<()> {
        Ok(())
    }
}

/// The same without the lock, for a transaction that locks the caller's row later in another mode: two of one caller would
/// wait for each other. Whoever uses it calls [`hold_caller`] before the write.
pub(crate) async fn check_caller(db: &impl GenericClient, caller: &Caller) -> Result<()> {
    let session = store::find_session(db, caller.family).await?;
    if session.is_some_and(|session| is_same(&session, caller)) {
        Ok(())
    } else {
        Err(Error::Unauthenticated("unauthenticated"))
    }
}

/// Whether the caller's session still gives these rights, asked of PostgreSQL and not of the cache: for an answer that
/// goes on after its request was admitted.
pub(crate) async fn still_holds(base: &Base, caller: &Caller) -> Result<bool> {
    let session = store::find_session(&base.db.get().await?, caller.family).await?;
    Ok(session.is_some_and(|session| is_same(&session, caller)))
}

/// Whether a session gives exactly the rights that the request was admitted with.
fn is_same(session: &Session, caller: &Caller) -> bool {
    session.account == caller.account
        && session.role == caller.role
        && session.participant == caller.participant
        && session.region == caller.region
}
