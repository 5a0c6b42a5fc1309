//! `report_event`: the history of a report, and what both sides wrote.

use uuid::Uuid;

use super::super::report::{Event, Side};
use super::super::status::ReportStatus;
use super::report::status;
use crate::db::GenericClient;
use crate::error::{Error, Result};

/// Appends a step to a report's history.
pub(crate) async fn append_event(db: &impl GenericClient, report: Uuid, event: &Event) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- reports::append_event
             INSERT INTO report_event (report_id, at, who, account_id, status, message) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let status = event.status.map(ReportStatus::slug);
    db.execute(&insert, &[&report, &event.at, &event.who.slug(), &event.account, &status, &event.message]).await?;
    Ok(())
}

/// The history of a report, oldest first.
pub(crate) async fn list_events(db: &impl GenericClient, report: Uuid) -> Result<Vec<Event>> {
    let list = db
        .prepare_cached(
            "-- reports::list_events
             SELECT at, who, account_id, status, message FROM report_event WHERE report_id = $1 ORDER BY id",
        )
        .await?;
    let rows = db.query(&list, &[&report]).await?;
    let event = |row: &tokio_postgres::Row| {
        Ok(Event {
            at: row.get(0),
            who: Side::from_slug(row.get(1)).ok_or_else(|| Error::internal("a step has an unknown side"))?,
            account: row.get(2),
            status: row.get::<_, Option<&str>>(3).map(status).transpose()?,
            message: row.get(4),
        })
    };
    rows.iter().map(event).collect()
}
