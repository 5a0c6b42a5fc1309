//! The Python that some tests use: readers and testers that others wrote.

use std::path::PathBuf;

/// The Python that `cargo xtask test` has prepared; without it the test ends and says what to do.
pub fn python() -> PathBuf {
    let python = std::env::var_os("TANBA_TEST_PYTHON");
    python.expect("this test needs Python: run `cargo xtask test`, which prepares it and sets TANBA_TEST_PYTHON").into()
}
