//! The door: connections whose other side takes nothing of what it asked for are closed (R6). Who is slow to ask is
//! the server's own business, and who is slow to send a body that of [`body`](super::body).

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

/// How long an answer may lie in the socket with the client's window closed, or unacknowledged.
const UNREAD: Duration = Duration::from_secs(20);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 2_048;

/// Files and connections that are none of clients: stores, logs, photos, libraries.
const OWN_FILES: usize = 256;

/// Connections of clients that this process can hold beside its own files: as many as the system lets it have open, and
/// those of some ten thousand clients where that can't be read.
pub(crate) fn most_connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let most = open.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(10_240_usize);
    most.saturating_sub(OWN_FILES).max(OWN_FILES)
}

/// Listens on an address; every connection inherits the bound.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // So that a service that was killed comes back at the same address at once.
    socket.set_reuse_address(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNREAD))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
