//! `cargo xtask web`: the app that people open, built into `web/dist`; and `cargo xtask e2e`, which tests it in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::node::Node;
use crate::run::{Failed, cargo, install, root, run, target};
use stores::packages::program;

/// What the app is built from, beside its own folder.
const SOURCES: [&str; 10] = [
    "web/src",
    "web/build",
    "web/public",
    "web/index.html",
    "web/package-lock.json",
    "web/vite.config.ts",
    "locales",
    "server/reference/regions.toml",
    "openapi.yaml",
    "ffi/wasm/pkg",
];

/// Builds the app if something it is built from is newer than what is there.
pub fn build_if_needed() -> Result<(), Failed> {
    let built = fs::metadata(root().join("web/dist/index.html")).and_then(|file| file.modified());
    let newest = SOURCES.iter().filter_map(|source| newest(&root().join(source))).max();
    match built {
        Ok(built) if newest.is_none_or(|newest| newest <= built) => Ok(()),
        _ => build(),
    }
}

/// Builds the app.
pub fn build() -> Result<(), Failed> {
    let folder = root().join("web");
    let node = Node::find()?;
    node.install_packages(&folder)?;
    build_core();
    eprintln!("Building the app");
    run(node.npm(&folder).args(["run", "--silent", "build", "--", "--logLevel", "warn"]))
}

/// Checks the app: its formatting, its lints, its types.
pub fn check() -> Result<(), Failed> {
    eprintln!("Checking the app");
    scripts(&["lint", "check"])
}

/// Tests the app's modules, each beside its test, without a browser.
pub fn test_modules() -> Result<(), Failed> {
    eprintln!("Testing the app's modules");
    scripts(&["test"])
}

/// Runs scripts of the app's package, with its packages installed.
fn scripts(names: &[&str]) -> Result<(), Failed> {
    let folder = root().join("web");
    let node = Node::find()?;
    node.install_packages(&folder)?;
    names.iter().try_for_each(|name| run(node.npm(&folder).args(["run", "--silent", name])))
}

/// What the core for the browser is made from.
const CORE: [&str; 6] = ["ffi/wasm/src", "ffi/wasm/js", "mobile-core/src", "reader/src", "marking/src", "locales"];

/// The Rust core for the browser, if it is not there or older than what it is made from. Without it the app reads no
/// pictures and judges nothing offline, which it says; that is better than no app.
fn build_core() {
    let (source, built) = (root().join("ffi/wasm/Cargo.toml"), root().join("ffi/wasm/pkg/package.json"));
    let made = fs::metadata(&built).and_then(|file| file.modified()).ok();
    let changed = CORE.iter().filter_map(|source| newest(&root().join(source))).max();
    if !source.exists() || (made.is_some() && made >= changed) {
        return;
    }
    eprintln!("Building the app's core; the first time takes some minutes");
    if let Err(failed) = run(cargo().args(["xtask", "wasm"])) {
        eprintln!("{failed}\nGoing on without the core.");
    }
}

/// Tests the app in a browser against a real server: a few walks through everything, or all there is.
pub fn test(smoke: bool) -> Result<(), Failed> {
    let mut tests = in_browser()?;
    tests.args(["--test-concurrency=1", "--test-timeout=1800000"]);
    tests.args(files(&root().join("web/e2e"), smoke)?);
    eprintln!("Testing the app in a browser");
    run(&mut tests)
}

/// Measures how soon the app can be used on a slow phone with a slow line, this many times over.
pub fn speed(arguments: &[String]) -> Result<(), Failed> {
    let mut measuring = in_browser()?;
    measuring.arg(root().join("web/e2e/speed.mjs"));
    if let [rounds] = arguments {
        measuring.env("TANBA_ROUNDS", rounds);
    }
    run(&mut measuring)
}

/// Node.js with a built app, a server and a browser at hand, as a command that still wants to know which files to run.
fn in_browser() -> Result<Command, Failed> {
    build_if_needed()?;
    let chromium = browser()?;
    if program("ffmpeg").is_none() {
        install(&["ffmpeg"])?;
    }
    // With the whole workspace's features, so that what the other tests have built serves here, too.
    run(cargo().args(["build", "--locked", "--workspace", "--bin", "tanba"]))?;
    let mut command = Node::find()?.node();
    command.args(["--test", "--test-reporter=spec"]).current_dir(root().join("web"));
    command.env("TANBA_SERVER", target().join("debug/tanba")).env("TANBA_CHROMIUM", chromium);
    Ok(command)
}

/// Chromium, installed if it is missing.
fn browser() -> Result<PathBuf, Failed> {
    let find = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(program);
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["chromium"])?;
    find().ok_or_else(|| Failed::Missing("please install Chromium, then start again".into()))
}

/// The files that hold tests: `smoke.test.mjs`, or all of them.
fn files(folder: &Path, smoke: bool) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder).map_err(Failed::at(folder))?;
    let mut found: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".test.mjs") && (!smoke || name.starts_with("smoke"))
    });
    found.sort();
    Ok(found)
}

/// When the newest file below a path was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let about = fs::metadata(path).ok()?;
    if !about.is_dir() {
        return about.modified().ok();
    }
    // What the build itself writes is no reason to build.
    if path.ends_with("src/generated") {
        return None;
    }
    fs::read_dir(path).ok()?.filter_map(Result::ok).filter_map(|entry| newest(&entry.path())).max()
}
