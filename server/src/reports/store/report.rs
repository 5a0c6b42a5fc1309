//! `report`, `report_token` and `report_day_key`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::links::Sighting;
use super::super::report::{Report, ReportNumber};
use super::super::status::ReportStatus;
use crate::inspection::Charge;
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};
use crate::scans::Place;

/// Tokens of one report that hold at once: a retry gives a new one, and of too many the oldest goes.
const TOKENS: i64 = 8;

/// A report to be written.
#[derive(Debug)]
pub(crate) struct NewReport<'a> {
    /// What is kept of it.
    pub(crate) report: &'a Report,
    /// SHA-256 of what was sent.
    pub(crate) fingerprint: &'a [u8],
}

/// What is known of a report under the id that the client gave it.
#[derive(Debug)]
pub(crate) struct Sent {
    /// Its id.
    pub(crate) id: Uuid,
    /// Its number.
    pub(crate) number: ReportNumber,
    /// SHA-256 of what was sent; none when the data are gone.
    pub(crate) fingerprint: Option<Vec<u8>>,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
}

/// What a step changes in a report.
#[derive(Debug)]
pub(crate) struct Update<'a> {
    /// The new status.
    pub(crate) status: ReportStatus,
    /// The inspector in charge from now on.
    pub(crate) assignee: Option<Uuid>,
    /// Whose it is from now on.
    pub(crate) region: Option<&'a str>,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
    /// When: the closing of a report that is closed by this step.
    pub(crate) at: DateTime<Utc>,
}

/// Takes the next running number.
pub(crate) async fn next_sequence(db: &impl GenericClient) -> Result<i64> {
    let next = db.prepare_cached("-- reports::next_sequence\n SELECT nextval('report_number')").await?;
    Ok(db.query_one(&next, &[]).await?.get(0))
}

/// Writes a report; false when its id is taken.
pub(crate) async fn insert_report(db: &impl GenericClient, new: &NewReport<'_>) -> Result<bool> {
    let NewReport { report, fingerprint } = new;
    let insert = db
        .prepare_cached(
            "-- reports::insert_report
             INSERT INTO report (id, sequence, number, fingerprint, category, words, language, code, code_key, gtin,
                                 order_number, unit_index, latitude, longitude, accuracy_metres, address, outlet,
                                 region, contact_sealed, status, due_on, received_at, search)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                     $23)
             ON CONFLICT (id) DO NOTHING",
        )
        .await?;
    let place = report.place();
    let inserted = db
        .execute(
            &insert,
            &[
                &report.id,
                &report.number.sequence(),
                &report.number.to_string(),
                fingerprint,
                &report.category,
                &report.words,
                &report.language,
                &report.code,
                &report.sighting.code_key,
                &report.gtin,
                &report.unit.map(|unit| unit.0),
                &report.unit.map(|unit| unit.1),
                &place.map(|place| place.latitude),
                &place.map(|place| place.longitude),
                &place.map(|place| place.accuracy_metres),
                &report.address,
                &report.sighting.outlet,
                &report.charge.region,
                &report.contact_sealed,
                &report.status.slug(),
                &report.due_on,
                &report.received_at,
                &report.search_key(),
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Finds a report by the client's own id, and holds it until the transaction ends.
pub(crate) async fn find_sent(db: &impl GenericClient, id: Uuid) -> Result<Option<Sent>> {
    let find = db
        .prepare_cached(
            "-- reports::find_sent
             SELECT id, number, fingerprint, status, due_on FROM report WHERE id = $1 FOR UPDATE",
        )
        .await?;
    let row = db.query_opt(&find, &[&id]).await?;
    row.map(|row| {
        Ok(Sent {
            id: row.get(0),
            number: number(row.get(1))?,
            fingerprint: row.get(2),
            status: status(row.get(3))?,
            due_on: row.get(4),
        })
    })
    .transpose()
}

/// Keeps the hash of a token that is given out; the oldest of too many end.
pub(crate) async fn insert_token(db: &impl GenericClient, report: Uuid, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- reports::insert_token\n INSERT INTO report_token (hash, report_id, issued_at) VALUES ($1, $2, $3)",
        )
        .await?;
    db.execute(&insert, &[&hash, &report, &now]).await?;
    let prune = db
        .prepare_cached(
            "-- reports::prune_tokens
             DELETE FROM report_token WHERE hash IN (
                 SELECT hash FROM report_token WHERE report_id = $1 AND hash <> $2
                 ORDER BY issued_at DESC OFFSET $3)",
        )
        .await?;
    db.execute(&prune, &[&report, &hash, &(TOKENS - 1)]).await?;
    Ok(())
}

const COLUMNS: &str = "r.id, r.number, r.category, r.words, r.language, r.code, r.code_key, r.gtin, r.order_number,
    r.unit_index, r.latitude, r.longitude, r.accuracy_metres, r.address, r.outlet, r.region, r.contact_sealed,
    r.status, r.assignee, r.due_on, r.received_at, r.deleted_at";

/// How a report is found: to be changed, or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Held until the transaction ends.
    Changing,
    /// Not held, and not waited for.
    Reading,
}

/// Finds the report of this number, if the token was given out for it.
pub(crate) async fn find_by_token(
    db: &impl GenericClient,
    number: ReportNumber,
    token_hash: &[u8],
    hold: Hold,
) -> Result<Option<Report>> {
    let lock = if hold == Hold::Changing { "FOR UPDATE OF r" } else { "" };
    let find = db
        .prepare_cached(&format!(
            "-- reports::find_by_token
             SELECT {COLUMNS} FROM report r JOIN report_token t ON t.report_id = r.id
             WHERE t.hash = $1 AND r.number = $2 {lock}"
        ))
        .await?;
    db.query_opt(&find, &[&token_hash, &number.to_string()]).await?.as_ref().map(report).transpose()
}

/// Finds the report of this number, and holds it until the transaction ends.
pub(crate) async fn find_by_number(db: &impl GenericClient, number: ReportNumber) -> Result<Option<Report>> {
    let find = db
        .prepare_cached(&format!(
            "-- reports::find_by_number\n SELECT {COLUMNS} FROM report r WHERE r.number = $1 FOR UPDATE"
        ))
        .await?;
    db.query_opt(&find, &[&number.to_string()]).await?.as_ref().map(report).transpose()
}

/// Writes what a step has changed.
pub(crate) async fn update(db: &impl GenericClient, id: Uuid, update: &Update<'_>) -> Result<()> {
    let closed_at = (!update.status.is_open()).then_some(update.at);
    let statement = db
        .prepare_cached(
            "-- reports::update
             UPDATE report SET status = $2, assignee = $3, region = $4, due_on = $5, closed_at = $6 WHERE id = $1",
        )
        .await?;
    let Update { status, assignee, region, due_on, .. } = update;
    db.execute(&statement, &[&id, &status.slug(), assignee, region, due_on, &closed_at]).await?;
    Ok(())
}

/// Removes all that the reporter gave, here, in the messages and in the subscriptions; photos have a statement of their own, links a job.
/// Number, category, status, region and days stay.
pub(crate) async fn erase(db: &impl GenericClient, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    for statement in [
        "-- reports::erase
         UPDATE report SET fingerprint = NULL, words = '', code = NULL, code_key = NULL, gtin = NULL,
             order_number = NULL, unit_index = NULL, latitude = NULL, longitude = NULL, accuracy_metres = NULL,
             address = NULL, outlet = NULL, contact_sealed = NULL, search = NULL,
             deleted_at = coalesce(deleted_at, $2) WHERE id = $1",
        "-- reports::erase_push
         DELETE FROM report_push WHERE report_id = $1 AND $2::timestamptz IS NOT NULL",
        "-- reports::erase_messages
         UPDATE report_event SET message = NULL, note = NULL
         WHERE report_id = $1 AND coalesce(message, note) IS NOT NULL AND $2::timestamptz IS NOT NULL",
    ] {
        let statement = db.prepare_cached(statement).await?;
        db.execute(&statement, &[&id, &now]).await?;
    }
    Ok(())
}

/// The logins of accounts.
pub(crate) async fn list_logins(db: &impl GenericClient, accounts: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    let list = db.prepare_cached("-- reports::list_logins\n SELECT id, login FROM account WHERE id = ANY($1)").await?;
    Ok(db.query(&list, &[&accounts]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The key of a day under which the audit keeps networks: the same for all processes.
pub(crate) async fn find_day_key(db: &impl GenericClient, day: NaiveDate, new: &[u8]) -> Result<Vec<u8>> {
    let insert = "-- reports::insert_day_key
         INSERT INTO report_day_key (day, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    db.execute(insert, &[&day, &new]).await?;
    let find = "-- reports::find_day_key\n SELECT key FROM report_day_key WHERE day = $1";
    Ok(db.query_one(find, &[&day]).await?.get(0))
}

fn report(row: &Row) -> Result<Report> {
    Ok(Report {
        id: row.get("id"),
        number: number(row.get("number"))?,
        category: row.get("category"),
        words: row.get("words"),
        language: row.get("language"),
        code: row.get("code"),
        gtin: row.get("gtin"),
        unit: row.get::<_, Option<i32>>("order_number").zip(row.get("unit_index")),
        sighting: sighting(row),
        address: row.get("address"),
        contact_sealed: row.get("contact_sealed"),
        status: status(row.get("status"))?,
        charge: Charge { assignee: row.get("assignee"), region: row.get("region") },
        due_on: row.get("due_on"),
        received_at: row.get("received_at"),
        deleted_at: row.get("deleted_at"),
    })
}

/// What ties a row to others.
pub(super) fn sighting(row: &Row) -> Sighting {
    Sighting { code_key: row.get("code_key"), place: place(row), outlet: row.get("outlet") }
}

/// The place of a row that has its three columns.
pub(super) fn place(row: &Row) -> Option<Place> {
    let latitude: Option<f64> = row.get("latitude");
    latitude.zip(row.get("longitude")).map(|(latitude, longitude)| Place {
        latitude,
        longitude,
        accuracy_metres: row.get::<_, Option<f32>>("accuracy_metres").unwrap_or_default(),
    })
}

pub(super) fn number(text: &str) -> Result<ReportNumber> {
    text.parse().map_err(Error::internal)
}

pub(super) fn status(slug: &str) -> Result<ReportStatus> {
    ReportStatus::from_slug(slug).ok_or_else(|| Error::internal("a report has an unknown status"))
}
