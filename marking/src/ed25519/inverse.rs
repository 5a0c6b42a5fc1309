//! `1 / x` modulo 2^255 - 19 by division steps (Bernstein, Yang: Fast constant-time gcd computation and modular
//! inversion, 2019), in variable time: a third of the work of raising to a power.
//!
//! f and g begin as the modulus p and x. A step halves g, or exchanges both and halves their difference; the greatest
//! common divisor stays what it was, and g becomes zero. Sixty-two steps look at the lowest 64 bits alone; what they do
//! is a matrix over 2^62, with which f and g, and beside them d and e where `d · x = f` and `e · x = g` (mod p), are
//! brought up to date. When g is zero, f is 1 or -1, and d is the inverse or its opposite.
#![expect(clippy::many_single_char_names, reason = "as the paper names them")]

/// Numbers in digits of 62 bits, the lowest first; the last has the sign.
type Digits = [i64; 5];

const BITS: u32 = 62;
const MASK: i64 = (1 << BITS) - 1;
/// 2^255 - 19
const MODULUS: Digits = [-19, 0, 0, 0, 128];

/// What 62 steps make of f and g, times 2^62: `u f + v g` and `q f + r g`.
struct Steps {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// The inverse of a number below 2^255; of 0, and of p itself, it is 0. Both are 32 bytes, least significant first.
pub(super) fn inverse(number: &[u8; 32]) -> [u8; 32] {
    let (mut f, mut g) = (MODULUS, digits(number));
    let (mut d, mut e) = ([0; 5], [1, 0, 0, 0, 0]);
    let mut eta = -1;
    while g != [0; 5] {
        let steps = sixty_two_steps(&mut eta, f[0].cast_unsigned(), g[0].cast_unsigned());
        (d, e) = steps.of_factors(&d, &e);
        (f, g) = steps.of_numbers(&f, &g);
    }
    bytes(reduced(d, f[4] < 0))
}

/// Takes 62 steps. `eta` tells how much longer g is than f may become, negative if it is the shorter one's turn.
fn sixty_two_steps(eta: &mut i64, mut f: u64, mut g: u64) -> Steps {
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let mut left = BITS;
    loop {
        let zeros = (g | (u64::MAX << left)).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            return Steps { u: u.cast_signed(), v: v.cast_signed(), q: q.cast_signed(), r: r.cast_signed() };
        }
        if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // Up to six steps at once: f (f² - 2) is -1/f modulo 64, as f is odd.
        let at_once = u32::try_from(*eta + 1).unwrap_or(u32::MAX).min(left).min(6);
        let w = f.wrapping_mul(g).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)) & ((1 << at_once) - 1);
        g = g.wrapping_add(f.wrapping_mul(w));
        q = q.wrapping_add(u.wrapping_mul(w));
        r = r.wrapping_add(v.wrapping_mul(w));
    }
}

impl Steps {
    /// f and g after the steps: divided by 2^62 without a rest.
    fn of_numbers(&self, f: &Digits, g: &Digits) -> (Digits, Digits) {
        (quotient(self.u, f, self.v, g, 0), quotient(self.q, f, self.r, g, 0))
    }

    /// d and e after the steps, modulo p, between -2p and p: so much of p is added that the sum can be divided.
    fn of_factors(&self, d: &Digits, e: &Digits) -> (Digits, Digits) {
        /// -1/p modulo 2^62
        const MINUS_INVERSE: i64 = minus_inverse();
        let row = |a: i64, b: i64| {
            let of_negative = (a & (d[4] >> 63)).wrapping_add(b & (e[4] >> 63));
            let lowest = a.wrapping_mul(d[0]).wrapping_add(b.wrapping_mul(e[0]));
            // of_negative · p brings the sum above zero; the rest makes its lowest digit zero.
            let rest = MINUS_INVERSE.wrapping_mul(lowest).wrapping_sub(of_negative) & MASK;
            quotient(a, d, b, e, of_negative + rest - if rest == 0 { 0 } else { 1 << BITS })
        };
        (row(self.u, self.v), row(self.q, self.r))
    }
}

/// `(a x + b y + c p) / 2^62`, where the lowest digit of the sum is zero.
fn quotient(a: i64, x: &Digits, b: i64, y: &Digits, c: i64) -> Digits {
    let (mut sum, mut result) = (0, [0; 5]);
    for at in 0..5 {
        sum += product(a, x[at]) + product(b, y[at]) + product(c, MODULUS[at]);
        if at > 0 {
            result[at - 1] = low(sum);
        }
        sum >>= BITS;
    }
    result[4] = high(sum);
    result
}

fn product(one: i64, other: i64) -> i128 {
    i128::from(one) * i128::from(other)
}

#[expect(clippy::cast_possible_truncation, reason = "the lowest 62 bits are wanted")]
fn low(sum: i128) -> i64 {
    sum as i64 & MASK
}

#[expect(clippy::cast_possible_truncation, reason = "what is left of a sum is one digit")]
fn high(sum: i128) -> i64 {
    sum as i64
}

const fn minus_inverse() -> i64 {
    // Each round doubles the bits that are right; the first five are, of any odd number that is its own inverse's.
    let odd = MODULUS[0];
    let mut inverse = odd;
    let mut round = 0;
    while round < 6 {
        inverse = inverse.wrapping_mul(2_i64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse.wrapping_neg() & MASK
}

/// The number, or its opposite, from 0 to p - 1.
fn reduced(mut number: Digits, is_opposite: bool) -> Digits {
    let add_modulus = |number: &mut Digits| {
        if number[4] < 0 {
            for (digit, of_modulus) in number.iter_mut().zip(MODULUS) {
                *digit += of_modulus;
            }
            carry(number);
        }
    };
    add_modulus(&mut number);
    if is_opposite {
        number = number.map(|digit| -digit);
        carry(&mut number);
    }
    add_modulus(&mut number);
    add_modulus(&mut number);
    number
}

fn carry(number: &mut Digits) {
    for at in 0..4 {
        number[at + 1] += number[at] >> BITS;
        number[at] &= MASK;
    }
}

fn digits(bytes: &[u8; 32]) -> Digits {
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[8 * at..8 * at + 8]);
        u128::from(u64::from_le_bytes(word))
    };
    let (low_half, high_half) = (word(0) | word(1) << 64, word(2) | word(3) << 64);
    [
        digit(low_half),
        digit(low_half >> 62),
        digit(low_half >> 124 | high_half << 4),
        digit(high_half >> 58),
        digit(high_half >> 120),
    ]
}

#[expect(clippy::cast_possible_truncation, reason = "the lowest 62 bits are wanted")]
fn digit(bits: u128) -> i64 {
    bits as i64 & MASK
}

fn bytes(number: Digits) -> [u8; 32] {
    let [a, b, c, d, e] = number.map(|digit| u128::from(digit.cast_unsigned()));
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&(a | b << 62 | c << 124).to_le_bytes());
    bytes[16..].copy_from_slice(&(c >> 4 | d << 58 | e << 120).to_le_bytes());
    bytes
}
