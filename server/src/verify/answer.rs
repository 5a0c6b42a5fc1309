//! What is told about a code: verdict, reasons, and what its label should say (D1.7).

use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use marking::gtin::Gtin;
use marking::layout::Group;
use marking::misread::Repair;
use marking::parse_error::ParseError;
use marking::sscc::Sscc;
use marking::status::Status;
use marking::verdict::{Judgement, Reason, Verdict, Wording};
use mobile_core::card::Card;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::codes::{SealLine, UnitPlace};
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

/// What a code is, and whether its goods may be sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    /// The answer in one word.
    #[schema(value_type = String, example = "in-circulation")]
    pub(crate) verdict: Verdict,
    /// The same as a sentence.
    #[schema(example = "Goods with this code were released for sale")]
    pub(crate) title: &'static str,
    /// What to do next.
    pub(crate) advice: &'static str,
    /// Why, the weightiest first.
    pub(crate) reasons: Vec<ReasonLine>,
    /// Which family the code is of.
    pub(crate) kind: Kind,
    /// In which words `title` and `advice` tell it: the verdict, or one of `barcode`, `unknown-barcode`, `not-a-code`,
    /// `foreign-code`, `typed-wrong`, `seal-not-checked`.
    #[schema(example = "in-circulation")]
    pub(crate) wording: &'static str,
    /// Whether a shop may sell the goods now. Never where the seal was not read.
    pub(crate) may_be_sold: bool,
    /// What came of the seal of a unit that the register holds; absent for everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<SealLine>,
    /// Where the unit stands in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<StatusLine>,
    /// What the scanner or the keyboard had done to the code, and we undid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) repaired: Vec<RepairLine>,
    /// What the code names.
    #[serde(skip_serializing_if = "CodeLine::is_empty")]
    #[schema(required = false)]
    pub(crate) code: CodeLine,
    /// Why the text is no code, and where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<FaultLine>,
    /// The goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<ProductLine>,
    /// Who ordered the codes and answers for the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) participant: Option<ParticipantLine>,
    /// What was declared when the goods were released.
    #[serde(flatten)]
    pub(crate) release: ReleaseLine,
    /// The pack and what is inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pack: Option<PackLine>,
    /// The moment that the answer is of: every change of the unit that was acknowledged before it is in the answer, later
    /// ones may be. It lies two seconds back at most, or the register is away. Names of goods and companies may be a
    /// second older.
    pub(crate) as_of: DateTime<Utc>,
    /// The unit itself, for those who keep or judge it; never told.
    #[serde(skip)]
    pub(crate) place: Option<UnitPlace>,
    /// The reasons as facts.
    #[serde(skip)]
    pub(crate) judgement: Judgement,
}

/// Families of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// One item of a product.
    Unit,
    /// A group or transport pack.
    Pack,
    /// The stamp of a bottle.
    Stamp,
    /// One pack of cigarettes.
    Tobacco,
    /// A product as such.
    Product,
    /// None of these.
    Other,
}

/// One reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReasonLine {
    /// What programs look at.
    #[schema(example = "in-circulation")]
    pub(crate) slug: &'static str,
    /// The same as a sentence.
    #[schema(example = "The goods were released into circulation. Who released them is shown below.")]
    pub(crate) text: String,
    /// `expired-on`: the last day; `recalled`: the day of the recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<NaiveDate>,
    /// `recalled`: why, in the words of whoever recalled the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<String>,
}

/// A status and its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StatusLine {
    /// What programs look at.
    #[schema(value_type = String, example = "in-circulation")]
    pub(crate) slug: Status,
    /// Its name.
    #[schema(example = "In circulation")]
    pub(crate) text: &'static str,
}

/// A repair and its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RepairLine {
    /// What programs look at.
    #[schema(example = "case-flipped")]
    pub(crate) slug: &'static str,
    /// What had happened.
    #[schema(example = "Capital and small letters were swapped")]
    pub(crate) text: &'static str,
}

/// What a code names.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct CodeLine {
    /// The product, fourteen digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "04870001234560")]
    pub(crate) gtin: Option<Gtin>,
    /// The item: its serial, or the stamp's series and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3k7QpW2mXc9Zt")]
    pub(crate) serial: Option<String>,
    /// The pack, eighteen digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "048700012300000017")]
    pub(crate) sscc: Option<Sscc>,
}

impl CodeLine {
    fn is_empty(&self) -> bool {
        self.gtin.is_none() && self.serial.is_none() && self.sscc.is_none()
    }
}

/// Why a text is no code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FaultLine {
    /// What programs look at.
    #[schema(example = "wrong-check-digit")]
    pub(crate) slug: &'static str,
    /// The byte of the text where the fault lies.
    #[schema(example = 15)]
    pub(crate) at: usize,
    /// The same as a sentence.
    #[schema(example = "The check digit does not match")]
    pub(crate) text: String,
}

/// Goods.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductLine {
    /// Fourteen digits.
    #[schema(value_type = String, example = "04870001234560")]
    pub(crate) gtin: Gtin,
    /// The trade name in the language asked for.
    #[schema(example = "Boots for women, «Dala»")]
    pub(crate) trade_name: String,
    /// The trade name in every language.
    pub(crate) trade_names: Names,
    /// Who made the goods, in the language asked for where the register has it.
    #[schema(example = "Taraz Footwear Factory")]
    pub(crate) manufacturer: String,
    /// The same in every language, where the register has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manufacturers: Option<Names>,
    /// Where: ISO 3166-1.
    #[schema(example = "KZ")]
    pub(crate) country: String,
    /// Product group.
    #[schema(value_type = String, example = "shoes")]
    pub(crate) group: Group,
}

/// A participant, by name: numbers of people are nobody's business.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ParticipantLine {
    /// In the language asked for.
    #[schema(example = "Dala Shoes LLP")]
    pub(crate) name: String,
}

/// What was declared when goods were released.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct ReleaseLine {
    /// Who imported the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Qala Import LLP")]
    pub(crate) importer: Option<String>,
    /// The day of production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) produced_on: Option<NaiveDate>,
    /// The last day that the goods are good on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_on: Option<NaiveDate>,
    /// The customs declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declaration: Option<DeclarationLine>,
}

/// A customs declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct DeclarationLine {
    /// Its number.
    #[schema(example = "55302/151026/0012345")]
    pub(crate) number: String,
    /// Its date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declared_on: Option<NaiveDate>,
}

/// A pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PackLine {
    /// Eighteen digits.
    #[schema(value_type = String, example = "048700012300000017")]
    pub(crate) sscc: Sscc,
    /// `group` or `transport`.
    #[schema(example = "group")]
    pub(crate) level: String,
    /// Whether it was taken apart.
    pub(crate) opened: bool,
    /// Units inside, through all levels.
    #[schema(example = 24)]
    pub(crate) units: u32,
    /// Packs directly inside.
    #[schema(example = 0)]
    pub(crate) packs: u32,
    /// Their numbers, a hundred at most.
    #[schema(value_type = Vec<String>)]
    pub(crate) inside: Vec<Sscc>,
    /// The units by product, release and status, a hundred lines at most.
    pub(crate) contents: Vec<ContentLine>,
}

/// Units of a pack that are alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ContentLine {
    /// The goods; absent when their card is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<ProductLine>,
    /// Where they stand in their life.
    pub(crate) status: StatusLine,
    /// What was declared when they were released.
    #[serde(flatten)]
    pub(crate) release: ReleaseLine,
    /// How many.
    #[schema(example = 24)]
    pub(crate) units: u32,
}

impl Answer {
    /// A judgement in words, with nothing beside it yet.
    pub(super) fn new(language: Language, kind: Kind, judgement: Judgement, as_of: DateTime<Utc>) -> Self {
        let wording = judgement.wording();
        Self {
            verdict: judgement.verdict,
            title: words::title(language, wording),
            advice: words::advice(language, wording),
            wording: wording.slug(),
            reasons: judgement.reasons.iter().map(|reason| ReasonLine::new(language, reason)).collect(),
            kind,
            may_be_sold: judgement.is_fit_for_sale(),
            seal: None,
            status: None,
            repaired: Vec::new(),
            code: CodeLine::default(),
            fault: None,
            product: None,
            participant: None,
            release: ReleaseLine::default(),
            pack: None,
            as_of,
            place: None,
            judgement,
        }
    }

    /// Tells it in other words than its judgement has.
    #[must_use]
    pub(super) fn worded(self, language: Language, wording: Wording) -> Self {
        let (title, advice) = (words::title(language, wording), words::advice(language, wording));
        Self { title, advice, wording: wording.slug(), ..self }
    }

    /// Names what was repaired.
    #[must_use]
    pub(super) fn with_repairs(mut self, language: Language, repaired: &[Repair]) -> Self {
        let line = |repair: &Repair| RepairLine { slug: repair.slug(), text: words::repair(language, *repair) };
        self.repaired = repaired.iter().map(line).collect();
        self
    }
}

impl ReasonLine {
    fn new(language: Language, reason: &Reason) -> Self {
        let (date, cause) = match reason {
            Reason::ExpiredOn { date } => (Some(*date), None),
            Reason::Recalled(recall) => (Some(recall.on), Some(words::text(language, &recall.reason).to_owned())),
            _ => (None, None),
        };
        Self { slug: reason.slug(), text: words::reason(language, reason), date, cause }
    }
}

impl StatusLine {
    pub(super) fn new(language: Language, status: Status) -> Self {
        Self { slug: status, text: words::status(language, status) }
    }
}

impl FaultLine {
    pub(super) fn new(language: Language, error: ParseError) -> Self {
        let slug = error.kind.slug();
        Self { slug, at: error.at, text: locales::say(language, &format!("parse-{slug}"), &[]) }
    }
}

/// The same as phones show it, so that every page says it in the same lines.
pub(crate) fn card(answer: &Answer, language: Language) -> Result<Card> {
    let unread = |_| Error::internal("the phone core does not read an answer of ours");
    mobile_core::card::of_answer(&serde_json::to_string(answer)?, language).map_err(unread)
}
