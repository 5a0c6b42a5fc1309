//! Verify at a pace below what it can: requests that come whether or not earlier ones were answered, timed from the
//! moment when they were due. And the first question about each of many segments, which only PostgreSQL knows.

use std::time::Duration;

use marking::layout::Group;
use marking::segment::UNITS_PER_SEGMENT;
use tests::load::{Load, Open, Random, encoded, get};

use crate::Plan;
use crate::report::{Report, median};
use crate::stand::Stand;

/// The share of the peak that is asked for.
const SHARE: f64 = 0.7;
/// Connections of the open loop: enough for a pause of the service that would be seen.
const CONNECTIONS: usize = 512;
/// How long a client waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// Codes of the order whose segments are cold.
const COLD_CODES: u32 = 1_000_000;

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    open_loop(stand, plan, report).await;
    cold(stand, plan, report).await;
}

/// Latency at a share of the peak that the same round has found.
async fn open_loop(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let (_, codes) = stand.scene.goods(Group::Medicines, plan.codes).await;
    stand.scene.await_verdict(codes.last().expect("there are codes"), "in-circulation").await;
    let questions: Vec<Vec<u8>> =
        codes.iter().map(|code| get(&format!("/v1/verify?code={}", encoded(code)), "")).collect();
    eprintln!("Asking at a pace of {SHARE} of the peak in {} rounds", plan.rounds);
    let (mut peaks, mut p50, mut p99, mut late) = (vec![], vec![], vec![], 0);
    for round in 0..=plan.rounds {
        let seed = plan.seed ^ round as u64;
        let load = Load { address: stand.address, connections: plan.connections, length: plan.length };
        let peak = load.run_apart(draw(&questions, seed)).await.per_second();
        let pace = Open {
            address: stand.address,
            connections: CONNECTIONS,
            rate: Some(peak * SHARE),
            length: 2 * plan.length,
            patience: PATIENCE,
            queue: PATIENCE,
        };
        let mut question = draw(&questions, !seed);
        let ask = move |into: &mut Vec<u8>| {
            question(into);
            0
        };
        let (came, _) = pace.run_apart(1, ask).await;
        let answered = &came[0].good;
        assert_eq!(answered.count() as u64, came[0].due, "{:?}", came[0].complaint);
        if round > 0 {
            peaks.push(peak);
            p50.push(answered.percentile(50).as_secs_f64() * 1e3);
            p99.push(answered.percentile(99).as_secs_f64() * 1e3);
            late += usize::from(answered.percentile(99) > Duration::from_millis(50));
        }
    }
    report.put("verify.peak_per_second", median(peaks.clone()));
    report.put("verify.paced_per_second", median(peaks) * SHARE);
    report.put("verify.paced_p50_ms", median(p50));
    report.put("verify.paced_p99_ms", median(p99));
    report.put_count("verify.paced_rounds_over_50_ms", late as u64);
}

/// Questions in an order drawn by chance.
fn draw(questions: &[Vec<u8>], seed: u64) -> impl FnMut(&mut Vec<u8>) + Send + use<> {
    let (questions, mut random) = (questions.to_vec(), Random::new(seed));
    move |into| into.extend_from_slice(&questions[random.below(questions.len())])
}

/// One question about each segment of an order that Redis has just lost.
async fn cold(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let gtin = stand.scene.product(Group::Medicines).await;
    let order = stand.scene.order(gtin, COLD_CODES).await;
    stand.scene.circulate(order, COLD_CODES).await;
    let codes = stand.scene.codes(order).await;
    stand.scene.await_verdict(codes.last().expect("there are codes"), "in-circulation").await;
    let questions: Vec<Vec<u8>> = codes
        .iter()
        .step_by(UNITS_PER_SEGMENT)
        .map(|code| get(&format!("/v1/verify?code={}", encoded(code)), ""))
        .collect();
    let (mut p50, mut p99) = (vec![], vec![]);
    for _ in 0..plan.rounds {
        forget_segments(stand).await;
        let mut left = questions.clone().into_iter().cycle();
        let load = Load { address: stand.address, connections: 1, length: Duration::from_millis(200) };
        let outcome = load.run_apart(move |into| into.extend(left.next().unwrap_or_default())).await;
        assert!(outcome.is_clean(), "{:?} {:?}", outcome.statuses, outcome.complaint);
        assert!(outcome.latencies.count() < questions.len(), "each segment is asked for once");
        p50.push(outcome.latencies.percentile(50).as_secs_f64() * 1e3);
        p99.push(outcome.latencies.percentile(99).as_secs_f64() * 1e3);
    }
    report.put("verify.cold_p50_ms", median(p50));
    report.put("verify.cold_p99_ms", median(p99));
}

/// Takes all segments out of Redis, and leaves cards and marks.
async fn forget_segments(stand: &Stand) {
    let client = redis::Client::open(stand.private.addresses().redis_url.as_str()).expect("an address");
    let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let keys: Vec<String> = redis::cmd("KEYS").arg("*:s:{*").query_async(&mut redis).await.expect("Redis answers");
    if !keys.is_empty() {
        let () = redis::cmd("DEL").arg(keys).query_async(&mut redis).await.expect("Redis answers");
    }
}
