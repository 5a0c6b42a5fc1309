//! R6 in its short form: who is silent, sends or reads too slowly is let go within half a minute, and others are
//! answered meanwhile.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use marking::layout::Group;
use tests::{Scene, TestApp, shared_stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// When the slow must be gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends the bytes one by one, so many seconds apart, until the service has closed the connection. Returns when.
async fn drip(address: SocketAddr, start: String, seconds: u64) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(start.as_bytes()).await.unwrap();
    let (started, mut answer) = (Instant::now(), [0; 4096]);
    while started.elapsed() < PATIENCE + Duration::from_secs(2) {
        let read = tokio::time::timeout(Duration::from_secs(seconds), stream.read(&mut answer)).await;
        match read {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            // Silence: another byte.
            Err(_) => {
                if stream.write_all(b"x").await.is_err() {
                    break;
                }
            }
        }
    }
    started.elapsed()
}

/// Sends a body without an end, a byte at a time, to where nothing is.
async fn chunks(address: SocketAddr) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let started = Instant::now();
    while started.elapsed() < PATIENCE + Duration::from_secs(2) && stream.write_all(b"1\r\nx\r\n").await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    started.elapsed()
}

/// Asks for something long, reads a little and then nothing; returns when the service has given up.
async fn read_nothing(address: SocketAddr, request: String) -> Duration {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut little = [0; 64];
    stream.read_exact(&mut little).await.unwrap();
    let started = Instant::now();
    while started.elapsed() < PATIENCE + Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // Whether the other side still holds the connection, without reading from it.
        if stream.try_write(b" ").is_err() || stream.take_error().ok().flatten().is_some() {
            break;
        }
    }
    started.elapsed()
}

/// R6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_are_let_go_and_others_are_answered() {
    let app = TestApp::start_on(shared_stores().await).await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let gtin = scene.product(Group::Medicines).await;
    let order = scene.order(gtin, 200_000).await;
    let token = scene.token().await;
    let address: SocketAddr = app.url("").strip_prefix("http://").unwrap().parse().unwrap();
    let post = |path: &str, kind: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nIdempotency-Key: slow-slow\r\n\
             Content-Length: 1000\r\n\r\n"
        )
    };
    let long =
        format!("GET /v1/orders/{order}/codes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    let slow = async {
        let json = "application/json";
        tokio::join!(
            drip(address, String::new(), 60),
            drip(address, "GET /healthz HTTP/1.1\r\nX-Slow: ".to_owned(), 2),
            drip(address, post("/v1/scans", json), 2),
            drip(address, post("/v1/verify", json), 2),
            drip(address, post("/v1/reports", "multipart/form-data; boundary=b"), 2),
            chunks(address),
            read_nothing(address, long),
        )
    };
    let good = async {
        let (started, mut slowest, mut count) = (Instant::now(), Duration::ZERO, 0);
        while started.elapsed() < Duration::from_secs(10) {
            let asked = Instant::now();
            app.get("/v1/verify?code=4870001234562").await.expect(200);
            slowest = slowest.max(asked.elapsed());
            count += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (slowest, count)
    };
    let ((silent, header, scans, verify, reports, chunked, reader), (slowest, count)) = tokio::join!(slow, good);
    println!("{count} good requests, the slowest {slowest:?}");
    for (what, after) in [
        ("silent", silent),
        ("header", header),
        ("scans", scans),
        ("verify", verify),
        ("reports", reports),
        ("chunked", chunked),
        ("reader", reader),
    ] {
        println!("{what}: let go after {after:?}");
        assert!(after < PATIENCE, "{what}: {after:?}");
    }
}
