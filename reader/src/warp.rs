//! A smooth map from the modules of a symbol to the picture, fitted to the modules whose colour is known.
//!
//! The picture inside the traced corners is first straightened, four pixels a module. Around every
//! anchor a small window is shifted until dark and light stand out best; a cubic surface through these shifts, held back by a
//! little stiffness, is the warp. It follows bent labels, lenses and corners that were traced a module off.

use super::fixed::{Anchor, Fixed};
use super::geometry::{Perspective, Point};
use super::gray::Luma;

/// Pixels of the straightened picture for each module.
const FINE: usize = 4;
/// Modules straightened around the symbol.
const MARGIN: usize = 3;
/// Terms of a cubic in two variables.
const TERMS: usize = 10;
/// How much each term is held back: the shift little, the slant a little, the bends more.
const STIFFNESS: [f32; TERMS] = [0.05, 0.05, 0.05, 0.2, 0.2, 0.2, 0.6, 0.6, 0.6, 0.6];
/// For each round: how far a window may be shifted, in pixels of the straightened picture, and how stiff the warp is.
const ROUNDS: [(i32, f32); 4] = [(4, 8.0), (3, 2.0), (2, 2.0), (2, 2.0)];

type Terms = [f32; TERMS];

/// The fitted map.
pub(crate) struct Warp {
    side: usize,
    straight: Straight,
    perspective: Perspective,
    /// Shift in modules, across and down.
    across: Terms,
    down: Terms,
}

/// The straightened picture, smoothed over three by three pixels.
struct Straight {
    side: usize,
    levels: Vec<f32>,
}

/// A few modules of known colour around a place on a finder or timing line.
struct Window {
    terms: Terms,
    /// Place of each module in the straightened picture, and its weight: light ones positive, dark ones negative.
    modules: Vec<(i32, i32, f32)>,
}

impl Warp {
    /// Fits a symbol of some size to a picture of it within `corners`. None when its fixed modules can't be made
    /// out there.
    pub fn fit(gray: Luma<'_>, corners: &[Point; 4], size: &dyn Fixed) -> Option<Self> {
        let side = size.side();
        let perspective = Perspective::of(side as f32, corners)?;
        let straight = Straight::of(gray, &perspective, side);
        let windows = windows(size);
        let mut warp = Self { side, straight, perspective, across: [0.0; TERMS], down: [0.0; TERMS] };
        for (reach, stiffness) in ROUNDS {
            warp.improve(&windows, reach, stiffness)?;
        }
        Some(warp)
    }

    fn improve(&mut self, windows: &[Window], reach: i32, stiffness: f32) -> Option<()> {
        let seen: Vec<(&Window, Point, f32)> = windows
            .iter()
            .filter_map(|window| {
                let start = Point::new(dot(&window.terms, &self.across), dot(&window.terms, &self.down));
                let (shift, contrast) = self.straight.best_shift(window, start, reach)?;
                Some((window, shift, contrast))
            })
            .collect();
        if seen.len() < 12 {
            return None;
        }
        let mut contrasts: Vec<f32> = seen.iter().map(|(_, _, contrast)| *contrast).collect();
        contrasts.sort_by(f32::total_cmp);
        let usual = contrasts[contrasts.len() / 2];
        let mut matrix = [[0.0; TERMS]; TERMS];
        let (mut across, mut down) = ([0.0; TERMS], [0.0; TERMS]);
        for (window, shift, contrast) in seen {
            let weight = (contrast / usual).min(1.5).powi(2);
            for i in 0..TERMS {
                let weighted = weight * window.terms[i];
                across[i] += weighted * shift.x;
                down[i] += weighted * shift.y;
                for (entry, term) in matrix[i].iter_mut().zip(&window.terms) {
                    *entry += weighted * term;
                }
            }
        }
        for (i, held) in STIFFNESS.iter().enumerate() {
            matrix[i][i] += held * stiffness;
        }
        (self.across, self.down) = solve(matrix, across, down)?;
        Some(())
    }

    /// The gray level of every module, row after row.
    pub fn levels(&self) -> Vec<f32> {
        let mut levels = Vec::with_capacity(self.side * self.side);
        for y in 0..self.side {
            for x in 0..self.side {
                let shifted = self.shifted(Point::new(x as f32 + 0.5, y as f32 + 0.5));
                levels.push(self.straight.at(shifted));
            }
        }
        levels
    }

    /// Where the symbol's corners lie in the picture.
    pub fn corners(&self) -> [Point; 4] {
        let side = self.side as f32;
        [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(x, y)| {
            let shifted = self.shifted(Point::new(x, y));
            self.perspective.map(shifted.x, shifted.y)
        })
    }

    fn shifted(&self, module: Point) -> Point {
        let terms = terms(self.side, module);
        Point::new(module.x + dot(&terms, &self.across), module.y + dot(&terms, &self.down))
    }
}

impl Straight {
    fn of(gray: Luma<'_>, perspective: &Perspective, modules: usize) -> Self {
        let side = (modules + 2 * MARGIN) * FINE;
        let place = |pixel: usize| (pixel as f32 + 0.5) / FINE as f32 - MARGIN as f32;
        let mut sharp = Vec::with_capacity(side * side);
        for y in 0..side {
            sharp.extend((0..side).map(|x| gray.at(perspective.map(place(x), place(y)))));
        }
        let mut levels = sharp.clone();
        for y in 1..side - 1 {
            for x in 1..side - 1 {
                let row = |y: usize| sharp[y * side + x - 1] + sharp[y * side + x] + sharp[y * side + x + 1];
                levels[y * side + x] = (row(y - 1) + row(y) + row(y + 1)) / 9.0;
            }
        }
        Self { side, levels }
    }

    /// The shift near `start`, in modules, at which a window shows its colours best, and their contrast.
    fn best_shift(&self, window: &Window, start: Point, reach: i32) -> Option<(Point, f32)> {
        let fine = FINE as f32;
        let (from_x, from_y) = ((start.x * fine).round() as i32, (start.y * fine).round() as i32);
        let contrast = |dx: i32, dy: i32| {
            window
                .modules
                .iter()
                .map(|&(x, y, weight)| weight * self.pixel(x + from_x + dx, y + from_y + dy))
                .sum::<f32>()
        };
        let (mut best, mut best_x, mut best_y) = (f32::MIN, 0, 0);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                // Far shifts have to be a little better than near ones.
                let here = contrast(dx, dy) * (1.0 - 0.005 * (dx * dx + dy * dy) as f32);
                if here > best {
                    (best, best_x, best_y) = (here, dx, dy);
                }
            }
        }
        let aside = |before: f32, after: f32| {
            let bend = before + after - 2.0 * best;
            if bend < -1e-3 { ((before - after) / (2.0 * bend)).clamp(-0.5, 0.5) } else { 0.0 }
        };
        let across = aside(contrast(best_x - 1, best_y), contrast(best_x + 1, best_y));
        let down = aside(contrast(best_x, best_y - 1), contrast(best_x, best_y + 1));
        (best > 4.0).then(|| {
            let shift =
                Point::new(((from_x + best_x) as f32 + across) / fine, ((from_y + best_y) as f32 + down) / fine);
            (shift, best)
        })
    }

    #[inline]
    fn pixel(&self, x: i32, y: i32) -> f32 {
        let last = self.side as i32 - 1;
        self.levels[(y.clamp(0, last) as usize) * self.side + x.clamp(0, last) as usize]
    }

    fn at(&self, module: Point) -> f32 {
        let last = self.side as f32 - 1.001;
        let place = |along: f32| ((along + MARGIN as f32) * FINE as f32 - 0.5).clamp(0.0, last);
        let (x, y) = (place(module.x), place(module.y));
        let (left, top) = (x as usize, y as usize);
        let (right_share, low_share) = (x - left as f32, y - top as f32);
        let row = |y: usize| {
            let here = &self.levels[y * self.side + left..];
            here[0] * (1.0 - right_share) + here[1] * right_share
        };
        row(top) * (1.0 - low_share) + row(top + 1) * low_share
    }
}

/// The windows around every anchor that has enough known modules of either colour near it.
fn windows(size: &dyn Fixed) -> Vec<Window> {
    let side = size.side();
    let window = |anchor: Anchor| {
        let Anchor { x, y, is_upright } = anchor;
        let (wide, high) = if is_upright { (-2..=1, -3..=3) } else { (-3..=3, -2..=1) };
        let known: Vec<(i32, i32, bool)> = high
            .flat_map(|down| wide.clone().map(move |across| (x + across, y + down)))
            .filter_map(|(x, y)| Some((x, y, size.dark(x, y)?)))
            .collect();
        let dark = known.iter().filter(|(_, _, dark)| *dark).count();
        let light = known.len() - dark;
        if dark < 3 || light < 3 {
            return None;
        }
        let half = |along: bool| if along { 0.5 } else { 0.0 };
        let middle = Point::new(x as f32 + half(!is_upright), y as f32 + half(is_upright));
        let place = |module: i32| (module + MARGIN as i32) * FINE as i32 + FINE as i32 / 2;
        let weight = |is_dark: bool| if is_dark { -1.0 / dark as f32 } else { 1.0 / light as f32 };
        Some(Window {
            terms: terms(side, middle),
            modules: known.into_iter().map(|(x, y, dark)| (place(x), place(y), weight(dark))).collect(),
        })
    };
    size.anchors().into_iter().filter_map(window).collect()
}

fn terms(side: usize, module: Point) -> Terms {
    let scale = 2.0 / side as f32;
    let (x, y) = (module.x * scale - 1.0, module.y * scale - 1.0);
    [1.0, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y]
}

fn dot(a: &Terms, b: &Terms) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves one symmetric system for two right-hand sides, by elimination with pivots.
fn solve(mut matrix: [Terms; TERMS], mut a: Terms, mut b: Terms) -> Option<(Terms, Terms)> {
    for column in 0..TERMS {
        let pivot = (column..TERMS).max_by(|&i, &j| matrix[i][column].abs().total_cmp(&matrix[j][column].abs()))?;
        matrix.swap(column, pivot);
        a.swap(column, pivot);
        b.swap(column, pivot);
        let head = matrix[column];
        if head[column].abs() < 1e-9 {
            return None;
        }
        for row in 0..TERMS {
            if row == column {
                continue;
            }
            let factor = matrix[row][column] / head[column];
            for (entry, above) in matrix[row].iter_mut().zip(&head).skip(column) {
                *entry -= factor * above;
            }
            a[row] -= factor * a[column];
            b[row] -= factor * b[column];
        }
    }
    for row in 0..TERMS {
        a[row] /= matrix[row][row];
        b[row] /= matrix[row][row];
    }
    Some((a, b))
}
