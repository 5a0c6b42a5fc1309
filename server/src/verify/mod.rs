//! Verify: what a code is, and whether its goods may be sold. Reads only: the snapshot, and PostgreSQL where the
//! snapshot is silent. The verdict itself is `marking::verdict`'s.

mod answer;
mod answer_cache;
mod asked;
mod batch;
mod facts;
mod find;
mod http;
pub(crate) mod job;
mod seen;
mod snapshot;
mod tell;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use answer::{Answer, card};
pub(crate) use asked::AskedBy;
pub(crate) use find::{answer, answer_from, answer_many, answer_units};
pub(crate) use http::routes;
pub(crate) use seen::{SEEN, Seen, show};
pub use snapshot::Snapshot;
pub(crate) use snapshot::{MacKey, Rebuilt, Unit};

use std::sync::Arc;

use crate::codes::SealCache;
use crate::keys::Keys;
use crate::platform::Base;

/// What answers need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Verify {
    pub(crate) base: Base,
    /// What serials and seals are checked with.
    pub(crate) keys: Keys,
    /// Seals that held a moment ago.
    pub(crate) seals: Arc<SealCache>,
    /// What is answered from.
    pub(crate) snapshot: Snapshot,
}

impl Verify {
    /// With an empty cache of seals.
    pub(crate) fn new(base: Base, keys: Keys, snapshot: Snapshot) -> Self {
        Self { base, keys, seals: Arc::default(), snapshot }
    }
}
