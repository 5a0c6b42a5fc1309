//! R7 in its short form: a connection that rests costs a few pages of memory, stays open, and keeps nobody waiting.
//! `cargo xtask bench connections` holds as many as the machine allows.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use server::platform::config::Config;
use tests::faults::{Child, free_address};
use tests::load::{exchange, get};
use tests::{TestApp, shared_stores};

/// Few enough for whoever may have 1,024 files open.
const RESTING: usize = 400;
/// Four times what one takes in the program that people run.
const MOST_BYTES: u64 = 40 << 10;

fn ask(mut connection: &TcpStream) -> bool {
    let mut answer = [0; 4_096];
    connection.write_all(&get("/v1/verify?code=4870001234562", "")).unwrap();
    let read = connection.read(&mut answer).unwrap();
    answer[..read].starts_with(b"HTTP/1.1 200")
}

/// R7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resting_connections_cost_little_and_are_answered_when_they_ask_again() {
    let app = TestApp::start_on(shared_stores().await).await;
    let mut config = Config::clone(&app.app.base.config);
    config.listen = free_address();
    (config.limits.per_prefix, config.limits.per_device) = (60_000_000, 60_000_000);
    std::fs::create_dir_all(&config.data_dir).unwrap();
    let log = config.data_dir.join("child.log");
    let mut child = Child::serve_only(Path::new(env!("CARGO_BIN_EXE_tanba-under-test")), &config, &log).unwrap();
    child.ready().await;
    let connect = || TcpStream::connect(config.listen).unwrap();
    // What the first questions leave behind is nobody's connection.
    let warm: Vec<_> = (0..50).map(|_| connect()).collect();
    assert!(warm.iter().all(ask));
    let (memory, files) = (child.memory(), child.open_files());
    let resting: Vec<_> = (0..RESTING).map(|_| connect()).collect();
    assert!(resting.iter().all(ask));
    assert!(child.open_files() >= files + RESTING, "a connection was closed");
    let each = child.memory().saturating_sub(memory) / RESTING as u64;
    assert!(each < MOST_BYTES, "{each} bytes a connection");
    assert_eq!(exchange(config.listen, &get("/healthz", "")).unwrap().status, 200);
    assert!(resting.iter().all(ask), "a connection that rested is answered");
    assert!(child.stop().await, "{}", child.said());
}
