//! What an effect does to the units of one order, on their segments: which are refused, what follows, who holds them
//! afterwards. Pure. A refused effect changes nothing that is kept: its caller drops the segments.

use std::collections::{BTreeMap, BTreeSet};

use marking::segment::{UNITS_PER_SEGMENT, UnitState, segment_of};
use marking::status::{Event, Status};

use super::effect::next;
use super::range::UnitRange;

/// A segment, read for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The order's number.
    pub(crate) order: u32,
    /// The segment's number in the order.
    pub(crate) number: u32,
    /// Its version; a change raises it.
    pub(crate) version: u64,
    /// The state of each unit.
    pub(crate) states: Vec<UnitState>,
    /// The number of each unit's holder; none when the orderer holds all.
    pub(crate) holders: Option<Vec<u16>>,
}

/// Whose units of an order may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Any.
    Any,
    /// Those of the holder with this number; 0 is the orderer.
    Holder(u16),
    /// None: the participant holds nothing of this order.
    None,
}

/// An effect on the units of one order.
#[derive(Clone, Debug)]
pub(crate) struct OrderEffect {
    /// The event; none when only attributes change, or when units are merely checked.
    pub(crate) event: Option<Event>,
    /// Statuses that are refused although the event may follow them (or without an event).
    pub(crate) barred: &'static [Status],
    /// Whose units.
    pub(crate) claim: Claim,
    /// The holder afterwards; none when it stays.
    pub(crate) hands_to: Option<u16>,
    /// Attributes that forbid the effect: a recall, a date that has passed.
    pub(crate) unfit: BTreeMap<u16, Refusal>,
}

/// Why a unit is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It isn't the author's.
    NotOwned,
    /// Its order waits for approval, was refused or voided.
    OrderNotApproved,
    /// Its status doesn't allow it.
    OutOfOrder(Status),
    /// It is under a recall.
    Recalled,
    /// Its date has passed.
    Expired,
    /// No segment has it: the register is broken.
    Missing,
}

/// Neighbouring units that are refused for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Order, indexes and the item of the caller's list that named them.
    pub(crate) range: UnitRange,
    /// Why.
    pub(crate) why: Refusal,
}

/// All units that are refused, in the fewest ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusals(Vec<Refused>);

impl Refusals {
    /// Adds units; those that continue the last range become part of it.
    pub(crate) fn add(&mut self, range: UnitRange, why: Refusal) {
        match self.0.last_mut() {
            Some(Refused { range: last, why: reason })
                if (last.order, last.position, *reason) == (range.order, range.position, why)
                    && last.last + 1 == range.first =>
            {
                last.last = range.last;
            }
            _ => self.0.push(Refused { range, why }),
        }
    }

    /// Adds those of another order.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The ranges, by order and index.
    pub(crate) fn ranges(&self) -> &[Refused] {
        &self.0
    }

    /// Whether no unit is refused.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many units.
    pub(crate) fn units(&self) -> u64 {
        self.0.iter().map(|refused| refused.range.units()).sum()
    }

    /// The units one by one: position, order, index, reason.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, u32, u32, Refusal)> {
        self.0.iter().flat_map(|Refused { range, why }| {
            (range.first..=range.last).map(|index| (range.position, range.order, index, *why))
        })
    }
}

/// The numbers of the segments that ranges of one order touch, ascending.
pub(crate) fn segments_of(ranges: &[UnitRange]) -> Vec<u32> {
    let touched = ranges.iter().flat_map(|range| segment_of(range.first).0..=segment_of(range.last).0);
    let mut numbers: Vec<u32> = touched.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What a change has met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The numbers of the attributes that the units had.
    pub(crate) attributes: BTreeSet<u16>,
    /// How many units were *emitted* and are something else now.
    pub(crate) applied: u32,
}

/// Applies an effect to units of one order, whose segments are given by number, and raises the versions of these. All units
/// that are refused come back; the segments are of no use then.
pub(crate) fn apply(effect: &OrderEffect, segments: &mut [Segment], units: &[UnitRange]) -> Result<Changed, Refusals> {
    let next = Status::ALL.map(|status| next(effect.event, effect.barred, status).ok_or(Refusal::OutOfOrder(status)));
    let (mut changed, mut refused) = (Changed::default(), Refusals::default());
    let mut last_seen = None;
    for segment in segments.iter_mut() {
        segment.version += 1;
        if effect.hands_to.is_some_and(|holder| holder != 0) && segment.holders.is_none() {
            segment.holders = Some(vec![0; segment.states.len()]);
        }
    }
    let missing = each_unit(segments, units, |range, index, state, mut holder| {
        let number = state.particulars().unwrap_or_default();
        let owned = match effect.claim {
            Claim::Any => true,
            Claim::Holder(own) => own == holder.as_deref().copied().unwrap_or_default(),
            Claim::None => false,
        };
        let after = if owned { next[state.status() as usize] } else { Err(Refusal::NotOwned) };
        // A status that forbids the effect is the better answer: it will not change by itself.
        match after.and_then(|status| effect.unfit.get(&number).map_or(Ok(status), |why| Err(*why))) {
            Ok(status) => {
                changed.applied += u32::from(state.status() == Status::Emitted && status != Status::Emitted);
                *state = state.with_status(status);
                if let (Some(to), Some(holder)) = (effect.hands_to, holder.as_deref_mut()) {
                    *holder = to;
                }
                if last_seen != Some(number) {
                    changed.attributes.insert(number);
                    last_seen = Some(number);
                }
            }
            Err(why) => refused.add(UnitRange { first: index, last: index, ..*range }, why),
        }
    });
    for range in missing {
        refused.add(range, Refusal::Missing);
    }
    if refused.is_empty() { Ok(changed) } else { Err(refused) }
}

/// Gives units of one order other attributes, by the number of those they have; `None` for a number that no state holds.
pub(crate) fn renumber(segments: &mut [Segment], units: &[UnitRange], numbers: &BTreeMap<u16, u16>) -> Option<()> {
    if numbers.iter().all(|(old, new)| old == new) {
        return Some(());
    }
    let mut all_hold = true;
    each_unit(segments, units, |_, _, state, _| {
        let old = state.particulars().unwrap_or_default();
        match UnitState::new(state.status(), numbers.get(&old).copied().unwrap_or(old)) {
            Some(renumbered) => *state = renumbered,
            None => all_hold = false,
        }
    });
    all_hold.then_some(())
}

/// Visits units in their segments, with state and holder; returns the parts of ranges that no segment has.
fn each_unit(
    segments: &mut [Segment],
    units: &[UnitRange],
    mut visit: impl FnMut(&UnitRange, u32, &mut UnitState, Option<&mut u16>),
) -> Vec<UnitRange> {
    let mut missing = Vec::new();
    for range in units {
        let mut index = range.first;
        while index <= range.last {
            let (number, offset) = segment_of(index);
            let wanted = (UNITS_PER_SEGMENT - offset).min((range.last - index) as usize + 1);
            let found = segments.binary_search_by_key(&number, |segment| segment.number);
            let segment = found.ok().map(|at| &mut segments[at]);
            let Some(segment) = segment.filter(|segment| offset + wanted <= segment.states.len()) else {
                missing.push(UnitRange { first: index, ..*range });
                break;
            };
            let states = &mut segment.states[offset..offset + wanted];
            let mut holders = segment.holders.as_mut().and_then(|holders| holders.get_mut(offset..offset + wanted));
            for (at, state) in states.iter_mut().enumerate() {
                visit(range, index, state, holders.as_mut().map(|holders| &mut holders[at]));
                index += 1;
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::status::WithdrawalReason;
    use proptest::prelude::*;

    use super::*;

    const ORDER: u32 = 7;

    fn segment(number: u32, units: &[(Status, u16, u16)]) -> Segment {
        let states = units.iter().map(|(status, attributes, _)| UnitState::new(*status, *attributes).unwrap());
        let holders = units.iter().map(|(_, _, holder)| *holder);
        Segment { order: ORDER, number, version: 4, states: states.collect(), holders: Some(holders.collect()) }
    }

    fn units(segment: &Segment) -> Vec<(Status, u16, u16)> {
        let holders = segment.holders.clone().unwrap_or(vec![0; segment.states.len()]);
        let unit =
            |(state, holder): (&UnitState, u16)| (state.status(), state.particulars().unwrap_or_default(), holder);
        segment.states.iter().zip(holders).map(unit).collect()
    }

    fn refusals(effect: &OrderEffect, segments: &mut [Segment], units: &[UnitRange]) -> Vec<(u32, Refusal)> {
        let refused = apply(effect, segments, units).unwrap_err();
        refused.each().map(|(_, _, index, why)| (index, why)).collect()
    }

    fn range(first: u32, last: u32) -> UnitRange {
        UnitRange { order: ORDER, first, last, position: 3 }
    }

    fn effect(event: Option<Event>, claim: Claim) -> OrderEffect {
        OrderEffect { event, barred: &[], claim, hands_to: None, unfit: BTreeMap::new() }
    }

    #[test]
    fn the_units_named_change_and_their_neighbours_do_not() {
        let fresh = (Status::Emitted, 0, 0);
        let mut segments = [segment(0, &[fresh; UNITS_PER_SEGMENT]), segment(1, &[fresh; 10])];
        let applied = effect(Some(Event::Apply), Claim::Holder(0));
        let changed = apply(&applied, &mut segments, &[range(1014, 1017)]).unwrap();
        assert_eq!(changed, Changed { attributes: BTreeSet::from([0]), applied: 4 });
        let all: Vec<_> = segments.iter().flat_map(units).collect();
        let applied: Vec<_> =
            all.iter().enumerate().filter(|(_, unit)| unit.0 == Status::Applied).map(|(i, _)| i).collect();
        assert_eq!(applied, [1014, 1015, 1016, 1017]);
        assert!(segments.iter().all(|segment| segment.version == 5));
    }

    /// A participant can't change what it doesn't hold; the refusal doesn't show the status of another's unit.
    #[test]
    fn anothers_units_are_refused_whatever_their_status() {
        let mut segments =
            [segment(0, &[(Status::Sold, 0, 2), (Status::InCirculation, 0, 0), (Status::InCirculation, 0, 2)])];
        let refused = refusals(&effect(Some(Event::Sell), Claim::Holder(0)), &mut segments, &[range(0, 2)]);
        assert_eq!(refused, [(0, Refusal::NotOwned), (2, Refusal::NotOwned)]);
        let refused = refusals(&effect(Some(Event::Sell), Claim::None), &mut segments, &[range(0, 2)]);
        assert_eq!(refused.len(), 3);
    }

    #[test]
    fn a_unit_out_of_order_is_refused_with_its_status() {
        let mut segments = [segment(0, &[(Status::Sold, 9, 0)])];
        let refused = apply(&effect(Some(Event::Sell), Claim::Holder(0)), &mut segments, &[range(0, 0)]).unwrap_err();
        let expected = Refused { range: range(0, 0), why: Refusal::OutOfOrder(Status::Sold) };
        assert_eq!(refused.ranges(), [expected]);
    }

    #[test]
    fn recalled_goods_are_not_sold() {
        let mut segments =
            [segment(0, &[(Status::InCirculation, 9, 0), (Status::InCirculation, 8, 0), (Status::Sold, 9, 0)])];
        let mut sale = effect(Some(Event::Sell), Claim::Holder(0));
        sale.unfit = BTreeMap::from([(9, Refusal::Recalled)]);
        let refused = refusals(&sale, &mut segments, &[range(0, 2)]);
        assert_eq!(refused, [(0, Refusal::Recalled), (2, Refusal::OutOfOrder(Status::Sold))]);
    }

    /// S10: the owner changes when the buyer confirms.
    #[test]
    fn accepted_goods_have_a_new_holder() {
        let mut segments = [Segment { holders: None, ..segment(0, &[(Status::Shipped, 1, 0); 3]) }];
        let mut accepted = effect(Some(Event::Accept), Claim::Holder(0));
        accepted.hands_to = Some(4);
        apply(&accepted, &mut segments, &[range(1, 2)]).unwrap();
        let (on, under) = (Status::InCirculation, Status::Shipped);
        assert_eq!(units(&segments[0]), [(under, 1, 0), (on, 1, 4), (on, 1, 4)]);
    }

    /// A9: neighbours that are refused for one reason are one range, so that a refusal of a million units is small.
    #[test]
    fn every_refused_unit_is_kept_in_few_ranges() {
        let mut segments = [segment(0, &[(Status::Lost, 0, 0); UNITS_PER_SEGMENT])];
        let refused = apply(&effect(Some(Event::Sell), Claim::Any), &mut segments, &[range(0, 1015)]).unwrap_err();
        assert_eq!((refused.ranges().len(), refused.units()), (1, 1016));
    }

    #[test]
    fn attributes_are_renumbered_within_the_ranges_only() {
        let mut segments = [segment(0, &[(Status::Sold, 1, 0), (Status::Sold, 1, 0), (Status::Sold, 2, 0)])];
        renumber(&mut segments, &[range(1, 2)], &BTreeMap::from([(1, 5), (2, 0)])).unwrap();
        let numbers: Vec<_> = units(&segments[0]).iter().map(|unit| unit.1).collect();
        assert_eq!(numbers, [1, 5, 0]);
    }

    #[test]
    fn a_unit_that_no_segment_has_is_refused_without_a_panic() {
        let mut segments = [segment(0, &[(Status::Sold, 0, 0); 2])];
        let check = effect(None, Claim::Any);
        for beyond in [range(0, 2), range(5000, 5000)] {
            let refused = apply(&check, &mut segments, &[beyond]).unwrap_err();
            assert!(refused.each().all(|(_, _, _, why)| why == Refusal::Missing));
        }
    }

    #[test]
    fn the_segments_touched_are_listed_once() {
        assert_eq!(segments_of(&[range(0, 5), range(1000, 3000), range(5000, 5000)]), [0, 1, 2, 4]);
    }

    proptest! {
        /// For every unit: it is in the ranges and goes where the table of statuses says, or it stays as it was.
        #[test]
        fn a_change_is_the_table_of_statuses_applied_to_the_named_units(
            before in prop::collection::vec((0..11_u8, 0..5_u16, 0..3_u16), 1..60),
            first in 0..60_u32,
            length in 0..60_u32,
            event in prop::sample::select(Event::all().chain([Event::Withdraw(WithdrawalReason::Other)]).collect::<Vec<_>>()),
            mine in 0..3_u16,
        ) {
            let before: Vec<_> =
                before.into_iter().map(|(status, number, owner)| (Status::from_number(status).unwrap(), number, owner)).collect();
            let first = first % u32::try_from(before.len()).unwrap();
            let last = (first + length).min(u32::try_from(before.len()).unwrap() - 1);
            let mut segments = [segment(0, &before)];
            let done = apply(&effect(Some(event), Claim::Holder(mine)), &mut segments, &[range(first, last)]);
            let refused: BTreeSet<u32> =
                done.err().iter().flat_map(|refused| refused.each().map(|(_, _, index, _)| index).collect::<Vec<_>>()).collect();
            for (index, (old, new)) in before.iter().zip(units(&segments[0])).enumerate() {
                let index = u32::try_from(index).unwrap();
                let named = (first..=last).contains(&index);
                let allowed = old.2 == mine && old.0.after(event).is_ok();
                prop_assert_eq!(refused.contains(&index), named && !allowed);
                let status = if named && allowed { old.0.after(event).unwrap() } else { old.0 };
                prop_assert_eq!(new, (status, old.1, old.2));
            }
        }
    }
}
