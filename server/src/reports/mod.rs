//! Complaints of the public (D1.7): taken in with photos, anonymous unless their author wants otherwise, followed with
//! a secret token, answered by inspectors of the region, taken back at any time.
//!
//! What is refused tells where its fault lies; what can't be stored is not acknowledged.

mod code;
mod draft;
mod erasures;
mod follow;
mod form;
mod http;
mod inspect;
pub(crate) mod job;
mod links;
mod network;
mod photo;
mod photos;
mod push;
mod quota;
mod receive;
mod report;
mod retention;
mod status;
mod store;
mod stream;
mod text;
mod workshop;

use crate::auth::Streams;
use crate::keys::Keys;
use crate::platform::Base;
use crate::platform::problem::Result;
use crate::regions::Regions;
use crate::verify::Verify;
use erasures::Erasures;
use network::Networks;
pub(crate) use photos::PhotoStore;
use quota::{Allowance, Quota};
use workshop::Workshop;

pub use erasures::{Erased, keep_erased, note_erasures, replay};
pub(crate) use http::routes;
pub use links::update as link_report;
pub use retention::{delete_photos, keep_house, sweep_pending};

/// What reports need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Reports {
    pub(crate) base: Base,
    /// What encrypts contacts.
    pub(crate) keys: Keys,
    /// What the register says of the goods of a report.
    pub(crate) verify: Verify,
    pub(crate) regions: Regions,
    /// Streams that are open, of alerts as well.
    pub(crate) streams: Streams,
    /// Where photos are kept.
    pub(crate) photos: PhotoStore,
    /// What was erased, noted where a restore does not reach.
    pub(crate) erasures: Erasures,
    /// Where files become photos.
    pub(crate) workshop: Workshop,
    /// What tells browsers of answers.
    pub(crate) push: push::Sender,
    /// What networks have sent today.
    pub(crate) quota: Quota,
    /// What the audit keeps of networks.
    pub(crate) networks: Networks,
}

impl Reports {
    /// Opens the photo store that the settings name; nothing is counted yet.
    pub(crate) fn open(verify: &Verify, regions: Regions, streams: Streams) -> Result<Self> {
        let Verify { base, keys, .. } = verify.clone();
        let config = &base.config;
        let allowance = Allowance { reports: config.limits.reports_per_day, bytes: config.limits.report_bytes_per_day };
        Ok(Self {
            photos: PhotoStore::open(config)?,
            erasures: Erasures::open(config)?,
            workshop: Workshop::new(config.threads),
            push: push::Sender::new(config)?,
            quota: Quota::new(allowance),
            networks: Networks::default(),
            verify: verify.clone(),
            regions,
            streams,
            keys,
            base,
        })
    }
}
