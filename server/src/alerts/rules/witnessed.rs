//! Rules that rest on several witnesses of the same: goods on a shelf that must not be there, labels that don't hold,
//! shops and devices that stand out.

use super::crowd::Crowd;
use super::finding::{Finding, Judgement};
use super::kind::Kind;
use super::settings::Settings;
use super::sighting::{Seen, Sighting};
use super::trail::{Party, Trail};

/// Sightings that a finding rests on.
struct Witnesses(Vec<Sighting>);

impl Witnesses {
    /// One sighting of each party that saw it, within so many days before now.
    fn of(trail: &Trail, now: i64, days: i64, saw: impl Fn(&Sighting) -> bool) -> Self {
        let is_recent = |sighting: &Sighting| sighting.at >= now - days * 86_400;
        let seen = |party: &Party| [party.last, party.first].into_iter().find(|one| saw(one) && is_recent(one));
        Self(trail.parties().iter().filter_map(seen).collect())
    }

    /// How many there are; more than are kept, by the sample.
    fn count(&self, trail: &Trail) -> usize {
        self.0.len() * trail.distinct() / trail.parties().len().max(1)
    }

    fn span(&self) -> (i64, i64) {
        let times = || self.0.iter().map(|sighting| sighting.at);
        (times().min().unwrap_or_default(), times().max().unwrap_or_default())
    }

    fn newest_place(&self) -> Option<super::Position> {
        self.0.iter().filter(|sighting| sighting.place.is_some()).max_by_key(|sighting| sighting.at)?.place
    }

    /// The judgement that they make, if there are as many as it takes: each beyond that adds a little.
    fn judge(&self, trail: &Trail, needed: usize, kind: Kind, what: &str, weight: f64) -> Option<Judgement> {
        let count = self.count(trail);
        if count < needed {
            return None;
        }
        let weight = weight + 0.2 * (count - needed).min(10) as f64;
        let (first, last) = self.span();
        let days = ((last - first) as f64 / 86_400.0).ceil().max(1.0);
        let finding = Finding::new(kind, weight, (first, last), &[(what, count as f64), ("days", days)]);
        Some(Judgement::of(weight, false, vec![finding], self.newest_place()))
    }
}

/// Units on shelves that are not in circulation yet, or not any more (two devices: one may be the maker's own).
pub(super) fn judge_life(trail: &Trail, now: i64, settings: &Settings) -> Option<Judgement> {
    [(Seen::NotReleased, Kind::BeforeRelease), (Seen::Withdrawn, Kind::AfterWithdrawal)].into_iter().find_map(
        |(seen, kind)| {
            let witnesses = Witnesses::of(trail, now, settings.witness_days, |one| one.seen == seen);
            witnesses.judge(trail, 2, kind, "devices", settings.clear)
        },
    )
}

/// A label with a serial of ours under a seal that doesn't hold, read from the symbol itself by devices of several
/// networks. Readings with known faults of scanners and typing never get here.
pub(super) fn judge_label(trail: &Trail, now: i64, settings: &Settings) -> Option<Judgement> {
    let witnesses = Witnesses::of(trail, now, settings.witness_days, |one| one.seen == Seen::Forged);
    witnesses.judge(trail, settings.forged_devices, Kind::ForgedSeal, "devices", settings.clear)
}

/// A seal that stands under several texts.
pub(super) fn judge_seal(trail: &Trail, now: i64, settings: &Settings) -> Option<Judgement> {
    let witnesses = Witnesses::of(trail, now, settings.witness_days, |one| one.seen == Seen::Forged);
    witnesses.judge(trail, 3, Kind::SealOfAnother, "codes", settings.clear)
}

/// A device that tries codes until one holds: most of what it scans in an hour was never issued.
pub(super) fn judge_device(trail: &Trail, now: i64, settings: &Settings) -> Option<Judgement> {
    let newest = trail.newest()?.min(now);
    let hour: Vec<&Party> = trail.parties().iter().filter(|party| party.last.at > newest - 3_600).collect();
    let unknown = |party: &&Party| matches!(party.last.seen, Seen::Unknown | Seen::Forged);
    let guesses = hour.iter().copied().filter(|party| unknown(party)).count();
    let share = guesses as f64 / hour.len().max(1) as f64;
    let guesses = guesses * trail.distinct() / trail.parties().len().max(1);
    if guesses <= settings.guesses_an_hour as usize || share <= settings.guesses_share {
        return None;
    }
    let facts = [("codes", guesses as f64), ("share", (share * 100.0).round())];
    let finding = Finding::new(Kind::GuessedCodes, settings.witnessed, (newest - 3_600, newest), &facts);
    let place = trail.sightings().iter().rev().find_map(|(_, sighting)| sighting.place);
    Some(Judgement::of(settings.witnessed, false, vec![finding], place))
}

/// Bad goods in one shop. Unknown codes must also be more than what scanners misread everywhere.
pub(super) fn judge_shop(seen: Seen, trail: &Trail, now: i64, crowd: &Crowd, settings: &Settings) -> Option<Judgement> {
    let kind = match seen {
        Seen::Expired => Kind::ExpiredOnSale,
        Seen::Recalled => Kind::RecalledOnSale,
        _ => Kind::UnknownCluster,
    };
    let witnesses = Witnesses::of(trail, now, settings.witness_days, |_| true);
    if kind == Kind::UnknownCluster {
        let scans = crowd.scans_around_shop(witnesses.newest_place()?);
        if (trail.scans as f64) < settings.unknown_share * scans as f64 {
            return None;
        }
    }
    witnesses.judge(trail, settings.witnesses, kind, "devices", settings.witnessed)
}
