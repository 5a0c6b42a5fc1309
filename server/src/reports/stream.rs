//! The stream of what happens to reports of a region: new ones, answers of their authors, hand-overs.

use serde_json::{Value, json};
use uuid::Uuid;

use super::report::{Event, Side};
use super::status::ReportStatus;
use super::store;
use crate::auth::{Caller, EVENT_BATCH, EventSource};
use crate::platform::problem::Result;
use crate::reports::Reports;

/// Steps of reports, without their texts.
pub(super) struct ReportEvents(pub(super) Reports);

impl EventSource for ReportEvents {
    const NAME: &'static str = "report";

    async fn newest(&self) -> Result<i64> {
        store::newest_event(&self.0.base.db.get().await?).await
    }

    async fn after(&self, caller: &Caller, last: i64) -> Result<Vec<(i64, Value)>> {
        let region = caller.region.as_deref().unwrap_or_default();
        let db = self.0.base.db.get().await?;
        let steps = store::list_stream(&db, region, caller.account, last, EVENT_BATCH).await?;
        let data = |step: &store::Streamed| {
            json!({
                "number": step.number, "what": what(&step.event, caller.account), "status": step.status,
                "region": step.region,
            })
        };
        Ok(steps.iter().map(|step| (step.id, data(step))).collect())
    }
}

/// What a step means to an inspector.
fn what(event: &Event, account: Uuid) -> &'static str {
    match (event.who, event.status) {
        (_, Some(ReportStatus::Received)) => "received",
        (_, Some(ReportStatus::Reopened)) => "reopened",
        (Side::Reporter, Some(ReportStatus::Deleted)) => "deleted",
        (Side::Reporter, _) => "replied",
        (Side::Inspector, _) if event.from == Some(account) && event.account != Some(account) => "taken-from-you",
        (Side::Inspector, _) if event.to == Some(account) && event.account != Some(account) => "given-to-you",
        (Side::Inspector, _) if event.to.is_some() => "assigned",
        (Side::Inspector, Some(_)) => "decided",
        (Side::Inspector, None) => "answered",
        (Side::System, _) => "expired",
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_step_is_told_by_what_it_means_to_the_reader() {
        let [me, colleague] = [1, 2].map(Uuid::from_u128);
        let at = DateTime::UNIX_EPOCH;
        let taken =
            Event { account: Some(colleague), from: Some(me), to: Some(colleague), ..Event::new(at, Side::Inspector) };
        assert_eq!((what(&taken, me), what(&taken, colleague)), ("taken-from-you", "assigned"));
        let given =
            Event { account: Some(colleague), from: Some(colleague), to: Some(me), ..Event::new(at, Side::Inspector) };
        assert_eq!((what(&given, me), what(&given, colleague)), ("given-to-you", "assigned"));
        let new = Event { status: Some(ReportStatus::Received), ..Event::new(at, Side::System) };
        assert_eq!(what(&new, me), "received");
        let reply = Event { status: Some(ReportStatus::Assigned), ..Event::new(at, Side::Reporter) };
        assert_eq!(what(&reply, me), "replied");
    }
}
