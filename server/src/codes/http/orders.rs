//! Orders over HTTP: placed by who makes or imports goods, seen by them and by operators.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::seal::KeyId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::auth::{Caller, Member, Role};
use crate::codes::Codes;
use crate::codes::order::{Order, OrderState, check_quantity};
use crate::codes::ordering::{OrderRequest, Placer, place_order};
use crate::codes::store::order::{self as store, OrderFilter};
use crate::http::{Body, Listed, Page, Query, id_in_path, language, problems, search_text};
use crate::ledger;
use crate::platform::audit;
use crate::platform::command::{Command, Done};
use crate::platform::db::GenericClient;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::{self, Bin, Faults, InvalidBin, Names, Participant, Product, ReleaseFact, gtin_slug};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_order).service(list).service(get_one);
}

/// What is sent to order codes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct NewOrder {
    /// The client's own id of the order: the same id again is the same order.
    id: Uuid,
    /// GTIN of the goods, 8, 12, 13 or 14 digits.
    #[schema(example = "04870001234560", pattern = "^([0-9]{8}|[0-9]{12,14})$")]
    gtin: String,
    /// How many codes.
    #[schema(minimum = 1, maximum = 1_000_000, example = 1000)]
    quantity: u32,
    /// Tobacco only: the price printed in the code, in tenge.
    #[schema(minimum = 0, maximum = 11_316_495)]
    price_tenge: Option<u32>,
    /// BIN of the participant that orders. Operators must say; a participant's own people need not.
    #[schema(example = "990140000384", pattern = "^[0-9]{12}$")]
    participant: Option<String>,
}

/// An order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderAnswer {
    /// The client's own id.
    id: Uuid,
    /// GTIN of the goods, fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// Trade name of the goods.
    product_name: Names,
    /// The goods' group.
    #[schema(value_type = String, example = "shoes")]
    group: Group,
    /// BIN of the participant that ordered.
    #[schema(value_type = String, example = "990140000384")]
    participant: Bin,
    /// Name of that participant.
    participant_name: Names,
    /// How many codes.
    #[schema(example = 1000)]
    quantity: u32,
    /// The price printed in the codes, in tenge.
    price_tenge: Option<u32>,
    /// Name of the key that seals the codes; of an order that awaits approval it may still change.
    #[schema(value_type = String, example = "k7Qa")]
    key: KeyId,
    /// When it was placed.
    created_at: DateTime<Utc>,
    /// Whether its codes may be exported and applied.
    state: OrderState,
    /// When it was approved, refused or voided.
    decided_at: Option<DateTime<Utc>>,
    /// Why an operator refused it.
    reason: Option<String>,
    /// Since when its codes may be known outside: it can't be voided any more.
    exported_at: Option<DateTime<Utc>>,
}

/// An order, and where its units are in their life.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OrderProgress {
    /// The order.
    order: OrderAnswer,
    /// How many units have each status; statuses that no unit has are left out.
    #[schema(value_type = BTreeMap<String, u32>, example = json!({"emitted": 400, "applied": 100, "in-circulation": 500}))]
    units: BTreeMap<&'static str, u32>,
    /// Units that are recalled, in runs of neighbours.
    recalls: Vec<OrderRecall>,
    /// How many runs of recalled units there are beside these.
    recalls_omitted: u64,
    /// The facts that a release of these goods must state.
    release_needs: Vec<ReleaseFact>,
}

/// Neighbouring units of an order that are recalled for one reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OrderRecall {
    /// Index of the first, from 0.
    first: u32,
    /// Index of the last.
    last: u32,
    /// Why they are recalled.
    reason: String,
    /// Since when.
    recalled_on: NaiveDate,
}

/// Runs of recalled units that are told.
const MAX_RECALLS: usize = 100;

impl OrderAnswer {
    fn new(order: &Order, participant: &Participant, product: &Product) -> Self {
        Self {
            id: order.id,
            gtin: order.gtin,
            product_name: product.trade_name.clone(),
            group: order.group,
            participant: participant.bin,
            participant_name: participant.name.clone(),
            quantity: order.quantity,
            price_tenge: order.price_tenge,
            key: order.key,
            created_at: order.created_at,
            state: order.state,
            decided_at: order.decided_at,
            reason: order.reason.clone(),
            exported_at: order.exported_at,
        }
    }
}

/// Orders codes for goods whose card is published. Who makes or imports goods orders for its own; an importer also
/// for foreign goods whose card another registered. Nothing but the order is kept: its codes are computed whenever
/// they are exported, the same each time.
///
/// A large order, and any order of stamps, awaits an operator's approval (`state`). 429 `order-quota-day` when the
/// participant has ordered as many codes of the product, or placed as many orders, as it may in a day; 409
/// `too-many-not-applied` while too many codes of the product are not applied; 409 `sequence-exhausted` and
/// `share-exhausted` when there are not enough short serials or stamps left at all, or for this participant.
#[utoipa::path(
    tag = "codes",
    operation_id = "place_order",
    params(IdempotencyKey),
    request_body = NewOrder,
    responses(
        (status = 201, description = "Placed, now or before", body = OrderAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[post("/v1/orders")]
async fn post_order(
    state: web::Data<Codes>,
    member: Member,
    key: IdempotencyKey,
    Body(new): Body<NewOrder>,
) -> Result<HttpResponse> {
    let mut faults = Faults::default();
    let gtin = faults.keep("gtin", new.gtin.parse::<Gtin>(), gtin_slug);
    let bin = new.participant.as_deref().map(str::parse::<Bin>).transpose();
    let bin = faults.keep("participant", bin, InvalidBin::slug);
    check_quantity(new.quantity, &mut faults);
    faults.refuse()?;
    let (Some(gtin), Some(bin)) = (gtin, bin) else {
        return Err(Error::internal("a field was refused without a fault"));
    };
    let request = OrderRequest { id: new.id, gtin, quantity: new.quantity, price_tenge: new.price_tenge };
    let keys = state.keys.current();
    let orderer = registry::owner_of(&state.base.db.get().await?, &member, bin).await?;
    let object = format!("order:{}", new.id);
    let command = Command { base: &state.base, author: &*member, key: &key, action: "codes.order", object };
    let run = command.run(&new, async |tx, now| {
        let placer = Placer { account: member.account, approves: member.role == Role::Operator, now };
        let order = place_order(tx, &keys, placer, &orderer, request).await?;
        let details = json!({
            "gtin": gtin, "quantity": order.quantity, "key": order.key, "state": order.state,
        });
        Ok(Done::with(answer(tx, &order).await?, details))
    });
    Ok(HttpResponse::Created().json(run.await?))
}

pub(super) async fn append_audit(
    db: &impl GenericClient,
    caller: &Caller,
    at: DateTime<Utc>,
    action: &str,
    order: Uuid,
    result: &str,
    details: serde_json::Value,
) -> Result<()> {
    let object = format!("order:{order}");
    audit::append(db, &audit::Entry { at, actor: caller.actor, action, object, result, details }).await
}

/// Which orders are asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// In this state only.
    #[param(inline)]
    state: Option<OrderState>,
    /// Of the goods with this GTIN only.
    #[param(pattern = "^([0-9]{8}|[0-9]{12,14})$", example = "04870001234560")]
    gtin: Option<String>,
    /// Only where the goods' name or GTIN, or the participant's name or BIN, holds these letters.
    #[param(max_length = 100, example = "Алатау")]
    search: Option<String>,
}

/// Lists orders, newest first: a participant's own, or all for operators.
#[utoipa::path(
    tag = "codes",
    operation_id = "list_orders",
    params(Filter, Page),
    responses(
        (status = 200, description = "A page of orders", body = Listed<OrderAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders")]
async fn list(
    state: web::Data<Codes>,
    member: Member,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<web::Json<Listed<OrderAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<Uuid>()?);
    let gtin = filter.gtin.as_deref().map(str::parse::<Gtin>).transpose();
    let gtin =
        gtin.map_err(|error| Error::Malformed("malformed-query", vec![FieldFault::new("gtin", gtin_slug(error))]))?;
    let search = search_text(filter.search.as_deref())?;
    let filter = OrderFilter { participant: member.participant, gtin, state: filter.state, search };
    let db = state.base.db.get().await?;
    // Numbers of orders are told to nobody, so the cursor is an id.
    let below = match after {
        None => None,
        Some(id) => {
            let order = store::find_order(&db, id).await?.filter(|order| sees(&member, order));
            Some(order.ok_or_else(|| Error::malformed("invalid-cursor"))?.number)
        }
    };
    let rows = store::list_orders(&db, &filter, below, limit + 1).await?;
    let page = Listed::cut(rows, limit, |order| order.id.to_string());
    let Listed { items, next_cursor } = page;
    Ok(web::Json(Listed { items: answers(&db, &items).await?, next_cursor }))
}

/// Whether this person may know of an order.
fn sees(member: &Member, order: &Order) -> bool {
    member.participant.is_none_or(|participant| participant == order.participant)
}

/// The order of a path, if this person may know of it; 404 otherwise.
pub(crate) async fn visible_order(db: &impl GenericClient, member: &Member, path: &str) -> Result<Order> {
    let found = store::find_order(db, id_in_path(path)?).await?;
    found.filter(|order| sees(member, order)).ok_or(Error::NotFound("unknown-order"))
}

/// An order as its own participant or an operator sees it.
pub(super) async fn answer(db: &impl GenericClient, order: &Order) -> Result<OrderAnswer> {
    let answer = answers(db, std::slice::from_ref(order)).await?.pop();
    answer.ok_or_else(|| Error::internal("an order of a participant or of goods that are none"))
}

async fn answers(db: &impl GenericClient, orders: &[Order]) -> Result<Vec<OrderAnswer>> {
    let orderers: Vec<i32> = orders.iter().map(|order| order.participant).collect();
    let orderers = registry::find_participants(db, &orderers).await?;
    let goods: Vec<Gtin> = orders.iter().map(|order| order.gtin).collect();
    let goods = registry::find_products(db, &goods).await?;
    let answer =
        |order: &Order| Some(OrderAnswer::new(order, orderers.get(&order.participant)?, goods.get(&order.gtin)?));
    Ok(orders.iter().filter_map(answer).collect())
}

/// Tells an order, and how many of its units have each status.
#[utoipa::path(
    tag = "codes",
    operation_id = "get_order",
    params(("id" = Uuid, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order", body = OrderProgress),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders/{id}")]
async fn get_one(state: web::Data<Codes>, member: Member, path: web::Path<String>) -> Result<web::Json<OrderProgress>> {
    let db = state.base.db.get().await?;
    let order = visible_order(&db, &member, &path).await?;
    let segments = ledger::list_states(&db, order.number).await?;
    let progress = ledger::Progress::count(order.quantity, segments.iter().map(|(_, states)| states.as_slice()));
    let progress =
        progress.ok_or_else(|| Error::internal(format!("order {} holds unreadable states", order.number)))?;
    // An order that isn't approved has no units yet, or none any more.
    let counts = progress.counts().filter(|_| order.check_usable().is_ok());
    let units = counts.map(|(status, units)| (status.slug(), units)).collect();
    let attributes = ledger::list_attributes(&db, order.number).await?;
    let recalled =
        ledger::recalled_ranges(segments.iter().map(|(number, states)| (*number, states.as_slice())), &attributes);
    let recalls_omitted = recalled.len().saturating_sub(MAX_RECALLS) as u64;
    let recall = |(first, last, recall): (u32, u32, &ledger::Recall)| OrderRecall {
        first,
        last,
        reason: recall.reason.get(language::current()).to_owned(),
        recalled_on: recall.on,
    };
    let recalls = recalled.into_iter().take(MAX_RECALLS).map(recall).collect();
    let product = registry::find_product(&db, order.gtin).await?;
    let release_needs = product.as_ref().map(registry::release_needs).unwrap_or_default();
    let order = answer(&db, &order).await?;
    Ok(web::Json(OrderProgress { order, units, recalls, recalls_omitted, release_needs }))
}
