//! Format-preserving encryption: FF1 of NIST SP 800-38G with AES-256, on numbers.
//!
//! FF1 permutes the numeral strings of one length over one radix. Here a string is the number that it
//! spells, most significant numeral first, so a caller brings a number below `radix^length` and gets
//! another one back; alphabets are somebody else's business. Everything is fixed-size arithmetic: the
//! constant block of the pseudo-random function is computed once for a domain, the constant part of the
//! tweak once for a tweak, and ten blocks of AES are left for each number.
//!
//! Refused: domains below a million (the standard's floor), at or above 2^120, or with a half at or above 2^62.

use aes::Aes256Enc;
use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit};

/// The number of Feistel rounds of FF1.
const ROUNDS: u8 = 10;

/// Numbers that are run at a time by [`Tweaked::decrypt_lanes`]: their blocks of AES do not wait for each other.
pub const LANES: usize = 8;

/// The smallest domain that SP 800-38G allows: fewer values could be listed by trying them all.
const SMALLEST_DOMAIN: u128 = 1_000_000;

/// A domain that FF1 here does not serve: radix outside 2 to 65,536, or `radix^length` too small or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("radix {radix} with {length} numerals is outside what FF1 may serve here")]
pub struct UnfitDomain {
    /// The radix asked for.
    pub radix: u32,
    /// The number of numerals asked for.
    pub length: u8,
}

/// The AES-256 key of FF1, expanded. It is wiped from memory when dropped.
#[derive(Clone)]
pub struct Ff1Key(Aes256Enc);

impl Ff1Key {
    /// Expands a 32-byte key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Enc::new(key.into()))
    }

    fn encrypt(&self, block: u128) -> u128 {
        let mut block = block.to_be_bytes().into();
        self.0.encrypt_block(&mut block);
        u128::from_be_bytes(block.into())
    }
}

/// FF1 for strings of one length over one radix, with tweaks of one length.
#[derive(Clone)]
pub struct Ff1 {
    key: Ff1Key,
    size: u128,
    /// `radix^u` and `radix^v`: the sizes of the left half (`u` = length / 2 numerals) and of the right one.
    left: u64,
    right: u64,
    tweak_length: usize,
    /// Bytes that hold a half (the standard's `b`) and bytes taken from the pseudo-random function (`d`).
    half_bytes: usize,
    taken_bytes: usize,
    /// The encrypted first block (the standard's `P`), from which every chain starts.
    start: u128,
}

impl Ff1 {
    /// Prepares the domain of `length` numerals below `radix`, with tweaks of `tweak_length` bytes.
    pub fn new(key: &Ff1Key, radix: u32, length: u8, tweak_length: u8) -> Result<Self, UnfitDomain> {
        let unfit = UnfitDomain { radix, length };
        if !(2..=65_536).contains(&radix) {
            return Err(unfit);
        }
        let u = length / 2;
        let v = length - u;
        let half = |numerals: u8| u64::from(radix).checked_pow(u32::from(numerals));
        let (left, right) = half(u).zip(half(v)).ok_or(unfit)?;
        let size = u128::from(left) * u128::from(right);
        if right >= 1 << 62 || !(SMALLEST_DOMAIN..1 << 120).contains(&size) {
            return Err(unfit);
        }
        // The bits of the largest half are the standard's ceil(v · log2(radix)).
        let half_bits = u64::BITS - (right - 1).leading_zeros();
        let half_bytes = half_bits.div_ceil(8) as usize;

        let mut first = [0; 16];
        first[..3].copy_from_slice(&[1, 2, 1]);
        first[3..6].copy_from_slice(&radix.to_be_bytes()[1..]);
        first[6..8].copy_from_slice(&[ROUNDS, u]);
        first[8..12].copy_from_slice(&u32::from(length).to_be_bytes());
        first[12..].copy_from_slice(&u32::from(tweak_length).to_be_bytes());
        Ok(Self {
            start: key.encrypt(u128::from_be_bytes(first)),
            key: key.clone(),
            size,
            left,
            right,
            tweak_length: usize::from(tweak_length),
            half_bytes,
            taken_bytes: half_bytes.next_multiple_of(4) + 4,
        })
    }

    /// How many numbers the domain has: `radix^length`.
    pub fn size(&self) -> u128 {
        self.size
    }

    /// Takes a tweak, of the length this domain was prepared for; `None` for any other length.
    pub fn tweaked(&self, tweak: &[u8]) -> Option<Tweaked<'_>> {
        if tweak.len() != self.tweak_length {
            return None;
        }
        // The standard's `Q` is tweak ‖ zeros ‖ round ‖ half, ending on a block's edge. Only its last
        // `half_bytes + 1` bytes change from round to round, and those all lie in the last block.
        let length = (tweak.len() + self.half_bytes + 1).next_multiple_of(16);
        let mut state = self.start;
        let mut at = 0;
        loop {
            let mut block = [0; 16];
            for (byte, of_tweak) in block.iter_mut().zip(tweak.iter().skip(at)) {
                *byte = *of_tweak;
            }
            state ^= u128::from_be_bytes(block);
            at += 16;
            if at >= length {
                return Some(Tweaked { domain: self, state });
            }
            state = self.key.encrypt(state);
        }
    }
}

/// FF1 with its tweak taken in: what is left is one number in, one number out.
#[derive(Clone, Copy)]
pub struct Tweaked<'a> {
    domain: &'a Ff1,
    /// The chain before the last block, with that block's constant bytes mixed in.
    state: u128,
}

impl Tweaked<'_> {
    /// Encrypts a number; `None` when it is not below the domain's size.
    pub fn encrypt(&self, number: u128) -> Option<u128> {
        self.run(number, Direction::Encrypt)
    }

    /// Decrypts a number; `None` when it is not below the domain's size.
    pub fn decrypt(&self, number: u128) -> Option<u128> {
        self.run(number, Direction::Decrypt)
    }

    fn run(&self, number: u128, direction: Direction) -> Option<u128> {
        let mut halves = [self.split(number)?];
        self.domain.key.0.encrypt_with_backend(Rounds { tweaked: *self, direction, halves: &mut halves });
        Some(self.join(halves[0]))
    }

    /// Decrypts so many numbers in place, in a fraction of the time that they take one after the other. False, and nothing is
    /// changed, when one of them is not below the domain's size.
    #[must_use]
    pub fn decrypt_lanes(&self, numbers: &mut [u128; LANES]) -> bool {
        let mut halves = [[0; 2]; LANES];
        for (halves, number) in halves.iter_mut().zip(&*numbers) {
            let Some(split) = self.split(*number) else { return false };
            *halves = split;
        }
        let rounds = Rounds { tweaked: *self, direction: Direction::Decrypt, halves: &mut halves };
        self.domain.key.0.encrypt_with_backend(rounds);
        *numbers = halves.map(|halves| self.join(halves));
        true
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves are below 2^62 once the number is below the domain's size"
    )]
    fn split(&self, number: u128) -> Option<[u64; 2]> {
        let right = u128::from(self.domain.right);
        match u64::try_from(number) {
            _ if number >= self.domain.size => None,
            Ok(small) => Some([small / self.domain.right, small % self.domain.right]),
            Err(_) => Some([(number / right) as u64, (number % right) as u64]),
        }
    }

    fn join(&self, [left, right]: [u64; 2]) -> u128 {
        u128::from(left) * u128::from(self.domain.right) + u128::from(right)
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

/// The ten rounds, as one piece of work for AES: choosing its implementation once for all of them
/// saves a third of the time.
struct Rounds<'a, const N: usize> {
    tweaked: Tweaked<'a>,
    direction: Direction,
    halves: &'a mut [[u64; 2]; N],
}

impl<const N: usize> BlockSizeUser for Rounds<'_, N> {
    type BlockSize = U16;
}

impl<const N: usize> BlockCipherEncClosure for Rounds<'_, N> {
    #[expect(clippy::inline_always, reason = "inlined, it is compiled for the processor's AES instructions")]
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, aes: &B) {
        let Ff1 { left, right, .. } = *self.tweaked.domain;
        // The standard swaps the halves after each round. Two rounds at a time, none is moved.
        match self.direction {
            Direction::Encrypt => {
                for round in (0..ROUNDS).step_by(2) {
                    for [a, b] in &mut *self.halves {
                        *a = add(*a, self.tweaked.round(aes, round, *b, left), left);
                    }
                    for [a, b] in &mut *self.halves {
                        *b = add(*b, self.tweaked.round(aes, round + 1, *a, right), right);
                    }
                }
            }
            Direction::Decrypt => {
                for round in (0..ROUNDS).step_by(2).rev() {
                    for [a, b] in &mut *self.halves {
                        *b = subtract(*b, self.tweaked.round(aes, round + 1, *a, right), right);
                    }
                    for [a, b] in &mut *self.halves {
                        *a = subtract(*a, self.tweaked.round(aes, round, *b, left), left);
                    }
                }
            }
        }
    }
}

impl Tweaked<'_> {
    /// The round function over one half, reduced to the size of the half that it changes.
    #[expect(clippy::inline_always, reason = "inlined, it is compiled for the processor's AES instructions")]
    #[expect(clippy::cast_possible_truncation, reason = "a remainder of a u64 modulus, or at most eight bytes taken")]
    #[inline(always)]
    fn round<B>(&self, aes: &B, round: u8, half: u64, modulus: u64) -> u64
    where
        B: BlockCipherEncBackend<BlockSize = U16>,
    {
        let domain = self.domain;
        let changing = u128::from(round) << (8 * domain.half_bytes) | u128::from(half);
        let mut block = (self.state ^ changing).to_be_bytes().into();
        aes.encrypt_block_inplace(&mut block);
        let taken = u128::from_be_bytes(block.into()) >> (128 - 8 * domain.taken_bytes);
        match domain.taken_bytes {
            // Long serials have such a modulus, and a division takes as long as a block of AES.
            ..=8 if modulus.is_power_of_two() => taken as u64 & (modulus - 1),
            ..=8 => taken as u64 % modulus,
            _ => (taken % u128::from(modulus)) as u64,
        }
    }
}

/// `a + y` modulo `modulus`, for numbers already below it.
fn add(a: u64, y: u64, modulus: u64) -> u64 {
    let sum = a + y;
    if sum >= modulus { sum - modulus } else { sum }
}

/// `a - y` modulo `modulus`, for numbers already below it.
fn subtract(a: u64, y: u64, modulus: u64) -> u64 {
    if a >= y { a - y } else { a + modulus - y }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use aes::Aes256;
    use fpe::ff1::{FF1, FlexibleNumeralString};
    use proptest::prelude::*;

    /// The AES-256 key of the samples that NIST publishes with SP 800-38G (FF1 samples 7 to 9).
    const SAMPLE_KEY: [u8; 32] = [
        0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C, 0xEF, 0x43,
        0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC, 0x6A, 0x94,
    ];

    fn number(text: &str, radix: u32) -> u128 {
        u128::from_str_radix(text, radix).unwrap()
    }

    fn sample(radix: u32, tweak: &[u8], plain: &str, sealed: &str) {
        let length = u8::try_from(plain.len()).unwrap();
        let tweak_length = u8::try_from(tweak.len()).unwrap();
        let ff1 = Ff1::new(&Ff1Key::new(&SAMPLE_KEY), radix, length, tweak_length).unwrap();
        let tweaked = ff1.tweaked(tweak).unwrap();
        let (plain, sealed) = (number(plain, radix), number(sealed, radix));
        assert_eq!(tweaked.encrypt(plain), Some(sealed));
        assert_eq!(tweaked.decrypt(sealed), Some(plain));
    }

    #[test]
    fn the_published_samples_hold() {
        sample(10, b"", "0123456789", "6657667009");
        sample(10, b"9876543210", "0123456789", "1001623463");
        sample(36, b"7777pqrs777", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd");
    }

    #[test]
    fn domains_that_are_too_small_or_too_large_are_refused() {
        let key = Ff1Key::new(&SAMPLE_KEY);
        for (radix, length) in [(10, 5), (1, 40), (0, 3), (65_537, 4), (10, 40), (2, 0), (10, 255)] {
            assert!(Ff1::new(&key, radix, length, 0).is_err(), "{radix}^{length}");
        }
        assert!(Ff1::new(&key, 10, 6, 0).is_ok());
        assert!(Ff1::new(&key, 10, 36, 0).is_ok());
    }

    #[test]
    fn numbers_outside_the_domain_and_tweaks_of_another_length_are_refused() {
        let ff1 = Ff1::new(&Ff1Key::new(&SAMPLE_KEY), 10, 6, 2).unwrap();
        assert!(ff1.tweaked(b"abc").is_none());
        let tweaked = ff1.tweaked(b"ab").unwrap();
        assert_eq!(ff1.size(), 1_000_000);
        assert!(tweaked.encrypt(999_999).is_some());
        assert!(tweaked.encrypt(1_000_000).is_none());
        assert!(tweaked.decrypt(u128::MAX).is_none());
    }

    fn numerals(mut number: u128, radix: u32, length: u8) -> Vec<u16> {
        let mut numerals = vec![0; usize::from(length)];
        for numeral in numerals.iter_mut().rev() {
            *numeral = u16::try_from(number % u128::from(radix)).unwrap();
            number /= u128::from(radix);
        }
        numerals
    }

    proptest! {
        /// Another implementation of the standard is the judge, for every domain that the serials use
        /// and for tweaks of any length around a block.
        #[test]
        fn another_implementation_agrees(
            key: [u8; 32],
            domain in prop::sample::select(vec![(32, 12), (58, 5), (58, 6), (10, 7), (36, 19), (62, 20)]),
            tweak in prop::collection::vec(any::<u8>(), 0..40),
            number: u128,
        ) {
            let (radix, length) = domain;
            let tweak_length = u8::try_from(tweak.len()).unwrap();
            let ours = Ff1::new(&Ff1Key::new(&key), radix, length, tweak_length).unwrap();
            let number = number % ours.size();
            let tweaked = ours.tweaked(&tweak).unwrap();
            let sealed = tweaked.encrypt(number).unwrap();

            let theirs = FF1::<Aes256>::new(&key, radix).unwrap();
            let plain = FlexibleNumeralString::from(numerals(number, radix, length));
            let expected: Vec<u16> = theirs.encrypt(&tweak, &plain).unwrap().into();
            prop_assert_eq!(numerals(sealed, radix, length), expected);
            prop_assert_eq!(tweaked.decrypt(sealed), Some(number));
            let mut lanes = [0; LANES];
            lanes[LANES - 2] = sealed;
            prop_assert!(tweaked.decrypt_lanes(&mut lanes));
            prop_assert_eq!((lanes[0], lanes[LANES - 2]), (tweaked.decrypt(0).unwrap(), number));
            lanes[1] = ours.size();
            prop_assert!(!tweaked.decrypt_lanes(&mut lanes));
        }
    }
}
