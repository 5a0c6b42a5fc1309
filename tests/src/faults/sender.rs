//! The clients of the storm: what they send, what they remember of it, and that they ask again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::crowd::Crowd;
use super::{Fate, Ledger, decision_content, report_content, scan, scan_content};
use crate::range;

/// What all senders share.
pub(super) struct Sender {
    pub(super) client: reqwest::Client,
    pub(super) base: String,
    pub(super) tokens: RwLock<Tokens>,
    /// Units in circulation, by index; those are scanned and sold.
    pub(super) codes: Vec<String>,
    /// An order whose units are released.
    pub(super) order: Uuid,
    /// Alerts to be decided on.
    pub(super) alerts: Vec<Uuid>,
    pub(super) photo: Vec<u8>,
    pub(super) batch: u32,
    pub(super) ledger: Ledger,
    pub(super) next: AtomicU32,
    /// Scans that were acknowledged, and how many may be for now.
    pub(super) acknowledged: AtomicUsize,
    pub(super) allowed: AtomicUsize,
    pub(super) over: AtomicBool,
    /// What was sent and has neither been acknowledged nor refused, to be sent again.
    pub(super) open: Mutex<BTreeMap<Uuid, Sent>>,
    pub(super) done: Mutex<Done>,
    pub(super) began: DateTime<Utc>,
}

/// Who is signed in.
pub(super) struct Tokens {
    pub(super) producer: String,
    pub(super) inspector: String,
}

/// Units of requests that were acknowledged.
#[derive(Clone, Default)]
pub(super) struct Done {
    pub(super) sold: Vec<u32>,
    pub(super) released: Vec<u32>,
}

/// A request that can be repeated.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Scans(Vec<Uuid>, Value),
    Report(Uuid, String),
    Sale(Uuid, u32),
    Release(Uuid, u32),
    Decision(Uuid, String),
}

impl Sender {
    /// Nobody sends yet; `base` is where the service is.
    pub(super) fn new(crowd: &Crowd, tokens: Tokens, base: String, batch: u32, ledger: Ledger) -> Arc<Self> {
        Arc::new(Self {
            client: reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client"),
            base,
            tokens: RwLock::new(tokens),
            codes: crowd.codes.clone(),
            order: crowd.order,
            alerts: crowd.alerts.clone(),
            photo: crowd.photo.clone(),
            batch,
            ledger,
            next: AtomicU32::new(0),
            acknowledged: AtomicUsize::new(0),
            allowed: AtomicUsize::new(usize::MAX),
            over: AtomicBool::new(false),
            open: Mutex::default(),
            done: Mutex::default(),
            began: Utc::now(),
        })
    }

    /// Changes the tokens for newer ones.
    pub(super) fn sign_in(&self, tokens: Tokens) {
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    /// Begins to send everything.
    pub(super) fn start(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        for _ in 0..3 {
            let sender = Arc::clone(self);
            tasks.spawn(async move { sender.scan_until_over().await });
        }
        let [reporter, seller, releaser, decider] = std::array::from_fn(|_| Arc::clone(self));
        tasks.spawn(async move { reporter.report_until_over().await });
        tasks.spawn(async move { seller.sell_until_over().await });
        tasks.spawn(async move { releaser.release_until_over().await });
        tasks.spawn(async move { decider.decide_until_over().await });
    }

    /// Sends a request, and notes what came of it for all that it carries.
    pub(super) async fn send(&self, sent: &Sent) -> Fate {
        let key = |id: Uuid| format!("key-{id}");
        let post = |path: &str| self.client.post(format!("{}{path}", self.base));
        let (producer, inspector) = {
            let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
            (tokens.producer.clone(), tokens.inspector.clone())
        };
        let (ids, request) = match sent {
            Sent::Scans(ids, body) => {
                let request = post("/v1/scans").header("X-Forwarded-For", network_of(ids[0]));
                (ids.clone(), request.json(body))
            }
            Sent::Report(id, words) => {
                let photo = Part::bytes(self.photo.clone()).file_name("photo.jpg");
                let photo = photo.mime_str("image/jpeg").expect("a media type");
                let form = Form::new().text("id", id.to_string()).text("category", "expired-goods");
                let form = form.text("words", words.clone()).part("photo", photo);
                (vec![*id], post("/v1/reports").header("Idempotency-Key", key(*id)).multipart(form))
            }
            Sent::Sale(id, unit) => {
                let body = json!({ "id": id, "units": { "codes": [self.codes[*unit as usize]] } });
                let request = post("/v1/sales").header("Idempotency-Key", key(*id));
                (vec![*id], request.bearer_auth(producer).json(&body))
            }
            Sent::Release(id, unit) => {
                let body = json!({
                    "id": id, "units": range(self.order, *unit, *unit),
                    "produced_on": "2026-01-10", "expires_on": "2099-01-10",
                });
                let request = post("/v1/releases").header("Idempotency-Key", key(*id));
                (vec![*id], request.bearer_auth(producer).json(&body))
            }
            Sent::Decision(id, text) => {
                let body = json!({ "decision": "confirmed", "text": text });
                let request = post(&format!("/v1/alerts/{id}/decision")).header("Idempotency-Key", key(*id));
                (vec![*id], request.bearer_auth(inspector).json(&body))
            }
        };
        let status = match request.send().await {
            // An answer whose body broke off says nothing.
            Ok(response) => {
                let status = response.status().as_u16();
                response.bytes().await.ok().map(|_| status)
            }
            Err(_) => None,
        };
        let fate = Fate::of(status);
        if fate == Fate::Ack {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            match sent {
                Sent::Sale(_, unit) => done.sold.push(*unit),
                Sent::Release(_, unit) => done.released.push(*unit),
                Sent::Scans(..) | Sent::Report(..) | Sent::Decision(..) => {}
            }
        }
        self.ledger.note(&ids, fate).expect("the ledger is written");
        if fate != Fate::Unknown {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&ids[0]);
        }
        fate
    }

    /// Notes, remembers and sends; what has no answer is sent again, the same under the same ids, as a phone does.
    async fn send_new(&self, kind: &str, things: &[(Uuid, String)], sent: Sent) -> Fate {
        let intended = things.iter().map(|(id, content)| (kind, *id, content.as_str()));
        self.ledger.intend(intended).expect("the ledger is written");
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(things[0].0, sent.clone());
        loop {
            let fate = self.send(&sent).await;
            if fate != Fate::Unknown || self.is_over() {
                return fate;
            }
            // The service is down: there is no use in knocking faster.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    async fn scan_until_over(&self) {
        let units = u32::try_from(self.codes.len()).expect("a few thousand");
        while !self.is_over() {
            if self.acknowledged.load(Ordering::Relaxed) >= self.allowed.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            let first = self.next.fetch_add(self.batch, Ordering::Relaxed);
            let turn = first / self.batch;
            // Some batches are small.
            let length = if turn.is_multiple_of(5) { 1 + turn / 5 % self.batch.min(5) } else { self.batch };
            let (mut things, mut scans) = (Vec::new(), Vec::new());
            for number in first..first + length {
                let (id, unit) = (Uuid::new_v4(), number % units);
                let latitude = latitude_of(number);
                let index = i32::try_from(unit).expect("a few thousand");
                things.push((id, scan_content(true, index, "in-circulation", latitude)));
                scans.push(scan(id, &self.codes[unit as usize], self.began, latitude));
            }
            // Every eleventh batch has a fault in it, and must be refused as a whole.
            if turn.is_multiple_of(11) {
                let last = scans.len() - 1;
                scans[last]["place"]["latitude"] = json!(91);
            }
            let ids = things.iter().map(|(id, _)| *id).collect();
            let sent = Sent::Scans(ids, json!({ "sent_at": Utc::now(), "items": scans }));
            if self.send_new("scan", &things, sent).await == Fate::Ack {
                self.acknowledged.fetch_add(things.len(), Ordering::Relaxed);
            }
        }
    }

    async fn report_until_over(&self) {
        while !self.is_over() {
            let id = Uuid::new_v4();
            let words = format!("Past its date, seen under {id}");
            self.send_new("report", &[(id, report_content(&words))], Sent::Report(id, words)).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn sell_until_over(&self) {
        for unit in 0..u32::try_from(self.codes.len() - 1).expect("a few thousand") {
            if self.is_over() {
                return;
            }
            let id = Uuid::new_v4();
            self.send_new("sale", &[(id, "sell 1".to_owned())], Sent::Sale(id, unit)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn release_until_over(&self) {
        for unit in 0..u32::try_from(self.codes.len() - 1).expect("a few thousand") {
            if self.is_over() {
                return;
            }
            let id = Uuid::new_v4();
            self.send_new("release", &[(id, "release 1".to_owned())], Sent::Release(id, unit)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn decide_until_over(&self) {
        for alert in &self.alerts {
            if self.is_over() {
                return;
            }
            let text = format!("Found in the shop, see {}", Uuid::new_v4());
            let content = decision_content(&text);
            self.send_new("decision", &[(*alert, content)], Sent::Decision(*alert, text)).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

/// Where a scan was made. The scans of a batch lie in cells of their own, inside the country, and a unit is always seen
/// within a kilometre.
fn latitude_of(number: u32) -> f64 {
    43.0 + f64::from(number % 100) / 100.0 + f64::from(number / 100 % 500) / 100_000.0
}

/// The address that a batch comes from, the same when it is sent again: scans of one network in one cell are counted once
/// a day.
fn network_of(first: Uuid) -> String {
    let [one, two, three, ..] = *first.as_bytes();
    format!("{}.{two}.{three}.9", 11 + one % 100)
}
