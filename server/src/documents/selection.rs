//! The units of a document, found: ranges of neighbours, sorted, none named twice.

use super::units::{MAX_FAULTS, MAX_UNITS, Naming};
use crate::ledger::UnitRange;
use crate::platform::problem::{Error, FieldFault, Result};

/// The units of a document, found: in order, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    naming: Naming,
    ranges: Vec<UnitRange>,
}

impl Selection {
    /// Sorts ranges; refuses units that are named twice and more units than a document may hold.
    pub(crate) fn new(naming: Naming, mut ranges: Vec<UnitRange>) -> Result<Self> {
        ranges.sort_unstable();
        let mut doubled: Vec<usize> = Vec::new();
        let mut reach: Option<UnitRange> = None;
        for range in &ranges {
            match reach {
                Some(before) if before.order == range.order && before.last >= range.first => {
                    doubled.push(before.position.max(range.position));
                    if range.last > before.last {
                        reach = Some(*range);
                    }
                }
                _ => reach = Some(*range),
            }
        }
        if !doubled.is_empty() {
            doubled.sort_unstable();
            doubled.dedup();
            let faults = doubled.into_iter().map(|position| FieldFault::new(naming.place(position), "field-doubled"));
            return Err(Error::invalid(faults.collect(), MAX_FAULTS));
        }
        let units: u64 = ranges.iter().map(|range| range.units()).sum();
        if units > MAX_UNITS {
            return Err(Error::Invalid(vec![FieldFault::with(
                "units",
                "field-too-many-units",
                &[("max", MAX_UNITS.into())],
            )]));
        }
        Ok(Self { naming, ranges })
    }

    /// By which kind of list they were named.
    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    /// The ranges, by order and index.
    pub(crate) fn ranges(&self) -> &[UnitRange] {
        &self.ranges
    }

    /// How many units.
    pub(crate) fn units(&self) -> u64 {
        self.ranges.iter().map(|range| range.units()).sum()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::ledger::merged;

    fn range(order: u32, first: u32, last: u32, position: usize) -> UnitRange {
        UnitRange { order, first, last, position }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a failed call gives it")]
    fn faults(error: Error) -> Vec<String> {
        let Error::Invalid(faults) = error.refusal() else { panic!("{error}") };
        faults.iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
    }

    #[test]
    fn a_unit_named_twice_is_refused_at_its_later_place() {
        let twice = vec![range(1, 5, 5, 0), range(1, 4, 4, 1), range(1, 5, 5, 2)];
        assert_eq!(faults(Selection::new(Naming::Codes, twice).unwrap_err()), ["units.codes[2] field-doubled"]);
        let inside = vec![range(1, 0, 99, 0), range(1, 10, 20, 1), range(1, 50, 120, 2), range(2, 50, 60, 3)];
        assert_eq!(
            faults(Selection::new(Naming::Ranges, inside).unwrap_err()),
            ["units.ranges[1] field-doubled", "units.ranges[2] field-doubled"]
        );
    }

    #[test]
    fn more_than_a_million_units_are_too_many() {
        let most = vec![range(1, 0, 999_998, 0), range(2, 0, 0, 1)];
        assert_eq!(Selection::new(Naming::Ranges, most.clone()).unwrap().units(), MAX_UNITS);
        let more = [most, vec![range(3, 0, 0, 2)]].concat();
        assert_eq!(faults(Selection::new(Naming::Ranges, more).unwrap_err()), ["units field-too-many-units"]);
    }

    #[test]
    fn neighbours_are_written_as_one_range() {
        let ranges = vec![range(1, 3, 3, 0), range(1, 1, 2, 1), range(1, 5, 5, 2), range(2, 6, 6, 3)];
        let selection = Selection::new(Naming::Codes, ranges).unwrap();
        let merged: Vec<_> =
            merged(selection.ranges()).iter().map(|range| (range.order, range.first, range.last)).collect();
        assert_eq!(merged, [(1, 1, 3), (1, 5, 5), (2, 6, 6)]);
    }

    proptest! {
        /// Whatever is named, each unit stands in the selection once, or the document is refused.
        #[test]
        fn a_selection_holds_each_unit_once(named in prop::collection::vec((1..4_u32, 0..40_u32, 0..6_u32), 0..12)) {
            let ranges: Vec<_> = named
                .iter()
                .enumerate()
                .map(|(position, (order, first, more))| range(*order, *first, first + more, position))
                .collect();
            let mut units = BTreeSet::new();
            let fresh = ranges.iter().all(|range| (range.first..=range.last).all(|index| units.insert((range.order, index))));
            let selection = Selection::new(Naming::Ranges, ranges);
            prop_assert_eq!(selection.is_ok(), fresh);
            if let Ok(selection) = selection {
                let merged = merged(selection.ranges());
                let held: Vec<_> = merged.iter().flat_map(|range| (range.first..=range.last).map(|i| (range.order, i))).collect();
                prop_assert_eq!(held, units.into_iter().collect::<Vec<_>>());
                prop_assert!(merged.windows(2).all(|two| two[0].order < two[1].order || two[0].last + 1 < two[1].first));
            }
        }
    }
}
