//! One connection of the load.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Outcome, raw};

/// Asks again and again until the time is over; a connection that breaks is made anew.
pub(super) async fn press(
    address: SocketAddr,
    until: Instant,
    next: Rc<RefCell<impl FnMut(&mut Vec<u8>)>>,
    outcome: Rc<RefCell<Outcome>>,
) {
    let (mut request, mut answer) = (Vec::with_capacity(1 << 10), vec![0; 16 << 10]);
    while Instant::now() < until {
        let Err(error) = hold(address, until, &next, &outcome, &mut request, &mut answer).await else { return };
        let mut outcome = outcome.borrow_mut();
        outcome.failed += 1;
        outcome.complaint.get_or_insert_with(|| error.to_string());
    }
}

async fn hold(
    address: SocketAddr,
    until: Instant,
    next: &RefCell<impl FnMut(&mut Vec<u8>)>,
    outcome: &RefCell<Outcome>,
    request: &mut Vec<u8>,
    answer: &mut Vec<u8>,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    loop {
        let started = Instant::now();
        if started >= until {
            return Ok(());
        }
        request.clear();
        (next.borrow_mut())(request);
        stream.write_all(request).await?;
        let mut filled = 0;
        let (status, head, body) = loop {
            let count = stream.read(&mut answer[filled..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += count;
            match raw::measure(&answer[..filled]) {
                Some((status, head, body)) if filled >= head + body => break (status, head, body),
                _ if filled == answer.len() => answer.resize(answer.len() * 2, 0),
                _ => {}
            }
        };
        let mut outcome = outcome.borrow_mut();
        outcome.latencies.push(started.elapsed());
        *outcome.statuses.entry(status).or_default() += 1;
        if !(200..300).contains(&status) && outcome.complaint.is_none() {
            outcome.complaint = Some(String::from_utf8_lossy(&answer[head..head + body]).into_owned());
        }
    }
}
