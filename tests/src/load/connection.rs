//! One connection of a load, and the client of the closed loop.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Outcome, raw};

/// A connection that is made when it is needed, and anew after it broke.
pub(super) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

/// An answer, as it came.
pub(super) struct Answered<'a> {
    pub(super) status: u16,
    pub(super) head: &'a [u8],
    pub(super) body: &'a [u8],
}

impl Connection {
    pub(super) fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, answer: vec![0; 16 << 10] }
    }

    /// Sends a request and reads the answer to its end.
    pub(super) async fn ask(&mut self, request: &[u8]) -> io::Result<Answered<'_>> {
        let asked = self.exchange(request).await;
        let closes = |head: &[u8]| String::from_utf8_lossy(head).to_ascii_lowercase().contains("\r\nconnection: close");
        if asked.as_ref().map_or(true, |(status, head, _)| *status >= 400 && closes(&self.answer[..*head])) {
            self.stream = None;
        }
        let (status, head, all) = asked?;
        Ok(Answered { status, head: &self.answer[..head], body: &self.answer[head..all] })
    }

    /// Status, length of the head and of everything.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, usize, usize)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let count = stream.read(&mut self.answer[filled..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += count;
            if let Some(whole) = raw::whole(&self.answer[..filled]) {
                return Ok(whole);
            }
            if filled == self.answer.len() {
                self.answer.resize(self.answer.len() * 2, 0);
            }
        }
    }
}

/// Asks again and again until the time is over.
pub(super) async fn press(
    address: SocketAddr,
    until: Instant,
    next: Rc<RefCell<impl FnMut(&mut Vec<u8>)>>,
    outcome: Rc<RefCell<Outcome>>,
) {
    let (mut connection, mut request) = (Connection::to(address), Vec::with_capacity(1 << 10));
    loop {
        let started = Instant::now();
        if started >= until {
            return;
        }
        request.clear();
        (next.borrow_mut())(&mut request);
        let answered = connection.ask(&request).await;
        let mut outcome = outcome.borrow_mut();
        match answered {
            Ok(Answered { status, body, .. }) => {
                outcome.latencies.push(started.elapsed());
                *outcome.statuses.entry(status).or_default() += 1;
                if !(200..300).contains(&status) {
                    outcome.complaint.get_or_insert_with(|| String::from_utf8_lossy(body).into_owned());
                }
            }
            Err(error) => {
                outcome.failed += 1;
                outcome.complaint.get_or_insert_with(|| error.to_string());
            }
        }
    }
}
