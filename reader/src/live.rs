//! Reading a camera's frames as they come.

use std::time::Duration;

use super::LEAST_SIDE;
use super::binary::{by_local_mean, dark_and_light};
use super::blocks::{matrices, strips, whole};
use super::budget::Budget;
use super::found::Found;
use super::geometry::Rect;
use super::gray::{Gray, Luma};
use super::hint::Hint;
use super::treatment::{Effort, Treatment};
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
const ROTATED: [Treatment; 5] =
    [Treatment::Outline, Treatment::Half, Treatment::Inverted, Treatment::Full, Treatment::Sharpened];

/// The longest step between two looks at the clock: none begins when less is left.
const LAST_STEP: Duration = Duration::from_micros(2_100);

impl Live {
    /// Reads one frame within its budget; [`Budget::LIVE`] suits 1280 × 720 pixels.
    pub fn frame(&mut self, frame: Luma<'_>, budget: &Budget) -> Sight {
        if frame.width().min(frame.height()) < LEAST_SIDE {
            return Sight::default();
        }
        let regions = matrices(frame, 3);
        let found = self.look(frame, &regions, &budget.less(LAST_STEP));
        if found.is_empty() {
            self.missed += 1;
            return Sight { found, hint: Hint::of(frame, &regions) };
        }
        self.missed = 0;
        Sight { found, hint: None }
    }

    fn look(&self, frame: Luma<'_>, regions: &[Rect], budget: &Budget) -> Vec<Found> {
        let first = |region: Rect| {
            let fits = budget.allows(Treatment::TwoThirds.cost(region));
            if fits { Treatment::TwoThirds.read(frame, region, Effort::Frame, budget) } else { Vec::new() }
        };
        let (likeliest, others) = regions.split_at(regions.len().min(1));
        likeliest
            .iter()
            .map(|&region| first(region))
            .chain(std::iter::once_with(|| Self::qr_anywhere(frame, budget)))
            .chain(others.iter().map(|&region| first(region)))
            .chain(std::iter::once_with(
                || if self.begins_with_bars() { Self::bars(frame, budget) } else { Vec::new() },
            ))
            .chain(self.rotated().flat_map(|treatment| {
                let again = (treatment == Treatment::Half).then(|| Self::qr_coarsely(frame, budget));
                let looks = regions.iter().map(move |&region| {
                    let fits = budget.allows(treatment.cost(region));
                    if fits { treatment.read(frame, region, Effort::Frame, budget) } else { Vec::new() }
                });
                again.into_iter().chain(looks)
            }))
            .chain(std::iter::once_with(
                || if self.begins_with_bars() { Vec::new() } else { Self::bars(frame, budget) },
            ))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// QR codes need no region: their finder patterns are searched for in all of the frame, dark on light and light on
    /// dark.
    fn qr_anywhere(frame: Luma<'_>, budget: &Budget) -> Vec<Found> {
        let cost = whole(frame).area() / 500;
        if !budget.allows(cost) {
            return Vec::new();
        }
        let reduced = Gray::two_thirds(frame);
        let Some((dark, light)) = dark_and_light(reduced.luma(), 24, 3) else { return Vec::new() };
        let tries = Effort::Frame.qr_tries();
        let found = qr::read(&dark, frame, 1.5, tries, budget);
        if found.is_empty() && !budget.spent() { qr::read(&light, frame, 1.5, tries, budget) } else { found }
    }

    /// The same at half the size: blurred and pale ones.
    fn qr_coarsely(frame: Luma<'_>, budget: &Budget) -> Vec<Found> {
        if !budget.allows(whole(frame).area() / 700) {
            return Vec::new();
        }
        let reduced = Gray::shrunk(frame, 2);
        by_local_mean(reduced.luma(), 24, 3)
            .map(|bits| qr::read(&bits, frame, 2.0, Effort::Frame.qr_tries(), budget))
            .unwrap_or_default()
    }

    fn bars(frame: Luma<'_>, budget: &Budget) -> Vec<Found> {
        if budget.spent() {
            return Vec::new();
        }
        bars::prepare();
        strips(frame, 3).iter().find_map(|strip| bars::read_strip(frame, strip, budget)).into_iter().collect()
    }

    /// Whether bars are looked for early: in every other frame, because matrix codes that are hard to read need all the time
    /// of one.
    fn begins_with_bars(&self) -> bool {
        self.missed % 2 == 1
    }

    /// The treatments after the first, beginning at another one after every frame that showed nothing.
    fn rotated(&self) -> impl Iterator<Item = Treatment> {
        let missed = self.missed;
        (0..ROTATED.len()).map(move |turn| ROTATED[(turn + missed) % ROTATED.len()])
    }
}
