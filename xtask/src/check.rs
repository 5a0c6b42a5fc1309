//! `cargo xtask check`: what must hold before a change is proposed.

use std::process::Command;

use clap::Args;

use crate::run::{Failed, cargo, run, succeeds, target};
use crate::web;

/// The version that reads our `deny.toml`.
const CARGO_DENY: &str = "0.20.2";

/// Workspaces of their own, and what they are checked for.
const APART: [(&str, &[&str]); 2] =
    [("ffi/wasm/Cargo.toml", &["--target", "wasm32-unknown-unknown"]), ("fuzz/Cargo.toml", &["--bins"])];

/// Check formatting and lints.
#[derive(Args)]
pub struct Check {
    /// Also check the browser's module and the fuzz targets with clippy, and licences, banned crates and sources with
    /// cargo-deny (built the first time, which takes minutes).
    #[arg(long)]
    full: bool,
}

impl Check {
    /// Stops at the first thing that does not hold.
    pub fn run(&self) -> Result<(), Failed> {
        add_missing_components();
        eprintln!("Checking the formatting");
        run(cargo().args(["fmt", "--all", "--check"]))?;
        for (apart, _) in APART {
            run(cargo().args(["fmt", "--manifest-path", apart, "--check"]))?;
        }
        eprintln!("Checking with clippy");
        run(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))?;
        web::check()?;
        if !self.full {
            return Ok(());
        }
        for (apart, what) in APART {
            let mut clippy = cargo();
            clippy.args(["clippy", "--manifest-path", apart, "--locked"]).args(what).arg("--target-dir");
            run(clippy.arg(target().join("apart")).args(["--", "--deny", "warnings"]))?;
        }
        deny()
    }
}

/// A minimal Rust lacks the formatter and the linter; if it can't get them, the check itself says so.
fn add_missing_components() {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !succeeds(cargo().args([command, "--version"])) {
            eprintln!("Adding {component} to Rust");
            let _ = Command::new("rustup").args(["component", "add", component]).status();
        }
    }
}

fn deny() -> Result<(), Failed> {
    let tools = target().join("tools");
    let program = tools.join("bin/cargo-deny");
    let installed = Command::new(&program).arg("--version").output();
    if !installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(CARGO_DENY)) {
        eprintln!("Building cargo-deny {CARGO_DENY}; this happens once and takes some minutes.");
        run(cargo().args(["install", "--locked", "--version", CARGO_DENY, "cargo-deny", "--root"]).arg(&tools))?;
    }
    eprintln!("Checking licences, banned crates and sources");
    let mut check = Command::new(program);
    check.current_dir(crate::run::root()).args(["--locked", "check", "licenses", "bans", "sources"]);
    run(&mut check)
}
