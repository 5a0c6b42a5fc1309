//! Which units a document is about: listed code by code, as ranges of orders, or by pack; in the end always
//! runs of neighbours, sorted, none named twice. Refuses more than a document may hold.

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
/// Faults that are told one by one; the rest are counted.
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

/// Neighbouring units of one order, and the item of the document's list that named them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    /// The order's number.
    pub(crate) order: u32,
    /// Index of the first unit.
    pub(crate) first: u32,
    /// Index of the last unit.
    pub(crate) last: u32,
    /// Position in the list, from 0.
    pub(crate) position: usize,
}

impl Run {
    /// How many units.
    pub(crate) fn units(self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

/// The units of a document, found: in order, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    naming: Naming,
    runs: Vec<Run>,
}

impl Selection {
    /// Sorts runs; refuses units that are named twice and more units than a document may hold.
    pub(crate) fn new(naming: Naming, mut runs: Vec<Run>) -> Result<Self> {
        runs.sort_unstable();
        let mut doubled: Vec<usize> = Vec::new();
        let mut reach: Option<Run> = None;
        for run in &runs {
            match reach {
                Some(before) if before.order == run.order && before.last >= run.first => {
                    doubled.push(before.position.max(run.position));
                    if run.last > before.last {
                        reach = Some(*run);
                    }
                }
                _ => reach = Some(*run),
            }
        }
        if !doubled.is_empty() {
            doubled.sort_unstable();
            doubled.dedup();
            let faults = doubled.into_iter().map(|position| FieldFault::new(naming.place(position), "field-doubled"));
            return Err(Error::invalid(faults.collect(), MAX_FAULTS));
        }
        let units: u64 = runs.iter().map(|run| run.units()).sum();
        if units > MAX_UNITS {
            return Err(Error::Invalid(vec![FieldFault::with(
                "units",
                "field-too-many-units",
                &[("max", MAX_UNITS.into())],
            )]));
        }
        Ok(Self { naming, runs })
    }

    /// By which kind of list they were named.
    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    /// The runs, by order and index.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many units.
    pub(crate) fn units(&self) -> u64 {
        self.runs.iter().map(|run| run.units()).sum()
    }

    /// The runs of each order.
    pub(crate) fn by_order(&self) -> impl Iterator<Item = (u32, &[Run])> {
        self.runs.chunk_by(|one, other| one.order == other.order).map(|runs| (runs[0].order, runs))
    }

    /// The same units in the fewest runs: what is written down.
    pub(crate) fn merged(&self) -> Vec<Run> {
        let mut merged: Vec<Run> = Vec::new();
        for run in &self.runs {
            match merged.last_mut() {
                Some(last) if last.order == run.order && last.last + 1 == run.first => last.last = run.last,
                _ => merged.push(*run),
            }
        }
        merged
    }
}

/// Single places with the position that named them, as runs: neighbours of one position in a row become one.
pub(crate) fn runs_of(places: impl IntoIterator<Item = (u32, u32, usize)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (order, index, position) in places {
        match runs.last_mut() {
            Some(last) if (last.order, last.position) == (order, position) && last.last + 1 == index => {
                last.last = index;
            }
            _ => runs.push(Run { order, first: index, last: index, position }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn run(order: u32, first: u32, last: u32, position: usize) -> Run {
        Run { order, first, last, position }
    }

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

    #[test]
    fn a_unit_named_twice_is_told_at_its_later_place() {
        let twice = vec![run(1, 5, 5, 0), run(1, 4, 4, 1), run(1, 5, 5, 2)];
        assert_eq!(faults(Selection::new(Naming::Codes, twice).unwrap_err()), ["units.codes[2] field-doubled"]);
        let inside = vec![run(1, 0, 99, 0), run(1, 10, 20, 1), run(1, 50, 120, 2), run(2, 50, 60, 3)];
        assert_eq!(
            faults(Selection::new(Naming::Ranges, inside).unwrap_err()),
            ["units.ranges[1] field-doubled", "units.ranges[2] field-doubled"]
        );
    }

    #[test]
    fn more_than_a_million_units_are_too_many() {
        let most = vec![run(1, 0, 999_998, 0), run(2, 0, 0, 1)];
        assert_eq!(Selection::new(Naming::Ranges, most.clone()).unwrap().units(), MAX_UNITS);
        let more = [most, vec![run(3, 0, 0, 2)]].concat();
        assert_eq!(faults(Selection::new(Naming::Ranges, more).unwrap_err()), ["units field-too-many-units"]);
    }

    #[test]
    fn neighbours_are_written_as_one_run() {
        let runs = vec![run(1, 3, 3, 0), run(1, 1, 2, 1), run(1, 5, 5, 2), run(2, 6, 6, 3)];
        let selection = Selection::new(Naming::Codes, runs).unwrap();
        let merged: Vec<_> = selection.merged().iter().map(|run| (run.order, run.first, run.last)).collect();
        assert_eq!(merged, [(1, 1, 3), (1, 5, 5), (2, 6, 6)]);
        let orders: Vec<_> = selection.by_order().map(|(order, runs)| (order, runs.len())).collect();
        assert_eq!(orders, [(1, 3), (2, 1)]);
    }

    proptest! {
        /// Whatever is named, each unit stands in the selection once, or the document is refused.
        #[test]
        fn a_selection_holds_each_unit_once(named in prop::collection::vec((1..4_u32, 0..40_u32, 0..6_u32), 0..12)) {
            let runs: Vec<_> = named
                .iter()
                .enumerate()
                .map(|(position, (order, first, more))| run(*order, *first, first + more, position))
                .collect();
            let mut units = BTreeSet::new();
            let fresh = runs.iter().all(|run| (run.first..=run.last).all(|index| units.insert((run.order, index))));
            let selection = Selection::new(Naming::Ranges, runs);
            prop_assert_eq!(selection.is_ok(), fresh);
            if let Ok(selection) = selection {
                let merged = selection.merged();
                let held: Vec<_> = merged.iter().flat_map(|run| (run.first..=run.last).map(|i| (run.order, i))).collect();
                prop_assert_eq!(held, units.into_iter().collect::<Vec<_>>());
                prop_assert!(merged.windows(2).all(|two| two[0].order < two[1].order || two[0].last + 1 < two[1].first));
            }
        }
    }
}
