//! Points of the curves `y² = x³ − 3x + b` with a cofactor of one.
//!
//! Jacobian coordinates for verification, whose inputs are public; complete projective formulas for signing, which take the
//! same steps for every secret.

#![allow(clippy::many_single_char_names, clippy::similar_names, reason = "the names of the published formulas")]

use crypto_bigint::Uint;
use crypto_bigint::modular::FixedMontyParams;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::field::Fe;

/// The numbers of a curve.
#[derive(Debug)]
pub(crate) struct Curve<const N: usize, const C: u64> {
    pub(crate) b: Fe<N, C>,
    pub(crate) generator: Affine<N, C>,
    /// The number of points, a prime.
    pub(crate) order: Uint<N>,
    /// Arithmetic modulo `order`.
    pub(crate) scalars: FixedMontyParams<N>,
}

/// A point that is not the neutral one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine<const N: usize, const C: u64> {
    pub(crate) x: Fe<N, C>,
    pub(crate) y: Fe<N, C>,
}

impl<const N: usize, const C: u64> Affine<N, C> {
    pub(crate) fn is_on(&self, curve: &Curve<N, C>) -> bool {
        let three = self.x.double().add(&self.x);
        let right = self.x.square().mul(&self.x).sub(&three).add(&curve.b);
        self.y.square() == right
    }

    fn neg(&self) -> Self {
        Self { x: self.x, y: self.y.neg() }
    }
}

/// `(x / z², y / z³)`; the neutral point has z = 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jacobian<const N: usize, const C: u64> {
    pub(crate) x: Fe<N, C>,
    y: Fe<N, C>,
    pub(crate) z: Fe<N, C>,
}

impl<const N: usize, const C: u64> Jacobian<N, C> {
    const NEUTRAL: Self = Self { x: Fe::ONE, y: Fe::ONE, z: Fe::ZERO };

    fn from_affine(point: &Affine<N, C>) -> Self {
        Self { x: point.x, y: point.y, z: Fe::ONE }
    }

    /// "dbl-2001-b" of the Explicit-Formulas Database.
    fn double(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x.mul(&gamma);
        let product = self.x.sub(&delta).mul(&self.x.add(&delta));
        let alpha = product.double().add(&product);
        let beta4 = beta.double().double();
        let x = alpha.square().sub(&beta4.double());
        let z = self.y.add(&self.z).square().sub(&gamma).sub(&delta);
        let y = alpha.mul(&beta4.sub(&x)).sub(&gamma.square().double().double().double());
        Self { x, y, z }
    }

    /// "madd-2007-bl", with the cases that it leaves out.
    fn add_affine_vartime(&self, other: &Affine<N, C>) -> Self {
        if self.z.is_zero() {
            return Self::from_affine(other);
        }
        let zz = self.z.square();
        let h = other.x.mul(&zz).sub(&self.x);
        let r = other.y.mul(&self.z).mul(&zz).sub(&self.y).double();
        if h.is_zero() {
            return if r.is_zero() { self.double() } else { Self::NEUTRAL };
        }
        let hh = h.square();
        let i = hh.double().double();
        let j = h.mul(&i);
        let v = self.x.mul(&i);
        let x = r.square().sub(&j).sub(&v.double());
        let y = r.mul(&v.sub(&x)).sub(&self.y.mul(&j).double());
        let z = self.z.add(&h).square().sub(&zz).sub(&hh);
        Self { x, y, z }
    }

    /// Affine forms of all points with one inversion; none of them may be the neutral one.
    fn normalize_vartime(points: &[Self]) -> Vec<Affine<N, C>> {
        let mut products = Vec::with_capacity(points.len());
        let mut product = Fe::ONE;
        for point in points {
            products.push(product);
            product = product.mul(&point.z);
        }
        let mut inverse = product.invert_vartime().expect("no multiple below the order is the neutral point");
        let mut affine: Vec<_> = points
            .iter()
            .zip(products)
            .rev()
            .map(|(point, before)| {
                let z = inverse.mul(&before);
                inverse = inverse.mul(&point.z);
                let zz = z.square();
                Affine { x: point.x.mul(&zz), y: point.y.mul(&zz.mul(&z)) }
            })
            .collect();
        affine.reverse();
        affine
    }
}

/// Odd multiples of a point and of its multiples by powers of two, for the product by a public number.
#[derive(Debug)]
pub(crate) struct Table<const N: usize, const C: u64> {
    /// `parts[j][i] = (2i + 1) · 2^(j · 64N / parts.len()) · P`
    parts: Vec<Vec<Affine<N, C>>>,
    width: u32,
}

impl<const N: usize, const C: u64> Table<N, C> {
    /// `parts` divides 64·N; `2^(width − 2)` points a part.
    pub(crate) fn new(point: &Affine<N, C>, parts: usize, width: u32) -> Self {
        let per_part = 1 << (width - 2);
        let mut points = Vec::with_capacity(parts * per_part);
        let mut base = Jacobian::from_affine(point);
        for part in 0..parts {
            if part > 0 {
                for _ in 0..64 * N / parts {
                    base = base.double();
                }
            }
            let first = if part == 0 { *point } else { Jacobian::normalize_vartime(&[base])[0] };
            let step = Jacobian::normalize_vartime(&[Jacobian::from_affine(&first).double()])[0];
            let mut multiple = Jacobian::from_affine(&first);
            points.push(multiple);
            for _ in 1..per_part {
                multiple = multiple.add_affine_vartime(&step);
                points.push(multiple);
            }
        }
        let affine = Jacobian::normalize_vartime(&points);
        Self { parts: affine.chunks(per_part).map(<[_]>::to_vec).collect(), width }
    }

    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Adds the terms of `scalar · P`, the scalar cut in `parts` numbers of equal length.
    fn terms<'t>(&'t self, scalar: &Uint<N>, parts: usize, terms: &mut Vec<(&'t [Affine<N, C>], Vec<i8>)>) {
        let words = scalar.to_words();
        for (points, part) in self.parts.iter().zip(words.chunks(N / parts)) {
            terms.push((points, signed_digits(part, self.width)));
        }
    }
}

/// The digits of the width-w non-adjacent form: zero or odd, below `2^(w − 1)` in size, least significant first.
fn signed_digits(words: &[u64], width: u32) -> Vec<i8> {
    let bits = words.len() * 64;
    let mut digits = vec![0; bits + 1];
    let bit = |i: usize| words.get(i / 64).map_or(0, |word| word >> (i % 64) & 1);
    let mut carry = 0;
    let mut i = 0;
    while i < bits + 1 {
        if bit(i) == carry {
            i += 1;
            continue;
        }
        let mut digit = i16::try_from(carry).expect("a bit");
        for j in 0..width as usize {
            digit += i16::try_from(bit(i + j) << j).expect("at most 8 bits");
        }
        carry = u64::from(digit >= 1 << (width - 1));
        if carry == 1 {
            digit -= 1 << width;
        }
        digits[i] = i8::try_from(digit).expect("below 2^(width − 1)");
        i += width as usize;
    }
    digits
}

/// `a·A + b·B` for public numbers.
pub(crate) fn add_multiples_vartime<const N: usize, const C: u64>(
    a: (&Uint<N>, &Table<N, C>),
    b: (&Uint<N>, &Table<N, C>),
) -> Jacobian<N, C> {
    let parts = a.1.parts().min(b.1.parts());
    let mut terms = Vec::with_capacity(2 * parts);
    for (scalar, table) in [a, b] {
        if parts == table.parts() {
            table.terms(scalar, parts, &mut terms);
        } else {
            // The table of one part is a prefix of the longer one.
            terms.push((&table.parts[0][..], signed_digits(&scalar.to_words(), table.width)));
        }
    }
    let mut sum = Jacobian::NEUTRAL;
    let longest = terms.iter().map(|(_, digits)| digits.len()).max().unwrap_or(0);
    for i in (0..longest).rev() {
        if !sum.z.is_zero() {
            sum = sum.double();
        }
        for (points, digits) in &terms {
            match digits.get(i).copied().unwrap_or(0) {
                0 => {}
                digit => {
                    let point = &points[usize::from(digit.unsigned_abs()) / 2];
                    sum = sum.add_affine_vartime(&if digit > 0 { *point } else { point.neg() });
                }
            }
        }
    }
    sum
}

/// `(x / z, y / z)`; the neutral point is (0 : 1 : 0). Complete formulas of Renes, Costello and Batina
/// ("Complete addition formulas for prime order elliptic curves", 2015, algorithms 4 and 6).
#[derive(Clone, Copy, Debug)]
struct Projective<const N: usize, const C: u64> {
    x: Fe<N, C>,
    y: Fe<N, C>,
    z: Fe<N, C>,
}

impl<const N: usize, const C: u64> Projective<N, C> {
    const NEUTRAL: Self = Self { x: Fe::ZERO, y: Fe::ONE, z: Fe::ZERO };

    fn triple(value: &Fe<N, C>) -> Fe<N, C> {
        value.double().add(value)
    }

    /// The sum of `xy`, `yz` or `xz` of both points, from the products of their single coordinates.
    fn cross(a: (&Fe<N, C>, &Fe<N, C>), b: (&Fe<N, C>, &Fe<N, C>), first: &Fe<N, C>, second: &Fe<N, C>) -> Fe<N, C> {
        a.0.add(a.1).mul(&b.0.add(b.1)).sub(&first.add(second))
    }

    fn add(&self, other: &Self, b: &Fe<N, C>) -> Self {
        let xx = self.x.mul(&other.x);
        let yy = self.y.mul(&other.y);
        let zz = self.z.mul(&other.z);
        let xy = Self::cross((&self.x, &self.y), (&other.x, &other.y), &xx, &yy);
        let yz = Self::cross((&self.y, &self.z), (&other.y, &other.z), &yy, &zz);
        let xz = Self::cross((&self.x, &self.z), (&other.x, &other.z), &xx, &zz);
        let bzz3 = Self::triple(&xz.sub(&b.mul(&zz)));
        let (minus, plus) = (yy.sub(&bzz3), yy.add(&bzz3));
        let zz3 = Self::triple(&zz);
        let bxz3 = Self::triple(&b.mul(&xz).sub(&zz3.add(&xx)));
        let slope = Self::triple(&xx).sub(&zz3);
        Self {
            x: plus.mul(&xy).sub(&yz.mul(&bxz3)),
            y: plus.mul(&minus).add(&slope.mul(&bxz3)),
            z: minus.mul(&yz).add(&xy.mul(&slope)),
        }
    }

    fn double(&self, b: &Fe<N, C>) -> Self {
        let xx = self.x.square();
        let yy = self.y.square();
        let zz = self.z.square();
        let xy2 = self.x.mul(&self.y).double();
        let xz2 = self.x.mul(&self.z).double();
        let bzz3 = Self::triple(&b.mul(&zz).sub(&xz2));
        let (minus, plus) = (yy.sub(&bzz3), yy.add(&bzz3));
        let zz3 = Self::triple(&zz);
        let bxz6 = Self::triple(&b.mul(&xz2).sub(&zz3.add(&xx)));
        let slope = Self::triple(&xx).sub(&zz3);
        let yz2 = self.y.mul(&self.z).double();
        Self {
            x: minus.mul(&xy2).sub(&bxz6.mul(&yz2)),
            y: plus.mul(&minus).add(&slope.mul(&bxz6)),
            z: yz2.mul(&yy).double().double(),
        }
    }
}

impl<const N: usize, const C: u64> ConditionallySelectable for Projective<N, C> {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: Fe::conditional_select(&a.x, &b.x, choice),
            y: Fe::conditional_select(&a.y, &b.y, choice),
            z: Fe::conditional_select(&a.z, &b.z, choice),
        }
    }
}

/// `scalar · P` in constant time: four doublings and one addition for every four bits, whatever they are.
/// The scalar is not a multiple of the order.
pub(crate) fn multiply<const N: usize, const C: u64>(
    point: &Affine<N, C>,
    scalar: &Uint<N>,
    curve: &Curve<N, C>,
) -> Affine<N, C> {
    let mut table = [Projective::NEUTRAL; 16];
    table[1] = Projective { x: point.x, y: point.y, z: Fe::ONE };
    for i in 2..16 {
        table[i] = table[i - 1].add(&table[1], &curve.b);
    }
    let mut sum = Projective::NEUTRAL;
    for word in scalar.to_words().iter().rev() {
        for shift in (0..16).rev() {
            for _ in 0..4 {
                sum = sum.double(&curve.b);
            }
            let digit = word >> (4 * shift) & 15;
            let mut chosen = Projective::NEUTRAL;
            for (i, entry) in (0u64..).zip(&table) {
                chosen.conditional_assign(entry, digit.ct_eq(&i));
            }
            sum = sum.add(&chosen, &curve.b);
        }
    }
    let z = sum.z.invert();
    Affine { x: sum.x.mul(&z), y: sum.y.mul(&z) }
}
