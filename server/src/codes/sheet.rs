//! What a document does to units, on the stored segments themselves: who may, what follows, who owns them
//! afterwards. Pure; refuses each unit by name and leaves the others of a refused document to the caller,
//! who throws everything away.

use std::collections::{BTreeMap, BTreeSet};

use marking::segment::{UNITS_PER_SEGMENT, UnitState, segment_of};
use marking::status::{Event, Status};

use super::units::{MAX_FAULTS, Run};

/// A segment as it is stored, taken out for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// The order's number.
    pub(crate) order: u32,
    /// The segment's number in the order.
    pub(crate) number: u32,
    /// Its version; a change raises it.
    pub(crate) version: u64,
    /// Two bytes a unit: status and particulars.
    pub(crate) states: Vec<u8>,
    /// Two bytes a unit: the number of its holder; none when all are with the orderer.
    pub(crate) owners: Option<Vec<u8>>,
}

/// Whose units may be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Anybody's.
    Anyone,
    /// Those of the holder with this number; 0 is the orderer.
    Holder(u16),
    /// None: the participant holds nothing of this order.
    Nobody,
}

/// What happens to the units of one order.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The event; none when only the particulars change, or when units are merely looked at.
    pub(crate) event: Option<Event>,
    /// Statuses that are refused although the event may follow them (or without an event).
    pub(crate) barred: &'static [Status],
    /// Whose units.
    pub(crate) claim: Claim,
    /// The holder afterwards; none when it stays.
    pub(crate) hands_to: Option<u16>,
    /// Particulars that forbid the event: a recall, a date that has passed.
    pub(crate) unfit: BTreeMap<u16, Refusal>,
}

/// Why a unit is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It isn't the caller's.
    NotOwned,
    /// The status that stands doesn't allow it.
    OutOfOrder(Status),
    /// It is under a recall.
    Recalled,
    /// Its date has passed.
    Expired,
}

/// A refused unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The item of the document's list that named it.
    pub(crate) position: usize,
    /// Its order.
    pub(crate) order: u32,
    /// Its index.
    pub(crate) index: u32,
    /// Why.
    pub(crate) why: Refusal,
}

/// Units that were refused: the first are told, the others counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusals {
    /// The first [`MAX_FAULTS`] of them.
    pub(crate) told: Vec<Refused>,
    /// How many more there are.
    pub(crate) omitted: u64,
}

impl Refusals {
    fn add(&mut self, refused: Refused) {
        if self.told.len() < MAX_FAULTS {
            self.told.push(refused);
        } else {
            self.omitted += 1;
        }
    }
}

/// Bytes that are no state, or a unit that no sheet holds: the register is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("order {order} holds no readable state of unit {index}")]
pub(crate) struct Unreadable {
    order: u32,
    index: u32,
}

/// The numbers of the segments that runs of one order touch, ascending.
pub(crate) fn segments_of(runs: &[Run]) -> Vec<u32> {
    let touched = runs.iter().flat_map(|run| segment_of(run.first).0..=segment_of(run.last).0);
    let mut numbers: Vec<u32> = touched.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What a change has met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The numbers of the particulars that the units had.
    pub(crate) particulars: BTreeSet<u16>,
    /// How many units were *emitted* and are something else now.
    pub(crate) applied: u32,
}

/// Changes the status and the holder of the units of one order, whose sheets are given by number, and
/// raises the versions.
///
/// Refused units are added to `refused`; then the sheets are of no use.
pub(crate) fn change(
    sheets: &mut [Sheet],
    runs: &[Run],
    terms: &Terms,
    refused: &mut Refusals,
) -> Result<Seen, Unreadable> {
    let next = Status::ALL.map(|status| {
        let barred = terms.barred.contains(&status);
        let after = terms.event.map_or(Ok(status), |event| status.after(event).map_err(|_| status));
        if barred { Err(status) } else { after }
    });
    let mut seen = Seen::default();
    let mut last_seen = None;
    for sheet in sheets.iter_mut() {
        sheet.version += 1;
        if terms.hands_to.is_some_and(|holder| holder != 0) && sheet.owners.is_none() {
            sheet.owners = Some(vec![0; sheet.states.len()]);
        }
    }
    each_unit(sheets, runs, |run, index, state, mut owner| {
        let unreadable = Unreadable { order: run.order, index };
        let current = UnitState::from_bytes(*state).ok_or(unreadable)?;
        let number = current.particulars().unwrap_or_default();
        let holder = owner.as_deref().map_or(0, |bytes| u16::from_be_bytes(*bytes));
        let owned = match terms.claim {
            Claim::Anyone => true,
            Claim::Holder(mine) => mine == holder,
            Claim::Nobody => false,
        };
        let after = if !owned {
            Err(Refusal::NotOwned)
        } else if let Some(why) = terms.unfit.get(&number) {
            // What the status forbids is the better answer: it will not change by itself.
            next[current.status() as usize].map_err(Refusal::OutOfOrder).and(Err(*why))
        } else {
            next[current.status() as usize].map_err(Refusal::OutOfOrder)
        };
        match after {
            Ok(status) => {
                *state = UnitState::new(status, number).ok_or(unreadable)?.to_bits().to_be_bytes();
                if let (Some(holder), Some(owner)) = (terms.hands_to, owner.as_deref_mut()) {
                    *owner = holder.to_be_bytes();
                }
                seen.applied += u32::from(current.status() == Status::Emitted && status != Status::Emitted);
                if last_seen != Some(number) {
                    seen.particulars.insert(number);
                    last_seen = Some(number);
                }
            }
            Err(why) => refused.add(Refused { position: run.position, order: run.order, index, why }),
        }
        Ok(())
    })?;
    Ok(seen)
}

/// Gives the units of one order other particulars, by the number of those they have.
pub(crate) fn renumber(sheets: &mut [Sheet], runs: &[Run], numbers: &BTreeMap<u16, u16>) -> Result<(), Unreadable> {
    if numbers.iter().all(|(old, new)| old == new) {
        return Ok(());
    }
    each_unit(sheets, runs, |run, index, state, _| {
        let unreadable = Unreadable { order: run.order, index };
        let current = UnitState::from_bytes(*state).ok_or(unreadable)?;
        let old = current.particulars().unwrap_or_default();
        let new = numbers.get(&old).copied().unwrap_or(old);
        *state = UnitState::new(current.status(), new).ok_or(unreadable)?.to_bits().to_be_bytes();
        Ok(())
    })
}

type Pair<'a> = &'a mut [u8; 2];

/// Visits the units of runs in their sheets, with the bytes of state and owner.
fn each_unit(
    sheets: &mut [Sheet],
    runs: &[Run],
    mut visit: impl FnMut(&Run, u32, Pair<'_>, Option<Pair<'_>>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    for run in runs {
        let mut index = run.first;
        while index <= run.last {
            let (number, offset) = segment_of(index);
            let missing = Unreadable { order: run.order, index };
            let at = sheets.binary_search_by_key(&number, |sheet| sheet.number).map_err(|_| missing)?;
            let sheet = &mut sheets[at];
            let units = (UNITS_PER_SEGMENT - offset).min((run.last - index) as usize + 1);
            let (states, _) = sheet.states.as_chunks_mut::<2>();
            let states = states.get_mut(offset..offset + units).ok_or(missing)?;
            let mut owners = sheet.owners.as_mut().and_then(|owners| {
                let (owners, _) = owners.as_chunks_mut::<2>();
                owners.get_mut(offset..offset + units)
            });
            for (state, at) in states.iter_mut().zip(0..) {
                let owner = owners.as_mut().map(|owners| &mut owners[at]);
                visit(run, index, state, owner)?;
                index += 1;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::status::WithdrawalReason;
    use proptest::prelude::*;

    use super::*;

    const ORDER: u32 = 7;

    fn sheet(number: u32, units: &[(Status, u16, u16)]) -> Sheet {
        let states = units.iter().flat_map(|(status, particulars, _)| {
            UnitState::new(*status, *particulars).unwrap().to_bits().to_be_bytes()
        });
        let owners = units.iter().flat_map(|(_, _, owner)| owner.to_be_bytes());
        Sheet { order: ORDER, number, version: 4, states: states.collect(), owners: Some(owners.collect()) }
    }

    fn units(sheet: &Sheet) -> Vec<(Status, u16, u16)> {
        let owners = sheet.owners.clone().unwrap_or(vec![0; sheet.states.len()]);
        sheet
            .states
            .as_chunks::<2>()
            .0
            .iter()
            .zip(owners.as_chunks::<2>().0)
            .map(|(state, owner)| {
                let state = UnitState::from_bytes(*state).unwrap();
                (state.status(), state.particulars().unwrap_or_default(), u16::from_be_bytes(*owner))
            })
            .collect()
    }

    fn run(first: u32, last: u32) -> Run {
        Run { order: ORDER, first, last, position: 3 }
    }

    fn terms(event: Option<Event>, claim: Claim) -> Terms {
        Terms { event, barred: &[], claim, hands_to: None, unfit: BTreeMap::new() }
    }

    #[test]
    fn the_units_named_change_and_their_neighbours_do_not() {
        let fresh = (Status::Emitted, 0, 0);
        let mut sheets = [sheet(0, &[fresh; UNITS_PER_SEGMENT]), sheet(1, &[fresh; 10])];
        let mut refused = Refusals::default();
        let seen = change(&mut sheets, &[run(1014, 1017)], &terms(Some(Event::Apply), Claim::Holder(0)), &mut refused);
        let expected = Seen { particulars: BTreeSet::from([0]), applied: 4 };
        assert_eq!((seen, refused), (Ok(expected), Refusals::default()));
        let all: Vec<_> = sheets.iter().flat_map(units).collect();
        let applied: Vec<_> =
            all.iter().enumerate().filter(|(_, unit)| unit.0 == Status::Applied).map(|(i, _)| i).collect();
        assert_eq!(applied, [1014, 1015, 1016, 1017]);
        assert!(sheets.iter().all(|sheet| sheet.version == 5));
    }

    /// Nobody can act on what they don't own: the status of another's unit isn't told either.
    #[test]
    fn anothers_units_are_refused_whatever_their_status() {
        let mut sheets =
            [sheet(0, &[(Status::Sold, 0, 2), (Status::InCirculation, 0, 0), (Status::InCirculation, 0, 2)])];
        let mut refused = Refusals::default();
        change(&mut sheets, &[run(0, 2)], &terms(Some(Event::Sell), Claim::Holder(0)), &mut refused).unwrap();
        let why: Vec<_> = refused.told.iter().map(|refused| (refused.index, refused.why)).collect();
        assert_eq!(why, [(0, Refusal::NotOwned), (2, Refusal::NotOwned)]);
        refused = Refusals::default();
        change(&mut sheets, &[run(0, 2)], &terms(Some(Event::Sell), Claim::Nobody), &mut refused).unwrap();
        assert_eq!(refused.told.len(), 3);
    }

    #[test]
    fn a_unit_out_of_order_is_refused_with_the_status_that_stands() {
        let mut sheets = [sheet(0, &[(Status::Sold, 9, 0)])];
        let mut refused = Refusals::default();
        change(&mut sheets, &[run(0, 0)], &terms(Some(Event::Sell), Claim::Holder(0)), &mut refused).unwrap();
        let expected = Refused { position: 3, order: ORDER, index: 0, why: Refusal::OutOfOrder(Status::Sold) };
        assert_eq!(refused.told, [expected]);
    }

    #[test]
    fn recalled_goods_are_not_sold() {
        let mut sheets =
            [sheet(0, &[(Status::InCirculation, 9, 0), (Status::InCirculation, 8, 0), (Status::Sold, 9, 0)])];
        let mut terms = terms(Some(Event::Sell), Claim::Holder(0));
        terms.unfit = BTreeMap::from([(9, Refusal::Recalled)]);
        let mut refused = Refusals::default();
        change(&mut sheets, &[run(0, 2)], &terms, &mut refused).unwrap();
        let why: Vec<_> = refused.told.iter().map(|refused| (refused.index, refused.why)).collect();
        assert_eq!(why, [(0, Refusal::Recalled), (2, Refusal::OutOfOrder(Status::Sold))]);
    }

    /// S10: the owner changes when the buyer confirms.
    #[test]
    fn accepted_goods_have_a_new_holder() {
        let mut sheets = [Sheet { owners: None, ..sheet(0, &[(Status::Shipped, 1, 0); 3]) }];
        let mut terms = terms(Some(Event::Accept), Claim::Holder(0));
        terms.hands_to = Some(4);
        change(&mut sheets, &[run(1, 2)], &terms, &mut Refusals::default()).unwrap();
        let (on, under) = (Status::InCirculation, Status::Shipped);
        assert_eq!(units(&sheets[0]), [(under, 1, 0), (on, 1, 4), (on, 1, 4)]);
    }

    /// A9
    #[test]
    fn a_hundred_refusals_are_told_and_the_others_counted() {
        let mut sheets = [sheet(0, &[(Status::Lost, 0, 0); UNITS_PER_SEGMENT])];
        let mut refused = Refusals::default();
        change(&mut sheets, &[run(0, 1015)], &terms(Some(Event::Sell), Claim::Anyone), &mut refused).unwrap();
        assert_eq!((refused.told.len(), refused.omitted), (MAX_FAULTS, 916));
    }

    #[test]
    fn particulars_are_renumbered_within_the_runs_only() {
        let mut sheets = [sheet(0, &[(Status::Sold, 1, 0), (Status::Sold, 1, 0), (Status::Sold, 2, 0)])];
        renumber(&mut sheets, &[run(1, 2)], &BTreeMap::from([(1, 5), (2, 0)])).unwrap();
        let numbers: Vec<_> = units(&sheets[0]).iter().map(|unit| unit.1).collect();
        assert_eq!(numbers, [1, 5, 0]);
    }

    #[test]
    fn a_unit_beyond_the_sheets_is_an_error_and_no_panic() {
        let mut sheets = [sheet(0, &[(Status::Sold, 0, 0); 2])];
        let beyond =
            |sheets: &mut [Sheet], run| change(sheets, &[run], &terms(None, Claim::Anyone), &mut Refusals::default());
        assert!(beyond(&mut sheets, run(0, 2)).is_err());
        assert!(beyond(&mut sheets, run(5000, 5000)).is_err());
    }

    #[test]
    fn the_segments_touched_are_listed_once() {
        assert_eq!(segments_of(&[run(0, 5), run(1000, 3000), run(5000, 5000)]), [0, 1, 2, 4]);
    }

    proptest! {
        /// For every unit: it is in the runs and goes where the table of statuses says, or it stays as it was.
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
            let mut sheets = [sheet(0, &before)];
            let mut refused = Refusals::default();
            let run = run(first, last);
            change(&mut sheets, &[run], &terms(Some(event), Claim::Holder(mine)), &mut refused).unwrap();
            for (index, (old, new)) in before.iter().zip(units(&sheets[0])).enumerate() {
                let index = u32::try_from(index).unwrap();
                let named = (first..=last).contains(&index);
                let allowed = old.2 == mine && old.0.after(event).is_ok();
                let is_refused = refused.told.iter().any(|refused| refused.index == index);
                prop_assert_eq!(is_refused, named && !allowed);
                let status = if named && allowed { old.0.after(event).unwrap() } else { old.0 };
                prop_assert_eq!(new, (status, old.1, old.2));
            }
        }
    }
}
