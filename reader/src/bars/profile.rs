//! Digits and characters by the gray levels of all their modules, where blur has run the edges of narrow bars together.
//!
//! An edge between a narrow and a wide element lies where both of them put it, so that widths measured between edges
//! draw near each other in a small or blurred picture. Here the levels within each digit's seven modules are held against
//! the pictures that the twenty digits give under three strengths of blur; Code 128 does the same with its characters.

use std::sync::LazyLock;

use super::super::found::Format;
use super::ean::{DIGITS, EVEN_UPC_E, FIRST};

/// Samples for each module.
const FINE: usize = 4;
/// Samples of a digit's seven modules and of one on either side, whose colour is known.
pub(super) const DIGIT: usize = 9 * FINE;
/// The same for the eleven modules of a character of Code 128.
pub(super) const CHARACTER: usize = 13 * FINE;
/// Standard deviations of the blur, in modules.
pub(super) const BLURS: [f32; 3] = [0.3, 0.6, 0.9];
/// How far a digit's ends are shifted, in modules: neighbours of different widths draw the edge between them aside.
const SHIFTS: [f32; 3] = [0.0, -0.2, 0.2];
/// How alike the digits must be to what they are taken for: on the average, and each one.
const ALIKE: (f32, f32) = (0.88, 0.7);
/// By how much each digit must be more like what it is taken for than like any other.
const APART: f32 = 0.04;

type Levels = [f32; DIGIT];

/// The levels of each digit with odd parity, then with even parity, under each blur: mean nought, length one.
static PICTURES: LazyLock<[[[Levels; 10]; 2]; BLURS.len()]> = LazyLock::new(|| {
    BLURS.map(|blur| {
        [false, true].map(|is_even| {
            DIGITS.map(|mut widths| {
                if is_even {
                    widths.reverse();
                }
                picture(&widths, 1.0, blur)
            })
        })
    })
});

/// Draws all pictures now, for who looks at the clock while reading.
pub(super) fn prepare() {
    LazyLock::force(&PICTURES);
}

/// The gray levels of a line, and what takes the places of its edges to them.
pub(super) struct Profile {
    pub levels: Vec<f32>,
    pub shift: f32,
}

/// Where the digits of a symbol begin and end on its line: those that begin with a space, then those that begin with a
/// bar.
pub(super) struct Digits {
    pub format: Format,
    pub left: Vec<(f32, f32)>,
    pub right: Vec<(f32, f32)>,
}

impl Digits {
    /// All the digits that the levels show, those that only parities tell included.
    pub fn read(&self, profile: &Profile) -> Option<String> {
        let sampled = |places: &[(f32, f32)]| -> Vec<Vec<Levels>> {
            let shifts = || SHIFTS.iter().flat_map(|&start| SHIFTS.iter().map(move |&end| (start, end)));
            places.iter().map(|&place| shifts().map(|shift| profile.cell(place, 7.0, shift)).collect()).collect()
        };
        let (left, right) = (sampled(&self.left), sampled(&self.right));
        let likeliest = PICTURES.iter().filter_map(|pictures| {
            // Those on the right are printed the other way round in dark and light.
            let alike = |shifts: &Vec<Levels>, sign: f32| {
                pictures.each_ref().map(|parity| {
                    parity
                        .each_ref()
                        .map(|picture| shifts.iter().map(|levels| sign * dot(levels, picture)).fold(f32::MIN, f32::max))
                })
            };
            let left: Vec<[[f32; 10]; 2]> = left.iter().map(|digit| alike(digit, 1.0)).collect();
            let right: Vec<[f32; 10]> = right.iter().map(|digit| alike(digit, -1.0)[0]).collect();
            self.likeliest(&left, &right)
        });
        let (_, digits) = likeliest.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(digits.into_iter().map(|digit| char::from(b'0' + digit)).collect())
    }

    /// The digits that are the likeliest together with the parities that they may have, and how alike they are.
    fn likeliest(&self, left: &[[[f32; 10]; 2]], right: &[[f32; 10]]) -> Option<(f32, Vec<u8>)> {
        // Each with the digits that it puts in front and behind.
        let parities: Vec<(u8, Option<u8>, Option<u8>)> = match self.format {
            Format::Ean13 => FIRST.iter().zip(0..).map(|(&even, first)| (even, Some(first), None)).collect(),
            Format::UpcE => {
                let of = |system: u8, flip: u8| {
                    EVEN_UPC_E.iter().zip(0..).map(move |(&even, check)| (even ^ flip, Some(system), Some(check)))
                };
                of(0, 0).chain(of(1, 0b11_1111)).collect()
            }
            _ => vec![(0, None, None)],
        };
        let most = |alike: &[f32; 10]| alike.iter().copied().fold(f32::MIN, f32::max);
        let is_even = |even: u8, place: usize| usize::from(even >> (left.len() - 1 - place) & 1);
        let of_parities =
            |even: u8| left.iter().enumerate().map(|(place, alike)| most(&alike[is_even(even, place)])).sum::<f32>();
        let &(even, first, check) = parities.iter().max_by(|a, b| of_parities(a.0).total_cmp(&of_parities(b.0)))?;
        let mut digits: Vec<u8> = first.into_iter().collect();
        let mut sum = 0.0;
        for (place, alike) in left.iter().enumerate() {
            let here = is_even(even, place);
            let others = if self.format == Format::Ean8 { &[][..] } else { &alike[1 - here][..] };
            let (digit, most) = clear(&alike[here], others)?;
            digits.push(digit);
            sum += most;
        }
        for alike in right {
            let (digit, most) = clear(alike, &[])?;
            digits.push(digit);
            sum += most;
        }
        digits.extend(check);
        let mean = sum / (left.len() + right.len()) as f32;
        (mean >= ALIKE.0).then_some((mean, digits))
    }
}

/// The digit that is most alike, if it is so clearly enough, against `others` as well.
fn clear(alike: &[f32; 10], others: &[f32]) -> Option<(u8, f32)> {
    let (digit, &most) = alike.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let next = alike.iter().enumerate().filter(|(other, _)| *other != digit).map(|(_, alike)| alike).chain(others);
    let next = next.copied().fold(f32::MIN, f32::max);
    (most >= ALIKE.1 && most - next >= APART).then_some((digit as u8, most))
}

impl Profile {
    /// The levels of so many modules between two edges and of one on either side, the ends shifted by so many modules,
    /// with a mean of nought and a length of one.
    pub fn cell<const N: usize>(&self, (start, end): (f32, f32), modules: f32, shift: (f32, f32)) -> [f32; N] {
        let module = (end - start) / modules;
        let start = start + shift.0 * module + self.shift;
        let module = module + (shift.1 - shift.0) * module / modules;
        let mut cell: [f32; N] = std::array::from_fn(|sample| {
            let at = start + module * ((sample as f32 + 0.5) / FINE as f32 - 1.0);
            let at = at.clamp(0.0, self.levels.len() as f32 - 1.001);
            let (before, share) = (at as usize, at.fract());
            self.levels[before] + (self.levels[before + 1] - self.levels[before]) * share
        });
        normalise(&mut cell);
        cell
    }
}

/// What elements of these widths look like, the first of them of one level (1 light, -1 dark) and the others by turns,
/// with a module of the other level on either side.
pub(super) fn picture<const N: usize>(widths: &[f32], first: f32, blur: f32) -> [f32; N] {
    // From nothing to the level beside, then from level to level, and to nothing again.
    let mut steps = vec![(-1.0, -first)];
    let (mut at, mut step) = (0.0, 2.0 * first);
    for width in widths {
        steps.push((at, step));
        at += width;
        step = -step;
    }
    steps.push((at, step));
    steps.push((at + 1.0, -step / 2.0));
    let mut levels: [f32; N] = std::array::from_fn(|sample| {
        let middle = (sample as f32 + 0.5) / FINE as f32 - 1.0;
        // The logistic function lies within a hundredth of a blurred step, and is quick.
        steps.iter().map(|(at, step)| step / (1.0 + (1.702 * (at - middle) / blur).exp())).sum()
    });
    normalise(&mut levels);
    levels
}

fn normalise<const N: usize>(levels: &mut [f32; N]) {
    let mean = levels.iter().sum::<f32>() / N as f32;
    for level in levels.iter_mut() {
        *level -= mean;
    }
    let length = dot(levels, levels).sqrt().max(1e-3);
    for level in levels.iter_mut() {
        *level /= length;
    }
}

pub(super) fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
