//! What a person could do so that the next frame can be read, from measures that cost next to nothing.

use super::geometry::Rect;
use super::gray::Luma;

/// Why a frame may have shown nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// Hardly any light: offer the torch.
    TooDark,
    /// Something that looks like a code is very small in the frame: come closer.
    TooFar,
    /// Something that looks like a code has no sharp edges: hold still, or let the camera focus.
    TooBlurred,
}

/// Below this mean level a frame is dark.
const DARK: usize = 38;
/// A code whose region is shorter than this part of the frame's shorter side is far away.
const FAR: usize = 7;
/// Where an edge rises over two pixels by less than this part of its rise over eight, it is blurred.
const BLURRED: f32 = 0.36;

impl Hint {
    /// What to advise for a frame in which nothing was read.
    pub(crate) fn of(frame: Luma<'_>, regions: &[Rect]) -> Option<Self> {
        let sample = frame.pixels().iter().step_by(61);
        let count = sample.len().max(1);
        if sample.map(|&level| usize::from(level)).sum::<usize>() / count < DARK {
            return Some(Self::TooDark);
        }
        let region = *regions.first()?;
        // Regions come with their margin on either side.
        let side = region.width().max(region.height()).saturating_sub(80);
        if side * FAR < frame.width().min(frame.height()) {
            return Some(Self::TooFar);
        }
        let (mut near, mut far) = (0_u64, 1_u64);
        for y in (region.top..region.bottom).step_by(5) {
            let row = &frame.row(y)[region.left..region.right];
            for around in row.windows(9).step_by(3) {
                near += u64::from(around[3].abs_diff(around[5]));
                far += u64::from(around[0].abs_diff(around[8]));
            }
        }
        ((near as f32) < BLURRED * far as f32).then_some(Self::TooBlurred)
    }
}
