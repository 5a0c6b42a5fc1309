//! `cargo xtask bench`: what the service does a second, measured on this machine, load generator included. Prints
//! `name: value` lines. A machine that does other things at the same time gives smaller figures and the same ratios:
//! what is compared is measured in turns, round by round, and a ratio is the median of the rounds' ratios.

mod emit;
mod report;
mod scans;
mod snapshot;
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
    /// Only these kinds of codes in `verify`: hmac, ed25519, unknown, pack.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<String>,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Codes in the orders that are asked about, and in the order that is exported.
    #[arg(long, default_value_t = 100_000)]
    codes: u32,
    /// Codes whose memory is measured.
    #[arg(long, default_value_t = 10_000_000)]
    snapshot_codes: u32,
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
    /// Durable scans.
    Scans,
    /// Codes exported against the bare signing loop.
    Emit,
    /// Memory of Redis a code.
    Snapshot,
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

#[tokio::main]
async fn main() -> ExitCode {
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
    if wanted(What::Scans) {
        scans::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Emit) {
        emit::measure(&mut stand, &plan, &mut report).await;
    }
    if wanted(What::Snapshot) {
        snapshot::measure(&mut stand, arguments.snapshot_codes, &mut report).await;
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
