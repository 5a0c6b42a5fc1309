//! The app that people open in a browser: its files, built by `cargo xtask web` and embedded, and the page around them.
//! A page for a label's link holds the verdict itself, so that it can be read without scripts.

mod assets;
mod http;
mod minimum;
mod page;

pub(crate) use http::{is_for_person, missing, routes};
