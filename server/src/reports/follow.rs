//! What who wrote a report can do with its number and token: read, write, reopen, take the data back.

use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::erasures::Erased;
use super::inspect::Shown;
use super::photo::Photo;
use super::receive::{self, append};
use super::report::{Event, KeptPhoto, Report, ReportNumber, Side, Token};
use super::retention;
use super::status::{self, ReportStatus, Step};
use super::store::{self, Hold, Update};
use crate::http::room::Lease;
use crate::platform::audit::{Actor, Who};
use crate::platform::command::{Author, Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;

/// Most photos of a report with all replies.
pub(crate) const MAX_PHOTOS_IN_ALL: usize = 20;

/// What a caller shows: who they are to the audit, and what opens the report.
pub(crate) struct Follower {
    /// The network they call from, as limits count it.
    pub(crate) prefix: u64,
    /// The number, if it is one.
    pub(crate) number: Option<ReportNumber>,
    /// The token as it was sent, or nothing.
    pub(crate) token: String,
}

impl Follower {
    /// The report as the audit names it; what is no number stays out.
    pub(crate) fn object(&self) -> String {
        self.number.map_or_else(|| "report:unknown".to_owned(), |number| format!("report:{number}"))
    }
}

impl Author for Follower {
    fn actor(&self) -> Actor {
        Actor { who: Who::Public, address: None }
    }

    fn caller(&self) -> String {
        self.object()
    }

    /// The token is checked before a kept answer is returned.
    async fn hold(&self, tx: &Transaction<'_>) -> Result<()> {
        self.find(tx, Hold::Changing).await.map(drop)
    }
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
    /// Its photos in order.
    pub(crate) photos: Vec<KeptPhoto>,
}

impl Follower {
    /// The report. A wrong token, an unknown number and none at all look alike.
    pub(crate) async fn find(&self, tx: &Transaction<'_>, hold: Hold) -> Result<Report> {
        let number = self.number.ok_or(Error::NotFound("report-token-wrong"))?;
        let found = store::find_by_token(tx, number, &Token::hash(&self.token), hold).await?;
        found.ok_or(Error::NotFound("report-token-wrong"))
    }
}

/// Reads a report. Nothing of others is told, and nothing of them is waited for.
pub(crate) async fn read(state: &Reports, follower: &Follower) -> Result<Followed> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let report = follower.find(&tx, Hold::Reading).await?;
    let events = store::list_events(&tx, report.id).await?;
    let photos = store::list_photos(&tx, report.id).await?;
    append(state, &tx, "reports.follow", report.number, follower.prefix, json!({})).await?;
    tx.commit().await?;
    Ok(Followed { report, events, photos })
}

/// Reads a photo of one's own report.
pub(crate) async fn read_photo(state: &Reports, follower: &Follower, photo: Uuid) -> Result<Shown> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let report = follower.find(&tx, Hold::Reading).await?;
    let found = store::find_photo(&tx, report.id, photo).await?;
    let (photo, position) = found.ok_or(Error::NotFound("not-found"))?;
    append(state, &tx, "reports.follow-photo", report.number, follower.prefix, json!({ "photo": photo.id })).await?;
    tx.commit().await?;
    drop(client);
    let jpeg = state.photos.get(&photo.path).await?.ok_or(Error::NotFound("not-found"))?;
    Ok(Shown { jpeg, position })
}

/// Refuses who may not write about a report, before anything of theirs is taken in.
pub(crate) async fn check(state: &Reports, follower: &Follower) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let report = follower.find(&tx, Hold::Reading).await?;
    report.after(Step::Reply)?;
    Ok(())
}

/// What its author sends about a report.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// What was written; none beside photos.
    pub(crate) text: Option<String>,
    /// Photos, encoded anew.
    pub(crate) photos: Vec<Photo>,
    /// SHA-256 of the files that they came from: a retry must be the same.
    pub(crate) digests: Vec<Vec<u8>>,
    /// Keeps the photos counted.
    pub(crate) _room: Vec<Lease>,
}

/// Sends a message with or without photos to the inspector; a report that waited for it goes back to them.
pub(crate) async fn write(
    state: &Reports,
    follower: &Follower,
    key: &IdempotencyKey,
    reply: &Reply,
) -> Result<Progress> {
    let photos = receive::store_photos(state, &reply.photos).await?;
    let digests: Vec<String> = reply.digests.iter().map(hex::encode).collect();
    let mut is_used = false;
    // A message without photos has the body that it always had, so that a retry from before stays the same.
    let text = reply.text.as_deref().unwrap_or_default();
    let body = if digests.is_empty() { json!(text) } else { json!([text, digests]) };
    let written = step(state, follower, key, "messages", &body, async |tx, report, now| {
        let status = report.after(Step::Reply)?;
        let known = store::list_photos(tx, report.id).await?.len();
        if !photos.is_empty() && known + photos.len() > MAX_PHOTOS_IN_ALL {
            return Err(Error::TooLarge("photo-too-many"));
        }
        let changed = (status != report.status).then_some(status);
        let event = Event { status: changed, message: reply.text.clone(), ..Event::new(now, Side::Reporter) };
        let event = store::append_event(tx, report.id, &event).await?;
        store::insert_photos(tx, report.id, &photos, Some(event)).await?;
        is_used = true;
        Ok((status, Step::Reply))
    })
    .await;
    // After a retry and after a refusal. A commit whose answer was lost may have happened: the worker finds out.
    if !is_used {
        receive::remove(state, &photos).await;
    }
    written
}

/// Opens a decided report once more, for whoever takes it; the time to answer starts anew.
pub(crate) async fn reopen(
    state: &Reports,
    follower: &Follower,
    key: &IdempotencyKey,
    text: Option<&str>,
) -> Result<Progress> {
    step(state, follower, key, "reopen", &json!(text.unwrap_or_default()), async |tx, report, now| {
        let status = report.after(Step::Reopen)?;
        let message = text.map(str::to_owned);
        let event = Event { status: Some(status), message, ..Event::new(now, Side::Reporter) };
        store::append_event(tx, report.id, &event).await?;
        Ok((status, Step::Reopen))
    })
    .await
}

async fn step(
    state: &Reports,
    follower: &Follower,
    key: &IdempotencyKey,
    path: &str,
    body: &Value,
    change: impl AsyncFnOnce(&Transaction<'_>, &Report, DateTime<Utc>) -> Result<(ReportStatus, Step)>,
) -> Result<Progress> {
    let action = if path == "reopen" { "reports.reopen" } else { "reports.reply" };
    let object = follower.object();
    let command = Command { base: &state.base, author: follower, key, action, object };
    let run = command.run(body, async |tx, now| {
        let report = follower.find(tx, Hold::Changing).await?;
        let (status, step) = change(tx, &report, now).await?;
        let is_reopened = step == Step::Reopen;
        let due_on = if is_reopened { status::due_on(state.base.clock.today()) } else { report.due_on };
        let assignee = report.charge.assignee.filter(|_| !is_reopened);
        let update = Update { status, assignee, region: report.charge.region.as_deref(), due_on, at: now };
        store::update(tx, report.id, &update).await?;
        let details = json!({ "from": report.status.slug(), "to": status.slug() });
        append(state, tx, action, report.number, follower.prefix, details).await?;
        // The words themselves stay out: what is kept under a key can't be taken back by its author.
        Ok(Done::audited(Progress { number: report.number.to_string(), status, due_on, at: now }))
    });
    run.await
}

/// Takes back all that the reporter gave: words, code, place, contact, photos, messages. Number, category, status and
/// days stay. Doing it again changes nothing.
pub(crate) async fn delete(state: &Reports, follower: &Follower) -> Result<()> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let (report, now) = (follower.find(&tx, Hold::Changing).await?, state.base.clock.now());
    let status = report.after(Step::Delete)?;
    if report.status != status {
        let (assignee, due_on) = (report.charge.assignee, report.due_on);
        let update = Update { status, assignee, region: report.charge.region.as_deref(), due_on, at: now };
        store::update(&tx, report.id, &update).await?;
        let event = Event { status: Some(status), ..Event::new(now, Side::Reporter) };
        store::append_event(&tx, report.id, &event).await?;
        retention::erase(&tx, report.id, now).await?;
        retention::note(&tx, vec![report.id], Erased::TakenBack).await?;
        append(state, &tx, "reports.delete", report.number, follower.prefix, json!({})).await?;
    }
    tx.commit().await?;
    state.base.wake.notify_one();
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
