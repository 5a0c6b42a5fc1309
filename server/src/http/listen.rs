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
