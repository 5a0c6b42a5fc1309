//! `cargo xtask wasm`: the phone core for the browser, in `ffi/wasm/pkg`.
//!
//! Everything that is missing is fetched once: the target for WebAssembly (from rustup, or else Debian's own Rust for
//! it), wasm-bindgen of the version that the crate has, and `wasm-opt`, where npm is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failed, cargo, install, output, root, run, succeeds, target};
use stores::packages::program;

const TARGET: &str = "wasm32-unknown-unknown";
const MANIFEST: &str = "ffi/wasm/Cargo.toml";
/// Shrinks the result by about a tenth.
const BINARYEN: &str = "binaryen@132";

/// What the compiler takes for granted, and every browser of the last years knows; nothing newer may come in.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Hashes in a loop instead of written out: a seal has one, and the module is smaller.
const FLAGS: (&str, &str) = ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", r#"--cfg sha2_backend_soft="compact""#);

/// Builds, binds, shrinks.
pub fn chore() -> Result<(), Failed> {
    let package = build()?;
    println!("The browser's package is in {}.", package.display());
    Ok(())
}

/// Builds the package and returns its folder.
pub fn build() -> Result<PathBuf, Failed> {
    let bindgen = bindgen()?;
    run(&mut compiler()?)?;
    let built = target().join(TARGET).join("wasm/tanba.wasm");
    let package = root().join("ffi/wasm/pkg");
    let about = package.join("package.json");
    if is_newer(&about, &built) {
        complete(&package)?;
        return Ok(package);
    }
    let _ = fs::remove_file(&about);
    let mut bind = Command::new(bindgen);
    bind.args(["--target", "web", "--out-name", "tanba", "--out-dir"]).arg(&package).arg(built);
    run(&mut bind)?;
    let module = package.join("tanba_bg.wasm");
    shrink(&module)?;
    complete(&package)?;
    Ok(package)
}

/// Puts what is written in JavaScript beside the module, and at last what the package is.
fn complete(package: &Path) -> Result<(), Failed> {
    let scripts = root().join("ffi/wasm/js");
    let files = fs::read_dir(&scripts).map_err(Failed::at(&scripts))?.filter_map(Result::ok).map(|entry| entry.path());
    for file in files.chain([root().join("ffi/wasm/README.md")]) {
        let to = package.join(file.file_name().unwrap_or_default());
        fs::copy(&file, &to).map_err(Failed::at(&to))?;
    }
    // Written last, so that an interrupted build is begun again.
    let (from, about) = (root().join("ffi/wasm/package.json"), package.join("package.json"));
    let text = fs::read_to_string(&from).map_err(Failed::at(&from))?;
    fs::write(&about, text.replace("0.0.0", env!("CARGO_PKG_VERSION"))).map_err(Failed::at(&about))
}

/// Whether a file was written after another.
fn is_newer(file: &Path, than: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
    written(file) > written(than)
}

/// The compiler's call, with a Rust that can build for WebAssembly.
fn compiler() -> Result<Command, Failed> {
    let folder = target();
    let build =
        ["build", "--locked", "--manifest-path", MANIFEST, "--profile", "wasm", "--target", TARGET, "--target-dir"];
    let has_target = || {
        let libdir = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        libdir.is_ok_and(|printed| Path::new(String::from_utf8_lossy(&printed.stdout).trim()).is_dir())
    };
    if !has_target() {
        eprintln!("Adding {TARGET} to Rust");
        succeeds(Command::new("rustup").args(["target", "add", TARGET]));
    }
    if has_target() {
        let mut command = cargo();
        command.args(build).arg(folder).env(FLAGS.0, FLAGS.1);
        return Ok(command);
    }
    // Debian packs a Rust for this target, with the sources of the standard library beside it.
    install(&["rustc-web", "cargo-web", "rust-web-src", "lld"])?;
    let linker = program("wasm-ld").unwrap_or_else(|| "wasm-ld".into());
    let mut command = Command::new("/usr/bin/cargo");
    command
        .current_dir(root())
        .args(build)
        .arg(folder)
        .args(["-Z", "build-std=std,panic_abort"])
        .env(FLAGS.0, FLAGS.1)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    Ok(command)
}

/// The binding generator of the version that the crate has.
fn bindgen() -> Result<PathBuf, Failed> {
    let tree = output(cargo().args([
        "tree",
        "--locked",
        "--manifest-path",
        MANIFEST,
        "--target",
        TARGET,
        "--prefix",
        "none",
    ]))?;
    let tree = String::from_utf8_lossy(&tree).into_owned();
    let version = tree.lines().find_map(|line| line.strip_prefix("wasm-bindgen v"));
    let version = version.and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
    let tools = target().join("tools");
    let program = tools.join("bin/wasm-bindgen");
    let installed = Command::new(&program).arg("--version").output();
    if !installed.is_ok_and(|printed| String::from_utf8_lossy(&printed.stdout).trim().ends_with(&version)) {
        eprintln!("Building wasm-bindgen {version}; this happens once and takes a minute or two.");
        // Built without optimisation it is there in a third of the time, and takes seconds longer over our one module.
        run(cargo().args(["install", "--debug", "--version", &version, "wasm-bindgen-cli", "--root"]).arg(&tools))?;
    }
    Ok(program)
}

/// Makes a module smaller; without npm it stays as it is.
fn shrink(module: &Path) -> Result<(), Failed> {
    let Some(npm) = program("npm") else {
        eprintln!("npm is missing, so the module isn't shrunk.");
        return Ok(());
    };
    let folder = target().join("tools/binaryen");
    let wasm_opt = folder.join("node_modules/.bin/wasm-opt");
    if !wasm_opt.exists() {
        let mut fetch = Command::new(npm);
        fetch.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(BINARYEN);
        run(&mut fetch)?;
    }
    let mut shrink = Command::new(wasm_opt);
    shrink
        .args(FEATURES)
        .args(["-Oz", "--converge", "--strip-debug", "--strip-producers"])
        .arg(module)
        .arg("-o")
        .arg(module);
    run(&mut shrink)
}
