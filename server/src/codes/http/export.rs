//! Codes of an order as CSV, for who ordered them and for operators.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::orders::{append_audit, visible_order};
use crate::auth::Member;
use crate::codes::Codes;
use crate::codes::csv::Export;
use crate::codes::deciding::mark_exported;
use crate::codes::emission::links_of;
use crate::codes::order::Order;
use crate::http::{Query, problems};
use crate::platform::problem::{Error, FieldFault, Result};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_codes);
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

/// What a file of some codes of an order is called: the goods' GTIN, the day of the order, and the numbers of the first and
/// the last code, from 1.
pub(crate) fn range_name(order: &Order, range: &std::ops::RangeInclusive<u32>) -> String {
    let day = locales::format::date_in_kazakhstan(order.created_at);
    format!("{}-{day}-{}-{}", order.gtin, range.start() + 1, range.end() + 1)
}

/// Exports codes for print as CSV, of the whole order or of a range: an export that broke off is resumed at the next
/// index. The same order gives the same codes each time. Only an approved order is exported (409 `order-not-approved`),
/// and one that was exported can't be voided any more.
///
/// Columns, parted by semicolons: `number` in the order, from 1 (a unit's index is its number less one); `code` as a
/// scanner gives it, with GS as the byte 0x1D; `human`, the same with AIs in brackets. Texts stand in quotes, quotes in
/// them are doubled. The file begins with the byte order mark of UTF-8.
#[utoipa::path(
    tag = "codes",
    operation_id = "export_codes",
    params(("id" = Uuid, Path, description = "The order's id"), CodeRange),
    responses(
        (status = 200, description = "The codes", body = String, content_type = "text/csv",
            example = "\u{feff}number;code;human\r\n1;\"0104870001234560213…\";\"(01)04870001234560(21)3…\"\r\n"),
        problems::Malformed, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant", "operator"])),
)]
#[get("/v1/orders/{id}/codes")]
async fn get_codes(
    state: web::Data<Codes>,
    member: Member,
    path: web::Path<String>,
    Query(range): Query<CodeRange>,
) -> Result<HttpResponse> {
    let now = state.base.clock.now_in_micros();
    let mut db = state.base.db.get().await?;
    let order = visible_order(&db, &member, &path).await?;
    let range = range.within(&order)?;
    let id = order.id;
    let details = json!({ "first": range.start(), "last": range.end() });
    let name = format!("attachment; filename=\"codes-{}.csv\"", range_name(&order, &range));
    // Committed before the first code leaves, so that its places are never used again.
    let tx = db.transaction().await?;
    let order = mark_exported(&tx, order, now).await?;
    let export = Export {
        keys: state.keys.current(),
        order: Arc::new(order),
        host: links_of(&state.base.config.public_url).into(),
    };
    let lines = export.stream(range)?;
    append_audit(&tx, &member, now, "codes.export", id, "done", details).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(lines))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;
    use marking::layout::Group;
    use marking::seal::KeyId;
    use uuid::Uuid;

    use super::*;
    use crate::codes::order::OrderState;

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
            state: OrderState::Approved,
            decided_at: None,
            reason: None,
            exported_at: None,
            applied: 0,
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
