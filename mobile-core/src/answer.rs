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
pub(crate) struct Answer {
    pub(crate) verdict: String,
    pub(crate) wording: Option<String>,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) advice: String,
    #[serde(default)]
    pub(crate) reasons: Vec<ReasonLine>,
    pub(crate) status: Option<Worded>,
    #[serde(default)]
    pub(crate) repaired: Vec<Worded>,
    #[serde(default)]
    pub(crate) code: Code,
    pub(crate) fault: Option<Worded>,
    pub(crate) product: Option<Product>,
    pub(crate) participant: Option<Participant>,
    #[serde(flatten)]
    pub(crate) release: Release,
    pub(crate) pack: Option<Pack>,
    pub(crate) as_of: Option<DateTime<Utc>>,
}

/// A slug with the register's words for it, used where this version has none of its own.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Worded {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) text: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReasonLine {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) cause: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Code {
    pub(crate) gtin: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) sscc: Option<String>,
}

/// Goods, as the register tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) gtin: String,
    #[serde(default)]
    pub(crate) trade_name: String,
    #[serde(default)]
    pub(crate) trade_names: Names,
    #[serde(default)]
    pub(crate) manufacturer: String,
    #[serde(default)]
    pub(crate) manufacturers: Names,
}

/// A name in three languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    #[serde(default)]
    pub(crate) kk: String,
    #[serde(default)]
    pub(crate) ru: String,
    #[serde(default)]
    pub(crate) en: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Participant {
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Release {
    pub(crate) importer: Option<String>,
    pub(crate) produced_on: Option<NaiveDate>,
    pub(crate) expires_on: Option<NaiveDate>,
    pub(crate) declaration: Option<Declaration>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Declaration {
    pub(crate) number: String,
    pub(crate) declared_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Pack {
    #[serde(default)]
    pub(crate) contents: Vec<Content>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Content {
    pub(crate) product: Option<Product>,
    #[serde(default)]
    pub(crate) status: Worded,
    #[serde(default)]
    pub(crate) units: u32,
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
    pub(crate) fn name(&self, language: Language) -> &str {
        let name = self.trade_names.get(language);
        if name.is_empty() { &self.trade_name } else { name }
    }

    /// The maker's name in a language, or as the register told it.
    pub(crate) fn maker(&self, language: Language) -> &str {
        let name = self.manufacturers.get(language);
        if name.is_empty() { &self.manufacturer } else { name }
    }
}
