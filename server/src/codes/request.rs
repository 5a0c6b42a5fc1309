//! Documents as they are sent, and what must hold of them before anything is looked up: dates that fit together,
//! words where words are needed, a declaration's number of the right form.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::deed::{Deed, Leaving};
use super::particulars::{Declaration, Recall};
use super::units::Units;
use crate::platform::problem::Result;
use crate::registry::{Bin, Faults, InvalidBin, Names};

const MAX_WORDS: usize = 500;
const MAX_NUMBER: usize = 64;

/// A document about units, as it is sent.
pub(crate) trait Document: Serialize {
    /// Where it is sent to.
    const ROUTE: &'static str;

    /// The client's own id of it.
    fn id(&self) -> Uuid;

    /// The units that it is about.
    fn units(&self) -> &Units;

    /// What it says, as far as that can be told without asking anybody; or all faults at once.
    fn draft(&self, today: NaiveDate) -> Result<Draft>;
}

/// What a document says before its participants are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// What it does.
    pub(crate) does: Does,
    /// What else it says, kept with it.
    pub(crate) details: Value,
}

/// What a document does, with participants by their BINs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Something that names no participant.
    Plain(Deed),
    /// A release.
    Release {
        /// The day of production.
        produced_on: Option<NaiveDate>,
        /// The last day on which the goods are good.
        expires_on: Option<NaiveDate>,
        /// Importer, and the customs declaration where there is one.
        import: Option<(Bin, Option<Declaration>)>,
    },
    /// A shipment to this participant.
    Ship(Bin),
}

impl Draft {
    fn plain(deed: Deed) -> Self {
        Self { does: Does::Plain(deed), details: json!({}) }
    }

    fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

/// Codes were put on goods.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Application {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// When they were put on; today unless told.
    #[schema(format = Date, example = "2026-11-19")]
    applied_on: Option<String>,
}

/// Goods enter the market.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Release {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// The day of production.
    #[schema(format = Date, example = "2026-11-10")]
    produced_on: Option<String>,
    /// The last day on which the goods are good.
    #[schema(format = Date, example = "2027-11-10")]
    expires_on: Option<String>,
    /// BIN of the importer, which is the participant that sends this; none for goods made in the country. Which facts
    /// goods need, the directory `release-facts` says.
    #[schema(example = "990140000384", pattern = "^[0-9]{12}$")]
    importer: Option<String>,
    /// Number of the customs declaration, together with an importer.
    #[schema(example = "55301/151126/0012345", pattern = "^[0-9]{5}/[0-9]{6}/[0-9]{7}$")]
    declaration_number: Option<String>,
    /// Day of the customs declaration, as in its number.
    #[schema(format = Date, example = "2026-11-15")]
    declared_on: Option<String>,
}

/// Goods were sold to consumers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Sale {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Number of the fiscal receipt.
    #[schema(example = "1002003004", max_length = 64)]
    receipt: Option<String>,
}

/// Consumers brought goods back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Return {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why, in words.
    #[schema(example = "Wrong size", max_length = 500)]
    reason: Option<String>,
}

/// Goods leave the market without a sale at a till (S13).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Withdrawal {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why: `own-needs`, `damaged`, `defect`, `utilisation`, `e-commerce`, `sampling`, `export`, `confiscated`,
    /// `other`, `destruction`, `loss`, `write-off` or `expiry`.
    #[schema(example = "damaged", max_length = 40)]
    reason: String,
    /// The same in words; needed where the reason is `other`.
    #[schema(max_length = 500)]
    words: Option<String>,
}

/// A reason in each language, as the contract describes it: longer than a name.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read as names with another bound")]
struct RecallReason {
    /// In Kazakh.
    #[schema(min_length = 1, max_length = 500, example = "Партиядан шыны сынықтары табылды")]
    kk: String,
    /// In Russian.
    #[schema(min_length = 1, max_length = 500, example = "В партии найдены осколки стекла")]
    ru: String,
    /// In English; the Russian text where it is left out.
    #[schema(required = false, max_length = 500, example = "Glass splinters were found in the batch")]
    en: String,
}

/// Goods are recalled, or a recall is lifted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecallRequest {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why, in words that everybody will read, at most 500 characters in each language; needed unless a recall is lifted.
    #[schema(value_type = Option<RecallReason>, example = json!({ "kk": "Партиядан шыны сынықтары табылды", "ru": "В партии найдены осколки стекла" }))]
    reason: Option<Names>,
    /// Since when; today where it is left out.
    #[schema(format = Date, example = "2026-11-19")]
    recalled_on: Option<String>,
    /// Whether the recall that stands is lifted.
    #[serde(default)]
    #[schema(default = false)]
    lift: bool,
}

/// Goods go to another participant, who has to accept them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ShipmentRequest {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// BIN of the receiver.
    #[schema(example = "904000500001", pattern = "^[0-9]{12}$")]
    receiver: String,
    /// The sender's own number of the paper.
    #[schema(example = "WB-1024", max_length = 64)]
    number: Option<String>,
}

macro_rules! document {
    ($name:ident, $route:literal, $draft:item) => {
        impl Document for $name {
            const ROUTE: &'static str = $route;

            fn id(&self) -> Uuid {
                self.id
            }

            fn units(&self) -> &Units {
                &self.units
            }

            $draft
        }
    };
}

document! { Application, "POST /v1/applications",
    fn draft(&self, today: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let applied_on = past_date("applied_on", self.applied_on.as_deref(), today, &mut faults);
        faults.refuse()?;
        Ok(Draft::plain(Deed::Apply).with(json!({ "applied_on": applied_on.unwrap_or(today) })))
    }
}

document! { Release, "POST /v1/releases",
    fn draft(&self, today: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let produced_on = past_date("produced_on", self.produced_on.as_deref(), today, &mut faults);
        let expires_on = date("expires_on", self.expires_on.as_deref(), &mut faults);
        match (produced_on, expires_on) {
            (Some(produced_on), Some(expires_on)) if expires_on <= produced_on => {
                faults.add("expires_on", "field-expiry-before-production");
            }
            (_, Some(expires_on)) if expires_on < today => faults.add("expires_on", "field-in-the-past"),
            _ => {}
        }
        let import = self.import(today, &mut faults);
        faults.refuse()?;
        Ok(Draft { does: Does::Release { produced_on, expires_on, import }, details: json!({}) })
    }
}

impl Release {
    /// Importer and declaration: none of it, the importer alone, or all.
    fn import(&self, today: NaiveDate, faults: &mut Faults) -> Option<(Bin, Option<Declaration>)> {
        let number = self.declaration_number.as_deref();
        let Some(importer) = &self.importer else {
            for (field, given) in
                [("declaration_number", number.is_some()), ("declared_on", self.declared_on.is_some())]
            {
                if given {
                    faults.add(field, "field-only-for-imports");
                }
            }
            return None;
        };
        let importer = faults.keep("importer", importer.parse::<Bin>(), InvalidBin::slug);
        if number.is_none() && self.declared_on.is_none() {
            return Some((importer?, None));
        }
        let declared_on = past_date("declared_on", self.declared_on.as_deref(), today, faults);
        if self.declared_on.is_none() {
            faults.add("declared_on", "field-required");
        }
        match number.map(day_of_declaration) {
            None => faults.add("declaration_number", "field-required"),
            Some(None) => faults.add("declaration_number", "field-not-a-declaration"),
            Some(Some(day)) if declared_on.is_some_and(|date| date.format("%d%m%y").to_string() != day) => {
                faults.add("declaration_number", "field-declaration-date");
            }
            Some(Some(_)) => {}
        }
        let declaration = Declaration { number: number?.to_owned(), declared_on: declared_on? };
        Some((importer?, Some(declaration)))
    }
}

document! { Sale, "POST /v1/sales",
    fn draft(&self, _: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let receipt = words("receipt", self.receipt.as_deref(), MAX_NUMBER, &mut faults);
        faults.refuse()?;
        Ok(Draft::plain(Deed::Sell).with(json!({ "receipt": receipt })))
    }
}

document! { Return, "POST /v1/returns",
    fn draft(&self, _: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let reason = words("reason", self.reason.as_deref(), MAX_WORDS, &mut faults);
        faults.refuse()?;
        Ok(Draft::plain(Deed::Return).with(json!({ "reason": reason })))
    }
}

document! { Withdrawal, "POST /v1/withdrawals",
    fn draft(&self, _: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let leaving = Leaving::find(&self.reason);
        if leaving.is_none() {
            let allowed = Leaving::all().map(Leaving::slug).collect::<Vec<_>>().join(", ");
            faults.add_with("reason", "field-not-one-of", &[("allowed", allowed.into())]);
        }
        let told = words("words", self.words.as_deref(), MAX_WORDS, &mut faults);
        if self.reason == "other" && self.words.is_none() {
            faults.add("words", "field-required");
        }
        faults.refuse()?;
        let leaving = leaving.ok_or_else(|| crate::platform::problem::Error::field("reason", "field-required"))?;
        Ok(Draft::plain(Deed::Leave(leaving)).with(json!({ "reason": leaving.slug(), "words": told })))
    }
}

document! { RecallRequest, "POST /v1/recalls",
    fn draft(&self, today: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let reason = self.reason.as_ref().map(|reason| reason.checked_within("reason", MAX_WORDS, &mut faults));
        let on = past_date("recalled_on", self.recalled_on.as_deref(), today, &mut faults);
        if reason.is_none() && !self.lift {
            faults.add("reason", "field-required");
        }
        faults.refuse()?;
        let details = json!({ "reason": reason, "recalled_on": on });
        let recall = Recall { reason: reason.unwrap_or_default(), on: on.unwrap_or(today) };
        Ok(Draft::plain(if self.lift { Deed::LiftRecall } else { Deed::Recall(recall) }).with(details))
    }
}

document! { ShipmentRequest, "POST /v1/shipments",
    fn draft(&self, _: NaiveDate) -> Result<Draft> {
        let mut faults = Faults::default();
        let receiver = faults.keep("receiver", self.receiver.parse::<Bin>(), InvalidBin::slug);
        let number = words("number", self.number.as_deref(), MAX_NUMBER, &mut faults);
        faults.refuse()?;
        let receiver = receiver.ok_or_else(|| crate::platform::problem::Error::field("receiver", "field-required"))?;
        Ok(Draft { does: Does::Ship(receiver), details: json!({ "number": number }) })
    }
}

/// Words that may be left out, but not empty.
fn words(field: &str, text: Option<&str>, max: usize, faults: &mut Faults) -> Option<String> {
    text.map(|text| faults.text(field, text, max))
}

/// A date that may be left out.
fn date(field: &str, text: Option<&str>, faults: &mut Faults) -> Option<NaiveDate> {
    let text = text?;
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let read = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain);
    if read.is_none() {
        faults.add(field, "field-not-a-date");
    }
    read
}

/// A date that may be left out and isn't after today.
fn past_date(field: &str, text: Option<&str>, today: NaiveDate, faults: &mut Faults) -> Option<NaiveDate> {
    let date = date(field, text, faults)?;
    if date > today {
        faults.add(field, "field-in-the-future");
    }
    Some(date)
}

/// The middle of a customs declaration's number `NNNNN/DDMMYY/NNNNNNN`: the day as six digits; `None` for another form.
fn day_of_declaration(number: &str) -> Option<&str> {
    let mut parts = number.split('/');
    let (post, day, serial) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = parts.next().is_none() && digits(post, 5) && digits(day, 6) && digits(serial, 7);
    right.then_some(day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::platform::problem::Error;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    fn draft<D: Document + for<'a> Deserialize<'a>>(mut body: Value) -> Result<Draft> {
        body["id"] = json!(Uuid::nil());
        body["units"] = json!({});
        serde_json::from_value::<D>(body).unwrap().draft(today())
    }

    fn faults<D: Document + for<'a> Deserialize<'a>>(body: Value) -> Vec<String> {
        match draft::<D>(body) {
            Err(Error::Invalid(faults)) => {
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// D1.7: production date, importer, declaration's number and date are what the public is shown.
    #[test]
    fn a_release_of_imported_goods_names_importer_and_declaration() {
        let body = json!({
            "produced_on": "2026-11-10", "expires_on": "2027-11-10", "importer": "990140000384",
            "declaration_number": "55301/151126/0012345", "declared_on": "2026-11-15"
        });
        let Does::Release { import: Some((bin, Some(declaration))), .. } = draft::<Release>(body).unwrap().does else {
            panic!()
        };
        assert_eq!((bin.to_string().as_str(), declaration.number.as_str()), ("990140000384", "55301/151126/0012345"));
        assert_eq!(declaration.declared_on.to_string(), "2026-11-15");
        let union = draft::<Release>(json!({ "importer": "990140000384" })).unwrap().does;
        assert!(
            matches!(union, Does::Release { import: Some((_, None)), .. }),
            "goods of the union have no declaration"
        );
        assert!(draft::<Release>(json!({})).is_ok(), "domestic goods, nothing told");
    }

    #[test]
    fn a_release_whose_facts_do_not_fit_together_is_refused_with_every_fault() {
        let body = json!({ "produced_on": "2026-11-21", "expires_on": "2026-13-01", "importer": "990140000385",
            "declaration_number": "55301-151126-0012345" });
        let expected = [
            "produced_on field-in-the-future",
            "expires_on field-not-a-date",
            "importer field-check-digit",
            "declared_on field-required",
            "declaration_number field-not-a-declaration",
        ];
        assert_eq!(faults::<Release>(body), expected);
        let body = json!({ "produced_on": "2026-11-10", "expires_on": "2026-11-10", "declared_on": "2026-11-15" });
        let expected = ["expires_on field-expiry-before-production", "declared_on field-only-for-imports"];
        assert_eq!(faults::<Release>(body), expected);
        assert_eq!(faults::<Release>(json!({ "expires_on": "2026-11-19" })), ["expires_on field-in-the-past"]);
        let body = json!({ "importer": "990140000384", "declared_on": "2026-11-14",
            "declaration_number": "55301/151126/0012345" });
        assert_eq!(faults::<Release>(body), ["declaration_number field-declaration-date"]);
    }

    #[test]
    fn a_withdrawal_says_why() {
        for leaving in Leaving::all() {
            let words = (leaving.slug() == "other").then_some("fell off a lorry");
            let draft = draft::<Withdrawal>(json!({ "reason": leaving.slug(), "words": words })).unwrap();
            assert_eq!(draft.does, Does::Plain(Deed::Leave(leaving)));
        }
        assert_eq!(faults::<Withdrawal>(json!({ "reason": "other" })), ["words field-required"]);
        assert_eq!(faults::<Withdrawal>(json!({ "reason": "sold" })), ["reason field-not-one-of"]);
    }

    #[test]
    fn a_recall_says_why_unless_it_is_lifted() {
        assert_eq!(faults::<RecallRequest>(json!({})), ["reason field-required"]);
        assert_eq!(draft::<RecallRequest>(json!({ "lift": true })).unwrap().does, Does::Plain(Deed::LiftRecall));
        let recalled = draft::<RecallRequest>(json!({ "reason": { "kk": " шыны ", "ru": " стекло " } })).unwrap().does;
        let recall = Recall {
            reason: Names { kk: "шыны".into(), ru: "стекло".into(), en: "стекло".into() },
            on: today(),
        };
        assert_eq!(recalled, Does::Plain(Deed::Recall(recall)));
    }

    #[test]
    fn the_number_of_a_declaration_has_three_parts_of_digits() {
        assert_eq!(day_of_declaration("55301/151126/0012345"), Some("151126"));
        for wrong in ["", "55301/151126", "5530/151126/0012345", "55301/151126/0012345/1", "5530A/151126/0012345"] {
            assert_eq!(day_of_declaration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_written_in_one_way() {
        let mut faults = Faults::default();
        assert!(date("d", Some("2026-02-28"), &mut faults).is_some());
        for wrong in ["2026-2-28", "2026-02-30", "28.02.2026", "", "2026-02-28 ", "+026-02-28"] {
            assert!(date("d", Some(wrong), &mut faults).is_none(), "{wrong}");
        }
    }
}
