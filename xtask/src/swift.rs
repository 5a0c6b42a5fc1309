//! `cargo xtask swift`: the Swift package of the phone core, compiled and tested.
//!
//! With a Swift on the machine it is used. Else, as root, a Debian that has one is set up once in a folder of its own
//! (`TANBA_SWIFT_ROOT`, about 3.5 GB), and everything runs inside.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::program;
use crate::run::{Failed, cargo, install, root, run, target};

/// The Debian that packs Swift 6.
const DEBIAN: &str = "trixie";

/// Compiles and runs the tests in the folder that is `$0`.
const TEST: &str = "cd \"$0\" && swiftc -swift-version 6 -I \"$PWD\" -L \"$PWD\" -ltanba Tanba.swift FileStorage.swift main.swift \
    -o tests && LD_LIBRARY_PATH=. ./tests given";

/// Builds the library, writes the bindings, compiles and runs the tests.
pub fn chore() -> Result<(), Failed> {
    run(cargo().args(["build", "--locked", "--package", "ffi", "--lib"]))?;
    // This test makes what all hosts' tests are given.
    let mut give = cargo();
    give.args(["test", "--locked", "--package", "ffi", "--test", "hosts", "--", "--exact", "what_hosts_are_given"]);
    run(&mut give)?;
    let work = target().join("swift");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).map_err(Failed::at(&work))?;
    bindings("swift", &target().join("debug"), &work)?;
    let library = target().join("debug/libtanba.so");
    fs::copy(&library, work.join("libtanba.so")).map_err(Failed::at(&library))?;
    for source in ["Tanba/FileStorage.swift", "TanbaTests/main.swift"] {
        let from = root().join("ffi/swift/Sources").join(source);
        let name = from.file_name().unwrap_or_default().to_owned();
        fs::copy(&from, work.join(name)).map_err(Failed::at(&from))?;
    }
    let given = target().join("tmp/given");
    copy_files(&given, &work.join("given"))?;

    // The header's map, under the name that Swift looks for.
    let map = work.join("TanbaFFI.modulemap");
    fs::rename(&map, work.join("module.modulemap")).map_err(Failed::at(&map))?;
    if program("swiftc").is_some() {
        return run(Command::new("sh").args(["-c", TEST]).arg(&work));
    }
    let system = set_up()?;
    let inside = system.join("work");
    let _ = fs::remove_dir_all(&inside);
    copy_files(&work, &inside)?;
    copy_files(&work.join("given"), &inside.join("given"))?;
    // Swift looks itself up in /proc; what is mounted here is gone with this one command.
    let enter = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" && chroot \"$0\" sh -c \"$1\" /work";
    run(Command::new("unshare").args(["--mount", "sh", "-c", enter]).arg(&system).arg(TEST))
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

/// Copies the files of a folder, not those of folders within.
fn copy_files(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to).map_err(Failed::at(to))?;
    for entry in fs::read_dir(from).map_err(Failed::at(from))? {
        let path = entry.map_err(Failed::at(from))?.path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default())).map_err(Failed::at(&path))?;
        }
    }
    Ok(())
}
