//! Where a picture could hold a code, from its gradients in blocks of 16 pixels.
//!
//! The structure tensor of a block tells lines that run one way from patterns that change both ways, however they are
//! turned: its small eigenvalue is large inside a matrix code, its large one alone inside a bar code.

use super::geometry::{Point, Rect};
use super::gray::{Gray, Luma};

/// Side of a block in pixels.
const BLOCK: usize = 16;
/// Pixels left around a region: the quiet zone and the blocks at the rim that were too pale to count.
const MARGIN: usize = 40;

/// A patch of parallel lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip {
    pub middle: Point,
    /// Across the bars: a vector of length one.
    pub across: Point,
    /// From the middle to either end, across the bars.
    pub half_length: f32,
    /// From the middle to either end, along the bars.
    pub half_height: f32,
}

struct Block {
    /// Square root of the small eigenvalue: gradients in every direction.
    both: f32,
    /// Square root of the large one where it stands alone, else 0.
    single: f32,
    /// The direction of the gradient, doubled, so that opposite ones are the same.
    turn: Point,
}

/// How a region must stand out: above this share of what the strongest fiftieth shows, and above this level at all. The
/// second pair is for pale symbols beside black print.
const STRONG: [(f32, f32); 2] = [(0.3, 15.0), (0.12, 12.0)];

/// Where gradients run both ways, the likeliest first, at most `most`. Looked for at half the size, where grain is gone.
pub(crate) fn matrices(picture: Luma<'_>, most: usize) -> Vec<Rect> {
    let half = Gray::shrunk(picture, 2);
    let Some(grid) = Grid::of(half.luma(), BLOCK / 2) else { return vec![whole(picture)] };
    let mut found: Vec<Rect> = Vec::new();
    for (share, least) in STRONG {
        for region in grid.matrices(picture, share, least) {
            if !found.iter().any(|known| known.overlap(region) * 5 > region.area() * 3) {
                found.push(region);
            }
        }
    }
    found.truncate(most);
    found
}

/// Where gradients all run one way, the likeliest first, at most `most`.
pub(crate) fn strips(picture: Luma<'_>, most: usize) -> Vec<Strip> {
    Grid::of(picture, BLOCK).map(|grid| grid.bars(most)).unwrap_or_default()
}

/// The whole picture as one region.
pub(crate) fn whole(picture: Luma<'_>) -> Rect {
    Rect { left: 0, top: 0, right: picture.width(), bottom: picture.height() }
}

fn measure(picture: Luma<'_>, side: usize, columns: usize, rows: usize) -> Vec<Block> {
    let mut sums = vec![[0_i32; 3]; columns];
    let mut blocks = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        sums.fill([0; 3]);
        for y in (row * side + 1..(row + 1) * side - 1).step_by(2) {
            let (above, here, below) = (picture.row(y - 1), picture.row(y), picture.row(y + 1));
            for (sum, x) in sums.iter_mut().zip((0..).step_by(side)) {
                let (above, here, below) = (&above[x..x + side], &here[x..x + side], &below[x..x + side]);
                let (mut xx, mut yy, mut xy) = (0, 0, 0);
                for x in 1..side - 1 {
                    let gx = i32::from(here[x + 1]) - i32::from(here[x - 1]);
                    let gy = i32::from(below[x]) - i32::from(above[x]);
                    xx += gx * gx;
                    yy += gy * gy;
                    xy += gx * gy;
                }
                sum[0] += xx;
                sum[1] += yy;
                sum[2] += xy;
            }
        }
        blocks.extend(sums.iter().map(|&[xx, yy, xy]| {
            let (xx, yy, xy) = (xx as f32, yy as f32, xy as f32);
            let (middle, spread) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
            let (small, large) = ((middle - spread).max(0.0), middle + spread);
            let single = if small < 0.25 * large { large.sqrt() } else { 0.0 };
            Block { both: small.sqrt(), single, turn: Point::new((xx - yy) / 2.0, xy) }
        }));
    }
    blocks
}

struct Grid {
    columns: usize,
    rows: usize,
    blocks: Vec<Block>,
}

impl Grid {
    /// The blocks of a picture, `side` pixels a side. None when it has hardly any.
    fn of(picture: Luma<'_>, side: usize) -> Option<Self> {
        let (columns, rows) = (picture.width() / side, picture.height() / side);
        (columns >= 3 && rows >= 3).then(|| Self { columns, rows, blocks: measure(picture, side, columns, rows) })
    }

    fn matrices(&self, picture: Luma<'_>, share: f32, least: f32) -> Vec<Rect> {
        let lit = self.closed(&self.lit(|block| block.both, share, least));
        let mut found: Vec<(f32, Rect)> = Vec::new();
        for group in self.groups(&lit, |_, _| true) {
            let (mut left, mut right, mut top, mut bottom) = (self.columns, 0, self.rows, 0);
            let mut strength = 0.0;
            for &block in &group {
                let (x, y) = (block % self.columns, block / self.columns);
                (left, right, top, bottom) = (left.min(x), right.max(x + 1), top.min(y), bottom.max(y + 1));
                strength += self.blocks[block].both;
            }
            let (width, height) = (right - left, bottom - top);
            if width < 2 || height < 2 {
                continue;
            }
            let shape = width.min(height) as f32 / width.max(height) as f32;
            let fill = group.len() as f32 / (width * height) as f32;
            found.push((
                strength * shape * fill,
                Rect {
                    left: (left * BLOCK).saturating_sub(MARGIN),
                    top: (top * BLOCK).saturating_sub(MARGIN),
                    right: (right * BLOCK + MARGIN).min(picture.width()),
                    bottom: (bottom * BLOCK + MARGIN).min(picture.height()),
                },
            ));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.into_iter().map(|(_, region)| region).collect()
    }

    fn bars(&self, most: usize) -> Vec<Strip> {
        let lit = self.lit(|block| block.single, 0.3, 60.0);
        let alike = |a: usize, b: usize| {
            let (a, b) = (self.blocks[a].turn, self.blocks[b].turn);
            // Doubled angles: 0.75 are 20 degrees.
            a.x * b.x + a.y * b.y > 0.75 * a.x.hypot(a.y) * b.x.hypot(b.y)
        };
        let mut found: Vec<(f32, Strip)> = Vec::new();
        for group in self.groups(&lit, alike) {
            if group.len() < 4 {
                continue;
            }
            let mut turn = Point::default();
            let (mut middle, mut weight) = (Point::default(), 0.0);
            for &block in &group {
                let (here, strength) = (self.middle(block), self.blocks[block].single);
                turn.x += self.blocks[block].turn.x;
                turn.y += self.blocks[block].turn.y;
                middle.x += here.x * strength;
                middle.y += here.y * strength;
                weight += strength;
            }
            middle = Point::new(middle.x / weight, middle.y / weight);
            let (sine, cosine) = (turn.y.atan2(turn.x) / 2.0).sin_cos();
            let (mut low, mut high) = (Point::default(), Point::default());
            for &block in &group {
                let from = Point::new(self.middle(block).x - middle.x, self.middle(block).y - middle.y);
                let (along, aside) = (from.x * cosine + from.y * sine, from.y * cosine - from.x * sine);
                low = Point::new(low.x.min(along), low.y.min(aside));
                high = Point::new(high.x.max(along), high.y.max(aside));
            }
            let (along, aside) = ((low.x + high.x) / 2.0, (low.y + high.y) / 2.0);
            let half_length = (high.x - low.x) / 2.0 + BLOCK as f32;
            if half_length < 25.0 {
                continue;
            }
            found.push((
                weight,
                Strip {
                    middle: Point::new(
                        middle.x + along * cosine - aside * sine,
                        middle.y + along * sine + aside * cosine,
                    ),
                    across: Point::new(cosine, sine),
                    half_length,
                    half_height: (high.y - low.y) / 2.0 + BLOCK as f32 / 2.0,
                },
            ));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.into_iter().take(most).map(|(_, strip)| strip).collect()
    }

    fn middle(&self, block: usize) -> Point {
        let at = |place: usize| (place * BLOCK + BLOCK / 2) as f32;
        Point::new(at(block % self.columns), at(block / self.columns))
    }

    /// The blocks whose measure stands out: above `share` of that of the strongest fiftieth, above the
    /// ordinary, and above `least`.
    fn lit(&self, measure: impl Fn(&Block) -> f32, share: f32, least: f32) -> Vec<bool> {
        let measures: Vec<f32> = self.blocks.iter().map(measure).collect();
        let mut sorted = measures.clone();
        sorted.sort_by(f32::total_cmp);
        let (strong, ordinary) = (sorted[(sorted.len() - 1) * 98 / 100], sorted[sorted.len() / 2]);
        let enough = (strong * share).max(ordinary * 1.5).max(least);
        measures.into_iter().map(|measure| measure > enough).collect()
    }

    /// Without single blocks, with small holes filled.
    fn closed(&self, lit: &[bool]) -> Vec<bool> {
        (0..lit.len())
            .map(|block| {
                let (x, y) = (block % self.columns, block / self.columns);
                let around = (y.saturating_sub(1)..(y + 2).min(self.rows))
                    .flat_map(|y| (x.saturating_sub(1)..(x + 2).min(self.columns)).map(move |x| (x, y)))
                    .filter(|(x, y)| lit[y * self.columns + x])
                    .count();
                lit[block] && around >= 3 || around >= 5
            })
            .collect()
    }

    /// Groups of lit blocks that touch at a side and are alike.
    fn groups(&self, lit: &[bool], alike: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
        let mut taken = vec![false; lit.len()];
        let mut groups = Vec::new();
        for first in 0..lit.len() {
            if !lit[first] || taken[first] {
                continue;
            }
            taken[first] = true;
            let mut group = vec![first];
            let mut next = 0;
            while let Some(&block) = group.get(next) {
                next += 1;
                let (x, y) = (block % self.columns, block / self.columns);
                let around = [
                    (x > 0).then(|| block - 1),
                    (x + 1 < self.columns).then(|| block + 1),
                    (y > 0).then(|| block - self.columns),
                    (y + 1 < self.rows).then(|| block + self.columns),
                ];
                for other in around.into_iter().flatten() {
                    if lit[other] && !taken[other] && alike(block, other) {
                        taken[other] = true;
                        group.push(other);
                    }
                }
            }
            groups.push(group);
        }
        groups
    }
}
