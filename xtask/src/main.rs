//! The project's chores in one place: `cargo xtask up`, `test`, `check`, `web`, `e2e`, `bench`, `faults`, `simulate`,
//! `openapi`, `wasm`, `swift`, `package`, `fuzz`.
//!
//! Each chore says what it does, leaves nothing running, and ends with the exit code of what it ran.

mod browser;
mod check;
mod decode;
mod fuzz;
mod kdoc;
mod kotlin;
mod node;
mod package;
mod python;
mod run;
mod swift;
mod test;
mod up;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run::{Failed, cargo};

/// Chores of the Tanba project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

const UP: &str = "\
It serves on http://127.0.0.1:8080; TANBA_LISTEN chooses another address, TANBA_DATA_DIR another folder for its data.
With TANBA_DATABASE_URL and TANBA_REDIS_URL it uses those servers; without them it starts private ones.";

#[derive(Subcommand)]
enum Chore {
    /// Build the server and run it with demo goods until Ctrl-C.
    #[command(after_help = UP)]
    Up(up::Up),
    /// Run every test there is, against a real PostgreSQL and Redis that the tests bring up themselves.
    Test(test::Test),
    /// Check formatting and lints of Rust and of the app; with --full also the workspaces apart, licences, banned crates and sources.
    Check(check::Check),
    /// Build the app that people open in a browser, into web/dist.
    Web,
    /// Test that app in a browser, against a real server.
    E2e {
        /// Only a few walks through everything, as `cargo xtask test` does.
        #[arg(long)]
        smoke: bool,
    },
    /// Measure; prints `name: value` lines.
    ///
    /// `bench decode --dir DIR` holds the reader of labels against zxing-cpp, on the pictures of a folder; `bench web` tells
    /// how soon the app can be used on a slow phone, `bench web 15` by the median of fifteen visits.
    Bench {
        /// Handed to the benchmark; `--help` lists what it can measure.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Break things while everybody writes, and tell what was lost; prints `name: value` lines.
    Faults {
        /// Handed to the tests; `--help` lists them and what can be set.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Let the detector of counterfeits watch simulated scans, and tell how good it is.
    Simulate {
        /// Handed to the simulation; `--help` lists what can be set.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write openapi.yaml anew from the routes in the code.
    Openapi,
    /// Throw hostile bytes at the phone core for a while.
    Fuzz(fuzz::Fuzz),
    /// Make the Kotlin, Swift and npm packages of the phone core, with their documentation.
    Package,
    /// Compile and test the Swift package of the phone core.
    Swift,
    /// Build the phone core for the browser.
    Wasm,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Up(up) => up.run(),
        Chore::Test(test) => test.run(),
        Chore::Check(check) => check.run(),
        Chore::Web => web::build(),
        Chore::E2e { smoke } => run::install_missing_packages().and_then(|()| web::test(smoke)),
        Chore::Bench { arguments } => match arguments.split_first() {
            Some((first, rest)) if first == "decode" => decode::bench(rest),
            Some((first, rest)) if first == "web" => run::install_missing_packages().and_then(|()| web::speed(rest)),
            _ => bench(&arguments),
        },
        Chore::Faults { arguments } => faults(&arguments),
        Chore::Simulate { arguments } => simulate(&arguments),
        Chore::Openapi => openapi(),
        Chore::Fuzz(fuzz) => fuzz.run(),
        Chore::Package => package::chore(),
        Chore::Swift => swift::chore(),
        Chore::Wasm => wasm::chore(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{failed}");
            failed.exit_code()
        }
    }
}

fn bench(arguments: &[String]) -> Result<(), Failed> {
    run::install_missing_packages()?;
    let mut command = cargo();
    command.args(["run", "--release", "--locked", "--package", "tests", "--bin", "bench", "--"]).args(arguments);
    run::run(&mut command)
}

fn faults(arguments: &[String]) -> Result<(), Failed> {
    run::install_missing_packages()?;
    let mut command = cargo();
    command.args(["run", "--release", "--locked", "--package", "tests", "--bin", "faults", "--"]).args(arguments);
    run::run(&mut command)
}

fn simulate(arguments: &[String]) -> Result<(), Failed> {
    let mut command = cargo();
    command.args(["run", "--release", "--locked", "--package", "tests", "--bin", "simulate", "--"]).args(arguments);
    run::run(&mut command)
}

fn openapi() -> Result<(), Failed> {
    let path = run::root().join("openapi.yaml");
    let text = run::output(cargo().args(["run", "--quiet", "--locked", "--package", "server", "--", "openapi"]))?;
    std::fs::write(&path, text).map_err(Failed::at(&path))?;
    println!("Wrote {}.", path.display());
    Ok(())
}
