//! Each rule on trails made by hand, and what holds for trails of any kind.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const ALMATY: (f64, f64) = (43.24, 76.89);
const ASTANA: (f64, f64) = (51.17, 71.43);
const AKTAU: (f64, f64) = (43.65, 51.17);

fn position((latitude, longitude): (f64, f64)) -> Position {
    Position { latitude, longitude, accuracy_metres: 30.0 }
}

fn scan(at: i64, device: u64, place: (f64, f64), seen: Seen) -> Scan {
    let read = Read::Unit { order: 1, index: 7 };
    let (id, place) = (at ^ device.cast_signed(), Some(position(place)));
    Scan { id, at, read, gtin: Some(4_870_112_345_674), device: Some(mixed(device)), place, seen, from_picture: false }
}

fn label(at: i64, device: u64, text: u64, seen: Seen) -> Scan {
    Scan { read: Read::Label { text: mixed(text), seal: Some(9) }, ..scan(at, device, ALMATY, seen) }
}

/// What the rules say in the end of everything that such scans touch.
fn judged(scans: &[Scan]) -> Vec<(Subject, Judgement)> {
    let settings = Settings::default();
    let mut crowd = Crowd::default();
    for place in [ALMATY, ASTANA, AKTAU] {
        (0..100).for_each(|_| crowd.add_position(position(place)));
    }
    let mut trails: std::collections::BTreeMap<Subject, Trail> = std::collections::BTreeMap::new();
    for mark in scans.iter().flat_map(Scan::marks) {
        let trail = trails.entry(mark.subject).or_default();
        trail.add(mark.party, mark.sighting);
        let now = trail.newest().unwrap();
        trail.forget_old(now);
    }
    let judged = trails
        .iter()
        .filter_map(|(subject, trail)| Some((*subject, judge(*subject, trail, trail.newest()?, &crowd, &settings)?)));
    judged.filter(|(_, judgement)| judgement.score >= settings.alert_score).collect()
}

fn kinds(scans: &[Scan]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> =
        judged(scans).iter().flat_map(|(_, judgement)| judgement.findings.iter().map(|finding| finding.kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Q27
#[test]
fn copies_in_many_towns_over_weeks_are_told() {
    let towns = [ALMATY, ASTANA, AKTAU, ALMATY, ASTANA, AKTAU];
    let scans: Vec<Scan> =
        towns.iter().zip(1..).map(|(town, day)| scan(5 * day * DAY, day.unsigned_abs(), *town, Seen::Sound)).collect();
    let judged = judged(&scans);
    assert_eq!(judged.len(), 1, "{judged:?}");
    let (subject, judgement) = &judged[0];
    assert_eq!(*subject, Subject::Unit { order: 1, index: 7 });
    assert!(judgement.score > 0.5, "{judgement:?}");
    let finding = judgement.findings.iter().find(|finding| finding.kind == Kind::ManyPlaces).unwrap();
    assert_eq!((finding.facts["devices"], finding.facts["places"]), (6.0, 3.0));
    assert!((2_000.0..2_200.0).contains(&finding.facts["kilometres"]), "{finding:?}");
}

#[test]
fn a_crowd_at_one_shop_in_a_day_is_a_crowd_and_no_copies() {
    let scans: Vec<Scan> =
        (0..30).map(|person| scan(person * 600, person.unsigned_abs(), ALMATY, Seen::Sound)).collect();
    assert_eq!(kinds(&scans), []);
}

#[test]
fn a_photo_that_the_country_tries_within_a_day_is_no_copy() {
    let towns = [ALMATY, ASTANA, AKTAU];
    let scans: Vec<Scan> = (0..40_i64)
        .map(|person| {
            scan(person * HOUR / 2, person.unsigned_abs(), towns[person.unsigned_abs() as usize % 3], Seen::Sold)
        })
        .collect();
    assert_eq!(kinds(&scans), []);
    let files: Vec<Scan> = (0..40_i64)
        .map(|person| Scan { from_picture: true, ..scan(person * 5 * DAY, person.unsigned_abs(), ASTANA, Seen::Sold) })
        .collect();
    assert_eq!(kinds(&files), [], "a picture says nothing of goods, however long it goes round");
}

#[test]
fn one_device_makes_no_crowd_however_often_it_scans_and_wherever_it_says_it_is() {
    let towns = [ALMATY, ASTANA, AKTAU];
    let scans: Vec<Scan> =
        (0..500_i64).map(|number| scan(number * 7 * HOUR, 1, towns[number as usize % 3], Seen::Sound)).collect();
    assert_eq!(kinds(&scans), []);
    let nameless: Vec<Scan> = scans.iter().map(|scan| Scan { device: None, ..*scan }).collect();
    assert_eq!(kinds(&nameless), [], "leaving the device out is one device, too");
}

#[test]
fn an_honest_resale_and_a_position_in_the_empty_steppe_are_not_told() {
    let steppe = (47.5, 66.0);
    let resale = [
        scan(0, 1, ALMATY, Seen::Sound),
        scan(DAY, 2, ALMATY, Seen::Sold),
        scan(20 * DAY, 3, ASTANA, Seen::Sold),
        scan(21 * DAY, 4, ASTANA, Seen::Sold),
    ];
    assert_eq!(kinds(&resale), []);
    let astray =
        [scan(0, 1, ALMATY, Seen::Sound), scan(3 * DAY, 2, steppe, Seen::Sound), scan(6 * DAY, 3, ALMATY, Seen::Sold)];
    assert_eq!(kinds(&astray), []);
}

#[test]
fn impossible_travel_is_told_with_what_else_speaks_for_copies_and_never_alone() {
    let pair = [scan(0, 1, ALMATY, Seen::Sound), scan(HOUR / 2, 2, ASTANA, Seen::Sound)];
    assert_eq!(kinds(&pair), []);
    let towns = [ALMATY, ASTANA, AKTAU];
    let mut scans: Vec<Scan> =
        (0..24_i64).map(|day| scan(3 * day * DAY, day.unsigned_abs(), towns[day as usize % 3], Seen::Sound)).collect();
    scans.push(scan(60 * DAY + HOUR / 2, 99, ALMATY, Seen::Sound));
    assert!(kinds(&scans).contains(&Kind::ImpossibleTravel), "{:?}", judged(&scans));
}

#[test]
fn goods_that_nobody_released_or_that_were_withdrawn_take_two_witnesses() {
    for (seen, kind) in [(Seen::NotReleased, Kind::BeforeRelease), (Seen::Withdrawn, Kind::AfterWithdrawal)] {
        assert_eq!(kinds(&[scan(0, 1, ALMATY, seen)]), []);
        assert_eq!(kinds(&[scan(0, 1, ALMATY, seen), scan(DAY, 2, ALMATY, seen)]), [kind]);
    }
}

#[test]
fn a_forged_label_is_told_once_three_phones_read_it_alike_and_a_seal_once_it_stands_on_three() {
    let same: Vec<Scan> = (0..3).map(|device| label(0, device, 1, Seen::Forged)).collect();
    assert_eq!(kinds(&same), [Kind::ForgedSeal]);
    assert_eq!(kinds(&same[..2]), []);
    let seal: Vec<Scan> = (0..3).map(|text| label(0, 1, text, Seen::Forged)).collect();
    assert_eq!(kinds(&seal), [Kind::SealOfAnother]);
}

/// X9
#[test]
fn a_device_that_guesses_is_told_and_a_busy_one_is_not() {
    let guesses: Vec<Scan> = (0..60).map(|text| label(text * 30, 1, text.unsigned_abs(), Seen::Unknown)).collect();
    assert!(kinds(&guesses).contains(&Kind::GuessedCodes));
    let busy: Vec<Scan> = (0..60)
        .map(|text| label(text * 30, 1, text.unsigned_abs(), if text % 5 == 0 { Seen::Unknown } else { Seen::Sound }))
        .collect();
    assert!(!kinds(&busy).contains(&Kind::GuessedCodes));
    let faulty: Vec<Scan> = (0..60).map(|text| label(text * 30, 1, text.unsigned_abs(), Seen::Misread)).collect();
    assert_eq!(kinds(&faulty), [], "a faulty scanner accuses nobody");
}

#[test]
fn bad_goods_in_a_shop_take_five_witnesses() {
    for (seen, kind) in [(Seen::Expired, Kind::ExpiredOnSale), (Seen::Recalled, Kind::RecalledOnSale)] {
        let witnesses = |count: i64| {
            (0..count).map(|device| scan(device * DAY, device.unsigned_abs(), ALMATY, seen)).collect::<Vec<Scan>>()
        };
        assert_eq!(kinds(&witnesses(4)), []);
        assert!(kinds(&witnesses(5)).contains(&kind));
    }
    let unknown: Vec<Scan> = (0..12)
        .map(|device| label(device * DAY, device.unsigned_abs(), device.unsigned_abs(), Seen::Unknown))
        .collect();
    assert_eq!(kinds(&unknown), [Kind::UnknownCluster]);
    assert_eq!(kinds(&unknown[..6]), [], "beside a hundred sound scans, so few are misread");
}

#[test]
fn a_part_of_a_run_far_from_the_rest_is_told() {
    let unit = |index: u32, place| Scan {
        read: Read::Unit { order: 3, index },
        ..scan(i64::from(index) * HOUR, 1, place, Seen::Sound)
    };
    let mut units: Vec<Scan> = (0..12).map(|index| unit(index, ALMATY)).collect();
    assert_eq!(kinds(&units), []);
    units.extend((20..23).map(|index| unit(index, AKTAU)));
    assert_eq!(kinds(&units), [Kind::FarFromRoute]);
}

#[test]
fn odd_neighbours_in_one_place_are_one_case() {
    let settings = Settings::default();
    let mut trail = Trail::default();
    let run = Subject::Unit { order: 1, index: 5 }.odd_run().unwrap();
    for index in 0..3 {
        let unit = Subject::Unit { order: 1, index };
        assert_eq!(unit.odd_run(), Some(run));
        let sighting = Sighting { id: 1, at: i64::from(index), place: Some(position(ALMATY)), seen: Seen::Sound };
        assert!(judge(run, &trail, 2, &Crowd::default(), &settings).is_none());
        trail.add(unit.party(), sighting);
    }
    let judgement = judge(run, &trail, 2, &Crowd::default(), &settings).unwrap();
    assert_eq!(judgement.findings[0].kind, Kind::Neighbours);
}

#[test]
fn a_second_sale_is_told_at_once_and_the_same_till_within_half_an_hour_is_a_retry() {
    let settings = Settings::default();
    let attempt = |at, seller| Attempt { at, seller, why: Refused::Sold { at: 0, seller: 1 } };
    assert!(judge_attempt(attempt(600, 1), &settings).is_none());
    for (at, seller) in [(600, 2), (3_600, 1)] {
        let judgement = judge_attempt(attempt(at, seller), &settings).unwrap();
        assert_eq!(judgement.findings[0].kind, Kind::SecondSale);
        assert!(judgement.score >= settings.alert_score);
    }
    let withdrawn = Attempt { at: 60, seller: 1, why: Refused::Withdrawn { at: 0 } };
    assert_eq!(judge_attempt(withdrawn, &settings).unwrap().findings[0].kind, Kind::SaleAfterWithdrawal);
}

#[test]
fn rarer_copies_lower_every_score() {
    let settings = Settings::default();
    let crowd = |units, evident| {
        let mut crowd = Crowd::default();
        (crowd.units, crowd.evident) = (units, evident);
        crowd
    };
    let (rare, common) = (crowd(10_000_000, 10), crowd(100_000, 100));
    assert!(rare.prior(&settings) < Crowd::default().prior(&settings));
    assert!(Crowd::default().prior(&settings) < common.prior(&settings));
}

/// The score of a trail of one unit in a country where people scan in all three towns.
fn score(trail: &Trail, now: i64) -> f64 {
    let mut crowd = Crowd::default();
    for place in [ALMATY, ASTANA, AKTAU] {
        (0..100).for_each(|_| crowd.add_position(position(place)));
    }
    let unit = Subject::Unit { order: 1, index: 7 };
    judge(unit, trail, now, &crowd, &Settings::default()).map_or(0.0, |judgement| judgement.score)
}

/// X46: days that it takes to frame a genuine unit with so many invented witnesses a day, and to silence a copied one.
#[test]
fn what_one_network_and_one_wide_network_can_do_to_a_unit_takes_days() {
    let towns = [ALMATY, ASTANA, AKTAU];
    let witness = |trail: &mut Trail, at: i64, number: i64, town: (f64, f64), seen: Seen| {
        let sighting = Sighting { id: number, at, place: Some(position(town)), seen };
        trail.add(mixed(("invented", number)), sighting);
    };
    let alert = Settings::default().alert_score;
    let frame = |a_day: i64| {
        let mut trail = Trail::default();
        (0..90_i64).find(|day| {
            for number in day * a_day..(day + 1) * a_day {
                witness(&mut trail, day * DAY + number * 7, number, towns[(number % 3) as usize], Seen::Sound);
            }
            score(&trail, (day + 1) * DAY) >= alert
        })
    };
    let silence = |a_day: i64| {
        let mut trail = Trail::default();
        for device in 0..10_i64 {
            let at = device * 3 * DAY;
            trail.add(
                mixed(device),
                Sighting { id: device, at, place: Some(position(towns[device as usize % 3])), seen: Seen::Sound },
            );
        }
        assert!(score(&trail, 28 * DAY) >= alert);
        (0..60_i64).find(|day| {
            for number in day * a_day..(day + 1) * a_day {
                witness(&mut trail, (28 + day) * DAY + number * 7, 1_000 + number, ALMATY, Seen::Sound);
            }
            score(&trail, (29 + day) * DAY) < alert
        })
    };
    let days = |found: Option<i64>| found.map_or(99, |day| day + 1);
    let found = [days(frame(1)), days(frame(4)), days(silence(1)), days(silence(4))];
    println!(
        "one network frames in {} days, a wide one in {}; silences in {} and {} (99: never)",
        found[0], found[1], found[2], found[3]
    );
    assert!(found[0] >= 5 && found[1] >= 3 && found[2] >= 5 && found[3] >= 2, "{found:?}");
}

#[test]
fn every_kind_is_found_again_by_its_slug() {
    for kind in Kind::ALL {
        assert_eq!(kind.slug().parse(), Ok(*kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
    }
}

#[test]
fn a_trail_is_small_however_many_scans_it_has_seen() {
    let mut trail = Trail::default();
    for number in 0..100_000_u64 {
        let at = i64::try_from(number).unwrap();
        trail.add(mixed(number), Sighting { id: at, at, place: Some(position(ALMATY)), seen: Seen::Sound });
    }
    assert_eq!(trail.parties().len(), Trail::MOST);
    assert!(serde_json::to_vec(&trail).unwrap().len() < 10_000);
    let estimate = trail.distinct();
    assert!((60_000..160_000).contains(&estimate), "{estimate}");
}

proptest! {
    /// Late scans are judged in their own time: the order of arrival leaves no trace, nor does one that comes twice.
    #[test]
    fn the_order_of_arrival_leaves_no_trace(
        mut scans in proptest::collection::vec((0_u64..80, 0_i64..40), 0..160),
        turn in 0_usize..160,
    ) {
        let towns = [ALMATY, ASTANA, AKTAU];
        let trail = |scans: &[(u64, i64)]| {
            let mut trail = Trail::default();
            for (device, day) in scans {
                let id = (device * 1_000 + day.unsigned_abs()).cast_signed();
                let place = Some(position(towns[id as usize % 3]));
                trail.add(mixed(device), Sighting { id, at: day * DAY, place, seen: Seen::Sound });
            }
            trail.parties().to_vec()
        };
        let before = trail(&scans);
        let middle = turn.min(scans.len());
        scans.rotate_left(middle);
        prop_assert_eq!(&trail(&scans), &before);
        scans.reverse();
        prop_assert_eq!(&trail(&scans), &before);
        let twice: Vec<_> = scans.iter().chain(&scans).copied().collect();
        prop_assert_eq!(&trail(&twice), &before);
    }

    #[test]
    fn a_score_is_a_chance(
        scans in proptest::collection::vec((0_u64..40, 0_i64..2_000, -80.0..80.0, -170.0..170.0, 0_usize..9), 0..120),
    ) {
        let seens = [
            Seen::Sound, Seen::Sold, Seen::NotReleased, Seen::Withdrawn, Seen::Expired, Seen::Recalled, Seen::Unknown,
            Seen::Forged, Seen::Misread,
        ];
        let scans: Vec<Scan> = scans
            .into_iter()
            .map(|(device, hours, latitude, longitude, seen)| scan(hours * HOUR, device, (latitude, longitude), seens[seen]))
            .collect();
        for (_, judgement) in judged(&scans) {
            prop_assert!((0.0..=1.0).contains(&judgement.score));
            prop_assert!(!judgement.findings.is_empty());
        }
    }
}
