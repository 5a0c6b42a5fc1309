//! Lets the detector watch a world, scan by scan in the order in which they arrive, with the rules that the server's
//! worker calls.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use server::alerts::rules::{self, Crowd, Network, Position, Read, Seen, Settings, Subject, Trail, Voices, mixed};
use server::regions::is_usable;

use super::world::{Scan, World};

/// What the detector told inspectors of one world.
pub(crate) struct Watched {
    /// Codes with an alert, and when it came up, in seconds since the world began.
    pub(crate) codes: BTreeMap<u32, f64>,
    /// Alerts on anything but a code, with the codes behind them.
    pub(crate) others: BTreeMap<Subject, Vec<u32>>,
    /// Scans of each code, as the plain count has them.
    pub(crate) counts: HashMap<u32, u32>,
    /// Scores of alerts at the end, with whether each is true; for the calibration.
    pub(crate) scores: Vec<(f64, bool)>,
}

/// Codes of one order, as an order can hold at most.
const ORDER: u32 = 1_000_000;

/// Watches a world; with `networks`, one network is one witness of a subject a day.
pub(crate) fn watch(world: &World, settings: &Settings, networks: bool) -> Watched {
    let mut trails: HashMap<Subject, Trail> = HashMap::new();
    let mut crowd = Crowd::default();
    let mut watched =
        Watched { codes: BTreeMap::new(), others: BTreeMap::new(), counts: HashMap::new(), scores: Vec::new() };
    let mut evident: BTreeSet<u32> = BTreeSet::new();
    let mut last_scores: BTreeMap<u32, f64> = BTreeMap::new();
    let (mut voices, mut voices_of) = (Voices::default(), 0);
    for scan in &world.scans {
        let seen = as_seen(scan);
        let (now, day) = (scan.received as i64, (scan.received / 86_400.0) as i32);
        if day != voices_of {
            (voices, voices_of) = (Voices::default(), day);
        }
        let network = Network { near: scan.network.0, wide: scan.network.1 };
        if let Some(place) = seen.place {
            let cell = mixed((place.cell(Crowd::RESOLUTION).map(u64::from), day));
            if !networks || voices.admits_near(cell, network, scan.id) {
                crowd.add_position(place);
            }
        }
        if !scan.misread {
            *watched.counts.entry(scan.code).or_default() += 1;
        }
        let mut marks = seen.marks();
        while let Some(mark) = marks.pop() {
            let is_admitted = !networks
                || !mark.subject.is_witnessed()
                || voices.admits(Voices::key(mark.subject, day), network, mark.party);
            if !is_admitted {
                continue;
            }
            let trail = trails.entry(mark.subject).or_default();
            let is_unit = matches!(mark.subject, Subject::Unit { .. });
            crowd.units += u64::from(is_unit && trail.scans == 0);
            trail.add(mark.party, mark.sighting);
            trail.forget_old(now);
            let Some(judgement) = rules::judge(mark.subject, trail, now, &crowd, settings) else { continue };
            if judgement.is_evident && is_unit && evident.insert(scan.code) {
                crowd.evident += 1;
            }
            if judgement.score >= settings.odd_score
                && let Some(odd_run) = mark.subject.odd_run()
            {
                marks.push(rules::Mark { subject: odd_run, party: mark.subject.party(), sighting: mark.sighting });
            }
            if judgement.score < settings.alert_score {
                continue;
            }
            if is_unit {
                watched.codes.entry(scan.code).or_insert(scan.received);
                last_scores.insert(scan.code, judgement.score);
            } else {
                watched.others.entry(mark.subject).or_default().push(scan.code);
            }
        }
    }
    watched.scores =
        last_scores.into_iter().map(|(code, score)| (score, world.copied.get(&code).is_some_and(is_real))).collect();
    watched
}

/// Whether anything of a copied code could be seen at all.
fn is_real(copied: &super::world::Copied) -> bool {
    copied.scanned > 0
}

/// A scan as the service would have it after looking the code up.
fn as_seen(scan: &Scan) -> rules::Scan {
    let read = if scan.misread {
        Read::Label { text: mixed(scan.id), seal: None }
    } else {
        Read::Unit { order: 1 + scan.code / ORDER, index: scan.code % ORDER }
    };
    let seen = match (scan.misread, scan.is_sold) {
        (true, _) => Seen::Unknown,
        (false, true) => Seen::Sold,
        (false, false) => Seen::Sound,
    };
    let usable = scan.place.filter(|told| is_usable(told.latitude, told.longitude, told.accuracy_metres));
    let place = usable.map(|told| Position {
        latitude: told.latitude,
        longitude: told.longitude,
        accuracy_metres: told.accuracy_metres as f32,
    });
    rules::Scan {
        id: scan.id.cast_signed(),
        at: scan.at as i64,
        read,
        gtin: None,
        device: Some(scan.device),
        place,
        seen,
        from_picture: scan.from_picture,
    }
}
