//! What inspectors do with reports: read, take or hand over, write, decide. Another region's report isn't there for
//! them (X1); each look and each refusal leaves a line in the audit.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::follow::Progress;
use super::push;
use super::report::{Event, KeptPhoto, Report, ReportNumber, Side};
use super::status::{Decision, ReportStatus, Step};
use super::store::{self, Linked, Update};
use crate::auth::{self, Caller};
use crate::codes;
use crate::inspection::{self, Charge, Colleague, Handover, Look, audited, is_visible};
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;
use crate::verify::{self, Answer};

/// Most inspectors in a list of colleagues.
const MAX_COLLEAGUES: i64 = 1_000;

/// A report with all that an inspector may see of it.
pub(crate) struct Inspected {
    /// The report.
    pub(crate) report: Report,
    /// The contact: for the inspector in charge only.
    pub(crate) contact: Option<String>,
    /// Its photos in order.
    pub(crate) photos: Vec<KeptPhoto>,
    /// Its history, oldest first.
    pub(crate) events: Vec<Event>,
    /// Reports of the same thing that this inspector may see.
    pub(crate) links: Vec<Linked>,
    /// How many more there are elsewhere.
    pub(crate) linked_elsewhere: usize,
    /// The order of a code of ours, by its id: numbers of orders are told to nobody.
    pub(crate) order: Option<Uuid>,
    /// What the register says of the code now; none without a code, or while it can't be asked.
    pub(crate) answer: Option<Answer>,
    /// The logins of all accounts in it.
    pub(crate) logins: BTreeMap<Uuid, String>,
}

/// A photo as it is handed out.
pub(crate) struct Shown {
    /// The JPEG file.
    pub(crate) jpeg: bytes::Bytes,
    /// Its place among the report's photos, from 1.
    pub(crate) position: i16,
}

/// Reads a report. The look is audited, and whether the contact was seen.
pub(crate) async fn read(state: &Reports, inspector: &Caller, number: &str) -> Result<Inspected> {
    let look = Look { base: &state.base, inspector, action: "reports.read" };
    audited(look, object(number), read_in(state, look, number)).await
}

async fn read_in(state: &Reports, look: Look<'_>, number: &str) -> Result<Inspected> {
    let inspector = look.inspector;
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    auth::hold_caller(&tx, inspector).await?;
    let report = find(&tx, inspector, number).await?;
    let contact = match &report.contact_sealed {
        Some(sealed) if report.charge.assignee == Some(inspector.account) => {
            let opened = state.keys.current().decrypt(&Report::contact_context(report.id), sealed)?;
            Some(String::from_utf8(opened.to_vec()).map_err(|_| Error::internal("a contact is not text"))?)
        }
        _ => None,
    };
    let photos = store::list_photos(&tx, report.id).await?;
    let events = store::list_events(&tx, report.id).await?;
    let links = store::list_links(&tx, report.id).await?;
    let all = links.len();
    let links: Vec<Linked> =
        links.into_iter().filter(|linked| is_visible(linked.region.as_deref(), inspector)).collect();
    let order = match report.unit.and_then(|(order, _)| u32::try_from(order).ok()) {
        Some(number) => codes::find_orders(&tx, &[number]).await?.first().map(|order| order.id),
        None => None,
    };
    let accounts =
        events.iter().flat_map(|event| [event.account, event.from, event.to]).chain([report.charge.assignee]);
    let logins = store::list_logins(&tx, &accounts.flatten().collect::<Vec<_>>()).await?;
    let details = json!({ "contact": contact.is_some() });
    look.append(&tx, format!("report:{}", report.number), details).await?;
    tx.commit().await?;
    drop(client);
    let answer = match &report.code {
        Some(code) => verify::answer(&state.verify, code).await.ok(),
        None => None,
    };
    let linked_elsewhere = all - links.len();
    Ok(Inspected { report, contact, photos, events, links, linked_elsewhere, order, answer, logins })
}

/// Reads a photo.
pub(crate) async fn read_photo(state: &Reports, inspector: &Caller, number: &str, photo: Uuid) -> Result<Shown> {
    let look = Look { base: &state.base, inspector, action: "reports.read-photo" };
    let read = async {
        let mut client = state.base.db.get().await?;
        let tx = client.transaction().await?;
        auth::hold_caller(&tx, inspector).await?;
        let report = find(&tx, inspector, number).await?;
        let found = store::find_photo(&tx, report.id, photo).await?;
        let (photo, position) = found.ok_or(Error::NotFound("not-found"))?;
        let details = json!({ "photo": photo.id });
        look.append(&tx, format!("report:{}", report.number), details).await?;
        tx.commit().await?;
        drop(client);
        let jpeg = state.photos.get(&photo.path).await?.ok_or(Error::NotFound("not-found"))?;
        Ok(Shown { jpeg, position })
    };
    audited(look, object(number), read).await
}

/// Takes a report, or hands it to a colleague; a report goes to the region of who gets it. What a colleague has is taken or
/// handed on with a reason only, which the colleague reads in the history and hears of in the stream.
pub(crate) async fn assign(
    state: &Reports,
    inspector: &Caller,
    number: &str,
    key: &IdempotencyKey,
    to: Option<Uuid>,
    reason: Option<&str>,
) -> Result<Progress> {
    let to = to.unwrap_or(inspector.account);
    step(state, inspector, number, key, "reports.assign", &(to, reason), async |tx, report, now| {
        let region = inspection::find_inspector_region(tx, to).await?;
        let region = region.ok_or_else(|| Error::field("to", "field-not-an-inspector"))?;
        let status = report.after(Step::Assign)?;
        if report.charge.needs_reason(inspector.account, to) && reason.is_none() {
            return Err(Error::field("reason", "field-reason-needed"));
        }
        let from = report.charge.assignee;
        if report.charge.assign(to, region).is_some() || status != report.status {
            let changed = (status != report.status).then_some(status);
            let note = reason.map(str::to_owned);
            let event = Event { status: changed, note, from, to: Some(to), ..by(inspector, now) };
            store::append_event(tx, report.id, &event).await?;
        }
        Ok((status, json!({ "from": from, "to": to })))
    })
    .await
}

/// A step of an inspector.
fn by(inspector: &Caller, at: DateTime<Utc>) -> Event {
    Event { account: Some(inspector.account), ..Event::new(at, Side::Inspector) }
}

/// Inspectors whom a report can be given to, those of the caller's region first.
pub(crate) async fn list_colleagues(state: &Reports, inspector: &Caller) -> Result<Vec<Colleague>> {
    let db = state.base.db.get().await?;
    let all = inspection::list_colleagues(&db, inspector.region.as_deref(), MAX_COLLEAGUES).await?;
    Ok(all.into_iter().filter(|colleague| colleague.account != inspector.account).collect())
}

/// Writes to the reporter. Who writes about a report that nobody has taken takes it.
pub(crate) async fn write(
    state: &Reports,
    inspector: &Caller,
    number: &str,
    key: &IdempotencyKey,
    text: &str,
) -> Result<Progress> {
    step(state, inspector, number, key, "reports.answer", &text, async |tx, report, now| {
        let from = report.after(Step::Answer)?;
        take(tx, report, inspector, now).await?;
        let status = report.after(Step::Answer)?;
        let event = Event { message: Some(text.to_owned()), ..by(inspector, now) };
        store::append_event(tx, report.id, &event).await?;
        push::announce(tx, report.id).await?;
        Ok((status, json!({ "from": from.slug(), "to": status.slug() })))
    })
    .await
}

/// Decides. Who decides about a report that nobody has taken takes it.
pub(crate) async fn decide(
    state: &Reports,
    inspector: &Caller,
    number: &str,
    key: &IdempotencyKey,
    decision: Decision,
    text: &str,
) -> Result<Progress> {
    step(state, inspector, number, key, "reports.decide", &(decision, text), async |tx, report, now| {
        let from = report.status;
        report.after(Step::Decide(decision))?;
        take(tx, report, inspector, now).await?;
        let status = report.after(Step::Decide(decision))?;
        let event = Event { status: Some(status), message: Some(text.to_owned()), ..by(inspector, now) };
        store::append_event(tx, report.id, &event).await?;
        push::announce(tx, report.id).await?;
        Ok((status, json!({ "from": from.slug(), "to": status.slug() })))
    })
    .await
}

/// Makes sure that the inspector is in charge: takes a report that no inspector has, refuses a colleague's.
async fn take(tx: &Transaction<'_>, report: &mut Report, inspector: &Caller, now: DateTime<Utc>) -> Result<()> {
    let Some(Handover { to, .. }) = report.charge.take(inspector, "report-not-yours")? else { return Ok(()) };
    let status = report.after(Step::Assign)?;
    let changed = (status != report.status).then_some(status);
    let event = Event { status: changed, to: Some(to), ..by(inspector, now) };
    store::append_event(tx, report.id, &event).await?;
    report.status = status;
    Ok(())
}

/// One step of an inspector: found, changed, written and audited in one transaction, once for a key. `change` may
/// change whose the report is; it returns the new status and what the audit says.
async fn step(
    state: &Reports,
    inspector: &Caller,
    number: &str,
    key: &IdempotencyKey,
    action: &'static str,
    body: &impl Serialize,
    change: impl AsyncFnOnce(&Transaction<'_>, &mut Report, DateTime<Utc>) -> Result<(ReportStatus, Value)>,
) -> Result<Progress> {
    let command =
        Command { base: &state.base, author: inspector, key, action, object: object(number).unwrap_or_else(unknown) };
    let run = command.run(body, async |tx, now| {
        let mut report = find(tx, inspector, number).await?;
        let (status, details) = change(tx, &mut report, now).await?;
        let Report { charge: Charge { assignee, region }, due_on, .. } = &report;
        let (assignee, due_on) = (*assignee, *due_on);
        let update = Update { status, assignee, region: region.as_deref(), due_on, at: now };
        store::update(tx, report.id, &update).await?;
        let progress = Progress { number: report.number.to_string(), status, due_on, at: now };
        Ok(Done::with(progress, details).to(format!("report:{}", report.number)))
    });
    run.await
}

/// A report as the audit names it; none for a text that is no number.
fn object(number: &str) -> Option<String> {
    number.parse::<ReportNumber>().ok().map(|number| format!("report:{number}"))
}

/// An object that has no name in the audit.
fn unknown() -> String {
    "report:unknown".to_owned()
}

/// The report of this number, held until the transaction ends, if the inspector may know of it.
async fn find(tx: &Transaction<'_>, inspector: &Caller, number: &str) -> Result<Report> {
    let number: ReportNumber = number.parse().map_err(|_| Error::NotFound("not-found"))?;
    let found = store::find_by_number(tx, number).await?;
    found.filter(|report| is_visible(report.charge.region.as_deref(), inspector)).ok_or(Error::NotFound("not-found"))
}
