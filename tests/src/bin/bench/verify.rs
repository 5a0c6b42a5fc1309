//! Verify against a static answer of the same length: what the answer itself costs. Then with a store away, and proof
//! by the stores' own counters that invented codes reach neither.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use marking::layout::Group;
use serde_json::json;
use tests::Counters;
use tests::load::{Load, Outcome, Random, encoded, exchange, get, post};
use uuid::Uuid;

use crate::Plan;
use crate::processor::processor_time;
use crate::report::{Report, median};
use crate::stand::{ASKED, Stand, asked_of_static};

/// Invented codes that are asked about in turns: more than any cache of ours would hold by chance.
const GUESSES: usize = 200_000;
/// Characters of serials that we make.
const SERIAL: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Codes of the orders in which each code is asked about once, then the next: nothing is remembered when a lap is over.
const LAP: u32 = 1_000_000;
/// Units in the pack that is asked about.
const PACKED: u32 = 20;

/// A kind of question, and the static answer that it is compared with.
struct Kind {
    name: &'static str,
    verdict: &'static str,
    example: String,
    questions: Arc<Vec<Vec<u8>>>,
    /// Which question comes next, where each comes once a lap; else they are drawn by chance.
    next: Option<Arc<AtomicUsize>>,
    /// What a question is answered with: its length decides that of the static answer.
    length: usize,
    ratios: Vec<f64>,
    processor_ratios: Vec<f64>,
    to_bare: Vec<f64>,
    per_second: Vec<f64>,
    static_per_second: Vec<f64>,
    outcome: Outcome,
}

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    eprintln!("Preparing codes to ask about");
    let (order, medicines) = stand.scene.goods(Group::Medicines, plan.codes).await;
    let (_, shoes) = stand.scene.goods(Group::Shoes, plan.codes).await;
    let pack = pack(stand, order).await;
    // The way of a counterfeiter: a true product, and a key that stands on every label of it.
    let invented = invented(&medicines[0], plan.seed);
    let mut kinds = vec![
        Kind::new("hmac", "in-circulation", &medicines),
        Kind::new("ed25519", "in-circulation", &shoes),
        Kind::new("unknown", "unknown", &invented),
        Kind::new("pack", "in-circulation", &[pack]),
    ];
    for (name, group) in [("hmac_first", Group::Medicines), ("ed25519_first", Group::Shoes)] {
        if plan.kinds.is_empty() || plan.kinds.iter().any(|wanted| wanted == name) {
            let (_, codes) = stand.scene.goods(group, LAP).await;
            stand.scene.await_verdict(codes.last().expect("there are codes"), "in-circulation").await;
            kinds.push(Kind { next: Some(Arc::default()), ..Kind::new(name, "in-circulation", &codes) });
        }
    }
    kinds.retain(|kind| plan.kinds.is_empty() || plan.kinds.iter().any(|name| name == kind.name));
    stand.scene.await_verdict(medicines.last().expect("there are codes"), "in-circulation").await;
    stand.scene.await_verdict(shoes.last().expect("there are codes"), "in-circulation").await;
    for kind in &mut kinds {
        kind.look(stand);
        // Everything is read through once, and the processor has seen the code.
        kind.press(stand, plan, plan.seed).await;
    }
    eprintln!("Verifying in {} rounds", plan.rounds);
    for round in 0..plan.rounds {
        for kind in &mut kinds {
            kind.round(stand, plan, plan.seed + round as u64).await;
        }
    }
    for kind in &kinds {
        kind.report(report);
    }
    if let Some(hmac) = kinds.iter().find(|kind| kind.name == "hmac") {
        batches(stand, plan, hmac, &medicines, report).await;
    }
    if let Some(unknown) = kinds.iter().find(|kind| kind.name == "unknown") {
        prove(stand, plan, unknown, report).await;
    }
    if let Some(hmac) = kinds.iter().find(|kind| kind.name == "hmac") {
        without_stores(stand, plan, hmac, report).await;
    }
}

impl Kind {
    fn new(name: &'static str, verdict: &'static str, codes: &[String]) -> Self {
        let questions =
            codes.iter().map(|code| get(&format!("/v1/verify?code={}", encoded(code)), "")).collect::<Vec<_>>();
        assert!(questions.iter().all(|question| question.starts_with(ASKED.as_bytes())), "they start alike");
        Self {
            name,
            verdict,
            example: codes[0].clone(),
            questions: Arc::new(questions),
            next: None,
            length: 0,
            ratios: Vec::new(),
            processor_ratios: Vec::new(),
            to_bare: Vec::new(),
            per_second: Vec::new(),
            static_per_second: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// Asks once: the answer must be the right one.
    fn look(&mut self, stand: &Stand) {
        let answer = exchange(stand.address, &self.questions[0]).expect("the service answers");
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.status == 200 && text.contains(&format!("\"{}\"", self.verdict)), "{}: {text}", self.name);
        self.length = answer.body.len();
    }

    async fn press(&self, stand: &Stand, plan: &Plan, seed: u64) -> Outcome {
        self.press_at(stand.address, plan, seed, ASKED.to_owned(), self.next.clone()).await
    }

    /// Presses with the questions of this kind, one after the other or drawn by chance, each with another start.
    async fn press_at(
        &self,
        address: SocketAddr,
        plan: &Plan,
        seed: u64,
        start: String,
        next: Option<Arc<AtomicUsize>>,
    ) -> Outcome {
        let load = Load { address, connections: plan.connections, length: plan.length };
        let questions = Arc::clone(&self.questions);
        let mut random = Random::new(seed);
        let next = move |into: &mut Vec<u8>| {
            let at = match &next {
                Some(next) => next.fetch_add(1, Ordering::Relaxed) % questions.len(),
                None if questions.len() > 1 => random.below(questions.len()),
                None => 0,
            };
            into.extend_from_slice(start.as_bytes());
            into.extend_from_slice(&questions[at][ASKED.len()..]);
        };
        load.run_apart(next).await
    }

    /// The static answer and the bare look into Redis, then the real one. All are asked the same: a static question
    /// that were always the same would be at hand for the load, which shares the processors with the service.
    async fn round(&mut self, stand: &Stand, plan: &Plan, seed: u64) {
        let start = asked_of_static(self.length);
        let in_order = || self.next.as_ref().map(|_| Arc::default());
        let bare = self.press_at(stand.bare, plan, seed, start.clone(), in_order()).await.per_second();
        let begun = processor_time();
        let fixed = self.press_at(stand.address, plan, seed, start, in_order()).await;
        let between = processor_time();
        let outcome = self.press(stand, plan, seed).await;
        let ended = processor_time();
        assert!(outcome.is_clean(), "{}: {:?} {:?}", self.name, outcome.statuses, outcome.complaint);
        let each = |outcome: &Outcome, spent: Duration| spent.as_secs_f64() / outcome.answers();
        self.processor_ratios
            .push(each(&fixed, between.saturating_sub(begun)) / each(&outcome, ended.saturating_sub(between)));
        let fixed = fixed.per_second();
        self.ratios.push(outcome.per_second() / fixed);
        self.to_bare.push(outcome.per_second() / bare);
        self.per_second.push(outcome.per_second());
        self.static_per_second.push(fixed);
        self.outcome.latencies.extend(&outcome.latencies);
    }

    fn report(&self, report: &mut Report) {
        let mut put = |what: &str, value| report.put(&format!("verify.{}_{what}", self.name), value);
        put("ratio", median(self.ratios.clone()));
        put("ratio_of_processor_time", median(self.processor_ratios.clone()));
        put("to_bare_redis_get", median(self.to_bare.clone()));
        put("per_second", median(self.per_second.clone()));
        put("static_per_second", median(self.static_per_second.clone()));
        put("p50_ms", self.outcome.latencies.percentile(50).as_secs_f64() * 1e3);
        put("p99_ms", self.outcome.latencies.percentile(99).as_secs_f64() * 1e3);
    }
}

/// Codes of the right form for a true product and a true key, with serials and seals drawn by chance.
fn invented(example: &str, seed: u64) -> Vec<String> {
    // 01 GTIN 21 serial GS 91 key GS 92 tail
    let (head, key) = (&example[..18], &example[32..38]);
    let mut random = Random::new(seed);
    let mut code = || {
        let (serial, tail) = (random.text(12, SERIAL), random.text(43, BASE64));
        format!("{head}3{serial}\u{1d}{key}\u{1d}92{tail}=")
    };
    assert_eq!(code().len(), example.len(), "codes are laid out differently: {example:?}");
    (0..GUESSES).map(|_| code()).collect()
}

/// Packs some units of the order. Returns the pack's code.
async fn pack(stand: &mut Stand, order: Uuid) -> String {
    let body = format!("{:017}", 34_870_000_000_000_001_u64);
    let digits = (0..10).map(|digit| format!("{body}{digit}"));
    let sscc = digits.into_iter().find(|sscc| sscc.parse::<marking::sscc::Sscc>().is_ok());
    let sscc = sscc.expect("one of ten check digits holds");
    let units = tests::range(order, 0, PACKED - 1);
    let new = json!({ "id": Uuid::new_v4(), "sscc": sscc, "level": "group", "units": units });
    stand.scene.post("/v1/packs", &new).await.expect(201);
    format!("00{sscc}")
}

/// Codes in a batch.
const BATCH: usize = 1_000;

/// A thousand codes in one request against as many single questions about the same codes, in turns: what a code costs by the
/// time of the processors, and by the time of a client that asks one question after the other.
async fn batches(stand: &Stand, plan: &Plan, single: &Kind, codes: &[String], report: &mut Report) {
    eprintln!("Verifying in batches in {} rounds", plan.rounds);
    let mut random = Random::new(plan.seed);
    let batch = |_| {
        let codes: Vec<&String> = (0..BATCH).map(|_| &codes[random.below(codes.len())]).collect();
        let body = json!({ "codes": codes }).to_string();
        post("/v1/verify/batch", "", body.as_bytes())
    };
    let batches: Arc<Vec<Vec<u8>>> = Arc::new((0..50).map(batch).collect());
    let answer = exchange(stand.address, &batches[0]).expect("the service answers");
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!((answer.status, text.matches("\"in-circulation\",\"title\"").count()), (200, BATCH), "{text:.600}");
    let press = async |connections: usize| {
        let (batches, mut at) = (Arc::clone(&batches), 0);
        let next = move |into: &mut Vec<u8>| {
            into.extend_from_slice(&batches[at % batches.len()]);
            at += 1;
        };
        Load { address: stand.address, connections, length: plan.length }.run_apart(next).await
    };
    let (mut by_processor, mut by_client, mut per_second) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..plan.rounds {
        let seed = plan.seed + round as u64;
        let mut costs = Vec::new();
        for connections in [plan.connections, 1] {
            let plan = Plan { connections, ..plan.clone() };
            let begun = processor_time();
            let one = single.press(stand, &plan, seed).await;
            let between = processor_time();
            let many = press(connections.min(4)).await;
            let ended = processor_time();
            assert!(many.is_clean(), "{:?} {:?}", many.statuses, many.complaint);
            #[expect(clippy::cast_precision_loss, reason = "a thousand")]
            let codes = many.answers() * BATCH as f64;
            let processor = (between.saturating_sub(begun).as_secs_f64() / one.answers())
                / (ended.saturating_sub(between).as_secs_f64() / codes);
            let client = codes / many.elapsed.as_secs_f64() / one.per_second();
            costs.push((processor, client, codes / many.elapsed.as_secs_f64()));
        }
        by_processor.push(costs[0].0);
        by_client.push(costs[1].1);
        per_second.push(costs[0].2);
    }
    report.put("verify.batch_times_cheaper_by_processor_time", median(by_processor));
    report.put("verify.batch_times_faster_for_one_client", median(by_client));
    report.put("verify.batch_codes_per_second", median(per_second));
}

/// What both stores count.
async fn counters(stand: &Stand) -> Counters {
    let addresses = stand.private.addresses();
    let database_url = addresses.database_url.replace("/tanba?", "/postgres?");
    Counters::read(&addresses.redis_url, &database_url, "tanba").await
}

/// What both stores count while nobody asks, and while invented codes are asked about as fast as it goes. The worker
/// rests, since its walks would be counted; keys are read anew all the time: that is the background.
async fn prove(stand: &mut Stand, plan: &Plan, unknown: &Kind, report: &mut Report) {
    const WINDOW: Duration = Duration::from_secs(10);
    // PostgreSQL's idle sessions tell their counts up to ten seconds late.
    const LATE: Duration = Duration::from_secs(11);
    stand.let_work(false).await;
    let mut deltas = Vec::new();
    let mut requests = 0;
    for asks in [false, true] {
        tokio::time::sleep(LATE).await;
        let before = counters(stand).await;
        if asks {
            let plan = &Plan { length: WINDOW, ..plan.clone() };
            requests = unknown.press(stand, plan, plan.seed).await.latencies.count();
        } else {
            tokio::time::sleep(WINDOW).await;
        }
        tokio::time::sleep(LATE).await;
        let after = counters(stand).await;
        deltas.push(after - before);
    }
    stand.let_work(true).await;
    let (idle, asked) = (deltas[0], deltas[1] - deltas[0]);
    report.put_count("verify.unknown_requests_counted", requests as u64);
    report.put_count("verify.unknown_redis_commands", asked.redis_commands);
    report.put_count("verify.unknown_postgres_transactions", asked.postgres_transactions);
    report.put_count("verify.idle_redis_commands", idle.redis_commands);
    report.put_count("verify.idle_postgres_transactions", idle.postgres_transactions);
}

/// Verify goes on while one of the stores is away.
async fn without_stores(stand: &mut Stand, plan: &Plan, kind: &Kind, report: &mut Report) {
    let settle = Duration::from_secs(3);
    stand.private.kill_redis();
    tokio::time::sleep(settle).await;
    let outcome = kind.press(stand, plan, plan.seed).await;
    report.put("verify.without_redis_per_second", outcome.per_second());
    report.put_count("verify.without_redis_failed", failures(&outcome));
    stand.private.start_redis().await.expect("Redis starts again");
    stand.scene.await_verdict(&kind.example, kind.verdict).await;
    tokio::time::sleep(settle).await;
    // Fills the snapshot again.
    kind.press(stand, plan, plan.seed).await;
    stand.private.kill_postgres();
    tokio::time::sleep(settle).await;
    let outcome = kind.press(stand, plan, plan.seed).await;
    report.put("verify.without_postgres_per_second", outcome.per_second());
    report.put_count("verify.without_postgres_failed", failures(&outcome));
    stand.private.start_postgres().await.expect("PostgreSQL starts again");
    tokio::time::sleep(settle).await;
}

fn failures(outcome: &Outcome) -> u64 {
    if let Some(complaint) = &outcome.complaint {
        eprintln!("{:?}: {complaint}", outcome.statuses);
    }
    outcome.failed + outcome.statuses.iter().filter(|(status, _)| **status != 200).map(|(_, count)| count).sum::<u64>()
}
