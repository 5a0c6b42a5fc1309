//! The units that a document names: code by code, as ranges of orders, or by pack. Refuses more than a document may hold.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::problem::{Error, FieldFault, Result};

/// Codes that a document may list one by one.
pub(crate) const MAX_CODES: usize = 30_000;
/// Ranges that a document may list.
pub(crate) const MAX_RANGES: usize = 1_000;
/// Packs that a document may list.
pub(crate) const MAX_PACKS: usize = 1_000;
/// Units that a document may be about, however they are named.
pub(crate) const MAX_UNITS: u64 = 1_000_000;
/// Faults that are listed one by one; the rest are counted.
pub(crate) const MAX_FAULTS: usize = 100;

/// The units of a document: exactly one of the three lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"ranges": [{"order": "0190b0f3-7c4e-7cc0-8000-000000000001", "first": 0, "last": 99}]}))]
pub(crate) struct Units {
    /// Codes as they were scanned or typed, each unit once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 30_000)]
    pub(crate) codes: Option<Vec<String>>,
    /// Neighbouring units of orders, which must not overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 1_000)]
    pub(crate) ranges: Option<Vec<Range>>,
    /// SSCCs of packs: everything inside is meant, also what lies in packs inside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 1_000, example = json!(["348700000000000013"]))]
    pub(crate) packs: Option<Vec<String>>,
}

/// Neighbouring units of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Range {
    /// The order's id.
    pub(crate) order: Uuid,
    /// Index of the first unit, from 0: its number in the export less one.
    #[schema(maximum = 999_999)]
    pub(crate) first: u32,
    /// Index of the last unit, which belongs to the range.
    #[schema(maximum = 999_999)]
    pub(crate) last: u32,
}

/// The list that a document names its units by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    /// One by one.
    Codes(&'a [String]),
    /// By ranges of orders.
    Ranges(&'a [Range]),
    /// By packs.
    Packs(&'a [String]),
}

/// A kind of list: what the place of a fault begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// `units.codes[…]`
    Codes,
    /// `units.ranges[…]`
    Ranges,
    /// `units.packs[…]`
    Packs,
    /// `packs[…]`, what is put into a pack.
    Content,
    /// The document's whole, where it names no units itself.
    Whole,
}

impl Units {
    /// The list that is given; refuses none, several, an empty and an overlong one.
    pub(crate) fn named(&self) -> Result<Named<'_>> {
        let named = match (&self.codes, &self.ranges, &self.packs) {
            (Some(codes), None, None) => Named::Codes(codes),
            (None, Some(ranges), None) => Named::Ranges(ranges),
            (None, None, Some(packs)) => Named::Packs(packs),
            _ => return Err(Error::field("units", "field-one-list")),
        };
        let (naming, length, most) = match named {
            Named::Codes(codes) => (Naming::Codes, codes.len(), MAX_CODES),
            Named::Ranges(ranges) => (Naming::Ranges, ranges.len(), MAX_RANGES),
            Named::Packs(packs) => (Naming::Packs, packs.len(), MAX_PACKS),
        };
        if (1..=most).contains(&length) {
            Ok(named)
        } else {
            Err(Error::Invalid(vec![FieldFault::with(
                naming.list(),
                "field-out-of-range",
                &[("min", 1.into()), ("max", most.into())],
            )]))
        }
    }
}

impl Naming {
    fn list(self) -> &'static str {
        match self {
            Self::Codes => "units.codes",
            Self::Ranges => "units.ranges",
            Self::Packs => "units.packs",
            Self::Content => "packs",
            Self::Whole => "units",
        }
    }

    /// The JSON path of an item of the list.
    pub(crate) fn place(self, position: usize) -> String {
        match self {
            Self::Whole => self.list().to_owned(),
            _ => format!("{}[{position}]", self.list()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "a failed call gives it")]
    fn faults(error: Error) -> Vec<String> {
        let Error::Invalid(faults) = error.refusal() else { panic!("{error}") };
        faults.iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
    }

    #[test]
    fn a_document_names_its_units_by_exactly_one_list() {
        let codes = Some(vec!["code".to_owned()]);
        let packs = Some(vec!["348700000000000013".to_owned()]);
        let none = Units::default();
        let both = Units { codes: codes.clone(), packs, ranges: None };
        for units in [none, both] {
            assert_eq!(faults(units.named().unwrap_err()), ["units field-one-list"]);
        }
        assert!(Units { codes, ..Units::default() }.named().is_ok());
    }

    #[test]
    fn empty_and_overlong_lists_are_refused() {
        let none = Units { codes: Some(Vec::new()), ..Units::default() };
        let many = Units { codes: Some(vec![String::new(); MAX_CODES + 1]), ..Units::default() };
        for units in [none, many] {
            assert_eq!(faults(units.named().unwrap_err()), ["units.codes field-out-of-range"]);
        }
    }
}
