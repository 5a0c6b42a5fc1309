//! Numbers modulo `p = 2^(64·N) − C`, the form of both primes that Kazakhstan uses.
//!
//! Products come from `crypto-bigint`; only the reduction is here, because a fold by the small `C` is several times faster
//! than the library's Montgomery form. All operations take the same time for all values, unless their name says `vartime`.

#![allow(clippy::inline_always, reason = "measured: a third faster")]
#![allow(clippy::needless_range_loop, reason = "carries run through several arrays at once")]

use crypto_bigint::{Limb, Odd, Uint};
use subtle::{Choice, ConditionallySelectable};

/// A residue modulo `2^(64·N) − C`. Any value below `2^(64·N)` is allowed inside; comparisons reduce first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fe<const N: usize, const C: u64>([u64; N]);

impl<const N: usize, const C: u64> Fe<N, C> {
    pub(crate) const ZERO: Self = Self([0; N]);
    pub(crate) const ONE: Self = {
        let mut limbs = [0; N];
        limbs[0] = 1;
        Self(limbs)
    };

    pub(crate) const fn from_uint(value: &Uint<N>) -> Self {
        Self(value.to_words())
    }

    /// The number modulo p in its reduced form.
    pub(crate) fn to_uint(self) -> Uint<N> {
        let value = Uint::from_words(self.0);
        // value − p = value + C − 2^(64·N): a carry means that value ≥ p.
        let (reduced, carry) = value.carrying_add(&Uint::from_word(C), Limb::ZERO);
        let reduced = Self::from_uint(&reduced);
        Uint::from_words(Self::conditional_select(&self, &reduced, Choice::from(u8::from(carry.0 == 1))).0)
    }

    /// Adds `carry·C` twice: the second time for the carry of the first.
    #[inline(always)]
    fn fold_carry(mut limbs: [u64; N], carry: u64) -> Self {
        let mut carry = carry;
        for _ in 0..2 {
            let mut add = carry.wrapping_neg() & C;
            carry = 0;
            for limb in &mut limbs {
                let (sum, over) = limb.overflowing_add(add);
                *limb = sum;
                add = u64::from(over);
            }
            carry |= add;
        }
        Self(limbs)
    }

    #[inline(always)]
    pub(crate) fn add(&self, other: &Self) -> Self {
        let mut limbs = [0; N];
        let mut carry = 0u128;
        for i in 0..N {
            carry += u128::from(self.0[i]) + u128::from(other.0[i]);
            limbs[i] = low(carry);
            carry >>= 64;
        }
        Self::fold_carry(limbs, low(carry))
    }

    #[inline(always)]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        let mut limbs = [0; N];
        let mut borrow = 0u64;
        for i in 0..N {
            let (first, a) = self.0[i].overflowing_sub(other.0[i]);
            let (second, b) = first.overflowing_sub(borrow);
            limbs[i] = second;
            borrow = u64::from(a | b);
        }
        // −2^(64·N) ≡ −C.
        for _ in 0..2 {
            let mut subtract = borrow.wrapping_neg() & C;
            for limb in &mut limbs {
                let (difference, under) = limb.overflowing_sub(subtract);
                *limb = difference;
                subtract = u64::from(under);
            }
            borrow = subtract;
        }
        Self(limbs)
    }

    pub(crate) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline(always)]
    pub(crate) fn double(&self) -> Self {
        self.add(self)
    }

    /// `low + high·2^(64·N) ≡ low + high·C`.
    #[inline(always)]
    fn reduce(low_half: &[u64; N], high_half: &[u64; N]) -> Self {
        let mut limbs = [0; N];
        let mut carry = 0u128;
        for i in 0..N {
            carry += u128::from(low_half[i]) + u128::from(high_half[i]) * u128::from(C);
            limbs[i] = low(carry);
            carry >>= 64;
        }
        // The carry is at most C: one more fold, whose own carry is a bit.
        let mut add = carry * u128::from(C);
        for limb in &mut limbs {
            add += u128::from(*limb);
            *limb = low(add);
            add >>= 64;
        }
        Self::fold_carry(limbs, low(add))
    }

    #[inline]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let (low_half, high_half) = Uint::from_words(self.0).widening_mul(&Uint::from_words(other.0));
        Self::reduce(&low_half.to_words(), &high_half.to_words())
    }

    #[inline]
    pub(crate) fn square(&self) -> Self {
        let (low_half, high_half) = Uint::from_words(self.0).widening_square();
        Self::reduce(&low_half.to_words(), &high_half.to_words())
    }

    /// The inverse; zero has none. Takes longer for some values than for others.
    pub(crate) fn invert_vartime(&self) -> Option<Self> {
        let inverse: Option<Uint<N>> = self.to_uint().invert_odd_mod_vartime(&Self::prime()).into();
        inverse.map(|number| Self::from_uint(&number))
    }

    /// The inverse by Fermat's theorem, in constant time; zero for zero.
    pub(crate) fn invert(&self) -> Self {
        let exponent = Self::prime().get().wrapping_sub(&Uint::from_u8(2));
        let mut result = Self::ONE;
        for word in exponent.to_words().iter().rev() {
            for bit in (0..64).rev() {
                result = result.square();
                // The exponent is public.
                if word >> bit & 1 == 1 {
                    result = result.mul(self);
                }
            }
        }
        result
    }

    fn prime() -> Odd<Uint<N>> {
        Odd::new(Uint::ZERO.wrapping_sub(&Uint::from_word(C))).expect("a power of two less an odd number is odd")
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.to_uint() == Uint::ZERO
    }

    /// From bytes with the least significant first; none if they are not below p.
    pub(crate) fn from_le_bytes(bytes: &[u8]) -> Option<Self> {
        let value = Self::from_uint(&super::uint_from_le(bytes)?);
        (value.to_uint().to_words() == value.0).then_some(value)
    }
}

impl<const N: usize, const C: u64> PartialEq for Fe<N, C> {
    fn eq(&self, other: &Self) -> bool {
        self.to_uint() == other.to_uint()
    }
}

impl<const N: usize, const C: u64> ConditionallySelectable for Fe<N, C> {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let mut limbs = [0; N];
        for (limb, (a, b)) in limbs.iter_mut().zip(a.0.iter().zip(&b.0)) {
            *limb = u64::conditional_select(a, b, choice);
        }
        Self(limbs)
    }
}

/// The low 64 bits.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "truncation is what it is for")]
fn low(value: u128) -> u64 {
    value as u64
}
