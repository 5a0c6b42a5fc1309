//! Pictures that a program drew, or as plain as those: one threshold for all of it, and enlarged where modules are few
//! pixels wide.
//!
//! The local mean of the other ways makes holes into large black areas, and their smoothing joins modules of a pixel.

use super::binary::by_threshold;
use super::budget::Budget;
use super::found::{Found, collect};
use super::geometry::Point;
use super::gray::{Gray, Luma};
use super::{data_matrix, qr};

/// Pictures are enlarged until their longer side would be above this.
const ENLARGED: usize = 720;
const MOST_ENLARGED: usize = 4;

/// Pixels of ground laid around the enlarged picture, for symbols that reach its rim.
const RIM: usize = 12;

/// Every matrix code of a picture, dark on light or light on dark.
pub(crate) fn read(picture: Luma<'_>, budget: &Budget) -> Vec<Found> {
    let factor = (ENLARGED / picture.width().max(picture.height())).clamp(1, MOST_ENLARGED);
    let threshold = middle(picture);
    for ground in [u8::MAX, 0] {
        let enlarged = Gray::enlarged(picture, factor, RIM, ground);
        let Some(mut bits) = by_threshold(enlarged.luma(), threshold) else { return Vec::new() };
        if ground == 0 {
            bits.flip_self();
        }
        let mut found = qr::read(&bits, enlarged.luma(), 1.0, 0, budget);
        if found.is_empty() {
            collect(&mut found, qr::read_pure(&bits));
        }
        if found.is_empty() && factor > 1 {
            collect(&mut found, data_matrix::read(bits, enlarged.luma(), 1.0, 2, true, budget));
        }
        if found.is_empty() && factor > 1 && ground == u8::MAX {
            found.extend(data_matrix::read_outlined(enlarged.luma(), budget));
        }
        if !found.is_empty() || budget.spent() {
            let place = |at: f32| (at - RIM as f32) / factor as f32;
            for corner in found.iter_mut().flat_map(|found| &mut found.corners) {
                *corner = Point::new(place(corner.x), place(corner.y));
            }
            return found;
        }
    }
    Vec::new()
}

/// The level that parts dark and light so that the levels on either side lie closest together (Otsu's threshold).
fn middle(picture: Luma<'_>) -> u8 {
    let mut counts = [0_u64; 256];
    for &level in picture.pixels() {
        counts[usize::from(level)] += 1;
    }
    let all: u64 = counts.iter().sum();
    let sum: u64 = counts.iter().zip(0..=255).map(|(count, level)| count * level).sum();
    let (mut below, mut sum_below) = (0, 0);
    let mut best = (-1.0, 128);
    for (count, level) in counts.iter().zip(0_u8..=255) {
        below += count;
        sum_below += count * u64::from(level);
        if below == 0 || below == all {
            continue;
        }
        let (dark, light) = (below as f64, (all - below) as f64);
        let apart = (sum - sum_below) as f64 / light - sum_below as f64 / dark;
        let between = dark * light * apart * apart;
        if between > best.0 {
            best = (between, level);
        }
    }
    best.1
}
