//! Packs in the caller's transaction: locked, filled, taken apart.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;

use super::pack::{self, Pack, PackRefusal};
use super::range::{UnitRange, ranges_of};
use super::store::{pack as packs, sscc_column};
use crate::platform::db::Transaction;
use crate::platform::jobs::{self, RefreshPacks};
use crate::platform::problem::{Error, Result};

/// Locks packs that a participant names (operators may name any); the packs in the order of the numbers, with those inside
/// them, or each that can't be acted on with its position.
pub(crate) async fn hold_packs(
    tx: &Transaction<'_>,
    numbers: &[Sscc],
    author: Option<i32>,
) -> Result<Result<(Vec<Pack>, Vec<Pack>), Vec<(usize, PackRefusal)>>> {
    let columns: Vec<i64> = numbers.iter().map(|number| sscc_column(*number)).collect();
    let locked = packs::lock_packs(tx, &columns).await?;
    let find = |number: &Sscc| locked.iter().find(|pack| pack.sscc == *number);
    let (mut named, mut refused) = (Vec::with_capacity(numbers.len()), Vec::new());
    for (position, number) in numbers.iter().enumerate() {
        let found = find(number);
        let why = match (author, found) {
            (Some(participant), found) => pack::refusal(found, participant),
            (None, Some(pack)) => pack::refusal(found, pack.owner),
            (None, None) => Some(PackRefusal::Unknown),
        };
        match (why, found) {
            (None, Some(pack)) => named.push(pack.clone()),
            (why, _) => refused.push((position, why.unwrap_or(PackRefusal::Unknown))),
        }
    }
    Ok(if refused.is_empty() { Ok((named, locked)) } else { Err(refused) })
}

/// Each pack that can't be put into a transport pack by a participant, with its position.
pub(crate) fn check_content(locked: &[Pack], numbers: &[Sscc], owner: i32) -> Vec<(usize, PackRefusal)> {
    let find = |number: &Sscc| locked.iter().find(|pack| pack.sscc == *number);
    let refusal = |(position, number)| Some((position, pack::refusal_as_content(find(number), owner)?));
    numbers.iter().enumerate().filter_map(refusal).collect()
}

/// The units inside packs, also inside the packs in them, by the position of the pack that was named.
pub(crate) async fn ranges_inside(tx: &Transaction<'_>, locked: &[Pack], numbers: &[Sscc]) -> Result<Vec<UnitRange>> {
    let mut positions: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, number) in numbers.iter().enumerate() {
        // A pack that is named beside the one around it is named twice, and so are its units.
        let inside = locked.iter().filter(|pack| pack.sscc == *number || pack.parent == Some(*number));
        inside.for_each(|pack| positions.entry(sscc_column(pack.sscc)).or_default().push(at));
    }
    let columns: Vec<i64> = positions.keys().copied().collect();
    let units = packs::list_units(tx, &columns).await?;
    let mut ranges = Vec::new();
    for inside in units.chunk_by(|one, other| one.0 == other.0) {
        for at in positions.get(&inside[0].0).into_iter().flatten() {
            ranges.extend(ranges_of(inside.iter().map(|(_, order, index)| (*order, *index, *at))));
        }
    }
    Ok(ranges)
}

/// Puts units into a pack. The caller has locked their segments and knows that none is packed.
pub(crate) async fn pack_units(tx: &Transaction<'_>, number: Sscc, ranges: &[UnitRange]) -> Result<()> {
    packs::insert_units(tx, number, ranges).await?;
    refresh_packs(tx, BTreeSet::from([sscc_column(number)])).await
}

/// Puts packs into a transport pack. The caller has locked them.
pub(crate) async fn pack_packs(tx: &Transaction<'_>, number: Sscc, content: &[Sscc]) -> Result<()> {
    let columns: Vec<i64> = content.iter().map(|number| sscc_column(*number)).collect();
    packs::set_parent(tx, &columns, Some(number)).await?;
    refresh_packs(tx, columns.into_iter().chain([sscc_column(number)]).collect()).await
}

/// Takes a locked pack apart: what was inside is in no pack any more, or, if it was packs, each of them is alone. A pack
/// inside another leaves that one.
pub(crate) async fn open_pack(tx: &Transaction<'_>, locked: &[Pack], number: Sscc, at: DateTime<Utc>) -> Result<()> {
    let column = sscc_column(number);
    let children = locked.iter().filter(|pack| pack.parent == Some(number)).map(|pack| sscc_column(pack.sscc));
    let mut changed: BTreeSet<i64> = children.chain([column]).collect();
    packs::empty(tx, &[column]).await?;
    let parents = packs::mark_opened(tx, &[column], at).await?;
    changed.extend(close_empty(tx, parents.into_iter().collect(), at).await?);
    refresh_packs(tx, changed).await
}

/// Leaves the refresh of packs' cards to the workers.
pub(super) async fn refresh_packs(tx: &Transaction<'_>, packs: BTreeSet<i64>) -> Result<()> {
    if packs.is_empty() {
        return Ok(());
    }
    let packs = packs.into_iter().map(u64::try_from).collect::<Result<_, _>>().map_err(Error::internal)?;
    jobs::append_refresh(tx, RefreshPacks { packs }).await
}

/// Marks packs in which nothing is left as taken apart, and the packs around them if that emptied them too. Returns
/// every pack that was given or marked.
pub(super) async fn close_empty(
    tx: &Transaction<'_>,
    packs: BTreeSet<i64>,
    at: DateTime<Utc>,
) -> Result<BTreeSet<i64>> {
    let mut changed = packs.clone();
    let mut left: Vec<i64> = packs.into_iter().collect();
    while !left.is_empty() {
        let empty = packs::find_empty(tx, &left).await?;
        left = packs::mark_opened(tx, &empty, at).await?;
        changed.extend(&left);
    }
    Ok(changed)
}
