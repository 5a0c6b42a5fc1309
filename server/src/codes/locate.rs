//! What a scanned or typed text is to the register, from the text and the keys alone: no store is asked, so a
//! flood of invented codes reaches none (X9).
//!
//! The plain reading comes first. If it is not ours, or its seal doesn't hold, the known faults of scanners, keyboards
//! and programs are undone one after the other; such a reading counts only if its serial is ours *and* its seal holds,
//! since with enough repairs anything resembles something. A long serial may stand without a seal, or with a garbled one,
//! where little else was undone.
//!
//! A text is accused, as forged or never issued, only by its plain reading, and only if it is not close to a code of ours
//! ([`marking::near`]). A repaired reading whose seal fails was misread, and so was a text that no repair made readable.
//!
//! Long serials speak for themselves: one invented serial in 16,384 decrypts. Short serials and stamps always
//! lead to some place, so their seal must hold before anybody may look the place up.

use marking::code::{self, Form, MarkingCode, Read, StampCode, Tail, TobaccoPack, UnitCode};
use marking::gtin::Gtin;
use marking::layout::{Group, SerialScheme};
use marking::misread::{self, Repair, other_case, y_for_z};
use marking::near::Near;
use marking::parse_error::ParseError;
use marking::scan;
use marking::seal::{KeyId, Message, Tail as Seal};
use marking::seal_keys::{SealCheck, SealKeys, UnitParts};
use marking::serial::{ISSUER, LONG_LENGTH, SerialCipher, ShortLength};
use marking::sscc::Sscc;
use marking::stamp::StampNumber;
use marking::written;

use super::order::MAX_QUANTITY;
use super::place::{Place, Sequence};
use super::seal_cache::SealCache;
use crate::keys::KeySet;

/// Texts longer than this are none of our codes, however badly a scanner or a program wrote them: nothing is repaired.
const LONGEST: usize = 768;

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
    /// not hold (or names no key that we know or trust): nobody may look up what it names. Also what was misread: then
    /// the seal is missing or garbled.
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
    locate_by(keys, &|parts| keys.seals.check(parts), text, false)
}

/// The same with a cache of seals, of a text that may be known to come from a symbol even where no identifier says so.
pub(crate) fn locate_cached(cache: &SealCache, keys: &KeySet, text: &str, scanned: bool) -> Location {
    locate_by(keys, &|parts| cache.check(keys, parts), text, scanned)
}

fn locate_by(keys: &KeySet, check: &dyn Fn(&UnitParts<'_>) -> SealCheck, text: &str, scanned: bool) -> Location {
    let sign = |id: KeyId, message: &Message| Some(keys.signer(id.as_str())?.tail(message));
    let scanned = scanned || scan::is_scanned(text);
    Reader { serials: &keys.serials, seals: &keys.seals, check, sign: &sign, scanned }.locate(text)
}

/// The keys that codes are read with.
#[derive(Clone, Copy)]
struct Reader<'a> {
    serials: &'a SerialCipher,
    seals: &'a SealKeys,
    check: &'a dyn Fn(&UnitParts<'_>) -> SealCheck,
    sign: &'a dyn Fn(KeyId, &Message) -> Option<Seal>,
    scanned: bool,
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
        let (mut readable, mut unsealed) = (None, None);
        if text.len() <= LONGEST {
            for read in misread::repairs(text) {
                let location = self.place(read);
                if location.is_certain() {
                    return location;
                }
                if location.is_likely() {
                    unsealed.get_or_insert(location);
                } else {
                    readable.get_or_insert(location);
                }
            }
        }
        match (unsealed, plain) {
            (Some(location), _) => location,
            (None, Ok(location)) => {
                if self.is_excused(text, &location) {
                    location.as_misread()
                } else {
                    location
                }
            }
            (None, Err(error)) => readable.map_or(Location::NotACode { error: Some(error) }, Location::as_misread),
        }
    }

    /// Whether a text that reads as it stands, and is not ours or not sealed right, was likely one of ours before something
    /// on the way changed it.
    fn is_excused(self, text: &str, location: &Location) -> bool {
        let near = Near { seals: self.seals, sign: self.sign, scanned: self.scanned };
        let accuses = match location {
            Location::Unit(UnitLocation { seal, .. }) | Location::Unsealed { seal, .. } => {
                matches!(seal, SealCheck::DoesNotMatch | SealCheck::KeyUnknown)
            }
            Location::NotIssued { .. } => true,
            _ => false,
        };
        let Some(read) = code::read(text, Form::Auto, true).ok().filter(|_| accuses) else { return false };
        match (location, &read.code) {
            (Location::NotIssued { foreign, .. }, MarkingCode::Unit(unit)) => {
                // Without a seal a short serial says nothing, whatever its characters.
                !foreign && unit.tail == Tail::None && matches!(unit.serial.len(), 6 | 7)
                    || near.is_serial(self.serials, unit.gtin, &unit.serial)
                    || !foreign && unit.serial.len() < LONG_LENGTH && near.is_seal(&UnitParts::of_unit(unit, None))
                    || !foreign && misread::lacks_separators(text)
            }
            (Location::Unit(_) | Location::Unsealed { .. }, MarkingCode::Unit(unit)) => {
                near.is_seal(&UnitParts::of_unit(unit, None))
            }
            (Location::NotIssued { foreign: false, .. } | Location::Unsealed { .. }, MarkingCode::Tobacco(pack)) => {
                near.is_seal(&UnitParts::of_tobacco_pack(pack))
            }
            (Location::Unsealed { .. }, MarkingCode::Stamp(stamp)) => {
                StampNumber::try_from(stamp).is_ok_and(|number| near.is_mark(number, &stamp.mark))
            }
            _ => false,
        }
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
        let near = Near { seals: self.seals, sign: self.sign, scanned: self.scanned };
        let given = std::str::from_utf8(serial.as_slice()).unwrap_or_default();
        !exchanged.iter().any(is_ours) && !near.is_serial(self.serials, gtin, given)
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
        self.serial(&UnitParts::of_tobacco_pack(pack), repaired)
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
        let seal = (self.check)(parts);
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
        matches!(self, Self::Unit(unit) if matches!(unit.seal, SealCheck::Holds { .. } | SealCheck::KeyRevoked { .. }))
    }

    /// Whether a repaired reading without a seal, or with one that a scanner spoiled, is a code of ours all the same: by
    /// its long serial, if its letters were exchanged in one way at most. A garbled seal tells of one more fault.
    fn is_likely(&self) -> bool {
        let Self::Unit(unit) = self else { return false };
        let exchanges = |repair: &&Repair| {
            matches!(
                repair,
                Repair::CaseFlipped
                    | Repair::YzSwapped
                    | Repair::CyrillicLayout
                    | Repair::KeyboardLayout
                    | Repair::LookAlikes
                    | Repair::LostSeparators
            )
        };
        match unit.seal {
            SealCheck::Missing => unit.repaired.iter().filter(exchanges).count() <= 1,
            SealCheck::Garbled => unit.repaired.iter().filter(exchanges).count() == 0,
            _ => false,
        }
    }

    /// The same as something that was misread: nothing is held against it, and nothing is looked up.
    #[expect(clippy::wrong_self_convention, reason = "the location becomes another one")]
    pub(crate) fn as_misread(self) -> Self {
        let spoiled = |seal| if seal == SealCheck::Missing { seal } else { SealCheck::Garbled };
        match self {
            Self::Unit(UnitLocation { gtin, scheme, seal, repaired, .. })
            | Self::Unsealed { gtin, scheme, seal, repaired }
                if !matches!(seal, SealCheck::KeyRevoked { .. }) =>
            {
                Self::Unsealed { gtin, scheme, seal: spoiled(seal), repaired }
            }
            Self::NotIssued { gtin, foreign: false, repaired } => {
                Self::Unsealed { gtin: Some(gtin), scheme: SerialScheme::Long, seal: SealCheck::Garbled, repaired }
            }
            other => other,
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

/// Whether a serial that isn't ours is likely another state's: by its first character, by the GTIN where that
/// names no state, or by characters that no serial of ours has. Nothing is refused for it, as old labels don't obey.
fn is_foreign(gtin: Gtin, serial: &str) -> bool {
    let prefix = match gtin.number() {
        number @ ..100_000_000 => number / 100_000,
        number => number % 10_000_000_000_000 / 10_000_000_000,
    };
    let is_domestic = prefix == DOMESTIC_PREFIX;
    let has_signs = || !serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match serial.bytes().next() {
        // A serial with signs in it was never made here; ours have letters and digits.
        Some(ISSUER) => !is_domestic && has_signs(),
        Some(b'1' | b'2' | b'4' | b'5' | b'E') => true,
        // Goods of other countries, and numbers that shops of other countries give out themselves.
        _ => !is_domestic,
    }
}

/// The prefix of GS1 Kazakhstan.
const DOMESTIC_PREFIX: u64 = 487;

#[cfg(test)]
mod tests;
