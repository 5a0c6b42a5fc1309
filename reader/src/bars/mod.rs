//! Bar codes: EAN-13, EAN-8, UPC-A, UPC-E and Code 128 along scan lines.
//!
//! A scan line is the mean of a few parallel ones, taken across the bars as the gradients show their direction. A text
//! counts when its check digit holds and a second line, apart from the first, says the same.

mod code128;
mod ean;
mod line;
mod profile;

use super::blocks::Strip;
use super::budget::Budget;
use super::found::{Format, Found};
use super::geometry::Point;
use super::gray::Luma;
use line::{Edges, Line};

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

/// Does once what the first reading would otherwise wait for.
pub(crate) fn prepare() {
    profile::prepare();
    code128::prepare();
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
        let ways: Vec<(Edges, bool)> =
            line.edges().flat_map(|edges| [(edges.reversed(), true), (edges, false)].into_iter().rev()).collect();
        // The ways of looking at one line would only confirm each other: the first that says something is heard.
        let by_edges = ways.iter().find_map(|way| Some((ean::read(&way.0).or_else(|| code128::read(&way.0))?, way)));
        let (reading, (edges, _)) = by_edges.or_else(|| {
            let profiles = [false, true].map(|backwards| line.profile(backwards));
            ways.iter().find_map(|way| {
                let (edges, profile) = (&way.0, &profiles[usize::from(way.1)]);
                let reading = ean::read_profile(edges, profile).or_else(|| code128::read_profile(edges, profile))?;
                Some((reading, way))
            })
        })?;
        let place = |edge: usize| line.point(edges.place(edge).abs());
        let ends = [place(reading.from), place(reading.to)];
        self.weigh(reading, ends)
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
