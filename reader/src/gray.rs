//! Gray pictures and what is done to them before reading.

use super::geometry::{Point, Rect};
use super::{MAX_PIXELS, MAX_SIDE};

/// A borrowed gray picture, one byte a pixel, row after row without gaps.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    width: usize,
    height: usize,
    pixels: &'a [u8],
}

/// Width and height don't belong to the bytes, or the picture is empty or larger than [`MAX_SIDE`](super::MAX_SIDE) and
/// [`MAX_PIXELS`](super::MAX_PIXELS) allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPicture;

impl std::fmt::Display for NotAPicture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("width and height don't belong to the bytes")
    }
}

impl std::error::Error for NotAPicture {}

impl<'a> Luma<'a> {
    /// A picture of `width` × `height` pixels, whose rows follow each other without gaps. Refuses empty and huge ones
    /// and those whose bytes are of another number.
    pub fn new(width: usize, height: usize, pixels: &'a [u8]) -> Result<Self, NotAPicture> {
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width)
            || !sides.contains(&height)
            || width * height != pixels.len()
            || pixels.len() > MAX_PIXELS
        {
            return Err(NotAPicture);
        }
        Ok(Self { width, height, pixels })
    }

    /// The same for pixels that belong together for certain.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn of(width: usize, height: usize, pixels: &'a [u8]) -> Self {
        Self { width, height, pixels }
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    pub(crate) fn pixels(&self) -> &'a [u8] {
        self.pixels
    }

    /// The gray level between pixels; outside it is that of the nearest edge. The picture has two rows and columns.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "called for every sample: a call takes longer than what it does")]
    pub(crate) fn at(&self, point: Point) -> f32 {
        let x = (point.x - 0.5).clamp(0.0, self.width as f32 - 1.001);
        let y = (point.y - 0.5).clamp(0.0, self.height as f32 - 1.001);
        let (left, top) = (x as i32, y as i32);
        let here = top as usize * self.width + left as usize;
        let Some(pixels) = self.pixels.get(here..here + self.width + 2) else { return 0.0 };
        let (right_share, low_share) = (x - left as f32, y - top as f32);
        let along = |first: u8, last: u8| {
            let (first, last) = (f32::from(first), f32::from(last));
            first + (last - first) * right_share
        };
        let (upper, lower) = (along(pixels[0], pixels[1]), along(pixels[self.width], pixels[self.width + 1]));
        upper + (lower - upper) * low_share
    }
}

/// An owned gray picture.
#[derive(Clone, Debug)]
pub(crate) struct Gray {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Gray {
    pub fn luma(&self) -> Luma<'_> {
        Luma { width: self.width, height: self.height, pixels: &self.pixels }
    }

    /// The part of a picture inside a rectangle, which must lie within it.
    pub fn crop(of: Luma<'_>, part: Rect) -> Self {
        let mut pixels = Vec::with_capacity(part.area());
        for y in part.top..part.bottom {
            pixels.extend_from_slice(&of.row(y)[part.left..part.right]);
        }
        Self { width: part.width(), height: part.height(), pixels }
    }

    /// Light for dark.
    pub fn inverted(of: Luma<'_>) -> Self {
        Self { width: of.width, height: of.height, pixels: of.pixels.iter().map(|level| 255 - level).collect() }
    }

    /// At two thirds of its size: every three by three pixels become two by two, each the mean of what it covers.
    pub fn two_thirds(of: Luma<'_>) -> Self {
        let (width, height) = (of.width / 3 * 2, of.height / 3 * 2);
        if width == 0 || height == 0 {
            return Self { width: of.width, height: of.height, pixels: of.pixels.to_vec() };
        }
        let mut pixels = vec![0; width * height];
        for (rows, out) in of.pixels.chunks_exact(of.width * 3).zip(pixels.chunks_exact_mut(width * 2)) {
            let (first, rest) = rows.split_at(of.width);
            let (middle, last) = rest.split_at(of.width);
            let (upper, lower) = out.split_at_mut(width);
            for ((((a, b), c), up), low) in first
                .chunks_exact(3)
                .zip(middle.chunks_exact(3))
                .zip(last.chunks_exact(3))
                .zip(upper.chunks_exact_mut(2))
                .zip(lower.chunks_exact_mut(2))
            {
                let [a0, a1, a2] = [a[0], a[1], a[2]].map(u16::from);
                let [b0, b1, b2] = [b[0], b[1], b[2]].map(u16::from);
                let [c0, c1, c2] = [c[0], c[1], c[2]].map(u16::from);
                up[0] = ((4 * a0 + 2 * (a1 + b0) + b1 + 4) / 9) as u8;
                up[1] = ((4 * a2 + 2 * (a1 + b2) + b1 + 4) / 9) as u8;
                low[0] = ((4 * c0 + 2 * (c1 + b0) + b1 + 4) / 9) as u8;
                low[1] = ((4 * c2 + 2 * (c1 + b2) + b1 + 4) / 9) as u8;
            }
        }
        Self { width, height, pixels }
    }

    /// At one `divisor`th of its size, each pixel the mean of what it covers.
    pub fn shrunk(of: Luma<'_>, divisor: usize) -> Self {
        let (width, height) = (of.width / divisor, of.height / divisor);
        if width == 0 || height == 0 {
            return Self { width: of.width, height: of.height, pixels: of.pixels.to_vec() };
        }
        let mut pixels = Vec::with_capacity(width * height);
        if divisor == 2 {
            // By far the most frequent, and quick in this form.
            for rows in of.pixels.chunks_exact(of.width * 2) {
                let (above, below) = rows.split_at(of.width);
                pixels.extend(above.chunks_exact(2).zip(below.chunks_exact(2)).map(|(above, below)| {
                    let sum = u16::from(above[0]) + u16::from(above[1]) + u16::from(below[0]) + u16::from(below[1]);
                    ((sum + 2) / 4) as u8
                }));
            }
            return Self { width, height, pixels };
        }
        let mut sums = vec![0_u32; width];
        let count = (divisor * divisor) as u32;
        for y in 0..height {
            sums.fill(0);
            for row in y * divisor..(y + 1) * divisor {
                for (sum, covered) in sums.iter_mut().zip(of.row(row).chunks_exact(divisor)) {
                    *sum += covered.iter().map(|&level| u32::from(level)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
        }
        Self { width, height, pixels }
    }

    /// `factor` times as large, each pixel a square, with a rim of so many pixels of one level.
    pub fn enlarged(of: Luma<'_>, factor: usize, rim: usize, level: u8) -> Self {
        let (width, height) = (of.width * factor + 2 * rim, of.height * factor + 2 * rim);
        let mut pixels = vec![level; width * height];
        for (y, row) in pixels.chunks_exact_mut(width).skip(rim).take(of.height * factor).enumerate() {
            for (out, &level) in row[rim..width - rim].chunks_exact_mut(factor).zip(of.row(y / factor)) {
                out.fill(level);
            }
        }
        Self { width, height, pixels }
    }

    /// Smoothed by 1-2-1 both ways.
    pub fn smoothed(of: Luma<'_>) -> Self {
        let (width, height) = (of.width, of.height);
        if width < 3 || height < 3 {
            return Self { width, height, pixels: of.pixels.to_vec() };
        }
        let mut pixels = of.pixels.to_vec();
        let mut column = vec![0_u16; width];
        for y in 1..height - 1 {
            let (above, here, below) = (of.row(y - 1), of.row(y), of.row(y + 1));
            for (sum, ((a, b), c)) in column.iter_mut().zip(above.iter().zip(here).zip(below)) {
                *sum = u16::from(*a) + 2 * u16::from(*b) + u16::from(*c);
            }
            for (level, sums) in pixels[y * width + 1..].iter_mut().zip(column.windows(3)) {
                *level = ((sums[0] + 2 * sums[1] + sums[2] + 8) / 16) as u8;
            }
        }
        Self { width, height, pixels }
    }

    /// Sharpened: what stands out from the mean of the (2·`radius`+1)² pixels around is made `strength` quarters larger.
    pub fn sharpened(of: Luma<'_>, radius: usize, strength: i32) -> Self {
        let mut pixels = vec![0; of.pixels.len()];
        local_sums(of, radius, |y, sums, counts| {
            let row = of.row(y);
            let out = &mut pixels[y * of.width..(y + 1) * of.width];
            for (x, level) in out.iter_mut().enumerate() {
                let here = i32::from(row[x]);
                let mean = (sums[x] / counts[x]) as i32;
                *level = (here + (here - mean) * strength / 4).clamp(0, 255) as u8;
            }
        });
        Self { width: of.width, height: of.height, pixels }
    }
}

/// Calls `each(y, sums, counts)` for every row: the sum and the number of the pixels in the (2·`radius`+1)² square around
/// each pixel, as far as it lies inside the picture.
pub(crate) fn local_sums(of: Luma<'_>, radius: usize, mut each: impl FnMut(usize, &[u32], &[u32])) {
    let (width, height) = (of.width, of.height);
    let mut columns = vec![0_u32; width];
    for y in 0..radius.min(height) {
        for (sum, &level) in columns.iter_mut().zip(of.row(y)) {
            *sum += u32::from(level);
        }
    }
    let mut prefix = vec![0_u32; width + 1];
    let mut sums = vec![0_u32; width];
    let mut counts = vec![0_u32; width];
    let mut rows_before = 0;
    for y in 0..height {
        if y + radius < height {
            for (sum, &level) in columns.iter_mut().zip(of.row(y + radius)) {
                *sum += u32::from(level);
            }
        }
        if y > radius {
            for (sum, &level) in columns.iter_mut().zip(of.row(y - radius - 1)) {
                *sum -= u32::from(level);
            }
        }
        let rows = ((y + radius + 1).min(height) - y.saturating_sub(radius)) as u32;
        let mut total = 0;
        for (so_far, &sum) in prefix[1..].iter_mut().zip(&columns) {
            total += sum;
            *so_far = total;
        }
        let inner = radius..width.saturating_sub(radius).max(radius).min(width);
        for x in (0..inner.start.min(width)).chain(inner.end..width) {
            sums[x] = prefix[(x + radius + 1).min(width)] - prefix[x.saturating_sub(radius)];
        }
        if inner.start < inner.end {
            let ahead = &prefix[2 * radius + 1..];
            for ((sum, far), near) in sums[inner].iter_mut().zip(ahead).zip(&prefix) {
                *sum = far - near;
            }
        }
        if rows != rows_before {
            rows_before = rows;
            for (x, count) in counts.iter_mut().enumerate() {
                *count = rows * ((x + radius + 1).min(width) - x.saturating_sub(radius)) as u32;
            }
        }
        each(y, &sums, &counts);
    }
}
