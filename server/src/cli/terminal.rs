//! Talking with the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use indicatif::ProgressBar;
use locales::{Arg, Language};
use zeroize::Zeroizing;

use super::failure::{Failure, Outcome};

/// Prints a line. Nobody who listens any more is no fault.
pub(super) fn tell(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a sentence in a language.
pub(super) fn say(language: Language, key: &str, args: &[(&str, Arg<'_>)]) {
    tell(&locales::say(language, key, args));
}

/// Prints rows in columns, each as wide as its widest cell.
pub(super) fn columns<const N: usize>(heading: [String; N], rows: impl IntoIterator<Item = [String; N]>) {
    let rows: Vec<[String; N]> = std::iter::once(heading).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        tell(cells.join("  ").trim_end());
    }
}

/// A new password: asked for twice, unseen, at a terminal; else the first line of standard input.
pub(super) fn new_password(language: Language, login: &str) -> Outcome<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        return Ok(read_line()?);
    }
    let hidden = Hidden::start();
    let ask = |words: String| -> io::Result<Zeroizing<String>> {
        eprint!("{words} ");
        let line = read_line()?;
        eprintln!();
        Ok(line)
    };
    let password = ask(locales::say(language, "cli-password-prompt", &[("login", login.into())]))?;
    let again = ask(locales::say(language, "cli-password-again", &[]))?;
    drop(hidden);
    if password == again {
        Ok(password)
    } else {
        Err(Failure::Told(locales::say(language, "cli-passwords-differ", &[])))
    }
}

fn read_line() -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    io::stdin().lock().read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}

/// The terminal shows nothing of what is typed, for as long as this lives.
struct Hidden;

impl Hidden {
    fn start() -> Self {
        stty("-echo");
        Self
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(setting: &str) {
    // Where there is no stty, what is typed is seen.
    let _ = Command::new("stty").arg(setting).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
}

/// Shows on a terminal that something takes its time.
pub(super) struct Busy(ProgressBar);

impl Busy {
    pub(super) fn start() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
