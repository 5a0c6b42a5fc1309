//! What every capability builds on: settings, time, failures, the database, jobs, the audit.

pub mod audit;
pub(crate) mod bounds;
pub(crate) mod cache;
pub mod clock;
pub mod config;
pub mod db;
pub(crate) mod doubt;
pub mod idempotency;
pub mod jobs;
pub mod problem;
pub(crate) mod tasks;
pub(crate) mod unicode;
