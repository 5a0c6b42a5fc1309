//! The phone's part of Tanba: judging labels offline, keeping what must be sent, and wording what a screen shows. The same
//! code runs on Android, on iOS, in a browser and on the server. It speaks no HTTP and waits for nothing. Symbols are read
//! from pictures by the crate `reader`.

pub mod answer;
pub mod card;
pub mod key_list;
pub mod offline;
pub mod outbox;
pub mod products;
pub mod scanned;
pub mod words;

pub use answer::NotAnAnswer;
