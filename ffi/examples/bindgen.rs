//! Writes the Kotlin and Swift of the phone core from its built library: UniFFI's own program, of the version that the
//! library was built with.

fn main() {
    uniffi::uniffi_bindgen_main();
}
