//! The walk of a document in its transaction: its id is claimed, its units are found, its effect is applied, what it was
//! about is kept. All of it, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use locales::Arg;
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{Content, Kind};
use super::receipt::Receipt;
use super::selection::Selection;
use super::store::{self, NewDocument};
use super::units::{MAX_FAULTS, Naming, Range};
use crate::auth::Caller;
use crate::codes::{self, Order, Place, serial_of};
use crate::http::known;
use crate::keys::KeySet;
use crate::ledger::{self, Applied, Effect, PackRefusal, Refusal, Refusals, UnitRange, merged, ranges_of, sscc_column};
use crate::platform::audit;
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, FaultyUnit, FieldFault, Result};
use crate::registry;

/// A document that is filed: its author, its envelope, its instant.
#[derive(Clone, Copy)]
pub(crate) struct FilingContext<'a> {
    /// The author.
    pub(crate) caller: &'a Caller,
    /// The client's own id of it.
    pub(crate) id: Uuid,
    /// The stable name of its kind.
    pub(crate) kind: &'static str,
    /// The bytes that were sent.
    pub(crate) sent: &'a [u8],
    /// SHA-256 of what was sent, for whom, to which route: a retry has the same.
    pub(crate) fingerprint: &'a [u8],
    /// The instant.
    pub(crate) now: DateTime<Utc>,
    /// The keys by which serials of refused units are computed.
    pub(crate) keys: &'a KeySet,
}

impl std::fmt::Debug for FilingContext<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FilingContext").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The units of a document, as far as its text says.
#[derive(Clone, Debug)]
pub(crate) enum NamedUnits {
    /// Codes that were read: products and places, by position in the list.
    Codes(Vec<(Option<Gtin>, Place)>),
    /// Ranges of orders.
    Ranges(Vec<Range>),
    /// Packs with all that is inside.
    Packs(Vec<Sscc>),
    /// The units and packs of an earlier document, for the participant who holds them.
    OfDocument {
        /// The earlier document.
        id: Uuid,
        /// The participant who holds its units.
        holder: i32,
    },
}

/// Files a document of a kind, in the caller's transaction, or returns the receipt of the same one that was filed before.
///
/// 409 `id-taken` when another document has the id; 422 when its units can't be found. Units that refuse the effect come
/// back; [`refusal`] words them.
pub(crate) async fn file<K: Kind>(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    checked: K::Checked,
    named: NamedUnits,
) -> Result<Result<Receipt, (Naming, Refusals)>> {
    let content = K::content(tx, &filing, checked).await?;
    let filed = file_content(tx, filing, &content, named).await?;
    Ok(match filed {
        Ok((receipt, Some(applied))) => {
            K::confirm(tx, &content, &applied).await?;
            Ok(receipt)
        }
        Ok((receipt, None)) => Ok(receipt),
        Err(refused) => Err(refused),
    })
}

/// The same for a content that is known; without what was applied where the document was filed before.
pub(crate) async fn file_content(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    content: &Content,
    named: NamedUnits,
) -> Result<Result<(Receipt, Option<Applied>), (Naming, Refusals)>> {
    if let Some(receipt) = begin(tx, filing, content).await? {
        return Ok(Ok((receipt, None)));
    }
    let author = match named {
        NamedUnits::OfDocument { holder, .. } => Some(holder),
        _ => filing.caller.participant,
    };
    let (selection, units) = find(tx, named, author).await?;
    let packs: Vec<i64> = units.named.iter().map(|pack| sscc_column(pack.sscc)).collect();
    let applied = match apply(tx, filing, &content.effect, author, &units).await? {
        Ok(applied) => applied,
        Err(refused) => return Ok(Err((selection.naming(), refused))),
    };
    let details = json!({ "orders": applied.orders.len() });
    let receipt = finish(tx, filing, &selection, &packs, details).await?;
    Ok(Ok((receipt, Some(applied))))
}

/// Applies an effect to units; orders whose codes are on goods now count as known outside.
pub(crate) async fn apply(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    effect: &Effect,
    author: Option<i32>,
    units: &ledger::Units,
) -> Result<Result<Applied, Refusals>> {
    let applied = ledger::apply(tx, effect, author, units, filing.now).await?;
    if let Ok(applied) = &applied {
        for (order, units) in &applied.left_emitted {
            codes::note_applied(tx, *order, *units, filing.now).await?;
        }
    }
    Ok(applied)
}

/// Claims the document's id; returns the receipt of the same document when it was filed before.
pub(crate) async fn begin(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    content: &Content,
) -> Result<Option<Receipt>> {
    let FilingContext { caller, id, kind, sent, fingerprint, now, .. } = filing;
    let participant = caller.participant;
    if let Some(number) = participant {
        let own = registry::find_participant(tx, number).await?;
        if own.is_none_or(|own| own.blocked_at.is_some()) {
            return Err(Error::Forbidden("participant-blocked"));
        }
    }
    let account = caller.account;
    let new = NewDocument { id, kind, participant, account, at: now, fingerprint, sent, content };
    let Some(filed) = store::insert_document(tx, &new).await? else { return Ok(None) };
    if filed.kind == kind && filed.fingerprint == fingerprint {
        Ok(Some(Receipt { id, kind: filed.kind, units: filed.units, at: filed.at, seal: None }))
    } else {
        Err(Error::Conflict("id-taken", vec![FieldFault::new("id", "field-id-taken")]))
    }
}

/// Keeps what a document was about, and a line of the audit.
pub(crate) async fn finish(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    selection: &Selection,
    packs: &[i64],
    mut details: Value,
) -> Result<Receipt> {
    let FilingContext { caller, id, kind, now, .. } = filing;
    let units = selection.units();
    store::append_units(tx, id, units, &merged(selection.ranges()), packs).await?;
    details["units"] = json!(units);
    let (action, object) = (format!("documents.{kind}"), format!("document:{id}"));
    let entry = audit::Entry { at: now, actor: caller.actor, action: &action, object, result: "done", details };
    audit::append(tx, &entry).await?;
    Ok(Receipt {
        id,
        kind: kind.to_owned(),
        units: u32::try_from(units).map_err(Error::internal)?,
        at: now,
        seal: None,
    })
}

/// Finds the units that a document names, and locks the packs by which it names them.
pub(crate) async fn find(
    tx: &Transaction<'_>,
    named: NamedUnits,
    author: Option<i32>,
) -> Result<(Selection, ledger::Units)> {
    let (selection, packs) = match named {
        NamedUnits::Packs(numbers) => {
            let held = ledger::hold_packs(tx, &numbers, author).await?;
            let (named, locked) = held.map_err(|refused| packs_refused(Naming::Packs, refused))?;
            let ranges = ledger::ranges_inside(tx, &locked, &numbers).await?;
            (Selection::new(Naming::Packs, ranges)?, named)
        }
        NamedUnits::OfDocument { id, .. } => {
            let columns = store::list_packs(tx, id).await?;
            let locked = ledger::lock_packs(tx, &columns).await?;
            let named = locked.into_iter().filter(|pack| columns.contains(&sscc_column(pack.sscc))).collect();
            (Selection::new(Naming::Whole, store::list_ranges(tx, id).await?)?, named)
        }
        NamedUnits::Codes(_) | NamedUnits::Ranges(_) => (find_units(tx, named).await?, Vec::new()),
    };
    let units = ledger::Units { ranges: selection.ranges().to_vec(), named: packs };
    Ok((selection, units))
}

/// Packs that can't be acted on, at the places that named them.
pub(crate) fn packs_refused(naming: Naming, refused: Vec<(usize, PackRefusal)>) -> Error {
    let slug = |why| match why {
        PackRefusal::Unknown => "field-unknown-pack",
        PackRefusal::Opened => "field-pack-opened",
        PackRefusal::NotAGroupPack => "field-not-a-group-pack",
        PackRefusal::AlreadyPacked => "field-already-packed",
    };
    let fault = |(position, why)| FieldFault::new(naming.place(position), slug(why));
    Error::Invalid(refused.into_iter().map(fault).collect())
}

/// Finds units that are named one by one or by range; refuses other ways.
pub(crate) async fn find_units(tx: &Transaction<'_>, named: NamedUnits) -> Result<Selection> {
    match named {
        NamedUnits::Codes(places) => {
            let resolved = codes::resolve_many(tx, &places).await?;
            let unknown = resolved.iter().enumerate().filter(|(_, place)| place.is_none());
            let faults: Vec<_> =
                unknown.map(|(at, _)| FieldFault::new(Naming::Codes.place(at), "field-unknown-code")).collect();
            if !faults.is_empty() {
                return Err(Error::invalid(faults, MAX_FAULTS));
            }
            let places = resolved.iter().enumerate().filter_map(|(at, place)| Some((place.as_ref()?, at)));
            Selection::new(Naming::Codes, ranges_of(places.map(|(place, at)| (place.order, place.index, at))))
        }
        NamedUnits::Ranges(ranges) => Selection::new(Naming::Ranges, units_of_ranges(tx, &ranges).await?),
        NamedUnits::Packs(_) | NamedUnits::OfDocument { .. } => Err(known::no_packs()),
    }
}

async fn units_of_ranges(tx: &Transaction<'_>, ranges: &[Range]) -> Result<Vec<UnitRange>> {
    let mut ids: Vec<Uuid> = ranges.iter().map(|range| range.order).collect();
    ids.sort_unstable();
    ids.dedup();
    let orders = codes::find_orders_by_id(tx, &ids).await?;
    let orders: BTreeMap<Uuid, &Order> = orders.iter().map(|order| (order.id, order)).collect();
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (position, range) in ranges.iter().enumerate() {
        match check_range(range, orders.get(&range.order).copied()) {
            Ok((order, first, last)) => found.push(UnitRange { order, first, last, position }),
            Err((field, slug, most)) => {
                let place = format!("{}.{field}", Naming::Ranges.place(position));
                // People count from 1.
                let args = [("min", range.first.saturating_add(1).min(most).into()), ("max", most.into())];
                faults.push(FieldFault::with(place, slug, if most > 0 { &args } else { &[] }));
            }
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::invalid(faults, MAX_FAULTS)) }
}

/// A range within its order, or the field that is wrong, why, and the highest number there is.
fn check_range(range: &Range, order: Option<&Order>) -> Result<(u32, u32, u32), (&'static str, &'static str, u32)> {
    let Some(order) = order else { return Err(("order", "field-unknown-order", 0)) };
    if range.first <= range.last && range.last < order.quantity {
        Ok((order.number, range.first, range.last))
    } else {
        Err(("last", "field-number-out-of-range", order.quantity))
    }
}

/// The refusal of a document by its units: the first of them one by one as data, the others counted. Of the caller's own it
/// names the status and since when they have it; of another's it says nothing.
pub(crate) async fn refusal(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    naming: Naming,
    refused: &Refusals,
) -> Result<Error> {
    let listed: Vec<_> = refused.each().take(MAX_FAULTS).collect();
    let mut numbers: Vec<u32> = listed.iter().map(|(_, order, ..)| *order).collect();
    numbers.dedup();
    let orders = codes::find_orders(tx, &numbers).await?;
    let is_own = |why: Refusal| !matches!(why, Refusal::NotOwned | Refusal::OrderNotApproved);
    let own: Vec<(u32, u32)> =
        listed.iter().filter(|(.., why)| is_own(*why)).map(|(_, order, index, _)| (*order, *index)).collect();
    let since = store::find_last(tx, &own).await?;
    let unit = |number: u32, index: u32, why: Refusal| {
        let order = orders.iter().find(|order| order.number == number).filter(|_| is_own(why))?;
        let status = if let Refusal::OutOfOrder(status) = why { Some(status.slug()) } else { None };
        Some(FaultyUnit {
            gtin: order.gtin.to_string(),
            serial: serial_of(filing.keys, order, index),
            index,
            number: index + 1,
            status,
            since: since.get(&(number, index)).copied(),
        })
    };
    let units = listed.iter().map(|(_, order, index, why)| unit(*order, *index, *why)).collect();
    worded(naming, refused, units)
}

/// The words of a refusal, given the data of the units that are listed; its slug is that of the first unit.
fn worded(naming: Naming, refused: &Refusals, units: Vec<Option<FaultyUnit>>) -> Result<Error> {
    let first = refused.each().next().map(|(.., why)| why);
    let slug = match first {
        Some(Refusal::Missing) | None => return Err(Error::internal("a unit of an order that no segment has")),
        // The order is refused as a whole: one fault for each item of the list that names its units.
        Some(Refusal::OrderNotApproved) => {
            let positions: BTreeSet<usize> = refused.ranges().iter().map(|refused| refused.range.position).collect();
            let fault = |position| FieldFault::new(naming.place(position), "field-order-not-approved");
            return Ok(Error::Conflict("order-not-approved", positions.into_iter().map(fault).collect()));
        }
        Some(Refusal::NotOwned) => "not-owned",
        Some(Refusal::OutOfOrder(_) | Refusal::Recalled | Refusal::Expired) => "out-of-order",
    };
    let faults = refused.each().zip(units).map(|((position, _, index, why), unit)| {
        let fault = unit_fault(naming.place(position), index, why);
        match unit {
            Some(unit) => fault.of_unit(unit),
            None => fault,
        }
    });
    let faults: Vec<_> = faults.collect();
    let omitted = refused.units() - faults.len() as u64;
    Ok(Error::Conflict(slug, faults).omitting(omitted))
}

fn unit_fault(place: String, index: u32, why: Refusal) -> FieldFault {
    let number = ("number", (index + 1).into());
    match why {
        Refusal::NotOwned | Refusal::Missing => FieldFault::with(place, "field-not-owned", &[number]),
        Refusal::OrderNotApproved => FieldFault::new(place, "field-order-not-approved"),
        Refusal::Recalled => FieldFault::with(place, "field-recalled", &[number]),
        Refusal::Expired => FieldFault::with(place, "field-expired", &[number]),
        Refusal::OutOfOrder(status) => {
            let status = Arg::Message(format!("status-{status}").into());
            FieldFault::with(place, "field-out-of-order", &[number, ("status", status)])
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::layout::Group;
    use marking::seal::KeyId;
    use marking::status::Status;
    use proptest::prelude::*;

    use super::*;
    use crate::codes::OrderState;

    fn order(number: u32, participant: i32) -> Order {
        Order {
            number,
            id: Uuid::from_u128(number.into()),
            gtin: "04870001234560".parse().unwrap(),
            participant,
            group: Group::Shoes,
            quantity: 10,
            first_place: None,
            key: KeyId::of_number(1),
            price_tenge: None,
            created_at: DateTime::UNIX_EPOCH,
            state: OrderState::Approved,
            decided_at: None,
            reason: None,
            exported_at: None,
            applied: 0,
        }
    }

    fn refusals(units: &[(usize, u32, Refusal)]) -> Refusals {
        let mut refused = Refusals::default();
        for (position, index, why) in units {
            refused.add(UnitRange { order: 1, first: *index, last: *index, position: *position }, *why);
        }
        refused
    }

    proptest! {
        /// A range is taken if it has an end behind its start and lies in its order, and refused by field otherwise.
        #[test]
        fn a_range_lies_within_its_order(first in 0..20_u32, last in 0..20_u32) {
            let range = Range { order: Uuid::from_u128(1), first, last };
            let order = order(1, 7);
            let checked = check_range(&range, Some(&order));
            if first <= last && last < 10 {
                prop_assert_eq!(checked, Ok((1, first, last)));
            } else {
                prop_assert_eq!(checked, Err(("last", "field-number-out-of-range", 10)));
            }
            prop_assert_eq!(check_range(&range, None), Err(("order", "field-unknown-order", 0)));
        }
    }

    #[test]
    fn a_refusal_names_each_unit_with_its_place_and_its_status() {
        let refused = refusals(&[
            (17, 511, Refusal::OutOfOrder(Status::Sold)),
            (18, 511, Refusal::Recalled),
            (19, 511, Refusal::Expired),
        ]);
        let Error::Conflict(slug, faults) = worded(Naming::Codes, &refused, vec![None; 3]).unwrap() else {
            panic!("a conflict")
        };
        let listed: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.slug)).collect();
        let expected = [
            ("units.codes[17]", "field-out-of-order"),
            ("units.codes[18]", "field-recalled"),
            ("units.codes[19]", "field-expired"),
        ];
        assert_eq!((slug, listed.as_slice()), ("out-of-order", &expected[..]));
        for language in locales::Language::ALL {
            let (message, sold) = (faults[0].message(language), locales::say(language, "status-sold", &[]));
            assert!(message.contains("512") && message.contains(&sold), "{message}");
        }
    }

    /// X4, A9: a refusal says of another's unit only that it is another's; units beyond the first hundred are counted.
    #[test]
    fn a_refusal_says_nothing_of_anothers_unit_and_counts_what_it_does_not_list() {
        let mut refused = Refusals::default();
        refused.add(UnitRange { order: 1, first: 3, last: 109, position: 0 }, Refusal::NotOwned);
        let error = worded(Naming::Ranges, &refused, vec![None; MAX_FAULTS]).unwrap();
        assert!(matches!(error, Error::Shortened(_, 7)), "the others are counted");
        let Error::Conflict("not-owned", faults) = error.refusal() else { panic!("not owned") };
        assert_eq!((faults[0].field.as_str(), faults[0].slug), ("units.ranges[0]", "field-not-owned"));
    }

    #[test]
    fn an_order_without_approval_is_one_fault_for_each_item_that_names_it() {
        let mut refused = Refusals::default();
        refused.add(UnitRange { order: 1, first: 0, last: 999_999, position: 2 }, Refusal::OrderNotApproved);
        let Error::Conflict("order-not-approved", faults) = worded(Naming::Ranges, &refused, Vec::new()).unwrap()
        else {
            panic!("a conflict")
        };
        let listed: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(listed, ["units.ranges[2]"]);
    }
}
