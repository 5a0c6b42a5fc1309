//! What fault tests stand on: a ledger of what a client was told, the service as a process of its own that can be
//! killed, a way to its stores that can be spoilt; and the tests that have a short and a long form.

mod child;
mod crowd;
mod drill;
mod ledger;
mod proxy;
mod restore;
mod sender;
mod slow;
mod storm;
mod things;

pub use child::{Child, free_address};
pub use drill::Drill;
pub use ledger::{Entry, Fate, Ledger};
pub use proxy::{Proxy, Way};
pub use restore::Backup;
pub use slow::{PATIENCE, Slow};
pub use storm::{Aftermath, Storm};
pub use things::{Stored, decision_content, report_content, scan, scan_content, stored, stored_scans};
