//! Rules over neighbours in serial order: they leave the factory together, and mostly stay so.

use super::finding::{Finding, Judgement};
use super::kind::Kind;
use super::settings::Settings;
use super::sighting::{Position, Sighting};
use super::trail::Trail;

/// Units that look odd each by itself, in one place: somebody has copied a part of the run.
pub(super) fn judge_odd_run(trail: &Trail, now: i64, settings: &Settings) -> Option<Judgement> {
    let units = placed(trail);
    let horizon = now - settings.witness_days * 86_400;
    let together = |centre: Position| {
        let near =
            |one: &&(Sighting, Position)| one.0.at >= horizon && is_near(one.1, centre, settings.town_kilometres);
        units.iter().filter(near).collect::<Vec<_>>()
    };
    let group = units.iter().map(|(_, position)| together(*position)).max_by_key(Vec::len)?;
    (group.len() >= settings.neighbours).then(|| judgement(Kind::Neighbours, settings.witnessed, &group, &[]))
}

/// A part of the run together in a place far from where the rest of it is: diverted, or copied.
pub(super) fn judge_route(trail: &Trail, settings: &Settings) -> Option<Judgement> {
    let units = placed(trail);
    if units.len() < settings.route_units {
        return None;
    }
    let around = |centre: Position, kilometres: f64| {
        units.iter().filter(|(_, position)| is_near(*position, centre, kilometres)).collect::<Vec<_>>()
    };
    let (_, home) =
        units.iter().max_by_key(|(_, position)| around(*position, settings.route_kilometres / 3.0).len())?;
    let at_home = around(*home, settings.route_kilometres / 3.0).len();
    if (at_home as f64) < settings.route_share * units.len() as f64 {
        return None;
    }
    let strays = units.iter().filter(|(_, position)| !is_near(*position, *home, settings.route_kilometres));
    let groups = strays.map(|(_, position)| around(*position, settings.town_kilometres));
    let group = groups.max_by_key(Vec::len).filter(|group| group.len() >= settings.route_strays)?;
    let kilometres = group[0].1.apart_metres(*home) / 1_000.0;
    Some(judgement(Kind::FarFromRoute, settings.witnessed, &group, &[("kilometres", kilometres.round())]))
}

fn placed(trail: &Trail) -> Vec<(Sighting, Position)> {
    trail.parties().iter().filter_map(|party| Some((party.last, party.last.place?))).collect()
}

fn is_near(one: Position, other: Position, kilometres: f64) -> bool {
    one.apart_metres(other) < kilometres * 1_000.0
}

fn judgement(kind: Kind, weight: f64, group: &[&(Sighting, Position)], facts: &[(&str, f64)]) -> Judgement {
    let times = || group.iter().map(|(sighting, _)| sighting.at);
    let span = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
    let days = ((span.1 - span.0) as f64 / 86_400.0).ceil().max(1.0);
    let mut all = vec![("units", group.len() as f64), ("days", days)];
    all.extend(facts);
    let finding = Finding::new(kind, weight, span, &all);
    let newest = group.iter().max_by_key(|(sighting, _)| sighting.at).map(|(_, position)| *position);
    Judgement::of(weight, false, vec![finding], newest)
}
