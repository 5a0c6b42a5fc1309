//! What fault tests stand on: a ledger of what a client was told, and the service as a process of its own that can be
//! killed.

mod child;
mod ledger;

pub use child::{Child, free_address};
pub use ledger::{Entry, Fate, Ledger};
