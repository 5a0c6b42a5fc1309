//! `cargo xtask faults`: what happens when something breaks, in the long form of each test. Prints `name: value` lines
//! and writes them with seed and commit. Where anything was lost, doubled or said wrongly, it fails.
//!
//! This program is the service, too: `faults serve` and `faults work` are those of `tanba`, to be started and killed.

mod kill;
mod overload;
#[path = "../bench/report.rs"]
#[allow(dead_code, reason = "the benchmark needs more of it")]
mod report;
mod restore;
mod slow;
mod soak;
mod stand;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::report::Report;

/// Which faults, and how long.
#[derive(Parser)]
#[command(name = "cargo xtask faults", bin_name = "cargo xtask faults", after_help = HELP)]
struct Arguments {
    /// Which tests; all of them unless told.
    #[arg(value_enum, ignore_case = true)]
    what: Vec<What>,
    /// Write the figures, the commit and the seed to this file.
    #[arg(long, default_value = "faults.json")]
    json: PathBuf,
    /// Where chance begins.
    #[arg(long, default_value_t = 20_261_120)]
    seed: u64,
    /// R1: how often a process is killed.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// R1: scans to be acknowledged by the end.
    #[arg(long, default_value_t = 320_000)]
    scans: usize,
    /// R6: slow clients of each of the seven kinds.
    #[arg(long, default_value_t = 40)]
    slow: usize,
    /// R6, R8: rounds.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// R6, R8: seconds of each measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// R10: minutes.
    #[arg(long, default_value_t = 60.0)]
    minutes: f64,
    /// R10: requests a second; half of what one thread can do unless told.
    #[arg(long)]
    rate: Option<f64>,
    /// R11: units of each of two orders.
    #[arg(long, default_value_t = 50_000)]
    units: u32,
}

const HELP: &str = "\
R2 to R5 and R9 have one form only: R2 to R5 run in `cargo xtask test`, R9 is `cargo xtask fuzz`; R7 is
`cargo xtask bench connections`. The service, its stores and the load share this machine.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// kill -9 of server and worker, again and again, while everybody writes.
    R1,
    /// Hundreds of slow clients, and what they cost the others.
    R6,
    /// Twice as much as can be done.
    R8,
    /// Half of what can be done, for long.
    R10,
    /// A lost machine, restored from base backup and log.
    R11,
}

fn main() -> ExitCode {
    // As the service itself.
    if std::env::args().nth(1).is_some_and(|first| first == "serve" || first == "work") {
        return server::cli::main();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> ExitCode {
    let wanted = |what| arguments.what.is_empty() || arguments.what.contains(&what);
    let mut report = Report::new(arguments.seed);
    let mut is_whole = true;
    let length = Duration::from_secs_f64(arguments.seconds.clamp(0.5, 600.0));
    if wanted(What::R1) {
        is_whole &= kill::measure(arguments.kills, arguments.scans, arguments.seed, &mut report).await;
    }
    if wanted(What::R6) {
        is_whole &= slow::measure(arguments.slow, arguments.rounds, length, arguments.seed, &mut report).await;
    }
    if wanted(What::R8) {
        is_whole &= overload::measure(arguments.rounds, length, arguments.seed, &mut report).await;
    }
    if wanted(What::R11) {
        is_whole &= restore::measure(arguments.units, &mut report).await;
    }
    if wanted(What::R10) {
        let minutes = Duration::from_secs_f64(arguments.minutes.clamp(0.1, 10_000.0) * 60.0);
        is_whole &= soak::measure(minutes, arguments.rate, arguments.seed, &mut report).await;
    }
    if let Err(error) = report.write(&arguments.json) {
        eprintln!("{}: {error}", arguments.json.display());
        return ExitCode::FAILURE;
    }
    if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what went wrong, and tells whether nothing did.
fn none_of(what: &str, wrong: &[String]) -> bool {
    for line in wrong.iter().take(20) {
        eprintln!("{what}: {line}");
    }
    wrong.is_empty()
}
