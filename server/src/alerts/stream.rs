//! The stream of what happens to alerts of a region.

use serde_json::{Value, json};

use super::Alerts;
use super::store;
use crate::auth::{Caller, EVENT_BATCH, EventSource};
use crate::platform::problem::{Error, Result};

/// Events of alerts.
pub(super) struct AlertEvents(pub(super) Alerts);

impl EventSource for AlertEvents {
    const NAME: &'static str = "alert";

    async fn newest(&self) -> Result<i64> {
        store::newest_event(&self.0.base.db.get().await?).await
    }

    async fn after(&self, caller: &Caller, last: i64) -> Result<Vec<(i64, Value)>> {
        let mut db = self.0.base.db.get().await?;
        let tx = db.transaction().await?;
        let mut events = Vec::new();
        let region = caller.region.as_deref().unwrap_or_default();
        for event in store::list_stream(&tx, region, last, EVENT_BATCH).await? {
            let alert = store::find_alert_now(&tx, event.alert).await?;
            let alert = alert.ok_or_else(|| Error::internal("an event refers to a missing alert"))?;
            let data = json!({
                "id": event.alert, "what": event.what, "kind": alert.kind, "state": alert.state, "score": alert.score,
                "region": alert.charge.region,
            });
            events.push((event.id, data));
        }
        Ok(events)
    }
}
