//! Verify: what a code is, and whether its goods may be sold. Reads only.

#![allow(dead_code, unused_imports, reason = "the answers that use the snapshot follow")]

mod snapshot;

pub use snapshot::Snapshot;
