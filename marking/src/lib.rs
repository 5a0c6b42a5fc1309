//! The vocabulary of marking codes: what a label says, how a serial is made, what a seal proves,
//! how a status changes and what verdict follows. No I/O, no clock, no randomness of its own, and
//! no panic on any bytes: the same code runs in the register, in a phone and in a browser.

pub mod alphabet;
pub mod ff1;
pub mod segment;
pub mod serial;
pub mod status;
