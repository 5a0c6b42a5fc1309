//! Where a code stands: in its order at once, or in a sequence whose orders must be asked.

use std::fmt;
use std::str::FromStr;

use marking::gtin::Gtin;
use marking::layout::{Group, SerialScheme};
use marking::stamp::StampNumber;

/// Where a code stands, as its text alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// Long serials hold the order's number and the index in it.
    Order {
        /// The order's number.
        order: u32,
        /// The index in the order, from 0.
        index: u32,
    },
    /// Short serials and stamps hold a place in a sequence: which order has it must be looked up.
    Sequence {
        /// Which sequence.
        sequence: Sequence,
        /// The place in it, from 0.
        place: u64,
    },
}

/// A sequence of places that orders take one after another, and that are never given out twice (D1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sequence {
    /// The short serials of a GTIN.
    Gtin(Gtin),
    /// The stamps of a series: two capital letters.
    Stamps([u8; 2]),
}

/// The series in which the register issues stamps.
pub(crate) const STAMP_SERIES: [u8; 2] = *b"KZ";

impl Sequence {
    /// The sequence from which orders of a product take places; none where serials need none.
    pub(crate) fn of(group: Group, gtin: Gtin) -> Option<Self> {
        match group.layout().serial {
            SerialScheme::Long => None,
            SerialScheme::Short(_) => Some(Self::Gtin(gtin)),
            SerialScheme::Stamp => Some(Self::Stamps(STAMP_SERIES)),
        }
    }

    /// How many places a group's serials reach; beyond any count for long serials.
    pub(crate) fn room(group: Group) -> u64 {
        match group.layout().serial {
            SerialScheme::Long => u64::MAX,
            SerialScheme::Short(length) => length.places(),
            SerialScheme::Stamp => u64::from(StampNumber::MAX) + 1,
        }
    }
}

/// A text that names no sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a sequence")]
pub(crate) struct NotASequence;

impl FromStr for Sequence {
    type Err = NotASequence;

    fn from_str(text: &str) -> Result<Self, NotASequence> {
        match text.split_once(':') {
            Some(("gtin", gtin)) => gtin.parse().map(Self::Gtin).map_err(|_| NotASequence),
            Some(("stamp", series)) => series.as_bytes().try_into().map(Self::Stamps).map_err(|_| NotASequence),
            _ => Err(NotASequence),
        }
    }
}

impl fmt::Display for Sequence {
    /// The name in the register: `gtin:…` or `stamp:…`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gtin(gtin) => write!(formatter, "gtin:{gtin}"),
            Self::Stamps([first, second]) => {
                write!(formatter, "stamp:{}{}", char::from(*first), char::from(*second))
            }
        }
    }
}

/// Where a unit stands once its order is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitPlace {
    /// The order's number.
    pub(crate) order: u32,
    /// The index in the order, from 0.
    pub(crate) index: u32,
}
