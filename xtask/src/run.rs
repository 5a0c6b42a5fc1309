//! Running other programs, and failing with their exit code.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use stores::packages;

/// A chore that did not succeed; displays as one line.
#[derive(Debug)]
pub enum Failed {
    /// A program could not be started.
    Start(String, io::Error),
    /// A program ended with something else than success.
    Ended(String, ExitStatus),
    /// A file could not be read or written.
    File(PathBuf, io::Error),
    /// Something is missing; the text says what to do.
    Missing(String),
}

impl Failed {
    /// A failure with this file.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File(path, error)
    }

    /// That of the program that failed, if one did.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Ended(_, status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).max(1).into(),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(program, error) => write!(f, "`{program}` could not be started: {error}"),
            Self::Ended(program, status) => write!(f, "`{program}` failed ({status})"),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Missing(advice) => f.write_str(advice),
        }
    }
}

/// The folder of the whole project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where Cargo builds, and where tools for the tests are kept.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The Cargo that runs us, in the project's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Result<(), Failed> {
    let status = command.status().map_err(|error| Failed::Start(words(command), error))?;
    ended(command, status)
}

/// Runs a program to its end and returns what it printed.
pub fn output(command: &mut Command) -> Result<Vec<u8>, Failed> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| Failed::Start(words(command), error))?;
    ended(command, output.status)?;
    Ok(output.stdout)
}

/// Whether a program runs and succeeds; it prints nothing.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Success, or the failure of this command.
pub fn ended(command: &Command, status: ExitStatus) -> Result<(), Failed> {
    if status.success() { Ok(()) } else { Err(Failed::Ended(words(command), status)) }
}

/// What a command is called in a message: its first words.
pub fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().map_or_else(OsString::new, OsString::from);
    let words: Vec<_> = std::iter::once(program.as_os_str()).chain(command.get_args().take(3)).collect();
    words.join(" ".as_ref()).to_string_lossy().into_owned()
}

/// The example that the README gives in a language.
pub fn example(language: &str) -> Result<String, Failed> {
    let readme = root().join("README.md");
    let text = std::fs::read_to_string(&readme).map_err(Failed::at(&readme))?;
    let begun = text.split_once(&format!("```{language}\n")).and_then(|(_, rest)| rest.split_once("```"));
    begun.map(|(example, _)| example.to_owned()).ok_or_else(|| Failed::Missing(format!("no example in {language}")))
}

/// Installs PostgreSQL and Redis if they are missing.
pub fn install_missing_packages() -> Result<(), Failed> {
    let missing = packages::missing();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)
}

/// Installs system packages, telling the user.
pub fn install(names: &[&str]) -> Result<(), Failed> {
    packages::install(names, &mut |what| eprintln!("{what}")).map_err(|refused| Failed::Missing(refused.to_string()))
}
