//! `cargo xtask simulate`: makes worlds in which some codes are copied, lets the detector watch them, and tells how good
//! it was. The worlds know nothing of the detector: the two share neither code nor figures.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts, seconds and kilometres are far below 2^52"
)]

mod dice;
mod load;
mod measure;
mod parameters;
mod plot;
mod run;
mod served;
mod settlements;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Parser;
use serde_json::{Value, json};
use server::alerts::rules::Settings;

use measure::Figures;
use parameters::Parameters;

/// Simulate scans with copies among them, and measure what the detector finds.
#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Arguments {
    /// Seeds, both ends included; thresholds were fixed on 1-5.
    #[arg(long, default_value = "101-110")]
    seeds: Seeds,
    /// Write the figures to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw recall and scores to this file as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Send the first seed's scans through the real service instead, at so many a second; at most 200,000 codes.
    #[arg(long, value_name = "SCANS")]
    served: Option<u32>,
    /// Tell inspectors from another score on.
    #[arg(long, value_name = "SCORE")]
    alert_score: Option<f64>,
    /// Count every device as a witness, however many share a network.
    #[arg(long)]
    all_witnesses: bool,
    #[command(flatten)]
    parameters: Parameters,
}

/// A range of seeds.
#[derive(Clone, Copy, Debug)]
struct Seeds {
    first: u64,
    last: u64,
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err("not two numbers with a hyphen, such as 101-110".into()),
        }
    }
}

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|first| first == "load") {
        return load::main(std::env::args().skip(1));
    }
    let arguments = Arguments::parse();
    let mut settings = Settings::default();
    if let Some(score) = arguments.alert_score {
        settings.alert_score = score;
    }
    if let Some(pace) = arguments.served {
        return serve(&arguments, pace.max(1));
    }
    let mut figures = Figures::default();
    for seed in arguments.seeds.first..=arguments.seeds.last {
        let world = world::make(&arguments.parameters, seed);
        let watched = run::watch(&world, &settings, !arguments.all_witnesses);
        println!(
            "seed {seed}: {} scans, {} codes copied, {} alerts",
            world.scans.len(),
            world.copied.len(),
            watched.codes.len() + watched.others.len(),
        );
        figures.add(&world, &watched);
    }
    let mut all = figures.json();
    print_figures(&all);
    let Seeds { first, last } = arguments.seeds;
    all["seeds"] = json!([first, last]);
    all["parameters"] = json!(format!("{:?}", arguments.parameters));
    let files = [(arguments.json, format!("{all:#}\n")), (arguments.plot, plot::svg(&all))];
    for (path, text) in files.into_iter().filter_map(|(path, text)| Some((path?, text))) {
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Sends a world through the real service.
fn serve(arguments: &Arguments, pace: u32) -> ExitCode {
    let Parameters { codes, days, .. } = arguments.parameters;
    if codes > served::MOST_CODES {
        eprintln!("--served takes --codes {} or fewer", served::MOST_CODES);
        return ExitCode::FAILURE;
    }
    let world = world::make(&arguments.parameters, arguments.seeds.first);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    let figures = runtime.block_on(served::serve(&world, codes, days, pace));
    println!("{figures:#}");
    // The private stores end with this process, whatever still runs.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

/// Each figure on a line, with its interval and how many it rests on.
fn print_figures(all: &Value) {
    let Some(fields) = all.as_object() else { return };
    for (name, value) in fields {
        if name.ends_with("_interval") || name.ends_with("_of") {
            continue;
        }
        let shown = match value.as_f64() {
            Some(number) if number.fract() != 0.0 => format!("{number:.4}"),
            _ => value.to_string(),
        };
        let interval = fields.get(&format!("{name}_interval")).and_then(Value::as_array);
        let bound = |end: usize| interval.and_then(|pair| pair.get(end)?.as_f64());
        match (bound(0), bound(1)) {
            (Some(low), Some(high)) => {
                println!("{name}: {shown} [{low:.4}, {high:.4}] of {}", fields[&format!("{name}_of")]);
            }
            _ => println!("{name}: {shown}"),
        }
    }
}
