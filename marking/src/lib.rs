//! The vocabulary of marking codes: what a label says, how a serial is made, what a seal proves,
//! how a status changes and what verdict follows. No I/O, no clock, no randomness of its own, and
//! no panic on any bytes: the same code runs in the register, in a phone and in a browser.

pub mod ai;
pub mod alphabet;
mod bracketed;
pub mod charset;
pub mod check_digit;
pub mod code;
pub mod ed25519;
pub mod element_string;
pub mod ff1;
pub mod gtin;
pub mod layout;
pub mod line;
mod link;
pub mod misread;
pub mod near;
mod pairing;
pub mod parse_error;
pub mod scan;
pub mod seal;
pub mod seal_keys;
pub mod segment;
pub mod serial;
pub mod sscc;
pub mod stamp;
pub mod status;
pub mod upc;
pub mod verdict;
pub mod written;
