//! What who wrote a report can do with its number and token: read, write, reopen, take the data back.

use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::erasures::Erased;
use super::report::{Event, Report, ReportNumber, Side, Token};
use super::retention;
use super::status::{self, ReportStatus, Step};
use super::store::{self, Update};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Transaction;
use crate::error::{Error, Result};
use crate::idempotency::{self, IdempotencyKey};

/// What a caller shows: who they are to the audit, and what opens the report.
pub(crate) struct Follower {
    /// The network they call from.
    pub(crate) actor: Actor,
    /// The number, if it is one.
    pub(crate) number: Option<ReportNumber>,
    /// The token as it was sent, or nothing.
    pub(crate) token: String,
}

/// Where a report stands after a step.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Progress {
    /// The report's number.
    #[schema(example = "TB-26-0000123")]
    pub(crate) number: String,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
    /// When the step was made, in UTC.
    pub(crate) at: DateTime<Utc>,
}

/// What the reporter sees.
pub(crate) struct Followed {
    /// The report.
    pub(crate) report: Report,
    /// Its history, oldest first.
    pub(crate) events: Vec<Event>,
    /// How many photos it has.
    pub(crate) photos: usize,
    /// How many reports tell of the same.
    pub(crate) linked: i64,
}

impl Follower {
    /// The report, held until the transaction ends. A wrong token, an unknown number and none at all look alike.
    async fn find(&self, tx: &Transaction<'_>) -> Result<Report> {
        let number = self.number.ok_or(Error::NotFound("report-token-wrong"))?;
        let found = store::find_by_token(tx, number, &Token::hash(&self.token)).await?;
        found.ok_or(Error::NotFound("report-token-wrong"))
    }

    fn entry(&self, report: &Report, action: &'static str, at: DateTime<Utc>, details: Value) -> Entry<'static> {
        Entry { at, actor: self.actor, action, object: format!("report:{}", report.number), result: "done", details }
    }
}

/// Reads a report.
pub(crate) async fn read(app: &App, follower: &Follower) -> Result<Followed> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let report = follower.find(&tx).await?;
    let events = store::list_events(&tx, report.id).await?;
    let photos = store::list_photos(&tx, report.id).await?.len();
    let linked = store::count_links(&tx, report.id).await?;
    audit::append(&tx, &follower.entry(&report, "reports.follow", app.clock.now(), json!({}))).await?;
    tx.commit().await?;
    Ok(Followed { report, events, photos, linked })
}

/// Sends a message to the inspector; a report that waited for it goes back to them.
pub(crate) async fn write(app: &App, follower: &Follower, key: &IdempotencyKey, text: &str) -> Result<Progress> {
    step(app, follower, key, "messages", text, async |tx, report, now| {
        let status = report.after(Step::Reply)?;
        let changed = (status != report.status).then_some(status);
        let message = Some(text.to_owned());
        let event = Event { at: now, who: Side::Reporter, account: None, status: changed, message };
        store::append_event(tx, report.id, &event).await?;
        Ok((status, Step::Reply))
    })
    .await
}

/// Opens a decided report once more, for whoever takes it; the time to answer starts anew.
pub(crate) async fn reopen(
    app: &App,
    follower: &Follower,
    key: &IdempotencyKey,
    text: Option<&str>,
) -> Result<Progress> {
    step(app, follower, key, "reopen", text.unwrap_or_default(), async |tx, report, now| {
        let status = report.after(Step::Reopen)?;
        let message = text.map(str::to_owned);
        let event = Event { at: now, who: Side::Reporter, account: None, status: Some(status), message };
        store::append_event(tx, report.id, &event).await?;
        Ok((status, Step::Reopen))
    })
    .await
}

async fn step(
    app: &App,
    follower: &Follower,
    key: &IdempotencyKey,
    path: &str,
    text: &str,
    change: impl AsyncFnOnce(&Transaction<'_>, &Report, DateTime<Utc>) -> Result<(ReportStatus, Step)>,
) -> Result<Progress> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let (report, now) = (follower.find(&tx).await?, app.clock.now());
    let (caller, route) = (format!("report:{}", report.number), format!("POST /v1/reports/{}/{path}", report.number));
    let progress = idempotency::once(&tx, &caller, key, &route, &text, now, async || {
        let (status, step) = change(&tx, &report, now).await?;
        let is_reopened = step == Step::Reopen;
        let due_on = if is_reopened { status::due_on(app.clock.today()) } else { report.due_on };
        let assignee = report.assignee.filter(|_| !is_reopened);
        let update = Update { status, assignee, region: report.region.as_deref(), due_on, at: now };
        store::update(&tx, report.id, &update).await?;
        let action = if is_reopened { "reports.reopen" } else { "reports.reply" };
        let details = json!({ "from": report.status.slug(), "to": status.slug() });
        audit::append(&tx, &follower.entry(&report, action, now, details)).await?;
        // The words themselves stay out: what is kept under a key can't be taken back by its author.
        Ok(Progress { number: report.number.to_string(), status, due_on, at: now })
    })
    .await?;
    tx.commit().await?;
    Ok(progress)
}

/// Takes back all that the reporter gave: words, code, place, contact, photos, messages. Number, category, status and
/// days stay. Doing it again changes nothing.
pub(crate) async fn delete(app: &App, follower: &Follower) -> Result<()> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let (report, now) = (follower.find(&tx).await?, app.clock.now());
    let status = report.after(Step::Delete)?;
    if report.status != status {
        let Report { assignee, due_on, .. } = report;
        let update = Update { status, assignee, region: report.region.as_deref(), due_on, at: now };
        store::update(&tx, report.id, &update).await?;
        let event = Event { at: now, who: Side::Reporter, account: None, status: Some(status), message: None };
        store::append_event(&tx, report.id, &event).await?;
        retention::erase(&tx, report.id, now).await?;
        retention::note(&tx, vec![report.id], Erased::TakenBack).await?;
        audit::append(&tx, &follower.entry(&report, "reports.delete", now, json!({}))).await?;
    }
    tx.commit().await?;
    app.wake.notify_one();
    Ok(())
}

/// A sentence about a status, for its reporter.
pub(crate) fn sentence(language: Language, number: ReportNumber, status: ReportStatus) -> String {
    let key = format!("report-message-{}", status.slug());
    if status == ReportStatus::Received {
        return locales::say(language, &key, &[("number", number.to_string().into())]);
    }
    locales::say(language, &key, &[])
}
