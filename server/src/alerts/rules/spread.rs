//! How far one code has spread: over devices, places and time. One item is met by few people in one or two places; its
//! photo by many, most of them within a day; its copies by many, in many places, week after week.

use std::collections::BTreeSet;

use super::crowd::Crowd;
use super::finding::{Finding, Judgement};
use super::kind::Kind;
use super::settings::Settings;
use super::sighting::{Position, Seen, Sighting};
use super::trail::Trail;

/// What a trail says of its code.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Devices that scanned it.
    pub devices: usize,
    /// Towns in which it was seen, those left out where nobody else scans.
    pub towns: usize,
    /// Between the two farthest of them.
    pub kilometres: f64,
    /// Whether it was seen after its sale.
    pub is_sold: bool,
    /// Sightings by another device each, each so long after the one before that both belong to no common event.
    pub occasions: usize,
    /// From the first of these sightings to the last.
    pub days: f64,
    /// Of all pairs of devices, the share that first met the code within the same two days.
    pub together: f64,
    /// Devices outside the busiest burst, and outside the second busiest, too.
    pub calm: [usize; 2],
    /// Towns of the former.
    pub calm_towns: usize,
    /// Towns in which it was seen before its sale.
    pub towns_before_sale: usize,
    /// Pairs of devices that met it too soon after each other for the distance.
    pub impossible: usize,
    /// The farthest of these.
    pub impossible_kilometres: f64,
    /// Hours between those two.
    pub impossible_hours: f64,
    /// Of all pairs of devices, the share that met it in one shop.
    pub one_shop: f64,
}

/// What two trails may be compared by, and what most trails are: too short to say anything.
const FEWEST: usize = 3;

/// Judges a code by the trail of those who scanned it.
pub fn judge_spread(trail: &Trail, crowd: &Crowd, settings: &Settings) -> Option<Judgement> {
    if trail.parties().len() < FEWEST {
        return None;
    }
    let sightings = firsts(trail);
    let spread = Spread::of_sightings(&sightings, trail.distinct(), crowd, settings);
    let span = (sightings.first()?.at, sightings.last()?.at);
    let log_odds = spread.log_odds(settings);
    let Spread { devices, towns, kilometres, days, occasions, .. } = spread;
    let mut findings = Vec::new();
    let excess = log_odds - settings.spread.base;
    let figures = [
        ("devices", devices as f64),
        ("places", towns as f64),
        ("kilometres", kilometres.round()),
        ("days", days.ceil()),
    ];
    let places = towns >= 3 || spread.towns_before_sale >= 2 || towns == 2 && devices < 6;
    if places {
        findings.push(Finding::new(Kind::ManyPlaces, excess, span, &figures));
    }
    if !places || devices >= 6 {
        let weight = if places { excess / 2.0 } else { excess };
        let figures = [("devices", devices as f64), ("occasions", occasions as f64), ("days", days.ceil())];
        findings.push(Finding::new(Kind::ManyDevices, weight, span, &figures));
    }
    if spread.impossible > 0 {
        let hours = (spread.impossible_hours * 10.0).round() / 10.0;
        let figures = [("kilometres", spread.impossible_kilometres.round()), ("hours", hours)];
        findings.push(Finding::new(Kind::ImpossibleTravel, 0.0, span, &figures));
    }
    let place = trail.sightings().iter().rev().find_map(|(_, sighting)| sighting.place);
    let is_evident = log_odds >= settings.evident;
    Some(Judgement::of(log_odds + crowd.prior(settings), is_evident, findings, place))
}

/// The first sighting by each device, oldest first.
fn firsts(trail: &Trail) -> Vec<Sighting> {
    let mut firsts: Vec<Sighting> = trail.parties().iter().map(|party| party.first).collect();
    firsts.sort_by_key(|sighting| (sighting.at, sighting.id));
    firsts
}

impl Spread {
    /// Measures a trail.
    pub fn of(trail: &Trail, crowd: &Crowd, settings: &Settings) -> Self {
        Self::of_sightings(&firsts(trail), trail.distinct(), crowd, settings)
    }

    fn of_sightings(firsts: &[Sighting], devices: usize, crowd: &Crowd, settings: &Settings) -> Self {
        let is_sold = firsts.iter().any(|one| one.seen == Seen::Sold);
        let mut spread = Self { devices, is_sold, ..Self::default() };
        if firsts.len() > 1 {
            spread.measure_time(firsts, settings);
            spread.measure_places(firsts, crowd, settings);
        }
        spread
    }

    /// How much speaks for copies, in log-odds.
    pub fn log_odds(&self, settings: &Settings) -> f64 {
        let weights = &settings.spread;
        let devices = (self.devices.clamp(1, 40)) as f64;
        let occasions = self.occasions.min(6) as f64;
        let yes = f64::from;
        weights.base
            + weights.devices * devices.ln()
            + weights.two_towns * yes(u8::from(self.towns >= 2))
            + weights.three_towns * yes(u8::from(self.towns >= 3))
            + weights.occasions * occasions
            + weights.occasions_by_devices * self.occasions.min(10) as f64 / devices.min(10.0)
            + weights.ten_days * self.days.min(40.0) / 10.0
            + weights.together * self.together
            + weights.calm_towns * self.calm_towns.min(3) as f64
            + weights.towns_before_sale * yes(u8::from(self.towns_before_sale >= 2))
            + weights.calm * self.calm[0].min(12) as f64
            + weights.calmer * self.calm[1].min(12) as f64
            + weights.impossible * self.impossible.min(2) as f64
            + weights.one_shop * self.one_shop
            + weights.unsold * yes(u8::from(!self.is_sold))
    }

    fn measure_time(&mut self, firsts: &[Sighting], settings: &Settings) {
        let gap = seconds(settings.occasion_hours);
        let mut last = i64::MIN / 2;
        for sighting in firsts {
            if sighting.at - last >= gap {
                self.occasions += 1;
                last = sighting.at;
            }
        }
        self.days = (firsts[firsts.len() - 1].at - firsts[0].at) as f64 / 86_400.0;
        let close = |index: usize| {
            let one = firsts[index];
            firsts[index + 1..].iter().take_while(|other| other.at - one.at < gap).count()
        };
        self.together = (0..firsts.len()).map(close).sum::<usize>() as f64 / pairs(firsts.len());
    }

    fn measure_places(&mut self, firsts: &[Sighting], crowd: &Crowd, settings: &Settings) {
        let placed: Vec<(i64, Position)> =
            firsts.iter().filter_map(|sighting| Some((sighting.at, sighting.place?))).collect();
        let towns = towns(&placed, crowd, settings);
        self.towns = towns.len();
        for (index, one) in towns.iter().enumerate() {
            let far = towns[index + 1..].iter().map(|other| one.apart_metres(*other) / 1_000.0);
            self.kilometres = far.fold(self.kilometres, f64::max);
        }
        let distinct = |sightings: &mut dyn Iterator<Item = &Sighting>| {
            let town = |position| towns.iter().position(|town| is_near(*town, position, settings));
            sightings.filter_map(|sighting| town(sighting.place?)).collect::<BTreeSet<usize>>().len()
        };
        self.towns_before_sale = distinct(&mut firsts.iter().filter(|one| one.seen != Seen::Sold));
        let calm = without_busiest(firsts, seconds(settings.burst_hours));
        let calmer = without_busiest(&calm, seconds(settings.burst_hours));
        self.calm_towns = distinct(&mut calm.iter());
        self.calm = [calm.len(), calmer.len()];
        self.measure_pairs(&placed, settings);
    }

    fn measure_pairs(&mut self, placed: &[(i64, Position)], settings: &Settings) {
        let mut in_one_shop = 0;
        for (index, (at, one)) in placed.iter().enumerate() {
            for (later, other) in &placed[index + 1..] {
                in_one_shop += usize::from(one.metres_to(*other) < settings.shop_metres);
                let kilometres = one.apart_metres(*other) / 1_000.0;
                let hours = (later - at) as f64 / 3_600.0;
                let is_far = kilometres > settings.travel_kilometres;
                if is_far && kilometres > settings.travel_kilometres_per_hour * hours {
                    self.impossible += 1;
                    if kilometres > self.impossible_kilometres {
                        (self.impossible_kilometres, self.impossible_hours) = (kilometres, hours);
                    }
                }
            }
        }
        if placed.len() > 1 {
            self.one_shop = f64::from(u32::try_from(in_one_shop).unwrap_or(u32::MAX)) / pairs(placed.len());
        }
    }
}

/// Towns that sightings fall into: each begins with the one that is far from all before it. Where only one phone was,
/// and nobody else ever scans, is no town but an error of that phone.
fn towns(placed: &[(i64, Position)], crowd: &Crowd, settings: &Settings) -> Vec<Position> {
    let mut towns: Vec<(Position, usize)> = Vec::new();
    for (_, position) in placed {
        match towns.iter_mut().find(|(town, _)| is_near(*town, *position, settings)) {
            Some((_, met)) => *met += 1,
            None => towns.push((*position, 1)),
        }
    }
    let is_town = |(town, met): &(Position, usize)| *met > 1 || crowd.is_inhabited(*town, settings);
    towns.into_iter().filter(is_town).map(|(town, _)| town).collect()
}

fn is_near(one: Position, other: Position, settings: &Settings) -> bool {
    one.apart_metres(other) < settings.town_kilometres * 1_000.0
}

/// What is left without the busiest stretch of so many seconds.
fn without_busiest(sightings: &[Sighting], seconds: i64) -> Vec<Sighting> {
    let end = |first: usize| {
        let until = sightings[first].at + seconds;
        first + sightings[first..].iter().take_while(|one| one.at < until).count()
    };
    let busiest = (0..sightings.len()).max_by_key(|first| (end(*first) - first, std::cmp::Reverse(*first)));
    let Some(first) = busiest else { return Vec::new() };
    sightings[..first].iter().chain(&sightings[end(first)..]).copied().collect()
}

fn seconds(hours: f64) -> i64 {
    (hours * 3_600.0) as i64
}

fn pairs(things: usize) -> f64 {
    (things * (things - 1)) as f64 / 2.0
}
