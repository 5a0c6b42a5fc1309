//! Accounts that nobody signed in with for long are disabled: whoever left is forgotten less easily than their account
//! (X78). An operator enables one again.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::history::{self, DisabledWhy, Kind};
use super::store;
use crate::auth::Auth;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Accounts disabled in one go.
const BATCH: i64 = 100;
/// Roles of staff, as [`super::Role::is_staff`] has them.
const STAFF: [&str; 3] = ["inspector", "operator", "auditor"];

/// Disables accounts that were not used for as long as the settings say. Returns how many. A demonstration keeps its own.
pub async fn disable_unused(state: &Auth) -> Result<usize> {
    if state.base.config.demo {
        return Ok(0);
    }
    let (now, settings) = (state.base.clock.now(), state.base.config.sessions);
    let before = |days: u32| (days > 0).then(|| now - TimeDelta::days(i64::from(days)));
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let unused = hold_unused(&tx, before(settings.unused_days), before(settings.unused_participant_days)).await?;
    for id in &unused {
        store::set_disabled(&tx, *id, Some((now, DisabledWhy::Unused))).await?;
        store::end_families(&tx, *id, now, None).await?;
        history::notify(&tx, *id, now, Kind::Disabled, None).await?;
        let actor = Actor { who: Who::Worker, address: None };
        let (object, details) = (format!("account:{id}"), json!({ "why": DisabledWhy::Unused }));
        let action = "auth.disable-account";
        audit::append(&tx, &Entry { at: now, actor, action, object, result: "done", details }).await?;
    }
    tx.commit().await?;
    Ok(unused.len())
}

/// Accounts of staff, and of others, that were neither made, enabled nor signed in with since these instants; held until the
/// transaction ends.
async fn hold_unused(
    db: &impl GenericClient,
    staff: Option<DateTime<Utc>>,
    others: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>> {
    let hold = "-- auth::hold_unused
        SELECT a.id FROM account a LEFT JOIN account_use u ON u.account_id = a.id
        WHERE a.disabled_at IS NULL
          AND greatest(a.created_at, a.active_since, u.last_at) < CASE WHEN a.role = ANY($1) THEN $2::timestamptz ELSE $3::timestamptz END
        ORDER BY a.id LIMIT $4 FOR UPDATE OF a";
    let rows = db.query(hold, &[&STAFF.as_slice(), &staff, &others, &BATCH]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
