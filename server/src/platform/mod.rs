//! What every capability builds on: settings, time, failures, the database, jobs, the audit.

pub mod audit;
pub(crate) mod bounds;
pub(crate) mod cache;
pub mod clock;
pub(crate) mod command;
pub mod config;
pub mod db;
pub(crate) mod doubt;
pub mod host;
pub mod idempotency;
pub mod jobs;
pub mod problem;
pub(crate) mod tasks;
pub(crate) mod unicode;
pub(crate) mod upkeep;

use std::sync::Arc;

use deadpool_postgres::Pool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use clock::Clock;
use config::Config;

/// What every capability builds on. Cheap to clone: everything inside is shared.
#[derive(Clone)]
pub struct Base {
    /// Settings.
    pub config: Arc<Config>,
    /// Connections to PostgreSQL.
    pub db: Pool,
    /// What time it is.
    pub clock: Clock,
    /// Notified when a transaction has left jobs, so that this process's worker polls at once.
    pub wake: Arc<Notify>,
    /// Cancelled when the process is about to stop: it is no longer ready, and streams end.
    pub stopping: CancellationToken,
}

impl Base {
    /// The shared parts of a process.
    pub fn new(config: Config, db: Pool, clock: Clock) -> Self {
        Self { config: Arc::new(config), db, clock, wake: Arc::default(), stopping: CancellationToken::new() }
    }
}
