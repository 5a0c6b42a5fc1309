//! Finding counterfeits from scans (Q27): rules over what is remembered of codes, devices, shops and runs of codes; alerts
//! that grow instead of multiplying; what inspectors do with them. Exact places are for inspectors of the region only, and
//! each look at them is audited.

mod case;
mod export;
mod hotspots;
mod http;
mod inspect;
pub(crate) mod job;
mod look;
mod networks;
mod retention;
pub mod rules;
mod spots;
mod store;
mod stream;
mod watch;
mod webhook;
mod words;

pub(crate) use http::routes;
pub use retention::{forget_networks, keep_house};
pub use watch::Watch;
pub(crate) use watch::{judge_sale, judge_scans, refresh};
pub(crate) use webhook::tell;

use crate::auth::Streams;
use crate::platform::Base;
use crate::regions::Regions;
use crate::verify::{Snapshot, Verify};

/// What detection and inspectors' work need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    pub(crate) base: Base,
    pub(crate) snapshot: Snapshot,
    pub(crate) regions: Regions,
    /// What is known of all scans together.
    pub(crate) watch: Watch,
    /// Streams that are open.
    pub(crate) streams: Streams,
}

impl Alerts {
    /// With empty statistics, until the worker reads them.
    pub(crate) fn new(verify: &Verify, regions: Regions, streams: Streams) -> Self {
        let Verify { base, snapshot, .. } = verify.clone();
        Self { base, snapshot, regions, watch: Watch::default(), streams }
    }
}
