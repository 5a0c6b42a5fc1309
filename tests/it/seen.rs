//! What was written is seen by its writer at once, and an answer says of which moment it is.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use marking::layout::Group;
use reqwest::Method;
use serde_json::{Value, json};
use tests::load::encoded;
use tests::{Answer, Scene, Stores, TestApp};
use uuid::Uuid;

const SALES: usize = 40;

fn moment(answer: &Answer) -> DateTime<Utc> {
    answer.json["as_of"].as_str().unwrap().parse().unwrap()
}

async fn check(scene: &mut Scene, code: &str) -> Answer {
    scene.post("/v1/stock/checks", &json!({ "id": Uuid::new_v4(), "codes": [code] })).await.expect(200)
}

fn first_reason(answer: &Answer) -> &str {
    answer.json["lines"][0]["reasons"][0]["slug"].as_str().unwrap_or("none")
}

/// A4: forty sales, each asked about at once: no answer is stale, and none claims to be of a later moment than it is. With
/// a worker or without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sells_a_unit_and_asks_next_is_told_that_it_is_sold() {
    for works in [true, false] {
        let app = TestApp::start().await;
        let mut scene = Scene::open(&app.app, &app.url("")).await;
        let (_, codes) = scene.goods(Group::Medicines, 60).await;
        let worker = works.then(|| server::service::work::start(app.app.clone()));
        for code in &codes[..SALES] {
            // The unit is known to everybody before it is sold, and its segment is hot.
            for _ in 0..2 {
                assert_eq!(scene.verify(code).await.json["verdict"], "in-circulation");
            }
            scene.sell(code).await.expect(201);
            assert_eq!(scene.verify(code).await.json["verdict"], "sold");
            assert_eq!(first_reason(&check(&mut scene, code).await), "sold-already");
        }
        if let Some(worker) = worker {
            worker.stop().await;
        }
        app.stop().await;
    }
}

/// A4: another process may be a moment behind, and says so; with the header of the sale it is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_tells_how_old_its_answer_is_and_with_the_header_of_the_write_it_is_not() {
    let app = TestApp::start().await;
    let twin = app.twin().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Medicines, 80).await;
    let worker = server::service::work::start(app.app.clone());
    scene.await_verdict(&codes[0], "in-circulation").await;
    let (mut stale, mut lags) = (0, Vec::new());
    for (at, code) in codes.iter().enumerate() {
        let path = format!("/v1/verify?code={}", encoded(code));
        for _ in 0..2 {
            assert_eq!(twin.get(&path).await.json["verdict"], "in-circulation");
        }
        let sold = scene.sell(code).await.expect(201);
        let acknowledged = (Utc::now(), Instant::now());
        if at % 2 == 0 {
            let seen = sold.headers["tanba-seen"].to_str().unwrap();
            let answer = twin.send(twin.request(Method::GET, &path).header("Tanba-Seen", seen)).await;
            assert_eq!(answer.json["verdict"], "sold", "the writer asks");
            continue;
        }
        loop {
            let answer = twin.get(&path).await.expect(200);
            if answer.json["verdict"] == "sold" {
                lags.push(acknowledged.1.elapsed());
                break;
            }
            stale += 1;
            assert!(moment(&answer) <= acknowledged.0, "{} is not true of {:?}", answer.json["as_of"], acknowledged.0);
            assert!(acknowledged.1.elapsed() < Duration::from_secs(10), "the sale is never seen");
        }
    }
    lags.sort();
    println!(
        "another process: {stale} answers of before the sale, which was seen after {:?} at the median, {:?} at the most",
        lags[lags.len() / 2],
        lags[lags.len() - 1]
    );
    worker.stop().await;
    twin.stop().await;
    app.stop().await;
}

/// A4: a header that nobody of the register has written, or one of yesterday, changes nothing; and cards, packs, orders and
/// products are seen by their writers, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_write_is_seen_by_its_writer_and_an_invented_header_is_none() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (order, codes) = scene.goods(Group::Shoes, 20).await;
    for forged in ["1", "9999999999999:00112233445566778899aabbccddeeff", "x:y"] {
        let request = app.request(Method::GET, &format!("/v1/verify?code={}", encoded(&codes[0])));
        app.send(request.header("Tanba-Seen", forged)).await.expect(200);
    }
    // Who sends the header along with everything is shown its next write all the same.
    let sold = scene.sell(&codes[18]).await.expect(201);
    let seen = sold.headers["tanba-seen"].to_str().unwrap().to_owned();
    let body = json!({ "id": Uuid::new_v4(), "units": { "codes": [codes[19]] } });
    let request = scene.request(Method::POST, "/v1/sales").await.header("Tanba-Seen", seen);
    let request = request.header("Idempotency-Key", Uuid::new_v4().to_string()).json(&body);
    assert!(app.send(request).await.expect(201).headers.contains_key("tanba-seen"));
    assert_eq!(scene.verify(&codes[19]).await.json["verdict"], "sold");
    // New codes, known the moment after.
    let gtin = codes[0][2..16].to_owned();
    let fresh = json!({ "id": Uuid::new_v4(), "gtin": gtin, "quantity": 3 });
    let placed = scene.post("/v1/orders", &fresh).await.expect(201);
    let fresh = scene.codes(placed.json["id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(scene.verify(&fresh[2]).await.json["verdict"], "not-released");
    // A pack, and the same pack opened.
    let sscc = "348700012345678901";
    let ask = async |scene: &Scene| scene.verify(&format!("00{sscc}")).await.json;
    assert_eq!(ask(&scene).await["verdict"], "unknown");
    let units = tests::range(order, 0, 4);
    let pack = json!({ "id": Uuid::new_v4(), "sscc": sscc, "level": "group", "units": units });
    scene.post("/v1/packs", &pack).await.expect(201);
    assert_eq!(ask(&scene).await["pack"]["units"], 5);
    scene.sell(&codes[0]).await.expect(201);
    let contents: Vec<Value> = ask(&scene).await["pack"]["contents"].as_array().unwrap().clone();
    let counted: Vec<_> =
        contents.iter().map(|line| (line["status"]["slug"].as_str(), line["units"].as_u64())).collect();
    assert_eq!(counted, [(Some("in-circulation"), Some(4))]);
    app.stop().await;
}

/// X56: whoever can write to Redis makes goods look unsold for a moment at most, and it does not go unnoticed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_that_somebody_wrote_into_redis_is_found_and_told_to_those_who_watch() {
    let stores = Stores::start("forged").await;
    let app = TestApp::start_on(&stores).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Water, 10).await;
    let worker = server::service::work::start(app.app.clone());
    scene.sell(&codes[3]).await.expect(201);
    scene.await_verdict(&codes[3], "sold").await;
    let client = redis::Client::open(stores.redis_url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let pattern = format!("{}*:s:*", app.app.base.config.redis_prefix);
    let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut redis).await.unwrap();
    for key in &keys {
        let bytes: Vec<u8> = redis::cmd("GET").arg(key).query_async(&mut redis).await.unwrap();
        // Every unit like the first one, which is on sale.
        let forged = [&bytes[..8], &bytes[8..10].repeat((bytes.len() - 8) / 2)].concat();
        let () = redis::cmd("SET").arg(key).arg(forged).query_async(&mut redis).await.unwrap();
    }
    let (started, mut wrong) = (Instant::now(), 0);
    while scene.verify(&codes[3]).await.json["verdict"] != "sold" {
        wrong += 1;
        assert!(started.elapsed() < Duration::from_secs(30), "nobody finds it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("a forged segment: {wrong} wrong answers in {:?}", started.elapsed());
    let ready = app.admin("/readyz").await.expect(200);
    assert!(ready.json["snapshot_alterations"].as_u64() > Some(0), "{}", ready.json);
    for _ in 0..100 {
        assert_eq!(scene.verify(&codes[3]).await.json["verdict"], "sold");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.stop().await;
    app.stop().await;
}
