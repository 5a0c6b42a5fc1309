//! Data Matrix: corners by tracing the black-and-white picture, texts from the modules there, and where that fails from
//! the gray picture, sampled again along a warp that fits the symbol's own finder and timing modules.

mod outline;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::datamatrix::decoder::Decoder;
use rxing::datamatrix::detector::DatamatrixDetectorResult;
use rxing::datamatrix::detector::zxing_cpp_detector::detect;

use super::budget::Budget;
use super::fixed::{Anchor, Fixed};
use super::found::{Format, Found};
use super::geometry::Point;
use super::gray::Luma;
use super::warp::Warp;
use super::{equaliser, modules};

static DECODER: LazyLock<Decoder> = LazyLock::new(Decoder::new);

/// The sides of square symbols in modules, and into how many regions a side is divided (ISO/IEC 16022, table 7).
const SIZES: [(usize, usize); 24] = [
    (10, 1),
    (12, 1),
    (14, 1),
    (16, 1),
    (18, 1),
    (20, 1),
    (22, 1),
    (24, 1),
    (26, 1),
    (32, 2),
    (36, 2),
    (40, 2),
    (44, 2),
    (48, 2),
    (52, 2),
    (64, 4),
    (72, 4),
    (80, 4),
    (88, 4),
    (96, 4),
    (104, 4),
    (120, 6),
    (132, 6),
    (144, 6),
];

/// Reads every symbol that can be traced in `bits`, a black-and-white picture at 1/`scale` of `gray`. At most `tries`
/// symbols that were traced but not read are sampled again. Corners are in the pixels of `gray`.
///
/// The picture is traced from each of its four sides, and the clock is looked at in between; `first_only` leaves the
/// other sides out as soon as one has shown a symbol.
pub(crate) fn read(
    bits: BitMatrix,
    gray: Luma<'_>,
    scale: f32,
    tries: usize,
    first_only: bool,
    budget: &Budget,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut unread: Vec<([Point; 4], usize)> = Vec::new();
    let mut turned = Turned { bits, quarters: 0 };
    // Opposite sides first: half a turn is quick, a quarter is not.
    let cost = turned.bits.width() as usize * turned.bits.height() as usize / 200;
    for quarters in [0, 2, 3, 1] {
        if !budget.allows(cost) || (first_only && !found.is_empty()) {
            break;
        }
        turned.turn_to(quarters);
        for (corners, bits) in turned.traced() {
            let corners = corners.map(|corner| Point::new(corner.x * scale, corner.y * scale));
            if let Some((text, symbology)) = text(&bits) {
                super::found::collect(&mut found, [Found { text, format: Format::DataMatrix, symbology, corners }]);
                continue;
            }
            let (width, height) = (bits.width() as usize, bits.height() as usize);
            let known = unread.iter().any(|(other, _)| corners.iter().zip(other).all(|(a, b)| a.distance(*b) < 6.0));
            if width >= 10 && width.abs_diff(height) <= 6 && !known {
                unread.push((corners, width));
            }
        }
    }
    if !found.is_empty() {
        return found;
    }
    for (corners, side) in unread.into_iter().take(tries) {
        if budget.spent() {
            break;
        }
        super::found::collect(&mut found, sample_again(gray, &corners, &sizes_near(side), budget));
    }
    found
}

/// A picture turned by so many quarters against the clock.
struct Turned {
    bits: BitMatrix,
    quarters: usize,
}

impl Turned {
    /// Corners, in the picture as it was before it was turned, and modules of the symbols that show from the right.
    fn traced(&self) -> Vec<([Point; 4], BitMatrix)> {
        let Ok(Ok(traced)) = catch_unwind(AssertUnwindSafe(|| detect(&self.bits, true, false))) else {
            return Vec::new();
        };
        let symbol = |symbol: &DatamatrixDetectorResult| {
            let &[a, b, c, d] = symbol.getPoints() else { return None };
            Some(([a, b, c, d].map(|corner| self.before(corner.x, corner.y)), symbol.getBits().clone()))
        };
        traced.iter().filter_map(symbol).collect()
    }

    fn turn_to(&mut self, quarters: usize) {
        let further = (quarters + 4 - self.quarters) % 4;
        if further % 2 == 1 {
            self.bits.rotate90();
        }
        if further >= 2 {
            self.bits.rotate180();
        }
        self.quarters = quarters;
    }

    /// Where a place lay before the picture was turned.
    fn before(&self, x: f32, y: f32) -> Point {
        let (width, height) = (self.bits.width() as f32, self.bits.height() as f32);
        match self.quarters {
            0 => Point::new(x, y),
            1 => Point::new(height - y, x),
            2 => Point::new(width - x, height - y),
            _ => Point::new(y, width - x),
        }
    }
}

/// Reads the symbol that a region seems to hold, without tracing its edges.
pub(crate) fn read_outlined(region: Luma<'_>, budget: &Budget) -> Option<Found> {
    outline::outlines(region).into_iter().find_map(|outline| {
        let sides = SIZES.into_iter().filter(|(side, _)| outline.sides.contains(side));
        let mut sides: Vec<(usize, usize)> = sides.collect();
        sides.sort_by_key(|(side, _)| outline.sides.iter().position(|likely| likely == side));
        sample_again(region, &outline.corners, &sides, budget)
    })
}

/// The legal sizes near a number of modules that was counted, the nearest first.
fn sizes_near(counted: usize) -> Vec<(usize, usize)> {
    let mut sizes: Vec<(usize, usize)> = SIZES.into_iter().filter(|(side, _)| side.abs_diff(counted) <= 4).collect();
    sizes.sort_by_key(|(side, _)| side.abs_diff(counted));
    sizes
}

/// Samples the gray picture inside corners that were found, at each of some sizes.
fn sample_again(gray: Luma<'_>, corners: &[Point; 4], sizes: &[(usize, usize)], budget: &Budget) -> Option<Found> {
    for &(side, regions) in sizes {
        // What it takes to fit a warp.
        if !budget.allows(side * side / 2) {
            return None;
        }
        let size = Size { side, regions };
        let Some(warp) = Warp::fit(gray, corners, &size) else { continue };
        let levels = warp.levels();
        let mut most_right = 0.0_f32;
        let told = |bits: &BitMatrix| {
            let (text, symbology) = text(bits)?;
            Some(Found { text, format: Format::DataMatrix, symbology, corners: warp.corners() })
        };
        for way in modules::WAYS {
            if budget.spent() {
                return None;
            }
            let (bits, right) = modules::black_and_white(&levels, &size, way);
            most_right = most_right.max(right);
            if right >= 0.75
                && let Some(found) = bits.as_ref().and_then(told)
            {
                return Some(found);
            }
        }
        if most_right >= 0.7
            && budget.allows(equaliser::cost(side))
            && let Some(found) = equaliser::equalised(&levels, &size).as_ref().and_then(told)
        {
            return Some(found);
        }
    }
    None
}

/// What the modules of a symbol say, and its symbology identifier.
fn text(bits: &BitMatrix) -> Option<(String, String)> {
    let decoded = catch_unwind(AssertUnwindSafe(|| DECODER.decode(bits))).ok()?.ok()?;
    let modifier = char::from(b'0'.wrapping_add(decoded.getSymbologyModifier() as u8));
    Some((decoded.getText().to_owned(), format!("]d{modifier}")))
}

/// A size of square symbols.
struct Size {
    side: usize,
    /// Into how many regions a side is divided.
    regions: usize,
}

impl Fixed for Size {
    fn side(&self) -> usize {
        self.side
    }

    fn dark(&self, x: i32, y: i32) -> Option<bool> {
        let last = self.side as i32;
        if x < 0 || y < 0 || x >= last || y >= last {
            return (x >= -1 && y >= -1 && x <= last && y <= last).then_some(false);
        }
        let region = (self.side / self.regions) as i32;
        let (x, y) = (x % region, y % region);
        if x == 0 || y == region - 1 {
            Some(true)
        } else if y == 0 {
            Some(x % 2 == 0)
        } else if x == region - 1 {
            Some(y % 2 == 1)
        } else {
            None
        }
    }

    /// Along every finder and timing line, three modules apart.
    fn anchors(&self) -> Vec<Anchor> {
        let region = self.side / self.regions;
        let lines = (0..=self.regions).map(|border| (border * region) as i32);
        lines
            .flat_map(|line| {
                (1..self.side as i32).step_by(3).flat_map(move |along| {
                    [Anchor { x: line, y: along, is_upright: true }, Anchor { x: along, y: line, is_upright: false }]
                })
            })
            .collect()
    }
}
