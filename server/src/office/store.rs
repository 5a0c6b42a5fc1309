//! The table of requests that wait for another operator.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use uuid::Uuid;

use super::approval::{ApprovalState, Wanted};
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// A request as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) wanted: Wanted,
    pub(super) asked_by: Uuid,
    pub(super) asked_by_login: String,
    pub(super) asked_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) state: ApprovalState,
    pub(super) decided_by_login: Option<String>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

const KEPT: &str = "r.id, r.request, r.asked_by, (SELECT login FROM account WHERE id = r.asked_by), r.asked_at,
    r.expires_at, r.state, (SELECT login FROM account WHERE id = r.decided_by), r.decided_at";

fn kept(row: &Row) -> Result<Kept> {
    Ok(Kept {
        id: row.get(0),
        wanted: serde_json::from_value(row.get(1)).map_err(Error::internal)?,
        asked_by: row.get(2),
        asked_by_login: row.get(3),
        asked_at: row.get(4),
        expires_at: row.get(5),
        state: ApprovalState::from_slug(row.get(6)),
        decided_by_login: row.get(7),
        decided_at: row.get(8),
    })
}

/// Adds a request.
pub(super) async fn insert(
    db: &impl GenericClient,
    id: Uuid,
    wanted: &Wanted,
    asked_by: Uuid,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let insert = "-- office::insert_approval
        INSERT INTO approval (id, kind, subject, request, asked_by, asked_at, expires_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending')";
    let request = serde_json::to_value(wanted)?;
    db.execute(insert, &[&id, &wanted.kind(), &wanted.subject(), &request, &asked_by, &at, &expires_at]).await?;
    Ok(())
}

/// A request by its id.
pub(super) async fn find(db: &impl GenericClient, id: Uuid) -> Result<Option<Kept>> {
    let find = format!("-- office::find_approval\n SELECT {KEPT} FROM approval r WHERE r.id = $1");
    db.query_opt(&find, &[&id]).await?.as_ref().map(kept).transpose()
}

/// The same, held against others until the transaction ends.
pub(super) async fn hold(tx: &Transaction<'_>, id: Uuid) -> Result<Option<Kept>> {
    let hold = format!("-- office::hold_approval\n SELECT {KEPT} FROM approval r WHERE r.id = $1 FOR UPDATE OF r");
    tx.query_opt(&hold, &[&id]).await?.as_ref().map(kept).transpose()
}

/// The request of a kind that waits for a subject.
pub(super) async fn find_pending(db: &impl GenericClient, kind: &str, subject: &str) -> Result<Option<Kept>> {
    let find = format!(
        "-- office::find_pending_approval
         SELECT {KEPT} FROM approval r WHERE r.kind = $1 AND r.subject = $2 AND r.state = 'pending'"
    );
    db.query_opt(&find, &[&kind, &subject]).await?.as_ref().map(kept).transpose()
}

/// Requests, newest first, older than the one of this id.
pub(super) async fn list(db: &impl GenericClient, after: Option<Uuid>, limit: i64) -> Result<Vec<Kept>> {
    let list = format!(
        "-- office::list_approvals
         SELECT {KEPT} FROM approval r WHERE $1::uuid IS NULL OR r.id < $1 ORDER BY r.id DESC LIMIT $2"
    );
    db.query(&list, &[&after, &limit]).await?.iter().map(kept).collect()
}

/// Keeps a decision.
pub(super) async fn decide(
    db: &impl GenericClient,
    id: Uuid,
    state: ApprovalState,
    by: Uuid,
    at: DateTime<Utc>,
) -> Result<()> {
    let decide = "-- office::decide_approval
        UPDATE approval SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1";
    db.execute(decide, &[&id, &state.slug(), &by, &at]).await?;
    Ok(())
}

/// Closes requests that nobody decided about in time, so that the same can be asked for again.
pub(super) async fn expire(db: &impl GenericClient, now: DateTime<Utc>) -> Result<()> {
    let expire = "-- office::expire_approvals
        UPDATE approval SET state = 'expired', decided_at = $1 WHERE state = 'pending' AND expires_at <= $1";
    db.execute(expire, &[&now]).await?;
    Ok(())
}
