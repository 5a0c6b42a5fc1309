//! R8: twice as much is asked as can be done, and goes on being asked, whatever is answered.

use std::time::Duration;

use tests::load::{Came, Open};

use crate::report::{Report, median};
use crate::stand::{KINDS, Stand, ms};

/// How long a client waits, from when its request was due.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a request waits for a connection, as before a balancer that holds so many to the service.
const QUEUE: Duration = Duration::from_millis(250);
const CONNECTIONS: usize = 2_000;
/// What is asked: of verify, single scans, sales of one unit, exports of a thousand codes.
const MIXES: [(&str, [u32; 4]); 4] =
    [("day", [70, 20, 8, 2]), ("sale", [0, 0, 1, 0]), ("scan", [0, 1, 0, 0]), ("verify", [1, 0, 0, 0])];

pub(crate) async fn measure(rounds: usize, length: Duration, seed: u64, report: &mut Report) -> bool {
    let mut stand = Stand::start("overload", 100_000).await;
    let mut is_whole = true;
    for ((mix, weights), number) in MIXES.into_iter().zip(1_u64..) {
        // Ids come from the seed, and each is used once.
        let seed = seed ^ (number << 32);
        eprintln!("{mix}: {rounds} rounds");
        let mut ratios = Vec::new();
        let mut peaks = Vec::new();
        let mut all = vec![Came::default(); KINDS.len()];
        for round in 0..=rounds as u64 {
            stand.sign_in().await;
            let address = stand.address;
            let open = Open { address, connections: 64, rate: None, length, patience: PATIENCE, queue: QUEUE };
            let (came, elapsed) = open.run_apart(KINDS.len(), stand.goods.asked(weights, seed ^ (round << 8))).await;
            let peak = per_second(&came, elapsed);
            let open = Open { connections: CONNECTIONS, rate: Some(2.0 * peak), ..open };
            let (came, _) = open.run_apart(KINDS.len(), stand.goods.asked(weights, seed ^ (round << 8) ^ 1)).await;
            // The first round warms everything up.
            if round > 0 {
                peaks.push(peak);
                ratios.push(per_second(&came, length) / peak);
                all.iter_mut().zip(&came).for_each(|(all, came)| all.add(came));
            }
            // What is still under way is let end.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let mut sum = Came::default();
        for came in &all {
            sum.add(came);
        }
        let share = |count: u64| ratio(count, sum.due);
        report.put(&format!("overload.{mix}_peak_per_second"), median(peaks));
        report.put(&format!("overload.{mix}_goodput_ratio"), median(ratios));
        report.put(&format!("overload.{mix}_good_p99_ms"), ms(sum.good.percentile(99)));
        report.put(&format!("overload.{mix}_refused_share"), share(sum.refused.count() as u64));
        report.put(&format!("overload.{mix}_refused_p50_ms"), ms(sum.refused.percentile(50)));
        report.put(&format!("overload.{mix}_refused_p99_ms"), ms(sum.refused.percentile(99)));
        report.put(&format!("overload.{mix}_unsent_share"), share(sum.unsent));
        report.put(&format!("overload.{mix}_too_late_share"), share(sum.late));
        report.put_count(&format!("overload.{mix}_failed"), sum.failed);
        if mix == "day" {
            for (kind, came) in KINDS.iter().zip(&all) {
                report.put(&format!("overload.day_answered_{kind}"), ratio(came.good.count() as u64, came.due));
            }
        }
        if let Some(complaint) = &sum.complaint {
            eprintln!("{mix}: {complaint}");
            is_whole = false;
        }
    }
    stand.stop().await && is_whole
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
fn ratio(count: u64, of: u64) -> f64 {
    count as f64 / of.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
fn per_second(came: &[Came], elapsed: Duration) -> f64 {
    came.iter().map(|came| came.good.count()).sum::<usize>() as f64 / elapsed.as_secs_f64()
}
