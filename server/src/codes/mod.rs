//! Codes: orders and their quotas, places in sequences, emission and export, and what a scanned text is to the register.

mod csv;
mod deciding;
mod emission;
mod http;
mod inside;
mod locate;
mod order;
mod ordering;
mod place;
mod quota;
mod seal_cache;
mod seal_line;
mod share;
mod store;

pub(crate) use csv::push_cell;
pub(crate) use deciding::mark_exported;
pub(crate) use emission::{Emitter, links_of, serial_of};
pub(crate) use http::{CodeRange, range_name, routes, visible_order};
pub(crate) use inside::place_approved;
pub(crate) use locate::{Location, UnitLocation, locate, locate_cached};
pub(crate) use order::Order;
#[cfg(test)]
pub(crate) use order::OrderState;
pub(crate) use ordering::OrderRequest;
pub(crate) use place::{Place, Sequence, UnitPlace};
pub use seal_cache::SealCache;
pub(crate) use seal_line::SealLine;
pub(crate) use store::order::{
    count_by_key, find_order, find_orders, find_orders_by_id, note_applied, resolve, resolve_many,
};
pub(crate) use store::place::count_alarms;

use crate::keys::Keys;
use crate::platform::Base;

/// What orders and labels need of a process. Cheap to clone.
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
