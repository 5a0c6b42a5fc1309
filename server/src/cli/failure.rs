//! What went wrong, in words for the terminal, and the exit code that says so to scripts.

use std::process::ExitCode;

use locales::Language;

use crate::platform::problem::{Error, FieldFault};
use stores::StoresError;
use stores::packages::PACKAGES;

/// The command line or a setting was not understood.
pub(super) const USAGE: u8 = 2;
/// A store is away.
const AWAY: u8 = 3;

/// How a command ends.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The register refuses or can't.
    Server(Error),
    /// The settings name no stores, and private ones are not asked for.
    NoStores,
    /// The private stores don't start.
    Stores(StoresError),
    /// Already in words.
    Told(String),
}

impl Failure {
    /// What is shown, in lines.
    pub(super) fn words(&self, language: Language) -> String {
        match self {
            Self::Told(words) => words.clone(),
            Self::Stores(error @ StoresError::Missing(_)) => {
                let command = format!("apt-get install --no-install-recommends {}", PACKAGES.join(" "));
                let advice = locales::say(language, "cli-servers-missing", &[("command", command.into())]);
                format!("{advice}\n{error}")
            }
            Self::NoStores => locales::say(language, "cli-no-stores", &[]),
            Self::Stores(error) => error.to_string(),
            // Who runs the program needs the cause itself.
            Self::Server(Error::Internal(source)) => causes(&**source),
            Self::Server(error) => {
                let title = locales::say(language, &format!("problem-{}", error.slug()), &[]);
                let more: Vec<String> = match error {
                    Error::Unavailable { source, .. } => vec![causes(&**source)],
                    Error::Invalid(faults) | Error::Malformed(_, faults) | Error::Conflict(_, faults) => {
                        faults.iter().map(|fault| line(fault, language)).collect()
                    }
                    _ => Vec::new(),
                };
                [vec![title], more].concat().join("\n  ")
            }
        }
    }

    /// The code that a script sees.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Server(Error::Unavailable { .. }) => ExitCode::from(AWAY),
            Self::NoStores | Self::Server(Error::Invalid(_) | Error::Malformed(..)) => ExitCode::from(USAGE),
            _ => ExitCode::FAILURE,
        }
    }
}

fn line(fault: &FieldFault, language: Language) -> String {
    format!("{}: {}", fault.field, fault.message(language))
}

/// An error with everything that it comes from, each once.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Server(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_its_faults_line_by_line() {
        let failure = Failure::Server(Error::field("login", "field-required"));
        let words = failure.words(Language::En);
        assert!(words.contains("\n  login: ") && failure.exit_code() == ExitCode::from(USAGE), "{words}");
    }

    #[test]
    fn a_fault_of_ours_tells_its_cause() {
        let failure = Failure::from(std::io::Error::other("no room on the disk"));
        assert_eq!(failure.words(Language::En), "no room on the disk");
    }
}
