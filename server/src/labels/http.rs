//! Sheets of labels over HTTP: for who ordered the codes, and for operators.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde_json::json;
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::sheet::{Product, sheets};
use super::symbol::{Family, Unprintable};
use crate::auth::Member;
use crate::codes::Codes;
use crate::codes::{CodeRange, Emitter, links_of, mark_exported, range_name, visible_order};
use crate::http::overload::{deadline, overloaded};
use crate::http::{Query, language, problems};
use crate::platform::audit;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry;

/// The most labels in one document: 186 pages. A PDF is whole in memory before its first byte can be sent, at most
/// 90 MB for so many; a larger order is printed range by range, or exported as CSV for the printer's own program.
const MAX_LABELS: u32 = 5_000;

/// Documents that one process makes at a time, so that their memory is bounded; others wait for their turn.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The route of labels.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_labels);
}

/// A document in PDF.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "read by the contract alone")]
struct Pdf(Vec<u8>);

impl From<Unprintable> for Error {
    /// Codes of orders are ours and always fit; that one doesn't is our fault.
    fn from(error: Unprintable) -> Self {
        Self::internal(error)
    }
}

/// Prints labels as PDF, at most 5,000 at a time: A4 sheets of 27, each label with a symbol of at least 20 × 20 mm
/// (a stamp's QR: 15 × 15 mm), the product's name in the caller's language, its GTIN and the code in plain text.
#[utoipa::path(
    tag = "codes",
    operation_id = "print_labels",
    params(("id" = Uuid, Path, description = "The order's id"), CodeRange),
    responses(
        (status = 200, description = "The sheets", body = Pdf, content_type = "application/pdf"),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders/{id}/labels.pdf")]
async fn get_labels(
    state: web::Data<Codes>,
    member: Member,
    path: web::Path<String>,
    Query(range): Query<CodeRange>,
) -> Result<HttpResponse> {
    let mut db = state.base.db.get().await?;
    let order = visible_order(&db, &member, &path).await?;
    let range = range.within(&order)?;
    if range.end() - range.start() >= MAX_LABELS {
        let args = [("min", (*range.start()).into()), ("max", (range.start() + MAX_LABELS - 1).into())];
        return Err(Error::Malformed("malformed-query", vec![FieldFault::with("to", "field-out-of-range", &args)]));
    }
    let card = registry::find_product(&db, order.gtin).await?;
    let card = card.ok_or_else(|| Error::internal("an order of goods that are not registered"))?;
    let product = Product {
        name: card.trade_name.get(language::current()).to_owned(),
        gtin: order.gtin.to_string(),
        family: Family::of(order.group),
    };
    let keys = state.keys.current();
    let host = Arc::<str>::from(links_of(&state.base.config.public_url));
    let now = state.base.clock.now();
    let tx = db.transaction().await?;
    let order = mark_exported(&tx, order, now).await?;
    Emitter::new(&keys, &order, &host)?;
    let entry = audit::Entry {
        at: now,
        actor: member.actor,
        action: "codes.print-labels",
        object: format!("order:{}", order.id),
        result: "done",
        details: json!({ "first": range.start(), "last": range.end() }),
    };
    audit::append(&tx, &entry).await?;
    // Committed before the first label leaves, so that the places are never used again.
    tx.commit().await?;
    drop(db);

    let turn = tokio::time::timeout_at(deadline().into(), TURNS.acquire()).await;
    let _turn = turn.map_err(|_| overloaded("labels of others first"))?;
    let name = format!("attachment; filename=\"labels-{}.pdf\"", range_name(&order, &range));
    let print = move || {
        let emitter = Emitter::new(&keys, &order, &host)?;
        sheets(&product, range.map(|index| Ok::<_, Error>((index + 1, emitter.code(index)?.0))))
    };
    let pdf = tokio::task::spawn_blocking(print).await.map_err(Error::internal)??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(pdf))
}
