//! What people scanned, when and, if they agreed, where: taken in batches, also hours later, durable when
//! acknowledged, the same row however often it is sent. Refuses a batch as a whole, with the place of each fault.

mod committer;
mod http;
mod network;
mod retention;
mod scan;
mod store;

pub use committer::Committer;
pub(crate) use http::routes;
pub use retention::{forget_networks, keep_house};
pub(crate) use scan::{MAX_CODE_BYTES, Place};
pub(crate) use store::{KeptScan, list_scans};
