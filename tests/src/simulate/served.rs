//! The same worlds through the real service: HTTP, PostgreSQL, Redis and the worker. Small ones only: every code is ordered
//! and released first, every scan is a row. Tells how long inspectors wait and how fast a backlog is caught up with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use marking::layout::Group;
use reqwest::Method;
use serde_json::{Value, json};
use server::service::work;
use tests::{Scene, Stores, TestApp};
use tokio_postgres::Client;
use uuid::Uuid;

use super::world::{Scan, World};

/// Scans of one request.
const BATCH: usize = 100;
/// Most codes of such a world.
pub(crate) const MOST_CODES: u32 = 200_000;

/// Serves a world: the first half at a pace, with a worker beside it; then the rest at once, and a worker afterwards.
/// Returns figures.
pub(crate) async fn serve(world: &World, codes: u32, days: f64, pace: u32) -> Value {
    let stores = Stores::start("simulate").await;
    let app = TestApp::start_with(&stores, |config| {
        config.limits.per_device = u32::MAX;
        config.limits.per_prefix = u32::MAX;
        config.limits.global = u32::MAX;
        config.database_connections = 16;
    })
    .await;
    // The world's first day; the clock follows the scans, which come in at most three days late.
    let begin = Utc::now() - TimeDelta::seconds(days as i64 * 86_400);
    app.app.base.clock.shift(begin - app.app.base.clock.now());
    let mut scene = Scene::open(&app.app, app.url("").trim_end_matches('/')).await;
    let (_, texts) = scene.goods(Group::Water, codes).await;
    let (db, connection) =
        tokio_postgres::connect(&stores.database_url(&app.database), tokio_postgres::NoTls).await.expect("PostgreSQL");
    tokio::spawn(connection);
    work::settle(&app.app).await.expect("the goods are settled");

    let (first, rest) = world.scans.split_at(world.scans.len() / 2);
    let worker = work::start(app.app.clone());
    let mut last: BTreeMap<i32, Instant> = BTreeMap::new();
    let mut waits: Vec<f64> = Vec::new();
    let mut known = BTreeSet::new();
    let started = Instant::now();
    for (number, batch) in (1_u32..).zip(first.chunks(BATCH)) {
        post(&app, batch, &texts, begin).await;
        let committed = Instant::now();
        for scan in batch.iter().filter(|scan| !scan.misread) {
            last.insert(scan.code.cast_signed(), committed);
        }
        watch(&db, &last, &mut known, &mut waits).await;
        let due = Duration::from_secs_f64(f64::from(number) * BATCH as f64 / f64::from(pace));
        tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
    }
    let paced = first.len() as f64 / started.elapsed().as_secs_f64();
    while waiting(&db).await > 0 {
        watch(&db, &last, &mut known, &mut waits).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watch(&db, &last, &mut known, &mut waits).await;
    worker.stop().await;

    for batch in rest.chunks(BATCH) {
        post(&app, batch, &texts, begin).await;
    }
    let resumed = Instant::now();
    let worker = work::start(app.app.clone());
    while waiting(&db).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let caught_up = rest.len() as f64 / resumed.elapsed().as_secs_f64();
    worker.stop().await;
    let alerts = db.query("SELECT unit_index FROM alert WHERE subject LIKE 'unit:%'", &[]).await.expect("alerts");
    let told: BTreeSet<i32> = alerts.iter().map(|row| row.get(0)).collect();
    let copied = |code: &i32| world.copied.get(&code.cast_unsigned()).is_some_and(|copied| copied.scanned > 0);
    waits.sort_by(f64::total_cmp);
    let at = |share: f64| waits.get(((waits.len().max(1) - 1) as f64 * share).round() as usize);
    json!({
        "scans": world.scans.len(), "scans_per_second": paced, "alerts_timed": waits.len(),
        "seconds_from_commit_to_alert": { "50%": at(0.5), "95%": at(0.95), "100%": at(1.0) },
        "caught_up_scans_per_second": caught_up, "alerts": told.len(), "alerts_true": told.iter().filter(|code| copied(code)).count(),
    })
}

/// Looks for new alerts, and how long ago the scan was committed that brought each up.
async fn watch(db: &Client, last: &BTreeMap<i32, Instant>, known: &mut BTreeSet<i32>, waits: &mut Vec<f64>) {
    let found = db.query("SELECT unit_index FROM alert WHERE subject LIKE 'unit:%'", &[]).await.expect("alerts");
    for code in found.iter().map(|row| row.get::<_, i32>(0)) {
        if known.insert(code) {
            waits.extend(last.get(&code).map(|committed| committed.elapsed().as_secs_f64()));
        }
    }
}

async fn waiting(db: &Client) -> i64 {
    db.query_one("SELECT count(*) FROM job WHERE kind = 'judge-scans'", &[]).await.expect("jobs").get(0)
}

/// Requests sent so far: each comes from a network of its own, and so is one witness of what it is about.
static REQUESTS: AtomicU32 = AtomicU32::new(0);

async fn post(app: &TestApp, batch: &[Scan], texts: &[String], begin: DateTime<Utc>) {
    let items: Vec<Value> = batch.iter().map(|scan| item(scan, texts, begin)).collect();
    let received = batch.last().map_or(0.0, |scan| scan.received);
    app.app.base.clock.shift(begin + TimeDelta::seconds(received as i64) - app.app.base.clock.now());
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let address = format!("{}.{}.{}.9", 128 | number[3] & 63, number[2], number[1]);
    let request = app.request(Method::POST, "/v1/scans").header("X-Forwarded-For", address);
    app.send(request.json(&json!({ "items": items }))).await.expect(201);
}

/// A scan as an app sends it.
fn item(scan: &Scan, texts: &[String], begin: DateTime<Utc>) -> Value {
    let code = if scan.misread { format!("?{:x}", scan.id) } else { texts[scan.code as usize].clone() };
    let place = scan.place.map(|told| {
        json!({ "latitude": told.latitude, "longitude": told.longitude, "accuracy_metres": told.accuracy_metres })
    });
    json!({
        "id": Uuid::from_u64_pair(scan.id, scan.device), "code": code, "consent": if place.is_some() { "exact" } else { "none" },
        "taken_at": begin + TimeDelta::milliseconds((scan.at * 1_000.0) as i64), "place": place,
        "device": Uuid::from_u64_pair(scan.device, scan.device), "verdict": "in-circulation",
        "source": if scan.from_picture { "picture" } else { "camera" },
    })
}
