//! Makes sure that the folder of the built app is there, if only empty, and that a release built after the app holds it.
//! While one develops the files are read as they are: then no change of theirs is a reason to build.

use std::env;
use std::fs;
use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    // Without it the service only lacks the app: that is no reason to fail.
    let _ = fs::create_dir_all(&folder);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
}
