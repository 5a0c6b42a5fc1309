//! Figures: printed as they come, and written to a file with what is needed to measure them again.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

/// The figures of a run.
pub(crate) struct Report {
    seed: u64,
    values: Map<String, Value>,
}

impl Report {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, values: Map::new() }
    }

    /// Prints and keeps a figure: whole numbers as such, small ones with three digits behind the point.
    pub(crate) fn put(&mut self, name: &str, value: f64) {
        let digits = if value.fract() == 0.0 || value.abs() >= 1_000.0 { 0 } else { 3 };
        let text = format!("{value:.digits$}");
        println!("{name}: {text}");
        self.values.insert(name.to_owned(), text.parse::<f64>().map_or(Value::Null, Value::from));
    }

    /// A count.
    pub(crate) fn put_count(&mut self, name: &str, count: u64) {
        #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
        self.put(name, count as f64);
    }

    /// Writes everything as JSON.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let all = json!({
            "commit": commit(),
            "seed": self.seed,
            "processors": processors,
            "values": self.values,
        });
        fs::write(path, format!("{all:#}\n"))
    }
}

/// The commit that was built, `-changed` where files differ from it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "HEAD"]) else { return "unknown".to_owned() };
    match git(&["status", "--porcelain", "--untracked-files=no"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}-changed"),
    }
}

/// The middle of some figures; of an even number, the mean of the two in the middle. Zero of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        let is = |values: &[f64], expected: f64| assert!((median(values.to_vec()) - expected).abs() < f64::EPSILON);
        is(&[], 0.0);
        is(&[3.0, 1.0, 2.0], 2.0);
        is(&[4.0, 1.0, 2.0, 3.0], 2.5);
    }
}
