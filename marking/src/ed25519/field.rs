//! Numbers modulo 2^255 - 19, the field of the curve. Their arithmetic is generated and proven by fiat-crypto; its two
//! types tell numbers that may be multiplied at once from sums that may not be added to again.

use fiat_crypto::curve25519_64::{
    fiat_25519_add, fiat_25519_carry, fiat_25519_carry_mul, fiat_25519_carry_square, fiat_25519_from_bytes,
    fiat_25519_loose_field_element, fiat_25519_opp, fiat_25519_relax, fiat_25519_sub, fiat_25519_tight_field_element,
    fiat_25519_to_bytes,
};

use super::inverse::inverse;

/// A number of the field.
#[derive(Clone, Copy)]
pub(super) struct Element(fiat_25519_tight_field_element);

/// A sum or difference of two numbers, to be multiplied.
#[derive(Clone, Copy)]
pub(super) struct Sum(fiat_25519_loose_field_element);

/// Both can be multiplied.
pub(super) trait Factor {
    fn loose(&self) -> Sum;
}

impl Factor for Sum {
    fn loose(&self) -> Sum {
        *self
    }
}

impl Factor for Element {
    fn loose(&self) -> Sum {
        let mut sum = Sum::ZERO;
        fiat_25519_relax(&mut sum.0, &self.0);
        sum
    }
}

impl Sum {
    const ZERO: Self = Self(fiat_25519_loose_field_element([0; 5]));

    /// The same number, fit to be added to.
    pub(super) fn carried(&self) -> Element {
        let mut number = Element::ZERO;
        fiat_25519_carry(&mut number.0, &self.0);
        number
    }
}

impl Element {
    /// Zero.
    pub(super) const ZERO: Self = Self(fiat_25519_tight_field_element([0; 5]));
    /// One.
    pub(super) const ONE: Self = Self(fiat_25519_tight_field_element([1, 0, 0, 0, 0]));

    /// Some bits of it, for who wants it fetched.
    pub(super) fn look(&self) -> u64 {
        self.0.0[0]
    }

    /// Reads 32 bytes, least significant first; the highest bit is passed over.
    pub(super) fn from_bytes(mut bytes: [u8; 32]) -> Self {
        bytes[31] &= 0x7F;
        let mut number = Self::ZERO;
        fiat_25519_from_bytes(&mut number.0, &bytes);
        number
    }

    /// The one way to write it.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        fiat_25519_to_bytes(&mut bytes, &self.0);
        bytes
    }

    /// Whether it is odd: the sign of a coordinate (RFC 8032, 5.1.2).
    pub(super) fn is_odd(self) -> bool {
        self.to_bytes()[0] & 1 == 1
    }

    pub(super) fn add(&self, other: &Self) -> Sum {
        let mut sum = Sum::ZERO;
        fiat_25519_add(&mut sum.0, &self.0, &other.0);
        sum
    }

    pub(super) fn subtract(&self, other: &Self) -> Sum {
        let mut sum = Sum::ZERO;
        fiat_25519_sub(&mut sum.0, &self.0, &other.0);
        sum
    }

    pub(super) fn negated(&self) -> Self {
        let mut sum = Sum::ZERO;
        fiat_25519_opp(&mut sum.0, &self.0);
        sum.carried()
    }

    pub(super) fn square(&self) -> Self {
        let mut square = Self::ZERO;
        fiat_25519_carry_square(&mut square.0, &self.loose().0);
        square
    }

    fn squared(self, times: u32) -> Self {
        (0..times).fold(self, |number, _| number.square())
    }

    /// `1 / self`; of zero, zero.
    pub(super) fn inverse(&self) -> Self {
        Self::from_bytes(inverse(&self.to_bytes()))
    }

    /// `self` to the power of 2^252 - 3, from which square roots are made (RFC 8032, 5.1.3).
    pub(super) fn power_for_root(&self) -> Self {
        let ones = |power: Self, count: u32, more: &Self| multiply(&power.squared(count), more);
        let ones_2 = multiply(&self.square(), self);
        let ones_4 = ones(ones_2, 2, &ones_2);
        let ones_5 = ones(ones_4, 1, self);
        let ones_10 = ones(ones_5, 5, &ones_5);
        let ones_20 = ones(ones_10, 10, &ones_10);
        let ones_40 = ones(ones_20, 20, &ones_20);
        let ones_50 = ones(ones_40, 10, &ones_10);
        let ones_100 = ones(ones_50, 50, &ones_50);
        let ones_200 = ones(ones_100, 100, &ones_100);
        // 2^252 - 3 = 2^2 (2^250 - 1) + 1
        ones(ones(ones_200, 50, &ones_50), 2, self)
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

/// The product of two factors.
pub(super) fn multiply(one: &impl Factor, other: &impl Factor) -> Element {
    let mut product = Element::ZERO;
    fiat_25519_carry_mul(&mut product.0, &one.loose().0, &other.loose().0);
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zero_has_no_inverse_and_one_is_its_own() {
        assert!(Element::ZERO.inverse() == Element::ZERO);
        assert!(Element::ONE.inverse() == Element::ONE);
        assert!(Element::ONE.negated().inverse() == Element::ONE.negated());
    }

    proptest! {
        #[test]
        fn a_number_times_its_inverse_is_one(bytes: [u8; 32], few: u64) {
            let mut small = [0; 32];
            small[..8].copy_from_slice(&few.to_le_bytes());
            for number in [bytes, small].map(Element::from_bytes) {
                for number in [number, number.negated()].into_iter().filter(|number| *number != Element::ZERO) {
                    prop_assert!(multiply(&number, &number.inverse()) == Element::ONE);
                }
                prop_assert!(number.add(&number.negated()).carried() == Element::ZERO);
            }
        }
    }
}
