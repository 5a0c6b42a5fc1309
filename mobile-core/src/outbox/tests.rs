//! Nothing is lost, nothing is sent twice, and one bad scan holds up no other, whatever happens in between.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// A phone's storage: what is in it survives.
#[derive(Clone, Default)]
struct Storage(BTreeMap<String, Vec<u8>>);

impl Storage {
    fn apply(&mut self, changes: Changes) {
        self.apply_first(changes, usize::MAX);
    }

    /// The same, broken off after so many steps: a storage without transactions.
    fn apply_first(&mut self, changes: Changes, steps: usize) {
        let put = changes.put.into_iter().map(|entry| (entry.key, Some(entry.bytes)));
        let remove = changes.remove.into_iter().map(|key| (key, None));
        for (key, bytes) in put.chain(remove).take(steps) {
            match bytes {
                Some(bytes) => drop(self.0.insert(key, bytes)),
                None => drop(self.0.remove(&key)),
            }
        }
    }

    fn open(&mut self) -> Outbox {
        let entries = self.0.iter().map(|(key, bytes)| Entry { key: key.clone(), bytes: bytes.clone() });
        let (photos, records): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.key.starts_with(PHOTO));
        let photos: Vec<_> = photos.into_iter().map(|entry| entry.key).collect();
        let (outbox, changes) = Outbox::open(&records, &photos);
        self.apply(changes);
        outbox
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
}

fn id(number: u64) -> String {
    format!("0193e0b2-5f1c-4c3a-9d55-{number:012x}")
}

fn scan(number: u64) -> NewScan {
    let place = Some(Place { latitude: 51.128_234, longitude: 71.430_678, accuracy_metres: 12.0 });
    let verdict = Some("sold".to_owned());
    let code = "4870001234560".to_owned();
    NewScan {
        id: id(number),
        code,
        taken_at: at(0),
        consent: Consent::Exact,
        place,
        device: None,
        verdict,
        source: Some(Source::Camera),
    }
}

fn report(number: u64) -> NewReport {
    let fields = vec![("category".to_owned(), "expired".to_owned()), ("words".to_owned(), "Мерзімі өткен".to_owned())];
    NewReport { id: id(number), taken_at: at(0), fields }
}

fn body(parcel: &Parcel) -> Value {
    let Parcel::Scans { body, .. } = parcel else { panic!("{parcel:?}") };
    serde_json::from_str(body).unwrap()
}

fn number(parcel: &Parcel) -> u64 {
    match parcel {
        Parcel::Scans { number, .. } | Parcel::Report { number, .. } => *number,
    }
}

#[test]
fn scans_go_together_in_their_order_and_a_report_goes_alone_with_its_photos() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    for number in 0..130 {
        storage.apply(outbox.keep_scan(&scan(number)).unwrap());
    }
    storage.apply(outbox.keep_report(&report(900), vec![vec![1; 10], vec![2; 10]]).unwrap());
    storage.apply(outbox.keep_report(&report(900), vec![vec![3]]).unwrap());

    let mut outbox = storage.open();
    let first = outbox.next(at(1)).unwrap();
    let sent = body(&first);
    assert_eq!(sent["items"].as_array().unwrap().len(), 100);
    assert_eq!(sent["items"][7]["id"], id(7));
    assert_eq!(sent["items"][7]["place"]["latitude"], 51.128_234);
    assert_eq!(sent["items"][7]["source"], "camera");
    let second = outbox.next(at(1)).unwrap();
    assert_eq!(body(&second)["items"].as_array().unwrap().len(), 30);
    let Parcel::Report { fields, photos, .. } = outbox.next(at(1)).unwrap() else { panic!("the report") };
    assert_eq!((fields[0].clone(), photos.len()), (("id".to_owned(), id(900)), 2));
    assert_eq!(storage.0[&photos[1]], [2; 10]);
    assert_eq!(outbox.next(at(1)), None, "what is under way is not handed out again");

    for number in 1..=3 {
        storage.apply(outbox.settle(number, Outcome::Sent, at(2), 0));
    }
    assert!(storage.0.is_empty() && outbox.waiting().is_empty() && outbox.due_at(at(2)).is_none());
}

/// X41: a phone that was offline for weeks sends what the register still takes; the rest goes after one refusal.
#[test]
fn scans_that_the_register_takes_no_more_are_settled_together_and_hold_up_no_other() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    let day = 86_400;
    for (number, taken_at) in [(1, 0), (2, 0), (3, 20 * day), (4, 90 * day)] {
        storage.apply(outbox.keep_scan(&NewScan { taken_at: at(taken_at), ..scan(number) }).unwrap());
    }
    storage.apply(outbox.keep_report(&report(900), Vec::new()).unwrap());
    let (mut outbox, now) = (storage.open(), at(40 * day));
    let ids = |parcel: &Parcel| {
        let items = body(parcel)["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // Two from forty days ago, and one of a clock that was fifty days ahead, go together.
    let old = outbox.next(now).unwrap();
    assert_eq!(ids(&old), [id(1), id(2), id(4)]);
    storage.apply(outbox.settle(number(&old), Outcome::Refused, now, 0));
    let young = outbox.next(now).unwrap();
    assert_eq!(ids(&young), [id(3)]);
    storage.apply(outbox.settle(number(&young), Outcome::Sent, now, 0));
    // A report is never too old.
    let kept = outbox.next(now).unwrap();
    storage.apply(outbox.settle(number(&kept), Outcome::Refused, now, 0));
    assert_eq!(outbox.waiting().iter().map(|waiting| waiting.id.clone()).collect::<Vec<_>>(), [id(900)]);
    assert_eq!(storage.open().next(now), None);

    // A register that takes them all the same has them; one that is away is asked again.
    storage.apply(outbox.keep_scan(&NewScan { taken_at: at(0), ..scan(5) }).unwrap());
    let old = outbox.next(now).unwrap();
    storage.apply(outbox.settle(number(&old), Outcome::Later { retry_after: None }, now, 0));
    let old = outbox.next(now + TimeDelta::hours(2)).unwrap();
    storage.apply(outbox.settle(number(&old), Outcome::Sent, now, 0));
    assert_eq!(outbox.waiting().len(), 1);
}

/// X41: on the bound itself nobody can tell: refused with others, such a scan is tried alone, and goes when it is too old.
#[test]
fn a_scan_on_the_bound_is_judged_alone() {
    let mut outbox = Outbox::default();
    let (month, minutes) = (TimeDelta::days(30), TimeDelta::minutes(5));
    for (number, taken_at) in [(1, at(0)), (2, at(0) + TimeDelta::days(7))] {
        drop(outbox.keep_scan(&NewScan { taken_at, ..scan(number) }).unwrap());
    }
    let now = at(0) + month + minutes;
    let both = outbox.next(now).unwrap();
    assert_eq!(body(&both)["items"].as_array().unwrap().len(), 2);
    drop(outbox.settle(number(&both), Outcome::Refused, now, 0));
    let first = outbox.next(now).unwrap();
    drop(outbox.settle(number(&first), Outcome::Refused, now, 0));
    let second = outbox.next(now).unwrap();
    drop(outbox.settle(number(&second), Outcome::Sent, now, 0));
    assert!(outbox.waiting().is_empty());
}

/// What every try sends is the same to the byte: the register tells a retry from another scan by it.
#[test]
fn a_second_try_carries_the_same_scan() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    storage.apply(outbox.keep_scan(&scan(1)).unwrap());
    let before = body(&outbox.next(at(1)).unwrap());
    let after = body(&storage.open().next(at(999)).unwrap());
    assert_eq!(before["items"], after["items"]);
    assert_ne!(before["sent_at"], after["sent_at"]);
}

/// X39: nothing of a place without consent, and a rounded one where that is the consent, leaves the phone or is kept.
#[test]
fn a_place_is_kept_as_far_as_its_owner_agreed() {
    for (consent, place) in [(Consent::None, Value::Null), (Consent::Coarse, serde_json::json!(51.125))] {
        let mut outbox = Outbox::default();
        let changes = outbox.keep_scan(&NewScan { consent, ..scan(1) }).unwrap();
        assert!(!String::from_utf8_lossy(&changes.put[0].bytes).contains("51.128"));
        assert_eq!(body(&outbox.next(at(1)).unwrap())["items"][0]["place"]["latitude"], place);
    }
}

#[test]
fn a_failed_try_is_repeated_later_and_holds_up_nothing_else() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    storage.apply(outbox.keep_scan(&scan(1)).unwrap());
    let parcel = outbox.next(at(0)).unwrap();
    storage.apply(outbox.settle(number(&parcel), Outcome::Later { retry_after: Some(60) }, at(0), 0));
    let mut outbox = storage.open();
    assert_eq!(outbox.next(at(59)), None);
    assert_eq!(outbox.due_at(at(59)), Some(at(60)));
    assert_eq!(outbox.due_at(at(-999_999)), Some(at(-999_999)), "the clock that planned this was wrong");
    storage.apply(outbox.keep_scan(&scan(2)).unwrap());
    assert_eq!(body(&outbox.next(at(59)).unwrap())["items"][0]["id"], id(2));
    assert_eq!(body(&outbox.next(at(60)).unwrap())["items"][0]["id"], id(1));
    assert_eq!(outbox.waiting()[0].attempts, 1);
    assert!(outbox.next(at(60)).is_none() && outbox.next(at(60 + 301)).is_some(), "an answer that never came");
}

#[test]
fn one_bad_scan_is_found_and_the_others_are_sent() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    for number in 0..3 {
        storage.apply(outbox.keep_scan(&scan(number)).unwrap());
    }
    let mut sent = Vec::new();
    while let Some(parcel) = outbox.next(at(1)) {
        let Parcel::Scans { ids, .. } = &parcel else { panic!("a report") };
        let outcome = if ids.contains(&id(1)) { Outcome::Refused } else { Outcome::Sent };
        if outcome == Outcome::Sent {
            sent.extend(ids.clone());
        }
        storage.apply(outbox.settle(number(&parcel), outcome, at(1), 0));
    }
    assert_eq!(sent, [id(0), id(2)]);
    let outbox = storage.open();
    assert!(outbox.waiting().len() == 1 && outbox.waiting()[0].refused, "it is kept for the person to see");
    let mut outbox = outbox;
    storage.apply(outbox.discard(&id(1)));
    assert!(storage.0.is_empty());
}

#[test]
fn a_full_outbox_refuses_and_drops_nothing() {
    let mut outbox = Outbox::default();
    for number in 0..MOST as u64 {
        outbox.keep_scan(&scan(number)).map(drop).unwrap();
    }
    assert_eq!(outbox.keep_scan(&scan(9_999)), Err(NotKept::Full));
    assert_eq!(outbox.keep_scan(&scan(0)), Ok(Changes::default()), "what is kept already is kept");
    let mut outbox = Outbox::default();
    for number in 0..6 {
        let kept = outbox.keep_report(&report(number), vec![vec![0; LARGEST_PHOTO]; MOST_PHOTOS]);
        assert_eq!(kept.is_err(), number >= 5, "{number}");
    }
}

#[test]
fn what_cannot_be_sent_is_not_kept() {
    let refused = |scan: NewScan| Outbox::default().keep_scan(&scan).map(drop).unwrap_err();
    assert_eq!(refused(NewScan { id: "1".into(), ..scan(1) }), Unfit::Id.into());
    assert_eq!(refused(NewScan { device: Some("imei".into()), ..scan(1) }), Unfit::Id.into());
    assert_eq!(refused(NewScan { code: String::new(), ..scan(1) }), Unfit::Code.into());
    assert_eq!(refused(NewScan { code: "a\0b".into(), ..scan(1) }), Unfit::Code.into());
    assert_eq!(refused(NewScan { taken_at: DateTime::UNIX_EPOCH, ..scan(1) }), Unfit::Time.into());
    assert_eq!(refused(NewScan { verdict: Some("unknown-offline".into()), ..scan(1) }), Unfit::Verdict.into());
    let nowhere = Place { latitude: f64::NAN, longitude: 0.0, accuracy_metres: 1.0 };
    assert_eq!(refused(NewScan { place: Some(nowhere), ..scan(1) }), Unfit::Place.into());
    let refused = |photos: Vec<Vec<u8>>| Outbox::default().keep_report(&report(1), photos).map(drop).unwrap_err();
    assert_eq!(refused(vec![Vec::new()]), Unfit::Photos.into());
    assert_eq!(refused(vec![vec![1]; 6]), Unfit::Photos.into());
}

#[test]
fn a_damaged_record_is_left_alone_and_told() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    storage.apply(outbox.keep_report(&report(1), vec![vec![1]]).unwrap());
    storage.apply(outbox.keep_scan(&scan(2)).unwrap());
    storage.0.get_mut(&item::key_of(1)).unwrap().truncate(20);
    let outbox = storage.open();
    assert_eq!((outbox.damaged(), outbox.waiting().len()), (1, 1));
    assert_eq!(storage.0.len(), 3, "neither the record nor its photo goes");
}

/// Nothing new is written over a record that could not be read: it may yet be saved.
#[test]
fn a_new_record_is_never_written_over_a_damaged_one() {
    let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
    storage.apply(outbox.keep_scan(&scan(1)).unwrap());
    storage.apply(outbox.keep_scan(&scan(2)).unwrap());
    storage.0.get_mut(&item::key_of(2)).unwrap().truncate(20);
    let damaged = storage.0[&item::key_of(2)].clone();
    let mut outbox = storage.open();
    storage.apply(outbox.keep_scan(&scan(3)).unwrap());
    assert_eq!(storage.0[&item::key_of(2)], damaged);
    assert_eq!(storage.open().waiting().len(), 2);
}

/// A report over a slow connection may take longer than the patience with it; its answer counts all the same.
#[test]
fn an_answer_that_comes_late_counts() {
    let mut outbox = Outbox::default();
    outbox.keep_report(&report(1), vec![vec![1]]).map(drop).unwrap();
    let first = outbox.next(at(0)).unwrap();
    assert_eq!(outbox.due_at(at(1)), Some(at(300)), "nobody is sent round in circles while it is under way");
    assert_eq!(outbox.discard(&id(1)), Changes::default(), "the register may have it");
    let second = outbox.next(at(300)).unwrap();
    assert_eq!(outbox.settle(number(&first), Outcome::Sent, at(310), 0).remove.len(), 2);
    assert!(outbox.waiting().is_empty());
    assert_eq!(outbox.settle(number(&second), Outcome::Later { retry_after: None }, at(320), 0), Changes::default());
    assert_eq!((outbox.next(at(1_000)), outbox.due_at(at(1_000))), (None, None));
}

#[test]
fn an_id_is_that_of_one_thing_however_it_is_written() {
    let mut outbox = Outbox::default();
    let lower = NewScan { id: "0193e0b2-5f1c-4c3a-9d55-0000000000ab".to_owned(), ..scan(1) };
    let upper = NewScan { id: lower.id.to_ascii_uppercase(), ..scan(1) };
    outbox.keep_scan(&upper).map(drop).unwrap();
    assert_eq!(outbox.keep_scan(&lower), Ok(Changes::default()));
    assert_eq!(outbox.waiting()[0].id, upper.id, "a host finds it by what it wrote");
    let same = NewReport { id: lower.id.clone(), ..report(1) };
    assert_eq!(outbox.keep_report(&same, vec![]), Err(Unfit::Id.into()), "it is not passed over in silence");
    assert_eq!(outbox.discard(&lower.id).remove.len(), 1);
}

/// A gateway that is misled, or a register in the middle of an update, refuses nothing for good.
#[test]
fn only_the_registers_word_on_a_thing_itself_refuses_it() {
    let later = Outcome::Later { retry_after: None };
    for (status, outcome) in
        [(200, Outcome::Sent), (201, Outcome::Sent), (422, Outcome::Refused), (409, Outcome::Refused)]
    {
        assert_eq!(Outcome::of_status(status, None), outcome);
    }
    for status in [0, 204, 302, 401, 403, 404, 408, 429, 500, 502, 503, 511] {
        assert_eq!(Outcome::of_status(status, None), later, "{status}");
    }
    assert_eq!(Outcome::of_status(503, Some(9)), Outcome::Later { retry_after: Some(9) });
}

/// What a phone does next in the test of crashes.
#[derive(Clone, Debug)]
enum Deed {
    Scan,
    Report,
    /// The register answers; its answer may be lost on the way.
    Send {
        arrives: bool,
        heard: bool,
    },
    /// The storage breaks off within the next change, and the app starts anew.
    Crash {
        after: usize,
    },
    Wait,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => Just(Deed::Scan),
        2 => Just(Deed::Report),
        6 => (prop::bool::weighted(0.8), prop::bool::weighted(0.8))
            .prop_map(|(arrives, heard)| Deed::Send { arrives, heard }),
        2 => (0..4_usize).prop_map(|after| Deed::Crash { after }),
        3 => Just(Deed::Wait),
    ];
    prop::collection::vec(deed, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is acknowledged as kept reaches the register exactly once, through lost answers and crashes.
    #[test]
    fn what_was_kept_arrives_once_through_crashes_and_lost_answers(deeds in deeds()) {
        let (mut storage, mut outbox) = (Storage::default(), Outbox::default());
        let (mut kept, mut arrived) = (BTreeSet::new(), BTreeMap::<String, String>::new());
        let (mut now, mut last, mut breaks) = (0, 0, None);
        let everything = deeds.into_iter().chain((0..400).flat_map(|_| {
            [Deed::Wait, Deed::Send { arrives: true, heard: true }]
        }));
        for deed in everything {
            let (changes, acknowledged) = match deed {
                Deed::Scan => {
                    last += 1;
                    (outbox.keep_scan(&scan(last)).unwrap(), Some(id(last)))
                }
                Deed::Report => {
                    last += 1;
                    (outbox.keep_report(&report(last), vec![vec![7; 3]]).unwrap(), Some(id(last)))
                }
                Deed::Send { arrives, heard } => {
                    let Some(parcel) = outbox.next(at(now)) else { continue };
                    let things: Vec<(String, String)> = match &parcel {
                        Parcel::Scans { .. } => body(&parcel)["items"].as_array().unwrap().iter()
                            .map(|item| (item["id"].as_str().unwrap().to_owned(), item.to_string())).collect(),
                        Parcel::Report { fields, photos, .. } => {
                            prop_assert!(photos.iter().all(|key| storage.0.contains_key(key)), "no report without its photos");
                            vec![(fields[0].1.clone(), format!("{fields:?}"))]
                        }
                    };
                    if arrives {
                        for (id, content) in things {
                            let known = arrived.entry(id).or_insert_with(|| content.clone());
                            prop_assert_eq!(&*known, &content, "the same id is the same thing");
                        }
                    }
                    let outcome = if arrives && heard { Outcome::Sent } else { Outcome::Later { retry_after: None } };
                    (outbox.settle(number(&parcel), outcome, at(now), last * 7), None)
                }
                Deed::Crash { after } => {
                    breaks = Some(after);
                    continue;
                }
                Deed::Wait => {
                    now += 3_700;
                    continue;
                }
            };
            if let Some(steps) = breaks.take() {
                let whole = changes.put.len() + changes.remove.len() <= steps;
                storage.apply_first(changes, steps);
                kept.extend(acknowledged.filter(|_| whole));
                outbox = storage.open();
            } else {
                storage.apply(changes);
                kept.extend(acknowledged);
            }
        }
        prop_assert!(outbox.waiting().is_empty() && storage.0.is_empty(), "{:?}", outbox.waiting());
        prop_assert!(kept.iter().all(|id| arrived.contains_key(id)), "something is lost");
    }
}
