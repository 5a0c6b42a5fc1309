//! Black and white by the local mean: a pixel is dark when it is darker than what lies around it.

use rxing::common::{BitArray, BitMatrix};

use super::gray::{Luma, local_sums};

/// Dark where a pixel is more than `bias` levels darker than the mean of the (2·`radius`+1)² pixels around it.
/// A negative bias also takes in what is a little lighter.
pub(crate) fn by_local_mean(of: Luma<'_>, radius: usize, bias: i32) -> Option<BitMatrix> {
    let mut dark = Painter::new(of)?;
    local_sums(of, radius, |y, sums, counts| {
        let bias = bias as f32;
        dark.row(y, of, sums, counts, |level, sum, count| (level + bias) * count < sum);
    });
    Some(dark.bits)
}

/// What is dark, and what is light by the same measure: what symbols printed light on dark look like.
pub(crate) fn dark_and_light(of: Luma<'_>, radius: usize, bias: i32) -> Option<(BitMatrix, BitMatrix)> {
    let (mut dark, mut light) = (Painter::new(of)?, Painter::new(of)?);
    local_sums(of, radius, |y, sums, counts| {
        let bias = bias as f32;
        dark.row(y, of, sums, counts, |level, sum, count| (level + bias) * count < sum);
        light.row(y, of, sums, counts, |level, sum, count| (level - bias) * count > sum);
    });
    Some((dark.bits, light.bits))
}

/// Dark where a pixel is at most this light.
pub(crate) fn by_threshold(of: Luma<'_>, threshold: u8) -> Option<BitMatrix> {
    let mut dark = Painter::new(of)?;
    let none = vec![0; of.width()];
    let threshold = f32::from(threshold);
    for y in 0..of.height() {
        dark.row(y, of, &none, &none, |level, _, _| level <= threshold);
    }
    Some(dark.bits)
}

/// Sets the bits of a row together: one by one they take longer than all that is computed for them.
struct Painter {
    bits: BitMatrix,
    row: BitArray,
    /// One byte a pixel, 1 for those to set, filled up to whole words.
    marks: Vec<u8>,
}

/// Bits in a word of the library's rows.
const WORD: usize = usize::BITS as usize;

impl Painter {
    fn new(of: Luma<'_>) -> Option<Self> {
        let bits = BitMatrix::new(of.width() as u32, of.height() as u32).ok()?;
        Some(Self { bits, row: BitArray::with_size(of.width()), marks: vec![0; of.width().next_multiple_of(WORD)] })
    }

    /// Sums are exact: with a radius of forty they stay below the 2²⁴ that a float can count.
    fn row(&mut self, y: usize, of: Luma<'_>, sums: &[u32], counts: &[u32], is_set: impl Fn(f32, f32, f32) -> bool) {
        for (mark, (&level, (&sum, &count))) in self.marks.iter_mut().zip(of.row(y).iter().zip(sums.iter().zip(counts)))
        {
            *mark = u8::from(is_set(f32::from(level), sum as i32 as f32, count as i32 as f32));
        }
        for (place, marks) in self.marks.chunks_exact(WORD).enumerate() {
            let mut word = 0;
            for (byte, eight) in marks.chunks_exact(8).enumerate() {
                let eight: [u8; 8] = std::array::from_fn(|mark| eight[mark]);
                // The product brings the eight ones and noughts together in its highest byte, the first one lowest.
                let gathered = u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                word |= (gathered as usize) << (byte * 8);
            }
            self.row.setBulk(place * WORD, word);
        }
        self.bits.setRow(y as u32, &self.row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_darker_than_its_surroundings_is_dark_and_nothing_is_both() {
        let (width, height) = (131, 40);
        let pixels: Vec<u8> = (0..width * height).map(|pixel| (pixel * 7919 % 251) as u8).collect();
        let picture = Luma::new(width, height, &pixels).expect("the sides fit the bytes");
        let dark = by_local_mean(picture, 5, 3).expect("the sides are small");
        let (same, light) = dark_and_light(picture, 5, 3).expect("the sides are small");
        assert_eq!(dark, same);
        local_sums(picture, 5, |y, sums, counts| {
            for (x, (&sum, &count)) in sums.iter().zip(counts).enumerate() {
                let level = u32::from(picture.row(y)[x]);
                assert_eq!(dark.get(x as u32, y as u32), (level + 3) * count < sum, "at {x}, {y}");
                assert_eq!(light.get(x as u32, y as u32), level * count > sum + 3 * count, "at {x}, {y}");
            }
        });
    }
}
