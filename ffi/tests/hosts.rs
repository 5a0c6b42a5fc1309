//! The phone core from its hosts: Kotlin on a JVM, and the browser's module in node and in Chromium.
//!
//! What they are given is made here: a picture of a label, the list of keys that its seal holds by, an older list, and
//! the root that signed both. `cargo xtask test` prepares compilers and packages, and tells where they are.

#![allow(clippy::unwrap_used)]

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use marking::ed25519::SecretSealKey;
use marking::layout::{CodeWriter, Group};
use marking::seal::{KeyId, KeyState, Tail};
use mobile_core::key_list::{KeyList, ListedKey};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn signer() -> SecretSealKey {
    SecretSealKey::from_seed(&[9; 32])
}

fn root() -> SecretSealKey {
    SecretSealKey::from_seed(&[7; 32])
}

/// The code on the label of `fixtures/label.png`.
fn sealed() -> String {
    let writer = CodeWriter::new(Group::Shoes, "04870001234560".parse().unwrap(), KeyId::of_number(1), None).unwrap();
    let serial = "3ABCDEFGHJKLM";
    let signature = signer().sign(writer.message(serial).unwrap().as_bytes());
    writer.code(serial, Tail::of_signature(&signature).as_str())
}

fn list(version: u64) -> Vec<u8> {
    let public = Some(BASE64_STANDARD.encode(signer().public_bytes()));
    let key = ListedKey { id: KeyId::of_number(1), group: Group::Shoes, state: KeyState::Active, public };
    let issued_at: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
    serde_json::to_vec(&KeyList { version, issued_at, keys: vec![key] }.sign(&root())).unwrap()
}

/// A folder with everything that the hosts' tests take.
fn given(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let label = fs::read(Path::new(HERE).join("tests/fixtures/label.png")).unwrap();
    let gray = image::load_from_memory(&label).unwrap().into_luma8();
    put("label.png", &label);
    put("label.gray", gray.as_raw());
    put("label.size", format!("{} {}", gray.width(), gray.height()).as_bytes());
    put("sealed.txt", sealed().as_bytes());
    put("keys.json", &list(2));
    put("keys-older.json", &list(1));
    put("root.bin", &root().public_bytes());
    folder
}

/// What Swift's tests take too (`cargo xtask swift`); the label says what it should.
#[test]
fn what_hosts_are_given() {
    let folder = given("given");
    let found = reader::photo(&fs::read(folder.join("label.png")).unwrap(), Duration::from_secs(10)).unwrap();
    assert_eq!((found[0].text.as_str(), found[0].symbology.as_str()), (&*sealed(), "]d2"));
}

/// What `cargo xtask test` told.
fn told(variable: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!("{variable} is not set: run this through `cargo xtask test`"),
    }
}

fn succeeded(what: &str, output: &Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{printed}\n{complaints}", output.status);
    printed
}

/// The library beside the test; what an earlier build of it alone left behind may be older.
fn library() -> PathBuf {
    let deps = env::current_exe().unwrap().parent().unwrap().to_owned();
    let name = format!("{}tanba{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let built = |path: &PathBuf| path.metadata().and_then(|about| about.modified()).ok();
    [deps.parent().unwrap().join(&name), deps.join(&name)].into_iter().max_by_key(built).unwrap()
}

/// D1.7: an Android app reads a label, judges it offline in Kazakh, keeps what must be sent, and can act on every error.
#[test]
fn kotlin_reads_judges_keeps_and_maps_errors() {
    let jars = told("TANBA_TEST_KOTLIN");
    let jar = |beginning: &str, end: &str| {
        let mut names = fs::read_dir(&jars).unwrap().map(|entry| entry.unwrap().path());
        let fits = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(beginning) && name.ends_with(end)
        };
        names.find(fits).unwrap_or_else(|| panic!("no {beginning}…{end} in {}", jars.display()))
    };
    let (all, stdlib) = (jar("kotlin-jupyter-kernel-", "-all.jar"), jar("kotlin-stdlib-", ".jar"));
    let path = format!("{}:{}:{}", stdlib.display(), jars.join("jna.jar").display(), all.display());
    let work = given("kotlin");
    let (written, built) = (work.join("written"), work.join("built"));
    for folder in [&written, &built] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
    }

    let bindgen = env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples/bindgen");
    let mut generate = Command::new(bindgen);
    generate.args(["generate", "--library", "--no-format", "--language", "kotlin", "--config"]);
    generate.arg(Path::new(HERE).join("uniffi.toml")).arg("--out-dir").arg(&written).arg(library());
    succeeded("the bindings", &generate.current_dir(HERE).output().unwrap());

    let mut compile = Command::new("java");
    compile.arg("-cp").arg(&all).arg("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
    compile.args(["-no-stdlib", "-no-reflect", "-nowarn", "-cp", &path, "-d"]).arg(&built);
    let sources = Path::new(HERE).join("kotlin/src");
    // The README's example is compiled along.
    let readme = fs::read_to_string(Path::new(HERE).join("../README.md")).unwrap();
    let example = readme.split_once("```kotlin\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    fs::write(written.join("Readme.kt"), example).unwrap();
    compile
        .arg(written.join("Readme.kt"))
        .arg(written.join("kz/tanba/tanba.kt"))
        .arg(sources.join("main/kotlin"))
        .arg(sources.join("test/kotlin"));
    succeeded("the Kotlin compiler", &compile.output().unwrap());

    let mut run = Command::new("java");
    run.arg(format!("-Djna.library.path={}", library().parent().unwrap().display()));
    run.args(["-cp", &format!("{}:{path}", built.display()), "kz.tanba.CoreTestKt"]).arg(&work);
    let printed = succeeded("the Kotlin tests", &run.output().unwrap());
    all_ok(&printed, 9);
}

/// The module for the browser that `cargo xtask wasm` made.
fn package() -> PathBuf {
    told("TANBA_TEST_WASM")
}

fn all_ok(printed: &str, tests: usize) {
    assert_eq!(printed.lines().filter(|line| line.starts_with("ok ")).count(), tests, "{printed}");
    assert!(!printed.contains("FAILED"), "{printed}");
}

#[test]
fn the_browsers_module_reads_judges_words_and_keeps_in_node() {
    let mut node = Command::new("node");
    node.arg(Path::new(HERE).join("wasm/test/node.mjs")).arg(package()).arg(given("node"));
    all_ok(&succeeded("node", &node.output().expect("node runs")), 11);
}

/// The bar: what a browser loads is 320 kB at most, as a server sends it. The readings of spoiled codes took 18 kB.
#[test]
fn the_browsers_module_is_small() {
    let module = fs::read(package().join("tanba_bg.wasm")).unwrap();
    let mut node = Command::new("node");
    let print = "const z=require('zlib');process.stdout.write(''+z.brotliCompressSync(require('fs').readFileSync(process.argv[1])).length)";
    node.args(["-e", print]).arg(package().join("tanba_bg.wasm"));
    let size: usize = succeeded("node", &node.output().expect("node runs")).parse().unwrap();
    assert!(size <= 320_000, "{size} bytes with brotli, {} without", module.len());
}

#[test]
fn the_browsers_module_works_in_a_worker_of_chromium() {
    let folder = given("chromium");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, page) = mpsc::channel();
    let files = [("pkg", package()), ("test", Path::new(HERE).join("wasm/test")), ("given", folder.clone())];
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (tell, files) = (tell.clone(), files.clone());
            thread::spawn(move || stream.and_then(|stream| answer(stream, &files, &tell)));
        }
    });
    let profile = folder.join("profile");
    let mut browser = Command::new(told("TANBA_TEST_CHROMIUM"));
    browser.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(format!("http://{address}/test/page.html"));
    let mut running = browser.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("Chromium starts");
    let told = page.recv_timeout(Duration::from_mins(3));
    let _ = running.kill();
    let _ = running.wait();
    all_ok(&told.expect("the page tells within three minutes"), 11);
}

/// Answers one request of the browser: a file, or the lines that the page tells.
fn answer(mut stream: TcpStream, folders: &[(&str, PathBuf)], tell: &mpsc::Sender<String>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if path == "done" {
        let _ = tell.send(String::from_utf8_lossy(&body).into_owned());
    }
    let file = path.split_once('/').and_then(|(folder, name)| {
        let (_, folder) = folders.iter().find(|(known, _)| *known == folder)?;
        fs::read(folder.join(name)).ok()
    });
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    let (status, bytes) = file.map_or(("404 Not Found", Vec::new()), |bytes| ("200 OK", bytes));
    let size = bytes.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&bytes)
}
