//! A way between the service and a store that can be spoilt: cut, silenced, slowed down, delayed.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it should be.
    Open,
    /// What is sent arrives so much later.
    Late(Duration),
    /// One byte a second.
    Trickle,
    /// Connections stand, and nothing arrives any more: not even later.
    Silent,
    /// Connections are reset, and so is whoever tries anew.
    Cut,
}

/// A proxy on a loopback port, in front of a socket of a store.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Opens a way to this Unix socket.
    pub async fn open(socket: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (way, watched) = watch::channel(Way::Open);
        let task = tokio::spawn(accept(listener, socket.to_owned(), watched));
        Ok(Self { address, way, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Spoils or mends the way, for connections that stand and for new ones.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, way: watch::Receiver<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        let (socket, way) = (socket.clone(), way.clone());
        tokio::spawn(async move {
            let _ = client.set_nodelay(true);
            let Ok(server) = UnixStream::connect(&socket).await else { return reset(&client) };
            carry(client, server, way).await;
        });
    }
}

/// Carries both directions until one ends or the way is cut.
async fn carry(mut client: TcpStream, mut server: UnixStream, mut way: watch::Receiver<Way>) {
    {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let cut = async {
            // An error says that the proxy is gone, and the connection with it.
            let _ = way.clone().wait_for(|way| *way == Way::Cut).await;
        };
        tokio::select! {
            () = flow(from_client, to_server, way.clone()) => {}
            () = flow(from_server, to_client, way.clone()) => {}
            () = cut => {}
        }
    }
    if *way.borrow_and_update() == Way::Cut {
        reset(&client);
    }
}

/// Carries one direction. A connection that was silenced once stays so.
async fn flow(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, way: watch::Receiver<Way>) {
    let mut bytes = vec![0; 16 << 10];
    loop {
        let Ok(length @ 1..) = from.read(&mut bytes).await else { return };
        let mut left = &bytes[..length];
        while !left.is_empty() {
            let now = *way.borrow();
            let (first, rest) = match now {
                Way::Silent => return std::future::pending().await,
                Way::Trickle => left.split_at(1),
                Way::Open | Way::Late(_) | Way::Cut => (left, &left[..0]),
            };
            match now {
                Way::Late(delay) => tokio::time::sleep(delay).await,
                Way::Trickle => tokio::time::sleep(Duration::from_secs(1)).await,
                _ => {}
            }
            if to.write_all(first).await.is_err() {
                return;
            }
            left = rest;
        }
    }
}

/// Makes a connection end without a farewell once it is dropped.
fn reset(client: &TcpStream) {
    let _ = client.set_zero_linger();
}
