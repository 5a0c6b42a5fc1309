//! Checks of stock over HTTP, for clerks and a participant's own people.

use std::collections::BTreeMap;

use actix_web::{post, web};
use locales::Language;
use marking::code::{Form, MarkingCode, read};
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::answer::StockAnswer;
use super::count::{Asked, Counted, Wanted, count};
use crate::auth::Clerk;
use crate::http::{Body, language, problems};
use crate::platform::audit;
use crate::platform::config::Config;
use crate::platform::db;
use crate::platform::problem::{Error, Result};
use crate::registry::{Faults, gtin_slug};
use crate::verify;
use crate::verify::Verify;

/// The most codes of a check, and of an expected delivery.
const MAX_CODES: usize = 1_000;
/// The longest text that is read as a code, in bytes.
const LONGEST: usize = 2_048;
/// The most units of one product that a delivery may hold.
const MAX_QUANTITY: u32 = 1_000_000;
/// Two thousand of the longest codes of ours, each control character escaped, with room to spare.
const LARGEST: usize = 2 << 20;

/// The route of stock.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_check);
}

/// What a clerk has before them: codes, or one pack.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0b8f7a52-6f0e-4d53-9d3a-0c1f5e2a7b10",
    "codes": ["(01)04870001234560(21)3k7QpW2mXc9Zt"],
    "expected": { "items": [{ "gtin": "04870001234560", "quantity": 2 }] }
}))]
struct StockCheck {
    /// The client's own id of this check; it comes back with the answer.
    id: Uuid,
    /// Codes as scanned, of units and of packs. Either these or `sscc`.
    #[schema(min_items = 1, max_items = 1000)]
    codes: Option<Vec<String>>,
    /// The number of a pack whose content is to be checked.
    #[schema(max_length = 40, example = "348700012345678901")]
    sscc: Option<String>,
    /// The delivery that should be there.
    expected: Option<ExpectedDelivery>,
}

/// A delivery, told in one of three ways.
#[derive(Clone, Debug, Deserialize, ToSchema)]
struct ExpectedDelivery {
    /// How many units of which goods.
    #[schema(min_items = 1, max_items = 1000)]
    items: Option<Vec<ExpectedItem>>,
    /// The very codes.
    #[schema(min_items = 1, max_items = 1000)]
    codes: Option<Vec<String>>,
    /// The content of a pack.
    #[schema(max_length = 40, example = "348700012345678901")]
    sscc: Option<String>,
}

/// So many units of one product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
struct ExpectedItem {
    /// GTIN, 8, 12, 13 or 14 digits.
    #[schema(example = "04870001234560", pattern = "^([0-9]{8}|[0-9]{12,14})$")]
    gtin: String,
    /// Units.
    #[schema(minimum = 1, maximum = 1_000_000, example = 24)]
    quantity: u32,
}

impl StockCheck {
    /// Reads what is asked for, or tells all faults at once.
    fn checked(self) -> Result<(Uuid, Asked, Option<Wanted>)> {
        let mut faults = Faults::default();
        let asked = match (self.codes, self.sscc) {
            (Some(codes), None) => checked_codes("codes", codes, &mut faults).map(Asked::Codes),
            (None, Some(text)) => checked_sscc("sscc", &text, &mut faults).map(Asked::Pack),
            _ => {
                faults.add("codes", "field-one-list");
                None
            }
        };
        let wanted = self.expected.map(|expected| match (expected.items, expected.codes, expected.sscc) {
            (Some(items), None, None) => checked_items(&items, &mut faults).map(Wanted::Quantities),
            (None, Some(codes), None) => checked_codes("expected.codes", codes, &mut faults).map(Wanted::Codes),
            (None, None, Some(text)) => checked_sscc("expected.sscc", &text, &mut faults).map(Wanted::Pack),
            _ => {
                faults.add("expected", "field-one-list");
                None
            }
        });
        faults.refuse()?;
        let refused = || Error::internal("a field was refused without a fault");
        let wanted = wanted.map(|wanted| wanted.ok_or_else(refused)).transpose()?;
        Ok((self.id, asked.ok_or_else(refused)?, wanted))
    }
}

/// Whether a list has from one to `MAX_CODES` items.
fn has_length(field: &str, length: usize, faults: &mut Faults) -> bool {
    let holds = (1..=MAX_CODES).contains(&length);
    if !holds {
        faults.add_with(field, "field-out-of-range", &[("min", 1.into()), ("max", MAX_CODES.into())]);
    }
    holds
}

fn checked_codes(field: &str, codes: Vec<String>, faults: &mut Faults) -> Option<Vec<String>> {
    if !has_length(field, codes.len(), faults) {
        return None;
    }
    for (position, code) in codes.iter().enumerate() {
        if code.is_empty() {
            faults.add(format!("{field}[{position}]"), "field-required");
        } else if code.len() > LONGEST {
            faults.add_with(format!("{field}[{position}]"), "field-too-long", &[("max", LONGEST.into())]);
        }
    }
    Some(codes)
}

/// A pack's number: as printed, or as a scanner gives it.
fn checked_sscc(field: &str, text: &str, faults: &mut Faults) -> Option<Sscc> {
    if let Ok(read) = read(text, Form::Auto, false)
        && let MarkingCode::Pack(sscc) = read.code
    {
        return Some(sscc);
    }
    faults.keep(field, text.parse::<Sscc>(), |_| "field-not-an-sscc")
}

fn checked_items(items: &[ExpectedItem], faults: &mut Faults) -> Option<BTreeMap<Gtin, u32>> {
    if !has_length("expected.items", items.len(), faults) {
        return None;
    }
    let mut quantities = BTreeMap::new();
    for (position, item) in items.iter().enumerate() {
        let field = |name: &str| format!("expected.items[{position}].{name}");
        if !(1..=MAX_QUANTITY).contains(&item.quantity) {
            let args = [("min", 1.into()), ("max", MAX_QUANTITY.into())];
            faults.add_with(field("quantity"), "field-out-of-range", &args);
        }
        if let Some(gtin) = faults.keep(&field("gtin"), item.gtin.parse::<Gtin>(), gtin_slug)
            && quantities.insert(gtin, item.quantity).is_some()
        {
            faults.add(field("gtin"), "field-doubled");
        }
    }
    Some(quantities)
}

/// Checks a shelf or a delivery: for each code whether it may be sold and why not; totals; and what is missing, extra
/// or doubled against the delivery that was expected. Changes nothing.
///
/// Without the register every line that nothing speaks against is `unknown`, never `yes`.
#[utoipa::path(
    tag = "stock",
    operation_id = "check_stock",
    params(verify::Seen),
    request_body = StockCheck,
    responses(
        (status = 200, description = "What came of it", body = StockAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["clerk", "participant"])),
)]
#[post("/v1/stock/checks")]
async fn post_check(
    state: web::Data<Verify>,
    clerk: Clerk,
    Body(check): Body<StockCheck, LARGEST>,
) -> Result<web::Json<StockAnswer>> {
    let (id, asked, wanted) = check.checked()?;
    let began = state.base.clock.now();
    let counted = count(&state, clerk.number(), asked, wanted).await?;
    let language = language::current();
    let names = names(&state, &counted, language).await;
    keep(&state, &clerk, id).await;
    let as_of = counted.as_of.map_or(began, |as_of| as_of.min(began));
    Ok(web::Json(StockAnswer::new(id, counted, &names, language, as_of)))
}

/// Keeps that somebody asked what a shelf or a delivery holds (X64). The answer stands without the register, too, so it
/// does not wait for this to be kept.
async fn keep(state: &Verify, clerk: &Clerk, id: Uuid) {
    let entry = audit::Entry {
        at: state.base.clock.now(),
        actor: clerk.actor,
        action: "stock.check",
        object: format!("stock:{id}"),
        result: "done",
        details: serde_json::json!({ "participant": clerk.number() }),
    };
    let kept =
        db::within(&state.base.db, Config::STORE_PATIENCE, async |client| audit::append(client, &entry).await).await;
    if let Err(error) = kept {
        tracing::warn!(%error, "a stock check could not be kept in the audit");
    }
}

/// Trade names of what was counted or expected, from published cards; what can't be found now has none.
async fn names(state: &Verify, counted: &Counted, language: Language) -> BTreeMap<Gtin, String> {
    let expected = counted.difference.iter().flat_map(|difference| difference.by_gtin.keys());
    let mut names = BTreeMap::new();
    for gtin in counted.present.keys().chain(expected) {
        if !names.contains_key(gtin)
            && let Ok(Some(card)) = state.snapshot.product(gtin.number()).await
            && card.published
        {
            names.insert(*gtin, card.trade_name.get(language).to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn faults(body: serde_json::Value) -> Vec<(String, &'static str)> {
        match serde_json::from_value::<StockCheck>(body).unwrap().checked() {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.slug)).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    const ID: &str = "0b8f7a52-6f0e-4d53-9d3a-0c1f5e2a7b10";

    #[test]
    fn a_check_names_codes_or_one_pack() {
        assert_eq!(faults(json!({"id": ID, "codes": ["x"]})), []);
        for sscc in ["348700012345678901", "00348700012345678901", "(00)348700012345678901", "]C100348700012345678901"]
        {
            assert_eq!(faults(json!({"id": ID, "sscc": sscc})), [], "{sscc}");
        }
        let one_list = [("codes".to_owned(), "field-one-list")];
        assert_eq!(faults(json!({"id": ID})), one_list);
        assert_eq!(faults(json!({"id": ID, "codes": ["x"], "sscc": "348700012345678901"})), one_list);
    }

    #[test]
    fn every_fault_is_told_in_its_place() {
        let body = json!({
            "id": ID,
            "codes": ["x", "", "y".repeat(2049)],
            "expected": {"items": [
                {"gtin": "4870001234560", "quantity": 1},
                {"gtin": "04870001234560", "quantity": 0},
                {"gtin": "4870001234561", "quantity": 5},
            ]}
        });
        let expected = [
            ("codes[1]", "field-required"),
            ("codes[2]", "field-too-long"),
            ("expected.items[1].quantity", "field-out-of-range"),
            ("expected.items[1].gtin", "field-doubled"),
            ("expected.items[2].gtin", "field-check-digit"),
        ];
        assert_eq!(faults(body), expected.map(|(field, slug)| (field.to_owned(), slug)));
        let many = vec!["x"; MAX_CODES + 1];
        assert_eq!(faults(json!({"id": ID, "codes": many})), [("codes".to_owned(), "field-out-of-range")]);
        assert_eq!(faults(json!({"id": ID, "codes": []})), [("codes".to_owned(), "field-out-of-range")]);
        let body = json!({"id": ID, "sscc": "348700012345678902", "expected": {}});
        let expected = [("sscc".to_owned(), "field-not-an-sscc"), ("expected".to_owned(), "field-one-list")];
        assert_eq!(faults(body), expected);
    }
}
