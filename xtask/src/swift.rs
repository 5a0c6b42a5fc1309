//! `cargo xtask swift`: the Swift package of the phone core, built as it is handed out, and tested.
//!
//! With a Swift on the machine it is used. Else, as root, a Debian that has one is set up once in a folder of its own
//! (`TANBA_SWIFT_ROOT`, about 3.5 GB), and everything runs inside.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::package::{self, copy_tree};
use crate::run::{Failed, cargo, example, install, root, run, target};
use stores::packages::program;

/// The Debian that packs Swift 6.
const DEBIAN: &str = "trixie";

/// Builds the package in the folder that is `$0`, with what `docc` needs, and runs its tests.
const TEST: &str = "cd \"$0\" && swift build -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc graphs \
    && LD_LIBRARY_PATH=lib .build/debug/TanbaTests given";

/// Makes the documentation of a package that was built.
const DOCUMENT: &str = "cd \"$0\" && mkdir only && mv graphs/Tanba.symbols.json only \
    && PATH=$PATH:/usr/libexec/swift/bin docc convert --additional-symbol-graph-dir only --output-path documentation \
    --fallback-display-name Tanba --fallback-bundle-identifier kz.tanba --fallback-bundle-version $1 \
    --transform-for-static-hosting";

/// Builds the package as it is handed out, and runs its tests.
pub fn chore() -> Result<(), Failed> {
    let folder = target().join("swift");
    let _ = fs::remove_dir_all(&folder);
    run(cargo().args(["build", "--locked", "--package", "ffi", "--lib"]))?;
    package::swift(&folder, "debug")?;
    test(&folder).map(drop)
}

/// Builds a package, with the example of the README in it, and runs its tests; returns where.
pub fn test(package: &Path) -> Result<PathBuf, Failed> {
    // This test makes what all hosts' tests are given.
    let mut give = cargo();
    give.args(["test", "--locked", "--package", "ffi", "--test", "hosts", "--", "--exact", "what_hosts_are_given"]);
    run(&mut give)?;
    let system = system()?;
    let folder = system.as_ref().map_or_else(|| target().join("swift-tested"), |system| system.join("work"));
    let _ = fs::remove_dir_all(&folder);
    copy_tree(package, &folder)?;
    copy_tree(&target().join("tmp/given"), &folder.join("given"))?;
    // A package may carry the library of a phone; here, this machine's is needed.
    let library = target().join("debug/libtanba.so");
    fs::copy(&library, folder.join("lib/libtanba.so")).map_err(Failed::at(&library))?;
    let _ = fs::remove_file(folder.join("lib/libtanba.a"));
    let readme = folder.join("Sources/TanbaTests/Readme.swift");
    fs::write(&readme, example("swift")?).map_err(Failed::at(&readme))?;
    within(system.as_deref(), &folder, TEST, "")?;
    Ok(folder)
}

/// Makes the documentation of a package that was tested in this folder; returns where.
pub fn document(tested: &Path, version: &str) -> Result<PathBuf, Failed> {
    within(system()?.as_deref(), tested, DOCUMENT, version)?;
    Ok(tested.join("documentation"))
}

/// The folder of a system with Swift; none when this one has it.
fn system() -> Result<Option<PathBuf>, Failed> {
    if program("swift").is_some() { Ok(None) } else { set_up().map(Some) }
}

/// Runs a script whose `$0` is the folder, and `$1` the argument: here, or within another system, where it is `/work`.
fn within(system: Option<&Path>, folder: &Path, script: &str, argument: &str) -> Result<(), Failed> {
    let Some(system) = system else {
        return run(Command::new("sh").args(["-c", script]).arg(folder).arg(argument));
    };
    // Swift looks itself up in /proc; what is mounted here is gone with this one command.
    let enter = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" \
        && HOME=/root exec chroot \"$0\" sh -c \"$1\" /work \"$2\"";
    run(Command::new("unshare").args(["--mount", "sh", "-c", enter]).arg(system).args([script, argument]))
}

/// Writes the bindings of a language from the library in this folder.
pub fn bindings(language: &str, built: &Path, to: &Path) -> Result<(), Failed> {
    let mut generate = cargo();
    generate.args(["run", "--quiet", "--locked", "--package", "ffi", "--example", "bindgen", "--", "generate"]);
    generate.args(["--library", "--no-format", "--language", language, "--config"]);
    generate.arg(root().join("ffi/uniffi.toml")).arg("--out-dir").arg(to).arg(built.join("libtanba.so"));
    run(&mut generate)
}

/// A Debian with Swift in a folder.
fn set_up() -> Result<PathBuf, Failed> {
    let system = env::var_os("TANBA_SWIFT_ROOT").map_or_else(|| target().join("swift-system"), PathBuf::from);
    // Written last, so that an interrupted installation is begun again.
    let ready = system.join("ready");
    if ready.exists() {
        return Ok(system);
    }
    eprintln!("Setting up Swift in {}; this happens once and takes a minute or two.", system.display());
    if program("debootstrap").is_none() {
        install(&["debootstrap"])?;
    }
    run(Command::new("debootstrap").args(["--variant=minbase", DEBIAN]).arg(&system))?;
    let mut packages = Command::new("chroot");
    packages.arg(&system).env("DEBIAN_FRONTEND", "noninteractive");
    packages.args([
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        "swiftlang",
        "libstdc++-14-dev",
        "libc6-dev",
    ]);
    run(&mut packages)?;
    fs::write(&ready, DEBIAN).map_err(Failed::at(&ready))?;
    Ok(system)
}
