//! Taking a report in: identified, placed, its photos stored, then written with its links, history and audit in one
//! transaction. A retry under the same id finds the same report.

use chrono::{NaiveDate, TimeDelta};
use locales::Language;
use serde_json::json;
use uuid::Uuid;

use super::draft::Draft;
use super::links::{self, Sighting};
use super::report::{Event, KeptPhoto, Report, ReportNumber, Side, Token};
use super::status::{self, ReportStatus};
use super::{code, photos, store};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Transaction;
use crate::error::{Error, FieldFault, Result};
use crate::{clock, keys, registry};

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
    /// How many reports tell of the same.
    pub(crate) linked: i64,
    /// False when it was there already.
    pub(crate) is_new: bool,
}

/// Takes a report in, or finds the one that came under this id before.
pub(crate) async fn receive(app: &App, draft: Draft, language: Language, actor: Actor) -> Result<Received> {
    if let Some(known) = find_known(app, draft.id, &draft.fingerprint, actor).await? {
        return Ok(known);
    }
    let photos = store_photos(app, &draft).await?;
    let paths: Vec<String> = photos.iter().map(|photo| photo.path.clone()).collect();
    let (id, fingerprint) = (draft.id, draft.fingerprint.clone());
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let written = write(app, &tx, draft, &photos, language, actor).await;
    match written {
        Ok(Some(received)) => {
            // When this fails, the commit may have happened nevertheless: then the photos are needed, and if not,
            // the worker finds them.
            tx.commit().await?;
            Ok(received)
        }
        Ok(None) => {
            drop(tx);
            drop(client);
            remove(app, &paths).await;
            // Another request with this id was quicker.
            let known = find_known(app, id, &fingerprint, actor).await?;
            known.ok_or_else(|| Error::internal("a report vanished between two looks"))
        }
        Err(error) => {
            drop(tx);
            remove(app, &paths).await;
            Err(error)
        }
    }
}

/// The report that came under this id before, with a new token; refused when something else was sent then.
async fn find_known(app: &App, id: Uuid, fingerprint: &[u8], actor: Actor) -> Result<Option<Received>> {
    let mut client = app.db.get().await?;
    let tx = client.transaction().await?;
    let Some(sent) = store::find_sent(&tx, id).await? else { return Ok(None) };
    if sent.fingerprint.as_deref() != Some(fingerprint) {
        return Err(Error::Conflict("conflict", vec![FieldFault::new("id", "field-id-taken")]));
    }
    let (token, now) = (new_token(), app.clock.now());
    store::insert_token(&tx, sent.id, &Token::hash(token.reveal()), now).await?;
    let linked = store::count_links(&tx, sent.id).await?;
    let object = format!("report:{}", sent.number);
    let entry = Entry { at: now, actor, action: "reports.receive-again", object, result: "done", details: json!({}) };
    audit::append(&tx, &entry).await?;
    tx.commit().await?;
    let store::Sent { number, status, due_on, .. } = sent;
    Ok(Some(Received { number, token, status, due_on, linked, is_new: false }))
}

/// Writes the files first: a row must never name a file that isn't there.
async fn store_photos(app: &App, draft: &Draft) -> Result<Vec<KeptPhoto>> {
    let day = app.clock.now().date_naive();
    let mut kept = Vec::with_capacity(draft.photos.len());
    for photo in &draft.photos {
        let id = Uuid::new_v4();
        let path = photos::name(day, id);
        let size = |size: u64| i32::try_from(size).map_err(Error::internal);
        let row = KeptPhoto {
            id,
            path,
            width: size(photo.width.into())?,
            height: size(photo.height.into())?,
            bytes: size(photo.jpeg.len() as u64)?,
        };
        let put = app.reports.photos.put(&row.path, photo.jpeg.clone()).await;
        kept.push(row);
        if let Err(error) = put {
            remove(app, &kept.iter().map(|row| row.path.clone()).collect::<Vec<_>>()).await;
            return Err(error);
        }
    }
    Ok(kept)
}

/// Removes files that no row will name. What can't be removed now is found by the worker.
async fn remove(app: &App, paths: &[String]) {
    if let Err(error) = app.reports.photos.delete(paths).await {
        tracing::warn!(%error, "photos without a report are left to the worker");
    }
}

/// Everything in the transaction; none when the id is taken.
async fn write(
    app: &App,
    tx: &Transaction<'_>,
    draft: Draft,
    photos: &[KeptPhoto],
    language: Language,
    actor: Actor,
) -> Result<Option<Received>> {
    let now = app.clock.now();
    let keys = app.keys.current();
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
    store::lock(tx, &sighting.locks()).await?;
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
        region: sighting.place.map(|place| registry::region_of(place.latitude, place.longitude).kato.clone()),
        sighting,
        contact_sealed,
        status: ReportStatus::Received,
        assignee: None,
        due_on: status::due_on(today),
        received_at: now,
        deleted_at: None,
    };
    let candidates = store::list_candidates(tx, &report.sighting, now - TimeDelta::days(links::DAYS)).await?;
    if !store::insert_report(tx, &store::NewReport { report: &report, fingerprint: &draft.fingerprint }).await? {
        return Ok(None);
    }
    let links: Vec<_> =
        candidates.iter().filter_map(|(other, seen)| Some((*other, report.sighting.link(seen)?))).collect();
    store::insert_links(tx, report.id, &links).await?;
    store::insert_photos(tx, report.id, photos).await?;
    let token = new_token();
    store::insert_token(tx, report.id, &Token::hash(token.reveal()), now).await?;
    let event =
        Event { at: now, who: Side::System, account: None, status: Some(ReportStatus::Received), message: None };
    store::append_event(tx, report.id, &event).await?;
    let details = json!({ "category": report.category, "photos": photos.len(), "linked": links.len() });
    let object = format!("report:{}", report.number);
    let entry = Entry { at: now, actor, action: "reports.receive", object, result: "done", details };
    audit::append(tx, &entry).await?;
    Ok(Some(Received {
        number: report.number,
        token,
        status: report.status,
        due_on: report.due_on,
        linked: i64::try_from(links.len()).unwrap_or(i64::MAX),
        is_new: true,
    }))
}

fn new_token() -> Token {
    Token::of(&keys::random())
}
