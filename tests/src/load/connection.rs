//! One connection of the load.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::open::Due;
use super::{Outcome, raw};

/// Asks again and again until the time is over; a connection that breaks is made anew.
pub(super) async fn press(
    address: SocketAddr,
    until: Instant,
    next: Rc<RefCell<impl FnMut(&mut Vec<u8>)>>,
    outcome: Rc<RefCell<Outcome>>,
) {
    let mut asker = Asker::new(address, next, outcome);
    loop {
        let now = Instant::now();
        if now >= until {
            return;
        }
        asker.ask(now).await;
    }
}

/// Asks when a request is due, and times it from then.
pub(super) async fn keep_pace(
    address: SocketAddr,
    due: Rc<Due>,
    next: Rc<RefCell<impl FnMut(&mut Vec<u8>)>>,
    outcome: Rc<RefCell<Outcome>>,
) {
    let mut asker = Asker::new(address, next, outcome);
    while let Some(at) = due.next() {
        tokio::time::sleep_until(at.into()).await;
        asker.ask(at).await;
    }
}

/// A client with one connection.
struct Asker<N> {
    address: SocketAddr,
    stream: Option<TcpStream>,
    next: Rc<RefCell<N>>,
    outcome: Rc<RefCell<Outcome>>,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl<N: FnMut(&mut Vec<u8>)> Asker<N> {
    fn new(address: SocketAddr, next: Rc<RefCell<N>>, outcome: Rc<RefCell<Outcome>>) -> Self {
        Self { address, stream: None, next, outcome, request: Vec::with_capacity(1 << 10), answer: vec![0; 16 << 10] }
    }

    /// Asks once, notes what came of it and how long it took since `from`.
    async fn ask(&mut self, from: Instant) {
        match self.exchange().await {
            Ok((status, head, body)) => {
                let mut outcome = self.outcome.borrow_mut();
                outcome.latencies.push(from.elapsed());
                *outcome.statuses.entry(status).or_default() += 1;
                if !(200..300).contains(&status) && outcome.complaint.is_none() {
                    outcome.complaint = Some(String::from_utf8_lossy(&self.answer[head..head + body]).into_owned());
                }
            }
            Err(error) => {
                self.stream = None;
                let mut outcome = self.outcome.borrow_mut();
                outcome.failed += 1;
                outcome.complaint.get_or_insert_with(|| error.to_string());
            }
        }
    }

    /// Status, and where the body lies in `answer`: length of the head and of the body.
    async fn exchange(&mut self) -> io::Result<(u16, usize, usize)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        self.request.clear();
        (self.next.borrow_mut())(&mut self.request);
        stream.write_all(&self.request).await?;
        let mut filled = 0;
        loop {
            let count = stream.read(&mut self.answer[filled..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += count;
            match raw::measure(&self.answer[..filled]) {
                Some(measured @ (_, head, body)) if filled >= head + body => return Ok(measured),
                _ if filled == self.answer.len() => self.answer.resize(self.answer.len() * 2, 0),
                _ => {}
            }
        }
    }
}
