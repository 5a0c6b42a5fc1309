//! Taking a report in: identified, placed, its photos stored, then written with its history and audit in one transaction. A retry under the same id finds the same report.

use chrono::NaiveDate;
use locales::Language;
use serde_json::{Value, json};
use uuid::Uuid;

use super::draft::Draft;
use super::job::LinkReport;
use super::links::Sighting;
use super::network::with_network;
use super::photo::Photo;
use super::report::{Event, KeptPhoto, Report, ReportNumber, Side, Token};
use super::status::{self, ReportStatus};
use super::{code, photos, store};
use crate::inspection::Charge;
use crate::keys;
use crate::platform::audit::{self, Actor, Entry, Who};
use crate::platform::clock;
use crate::platform::db::Transaction;
use crate::platform::jobs;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::reports::Reports;

/// What the reporter is told.
pub(crate) struct Received {
    /// What to call the report by.
    pub(crate) number: ReportNumber,
    /// The secret to follow it with.
    pub(crate) token: Token,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
    /// False when it was there already.
    pub(crate) is_new: bool,
}

/// Takes a report in, or finds the one that came under this id before.
///
/// Nothing here depends on other reports: they are linked by a job, which tells inspectors alone.
pub(crate) async fn receive(state: &Reports, draft: Draft, language: Language, prefix: u64) -> Result<Received> {
    if let Some(known) = find_known(state, draft.id, &draft.fingerprint, prefix).await? {
        return Ok(known);
    }
    let photos = store_photos(state, &draft.photos).await?;
    let (id, fingerprint) = (draft.id, draft.fingerprint.clone());
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let written = write(state, &tx, draft, &photos, language, prefix).await;
    match written {
        Ok(Some(received)) => {
            // When this fails, the commit may have happened nevertheless: then the photos are needed, and if not,
            // the worker finds them.
            tx.commit().await?;
            state.base.wake.notify_one();
            Ok(received)
        }
        Ok(None) => {
            drop(tx);
            drop(client);
            remove(state, &photos).await;
            // Another request with this id was quicker.
            let known = find_known(state, id, &fingerprint, prefix).await?;
            known.ok_or_else(|| Error::internal("report insert conflicted, but no report has this id"))
        }
        Err(error) => {
            drop(tx);
            drop(client);
            remove(state, &photos).await;
            Err(error)
        }
    }
}

/// The report that came under this id before, with a new token; refused when something else was sent then.
async fn find_known(state: &Reports, id: Uuid, fingerprint: &[u8], prefix: u64) -> Result<Option<Received>> {
    let mut client = state.base.db.get().await?;
    let tx = client.transaction().await?;
    let Some(sent) = store::find_sent(&tx, id).await? else { return Ok(None) };
    if sent.fingerprint.as_deref() != Some(fingerprint) {
        return Err(Error::Conflict("id-taken", vec![FieldFault::new("id", "field-id-taken")]));
    }
    let (token, now) = (new_token(), state.base.clock.now());
    store::insert_token(&tx, sent.id, &Token::hash(token.reveal()), now).await?;
    append(state, &tx, "reports.receive-again", sent.number, prefix, json!({})).await?;
    tx.commit().await?;
    let store::Sent { number, status, due_on, .. } = sent;
    Ok(Some(Received { number, token, status, due_on, is_new: false }))
}

/// A line of the audit for somebody unknown, whose network has another name every day.
pub(super) async fn append(
    state: &Reports,
    tx: &Transaction<'_>,
    action: &'static str,
    number: ReportNumber,
    prefix: u64,
    details: Value,
) -> Result<()> {
    let at = state.base.clock.now();
    let network = state.networks.name(tx, prefix, clock::local(at).date_naive()).await?;
    let actor = Actor { who: Who::Public, address: None };
    let details = with_network(details, &network);
    audit::append(tx, &Entry { at, actor, action, object: format!("report:{number}"), result: "done", details }).await
}

/// Writes the files first: a row must never name a file that isn't there. Before that they are noted, so that what a process
/// leaves behind is known.
pub(super) async fn store_photos(state: &Reports, photos: &[Photo]) -> Result<Vec<KeptPhoto>> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let now = state.base.clock.now();
    let size = |size: u64| i32::try_from(size).map_err(Error::internal);
    let row = |photo: &Photo| {
        let id = Uuid::new_v4();
        let (width, height) = (size(photo.width.into())?, size(photo.height.into())?);
        let bytes = size(photo.jpeg.len() as u64)?;
        Ok(KeptPhoto { id, path: photos::name(now.date_naive(), id), width, height, bytes })
    };
    let kept: Vec<KeptPhoto> = photos.iter().map(row).collect::<Result<_>>()?;
    store::note_pending(&state.base.db.get().await?, &paths(&kept), now).await?;
    for (row, photo) in kept.iter().zip(photos) {
        if let Err(error) = state.photos.put(&row.path, photo.jpeg.clone()).await {
            remove(state, &kept).await;
            return Err(error);
        }
    }
    Ok(kept)
}

fn paths(photos: &[KeptPhoto]) -> Vec<String> {
    photos.iter().map(|photo| photo.path.clone()).collect()
}

/// Removes files that no row will name. What can't be removed now is found by the worker.
pub(super) async fn remove(state: &Reports, photos: &[KeptPhoto]) {
    if photos.is_empty() {
        return;
    }
    let paths = paths(photos);
    let removed = async {
        state.photos.delete(&paths).await?;
        store::strike_pending(&state.base.db.get().await?, &paths).await
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, "photos without a report are left to the worker");
    }
}

/// Everything in the transaction; none when the id is taken.
async fn write(
    state: &Reports,
    tx: &Transaction<'_>,
    draft: Draft,
    photos: &[KeptPhoto],
    language: Language,
    prefix: u64,
) -> Result<Option<Received>> {
    let now = state.base.clock.now();
    let keys = state.keys.current();
    let named = match &draft.code {
        Some(text) => code::find(tx, &keys, text).await?,
        None => code::Named::default(),
    };
    let context = Report::contact_context(draft.id);
    let contact_sealed = match &draft.contact {
        Some(contact) => Some(keys.encrypt(&context, contact.as_bytes())?),
        None => None,
    };
    let sighting = Sighting { code_key: named.key, place: draft.place, outlet: draft.outlet };
    let today = clock::local(now).date_naive();
    let report = Report {
        id: draft.id,
        number: ReportNumber::new(today, store::next_sequence(tx).await?),
        category: draft.category,
        words: draft.words,
        language: language.tag().to_owned(),
        code: draft.code,
        gtin: named.gtin,
        unit: named.unit,
        address: draft.address,
        // Outside the country there is no region: every inspector may take such a report, like one without a place.
        charge: Charge {
            assignee: None,
            region: sighting.place.and_then(|place| state.regions.find(place.latitude, place.longitude)),
        },
        sighting,
        contact_sealed,
        status: ReportStatus::Received,
        due_on: status::due_on(today),
        received_at: now,
        deleted_at: None,
    };
    if !store::insert_report(tx, &store::NewReport { report: &report, fingerprint: &draft.fingerprint }).await? {
        return Ok(None);
    }
    store::insert_photos(tx, report.id, photos, None).await?;
    let token = new_token();
    store::insert_token(tx, report.id, &Token::hash(token.reveal()), now).await?;
    jobs::append(tx, &LinkReport { report: report.id }).await?;
    let event = Event { status: Some(ReportStatus::Received), ..Event::new(now, Side::System) };
    store::append_event(tx, report.id, &event).await?;
    let details = json!({ "category": report.category, "photos": photos.len() });
    append(state, tx, "reports.receive", report.number, prefix, details).await?;
    Ok(Some(Received { number: report.number, token, status: report.status, due_on: report.due_on, is_new: true }))
}

fn new_token() -> Token {
    Token::of(&keys::random())
}
