//! Tanba's server: the register of marking codes and the public verdict on each of them.
//!
//! One module a capability; `ARCHITECTURE.md` says which may use which.

/// Many small things are made and dropped in every request, by several threads: this allocator is quicker at it than the
/// system's, and keeps a third less for connections that rest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod admin;
pub mod alerts;
pub mod app;
pub mod audit;
pub mod auth;
pub mod backup;
pub(crate) mod bounds;
pub mod cli;
pub mod clock;
pub(crate) mod codes;
pub mod config;
pub mod db;
pub(crate) mod decode;
pub mod demo;
mod doubt;
pub mod embedded;
pub mod error;
mod health;
pub(crate) mod http;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod labels;
pub(crate) mod office;
pub(crate) mod recalls;
pub mod regions;
pub(crate) mod registry;
pub mod reports;
pub mod scans;
pub(crate) mod site;
mod slots;
pub(crate) mod stock;
mod tasks;
mod unicode;
pub mod verify;
pub mod work;
