//! The snapshot from ten thousand codes to as many as are wanted: memory of Redis a code, how fast it is filled, what a
//! verdict costs at each size, and how long an emptied Redis takes to be whole again while people go on asking. Orders of
//! a million codes each, applied and released, written by the worker as always.

use std::time::{Duration, Instant};

use marking::layout::Group;
use tests::load::{Load, Outcome, Random, encoded, get};
use tests::memory;
use uuid::Uuid;

use crate::Plan;
use crate::plot;
use crate::report::{Report, median};
use crate::stand::{ASKED, Stand, asked_of_static};

/// The largest order.
const ORDER: u32 = 1_000_000;
/// The first size at which questions are timed; each further one is ten times as large.
const FIRST: u32 = 10_000;
/// Neighbours that are asked about in a place of an order.
const NEIGHBOURS: u32 = 50;
/// Places that are asked about at each size, spread over all orders.
const PLACES: u32 = 400;

/// An order in circulation.
struct Goods {
    order: Uuid,
    quantity: u32,
}

/// What a verdict costs at one size.
pub(crate) struct Point {
    pub(crate) codes: u32,
    pub(crate) ratio: f64,
    pub(crate) bytes_per_code: f64,
}

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, codes: u32, report: &mut Report) -> Vec<Point> {
    settle(stand).await;
    let empty = used_memory(stand).await;
    let gtin = stand.scene.product(Group::Medicines).await;
    let (mut goods, mut points): (Vec<Goods>, Vec<Point>) = (Vec::new(), Vec::new());
    let (mut filled, mut filling) = (0, Duration::ZERO);
    let mut size = FIRST.min(codes);
    loop {
        eprintln!("Ordering, applying and releasing codes up to {size}");
        let started = Instant::now();
        while filled < size {
            let quantity = (size - filled).min(ORDER);
            let order = stand.scene.order(gtin, quantity).await;
            stand.scene.circulate(order, quantity).await;
            goods.push(Goods { order, quantity });
            filled += quantity;
        }
        settle(stand).await;
        filling += started.elapsed();
        let grown = used_memory(stand).await.saturating_sub(empty);
        let bytes_per_code = per(grown, size);
        let questions = questions(stand, &goods, plan.seed).await;
        let ratio = ratio(stand, plan, &questions, report, size).await;
        report.put(&format!("snapshot.at_{size}.bytes_per_code"), bytes_per_code);
        points.push(Point { codes: size, ratio, bytes_per_code });
        if size == codes {
            report.put("snapshot.bytes_per_code", bytes_per_code);
            report.put("snapshot.filled_codes_per_second", f64::from(codes) / filling.as_secs_f64());
            report.put_count("snapshot.codes", codes.into());
            rebuild(stand, questions, plan.seed, report).await;
            return points;
        }
        size = size.saturating_mul(10).min(codes);
    }
}

/// Questions about neighbours here and there in all orders, in an order drawn by chance.
async fn questions(stand: &mut Stand, goods: &[Goods], seed: u64) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed);
    let mut questions = Vec::new();
    for _ in 0..PLACES {
        let Goods { order, quantity } = &goods[random.below(goods.len())];
        let first =
            u32::try_from(random.below(*quantity as usize)).unwrap_or(0).min(quantity.saturating_sub(NEIGHBOURS));
        let codes = stand.scene.codes_between(*order, first, (first + NEIGHBOURS).min(*quantity) - 1).await;
        questions.extend(codes.iter().map(|code| get(&format!("/v1/verify?code={}", encoded(code)), "")));
    }
    questions
}

/// Answers a second against static answers, in turns.
async fn ratio(stand: &Stand, plan: &Plan, questions: &[Vec<u8>], report: &mut Report, size: u32) -> f64 {
    let start = asked_of_static(1_200);
    let fixed: Vec<_> = questions.iter().map(|asked| [start.as_bytes(), &asked[ASKED.len()..]].concat()).collect();
    press(stand, plan, questions.to_vec(), plan.seed).await;
    let (mut ratios, mut rates, mut p99) = (vec![], vec![], vec![]);
    for round in 0..plan.rounds {
        let seed = plan.seed ^ round as u64;
        let fixed = press(stand, plan, fixed.clone(), seed).await.per_second();
        let outcome = press(stand, plan, questions.to_vec(), seed).await;
        assert!(outcome.is_clean(), "{:?} {:?}", outcome.statuses, outcome.complaint);
        ratios.push(outcome.per_second() / fixed);
        rates.push(outcome.per_second());
        p99.push(outcome.latencies.percentile(99).as_secs_f64() * 1e3);
    }
    let ratio = median(ratios);
    report.put(&format!("snapshot.at_{size}.verify_ratio"), ratio);
    report.put(&format!("snapshot.at_{size}.verify_per_second"), median(rates));
    report.put(&format!("snapshot.at_{size}.verify_p99_ms"), median(p99));
    ratio
}

async fn press(stand: &Stand, plan: &Plan, questions: Vec<Vec<u8>>, seed: u64) -> Outcome {
    let load = Load { address: stand.address, connections: plan.connections, length: plan.length };
    let mut random = Random::new(seed);
    load.run_apart(move |into| into.extend_from_slice(&questions[random.below(questions.len())])).await
}

/// Empties Redis under questions, and waits until it holds as many keys as before.
async fn rebuild(stand: &Stand, questions: Vec<Vec<u8>>, seed: u64, report: &mut Report) {
    const LONGEST: Duration = Duration::from_mins(10);
    eprintln!("Emptying Redis");
    let load = Load { address: stand.address, connections: 8, length: Duration::from_secs(10) };
    let mut random = Random::new(seed);
    let ask = load.run_apart(move |into| into.extend_from_slice(&questions[random.below(questions.len())]));
    let refill = async {
        let mut redis = redis(stand).await;
        let all: u64 = redis::cmd("DBSIZE").query_async(&mut redis).await.expect("Redis counts");
        let () = redis::cmd("FLUSHALL").arg("ASYNC").query_async(&mut redis).await.expect("Redis can be emptied");
        let started = Instant::now();
        // Cards that nobody asked for any more may stay away.
        while redis::cmd("DBSIZE").query_async::<u64>(&mut redis).await.expect("Redis counts") < all / 100 * 99 {
            assert!(started.elapsed() < LONGEST, "the snapshot is not whole again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        started.elapsed()
    };
    let (outcome, elapsed) = tokio::join!(ask, refill);
    assert!(outcome.is_clean(), "{:?} {:?}", outcome.statuses, outcome.complaint);
    report.put("snapshot.rebuilt_seconds", elapsed.as_secs_f64());
    report.put("snapshot.while_rebuilt_per_second", outcome.per_second());
    report.put("snapshot.while_rebuilt_p99_ms", outcome.latencies.percentile(99).as_secs_f64() * 1e3);
    report.put("snapshot.server_peak_megabytes", per(memory("/proc/self/status", "VmHWM"), 1 << 20));
    report.put("snapshot.redis_megabytes", per(used_memory(stand).await, 1 << 20));
}

/// The curve of the sizes, as a picture.
pub(crate) fn picture(points: &[Point]) -> String {
    let sizes: Vec<String> = points.iter().map(|point| grouped(point.codes)).collect();
    let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
    let ratios: Vec<f64> = points.iter().map(|point| point.ratio).collect();
    let bytes: Vec<f64> = points.iter().map(|point| point.bytes_per_code).collect();
    plot::pair(
        &sizes,
        ("Verdicts against static answers, by codes in Redis", 1.0, &ratios),
        ("Bytes of Redis a code, by codes in Redis", 10.0, &bytes),
    )
}

/// A round number in short: 10 k, 100 M.
fn grouped(number: u32) -> String {
    match number {
        1_000_000.. => format!("{} M", number / 1_000_000),
        1_000.. => format!("{} k", number / 1_000),
        _ => number.to_string(),
    }
}

/// Waits until no job is left.
async fn settle(stand: &Stand) {
    loop {
        let db = stand.app.base.db.get().await.expect("PostgreSQL answers");
        let left: i64 = db.query_one("SELECT count(*) FROM job", &[]).await.expect("PostgreSQL counts").get(0);
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[expect(clippy::cast_precision_loss, reason = "memory of one machine is far below 2^52 bytes")]
fn per(bytes: u64, of: u32) -> f64 {
    bytes as f64 / f64::from(of)
}

async fn redis(stand: &Stand) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(stand.private.addresses().redis_url.as_str()).expect("an address");
    client.get_multiplexed_async_connection().await.expect("Redis answers")
}

/// What Redis has allocated, without what it keeps for its clients' buffers.
async fn used_memory(stand: &Stand) -> u64 {
    let info: String =
        redis::cmd("INFO").arg("memory").query_async(&mut redis(stand).await).await.expect("Redis answers");
    let found = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse::<u64>().ok());
        line.unwrap_or(0)
    };
    found("used_memory").saturating_sub(found("mem_clients_normal"))
}
