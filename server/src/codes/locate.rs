//! What a scanned or typed text is to the register, from the text and the keys alone: no store is asked, so a
//! flood of invented codes reaches none (X9).
//!
//! The plain reading comes first. If it is not ours, or its seal doesn't hold, the known faults of scanners are
//! undone one after the other; such a reading counts only if its serial is ours *and* its seal holds, since with
//! enough repairs anything resembles something. A seal may be missing only where nothing but spaces and spelled
//! separators was undone.
//!
//! Long serials speak for themselves: one invented serial in 16,384 decrypts. Short serials and stamps always
//! lead to some place, so their seal must hold before anybody may look the place up.

use marking::code::{self, Form, MarkingCode, Read, StampCode, Tail, TobaccoPack, UnitCode};
use marking::gtin::Gtin;
use marking::layout::{Group, SerialScheme};
use marking::misread::{self, Repair, other_case, y_for_z};
use marking::parse_error::ParseError;
use marking::seal_keys::{SealCheck, SealKeys, UnitParts};
use marking::serial::{ISSUER, LONG_LENGTH, SerialCipher, ShortLength};
use marking::sscc::Sscc;
use marking::stamp::StampNumber;
use marking::written;

use super::order::MAX_QUANTITY;
use super::place::{Place, Sequence};
use crate::keys::KeySet;

/// Texts longer than this are none of our codes, however badly a scanner wrote them: nothing is repaired.
const LONGEST: usize = 512;

/// What a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A unit's code whose serial we made. The seal may not hold: the verdict says what follows.
    Unit(UnitLocation),
    /// A pack.
    Pack {
        /// Its number.
        sscc: Sscc,
        /// What was undone to read it.
        repaired: Vec<Repair>,
    },
    /// A product's bar code, without a serial.
    Product {
        /// Its GTIN.
        gtin: Gtin,
        /// What was undone to read it.
        repaired: Vec<Repair>,
    },
    /// A code in a form of ours whose short serial or stamp number anybody could invent, and whose seal does
    /// not hold (or names no key that we know or trust): nobody may look up what it names.
    Unsealed {
        /// The product, if the code names one.
        gtin: Option<Gtin>,
        /// How its serials are made.
        scheme: SerialScheme,
        /// What came of the seal; never that it holds.
        seal: SealCheck,
        /// What was undone to read it.
        repaired: Vec<Repair>,
    },
    /// A unit's code whose serial is not ours.
    NotIssued {
        /// The product.
        gtin: Gtin,
        /// Whether serial or GTIN point to another state of the union.
        foreign: bool,
        /// What was undone to read it.
        repaired: Vec<Repair>,
    },
    /// No marking code.
    NotACode {
        /// What is wrong with the text; none when it is readable and no code of any family.
        error: Option<ParseError>,
    },
}

/// A unit's code whose serial we made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitLocation {
    /// The product; stamps name none, their order does.
    pub(crate) gtin: Option<Gtin>,
    /// The serial, or the stamp's series and number, as the register made it.
    pub(crate) serial: String,
    /// How its serial is made.
    pub(crate) scheme: SerialScheme,
    /// Where it stands.
    pub(crate) place: Place,
    /// What came of the seal.
    pub(crate) seal: SealCheck,
    /// The group whose key made the seal, if it holds.
    pub(crate) group: Option<Group>,
    /// What was undone to read it.
    pub(crate) repaired: Vec<Repair>,
}

/// What a text is, by the keys in force.
pub(crate) fn locate(keys: &KeySet, text: &str) -> Location {
    Reader { serials: &keys.serials, seals: &keys.seals }.locate(text)
}

/// The keys that codes are read with.
#[derive(Clone, Copy, Debug)]
struct Reader<'a> {
    serials: &'a SerialCipher,
    seals: &'a SealKeys,
}

impl Reader<'_> {
    fn locate(self, text: &str) -> Location {
        // Most texts are codes that stand as the register writes them: these are read without a copy of anything.
        if let Some(parts) = written::parts(text) {
            let location = self.serial(&parts, Vec::new());
            if location.is_settled()
                || matches!(location, Location::NotIssued { .. }) && self.is_past_repair(parts.gtin, parts.serial)
            {
                return location;
            }
        }
        let plain = match code::read(text, Form::Auto, true).map(|read| self.place(read)) {
            Ok(location) if location.is_settled() => return location,
            plain => plain,
        };
        let mut readable = None;
        if text.len() <= LONGEST {
            for read in misread::repairs(text) {
                let location = self.place(read);
                if location.is_certain() {
                    return location;
                }
                readable.get_or_insert(location);
            }
        }
        plain.or_else(|error| readable.ok_or(error)).unwrap_or_else(|error| Location::NotACode { error: Some(error) })
    }

    /// Whether no known fault can have made a code of ours into one that stands as ours do, but with this serial: its
    /// separators are in place and nothing in it was typed, so its letters alone can have been exchanged, and that
    /// leads to no serial of ours either. So a flood of invented codes is not searched for faults (X9).
    fn is_past_repair(self, gtin: Gtin, serial: &str) -> bool {
        let Ok(serial) = <[u8; LONG_LENGTH]>::try_from(serial.as_bytes()) else { return false };
        let exchanged = [serial.map(other_case), serial.map(y_for_z), serial.map(other_case).map(y_for_z)];
        let is_ours = |serial: &[u8; LONG_LENGTH]| {
            std::str::from_utf8(serial).is_ok_and(|serial| self.serials.place_of_long(gtin, serial).is_some())
        };
        !exchanged.iter().any(is_ours)
    }

    fn place(self, read: Read) -> Location {
        let Read { code, repaired, .. } = read;
        match code {
            MarkingCode::Unit(unit) => self.unit(&unit, repaired),
            MarkingCode::Tobacco(pack) => self.tobacco(&pack, repaired),
            MarkingCode::Stamp(stamp) => self.stamp(&stamp, repaired),
            MarkingCode::Pack(sscc) => Location::Pack { sscc, repaired },
            MarkingCode::Product(gtin) => Location::Product { gtin, repaired },
            MarkingCode::Other(_) => Location::NotACode { error: None },
        }
    }

    fn unit(self, unit: &UnitCode, repaired: Vec<Repair>) -> Location {
        let (key, tail, short_tail) = match &unit.tail {
            Tail::None => (None, None, None),
            Tail::Sealed { key, seal } => (Some(key.as_str()), Some(seal.as_str()), None),
            Tail::Short(tail) => (None, None, Some(tail.as_str())),
        };
        let price = unit.elements.get("8005");
        let parts = UnitParts { gtin: unit.gtin, serial: &unit.serial, price, key, tail, short_tail, group: None };
        self.serial(&parts, repaired)
    }

    fn tobacco(self, pack: &TobaccoPack, repaired: Vec<Repair>) -> Location {
        let parts = UnitParts {
            gtin: pack.gtin,
            serial: &pack.serial,
            price: Some(&pack.price),
            key: None,
            tail: None,
            short_tail: Some(&pack.tail),
            group: Some(Group::TobaccoPack),
        };
        self.serial(&parts, repaired)
    }

    fn serial(self, parts: &UnitParts<'_>, repaired: Vec<Repair>) -> Location {
        let gtin = parts.gtin;
        let Some((scheme, place)) = self.scheme_and_place(gtin, parts.serial) else {
            return Location::NotIssued { gtin, foreign: is_foreign(gtin, parts.serial), repaired };
        };
        let (seal, group) = self.checked(parts, scheme);
        if scheme == SerialScheme::Long || matches!(seal, SealCheck::Holds { .. }) {
            let serial = parts.serial.to_owned();
            Location::Unit(UnitLocation { gtin: Some(gtin), serial, scheme, place, seal, group, repaired })
        } else {
            Location::Unsealed { gtin: Some(gtin), scheme, seal, repaired }
        }
    }

    fn scheme_and_place(self, gtin: Gtin, serial: &str) -> Option<(SerialScheme, Place)> {
        let length = match serial.len() {
            LONG_LENGTH => {
                let place = self.serials.place_of_long(gtin, serial)?;
                let (order, index) = (place.order(), place.index());
                // Numbers that no order ever has are spare bits, too.
                let possible = order > 0 && index < MAX_QUANTITY;
                return possible.then_some((SerialScheme::Long, Place::Order { order, index }));
            }
            6 => ShortLength::Six,
            7 => ShortLength::Seven,
            _ => return None,
        };
        let place = self.serials.place_of_short(gtin, serial, length)?;
        Some((SerialScheme::Short(length), Place::Sequence { sequence: Sequence::Gtin(gtin), place }))
    }

    /// What came of the seal, and whose key made it. A seal of a group with other serials is not over this code.
    fn checked(self, parts: &UnitParts<'_>, scheme: SerialScheme) -> (SealCheck, Option<Group>) {
        let seal = self.seals.check(parts);
        let (SealCheck::Holds { key } | SealCheck::KeyRevoked { key }) = seal else { return (seal, None) };
        match self.seals.find(key) {
            Some(key) if key.group.layout().serial == scheme => (seal, Some(key.group)),
            _ => (SealCheck::DoesNotMatch, None),
        }
    }

    fn stamp(self, stamp: &StampCode, repaired: Vec<Repair>) -> Location {
        let scheme = SerialScheme::Stamp;
        let Ok(number) = StampNumber::try_from(stamp) else { return Location::NotACode { error: None } };
        let seal = self.seals.check_stamp(number, &stamp.mark);
        if !matches!(seal, SealCheck::Holds { .. }) {
            return Location::Unsealed { gtin: None, scheme, seal, repaired };
        }
        let series = number.series().as_bytes().try_into().unwrap_or_default();
        let place = Place::Sequence { sequence: Sequence::Stamps(series), place: number.number().into() };
        let (serial, group) = (number.to_string(), Some(Group::Alcohol));
        Location::Unit(UnitLocation { gtin: None, serial, scheme, place, seal, group, repaired })
    }
}

impl Location {
    /// Whether no other reading could be better. A product's bar code or a pack's number has a check digit of its own.
    fn is_settled(&self) -> bool {
        match self {
            Self::Unit(unit) => {
                matches!(unit.seal, SealCheck::Holds { .. } | SealCheck::Missing | SealCheck::KeyRevoked { .. })
            }
            Self::Pack { .. } | Self::Product { .. } => true,
            Self::Unsealed { seal, .. } => matches!(seal, SealCheck::KeyRevoked { .. }),
            Self::NotIssued { .. } | Self::NotACode { .. } => false,
        }
    }

    /// Whether a repaired reading is ours beyond doubt.
    fn is_certain(&self) -> bool {
        let Self::Unit(unit) = self else { return false };
        let harmless = |repair: &Repair| matches!(repair, Repair::TypedSpaces | Repair::TypedSeparators);
        match unit.seal {
            SealCheck::Holds { .. } => true,
            SealCheck::Missing => unit.repaired.iter().all(harmless),
            _ => false,
        }
    }

    /// The product, if the text names one.
    pub(crate) fn gtin(&self) -> Option<Gtin> {
        match self {
            Self::Unit(unit) => unit.gtin,
            Self::Product { gtin, .. } | Self::NotIssued { gtin, .. } => Some(*gtin),
            Self::Unsealed { gtin, .. } => *gtin,
            Self::Pack { .. } | Self::NotACode { .. } => None,
        }
    }
}

/// Whether a serial that isn't ours is likely another state's: by its first character, or by the GTIN where that
/// names no state. Nothing is refused for it, as old labels don't obey.
fn is_foreign(gtin: Gtin, serial: &str) -> bool {
    match serial.bytes().next() {
        Some(ISSUER) => false,
        Some(b'1' | b'2' | b'4' | b'5' | b'E') => true,
        // Prefixes of Russia, Kyrgyzstan, Belarus and Armenia; GTINs of eight digits have their prefix in front.
        _ => {
            let prefix = match gtin.number() {
                number @ ..100_000_000 => number / 100_000,
                number => number % 10_000_000_000_000 / 10_000_000_000,
            };
            matches!(prefix, 460..=470 | 481 | 485)
        }
    }
}

#[cfg(test)]
mod tests;
