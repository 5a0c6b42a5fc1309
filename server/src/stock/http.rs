//! Checks of stock over HTTP, for clerks and a participant's own people.

use std::collections::BTreeMap;

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use locales::Language;
use marking::code::{Form, MarkingCode, read};
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use marking::status::Status;
use marking::verdict::Verdict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::compare::{Difference, Item};
use super::count::{Asked, Counted, Line, Wanted, count};
use super::judge::{Holding, MaySell};
use crate::app::App;
use crate::auth::Clerk;
use crate::error::{Error, Result};
use crate::http::{Body, language, problems};
use crate::registry::{Faults, gtin_slug};
use crate::verify::Answer;

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

/// What came of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct StockAnswer {
    /// The client's own id.
    id: Uuid,
    /// The totals in sentences.
    summary: Vec<String>,
    /// The totals in figures.
    totals: Totals,
    /// The totals of each product.
    by_product: Vec<ProductTotals>,
    /// Each code, in the order in which they were sent; or each unit of the pack, a thousand at most.
    lines: Vec<LineAnswer>,
    /// Units of the pack beyond those lines; the totals count them.
    lines_omitted: usize,
    /// What was expected one by one and is not there, a thousand at most.
    missing: Vec<MissingItem>,
    /// When this was true.
    as_of: DateTime<Utc>,
}

/// Units, where a pack stands for those inside; a code that is no unit counts as one. Doubled codes count once.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Totals {
    /// Checked.
    checked: u32,
    /// May be sold.
    may_be_sold: u32,
    /// May not.
    may_not_be_sold: u32,
    /// The register could not be asked.
    unknown: u32,
    /// Codes that stood in the request before.
    doubled: u32,
    /// Expected and not there; null when nothing was expected or the register could not be asked.
    missing: Option<u32>,
    /// There and not expected; null likewise.
    extra: Option<u32>,
}

/// The units of one product.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ProductTotals {
    /// Fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    gtin: Gtin,
    /// Trade name in the caller's language; null when no published card tells it.
    name: Option<String>,
    /// There.
    present: u32,
    /// Those that may be sold.
    may_be_sold: u32,
    /// Expected.
    expected: Option<u32>,
    /// Expected and not there.
    missing: Option<u32>,
    /// There and not expected.
    extra: Option<u32>,
}

/// One code, or one unit of a pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct LineAnswer {
    /// Its place in the list, from 0.
    position: usize,
    /// The code as sent; absent for units of a pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// May it be sold: `yes` only for the caller's own goods on the market.
    may_be_sold: MaySell,
    /// The same in the caller's language.
    #[schema(example = "May be sold")]
    title: String,
    /// Whose the goods are.
    holding: Holding,
    /// Why not, and what else is odd.
    reasons: Vec<StockReason>,
    /// The verdict that anybody would get; absent when no store answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "in-circulation")]
    verdict: Option<Verdict>,
    /// What is behind the verdict, in sentences.
    evidence: Vec<String>,
    /// The product.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "04870001234560")]
    gtin: Option<Gtin>,
    /// The item.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
    /// The pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "348700012345678901")]
    sscc: Option<Sscc>,
    /// Units inside the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<u32>,
    /// Trade name in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Where the unit stands in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "in-circulation")]
    status: Option<Status>,
    /// The last day that the goods are good on.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<chrono::NaiveDate>,
    /// The line on which the same thing stands before.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubled_of: Option<usize>,
}

/// A reason and its sentence.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct StockReason {
    /// What programs look at.
    #[schema(example = "sold-already")]
    slug: &'static str,
    /// The same in the caller's language.
    #[schema(example = "Already marked as sold")]
    text: String,
}

/// Something that was expected and is not there.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct MissingItem {
    /// That it is missing, in the caller's language.
    #[schema(example = "Missing: expected but not scanned")]
    title: String,
    /// The expected code, when it leads to no unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The product.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "04870001234560")]
    gtin: Option<Gtin>,
    /// The item.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
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
    request_body = StockCheck,
    responses(
        (status = 200, description = "What came of it", body = StockAnswer),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Always,
    ),
    security(("bearer" = ["clerk", "participant"])),
)]
#[post("/v1/stock/checks")]
async fn post_check(
    app: web::Data<App>,
    clerk: Clerk,
    Body(check): Body<StockCheck, LARGEST>,
) -> Result<web::Json<StockAnswer>> {
    let (id, asked, wanted) = check.checked()?;
    let counted = count(&app, clerk.number(), asked, wanted).await?;
    let language = language::current();
    let names = names(&app, &counted, language).await;
    Ok(web::Json(StockAnswer::new(id, counted, &names, language, app.clock.now())))
}

/// Trade names of what was counted or expected, from published cards; what can't be found now has none.
async fn names(app: &App, counted: &Counted, language: Language) -> BTreeMap<Gtin, String> {
    let expected = counted.difference.iter().flat_map(|difference| difference.by_gtin.keys());
    let mut names = BTreeMap::new();
    for gtin in counted.present.keys().chain(expected) {
        if !names.contains_key(gtin)
            && let Ok(Some(card)) = app.snapshot.product(gtin.number()).await
            && card.published
        {
            names.insert(*gtin, card.trade_name.get(language).to_owned());
        }
    }
    names
}

impl StockAnswer {
    fn new(
        id: Uuid,
        counted: Counted,
        names: &BTreeMap<Gtin, String>,
        language: Language,
        as_of: DateTime<Utc>,
    ) -> Self {
        let of = |may| counted.totals.get(&may).copied().unwrap_or_default();
        let totals = Totals {
            checked: counted.totals.values().sum(),
            may_be_sold: of(MaySell::Yes),
            may_not_be_sold: of(MaySell::No),
            unknown: of(MaySell::Unknown),
            doubled: counted.doubled,
            missing: counted.difference.as_ref().map(|difference| difference.missing),
            extra: counted.difference.as_ref().map(|difference| difference.extra),
        };
        let missing = counted.missing.iter().map(|(item, answer)| MissingItem::new(item, answer.as_ref(), language));
        Self {
            id,
            summary: totals.in_words(language),
            by_product: by_product(&counted, counted.difference.as_ref(), names),
            missing: missing.collect(),
            lines_omitted: counted.lines_omitted,
            lines: (0..).zip(counted.lines).map(|(position, line)| LineAnswer::new(position, line, language)).collect(),
            totals,
            as_of,
        }
    }
}

impl Totals {
    fn in_words(&self, language: Language) -> Vec<String> {
        let say = |key: &str, count: u32| locales::say(language, key, &[("count", count.into())]);
        let mut words =
            vec![say("stock-total-checked", self.checked), say("stock-total-may-be-sold", self.may_be_sold)];
        let odd = [
            ("stock-total-missing", self.missing.unwrap_or_default()),
            ("stock-total-extra", self.extra.unwrap_or_default()),
            ("stock-total-doubled", self.doubled),
            ("stock-total-not-checked", self.unknown),
        ];
        words.extend(odd.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| say(key, count)));
        words
    }
}

fn by_product(
    counted: &Counted,
    difference: Option<&Difference>,
    names: &BTreeMap<Gtin, String>,
) -> Vec<ProductTotals> {
    let expected = difference.into_iter().flat_map(|difference| difference.by_gtin.keys());
    let mut gtins: Vec<Gtin> = counted.present.keys().chain(expected).copied().collect();
    gtins.sort_unstable();
    gtins.dedup();
    let totals = |gtin: Gtin| {
        let count = difference.map(|difference| difference.by_gtin.get(&gtin).copied().unwrap_or_default());
        ProductTotals {
            gtin,
            name: names.get(&gtin).cloned(),
            present: counted.present.get(&gtin).copied().unwrap_or_default(),
            may_be_sold: counted.sellable.get(&gtin).copied().unwrap_or_default(),
            expected: count.map(|count| count.expected),
            missing: count.map(|count| count.missing),
            extra: count.map(|count| count.extra),
        }
    };
    gtins.into_iter().map(totals).collect()
}

impl LineAnswer {
    fn new(position: usize, line: Line, language: Language) -> Self {
        let reason =
            |why: &super::judge::Why| StockReason { slug: why.slug(), text: locales::say(language, why.key(), &[]) };
        let answer = line.answer.as_ref();
        Self {
            position,
            may_be_sold: line.may,
            title: locales::say(language, line.may.key(), &[]),
            holding: line.holding,
            reasons: line.why.iter().map(reason).collect(),
            verdict: answer.map(|answer| answer.verdict),
            evidence: answer.iter().flat_map(|answer| &answer.reasons).map(|reason| reason.text.clone()).collect(),
            gtin: answer.and_then(|answer| answer.code.gtin),
            serial: answer.and_then(|answer| answer.code.serial.clone()),
            sscc: answer.and_then(|answer| answer.code.sscc),
            units: answer.and_then(|answer| answer.pack.as_ref()).map(|pack| pack.units),
            name: answer.and_then(|answer| answer.product.as_ref()).map(|product| product.trade_name.clone()),
            status: answer.and_then(|answer| answer.status.as_ref()).map(|status| status.slug),
            expires_on: answer.and_then(|answer| answer.release.expires_on),
            doubled_of: line.doubled_of,
            code: line.code,
        }
    }
}

impl MissingItem {
    fn new(item: &Item, answer: Option<&Answer>, language: Language) -> Self {
        Self {
            title: locales::say(language, "stock-missing", &[]),
            code: if let Item::Text(code) = item { Some(code.clone()) } else { None },
            gtin: answer.and_then(|answer| answer.code.gtin),
            serial: answer.and_then(|answer| answer.code.serial.clone()),
        }
    }
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

    #[test]
    fn totals_are_told_in_sentences_of_which_the_odd_ones_only_where_there_is_something_odd() {
        let mut totals = Totals {
            checked: 3,
            may_be_sold: 2,
            may_not_be_sold: 1,
            unknown: 0,
            doubled: 0,
            missing: None,
            extra: Some(0),
        };
        assert_eq!(totals.in_words(Language::En), ["3 codes checked", "2 items may be sold"]);
        totals.missing = Some(1);
        totals.doubled = 2;
        let words = totals.in_words(Language::En);
        assert_eq!(words[2..], ["1 code missing".to_owned(), "2 codes scanned again".to_owned()]);
    }
}
