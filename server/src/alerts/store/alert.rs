//! `alert`: one cause each.

use chrono::{DateTime, Utc};
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::super::case::{AlertState, Decision, Growth, Standing, growth, weight};
use super::super::rules::{Finding, Judgement, Kind, Position, Subject, Trail};
use super::event::What;
use crate::inspection::Charge;
use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

/// A judgement that inspectors should know of.
#[derive(Clone, Debug)]
pub(crate) struct NewAlert<'a> {
    /// What it is about.
    pub(crate) subject: &'a Subject,
    /// What was found.
    pub(crate) judgement: &'a Judgement,
    /// The score, as experience has it.
    pub(crate) score: f64,
    /// KATO code of the region of its place.
    pub(crate) region: Option<String>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// The text of a label that is none of ours.
    pub(crate) code: Option<&'a str>,
    /// Scans that it rests on.
    pub(crate) scans: i64,
    /// Devices, or codes, that it rests on.
    pub(crate) devices: i64,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

/// What came of a judgement.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grown {
    /// What is to be told, of which alert, by which rule. Whoever tells must hold all alerts by then: events have a lock.
    pub(crate) told: Option<(Uuid, What, Kind)>,
    /// Whether its code turned out copied beyond doubt.
    pub(crate) is_evident: bool,
}

/// Opens an alert, or lets the one of the same subject grow.
pub(crate) async fn open_or_grow(tx: &Transaction<'_>, new: &NewAlert<'_>) -> Result<Grown> {
    let subject = new.subject.to_string();
    // The subject's trail is held, so nobody else opens the same alert.
    let find = tx
        .prepare_cached(
            "-- alerts::find_standing
             SELECT id, state, score, kinds, devices, decided_weight, is_evident FROM alert WHERE subject = $1 FOR UPDATE",
        )
        .await?;
    let row = tx.query_opt(&find, &[&subject]).await?;
    let standing = row.as_ref().map(standing).transpose()?;
    let findings = &new.judgement.findings;
    let growth = growth(standing.as_ref(), new.score, findings, new.devices);
    let was_evident = row.as_ref().is_some_and(|row| row.get::<_, bool>(6));
    // What a decision has refuted stays so until the alert is open again.
    let is_silenced =
        growth == Growth::Quietly && standing.as_ref().is_some_and(|one| one.state == AlertState::Decided);
    let is_evident = was_evident || new.judgement.is_evident && !is_silenced;
    let Some(first) = findings.first() else { return Ok(Grown::default()) };
    let id: Uuid = row.as_ref().map_or_else(Uuid::now_v7, |row| row.get(0));
    let kinds: Vec<&str> = findings.iter().map(|finding| finding.kind.slug()).collect();
    let place = new.judgement.place;
    let (latitude, longitude) = (place.map(|place| place.latitude), place.map(|place| place.longitude));
    let accuracy = place.map(|place| place.accuracy_metres);
    let (order, index) = match new.subject {
        Subject::Unit { order, index } => (i32::try_from(*order).ok(), i32::try_from(*index).ok()),
        Subject::Run { order, .. } | Subject::OddRun { order, .. } => (i32::try_from(*order).ok(), None),
        _ => (None, None),
    };
    let write = tx
        .prepare_cached(
            "-- alerts::write_alert
             INSERT INTO alert (id, subject, kind, kinds, findings, score, is_evident, state, region, latitude, longitude,
                                accuracy_metres, gtin, order_number, unit_index, code, scans, devices, opened_at, grown_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
             ON CONFLICT (subject) DO UPDATE
             SET kind = excluded.kind, kinds = excluded.kinds, findings = excluded.findings, score = excluded.score,
                 is_evident = excluded.is_evident, scans = excluded.scans, devices = excluded.devices,
                 grown_at = excluded.grown_at,
                 region = CASE WHEN alert.state = 'new' THEN coalesce(excluded.region, alert.region) ELSE alert.region END,
                 latitude = coalesce(excluded.latitude, alert.latitude),
                 longitude = coalesce(excluded.longitude, alert.longitude),
                 accuracy_metres = coalesce(excluded.accuracy_metres, alert.accuracy_metres), coarsened_at = NULL,
                 state = CASE WHEN $19 THEN CASE WHEN alert.assignee IS NULL THEN 'new' ELSE 'assigned' END
                              ELSE alert.state END,
                 decision = CASE WHEN $19 THEN NULL ELSE alert.decision END,
                 decided_at = CASE WHEN $19 THEN NULL ELSE alert.decided_at END",
        )
        .await?;
    let reopens = growth == Growth::Reopens;
    tx.execute(
        &write,
        &[
            &id,
            &subject,
            &first.kind.slug(),
            &kinds,
            &Json(findings),
            &new.score,
            &is_evident,
            &new.region,
            &latitude,
            &longitude,
            &accuracy,
            &new.gtin,
            &order,
            &index,
            &new.code,
            &new.scans,
            &new.devices,
            &new.at,
            &reopens,
        ],
    )
    .await?;
    let what = match growth {
        Growth::Opens => Some(What::Opened),
        Growth::Grows => Some(What::Grew),
        Growth::Reopens => Some(What::Reopened),
        Growth::Quietly => None,
    };
    Ok(Grown { told: what.map(|what| (id, what, first.kind)), is_evident: is_evident && !was_evident })
}

fn standing(row: &tokio_postgres::Row) -> Result<Standing> {
    Ok(Standing {
        state: state(row.get(1))?,
        score: row.get(2),
        kinds: row.get::<_, Vec<&str>>(3).into_iter().filter_map(|kind| kind.parse().ok()).collect(),
        devices: row.get(4),
        decided_weight: row.get(5),
    })
}

fn state(slug: &str) -> Result<AlertState> {
    let state = AlertState::ALL.into_iter().find(|state| state.slug() == slug);
    state.ok_or_else(|| Error::internal("an alert in an unknown state"))
}

/// An alert.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Its id.
    pub(crate) id: Uuid,
    /// The key of its subject.
    pub(crate) subject: String,
    /// The weightiest rule.
    pub(crate) kind: Kind,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// How likely it is true.
    pub(crate) score: f64,
    /// Where it stands.
    pub(crate) state: AlertState,
    /// What came of it.
    pub(crate) decision: Option<Decision>,
    /// The inspector in charge, and the region that has it.
    pub(crate) charge: Charge,
    /// Where somebody should go.
    pub(crate) place: Option<Position>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// The product's name in Kazakh, Russian and English.
    pub(crate) names: Option<[String; 3]>,
    /// The order of a code of ours, by its id.
    pub(crate) order: Option<Uuid>,
    /// Its index in the order.
    pub(crate) index: Option<i32>,
    /// The text of a label that is none of ours.
    pub(crate) code: Option<String>,
    /// Scans that it rests on.
    pub(crate) scans: i64,
    /// Devices that it rests on.
    pub(crate) devices: i64,
    /// When it came up.
    pub(crate) opened_at: DateTime<Utc>,
    /// When it grew last.
    pub(crate) grown_at: DateTime<Utc>,
    /// When it was decided.
    pub(crate) decided_at: Option<DateTime<Utc>>,
}

/// What [`kept`] reads.
pub(super) const COLUMNS: &str = "a.id, a.subject, a.kind, a.findings, a.score, a.state, a.decision, a.region, a.latitude,
    a.longitude, a.accuracy_metres, a.gtin, p.trade_name_kk, p.trade_name_ru, p.trade_name_en, o.id, a.unit_index, a.code,
    a.scans, a.devices, a.assignee, a.opened_at, a.grown_at, a.decided_at";
/// Where it reads from.
pub(super) const TABLES: &str =
    "alert a LEFT JOIN product p ON p.gtin = a.gtin LEFT JOIN code_order o ON o.number = a.order_number";

pub(super) fn kept(row: &tokio_postgres::Row) -> Result<Kept> {
    let Json(findings): Json<Vec<Finding>> = row.get(3);
    let decision: Option<&str> = row.get(6);
    let place = row.get::<_, Option<f64>>(8).zip(row.get(9)).map(|(latitude, longitude)| Position {
        latitude,
        longitude,
        accuracy_metres: row.get::<_, Option<f32>>(10).unwrap_or_default(),
    });
    let name = |column| row.get::<_, Option<String>>(column);
    let names = name(12).zip(name(13)).zip(name(14)).map(|((kk, ru), en)| [kk, ru, en]);
    Ok(Kept {
        id: row.get(0),
        subject: row.get(1),
        kind: row.get::<_, &str>(2).parse().map_err(|_| Error::internal("an alert of an unknown kind"))?,
        findings,
        score: row.get(4),
        state: state(row.get(5))?,
        decision: decision.and_then(|slug| Decision::ALL.into_iter().find(|decision| decision.slug() == slug)),
        charge: Charge { assignee: row.get(20), region: row.get(7) },
        place,
        gtin: row.get(11),
        names,
        order: row.get(15),
        index: row.get(16),
        code: row.get(17),
        scans: row.get(18),
        devices: row.get(19),
        opened_at: row.get(21),
        grown_at: row.get(22),
        decided_at: row.get(23),
    })
}

/// The alert with this id, held until the transaction ends.
pub(crate) async fn find_alert(tx: &Transaction<'_>, id: Uuid) -> Result<Option<Kept>> {
    let find = format!("-- alerts::find_alert\n SELECT {COLUMNS} FROM {TABLES} WHERE a.id = $1 FOR UPDATE OF a");
    tx.query_opt(&tx.prepare_cached(&find).await?, &[&id]).await?.as_ref().map(kept).transpose()
}

/// The same without holding it.
pub(crate) async fn find_alert_now(db: &impl GenericClient, id: Uuid) -> Result<Option<Kept>> {
    let find = format!("-- alerts::find_alert_now\n SELECT {COLUMNS} FROM {TABLES} WHERE a.id = $1");
    db.query_opt(&db.prepare_cached(&find).await?, &[&id]).await?.as_ref().map(kept).transpose()
}

/// The trail of a subject, if it is still remembered.
pub(crate) async fn find_trail_state(db: &impl GenericClient, subject: &str) -> Result<Option<Trail>> {
    let find = db.prepare_cached("-- alerts::find_trail\n SELECT state FROM trail WHERE subject = $1").await?;
    Ok(db.query_opt(&find, &[&subject]).await?.map(|row| row.get::<_, Json<Trail>>(0).0))
}

/// What a step changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update<'a> {
    /// Where it stands now.
    pub(crate) state: AlertState,
    /// What came of it.
    pub(crate) decision: Option<Decision>,
    /// Who is in charge.
    pub(crate) assignee: Option<Uuid>,
    /// Whose it is.
    pub(crate) region: Option<&'a str>,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

/// Writes what a step has changed. A decision keeps what the findings weighed.
pub(crate) async fn update(tx: &Transaction<'_>, alert: &Kept, update: &Update<'_>) -> Result<()> {
    let write = tx
        .prepare_cached(
            "-- alerts::update
             UPDATE alert SET state = $2, decision = $3, assignee = $4, region = $5,
                 decided_at = CASE WHEN $3::text IS NULL THEN NULL ELSE coalesce(decided_at, $6) END,
                 decided_weight = CASE WHEN $3::text IS NULL THEN decided_weight ELSE $7 END
             WHERE id = $1",
        )
        .await?;
    let Update { state, decision, assignee, region, at } = update;
    let decision = decision.map(Decision::slug);
    tx.execute(&write, &[&alert.id, &state.slug(), &decision, assignee, region, at, &weight(&alert.findings)]).await?;
    Ok(())
}

/// An alert that a decision has refuted is no evident copy any more.
pub(crate) async fn refute(tx: &Transaction<'_>, alert: Uuid) -> Result<()> {
    let refute = tx
        .prepare_cached(
            "-- alerts::refute
 UPDATE alert SET is_evident = false WHERE id = $1 AND is_evident",
        )
        .await?;
    if tx.execute(&refute, &[&alert]).await? > 0 { super::cell::add_tally(tx, 0, -1).await } else { Ok(()) }
}

/// Rounds the places of alerts that have not grown since an instant. Returns how many.
pub(crate) async fn coarsen_alerts(
    tx: &Transaction<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    coarse: impl Fn(Position) -> Position,
) -> Result<usize> {
    let list = "-- alerts::list_exact_alerts
         SELECT id, latitude, longitude, accuracy_metres FROM alert
         WHERE grown_at < $1 AND coarsened_at IS NULL AND latitude IS NOT NULL LIMIT 500 FOR UPDATE SKIP LOCKED";
    let rows = tx.query(list, &[&before]).await?;
    for row in &rows {
        let accuracy_metres = row.get::<_, Option<f32>>(3).unwrap_or_default();
        let place = coarse(Position { latitude: row.get(1), longitude: row.get(2), accuracy_metres });
        let write = "-- alerts::coarsen_alert
             UPDATE alert SET latitude = $2, longitude = $3, accuracy_metres = $4, coarsened_at = $5 WHERE id = $1";
        let id: Uuid = row.get(0);
        tx.execute(write, &[&id, &place.latitude, &place.longitude, &place.accuracy_metres, &now]).await?;
    }
    Ok(rows.len())
}
