//! Many of everything on one machine: two processes that serve and two that work behind one address, a Redis Cluster of
//! three masters with a replica each, PostgreSQL with a streaming replica. Then a master dies, a process that serves, a
//! process that works, each under load. Counted: what was answered, what was said wrong, what was lost.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use marking::layout::Group;
use server::platform::config::Config;
use tests::faults::{Child, free_address};
use tests::load::{Load, Random, encoded, get};
use tests::{PostgresReplica, RedisCluster, Scene};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::Plan;
use crate::report::Report;
use crate::stand::Stand;

/// Orders, so that all masters hold some.
const ORDERS: usize = 12;
/// Units of each.
const UNITS: u32 = 5_000;
/// The first units of each order are for sale; nobody but the watch asks about them.
const FOR_SALE: usize = 60;
/// How long each phase lasts.
const PHASE: Duration = Duration::from_secs(8);
/// How long after an acknowledged sale a verdict may still be that of before.
const LAG: Duration = Duration::from_millis(2_500);

/// The processes of one register.
struct Register {
    redis: RedisCluster,
    postgres: PostgresReplica,
    serve: Vec<Child>,
    work: Vec<Child>,
    configs: Vec<Config>,
    log: std::path::PathBuf,
}

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    // The worker and the Redis of the stand have no part in this.
    stand.let_work(false).await;
    let mut register = Register::start(stand).await;
    let address = balance(register.configs.iter().map(|config| config.listen).collect()).await;
    let own_address = std::mem::replace(&mut stand.scene.base, format!("http://{address}"));
    let mut goods = Vec::new();
    for _ in 0..ORDERS {
        goods.push(stand.scene.goods(Group::Medicines, UNITS).await.1);
    }
    for codes in &goods {
        stand.scene.await_verdict(codes.last().expect("there are codes"), "in-circulation").await;
    }
    let questions = goods.iter().flat_map(|codes| codes[FOR_SALE..].iter().step_by(3));
    let questions = questions.map(|code| get(&format!("/v1/verify?code={}", encoded(code)), "")).collect();
    let crowd = Crowd { address, questions: Arc::new(questions), scans: Arc::default(), plan: plan.clone() };
    let left = goods.iter().flat_map(|codes| codes[..FOR_SALE].to_vec()).collect();
    let mut watch = Watch { sold: Vec::new(), left, wrong: 0, asked: 0 };
    crowd.phase("steady", &mut stand.scene, &mut watch, report, async {}).await;
    let master = register.redis.master_of(0).await;
    crowd.phase("redis_master_dies", &mut stand.scene, &mut watch, report, async { register.redis.kill(master) }).await;
    let (program, log) = (std::env::current_exe().expect("this program has a path"), register.log.clone());
    let server = async {
        register.serve[0].kill();
        tokio::time::sleep(Duration::from_secs(3)).await;
        register.serve[0] = Child::serve_only(&program, &register.configs[0], &log).expect("it starts again");
        register.serve[0].ready().await;
    };
    crowd.phase("serve_dies", &mut stand.scene, &mut watch, report, server).await;
    crowd.phase("work_dies", &mut stand.scene, &mut watch, report, async { register.work[0].kill() }).await;
    watch.over(&mut stand.scene, LAG * 2).await;
    let (acknowledged, lost) = crowd.lost(stand).await;
    report.put_count("cluster.scans_acknowledged", acknowledged);
    report.put_count("cluster.scans_lost", lost);
    assert!(!watch.sold.is_empty() && watch.asked > 0, "nothing was sold, so nothing was watched");
    report.put_count("cluster.sold", watch.sold.len() as u64);
    report.put_count("cluster.asked_after_sale", watch.asked);
    report.put_count("cluster.wrong", watch.wrong);
    stand.scene.base = own_address;
    drop(register);
    stand.let_work(true).await;
}

impl Register {
    async fn start(stand: &Stand) -> Self {
        let folder = &stand.app.base.config.data_dir;
        let redis = RedisCluster::start(&folder.join("cluster")).await;
        let addresses = stand.private.addresses();
        let postgres = PostgresReplica::follow(&addresses.database_url, &folder.join("replica")).await;
        let (program, log) = (std::env::current_exe().expect("this program has a path"), folder.join("cluster.log"));
        let mut register =
            Self { redis, postgres, serve: Vec::new(), work: Vec::new(), configs: Vec::new(), log: log.clone() };
        for _ in 0..2 {
            let mut config = Config::clone(&stand.app.base.config);
            config.listen = free_address();
            config.threads = 1;
            config.redis_url = Some(register.redis.addresses());
            config.replica_url = Some(register.postgres.database_url("tanba"));
            let mut serve = Child::serve_only(&program, &config, &log).expect("a process starts");
            serve.ready().await;
            let mut work = Child::work(&program, &config, &log).expect("a process starts");
            work.ready().await;
            register.serve.push(serve);
            register.work.push(work);
            register.configs.push(config);
        }
        register
    }
}

/// One address for several: each connection goes to the next of them that takes it.
async fn balance(to: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        let mut next = 0;
        while let Ok((mut client, _)) = listener.accept().await {
            next += 1;
            let to = to.clone();
            tokio::spawn(async move {
                let _ = client.set_nodelay(true);
                for at in 0..to.len() {
                    if let Ok(mut server) = TcpStream::connect(to[(next + at) % to.len()]).await {
                        let _ = server.set_nodelay(true);
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Those who ask and those who send scans, all the time.
struct Crowd {
    address: SocketAddr,
    questions: Arc<Vec<Vec<u8>>>,
    /// Scans that were acknowledged.
    scans: Arc<Mutex<Vec<Uuid>>>,
    plan: Plan,
}

impl Crowd {
    /// Lets something happen while all go on, and reports what they saw.
    async fn phase(&self, name: &str, scene: &mut Scene, watch: &mut Watch, report: &mut Report, event: impl Future) {
        eprintln!("{name}");
        let load = Load { address: self.address, connections: 32, length: PHASE };
        let (questions, mut random) = (Arc::clone(&self.questions), Random::new(self.plan.seed));
        let ask = load.run_apart(move |into| into.extend_from_slice(&questions[random.below(questions.len())]));
        let stop = Arc::new(AtomicBool::new(false));
        let send = self.send_scans(Arc::clone(&stop));
        let watching = async {
            watch.over(scene, PHASE).await;
            stop.store(true, Ordering::Release);
        };
        let (outcome, scans, (), _) = tokio::join!(ask, send, watching, event);
        let refused: u64 = outcome.statuses.iter().filter(|(status, _)| **status != 200).map(|(_, count)| count).sum();
        report.put(&format!("cluster.{name}.verify_per_second"), outcome.per_second());
        report.put(&format!("cluster.{name}.verify_p99_ms"), outcome.latencies.percentile(99).as_secs_f64() * 1e3);
        report.put_count(&format!("cluster.{name}.verify_refused"), refused);
        report.put_count(&format!("cluster.{name}.connections_broken"), outcome.failed);
        report.put_count(&format!("cluster.{name}.scans_acknowledged"), scans);
    }

    /// Sends batches of scans one after the other, those that were not acknowledged again. Tells how many were.
    async fn send_scans(&self, stop: Arc<AtomicBool>) -> u64 {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        let url = format!("http://{}/v1/scans", self.address);
        let mut acknowledged = 0;
        let mut waiting: Option<Vec<Uuid>> = None;
        while !stop.load(Ordering::Acquire) || waiting.is_some() {
            let ids = waiting.take().unwrap_or_else(|| (0..20).map(|_| Uuid::new_v4()).collect());
            // The same moment for the same scan, whenever it is sent: it must be the same scan.
            let taken = Utc::now().format("%Y-%m-%dT00:00:00Z").to_string();
            let items: Vec<_> = ids
                .iter()
                .map(|id| serde_json::json!({ "id": id, "code": "(01)04870001234560(21)x", "taken_at": taken, "consent": "none" }))
                .collect();
            let answer = client.post(&url).json(&serde_json::json!({ "items": items })).send().await;
            if answer.is_ok_and(|answer| answer.status() == 201) {
                acknowledged += ids.len() as u64;
                self.scans.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
            } else {
                waiting = Some(ids);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        acknowledged
    }

    /// Scans that were acknowledged, and those of them that the register doesn't hold.
    async fn lost(&self, stand: &Stand) -> (u64, u64) {
        let all = self.scans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let db = stand.app.base.db.get().await.expect("PostgreSQL answers");
        let mut held = HashSet::new();
        for ids in all.chunks(10_000) {
            let rows = db.query("SELECT id FROM scan WHERE id = ANY($1)", &[&ids]).await.expect("PostgreSQL answers");
            held.extend(rows.iter().map(|row| row.get::<_, Uuid>(0)));
        }
        (all.len() as u64, all.iter().filter(|id| !held.contains(id)).count() as u64)
    }
}

/// Sells a unit now and then, and asks about those that were sold.
struct Watch {
    sold: Vec<(String, Instant)>,
    left: Vec<String>,
    asked: u64,
    wrong: u64,
}

impl Watch {
    async fn over(&mut self, scene: &mut Scene, length: Duration) {
        let started = Instant::now();
        while started.elapsed() < length {
            if let Some(code) = self.left.pop()
                && scene.try_sell(&code).await
            {
                self.sold.push((code, Instant::now()));
            }
            for at in (0..self.sold.len()).rev().step_by(7).take(20) {
                let (code, since) = &self.sold[at];
                let late = since.elapsed() > LAG;
                if late && let Some(verdict) = scene.try_verdict(code).await {
                    self.asked += 1;
                    self.wrong += u64::from(verdict != "sold");
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
