//! What was counted against what was expected. Pure.

use std::collections::{BTreeMap, BTreeSet};

use marking::gtin::Gtin;

use crate::codes::UnitPlace;

/// What a code stands for: a unit of the register, or, where there is none, the text itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    /// A unit, however its code was written.
    Unit(UnitPlace),
    /// A text that leads to no unit.
    Text(String),
}

impl Item {
    fn is_unit(&self) -> bool {
        matches!(self, Self::Unit(_))
    }
}

/// Items with their goods, as far as these are known.
pub(super) type Items = BTreeMap<Item, Option<Gtin>>;

/// The delivery that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// So many units of each of these goods.
    Quantities(BTreeMap<Gtin, u32>),
    /// These very items.
    Items(Items),
}

/// The units of one product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Counted.
    pub(super) present: u32,
    /// Expected.
    pub(super) expected: u32,
    /// Expected and not counted.
    pub(super) missing: u32,
    /// Counted and not expected.
    pub(super) extra: u32,
}

/// The difference between what was counted and what was expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// By product; units only.
    pub(super) by_gtin: BTreeMap<Gtin, Count>,
    /// Items that were expected one by one and not counted.
    pub(super) missing_items: Vec<Item>,
    /// Counted items that are certainly no part of the delivery.
    pub(super) extra_items: BTreeSet<Item>,
    /// How many are missing.
    pub(super) missing: u32,
    /// How many are extra.
    pub(super) extra: u32,
}

/// Holds what was counted against what was expected.
///
/// Against quantities, items that are no units count for nothing, and which of too many units are the extra ones
/// can't be told, unless none of their kind were expected. Against items, each is looked for itself.
pub(super) fn compare(present: &Items, expected: &Expected) -> Difference {
    let mut difference = Difference::default();
    for gtin in units(present) {
        difference.by_gtin.entry(gtin).or_default().present += 1;
    }
    match expected {
        Expected::Quantities(quantities) => {
            for (gtin, quantity) in quantities {
                difference.by_gtin.entry(*gtin).or_default().expected = *quantity;
            }
            for count in difference.by_gtin.values_mut() {
                count.missing = count.expected.saturating_sub(count.present);
                count.extra = count.present.saturating_sub(count.expected);
            }
            difference.extra_items = present
                .iter()
                .filter(|(item, gtin)| item.is_unit() && gtin.is_some_and(|gtin| !quantities.contains_key(&gtin)))
                .map(|(item, _)| item.clone())
                .collect();
            difference.missing = difference.by_gtin.values().map(|count| count.missing).sum();
            difference.extra = difference.by_gtin.values().map(|count| count.extra).sum();
        }
        Expected::Items(items) => {
            for gtin in units(items) {
                difference.by_gtin.entry(gtin).or_default().expected += 1;
            }
            for (item, gtin) in items.iter().filter(|(item, _)| !present.contains_key(item)) {
                difference.missing_items.push(item.clone());
                difference.missing += 1;
                if let Some(gtin) = gtin.filter(|_| item.is_unit()) {
                    difference.by_gtin.entry(gtin).or_default().missing += 1;
                }
            }
            for (item, gtin) in present.iter().filter(|(item, _)| !items.contains_key(item)) {
                difference.extra_items.insert(item.clone());
                difference.extra += 1;
                if let Some(gtin) = gtin.filter(|_| item.is_unit()) {
                    difference.by_gtin.entry(gtin).or_default().extra += 1;
                }
            }
        }
    }
    difference
}

/// The goods of those items that are units.
fn units(items: &Items) -> impl Iterator<Item = Gtin> {
    items.iter().filter(|(item, _)| item.is_unit()).filter_map(|(_, gtin)| *gtin)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn gtin(which: usize) -> Gtin {
        ["04870001234560", "04600840749372", "00000046198488"][which].parse().unwrap()
    }

    fn unit(index: u32) -> Item {
        Item::Unit(UnitPlace { order: 1, index })
    }

    fn items(of: &[(u32, usize)]) -> Items {
        of.iter().map(|(index, which)| (unit(*index), Some(gtin(*which)))).collect()
    }

    #[test]
    fn quantities_are_compared_by_product() {
        let mut present = items(&[(1, 0), (2, 0), (3, 0), (4, 1), (5, 2)]);
        present.insert(Item::Text("rubbish".into()), None);
        let expected = Expected::Quantities([(gtin(0), 2), (gtin(1), 3)].into());
        let difference = compare(&present, &expected);
        assert_eq!((difference.missing, difference.extra), (2, 2));
        assert_eq!(difference.by_gtin[&gtin(0)], Count { present: 3, expected: 2, missing: 0, extra: 1 });
        assert_eq!(difference.by_gtin[&gtin(1)], Count { present: 1, expected: 3, missing: 2, extra: 0 });
        assert_eq!(difference.extra_items, [unit(5)].into(), "only what was not expected at all is named");
    }

    #[test]
    fn items_are_looked_for_one_by_one() {
        let mut present = items(&[(1, 0), (2, 0), (9, 0)]);
        present.insert(Item::Text("unknown code".into()), Some(gtin(0)));
        let mut wanted = items(&[(1, 0), (2, 0), (3, 0)]);
        wanted.insert(Item::Text("another unknown code".into()), None);
        let difference = compare(&present, &Expected::Items(wanted));
        assert_eq!(difference.missing_items, [unit(3), Item::Text("another unknown code".into())]);
        assert_eq!(difference.extra_items, [unit(9), Item::Text("unknown code".into())].into());
        assert_eq!((difference.missing, difference.extra), (2, 2));
        assert_eq!(difference.by_gtin[&gtin(0)], Count { present: 3, expected: 3, missing: 1, extra: 1 });
    }

    proptest! {
        #[test]
        fn what_is_there_and_what_is_missing_make_what_was_expected(
            present in prop::collection::btree_set(0_u32..40, 0..30),
            expected in prop::collection::btree_set(0_u32..40, 0..30),
        ) {
            // A unit is of the same goods wherever it is named.
            let as_items = |indexes: BTreeSet<u32>| {
                items(&indexes.into_iter().map(|index| (index, index as usize % 3)).collect::<Vec<_>>())
            };
            let (present, wanted) = (as_items(present), as_items(expected));
            let by_item = compare(&present, &Expected::Items(wanted.clone()));
            let present_count = u32::try_from(present.len()).unwrap();
            let wanted_count = u32::try_from(wanted.len()).unwrap();
            prop_assert_eq!(present_count + by_item.missing, wanted_count + by_item.extra);
            let is_extra = |item: &Item| present.contains_key(item) && !wanted.contains_key(item);
            prop_assert!(by_item.extra_items.iter().all(is_extra));

            let mut quantities: BTreeMap<Gtin, u32> = BTreeMap::new();
            for gtin in wanted.values().flatten() {
                *quantities.entry(*gtin).or_default() += 1;
            }
            let by_quantity = compare(&present, &Expected::Quantities(quantities));
            prop_assert_eq!(present_count + by_quantity.missing, wanted_count + by_quantity.extra);
            prop_assert!(by_quantity.missing <= by_item.missing, "a unit may stand for another of its kind");
        }

        #[test]
        fn a_delivery_is_no_different_from_itself(indexes in prop::collection::btree_set(0_u32..40, 0..30)) {
            let present = items(&indexes.into_iter().map(|index| (index, index as usize % 3)).collect::<Vec<_>>());
            let difference = compare(&present, &Expected::Items(present.clone()));
            prop_assert_eq!((difference.missing, difference.extra), (0, 0));
            prop_assert!(difference.extra_items.is_empty() && difference.missing_items.is_empty());
        }
    }
}
