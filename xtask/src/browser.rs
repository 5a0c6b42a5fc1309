//! What the tests of the browser's module run in: node and Chromium.

use std::path::PathBuf;

use crate::run::{Failed, install};
use stores::packages::program;

/// The names under which Chromium is found.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Installs node and npm if they are missing.
pub fn prepare_node() -> Result<(), Failed> {
    if program("node").is_none() || program("npm").is_none() {
        install(&["nodejs", "npm"])?;
    }
    Ok(())
}

/// Finds Chromium, or installs it.
pub fn prepare_chromium() -> Result<PathBuf, Failed> {
    let find = || NAMES.into_iter().find_map(program);
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["chromium"])?;
    find().ok_or_else(|| Failed::Missing("please install Chromium, then start again".into()))
}
