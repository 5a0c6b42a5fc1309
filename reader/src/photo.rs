//! Reading one picture thoroughly.

use std::time::Duration;

use super::LEAST_SIDE;
use super::blocks::{matrices, strips, whole};
use super::budget::Budget;
use super::found::{Found, collect};
use super::geometry::Rect;
use super::gray::{Gray, Luma};
use super::treatment::{ALL, Effort, Treatment};
use super::{bars, binary, plain, qr};

/// Pictures whose longer side is above this are reduced first: who photographs a label fills the picture with it.
const LARGE: usize = 2_000;

/// Pictures whose longer side is at most this are small: there is time to look at all of them early.
const SMALL: usize = 800;
/// Lines across a small picture along which bars are looked for; large ones have a line every twelve pixels.
const LINES: f32 = 24.0;

/// The longest step between two looks at the clock: none begins when less is left.
const LAST_STEP: Duration = Duration::from_millis(2);

/// The share of the time that is left which goes to a first look at a reduced picture.
const REDUCED: f64 = 0.6;
/// The share of the time that is left which goes to a search for a marking code beside what else was read: a product's bar
/// code is larger than the Data Matrix next to it, which is what people ask about.
const BESIDE: f64 = 0.35;

/// Every code in a gray picture, marking codes first, as far as the budget lasts; [`Budget::PHOTO`] suits 1280 × 720
/// pixels. Once a way of looking has shown a marking code, the ways that come after it are not tried any more; after
/// another code they have a share of the time.
pub fn photo_luma(picture: Luma<'_>, budget: &Budget) -> Vec<Found> {
    if picture.width().min(picture.height()) < LEAST_SIDE {
        return Vec::new();
    }
    let budget = &budget.less(LAST_STEP);
    let divisor = picture.width().max(picture.height()).div_ceil(LARGE);
    let mut found = Vec::new();
    if divisor > 1 {
        let reduced = Gray::shrunk(picture, divisor);
        let small = thoroughly(reduced.luma(), Vec::new(), &budget.share(REDUCED));
        found.extend(small.into_iter().map(|found| found.placed(divisor as f32, 0, 0)));
    }
    if is_enough(&found) {
        beside(picture, &mut found, &budget.share(BESIDE));
    } else {
        found = thoroughly(picture, found, budget);
    }
    // The order in which they were found, else.
    found.sort_by_key(|found| !found.is_marking());
    found
}

/// Whether what people ask about is among the codes.
fn is_enough(found: &[Found]) -> bool {
    found.iter().any(Found::is_marking)
}

/// Looks once at full size where matrix codes may be beside those that were read in the reduced picture.
fn beside(picture: Luma<'_>, found: &mut Vec<Found>, budget: &Budget) {
    for region in matrices(picture, 5) {
        if budget.allows(Treatment::TwoThirds.cost(region)) && !holds_matrix(region, found) {
            let more = Treatment::TwoThirds.read(picture, region, Effort::Photo, budget);
            collect(found, more);
        }
    }
}

/// Looks in every way, the likeliest first, until something new was read. `found` is what is known of the picture already.
fn thoroughly(picture: Luma<'_>, mut found: Vec<Found>, budget: &Budget) -> Vec<Found> {
    let regions = matrices(picture, 5);
    let everything = whole(picture);
    let is_small = picture.width().max(picture.height()) <= SMALL;
    let mut budget = *budget;
    let mut is_cut = false;
    // Whether to stop here. After the first code that is not enough most of the time that is left is given up.
    let mut ends = |found: &[Found], budget: &mut Budget| {
        if !is_cut && !found.is_empty() {
            is_cut = true;
            *budget = budget.share(BESIDE);
        }
        is_enough(found) || budget.spent()
    };
    for (round, treatment) in ALL.into_iter().enumerate() {
        for &region in &regions {
            if budget.allows(treatment.cost(region)) && !holds_matrix(region, &found) {
                collect(&mut found, treatment.read(picture, region, Effort::Photo, &budget));
            }
        }
        if round == 0 {
            for strip in strips(picture, 5) {
                collect(&mut found, bars::read_strip(picture, &strip, &budget));
            }
        }
        if ends(&found, &mut budget) {
            return found;
        }
        // What follows needs no region. Once anything was read, only regions are looked at.
        if !found.is_empty() {
            continue;
        }
        match treatment {
            Treatment::TwoThirds => {
                let reduced = Gray::two_thirds(picture);
                if let Some(bits) = binary::by_local_mean(reduced.luma(), 24, 3) {
                    collect(&mut found, qr::read(&bits, picture, 1.5, Effort::Photo.qr_tries(), &budget));
                }
                if found.is_empty() && is_small {
                    found = across(picture, &budget);
                }
                if found.is_empty() && is_small && !budget.spent() {
                    found = plain::read(picture, &budget);
                }
            }
            Treatment::Half if !is_small => found = across(picture, &budget),
            Treatment::Full if regions != [everything] => {
                collect(&mut found, Treatment::TwoThirds.read(picture, everything, Effort::Photo, &budget));
            }
            _ => {}
        }
        if ends(&found, &mut budget) {
            return found;
        }
    }
    // Noise at full size looks like many finder patterns, which takes its time.
    if !found.is_empty() || is_small || !budget.allows(everything.area() / 90) {
        return found;
    }
    plain::read(picture, &budget)
}

/// Bars that lie across the whole picture, or upright in it.
fn across(picture: Luma<'_>, budget: &Budget) -> Vec<Found> {
    let mut found = Vec::new();
    for (degrees, height) in [(0.0, picture.height()), (90.0, picture.width())] {
        let step = (height as f32 / LINES).clamp(1.0, 12.0);
        collect(&mut found, bars::read_across(picture, degrees, step, budget));
    }
    found
}

/// Whether a matrix code that was read lies in a region: there is no need to look there again.
fn holds_matrix(region: Rect, found: &[Found]) -> bool {
    found.iter().filter(|found| found.is_matrix()).any(|found| {
        let (x, y) = found.corners.iter().fold((0.0, 0.0), |(x, y), corner| (x + corner.x / 4.0, y + corner.y / 4.0));
        let inside = |at: f32, from: usize, to: usize| at >= from as f32 && at < to as f32;
        inside(x, region.left, region.right) && inside(y, region.top, region.bottom)
    })
}
