//! Tanba's server: the register of marking codes and the public verdict on each of them.
//!
//! One module a capability; `ARCHITECTURE.md` says which may use which.

/// Many small things are made and dropped in every request, by several threads: this allocator is quicker at it than the
/// system's, and keeps a third less for connections that rest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod alerts;
pub mod auth;
pub mod backup;
pub mod cli;
pub(crate) mod codes;
pub(crate) mod decode;
pub mod demo;
pub mod documents;
pub(crate) mod http;
pub(crate) mod inspection;
pub mod keys;
pub mod labels;
pub(crate) mod ledger;
pub(crate) mod office;
pub mod platform;
pub(crate) mod recalls;
pub mod regions;
pub(crate) mod registry;
pub mod reports;
pub mod scans;
pub mod service;
pub(crate) mod site;
pub(crate) mod stock;
pub mod verify;
