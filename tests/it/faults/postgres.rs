//! R3: PostgreSQL away, both stores away, its disk full. Verify goes on from the snapshot, writes are refused and told
//! when to come back, and nothing that was acknowledged is lost.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::Utc;
use marking::layout::Group;
use serde_json::json;
use tests::faults::{Fate, Ledger, scan, scan_content, stored_scans};
use tests::{Answer, Stores, TestApp};
use uuid::Uuid;

use super::{Whole, send_scans};

fn ledger(app: &TestApp) -> Ledger {
    std::fs::create_dir_all(&app.app.base.config.data_dir).unwrap();
    Ledger::open(&app.app.base.config.data_dir.join("ledger")).unwrap()
}

fn assert_away(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.bytes));
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.json.get("verdict").is_none(), "a failed store is no verdict");
}

/// Sends a scan of the unit of this index; the number makes it unlike any other.
async fn scan_once(whole: &Whole, ledger: &Ledger, codes: &[String], number: u32) -> Option<Answer> {
    let (id, index) = (Uuid::new_v4(), number as usize % codes.len());
    let latitude = 50.0 + f64::from(number) / 10_000.0;
    let content = scan_content(true, i32::try_from(index).unwrap(), "in-circulation", latitude);
    send_scans(&whole.scene, ledger, &[(id, content, scan(id, &codes[index], Utc::now(), latitude))]).await
}

/// R3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgres_verify_goes_on_and_writes_are_refused() {
    let mut stores = Stores::start("postgres").await;
    let mut whole = Whole::of(TestApp::start_on(&stores).await).await;
    let ledger = ledger(&whole.app);
    let (_, codes) = whole.scene.goods(Group::Medicines, 8).await;
    whole.scene.sell(&codes[0]).await.expect(201);
    whole.scene.await_verdict(&codes[0], "sold").await;
    whole.scene.await_verdict(&codes[1], "in-circulation").await;
    let mut number = 0;
    for _ in 0..20 {
        number += 1;
        scan_once(&whole, &ledger, &codes, number).await.unwrap().expect(201);
    }

    // While scans are under way.
    let (while_sending, ()) = tokio::join!(
        async {
            let mut statuses = Vec::new();
            for number in 100..160 {
                statuses.push(scan_once(&whole, &ledger, &codes, number).await.unwrap().status);
            }
            statuses
        },
        async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            stores.private.kill_postgres();
        }
    );
    assert!(while_sending.iter().all(|status| [201, 503].contains(status)), "{while_sending:?}");
    assert_eq!(while_sending.last(), Some(&503));

    // Away: questions are answered, writes are not.
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(4) {
        assert_eq!(whole.scene.verify(&codes[0]).await.expect(200).json["verdict"], "sold");
        assert_eq!(whole.scene.verify(&codes[1]).await.expect(200).json["verdict"], "in-circulation");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_away(&scan_once(&whole, &ledger, &codes, 200).await.unwrap());
    assert_away(&whole.scene.sell(&codes[2]).await);

    let form = reqwest::multipart::Form::new().text("id", Uuid::new_v4().to_string());
    let form = form.text("category", "expired-goods").text("words", "On the shelf past its date.");
    let report = whole.scene.client.post(format!("{}/v1/reports", whole.scene.base));
    let report = report.header("Idempotency-Key", Uuid::new_v4().to_string()).multipart(form);
    assert_away(&Answer::of(report.send().await.unwrap()).await);

    // Both away: no verdict at all.
    stores.private.kill_redis();
    // What was read from Redis is told for another tenth of a second.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..10 {
        assert_away(&whole.scene.verify(&codes[1]).await);
    }
    let both = async {
        stores.private.start_redis().await.unwrap();
        stores.private.start_postgres().await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(30), both).await.expect("both stores come back");

    let started = Instant::now();
    while scan_once(&whole, &ledger, &codes, 300).await.unwrap().status != 201 {
        assert!(started.elapsed() < Duration::from_secs(10), "the pool does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("writes go on {:?} after PostgreSQL is back", started.elapsed());
    whole.scene.await_verdict(&codes[1], "in-circulation").await;
    whole.scene.await_verdict(&codes[2], "in-circulation").await;
    whole.scene.sell(&codes[2]).await.expect(201);
    whole.scene.await_verdict(&codes[2], "sold").await;
    let faults = ledger.faults(&stored_scans(&whole.app.app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
    whole.stop().await;
}

/// R3: the disk of the cluster is full. Needs the right to mount a small file system over the data folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_and_loses_nothing() {
    let name = "full";
    let folder = std::env::temp_dir().join(format!("tanba-tests-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let Some(disk) = SmallDisk::mount(&folder, 512) else {
        println!("left out: no right to mount a file system of a few megabytes");
        return;
    };
    let mut stores = Stores::start(name).await;
    let mut whole = Whole::of(TestApp::start_on(&stores).await).await;
    // The ledger is the client's: its disk is another.
    let path = std::env::temp_dir().join(format!("tanba-ledger-{}", Uuid::new_v4()));
    let ledger = Ledger::open(&path).unwrap();
    let (_, codes) = whole.scene.goods(Group::Medicines, 8).await;
    whole.scene.await_verdict(&codes[1], "in-circulation").await;
    scan_once(&whole, &ledger, &codes, 1).await.unwrap().expect(201);
    disk.fill();

    let (started, mut number, mut refused) = (Instant::now(), 1_000, 0);
    while refused < 5 {
        let mut items = Vec::new();
        for _ in 0..100 {
            number += 1;
            let (id, latitude) = (Uuid::new_v4(), 50.0 + f64::from(number) / 100_000.0);
            // A long text that is no code fills the disk sooner.
            let scan = scan(id, &"x".repeat(2_000), Utc::now(), latitude);
            items.push((id, scan_content(false, -1, "in-circulation", latitude), scan));
        }
        let answer = send_scans(&whole.scene, &ledger, &items).await.unwrap();
        if answer.status != 201 {
            assert_away(&answer);
            refused += 1;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "the disk does not fill up");
    }
    assert_eq!(whole.scene.verify(&codes[1]).await.expect(200).json["verdict"], "in-circulation");
    println!("full after {} scans", number - 1_000);

    disk.empty();
    // PostgreSQL may have stopped over it.
    stores.private.kill_postgres();
    stores.private.start_postgres().await.unwrap();
    let started = Instant::now();
    while scan_once(&whole, &ledger, &codes, 2).await.unwrap().status != 201 {
        assert!(started.elapsed() < Duration::from_secs(10), "writes do not go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let entries = ledger.read().unwrap();
    let count = |fate| entries.values().filter(|entry| entry.fate == fate).count();
    println!("{} acknowledged, {} unknown", count(Fate::Ack), count(Fate::Unknown));
    let faults = ledger.faults(&stored_scans(&whole.app.app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
    whole.scene.post("/v1/sales", &json!({ "id": Uuid::new_v4(), "units": { "codes": [codes[3]] } })).await.expect(201);
    whole.stop().await;
    drop(stores);
    drop(disk);
    std::fs::remove_file(path).unwrap();
}

/// A file system of a few megabytes in memory.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path, mebibytes: u32) -> Option<Self> {
        let size = format!("size={mebibytes}m,mode=755");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.0.join("ballast")
    }

    /// Leaves two megabytes.
    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.ballast()).unwrap();
        let block = vec![0; 1 << 20];
        while std::io::Write::write_all(&mut ballast, &block).is_ok() {}
        let length = ballast.metadata().unwrap().len();
        ballast.set_len(length.saturating_sub(2 << 20)).unwrap();
    }

    fn empty(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Lazily: whatever still has a file open keeps it until it ends.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}
