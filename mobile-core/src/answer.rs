//! The register's answer to a code, as far as a screen needs it: `GET /v1/verify` in `openapi.yaml`.
//!
//! Read leniently: a field that is missing, or that a newer register added, breaks nothing. Refuses only what is no
//! answer at all.

use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use serde::{Deserialize, Serialize};

/// The longest answer that is read, in bytes: a pack with a hundred lines stays far below.
const LONGEST: usize = 1024 * 1024;

/// The text is no answer of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an answer of the register")]
pub struct NotAnAnswer;

/// What the register said.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The verdict's slug.
    pub verdict: String,
    /// In which words it is told.
    pub wording: Option<String>,
    /// The verdict as a sentence.
    #[serde(default)]
    pub title: String,
    /// What to do next.
    #[serde(default)]
    pub advice: String,
    /// Why, the weightiest first.
    #[serde(default)]
    pub reasons: Vec<ReasonLine>,
    /// Where the unit is in its life.
    pub status: Option<Worded>,
    /// What a scanner or a keyboard had done to the code.
    #[serde(default)]
    pub repaired: Vec<Worded>,
    /// What the code names.
    #[serde(default)]
    pub code: Code,
    /// Why the text is no code.
    pub fault: Option<Worded>,
    /// The goods.
    pub product: Option<Product>,
    /// Who ordered the codes.
    pub participant: Option<Participant>,
    /// What was declared when the goods were released.
    #[serde(flatten)]
    pub release: Release,
    /// What is inside a pack.
    pub pack: Option<Pack>,
    /// The moment that the answer is of.
    pub as_of: Option<DateTime<Utc>>,
}

/// A slug with the register's words for it, used where this version has none of its own.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Worded {
    /// What programs look at.
    pub slug: String,
    /// The same in words.
    #[serde(default)]
    pub text: String,
}

/// One reason.
#[derive(Clone, Debug, Deserialize)]
pub struct ReasonLine {
    /// What programs look at.
    pub slug: String,
    /// The same in words.
    #[serde(default)]
    pub text: String,
    /// The day that the reason names.
    pub date: Option<NaiveDate>,
    /// Why goods were recalled.
    pub cause: Option<String>,
}

/// What a code names.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Code {
    /// Fourteen digits.
    pub gtin: Option<String>,
    /// The item.
    pub serial: Option<String>,
    /// Eighteen digits.
    pub sscc: Option<String>,
}

/// Goods, as the register tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Fourteen digits.
    pub gtin: String,
    /// In the language asked for.
    #[serde(default)]
    pub trade_name: String,
    /// In every language.
    #[serde(default)]
    pub trade_names: Names,
    /// Who made the goods, in the language asked for.
    #[serde(default)]
    pub manufacturer: String,
    /// The same in every language.
    #[serde(default)]
    pub manufacturers: Names,
}

/// A name in three languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// In Kazakh.
    #[serde(default)]
    pub kk: String,
    /// In Russian.
    #[serde(default)]
    pub ru: String,
    /// In English.
    #[serde(default)]
    pub en: String,
}

/// A participant, by name.
#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    /// In the language asked for.
    pub name: String,
}

/// What was declared when goods were released.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Release {
    /// Who imported the goods.
    pub importer: Option<String>,
    /// The day of production.
    pub produced_on: Option<NaiveDate>,
    /// The last day that the goods are good on.
    pub expires_on: Option<NaiveDate>,
    /// The customs declaration.
    pub declaration: Option<Declaration>,
}

/// A customs declaration.
#[derive(Clone, Debug, Deserialize)]
pub struct Declaration {
    /// Its number.
    pub number: String,
    /// Its date.
    pub declared_on: Option<NaiveDate>,
}

/// A pack.
#[derive(Clone, Debug, Deserialize)]
pub struct Pack {
    /// The units by product and status.
    #[serde(default)]
    pub contents: Vec<Content>,
}

/// Units of a pack that are alike.
#[derive(Clone, Debug, Deserialize)]
pub struct Content {
    /// The goods.
    pub product: Option<Product>,
    /// Where they are in their life.
    #[serde(default)]
    pub status: Worded,
    /// How many.
    #[serde(default)]
    pub units: u32,
}

impl Answer {
    /// Reads the body of an answer.
    pub(crate) fn read(json: &str) -> Result<Self, NotAnAnswer> {
        if json.len() > LONGEST {
            return Err(NotAnAnswer);
        }
        serde_json::from_str(json).map_err(|_| NotAnAnswer)
    }
}

impl Names {
    fn get(&self, language: Language) -> &str {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

impl Product {
    /// The trade name in a language, or as the register told it.
    pub fn name(&self, language: Language) -> &str {
        let name = self.trade_names.get(language);
        if name.is_empty() { &self.trade_name } else { name }
    }

    /// The maker's name in a language, or as the register told it.
    pub fn maker(&self, language: Language) -> &str {
        let name = self.manufacturers.get(language);
        if name.is_empty() { &self.manufacturer } else { name }
    }
}
