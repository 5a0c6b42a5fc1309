//! Verify: what a code is, and whether its goods may be sold. Reads only.

mod snapshot;

pub use snapshot::Snapshot;
