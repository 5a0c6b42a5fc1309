//! One scan line and the edges between its dark and light elements.

use super::super::geometry::Point;
use super::super::gray::Luma;
use super::profile::Profile;

/// Samples for each pixel.
const FINE: f32 = 2.0;

/// Samples of ground put before and after a line, as light as the lightest of so many beside them.
const RIM: usize = 16;
const NEAR: usize = 24;

/// Gray levels along a line, each the mean over a short way along the bars.
pub(super) struct Line {
    start: Point,
    across: Point,
    levels: Vec<f32>,
}

/// The places where a line turns from light to dark or back.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    places: Vec<f32>,
    /// Whether the first edge leads into a bar.
    dark_first: bool,
}

impl Line {
    /// The line through `middle` in the direction `across`, at most `length` to either side and within the picture.
    /// None when too little of it is inside.
    pub fn sample(picture: Luma<'_>, middle: Point, across: Point, length: f32, thickness: usize) -> Option<Self> {
        let (mut from, mut to) = (-length, length);
        for (place, step, last) in
            [(middle.x, across.x, picture.width() as f32), (middle.y, across.y, picture.height() as f32)]
        {
            if step.abs() < 1e-6 {
                if place < 0.0 || place > last {
                    return None;
                }
            } else {
                let (a, b) = (-place / step, (last - place) / step);
                (from, to) = (from.max(a.min(b)), to.min(a.max(b)));
            }
        }
        if to - from < 60.0 {
            return None;
        }
        let start = Point::new(middle.x + across.x * from, middle.y + across.y * from);
        let count = ((to - from) * FINE) as usize;
        let mut levels = vec![0.0; count];
        let half = (thickness as f32 - 1.0) / 2.0;
        for beside in 0..thickness {
            let aside = beside as f32 - half;
            let (x, y) = (start.x - across.y * aside, start.y + across.x * aside);
            for (sample, level) in levels.iter_mut().enumerate() {
                let way = sample as f32 / FINE;
                *level += picture.at(Point::new(x + across.x * way, y + across.y * way));
            }
        }
        for level in &mut levels {
            *level /= thickness as f32;
        }
        // Bars that reach the picture's rim need ground beside them to be seen.
        let lightest = |levels: &[f32]| levels.iter().copied().fold(0.0, f32::max);
        let (before, after) = (lightest(&levels[..NEAR]), lightest(&levels[levels.len() - NEAR..]));
        levels.splice(0..0, [before; RIM]);
        levels.extend([after; RIM]);
        let back = RIM as f32 / FINE;
        let start = Point::new(start.x - across.x * back, start.y - across.y * back);
        Some(Self { start, across, levels })
    }

    /// The gray levels along it, from one end or the other.
    pub fn profile(&self, backwards: bool) -> Profile {
        if backwards {
            let levels: Vec<f32> = self.levels.iter().rev().copied().collect();
            Profile { shift: levels.len() as f32 - 1.0, levels }
        } else {
            Profile { levels: self.levels.clone(), shift: 0.0 }
        }
    }

    /// Where a place on the line lies in the picture.
    pub fn point(&self, place: f32) -> Point {
        let way = place / FINE;
        Point::new(self.start.x + self.across.x * way, self.start.y + self.across.y * way)
    }

    /// The edges, seen in ways that suit sharp and blurred pictures.
    pub fn edges(&self) -> impl Iterator<Item = Edges> + '_ {
        [(0.0, 0.5), (0.0, 0.3), (2.0, 0.5)].into_iter().filter_map(|(sharpen, share)| {
            let edges = if sharpen > 0.0 {
                turns(&sharpened(&self.levels, sharpen), share)
            } else {
                turns(&self.levels, share)
            };
            (edges.places.len() >= 24).then_some(edges)
        })
    }
}

/// Raises what stands out from the levels some samples away.
fn sharpened(levels: &[f32], strength: f32) -> Vec<f32> {
    const REACH: usize = 4;
    let last = levels.len() - 1;
    (0..levels.len())
        .map(|place| {
            let beside = levels[place.saturating_sub(REACH)] + levels[(place + REACH).min(last)];
            levels[place] + strength * (levels[place] - beside / 2.0)
        })
        .collect()
}

/// The edges between the turning points of a line: places where it goes up or down by `share` of the standard deviation
/// around, each edge where the line crosses the middle between the turning points beside it.
fn turns(levels: &[f32], share: f32) -> Edges {
    let spread = spread(levels);
    let mut extremes: Vec<usize> = Vec::new();
    let (mut low, mut high) = (0, 0);
    let mut falling = None;
    for place in 1..levels.len() {
        let level = levels[place];
        let least = (spread[place] * share).max(3.0);
        if falling != Some(false) && level < levels[low] {
            low = place;
        }
        if falling != Some(true) && level > levels[high] {
            high = place;
        }
        if falling != Some(true) && level < levels[high] - least {
            extremes.push(high);
            (low, falling) = (place, Some(true));
        } else if falling != Some(false) && level > levels[low] + least {
            extremes.push(low);
            (high, falling) = (place, Some(false));
        }
    }
    // The last edge leads to an extreme that nothing turns back from.
    extremes.extend(falling.map(|falling| if falling { low } else { high }));
    let mut places = Vec::with_capacity(extremes.len());
    for pair in extremes.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let middle = f32::midpoint(levels[from], levels[to]);
        let down = levels[from] > levels[to];
        let crossing =
            (from..to).find(|&place| if down { levels[place + 1] < middle } else { levels[place + 1] > middle });
        let place = crossing.unwrap_or(from);
        let rise = levels[place + 1] - levels[place];
        let within = if rise.abs() > 1e-3 { ((middle - levels[place]) / rise).clamp(0.0, 1.0) } else { 0.5 };
        places.push(place as f32 + within);
    }
    let dark_first = extremes.len() > 1 && levels[extremes[0]] > levels[extremes[1]];
    Edges { places, dark_first }
}

/// The standard deviation around each sample.
fn spread(levels: &[f32]) -> Vec<f32> {
    const REACH: usize = 80;
    let mut sums = Vec::with_capacity(levels.len() + 1);
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    sums.push((sum, squares));
    for &level in levels {
        sum += f64::from(level);
        squares += f64::from(level) * f64::from(level);
        sums.push((sum, squares));
    }
    (0..levels.len())
        .map(|place| {
            let (from, to) = (place.saturating_sub(REACH), (place + REACH + 1).min(levels.len()));
            let count = (to - from) as f64;
            let mean = (sums[to].0 - sums[from].0) / count;
            ((sums[to].1 - sums[from].1) / count - mean * mean).max(0.0).sqrt() as f32
        })
        .collect()
}

impl Edges {
    /// Number of elements between edges.
    pub fn elements(&self) -> usize {
        self.places.len().saturating_sub(1)
    }

    /// The width of an element.
    pub fn width(&self, element: usize) -> f32 {
        self.places[element + 1] - self.places[element]
    }

    /// The distance between two edges.
    pub fn span(&self, from: usize, to: usize) -> f32 {
        self.places[to] - self.places[from]
    }

    /// Whether an element is a bar.
    pub fn is_bar(&self, element: usize) -> bool {
        self.dark_first == element.is_multiple_of(2)
    }

    /// Where an edge lies on the line; the sign is turned when these edges are.
    pub fn place(&self, edge: usize) -> f32 {
        self.places[edge]
    }

    /// The same line from its other end.
    pub fn reversed(&self) -> Self {
        let dark_first = self.elements() > 0 && self.is_bar(self.elements() - 1);
        Self { places: self.places.iter().rev().map(|place| -place).collect(), dark_first }
    }
}
