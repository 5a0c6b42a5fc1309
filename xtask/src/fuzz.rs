//! `cargo xtask fuzz`: hostile bytes for the phone core (X40), each target for a set time.
//!
//! Needs no nightly Rust: the fuzzer's instruments are options of the compiler, and the fuzzer itself is built from
//! source with the C++ compiler.

use std::fs;
use std::process::Command;

use clap::Args;

use crate::run::{Failed, cargo, install, output, root, run, target};
use stores::packages::program;

/// Every target, by the name of its program.
const TARGETS: [&str; 6] = ["element_strings", "links", "seals", "key_lists", "images", "answers"];

/// Which lines of code a run reached, and which values it compared with what.
const INSTRUMENTS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Throw hostile bytes at the phone core for a while.
#[derive(Args)]
pub struct Fuzz {
    /// Only this target.
    #[arg(value_parser = TARGETS)]
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

impl Fuzz {
    /// Builds the targets and runs them one after another; ends at the first that finds something, whose bytes lie in
    /// `target/fuzz`.
    pub fn run(&self) -> Result<(), Failed> {
        if program("c++").is_none() {
            install(&["g++"])?;
        }
        let host = output(Command::new("rustc").arg("--print").arg("host-tuple"))?;
        let host = String::from_utf8_lossy(&host).trim().to_owned();
        let folder = target().join("fuzz");
        let mut build = cargo();
        build.args(["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", &host]);
        build.arg("--target-dir").arg(&folder).env("RUSTFLAGS", INSTRUMENTS.join(" "));
        run(&mut build)?;
        for name in TARGETS.into_iter().filter(|name| self.target.as_deref().is_none_or(|only| only == *name)) {
            let corpus = folder.join("corpus").join(name);
            fs::create_dir_all(&corpus).map_err(Failed::at(&corpus))?;
            println!("{name}: {} seconds", self.seconds);
            let mut fuzz = Command::new(folder.join(&host).join("release").join(name));
            fuzz.arg(format!("-max_total_time={}", self.seconds))
                .arg(format!("-artifact_prefix={}/", folder.display()));
            fuzz.args([
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-max_len=20000",
                "-print_final_stats=1",
                "-verbosity=0",
                "-print_funcs=0",
            ]);
            // What the project holds of pictures and texts is where the fuzzer begins.
            fuzz.arg(&corpus).arg(root().join("fuzz/seeds").join(name));
            run(&mut fuzz)?;
        }
        Ok(())
    }
}
