//! The seal of a code: what it stands over, and how it is written.
//!
//! A seal says that the register issued this very combination of product, serial, key and price (D1.2).
//! It does not say that the item in hand is the one that the label was made for: a copied label has a
//! good seal. What it stands over is unambiguous, as every part has a fixed or a written length:
//!
//! `tanba-code-1` ‖ kind (1 byte) ‖ GTIN (14 digits) ‖ length (1) ‖ serial ‖ key id (4) ‖ length (1) ‖ price field
//!
//! The kind keeps seals apart that one key might make: `E` Ed25519, `H` HMAC, `T` the four-character tail.
//! The price field is the one printed on tobacco, as it stands in the code, and empty elsewhere.
//!
//! The keys' set, and the check of a code against it, are in [`crate::seal_keys`].

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::alphabet;
use crate::ed25519::SIGNATURE_BYTES;
use crate::gtin::Gtin;
use crate::layout::TailKind;
use crate::serial;
use crate::status::UnknownSlug;

const DOMAIN: &[u8; 12] = b"tanba-code-1";
const MAX_SERIAL: usize = 20;
const MAX_PRICE: usize = 6;
const MAX_MESSAGE: usize = DOMAIN.len() + 1 + 14 + 1 + MAX_SERIAL + 4 + 1 + MAX_PRICE;

/// The name of a key, as AI 91 carries it: four characters of [`alphabet::SHORT`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

/// A text that is no name of a key: not four characters of [`alphabet::SHORT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key id is four characters, letters or digits without 0, O, I and l")]
pub struct InvalidKeyId;

impl KeyId {
    /// How many key ids there are: 11,316,496.
    pub const COUNT: u32 = 58_u32.pow(4);

    /// The key id of a number, which wraps around at [`Self::COUNT`]: to draw one from random bits.
    pub fn of_number(number: u32) -> Self {
        let mut characters = [0; 4];
        // The remainder always fits.
        let _ = alphabet::SHORT.write((number % Self::COUNT).into(), &mut characters);
        Self(characters)
    }

    /// The four characters.
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII: the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let characters = text.as_bytes().try_into().map_err(|_| InvalidKeyId)?;
        if alphabet::SHORT.holds(text) { Ok(Self(characters)) } else { Err(InvalidKeyId) }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({})", self.as_str())
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a key may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// Seals are made and checked with it.
    Active,
    /// Its seals hold, and no new ones are made.
    Retired,
    /// It may be in the wrong hands: its seals prove nothing.
    Revoked,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Retired, Self::Revoked];

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }
}

impl FromStr for KeyState {
    type Err = UnknownSlug;

    fn from_str(text: &str) -> Result<Self, UnknownSlug> {
        let mut all = Self::ALL.into_iter();
        all.find(|state| state.slug() == text).ok_or(UnknownSlug)
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

/// What a seal stands over, held without the heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message {
    bytes: [u8; MAX_MESSAGE],
    length: usize,
}

impl Message {
    /// The message for a code. `price` is the price field as it stands in the code, where it has one.
    /// `None` when the serial or the price field is longer than any that we issue, or for a stamp's mark.
    pub fn new(kind: TailKind, gtin: Gtin, serial: &str, key: KeyId, price: Option<&str>) -> Option<Self> {
        let kind = match kind {
            TailKind::Ed25519 => b'E',
            TailKind::Hmac => b'H',
            TailKind::Short => b'T',
            TailKind::Mark => return None,
        };
        let price = price.unwrap_or_default();
        let mut message = Self { bytes: [0; MAX_MESSAGE], length: 0 };
        message.push(DOMAIN)?;
        message.push(&[kind])?;
        message.push(&serial::digits(gtin))?;
        message.push(&[u8::try_from(serial.len()).ok()?])?;
        message.push(serial.as_bytes())?;
        message.push(&key.0)?;
        message.push(&[u8::try_from(price.len()).ok()?])?;
        message.push(price.as_bytes())?;
        Some(message)
    }

    /// The bytes that are signed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn push(&mut self, part: &[u8]) -> Option<()> {
        let end = self.length + part.len();
        self.bytes.get_mut(self.length..end)?.copy_from_slice(part);
        self.length = end;
        Some(())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Message({})", self.as_bytes().escape_ascii())
    }
}

/// The text of a tail, held without the heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    characters: [u8; 88],
    length: usize,
}

impl Tail {
    /// The 88 characters of an Ed25519 signature over a [`Message`], whoever made it.
    pub fn of_signature(signature: &[u8; SIGNATURE_BYTES]) -> Self {
        Self::encode(&BASE64_STANDARD, signature)
    }

    fn encode(alphabet: &impl Engine, bytes: &[u8]) -> Self {
        let mut characters = [0; 88];
        // At most 64 bytes come here, and 88 characters hold them: the fallback is never taken.
        let length = alphabet.encode_slice(bytes, &mut characters).unwrap_or_default();
        Self { characters, length }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        // Base64 is ASCII: the fallback is never taken.
        std::str::from_utf8(&self.characters[..self.length]).unwrap_or_default()
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Tail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tail({})", self.as_str())
    }
}

/// A secret that seals are both made and checked with. It never leaves the server, and is wiped from
/// memory when dropped.
#[derive(Clone)]
pub struct HmacSealKey(Hmac<Sha256>);

impl HmacSealKey {
    /// Prepares the key from its 32 bytes, which the caller wipes.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to a block: done here, it cannot fail.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(key);
        Self(Hmac::new((&*block).into()))
    }

    /// The 44 characters for AI 92.
    pub fn tail_44(&self, message: &Message) -> Tail {
        Tail::encode(&BASE64_STANDARD, &self.tag(message.as_bytes()))
    }

    /// The four characters for AI 93, and for a tobacco pack.
    pub fn tail_4(&self, message: &Message) -> Tail {
        Tail::encode(&BASE64_URL_SAFE_NO_PAD, &self.tag(message.as_bytes())[..3])
    }

    /// HMAC-SHA-256 of a message.
    pub(crate) fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut state = self.0.clone();
        state.update(message);
        state.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HmacSealKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HmacSealKey(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn gtin() -> Gtin {
        "04870001234560".parse().unwrap()
    }

    fn key_ids() -> impl Strategy<Value = KeyId> {
        any::<u32>().prop_map(KeyId::of_number)
    }

    #[test]
    fn the_message_has_its_parts_in_order() {
        let key = "k7Qa".parse().unwrap();
        let message = Message::new(TailKind::Ed25519, gtin(), "3ABC", key, None).unwrap();
        assert_eq!(message.as_bytes(), b"tanba-code-1E04870001234560\x043ABCk7Qa\x00");
        let message = Message::new(TailKind::Short, gtin(), "3ABC", key, Some("012000")).unwrap();
        assert_eq!(message.as_bytes(), b"tanba-code-1T04870001234560\x043ABCk7Qa\x06012000");
    }

    #[test]
    fn what_no_code_of_ours_has_makes_no_message() {
        let key = KeyId::of_number(0);
        let of = |kind, serial: &str, price| Message::new(kind, gtin(), serial, key, price);
        assert!(of(TailKind::Hmac, &"3".repeat(20), Some("123456")).is_some());
        assert!(of(TailKind::Hmac, &"3".repeat(21), Some("123456")).is_none());
        assert!(of(TailKind::Hmac, &"3".repeat(300), None).is_none());
        assert!(of(TailKind::Mark, "3", None).is_none());
    }

    /// RFC 4231 has no 32-byte key, so the vector was computed with another implementation (Python's `hmac`).
    #[test]
    fn tails_have_the_lengths_and_alphabets_of_real_labels() {
        let key = HmacSealKey::new(&[7; 32]);
        let id = "k7Qa".parse().unwrap();
        let message = Message::new(TailKind::Hmac, gtin(), "3ABC", id, None).unwrap();
        assert_eq!(key.tail_44(&message).as_str(), "yres5KjQPDSYQ45YNEfynHuLSiEn7iP5MdlhXY6NY3I=");
        let message = Message::new(TailKind::Short, gtin(), "3ABC", id, None).unwrap();
        assert_eq!(key.tail_4(&message).as_str(), "dT48");
        let tail = Tail::of_signature(&[0xFB; 64]);
        assert_eq!(tail.as_str().len(), 88);
        assert!(tail.as_str().starts_with("+/v7") && tail.as_str().ends_with("=="));
    }

    #[test]
    fn a_key_id_is_four_characters_that_nobody_confuses() {
        assert_eq!("k7Qa".parse::<KeyId>().unwrap().as_str(), "k7Qa");
        for refused in ["", "k7Q", "k7Qab", "8039", "kOQa", "k Qa", "жж"] {
            assert!(refused.parse::<KeyId>().is_err(), "{refused}");
        }
        assert_eq!(KeyId::of_number(0).as_str(), "1111");
        assert_eq!(KeyId::of_number(KeyId::COUNT), KeyId::of_number(0));
        assert_eq!(serde_json::to_string(&KeyId::of_number(1)).unwrap(), "\"1112\"");
        assert!(serde_json::from_str::<KeyId>("\"0000\"").is_err());
    }

    proptest! {
        /// D1.2: no two combinations of parts share a message, however their characters are cut.
        #[test]
        fn different_parts_make_different_messages(
            serials in ("[1-3]{0,6}", "[1-3]{0,6}"),
            prices in (prop::option::of("[1-3]{1,6}"), prop::option::of("[1-3]{1,6}")),
            keys in (key_ids(), key_ids()),
        ) {
            let one = Message::new(TailKind::Short, gtin(), &serials.0, keys.0, prices.0.as_deref());
            let other = Message::new(TailKind::Short, gtin(), &serials.1, keys.1, prices.1.as_deref());
            let same = serials.0 == serials.1 && keys.0 == keys.1 && prices.0 == prices.1;
            prop_assert_eq!(one == other, same);
        }

        /// X40: any text makes a message or none.
        #[test]
        fn any_parts_are_taken_or_refused_without_a_panic(serial: String, price: Option<String>, key in key_ids()) {
            let _ = Message::new(TailKind::Ed25519, gtin(), &serial, key, price.as_deref());
        }
    }
}
