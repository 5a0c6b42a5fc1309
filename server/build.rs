//! Makes sure that the folder of the built app is there, if only empty, and that a release built after the app has it.

use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    // Without it the service only lacks the app: that is no reason to fail.
    let _ = std::fs::create_dir_all(&folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=migrations");
}
