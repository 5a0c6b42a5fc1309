//! Tables of the multiples of a point, with which a scalar is multiplied by additions alone, and sums of such products
//! in the form in which signatures state them.
//!
//! The curve is -x² + y² = 1 + d x² y². A sum is kept as (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z, a multiple as
//! (y + x, y - x, 2dxy): seven multiplications add one to the other (Hisil, Wong, Carter, Dawson: Twisted Edwards Curves
//! Revisited, 2008, 3.1 and 3.2). Nothing here runs in constant time, as nothing about it is secret.

use super::field::{Element, Factor, multiply};

/// d of the curve (RFC 8032, 5.1), least significant byte first.
const D: [u8; 32] = [
    0xA3, 0x78, 0x59, 0x13, 0xCA, 0x4D, 0xEB, 0x75, 0xAB, 0xD8, 0x41, 0x41, 0x4D, 0x0A, 0x70, 0x00, 0x98, 0xE8, 0x79,
    0x77, 0x79, 0x40, 0xC7, 0x8C, 0x73, 0xFE, 0x6F, 0x2B, 0xEE, 0x6C, 0x03, 0x52,
];
/// A square root of -1 (RFC 8032, 5.1.3).
const ROOT_OF_MINUS_ONE: [u8; 32] = [
    0xB0, 0xA0, 0x0E, 0x4A, 0x27, 0x1B, 0xEE, 0xC4, 0x78, 0xE4, 0x2F, 0xAD, 0x06, 0x18, 0x43, 0x2F, 0xA7, 0xD7, 0xFB,
    0x3D, 0x99, 0x00, 0x4D, 0x2B, 0x0B, 0xDF, 0xC1, 0x4F, 0x80, 0x24, 0x83, 0x2B,
];
/// Bits of a reduced scalar.
const SCALAR_BITS: usize = 253;
/// Bits of the shortest digits that a table may be made for.
const FEWEST_BITS: usize = 2;

/// A point, or a sum of points.
#[derive(Clone, Copy)]
pub(super) struct Point {
    x: Element,
    y: Element,
    z: Element,
    t: Element,
}

/// A multiple in a table, in two lines of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Multiple {
    y_plus_x: Element,
    y_minus_x: Element,
    /// 2dxy
    product: Element,
}

impl Point {
    /// The sum of nothing.
    pub(super) const IDENTITY: Self = Self { x: Element::ZERO, y: Element::ONE, z: Element::ONE, t: Element::ZERO };

    /// Reads a point as keys state it (RFC 8032, 5.1.3); none if there is no such point.
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Option<Self> {
        let y = Element::from_bytes(bytes);
        // x² = u / v
        let square = y.square();
        let u = square.subtract(&Element::ONE).carried();
        let v = multiply(&Element::from_bytes(D), &square).add(&Element::ONE).carried();
        let v3 = multiply(&v.square(), &v);
        let v7 = multiply(&v3.square(), &v);
        let mut x = multiply(&multiply(&u, &v3), &multiply(&u, &v7).power_for_root());
        let found = multiply(&v, &x.square());
        if found == u.negated() {
            x = multiply(&x, &Element::from_bytes(ROOT_OF_MINUS_ONE));
        } else if found != u {
            return None;
        }
        if x.is_odd() != (bytes[31] >> 7 == 1) {
            x = x.negated();
        }
        Some(Self { x, y, z: Element::ONE, t: multiply(&x, &y) })
    }

    /// The point on the other side.
    pub(super) fn negated(&self) -> Self {
        Self { x: self.x.negated(), t: self.t.negated(), ..*self }
    }

    /// The point as keys and signatures state it (RFC 8032, 5.1.2).
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let inverse = self.z.inverse();
        let mut bytes = multiply(&self.y, &inverse).to_bytes();
        bytes[31] |= u8::from(multiply(&self.x, &inverse).is_odd()) << 7;
        bytes
    }

    fn add(&self, other: &Self) -> Self {
        let product = multiply(&other.t, &doubled_d());
        let z = multiply(&self.z, &other.z);
        self.add_with(&other.y.add(&other.x), &other.y.subtract(&other.x), &product, false, &z)
    }

    /// Adds a multiple, or takes it away.
    fn add_multiple(&self, multiple: &Multiple, is_negative: bool) -> Self {
        let Multiple { y_plus_x, y_minus_x, product } = multiple;
        let (plus, minus) = if is_negative { (y_minus_x, y_plus_x) } else { (y_plus_x, y_minus_x) };
        self.add_with(plus, minus, product, is_negative, &self.z)
    }

    /// Adds the point with these y + x, y - x and 2dxy; `z` is the product of both denominators.
    #[expect(clippy::many_single_char_names, reason = "as the paper names them")]
    fn add_with(
        &self,
        y_plus_x: &impl Factor,
        y_minus_x: &impl Factor,
        product: &Element,
        is_negative: bool,
        z: &Element,
    ) -> Self {
        let a = multiply(&self.y.subtract(&self.x), y_minus_x);
        let b = multiply(&self.y.add(&self.x), y_plus_x);
        let c = multiply(&self.t, product);
        let d = z.add(z).carried();
        let (e, h) = (b.subtract(&a), b.add(&a));
        let (f, g) = if is_negative { (d.add(&c), d.subtract(&c)) } else { (d.subtract(&c), d.add(&c)) };
        Self { x: multiply(&e, &f), y: multiply(&g, &h), z: multiply(&f, &g), t: multiply(&e, &h) }
    }
}

fn doubled_d() -> Element {
    let d = Element::from_bytes(D);
    d.add(&d).carried()
}

/// Multiples of a point P: for digit i of a scalar, of so many bits, `n · 2^(bits · i) · P` with n from 1 to 2^(bits - 1).
#[derive(Clone)]
pub(super) struct Multiples {
    bits: usize,
    table: Box<[Multiple]>,
}

impl Multiples {
    /// The table of a point, for digits of 2 to 16 bits.
    pub(super) fn of(point: Point, bits: usize) -> Self {
        let half = 1 << (bits - 1);
        let mut unit = point;
        let mut table = Vec::with_capacity(half * SCALAR_BITS.div_ceil(bits));
        let mut row = Vec::with_capacity(half);
        for _ in 0..SCALAR_BITS.div_ceil(bits) {
            let mut multiple = Point::IDENTITY;
            row.clear();
            row.extend((0..half).map(|_| {
                multiple = multiple.add(&unit);
                multiple
            }));
            // Twice the last multiple is the next row's unit.
            unit = multiple.add(&multiple);
            table.extend(normal(&row));
        }
        Self { bits, table: table.into() }
    }

    /// Adds `scalar · P` to a sum. The scalar is reduced, so below 2^253.
    ///
    /// Both lines of every multiple are looked at before any is added: the looks don't wait for each other, so the
    /// processor fetches many at a time from its outer caches, where a table in a busy server lies.
    pub(super) fn add_to(&self, sum: Point, scalar: &[u8; 32]) -> Point {
        let (full, half) = (1 << self.bits, 1 << (self.bits - 1));
        let mut picked = [(&self.table[0], false); SCALAR_BITS.div_ceil(FEWEST_BITS)];
        let (mut count, mut carry, mut looks) = (0, 0, 0);
        // The bits of a digit and the carry into it make a number from -(half - 1) to half.
        for (number, row) in self.table.chunks_exact(half).enumerate() {
            let digit = bits_at(scalar, number * self.bits) % full + carry;
            carry = usize::from(digit > half);
            let (size, is_negative) = if digit > half { (full - digit, true) } else { (digit, false) };
            if let Some(multiple) = size.checked_sub(1).and_then(|place| row.get(place)) {
                looks ^= multiple.y_plus_x.look() ^ multiple.product.look();
                picked[count] = (multiple, is_negative);
                count += 1;
            }
        }
        std::hint::black_box(looks);
        picked[..count].iter().fold(sum, |sum, (multiple, is_negative)| sum.add_multiple(multiple, *is_negative))
    }
}

/// Some bits of a scalar from this one on, sixteen at least.
fn bits_at(scalar: &[u8; 32], bit: usize) -> usize {
    let byte = |at: usize| scalar.get(at).copied().map_or(0, usize::from);
    let at = bit / 8;
    (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16) >> (bit % 8)
}

/// Points as multiples in a table, with one inversion for all of them (Montgomery's trick).
fn normal(points: &[Point]) -> impl Iterator<Item = Multiple> {
    let doubled_d = doubled_d();
    let mut before = Vec::with_capacity(points.len());
    let mut all = Element::ONE;
    for point in points {
        before.push(all);
        all = multiply(&all, &point.z);
    }
    let mut rest = all.inverse();
    let mut multiples: Vec<Multiple> = points
        .iter()
        .zip(&before)
        .rev()
        .map(|(point, before)| {
            let inverse = multiply(&rest, before);
            rest = multiply(&rest, &point.z);
            let (x, y) = (multiply(&point.x, &inverse), multiply(&point.y, &inverse));
            Multiple {
                y_plus_x: y.add(&x).carried(),
                y_minus_x: y.subtract(&x).carried(),
                product: multiply(&multiply(&x, &y), &doubled_d),
            }
        })
        .collect();
    multiples.reverse();
    multiples.into_iter()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::LazyLock;

    use curve25519_dalek::EdwardsPoint;
    use curve25519_dalek::constants::ED25519_BASEPOINT_COMPRESSED;
    use curve25519_dalek::edwards::CompressedEdwardsY;
    use curve25519_dalek::scalar::Scalar;
    use proptest::prelude::*;

    use super::*;

    static TABLES: LazyLock<[Multiples; 3]> = LazyLock::new(|| {
        let base = Point::from_bytes(ED25519_BASEPOINT_COMPRESSED.0).unwrap();
        [5, 9, 12].map(|bits| Multiples::of(base, bits))
    });

    #[test]
    fn nothing_and_everything_are_multiplied_rightly() {
        for scalar in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(u64::MAX), -Scalar::from(u64::MAX)] {
            for table in TABLES.iter() {
                let product = table.add_to(Point::IDENTITY, scalar.as_bytes());
                assert_eq!(product.to_bytes(), EdwardsPoint::mul_base(&scalar).compress().0, "{scalar:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Tables of any size agree with ordinary multiplication, as another implementation does it.
        #[test]
        fn the_tables_multiply_as_the_curve_does(one: [u8; 32], other: [u8; 32]) {
            let [one, other] = [one, other].map(Scalar::from_bytes_mod_order);
            let [small, key, base] = &*TABLES;
            let expected = EdwardsPoint::mul_base(&one).compress().0;
            prop_assert_eq!(small.add_to(Point::IDENTITY, one.as_bytes()).to_bytes(), expected);
            prop_assert_eq!(key.add_to(Point::IDENTITY, one.as_bytes()).to_bytes(), expected);
            let sum = key.add_to(base.add_to(Point::IDENTITY, one.as_bytes()), other.as_bytes());
            prop_assert_eq!(sum.to_bytes(), EdwardsPoint::mul_base(&(one + other)).compress().0);
        }

        /// X40: what is a point and what is none is read as another implementation reads it.
        #[test]
        fn points_are_read_and_written_as_elsewhere(bytes: [u8; 32]) {
            let theirs = CompressedEdwardsY(bytes).decompress();
            let ours = Point::from_bytes(bytes);
            prop_assert_eq!(ours.map(Point::to_bytes), theirs.map(|point| point.compress().0));
            prop_assert_eq!(ours.map(|point| point.negated().to_bytes()), theirs.map(|point| (-point).compress().0));
        }
    }
}
