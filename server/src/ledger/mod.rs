//! The ledger of units: the state of each, its holder, what it shares with others of its order, the pack that it is in.
//!
//! [`change::apply`] decides, as a pure function, what an [`Effect`] does to units and which of them refuse it;
//! [`apply()`] is the walk around it: lock, read, apply, write, and the refresh of the snapshot as a job. The ledger knows
//! no document and no HTTP: callers name units by order and index, and word what was refused.
//!
//! Locks are taken in one order by every caller: packs by number, segments by order and number, and last the order's row,
//! where a new set of attributes or a new holder is numbered.

mod attributes;
mod change;
mod effect;
mod pack;
mod packing;
mod progress;
mod range;
mod store;
mod walk;

pub(crate) use attributes::{Declaration, Import, Recall, ReleaseFacts, recalled_ranges};
pub(crate) use change::{Refusal, Refusals};
pub(crate) use effect::{AttributeChange, Effect};
pub(crate) use pack::{Level, PackRefusal};
pub(crate) use packing::{check_content, hold_packs, open_pack, pack_packs, pack_units, ranges_inside};
pub(crate) use progress::Progress;
pub(crate) use range::{UnitRange, merged, ranges_of};
pub(crate) use store::pack::{find_pack, find_packed, insert_pack, list_children, list_units, lock_packs};
pub(crate) use store::segment::{list_attributes, list_states};
pub(crate) use store::{range_columns, signed, sscc_column, unsigned};
pub(crate) use walk::{Applied, Units, apply};
