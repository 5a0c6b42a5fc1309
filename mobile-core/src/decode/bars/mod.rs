//! Bar codes: EAN-13, EAN-8, UPC-A, UPC-E and Code 128 along scan lines.
//!
//! A scan line is the mean of a few parallel ones, taken across the bars as the gradients show their direction. A text
//! counts when its check digit holds and a second line, apart from the first, says the same.

mod code128;
mod ean;
mod line;

use super::blocks::Strip;
use super::budget::Budget;
use super::found::{Format, Found};
use super::geometry::Point;
use super::gray::Luma;
use line::Line;

/// What one scan line says.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    text: String,
    format: Format,
    symbology: &'static str,
    /// Where the symbol begins and ends on the line, in elements' edges.
    from: usize,
    to: usize,
}

/// A reading that waits for a second one.
struct Heard {
    reading: Reading,
    ends: [Point; 2],
    times: u32,
}

/// Lines that must agree. The short ones have little to check, so that they need more.
fn enough(format: Format) -> u32 {
    match format {
        Format::Ean8 | Format::UpcE => 4,
        _ => 2,
    }
}

/// Reads the bar code in a strip that the gradients showed.
pub(crate) fn read_strip(picture: Luma<'_>, strip: &Strip, budget: &Budget) -> Option<Found> {
    let mut ear = Ear::default();
    let along = Point::new(-strip.across.y, strip.across.x);
    let length = strip.half_length + 32.0;
    let reach = (strip.half_height * 0.9).max(2.0);
    // From the middle outwards, at most twelve lines on either side.
    let step = (reach / 12.0).max(3.0);
    let thickness = step.clamp(3.0, 9.0) as usize;
    for place in 0..=(2.0 * reach / step) as i32 {
        if budget.spent() {
            return None;
        }
        let away = step * ((place + 1) / 2) as f32 * if place % 2 == 0 { 1.0 } else { -1.0 };
        let middle = Point::new(strip.middle.x + along.x * away, strip.middle.y + along.y * away);
        if let Some(found) = ear.listen(picture, middle, strip.across, length, thickness) {
            return Some(found);
        }
    }
    None
}

/// Reads along parallel lines over the whole picture, at an angle to its rows, `step` pixels apart.
pub(crate) fn read_across(picture: Luma<'_>, degrees: f32, step: f32, budget: &Budget) -> Option<Found> {
    let mut ear = Ear::default();
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let reach = (width * sine.abs() + height * cosine.abs()) / 2.0;
    for place in 0..=(2.0 * reach / step) as i32 {
        if budget.spent() {
            return None;
        }
        let away = step * ((place + 1) / 2) as f32 * if place % 2 == 0 { 1.0 } else { -1.0 };
        let middle = Point::new(width / 2.0 - sine * away, height / 2.0 + cosine * away);
        if let Some(found) = ear.listen(picture, middle, Point::new(cosine, sine), width + height, 3) {
            return Some(found);
        }
    }
    None
}

/// Hears readings until enough agree.
#[derive(Default)]
struct Ear {
    heard: Vec<Heard>,
}

impl Ear {
    fn listen(
        &mut self,
        picture: Luma<'_>,
        middle: Point,
        across: Point,
        length: f32,
        thickness: usize,
    ) -> Option<Found> {
        let line = Line::sample(picture, middle, across, length, thickness)?;
        for edges in line.edges() {
            for backwards in [false, true] {
                let edges = if backwards { edges.reversed() } else { edges.clone() };
                let Some(reading) = ean::read(&edges).or_else(|| code128::read(&edges)) else { continue };
                let place = |edge: usize| {
                    let at = edges.place(edge);
                    line.point(if backwards { -at } else { at })
                };
                let ends = [place(reading.from), place(reading.to)];
                if let Some(found) = self.weigh(reading, ends) {
                    return Some(found);
                }
                // The other ways of looking at this line would only confirm it, which is no second line.
                return None;
            }
        }
        None
    }

    fn weigh(&mut self, reading: Reading, ends: [Point; 2]) -> Option<Found> {
        let same = |heard: &&mut Heard| heard.reading.text == reading.text && heard.reading.format == reading.format;
        let Some(heard) = self.heard.iter_mut().find(same) else {
            self.heard.push(Heard { reading, ends, times: 1 });
            return None;
        };
        heard.times += 1;
        if heard.times < enough(reading.format) {
            return None;
        }
        let [a, b] = heard.ends;
        let [d, c] = ends;
        Some(Found {
            text: reading.text,
            format: reading.format,
            symbology: reading.symbology.to_owned(),
            corners: [a, b, c, d],
        })
    }
}
