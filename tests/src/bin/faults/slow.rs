//! R6: what slow clients cost the others, measured in turns with and without them; and how soon they are let go.

use std::time::Duration;

use futures_util::future::join_all;
use tests::faults::{PATIENCE, Slow};
use tests::load::{Came, Open};
use tokio::task::JoinSet;

use crate::none_of;
use crate::report::{Report, median};
use crate::stand::{KINDS, Stand, ms};

/// Good requests a second: far from what the service can do, so that waiting for one another plays no part.
const RATE: f64 = 1_000.0;

pub(crate) async fn measure(count: usize, rounds: usize, length: Duration, seed: u64, report: &mut Report) -> bool {
    let mut stand = Stand::start("slow", 50_000).await;
    let long = format!(
        "GET /v1/orders/{}/codes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        stand.goods.order,
        stand.scene.token().await
    );
    let (mut wrong, mut ratios) = (Vec::new(), Vec::new());
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 0..=rounds as u64 {
        let mut p99 = [0.0; 2];
        // Sometimes the one comes first, sometimes the other.
        for turn in [round % 2, 1 - round % 2] {
            let mut crowd = JoinSet::new();
            if turn == 1 {
                for (_, slow) in (0..count).flat_map(|_| Slow::all(&long, 10)) {
                    crowd.spawn(slow.linger(stand.address));
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            let address = stand.address;
            let open = Open { address, connections: 64, rate: Some(RATE), length, patience: PATIENCE, queue: PATIENCE };
            let asked = stand.goods.asked([1, 0, 0, 0], seed ^ (round << 8) ^ turn);
            let (came, _) = open.run_apart(KINDS.len(), asked).await;
            let Came { good, complaint, .. } = &came[0];
            p99[usize::from(turn == 1)] = ms(good.percentile(99));
            wrong.extend(complaint.clone());
            crowd.shutdown().await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        if round > 0 {
            alone.push(p99[0]);
            beside.push(p99[1]);
            ratios.push(p99[1] / p99[0]);
        }
    }
    report.put_count("slow.clients", (count * Slow::all("", 10).len()) as u64);
    report.put("slow.good_p99_alone_ms", median(alone));
    report.put("slow.good_p99_beside_ms", median(beside));
    report.put("slow.p99_ratio", median(ratios));
    let gone =
        join_all(Slow::all(&long, 10).into_iter().map(async |(name, slow)| (name, slow.linger(stand.address).await)));
    let mut longest = Duration::ZERO;
    for (name, after) in gone.await {
        report.put(&format!("slow.{name}_gone_after_seconds"), after.as_secs_f64());
        longest = longest.max(after);
        if after >= PATIENCE {
            wrong.push(format!("{name} is let go only after {after:?}"));
        }
    }
    report.put("slow.longest_seconds", longest.as_secs_f64());
    stand.stop().await & none_of("slow", &wrong)
}
