//! R10: half of what can be done, for long: memory and open files must not grow.

use std::time::{Duration, Instant};

use tests::load::{Came, Open};

use crate::report::Report;
use crate::stand::{KINDS, Stand, ms};

/// Mostly questions, a fifth scans, now and then a sale.
const WEIGHTS: [u32; 4] = [790, 200, 9, 1];
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections of the load.
const CONNECTIONS: usize = 64;
/// How long the load goes on between two looks.
const STRETCH: Duration = Duration::from_secs(10);

pub(crate) async fn measure(length: Duration, rate: Option<f64>, seed: u64, report: &mut Report) -> bool {
    let mut stand = Stand::start("soak", 200_000).await;
    let open = Open {
        address: stand.address,
        connections: CONNECTIONS,
        rate: None,
        length: Duration::from_secs(5),
        patience: PATIENCE,
        queue: PATIENCE,
    };
    let rate = if let Some(rate) = rate {
        rate
    } else {
        let (came, elapsed) = open.run_apart(KINDS.len(), stand.goods.asked(WEIGHTS, seed)).await;
        let good: usize = came.iter().map(|came| came.good.count()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of some seconds")]
        let peak = good as f64 / elapsed.as_secs_f64();
        peak / 2.0
    };
    report.put("soak.asked_per_second", rate);
    let (started, mut all, mut looks, mut round) = (Instant::now(), Came::default(), Vec::new(), 1);
    while started.elapsed() < length {
        stand.sign_in().await;
        let open = Open { rate: Some(rate), length: STRETCH, ..open };
        let (came, _) = open.run_apart(KINDS.len(), stand.goods.asked(WEIGHTS, seed ^ (round << 8))).await;
        for came in &came {
            all.add(came);
        }
        looks.push(Look {
            minutes: started.elapsed().as_secs_f64() / 60.0,
            mebibytes: mebibytes(stand.service.memory()),
            files: stand.service.open_files(),
        });
        if round.is_multiple_of(30) {
            eprintln!("{:?}", looks[looks.len() - 1]);
        }
        round += 1;
    }
    // What grows only until it is full is full by then.
    let settled = &looks[looks.len() / 4..];
    report.put("soak.minutes", started.elapsed().as_secs_f64() / 60.0);
    report.put_count("soak.requests", all.due);
    report.put_count("soak.good", all.good.count() as u64);
    report.put("soak.p99_ms", ms(all.good.percentile(99)));
    report.put("soak.memory_first_mebibytes", settled[0].mebibytes);
    report.put("soak.memory_last_mebibytes", settled[settled.len() - 1].mebibytes);
    report.put("soak.memory_most_mebibytes", mebibytes(stand.service.peak_memory()));
    report.put("soak.memory_slope_mebibytes_an_hour", slope(settled) * 60.0);
    let files = || settled.iter().map(|look| look.files as u64);
    report.put_count("soak.files_least", files().min().unwrap_or(0));
    report.put_count("soak.files_most", files().max().unwrap_or(0));
    report.put_count("soak.failed", all.failed + all.late + all.unsent + all.refused.count() as u64);
    if let Some(complaint) = &all.complaint {
        eprintln!("{complaint}");
    }
    stand.stop().await && all.complaint.is_none()
}

/// What the service held at some moment.
#[derive(Debug)]
struct Look {
    minutes: f64,
    mebibytes: f64,
    files: usize,
}

#[expect(clippy::cast_precision_loss, reason = "memory is far smaller than 2^52 bytes")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Mebibytes a minute, by least squares.
#[expect(clippy::cast_precision_loss, reason = "some hundred looks")]
fn slope(looks: &[Look]) -> f64 {
    let count = looks.len() as f64;
    let mean = |of: fn(&Look) -> f64| looks.iter().map(of).sum::<f64>() / count;
    let (minutes, mebibytes) = (mean(|look| look.minutes), mean(|look| look.mebibytes));
    let covariance: f64 = looks.iter().map(|look| (look.minutes - minutes) * (look.mebibytes - mebibytes)).sum();
    let variance: f64 = looks.iter().map(|look| (look.minutes - minutes).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}
