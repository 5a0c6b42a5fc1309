//! Scans: kept when acknowledged, once, and with no more of the place than was agreed to.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::TestApp;
use uuid::Uuid;

/// The same instant in every scan of this process, so that a retry carries the same bytes.
fn yesterday() -> DateTime<Utc> {
    static YESTERDAY: OnceLock<DateTime<Utc>> = OnceLock::new();
    *YESTERDAY.get_or_init(|| Utc::now() - TimeDelta::days(1))
}

fn scan(id: u128, consent: &str) -> Value {
    json!({
        "id": Uuid::from_u128(id),
        "code": "4006381333931",
        "taken_at": yesterday(),
        "consent": consent,
        "place": {"latitude": 51.128_207, "longitude": 71.430_411, "accuracy_metres": 12.0},
        "device": Uuid::from_u128(99),
        "verdict": "unknown"
    })
}

async fn rows(app: &TestApp, sql: &str) -> Vec<tokio_postgres::Row> {
    app.app.base.db.get().await.unwrap().query(sql, &[]).await.unwrap()
}

/// Q27
#[tokio::test]
async fn a_batch_is_kept_with_its_places() {
    let app = TestApp::start().await;
    let receipt = app.post("/v1/scans", &json!({"items": [scan(1, "exact"), scan(2, "coarse")]})).await.expect(201);
    assert_eq!((&receipt.json["stored"], &receipt.json["already_stored"]), (&json!(2), &json!(0)));
    let rows = rows(&app, "SELECT latitude, accuracy_metres FROM scan ORDER BY id").await;
    let latitudes: Vec<f64> = rows.iter().map(|row| row.get(0)).collect();
    assert!((latitudes[0] - 51.128_207).abs() < 1e-9 && (latitudes[1] - 51.125).abs() < 1e-9, "{latitudes:?}");
}

/// X39
#[tokio::test]
async fn without_consent_no_place_is_kept_and_everything_works() {
    let app = TestApp::start().await;
    app.post("/v1/scans", &json!({"items": [scan(1, "none")]})).await.expect(201);
    let rows = rows(&app, "SELECT latitude IS NULL AND longitude IS NULL AND accuracy_metres IS NULL FROM scan").await;
    assert!(rows[0].get::<_, bool>(0));
}

#[tokio::test]
async fn a_retry_is_the_same_row_and_another_scan_under_the_same_id_changes_nothing() {
    let app = TestApp::start().await;
    let batch = json!({"items": [scan(1, "exact"), scan(2, "exact")]});
    app.post("/v1/scans", &batch).await.expect(201);
    let again = app.post("/v1/scans", &batch).await.expect(201);
    assert_eq!((&again.json["stored"], &again.json["already_stored"]), (&json!(0), &json!(2)));

    let other = app.post("/v1/scans", &json!({"items": [scan(3, "exact"), scan(2, "none")]})).await.expect(409);
    assert_eq!((other.slug(), other.faults()), ("id-taken", vec!["items[1].id field-id-taken".to_owned()]));
    let count: i64 = rows(&app, "SELECT count(*) FROM scan").await[0].get(0);
    assert_eq!(count, 2, "nothing of the refused batch is kept");
}

#[tokio::test]
async fn a_hundred_parallel_retries_make_one_row() {
    let app = TestApp::start().await;
    let batch = json!({"items": [scan(1, "exact")]});
    let posts = (0..100).map(|_| app.post("/v1/scans", &batch));
    let answers = futures_util::future::join_all(posts).await;
    let stored: u64 = answers.into_iter().map(|answer| answer.expect(201).json["stored"].as_u64().unwrap()).sum();
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn one_bad_scan_refuses_the_batch_with_its_place() {
    let app = TestApp::start().await;
    let mut far = scan(2, "exact");
    far["place"]["latitude"] = json!(91);
    let answer = app.post("/v1/scans", &json!({"items": [scan(1, "exact"), far]})).await.expect(422);
    assert_eq!(answer.faults(), ["items[1].place.latitude field-out-of-range"]);
    let answer = app.post("/v1/scans", &json!({"items": [{"id": "7"}]})).await.expect(422);
    assert_eq!(answer.faults()[0].split(' ').next(), Some("items[0].id"));
    let many: Vec<Value> = (0..101).map(|id| scan(id, "none")).collect();
    assert_eq!(app.post("/v1/scans", &json!({"items": many})).await.expect(413).slug(), "too-many-items");
    assert_eq!(app.post("/v1/scans", &json!({"items": []})).await.expect(422).faults(), ["items field-required"]);
    let count: i64 = rows(&app, "SELECT count(*) FROM scan").await[0].get(0);
    assert_eq!(count, 0);
}

/// B63, B65: times as other programs write them are taken, one without a zone and an accuracy below nothing are refused at
/// their field.
#[tokio::test]
async fn times_of_other_programs_are_taken_and_what_means_nothing_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let at = yesterday();
    let send = async |id: u128, field: &str, value: Value| {
        let mut scan = scan(id, "exact");
        *scan.pointer_mut(field).unwrap() = value;
        app.post("/v1/scans", &json!({ "items": [scan] })).await
    };
    let local = at.with_timezone(&chrono::FixedOffset::east_opt(5 * 3600).unwrap());
    for (id, text) in [
        (1, local.format("%Y-%m-%dT%H:%M:%S+0500").to_string()),
        (2, at.format("%Y-%m-%dt%H:%M:%Sz").to_string()),
        (3, at.format("%Y-%m-%dT%H:%M:60Z").to_string()),
    ] {
        send(id, "/taken_at", json!(text)).await.expect(201);
    }
    let unzoned = at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let refused = send(4, "/taken_at", json!(unzoned)).await.expect(422);
    assert!(refused.faults()[0].starts_with("items[0].taken_at "), "{:?}", refused.faults());
    for accuracy in [-1, -2_147_473] {
        let refused = send(5, "/place/accuracy_metres", json!(accuracy)).await.expect(422);
        assert_eq!(refused.faults(), ["items[0].place.accuracy_metres field-out-of-range"]);
    }
    assert_eq!(rows(&app, "SELECT count(*) FROM scan").await[0].get::<_, i64>(0), 3);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_at_its_byte() {
    let app = TestApp::start().await;
    let request = app.request(reqwest::Method::POST, "/v1/scans").header("Content-Type", "application/json");
    let answer = app.send(request.body("{\"items\":[}")).await.expect(400);
    assert_eq!((answer.slug(), &answer.json["fields"][0]["at"]), ("malformed-json", &json!(10)));
    let request = app.request(reqwest::Method::POST, "/v1/scans").header("Content-Type", "text/plain");
    assert_eq!(app.send(request.body("{}")).await.expect(415).slug(), "unsupported-media-type");
}

/// R5
#[tokio::test]
async fn a_phone_whose_clock_is_a_year_ahead_is_believed_by_our_clock() {
    let app = TestApp::start().await;
    let now = Utc::now();
    let mut ahead = scan(1, "none");
    ahead["taken_at"] = json!(now + TimeDelta::days(365) - TimeDelta::hours(2));
    let batch = json!({"sent_at": now + TimeDelta::days(365), "items": [ahead]});
    app.post("/v1/scans", &batch).await.expect(201);
    let taken_at: DateTime<Utc> = rows(&app, "SELECT taken_at FROM scan").await[0].get(0);
    assert!((now - taken_at - TimeDelta::hours(2)).abs() < TimeDelta::minutes(1), "{taken_at}");
}

/// X38
#[tokio::test]
async fn places_are_rounded_and_days_dropped_when_their_time_has_come() {
    let app = TestApp::start().await;
    server::scans::keep_house(&app.app.scans).await.unwrap();
    let mut today = scan(1, "exact");
    today["taken_at"] = json!(Utc::now());
    app.post("/v1/scans", &json!({"items": [today]})).await.expect(201);

    app.app.base.clock.shift(TimeDelta::days(91));
    server::scans::keep_house(&app.app.scans).await.unwrap();
    let row = &rows(&app, "SELECT latitude, coarsened_at IS NOT NULL FROM scan").await[0];
    assert!((row.get::<_, f64>(0) - 51.125).abs() < 1e-9 && row.get::<_, bool>(1));

    app.app.base.clock.shift(TimeDelta::days(700));
    server::scans::keep_house(&app.app.scans).await.unwrap();
    let count: i64 = rows(&app, "SELECT count(*) FROM scan").await[0].get(0);
    assert_eq!(count, 0);
}

/// X41
#[tokio::test]
async fn a_time_that_no_clock_error_explains_is_refused_at_its_place_and_poisons_nothing() {
    let app = TestApp::start().await;
    let now = Utc::now();
    let at = |taken_at: Value, sent_at: Value| {
        let mut scan = scan(1, "none");
        scan["taken_at"] = taken_at;
        json!({ "sent_at": sent_at, "items": [scan] })
    };
    // 2·now minus chrono's last instants, and minus PostgreSQL's first.
    for sent_at in
        ["-258090-10-31T15:28:21Z", "9999-12-31T23:59:59Z", "-262143-01-01T00:00:00Z", "+262142-12-31T23:59:59Z"]
    {
        let answer = app.post("/v1/scans", &at(json!(now), json!(sent_at))).await.expect(422);
        assert_eq!(answer.faults()[0], "sent_at field-not-a-date", "{sent_at}");
    }
    for (taken_at, slug) in [
        (json!("2099-12-31T00:00:00Z"), "field-in-the-future"),
        (json!("2000-01-01T00:00:00Z"), "field-too-long-ago"),
        (json!(now - TimeDelta::days(31)), "field-too-long-ago"),
        (json!(now + TimeDelta::minutes(11)), "field-in-the-future"),
        (json!("-258090-10-31T15:28:21Z"), "field-not-a-date"),
        (json!("9999-12-31T23:59:59Z"), "field-not-a-date"),
    ] {
        let answer = app.post("/v1/scans", &at(taken_at.clone(), Value::Null)).await.expect(422);
        assert_eq!(answer.faults(), [format!("items[0].taken_at {slug}")], "{taken_at}");
    }
    // A clock that is right when the batch is sent, but was not when the scan was taken.
    let answer = app.post("/v1/scans", &at(json!("2031-01-01T00:00:00Z"), json!(now))).await.expect(422);
    assert_eq!(answer.faults(), ["items[0].taken_at field-in-the-future"]);
    assert_eq!(rows(&app, "SELECT count(*) FROM scan").await[0].get::<_, i64>(0), 0);
    app.post("/v1/scans", &json!({ "items": [scan(1, "none")] })).await.expect(201);
    assert_eq!(server::service::work::settle(&app.app).await.unwrap().failed, 0);
}

/// X42
#[tokio::test]
async fn a_row_that_can_not_be_written_fails_its_own_request_only() {
    let app = Arc::new(TestApp::start().await);
    let mut db = app.app.base.db.get().await.unwrap();
    // Whatever PostgreSQL refuses although it was let in at the door.
    db.batch_execute("ALTER TABLE scan ADD CONSTRAINT refused CHECK (code <> 'poison')").await.unwrap();
    let tx = db.transaction().await.unwrap();
    tx.batch_execute("LOCK TABLE scan IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let send = |batch: Value| {
        let app = app.clone();
        tokio::spawn(async move { app.post("/v1/scans", &batch).await })
    };
    // The first waits for the table, and all others for the first: they share the next transaction.
    let first = send(json!({ "items": [scan(1, "none")] }));
    let waiting = async |requests: i64| {
        let count = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'scan'::regclass AND pid <> $1";
        while app.app.base.db.get().await.unwrap().query_one(count, &[&0]).await.unwrap().get::<_, i64>(0) < requests {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    waiting(1).await;
    let mut poison = scan(100, "none");
    poison["code"] = json!("poison");
    let honest: Vec<_> = (2..30).map(|id| send(json!({ "items": [scan(id, "none")] }))).collect();
    let broken = send(json!({ "items": [scan(101, "none"), poison] }));
    let late: Vec<_> = (30..40).map(|id| send(json!({ "items": [scan(id, "none")] }))).collect();
    // Until all of them have been read and wait in the queue.
    while app.app.scans.committer.waiting_rows() < 1 + 28 + 2 + 10 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tx.commit().await.unwrap();
    first.await.unwrap().expect(201);
    for answer in honest.into_iter().chain(late) {
        answer.await.unwrap().expect(201);
    }
    assert_eq!(broken.await.unwrap().expect(500).slug(), "internal");
    let row =
        &rows(&app, "SELECT count(*), count(*) FILTER (WHERE id = '00000000-0000-0000-0000-000000000065') FROM scan")
            .await[0];
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (39, 0), "all or none of a request");
}
