//! Quotas of orders and the sequences that they protect, over HTTP: operators set and see them, a participant sees its
//! own.

use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use marking::gtin::Gtin;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Member, Operator};
use crate::codes::Codes;
use crate::codes::quota::{DEFAULT, Limits, Quota, Usage};
use crate::codes::store::place::{self, SequenceRow};
use crate::codes::store::quota as store;
use crate::http::{Body, Listed, Page, Query, problems};
use crate::platform::clock;
use crate::platform::command::{Command, Done};
use crate::platform::db::GenericClient;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::{self, Bin, Faults, InvalidBin, Names, Participant, gtin_slug};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_quotas).service(post_quota).service(list_sequences);
}

/// What an operator sends to set bounds for a participant's orders. It replaces what was set before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewQuota {
    /// GTIN of the goods that it is for; all goods of the participant without it.
    #[schema(example = "04870001234560", pattern = "^([0-9]{8}|[0-9]{12,14})$")]
    gtin: Option<String>,
    /// Codes of one product that may be ordered in a day; the default without it.
    #[schema(maximum = 1_000_000_000, example = 2_000_000)]
    codes_a_day: Option<u64>,
    /// Codes of one product that may be ordered and not yet applied; the default without it.
    #[schema(maximum = 1_000_000_000, example = 5_000_000)]
    not_applied: Option<u64>,
    /// Orders of all products that may be placed in a day; the default without it.
    #[schema(maximum = 1_000_000_000, example = 1_000)]
    orders_a_day: Option<u64>,
    /// The largest order that needs no approval; the default without it.
    #[schema(maximum = 1_000_000_000, example = 200_000)]
    approval_above: Option<u64>,
    /// Places of a sequence of short serials or stamps; the common rule of shares without it.
    #[schema(maximum = 1_000_000_000, example = 20_000_000)]
    places: Option<u64>,
}

/// The bounds of a participant's orders.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct OrderQuotas {
    /// BIN of the participant.
    #[schema(value_type = String, example = "990140000384")]
    participant: Bin,
    /// What holds where nothing else is set.
    defaults: Limits,
    /// What operators set, first for all goods, then for some.
    items: Vec<QuotaLine>,
}

/// Bounds for all goods of a participant, or for one product.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct QuotaLine {
    /// GTIN of the goods; none for all goods of the participant.
    #[schema(value_type = Option<String>, example = "04870001234560")]
    gtin: Option<Gtin>,
    /// Trade name of the goods.
    product_name: Option<Names>,
    /// What an operator set.
    set: Quota,
    /// What holds.
    limits: Limits,
    /// What of it is used; none for all goods together.
    usage: Option<Usage>,
}

/// A sequence of places, as operators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlaceSequence)]
struct SequenceLine {
    /// Its name: `gtin:` and the GTIN, or `stamp:` and the series.
    #[schema(example = "gtin:04870001234560")]
    name: String,
    /// How many places it has; 0 while that is not known.
    #[schema(example = 656_356_768)]
    room: u64,
    /// How many of them are given to participants.
    #[schema(example = 1_200_000)]
    given: u64,
    /// How many were given today.
    #[schema(example = 100_000)]
    given_today: u64,
    /// The last day on which one percent or more was given.
    alarmed_on: Option<NaiveDate>,
}

fn bin_of(path: &str) -> Result<Bin> {
    let fault = |error: InvalidBin| Error::Malformed("malformed-path", vec![FieldFault::new("bin", error.slug())]);
    path.parse().map_err(fault)
}

async fn participant_of(db: &impl GenericClient, bin: Bin) -> Result<Participant> {
    registry::find_participant_by_bin(db, bin).await?.ok_or(Error::NotFound("unknown-participant"))
}

async fn quotas_of(db: &impl GenericClient, state: &Codes, participant: &Participant) -> Result<OrderQuotas> {
    let quotas = store::list_quotas(db, participant.number).await?;
    let goods: Vec<Gtin> = quotas.keys().copied().flatten().collect();
    let mut goods = registry::find_products(db, &goods).await?;
    let common = quotas.get(&None).copied().unwrap_or_default();
    let day_began = clock::start_of(state.base.clock.today());
    let mut items = Vec::with_capacity(quotas.len());
    for (gtin, set) in quotas {
        let usage = match gtin {
            Some(gtin) => Some(store::find_usage(db, participant.number, gtin, day_began).await?),
            None => None,
        };
        let product_name = gtin.and_then(|gtin| goods.remove(&gtin)).map(|product| product.trade_name);
        items.push(QuotaLine { gtin, product_name, set, limits: DEFAULT.with(&common).with(&set), usage });
    }
    Ok(OrderQuotas { participant: participant.bin, defaults: DEFAULT, items })
}

/// Tells how many codes a participant may order: the defaults, and what operators set instead.
#[utoipa::path(
    tag = "codes",
    operation_id = "get_order_quotas",
    params(("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384")),
    responses(
        (status = 200, description = "The bounds", body = OrderQuotas),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/participants/{bin}/quotas")]
async fn get_quotas(
    state: web::Data<Codes>,
    member: Member,
    path: web::Path<String>,
) -> Result<web::Json<OrderQuotas>> {
    let db = state.base.db.get().await?;
    let participant = participant_of(&db, bin_of(&path)?).await?;
    if member.participant.is_some_and(|own| own != participant.number) {
        return Err(Error::NotFound("unknown-participant"));
    }
    quotas_of(&db, &state, &participant).await.map(web::Json)
}

/// Sets how many codes a participant may order, of all its goods or of one product.
#[utoipa::path(
    tag = "codes",
    operation_id = "set_order_quota",
    params(
        ("bin" = String, Path, description = "BIN or IIN", pattern = "^[0-9]{12}$", example = "990140000384"),
        IdempotencyKey,
    ),
    request_body = NewQuota,
    responses(
        (status = 200, description = "Set, now or before", body = OrderQuotas),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/participants/{bin}/quotas")]
async fn post_quota(
    state: web::Data<Codes>,
    operator: Operator,
    key: IdempotencyKey,
    path: web::Path<String>,
    Body(new): Body<NewQuota>,
) -> Result<HttpResponse> {
    let mut faults = Faults::default();
    let gtin = faults.keep("gtin", new.gtin.as_deref().map(str::parse::<Gtin>).transpose(), gtin_slug);
    let NewQuota { codes_a_day, not_applied, orders_a_day, approval_above, places, .. } = new;
    let quota = Quota { codes_a_day, not_applied, orders_a_day, approval_above, places };
    quota.check(&mut faults);
    faults.refuse()?;
    let gtin = gtin.flatten();
    let bin = bin_of(&path)?;
    let object = format!("participant:{bin}");
    let command = Command { base: &state.base, author: &*operator, key: &key, action: "codes.set-quota", object };
    let run = command.run(&new, async |tx, now| {
        let participant = participant_of(tx, bin).await?;
        if let Some(gtin) = gtin
            && registry::find_product(tx, gtin).await?.is_none()
        {
            return Err(Error::field("gtin", "field-no-such-product"));
        }
        store::set_quota(tx, participant.number, gtin, &quota, operator.account, now).await?;
        Ok(Done::with(quotas_of(tx, &state, &participant).await?, json!({ "gtin": gtin, "quota": quota })))
    });
    Ok(HttpResponse::Ok().json(run.await?))
}

/// Lists the sequences of short serials and stamps: how much of each is given, and whether one percent or more of it was
/// given in a day.
#[utoipa::path(
    tag = "codes",
    operation_id = "list_place_sequences",
    params(Page),
    responses(
        (status = 200, description = "A page of sequences, by name", body = Listed<SequenceLine>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[get("/v1/sequences")]
async fn list_sequences(
    state: web::Data<Codes>,
    _operator: Operator,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<SequenceLine>>> {
    let (limit, after) = (page.limit()?, page.after::<String>()?.unwrap_or_default());
    let today = state.base.clock.today();
    let rows = place::list_sequences(&state.base.db.get().await?, &after, limit + 1).await?;
    let line = |row: SequenceRow| SequenceLine {
        given_today: row.last_day.filter(|(day, _)| *day == today).map_or(0, |(_, given)| given),
        name: row.name,
        room: row.room,
        given: row.given,
        alarmed_on: row.alarmed_on,
    };
    Ok(web::Json(Listed::cut(rows, limit, |row| row.name.clone()).map(line)))
}
