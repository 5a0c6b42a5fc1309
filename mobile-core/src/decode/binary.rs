//! Black and white by the local mean: a pixel is dark when it is darker than what lies around it.

use rxing::common::BitMatrix;

use super::gray::{Luma, local_sums};

/// Dark where a pixel is more than `bias` levels darker than the mean of the (2·`radius`+1)² pixels around it.
/// A negative bias also takes in what is a little lighter.
pub(crate) fn by_local_mean(of: Luma<'_>, radius: usize, bias: i32) -> Option<BitMatrix> {
    let mut bits = BitMatrix::new(of.width() as u32, of.height() as u32).ok()?;
    local_sums(of, radius, |y, sums, counts| {
        for (x, (&level, (&sum, &count))) in of.row(y).iter().zip(sums.iter().zip(counts)).enumerate() {
            if (i32::from(level) + bias) * (count as i32) < sum as i32 {
                bits.set(x as u32, y as u32);
            }
        }
    });
    Some(bits)
}
