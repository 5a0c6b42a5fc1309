//! What a scan's text is, as far as text and keys say it. It is found once, when the scan comes in, and kept with it for those
//! who judge the scan: by then the keys may be others, and to read the text again costs as much as to answer it.

use marking::seal_keys::SealCheck;

use crate::codes::{Location, Place, Sequence, UnitPlace};

/// What was found of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanFinding {
    /// A unit, by a seal that holds.
    Unit(UnitPlace),
    /// A place in a sequence, by a seal that holds. The register knows the unit once an order has reached the place.
    InSequence {
        /// Which sequence.
        sequence: Sequence,
        /// The place in it.
        place: u64,
    },
    /// A code of ours under a seal that doesn't hold.
    Forged,
    /// A code in a form of ours that was never issued.
    Unknown,
    /// Everything else: what a faulty scanner makes of a code, a code without its seal, or no unit's code.
    Misread,
}

impl ScanFinding {
    /// What a location says of a scan.
    pub(crate) fn of(location: &Location) -> Self {
        match location {
            Location::Unit(unit) => match (unit.place, unit.seal) {
                (Place::Order { order, index }, SealCheck::Holds { .. }) => Self::Unit(UnitPlace { order, index }),
                (Place::Sequence { sequence, place }, SealCheck::Holds { .. }) => Self::InSequence { sequence, place },
                (_, SealCheck::DoesNotMatch) => Self::Forged,
                _ => Self::Misread,
            },
            Location::Unsealed { seal: SealCheck::DoesNotMatch, .. } => Self::Forged,
            Location::NotIssued { foreign: false, .. } => Self::Unknown,
            _ => Self::Misread,
        }
    }

    /// The word in the store.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Unit(_) => "unit",
            Self::InSequence { .. } => "in-sequence",
            Self::Forged => "forged",
            Self::Unknown => "unknown",
            Self::Misread => "misread",
        }
    }

    /// The unit, as the columns of the store hold it.
    pub(super) fn unit(self) -> Option<(i32, i32)> {
        match self {
            Self::Unit(UnitPlace { order, index }) => i32::try_from(order).ok().zip(i32::try_from(index).ok()),
            _ => None,
        }
    }

    /// The place in a sequence, as the columns of the store hold it.
    pub(super) fn in_sequence(self) -> Option<(String, i64)> {
        match self {
            Self::InSequence { sequence, place } => Some((sequence.to_string(), i64::try_from(place).ok()?)),
            _ => None,
        }
    }

    /// Reads it from the columns; none for what no version of the service writes.
    pub(super) fn from_columns(slug: &str, unit: Option<(i32, i32)>, in_sequence: Option<(&str, i64)>) -> Option<Self> {
        match slug {
            "unit" => {
                let (order, index) = unit?;
                Some(Self::Unit(UnitPlace { order: order.try_into().ok()?, index: index.try_into().ok()? }))
            }
            "in-sequence" => {
                let (sequence, place) = in_sequence?;
                Some(Self::InSequence { sequence: sequence.parse().ok()?, place: place.try_into().ok()? })
            }
            "forged" => Some(Self::Forged),
            "unknown" => Some(Self::Unknown),
            "misread" => Some(Self::Misread),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_finding_is_read_as_it_was_written() {
        let gtin = "04870001234560".parse().unwrap();
        for finding in [
            ScanFinding::Unit(UnitPlace { order: 7, index: 9 }),
            ScanFinding::InSequence { sequence: Sequence::Gtin(gtin), place: 41 },
            ScanFinding::InSequence { sequence: Sequence::Stamps(*b"KZ"), place: 0 },
            ScanFinding::Forged,
            ScanFinding::Unknown,
            ScanFinding::Misread,
        ] {
            let in_sequence = finding.in_sequence();
            let in_sequence = in_sequence.as_ref().map(|(sequence, place)| (sequence.as_str(), *place));
            assert_eq!(ScanFinding::from_columns(finding.slug(), finding.unit(), in_sequence), Some(finding));
        }
        for (slug, in_sequence) in
            [("unit", None), ("in-sequence", None), ("in-sequence", Some(("wine", 1))), ("", None)]
        {
            assert_eq!(ScanFinding::from_columns(slug, None, in_sequence), None);
        }
    }
}
