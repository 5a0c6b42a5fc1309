//! Judges scans: from a committed job to trails, cells and alerts, all in the transaction that strikes the job out, so
//! that each scan is judged exactly once however many workers there are and whenever one of them dies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::case::Lessons;
use super::look::look_up;
use super::rules::{self, Crowd, Judgement, Mark, Position, Scan, Seen, Settings, Subject, Trail};
use super::store::{self, Cell, Grown, Happened, NewAlert};
use crate::app::App;
use crate::db::Transaction;
use crate::error::Result;
use crate::scans::{self, KeptScan};

/// What one process knows of all scans together, and how it judges. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<RwLock<Arc<Known>>>);

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) crowd: Crowd,
    pub(super) lessons: Lessons,
}

impl Watch {
    pub(super) fn known(&self) -> Arc<Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads anew what is known of all scans together.
pub(crate) async fn refresh(app: &App) -> Result<()> {
    let db = app.db.get().await?;
    let (crowd, lessons) = (store::read_crowd(&db).await?, store::read_lessons(&db).await?);
    let known = Known { settings: Settings::default(), crowd, lessons };
    *app.watch.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    Ok(())
}

/// A subject that was judged, and the scan that brought it up.
struct Judged {
    subject: Subject,
    judgement: Judgement,
    scan: usize,
    scans: u64,
    devices: usize,
}

/// Judges scans. Those that retention has taken meanwhile are left out.
pub(crate) async fn judge_scans(app: &App, tx: &Transaction<'_>, wanted: &[(NaiveDate, Uuid)]) -> Result<()> {
    let kept = scans::list_scans(tx, wanted).await?;
    let seen = look_up(app, &kept).await?;
    let known = app.watch.known();
    let marks: Vec<(usize, Mark)> =
        seen.iter().enumerate().flat_map(|(at, scan)| scan.marks().into_iter().map(move |mark| (at, mark))).collect();
    let (mut judged, new_units) = follow(app, tx, &known, marks).await?;
    let odd: Vec<(usize, Mark)> = judged
        .iter()
        .filter(|one| one.judgement.score >= known.settings.odd_score)
        .filter_map(|one| {
            let scan = &seen[one.scan];
            let sighting = rules::Sighting { id: scan.id, at: scan.at, place: scan.place, seen: scan.seen };
            Some((one.scan, Mark { subject: one.subject.odd_run()?, party: one.subject.party(), sighting }))
        })
        .collect();
    let suspicious: BTreeSet<usize> = odd
        .iter()
        .map(|(at, _)| *at)
        .chain(seen.iter().enumerate().filter(|(_, scan)| is_bad(scan)).map(|(at, _)| at))
        .collect();
    if !odd.is_empty() {
        judged.extend(follow(app, tx, &known, odd).await?.0);
    }
    count(tx, &kept, &seen, &suspicious).await?;
    let mut grown = Vec::new();
    for one in judged {
        grown.push(grow(app, tx, &known, &one, &kept[one.scan]).await?);
    }
    tell(app, tx, &grown).await?;
    let evident = grown.iter().filter(|grown| grown.is_evident).count();
    store::add_tally(tx, new_units, i64::try_from(evident).unwrap_or(i64::MAX)).await
}

/// Judges a sale that was refused: one item is sold once.
pub(crate) async fn judge_sale(
    app: &App,
    tx: &Transaction<'_>,
    seller: i32,
    at: i64,
    units: &[(u32, u32)],
) -> Result<()> {
    let known = app.watch.known();
    let mut grown = Vec::new();
    for (order, index) in units {
        let Some(why) = crate::codes::find_end(tx, *order, *index).await? else { continue };
        let why = match why {
            crate::codes::End::Sold { at, seller } => rules::Refused::Sold { at: at.timestamp(), seller },
            crate::codes::End::Withdrawn { at } => rules::Refused::Withdrawn { at: at.timestamp() },
        };
        let Some(judgement) = rules::judge_attempt(rules::Attempt { at, seller, why }, &known.settings) else {
            continue;
        };
        let subject = Subject::Unit { order: *order, index: *index };
        let now = DateTime::from_timestamp(at, 0).unwrap_or_else(|| app.clock.now());
        let trail = store::take_trails(tx, &[subject], now.date_naive()).await?.0;
        let trail = trail.get(&subject).cloned().unwrap_or_default();
        let spread = rules::judge(subject, &trail, &known.crowd, &known.settings);
        let judgement = match spread {
            Some(spread) => judgement.with(spread),
            None => judgement,
        };
        let gtin = crate::codes::find_orders(tx, &[*order]).await?.first().map(|order| order.gtin.number());
        let alert = NewAlert {
            subject: &subject,
            judgement: &judgement,
            score: known.lessons.score(&judgement),
            region: judgement.place.and_then(|place| app.regions.find(place.latitude, place.longitude)),
            gtin: gtin.and_then(|gtin| i64::try_from(gtin).ok()),
            code: None,
            scans: i64::try_from(trail.scans).unwrap_or(i64::MAX),
            devices: i64::try_from(trail.distinct()).unwrap_or(i64::MAX),
            at: app.clock.now(),
        };
        grown.push(store::open_or_grow(tx, &alert).await?);
    }
    tell(app, tx, &grown).await
}

/// Adds marks to their trails and judges each subject once. Returns what was found, and how many units were seen first.
async fn follow(
    app: &App,
    tx: &Transaction<'_>,
    known: &Known,
    marks: Vec<(usize, Mark)>,
) -> Result<(Vec<Judged>, i64)> {
    let subjects: BTreeSet<Subject> = marks.iter().map(|(_, mark)| mark.subject).collect();
    let subjects: Vec<Subject> = subjects.into_iter().collect();
    let now = app.clock.now();
    let (mut trails, new_units) = store::take_trails(tx, &subjects, now.date_naive()).await?;
    let mut last: BTreeMap<Subject, usize> = BTreeMap::new();
    for (scan, mark) in marks {
        trails.entry(mark.subject).or_default().add(mark.party, mark.sighting);
        last.insert(mark.subject, scan);
    }
    let exact_from = now - chrono::TimeDelta::days(i64::from(app.config.retention.exact_days));
    let mut judged = Vec::new();
    for (subject, trail) in &mut trails {
        trail.forget_old();
        trail.change_places(exact_from.timestamp(), coarse);
        let Some(judgement) = rules::judge(*subject, trail, &known.crowd, &known.settings) else { continue };
        let (scan, scans, devices) = (last.get(subject).copied().unwrap_or_default(), trail.scans, trail.distinct());
        judged.push(Judged { subject: *subject, judgement, scan, scans, devices });
    }
    store::write_trails(tx, &trails).await?;
    Ok((judged, new_units))
}

/// Tells of alerts that came up or grew. Everything else is held by now, so nobody waits for who waits for them.
async fn tell(app: &App, tx: &Transaction<'_>, grown: &[Grown]) -> Result<()> {
    for (alert, what, kind) in grown.iter().filter_map(|grown| grown.told) {
        let (at, detail) = (app.clock.now(), Some(kind.slug()));
        store::append_happened(tx, &Happened { alert, at, what, account: None, detail, message: None }).await?;
    }
    Ok(())
}

/// Opens an alert or lets it grow, if there is reason to.
async fn grow(app: &App, tx: &Transaction<'_>, known: &Known, one: &Judged, scan: &KeptScan) -> Result<Grown> {
    let score = known.lessons.score(&one.judgement);
    if score < known.settings.alert_score {
        return Ok(Grown::default());
    }
    let place = one.judgement.place;
    let alert = NewAlert {
        subject: &one.subject,
        judgement: &one.judgement,
        score,
        region: place.and_then(|place| app.regions.find(place.latitude, place.longitude)),
        gtin: if matches!(one.subject, Subject::Device { .. }) { None } else { scan.gtin },
        code: if matches!(one.subject, Subject::Label { .. }) { scan.code.as_deref() } else { None },
        scans: i64::try_from(one.scans).unwrap_or(i64::MAX),
        devices: i64::try_from(one.devices).unwrap_or(i64::MAX),
        at: app.clock.now(),
    };
    store::open_or_grow(tx, &alert).await
}

/// Counts where people scan, and keeps what looks suspicious for hot spots.
async fn count(tx: &Transaction<'_>, kept: &[KeptScan], seen: &[Scan], suspicious: &BTreeSet<usize>) -> Result<()> {
    let mut cells: BTreeMap<(NaiveDate, i64, i64), Cell> = BTreeMap::new();
    let mut points = Vec::new();
    for (at, (kept, seen)) in kept.iter().zip(seen).enumerate() {
        let Some(place) = seen.place else { continue };
        let Some(cell) = place.cell(Crowd::RESOLUTION) else { continue };
        let cell = u64::from(cell).cast_signed();
        let day = kept.taken_at.date_naive();
        let is_suspicious = suspicious.contains(&at);
        let all = cells.entry((day, cell, 0)).or_default();
        all.scans += 1;
        all.suspicious += i64::from(is_suspicious);
        if !is_suspicious {
            continue;
        }
        if let Some(gtin) = kept.gtin {
            cells.entry((day, cell, gtin)).or_default().suspicious += 1;
        }
        points.push((kept, seen));
    }
    store::add_cells(tx, &cells).await?;
    store::insert_suspicions(tx, &points).await
}

/// Whether a scan speaks against its goods by itself.
fn is_bad(scan: &Scan) -> bool {
    let is_bad = !matches!(scan.seen, Seen::Sound | Seen::Sold | Seen::Misread);
    is_bad && !scan.from_picture
}

/// A place, rounded as those of scans are after their time.
pub(super) fn coarse(position: Position) -> Position {
    let place = scans::Place {
        latitude: position.latitude,
        longitude: position.longitude,
        accuracy_metres: position.accuracy_metres,
    };
    let coarse = place.coarse();
    Position { latitude: coarse.latitude, longitude: coarse.longitude, accuracy_metres: coarse.accuracy_metres }
}

/// When a trail's oldest exact place was seen.
pub(super) fn exact_from(trail: &Trail) -> Option<DateTime<Utc>> {
    let at = trail.oldest_exact(|position| coarse(position) != position)?;
    DateTime::from_timestamp(at, 0)
}
