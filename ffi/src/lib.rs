//! The phone core as Kotlin and Swift see it, by UniFFI; the browser's is beside it, in `wasm`.
//!
//! A thin skin: lift the arguments, call `mobile-core`, lower what it says. No rule and no word lives here, and nothing
//! outside this folder names UniFFI or wasm-bindgen.

mod native;

pub use native::*;

uniffi::setup_scaffolding!("tanba");
