//! R5: clocks that are wrong by an hour or a year. Nobody is locked out, let in, or served twice for it.

use std::time::Instant;

use chrono::{TimeDelta, Utc};
use marking::layout::Group;
use reqwest::Method;
use serde_json::json;
use server::platform::clock::Clock;
use tests::{Scene, TestApp, shared_stores};
use uuid::Uuid;

use tests::faults::scan;

/// Requests that a device has at once, and in a minute.
const BUCKET: u32 = 30;

fn skews() -> [TimeDelta; 4] {
    [TimeDelta::hours(1), TimeDelta::hours(-1), TimeDelta::days(365), TimeDelta::days(-365)]
}

/// R5: on a process whose clock is wrong, people sign in, work and are answered as always, and its keys and those of
/// the others are one set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_clock_is_wrong_works_as_always() {
    for skew in skews() {
        let right = TestApp::start_on(shared_stores().await).await;
        let clock = Clock::default();
        clock.shift(skew);
        let app = right.twin_at(clock).await;
        let mut scene = Scene::open(&app.app, &app.url("")).await;
        let gtin = scene.product(Group::Medicines).await;
        // A year on, the keys have been followed by others, which sign as soon as everybody knows them.
        app.app.base.clock.shift(TimeDelta::minutes(1));
        let order = scene.order(gtin, 5).await;
        let codes = scene.codes(order).await;
        let id = Uuid::new_v4();
        // The phone's clock is right.
        let body = json!({ "sent_at": Utc::now(), "items": [scan(id, &codes[0], Utc::now(), 51.0)] });
        for _ in 0..2 {
            app.post("/v1/scans", &body).await.expect(201);
        }
        let db = app.app.base.db.get().await.unwrap();
        let kept: i64 = db.query_one("SELECT count(*) FROM scan WHERE id = $1", &[&id]).await.unwrap().get(0);
        assert_eq!(kept, 1, "{skew}");
        for base in [app.url(""), right.url("")] {
            scene.base = base;
            assert_eq!(scene.verify(&codes[0]).await.expect(200).json["verdict"], "not-released", "{skew}");
        }
    }
}

/// R5: while the clock jumps, the limiter goes on by the time that passes, and a key stands for one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_empties_no_bucket_and_repeats_no_effect() {
    let few = |config: &mut server::platform::config::Config| config.limits.per_device = BUCKET;
    let app = TestApp::start_with(shared_stores().await, few).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let gtin = scene.product(Group::Medicines).await;
    let new = json!({ "id": Uuid::new_v4(), "gtin": gtin.to_string(), "quantity": 5 });
    let key = Uuid::new_v4().to_string();
    let ask = async || {
        let request = app.request(Method::GET, "/v1/reference").header("Tanba-Device", "jumper");
        app.send(request).await.status
    };
    let mut asked = 0;
    let started = Instant::now();
    let mut answers = Vec::new();
    // Forth and back again, so that the last of them is at the right time.
    let jumps = skews().into_iter().flat_map(|skew| [skew, -skew]);
    for jump in [TimeDelta::zero()].into_iter().chain(jumps) {
        app.app.base.clock.shift(jump);
        while ask().await == 200 {
            asked += 1;
        }
        let refilled = started.elapsed().as_secs() * u64::from(BUCKET) / 60;
        assert!(asked <= u64::from(BUCKET) + 1 + refilled, "{asked} after a jump of {jump}");
        let request = scene.request(Method::POST, "/v1/orders").await.header("Idempotency-Key", &key).json(&new);
        let answer = app.send(request).await;
        match answer.status {
            201 => answers.push(answer.json),
            // A token of ten minutes is of no use an hour later, nor an hour before it was given.
            401 => assert_ne!(jump, TimeDelta::zero()),
            status => panic!("{status} after a jump of {jump}: {}", String::from_utf8_lossy(&answer.bytes)),
        }
    }
    assert!(answers.len() >= 2, "the right time came back");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let db = app.app.base.db.get().await.unwrap();
    let orders: i64 = db.query_one("SELECT count(*) FROM code_order", &[]).await.unwrap().get(0);
    assert_eq!(orders, 1);
}
