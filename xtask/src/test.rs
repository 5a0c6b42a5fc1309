//! `cargo xtask test`: everything, from unit to end to end.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use clap::Args;

use crate::run::{self, Failed, cargo, run, words};
use crate::{browser, kotlin, python, wasm};

/// Run every test there is.
#[derive(Args)]
pub struct Test {
    /// Handed to `cargo test`, such as `-p marking`, or `-- name` for the tests with that name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Installs what is missing, builds, runs all targets even if one fails, and closes with Cargo's summary lines; then,
    /// unless only some tests are wanted, the app's modules and a few walks through it in a browser.
    pub fn run(&self) -> Result<(), Failed> {
        run::install_missing_packages()?;
        let python = python::prepare();
        if let Err(failed) = &python {
            eprintln!("{failed}\nGoing on without Python: the tests that need it will fail.");
        }

        let hosts = self.hosts(python.as_ref().ok());

        let dashes = self.arguments.iter().position(|argument| argument == "--").unwrap_or(self.arguments.len());
        let (for_cargo, for_tests) = self.arguments.split_at(dashes);
        let test = || {
            let mut command = cargo();
            command.args(["test", "--locked", "--no-fail-fast"]).args(for_cargo);
            if !for_cargo.iter().any(|argument| ["-p", "--package"].contains(&argument.as_str())) {
                command.arg("--workspace");
            }
            command
        };
        // Apart, so that the build shows its progress and its errors are not mistaken for failed tests.
        run(test().arg("--no-run"))?;

        let start = |error| Failed::Start(words(&test()), error);
        let mut command = test();
        command.args(for_tests).env("CARGO_TERM_PROGRESS_WHEN", "never");
        if let Ok(python) = &python {
            command.env("TANBA_TEST_PYTHON", python);
        }
        command.envs(hosts);
        // One pipe for both, so that each result stays behind the name of what gave it.
        let (printed, pipe) = io::pipe().map_err(start)?;
        command.stdout(pipe.try_clone().map_err(start)?).stderr(pipe);
        let mut child = command.spawn().map_err(start)?;
        // The command keeps the pipe open, and it has to close for the output to end.
        drop(command);
        let mut summary = Summary::default();
        summary.pass_on(printed, io::stdout());
        let status = child.wait().map_err(start)?;
        summary.print();
        let web =
            if self.arguments.is_empty() { crate::web::test_modules().and(crate::web::test(true)) } else { Ok(()) };
        run::ended(&test(), status).and(web)
    }
}

impl Test {
    /// What the tests of the phone core's hosts need, where those tests are asked for. What can't be had is told, and
    /// the tests that need it fail.
    fn hosts(&self, python: Option<&PathBuf>) -> Vec<(&'static str, PathBuf)> {
        let packages: Vec<_> =
            self.arguments.windows(2).filter(|pair| ["-p", "--package"].contains(&&*pair[0])).collect();
        if !packages.is_empty() && packages.iter().all(|pair| pair[1] != "ffi") {
            return Vec::new();
        }
        let no_python = || Failed::Missing("Kotlin is fetched with Python".into());
        let prepared = [
            ("TANBA_TEST_KOTLIN", python.ok_or_else(no_python).and_then(|python| kotlin::prepare(python))),
            ("TANBA_TEST_WASM", browser::prepare_node().and_then(|()| wasm::build())),
            ("TANBA_TEST_CHROMIUM", browser::prepare_chromium()),
        ];
        let told = |(variable, prepared): (&'static str, Result<PathBuf, Failed>)| match prepared {
            Ok(path) => Some((variable, path)),
            Err(failed) => {
                eprintln!("{failed}\nGoing on without {variable}: the tests that need it will fail.");
                None
            }
        };
        prepared.into_iter().filter_map(told).collect()
    }
}

/// The lines in which Cargo says what ran and how it went; each is printed once, at the end.
#[derive(Default)]
struct Summary(Vec<String>);

impl Summary {
    /// Copies lines as they come, and keeps those of the summary.
    fn pass_on(&mut self, from: impl Read, mut to: impl Write) {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&line);
            let result = text.strip_prefix("test result: ");
            if result.is_some() || is_heading(&text) {
                self.0.push(text.clone().into_owned());
            }
            let shown = result.map_or(line.as_slice(), str::as_bytes);
            // A closed terminal must not stop the tests.
            let _ = to.write_all(shown).and_then(|()| to.write_all(b"\n")).and_then(|()| to.flush());
        }
    }

    fn print(self) {
        println!("\nSummary");
        for line in self.0 {
            println!("{line}");
        }
    }
}

/// Whether Cargo announces a test program: `Running unittests src/lib.rs (…)`, `Doc-tests marking`.
fn is_heading(line: &str) -> bool {
    let plain = line.trim_start();
    plain.len() < line.len() && (plain.starts_with("Running ") || plain.starts_with("Doc-tests "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_kept_for_the_end_with_the_program_they_belong_to() {
        let printed = "     Running unittests src/lib.rs (target/x)\nrunning 1 test\ntest a ... ok\n\ntest result: ok. 1 passed\n";
        let mut summary = Summary::default();
        let mut shown = Vec::new();
        summary.pass_on(printed.as_bytes(), &mut shown);
        assert_eq!(summary.0, ["     Running unittests src/lib.rs (target/x)", "test result: ok. 1 passed"]);
        assert_eq!(String::from_utf8_lossy(&shown), printed.replace("test result: ", ""));
    }
}
