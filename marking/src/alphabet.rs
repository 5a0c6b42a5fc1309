//! The two alphabets that serials, key ids, stamp marks and prices are written in, and numbers in them.
//!
//! [`LONG`] is for long serials that people may have to type and that any scanner must carry unharmed:
//! one letter case, no `I` and `O` (they look like `1` and `0`), and it ends at `X`, so no `Y` and `Z`,
//! which a scanner set to a German keyboard swaps. [`SHORT`] is for small labels, where each character
//! must carry more: both letter cases, without `0`, `O`, `I` and `l`. Case matters in both.

/// An alphabet of at most 64 ASCII characters, with the value of each.
#[derive(Debug)]
pub struct Alphabet {
    characters: &'static [u8],
    radix: u8,
    values: [u8; 256],
}

/// A byte that is not in an alphabet, as [`Alphabet::values`] marks it.
const ABSENT: u8 = u8::MAX;

/// Thirty-two characters: the digits and `A` to `X` without `I` and `O`.
pub static LONG: Alphabet = Alphabet::new(b"0123456789ABCDEFGHJKLMNPQRSTUVWX");

/// Fifty-eight characters: the digits and letters of both cases without `0`, `O`, `I` and `l`.
pub static SHORT: Alphabet = Alphabet::new(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

impl Alphabet {
    #[expect(clippy::cast_possible_truncation, reason = "an alphabet has at most 64 characters")]
    const fn new(characters: &'static [u8]) -> Self {
        let mut values = [ABSENT; 256];
        let mut value = 0;
        while value < characters.len() {
            values[characters[value] as usize] = value as u8;
            value += 1;
        }
        Self { characters, radix: characters.len() as u8, values }
    }

    /// How many characters the alphabet has, which is the radix of numbers in it.
    pub fn radix(&self) -> u8 {
        self.radix
    }

    /// The characters, in the order of their values.
    pub fn characters(&self) -> &'static [u8] {
        self.characters
    }

    /// The value of a character; `None` if the alphabet does not have it.
    pub fn value(&self, character: u8) -> Option<u8> {
        match self.values[usize::from(character)] {
            ABSENT => None,
            value => Some(value),
        }
    }

    /// Whether every byte of a text is one of the characters.
    pub fn holds(&self, text: &str) -> bool {
        text.bytes().all(|character| self.value(character).is_some())
    }

    /// Writes a number, most significant character first, filling the whole buffer.
    /// False, with the buffer holding the low characters, when the number does not fit.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a remainder of the radix, which is at most 64")]
    pub fn write(&self, mut number: u128, buffer: &mut [u8]) -> bool {
        for place in buffer.iter_mut().rev() {
            // Division of 128 bits is slow and seldom needed.
            let value = if let Ok(small) = u64::try_from(number) {
                number = u128::from(small / u64::from(self.radix));
                small % u64::from(self.radix)
            } else {
                let value = number % u128::from(self.radix);
                number /= u128::from(self.radix);
                value as u64
            };
            *place = self.characters[value as usize];
        }
        number == 0
    }

    /// Reads a number, most significant character first.
    /// `None` for a character outside the alphabet or a number of more than 128 bits.
    pub fn read(&self, text: &str) -> Option<u128> {
        // Ten characters of six bits fit a u64, and twelve of five.
        let bits = if self.radix <= 32 { 5 } else { 6 };
        if text.len() * bits <= 64 {
            let mut number = 0;
            for character in text.bytes() {
                number = number * u64::from(self.radix) + u64::from(self.value(character)?);
            }
            return Some(number.into());
        }
        let mut number: u128 = 0;
        for character in text.bytes() {
            number = number.checked_mul(self.radix.into())?.checked_add(self.value(character)?.into())?;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabets_leave_out_look_alikes_and_keys_that_keyboards_swap() {
        assert_eq!(LONG.characters().len(), 32);
        assert_eq!(SHORT.characters().len(), 58);
        assert_eq!((LONG.radix(), SHORT.radix()), (32, 58));
        for absent in "IOYZabcxyz-+/ ".bytes() {
            assert_eq!(LONG.value(absent), None);
        }
        for absent in "0OIl-+/ ".bytes() {
            assert_eq!(SHORT.value(absent), None);
        }
    }

    #[test]
    fn a_number_is_written_with_leading_characters_of_value_nought() {
        let mut buffer = [0; 4];
        assert!(LONG.write(33, &mut buffer));
        assert_eq!(&buffer, b"0011");
        assert!(SHORT.write(58, &mut buffer));
        assert_eq!(&buffer, b"1121");
        assert!(!LONG.write(1 << 20, &mut buffer));
        assert_eq!(LONG.read(""), Some(0));
        assert_eq!(LONG.read(&"X".repeat(26)), None);
        assert_eq!(LONG.read(&"X".repeat(25)), Some((1 << 125) - 1));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(number: u128) {
            for alphabet in [&LONG, &SHORT] {
                let mut buffer = [0; 26];
                prop_assert!(alphabet.write(number >> 1, &mut buffer));
                let text = std::str::from_utf8(&buffer).unwrap();
                prop_assert!(alphabet.holds(text));
                prop_assert_eq!(alphabet.read(text), Some(number >> 1));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text: String) {
            prop_assert_eq!(LONG.holds(&text) && text.len() <= 25, LONG.read(&text).is_some() && text.len() <= 25);
            let _ = SHORT.read(&text);
        }
    }
}
