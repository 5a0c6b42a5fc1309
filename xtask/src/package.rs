//! `cargo xtask package`: the Kotlin, Swift and npm packages of the phone core, with their documentation, in
//! `target/package`.
//!
//! Each carries the project's version. Libraries are built for this machine; for Android and iOS they are cross-compiled
//! where the toolchains of those systems are, and put beside: `TANBA_ANDROID_LIBRARIES` and `TANBA_IOS_LIBRARY` name
//! them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::program;
use crate::run::{Failed, cargo, root, run, target};
use crate::{swift, wasm};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds, generates, documents, packs.
pub fn chore() -> Result<(), Failed> {
    run(cargo().args(["build", "--locked", "--package", "ffi", "--lib"]))?;
    run(cargo().args(["build", "--locked", "--release", "--package", "ffi", "--lib"]))?;
    let out = target().join("package");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).map_err(Failed::at(&out))?;
    for made in [kotlin(&out)?, swift(&out)?, npm(&out)?, documentation(&out)?] {
        println!("{}", made.display());
    }
    Ok(())
}

/// The Android library as a Gradle project, ready for `gradle assembleRelease`.
fn kotlin(out: &Path) -> Result<PathBuf, Failed> {
    let folder = out.join(format!("tanba-kotlin-{VERSION}"));
    copy_tree(&root().join("ffi/kotlin"), &folder)?;
    // Symbols hold what the bindings are made from, and a release has none.
    swift::bindings("kotlin", &target().join("debug"), &folder.join("src/main/kotlin"))?;
    let libraries = folder.join("src/main/jniLibs");
    match env::var_os("TANBA_ANDROID_LIBRARIES") {
        Some(from) => copy_tree(Path::new(&from), &libraries)?,
        None => copy(&target().join("release/libtanba.so"), &folder.join("src/test/jniLibs/libtanba.so"))?,
    }
    write(&folder.join("gradle.properties"), &format!("tanbaVersion={VERSION}\nandroid.useAndroidX=true\n"))?;
    pack(out, &folder)
}

/// The Swift package.
fn swift(out: &Path) -> Result<PathBuf, Failed> {
    let folder = out.join(format!("tanba-swift-{VERSION}"));
    copy_tree(&root().join("ffi/swift"), &folder)?;
    let written = out.join("swift-bindings");
    swift::bindings("swift", &target().join("debug"), &written)?;
    copy(&written.join("Tanba.swift"), &folder.join("Sources/Tanba/Tanba.swift"))?;
    copy(&written.join("TanbaFFI.h"), &folder.join("Sources/TanbaFFI/TanbaFFI.h"))?;
    copy(&written.join("TanbaFFI.modulemap"), &folder.join("Sources/TanbaFFI/module.modulemap"))?;
    fs::remove_dir_all(&written).map_err(Failed::at(&written))?;
    match env::var_os("TANBA_IOS_LIBRARY") {
        Some(library) => copy(Path::new(&library), &folder.join("lib/libtanba.a"))?,
        None => copy(&target().join("release/libtanba.a"), &folder.join("lib/libtanba.a"))?,
    }
    pack(out, &folder)
}

/// The package for npm.
fn npm(out: &Path) -> Result<PathBuf, Failed> {
    let package = wasm::build()?;
    let Some(npm) = program("npm") else {
        return Err(Failed::Missing("please install npm, then start again".into()));
    };
    run(Command::new(npm).current_dir(out).args(["pack", "--silent"]).arg(package))?;
    Ok(out.join(format!("tanba-{VERSION}.tgz")))
}

/// The documentation of the interface: Rust's own for Kotlin and Swift, whose names follow from it, with every word that
/// stands in their sources too, and the browser's as its typed declarations.
fn documentation(out: &Path) -> Result<PathBuf, Failed> {
    run(cargo().args(["doc", "--locked", "--no-deps", "--package", "ffi", "--package", "mobile-core"]))?;
    let folder = out.join("documentation");
    copy_tree(&target().join("doc"), &folder)?;
    copy(&root().join("ffi/wasm/pkg/tanba.d.ts"), &folder.join("tanba.d.ts"))?;
    Ok(folder)
}

fn pack(out: &Path, folder: &Path) -> Result<PathBuf, Failed> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let archive = out.join(format!("{name}.tar.gz"));
    run(Command::new("tar").current_dir(out).arg("-czf").arg(&archive).arg(&name))?;
    Ok(archive)
}

fn write(to: &Path, text: &str) -> Result<(), Failed> {
    fs::write(to, text).map_err(Failed::at(to))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(Failed::at(folder))?;
    fs::copy(from, to).map(drop).map_err(Failed::at(from))
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in fs::read_dir(from).map_err(Failed::at(from))? {
        let path = entry.map_err(Failed::at(from))?.path();
        let into = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_tree(&path, &into)? } else { copy(&path, &into)? }
    }
    Ok(())
}
