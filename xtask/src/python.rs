//! The Python that some tests use: an independent reader of labels and a tester of the HTTP contract.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::run::{Failed, install, root, run, succeeds, target};
use stores::packages::program;

/// Makes `target/venv` if it is missing or out of date, and returns its Python.
pub fn prepare() -> Result<PathBuf, Failed> {
    let wanted_from = root().join("xtask/requirements.txt");
    let wanted = fs::read_to_string(&wanted_from).map_err(Failed::at(&wanted_from))?;
    let venv = target().join("venv");
    let python = venv.join("bin/python");
    // Written last, so that an interrupted installation is begun again.
    let installed = venv.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|list| list == wanted)
        && succeeds(Command::new(&python).arg("--version"))
    {
        return Ok(python);
    }

    eprintln!("Preparing Python for the tests in {}", venv.display());
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(Failed::at(&venv))?;
    }
    run(Command::new(system_python()?).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        "--requirement",
    ]);
    run(pip.arg(&wanted_from))?;
    fs::write(&installed, wanted).map_err(Failed::at(&installed))?;
    Ok(python)
}

/// A Python that can make virtual environments; Debian and Ubuntu ship the two apart.
fn system_python() -> Result<PathBuf, Failed> {
    let able =
        || program("python3").filter(|python| succeeds(Command::new(python).args(["-c", "import ensurepip, venv"])));
    if let Some(python) = able() {
        return Ok(python);
    }
    install(&["python3", "python3-venv"])?;
    let missing =
        || Failed::Missing("please install Python 3.10 or later with its module venv, then start again".into());
    able().ok_or_else(missing)
}
