//! Whether a code whose serial or seal does not hold is close to one that the register issued: then a keyboard, a form or
//! a person has spoiled it, and nobody is to be accused.
//!
//! Nothing here makes a code good. It only decides between "misread" and "forged" or "never issued", so that how close
//! counts as close costs no security: a forger learns that a guess was near a seal that he must have seen.
//!
//! A symbol that a scanner has read has error correction: none of its characters is mistaken for another one, but a
//! scanner may be set to send letters of one case. A single changed letter in a seal is then a forger's trace.

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
        let alphabet = if is_long { &alphabet::LONG } else { &alphabet::SHORT };
        is_over(&whole, &look_alike) || variants(&whole, alphabet).iter().any(|whole| is_over(whole, &look_alike))
    }

    /// Whether a serial that is none of ours is close to one that is.
    pub fn is_serial(&self, cipher: &SerialCipher, gtin: Gtin, serial: &str) -> bool {
        if serial.len() != LONG_LENGTH || !serial.is_ascii() {
            return false;
        }
        let is_ours = |serial: &str| cipher.place_of_long(gtin, serial).is_some_and(|place| place.order() > 0);
        let capital = serial.to_ascii_uppercase();
        if capital != serial && is_ours(&capital) {
            return true;
        }
        !self.scanned && variants(serial, &alphabet::LONG).iter().any(|serial| is_ours(serial))
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

/// Serials that people may have taken for this one. Where it has characters that no serial has, these were others; else
/// one character was.
fn variants(serial: &str, alphabet: &Alphabet) -> Vec<String> {
    if !serial.is_ascii() {
        return Vec::new();
    }
    let bytes = serial.as_bytes();
    let is_long = std::ptr::eq(alphabet, &raw const alphabet::LONG);
    let alike = |byte: u8| {
        alphabet.characters().iter().copied().filter(move |other| *other != byte && shape(*other) == shape(byte))
    };
    let is_wrong = |(at, byte): (usize, &u8)| if at == 0 { *byte != ISSUER } else { alphabet.value(*byte).is_none() };
    let wrong: Vec<usize> = bytes.iter().enumerate().filter(|one| is_wrong(*one)).map(|(at, _)| at).collect();
    if wrong.is_empty() {
        let singles = |at: usize| -> Vec<u8> {
            let byte = bytes[at];
            if is_long {
                let pair = |(one, other): &(u8, u8)| [(*one, *other), (*other, *one)];
                return PAIRS.iter().flat_map(pair).filter(|(one, _)| *one == byte).map(|(_, other)| other).collect();
            }
            alike(byte).collect()
        };
        return (1..bytes.len())
            .flat_map(|at| singles(at).into_iter().map(move |byte| exchanged(serial, at, byte)))
            .collect();
    }
    let mut found = vec![serial.to_owned()];
    for at in wrong {
        let read = bytes[at];
        let others: Vec<u8> = match read {
            _ if at == 0 => [ISSUER].into_iter().filter(|right| shape(*right) == shape(read)).collect(),
            // The capital letter, and what the small one looks like.
            _ if is_long => {
                let capital = Some(read.to_ascii_uppercase()).filter(|capital| alphabet.value(*capital).is_some());
                capital.into_iter().chain(alike(read).filter(|other| Some(*other) != capital)).collect()
            }
            _ => alike(read).collect(),
        };
        found = found
            .iter()
            .flat_map(|text| others.iter().map(|other| exchanged(text, at, *other)))
            .take(MOST_SERIALS)
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_that_people_take_for_each_other_are_tried() {
        assert!(variants("35RR8WKMP4I2U", &alphabet::LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("3581MABCLlLQM", &alphabet::LONG).contains(&"3581MABCL1LQM".to_owned()));
        assert!(variants("35RRBWKMP412U", &alphabet::LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("B5RR8WKMP412U", &alphabet::LONG).contains(&"35RR8WKMP412U".to_owned()));
        assert!(variants("3Lo0HAg", &alphabet::SHORT).contains(&"3LooHAg".to_owned()));
        assert!(variants(&"3O".repeat(10), &alphabet::LONG).len() <= MOST_SERIALS);
        assert!(in_cases("3B9CQS").any(|text| text == "3B9Cqs"));
        assert!(is_typed("IHqV", "lHqV", 0) && !is_typed("IHqV", "XHqV", 0));
    }
}
