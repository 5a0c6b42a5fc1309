//! Codes as CSV (RFC 4180), streamed: pieces are computed on all processors a little ahead of the reader, and a
//! million codes take no more memory than a few thousand.
//!
//! Columns: `number` in the order, from 1 as people count; `code` as a scanner gives it, with GS as the byte 0x1D;
//! `human`, the same with AIs in brackets. Cells are parted by semicolons and the file begins with the mark of UTF-8, as
//! spreadsheets with Kazakh or Russian settings expect. Every text stands in quotes. A cell that a spreadsheet would run
//! as a formula is led by an apostrophe (X27); no code of ours begins so. The same range gives the same bytes each time.

use std::fmt::Write;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::Semaphore;

use super::emission::Emitter;
use super::order::Order;
use crate::http::overload::overloaded;
use crate::keys::KeySet;
use crate::platform::problem::{Error, Result};

/// The first line.
pub(crate) const HEADER: &str = "\u{feff}number;code;human\r\n";

/// Codes computed at a time: some ten milliseconds of work.
const PIECE: u32 = 2_048;

/// Exports under way at a time, however slowly they are read; each holds some pieces in memory.
const MOST: usize = 64;
static OPEN: Semaphore = Semaphore::const_new(MOST);
/// Pieces computed at once for all of them together: as many as there are processors, so that others get their share.
static HANDS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(processors()));

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// An order whose codes are written.
#[derive(Clone)]
pub(crate) struct Export {
    /// The keys under which the export began: a rotation meanwhile changes nothing.
    pub(crate) keys: Arc<KeySet>,
    /// The order.
    pub(crate) order: Arc<Order>,
    /// Where links of stamps lead.
    pub(crate) host: Arc<str>,
}

impl Export {
    /// The header and the lines of a range of indexes, which lies within the order; refused at once when the
    /// order's key is revoked, or when too many exports are under way.
    pub(crate) fn stream(self, range: RangeInclusive<u32>) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
        Emitter::new(&self.keys, &self.order, &self.host)?;
        let place = OPEN.try_acquire().map_err(|_| overloaded("too many exports are under way"))?;
        let last = *range.end();
        let pieces = range.step_by(PIECE as usize).map(move |first| first..=last.min(first + (PIECE - 1)));
        let lines = stream::iter(pieces)
            .map(move |piece| {
                let export = self.clone();
                async move {
                    let _hand = HANDS.acquire().await.map_err(Error::internal)?;
                    tokio::task::spawn_blocking(move || export.lines(piece)).await.map_err(Error::internal)?
                }
            })
            .buffered(processors());
        let header = stream::once(async { Ok(Bytes::from_static(HEADER.as_bytes())) });
        // The place is given up when the stream is.
        Ok(header.chain(lines).map(move |line| {
            let _held = &place;
            line
        }))
    }

    /// The lines of a piece.
    fn lines(&self, piece: RangeInclusive<u32>) -> Result<Bytes> {
        let emitter = Emitter::new(&self.keys, &self.order, &self.host)?;
        let (mut code, mut human) = (String::new(), String::new());
        let mut lines = String::new();
        for index in piece {
            code.clear();
            human.clear();
            emitter.write(index, &mut code, &mut human)?;
            if lines.is_empty() {
                lines.reserve((code.len() + human.len() + 16) * PIECE as usize);
            }
            push_number(index + 1, &mut lines);
            lines.push(';');
            push_cell(&code, &mut lines);
            lines.push(';');
            push_cell(&human, &mut lines);
            lines.push_str("\r\n");
        }
        Ok(Bytes::from(lines))
    }
}

/// Appends a quoted cell that no spreadsheet runs (X27).
pub(crate) fn push_cell(text: &str, line: &mut String) {
    line.push('"');
    // A plain number is no formula, though it may begin with a sign. Some spreadsheets read full-width signs as the usual.
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with('+');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) && !is_number {
        line.push('\'');
    }
    let mut parts = text.split('"');
    line.push_str(parts.next().unwrap_or_default());
    for part in parts {
        line.push_str("\"\"");
        line.push_str(part);
    }
    line.push('"');
}

/// Appends a number without a detour over the heap.
fn push_number(number: u32, line: &mut String) {
    // Writing to a text never fails.
    let _ = write!(line, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut line = String::new();
        push_cell(text, &mut line);
        line
    }

    /// X27
    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_led_by_an_apostrophe() {
        for text in ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1+1", "＠SUM(A1)", "-inf"]
        {
            assert_eq!(cell(text), format!("\"'{text}\""));
        }
        // X71: a latitude south of the equator is a number.
        assert_eq!(cell("-33.8688"), "\"-33.8688\"");
        assert_eq!(cell("01=1"), "\"01=1\"");
    }

    #[test]
    fn quotes_and_commas_and_separators_stay_inside_their_cell() {
        assert_eq!(cell("a\"b,c\u{1d}d"), "\"a\"\"b,c\u{1d}d\"");
        assert_eq!(cell("\"\""), "\"\"\"\"\"\"");
        assert_eq!(cell(""), "\"\"");
    }

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, 999_999, u32::MAX] {
            let mut line = String::new();
            push_number(number, &mut line);
            assert_eq!(line, number.to_string());
        }
    }
}
