//! Packing and taking apart: each a document with an id of its own, done as a whole or not at all.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::pack::{self, Level, Pack};
use super::perform::{
    Filing, Wanted, append_audit, begin, change_units, close_empty, find_runs, refresh_packs, runs_inside,
};
use super::seal_line::SealLine;
use super::store::operation;
use super::store::pack as packs;
use super::store::sscc_column;
use super::units::{Naming, Run, Selection};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry;

/// What goes into a pack.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Units, by codes or ranges.
    Units(Wanted),
    /// Group packs.
    Packs(Vec<Sscc>),
}

/// What packing or taking apart did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct PackReceipt {
    /// The client's own id of the document.
    pub(crate) id: Uuid,
    /// The pack.
    #[schema(value_type = String, example = "348700000000000013")]
    pub(crate) sscc: Sscc,
    /// How many units are, or were, inside.
    #[schema(example = 24)]
    pub(crate) units: u32,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// `not-checked` when one of its units was named without a seal, by GTIN and serial alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<SealLine>,
}

/// Puts units or group packs of a participant into a new pack of its own. The caller commits.
///
/// 422 when the SSCC isn't under a GS1 prefix of the participant, 409 `id-taken` when it served before, `already-packed` when a unit is in a pack, `not-owned` and
/// `out-of-order` for units that may not be packed.
pub(crate) async fn make_pack(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    sscc: Sscc,
    level: Level,
    content: Content,
) -> Result<PackReceipt> {
    let Filing { caller, id, now, .. } = filing;
    if let Some(filed) = begin(tx, filing).await? {
        return Ok(PackReceipt { id, sscc, units: filed.units, at: filed.at, seal: None });
    }
    let owner = caller.participant.ok_or(Error::Forbidden("forbidden"))?;
    check_prefix(tx, owner, sscc).await?;
    if !packs::insert_pack(tx, sscc, level, owner, now).await? {
        return Err(Error::Conflict("id-taken", vec![FieldFault::new("sscc", "field-id-taken")]));
    }
    let mut changed = BTreeSet::from([sscc_column(sscc)]);
    let selection = match content {
        Content::Units(wanted) => {
            let selection = find_runs(tx, wanted).await?;
            change_units(tx, filing, &selection, Some(owner)).await?;
            let runs = selection.merged();
            let packed = packs::find_packed(tx, &runs).await?;
            if !packed.is_empty() {
                return Err(already_packed(&selection, &packed));
            }
            packs::insert_units(tx, sscc, &runs).await?;
            selection
        }
        Content::Packs(numbers) => {
            let columns: Vec<i64> = numbers.iter().map(|number| sscc_column(*number)).collect();
            let locked = packs::lock_packs(tx, &columns).await?;
            check_content(&locked, &numbers, owner)?;
            let selection = Selection::new(Naming::Content, runs_inside(tx, &locked, &numbers).await?)?;
            change_units(tx, filing, &selection, Some(owner)).await?;
            packs::set_parent(tx, &columns, Some(sscc)).await?;
            changed.extend(columns);
            selection
        }
    };
    finish(tx, filing, sscc, &selection, changed).await
}

/// Refuses a number that isn't under a GS1 prefix of the participant: who has the prefix numbers packs under it.
async fn check_prefix(tx: &Transaction<'_>, owner: i32, sscc: Sscc) -> Result<()> {
    let owner = registry::find_participant(tx, owner).await?;
    let prefixes = owner.map(|owner| owner.gs1_prefixes).unwrap_or_default();
    if prefixes.is_empty() {
        Err(Error::field("sscc", "field-no-gs1-prefix"))
    } else if prefixes.iter().any(|prefix| prefix.covers(sscc)) {
        Ok(())
    } else {
        Err(Error::field("sscc", "field-not-your-prefix"))
    }
}

/// Takes a closed pack of the participant apart: what was inside is in no pack any more, or, if it was packs, each of
/// them stands alone. Inside another pack, it leaves that one. The caller commits.
///
/// 404 for a pack that isn't the participant's, 409 `pack-opened` for an open one, `out-of-order` while it is under way.
pub(crate) async fn open_pack(tx: &Transaction<'_>, filing: Filing<'_>, sscc: Sscc) -> Result<PackReceipt> {
    let Filing { caller, id, now, .. } = filing;
    let owner = caller.participant.ok_or(Error::Forbidden("forbidden"))?;
    if let Some(filed) = begin(tx, filing).await? {
        return Ok(PackReceipt { id, sscc, units: filed.units, at: filed.at, seal: None });
    }
    let column = sscc_column(sscc);
    let locked = packs::lock_packs(tx, &[column]).await?;
    let pack = locked.iter().find(|pack| pack.sscc == sscc);
    match pack::refusal(pack, owner) {
        None => {}
        Some("field-pack-opened") => return Err(Error::conflict("pack-opened")),
        Some(_) => return Err(Error::NotFound("unknown-pack")),
    }
    let selection = Selection::new(Naming::Whole, runs_inside(tx, &locked, &[sscc]).await?)?;
    change_units(tx, filing, &selection, Some(owner)).await?;
    let children = locked.iter().filter(|pack| pack.parent == Some(sscc)).map(|pack| sscc_column(pack.sscc));
    let mut changed: BTreeSet<i64> = children.chain([column]).collect();
    packs::empty(tx, &[column]).await?;
    let parents = packs::mark_opened(tx, &[column], now).await?;
    changed.extend(close_empty(tx, parents.into_iter().collect(), now).await?);
    finish(tx, filing, sscc, &selection, changed).await
}

async fn finish(
    tx: &Transaction<'_>,
    filing: Filing<'_>,
    sscc: Sscc,
    selection: &Selection,
    changed: BTreeSet<i64>,
) -> Result<PackReceipt> {
    let Filing { id, now, .. } = filing;
    let units = selection.units();
    operation::append_units(tx, id, units, &selection.merged(), &[sscc_column(sscc)]).await?;
    refresh_packs(tx, changed).await?;
    append_audit(tx, filing, "done", serde_json::json!({ "pack": sscc, "units": units })).await?;
    Ok(PackReceipt { id, sscc, units: u32::try_from(units).map_err(Error::internal)?, at: now, seal: None })
}

/// Each group pack that can't be put into a transport pack.
fn check_content(locked: &[Pack], numbers: &[Sscc], owner: i32) -> Result<()> {
    let mut faults = Vec::new();
    for (position, number) in numbers.iter().enumerate() {
        let pack = locked.iter().find(|pack| pack.sscc == *number);
        if let Some(slug) = pack::refusal_as_content(pack, owner) {
            faults.push(FieldFault::new(Naming::Content.place(position), slug));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Units that lie in a pack already, at the places that named them.
fn already_packed(selection: &Selection, packed: &[(u32, u32)]) -> Error {
    let mut positions = BTreeSet::new();
    for (order, index) in packed {
        let holds = |run: &&Run| run.order == *order && (run.first..=run.last).contains(index);
        positions.extend(selection.runs().iter().find(holds).map(|run| run.position));
    }
    let fault = |position| FieldFault::new(selection.naming().place(position), "field-already-packed");
    Error::Conflict("already-packed", positions.into_iter().map(fault).collect())
}
