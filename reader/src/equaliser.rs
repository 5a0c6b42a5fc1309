//! Modules through blur: when light runs over from one module to the next, a threshold can't tell them apart.
//!
//! The level of a module is taken for a weighted sum of the modules in the five by five around it. The weights (the blur
//! of this very symbol: defocus, movement, ink, the phone's sharpening) are estimated from a first guess by least
//! squares; then each module takes the colour that explains the levels best, and both steps repeat. Finder, timing and
//! quiet zone are known, and hold the rest in place.

use rxing::common::BitMatrix;

use super::fixed::Fixed;
use super::modules::Sums;

/// Modules to either side that run into one.
const REACH: usize = 2;
const SPAN: usize = 2 * REACH + 1;
/// The weights and a constant.
const UNKNOWNS: usize = SPAN * SPAN + 1;
/// Estimates of the weights.
const ROUNDS: usize = 4;
/// Sweeps over all modules between two estimates.
const SWEEPS: usize = 4;
/// Modules around that set the middle and the contrast of a level.
const AROUND: i32 = 6;
/// Weights are held near nought by as much as so many modules tell.
const RIDGE: f32 = 4.0;

/// About how long a symbol takes, in microseconds on an ordinary core.
pub(crate) fn cost(side: usize) -> usize {
    side * side
}

/// The modules in black and white, from their gray levels.
pub(crate) fn equalised(levels: &[f32], size: &dyn Fixed) -> Option<BitMatrix> {
    let side = size.side();
    let mut symbol = Symbol::guessed(&normal(levels, size), size);
    for _ in 0..ROUNDS {
        let weights = symbol.weights()?;
        if symbol.settle(&weights) == 0 {
            break;
        }
    }
    let mut bits = BitMatrix::new(side as u32, side as u32).ok()?;
    for y in 0..side {
        for x in 0..side {
            if symbol.colours[symbol.place(x, y)] < 0.0 {
                bits.set(x as u32, y as u32);
            }
        }
    }
    Some(bits)
}

/// Levels between about -1 for dark and 1 for light, without what light and shade make of them.
fn normal(levels: &[f32], size: &dyn Fixed) -> Vec<f32> {
    let side = size.side();
    let known =
        |dark: bool| Sums::of(side, |x, y| (size.dark(x as i32, y as i32) == Some(dark)).then(|| levels[y * side + x]));
    let (dark, light) = (known(true), known(false));
    let all = Sums::of(side, |x, y| Some(levels[y * side + x]));
    let squares = Sums::of(side, |x, y| Some(levels[y * side + x].powi(2)));
    let mean = |x: usize, y: usize| {
        let mean = all.mean(x, y, AROUND).unwrap_or(128.0);
        match (dark.mean(x, y, AROUND), light.mean(x, y, AROUND)) {
            (Some(dark), Some(light)) => (mean + (dark + light) / 2.0) / 2.0,
            _ => mean,
        }
    };
    (0..side * side)
        .map(|module| {
            let (x, y) = (module % side, module / side);
            let plain = all.mean(x, y, AROUND).unwrap_or(128.0);
            let spread = (squares.mean(x, y, AROUND).unwrap_or(0.0) - plain * plain).max(1.0).sqrt();
            ((levels[module] - mean(x, y)) / spread).clamp(-2.5, 2.5)
        })
        .collect()
}

/// A symbol in the making, with a rim of light modules around it.
struct Symbol<'a> {
    size: &'a dyn Fixed,
    side: usize,
    row: usize,
    levels: Vec<f32>,
    /// -1 dark, 1 light.
    colours: Vec<f32>,
}

impl<'a> Symbol<'a> {
    /// Each module by its own level, or as it must be.
    fn guessed(levels: &[f32], size: &'a dyn Fixed) -> Self {
        let side = size.side();
        let row = side + 2 * REACH;
        let mut symbol = Self { size, side, row, levels: levels.to_vec(), colours: vec![1.0; row * row] };
        for y in 0..side {
            for x in 0..side {
                let dark = size.dark(x as i32, y as i32).unwrap_or(levels[y * side + x] < 0.0);
                let place = symbol.place(x, y);
                symbol.colours[place] = if dark { -1.0 } else { 1.0 };
            }
        }
        symbol
    }

    fn place(&self, x: usize, y: usize) -> usize {
        (y + REACH) * self.row + x + REACH
    }

    /// The colours around a module, row after row.
    fn around(&self, x: usize, y: usize) -> [f32; UNKNOWNS] {
        let mut around = [1.0; UNKNOWNS];
        for (dy, colours) in around.chunks_exact_mut(SPAN).take(SPAN).enumerate() {
            let from = (y + dy) * self.row + x;
            colours.copy_from_slice(&self.colours[from..from + SPAN]);
        }
        around
    }

    /// The weights that explain the levels best by the colours as they are now.
    fn weights(&self) -> Option<[f32; UNKNOWNS]> {
        let mut matrix = [[0.0_f32; UNKNOWNS]; UNKNOWNS];
        let mut right = [0.0_f32; UNKNOWNS];
        for y in 0..self.side {
            for x in 0..self.side {
                let around = self.around(x, y);
                let level = self.levels[y * self.side + x];
                for (i, &colour) in around.iter().enumerate() {
                    right[i] += colour * level;
                    for (entry, &other) in matrix[i][..=i].iter_mut().zip(&around) {
                        *entry += colour * other;
                    }
                }
            }
        }
        for (i, row) in matrix.iter_mut().enumerate() {
            row[i] += RIDGE;
        }
        solved(matrix, right)
    }

    /// Turns modules as long as that explains the levels better; returns how many.
    fn settle(&mut self, weights: &[f32; UNKNOWNS]) -> usize {
        let mut rest = vec![0.0; self.side * self.side];
        for y in 0..self.side {
            for x in 0..self.side {
                let told: f32 = self.around(x, y).iter().zip(weights).map(|(colour, weight)| colour * weight).sum();
                rest[y * self.side + x] = self.levels[y * self.side + x] - told;
            }
        }
        let mut turned = 0;
        for _ in 0..SWEEPS {
            let before = turned;
            for y in 0..self.side {
                for x in 0..self.side {
                    if self.size.dark(x as i32, y as i32).is_none() && self.turn(x, y, weights, &mut rest) {
                        turned += 1;
                    }
                }
            }
            if turned == before {
                break;
            }
        }
        turned
    }

    /// Turns one module if what is left unexplained gets smaller.
    fn turn(&mut self, x: usize, y: usize, weights: &[f32; UNKNOWNS], rest: &mut [f32]) -> bool {
        let place = self.place(x, y);
        let colour = self.colours[place];
        let rows = y.saturating_sub(REACH)..(y + REACH + 1).min(self.side);
        let columns = x.saturating_sub(REACH)..(x + REACH + 1).min(self.side);
        // The weight with which this module counts for the one at (column, row).
        let weight = |column: usize, row: usize| weights[(y + REACH - row) * SPAN + x + REACH - column];
        let mut gain = 0.0;
        for row in rows.clone() {
            for column in columns.clone() {
                let change = 2.0 * colour * weight(column, row);
                let left = rest[row * self.side + column];
                gain += left * left - (left + change).powi(2);
            }
        }
        if gain <= 0.0 {
            return false;
        }
        for row in rows {
            for column in columns.clone() {
                rest[row * self.side + column] += 2.0 * colour * weight(column, row);
            }
        }
        self.colours[place] = -colour;
        true
    }
}

/// Solves a symmetric positive system of which the lower half is given, by Cholesky's decomposition.
fn solved(mut matrix: [[f32; UNKNOWNS]; UNKNOWNS], mut right: [f32; UNKNOWNS]) -> Option<[f32; UNKNOWNS]> {
    for i in 0..UNKNOWNS {
        for j in 0..=i {
            let known: f32 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - known;
            matrix[i][j] = if i != j {
                rest / matrix[j][j]
            } else if rest > 1e-6 {
                rest.sqrt()
            } else {
                return None;
            };
        }
        let known: f32 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    for i in (0..UNKNOWNS).rev() {
        let known: f32 = (i + 1..UNKNOWNS).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    Some(right)
}
