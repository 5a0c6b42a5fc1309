//! `report_event`: the history of a report, and what both sides wrote.

use tokio_postgres::Row;
use uuid::Uuid;

use super::super::report::{Event, ReportNumber, Side};
use super::super::status::ReportStatus;
use super::report::{number, status};
use crate::platform::db::{GenericClient, Lock, Transaction};
use crate::platform::problem::{Error, Result};

/// A step as the stream tells it.
#[derive(Clone, Debug)]
pub(crate) struct Streamed {
    /// Its id: later ones have greater ones.
    pub(crate) id: i64,
    /// The step.
    pub(crate) event: Event,
    /// The report's number.
    pub(crate) number: ReportNumber,
    /// Where the report stands now.
    pub(crate) status: ReportStatus,
    /// Whose it is now.
    pub(crate) region: Option<String>,
}

/// Appends a step to a report's history. Returns its id.
pub(crate) async fn append_event(tx: &Transaction<'_>, report: Uuid, event: &Event) -> Result<i64> {
    Lock::ReportEvents.hold(tx).await?;
    let insert = tx
        .prepare_cached(
            "-- reports::append_event
             INSERT INTO report_event (report_id, at, who, account_id, status, message, note, from_account, to_account)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        )
        .await?;
    let Event { at, who, account, status, message, note, from, to, .. } = event;
    let status = status.map(ReportStatus::slug);
    let row = tx.query_one(&insert, &[&report, at, &who.slug(), account, &status, message, note, from, to]).await?;
    Ok(row.get(0))
}

const COLUMNS: &str = "e.id, e.at, e.who, e.account_id, e.status, e.message, e.note, e.from_account, e.to_account";

/// The history of a report, oldest first, each step with the photos that came with it.
pub(crate) async fn list_events(db: &impl GenericClient, report: Uuid) -> Result<Vec<Event>> {
    let list = format!(
        "-- reports::list_events
         SELECT {COLUMNS}, array(SELECT p.id FROM report_photo p WHERE p.event_id = e.id ORDER BY p.position) AS photos
         FROM report_event e WHERE e.report_id = $1 ORDER BY e.id"
    );
    let rows = db.query(&db.prepare_cached(&list).await?, &[&report]).await?;
    rows.iter().map(|row| Ok(Event { photos: row.get("photos"), ..event(row)? })).collect()
}

/// The newest step's id.
pub(crate) async fn newest_event(db: &impl GenericClient) -> Result<i64> {
    let newest = db.prepare_cached("-- reports::newest_event\n SELECT coalesce(max(id), 0) FROM report_event").await?;
    Ok(db.query_one(&newest, &[]).await?.get(0))
}

/// Steps after one: of reports that an inspector of this region may know of, and those that took a report from them.
pub(crate) async fn list_stream(
    db: &impl GenericClient,
    region: &str,
    account: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Streamed>> {
    let list = format!(
        "-- reports::list_stream
         SELECT {COLUMNS}, r.number, r.status AS now, r.region FROM report_event e JOIN report r ON r.id = e.report_id
         WHERE e.id > $3 AND (r.region = $1 OR r.region IS NULL OR e.from_account = $2 OR e.to_account = $2)
         ORDER BY e.id LIMIT $4"
    );
    let rows = db.query(&db.prepare_cached(&list).await?, &[&region, &account, &after, &limit]).await?;
    let streamed = |row: &Row| {
        Ok(Streamed {
            id: row.get("id"),
            event: event(row)?,
            number: number(row.get("number"))?,
            status: status(row.get("now"))?,
            region: row.get("region"),
        })
    };
    rows.iter().map(streamed).collect()
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        at: row.get("at"),
        who: Side::from_slug(row.get("who")).ok_or_else(|| Error::internal("a step has an unknown side"))?,
        account: row.get("account_id"),
        status: row.get::<_, Option<&str>>("status").map(status).transpose()?,
        message: row.get("message"),
        note: row.get("note"),
        from: row.get("from_account"),
        to: row.get("to_account"),
        photos: Vec::new(),
    })
}
