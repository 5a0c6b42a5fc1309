//! EAN-13, EAN-8, UPC-A and UPC-E (ISO/IEC 15420).

use super::super::found::{Format, expanded};
use super::Reading;
use super::line::Edges;
use super::profile::{Digits, Profile};

/// The widths of the four elements of each digit, in modules, as the left half prints them with odd parity.
pub(super) const DIGITS: [[f32; 4]; 10] = [
    [3.0, 2.0, 1.0, 1.0],
    [2.0, 2.0, 2.0, 1.0],
    [2.0, 1.0, 2.0, 2.0],
    [1.0, 4.0, 1.0, 1.0],
    [1.0, 1.0, 3.0, 2.0],
    [1.0, 2.0, 3.0, 1.0],
    [1.0, 1.0, 1.0, 4.0],
    [1.0, 3.0, 1.0, 2.0],
    [1.0, 2.0, 1.0, 3.0],
    [3.0, 1.0, 1.0, 2.0],
];

/// The first digit of an EAN-13 by the parities of its left half; a set bit is even parity, the first digit's highest.
pub(super) const FIRST: [u8; 10] =
    [0b00_0000, 0b00_1011, 0b00_1101, 0b00_1110, 0b01_0011, 0b01_1001, 0b01_1100, 0b01_0101, 0b01_0110, 0b01_1010];

/// Which digits of a UPC-E of number system 0 have even parity, by its check digit; in number system 1 the others have.
pub(super) const EVEN_UPC_E: [u8; 10] =
    [0b11_1000, 0b11_0100, 0b11_0010, 0b11_0001, 0b10_1100, 0b10_0110, 0b10_0011, 0b10_1010, 0b10_1001, 0b10_0101];

/// How far a digit's widths may be from the printed ones, in modules summed over its measures.
const MOST_OFF: f32 = 2.2;
/// How far a whole symbol's may be on the average of its digits.
const MOST_OFF_MEAN: f32 = 1.1;

/// The first symbol on a line, read from left to right by the widths between edges.
pub(super) fn read(edges: &Edges) -> Option<Reading> {
    first(edges, &|symbol, layout| symbol.by_widths(layout))
}

/// The same by the levels on the line.
pub(super) fn read_profile(edges: &Edges, profile: &Profile) -> Option<Reading> {
    first(edges, &|symbol, layout| {
        let places = |digits: Option<(usize, usize)>| digits.map(|(from, count)| symbol.places(from, count));
        let digits = Digits {
            format: layout.format,
            left: places(Some(layout.left)).unwrap_or_default(),
            right: places(layout.right).unwrap_or_default(),
        };
        digits.read(profile)
    })
}

/// How a kind of symbol is laid out; elements are counted from its first bar.
struct Layout {
    format: Format,
    symbology: &'static str,
    elements: usize,
    modules: f32,
    /// Guards by their first element and their number of elements.
    guards: &'static [(usize, usize)],
    /// Digits that begin with a space, and those that begin with a bar: the first element and the number of digits.
    left: (usize, usize),
    right: Option<(usize, usize)>,
    /// Quiet zone in modules, and whether both have to be there.
    quiet: (f32, bool),
}

const LAYOUTS: [Layout; 3] = [
    Layout {
        format: Format::Ean13,
        symbology: "]E0",
        elements: 59,
        modules: 95.0,
        guards: &[(0, 3), (27, 5), (56, 3)],
        left: (3, 6),
        right: Some((32, 6)),
        quiet: (4.0, false),
    },
    Layout {
        format: Format::Ean8,
        symbology: "]E4",
        elements: 43,
        modules: 67.0,
        guards: &[(0, 3), (19, 5), (40, 3)],
        left: (3, 4),
        right: Some((24, 4)),
        quiet: (3.5, true),
    },
    Layout {
        format: Format::UpcE,
        symbology: "]E0",
        elements: 33,
        modules: 51.0,
        guards: &[(0, 3), (27, 6)],
        left: (3, 6),
        right: None,
        quiet: (3.5, true),
    },
];

fn first(edges: &Edges, digits: &dyn Fn(&Symbol, &Layout) -> Option<String>) -> Option<Reading> {
    (0..edges.elements().saturating_sub(32))
        .filter(|&start| edges.is_bar(start))
        .flat_map(|start| LAYOUTS.iter().map(move |layout| (start, layout)))
        .find_map(|(start, layout)| {
            let symbol = Symbol::at(edges, start, layout.elements, layout.modules)?;
            let (quiet, both) = layout.quiet;
            let (before, after) = (symbol.quiet_before(quiet), symbol.quiet_after(quiet));
            let is_framed = layout.guards.iter().all(|&(from, count)| symbol.guard(from, count));
            if !is_framed || !(before || after) || both && !(before && after) {
                return None;
            }
            let text = digits(&symbol, layout)?;
            let holds = match layout.format {
                Format::UpcE => check_digit_holds(&expanded(&text)?),
                _ => check_digit_holds(&text),
            };
            let (text, format) = match (layout.format, text.strip_prefix('0')) {
                (Format::Ean13, Some(rest)) => (rest.to_owned(), Format::UpcA),
                _ => (text, layout.format),
            };
            holds.then_some(Reading {
                text,
                format,
                symbology: layout.symbology,
                from: start,
                to: start + layout.elements,
            })
        })
}

/// Whether the last digit is the one that the others ask for.
pub(super) fn check_digit_holds(text: &str) -> bool {
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 1 { 3 } else { 1 })
        .sum();
    sum.is_multiple_of(10)
}

/// A run of elements that may be a symbol, and what its guards tell of it.
struct Symbol<'a> {
    edges: &'a Edges,
    start: usize,
    elements: usize,
    module: f32,
    /// How much wider than printed a bar is, and narrower a space, in modules: ink spreads, light creeps.
    gain: f32,
}

impl<'a> Symbol<'a> {
    /// None when there are too few elements or the first guard is out of proportion.
    fn at(edges: &'a Edges, start: usize, elements: usize, modules: f32) -> Option<Self> {
        if start + elements > edges.elements() {
            return None;
        }
        let module = edges.span(start, start + elements) / modules;
        let [a, b, c] = [0, 1, 2].map(|element| edges.width(start + element) / module);
        let gain = ((a + c) / 2.0 - b) / 2.0;
        let near = (2.1..4.0).contains(&(a + b + c)) && gain.abs() < 0.6 && (a - c).abs() < 0.9;
        near.then_some(Self { edges, start, elements, module, gain })
    }

    /// Whether elements that are all one module wide look so.
    fn guard(&self, from: usize, count: usize) -> bool {
        let span = self.edges.span(self.start + from, self.start + from + count) / self.module;
        let near = (span - count as f32).abs() < 0.28 * count as f32;
        near && (from..from + count).all(|element| (0.25..2.0).contains(&self.width(element, self.module)))
    }

    fn quiet_before(&self, modules: f32) -> bool {
        self.start == 0 || self.edges.width(self.start - 1) > modules * self.module
    }

    fn quiet_after(&self, modules: f32) -> bool {
        let next = self.start + self.elements;
        next >= self.edges.elements() || self.edges.width(next) > modules * self.module
    }

    /// The width of an element in modules, without the spread of the ink.
    fn width(&self, element: usize, module: f32) -> f32 {
        let element = self.start + element;
        let gain = if self.edges.is_bar(element) { self.gain } else { -self.gain };
        self.edges.width(element) / module - gain
    }

    /// All digits, by the widths of their elements.
    fn by_widths(&self, layout: &Layout) -> Option<String> {
        let (left, parities) = self.digits(layout.left.0, layout.left.1)?;
        let right = match layout.right {
            Some((from, count)) => match self.digits(from, count)? {
                (right, 0) => right,
                _ => return None,
            },
            None => Vec::new(),
        };
        let (before, after) = match layout.format {
            Format::Ean13 => (Some(FIRST.iter().position(|&known| known == parities)? as u8), None),
            Format::UpcE => {
                let (system, check) = EVEN_UPC_E.iter().zip(0..).find_map(|(&even, check)| {
                    let inverted = even ^ 0b11_1111;
                    (parities == even).then_some((0, check)).or_else(|| (parities == inverted).then_some((1, check)))
                })?;
                (Some(system), Some(check))
            }
            _ if parities == 0 => (None, None),
            _ => return None,
        };
        let digits = before.into_iter().chain(left).chain(right).chain(after);
        Some(digits.map(|digit| char::from(b'0' + digit)).collect())
    }

    /// Where digits begin and end on the line.
    fn places(&self, from: usize, count: usize) -> Vec<(f32, f32)> {
        let edge = |digit: usize| self.edges.place(self.start + from + 4 * digit);
        (0..count).map(|digit| (edge(digit), edge(digit + 1))).collect()
    }

    /// The digits from an element on, and which of them have even parity (the first one's bit is the highest).
    fn digits(&self, from: usize, count: usize) -> Option<(Vec<u8>, u8)> {
        let mut digits = Vec::with_capacity(count);
        let (mut parities, mut off) = (0, 0.0);
        for digit in 0..count {
            let first = from + digit * 4;
            let span = self.edges.span(self.start + first, self.start + first + 4);
            let module = span / 7.0;
            if !(0.6..1.6).contains(&(module / self.module)) {
                return None;
            }
            let widths = [0, 1, 2, 3].map(|element| self.width(first + element, module));
            let (value, even, digit_off) = nearest(&widths)?;
            off += digit_off;
            digits.push(value);
            parities = parities << 1 | u8::from(even);
        }
        (off < MOST_OFF_MEAN * count as f32).then_some((digits, parities))
    }
}

/// The digit whose widths are nearest, whether its parity is even, and how far it is off. Pairs of neighbours count
/// more than single elements, because the spread of ink leaves them alone.
fn nearest(widths: &[f32; 4]) -> Option<(u8, bool, f32)> {
    let off = |printed: &[f32; 4]| {
        let pairs: f32 = (0..3).map(|i| (widths[i] + widths[i + 1] - printed[i] - printed[i + 1]).abs()).sum();
        let single: f32 = (0..4).map(|i| (widths[i] - printed[i]).abs()).sum();
        pairs + 0.6 * single
    };
    let mut best = (0, false, f32::MAX);
    let mut second = f32::MAX;
    for (value, odd) in DIGITS.iter().enumerate() {
        let even = [odd[3], odd[2], odd[1], odd[0]];
        for (printed, is_even) in [(odd, false), (&even, true)] {
            let here = off(printed);
            if here < best.2 {
                second = best.2;
                best = (value as u8, is_even, here);
            } else {
                second = second.min(here);
            }
        }
    }
    (best.2 < MOST_OFF && second - best.2 > 0.1).then_some(best)
}
