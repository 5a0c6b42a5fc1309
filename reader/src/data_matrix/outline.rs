//! Corners of a symbol without tracing its edges: where noise, dots, pale ink or damage break every edge, the sides as a
//! whole still stand out.
//!
//! The rectangle around the busy part of a region is the start. Each side is then shifted and turned until the ground
//! outside is as much lighter than the symbol inside as can be, on the average over the whole side; the two darkest
//! neighbours are the finder, and the timing pattern of the other two tells the number of modules.

use super::super::geometry::{Perspective, Point};
use super::super::gray::{Gray, Luma, local_sums};
use super::SIZES;

/// Side of the straightened picture in pixels.
const PATCH: usize = 128;
/// Numbers of modules that are worth a try.
const MOST_SIDES: usize = 3;

/// A square symbol that may be there.
pub(super) struct Outline {
    /// In the order that a reading has: top left, top right, bottom right, bottom left of the symbol itself.
    pub corners: [Point; 4],
    /// Numbers of modules on a side, the likeliest first.
    pub sides: Vec<usize>,
}

/// The outlines of the busiest part of a region, the likeliest first.
pub(super) fn outlines(region: Luma<'_>) -> Vec<Outline> {
    let Some(start) = busy_rectangle(region) else { return Vec::new() };
    // First far and coarse, then near and fine.
    let Some(coarse) = Patch::of(region, start, 0.25).and_then(|patch| patch.fitted(15)) else { return Vec::new() };
    let Some(patch) = Patch::of(region, coarse, 0.15) else { return Vec::new() };
    let Some(corners) = patch.fitted(8) else { return Vec::new() };
    let Some(patch) = Patch::of(region, corners, 0.1) else { return Vec::new() };
    let dark: [f32; 4] = std::array::from_fn(|side| patch.level_inside(side));
    let mut turns: Vec<usize> = (0..4).collect();
    // A turn puts two neighbours where the finder belongs: at the bottom and on the left.
    turns.sort_by(|&a, &b| {
        let finder = |turn: usize| dark[(turn + 2) % 4] + dark[(turn + 3) % 4];
        finder(a).total_cmp(&finder(b))
    });
    turns
        .into_iter()
        .take(2)
        .filter_map(|turn| {
            let corners: [Point; 4] = std::array::from_fn(|corner| corners[(corner + turn) % 4]);
            let sides = sides(&Patch::of(region, corners, 0.1)?);
            (!sides.is_empty()).then_some(Outline { corners, sides })
        })
        .collect()
}

/// The smallest rectangle around the largest busy part of a region.
fn busy_rectangle(region: Luma<'_>) -> Option<[Point; 4]> {
    let divisor = region.width().max(region.height()).div_ceil(160).max(1);
    let small = Gray::shrunk(region, divisor);
    let (width, height) = (small.luma().width(), small.luma().height());
    if width < 16 || height < 16 {
        return None;
    }
    let mut changes = vec![0_u8; width * height];
    for y in 1..height - 1 {
        let (above, here, below) = (small.luma().row(y - 1), small.luma().row(y), small.luma().row(y + 1));
        for x in 1..width - 1 {
            changes[y * width + x] = (here[x - 1].abs_diff(here[x + 1]) / 2) + (above[x].abs_diff(below[x]) / 2);
        }
    }
    let reach = (6 / divisor).max(2) + 1;
    let mut busy = vec![0_u32; width * height];
    local_sums(Luma::new(width, height, &changes).ok()?, reach, |y, sums, counts| {
        for (out, (sum, count)) in busy[y * width..].iter_mut().zip(sums.iter().zip(counts)) {
            *out = sum * 16 / count;
        }
    });
    let mut sorted = busy.clone();
    sorted.sort_unstable();
    let enough = (sorted[sorted.len() * 9 / 10] / 2).max(sorted[sorted.len() / 4] * 3 / 2);
    let part = largest_part(&busy, width, enough)?;
    let ends = ends_of_rows(&part, width);
    let mut best: Option<(f32, [f32; 4], f32)> = None;
    for degrees in (0..90_u8).step_by(5) {
        let angle = f32::from(degrees).to_radians();
        let (sine, cosine) = angle.sin_cos();
        let mut bounds = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
        for &(x, y) in &ends {
            let (along, aside) = (x * cosine + y * sine, y * cosine - x * sine);
            bounds = [bounds[0].min(along), bounds[1].max(along), bounds[2].min(aside), bounds[3].max(aside)];
        }
        let area = (bounds[1] - bounds[0]) * (bounds[3] - bounds[2]);
        if best.is_none_or(|(smallest, ..)| area < smallest) {
            best = Some((area, bounds, angle));
        }
    }
    let (_, [left, right, top, bottom], angle) = best?;
    // The mean over neighbours has widened it.
    let rim = reach as f32;
    let (left, right, top, bottom) = (left + rim, right - rim, top + rim, bottom - rim);
    let (wide, high) = (right - left, bottom - top);
    if wide < 8.0 || high < 8.0 || wide > high * 3.0 || high > wide * 3.0 {
        return None;
    }
    let (sine, cosine) = angle.sin_cos();
    Some([(left, top), (right, top), (right, bottom), (left, bottom)].map(|(along, aside)| {
        let (x, y) = (along * cosine - aside * sine + 0.5, along * sine + aside * cosine + 0.5);
        Point::new(x * divisor as f32, y * divisor as f32)
    }))
}

/// The pixels of the connected part with the greatest sum among those above a level.
fn largest_part(levels: &[u32], width: usize, enough: u32) -> Option<Vec<usize>> {
    let mut taken = vec![false; levels.len()];
    let mut best: Option<(u64, Vec<usize>)> = None;
    for first in 0..levels.len() {
        if taken[first] || levels[first] <= enough {
            continue;
        }
        taken[first] = true;
        let mut part = vec![first];
        let mut next = 0;
        let mut sum = 0;
        while let Some(&pixel) = part.get(next) {
            next += 1;
            sum += u64::from(levels[pixel]);
            let column = pixel % width;
            let around = [
                (column > 0).then(|| pixel - 1),
                (column + 1 < width).then_some(pixel + 1),
                pixel.checked_sub(width),
                (pixel + width < levels.len()).then_some(pixel + width),
            ];
            for other in around.into_iter().flatten() {
                if !taken[other] && levels[other] > enough {
                    taken[other] = true;
                    part.push(other);
                }
            }
        }
        if best.as_ref().is_none_or(|(most, _)| sum > *most) {
            best = Some((sum, part));
        }
    }
    best.map(|(_, part)| part)
}

/// The first and the last pixel of each row of a part: no other can be at its rim in a turned frame.
fn ends_of_rows(part: &[usize], width: usize) -> Vec<(f32, f32)> {
    let mut rows: std::collections::BTreeMap<usize, (usize, usize)> = std::collections::BTreeMap::new();
    for &pixel in part {
        let (x, y) = (pixel % width, pixel / width);
        let row = rows.entry(y).or_insert((x, x));
        *row = (row.0.min(x), row.1.max(x));
    }
    rows.into_iter().flat_map(|(y, (first, last))| [(first as f32, y as f32), (last as f32, y as f32)]).collect()
}

/// A region straightened so that an outline is a square with a margin around it.
struct Patch {
    perspective: Perspective,
    /// Share of the square's side around it.
    margin: f32,
    levels: Vec<f32>,
}

impl Patch {
    fn of(region: Luma<'_>, corners: [Point; 4], margin: f32) -> Option<Self> {
        let perspective = Perspective::of(1.0, &corners)?;
        let scale = (1.0 + 2.0 * margin) / PATCH as f32;
        let place = |pixel: usize| (pixel as f32 + 0.5) * scale - margin;
        let mut levels = Vec::with_capacity(PATCH * PATCH);
        for y in 0..PATCH {
            levels.extend((0..PATCH).map(|x| region.at(perspective.map(place(x), place(y)))));
        }
        Some(Self { perspective, margin, levels })
    }

    /// Pixels from the patch's rim to the square's.
    fn rim(&self) -> f32 {
        self.margin / (1.0 + 2.0 * self.margin) * PATCH as f32
    }

    fn pixel(&self, x: usize, y: usize) -> f32 {
        self.levels[y * PATCH + x]
    }

    /// The corners after each side was shifted and turned by at most `reach` pixels at its ends.
    fn fitted(&self, reach: i32) -> Option<[Point; 4]> {
        let rim = self.rim();
        let lines: Vec<(f32, f32)> = (0..4).map(|side| self.best_line(side, rim, reach)).collect();
        // Sides as lines through two points: top, right, bottom, left.
        let far = PATCH as f32 - rim;
        let through = |side: usize| {
            let (a, b) = lines[side];
            if side == 0 || side == 2 { [(rim, a), (far, b)] } else { [(a, rim), (b, far)] }
        };
        let scale = (1.0 + 2.0 * self.margin) / PATCH as f32;
        let mut corners = [Point::default(); 4];
        for (corner, (one, other)) in corners.iter_mut().zip([(3, 0), (0, 1), (1, 2), (2, 3)]) {
            let (x, y) = crossing(through(one), through(other))?;
            *corner = self.perspective.map(x * scale - self.margin, y * scale - self.margin);
        }
        Some(corners)
    }

    /// Where a side lies best at its two ends, in pixels from the patch's top (or left) rim.
    fn best_line(&self, side: usize, rim: f32, reach: i32) -> (f32, f32) {
        const SAMPLES: usize = 32;
        let middle = if side == 0 || side == 3 { rim } else { PATCH as f32 - rim };
        let first = middle.round() as i32;
        // For each sample along the side: how much lighter it is outside than inside, at each depth.
        let depths = first - reach..=first + reach;
        let steps: Vec<Vec<f32>> = (0..SAMPLES)
            .map(|sample| {
                let along = (rim + (PATCH as f32 - 2.0 * rim) * (sample as f32 + 0.5) / SAMPLES as f32) as usize;
                depths.clone().map(|depth| self.step(side, along, depth)).collect()
            })
            .collect();
        let mut best = (f32::MIN, middle, middle);
        for from in 0..=2 * reach {
            for to in 0..=2 * reach {
                let sum: f32 = steps
                    .iter()
                    .enumerate()
                    .map(|(sample, depths)| {
                        let share = (sample as f32 + 0.5) / SAMPLES as f32;
                        depths[(from as f32 * (1.0 - share) + to as f32 * share).round() as usize]
                    })
                    .sum();
                if sum > best.0 {
                    let at = |depth: i32| (first - reach + depth) as f32;
                    best = (sum, at(from), at(to));
                }
            }
        }
        (best.1, best.2)
    }

    /// How much lighter two pixels outside a depth are than two pixels inside.
    fn step(&self, side: usize, along: usize, depth: i32) -> f32 {
        let last = PATCH as i32 - 1;
        let level = |depth: i32| {
            let depth = depth.clamp(0, last) as usize;
            if side.is_multiple_of(2) { self.pixel(along, depth) } else { self.pixel(depth, along) }
        };
        let low = level(depth - 3) + level(depth - 2) + level(depth - 1);
        let high = level(depth) + level(depth + 1) + level(depth + 2);
        if side == 0 || side == 3 { low - high } else { high - low }
    }

    /// The mean level just inside a side: dark for the finder's.
    fn level_inside(&self, side: usize) -> f32 {
        const SAMPLES: usize = 64;
        const DEEP: f32 = 0.016;
        let sum: f32 = (0..SAMPLES)
            .map(|sample| {
                let along = (sample as f32 + 0.5) / SAMPLES as f32;
                match side {
                    0 => self.at(along, DEEP),
                    1 => self.at(1.0 - DEEP, along),
                    2 => self.at(along, 1.0 - DEEP),
                    _ => self.at(DEEP, along),
                }
            })
            .sum();
        sum / SAMPLES as f32
    }

    /// The level at a place of the square, whose side is one.
    fn at(&self, x: f32, y: f32) -> f32 {
        let place = |along: f32| {
            ((along + self.margin) / (1.0 + 2.0 * self.margin) * PATCH as f32).clamp(0.0, PATCH as f32 - 1.0) as usize
        };
        self.pixel(place(x), place(y))
    }
}

/// The numbers of modules for which the timing pattern at the top and on the right shows best.
fn sides(patch: &Patch) -> Vec<usize> {
    let mut told: Vec<(f32, usize)> = SIZES
        .iter()
        .filter(|(side, _)| *side <= 64)
        .map(|&(side, _)| {
            let module = 1.0 / side as f32;
            let mut sums = [0.0, 0.0];
            for depth in [0.35, 0.65] {
                for step in 0..side {
                    let along = (step as f32 + 0.5) * module;
                    // The top begins dark on the left, the right side light at the top.
                    sums[step % 2] -= patch.at(along, depth * module);
                    sums[step % 2] += patch.at(1.0 - depth * module, along);
                }
            }
            ((sums[0] - sums[1]) / (side * 2) as f32, side)
        })
        .collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = told[0].0;
    told.into_iter()
        .take(MOST_SIDES)
        .filter(|(shown, _)| *shown > 0.4 * best && best > 3.0)
        .map(|(_, side)| side)
        .collect()
}

/// Where two lines cross.
fn crossing(a: [(f32, f32); 2], b: [(f32, f32); 2]) -> Option<(f32, f32)> {
    let (dx, dy) = (a[1].0 - a[0].0, a[1].1 - a[0].1);
    let (ex, ey) = (b[1].0 - b[0].0, b[1].1 - b[0].1);
    let turn = dx * ey - dy * ex;
    if turn.abs() < 1e-3 {
        return None;
    }
    let share = ((b[0].0 - a[0].0) * ey - (b[0].1 - a[0].1) * ex) / turn;
    Some((a[0].0 + share * dx, a[0].1 + share * dy))
}
