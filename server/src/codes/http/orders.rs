//! Orders over HTTP: placed by who makes or imports goods, seen by them and by operators, exported as CSV.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::seal::KeyId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::App;
use crate::audit;
use crate::auth::{self, Caller, Member};
use crate::codes::csv::Export;
use crate::codes::emission::host_of;
use crate::codes::order::{Order, Progress, check_quantity};
use crate::codes::ordering::{Wish, place_order};
use crate::codes::store::{order as store, segment};
use crate::db::GenericClient;
use crate::error::{Error, FieldFault, Result};
use crate::http::{Body, Listed, Page, Query, id_in_path, problems};
use crate::idempotency::{self, IdempotencyKey};
use crate::registry::{self, Bin, Faults, InvalidBin, gtin_slug};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_order).service(list).service(get_one).service(get_codes);
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
struct OrderAnswer {
    /// The client's own id.
    id: Uuid,
    /// GTIN of the goods, fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// The goods' group.
    #[schema(value_type = String, example = "shoes")]
    group: Group,
    /// BIN of the participant that ordered.
    #[schema(value_type = String, example = "990140000384")]
    participant: Bin,
    /// How many codes.
    #[schema(example = 1000)]
    quantity: u32,
    /// The price printed in the codes, in tenge.
    price_tenge: Option<u32>,
    /// Name of the key that seals the codes.
    #[schema(value_type = String, example = "k7Qa")]
    key: KeyId,
    /// When it was placed.
    created_at: DateTime<Utc>,
}

/// An order, and where its units are in their life.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OrderProgress {
    /// The order.
    order: OrderAnswer,
    /// How many units have each status; statuses that no unit has are left out.
    #[schema(value_type = BTreeMap<String, u32>, example = json!({"emitted": 400, "applied": 100, "in-circulation": 500}))]
    units: BTreeMap<&'static str, u32>,
}

impl OrderAnswer {
    fn new(order: &Order, participant: Bin) -> Self {
        Self {
            id: order.id,
            gtin: order.gtin,
            group: order.group,
            participant,
            quantity: order.quantity,
            price_tenge: order.price_tenge,
            key: order.key,
            created_at: order.created_at,
        }
    }
}

/// Orders codes for goods whose card is published. Who makes or imports goods orders for its own; an importer also
/// for foreign goods whose card another registered. Nothing but the order is kept: its codes are computed whenever
/// they are exported, the same each time.
#[utoipa::path(
    tag = "codes",
    operation_id = "place_order",
    params(("Idempotency-Key" = String, Header, min_length = 8, max_length = 64, pattern = "^[!-~]{8,64}$",
        description = "The same key again gives the same answer and changes nothing")),
    request_body = NewOrder,
    responses(
        (status = 201, description = "Placed, now or before", body = OrderAnswer),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[post("/v1/orders")]
async fn post_order(
    app: web::Data<App>,
    member: Member,
    key: IdempotencyKey,
    Body(new): Body<NewOrder>,
) -> Result<HttpResponse> {
    let now = super::now(&app);
    let mut faults = Faults::default();
    let gtin = faults.keep("gtin", new.gtin.parse::<Gtin>(), gtin_slug);
    let bin = new.participant.as_deref().map(str::parse::<Bin>).transpose();
    let bin = faults.keep("participant", bin, InvalidBin::slug);
    check_quantity(new.quantity, &mut faults);
    faults.refuse()?;
    let (Some(gtin), Some(bin)) = (gtin, bin) else {
        return Err(Error::internal("a field was refused without a fault"));
    };
    let wish = Wish { id: new.id, gtin, quantity: new.quantity, price_tenge: new.price_tenge };
    let caller = member.actor.who.to_string();
    let keys = app.keys.current();
    let mut db = app.db.get().await?;
    let orderer = registry::owner_of(&db, &member, bin).await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, &member).await?;
    let done = idempotency::once(&tx, &caller, &key, "POST /v1/orders", &new, now, async || {
        let order = place_order(&tx, &keys, member.account, &orderer, wish, now).await?;
        let details = json!({ "gtin": gtin, "quantity": order.quantity, "key": order.key });
        append_audit(&tx, &member, now, "codes.order", order.id, "done", details).await?;
        Ok(OrderAnswer::new(&order, orderer.bin))
    })
    .await;
    match done {
        Ok(answer) => {
            tx.commit().await?;
            app.wake.notify_one();
            Ok(HttpResponse::Created().json(answer))
        }
        Err(refused @ (Error::Forbidden(_) | Error::Conflict(..))) => {
            tx.rollback().await?;
            append_audit(&db, &member, now, "codes.order", new.id, refused.slug(), json!({ "gtin": gtin })).await?;
            Err(refused)
        }
        Err(other) => Err(other),
    }
}

async fn append_audit(
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

/// Lists orders, newest first: a participant's own, or all for operators.
#[utoipa::path(
    tag = "codes",
    operation_id = "list_orders",
    params(Page),
    responses(
        (status = 200, description = "A page of orders", body = Listed<OrderAnswer>),
        problems::Malformed, problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders")]
async fn list(app: web::Data<App>, member: Member, Query(page): Query<Page>) -> Result<web::Json<Listed<OrderAnswer>>> {
    let (limit, after) = (page.limit()?, page.after::<Uuid>()?);
    let db = app.db.get().await?;
    // Numbers of orders are told to nobody, so the cursor is an id.
    let below = match after {
        None => None,
        Some(id) => {
            let order = store::find_order(&db, id).await?.filter(|order| sees(&member, order));
            Some(order.ok_or_else(|| Error::malformed("invalid-cursor"))?.number)
        }
    };
    let rows = store::list_orders(&db, member.participant, below, limit + 1).await?;
    let page = Listed::cut(rows, limit, |order| order.id.to_string());
    let orderers: Vec<i32> = page.items.iter().map(|order| order.participant).collect();
    let orderers = registry::find_participants(&db, &orderers).await?;
    let Listed { items, next_cursor } = page;
    let answer = |order: &Order| orderers.get(&order.participant).map(|orderer| OrderAnswer::new(order, orderer.bin));
    Ok(web::Json(Listed { items: items.iter().filter_map(answer).collect(), next_cursor }))
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
async fn answer(db: &impl GenericClient, order: &Order) -> Result<OrderAnswer> {
    let orderer = registry::find_participant(db, order.participant).await?;
    let orderer = orderer.ok_or_else(|| Error::internal("an order of a participant that is none"))?;
    Ok(OrderAnswer::new(order, orderer.bin))
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
async fn get_one(app: web::Data<App>, member: Member, path: web::Path<String>) -> Result<web::Json<OrderProgress>> {
    let db = app.db.get().await?;
    let order = visible_order(&db, &member, &path).await?;
    let segments = segment::list_states(&db, order.number).await?;
    let progress = Progress::count(order.quantity, segments.iter().map(|(_, states)| states.as_slice()));
    let progress =
        progress.ok_or_else(|| Error::internal(format!("order {} holds unreadable states", order.number)))?;
    let units = progress.counts().map(|(status, units)| (status.slug(), units)).collect();
    Ok(web::Json(OrderProgress { order: answer(&db, &order).await?, units }))
}

/// Which codes of an order are asked for.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CodeRange {
    /// Index of the first code, from 0; the first of the order unless told.
    #[param(minimum = 0, maximum = 999_999)]
    from: Option<u32>,
    /// Index of the last code, which is given too; the last of the order unless told.
    #[param(minimum = 0, maximum = 999_999)]
    to: Option<u32>,
}

impl CodeRange {
    /// The indexes asked for, within the order; 400 with the fault otherwise.
    pub(crate) fn within(self, order: &Order) -> Result<std::ops::RangeInclusive<u32>> {
        let most = order.quantity - 1;
        let (first, last) = (self.from.unwrap_or(0), self.to.unwrap_or(most));
        let fault = |field, min: u32| {
            let args = [("min", min.into()), ("max", most.into())];
            Error::Malformed("malformed-query", vec![FieldFault::with(field, "field-out-of-range", &args)])
        };
        if first > most {
            Err(fault("from", 0))
        } else if last < first || last > most {
            Err(fault("to", first))
        } else {
            Ok(first..=last)
        }
    }
}

/// Exports codes for print as CSV, of the whole order or of a range: an export that broke off is resumed at the next
/// index. The same order gives the same codes each time.
///
/// Columns: `index` in the order; `code` as a scanner gives it, with GS as the byte 0x1D; `human`, the same with AIs in
/// brackets. Texts stand in quotes, quotes in them are doubled.
#[utoipa::path(
    tag = "codes",
    operation_id = "export_codes",
    params(("id" = Uuid, Path, description = "The order's id"), CodeRange),
    responses(
        (status = 200, description = "The codes", body = String, content_type = "text/csv",
            example = "index,code,human\r\n0,\"0104870001234560213…\",\"(01)04870001234560(21)3…\"\r\n"),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders/{id}/codes")]
async fn get_codes(
    app: web::Data<App>,
    member: Member,
    path: web::Path<String>,
    Query(range): Query<CodeRange>,
) -> Result<HttpResponse> {
    let db = app.db.get().await?;
    let order = visible_order(&db, &member, &path).await?;
    let range = range.within(&order)?;
    let id = order.id;
    let details = json!({ "first": range.start(), "last": range.end() });
    let export =
        Export { keys: app.keys.current(), order: Arc::new(order), host: host_of(&app.config.public_url).into() };
    let lines = export.stream(range)?;
    append_audit(&db, &member, super::now(&app), "codes.export", id, "done", details).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"codes-{id}.csv\"")))
        .streaming(lines))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn order(quantity: u32) -> Order {
        Order {
            number: 1,
            id: Uuid::nil(),
            gtin: "04870001234560".parse().unwrap(),
            participant: 1,
            group: Group::Shoes,
            quantity,
            first_place: None,
            key: KeyId::of_number(1),
            price_tenge: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_export_is_resumed_at_any_index_within_the_order() {
        let within = |from, to| CodeRange { from, to }.within(&order(10));
        assert_eq!(within(None, None).unwrap(), 0..=9);
        assert_eq!(within(Some(4), None).unwrap(), 4..=9);
        assert_eq!(within(Some(9), Some(9)).unwrap(), 9..=9);
        for (from, to) in [(Some(10), None), (None, Some(10)), (Some(5), Some(4)), (Some(u32::MAX), Some(u32::MAX))] {
            assert!(matches!(within(from, to), Err(Error::Malformed("malformed-query", _))), "{from:?} {to:?}");
        }
    }
}
