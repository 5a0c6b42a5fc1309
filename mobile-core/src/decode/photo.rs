//! Reading one picture thoroughly.

use super::blocks::{Regions, whole};
use super::budget::Budget;
use super::found::{Found, collect};
use super::geometry::Rect;
use super::gray::{Gray, Luma};
use super::treatment::{ALL, Treatment};
use super::{bars, binary, qr};

/// Every code in a gray picture, as far as the budget lasts; [`Budget::PHOTO`] suits 1280 × 720 pixels.
pub fn photo_luma(picture: Luma<'_>, budget: &Budget) -> Vec<Found> {
    let regions = Regions::of(picture, 5);
    let mut found = Vec::new();
    for (round, treatment) in ALL.into_iter().enumerate() {
        for &region in &regions.matrices {
            if !budget.spent() && !holds_any(region, &found) {
                collect(&mut found, treatment.read(picture, region, 3, budget));
            }
        }
        if round == 0 {
            for strip in &regions.bars {
                collect(&mut found, bars::read_strip(picture, strip, budget));
            }
        }
        if !found.is_empty() || budget.spent() {
            break;
        }
        let everything = whole(picture);
        match treatment {
            Treatment::TwoThirds => {
                let reduced = Gray::two_thirds(picture);
                if let Some(bits) = binary::by_local_mean(reduced.luma(), 24, 3) {
                    collect(&mut found, qr::read(&bits, 1.5, budget));
                }
            }
            Treatment::Half => {
                for degrees in [0.0, 90.0] {
                    collect(&mut found, bars::read_across(picture, degrees, 12.0, budget));
                }
            }
            Treatment::Full if regions.matrices != [everything] => {
                collect(&mut found, Treatment::TwoThirds.read(picture, everything, 3, budget));
            }
            _ => {}
        }
        if !found.is_empty() || budget.spent() {
            break;
        }
    }
    found
}

/// Whether a code that was read lies in a region: there is no need to look there again.
fn holds_any(region: Rect, found: &[Found]) -> bool {
    found.iter().any(|found| {
        let (x, y) = found.corners.iter().fold((0.0, 0.0), |(x, y), corner| (x + corner.x / 4.0, y + corner.y / 4.0));
        let inside = |at: f32, from: usize, to: usize| at >= from as f32 && at < to as f32;
        inside(x, region.left, region.right) && inside(y, region.top, region.bottom)
    })
}
