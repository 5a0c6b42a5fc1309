//! What is done to a region before matrix codes are looked for in it, in the order of what it yields.

use super::binary::by_local_mean;
use super::budget::Budget;
use super::found::{Found, collect};
use super::geometry::Rect;
use super::gray::{Gray, Luma};
use super::{data_matrix, qr};

/// How much is done for a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// There are more frames to come.
    Frame,
    /// There is this picture alone.
    Photo,
}

impl Effort {
    /// The same for QR codes. Three spots that look like finder patterns are found in most noise.
    pub fn qr_tries(self) -> usize {
        match self {
            Self::Frame => 1,
            Self::Photo => 2,
        }
    }

    /// How many symbols that were traced but not read are sampled again.
    pub fn tries(self) -> usize {
        match self {
            Self::Frame => 2,
            Self::Photo => 3,
        }
    }
}

/// A way to look at a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// At two thirds of its size: noise is gone, modules of three pixels still stand.
    TwoThirds,
    /// At half its size and smoothed: dots join, grain is gone.
    Half,
    /// By the outline of its busy part, without tracing.
    Outline,
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
pub(crate) const ALL: [Treatment; 8] = [
    Treatment::TwoThirds,
    Treatment::Outline,
    Treatment::Inverted,
    Treatment::Half,
    Treatment::Full,
    Treatment::Sharpened,
    Treatment::Third,
    Treatment::Quarter,
];

/// Pictures whose longer side is below this are small: they are never reduced.
const SMALL: usize = 320;
/// Regions whose longer side is above this are large: what fills them has large modules, and is looked at half its size
/// where others are at two thirds.
const LARGE: usize = 720;

impl Treatment {
    /// About how long it takes on a region, in microseconds on an ordinary core.
    pub fn cost(self, region: Rect) -> usize {
        let area = region.area();
        let is_large = region.width().max(region.height()) > LARGE;
        match self {
            Self::Outline => 4_000,
            Self::TwoThirds | Self::Inverted if !is_large => area / 40,
            Self::TwoThirds | Self::Inverted | Self::Half | Self::Third | Self::Quarter => area / 70,
            Self::Full | Self::Sharpened => area / 20,
        }
    }

    /// Looks for matrix codes in a region in this way.
    pub fn read(self, picture: Luma<'_>, region: Rect, effort: Effort, budget: &Budget) -> Vec<Found> {
        let mut part = Gray::crop(picture, region);
        if self == Self::Inverted {
            part = Gray::inverted(part.luma());
        }
        // Live, all of the frame is searched for QR codes at two thirds anyway.
        let searches_qr = effort == Effort::Photo || self != Self::TwoThirds;
        let longer = region.width().max(region.height());
        let look = |treated: &Gray, scale: f32, threshold: (usize, i32)| {
            look(treated.luma(), part.luma(), scale, threshold, effort, searches_qr, budget)
        };
        let found = match self {
            Self::Outline => data_matrix::read_outlined(part.luma(), budget).into_iter().collect(),
            Self::TwoThirds | Self::Inverted if longer < SMALL => look(&Gray::smoothed(part.luma()), 1.0, (12, 3)),
            Self::TwoThirds | Self::Inverted if longer > LARGE => look(&Gray::shrunk(part.luma(), 2), 2.0, (12, 3)),
            Self::TwoThirds | Self::Inverted => look(&Gray::two_thirds(part.luma()), 1.5, (12, 3)),
            Self::Half => look(&Gray::smoothed(Gray::shrunk(part.luma(), 2).luma()), 2.0, (12, 0)),
            Self::Full => look(&Gray::smoothed(part.luma()), 1.0, (12, 3)),
            Self::Sharpened => look(&Gray::sharpened(part.luma(), 3, 6), 1.0, (12, 3)),
            Self::Third => look(&Gray::shrunk(part.luma(), 3), 3.0, (8, 2)),
            Self::Quarter => look(&Gray::shrunk(part.luma(), 4), 4.0, (12, 0)),
        };
        found.into_iter().map(|found| found.placed(1.0, region.left, region.top)).collect()
    }
}

/// Looks for both kinds of matrix codes. `threshold` is the radius and the bias of the local mean for Data Matrix; QR
/// codes have larger plain areas and take twice the radius. They come first where their finder patterns show: those are
/// found sooner than the edges of a Data Matrix; where they don't, they come last and only if `searches_qr`.
fn look(
    treated: Luma<'_>,
    part: Luma<'_>,
    scale: f32,
    (radius, bias): (usize, i32),
    effort: Effort,
    searches_qr: bool,
    budget: &Budget,
) -> Vec<Found> {
    let Some(bits) = by_local_mean(treated, radius, bias) else { return Vec::new() };
    let read_qr = || {
        let bits = by_local_mean(treated, 2 * radius, 3);
        bits.map(|bits| qr::read(&bits, part, scale, effort.qr_tries(), budget)).unwrap_or_default()
    };
    let shows_qr = qr::shows(&bits);
    let mut found = if shows_qr { read_qr() } else { Vec::new() };
    if found.is_empty() && !budget.spent() {
        let first_only = effort == Effort::Frame;
        collect(&mut found, data_matrix::read(bits, part, scale, effort.tries(), first_only, budget));
    }
    if found.is_empty() && searches_qr && !shows_qr && !budget.spent() {
        found = read_qr();
    }
    found
}
