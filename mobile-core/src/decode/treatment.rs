//! What is done to a region before matrix codes are looked for in it, in the order of what it yields.

use super::binary::by_local_mean;
use super::budget::Budget;
use super::found::{Found, collect};
use super::geometry::Rect;
use super::gray::{Gray, Luma};
use super::{data_matrix, qr};

/// A way to look at a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// At two thirds of its size: noise is gone, modules of three pixels still stand.
    TwoThirds,
    /// At half its size and smoothed: dots join, grain is gone.
    Half,
    /// Light symbols on dark ground, at two thirds.
    Inverted,
    /// As it is, hardly smoothed: small modules.
    Full,
    /// Sharpened: blur and movement.
    Sharpened,
    /// At a third: large modules of dots.
    Third,
    /// At a quarter.
    Quarter,
}

/// All of them.
pub(crate) const ALL: [Treatment; 7] = [
    Treatment::TwoThirds,
    Treatment::Half,
    Treatment::Inverted,
    Treatment::Full,
    Treatment::Sharpened,
    Treatment::Third,
    Treatment::Quarter,
];

/// Pictures whose longer side is below this are small: they are never reduced.
const SMALL: usize = 320;

impl Treatment {
    /// About how long it takes on a region, in microseconds on an ordinary core.
    pub fn cost(self, region: Rect) -> usize {
        let area = region.area();
        match self {
            Self::TwoThirds | Self::Inverted => area / 30,
            Self::Half | Self::Third | Self::Quarter => area / 60,
            Self::Full | Self::Sharpened => area / 15,
        }
    }

    /// Looks for matrix codes in a region in this way. `tries` bounds the symbols that are sampled again.
    pub fn read(self, picture: Luma<'_>, region: Rect, tries: usize, budget: &Budget) -> Vec<Found> {
        let part = Gray::crop(picture, region);
        let small = region.width().max(region.height()) < SMALL;
        let found = match self {
            Self::TwoThirds if small => look(&Gray::smoothed(part.luma()), &part, 1.0, (12, 3), tries, budget),
            Self::TwoThirds => look(&Gray::two_thirds(part.luma()), &part, 1.5, (12, 3), tries, budget),
            Self::Half => {
                let half = Gray::smoothed(Gray::shrunk(part.luma(), 2).luma());
                look(&half, &part, 2.0, (12, 0), tries, budget)
            }
            Self::Inverted => {
                let part = Gray::inverted(part.luma());
                if small {
                    look(&Gray::smoothed(part.luma()), &part, 1.0, (12, 3), tries, budget)
                } else {
                    look(&Gray::two_thirds(part.luma()), &part, 1.5, (12, 3), tries, budget)
                }
            }
            Self::Full => look(&Gray::smoothed(part.luma()), &part, 1.0, (12, 3), tries, budget),
            Self::Sharpened => look(&Gray::sharpened(part.luma(), 3, 6), &part, 1.0, (12, 3), tries, budget),
            Self::Third => look(&Gray::shrunk(part.luma(), 3), &part, 3.0, (8, 2), tries, budget),
            Self::Quarter => look(&Gray::shrunk(part.luma(), 4), &part, 4.0, (12, 0), tries, budget),
        };
        found.into_iter().map(|found| found.placed(1.0, region.left, region.top)).collect()
    }
}

/// Looks for both kinds of matrix codes. `threshold` is the radius and the bias of the local mean for Data Matrix; QR
/// codes have larger plain areas and take twice the radius.
fn look(
    treated: &Gray,
    part: &Gray,
    scale: f32,
    (radius, bias): (usize, i32),
    tries: usize,
    budget: &Budget,
) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(bits) = by_local_mean(treated.luma(), radius, bias) {
        collect(&mut found, data_matrix::read(&bits, part.luma(), scale, tries, budget));
    }
    if found.is_empty()
        && !budget.spent()
        && let Some(bits) = by_local_mean(treated.luma(), 2 * radius, 3)
    {
        collect(&mut found, qr::read(&bits, scale, budget));
    }
    found
}
