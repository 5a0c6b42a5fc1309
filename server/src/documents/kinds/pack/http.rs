//! Packs over HTTP.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{Content, PACK, PACK_ROUTE, PackReceipt, UNPACK, UNPACK_ROUTE, make_pack, open_pack};
use crate::auth::{Member, Participant};
use crate::codes;
use crate::documents::Documents;
use crate::documents::http::{DOCUMENT_BYTES, Envelope, fingerprint, run};
use crate::documents::reading::{read_ssccs, read_units_and_seals, sscc_slug};
use crate::documents::store;
use crate::documents::units::{MAX_FAULTS, MAX_PACKS, Naming, Units};
use crate::http::{SentBody, known, problems};
use crate::ledger::{self, Level, UnitRange as Range, ranges_of, sscc_column};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::{self, Bin};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_pack).service(post_open).service(get_one);
}

/// What is sent to put units or packs into a pack.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct NewPack {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The pack's number, 18 digits, which never served before: under a GS1 prefix that is registered for the
    /// participant.
    #[schema(example = "348700000000000013", pattern = "^[0-9]{18}$")]
    sscc: String,
    /// What it is for.
    level: Level,
    /// The units, by codes or ranges; or `packs`.
    units: Option<Units>,
    /// The group packs that go into a transport pack; or `units`.
    #[schema(min_items = 1, max_items = 1_000)]
    packs: Option<Vec<String>>,
}

/// The document that takes a pack apart.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct Opening {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
}

/// A pack and what is inside.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Pack)]
struct PackAnswer {
    /// The pack.
    #[schema(value_type = String, example = "348700000000000013")]
    sscc: Sscc,
    /// What it is for.
    level: Level,
    /// BIN of the owner.
    #[schema(value_type = String, example = "990140000384")]
    owner: Bin,
    /// The pack that it is in.
    #[schema(value_type = Option<String>)]
    parent: Option<Sscc>,
    /// When it was packed.
    packed_at: DateTime<Utc>,
    /// When it was taken apart or lost its last unit.
    opened_at: Option<DateTime<Utc>>,
    /// How many units are inside, also in packs inside.
    #[schema(example = 24)]
    total: u32,
    /// The packs inside.
    packs: Vec<InnerPack>,
    /// The units that are inside without a pack of their own.
    units: Vec<UnitRange>,
}

/// A pack inside a pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct InnerPack {
    /// Its number.
    #[schema(value_type = String, example = "348700000000000020")]
    sscc: Sscc,
    /// How many units are inside.
    #[schema(example = 12)]
    total: u32,
    /// The units inside.
    units: Vec<UnitRange>,
}

/// Neighbouring units of an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct UnitRange {
    /// The order's id.
    order: Uuid,
    /// GTIN of the goods.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// Index of the first unit, from 0.
    first: u32,
    /// Index of the last unit.
    last: u32,
}

/// Puts units into a group pack, or units or group packs into a transport pack. All of it must be the participant's
/// own, on goods already, in no other pack, and not under way.
#[utoipa::path(
    tag = "codes",
    operation_id = "make_pack",
    params(IdempotencyKey),
    request_body = NewPack,
    responses(
        (status = 201, description = "Packed, now or before", body = PackReceipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/packs")]
async fn post_pack(
    state: web::Data<Documents>,
    packer: Participant,
    key: IdempotencyKey,
    body: SentBody<NewPack, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    let new = &body.value;
    let sscc: Sscc = new.sscc.parse().map_err(|error| Error::field("sscc", sscc_slug(error)))?;
    let keys = state.keys.current();
    let mut seal = None;
    let content = match (&new.units, &new.packs, new.level) {
        (Some(units), None, _) if units.packs.is_some() => return Err(known::no_packs()),
        (Some(units), None, _) => {
            let (named, line) = read_units_and_seals(&keys, units).await?;
            seal = line;
            Content::Units(named)
        }
        (None, Some(packs), Level::Transport) => Content::Packs(read_content(packs)?),
        (None, Some(_), Level::Group) => return Err(Error::field("packs", "field-not-a-group-pack")),
        _ => return Err(Error::field("units", "field-one-list")),
    };
    let fingerprint = fingerprint(&packer, PACK_ROUTE, new)?;
    let envelope = Envelope { id: new.id, kind: PACK, sent: body.bytes.as_ref(), fingerprint: &fingerprint };
    let filing = envelope.filing(&state, &packer, &keys);
    run(&state, &key, new, filing, async |tx| {
        make_pack(tx, filing, sscc, new.level, content).await.map(|receipt| PackReceipt { seal, ..receipt })
    })
    .await
}

/// The numbers of the packs that go into a pack.
fn read_content(packs: &[String]) -> Result<Vec<Sscc>> {
    if packs.is_empty() || packs.len() > MAX_PACKS {
        let args = [("min", 1.into()), ("max", MAX_PACKS.into())];
        return Err(Error::Invalid(vec![FieldFault::with("packs", "field-out-of-range", &args)]));
    }
    read_ssccs(|position| Naming::Content.place(position), packs).map_err(|faults| Error::invalid(faults, MAX_FAULTS))
}

/// Takes a pack apart: what was inside is in no pack from now on, and the number never serves again.
#[utoipa::path(
    tag = "codes",
    operation_id = "open_pack",
    params(
        ("sscc" = String, Path, description = "The pack's number, 18 digits", pattern = "^[0-9]{18}$",
            example = "348700000000000013"),
        IdempotencyKey,
    ),
    request_body = Opening,
    responses(
        (status = 201, description = "Taken apart, now or before", body = PackReceipt),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/packs/{sscc}/open")]
async fn post_open(
    state: web::Data<Documents>,
    owner: Participant,
    key: IdempotencyKey,
    path: web::Path<String>,
    body: SentBody<Opening>,
) -> Result<HttpResponse> {
    let sscc = sscc_in_path(&path)?;
    let fingerprint = fingerprint(&owner, &UNPACK_ROUTE.replace("{sscc}", &sscc.to_string()), &body.value)?;
    let keys = state.keys.current();
    let envelope = Envelope { id: body.value.id, kind: UNPACK, sent: body.bytes.as_ref(), fingerprint: &fingerprint };
    let filing = envelope.filing(&state, &owner, &keys);
    run(&state, &key, &body.value, filing, async |tx| open_pack(tx, filing, sscc).await).await
}

/// An SSCC in a path; 400 with the fault when it is none.
fn sscc_in_path(text: &str) -> Result<Sscc> {
    text.parse().map_err(|error| Error::Malformed("malformed-path", vec![FieldFault::new("sscc", sscc_slug(error))]))
}

/// Shows a pack with all that is inside to its owner, to the participant that it is on its way to, and to operators.
#[utoipa::path(
    tag = "codes",
    operation_id = "get_pack",
    params(("sscc" = String, Path, description = "The pack's number, 18 digits", pattern = "^[0-9]{18}$",
        example = "348700000000000013")),
    responses(
        (status = 200, description = "The pack", body = PackAnswer),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/packs/{sscc}")]
async fn get_one(
    state: web::Data<Documents>,
    member: Member,
    path: web::Path<String>,
) -> Result<web::Json<PackAnswer>> {
    let sscc = sscc_in_path(&path)?;
    let db = state.base.db.get().await?;
    let pack = ledger::find_pack(&db, sscc).await?.ok_or(Error::NotFound("unknown-pack"))?;
    if let Some(participant) = member.participant.filter(|participant| *participant != pack.owner)
        && !store::is_on_its_way_to(&db, sscc, participant).await?
    {
        return Err(Error::NotFound("unknown-pack"));
    }
    let children = ledger::list_children(&db, sscc).await?;
    let numbers: Vec<i64> = children.iter().map(|child| child.sscc).chain([sscc]).map(sscc_column).collect();
    let units = ledger::list_units(&db, &numbers).await?;
    let mut orders: Vec<u32> = units.iter().map(|(_, order, _)| *order).collect();
    orders.dedup();
    orders.sort_unstable();
    orders.dedup();
    let orders = codes::find_orders(&db, &orders).await?;
    let orders: BTreeMap<u32, (Uuid, Gtin)> =
        orders.into_iter().map(|order| (order.number, (order.id, order.gtin))).collect();
    let ranges: BTreeMap<i64, Vec<Range>> = units
        .chunk_by(|one, other| one.0 == other.0)
        .map(|units| (units[0].0, ranges_of(units.iter().map(|(_, order, index)| (*order, *index, 0)))))
        .collect();
    let inside = |number: Sscc| -> (u32, Vec<UnitRange>) {
        let found = ranges.get(&sscc_column(number)).map_or(&[][..], Vec::as_slice);
        let named = |range: &Range| {
            let (order, gtin) = *orders.get(&range.order)?;
            Some(UnitRange { order, gtin, first: range.first, last: range.last })
        };
        (found.iter().map(|range| range.last - range.first + 1).sum(), found.iter().filter_map(named).collect())
    };
    let packs: Vec<InnerPack> = children
        .iter()
        .map(|child| {
            let (total, units) = inside(child.sscc);
            InnerPack { sscc: child.sscc, total, units }
        })
        .collect();
    let (own, units) = inside(sscc);
    let owner = registry::find_participant(&db, pack.owner).await?;
    Ok(web::Json(PackAnswer {
        sscc,
        level: pack.level,
        owner: owner.ok_or_else(|| Error::internal("a pack of a participant that is none"))?.bin,
        parent: pack.parent,
        packed_at: pack.packed_at,
        opened_at: pack.opened_at,
        total: own + packs.iter().map(|pack| pack.total).sum::<u32>(),
        packs,
        units,
    }))
}
