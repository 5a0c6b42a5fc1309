//! Looks of inspectors at cases: each leaves a line in the audit, and so does a refused one.

use serde_json::{Value, json};

use crate::auth::Caller;
use crate::platform::Base;
use crate::platform::audit::{self, Entry};
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};

/// A look: which inspector at which case.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    /// The process.
    pub(crate) base: &'a Base,
    /// The inspector.
    pub(crate) inspector: &'a Caller,
    /// The action as the audit names it: `reports.read`.
    pub(crate) action: &'static str,
}

impl Look<'_> {
    /// Appends the look to the audit, with what was seen; never places, contacts or tokens.
    pub(crate) async fn append(self, db: &impl GenericClient, object: String, details: Value) -> Result<()> {
        self.append_result(db, object, "done", details).await
    }

    async fn append_result(self, db: &impl GenericClient, object: String, result: &str, details: Value) -> Result<()> {
        let at = self.base.clock.now();
        let entry = Entry { at, actor: self.inspector.actor, action: self.action, object, result, details };
        audit::append(db, &entry).await
    }
}

/// Passes the result of a look on; a refusal that says something about the inspector is audited in a transaction of its own
/// (X36), if the object may be named.
pub(crate) async fn audited<T>(
    look: Look<'_>,
    object: Option<String>,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let result = work.await;
    if let (Err(error @ (Error::NotFound(_) | Error::Forbidden(_))), Some(object)) = (&result, object) {
        let client = look.base.db.get().await?;
        look.append_result(&client, object, error.slug(), json!({})).await?;
    }
    result
}
