//! What R6, R8 and R10 stand on: the service as a process of its own, alone on one processor with its stores where there
//! is more than one, so that the load takes nothing from it; and what the load asks.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::Utc;
use marking::layout::Group;
use server::platform::config::Config;
use stores::Durability;
use tests::faults::{Child, free_address};
use tests::load::{Random, encoded, get, post};
use tests::{Scene, Stores, TestApp};
use uuid::Uuid;

/// A service to press on.
pub(crate) struct Stand {
    pub(crate) address: SocketAddr,
    pub(crate) service: Child,
    pub(crate) scene: Scene,
    pub(crate) goods: Goods,
    app: Option<TestApp>,
    stores: Option<Stores>,
}

/// What the load asks about.
#[derive(Clone)]
pub(crate) struct Goods {
    pub(crate) order: Uuid,
    pub(crate) codes: Arc<Vec<String>>,
    /// The next unit that nobody has sold yet.
    next: Arc<std::sync::atomic::AtomicUsize>,
    token: Arc<RwLock<String>>,
}

/// Kinds of requests.
pub(crate) const KINDS: [&str; 4] = ["verify", "scan", "sale", "export"];

impl Stand {
    /// Starts everything; the service has one thread.
    pub(crate) async fn start(name: &str, units: u32) -> Self {
        pin(0);
        let stores = Stores::start_as(name, Durability::Full).await;
        let app = TestApp::start_on(&stores).await;
        let mut config = Config::clone(&app.app.base.config);
        config.listen = free_address();
        let most = 60_000_000;
        (config.limits.per_prefix, config.limits.per_device, config.limits.global) = (most, most, most);
        config.lateness = Config::from(|_| None).expect("defaults hold").lateness;
        config.database_connections = 16;
        std::fs::create_dir_all(&config.data_dir).expect("a folder for the log");
        let program = std::env::current_exe().expect("this program has a path");
        let log = config.data_dir.join("child.log");
        let mut service = Child::serve(&program, &config, &log).expect("the service starts");
        service.ready().await;
        pin(1);
        let mut scene = Scene::open(&app.app, &app.url("")).await;
        let (order, codes) = scene.goods(Group::Medicines, units).await;
        scene.await_verdict(&codes[codes.len() - 1], "in-circulation").await;
        let token = Arc::new(RwLock::new(scene.token().await));
        let goods = Goods { order, codes: Arc::new(codes), next: Arc::default(), token };
        // What is done inside this process from here on is none of the service.
        Self { address: config.listen, service, scene, goods, app: Some(app), stores: Some(stores) }
    }

    /// Changes the token for a newer one if it is old.
    pub(crate) async fn sign_in(&mut self) {
        let token = self.scene.token().await;
        *self.goods.token.write().unwrap_or_else(std::sync::PoisonError::into_inner) = token;
    }

    /// Stops everything and removes its data.
    pub(crate) async fn stop(mut self) -> bool {
        let ended_well = self.service.stop().await;
        if let Some(app) = self.app.take() {
            app.stop().await;
        }
        if let Some(stores) = self.stores.take() {
            let folder = stores.folder.clone();
            stores.private.stop().await;
            let _ = std::fs::remove_dir_all(folder);
        }
        ended_well
    }
}

impl Goods {
    /// What writes requests of these kinds, each as often as its weight says, and tells the kind.
    pub(crate) fn asked(
        &self,
        weights: [u32; 4],
        seed: u64,
    ) -> impl FnMut(&mut Vec<u8>) -> usize + Send + 'static + use<> {
        let (goods, mut random) = (self.clone(), Random::new(seed));
        let total: u32 = weights.iter().sum();
        move |request| {
            let mut left = u32::try_from(random.below(total as usize)).unwrap_or(0);
            let mut kind = 0;
            while left >= weights[kind] {
                left -= weights[kind];
                kind += 1;
            }
            let written = goods.write(kind, &mut random);
            // Once everything is sold, there are only questions.
            let (kind, bytes) = written.map_or_else(|| (0, goods.verify(&mut random)), |bytes| (kind, bytes));
            request.extend_from_slice(&bytes);
            kind
        }
    }

    fn verify(&self, random: &mut Random) -> Vec<u8> {
        let code = &self.codes[random.below(self.codes.len())];
        get(&format!("/v1/verify?code={}", encoded(code)), "")
    }

    fn write(&self, kind: usize, random: &mut Random) -> Option<Vec<u8>> {
        let token = || self.token.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let quoted = |code: &String| serde_json::Value::from(code.as_str()).to_string();
        Some(match KINDS[kind] {
            "verify" => self.verify(random),
            "scan" => {
                let now = Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
                let code = quoted(&self.codes[random.below(self.codes.len())]);
                let id = random.uuid();
                let body = format!(
                    "{{\"items\":[{{\"id\":\"{id}\",\"code\":{code},\"taken_at\":\"{now}\",\"consent\":\"none\",\
                     \"verdict\":\"in-circulation\"}}]}}"
                );
                post("/v1/scans", "", body.as_bytes())
            }
            "sale" => {
                let unit = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let code = quoted(self.codes.get(unit)?);
                let id = random.uuid();
                let headers = format!("Authorization: Bearer {}\r\nIdempotency-Key: key-{id}\r\n", token());
                let body = format!("{{\"id\":\"{id}\",\"units\":{{\"codes\":[{code}]}}}}");
                post("/v1/sales", &headers, body.as_bytes())
            }
            _ => {
                let first = random.below(self.codes.len().saturating_sub(1_000).max(1));
                let target = format!("/v1/orders/{}/codes?from={first}&to={}", self.order, first + 999);
                get(&target, &format!("Authorization: Bearer {}\r\n", token()))
            }
        })
    }
}

/// Keeps this process, and what it starts from here on, on one processor, where there are two and a program for it.
fn pin(processor: usize) {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-a", "-c", "-p", &processor.to_string(), &own]).output();
    if !pinned.is_ok_and(|output| output.status.success()) {
        eprintln!("Without taskset, service and load share all processors.");
    }
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
