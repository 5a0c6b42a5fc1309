//! Reading the record: a page of it, newest first, by who, what, to what and when.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Which records are wanted; all that is given must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Who.
    pub(crate) actor: Option<String>,
    /// What, or with a dot at its end a beginning of it.
    pub(crate) action: Option<String>,
    /// To what: any of these.
    pub(crate) objects: Option<Vec<String>>,
    /// Not before this.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Before this.
    pub(crate) to: Option<DateTime<Utc>>,
}

impl Filter {
    /// The same as the record keeps it, when somebody has read by it.
    pub(crate) fn told(&self) -> Value {
        let Self { actor, action, objects, from, to } = self;
        json!({ "actor": actor, "action": action, "object": objects.as_ref().and_then(|all| all.last()), "from": from, "to": to })
    }
}

/// One line of the record, as auditors see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AuditRecord)]
pub(crate) struct Record {
    /// Its number.
    #[schema(example = 1812)]
    pub(crate) id: i64,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Who.
    #[schema(example = "public")]
    pub(crate) actor: String,
    /// From which address; none for the worker and the command line.
    #[schema(example = "203.0.113.9")]
    pub(crate) address: Option<String>,
    /// What.
    #[schema(example = "auth.sign-in")]
    pub(crate) action: String,
    /// To what.
    #[schema(example = "account:unknown")]
    pub(crate) object: String,
    /// `done`, or the slug of the refusal.
    #[schema(example = "wrong-credentials")]
    pub(crate) result: String,
    /// Figures of the deed.
    #[schema(value_type = Object)]
    pub(crate) details: Value,
}

/// Records older than a given one, newest first.
pub(crate) async fn list(
    db: &impl GenericClient,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Record>> {
    let list = db
        .prepare_cached(
            "-- audit::list
             SELECT id, at, actor, address, action, object, result, details FROM audit
             WHERE ($1::bigint IS NULL OR id < $1)
               AND ($2::text IS NULL OR actor = $2)
               AND ($3::text IS NULL OR action = $3 OR right($3, 1) = '.' AND starts_with(action, $3))
               AND ($4::text[] IS NULL OR object = ANY($4))
               AND ($5::timestamptz IS NULL OR at >= $5)
               AND ($6::timestamptz IS NULL OR at < $6)
             ORDER BY id DESC LIMIT $7",
        )
        .await?;
    let Filter { actor, action, objects, from, to } = filter;
    let rows = db.query(&list, &[&before, actor, action, objects, from, to, &limit]).await?;
    Ok(rows
        .iter()
        .map(|row| Record {
            id: row.get(0),
            at: row.get(1),
            actor: row.get(2),
            address: row.get(3),
            action: row.get(4),
            object: row.get(5),
            result: row.get(6),
            details: row.get(7),
        })
        .collect())
}
