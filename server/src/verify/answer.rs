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
use mobile_core::answer::{Answer as Told, Worded};
use mobile_core::card::Card;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::codes::{SealLine, UnitPlace};
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
    /// What the code names.
    #[serde(skip_serializing_if = "CodeLine::is_empty")]
    #[schema(required = false)]
    pub(crate) code: CodeLine,
    /// The moment that the answer is of: every change of the unit that was acknowledged before it is in the answer, later
    /// ones may be. It lies two seconds back at most, or the register is away; measured, 99 of 100 changes were in the answers
    /// of another process within 0.17 seconds, and each was in the next answer to its writer. Names of goods and companies may
    /// be a second older.
    // None in a template only, which is of no moment yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DateTime<Utc>, required = true)]
    pub(crate) as_of: Option<DateTime<Utc>>,
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
            fault: None,
            product: None,
            participant: None,
            release: ReleaseLine::default(),
            pack: None,
            code: CodeLine::default(),
            as_of: Some(as_of),
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
pub(crate) fn card(answer: &Answer, language: Language) -> Card {
    mobile_core::card::of(told(answer), language)
}

/// What the phone core reads of an answer.
fn told(answer: &Answer) -> Told {
    let worded = |slug: &str, text: &str| Worded { slug: slug.to_owned(), text: text.to_owned() };
    let status = |line: &StatusLine| worded(line.slug.slug(), line.text);
    let contents = |pack: &PackLine| mobile_core::answer::Pack {
        contents: pack
            .contents
            .iter()
            .map(|line| mobile_core::answer::Content {
                product: line.product.as_ref().map(goods),
                status: status(&line.status),
                units: line.units,
            })
            .collect(),
    };
    let reason = |line: &ReasonLine| mobile_core::answer::ReasonLine {
        slug: line.slug.to_owned(),
        text: line.text.clone(),
        date: line.date,
        cause: line.cause.clone(),
    };
    Told {
        verdict: answer.verdict.slug().to_owned(),
        wording: Some(answer.wording.to_owned()),
        title: answer.title.to_owned(),
        advice: answer.advice.to_owned(),
        reasons: answer.reasons.iter().map(reason).collect(),
        status: answer.status.as_ref().map(status),
        repaired: answer.repaired.iter().map(|line| worded(line.slug, line.text)).collect(),
        code: mobile_core::answer::Code {
            gtin: answer.code.gtin.map(|gtin| gtin.to_string()),
            serial: answer.code.serial.clone(),
            sscc: answer.code.sscc.map(|sscc| sscc.to_string()),
        },
        fault: answer.fault.as_ref().map(|line| worded(line.slug, &line.text)),
        product: answer.product.as_ref().map(goods),
        participant: answer
            .participant
            .as_ref()
            .map(|participant| mobile_core::answer::Participant { name: participant.name.clone() }),
        release: mobile_core::answer::Release {
            importer: answer.release.importer.clone(),
            produced_on: answer.release.produced_on,
            expires_on: answer.release.expires_on,
            declaration: answer.release.declaration.as_ref().map(|declaration| mobile_core::answer::Declaration {
                number: declaration.number.clone(),
                declared_on: declaration.declared_on,
            }),
        },
        pack: answer.pack.as_ref().map(contents),
        as_of: answer.as_of,
    }
}

fn goods(product: &ProductLine) -> mobile_core::answer::Product {
    let names =
        |names: &Names| mobile_core::answer::Names { kk: names.kk.clone(), ru: names.ru.clone(), en: names.en.clone() };
    mobile_core::answer::Product {
        gtin: product.gtin.to_string(),
        trade_name: product.trade_name.clone(),
        trade_names: names(&product.trade_names),
        manufacturer: product.manufacturer.clone(),
        manufacturers: product.manufacturers.as_ref().map(names).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::verdict::{NotFound, Recall, Texts};

    use super::*;

    /// An answer with every member that a card shows.
    fn answer() -> Answer {
        let mut judgement = Judgement::of(NotFound::ProductOnly);
        let reason = Texts { kk: "желім".into(), ru: "клей".into(), en: "glue".into() };
        judgement.reasons.push(Reason::Recalled(Recall { reason, on: "2026-11-01".parse().unwrap() }));
        let names = |name: &str| Names { kk: format!("{name} kk"), ru: format!("{name} ru"), en: format!("{name} en") };
        let product = ProductLine {
            gtin: "04870001234560".parse().unwrap(),
            trade_name: "Етік".into(),
            trade_names: names("boots"),
            manufacturer: "Dala".into(),
            manufacturers: Some(names("maker")),
            country: "KZ".into(),
            group: Group::Shoes,
        };
        let status = StatusLine::new(Language::Ru, Status::Sold);
        let content = ContentLine {
            product: Some(product.clone()),
            status: status.clone(),
            release: ReleaseLine::default(),
            units: 12,
        };
        let sscc = "048700012300000012".parse().unwrap();
        let answer = Answer::new(Language::Ru, Kind::Pack, judgement, "2026-11-20T07:08:09.120Z".parse().unwrap());
        Answer {
            status: Some(status),
            code: CodeLine { gtin: Some(product.gtin), serial: Some("3AB".into()), sscc: Some(sscc) },
            fault: Some(FaultLine { slug: "wrong-check-digit", at: 3, text: "?".into() }),
            product: Some(product),
            participant: Some(ParticipantLine { name: "Dala".into() }),
            release: ReleaseLine {
                importer: Some("Qala".into()),
                produced_on: "2026-10-01".parse().ok(),
                expires_on: "2026-12-01".parse().ok(),
                declaration: Some(DeclarationLine { number: "7".into(), declared_on: "2026-10-02".parse().ok() }),
            },
            pack: Some(PackLine {
                sscc,
                level: "group".into(),
                opened: false,
                units: 12,
                packs: 0,
                inside: Vec::new(),
                contents: vec![content],
            }),
            ..answer.with_repairs(Language::Ru, &[Repair::CaseFlipped])
        }
    }

    #[test]
    fn a_card_is_the_one_that_a_phone_makes_of_the_json() {
        let answer = answer();
        let json = serde_json::to_string(&answer).unwrap();
        for language in Language::ALL {
            let of_phone = mobile_core::card::of_answer(&json, language).unwrap();
            assert!(of_phone.facts.len() > 10, "{of_phone:?}");
            assert_eq!(card(&answer, language), of_phone);
        }
    }
}
