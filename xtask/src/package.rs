//! `cargo xtask package`: the Kotlin, Swift and npm packages of the phone core, with their documentation, in
//! `target/package`.
//!
//! Each carries the project's version. Libraries are built for this machine; for Android and iOS they are cross-compiled
//! where the toolchains of those systems are, and put beside: `TANBA_ANDROID_LIBRARIES` and `TANBA_IOS_LIBRARY` name
//! them. Their documentation is made by `docc` for Swift, by `typedoc` for JavaScript, and by ourselves for Kotlin.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::node::Node;
use crate::run::{Failed, cargo, root, run, target};
use crate::{kdoc, swift, wasm};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Documents typed declarations, and what reads them for it.
const TYPEDOC: [&str; 2] = ["typedoc@0.28.20", "typescript@5.9.3"];

/// Builds, generates, documents, packs.
pub fn chore() -> Result<(), Failed> {
    run(cargo().args(["build", "--locked", "--package", "ffi", "--lib"]))?;
    run(cargo().args(["build", "--locked", "--release", "--package", "ffi", "--lib"]))?;
    let out = target().join("package");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).map_err(Failed::at(&out))?;
    let (kotlin_folder, swift_folder) =
        (out.join(format!("tanba-kotlin-{VERSION}")), out.join(format!("tanba-swift-{VERSION}")));
    kotlin(&kotlin_folder)?;
    swift(&swift_folder, "release")?;
    let archives = [pack(&out, &kotlin_folder)?, pack(&out, &swift_folder)?, npm(&out)?];
    let documentation = out.join("documentation");
    let documented = [
        document_kotlin(&kotlin_folder, &documentation.join("kotlin")),
        document_swift(&swift_folder, &documentation.join("swift")),
        document_npm(&documentation.join("npm")),
    ];
    for made in archives.into_iter().chain(documented.into_iter().collect::<Result<Vec<_>, _>>()?) {
        println!("{}", made.display());
    }
    Ok(())
}

/// The Android library as a Gradle project, ready for `gradle assembleRelease`.
fn kotlin(folder: &Path) -> Result<(), Failed> {
    copy_tree(&root().join("ffi/kotlin"), folder)?;
    // Symbols hold what the bindings are made from, and a release has none.
    swift::bindings("kotlin", &target().join("debug"), &folder.join("src/main/kotlin"))?;
    let libraries = folder.join("src/main/jniLibs");
    match env::var_os("TANBA_ANDROID_LIBRARIES") {
        Some(from) => copy_tree(Path::new(&from), &libraries)?,
        None => copy(&target().join("release/libtanba.so"), &folder.join("src/test/jniLibs/libtanba.so"))?,
    }
    write(&folder.join("gradle.properties"), &format!("tanbaVersion={VERSION}\nandroid.useAndroidX=true\n"))
}

/// The Swift package, with the library of this profile.
pub fn swift(folder: &Path, profile: &str) -> Result<(), Failed> {
    copy_tree(&root().join("ffi/swift"), folder)?;
    let written = target().join("swift-bindings");
    swift::bindings("swift", &target().join("debug"), &written)?;
    copy(&written.join("Tanba.swift"), &folder.join("Sources/Tanba/Tanba.swift"))?;
    copy(&written.join("TanbaFFI.h"), &folder.join("Sources/TanbaFFI/TanbaFFI.h"))?;
    copy(&written.join("TanbaFFI.modulemap"), &folder.join("Sources/TanbaFFI/module.modulemap"))?;
    fs::remove_dir_all(&written).map_err(Failed::at(&written))?;
    match env::var_os("TANBA_IOS_LIBRARY") {
        Some(library) => copy(Path::new(&library), &folder.join("lib/libtanba.a"))?,
        None => copy(&target().join(profile).join("libtanba.a"), &folder.join("lib/libtanba.a"))?,
    }
    Ok(())
}

/// The package for npm.
fn npm(out: &Path) -> Result<PathBuf, Failed> {
    let package = wasm::build()?;
    run(Node::find()?.npm(out).args(["pack", "--silent"]).arg(package))?;
    Ok(out.join(format!("tanba-{VERSION}.tgz")))
}

/// What is public in the Kotlin package, in one page.
fn document_kotlin(package: &Path, to: &Path) -> Result<PathBuf, Failed> {
    let sources = package.join("src/main/kotlin/kz/tanba");
    let read = |name: &str| fs::read_to_string(sources.join(name)).map_err(Failed::at(&sources.join(name)));
    let page = kdoc::page(&format!("kz.tanba {VERSION}"), &[read("tanba.kt")?, read("FileStorage.kt")?]);
    fs::create_dir_all(to).map_err(Failed::at(to))?;
    write(&to.join("index.html"), &page)?;
    Ok(to.join("index.html"))
}

/// By `docc`, of the package as it was built and tested.
fn document_swift(package: &Path, to: &Path) -> Result<PathBuf, Failed> {
    let tested = swift::test(package)?;
    copy_tree(&swift::document(&tested, VERSION)?, to)?;
    Ok(to.join("documentation/tanba/index.html"))
}

/// By `typedoc`, from the package's own declarations.
fn document_npm(to: &Path) -> Result<PathBuf, Failed> {
    let (node, tools) = (Node::find()?, target().join("tools/typedoc"));
    let typedoc = tools.join("node_modules/typedoc/bin/typedoc");
    fs::create_dir_all(&tools).map_err(Failed::at(&tools))?;
    if !typedoc.exists() {
        run(node.npm(&tools).args(["install", "--silent", "--prefix"]).arg(&tools).args(TYPEDOC))?;
    }
    let package = root().join("ffi/wasm/pkg");
    let options = r#"{"compilerOptions": {"target": "es2022", "module": "esnext", "lib": ["esnext", "dom"], "types": []}, "files": ["index.d.ts"]}"#;
    // Beside the declarations, where TypeDoc looks for it; npm packs what the package names.
    let about = package.join("tsconfig.json");
    write(&about, options)?;
    let mut document = node.node();
    document.arg(typedoc).current_dir(&package).args(["--entryPoints", "index.d.ts", "--logLevel", "Warn"]);
    document.args(["--name", &format!("tanba {VERSION}"), "--out"]).arg(to);
    run(&mut document)?;
    Ok(to.join("index.html"))
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

/// Copies a folder with everything in it.
pub fn copy_tree(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in fs::read_dir(from).map_err(Failed::at(from))? {
        let path = entry.map_err(Failed::at(from))?.path();
        let into = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_tree(&path, &into)? } else { copy(&path, &into)? }
    }
    Ok(())
}
