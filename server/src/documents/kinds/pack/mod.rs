//! Packs: made, taken apart, shown with all that is inside (D1.4). Making and taking apart are documents.

mod http;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use marking::status::Status;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::codes::SealLine;
use crate::documents::filing::{FilingContext, NamedUnits, apply, begin, find_units, finish, packs_refused, refusal};
use crate::documents::http::none;
use crate::documents::kind::{Content as DocumentContent, KindEntry};
use crate::documents::selection::Selection;
use crate::documents::units::Naming;
use crate::ledger::{self, Effect, Level, PackRefusal, UnitRange, sscc_column};
use crate::platform::db::Transaction;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry;

/// The kind of a document that makes a pack.
pub(crate) const PACK: &str = "pack";
/// Where it is sent to.
const PACK_ROUTE: &str = "/v1/packs";
/// The kind of a document that takes one apart.
pub(crate) const UNPACK: &str = "unpack";
/// Where it is sent to.
const UNPACK_ROUTE: &str = "/v1/packs/{sscc}/open";

inventory::submit! {
    KindEntry {
        slug: PACK,
        route: PACK_ROUTE,
        effects: || vec![(None, Effect::check(NOT_PACKED))],
        routes: http::routes,
    }
}
inventory::submit! {
    KindEntry { slug: UNPACK, route: UNPACK_ROUTE, effects: || vec![(None, Effect::check(NOT_UNPACKED))], routes: none }
}

/// Statuses of units that can't be packed: their label is on no goods, or they are gone or under a document (Q23).
const NOT_PACKED: &[Status] = &[
    Status::Emitted,
    Status::Shipped,
    Status::Sold,
    Status::Withdrawn,
    Status::Destroyed,
    Status::Lost,
    Status::WrittenOff,
];
/// Statuses of units whose pack can't be taken apart.
const NOT_UNPACKED: &[Status] = &[Status::Shipped];

/// What goes into a pack.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Units, by codes or ranges.
    Units(NamedUnits),
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
/// 422 when the SSCC isn't under a GS1 prefix of the participant, 409 `id-taken` when it served before, `already-packed`
/// when a unit is in a pack, `not-owned` and `out-of-order` for units that may not be packed.
pub(crate) async fn make_pack(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    sscc: Sscc,
    level: Level,
    content: Content,
) -> Result<PackReceipt> {
    let document = DocumentContent::of(Effect::check(NOT_PACKED), json!({ "sscc": sscc, "level": level }));
    if let Some(filed) = begin(tx, filing, &document).await? {
        return Ok(PackReceipt { id: filed.id, sscc, units: filed.units, at: filed.at, seal: None });
    }
    let owner = filing.caller.participant.ok_or(Error::Forbidden("forbidden"))?;
    check_prefix(tx, owner, sscc).await?;
    if !ledger::insert_pack(tx, sscc, level, owner, filing.now).await? {
        return Err(Error::Conflict("id-taken", vec![FieldFault::new("sscc", "field-id-taken")]));
    }
    let selection = match content {
        Content::Units(named) => {
            let selection = find_units(tx, named).await?;
            check_units(tx, filing, &document.effect, owner, &selection).await?;
            let packed = ledger::find_packed(tx, selection.ranges()).await?;
            if !packed.is_empty() {
                return Err(already_packed(&selection, &packed));
            }
            ledger::pack_units(tx, sscc, selection.ranges()).await?;
            selection
        }
        Content::Packs(numbers) => {
            let columns: Vec<i64> = numbers.iter().map(|number| sscc_column(*number)).collect();
            let locked = ledger::lock_packs(tx, &columns).await?;
            let refused = ledger::check_content(&locked, &numbers, owner);
            if !refused.is_empty() {
                return Err(packs_refused(Naming::Content, refused));
            }
            let ranges = ledger::ranges_inside(tx, &locked, &numbers).await?;
            let selection = Selection::new(Naming::Content, ranges)?;
            check_units(tx, filing, &document.effect, owner, &selection).await?;
            ledger::pack_packs(tx, sscc, &numbers).await?;
            selection
        }
    };
    receipt(tx, filing, sscc, &selection).await
}

/// Takes a closed pack of the participant apart: what was inside is in no pack any more, or, if it was packs, each of
/// them is alone. Inside another pack, it leaves that one. The caller commits.
///
/// 404 for a pack that isn't the participant's, 409 `pack-opened` for an open one, `out-of-order` while it is under way.
pub(crate) async fn open_pack(tx: &Transaction<'_>, filing: FilingContext<'_>, sscc: Sscc) -> Result<PackReceipt> {
    let owner = filing.caller.participant.ok_or(Error::Forbidden("forbidden"))?;
    let document = DocumentContent::of(Effect::check(NOT_UNPACKED), json!({ "sscc": sscc }));
    if let Some(filed) = begin(tx, filing, &document).await? {
        return Ok(PackReceipt { id: filed.id, sscc, units: filed.units, at: filed.at, seal: None });
    }
    let locked = match ledger::hold_packs(tx, &[sscc], Some(owner)).await? {
        Ok((_, locked)) => locked,
        Err(refused) if refused.iter().any(|(_, why)| *why == PackRefusal::Opened) => {
            return Err(Error::conflict("pack-opened"));
        }
        Err(_) => return Err(Error::NotFound("unknown-pack")),
    };
    let selection = Selection::new(Naming::Whole, ledger::ranges_inside(tx, &locked, &[sscc]).await?)?;
    check_units(tx, filing, &document.effect, owner, &selection).await?;
    ledger::open_pack(tx, &locked, sscc, filing.now).await?;
    receipt(tx, filing, sscc, &selection).await
}

/// Refuses units that may not be packed or unpacked; their segments are locked afterwards.
async fn check_units(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    effect: &Effect,
    owner: i32,
    selection: &Selection,
) -> Result<()> {
    let units = ledger::Units { ranges: selection.ranges().to_vec(), named: Vec::new() };
    match apply(tx, filing, effect, Some(owner), &units).await? {
        Ok(_) => Ok(()),
        Err(refused) => Err(refusal(tx, filing, selection.naming(), &refused).await?),
    }
}

async fn receipt(
    tx: &Transaction<'_>,
    filing: FilingContext<'_>,
    sscc: Sscc,
    selection: &Selection,
) -> Result<PackReceipt> {
    let filed = finish(tx, filing, selection, &[sscc_column(sscc)], json!({ "pack": sscc })).await?;
    Ok(PackReceipt { id: filed.id, sscc, units: filed.units, at: filed.at, seal: None })
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

/// Units that are in a pack already, at the places that named them.
fn already_packed(selection: &Selection, packed: &[(u32, u32)]) -> Error {
    let mut positions = BTreeSet::new();
    for (order, index) in packed {
        let holds = |range: &&UnitRange| range.order == *order && (range.first..=range.last).contains(index);
        positions.extend(selection.ranges().iter().find(holds).map(|range| range.position));
    }
    let fault = |position| FieldFault::new(selection.naming().place(position), "field-already-packed");
    Error::Conflict("already-packed", positions.into_iter().map(fault).collect())
}
