//! Who did what (D1.23, X36): rows that only grow, written in the transaction of the deed, and a keyed
//! chain over them that the worker lays right behind, so that a change by anybody shows; each minute its head is signed
//! and sent out of the database's reach (X47).

pub(crate) mod action;
pub mod anchor;
mod chain;
mod log;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

pub use chain::{ChainKey, Verified, Walk, extend, verify, verify_from};
pub(crate) use log::{Filter, Record, list};

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A signed-in person.
    Account(Uuid),
    /// Anybody.
    Public,
    /// The worker, for a job.
    Worker,
    /// An administrator at the command line.
    Cli,
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Public => f.write_str("public"),
            Self::Worker => f.write_str("worker"),
            Self::Cli => f.write_str("cli"),
        }
    }
}

/// Who acted and from which address, as far as trusted proxies tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person or process.
    pub who: Who,
    /// The client's address; none for the worker and the command line.
    pub address: Option<IpAddr>,
}

/// One line of the record.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// When, by the injected clock.
    pub at: DateTime<Utc>,
    /// Who and from where.
    pub actor: Actor,
    /// What: `documents.release`, `reports.read` …
    pub action: &'a str,
    /// To what: `order:12`, `report:TB-…`.
    pub object: String,
    /// `done`, or the slug of the refusal.
    pub result: &'a str,
    /// Figures worth keeping; never places, contacts or tokens.
    pub details: Value,
}

/// Appends a line; commits and vanishes with the caller's transaction.
pub(crate) async fn append(db: &impl GenericClient, entry: &Entry<'_>) -> Result<()> {
    let insert = db
        .prepare_cached(
            "-- audit::append
             INSERT INTO audit (at, actor, address, action, object, result, details)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .await?;
    let address = entry.actor.address.map(|address| address.to_string());
    db.execute(
        &insert,
        &[
            &entry.at,
            &entry.actor.who.to_string(),
            &address,
            &entry.action,
            &entry.object,
            &entry.result,
            &entry.details,
        ],
    )
    .await?;
    Ok(())
}
