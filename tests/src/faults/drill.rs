//! The drill of R11: a register under load is backed up, loses its machine in the middle of everything, and rises from
//! the backup elsewhere. Then it is held against the ledger of what the clients were told.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use server::platform::clock::Clock;
use server::platform::config::Config;
use server::service::work;
use stores::Durability;
use tokio::task::JoinSet;

use super::crowd::Crowd;
use super::restore::Backup;
use super::sender::Sender;
use super::{Fate, Ledger, stored};
use crate::load::encoded;
use crate::{Stores, TestApp};

/// What the drill showed.
#[derive(Debug)]
pub struct Drill {
    /// How long the base backup took, and its bytes.
    pub base: (Duration, u64),
    /// How long it took to put the files in place, and until PostgreSQL had replayed the log and took writes.
    pub copied: Duration,
    /// See [`Drill::copied`].
    pub recovered: Duration,
    /// From the service's start until Redis, which was empty, had every segment again, and how many there are.
    pub rebuilt: (Duration, usize),
    /// Things acknowledged.
    pub acknowledged: usize,
    /// What the register and the ledger don't agree on.
    pub faults: Vec<String>,
    /// Verdicts of units that were sold, and are told otherwise.
    pub wrong: Vec<String>,
}

impl Drill {
    /// Loses stores after so long under load, and restores them into a folder beside theirs, where the backup is kept,
    /// too. Removes both.
    pub async fn run(name: &str, durability: Durability, units: u32, load: Duration) -> Self {
        let mut stores = Stores::start_as(name, durability).await;
        let gone = stores.folder.clone();
        let folder = &gone.with_extension("apart");
        let app = TestApp::start_with(&stores, |config| {
            (config.limits.per_prefix, config.limits.per_device) = (60_000_000, 60_000_000);
            (config.limits.reports_per_day, config.limits.report_bytes_per_day) = (60_000_000, 1 << 40);
        })
        .await;
        let (crowd, tokens) = Crowd::gather(&app, units, 50).await;
        let before: std::collections::BTreeSet<_> = stored(&app.app).await.into_iter().map(|(_, id, _)| id).collect();
        std::fs::create_dir_all(folder).expect("a folder for the backup");
        let ledger = Ledger::open(&folder.join("ledger")).expect("a ledger");
        let sender = Sender::new(&crowd, tokens, app.url(""), 50, ledger.clone());
        let worker = work::start(app.app.clone());
        let mut tasks = JoinSet::new();
        sender.start(&mut tasks);
        tokio::time::sleep(load / 4).await;
        let backup = Backup::begin(&stores, &folder.join("backup")).await;
        tokio::time::sleep(load * 3 / 4).await;

        // The machine is gone; the clients don't know it yet.
        stores.private.kill_postgres();
        stores.private.kill_redis();
        tokio::time::sleep(Duration::from_millis(200)).await;
        sender.over.store(true, Ordering::Relaxed);
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a sender does not panic");
        }
        let (config, database) = (Config::clone(&app.app.base.config), app.database.clone());
        app.stop().await;
        worker.stop().await;
        drop(stores);

        let base = backup.base;
        let (stores, copied, recovered) = backup.restore(&folder.join("restored"), durability).await;
        let config = Config {
            database_url: Some(stores.database_url(&database)),
            redis_url: Some(stores.redis_url()),
            ..config
        };
        let started = Instant::now();
        // Photos and the master key lie in the service's own folder, of which a copy is kept apart.
        let app = TestApp::over(config, database, Clock::default()).await;
        let worker = work::start(app.app.clone());
        let segments = rebuilt(&app).await;
        let rebuilt = (started.elapsed(), segments);

        let mut now = stored(&app.app).await;
        now.retain(|(_, id, _)| !before.contains(id));
        let faults = ledger.faults(&now).expect("the ledger is read");
        let entries = ledger.read().expect("the ledger is read");
        let acknowledged = entries.values().filter(|entry| entry.fate == Fate::Ack).count();
        let db = app.app.base.db.get().await.expect("PostgreSQL answers");
        let list = "SELECT first_index FROM document_range JOIN document ON id = document_id WHERE kind = 'sell'";
        let rows = db.query(list, &[]).await.expect("sales are listed");
        let sold: std::collections::BTreeSet<i32> = rows.iter().map(|row| row.get(0)).collect();
        let asked = sender.done.lock().unwrap_or_else(PoisonError::into_inner).sold.clone();
        let mut wrong = Vec::new();
        for unit in asked {
            let is_sold = i32::try_from(unit).is_ok_and(|unit| sold.contains(&unit));
            let expected = if is_sold { "sold" } else { "in-circulation" };
            let answer = app.get(&format!("/v1/verify?code={}", encoded(&crowd.codes[unit as usize]))).await;
            if answer.json["verdict"] != expected {
                wrong.push(format!("{unit}: {expected} is told as {} {}", answer.status, answer.json["verdict"]));
            }
        }
        drop(db);
        app.stop().await;
        worker.stop().await;
        stores.private.stop().await;
        for folder in [&gone, folder] {
            // What stays is removed by the next run.
            let _ = std::fs::remove_dir_all(folder);
        }
        Self { base, copied, recovered, rebuilt, acknowledged, faults, wrong }
    }
}

/// Waits until Redis has every segment that PostgreSQL has. Returns how many.
async fn rebuilt(app: &TestApp) -> usize {
    let url = app.app.base.config.redis_url.clone().expect("an address");
    let client = redis::Client::open(url).expect("an address");
    let pattern = format!("{}*s:*", app.app.base.config.redis_prefix);
    let deadline = Instant::now() + Duration::from_mins(5);
    loop {
        let db = app.app.base.db.get().await.expect("PostgreSQL answers");
        let wanted: i64 = db.query_one("SELECT count(*) FROM segment", &[]).await.expect("segments are counted").get(0);
        let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
        let keys: Vec<String> =
            redis::cmd("KEYS").arg(&pattern).query_async(&mut redis).await.expect("keys are listed");
        let wanted = usize::try_from(wanted).unwrap_or(0);
        if keys.len() >= wanted {
            return wanted;
        }
        assert!(Instant::now() < deadline, "{} of {wanted} segments are rebuilt", keys.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
