//! HTTP/1.1 by hand: requests as bytes, and as much of a response as a load generator must understand.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Status line and headers, as sent.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Text as it stands in a query.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut query, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            // A String takes everything.
            let _ = write!(query, "%{byte:02X}");
        }
        query
    })
}

/// A `GET` of a path with its query, with further headers, each ended by `\r\n`.
pub fn get(target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n{headers}\r\n").into_bytes()
}

/// A `POST` of JSON.
pub fn post(target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut request = String::with_capacity(256 + headers.len());
    // A String takes everything.
    let _ = write!(
        request,
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    request
}

const LENGTH: &[u8] = b"content-length:";

/// Status, length of the head and of everything, of the response that `bytes` hold; none while it is not whole. Its end
/// is told by its length, or by the empty chunk.
pub(super) fn whole(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let status = std::str::from_utf8(bytes.get(9..12)?).ok()?.parse().ok()?;
    let (mut at, mut length) = (0, None);
    loop {
        let line = &bytes[at..at + bytes[at..].iter().position(|byte| *byte == b'\n')?];
        at += line.len() + 1;
        if line.len() <= 1 {
            break;
        }
        if line.len() > LENGTH.len() && line[..LENGTH.len()].eq_ignore_ascii_case(LENGTH) {
            length = std::str::from_utf8(&line[LENGTH.len()..]).ok()?.trim().parse::<usize>().ok();
        }
    }
    let all = length.map_or(bytes.len(), |length| at + length);
    let ends = length.is_some() || bytes[at..].ends_with(b"\r\n0\r\n\r\n") || &bytes[at..] == b"0\r\n\r\n";
    (ends && bytes.len() >= all).then_some((status, at, all))
}

/// Sends one request on a connection of its own and reads the answer.
pub fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(std::time::Duration::from_mins(1)))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 << 10];
    loop {
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(&chunk[..count]);
        if let Some((status, head, _)) = whole(&bytes) {
            let body = bytes.split_off(head);
            return Ok(Response { status, head: String::from_utf8_lossy(&bytes).into_owned(), body });
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The lines of a long body that comes in chunks, as they come.
pub struct Lines(BufReader<TcpStream>);

impl Lines {
    /// Asks for a path; fails unless the answer is 200.
    pub fn get(address: SocketAddr, target: &str, headers: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")?;
        let mut reader = BufReader::with_capacity(256 << 10, stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.get(9..12) != Some("200") {
            reader.read_to_string(&mut line)?;
            return Err(io::Error::other(line));
        }
        while line.trim_end() != "" {
            line.clear();
            reader.read_line(&mut line)?;
        }
        Ok(Self(reader))
    }

    /// Reads to the end and tells how many lines there were.
    pub fn count(mut self) -> io::Result<u64> {
        let mut lines = 0;
        loop {
            let mut length = String::new();
            self.0.read_line(&mut length)?;
            let mut left = usize::from_str_radix(length.trim_end(), 16).map_err(io::Error::other)?;
            if left == 0 {
                return Ok(lines);
            }
            while left > 0 {
                let bytes = self.0.fill_buf()?;
                let bytes = &bytes[..bytes.len().min(left)];
                if bytes.is_empty() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                lines += bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
                let read = bytes.len();
                self.0.consume(read);
                left -= read;
            }
            // The chunk's own end of line.
            length.clear();
            self.0.read_line(&mut length)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_whole_when_its_length_or_its_empty_chunk_is_there() {
        let bytes = b"HTTP/1.1 201 Created\r\nX: y\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(whole(bytes), Some((201, bytes.len() - 3, bytes.len())));
        assert_eq!(whole(&bytes[..bytes.len() - 1]), None);
        assert_eq!(whole(&bytes[..40]), None);
        let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        assert_eq!(whole(chunks), Some((200, 47, chunks.len())));
        assert_eq!(whole(&chunks[..chunks.len() - 7]), None);
    }
}
