//! What one network can do to others' alerts: bring up few, silence none (X46); and places that are none (B32).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::TestApp;
use uuid::Uuid;

use super::{AKTAU, ALMATY, ASTANA, copies, import, scan, send, send_from, settle};
use crate::people::People;

async fn rows(app: &TestApp, sql: &str) -> Vec<tokio_postgres::Row> {
    app.app.base.db.get().await.unwrap().query(sql, &[]).await.unwrap()
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    rows(app, sql).await[0].get(0)
}

/// A label with a serial of ours under the seal of another.
fn forged(shoes: &[String], number: usize) -> String {
    let front = shoes[number].rsplit_once("\u{1d}92").unwrap().0;
    let seal = shoes[shoes.len() - 1 - number].rsplit_once("\u{1d}92").unwrap().1;
    format!("{front}\u{1d}92{seal}")
}

/// A register with regions, water in circulation and codes of shoes, whose seals are long.
async fn open() -> (People, Vec<String>, Vec<String>) {
    let people = People::gather().await;
    import(people.app()).await;
    let order = people.trade.goods(40).await;
    let codes = people.trade.codes(order).await;
    let gtin = people.trade.shoes().await;
    let shoes = people.trade.codes(people.trade.order(&gtin, 100).await).await;
    (people, codes, shoes)
}

/// X46
#[tokio::test]
async fn one_request_of_many_invented_devices_frames_nobody() {
    let (people, codes, shoes) = open().await;
    let (app, now) = (people.app(), people.app().app.base.clock.now());
    let towns = [ALMATY, ASTANA, AKTAU];
    let invented: Vec<Value> = (0..46_u8)
        .map(|at| scan(now, &codes[0], u128::from(at) + 1, i64::from(at % 29), towns[usize::from(at % 3)]))
        .collect();
    send_from(app, "203.0.113.9", &invented).await;
    let labels: Vec<Value> =
        (0..90_usize).map(|at| scan(now, &forged(&shoes, at / 3), 100 + at as u128, 0, ALMATY)).collect();
    send_from(app, "203.0.113.77", &labels).await;
    settle(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM alert").await, 0);
    let parties = "SELECT jsonb_array_length(state->'p')::bigint FROM trail WHERE subject LIKE 'unit:%:0'";
    assert_eq!(number(app, parties).await, 1, "one network is one witness");
    // The same from networks that have nothing to do with each other is what it claims to be.
    send(app, &copies(now, &codes[0])).await;
    settle(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM alert WHERE subject LIKE 'unit:%'").await, 1);
}

/// X46
#[tokio::test]
async fn a_day_of_one_network_is_one_witness_and_every_day_another() {
    let (people, codes, _) = open().await;
    let app = people.app();
    let witnesses = async || {
        number(app, "SELECT jsonb_array_length(state->'p')::bigint FROM trail WHERE subject LIKE 'unit:%:0'").await
    };
    for device in 1..=5 {
        send_from(app, "203.0.113.9", &[scan(app.app.base.clock.now(), &codes[0], device, 0, ALMATY)]).await;
    }
    settle(app).await;
    assert_eq!(witnesses().await, 1);
    // A wider network is a few.
    for host in 0..20_u8 {
        let device = 100 + u128::from(host);
        let address = format!("203.0.{}.9", 120 + host);
        send_from(app, &address, &[scan(app.app.base.clock.now(), &codes[0], device, 0, ALMATY)]).await;
    }
    settle(app).await;
    assert_eq!(witnesses().await, 4);
    app.app.base.clock.shift(TimeDelta::days(1));
    send_from(app, "203.0.113.9", &[scan(app.app.base.clock.now(), &codes[0], 50, 0, ALMATY)]).await;
    settle(app).await;
    assert_eq!(witnesses().await, 5);
}

/// X46: nothing of a network outlives its day, and nothing says which network it was.
#[tokio::test]
async fn what_stands_for_a_network_is_gone_when_the_day_is_over() {
    let (people, codes, _) = open().await;
    let app = people.app();
    send(app, &[scan(app.app.base.clock.now(), &codes[0], 1, 0, ALMATY)]).await;
    let jobs = "SELECT count(*) FROM job WHERE kind = 'judge-scans' AND payload ? 'networks'";
    assert_eq!(number(app, jobs).await, 1);
    settle(app).await;
    let kept = "SELECT (SELECT count(*) FROM witness_even) + (SELECT count(*) FROM witness_odd)
        + (SELECT count(*) FROM network_salt)";
    assert!(number(app, kept).await > 0);
    app.app.base.clock.shift(TimeDelta::days(1));
    server::scans::forget_networks(&app.app.scans).await.unwrap();
    server::alerts::forget_networks(&app.app.alerts).await.unwrap();
    assert_eq!(number(app, kept).await, 0);
    // Not in the log of changes, so in no archive and no backup.
    let logged = "SELECT count(*) FROM pg_class WHERE relpersistence <> 'u'
        AND relname IN ('witness_even', 'witness_odd', 'network_salt', 'network_alert')";
    assert_eq!(number(app, logged).await, 0);
}

/// X46
#[tokio::test]
async fn a_scan_that_claims_to_come_from_the_future_silences_no_honest_one() {
    let (people, _, shoes) = open().await;
    let (app, now) = (people.app(), people.app().app.base.clock.now());
    let label = forged(&shoes, 7);
    let mut future = scan(now, &label, 666, 0, ALMATY);
    for taken_at in ["2099-12-31T00:00:00Z".to_owned(), (now + TimeDelta::days(1)).to_rfc3339()] {
        future["taken_at"] = json!(taken_at);
        let answer = app.post("/v1/scans", &json!({ "items": [future] })).await.expect(422);
        assert_eq!(answer.faults(), ["items[0].taken_at field-in-the-future"]);
    }
    // As far ahead as a clock may be.
    future["taken_at"] = json!(now + TimeDelta::minutes(9));
    send(app, &[future]).await;
    let honest: Vec<Value> = (0..6).map(|device| scan(now, &label, device, 25, ALMATY)).collect();
    send(app, &honest).await;
    settle(app).await;
    let kinds = rows(app, "SELECT kind FROM alert").await;
    assert_eq!(kinds.iter().map(|row| row.get(0)).collect::<Vec<&str>>(), ["forged-seal"]);
    // Nor does it keep its trail from retention.
    let late = "SELECT count(*) FROM trail WHERE last_on > current_date + 1";
    assert_eq!(number(app, late).await, 0);
}

/// X46: printed in docs/detection.md.
#[tokio::test]
async fn new_alerts_of_one_network_are_bounded_by_the_hour() {
    let (people, ..) = open().await;
    let (app, now) = (people.app(), people.app().app.base.clock.now());
    // Thirty devices that try codes until one holds: each would be an alert.
    let guesses = |device: u128| -> Vec<Value> {
        let code = |at: u128| format!("010487000123456021{}\u{1d}93abcd", format_args!("3{:012}", device * 100 + at));
        (0..30).map(|at| scan(now, &code(at), device, 0, ALMATY)).collect()
    };
    for device in 1..=30 {
        send_from(app, "203.0.113.9", &guesses(device)).await;
    }
    settle(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM alert").await, 20);
    send_from(app, "203.1.113.9", &guesses(31)).await;
    settle(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM alert").await, 21, "another network is not held back");
    // What was held back is remembered: in the next hour the next scan brings it up.
    app.app.base.clock.shift(TimeDelta::hours(1));
    for device in 1..=30 {
        let mut again = guesses(device);
        again.truncate(1);
        again[0]["id"] = json!(Uuid::new_v4());
        send_from(app, "203.0.113.9", &again).await;
    }
    settle(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM alert").await, 31);
}

/// B32: five visitors of one shop, one or two of whose phones tell a place that is none.
#[tokio::test]
async fn places_that_faulty_phones_share_are_no_town_and_have_no_region() {
    let (people, codes, _) = open().await;
    let (app, now) = (people.app(), people.app().app.base.clock.now());
    let nowhere = [(0.0, 0.0), (76.8897, 43.2389), (48.0, 68.0), (37.751, -97.822), (0.0001, 0.0001)];
    // Four others, anywhere, were there before: a crowd of phones that know nothing.
    for (place, device) in nowhere.iter().zip(50..) {
        for other in 0..4 {
            send(app, &[scan(now, &codes[10 + other], device + 10 * other as u128, 2, *place)]).await;
        }
    }
    for (place, code) in nowhere.iter().zip(&codes) {
        for (device, days) in (1..=5).zip([20, 16, 12, 8, 4]) {
            let place = if device == 2 || device == 4 { *place } else { ALMATY };
            send(app, &[scan(now, code, device, days, place)]).await;
        }
    }
    let mut rough = scan(now, &codes[6], 1, 1, ASTANA);
    rough["place"]["accuracy_metres"] = json!(50_000);
    send(app, &[rough]).await;
    settle(app).await;
    let alerts = rows(app, "SELECT subject, kind, findings::text FROM alert").await;
    let told: BTreeMap<String, String> = alerts.iter().map(|row| (row.get(0), row.get(2))).collect();
    assert!(told.is_empty(), "{told:?}");
    let regions = "SELECT count(*) FROM scan WHERE region IS NOT NULL AND (latitude NOT BETWEEN 43 AND 44 OR accuracy_metres > 20000)";
    assert_eq!(number(app, regions).await, 0);
    assert_eq!(number(app, "SELECT count(*) FROM scan WHERE region = '750000000'").await, 15);
    let towns = "SELECT count(*) FROM trail, jsonb_array_elements(state->'p') p
        WHERE p->'f'->'p' IS NOT NULL AND (p->'f'->'p'->>'y')::float8 NOT BETWEEN 43 AND 44";
    assert_eq!(number(app, towns).await, 0);
}
