//! Why the private servers did not start, as one line for the terminal.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::packages;

/// Why the private servers did not start.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// Another process uses the data folder.
    #[error("{} is in use by process {pid}: stop it, or choose another folder with TANBA_DATA_DIR", .data_dir.display())]
    InUse {
        /// The folder.
        data_dir: PathBuf,
        /// Its holder; 0 if it did not say.
        pid: u32,
    },
    /// What an earlier run left behind does not end.
    #[error("{name} of an earlier run (process {pid}) is still running: end it, then start again")]
    Remains {
        /// Which server.
        name: &'static str,
        /// Its process.
        pid: u32,
    },
    /// PostgreSQL or Redis is missing and could not be installed.
    #[error("PostgreSQL and Redis are needed: {0}")]
    Missing(#[from] packages::NotInstalled),
    /// The data was written by another major version of PostgreSQL.
    #[error("{} holds data of PostgreSQL {data}, and only {found} is installed: install postgresql-{data}, or move the folder away", .folder.display())]
    Version {
        /// PostgreSQL's data folder.
        folder: PathBuf,
        /// The version that wrote it.
        data: u32,
        /// The versions at hand.
        found: String,
    },
    /// A file or folder refused.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Files {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A server ended while it was starting.
    #[error("{name} ended while starting ({status}); the end of {}:\n{said}", .log.display())]
    Ended {
        /// Which program.
        name: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The last lines of its log.
        said: String,
    },
    /// A server runs but does not answer.
    #[error("{name} did not answer within {} s; see {}", .after.as_secs(), .log.display())]
    Silent {
        /// Which server.
        name: &'static str,
        /// How long we waited.
        after: Duration,
        /// Its log.
        log: PathBuf,
    },
    /// PostgreSQL answers but refuses to make the database.
    #[error("the private PostgreSQL refuses: {0}")]
    Postgres(#[from] tokio_postgres::Error),
}

impl StoresError {
    pub(crate) fn files(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Files { doing, path, source }
    }
}
