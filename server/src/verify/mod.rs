//! Verify: what a code is, and whether its goods may be sold. Reads only: the snapshot, and PostgreSQL where the
//! snapshot is silent. The verdict itself is `marking::verdict`'s.

#![allow(dead_code, unused_imports, reason = "stock, scans and reports build on it")]

mod answer;
mod asked;
mod facts;
mod find;
mod http;
mod ready;
mod seen;
mod snapshot;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use answer::{Answer, PackLine, card};
pub(crate) use asked::AskedBy;
pub(crate) use find::{answer, answer_from, answer_many, answer_units};
pub(crate) use http::routes;
pub(crate) use seen::{SEEN, Seen, show};
pub use snapshot::Snapshot;
pub(crate) use snapshot::{MacKey, Marks, Rebuilt, Unit};
