//! R8 in its short form: who can't be served soon is told so, and nothing of it is done; questions are answered as
//! always. `cargo xtask faults R8` measures how much is still done under twice the load.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use marking::layout::Group;
use reqwest::Method;
use serde_json::json;
use server::service::work;
use tests::{Answer, Scene, TestApp, shared_stores};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// R8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_soon_is_refused_and_questions_are_answered() {
    const SALES: usize = 100;
    let app = TestApp::start_with(shared_stores().await, |config| config.database_connections = 2).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (order, codes) = scene.goods(Group::Medicines, 200).await;
    work::settle(&app.app).await.unwrap();
    scene.verify(&codes[199]).await.expect(200);
    let token = scene.token().await;
    let sell = |code: String| {
        let request = app.request(Method::POST, "/v1/sales").bearer_auth(&token);
        let request = request.header("Idempotency-Key", Uuid::new_v4().to_string());
        request.json(&json!({ "id": Uuid::new_v4(), "units": { "codes": [code] } }))
    };

    // PostgreSQL is busy with something else.
    let held = [app.app.base.db.get().await.unwrap(), app.app.base.db.get().await.unwrap()];
    let mut sales: FuturesUnordered<_> = codes[..SALES]
        .iter()
        .map(|code| async { Answer::of(sell(code.clone()).send().await.unwrap()).await })
        .collect();
    // Eight may wait for two connections; the others need not wait to be told.
    let first = sales.next().await.unwrap();
    assert_eq!((first.status, first.slug()), (503, "overloaded"));
    let export = scene.request(Method::GET, &format!("/v1/orders/{order}/codes?from=0&to=9")).await;
    let export = Answer::of(export.send().await.unwrap()).await;
    assert_eq!(export.status, 503);
    for _ in 0..20 {
        assert_eq!(scene.verify(&codes[199]).await.expect(200).json["verdict"], "in-circulation");
    }
    drop(held);

    let answers: Vec<Answer> = sales.collect().await;
    let done = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in answers.iter().chain([&first, &export]) {
        match answer.status {
            201 => {}
            503 => assert!(answer.headers.contains_key("retry-after"), "it says when to come back"),
            other => panic!("{other} {}", String::from_utf8_lossy(&answer.bytes)),
        }
    }
    println!("{done} of {SALES} sales were done");
    let db = app.app.base.db.get().await.unwrap();
    let count = "SELECT count(*) FROM document WHERE kind = 'sell'";
    let stored: i64 = db.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(usize::try_from(stored).unwrap(), done, "what was refused was not done");
    drop(db);
    // It is over when it is over.
    Answer::of(sell(codes[150].clone()).send().await.unwrap()).await.expect(201);
    app.stop().await;
}

/// A scan, sent by somebody who waits so long for an answer.
async fn send_scan(app: &TestApp, wait: &'static str) -> Answer {
    let scan = json!({
        "id": Uuid::new_v4(), "code": "x", "taken_at": chrono::Utc::now(), "consent": "none",
        "verdict": "unknown",
    });
    let request = app.request(Method::POST, "/v1/scans").header("Prefer", wait);
    app.send(request.json(&json!({ "items": [scan] }))).await
}

/// A service whose connections to PostgreSQL are all in other hands, and these.
async fn busy_app() -> (Arc<TestApp>, Vec<impl Sized>) {
    let app = TestApp::start().await;
    let all = app.app.base.config.database_connections;
    let held = futures_util::future::try_join_all((0..all).map(|_| app.app.base.db.get())).await.unwrap();
    (Arc::new(app), held)
}

/// Sends a scan that takes the committer's hands, which wait for a connection.
async fn occupy_committer(app: &Arc<TestApp>) -> JoinHandle<Answer> {
    let first = tokio::spawn({
        let app = Arc::clone(app);
        async move { send_scan(&app, "wait=10").await }
    });
    while app.app.base.db.status().waiting == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first
}

async fn count_scans(app: &TestApp) -> usize {
    let db = app.app.base.db.get().await.unwrap();
    let kept: i64 = db.query_one("SELECT count(*) FROM scan", &[]).await.unwrap().get(0);
    usize::try_from(kept).unwrap()
}

/// R8: who has waited longest is written first: while the oldest scan waits for a quarter of a second, others are told to
/// come back at once, whatever they would wait themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_oldest_scan_waits_too_long_others_are_refused_at_once() {
    let (app, held) = busy_app().await;
    let first = occupy_committer(&app).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let refused = send_scan(&app, "wait=10").await;
    assert_eq!((refused.status, refused.slug()), (503, "overloaded"));
    assert!(refused.headers.contains_key("retry-after"), "it says when to come back");
    assert!(!first.is_finished(), "nothing was written meanwhile");
    drop(held);
    first.await.unwrap().expect(201);
    send_scan(&app, "wait=10").await.expect(201);
    assert_eq!(count_scans(&app).await, 2);
}

/// R8: many scans at once wait in a queue that has an end, and one whose client no longer waits is not written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_that_nobody_waits_for_any_more_is_not_written() {
    let (app, held) = busy_app().await;
    let send = |wait: &'static str| {
        let app = Arc::clone(&app);
        async move { send_scan(&app, wait).await }
    };
    let first = occupy_committer(&app).await;
    let late = tokio::spawn(send("wait=0"));
    let patient = tokio::spawn(send("wait=10"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(held);
    let late = late.await.unwrap();
    assert_eq!((late.status, late.slug()), (503, "overloaded"));
    // Whether these two were in time depends on the machine; what they are told is true either way.
    let told = [first.await.unwrap().status, patient.await.unwrap().status];
    let stored = told.iter().filter(|status| **status == 201).count();
    assert_eq!(count_scans(&app).await, stored, "{told:?}");
}
