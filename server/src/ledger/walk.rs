//! The walk around [`change::apply`]: units of any number of orders, and the packs around them, changed in the caller's
//! transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::attributes::{UnitAttributes, unfit};
use super::change::{self, Claim, OrderEffect, Refusal, Refusals, segments_of};
use super::effect::{Effect, Reach};
use super::pack::Pack;
use super::packing::{close_empty, refresh_packs};
use super::range::{UnitRange, merged};
pub(crate) use super::store::order::OrderUnits;
use super::store::{order as orders, pack as packs, segment, sscc_column};
use crate::platform::db::Transaction;
use crate::platform::jobs::{self, RefreshOrder};
use crate::platform::problem::{Error, Result};

/// The units of an effect: sorted and disjoint ranges, and the packs that are changed with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    /// The units, by order and index.
    pub(crate) ranges: Vec<UnitRange>,
    /// The packs by which they were named; locked.
    pub(crate) named: Vec<Pack>,
}

/// What an applied effect has touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The orders of the units.
    pub(crate) orders: Vec<OrderUnits>,
    /// How many units of each order, by its number, are no longer *emitted*: their codes are known outside.
    pub(crate) left_emitted: BTreeMap<u32, u32>,
}

/// Applies an effect to units for a participant (none for operators), at an instant; leaves the refresh of the snapshot as
/// jobs. The caller commits an applied effect, and rolls back a refused one.
pub(crate) async fn apply(
    tx: &Transaction<'_>,
    effect: &Effect,
    author: Option<i32>,
    units: &Units,
    at: DateTime<Utc>,
) -> Result<Result<Applied, Refusals>> {
    let around = if effect.leaves_packs && units.named.is_empty() {
        let around = packs::find_packs_of(tx, &merged(&units.ranges)).await?;
        packs::lock_packs(tx, &around).await?;
        around
    } else {
        Vec::new()
    };
    let touched: Vec<(&[UnitRange], Vec<u32>)> = units
        .ranges
        .chunk_by(|one, other| one.order == other.order)
        .map(|ranges| (ranges, segments_of(ranges)))
        .collect();
    let wanted: Vec<(u32, u32)> = touched
        .iter()
        .flat_map(|(ranges, segments)| segments.iter().map(|segment| (ranges[0].order, *segment)))
        .collect();
    let numbers: Vec<u32> = touched.iter().map(|(ranges, _)| ranges[0].order).collect();
    segment::lock_segments(tx, &wanted).await?;
    // After the segments: an order that has rows of them can't be voided any more.
    let orders = orders::find_orders(tx, &numbers).await?;
    if orders.len() != numbers.len() {
        return Err(Error::internal("units of an order that does not exist"));
    }
    let mut refused = not_approved(&orders, &units.ranges, author);
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let holders = match author {
        Some(participant) => segment::find_holders(tx, &numbers, participant).await?,
        None => BTreeMap::new(),
    };
    let mut left_emitted = BTreeMap::new();
    for (order, (ranges, segments)) in orders.iter().zip(&touched) {
        let claim = claim(effect.reach, author, order, &holders);
        match change_order(tx, effect, *order, claim, ranges, segments, at).await? {
            Ok(applied) if applied > 0 => drop(left_emitted.insert(order.number, applied)),
            Ok(_) => {}
            Err(of_order) => refused.extend(of_order),
        }
    }
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    if effect.changes_units() {
        for (ranges, segments) in touched {
            jobs::append_refresh(tx, RefreshOrder { order: ranges[0].order, segments }).await?;
        }
    }
    change_packs(tx, effect, units, &around, at).await?;
    Ok(Ok(Applied { orders, left_emitted }))
}

/// Units of orders that wait for approval, were refused or voided. To others than the orderer and operators they are units
/// of another participant, like all others.
fn not_approved(orders: &[OrderUnits], units: &[UnitRange], author: Option<i32>) -> Refusals {
    let is_barred = |order: &&OrderUnits| !order.approved && author.is_none_or(|own| own == order.participant);
    let barred: BTreeSet<u32> = orders.iter().filter(is_barred).map(|order| order.number).collect();
    let mut refused = Refusals::default();
    units
        .iter()
        .filter(|range| barred.contains(&range.order))
        .for_each(|range| refused.add(*range, Refusal::OrderNotApproved));
    refused
}

/// Whose units of an order an author may change.
fn claim(reach: Reach, author: Option<i32>, order: &OrderUnits, holders: &BTreeMap<u32, u16>) -> Claim {
    let is_orderer = author == Some(order.participant);
    match (reach, author) {
        (Reach::Ordered, None) => Claim::Any,
        (Reach::Ordered, Some(_)) if is_orderer => Claim::Any,
        (Reach::Ordered, Some(_)) | (Reach::Held, None) => Claim::None,
        (Reach::Held, Some(_)) if is_orderer => Claim::Holder(0),
        (Reach::Held, Some(_)) => holders.get(&order.number).map_or(Claim::None, |number| Claim::Holder(*number)),
    }
}

/// Changes the units of one order, whose segments are locked; returns how many are no longer *emitted*.
async fn change_order(
    tx: &Transaction<'_>,
    effect: &Effect,
    order: OrderUnits,
    claim: Claim,
    ranges: &[UnitRange],
    segments: &[u32],
    at: DateTime<Utc>,
) -> Result<Result<u32, Refusals>> {
    let known = segment::list_attributes(tx, order.number).await?;
    let hands_to = match effect.hands_to {
        Some(receiver) if receiver == order.participant => Some(0),
        Some(receiver) => Some(segment::number_holder(tx, order.number, receiver).await?),
        None => None,
    };
    let today = locales::format::date_in_kazakhstan(at);
    let unfit = unfit(effect, &known, today);
    let on_order = OrderEffect { event: effect.event, barred: effect.barred, claim, hands_to, unfit };
    let mut segments = segment::read_segments(tx, order.number, segments).await?;
    let changed = match change::apply(&on_order, &mut segments, ranges) {
        Ok(changed) => changed,
        Err(refused) => return Ok(Err(refused)),
    };
    if !effect.changes_units() {
        return Ok(Ok(0));
    }
    let none = UnitAttributes::default();
    let after = |number: &u16| {
        let before = known.get(number).unwrap_or(&none);
        let after = before.after(&effect.attributes);
        (after != *before).then_some((*number, after))
    };
    let (old, sets): (Vec<u16>, Vec<UnitAttributes>) = changed.attributes.iter().filter_map(after).unzip();
    let new = segment::number_attributes(tx, order.number, &sets).await?;
    let numbers: BTreeMap<u16, u16> = old.into_iter().zip(new).collect();
    change::renumber(&mut segments, ranges, &numbers)
        .ok_or_else(|| Error::internal("a number of attributes that no state holds"))?;
    segment::write_segments(tx, &segments).await?;
    Ok(Ok(changed.applied))
}

/// Changes the packs by which units were named, or which units leave.
async fn change_packs(
    tx: &Transaction<'_>,
    effect: &Effect,
    units: &Units,
    around: &[i64],
    at: DateTime<Utc>,
) -> Result<()> {
    let mut changed = BTreeSet::new();
    if let Some(receiver) = effect.hands_to {
        let named: Vec<i64> = units.named.iter().map(|pack| sscc_column(pack.sscc)).collect();
        changed.extend(packs::set_owner(tx, &named, receiver).await?);
    } else if effect.leaves_packs {
        let inside: Vec<i64> =
            units.named.iter().filter(|pack| pack.parent.is_some()).map(|pack| sscc_column(pack.sscc)).collect();
        let parents: BTreeSet<i64> = units.named.iter().filter_map(|pack| pack.parent).map(sscc_column).collect();
        if !inside.is_empty() {
            packs::set_parent(tx, &inside, None).await?;
            changed.extend(inside);
            changed.extend(close_empty(tx, parents, at).await?);
        }
        if !around.is_empty() {
            packs::take_out(tx, &merged(&units.ranges)).await?;
            changed.extend(close_empty(tx, around.iter().copied().collect(), at).await?);
        }
    }
    refresh_packs(tx, changed).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(number: u32, participant: i32) -> OrderUnits {
        OrderUnits { number, participant, approved: true }
    }

    /// Operators recall goods and do nothing else with them.
    #[test]
    fn operators_hold_no_units() {
        assert_eq!(claim(Reach::Held, None, &order(1, 7), &BTreeMap::new()), Claim::None);
        assert_eq!(claim(Reach::Ordered, None, &order(1, 7), &BTreeMap::new()), Claim::Any);
    }

    #[test]
    fn orders_without_approval_are_named_to_their_orderer_only() {
        let waiting = [OrderUnits { approved: false, ..order(1, 7) }];
        let range = UnitRange { order: 1, first: 0, last: 999, position: 0 };
        for (author, named) in [(Some(7), true), (None, true), (Some(8), false)] {
            let refused = not_approved(&waiting, &[range], author);
            assert_eq!((refused.is_empty(), refused.units()), (!named, if named { 1_000 } else { 0 }), "{author:?}");
        }
    }

    proptest! {
        /// A participant claims what it holds, by the number under which it holds it; the orderer what no one else holds,
        /// and recalls what it ordered, whatever participant holds it.
        #[test]
        fn a_participant_claims_what_it_holds(
            is_recall: bool,
            participant in 1..4_i32,
            orderer in 1..4_i32,
            holds in prop::option::of(1..100_u16),
        ) {
            let holders = holds.map(|number| (5, number)).into_iter().collect();
            let expected = match (participant == orderer, holds) {
                (true, _) if is_recall => Claim::Any,
                (true, _) => Claim::Holder(0),
                (false, Some(number)) if !is_recall => Claim::Holder(number),
                (false, _) => Claim::None,
            };
            let reach = if is_recall { Reach::Ordered } else { Reach::Held };
            prop_assert_eq!(claim(reach, Some(participant), &order(5, orderer), &holders), expected);
        }
    }
}
