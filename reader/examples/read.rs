//! Reads gray pictures from its input and says what it finds: the other end of `cargo xtask bench decode`.
//!
//! In: a line `live|photo WIDTH HEIGHT`, then the pixels. Out: a line with the microseconds it took and, for each code,
//! `FORMAT:SYMBOLOGY:TEXT` with the text in hexadecimal. Time is that of this thread on a core, for the budgets too, so that
//! a busy machine measures the same as an idle one.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use reader::{Budget, Live, Luma, photo_luma};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let is_live = words.next() == Some("live");
        let mut side = || words.next().and_then(|word| word.parse::<usize>().ok()).ok_or(io::ErrorKind::InvalidInput);
        let (width, height) = (side()?, side()?);
        let mut pixels = vec![0; width * height];
        input.read_exact(&mut pixels)?;
        let luma = Luma::new(width, height, &pixels).map_err(io::Error::other)?;
        let start = on_core();
        let found = if is_live {
            Live::default().frame(luma, &Budget::new(on_core, Budget::LIVE)).found
        } else {
            photo_luma(luma, &Budget::new(on_core, Budget::PHOTO))
        };
        let mut answer = on_core().saturating_sub(start).as_micros().to_string();
        for code in found {
            let hex = code.text.bytes().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            let _ = write!(answer, " {}:{}:{hex}", code.format.name(), code.symbology);
        }
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
}

/// The time this thread has had on a core.
#[allow(unsafe_code, reason = "the standard library has no clock of a thread")]
fn on_core() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours, and the clock is one that Linux and macOS have.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
