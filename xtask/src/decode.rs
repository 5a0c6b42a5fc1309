//! `bench decode`: how many labels our reader reads, how many zxing-cpp does, and how long each takes.

use std::path::PathBuf;

use clap::Parser;

use crate::python;
use crate::run::{Failed, cargo, root, run, target};

/// Holds the reader of labels against zxing-cpp, picture by picture in one run.
#[derive(Parser)]
#[command(name = "cargo xtask bench decode", bin_name = "cargo xtask bench decode")]
struct Arguments {
    /// A folder of pictures: with a manifest.jsonl (file, format, expected, condition), or each with what it says
    /// beside it in a .txt of the same name. May be given several times.
    #[arg(long = "dir", required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// Only single frames within the live budget; without it, frames and photos.
    #[arg(long, conflicts_with = "photo")]
    live: bool,
    /// Only photos.
    #[arg(long)]
    photo: bool,
}

/// Builds the reader as it is released, and measures.
pub fn bench(arguments: &[String]) -> Result<(), Failed> {
    let first = ["cargo xtask bench decode".to_owned()];
    let arguments = Arguments::parse_from(first.iter().chain(arguments));
    let python = python::prepare()?;
    run(cargo().args(["build", "--quiet", "--release", "--locked", "--package", "reader", "--example", "read"]))?;
    let reader = target().join("release/examples/read");
    for (mode, other) in [("live", arguments.photo), ("photo", arguments.live)] {
        if other {
            continue;
        }
        println!("{mode}:");
        let mut command = std::process::Command::new(&python);
        command.arg(root().join("tests/py/decode_bench.py")).arg(&reader).arg(mode).args(&arguments.directories);
        run(&mut command)?;
    }
    Ok(())
}
