//! What fault tests stand on: a ledger of what a client was told, the service as a process of its own that can be
//! killed, and a way to its stores that can be spoilt.

mod child;
mod ledger;
mod proxy;

pub use child::{Child, free_address};
pub use ledger::{Entry, Fate, Ledger};
pub use proxy::{Proxy, Way};
