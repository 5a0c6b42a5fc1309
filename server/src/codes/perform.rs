//! One document, one transaction: its units are found, held, checked each, changed, and what must happen next is
//! left to the workers. All of it, or nothing.
//!
//! Everybody takes what a document needs in one order: the document's id, packs by number, segments by order and
//! number, and last the order's row where a new set of particulars or a new holder is numbered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use locales::Arg;
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::deed::Deed;
use super::emission::serial_of;
use super::order::Order;
use super::pack::{self, Pack};
use super::particulars::{Import, Particulars, ReleaseFacts, unfit};
use super::place::Place;
use super::seal_line::SealLine;
use super::sheet::{self, Claim, Refusal, Refusals, Refused, Terms};
use super::store::operation::{self, NewOperation};
use super::store::pack as packs;
use super::store::{order as orders, segment, sscc_column};
use super::units::{MAX_FAULTS, Naming, Range, Run, Selection, runs_of};
use crate::auth::Caller;
use crate::http::known;
use crate::keys::KeySet;
use crate::platform::audit;
use crate::platform::db::Transaction;
use crate::platform::jobs::{self, Job};
use crate::platform::problem::{Error, FaultyUnit, FieldFault, Result};
use crate::registry;

/// A document that is filed.
#[derive(Clone, Copy)]
pub(crate) struct Filing<'a> {
    /// By whom.
    pub(crate) caller: &'a Caller,
    /// The client's own id of it.
    pub(crate) id: Uuid,
    /// What it does.
    pub(crate) deed: &'a Deed,
    /// What else it says.
    pub(crate) details: &'a Value,
    /// SHA-256 of what was sent.
    pub(crate) fingerprint: &'a [u8],
    /// When.
    pub(crate) now: DateTime<Utc>,
    /// What makes serials, to name units that stand against it.
    pub(crate) keys: &'a KeySet,
}

impl std::fmt::Debug for Filing<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Filing").field("id", &self.id).field("deed", &self.deed).finish_non_exhaustive()
    }
}

/// The units of a document, as far as its text tells.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Codes that were read: products and places, by position in the list.
    Codes(Vec<(Option<Gtin>, Place)>),
    /// Ranges of orders.
    Ranges(Vec<Range>),
    /// Packs with all that is inside.
    Packs(Vec<Sscc>),
    /// What an earlier document was about, and the packs that it named; whose they are.
    Document {
        /// The earlier document.
        id: Uuid,
        /// Whose units they must be.
        holder: i32,
    },
}

/// What a filed document did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DocumentReceipt)]
pub(crate) struct Receipt {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// What it did: `apply`, `release`, `sell` …
    #[schema(example = "release")]
    pub(crate) kind: String,
    /// To how many units.
    #[schema(example = 250)]
    pub(crate) units: u32,
    /// When it was filed.
    pub(crate) at: DateTime<Utc>,
    /// `not-checked` when one of its units was named without a seal, by GTIN and serial alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<SealLine>,
}

/// What a document was about, found and held.
struct Found {
    selection: Selection,
    /// The packs that it named.
    named: Vec<Pack>,
    /// The packs in which its units lie, where it takes them out.
    around: Vec<i64>,
}

/// Files a document and does what it says; the same document again is the same answer. The caller commits.
///
/// 409 `id-taken` when another document has the id; 409 `not-owned`, `out-of-order` and the like with the place of
/// each unit that stands against it; 422 when its units can't be found.
pub(crate) async fn perform(tx: &Transaction<'_>, filing: Filing<'_>, wanted: Wanted) -> Result<Receipt> {
    let Filing { caller, id, deed, now, .. } = filing;
    if let Some(receipt) = begin(tx, filing).await? {
        return Ok(receipt);
    }
    bind_declaration(tx, deed).await?;
    let acting = match wanted {
        Wanted::Document { holder, .. } => Some(holder),
        _ => caller.participant,
    };
    let found = find(tx, filing, wanted, acting).await?;
    let changed = change_units(tx, filing, &found.selection, acting).await?;
    let repacked = change_packs(tx, filing, &found).await?;
    let runs = found.selection.merged();
    let named: Vec<i64> = found.named.iter().map(|pack| sscc_column(pack.sscc)).collect();
    let units = found.selection.units();
    operation::append_units(tx, id, units, &runs, &named).await?;
    let orders = changed.len();
    for (order, segments) in changed {
        jobs::append(tx, &Job::RefreshOrder { order, segments }).await?;
    }
    refresh_packs(tx, repacked).await?;
    append_audit(tx, filing, "done", json!({ "units": units, "orders": orders })).await?;
    let units = u32::try_from(units).map_err(Error::internal)?;
    Ok(Receipt { id, kind: deed.slug().to_owned(), units, at: now, seal: None })
}

/// Holds the number of a release's customs declaration for its importer: a declaration is one importer's, and serves
/// several of their releases. 422 when it is another's.
async fn bind_declaration(tx: &Transaction<'_>, deed: &Deed) -> Result<()> {
    let Deed::Release(ReleaseFacts { import: Some(Import { importer, declaration: Some(declaration) }), .. }) = deed
    else {
        return Ok(());
    };
    if operation::hold_declaration(tx, &declaration.number, *importer).await? == *importer {
        Ok(())
    } else {
        Err(Error::field("declaration_number", "field-declaration-of-another"))
    }
}

/// Refuses a release that lacks facts which its goods need, or states some that they can't have.
async fn check_facts(tx: &Transaction<'_>, facts: &ReleaseFacts, orders: &[Order]) -> Result<()> {
    let goods: Vec<Gtin> = orders.iter().map(|order| order.gtin).collect();
    let stated = facts.stated();
    let mut faults = registry::Faults::default();
    for product in registry::find_products(tx, &goods).await?.values() {
        registry::check_release(product, &stated, &mut faults);
    }
    faults.refuse()
}

/// Takes the document's id; returns the receipt of the same document when it was filed before.
pub(crate) async fn begin(tx: &Transaction<'_>, filing: Filing<'_>) -> Result<Option<Receipt>> {
    let Filing { caller, id, deed, details, fingerprint, now, .. } = filing;
    let participant = caller.participant;
    if let Some(number) = participant {
        let own = registry::find_participant(tx, number).await?;
        if own.is_none_or(|own| own.blocked_at.is_some()) {
            return Err(Error::Forbidden("participant-blocked"));
        }
    }
    let (kind, account) = (deed.slug(), caller.account);
    let new = NewOperation { id, kind, participant, account, at: now, fingerprint, details };
    let Some(filed) = operation::insert_operation(tx, &new).await? else { return Ok(None) };
    if filed.kind == kind && filed.fingerprint == fingerprint {
        Ok(Some(Receipt { id, kind: filed.kind, units: filed.units, at: filed.at, seal: None }))
    } else {
        Err(Error::Conflict("id-taken", vec![FieldFault::new("id", "field-id-taken")]))
    }
}

/// Writes down in the audit what became of a document.
pub(crate) async fn append_audit(
    db: &impl crate::platform::db::GenericClient,
    filing: Filing<'_>,
    result: &str,
    details: Value,
) -> Result<()> {
    let action = format!("codes.{}", filing.deed.slug());
    let object = format!("document:{}", filing.id);
    let entry = audit::Entry { at: filing.now, actor: filing.caller.actor, action: &action, object, result, details };
    audit::append(db, &entry).await
}

/// Leaves the refresh of packs' cards to the workers.
pub(crate) async fn refresh_packs(tx: &Transaction<'_>, packs: BTreeSet<i64>) -> Result<()> {
    if packs.is_empty() {
        return Ok(());
    }
    let packs = packs.into_iter().map(u64::try_from).collect::<Result<_, _>>().map_err(Error::internal)?;
    jobs::append(tx, &Job::RefreshPacks { packs }).await
}

/// Finds the units of a document, and takes the packs that it changes.
async fn find(tx: &Transaction<'_>, filing: Filing<'_>, wanted: Wanted, acting: Option<i32>) -> Result<Found> {
    match wanted {
        Wanted::Packs(numbers) => {
            let columns: Vec<i64> = numbers.iter().map(|number| sscc_column(*number)).collect();
            let locked = packs::lock_packs(tx, &columns).await?;
            let named = owned_packs(&locked, &numbers, acting, |at| Naming::Packs.place(at))?;
            let runs = runs_inside(tx, &locked, &numbers).await?;
            Ok(Found { selection: Selection::new(Naming::Packs, runs)?, named, around: Vec::new() })
        }
        Wanted::Document { id, .. } => {
            let columns = operation::list_packs(tx, id).await?;
            let locked = packs::lock_packs(tx, &columns).await?;
            let named = locked.into_iter().filter(|pack| columns.contains(&sscc_column(pack.sscc))).collect();
            let runs = operation::list_ranges(tx, id).await?;
            Ok(Found { selection: Selection::new(Naming::Whole, runs)?, named, around: Vec::new() })
        }
        Wanted::Codes(_) | Wanted::Ranges(_) => {
            let selection = find_runs(tx, wanted).await?;
            by_units(tx, filing, selection).await
        }
    }
}

/// Finds units that are named one by one or by range; refuses other ways.
pub(crate) async fn find_runs(tx: &Transaction<'_>, wanted: Wanted) -> Result<Selection> {
    match wanted {
        Wanted::Codes(places) => {
            let resolved = orders::resolve_many(tx, &places).await?;
            let unknown = resolved.iter().enumerate().filter(|(_, place)| place.is_none());
            let mut omitted = 0;
            let mut faults = Vec::new();
            for (at, _) in unknown {
                if faults.len() < MAX_FAULTS {
                    faults.push(FieldFault::new(Naming::Codes.place(at), "field-unknown-code"));
                } else {
                    omitted += 1;
                }
            }
            if !faults.is_empty() {
                return Err(Error::Invalid(faults).omitting(omitted));
            }
            let places = resolved.iter().enumerate().filter_map(|(at, place)| Some((place.as_ref()?, at)));
            Selection::new(Naming::Codes, runs_of(places.map(|(place, at)| (place.order, place.index, at))))
        }
        Wanted::Ranges(ranges) => Selection::new(Naming::Ranges, runs_of_ranges(tx, &ranges).await?),
        Wanted::Packs(_) | Wanted::Document { .. } => Err(known::no_packs()),
    }
}

/// Units that are named without their packs, and the packs that they leave.
async fn by_units(tx: &Transaction<'_>, filing: Filing<'_>, selection: Selection) -> Result<Found> {
    let around = if filing.deed.takes_out_of_packs() {
        let around = packs::find_packs_of(tx, &selection.merged()).await?;
        packs::lock_packs(tx, &around).await?;
        around
    } else {
        Vec::new()
    };
    Ok(Found { selection, named: Vec::new(), around })
}

/// The packs that were named, if all of them are the participant's and closed.
pub(crate) fn owned_packs(
    locked: &[Pack],
    numbers: &[Sscc],
    acting: Option<i32>,
    place: impl Fn(usize) -> String,
) -> Result<Vec<Pack>> {
    let find = |number: &Sscc| locked.iter().find(|pack| pack.sscc == *number);
    let mut faults = Vec::new();
    for (position, number) in numbers.iter().enumerate() {
        // The operator, who acts for nobody, may name anybody's packs.
        let owner = acting.or(find(number).map(|pack| pack.owner)).unwrap_or_default();
        if let Some(slug) = pack::refusal(find(number), owner) {
            faults.push(FieldFault::new(place(position), slug));
        }
    }
    if faults.is_empty() { Ok(numbers.iter().filter_map(find).cloned().collect()) } else { Err(Error::Invalid(faults)) }
}

/// The units inside packs, also inside the packs in them, by the position of the pack that was named.
pub(crate) async fn runs_inside(tx: &Transaction<'_>, locked: &[Pack], numbers: &[Sscc]) -> Result<Vec<Run>> {
    let mut positions: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, number) in numbers.iter().enumerate() {
        // A pack that is named beside the one around it is named twice, and so are its units.
        let inside = locked.iter().filter(|pack| pack.sscc == *number || pack.parent == Some(*number));
        inside.for_each(|pack| positions.entry(sscc_column(pack.sscc)).or_default().push(at));
    }
    let columns: Vec<i64> = positions.keys().copied().collect();
    let units = packs::list_units(tx, &columns).await?;
    let mut runs = Vec::new();
    for inside in units.chunk_by(|one, other| one.0 == other.0) {
        for at in positions.get(&inside[0].0).into_iter().flatten() {
            runs.extend(runs_of(inside.iter().map(|(_, order, index)| (*order, *index, *at))));
        }
    }
    Ok(runs)
}

async fn runs_of_ranges(tx: &Transaction<'_>, ranges: &[Range]) -> Result<Vec<Run>> {
    let mut ids: Vec<Uuid> = ranges.iter().map(|range| range.order).collect();
    ids.sort_unstable();
    ids.dedup();
    let orders = orders::find_orders_by_id(tx, &ids).await?;
    let orders: BTreeMap<Uuid, &Order> = orders.iter().map(|order| (order.id, order)).collect();
    let (mut runs, mut faults) = (Vec::new(), Vec::new());
    for (position, range) in ranges.iter().enumerate() {
        match check_range(range, orders.get(&range.order).copied()) {
            Ok((order, first, last)) => runs.push(Run { order, first, last, position }),
            Err((field, slug, most)) => {
                let place = format!("{}.{field}", Naming::Ranges.place(position));
                // People count from 1.
                let args = [("min", range.first.saturating_add(1).min(most).into()), ("max", most.into())];
                faults.push(FieldFault::with(place, slug, if most > 0 { &args } else { &[] }));
            }
        }
    }
    if faults.is_empty() { Ok(runs) } else { Err(Error::invalid(faults, MAX_FAULTS)) }
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

/// Whose units of an order the deed may touch.
fn claim(deed: &Deed, acting: Option<i32>, order: &Order, holders: &BTreeMap<u32, u16>) -> Claim {
    let is_orderer = acting == Some(order.participant);
    match (deed, acting) {
        // The operator recalls anything; who ordered the codes answers for the goods, wherever they are by now.
        (Deed::Recall(_) | Deed::LiftRecall, None) => Claim::Anyone,
        (Deed::Recall(_) | Deed::LiftRecall, Some(_)) if is_orderer => Claim::Anyone,
        (Deed::Recall(_) | Deed::LiftRecall, Some(_)) | (_, None) => Claim::Nobody,
        (_, Some(_)) if is_orderer => Claim::Holder(0),
        (_, Some(_)) => holders.get(&order.number).map_or(Claim::Nobody, |number| Claim::Holder(*number)),
    }
}

/// Checks and changes every unit; returns the segments that changed, by order.
pub(crate) async fn change_units(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    selection: &Selection,
    acting: Option<i32>,
) -> Result<Vec<(u32, Vec<u32>)>> {
    let deed = filing.deed;
    let touched: Vec<(u32, Vec<u32>, &[Run])> =
        selection.by_order().map(|(order, runs)| (order, sheet::segments_of(runs), runs)).collect();
    let wanted: Vec<(u32, u32)> =
        touched.iter().flat_map(|(order, numbers, _)| numbers.iter().map(|number| (*order, *number))).collect();
    let numbers: Vec<u32> = touched.iter().map(|(order, ..)| *order).collect();
    segment::lock_segments(tx, &wanted).await?;
    // After the segments: an order that holds some can't be voided any more.
    let orders = orders::find_orders(tx, &numbers).await?;
    check_usable(selection, &orders, acting)?;
    let holders = match acting {
        Some(participant) => segment::find_holders(tx, &numbers, participant).await?,
        None => BTreeMap::new(),
    };
    let today = locales::format::date_in_kazakhstan(filing.now);
    let mut refused = Refusals::default();
    let mut changed = Vec::new();
    for (order, (number, segments, runs)) in orders.iter().zip(touched) {
        if order.number != number {
            return Err(Error::internal(format!("there is no order {number}")));
        }
        let claim = claim(deed, acting, order, &holders);
        change_order(tx, filing, order, runs, &segments, claim, today, &mut refused).await?;
        if deed.changes_units() {
            changed.push((number, segments));
        }
    }
    if !refused.told.is_empty() {
        let units = name_units(tx, filing.keys, &orders, &refused).await?;
        return Err(refusal(selection.naming(), &refused, units));
    }
    if let Deed::Release(facts) = deed {
        check_facts(tx, facts, &orders).await?;
    }
    Ok(changed)
}

/// Checks and changes the units of one order, whose segments are held.
#[expect(clippy::too_many_arguments, reason = "all of it is needed for each order, and nowhere else")]
async fn change_order(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    order: &Order,
    runs: &[Run],
    segments: &[u32],
    claim: Claim,
    today: NaiveDate,
    refused: &mut Refusals,
) -> Result<()> {
    let deed = filing.deed;
    let known = segment::list_particulars(tx, order.number).await?;
    let hands_to = match deed {
        Deed::Accept { receiver } if *receiver == order.participant => Some(0),
        Deed::Accept { receiver } => Some(segment::number_holder(tx, order.number, *receiver).await?),
        _ => None,
    };
    let terms =
        Terms { event: deed.event(), barred: deed.barred(), claim, hands_to, unfit: unfit(deed, &known, today) };
    let mut sheets = segment::read_segments(tx, order.number, segments).await?;
    let seen = sheet::change(&mut sheets, runs, &terms, refused).map_err(Error::internal)?;
    if !refused.told.is_empty() || !deed.changes_units() {
        return Ok(());
    }
    let none = Particulars::default();
    let after = |number: &u16| {
        let before = known.get(number).unwrap_or(&none);
        let after = before.after(deed);
        (after != *before).then_some((*number, after))
    };
    let (old, sets): (Vec<u16>, Vec<Particulars>) = seen.particulars.iter().filter_map(after).unzip();
    let new = segment::number_particulars(tx, order.number, &sets).await?;
    let numbers: BTreeMap<u16, u16> = old.into_iter().zip(new).collect();
    sheet::renumber(&mut sheets, runs, &numbers).map_err(Error::internal)?;
    if seen.applied > 0 {
        orders::note_applied(tx, order.number, seen.applied, filing.now).await?;
    }
    segment::write_segments(tx, &sheets).await
}

/// Refuses units of orders that wait for approval, were refused or voided. To others than the orderer and operators
/// they are units that aren't theirs, like all others.
fn check_usable(selection: &Selection, orders: &[Order], acting: Option<i32>) -> Result<()> {
    let is_barred = |order: &&Order| order.check_usable().is_err() && acting.is_none_or(|own| own == order.participant);
    let barred: BTreeSet<u32> = orders.iter().filter(is_barred).map(|order| order.number).collect();
    let positions: BTreeSet<usize> =
        selection.runs().iter().filter(|run| barred.contains(&run.order)).map(|run| run.position).collect();
    if positions.is_empty() {
        return Ok(());
    }
    let fault = |position| FieldFault::new(selection.naming().place(position), "field-order-not-approved");
    Err(Error::Conflict("order-not-approved", positions.into_iter().map(fault).collect()))
}

/// The units that stand against a document as data: of the caller's own the status, and since when they have it. Nothing
/// is said of another's.
async fn name_units(
    tx: &Transaction<'_>,
    keys: &KeySet,
    orders: &[Order],
    refused: &Refusals,
) -> Result<Vec<Option<FaultyUnit>>> {
    let own = refused.told.iter().filter(|refused| refused.why != Refusal::NotOwned);
    let own: Vec<(u32, u32)> = own.map(|refused| (refused.order, refused.index)).collect();
    let since = operation::find_last(tx, &own).await?;
    let name = |refused: &Refused| {
        let order = orders.iter().find(|order| order.number == refused.order)?;
        let status = match refused.why {
            Refusal::NotOwned => return None,
            Refusal::OutOfOrder(status) => Some(status.slug()),
            Refusal::Recalled | Refusal::Expired => None,
        };
        Some(FaultyUnit {
            gtin: order.gtin.to_string(),
            serial: serial_of(keys, order, refused.index),
            index: refused.index,
            number: refused.index + 1,
            status,
            since: since.get(&(refused.order, refused.index)).copied(),
        })
    };
    Ok(refused.told.iter().map(name).collect())
}

/// The refusal of a document: its slug is that of the first unit's.
fn refusal(naming: Naming, refused: &Refusals, units: Vec<Option<FaultyUnit>>) -> Error {
    let fault = |refused: &Refused| {
        let place = naming.place(refused.position);
        let number = ("number", (refused.index + 1).into());
        match refused.why {
            Refusal::NotOwned => FieldFault::with(place, "field-not-owned", &[number]),
            Refusal::Recalled => FieldFault::with(place, "field-recalled", &[number]),
            Refusal::Expired => FieldFault::with(place, "field-expired", &[number]),
            Refusal::OutOfOrder(status) => {
                let status = Arg::Message(format!("status-{status}").into());
                FieldFault::with(place, "field-out-of-order", &[number, ("status", status)])
            }
        }
    };
    let faults = refused.told.iter().zip(units).map(|(refused, unit)| match unit {
        Some(unit) => fault(refused).of_unit(unit),
        None => fault(refused),
    });
    let slug = match refused.told.first().map(|refused| refused.why) {
        Some(Refusal::NotOwned) => "not-owned",
        _ => "out-of-order",
    };
    Error::Conflict(slug, faults.collect()).omitting(refused.omitted)
}

/// Changes the packs that a document named or took units out of; returns those whose cards changed.
async fn change_packs(tx: &Transaction<'_>, filing: Filing<'_>, found: &Found) -> Result<BTreeSet<i64>> {
    let Filing { deed, now, .. } = filing;
    let mut changed = BTreeSet::new();
    if let Deed::Accept { receiver } = deed {
        let named: Vec<i64> = found.named.iter().map(|pack| sscc_column(pack.sscc)).collect();
        changed.extend(packs::set_owner(tx, &named, *receiver).await?);
    } else if deed.takes_out_of_packs() {
        let inside: Vec<i64> =
            found.named.iter().filter(|pack| pack.parent.is_some()).map(|pack| sscc_column(pack.sscc)).collect();
        let parents: BTreeSet<i64> = found.named.iter().filter_map(|pack| pack.parent).map(sscc_column).collect();
        if !inside.is_empty() {
            packs::set_parent(tx, &inside, None).await?;
            changed.extend(inside);
            changed.extend(close_empty(tx, parents, now).await?);
        }
        if !found.around.is_empty() {
            packs::take_out(tx, &found.selection.merged()).await?;
            changed.extend(close_empty(tx, found.around.iter().copied().collect(), now).await?);
        }
    }
    Ok(changed)
}

/// Marks packs in which nothing is left as taken apart, and the packs around them if that emptied them too. Returns
/// every pack that was given or marked.
pub(crate) async fn close_empty(
    tx: &Transaction<'_>,
    packs: BTreeSet<i64>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<i64>> {
    let mut changed = packs.clone();
    let mut left: Vec<i64> = packs.into_iter().collect();
    while !left.is_empty() {
        let empty = packs::find_empty(tx, &left).await?;
        left = packs::mark_opened(tx, &empty, now).await?;
        changed.extend(&left);
    }
    Ok(changed)
}

#[cfg(test)]
mod tests;
