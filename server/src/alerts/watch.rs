//! Judges scans: from a committed job to trails, cells and alerts, all in the transaction that strikes the job out, so
//! that each scan is judged exactly once however many workers there are and whenever one of them dies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::case::Lessons;
use super::look::look_up;
use super::networks::{Left, admitted, count, within_budgets};
use super::rules::{self, Crowd, Judgement, Mark, Network, Position, Scan, Seen, Settings, Subject, Trail};
use super::spots::Spots;
use super::store::{self, Grown, Happened, NewAlert};
use crate::alerts::Alerts;
use crate::platform::clock;
use crate::platform::db::Transaction;
use crate::platform::problem::Result;
use crate::scans::{self, KeptScan};

/// What one process knows of all scans together, and how it judges. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    known: Arc<RwLock<Arc<Known>>>,
    key: Arc<OnceLock<Vec<u8>>>,
    pub(super) spots: Spots,
}

/// A scan that was committed: the day by its client's clock, its id, and the network that it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) day: NaiveDate,
    pub(crate) id: Uuid,
    pub(crate) network: Network,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) crowd: Crowd,
    pub(super) lessons: Lessons,
}

impl Watch {
    pub(super) fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key under which devices are hashed; it never changes.
    pub(super) async fn key(&self, tx: &Transaction<'_>) -> Result<&[u8]> {
        if self.key.get().is_none() {
            let _ = self.key.set(store::find_key(tx).await?);
        }
        Ok(self.key.get().map_or(&[], Vec::as_slice))
    }
}

/// Reads anew what is known of all scans together.
pub(crate) async fn refresh(state: &Alerts) -> Result<()> {
    let db = state.base.db.get().await?;
    let (crowd, lessons) = (store::read_crowd(&db).await?, store::read_lessons(&db).await?);
    let known = Known { settings: Settings::default(), crowd, lessons };
    *state.watch.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    Ok(())
}

/// A subject that was judged, and the scan that brought it up.
pub(super) struct Judged {
    pub(super) subject: Subject,
    judgement: Judgement,
    scan: usize,
    scans: u64,
    devices: usize,
}

/// Judges scans. Those that retention has removed meanwhile are left out.
pub(crate) async fn judge_scans(state: &Alerts, tx: &Transaction<'_>, wanted: &[Wanted]) -> Result<()> {
    let ids: Vec<(NaiveDate, Uuid)> = wanted.iter().map(|scan| (scan.day, scan.id)).collect();
    let networks: HashMap<Uuid, Network> = wanted.iter().map(|scan| (scan.id, scan.network)).collect();
    let kept = scans::list_scans(tx, &ids, scans::oldest_day(&state.base)).await?;
    let seen = look_up(state, state.watch.key(tx).await?, &kept).await?;
    let known = state.watch.known();
    let left = |scan: usize, mark: Mark| {
        let of = &kept[scan];
        let (network, received) = (networks.get(&of.id).copied().unwrap_or_default(), of.received_at.timestamp());
        Left { scan, mark, network, day: clock::local(of.received_at).date_naive(), received }
    };
    let marks: Vec<Left> = seen
        .iter()
        .enumerate()
        .flat_map(|(at, scan)| scan.marks().into_iter().map(move |mark| left(at, mark)))
        .collect();
    let (mut judged, new_units) = follow(state, tx, &known, marks).await?;
    let odd: Vec<Left> = judged
        .iter()
        .filter(|one| one.judgement.score >= known.settings.odd_score)
        .filter_map(|one| {
            let scan = &seen[one.scan];
            let sighting = rules::Sighting { id: scan.id, at: scan.at, place: scan.place, seen: scan.seen };
            Some(left(one.scan, Mark { subject: one.subject.odd_run()?, party: one.subject.party(), sighting }))
        })
        .collect();
    let suspicious: BTreeSet<usize> = odd
        .iter()
        .map(|left| left.scan)
        .chain(seen.iter().enumerate().filter(|(_, scan)| is_bad(scan)).map(|(at, _)| at))
        .collect();
    if !odd.is_empty() {
        judged.extend(follow(state, tx, &known, odd).await?.0);
    }
    count(tx, &kept, &seen, &networks, &suspicious).await?;
    judged.retain(|one| known.lessons.score(&one.judgement) >= known.settings.alert_score);
    let judged = within_budgets(tx, judged, |one| {
        let of = &kept[one.scan];
        (networks.get(&of.id).copied().unwrap_or_default(), of.received_at.timestamp() / 3_600)
    })
    .await?;
    let mut grown = Vec::new();
    for one in judged {
        grown.push(grow(state, tx, &known, &one, &kept[one.scan]).await?);
    }
    tell(state, tx, &grown).await?;
    let evident = grown.iter().filter(|grown| grown.is_evident).count();
    store::add_tally(tx, new_units, i64::try_from(evident).unwrap_or(i64::MAX)).await
}

/// Judges a sale that was refused: one item is sold once.
pub(crate) async fn judge_sale(
    state: &Alerts,
    tx: &Transaction<'_>,
    seller: i32,
    at: i64,
    units: &[(u32, u32)],
) -> Result<()> {
    let known = state.watch.known();
    let mut grown = Vec::new();
    for (order, index) in units {
        let Some(why) = crate::documents::find_end(tx, *order, *index).await? else { continue };
        let why = match why {
            crate::documents::End::Sold { at, seller } => rules::Refused::Sold { at: at.timestamp(), seller },
            crate::documents::End::Withdrawn { at } => rules::Refused::Withdrawn { at: at.timestamp() },
        };
        let Some(judgement) = rules::judge_attempt(rules::Attempt { at, seller, why }, &known.settings) else {
            continue;
        };
        let subject = Subject::Unit { order: *order, index: *index };
        let now = DateTime::from_timestamp(at, 0).unwrap_or_else(|| state.base.clock.now());
        let trail = store::take_trails(tx, &[subject], now.date_naive()).await?.0;
        let trail = trail.get(&subject).cloned().unwrap_or_default();
        let spread = rules::judge(subject, &trail, at, &known.crowd, &known.settings);
        let judgement = match spread {
            Some(spread) => judgement.with(spread),
            None => judgement,
        };
        let gtin = crate::codes::find_orders(tx, &[*order]).await?.first().map(|order| order.gtin.number());
        let alert = NewAlert {
            subject: &subject,
            judgement: &judgement,
            score: known.lessons.score(&judgement),
            region: judgement.place.and_then(|place| state.regions.find(place.latitude, place.longitude)),
            gtin: gtin.and_then(|gtin| i64::try_from(gtin).ok()),
            code: None,
            scans: i64::try_from(trail.scans).unwrap_or(i64::MAX),
            devices: i64::try_from(trail.distinct()).unwrap_or(i64::MAX),
            at: state.base.clock.now(),
        };
        grown.push(store::open_or_grow(tx, &alert).await?);
    }
    tell(state, tx, &grown).await
}

/// Adds marks to their trails and judges each subject once. What a network says a second time on a day under another name
/// leaves no trace. Returns what was found, and how many units were seen first.
async fn follow(state: &Alerts, tx: &Transaction<'_>, known: &Known, marks: Vec<Left>) -> Result<(Vec<Judged>, i64)> {
    let subjects: BTreeSet<Subject> = marks.iter().map(|left| left.mark.subject).collect();
    let subjects: Vec<Subject> = subjects.into_iter().collect();
    let now = state.base.clock.now();
    let (mut trails, new_units) = store::take_trails(tx, &subjects, now.date_naive()).await?;
    let marks = admitted(tx, marks).await?;
    let mut last: BTreeMap<Subject, (usize, i64)> = BTreeMap::new();
    for Left { scan, mark, received, .. } in marks {
        trails.entry(mark.subject).or_default().add(mark.party, mark.sighting);
        let newest = last.get(&mark.subject).map_or(received, |(_, newest)| received.max(*newest));
        last.insert(mark.subject, (scan, newest));
    }
    let exact_from = now - chrono::TimeDelta::days(i64::from(state.base.config.retention.exact_days));
    let mut judged = Vec::new();
    trails.retain(|subject, _| last.contains_key(subject));
    for (subject, trail) in &mut trails {
        let Some((scan, received)) = last.get(subject).copied() else { continue };
        trail.forget_old(received);
        trail.change_places(exact_from.timestamp(), coarse);
        let Some(judgement) = rules::judge(*subject, trail, received, &known.crowd, &known.settings) else { continue };
        judged.push(Judged { subject: *subject, judgement, scan, scans: trail.scans, devices: trail.distinct() });
    }
    store::write_trails(tx, &trails, now.date_naive()).await?;
    Ok((judged, new_units))
}

/// Tells of alerts that came up or grew. Everything else is held by now, so nobody waits for who waits for them.
async fn tell(state: &Alerts, tx: &Transaction<'_>, grown: &[Grown]) -> Result<()> {
    for (alert, what, kind) in grown.iter().filter_map(|grown| grown.told) {
        let (at, detail) = (state.base.clock.now(), Some(kind.slug()));
        store::append_happened(tx, &Happened { alert, at, what, account: None, detail, message: None }).await?;
    }
    Ok(())
}

/// Opens an alert or lets it grow, if there is reason to.
async fn grow(state: &Alerts, tx: &Transaction<'_>, known: &Known, one: &Judged, scan: &KeptScan) -> Result<Grown> {
    let score = known.lessons.score(&one.judgement);
    let place = one.judgement.place;
    let alert = NewAlert {
        subject: &one.subject,
        judgement: &one.judgement,
        score,
        region: place.and_then(|place| state.regions.find(place.latitude, place.longitude)),
        gtin: if matches!(one.subject, Subject::Device { .. }) { None } else { scan.gtin },
        code: if matches!(one.subject, Subject::Label { .. }) { scan.code.as_deref() } else { None },
        scans: i64::try_from(one.scans).unwrap_or(i64::MAX),
        devices: i64::try_from(one.devices).unwrap_or(i64::MAX),
        at: state.base.clock.now(),
    };
    store::open_or_grow(tx, &alert).await
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
