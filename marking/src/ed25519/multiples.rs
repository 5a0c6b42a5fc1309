//! Tables of the multiples of a point, with which a scalar is multiplied by additions alone.
//!
//! The points and their additions are those of `curve25519-dalek`. The tables serve verification only: nothing here runs
//! in constant time, since nothing about it is secret.

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;

/// Bits of a reduced scalar.
const SCALAR_BITS: usize = 253;

/// Multiples of a point P: for digit i of a scalar, of so many bits, `n · 2^(bits · i) · P` with n from 1 to 2^(bits - 1).
/// Digits are signed, which halves the table.
#[derive(Clone)]
pub(super) struct Multiples {
    bits: usize,
    table: Box<[EdwardsPoint]>,
}

impl Multiples {
    /// The table of a point, for digits of 2 to 16 bits: `ceil(253 / bits) · 2^(bits - 1)` points of 160 bytes.
    pub(super) fn of(point: EdwardsPoint, bits: usize) -> Self {
        let half = 1 << (bits - 1);
        let mut unit = point;
        let mut table = Vec::with_capacity(half * SCALAR_BITS.div_ceil(bits));
        for _ in 0..SCALAR_BITS.div_ceil(bits) {
            let mut multiple = EdwardsPoint::identity();
            table.extend((0..half).map(|_| {
                multiple += unit;
                multiple
            }));
            // The last multiple, doubled, is the unit of the next row.
            unit = multiple + multiple;
        }
        Self { bits, table: table.into() }
    }

    /// Adds `scalar · P` to a sum.
    pub(super) fn add_to(&self, sum: EdwardsPoint, scalar: &Scalar) -> EdwardsPoint {
        let (full, half) = (1 << self.bits, 1 << (self.bits - 1));
        let mut carry = 0;
        // The bits of a digit and the carry into it make a number from -(half - 1) to half.
        self.table.chunks_exact(half).enumerate().fold(sum, |sum, (number, row)| {
            let digit = bits_at(scalar.as_bytes(), number * self.bits) % full + carry;
            carry = usize::from(digit > half);
            let size = if digit > half { full - digit } else { digit };
            match size.checked_sub(1).and_then(|at| row.get(at)) {
                Some(multiple) if digit > half => sum - multiple,
                Some(multiple) => sum + multiple,
                None => sum,
            }
        })
    }
}

/// Bits of a scalar, beginning at this one: sixteen at least.
fn bits_at(scalar: &[u8; 32], bit: usize) -> usize {
    let byte = |at: usize| scalar.get(at).copied().map_or(0, usize::from);
    let at = bit / 8;
    (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16) >> (bit % 8)
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    use super::*;

    static TABLES: LazyLock<[Multiples; 3]> =
        LazyLock::new(|| [2, 8, 11].map(|bits| Multiples::of(ED25519_BASEPOINT_POINT, bits)));

    #[test]
    fn the_smallest_and_the_largest_scalars_are_multiplied_correctly() {
        for scalar in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(u64::MAX), -Scalar::from(u64::MAX)] {
            for table in TABLES.iter() {
                let product = table.add_to(EdwardsPoint::identity(), &scalar);
                assert_eq!(product, EdwardsPoint::mul_base(&scalar), "{scalar:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Tables of each size agree with the multiplication of the library.
        #[test]
        fn tables_multiply_as_the_library_does(one: [u8; 32], other: [u8; 32]) {
            let [one, other] = [one, other].map(Scalar::from_bytes_mod_order);
            for table in TABLES.iter() {
                let product = table.add_to(EdwardsPoint::identity(), &one);
                prop_assert_eq!(product, EdwardsPoint::mul_base(&one));
                prop_assert_eq!(table.add_to(product, &other), EdwardsPoint::mul_base(&(one + other)));
            }
        }
    }
}
