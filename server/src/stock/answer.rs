//! What a check of stock answers: totals, each code, what is missing; in words where people read it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use marking::status::Status;
use marking::verdict::Verdict;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::compare::{Difference, Item};
use super::count::{Counted, Line};
use super::judge::{Holding, MaySell, Why};
use crate::codes::SealLine;
use crate::verify::Answer;

/// What came of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct StockAnswer {
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
    /// The moment that the answer is of: every change that was acknowledged before it is in the answer, later ones may be.
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
    /// Whether its seal was read: `not-checked` where the code names the unit by GTIN and serial alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    seal: Option<SealLine>,
    /// Where the unit stands in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "in-circulation")]
    status: Option<Status>,
    /// The last day that the goods are good on.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<NaiveDate>,
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

impl StockAnswer {
    pub(super) fn new(
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
        let reason = |why: &Why| StockReason { slug: why.slug(), text: locales::say(language, why.key(), &[]) };
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
            seal: answer.and_then(|answer| answer.seal),
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
    use super::*;

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
