//! What people scanned, when and, if they agreed, where: taken in batches, also hours later, durable when
//! acknowledged, the same row however often it is sent. Refuses a batch as a whole, with the place of each fault.

mod committer;
mod finding;
mod http;
pub(crate) mod job;
mod network;
mod retention;
mod scan;
mod store;

pub use committer::Committer;
pub(crate) use finding::ScanFinding;
pub(crate) use http::routes;
pub(crate) use job::JudgeScans;
pub(crate) use retention::oldest_day;
pub use retention::{forget_networks, keep_house};
pub(crate) use scan::{MAX_CODE_BYTES, Place};
pub(crate) use store::{KeptScan, list_scans};

use std::sync::Arc;

use crate::codes::SealCache;
use crate::keys::Keys;
use crate::platform::Base;
use crate::regions::Regions;
use crate::verify::Verify;

/// What scans need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Scans {
    pub(crate) base: Base,
    pub(crate) keys: Keys,
    /// Seals that held a moment ago, shared with verify.
    pub(crate) seals: Arc<SealCache>,
    pub(crate) regions: Regions,
    /// Writes scans, many requests at a time.
    pub committer: Committer,
}

impl Scans {
    /// Starts the committer.
    pub(crate) fn start(verify: &Verify, regions: Regions) -> Self {
        let Verify { base, keys, seals, .. } = verify.clone();
        Self { committer: Committer::start(base.db.clone()), base, keys, seals, regions }
    }
}
