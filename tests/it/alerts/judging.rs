//! Scans are judged once, in their own time, by any number of workers, and nothing is lost on the way.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::platform::config::Config;
use server::service::work;
use tests::TestApp;

use super::{ALMATY, ASTANA, copies, import, scan, send, settle};
use crate::codes::range;
use crate::people::People;

async fn rows(app: &TestApp, sql: &str) -> Vec<tokio_postgres::Row> {
    app.app.base.db.get().await.unwrap().query(sql, &[]).await.unwrap()
}

/// What is remembered, and what alerts say; but for units that were noted when they turned odd, early or late.
async fn remembered(app: &TestApp) -> Vec<(String, Value)> {
    let trails = "SELECT subject, state FROM trail WHERE subject NOT LIKE 'odd-run:%' ORDER BY subject";
    let trails = rows(app, trails).await;
    let mut all: Vec<(String, Value)> = trails.iter().map(|row| (row.get(0), row.get(1))).collect();
    let alerts = rows(app, "SELECT subject, findings FROM alert ORDER BY subject").await;
    all.extend(alerts.iter().map(|row| (row.get(0), row.get(1))));
    all
}

/// Q27: late scans are judged in their own time: whatever comes first, in the end the same is known.
#[tokio::test]
async fn the_order_in_which_scans_arrive_changes_nothing() {
    let people = People::gather().await;
    let app = people.app();
    import(app).await;
    let order = people.trade.goods(2).await;
    let codes = people.trade.codes(order).await;
    let scans = copies(app.app.base.clock.now(), &codes[0]);
    for one in &scans {
        send(app, std::slice::from_ref(one)).await;
        settle(app).await;
    }
    let forth = remembered(app).await;
    let clean =
        "DELETE FROM alert_event; DELETE FROM alert; DELETE FROM trail; DELETE FROM scan; DELETE FROM scan_tally;
        DELETE FROM scan_cell; DELETE FROM scan_cell_day; DELETE FROM suspicion; DELETE FROM witness_even;
        DELETE FROM witness_odd";
    app.app.base.db.get().await.unwrap().batch_execute(clean).await.unwrap();
    for one in scans.iter().rev() {
        send(app, std::slice::from_ref(one)).await;
    }
    settle(app).await;
    assert!(remembered(app).await == forth);
    assert!(forth.iter().any(|(subject, _)| subject.starts_with("unit:")));
}

/// Goods by the hundred in one delivery are all remembered, though one statement writes only some of them.
#[tokio::test]
async fn each_unit_of_a_whole_delivery_is_remembered() {
    let people = People::gather().await;
    let app = people.app();
    let order = people.trade.goods(150).await;
    let codes = people.trade.codes(order).await;
    let now = app.app.base.clock.now();
    let scans: Vec<Value> = codes.iter().map(|code| scan(now, code, 1, 0, ALMATY)).collect();
    for scans in scans.chunks(75) {
        send(app, scans).await;
    }
    settle(app).await;
    let once = "SELECT count(*) FROM trail WHERE subject LIKE 'unit:%' AND (state->>'n')::bigint = 1";
    assert_eq!(rows(app, once).await[0].get::<_, i64>(0), 150);
}

/// Several workers at once judge every scan once: figures add up, and one cause is one alert.
#[tokio::test]
async fn many_workers_judge_each_scan_once() {
    let people = People::gather().await;
    let app = people.app();
    import(app).await;
    let order = people.trade.goods(3).await;
    let codes = people.trade.codes(order).await;
    let now = app.app.base.clock.now();
    for code in &codes {
        for one in copies(now, code) {
            send(app, &[one]).await;
        }
    }
    let twins = [app.twin().await, app.twin().await];
    let (first, second, third) =
        tokio::join!(work::settle(&app.app), work::settle(&twins[0].app), work::settle(&twins[1].app));
    for settled in [first, second, third] {
        settled.unwrap();
    }
    let counts = "SELECT (SELECT sum(scans)::bigint FROM scan_cell), (SELECT sum((state->>'n')::bigint)::bigint FROM trail
            WHERE subject LIKE 'unit:%'), (SELECT sum(units)::bigint FROM scan_tally), (SELECT count(*) FROM alert
            WHERE subject LIKE 'unit:%'), (SELECT count(*) FROM alert_event WHERE what = 'opened'), (SELECT count(*) FROM alert)";
    let row = &rows(app, counts).await[0];
    let counts: Vec<i64> = (0..6).map(|column| row.get(column)).collect();
    assert_eq!(counts[..4], [30, 30, 3, 3], "{counts:?}");
    assert_eq!(counts[4], counts[5], "one cause opens once");
}

/// A restart loses nothing: what was committed before is judged by whoever comes next; a retry of the client is no
/// second scan.
#[tokio::test]
async fn scans_wait_for_the_next_worker() {
    let people = People::gather().await;
    let app = people.app();
    import(app).await;
    let order = people.trade.goods(1).await;
    let codes = people.trade.codes(order).await;
    let scans = copies(app.app.base.clock.now(), &codes[0]);
    send(app, &scans).await;
    send(app, &scans).await;
    let next = app.twin().await;
    settle(&next).await;
    settle(app).await;
    let row = &rows(app, "SELECT state->>'n', last_on IS NOT NULL FROM trail WHERE subject LIKE 'unit:%'").await[0];
    assert_eq!(row.get::<_, &str>(0), "10");
    assert_eq!(rows(app, "SELECT id FROM alert").await.len(), 1);
}

/// Q27: every scan is assigned to its region; who shares no place takes part in everything else (X39).
#[tokio::test]
async fn each_scan_is_assigned_to_its_region() {
    let app = TestApp::start().await;
    import(&app).await;
    let now = app.app.base.clock.now();
    let mut hidden = scan(now, "4006381333931", 3, 0, ASTANA);
    hidden["consent"] = json!("none");
    send(&app, &[scan(now, "4006381333931", 1, 0, ALMATY), scan(now, "4006381333931", 2, 0, super::AKTAU), hidden])
        .await;
    settle(&app).await;
    let regions = rows(&app, "SELECT region FROM scan ORDER BY device").await;
    let regions: Vec<Option<String>> = regions.iter().map(|row| row.get(0)).collect();
    assert_eq!(regions, [Some("750000000".to_owned()), None, None]);
}

/// Q27: regions that somebody else has imported are known within a minute where nobody works through jobs, too.
#[tokio::test]
async fn a_process_that_only_serves_learns_of_imported_regions() {
    let app = TestApp::start().await;
    let mut config = Config::clone(&app.app.base.config);
    // A minute, shortened: what is tested is that it looks at all, and again.
    config.reread = Duration::from_secs(1);
    let twin = TestApp::over(config, app.database.clone(), app.app.base.clock.clone()).await;
    import(&app).await;
    let regions = async || {
        let one = scan(twin.app.base.clock.now(), "4006381333931", 1, 0, ALMATY);
        send(&twin, &[one]).await;
        let regions = rows(&app, "SELECT region FROM scan WHERE region IS NOT NULL").await;
        regions.iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    for _ in 0..400 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if let [region, ..] = &*regions().await {
            assert_eq!(region, "750000000");
            return;
        }
    }
    panic!("it never learns of them");
}

/// Pictures from files and scanners at fault accuse nobody.
#[tokio::test]
async fn pictures_and_faulty_scanners_raise_no_alert() {
    let people = People::gather().await;
    let app = people.app();
    let order = people.trade.goods(2).await;
    let codes = people.trade.codes(order).await;
    let now = app.app.base.clock.now();
    let mut scans = copies(now, &codes[0]);
    for scan in &mut scans {
        scan["source"] = json!("picture");
    }
    send(app, &scans).await;
    let garbage: Vec<Value> = (0..60).map(|at| scan(now, &format!("???{at}"), 77, 0, ALMATY)).collect();
    send(app, &garbage).await;
    settle(app).await;
    assert!(rows(app, "SELECT id FROM alert").await.is_empty());
}

/// One item is sold once: a second till is told of at once, the same till within half an hour is a retry.
#[tokio::test]
async fn a_second_sale_is_an_alert_and_a_retry_is_none() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.goods(3).await;
    let codes = trade.codes(order).await;
    let sell = async |code: &str| {
        let units = json!({ "codes": [code] });
        trade.file(&trade.producer, "/v1/sales", &units, json!({})).await
    };
    sell(&codes[0]).await.expect(201);
    sell(&codes[0]).await.expect(409);
    settle(people.app()).await;
    assert!(rows(people.app(), "SELECT id FROM alert").await.is_empty(), "the same till within half an hour");

    let token = people.token("rival");
    trade.file(token, "/v1/sales", &json!({ "codes": [codes[0]] }), json!({})).await;
    settle(people.app()).await;
    let alerts = rows(people.app(), "SELECT kind, region IS NULL, unit_index FROM alert").await;
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].get(0), alerts[0].get(1), alerts[0].get(2)), ("second-sale", true, 0));

    let withdrawal = json!({ "reason": "damaged" });
    trade.file(&trade.producer, "/v1/withdrawals", &range(order, 1, 1), withdrawal).await.expect(201);
    sell(&codes[1]).await.expect(409);
    settle(people.app()).await;
    let kinds = rows(people.app(), "SELECT kind FROM alert WHERE unit_index = 1").await;
    assert_eq!(kinds[0].get::<_, &str>(0), "sale-after-withdrawal");
}

/// Every code that a till has read and could not sell is judged, also beyond the hundred that the answer lists; units that
/// are named by range are not, since a short request names a million of them.
#[tokio::test]
async fn every_refused_code_of_a_sale_is_judged_and_no_range() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.goods(150).await;
    let codes = json!({ "codes": trade.codes(order).await });
    trade.file(&trade.producer, "/v1/sales", &codes, json!({})).await.expect(201);
    settle(people.app()).await;
    let judged =
        "SELECT coalesce(sum(jsonb_array_length(payload->'units')), 0)::bigint FROM job WHERE kind = 'judge-sale'";
    trade.file(&trade.producer, "/v1/sales", &range(order, 0, 149), json!({})).await.expect(409);
    assert_eq!(trade.count(judged).await, 0);
    let refused = trade.file(&trade.producer, "/v1/sales", &codes, json!({})).await.expect(409);
    assert_eq!(refused.json["fields"].as_array().unwrap().len(), 100);
    assert_eq!(trade.count(judged).await, 150);
    let lanes = "SELECT count(*) FROM job WHERE kind = 'judge-sale' AND lane = 'sales'";
    assert_eq!(trade.count(lanes).await, 2, "apart from refreshes, a hundred at a time");
}

/// X38: trails are forgotten, places rounded, when their time has come.
#[tokio::test]
async fn what_is_remembered_has_its_time() {
    let case = super::Case::open().await;
    let app = case.people.app();
    app.app.base.clock.shift(TimeDelta::days(91));
    server::alerts::keep_house(&app.app.alerts).await.unwrap();
    assert_eq!(rows(app, "SELECT subject FROM trail").await.len(), 0);
    let row = &rows(app, "SELECT latitude, coarsened_at IS NOT NULL FROM alert").await[0];
    assert!((row.get::<_, f64>(0) - 43.235).abs() < 1e-9 && row.get::<_, bool>(1));
    assert_eq!(rows(app, "SELECT at FROM suspicion").await.len(), 0);
}

/// B1: what a scanner spoils accuses nobody, whatever number of phones say it.
#[tokio::test]
async fn a_scanner_fault_that_many_phones_share_raises_no_alert() {
    let people = People::gather().await;
    let app = people.app();
    import(app).await;
    let order = people.trade.goods(3).await;
    let codes = people.trade.codes(order).await;
    let now = app.app.base.clock.now();
    let spoiled = [
        codes[0].to_uppercase(),
        codes[0].to_lowercase(),
        codes[0].replace('\u{1d}', ""),
        codes[0].chars().take(codes[0].chars().count() - 10).collect(),
        "4870001234560".to_owned(),
        "no code at all".to_owned(),
    ];
    for text in &spoiled {
        let verdict = app.post("/v1/verify", &json!({ "code": text })).await.expect(200).json["verdict"].clone();
        if verdict != "misread" && verdict != "unknown" {
            continue;
        }
        let before = rows(app, "SELECT count(*) FROM alert").await[0].get::<_, i64>(0);
        let scans: Vec<Value> = (0..40_i64)
            .map(|device| {
                scan(
                    now,
                    text,
                    device.unsigned_abs().into(),
                    device % 20,
                    [ALMATY, ASTANA][usize::from(device % 2 != 0)],
                )
            })
            .collect();
        send(app, &scans).await;
        settle(app).await;
        let after = rows(app, "SELECT count(*) FROM alert").await[0].get::<_, i64>(0);
        assert!(verdict != "misread" || after == before, "{text}");
    }
}
