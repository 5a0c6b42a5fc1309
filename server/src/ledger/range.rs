//! Neighbouring units of an order.

/// Neighbouring units of one order, and the item of the caller's list that named them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnitRange {
    /// The order's number.
    pub(crate) order: u32,
    /// Index of the first unit.
    pub(crate) first: u32,
    /// Index of the last unit.
    pub(crate) last: u32,
    /// Position in the list, from 0.
    pub(crate) position: usize,
}

impl UnitRange {
    /// How many units.
    pub(crate) fn units(self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

/// Single units with the position that named them, as ranges: neighbours of one position in a row become one.
pub(crate) fn ranges_of(units: impl IntoIterator<Item = (u32, u32, usize)>) -> Vec<UnitRange> {
    let mut ranges: Vec<UnitRange> = Vec::new();
    for (order, index, position) in units {
        match ranges.last_mut() {
            Some(last) if (last.order, last.position) == (order, position) && last.last + 1 == index => {
                last.last = index;
            }
            _ => ranges.push(UnitRange { order, first: index, last: index, position }),
        }
    }
    ranges
}

/// The same units in the fewest ranges. `ranges` are sorted and disjoint.
pub(crate) fn merged(ranges: &[UnitRange]) -> Vec<UnitRange> {
    let mut merged: Vec<UnitRange> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if last.order == range.order && last.last + 1 == range.first => last.last = range.last,
            _ => merged.push(*range),
        }
    }
    merged
}
