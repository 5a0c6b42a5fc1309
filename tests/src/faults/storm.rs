//! R1: everybody writes at once (scans in batches, reports with photos, releases, sales, decisions on alerts) while the
//! service's processes are killed without a warning, again and again. Afterwards the register is held against the ledger
//! of what the clients were told, what is unknown is sent again, and the consequences are waited for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use server::platform::config::Config;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::crowd::Crowd;
use super::sender::{Sender, Sent};
use super::{Child, Fate, Ledger, free_address, stored};
use crate::TestApp;
use crate::load::Random;

/// How often it is looked whether a token is old enough to be changed for the next one.
const NEW_TOKENS: Duration = Duration::from_secs(30);
/// What everybody writes.
const KINDS: [&str; 5] = ["scan", "report", "sale", "release", "decision"];
/// Acknowledgements of each kind without which nothing is proved.
const ENOUGH: u64 = 10;

/// How hard it blows.
#[derive(Clone, Debug)]
pub struct Storm {
    /// How often a process is killed.
    pub kills: usize,
    /// Milliseconds from ready to the next kill: at least, and how many more at most.
    pub calm: (u64, usize),
    /// Scans that are to be acknowledged by the end, spread over all kills; as many as come, without.
    pub scans: Option<usize>,
    /// Most scans in a request.
    pub batch: u32,
    /// Units to be sold, and to be released.
    pub units: u32,
    /// Alerts to be decided on.
    pub alerts: u32,
    /// Where chance begins.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Aftermath {
    /// How often the server, the worker and both were killed.
    pub kills: [usize; 3],
    /// What the clients were told: acknowledged, refused, unknown, by kind.
    pub told: BTreeMap<String, [u64; 3]>,
    /// How long each start took until the process was ready.
    pub ready: Vec<Duration>,
    /// What the register and the ledger don't agree on, right after the last kill and once what was unknown was sent
    /// again.
    pub faults: Vec<String>,
    /// Consequences that are wrong: verdicts that don't follow, scans counted twice or not at all.
    pub wrong: Vec<String>,
    /// How long the worker took for what had piled up.
    pub caught_up: Duration,
}

impl Storm {
    /// Blows over the register of `app`, with `program` as the service.
    pub async fn blow(&self, app: &TestApp, program: &Path) -> Aftermath {
        let mut config = Config::clone(&app.app.base.config);
        config.listen = free_address();
        let most = 60_000_000;
        (config.limits.per_prefix, config.limits.per_device) = (most, most);
        (config.limits.reports_per_day, config.limits.report_bytes_per_day) = (most, 1 << 40);
        std::fs::create_dir_all(&config.data_dir).expect("a folder for the logs");
        let (mut crowd, tokens) = Crowd::gather(app, self.units, self.alerts).await;
        let (scans_before, stored_before) = (counted(app).await, stored(&app.app).await);
        let ledger = Ledger::open(&config.data_dir.join("ledger")).expect("a ledger");
        let base = format!("http://{}", config.listen);
        let sender = Sender::new(&crowd, tokens, base, self.batch, ledger);

        let [log, work_log] = ["child.log", "worker.log"].map(|name| config.data_dir.join(name));
        let serve = || Child::serve_only(program, &config, &log).expect("the server starts");
        let work = || Child::work(program, &config, &work_log).expect("the worker starts");
        let (mut server, mut worker) = (serve(), work());
        server.ready().await;
        worker.ready().await;
        let mut tasks = JoinSet::new();
        sender.start(&mut tasks);

        let mut random = Random::new(self.seed);
        let (mut kills, mut ready, mut changed) = ([0; 3], Vec::new(), Instant::now());
        for number in 0..self.kills {
            if let Some(scans) = self.scans {
                sender.allowed.store(scans * (number + 1) / self.kills, Ordering::Relaxed);
            }
            let due = self.scans.map_or(0, |scans| scans * number / self.kills);
            let calm = self.calm.0 + random.below(self.calm.1) as u64;
            tokio::time::sleep(Duration::from_millis(calm)).await;
            // On a machine that is busy otherwise it takes longer until enough is written.
            let waiting = Instant::now();
            while sender.acknowledged.load(Ordering::Relaxed) < due && waiting.elapsed() < Duration::from_secs(30) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // Of six: three times the server, twice the worker, once both.
            let whom = [0, 0, 0, 1, 1, 2][random.below(6)];
            kills[whom] += 1;
            if whom != 1 {
                server.kill();
                server = serve();
            }
            if whom != 0 {
                worker.kill();
                worker = work();
            }
            if whom != 1 {
                ready.push(server.ready().await);
            }
            if whom != 0 {
                ready.push(worker.ready().await);
            }
            if changed.elapsed() > NEW_TOKENS {
                changed = Instant::now();
                sender.sign_in(crowd.tokens().await);
            }
            if (number + 1).is_multiple_of(20) {
                let acknowledged = sender.acknowledged.load(Ordering::Relaxed);
                eprintln!("{} kills, {acknowledged} scans acknowledged", number + 1);
            }
        }
        // Until there is enough of everything to prove anything.
        let calm = Instant::now();
        let is_enough = |told: &BTreeMap<String, [u64; 3]>| {
            KINDS.iter().all(|kind| told.get(*kind).is_some_and(|counts| counts[0] >= ENOUGH))
        };
        while !is_enough(&told(&sender.ledger)) && calm.elapsed() < Duration::from_mins(1) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        sender.over.store(true, Ordering::Relaxed);
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a sender does not panic");
        }
        sender.sign_in(crowd.tokens().await);

        let told = told(&sender.ledger);
        let refused: Vec<String> = told
            .iter()
            .filter(|(kind, counts)| kind.as_str() != "scan" && counts[1] > 0)
            .map(|(kind, counts)| format!("{} of kind {kind} were refused, and there was no reason for it", counts[1]))
            .collect();
        let mut faults = disagreements(&sender.ledger, app, &stored_before).await;
        // What is unknown is sent again under the same ids: now everything is there, and once.
        let again: Vec<Sent> = sender.open.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for sent in again {
            if sender.send(&sent).await == Fate::Unknown {
                faults.push(format!("sent again, still unknown: {sent:?}"));
            }
        }
        faults.extend(disagreements(&sender.ledger, app, &stored_before).await);

        let (mut wrong, caught_up) = consequences(app, &sender, &crowd.unreleased, scans_before).await;
        wrong.extend(refused);
        server.kill();
        worker.kill();
        Aftermath { kills, told, ready, faults, wrong, caught_up }
    }
}

/// What the clients were told, by kind.
fn told(ledger: &Ledger) -> BTreeMap<String, [u64; 3]> {
    let mut told: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for entry in ledger.read().expect("the ledger is read").into_values() {
        let counts = told.entry(entry.kind).or_default();
        counts[match entry.fate {
            Fate::Ack => 0,
            Fate::Reject => 1,
            Fate::Unknown => 2,
        }] += 1;
    }
    told
}

/// What the register has beyond what was there before, against the ledger.
async fn disagreements(ledger: &Ledger, app: &TestApp, before: &[super::Stored]) -> Vec<String> {
    let before: std::collections::BTreeSet<Uuid> = before.iter().map(|(_, id, _)| *id).collect();
    let mut now = stored(&app.app).await;
    now.retain(|(_, id, _)| !before.contains(id));
    ledger.faults(&now).expect("the ledger is read")
}

/// Scans with a place that the judging has counted, and those that there are.
async fn counted(app: &TestApp) -> (i64, i64) {
    let db = app.app.base.db.get().await.expect("PostgreSQL answers");
    let count = "SELECT (SELECT coalesce(sum(scans), 0)::bigint FROM scan_cell),
                        (SELECT count(*) FROM scan WHERE latitude IS NOT NULL)";
    let row = db.query_one(count, &[]).await.expect("scans are counted");
    (row.get(0), row.get(1))
}

/// Waits until the worker has done everything, then asks about units that were sold, released, and neither; and holds
/// the scans that were counted against those that are there. Returns what is wrong, and how long the worker took.
async fn consequences(
    app: &TestApp,
    sender: &Sender,
    unreleased: &[String],
    before: (i64, i64),
) -> (Vec<String>, Duration) {
    let (started, mut wrong) = (Instant::now(), Vec::new());
    loop {
        let db = app.app.base.db.get().await.expect("PostgreSQL answers");
        let left: i64 = db.query_one("SELECT count(*) FROM job", &[]).await.expect("jobs are counted").get(0);
        if left == 0 {
            break;
        }
        if started.elapsed() > Duration::from_mins(30) {
            wrong.push(format!("{left} jobs are left"));
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let caught_up = started.elapsed();
    let now = counted(app).await;
    if now.0 - before.0 != now.1 - before.1 {
        wrong.push(format!("{} scans are counted of {}", now.0 - before.0, now.1 - before.1));
    }
    let done = sender.done.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (sold, released) = (done.sold, done.released);
    let asked = (sold.iter().map(|unit| (&sender.codes[*unit as usize], "sold")))
        // The last of each is never sold or released.
        .chain(sender.codes.last().map(|code| (code, "in-circulation")))
        .chain(released.iter().map(|unit| (&unreleased[*unit as usize], "in-circulation")))
        .chain(unreleased.last().map(|code| (code, "not-released")));
    for (code, expected) in asked {
        let request = sender.client.get(format!("{}/v1/verify?code={}", sender.base, crate::load::encoded(code)));
        let answer = crate::Answer::of(request.send().await.expect("the service answers")).await;
        if answer.json["verdict"] != expected {
            wrong.push(format!("{expected} is told as {} {}", answer.status, answer.json["verdict"]));
        }
    }
    (wrong, caught_up)
}
