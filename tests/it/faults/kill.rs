//! R1 in its first form: `tanba serve`, with its worker, killed twenty times without warning while scans, reports and
//! sales come in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use marking::layout::Group;
use serde_json::{Value, json};
use server::config::Config;
use tests::faults::{Child, Fate, Ledger, free_address};
use tests::load::Random;
use tests::{Scene, TestApp, shared_stores};
use uuid::Uuid;

use super::{scan, scan_content, stored_scans, whole};

const KILLS: usize = 20;
const UNITS: u32 = 4_000;

/// What all senders share.
struct Sender {
    client: reqwest::Client,
    base: String,
    token: String,
    codes: Vec<String>,
    ledger: Ledger,
    next: AtomicU32,
    over: AtomicBool,
    /// What was sent, to be sent again.
    sent: Mutex<BTreeMap<Uuid, Sent>>,
    began: DateTime<Utc>,
}

/// A request that can be repeated.
#[derive(Clone)]
enum Sent {
    Scans(Vec<Uuid>, Value),
    Report(Uuid, String),
    Sale(Uuid, u32),
}

impl Sender {
    /// Sends a request, and notes what came of it for all that it carries.
    async fn send(&self, sent: &Sent) -> Fate {
        let key = |id: Uuid| format!("key-{id}");
        let url = |path: &str| format!("{}{path}", self.base);
        let (ids, request) = match sent {
            Sent::Scans(ids, body) => (ids.clone(), self.client.post(url("/v1/scans")).json(body)),
            Sent::Report(id, words) => {
                let form = reqwest::multipart::Form::new().text("id", id.to_string());
                let form = form.text("category", "expired-goods").text("words", words.clone());
                let request = self.client.post(url("/v1/reports")).header("Idempotency-Key", key(*id));
                (vec![*id], request.multipart(form))
            }
            Sent::Sale(id, unit) => {
                let body = json!({ "id": id, "units": { "codes": [self.codes[*unit as usize]] } });
                let request = self.client.post(url("/v1/sales")).header("Idempotency-Key", key(*id));
                (vec![*id], request.bearer_auth(&self.token).json(&body))
            }
        };
        let answer = match request.send().await {
            Ok(response) => whole(response).await,
            Err(_) => None,
        };
        let fate = Fate::of(answer.map(|answer| answer.status));
        self.ledger.note(&ids, fate).unwrap();
        fate
    }

    /// Notes, remembers and sends.
    async fn send_new(&self, kind: &str, things: &[(Uuid, String)], sent: Sent) {
        self.ledger.intend(things.iter().map(|(id, content)| (kind, *id, content.as_str()))).unwrap();
        self.sent.lock().unwrap().insert(things[0].0, sent.clone());
        if self.send(&sent).await == Fate::Unknown {
            // The service is down: there is no use in knocking faster.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn scan_until_over(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(10, Ordering::Relaxed);
            let (mut things, mut scans) = (Vec::new(), Vec::new());
            for number in number..number + 1 + number / 10 % 5 {
                let (id, unit) = (Uuid::new_v4(), number % UNITS);
                let latitude = 40.0 + f64::from(number) / 100_000.0;
                let content = scan_content(true, i32::try_from(unit).unwrap(), "in-circulation", latitude);
                things.push((id, content));
                scans.push(scan(id, &self.codes[unit as usize], self.began, latitude));
            }
            // Every seventh batch has a fault in it, and must be refused as a whole.
            if (number / 10).is_multiple_of(7) {
                let last = scans.len() - 1;
                scans[last]["place"]["latitude"] = json!(91);
            }
            let ids = things.iter().map(|(id, _)| *id).collect();
            let sent = Sent::Scans(ids, json!({ "sent_at": Utc::now(), "items": scans }));
            self.send_new("scan", &things, sent).await;
        }
    }

    async fn report_until_over(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let id = Uuid::new_v4();
            let words = format!("Past its date, seen under {id}");
            self.send_new("report", &[(id, words.clone())], Sent::Report(id, words)).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn sell_until_over(&self) {
        for unit in 0..UNITS {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let id = Uuid::new_v4();
            self.send_new("sale", &[(id, "sell 1".to_owned())], Sent::Sale(id, unit)).await;
        }
    }
}

/// Everything in the register that the ledger knows of.
async fn stored(app: &TestApp) -> Vec<(String, Uuid, String)> {
    let mut all = stored_scans(app).await;
    let db = app.app.db.get().await.unwrap();
    let reports = db.query("SELECT id, words FROM report", &[]).await.unwrap();
    all.extend(reports.iter().map(|row| ("report".to_owned(), row.get(0), row.get(1))));
    let sales = "SELECT id, kind || ' ' || units FROM operation WHERE kind = 'sell'";
    let sales = db.query(sales, &[]).await.unwrap();
    all.extend(sales.iter().map(|row| ("sale".to_owned(), row.get(0), row.get(1))));
    all
}

/// R1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_and_double_nothing() {
    let app = TestApp::start_on(shared_stores().await).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Medicines, UNITS).await;
    let mut config = Config::clone(&app.app.config);
    config.listen = free_address();
    config.limits.per_prefix = 60_000_000;
    config.limits.per_device = 60_000_000;
    std::fs::create_dir_all(&config.data_dir).unwrap();
    let log = config.data_dir.join("child.log");
    let program = env!("CARGO_BIN_EXE_tanba-under-test");
    let sender = Arc::new(Sender {
        client: reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap(),
        base: format!("http://{}", config.listen),
        token: scene.token().await,
        codes,
        ledger: Ledger::open(&config.data_dir.join("ledger")).unwrap(),
        next: AtomicU32::new(0),
        over: AtomicBool::new(false),
        sent: Mutex::default(),
        began: Utc::now(),
    });

    let mut child = Child::serve(program.as_ref(), &config, &log).unwrap();
    child.ready().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let sender = Arc::clone(&sender);
        tasks.spawn(async move { sender.scan_until_over().await });
    }
    let (reporter, seller) = (Arc::clone(&sender), Arc::clone(&sender));
    tasks.spawn(async move { reporter.report_until_over().await });
    tasks.spawn(async move { seller.sell_until_over().await });

    let mut random = Random::new(u64::from(std::process::id()));
    let mut slowest = Duration::ZERO;
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(150 + random.below(450) as u64)).await;
        child.kill();
        child = Child::serve(program.as_ref(), &config, &log).unwrap();
        slowest = slowest.max(child.ready().await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    sender.over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }

    let entries = sender.ledger.read().unwrap();
    let count = |fate| entries.values().filter(|entry| entry.fate == fate).count();
    let (acks, rejects, unknowns) = (count(Fate::Ack), count(Fate::Reject), count(Fate::Unknown));
    println!("{KILLS} kills: {acks} acknowledged, {rejects} refused, {unknowns} unknown; ready within {slowest:?}");
    let kinds = ["scan", "report", "sale"];
    for kind in kinds {
        let acks = entries.values().filter(|entry| entry.kind == kind && entry.fate == Fate::Ack).count();
        assert!(acks > KILLS / 4, "{acks} acknowledged of {kind}: too few to prove anything");
    }
    let faults = sender.ledger.faults(&stored(&app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");

    // What is unknown is sent again under the same ids: now everything is there, and once.
    let again: Vec<Sent> = sender.sent.lock().unwrap().values().cloned().collect();
    for sent in again {
        let (Sent::Report(id, _) | Sent::Sale(id, _)) = &sent else {
            if let Sent::Scans(ids, _) = &sent
                && entries[&ids[0]].fate == Fate::Unknown
            {
                assert_ne!(sender.send(&sent).await, Fate::Unknown);
            }
            continue;
        };
        if entries[id].fate == Fate::Unknown {
            assert_eq!(sender.send(&sent).await, Fate::Ack);
        }
    }
    let faults = sender.ledger.faults(&stored(&app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");

    // And the consequences came, too: what was sold is called sold, what wasn't is not.
    let sales: BTreeMap<u32, Uuid> = (sender.sent.lock().unwrap().values())
        .filter_map(|sent| if let Sent::Sale(id, unit) = sent { Some((*unit, *id)) } else { None })
        .collect();
    scene.base.clone_from(&sender.base);
    let entries = sender.ledger.read().unwrap();
    for (unit, id) in &sales {
        assert_eq!(entries[id].fate, Fate::Ack);
        scene.await_verdict(&sender.codes[*unit as usize], "sold").await;
    }
    let unsold = u32::try_from(sales.len()).unwrap();
    scene.await_verdict(&sender.codes[unsold as usize], "in-circulation").await;
    child.kill();
}
