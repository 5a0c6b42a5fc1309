//! R6: clients that are slow on purpose, or by a bad network. Each returns when the service has let it go.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// When the slow must be gone.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a client is slow.
#[derive(Clone, Debug)]
pub enum Slow {
    /// It connects and says nothing.
    Silent,
    /// It begins so and sends a byte every so many seconds.
    Drip(String, u64),
    /// It sends a body without an end, a byte at a time, to where nothing is.
    Chunks,
    /// It asks for something long and reads a little of it.
    Reader(String),
}

impl Slow {
    /// One of each kind, with what they are called. `long` is a request with a long answer.
    pub fn all(long: &str, seconds: u64) -> Vec<(&'static str, Self)> {
        let post = |path: &str, kind: &str| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nIdempotency-Key: slow-slow\r\n\
                 Content-Length: 1000\r\n\r\n"
            )
        };
        let json = "application/json";
        let drip = |start: String| Self::Drip(start, seconds);
        vec![
            ("silent", Self::Silent),
            ("header", drip("GET /healthz HTTP/1.1\r\nX-Slow: ".to_owned())),
            ("scans", drip(post("/v1/scans", json))),
            ("verify", drip(post("/v1/verify", json))),
            ("reports", drip(post("/v1/reports", "multipart/form-data; boundary=b"))),
            ("chunked", Self::Chunks),
            ("reader", Self::Reader(long.to_owned())),
        ]
    }

    /// Is slow until the service has let it go, or somewhat longer than it should take. Returns how long.
    pub async fn linger(self, address: SocketAddr) -> Duration {
        let started = Instant::now();
        // Who isn't even let in is not held either.
        let _ = match self {
            Self::Silent => drip(address, String::new(), 60).await,
            Self::Drip(start, seconds) => drip(address, start, seconds).await,
            Self::Chunks => chunks(address).await,
            Self::Reader(request) => read_nothing(address, &request).await,
        };
        started.elapsed()
    }
}

const TOO_LONG: Duration = Duration::from_secs(32);

async fn drip(address: SocketAddr, start: String, seconds: u64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(start.as_bytes()).await?;
    let (started, mut answer) = (Instant::now(), [0; 4096]);
    while started.elapsed() < TOO_LONG {
        let wait = Duration::from_secs(seconds).min(TOO_LONG.saturating_sub(started.elapsed()));
        match tokio::time::timeout(wait, stream.read(&mut answer)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            // Silence: another byte.
            Err(_) => stream.write_all(b"x").await?,
        }
    }
    Ok(())
}

async fn chunks(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let head = "POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let started = Instant::now();
    while started.elapsed() < TOO_LONG {
        stream.write_all(b"1\r\nx\r\n").await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn read_nothing(address: SocketAddr, request: &str) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 << 10)?;
    let mut stream = socket.connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut little = [0; 64];
    stream.read_exact(&mut little).await?;
    let started = Instant::now();
    while started.elapsed() < TOO_LONG {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // Whether the other side still holds the connection, without reading from it.
        if stream.try_write(b" ").is_err() || stream.take_error()?.is_some() {
            break;
        }
    }
    Ok(())
}
