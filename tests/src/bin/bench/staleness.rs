//! How long an acknowledged sale is not yet in the answers of another process: nothing else happening, and while that
//! process answers questions as fast as it can. Answers of the process that wrote it, and of another that is shown the
//! write's `Tanba-Seen`, have it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use marking::layout::Group;
use reqwest::{Client, Method};
use server::platform::clock::Clock;
use server::platform::config::Config;
use server::service::{self, Service};
use tests::Answer;
use tests::load::{Latencies, Load, Random, encoded, get};

use crate::Plan;
use crate::report::Report;
use crate::stand::Stand;

/// Sales of a round.
const SALES: usize = 200;
/// Connections that ask meanwhile.
const OTHERS: usize = 16;
/// The longest that the contract allows.
const BOUND: Duration = Duration::from_secs(4);

/// Another process of the register, as one that asks it sees it.
struct Twin {
    client: Client,
    base: String,
}

impl Twin {
    async fn ask(&self, code: &str, seen: Option<&str>) -> Answer {
        let request = self.client.request(Method::GET, format!("{}/v1/verify?code={}", self.base, encoded(code)));
        let request = seen.into_iter().fold(request, |request, seen| request.header("Tanba-Seen", seen));
        Answer::of(request.send().await.expect("it answers")).await
    }
}

/// Asks these questions in an order drawn by chance until it is over.
async fn press(load: Load, questions: Vec<Vec<u8>>, seed: u64, is_over: Arc<AtomicBool>) {
    let (questions, mut seed) = (Arc::new(questions), seed);
    while !is_over.load(Ordering::Relaxed) {
        let (asked, mut random) = (questions.clone(), Random::new(seed));
        seed = !seed.rotate_left(1);
        let outcome = load.run_apart(move |into| into.extend_from_slice(&asked[random.below(asked.len())])).await;
        assert!(outcome.is_clean(), "{:?} {:?}", outcome.statuses, outcome.complaint);
    }
}

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let mut config = Config::clone(&stand.app.base.config);
    config.listen.set_port(0);
    let other = Service::open(config, Clock::default()).await.expect("another service opens");
    let running = service::serve(other).expect("it listens");
    let twin = Twin { client: Client::new(), base: format!("http://{}", running.address) };
    let sales = u32::try_from(SALES).expect("few");
    eprintln!("Selling and asking another process, in {} rounds", plan.rounds);
    for (name, is_busy) in [("idle", false), ("busy", true)] {
        let (mut lags, mut stale, mut own_stale) = (Latencies::default(), 0, 0);
        for round in 0..=plan.rounds {
            let (_, codes) = stand.scene.goods(Group::Medicines, sales + 1_000).await;
            stand.scene.await_verdict(codes.last().expect("there are codes"), "in-circulation").await;
            let (sold, others) = codes.split_at(SALES);
            let is_over = Arc::new(AtomicBool::new(false));
            let load = is_busy.then(|| {
                let questions: Vec<Vec<u8>> =
                    others.iter().map(|code| get(&format!("/v1/verify?code={}", encoded(code)), "")).collect();
                let load = Load { address: running.address, connections: OTHERS, length: plan.length };
                tokio::spawn(press(load, questions, plan.seed ^ round as u64, is_over.clone()))
            });
            for (at, code) in sold.iter().enumerate() {
                // Its segment is one that is asked about again and again.
                for _ in 0..2 {
                    assert_eq!(twin.ask(code, None).await.json["verdict"], "in-circulation");
                }
                let answer = stand.scene.sell(code).await.expect(201);
                let acknowledged = Instant::now();
                if at % 4 == 0 {
                    let seen = answer.headers.get("tanba-seen").and_then(|seen| seen.to_str().ok());
                    own_stale += u64::from(stand.scene.verify(code).await.json["verdict"] != "sold");
                    own_stale += u64::from(twin.ask(code, seen).await.json["verdict"] != "sold");
                    continue;
                }
                while twin.ask(code, None).await.json["verdict"] != "sold" {
                    stale += 1;
                    assert!(acknowledged.elapsed() < 2 * BOUND, "the sale is never seen");
                }
                if round > 0 {
                    lags.push(acknowledged.elapsed());
                }
            }
            is_over.store(true, Ordering::Relaxed);
            if let Some(load) = load {
                load.await.expect("the load does not panic");
            }
        }
        let milliseconds = |percent| lags.percentile(percent).as_secs_f64() * 1e3;
        report.put_count(&format!("staleness.{name}_sales"), lags.count() as u64);
        report.put(&format!("staleness.{name}_p50_ms"), milliseconds(50));
        report.put(&format!("staleness.{name}_p99_ms"), milliseconds(99));
        report.put(&format!("staleness.{name}_most_ms"), milliseconds(100));
        report.put_count(&format!("staleness.{name}_answers_of_before"), stale);
        report.put_count(&format!("staleness.{name}_stale_for_the_writer"), own_stale);
    }
    running.stop().await.expect("the other service stops");
}
