//! Any picture is looked at within its budget, or refused: as a file, and as pixels of any size.

#![no_main]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use reader::{Budget, Live, Luma};

/// How often the time was asked for.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// A clock that goes on when it is looked at: the same bytes take the same way on a machine of any speed.
fn clock() -> Duration {
    Duration::from_micros(50 * ASKED.fetch_add(1, Ordering::Relaxed))
}

fn budget() -> Budget {
    Budget::new(clock, Duration::from_millis(15))
}

fuzz_target!(|bytes: &[u8]| {
    // By the true clock, as hosts call it: enough for the file to be opened, or refused.
    let _ = reader::photo(bytes, Duration::from_millis(1));
    let Some((&[width, rest @ ..], pixels)) = bytes.split_first_chunk::<2>() else { return };
    // Pixels as they are, and each spread over a square, so that small inputs make large symbols.
    let (width, scale) = (usize::from(width).max(1), usize::from(rest[0] % 8) + 1);
    let height = pixels.len() / width;
    if height == 0 {
        return;
    }
    let level = |x: usize, y: usize| pixels[y / scale * width + x / scale];
    let spread: Vec<u8> =
        (0..height * scale).flat_map(|y| (0..width * scale).map(move |x| (x, y))).map(|(x, y)| level(x, y)).collect();
    if let Ok(picture) = Luma::new(width * scale, height * scale, &spread) {
        let found = reader::photo_luma(picture, &budget());
        let mut live = Live::default();
        for _ in 0..3 {
            let _ = live.frame(picture, &budget());
        }
        for found in found {
            let _ = mobile_core::scanned::Scanned::of(&format!("{}{}", found.symbology, found.text));
        }
    }
});
