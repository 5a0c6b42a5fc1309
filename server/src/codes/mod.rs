//! Codes from their order to the end of their life: orders, export, documents that change status, packs, and what
//! a scanned text is to the register.

mod csv;
mod deciding;
mod deed;
mod emission;
mod http;
mod inside;
mod locate;
mod order;
mod ordering;
mod pack;
mod packing;
mod particulars;
mod perform;
mod place;
mod quota;
mod reading;
mod request;
mod seal_line;
mod seen;
mod share;
mod sheet;
mod shipment;
mod shipping;
mod store;
mod units;

pub(crate) use csv::push_cell;
pub(crate) use deciding::mark_exported;
pub(crate) use emission::{Emitter, links_of};
pub(crate) use http::{CodeRange, range_name, routes, visible_order};
pub(crate) use inside::{Desk, is_filed};
pub(crate) use locate::{Location, UnitLocation, locate, locate_scanned};
pub(crate) use order::Order;
pub(crate) use ordering::Wish;
pub(crate) use place::{Place, Sequence, UnitPlace};
pub(crate) use request::{Application, RecallRequest, Release, Return, Sale, Withdrawal};
pub(crate) use seal_line::SealLine;
pub use seen::Seen;
pub(crate) use store::operation::{End, find_end};
pub(crate) use store::order::{count_by_key, find_order, find_orders, resolve};
pub(crate) use store::place::count_alarms;

use crate::keys::Keys;
use crate::platform::Base;

/// What orders, documents and labels need of a process. Cheap to clone.
#[derive(Clone)]
pub struct Codes {
    pub(crate) base: Base,
    /// What makes serials and seals.
    pub(crate) keys: Keys,
}

impl Codes {
    /// The parts of a process that codes need.
    pub(crate) fn new(base: Base, keys: Keys) -> Self {
        Self { base, keys }
    }
}
