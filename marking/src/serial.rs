//! Serials that the register computes instead of storing: the place of a code, encrypted.
//!
//! A serial is the issuing state's character, [`ISSUER`], and a body. The body is the place of the code
//! put through FF1 (NIST SP 800-38G, AES-256) with the GTIN's fourteen digits as the tweak. So a serial
//! that we issued decrypts to its place with no look-up, and the serials of one order tell nothing
//! about one another or about the next one (D1.1, D1.2).
//!
//! - A **long** serial has thirteen characters: twelve of [`alphabet::LONG`], 60 bits, that hold the
//!   order's number (26 bits) and the index in the order (20 bits). The 14 bits to spare must be zero:
//!   of invented serials 16,383 in 16,384 are refused by arithmetic alone.
//! - A **short** serial, for small labels, has six or seven characters: five or six of
//!   [`alphabet::SHORT`], that hold the code's place in the GTIN's own sequence. It has no bits to
//!   spare: whether a place was reached yet is the register's to say, and the seal must stand beside it.
//!
//! What is refused here answers `None`: it is not ours, which is no accusation.

use std::fmt;
use std::ops::Deref;

use crate::alphabet::{self, Alphabet};
use crate::ff1::{Ff1, Ff1Key, LANES, Tweaked};
use crate::gtin::Gtin;

/// The first character of every serial that we issue: Kazakhstan in the list of issuing states.
pub const ISSUER: u8 = b'3';

/// The number of characters of a long serial, the issuing state's included.
pub const LONG_LENGTH: usize = 13;

const ORDER_BITS: u32 = 26;
const INDEX_BITS: u32 = 20;
const LONG_BODY: u8 = 12;
const GTIN_DIGITS: u8 = 14;

/// The longest serial that AI 21 carries.
const MAX_LENGTH: usize = 20;

/// The text of a serial that we issued, held without the heap.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Serial {
    characters: [u8; MAX_LENGTH],
    length: u8,
}

impl Serial {
    /// Writes a number after the issuing state's character; `None` if it does not fit.
    fn write(number: u128, alphabet: &Alphabet, length: usize) -> Option<Self> {
        let mut characters = [0; MAX_LENGTH];
        let (first, body) = characters.get_mut(..length)?.split_first_mut()?;
        *first = ISSUER;
        alphabet.write(number, body).then_some(Self { characters, length: u8::try_from(length).ok()? })
    }

    /// The characters as text.
    pub fn as_str(&self) -> &str {
        // The characters come from the alphabets, which are ASCII: the fallback is never taken.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The characters as ASCII bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.characters[..usize::from(self.length)]
    }
}

impl Deref for Serial {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Serial({})", self.as_str())
    }
}

/// Where a code stands: the number of its order and its index in the order, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderPlace {
    order: u32,
    index: u32,
}

impl OrderPlace {
    /// The highest number that an order may have: 67,108,863.
    pub const MAX_ORDER: u32 = (1 << ORDER_BITS) - 1;

    /// The highest index that a code may have in its order: 1,048,575.
    pub const MAX_INDEX: u32 = (1 << INDEX_BITS) - 1;

    /// A place, or `None` when the order's number or the index is beyond the highest.
    pub fn new(order: u32, index: u32) -> Option<Self> {
        (order <= Self::MAX_ORDER && index <= Self::MAX_INDEX).then_some(Self { order, index })
    }

    /// The order's number.
    pub fn order(self) -> u32 {
        self.order
    }

    /// The index in the order, from zero.
    pub fn index(self) -> u32 {
        self.index
    }

    fn pack(self) -> u128 {
        u128::from(self.order) << INDEX_BITS | u128::from(self.index)
    }

    fn unpack(number: u128) -> Option<Self> {
        let order = u32::try_from(number >> INDEX_BITS).ok()?;
        let index = u32::try_from(number & u128::from(Self::MAX_INDEX)).ok()?;
        Self::new(order, index)
    }
}

/// How many characters a short serial has, the issuing state's included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShortLength {
    /// Six characters: 656,356,768 places for each GTIN.
    Six,
    /// Seven characters: 38,068,692,544 places for each GTIN.
    Seven,
}

impl ShortLength {
    /// The number of characters.
    pub fn characters(self) -> usize {
        match self {
            Self::Six => 6,
            Self::Seven => 7,
        }
    }

    /// How many places there are for each GTIN.
    pub fn places(self) -> u64 {
        match self {
            Self::Six => 58_u64.pow(5),
            Self::Seven => 58_u64.pow(6),
        }
    }
}

/// The key that serials are computed and read with. It is wiped from memory when dropped.
///
/// Whoever holds it can tell the order of any code and invent serials (not seals): it never leaves the server.
pub struct SerialCipher {
    long: Ff1,
    six: Ff1,
    seven: Ff1,
}

impl SerialCipher {
    /// Prepares the cipher from its 32-byte key, which the caller wipes.
    #[expect(clippy::missing_panics_doc, reason = "the message says why it cannot fail")]
    pub fn new(key: &[u8; 32]) -> Self {
        let key = Ff1Key::new(key);
        let prepare = |alphabet: &Alphabet, body| {
            Ff1::new(&key, alphabet.radix().into(), body, GTIN_DIGITS)
                .expect("the domains of serials have between 10^6 and 2^120 numbers")
        };
        Self {
            long: prepare(&alphabet::LONG, LONG_BODY),
            six: prepare(&alphabet::SHORT, 5),
            seven: prepare(&alphabet::SHORT, 6),
        }
    }

    /// The long serial of a place in an order of this GTIN.
    pub fn long(&self, gtin: Gtin, place: OrderPlace) -> Serial {
        self.long_serials(gtin).serial(place)
    }

    /// Long serials of one GTIN, with the work that depends on the GTIN alone done once: for the export
    /// of an order.
    pub fn long_serials(&self, gtin: Gtin) -> LongSerials<'_> {
        LongSerials(tweaked(&self.long, gtin))
    }

    /// The place that a long serial of this GTIN stands for; `None` when it is not ours.
    pub fn place_of_long(&self, gtin: Gtin, serial: &str) -> Option<OrderPlace> {
        let body = body(serial, LONG_LENGTH)?;
        let number = alphabet::LONG.read(body)?;
        OrderPlace::unpack(tweaked(&self.long, gtin).decrypt(number)?)
    }

    /// Whether any of these texts is a long serial of this GTIN whose place is one of those asked for. Several are decrypted at
    /// a time.
    pub fn any_place_of_long(
        &self,
        gtin: Gtin,
        serials: &[[u8; LONG_LENGTH]],
        is_asked_for: impl Fn(OrderPlace) -> bool,
    ) -> bool {
        let tweaked = tweaked(&self.long, gtin);
        serials.chunks(LANES).any(|serials| {
            let mut numbers = [0; LANES];
            let mut count = 0;
            for serial in serials {
                let body = std::str::from_utf8(serial).ok().and_then(|serial| body(serial, LONG_LENGTH));
                if let Some(number) = body.and_then(|body| alphabet::LONG.read(body)) {
                    numbers[count] = number;
                    count += 1;
                }
            }
            let is_ours = |number: &u128| OrderPlace::unpack(*number).is_some_and(&is_asked_for);
            count > 0 && tweaked.decrypt_lanes(&mut numbers) && numbers[..count].iter().any(is_ours)
        })
    }

    /// The short serial of a place in this GTIN's sequence, from zero; `None` when the sequence of that
    /// length does not reach so far.
    pub fn short(&self, gtin: Gtin, place: u64, length: ShortLength) -> Option<Serial> {
        let number = tweaked(self.of(length), gtin).encrypt(place.into())?;
        Serial::write(number, &alphabet::SHORT, length.characters())
    }

    /// The place in this GTIN's sequence that a short serial stands for; `None` when it is not ours.
    /// Whether that place was issued yet is for the register to say.
    pub fn place_of_short(&self, gtin: Gtin, serial: &str, length: ShortLength) -> Option<u64> {
        let body = body(serial, length.characters())?;
        let number = alphabet::SHORT.read(body)?;
        let place = tweaked(self.of(length), gtin).decrypt(number)?;
        u64::try_from(place).ok()
    }

    fn of(&self, length: ShortLength) -> &Ff1 {
        match length {
            ShortLength::Six => &self.six,
            ShortLength::Seven => &self.seven,
        }
    }
}

impl fmt::Debug for SerialCipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SerialCipher(..)")
    }
}

/// The long serials of one GTIN.
pub struct LongSerials<'a>(Tweaked<'a>);

impl LongSerials<'_> {
    /// The serial of a place.
    #[expect(clippy::missing_panics_doc, reason = "the message says why it cannot fail")]
    pub fn serial(&self, place: OrderPlace) -> Serial {
        self.0
            .encrypt(place.pack())
            .and_then(|number| Serial::write(number, &alphabet::LONG, LONG_LENGTH))
            .expect("a place has 46 bits, and a long serial has room for 60")
    }
}

fn tweaked(domain: &Ff1, gtin: Gtin) -> Tweaked<'_> {
    domain.tweaked(&digits(gtin)).expect("the domains of serials take tweaks of fourteen bytes")
}

/// The fourteen digits of a GTIN, with leading zeros.
pub(crate) fn digits(gtin: Gtin) -> [u8; GTIN_DIGITS as usize] {
    let mut digits = [b'0'; GTIN_DIGITS as usize];
    let mut rest = gtin.number();
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}

/// The serial without the issuing state's character; `None` if that or the length is not ours.
fn body(serial: &str, length: usize) -> Option<&str> {
    let body = serial.strip_prefix(char::from(ISSUER))?;
    (serial.len() == length).then_some(body)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;
    use proptest::prelude::*;

    fn gtin() -> Gtin {
        "04870001234560".parse().unwrap()
    }

    fn gtins() -> impl Strategy<Value = Gtin> {
        (0..10_000_000_000_000_u64).prop_map(|body| {
            let mut candidates = (0..10).map(|check| Gtin::try_from(body * 10 + check));
            candidates.find_map(Result::ok).unwrap()
        })
    }

    fn cipher() -> SerialCipher {
        SerialCipher::new(&[7; 32])
    }

    fn lengths() -> impl Strategy<Value = ShortLength> {
        prop::sample::select(vec![ShortLength::Six, ShortLength::Seven])
    }

    /// D1.1: no two codes of a GTIN carry the same serial.
    #[test]
    fn every_code_has_a_serial_of_its_own() {
        let cipher = cipher();
        let mut seen = HashSet::new();
        for order in [0, 1, OrderPlace::MAX_ORDER] {
            for index in 0..2_000 {
                let serial = cipher.long(gtin(), OrderPlace::new(order, index).unwrap());
                assert!(serial.starts_with('3') && serial.len() == LONG_LENGTH);
                assert!(seen.insert(serial));
            }
        }
        for place in 0..2_000 {
            for length in [ShortLength::Six, ShortLength::Seven] {
                let serial = cipher.short(gtin(), place, length).unwrap();
                assert!(serial.starts_with('3') && serial.len() == length.characters());
                assert!(seen.insert(serial));
            }
        }
    }

    /// D1.2, X9: invented serials are refused by arithmetic, but for one in 16,384.
    #[test]
    fn invented_long_serials_are_refused_without_a_look_up() {
        let cipher = cipher();
        let mut taken = 0;
        for number in 0..100_000_u128 {
            let invented = number * 11_400_714_819_323_198_485 % (1 << 60);
            let serial = Serial::write(invented, &alphabet::LONG, LONG_LENGTH).unwrap();
            taken += u32::from(cipher.place_of_long(gtin(), &serial).is_some());
        }
        assert!((1..20).contains(&taken), "{taken} of 100,000, expected about 6");
    }

    #[test]
    fn places_beyond_the_highest_are_refused() {
        assert!(OrderPlace::new(OrderPlace::MAX_ORDER, OrderPlace::MAX_INDEX).is_some());
        assert!(OrderPlace::new(OrderPlace::MAX_ORDER + 1, 0).is_none());
        assert!(OrderPlace::new(0, OrderPlace::MAX_INDEX + 1).is_none());
        for length in [ShortLength::Six, ShortLength::Seven] {
            assert!(cipher().short(gtin(), length.places() - 1, length).is_some());
            assert!(cipher().short(gtin(), length.places(), length).is_none());
        }
    }

    #[test]
    fn serials_of_another_state_length_or_alphabet_are_not_ours() {
        let cipher = cipher();
        for serial in ["", "3", "5QRYY3*4FN;rA", "3ABCDEFGHJKLZ", "3abcdefghjklm", "3ЖЖЖЖЖЖ", "3ABCDEFGHJKL\0"] {
            assert_eq!(cipher.place_of_long(gtin(), serial), None, "{serial}");
            assert_eq!(cipher.place_of_short(gtin(), serial, ShortLength::Seven), None);
        }
    }

    proptest! {
        #[test]
        fn a_long_serial_leads_back_to_its_place(
            key: [u8; 32],
            gtin in gtins(),
            another in gtins(),
            order in 0..=OrderPlace::MAX_ORDER,
            index in 0..=OrderPlace::MAX_INDEX,
        ) {
            prop_assume!(gtin != another);
            let cipher = SerialCipher::new(&key);
            let place = OrderPlace::new(order, index).unwrap();
            let serial = cipher.long(gtin, place);
            prop_assert!(alphabet::LONG.holds(&serial));
            prop_assert_eq!(cipher.place_of_long(gtin, &serial), Some(place));
            prop_assert_ne!(cipher.place_of_long(another, &serial), Some(place));
            let mut serials = [*b"35RR8WKMP412U"; 11];
            serials[9] = serial.as_bytes().try_into().expect("a long serial");
            prop_assert!(cipher.any_place_of_long(gtin, &serials, |found| found == place));
            serials[9] = *b"3abcdefghjklm";
            prop_assert!(!cipher.any_place_of_long(gtin, &serials, |found| found == place));
        }

        #[test]
        fn a_short_serial_leads_back_to_its_place(gtin in gtins(), place: u64, length in lengths()) {
            let cipher = cipher();
            let place = place % length.places();
            let serial = cipher.short(gtin, place, length).unwrap();
            prop_assert!(alphabet::SHORT.holds(&serial[1..]));
            prop_assert_eq!(cipher.place_of_short(gtin, &serial, length), Some(place));
        }

        /// X40: any text is read or refused.
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(gtin in gtins(), text: String, length in lengths()) {
            let _ = cipher().place_of_long(gtin, &text);
            let _ = cipher().place_of_short(gtin, &text, length);
        }
    }
}
