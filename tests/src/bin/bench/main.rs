//! `cargo xtask bench`: what the service does a second, measured on this machine, load generator included. Prints
//! `name: value` lines. A machine that does other things at the same time gives smaller figures and the same ratios:
//! what is compared is measured in turns, round by round, and a ratio is the median of the rounds' ratios.

mod cluster;
mod connections;
mod emit;
mod pace;
mod plot;
mod processor;
mod report;
mod scans;
mod snapshot;
mod staleness;
mod stand;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::report::Report;

/// What to measure, and how long.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench", after_help = HELP)]
struct Arguments {
    /// What to measure; everything unless told.
    #[arg(value_enum)]
    what: Vec<What>,
    /// Write the figures, the commit and the seed to this file, too.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where random codes and choices begin; the same seed gives the same requests.
    #[arg(long, default_value_t = 20_261_120)]
    seed: u64,
    /// Rounds; each measures everything once.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds of each measurement in a round.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Only these kinds of codes in `verify`: hmac, ed25519, unknown, pack, `hmac_first`, `ed25519_first`.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<String>,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Codes in the orders that are asked about, and in the order that is exported.
    #[arg(long, default_value_t = 100_000)]
    codes: u32,
    /// Codes in Redis at the end of `snapshot`.
    #[arg(long, default_value_t = 10_000_000)]
    snapshot_codes: u32,
    /// Where to draw what a verdict costs by the number of codes (`snapshot`), as SVG.
    #[arg(long)]
    plot: Option<PathBuf>,
    /// An empty or missing folder for the stores' data, on the disk whose `fsync` is to be measured.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

const HELP: &str = "\
The service, its PostgreSQL (with fsync), its Redis and the load share this machine.
A static answer is one of the same length as the answer that it is compared with, from the same server.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Everything below.
    All,
    /// Verify of codes of several kinds against static answers, and with a store away.
    Verify,
    /// Verify at 0.7 of the peak, timed from when each request was due; the first question about each segment.
    Pace,
    /// How long an acknowledged sale is not yet in the answers of another process.
    Staleness,
    /// Durable scans.
    Scans,
    /// Codes exported against the bare signing loop.
    Emit,
    /// Memory of Redis a code, how fast it is filled and filled again, and what a verdict costs meanwhile.
    Snapshot,
    /// Memory a connection that nobody uses at the moment.
    Connections,
    /// Two of each process on a Redis Cluster and a streaming replica, while some of them die.
    Cluster,
}

/// How each measurement is made.
#[derive(Clone, Debug)]
struct Plan {
    rounds: usize,
    length: Duration,
    connections: usize,
    codes: u32,
    seed: u64,
    kinds: Vec<String>,
}

fn main() -> ExitCode {
    // Processes that `connections` starts: the service itself, and clients that hold connections to it.
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", ..] | ["work"] => server::cli::main(),
        ["hold", address, count, number] => {
            let read = (address.parse(), count.parse(), number.parse());
            let (Ok(address), Ok(count), Ok(number)) = read else { return ExitCode::FAILURE };
            connections::hold(address, count, number).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        _ => measure(),
    }
}

#[tokio::main]
async fn measure() -> ExitCode {
    let arguments = Arguments::parse();
    let asked = arguments.what;
    let wanted = |what| asked.is_empty() || asked.contains(&What::All) || asked.contains(&what);
    let plan = Plan {
        rounds: arguments.rounds.max(1),
        length: Duration::from_secs_f64(arguments.seconds.clamp(0.05, 600.0)),
        connections: arguments.connections.max(1),
        codes: arguments.codes.clamp(1, 1_000_000),
        seed: arguments.seed,
        kinds: arguments.kinds,
    };
    let mut report = Report::new(plan.seed);
    let mut stand = stand::Stand::start(arguments.data_dir).await;
    if wanted(What::Verify) {
        verify::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Pace) {
        pace::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Staleness) {
        staleness::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Scans) {
        scans::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Emit) {
        emit::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Snapshot) {
        let points = snapshot::measure(&mut stand, &plan, arguments.snapshot_codes.max(1), &mut report).await;
        if let Some(path) = arguments.plot {
            std::fs::write(path, snapshot::picture(&points)).expect("the picture can be written");
        }
    }
    if wanted(What::Connections) {
        connections::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Cluster) {
        cluster::measure(&mut stand, &plan, &mut report).await;
    }
    stand.stop().await;
    match arguments.json.map(|path| report.write(&path)) {
        Some(Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
