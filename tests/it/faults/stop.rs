//! A stop in good order: the service says that it is not ready, finishes what it has begun, and loses nothing; and a
//! short soak: when the load is over, nothing stays open.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use marking::layout::Group;
use serde_json::json;
use server::platform::config::Config;
use tests::faults::{Child, Fate, Ledger, free_address, scan, scan_content, stored_scans};
use tests::load::Open;
use tests::load::{exchange, get};
use tests::{Scene, TestApp, shared_stores};
use uuid::Uuid;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tanba-under-test");

async fn child(app: &TestApp, drain: Duration) -> (Child, Config) {
    let mut config = Config::clone(&app.app.base.config);
    config.listen = free_address();
    config.drain = drain;
    (config.limits.per_prefix, config.limits.per_device) = (60_000_000, 60_000_000);
    std::fs::create_dir_all(&config.data_dir).unwrap();
    let log = config.data_dir.join("child.log");
    let mut child = Child::serve(Path::new(PROGRAM), &config, &log).unwrap();
    child.ready().await;
    (child, config)
}

/// R1: an orderly stop is the kindest of all ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_says_that_it_is_not_ready_finishes_what_was_begun_and_loses_nothing() {
    let app = TestApp::start_on(shared_stores().await).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Medicines, 50).await;
    let (mut child, config) = child(&app, Duration::from_secs(2)).await;
    let ledger = Ledger::open(&config.data_dir.join("ledger")).unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..4_u32)
        .map(|sender| {
            let (client, codes, ledger, is_over) =
                (scene.client.clone(), codes.clone(), ledger.clone(), Arc::clone(&is_over));
            let url = format!("http://{}/v1/scans", config.listen);
            tokio::spawn(async move {
                let mut number = sender * 100_000;
                while !is_over.load(Ordering::Relaxed) {
                    let mut items = Vec::new();
                    let mut ids = Vec::new();
                    for _ in 0..20 {
                        number += 1;
                        let (id, unit) = (Uuid::new_v4(), number as usize % codes.len());
                        let latitude = 40.0 + f64::from(number) / 100_000.0;
                        let index = i32::try_from(unit).unwrap();
                        let content = scan_content(true, index, "in-circulation", latitude);
                        ledger.intend([("scan", id, content.as_str())]).unwrap();
                        items.push(scan(id, &codes[unit], Utc::now(), latitude));
                        ids.push(id);
                    }
                    let answer = client.post(&url).json(&json!({ "items": items })).send().await;
                    ledger.note(&ids, Fate::of(answer.ok().map(|answer| answer.status().as_u16()))).unwrap();
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;

    // While it says that it is not ready, it answers all the same.
    let address = config.listen;
    let ask = move |target: &'static str| {
        tokio::task::spawn_blocking(move || exchange(address, &get(target, "")).ok().map(|answer| answer.status))
    };
    let drained = tokio::spawn(async move {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            match ask("/readyz").await.unwrap() {
                Some(503) => return ask("/v1/verify?code=4870001234562").await.unwrap(),
                None => return None,
                Some(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
        None
    });
    let ended_well = child.stop().await;
    is_over.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.unwrap();
    }
    assert!(ended_well, "{}", child.said());
    assert_eq!(drained.await.unwrap(), Some(200));
    let acknowledged = ledger.read().unwrap().values().filter(|entry| entry.fate == Fate::Ack).count();
    println!("{acknowledged} acknowledged");
    assert!(acknowledged > 0);
    let faults = ledger.faults(&stored_scans(&app.app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// R10 in its short form; `cargo xtask faults R10` goes on for an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_load_is_over_nothing_stays_open() {
    let app = TestApp::start_on(shared_stores().await).await;
    let (mut child, config) = child(&app, Duration::ZERO).await;
    let open = Open {
        address: config.listen,
        connections: 100,
        rate: None,
        length: Duration::from_secs(1),
        patience: Duration::from_mins(1),
        queue: Duration::from_mins(1),
    };
    let ask = |request: &mut Vec<u8>| {
        request.extend_from_slice(&get("/v1/verify?code=4870001234562", ""));
        0
    };
    let mut files = Vec::new();
    for _ in 0..3 {
        let (came, _) = open.run_apart(1, ask).await;
        assert_eq!((came[0].failed, came[0].late), (0, 0), "{:?}", came[0].complaint);
        assert!(came[0].good.count() > 0);
        // Connections whose other side is gone are closed soon.
        let started = Instant::now();
        while child.open_files() > 70 && started.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        files.push(child.open_files());
    }
    println!("open files after each load: {files:?}, memory at most {} MiB", child.peak_memory() >> 20);
    assert!(files.iter().all(|files| *files <= 70), "{files:?}");
    assert!(child.stop().await, "{}", child.said());
}
