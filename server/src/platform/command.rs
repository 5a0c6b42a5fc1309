//! A command: the one way in which a route writes. One transaction holds the author's rights, the idempotency key, the
//! change and its line of the audit; a refusal that says something about a signed-in author is audited in a transaction of
//! its own (X36); the worker is notified after the commit.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Base;
use super::audit::{self, Actor, Entry, Who};
use super::db::Transaction;
use super::idempotency::{self, IdempotencyKey};
use super::problem::{Error, Result};

/// The author of a command.
pub(crate) trait Author {
    /// The author as the audit names it.
    fn actor(&self) -> Actor;

    /// The owner of the idempotency key: keys of different owners are independent.
    fn caller(&self) -> String {
        self.actor().who.to_string()
    }

    /// Checks in the transaction of the command that the author may still give it, and locks what that depends on.
    async fn hold(&self, tx: &Transaction<'_>) -> Result<()>;
}

/// A write: its author, its idempotency key, its action and its object.
pub(crate) struct Command<'a, A> {
    /// The process.
    pub(crate) base: &'a Base,
    /// Its author.
    pub(crate) author: &'a A,
    /// The client's key: one key, one effect.
    pub(crate) key: &'a IdempotencyKey,
    /// The action as the audit names it: `documents.release`.
    pub(crate) action: &'a str,
    /// The object as the audit names it: `order:…`. Action and object are part of what is compared under one key.
    pub(crate) object: String,
}

/// What a command has done.
pub(crate) struct Done<T> {
    answer: T,
    /// What the audit keeps of it; none where the change has appended its own lines.
    line: Option<(Option<String>, Value)>,
}

impl<T> Done<T> {
    /// Done, with nothing more to keep.
    pub(crate) fn new(answer: T) -> Self {
        Self::with(answer, json!({}))
    }

    /// Done, with figures that the audit keeps; never places, contacts or tokens.
    pub(crate) fn with(answer: T, details: Value) -> Self {
        Self { answer, line: Some((None, details)) }
    }

    /// The same with the object, where only the change knows its name.
    #[must_use]
    pub(crate) fn to(self, object: String) -> Self {
        Self { line: self.line.map(|(_, details)| (Some(object), details)), ..self }
    }

    /// Done; the change has appended its own lines to the audit.
    pub(crate) fn audited(answer: T) -> Self {
        Self { answer, line: None }
    }
}

impl<A: Author> Command<'_, A> {
    /// Runs the command once for its key: a retry gets the first answer, and another body is refused with
    /// `idempotency-key-reused`. The change gets the transaction and the moment of the command, in microseconds as
    /// PostgreSQL keeps it; it commits with the rest or not at all.
    pub(crate) async fn run<T: Serialize + DeserializeOwned>(
        self,
        body: &impl Serialize,
        change: impl AsyncFnOnce(&Transaction<'_>, DateTime<Utc>) -> Result<Done<T>>,
    ) -> Result<T> {
        let Self { base, author, key, action, object } = self;
        let at = base.clock.now_in_micros();
        let entry = |object, result, details| Entry { at, actor: author.actor(), action, object, result, details };
        let mut db = base.db.get().await?;
        let tx = db.transaction().await?;
        author.hold(&tx).await?;
        let route = format!("{action} {object}");
        let done = idempotency::once(&tx, &author.caller(), key, &route, body, at, async || {
            let Done { answer, line } = change(&tx, at).await?;
            if let Some((named, details)) = line {
                audit::append(&tx, &entry(named.unwrap_or_else(|| object.clone()), "done", details)).await?;
            }
            Ok(answer)
        })
        .await;
        match done {
            Ok(answer) => {
                tx.commit().await?;
                base.wake.notify_one();
                Ok(answer)
            }
            Err(refused) => {
                tx.rollback().await?;
                if is_kept(&refused) && matches!(author.actor().who, Who::Account(_)) {
                    audit::append(&db, &entry(object, refused.slug(), json!({}))).await?;
                }
                Err(refused)
            }
        }
    }
}

/// Whether a refusal says something about its author: a fault in a form does not.
fn is_kept(refused: &Error) -> bool {
    matches!(refused.refusal(), Error::Forbidden(_) | Error::NotFound(_) | Error::Conflict(..) | Error::TooMany { .. })
}
