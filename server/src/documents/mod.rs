//! Documents: what participants file about units, and what each does.
//!
//! A document is an envelope (id, kind, number, parties, the bytes that were sent, version, state, deadline) with a content
//! that its kind checks; its effect on units happens when its kind says so. The envelope knows no units, the ledger knows no
//! documents: a kind joins them. A kind is a file in `kinds/` that registers itself; nothing else lists it.

mod filing;
mod http;
mod inside;
mod kind;
mod kinds;
mod reading;
mod receipt;
mod selection;
mod store;
mod units;

pub(crate) use http::routes;
pub(crate) use inside::{Backdated, is_filed};
pub use kind::{Outcome, outcomes};
pub(crate) use kinds::application::Application;
pub(crate) use kinds::consumer_return::Return;
pub(crate) use kinds::recall::RecallRequest;
pub(crate) use kinds::release::Release;
pub(crate) use kinds::sale::{JudgeSale, Sale};
pub(crate) use kinds::withdrawal::Withdrawal;
pub(crate) use store::{End, find_end};

use crate::keys::Keys;
use crate::platform::Base;

/// What documents need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Documents {
    pub(crate) base: Base,
    /// The keys by which codes in documents are read.
    pub(crate) keys: Keys,
}

impl Documents {
    /// The parts of a process that documents need.
    pub(crate) fn new(base: Base, keys: Keys) -> Self {
        Self { base, keys }
    }
}
