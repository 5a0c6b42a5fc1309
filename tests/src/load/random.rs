//! Numbers that look random and are the same for the same seed, so that a run can be repeated.

/// A generator (splitmix64). Protects nothing.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator that gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.draw() % end).unwrap_or(0)
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(((u128::from(self.draw()) << 64) | u128::from(self.draw())).to_be_bytes())
            .into_uuid()
    }

    /// So many characters out of these.
    pub fn text(&mut self, length: usize, characters: &[u8]) -> String {
        (0..length).map(|_| char::from(characters[self.below(characters.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let some = |seed| {
            let mut random = Random::new(seed);
            (random.draw(), random.uuid(), random.text(8, b"abc"))
        };
        assert_eq!(some(1), some(1));
        assert_ne!(some(1), some(2));
    }
}
