//! One name in the three languages of the register.

use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::faults::Faults;

/// A name in Kazakh, Russian and English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Names {
    /// In Kazakh.
    #[schema(example = "«Алатау» ЖШС", min_length = 1, max_length = 200)]
    pub(crate) kk: String,
    /// In Russian.
    #[schema(example = "ТОО «Алатау»", min_length = 1, max_length = 200)]
    pub(crate) ru: String,
    /// In English.
    #[schema(example = "Alatau LLP", min_length = 1, max_length = 200)]
    pub(crate) en: String,
}

impl Names {
    /// Characters at most in each language.
    pub(crate) const MAX: usize = 200;

    /// The name for a reader of this language.
    pub(crate) fn get(&self, language: Language) -> &str {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    /// The same, trimmed; faults are told at `{field}.kk` and so on.
    pub(super) fn checked(&self, field: &str, faults: &mut Faults) -> Self {
        let [kk, ru, en] = Language::ALL
            .map(|language| faults.text(&format!("{field}.{}", language.tag()), self.get(language), Self::MAX));
        Self { kk, ru, en }
    }
}
