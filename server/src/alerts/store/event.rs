//! `alert_event`, `alert_link`: what happened to alerts, and what they have to do with each other and with reports.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::db::{GenericClient, Lock, Transaction};
use crate::platform::problem::{Error, Result};

/// What can happen to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AlertEventKind)]
pub(crate) enum What {
    /// It came up.
    Opened,
    /// It has grown.
    Grew,
    /// Somebody took it, or was given it.
    Assigned,
    /// Somebody wrote something down.
    Noted,
    /// It was linked with a report or another alert.
    Linked,
    /// It was decided.
    Decided,
    /// So much has come since the decision that it is open again.
    Reopened,
}

impl What {
    /// Every event.
    pub(crate) const ALL: [Self; 7] =
        [Self::Opened, Self::Grew, Self::Assigned, Self::Noted, Self::Linked, Self::Decided, Self::Reopened];

    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Grew => "grew",
            Self::Assigned => "assigned",
            Self::Noted => "noted",
            Self::Linked => "linked",
            Self::Decided => "decided",
            Self::Reopened => "reopened",
        }
    }
}

/// Something that is to be written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Happened<'a> {
    /// To which alert.
    pub(crate) alert: Uuid,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What.
    pub(crate) what: What,
    /// By whom; none for the worker.
    pub(crate) account: Option<Uuid>,
    /// The decision, the other alert …
    pub(crate) detail: Option<&'a str>,
    /// What was written.
    pub(crate) message: Option<&'a str>,
}

/// Something that was written down.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its number: later ones have greater ones.
    pub(crate) id: i64,
    /// To which alert.
    pub(crate) alert: Uuid,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What.
    pub(crate) what: What,
    /// By whom.
    pub(crate) account: Option<Uuid>,
    /// The decision, the other alert …
    pub(crate) detail: Option<String>,
    /// What was written.
    pub(crate) message: Option<String>,
}

/// Appends an event; returns its number.
async fn append_event(tx: &Transaction<'_>, happened: &Happened<'_>) -> Result<i64> {
    Lock::AlertEvents.hold(tx).await?;
    let append = tx
        .prepare_cached(
            "-- alerts::append_event
             INSERT INTO alert_event (alert_id, at, what, account_id, detail, message) VALUES ($1, $2, $3, $4, $5, $6)
             RETURNING id",
        )
        .await?;
    let Happened { alert, at, what, account, detail, message } = happened;
    Ok(tx.query_one(&append, &[alert, at, &what.slug(), account, detail, message]).await?.get(0))
}

/// Appends an event, and leaves it to the workers to tell the system that wants to know.
pub(crate) async fn append_happened(tx: &Transaction<'_>, happened: &Happened<'_>) -> Result<()> {
    let event = append_event(tx, happened).await?;
    crate::platform::jobs::append(tx, &crate::alerts::job::TellAlert { event }).await
}

const COLUMNS: &str = "e.id, e.alert_id, e.at, e.what, e.account_id, e.detail, e.message";

fn event(row: &tokio_postgres::Row) -> Result<Event> {
    let slug: &str = row.get(3);
    let what = What::ALL.into_iter().find(|what| what.slug() == slug);
    Ok(Event {
        id: row.get(0),
        alert: row.get(1),
        at: row.get(2),
        what: what.ok_or_else(|| Error::internal("an event of an unknown kind"))?,
        account: row.get(4),
        detail: row.get(5),
        message: row.get(6),
    })
}

/// An alert's history, oldest first.
pub(crate) async fn list_events(db: &impl GenericClient, alert: Uuid) -> Result<Vec<Event>> {
    let list = format!("-- alerts::list_events\n SELECT {COLUMNS} FROM alert_event e WHERE alert_id = $1 ORDER BY id");
    db.query(&db.prepare_cached(&list).await?, &[&alert]).await?.iter().map(event).collect()
}

/// One event.
pub(crate) async fn find_event(db: &impl GenericClient, id: i64) -> Result<Option<Event>> {
    let find = format!("-- alerts::find_event\n SELECT {COLUMNS} FROM alert_event e WHERE id = $1");
    db.query_opt(&db.prepare_cached(&find).await?, &[&id]).await?.as_ref().map(event).transpose()
}

/// The newest event's number.
pub(crate) async fn newest_event(db: &impl GenericClient) -> Result<i64> {
    let newest = db.prepare_cached("-- alerts::newest_event\n SELECT coalesce(max(id), 0) FROM alert_event").await?;
    Ok(db.query_one(&newest, &[]).await?.get(0))
}

/// Events after one, of alerts that an inspector of this region may know of.
pub(crate) async fn list_stream(db: &impl GenericClient, region: &str, after: i64, limit: i64) -> Result<Vec<Event>> {
    let list = format!(
        "-- alerts::list_stream
         SELECT {COLUMNS} FROM alert_event e JOIN alert a ON a.id = e.alert_id
         WHERE e.id > $2 AND (a.region = $1 OR a.region IS NULL) ORDER BY e.id LIMIT $3"
    );
    db.query(&db.prepare_cached(&list).await?, &[&region, &after, &limit]).await?.iter().map(event).collect()
}

/// What an alert is linked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Linked {
    /// A report, by its number.
    Report(String),
    /// Another alert: id, rule, state.
    Alert(Uuid, String, String, Option<String>),
}

/// Links an alert with a report or another alert; the same link again changes nothing. Returns whether it is new.
pub(crate) async fn insert_link(
    tx: &Transaction<'_>,
    alert: Uuid,
    report: Option<&str>,
    other: Option<Uuid>,
) -> Result<bool> {
    let insert = tx
        .prepare_cached(
            "-- alerts::insert_link
             INSERT INTO alert_link (alert_id, report, other_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(tx.execute(&insert, &[&alert, &report, &other]).await? > 0)
}

/// What an alert is linked with, whichever way.
pub(crate) async fn list_links(db: &impl GenericClient, alert: Uuid) -> Result<Vec<Linked>> {
    let list = db
        .prepare_cached(
            "-- alerts::list_links
             SELECT l.report, a.id, a.kind, a.state, a.region FROM alert_link l
             LEFT JOIN alert a ON a.id = CASE WHEN l.alert_id = $1 THEN l.other_id ELSE l.alert_id END AND l.report IS NULL
             WHERE l.alert_id = $1 OR l.other_id = $1 ORDER BY l.report, a.opened_at",
        )
        .await?;
    let rows = db.query(&list, &[&alert]).await?;
    let linked = |row: &tokio_postgres::Row| match (row.get::<_, Option<String>>(0), row.get::<_, Option<Uuid>>(1)) {
        (Some(report), _) => Some(Linked::Report(report)),
        (None, Some(alert)) => Some(Linked::Alert(alert, row.get(2), row.get(3), row.get(4))),
        (None, None) => None,
    };
    Ok(rows.iter().filter_map(linked).collect())
}

/// Whether there is a report of this number that an inspector of this region may know of.
pub(crate) async fn reports_exist(db: &impl GenericClient, number: &str, region: &str) -> Result<bool> {
    let find = "-- alerts::reports_exist
         SELECT EXISTS (SELECT FROM report WHERE number = $1 AND (region = $2 OR region IS NULL))";
    Ok(db.query_one(find, &[&number, &region]).await?.get(0))
}
