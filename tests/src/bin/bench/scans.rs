//! Durable scans: acknowledged when they are on disk, one, twenty or a hundred a request; and beside them a bare COPY of
//! the same rows into their table, as full as it is, and into an empty one.

use std::fmt::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use futures_util::{SinkExt, TryStreamExt};
use marking::layout::Group;
use tests::load::{Latencies, Load, Outcome, Random, post};

use crate::Plan;
use crate::report::{Report, median};
use crate::stand::Stand;

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let (_, codes) = stand.scene.goods(Group::Medicines, plan.codes.min(20_000)).await;
    let codes: Vec<String> = codes.iter().map(|code| serde_json::Value::from(code.as_str()).to_string()).collect();
    eprintln!("Scanning in {} rounds", plan.rounds);
    let sizes = [1_u32, 20, 100];
    let mut rates = sizes.map(|_| Vec::new());
    let mut latencies = sizes.map(|_| Latencies::default());
    let (mut copied, mut copied_into_empty) = (Vec::new(), Vec::new());
    let mut rounds_refusing = 0_u64;
    // What judging costs is told apart: it may lag behind, and has machines of its own.
    stand.let_work(false).await;
    // A round that is left out: partitions are made, statements prepared.
    for round in 0..=plan.rounds {
        for (at, size) in sizes.into_iter().enumerate() {
            let outcome = press(stand, plan, size, plan.seed ^ round as u64, &codes).await;
            if round > 0 {
                rates[at].push(outcome.per_second() * f64::from(size));
                // A refusal is quick: among acknowledgements its time would flatter.
                if outcome.is_clean() {
                    latencies[at].extend(&outcome.latencies);
                } else {
                    rounds_refusing += 1;
                }
            }
        }
        if round > 0 {
            copied.push(copy(stand, "scan").await);
            copied_into_empty.push(copy(stand, "bench_copy").await);
        }
    }
    stand.let_work(true).await;
    // With ids that no round before has drawn.
    let judged = press(stand, plan, 20, plan.seed ^ (plan.rounds as u64 + 1), &codes).await;
    let ratio_to =
        |rates: &[f64], copied: &[f64]| median(rates.iter().zip(copied).map(|(rate, copied)| rate / copied).collect());
    let ratio = |rates| ratio_to(rates, &copied);
    let [one, many, full] = &rates;
    report.put("scans.copy_ratio", ratio(full));
    report.put("scans.copy_ratio_of_twenty", ratio(many));
    report.put("scans.copy_ratio_of_one", ratio(one));
    report.put("scans.copy_ratio_empty", ratio_to(full, &copied_into_empty));
    report.put("scans.copied_per_second", median(copied.clone()));
    report.put("scans.copied_per_second_empty", median(copied_into_empty.clone()));
    report.put("scans.per_second", median(one.clone()));
    report.put("scans.p50_ms", latencies[0].percentile(50).as_secs_f64() * 1e3);
    report.put("scans.p99_ms", latencies[0].percentile(99).as_secs_f64() * 1e3);
    report.put("scans.batched_per_second", median(many.clone()));
    report.put("scans.batched_p50_ms", latencies[1].percentile(50).as_secs_f64() * 1e3);
    report.put("scans.batched_p99_ms", latencies[1].percentile(99).as_secs_f64() * 1e3);
    report.put("scans.beside_judging_per_second", judged.per_second() * 20.0);
    report.put("scans.full_per_second", median(full.clone()));
    report.put_count("scans.rounds_refusing", rounds_refusing);
    report.put("scans.full_p99_ms", latencies[2].percentile(99).as_secs_f64() * 1e3);
}

/// Sends batches of this size as fast as they are acknowledged. Nothing but an acknowledgement may come back, or, while
/// PostgreSQL's disk stands still, the word to come back.
async fn press(stand: &Stand, plan: &Plan, size: u32, seed: u64, codes: &[String]) -> Outcome {
    let length = plan.length.max(Duration::from_secs(2));
    let load = Load { address: stand.address, connections: plan.connections, length };
    let mut random = Random::new(seed ^ (u64::from(size) << 32));
    let codes = codes.to_vec();
    let next = move |into: &mut Vec<u8>| {
        into.extend_from_slice(&post("/v1/scans", "", batch(size, &codes, &mut random).as_bytes()));
    };
    let outcome = load.run_apart(next).await;
    let is_well = outcome.failed == 0 && outcome.statuses.keys().all(|status| matches!(status, 201 | 503));
    assert!(is_well, "{:?} {:?}", outcome.statuses, outcome.complaint);
    if let Some(refused) = outcome.statuses.get(&503) {
        eprintln!("{size} a request: told to come back {refused} times, while a commit took long");
    }
    outcome
}

/// Rows a second that one COPY brings to disk: scans as they are stored, each with a new id, into their own table, or
/// into an empty one with the same columns and indexes.
async fn copy(stand: &Stand, into: &str) -> f64 {
    let db = stand.app.base.db.get().await.expect("PostgreSQL answers");
    let make = "DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (LIKE scan INCLUDING ALL)";
    db.batch_execute(make).await.expect("a table");
    let columns =
        "taken_on, id, fingerprint, taken_at, received_at, code, gtin, order_number, unit_index, verdict, device,
                   consent, latitude, longitude, accuracy_metres, source, region";
    let renewed = columns.replace(" id,", " gen_random_uuid(),");
    let rows = format!("COPY (SELECT {renewed} FROM scan LIMIT 100000) TO STDOUT (FORMAT binary)");
    let out = db.copy_out(&rows).await.expect("rows");
    let rows: Vec<Bytes> = out.try_collect().await.expect("rows");
    let rows = rows.concat();
    let started = Instant::now();
    let copy = format!("COPY {into} ({columns}) FROM STDIN (FORMAT binary)");
    let sink = db.copy_in::<_, Bytes>(&copy).await.expect("a COPY");
    futures_util::pin_mut!(sink);
    for part in rows.chunks(64 << 10) {
        sink.send(Bytes::copy_from_slice(part)).await.expect("PostgreSQL takes rows");
    }
    let copied = sink.finish().await.expect("a commit");
    let elapsed = started.elapsed();
    db.batch_execute("DROP TABLE bench_copy").await.expect("the table goes");
    #[expect(clippy::cast_precision_loss, reason = "a hundred thousand rows")]
    let copied = copied as f64;
    copied / elapsed.as_secs_f64()
}

/// A batch as a phone sends it: every scan new, of a unit drawn by chance.
fn batch(size: u32, codes: &[String], random: &mut Random) -> String {
    let now = Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let mut body = format!("{{\"sent_at\":\"{now}\",\"items\":[");
    for number in 0..size {
        let (id, device, code) = (random.uuid(), random.uuid(), &codes[random.below(codes.len())]);
        let comma = if number == 0 { "" } else { "," };
        // A String takes everything.
        let _ = write!(
            body,
            "{comma}{{\"id\":\"{id}\",\"code\":{code},\"taken_at\":\"{now}\",\"consent\":\"exact\",\
             \"place\":{{\"latitude\":51.1282,\"longitude\":71.4306,\"accuracy_metres\":25.0}},\
             \"device\":\"{device}\",\"verdict\":\"in-circulation\"}}"
        );
    }
    body.push_str("]}");
    body
}
