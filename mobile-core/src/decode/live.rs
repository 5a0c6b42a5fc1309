//! Reading a camera's frames as they come.

use super::binary::by_local_mean;
use super::blocks::{Regions, whole};
use super::budget::Budget;
use super::found::Found;
use super::gray::{Gray, Luma};
use super::hint::Hint;
use super::treatment::Treatment;
use super::{bars, qr};

/// Reads frames one after another. What there is no time for in one frame is tried in the next.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Frames since something was read.
    missed: usize,
}

/// What a frame showed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sight {
    /// What was read.
    pub found: Vec<Found>,
    /// What the person could do, when nothing was read and the frame shows why.
    pub hint: Option<Hint>,
}

/// Tried after the first look, beginning at another one in every frame.
const ROTATED: [Treatment; 4] = [Treatment::Half, Treatment::Inverted, Treatment::Full, Treatment::Sharpened];

impl Live {
    /// Reads one frame within its budget; [`Budget::LIVE`] suits 1280 × 720 pixels.
    pub fn frame(&mut self, frame: Luma<'_>, budget: &Budget) -> Sight {
        let regions = Regions::of(frame, 3);
        let found = self.look(frame, &regions, budget);
        if found.is_empty() {
            self.missed += 1;
            return Sight { found, hint: Hint::of(frame, &regions) };
        }
        self.missed = 0;
        Sight { found, hint: None }
    }

    fn look(&self, frame: Luma<'_>, regions: &Regions, budget: &Budget) -> Vec<Found> {
        for &region in &regions.matrices {
            if budget.allows(Treatment::TwoThirds.cost(region)) {
                let found = Treatment::TwoThirds.read(frame, region, 2, budget);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        for strip in &regions.bars {
            if let Some(found) = bars::read_strip(frame, strip, budget) {
                return vec![found];
            }
        }
        if budget.allows(whole(frame).area() / 150) {
            let reduced = Gray::two_thirds(frame);
            if let Some(bits) = by_local_mean(reduced.luma(), 24, 3) {
                let found = qr::read(&bits, 1.5, budget);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        for turn in 0..ROTATED.len() {
            let treatment = ROTATED[(turn + self.missed) % ROTATED.len()];
            for &region in &regions.matrices {
                if budget.allows(treatment.cost(region)) {
                    let found = treatment.read(frame, region, 2, budget);
                    if !found.is_empty() {
                        return found;
                    }
                }
            }
        }
        Vec::new()
    }
}
