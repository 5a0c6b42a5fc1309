//! What units of an order share besides their status: the facts of their release, a recall, a reason of withdrawal. An
//! effect replaces some of it and keeps the rest; equal sets are one set within an order.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use marking::segment::{UNITS_PER_SEGMENT, UnitState};
use marking::status::WithdrawalReason;

use super::change::Refusal;
use super::effect::{AttributeChange, Effect};
use crate::registry::Names;
use crate::registry::ReleaseFact;

/// A set of attributes; the empty one is never stored and has the number 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnitAttributes {
    /// What was said at the release.
    pub(crate) release: ReleaseFacts,
    /// Why and since when the goods are recalled.
    pub(crate) recall: Option<Recall>,
    /// Why the goods left the market without a sale.
    pub(crate) withdrawn: Option<WithdrawalReason>,
}

/// What a release says of the goods (D1.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReleaseFacts {
    /// The day of production.
    pub(crate) produced_on: Option<NaiveDate>,
    /// The last day on which they are good.
    pub(crate) expires_on: Option<NaiveDate>,
    /// The number of the participant who imported them, and the customs declaration.
    pub(crate) import: Option<Import>,
}

/// Who brought goods into the country, and where they crossed the border on paper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The importer's number in the register.
    pub(crate) importer: i32,
    /// The customs declaration; goods from within the union have none.
    pub(crate) declaration: Option<Declaration>,
}

/// A customs declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Declaration {
    /// `NNNNN/DDMMYY/NNNNNNN`.
    pub(crate) number: String,
    /// Its day.
    pub(crate) declared_on: NaiveDate,
}

impl ReleaseFacts {
    /// The facts that are stated.
    pub(crate) fn stated(&self) -> Vec<ReleaseFact> {
        let declaration = self.import.as_ref().and_then(|import| import.declaration.as_ref());
        [
            (ReleaseFact::ProducedOn, self.produced_on.is_some()),
            (ReleaseFact::ExpiresOn, self.expires_on.is_some()),
            (ReleaseFact::Importer, self.import.is_some()),
            (ReleaseFact::DeclarationNumber, declaration.is_some()),
            (ReleaseFact::DeclaredOn, declaration.is_some()),
        ]
        .into_iter()
        .filter_map(|(fact, is_stated)| is_stated.then_some(fact))
        .collect()
    }
}

/// A recall.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Recall {
    /// Why, in words of each language.
    pub(crate) reason: Names,
    /// Since when.
    pub(crate) on: NaiveDate,
}

impl UnitAttributes {
    /// Whether there is nothing to store.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What they are after a change.
    pub(crate) fn after(&self, change: &AttributeChange) -> Self {
        let mut after = self.clone();
        match change {
            AttributeChange::Keep => {}
            AttributeChange::Release(facts) => after.release = facts.clone(),
            AttributeChange::Recall(recall) => after.recall = Some(recall.clone()),
            AttributeChange::LiftRecall => after.recall = None,
            AttributeChange::Withdraw(reason) => after.withdrawn = Some(*reason),
            AttributeChange::Restore => after.withdrawn = None,
        }
        after
    }

    /// Why goods with these attributes may not be sold today, if so.
    pub(crate) fn unfit_for_sale(&self, today: NaiveDate) -> Option<Refusal> {
        if self.recall.is_some() {
            Some(Refusal::Recalled)
        } else if self.release.expires_on.is_some_and(|expires_on| expires_on < today) {
            Some(Refusal::Expired)
        } else {
            None
        }
    }
}

/// Neighbouring units of an order that are under one recall: first index, last index, the recall. `segments` are the
/// stored states by their numbers, ascending.
pub(crate) fn recalled_ranges<'a>(
    segments: impl IntoIterator<Item = (u32, &'a [u8])>,
    attributes: &BTreeMap<u16, UnitAttributes>,
) -> Vec<(u32, u32, &Recall)> {
    let mut ranges: Vec<(u32, u32, &Recall)> = Vec::new();
    if attributes.values().all(|attributes| attributes.recall.is_none()) {
        return ranges;
    }
    for (number, states) in segments {
        for (offset, state) in (0_u32..).zip(states.as_chunks::<2>().0) {
            let of_unit = UnitState::from_bytes(*state).and_then(UnitState::particulars);
            let recall = of_unit.and_then(|number| attributes.get(&number)?.recall.as_ref());
            let Some(recall) = recall else { continue };
            let index = number * SEGMENT + offset;
            match ranges.last_mut() {
                Some((_, last, before)) if *last + 1 == index && *before == recall => *last = index,
                _ => ranges.push((index, index, recall)),
            }
        }
    }
    ranges
}

/// Units of a full segment.
#[expect(clippy::cast_possible_truncation, reason = "about a thousand")]
const SEGMENT: u32 = UNITS_PER_SEGMENT as u32;

/// Which of an order's sets of attributes forbid the effect: goods that are recalled or expired go to no consumer.
pub(crate) fn unfit(
    effect: &Effect,
    attributes: &BTreeMap<u16, UnitAttributes>,
    today: NaiveDate,
) -> BTreeMap<u16, Refusal> {
    let forbids = |(number, attributes): (&u16, &UnitAttributes)| Some((*number, attributes.unfit_for_sale(today)?));
    if effect.to_consumer { attributes.iter().filter_map(forbids).collect() } else { BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::status::Event;

    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn released() -> UnitAttributes {
        let release = ReleaseFacts { produced_on: Some(day(1)), expires_on: Some(day(20)), import: None };
        UnitAttributes { release, ..UnitAttributes::default() }
    }

    #[test]
    fn a_recall_keeps_the_facts_of_the_release_and_is_lifted_again() {
        let recall = Recall { reason: Names { ru: "стекло".into(), ..Names::default() }, on: day(5) };
        let recalled = released().after(&AttributeChange::Recall(recall.clone()));
        assert_eq!((recalled.release.clone(), recalled.recall.clone()), (released().release, Some(recall)));
        assert_eq!(recalled.after(&AttributeChange::LiftRecall), released());
    }

    #[test]
    fn recalled_neighbours_are_one_range_also_over_the_edge_of_a_segment() {
        use marking::status::Status;

        let recalled = released().after(&AttributeChange::Recall(Recall {
            reason: Names { ru: "стекло".into(), ..Names::default() },
            on: day(5),
        }));
        let stored = BTreeMap::from([(1, released()), (2, recalled)]);
        let states = |numbers: &[u16]| -> Vec<u8> {
            let state = |number| UnitState::new(Status::InCirculation, number).unwrap().to_bits().to_be_bytes();
            numbers.iter().flat_map(|number| state(*number)).collect()
        };
        let full = [vec![1; UNITS_PER_SEGMENT - 2], vec![2, 2]].concat();
        let (one, two) = (states(&full), states(&[2, 1, 2]));
        let found = recalled_ranges([(0, one.as_slice()), (1, two.as_slice())], &stored);
        let ranges: Vec<_> = found.iter().map(|(first, last, _)| (*first, *last)).collect();
        assert_eq!(ranges, [(SEGMENT - 2, SEGMENT), (SEGMENT + 2, SEGMENT + 2)]);
    }

    #[test]
    fn goods_sold_over_the_internet_and_returned_carry_no_reason_any_more() {
        let sold = released().after(&AttributeChange::Withdraw(WithdrawalReason::ECommerce));
        assert_eq!(sold.withdrawn, Some(WithdrawalReason::ECommerce));
        assert_eq!(sold.after(&AttributeChange::Restore), released());
    }

    #[test]
    fn goods_are_sold_through_their_last_day_and_not_after() {
        assert_eq!(released().unfit_for_sale(day(20)), None);
        assert_eq!(released().unfit_for_sale(day(21)), Some(Refusal::Expired));
        let recalled = released().after(&AttributeChange::Recall(Recall { reason: Names::default(), on: day(5) }));
        assert_eq!(recalled.unfit_for_sale(day(6)), Some(Refusal::Recalled));
    }

    #[test]
    fn only_what_goes_to_a_consumer_is_forbidden_by_attributes() {
        let stored = BTreeMap::from([(3, released())]);
        let sale = Effect::of(Event::Sell).for_consumer();
        assert_eq!(unfit(&sale, &stored, day(21)), BTreeMap::from([(3, Refusal::Expired)]));
        assert!(unfit(&Effect::of(Event::Expire), &stored, day(21)).is_empty());
        assert!(unfit(&Effect::of(Event::Ship), &stored, day(21)).is_empty());
    }
}
