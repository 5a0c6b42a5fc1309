//! Code 128 and GS1-128 (ISO/IEC 15417).

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::super::found::Format;
use super::Reading;
use super::line::Edges;
use super::profile::{BLURS, CHARACTER, Profile, dot, picture};

/// The widths of the six elements of each character in modules, as digits of a number; the last is the stop character
/// without its final bar.
const CHARACTERS: [u32; 107] = [
    212_222, 222_122, 222_221, 121_223, 121_322, 131_222, 122_213, 122_312, 132_212, 221_213, 221_312, 231_212,
    112_232, 122_132, 122_231, 113_222, 123_122, 123_221, 223_211, 221_132, 221_231, 213_212, 223_112, 312_131,
    311_222, 321_122, 321_221, 312_212, 322_112, 322_211, 212_123, 212_321, 232_121, 111_323, 131_123, 131_321,
    112_313, 132_113, 132_311, 211_313, 231_113, 231_311, 112_133, 112_331, 132_131, 113_123, 113_321, 133_121,
    313_121, 211_331, 231_131, 213_113, 213_311, 213_131, 311_123, 311_321, 331_121, 312_113, 312_311, 332_111,
    314_111, 221_411, 431_111, 111_224, 111_422, 121_124, 121_421, 141_122, 141_221, 112_214, 112_412, 122_114,
    122_411, 142_112, 142_211, 241_211, 221_114, 413_111, 241_112, 134_111, 111_242, 121_142, 121_241, 114_212,
    124_112, 124_211, 411_212, 421_112, 421_211, 212_141, 214_121, 412_121, 111_143, 111_341, 131_141, 114_113,
    114_311, 411_113, 411_311, 113_141, 114_131, 311_141, 411_131, 211_412, 211_214, 211_232, 233_111,
];

const SHIFT: u8 = 98;
const CODE_C: u8 = 99;
const CODE_B: u8 = 100;
const CODE_A: u8 = 101;
const FNC1: u8 = 102;
const START_A: u8 = 103;
const START_C: u8 = 105;
const STOP: u8 = 106;

/// How far a character's ends are shifted, in modules.
const SHIFTS: [(f32, f32); 5] = [(0.0, 0.0), (-0.2, 0.0), (0.2, 0.0), (0.0, -0.2), (0.0, 0.2)];
/// How alike a character's levels must be to the picture of what they are taken for, and by how much more than to any
/// other.
const ALIKE: f32 = 0.8;
const APART: f32 = 0.03;

/// What each character looks like under each blur.
static PICTURES: LazyLock<Vec<Vec<[f32; CHARACTER]>>> = LazyLock::new(|| {
    let of_blur = |blur: f32| CHARACTERS.iter().map(|&printed| picture(&digits(printed), -1.0, blur)).collect();
    BLURS.into_iter().map(of_blur).collect()
});

/// Draws all pictures now, for who looks at the clock while reading.
pub(super) fn prepare() {
    LazyLock::force(&PICTURES);
}

/// How far a character's widths may be from the printed ones, in modules summed over its measures.
const MOST_OFF: f32 = 3.2;
/// How far a whole symbol's may be on the average of its characters.
const MOST_OFF_MEAN: f32 = 1.7;

/// The first symbol on a line, read from left to right by the widths between edges.
pub(super) fn read(edges: &Edges) -> Option<Reading> {
    first(edges, &|from, _| nearest(edges, from))
}

/// The same by the levels on the line.
pub(super) fn read_profile(edges: &Edges, profile: &Profile) -> Option<Reading> {
    first(edges, &|from, is_first| {
        let likely = if is_first { usize::from(START_A)..=usize::from(START_C) } else { 0..=usize::from(STOP) };
        most_alike(profile, (edges.place(from), edges.place(from + 6)), likely).map(|value| (value, 0.0))
    })
}

/// What tells the character whose first element is given, and how far it is off; whether it is the first of its symbol.
type Tell<'a> = dyn Fn(usize, bool) -> Option<(u8, f32)> + 'a;

fn first(edges: &Edges, tell: &Tell) -> Option<Reading> {
    (0..edges.elements().saturating_sub(24))
        .filter(|&start| edges.is_bar(start))
        .find_map(|start| symbol(edges, start, tell))
}

fn symbol(edges: &Edges, start: usize, tell: &Tell) -> Option<Reading> {
    let module = edges.span(start, start + 6) / 11.0;
    let quiet = start == 0 || edges.width(start - 1) > 4.0 * module;
    if !quiet {
        return None;
    }
    let (first, off) = tell(start, true)?;
    if !(START_A..=START_C).contains(&first) {
        return None;
    }
    let mut values = vec![first];
    let mut off = off;
    let mut from = start + 6;
    let mut last = edges.span(start, start + 6);
    loop {
        if from + 6 > edges.elements() {
            return None;
        }
        let span = edges.span(from, from + 6);
        if !(0.7..1.4).contains(&(span / last)) {
            return None;
        }
        let (value, value_off) = tell(from, false)?;
        off += value_off;
        last = span;
        from += 6;
        if value == STOP {
            break;
        }
        values.push(value);
    }
    // The stop character ends with a bar of two modules.
    let bar = edges.width(from.min(edges.elements() - 1)) / last * 11.0;
    if from >= edges.elements() || !(1.2..3.2).contains(&bar) || values.len() < 4 {
        return None;
    }
    if off > MOST_OFF_MEAN * (values.len() + 1) as f32 {
        return None;
    }
    let check = values.pop()?;
    let sum: usize = values.iter().enumerate().map(|(place, &value)| place.max(1) * usize::from(value)).sum();
    if sum % 103 != usize::from(check) {
        return None;
    }
    let (text, symbology) = text(&values)?;
    Some(Reading { text, format: Format::Code128, symbology, from: start, to: from + 1 })
}

/// The character whose widths are nearest to the six elements from one on, and how far it is off.
fn nearest(edges: &Edges, from: usize) -> Option<(u8, f32)> {
    if from + 6 > edges.elements() {
        return None;
    }
    let module = edges.span(from, from + 6) / 11.0;
    let widths: [f32; 6] = std::array::from_fn(|element| edges.width(from + element) / module);
    let (mut best, mut second) = ((0, f32::MAX), f32::MAX);
    for (value, &printed) in CHARACTERS.iter().enumerate() {
        let printed = digits(printed);
        let pairs: f32 = (0..5).map(|i| (widths[i] + widths[i + 1] - printed[i] - printed[i + 1]).abs()).sum();
        let single: f32 = (0..6).map(|i| (widths[i] - printed[i]).abs()).sum();
        let off = pairs * 0.8 + 0.4 * single;
        if off < best.1 {
            second = best.1;
            best = (value as u8, off);
        } else {
            second = second.min(off);
        }
    }
    (best.1 < MOST_OFF && second - best.1 > 0.1).then_some(best)
}

/// The character that the levels between two places are most like, if they are enough and it stands out.
fn most_alike(profile: &Profile, place: (f32, f32), likely: RangeInclusive<usize>) -> Option<u8> {
    let cells: [[f32; CHARACTER]; SHIFTS.len()] = SHIFTS.map(|shift| profile.cell(place, 11.0, shift));
    let (mut best, mut second) = ((0, f32::MIN), f32::MIN);
    for value in likely {
        let alike = PICTURES
            .iter()
            .flat_map(|pictures| cells.iter().map(|cell| dot(cell, &pictures[value])))
            .fold(f32::MIN, f32::max);
        if alike > best.1 {
            second = best.1;
            best = (value as u8, alike);
        } else {
            second = second.max(alike);
        }
    }
    (best.1 >= ALIKE && best.1 - second >= APART).then_some(best.0)
}

fn digits(number: u32) -> [f32; 6] {
    let mut rest = number;
    let mut digits = [0.0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = (rest % 10) as f32;
        rest /= 10;
    }
    digits
}

/// What the characters say, from the start character on and without the check character. FNC1 in front makes it a
/// GS1-128 and isn't part of the text; later ones are GS.
fn text(values: &[u8]) -> Option<(String, &'static str)> {
    let (&start, rest) = values.split_first()?;
    let mut set = CODE_A - (start - START_A);
    let mut shifted = false;
    // FNC4 moves the next character to the upper half of Latin-1, two of them all that follow, until two more come.
    let (mut upper, mut upper_next, mut fnc4_before) = (false, false, false);
    let mut text = String::new();
    let mut symbology = "]C0";
    for (place, &value) in rest.iter().enumerate() {
        let now = if std::mem::take(&mut shifted) { CODE_A + CODE_B - set } else { set };
        let fnc4 = matches!((value, now), (CODE_A, CODE_A) | (CODE_B, CODE_B));
        if fnc4 {
            upper ^= fnc4_before;
            upper_next = !fnc4_before;
            fnc4_before = !fnc4_before;
            continue;
        }
        fnc4_before = false;
        let mut push = |character: u8| {
            let is_upper = upper ^ std::mem::take(&mut upper_next);
            text.push(char::from(if is_upper { character + 128 } else { character }));
        };
        match (value, now) {
            (FNC1, _) if place == 0 => symbology = "]C1",
            (FNC1, _) => text.push('\u{1d}'),
            (0..=99, CODE_C) => {
                text.push(char::from(b'0' + value / 10));
                text.push(char::from(b'0' + value % 10));
            }
            (64..=95, CODE_A) => push(value - 64),
            (0..=95, _) => push(b' ' + value),
            (SHIFT, CODE_A | CODE_B) => shifted = true,
            (CODE_C, _) => set = CODE_C,
            (CODE_B, CODE_A | CODE_C) => set = CODE_B,
            (CODE_A, CODE_B | CODE_C) => set = CODE_A,
            // FNC2 and FNC3 talk to the reader.
            _ => return None,
        }
    }
    (!text.is_empty()).then_some((text, symbology))
}
