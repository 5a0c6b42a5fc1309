//! From the gray level of every module to dark and light.

use rxing::common::BitMatrix;

use super::fixed::Fixed;

/// One way to decide between dark and light.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// Modules around the one in question that set the threshold.
    reach: i32,
    /// How strongly what stands out from its neighbours is raised, against blur.
    sharpen: f32,
    /// The threshold is the middle between the known dark and the known light modules around, not the mean of all.
    by_known: bool,
}

/// The ways in the order of what they yield.
pub(crate) const WAYS: [Way; 6] = [
    Way { reach: 3, sharpen: 0.0, by_known: false },
    Way { reach: 5, sharpen: 0.35, by_known: false },
    Way { reach: 7, sharpen: 0.0, by_known: true },
    Way { reach: 3, sharpen: 0.7, by_known: false },
    Way { reach: 2, sharpen: 0.35, by_known: false },
    Way { reach: 9, sharpen: 0.7, by_known: true },
];

/// The modules in black and white, and the share of the finder and timing modules that came out as they must be.
pub(crate) fn black_and_white(levels: &[f32], size: &dyn Fixed, way: Way) -> (Option<BitMatrix>, f32) {
    let side = size.side();
    let sharpened = sharpened(levels, side, way.sharpen);
    let all = Sums::of(side, |x, y| Some(sharpened[y * side + x]));
    let known = |dark: bool| {
        Sums::of(side, |x, y| (size.dark(x as i32, y as i32) == Some(dark)).then(|| sharpened[y * side + x]))
    };
    let known = way.by_known.then(|| (known(true), known(false)));
    let Ok(mut bits) = BitMatrix::new(side as u32, side as u32) else { return (None, 0.0) };
    let (mut right, mut fixed) = (0, 0);
    for y in 0..side {
        for x in 0..side {
            let of_known = known
                .as_ref()
                .and_then(|(dark, light)| Some((dark.mean(x, y, way.reach)? + light.mean(x, y, way.reach)?) / 2.0));
            let threshold = of_known.or_else(|| all.mean(x, y, way.reach)).unwrap_or(128.0);
            let dark = sharpened[y * side + x] < threshold;
            if dark {
                bits.set(x as u32, y as u32);
            }
            if let Some(must) = size.dark(x as i32, y as i32) {
                fixed += 1;
                right += i32::from(must == dark);
            }
        }
    }
    (Some(bits), right as f32 / fixed as f32)
}

fn sharpened(levels: &[f32], side: usize, strength: f32) -> Vec<f32> {
    if strength == 0.0 {
        return levels.to_vec();
    }
    let last = side as i32 - 1;
    let at = |x: i32, y: i32| levels[(y.clamp(0, last) * side as i32 + x.clamp(0, last)) as usize];
    (0..side * side)
        .map(|module| {
            let (x, y) = ((module % side) as i32, (module / side) as i32);
            let beside = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
            let across = at(x - 1, y - 1) + at(x + 1, y + 1) + at(x + 1, y - 1) + at(x - 1, y + 1);
            levels[module] + strength * (levels[module] - 0.2 * beside - 0.05 * across)
        })
        .collect()
}

/// Sums over rectangles that begin at the first module.
pub(crate) struct Sums {
    side: usize,
    sums: Vec<(f32, u32)>,
}

impl Sums {
    pub fn of(side: usize, level: impl Fn(usize, usize) -> Option<f32>) -> Self {
        let row = side + 1;
        let mut sums = vec![(0.0, 0); row * row];
        for y in 0..side {
            let (mut sum, mut count) = (0.0, 0);
            for x in 0..side {
                if let Some(level) = level(x, y) {
                    sum += level;
                    count += 1;
                }
                let above = sums[y * row + x + 1];
                sums[(y + 1) * row + x + 1] = (above.0 + sum, above.1 + count);
            }
        }
        Self { side, sums }
    }

    /// The mean over the modules at most `reach` away. None when there are none.
    pub fn mean(&self, x: usize, y: usize, reach: i32) -> Option<f32> {
        let reach = reach as usize;
        let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(self.side));
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(self.side));
        let at = |x: usize, y: usize| self.sums[y * (self.side + 1) + x];
        let (a, b, c, d) = (at(left, top), at(right, top), at(left, bottom), at(right, bottom));
        let count = d.1 + a.1 - b.1 - c.1;
        (count > 0).then(|| (d.0 + a.0 - b.0 - c.0) / count as f32)
    }
}
