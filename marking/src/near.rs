//! Whether a code whose serial or seal does not hold is close to one that the register issued: then a keyboard, a form or
//! a person has spoiled it, and nobody is to be accused.
//!
//! Nothing here makes a code good. It only decides between "misread" and "forged" or "never issued", so that how close
//! counts as close costs no security: a forger learns that a guess was near a seal that he must have seen.
//!
//! A symbol that a scanner has read has error correction: none of its characters is mistaken for another one, but a
//! scanner may be set to send letters of one case. A single changed letter in a seal is then a forger's trace.

use std::sync::LazyLock;

use crate::alphabet::{self, Alphabet};
use crate::gtin::Gtin;
use crate::layout::{Group, TailKind};
use crate::misread::{look_alike, shape};
use crate::seal::{KeyId, Message, Tail};
use crate::seal_keys::{SealKey, SealKeys, SealMaterial, UnitParts};
use crate::serial::{ISSUER, LONG_LENGTH, SerialCipher};
use crate::stamp::{self, StampNumber};

/// The most characters by which a long seal that somebody typed may differ from the right one.
const MOST_TYPED_WRONG: usize = 4;
/// The most characters by which a stamp's mark may.
const MOST_MARKED_WRONG: usize = 2;
/// The most serials that are tried in place of one.
const MOST_SERIALS: usize = 64;
/// The same, with the serial in capital letters.
const MOST_LONG_SERIALS: usize = MOST_SERIALS + 1;
/// The longest text whose characters are exchanged: a serial and a price.
const LONGEST_TEXT: usize = 32;
/// The most letters of a short code that are tried in both cases.
const MOST_LETTERS: u32 = 10;
/// The characters of long serials that people take for each other.
const PAIRS: [(u8, u8); 6] = [(b'S', b'5'), (b'B', b'8'), (b'U', b'V'), (b'0', b'Q'), (b'0', b'D'), (b'1', b'L')];

/// What codes are compared with.
#[derive(Clone, Copy)]
pub struct Near<'a> {
    /// The keys of seals.
    pub seals: &'a SealKeys,
    /// Makes the seal of a key whose secret is at hand.
    pub sign: &'a dyn Fn(KeyId, &Message) -> Option<Tail>,
    /// Whether a scanner has read the code from a symbol.
    pub scanned: bool,
}

impl Near<'_> {
    /// Whether the seal of these parts, which does not hold, differs from the right one, or the parts from others that it
    /// is over, only as something on the way could have made it.
    pub fn is_seal(&self, parts: &UnitParts<'_>) -> bool {
        match (parts.tail, parts.short_tail) {
            (Some(tail), _) => self.is_long_seal(parts, tail),
            (None, Some(tail)) => self.is_short_seal(parts, tail),
            (None, None) => false,
        }
    }

    fn is_long_seal(&self, parts: &UnitParts<'_>, given: &str) -> bool {
        let kind = match given.len() {
            88 => TailKind::Ed25519,
            44 => TailKind::Hmac,
            _ => return false,
        };
        let Some(named) = parts.key else { return false };
        let mut keys = self.seals.iter().filter(|key| key.group.layout().tail == kind && self.is_key(named, key.id));
        keys.any(|key| {
            let Some(message) = Message::new(kind, parts.gtin, parts.serial, key.id, parts.price) else { return false };
            match (self.expected(key, kind, &message), &key.material) {
                (Some(right), _) if self.scanned => right.as_str() == given,
                (Some(right), _) => is_typed(right.as_str(), given, MOST_TYPED_WRONG),
                (None, SealMaterial::Ed25519(_)) if !self.scanned => {
                    substituted(given).any(|tail| SealKeys::holds_with(key, kind, &message, &tail))
                }
                _ => false,
            }
        })
    }

    /// The seal that a key makes, if its secret is here.
    fn expected(&self, key: &SealKey, kind: TailKind, message: &Message) -> Option<Tail> {
        match (&key.material, kind) {
            (SealMaterial::Hmac(secret), TailKind::Hmac) => Some(secret.tail_44(message)),
            (SealMaterial::Hmac(secret), TailKind::Short) => Some(secret.tail_4(message)),
            _ => (self.sign)(key.id, message),
        }
    }

    /// Whether the name of a key may have been spoiled to what was read.
    fn is_key(&self, read: &str, id: KeyId) -> bool {
        let id = id.as_str();
        read == id || read.eq_ignore_ascii_case(id) || !self.scanned && is_typed(id, read, 1)
    }

    fn is_short_seal(&self, parts: &UnitParts<'_>, given: &str) -> bool {
        let is_pack = parts.group == Some(Group::TobaccoPack);
        let price = parts.price.filter(|_| is_pack).unwrap_or_default();
        let is_long = parts.serial.len() == LONG_LENGTH;
        let letters = || parts.serial.bytes().chain(price.bytes()).chain(given.bytes()).filter(u8::is_ascii_alphabetic);
        let one_case = letters().next().is_some()
            && (letters().all(|byte| byte.is_ascii_uppercase()) || letters().all(|byte| byte.is_ascii_lowercase()));
        // The serial and the price are tried as one text, since they were spoiled together.
        let whole = format!("{}{price}", parts.serial);
        let is_over = |whole: &str, is_like: &dyn Fn(&str, &str) -> bool| {
            let (serial, price) = whole.split_at(parts.serial.len());
            let price = if is_pack { Some(price) } else { parts.price };
            self.seals.iter().filter(|key| parts.group.is_none_or(|group| group == key.group)).any(|key| {
                key.group.layout().tail == TailKind::Short
                    && Message::new(TailKind::Short, parts.gtin, serial, key.id, price).is_some_and(|message| {
                        self.expected(key, TailKind::Short, &message)
                            .is_some_and(|right| is_like(right.as_str(), given))
                    })
            })
        };
        let but_case = |right: &str, given: &str| right.eq_ignore_ascii_case(given);
        if one_case
            && (is_long && is_over(&whole, &but_case)
                || !is_long && in_cases(&whole).any(|whole| is_over(&whole, &but_case)))
        {
            return true;
        }
        // Nothing is left of the letters' case but what a scanner set so would leave: that says nothing by itself.
        if self.scanned {
            return false;
        }
        if one_case && !is_long {
            return true;
        }
        let characters: &Characters = if is_long { &LONG } else { &SHORT };
        let mut is_variant_over =
            |variant: &[u8]| std::str::from_utf8(variant).is_ok_and(|variant| is_over(variant, &look_alike));
        is_over(&whole, &look_alike)
            || whole.is_ascii() && Variants::of(whole.as_bytes(), characters).any(&mut is_variant_over)
    }

    /// Whether a serial that is none of ours is close to one that is.
    pub fn is_serial(&self, cipher: &SerialCipher, gtin: Gtin, serial: &str) -> bool {
        let Ok(given) = <[u8; LONG_LENGTH]>::try_from(serial.as_bytes()) else { return false };
        // The capital form, then what people may have taken for this serial: all are decrypted together.
        let mut likely = [given.map(|byte| byte.to_ascii_uppercase()); MOST_LONG_SERIALS];
        let mut count = usize::from(likely[0] != given);
        if !self.scanned && given.is_ascii() {
            let _ = Variants::of(&given, &LONG).any(&mut |variant| {
                if let (Some(free), Ok(variant)) = (likely.get_mut(count), variant.try_into()) {
                    *free = variant;
                    count += 1;
                }
                false
            });
        }
        cipher.any_place_of_long(gtin, &likely[..count], |place| place.order() > 0)
    }

    /// Whether a mark that is not that of a stamp is close to it.
    pub fn is_mark(&self, stamp: StampNumber, given: &str) -> bool {
        !self.scanned
            && self.seals.iter().any(|key| match &key.material {
                SealMaterial::Hmac(secret) if key.group == Group::Alcohol => {
                    is_typed(stamp::mark(secret, key.id, stamp).as_str(), given, MOST_MARKED_WRONG)
                }
                _ => false,
            })
    }
}

/// Whether somebody who types `right` may have typed `given`: it looks alike, or has a few wrong characters.
fn is_typed(right: &str, given: &str, most: usize) -> bool {
    let wrong = || right.bytes().zip(given.bytes()).filter(|(right, given)| right != given).count();
    right.len() == given.len() && (wrong() <= most || look_alike(right, given))
}

/// A seal with one character exchanged for another one that looks like it.
fn substituted(given: &str) -> impl Iterator<Item = String> {
    let base64 = (b'0'..=b'z').filter(u8::is_ascii_alphanumeric);
    (0..given.len()).flat_map(move |at| {
        let read = given.as_bytes()[at];
        let alike = base64.clone().filter(move |byte| *byte != read && shape(*byte) == shape(read));
        alike.map(move |byte| exchanged(given, at, byte))
    })
}

/// An ASCII text with another character at one place.
fn exchanged(text: &str, at: usize, byte: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = byte;
    String::from_utf8(bytes).unwrap_or_default()
}

/// A text of letters of one case with each of its letters in both, as far as short serials have them.
fn in_cases(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<usize> = (0..text.len())
        .filter(|at| {
            let byte = text.as_bytes()[*at];
            let other = byte ^ 0x20;
            byte.is_ascii_alphabetic()
                && (alphabet::SHORT.value(other).is_some() || alphabet::SHORT.value(byte).is_none())
        })
        .collect();
    let count = u32::try_from(letters.len()).unwrap_or(u32::MAX);
    let combinations = if count <= MOST_LETTERS { 1_u32 << count } else { 0 };
    let text = text.to_owned();
    (0..combinations).filter_map(move |combination| {
        let mut bytes = text.clone().into_bytes();
        for (bit, at) in letters.iter().enumerate() {
            bytes[*at] ^= if combination >> bit & 1 == 1 { 0x20 } else { 0 };
        }
        String::from_utf8(bytes).ok().filter(|text| alphabet::SHORT.holds(text))
    })
}

/// The characters that people may have read as a given one.
#[derive(Clone, Copy, Default)]
struct Likely {
    bytes: [u8; 8],
    count: usize,
}

impl Likely {
    fn push(&mut self, byte: u8) {
        if self.bytes[..self.count].contains(&byte) {
            return;
        }
        if let Some(free) = self.bytes.get_mut(self.count) {
            *free = byte;
            self.count += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.count]
    }
}

/// What a character of one kind of serials may have been, by the character that was read.
struct Characters {
    alphabet: &'static Alphabet,
    /// In place of a character that no serial has.
    of_wrong: [Likely; 128],
    /// In place of a character that serials have.
    of_right: [Likely; 128],
}

/// Those of long serials.
static LONG: LazyLock<Characters> = LazyLock::new(|| {
    Characters::new(&alphabet::LONG, |byte| {
        let pairs = PAIRS.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
        pairs.filter(|(one, _)| *one == byte).map(|(_, other)| other).collect()
    })
});
/// Those of short ones.
static SHORT: LazyLock<Characters> =
    LazyLock::new(|| Characters::new(&alphabet::SHORT, |byte| alike(&alphabet::SHORT, byte).collect()));

/// The other characters of an alphabet that look like this one.
fn alike(alphabet: &'static Alphabet, byte: u8) -> impl Iterator<Item = u8> {
    alphabet.characters().iter().copied().filter(move |other| *other != byte && shape(*other) == shape(byte))
}

impl Characters {
    fn new(alphabet: &'static Alphabet, of_right: impl Fn(u8) -> Vec<u8>) -> Self {
        let mut characters = Self { alphabet, of_wrong: [Likely::default(); 128], of_right: [Likely::default(); 128] };
        for byte in 0..128_u8 {
            let at = usize::from(byte);
            // In long serials the capital letter comes first, then what the small one looks like.
            let capital = byte.to_ascii_uppercase();
            if alphabet.radix() == alphabet::LONG.radix() && alphabet.value(capital).is_some() {
                characters.of_wrong[at].push(capital);
            }
            alike(alphabet, byte).for_each(|other| characters.of_wrong[at].push(other));
            for other in of_right(byte) {
                characters.of_right[at].push(other);
            }
        }
        characters
    }
}

/// Texts that people may have taken for a given one of ASCII. Where it has characters that no serial has, these were others:
/// [`MOST_SERIALS`] combinations are tried. Else one character was another.
struct Variants<'a> {
    text: &'a [u8],
    characters: &'a Characters,
    /// The places with characters that no serial has, and what these may have been.
    wrong: [(usize, Likely); LONGEST_TEXT],
    count: usize,
}

impl<'a> Variants<'a> {
    fn of(text: &'a [u8], characters: &'a Characters) -> Self {
        let mut variants = Self { text, characters, wrong: [(0, Likely::default()); LONGEST_TEXT], count: 0 };
        for (at, byte) in text.iter().enumerate().take(LONGEST_TEXT) {
            let likely = match at {
                0 if *byte == ISSUER => continue,
                0 => {
                    let mut issuer = Likely::default();
                    if shape(ISSUER) == shape(*byte) {
                        issuer.push(ISSUER);
                    }
                    issuer
                }
                _ if characters.alphabet.value(*byte).is_some() => continue,
                _ => characters.of_wrong.get(usize::from(*byte)).copied().unwrap_or_default(),
            };
            variants.wrong[variants.count] = (at, likely);
            variants.count += 1;
        }
        variants
    }

    /// Whether one of the texts has this property.
    fn any(&self, has_it: &mut impl FnMut(&[u8]) -> bool) -> bool {
        let mut buffer = [0; LONGEST_TEXT];
        let Some(text) = buffer.get_mut(..self.text.len()) else { return false };
        text.copy_from_slice(self.text);
        let wrong = &self.wrong[..self.count];
        if wrong.is_empty() {
            return self.any_with_another_character(text, has_it);
        }
        if wrong.iter().any(|(_, likely)| likely.count == 0) {
            return false;
        }
        let mut chosen = [0; LONGEST_TEXT];
        let chosen = &mut chosen[..wrong.len()];
        for (at, likely) in wrong {
            text[*at] = likely.bytes[0];
        }
        for _ in 0..MOST_SERIALS {
            if has_it(text) {
                return true;
            }
            // The next combination: the last place changes first.
            let is_new = wrong.iter().zip(&mut *chosen).rev().any(|((at, likely), chosen)| {
                *chosen = (*chosen + 1) % likely.count;
                text[*at] = likely.bytes[*chosen];
                *chosen > 0
            });
            if !is_new {
                return false;
            }
        }
        false
    }

    fn any_with_another_character(&self, text: &mut [u8], has_it: &mut impl FnMut(&[u8]) -> bool) -> bool {
        (1..text.len()).any(|at| {
            let read = text[at];
            let likely = self.characters.of_right.get(usize::from(read)).copied().unwrap_or_default();
            let is_found = likely.bytes().iter().any(|byte| {
                text[at] = *byte;
                has_it(text)
            });
            text[at] = read;
            is_found
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variants(text: &str, characters: &Characters) -> Vec<String> {
        let mut variants = Vec::new();
        let _ = Variants::of(text.as_bytes(), characters).any(&mut |variant| {
            variants.push(String::from_utf8(variant.to_vec()).expect("ASCII"));
            false
        });
        variants
    }

    #[test]
    fn serials_that_people_take_for_each_other_are_tried() {
        assert!(variants("35RR8WKMP4I2U", &LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("3581MABCLlLQM", &LONG).contains(&"3581MABCL1LQM".to_owned()));
        assert!(variants("35RRBWKMP412U", &LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("B5RR8WKMP412U", &LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("3Lo0HAg", &SHORT).contains(&"3LooHAg".to_owned()));
        assert_eq!(variants(&"3O".repeat(10), &LONG).len(), MOST_SERIALS);
        assert_eq!(variants("3obRRWKMP412U", &LONG).len(), 15, "o is 0, Q or D; b is B, 3, 6, 8 or G");
        assert_eq!(variants("3yRRRWKMP412U", &LONG).len(), 0, "nothing in a long serial looks like y");
        assert_eq!(variants(&"3".repeat(LONGEST_TEXT + 1), &LONG).len(), 0);
        assert!(in_cases("3B9CQS").any(|text| text == "3B9Cqs"));
        assert!(is_typed("IHqV", "lHqV", 0) && !is_typed("IHqV", "XHqV", 0));
    }
}
