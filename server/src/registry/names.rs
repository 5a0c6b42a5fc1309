//! One name in the three languages of the register.

use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::faults::Faults;

/// A name in Kazakh and Russian, as the law asks, and in English. A name without an English form is shown in Russian to
/// readers of English.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub(crate) struct Names {
    /// In Kazakh.
    #[schema(example = "«Алатау» ЖШС", min_length = 1, max_length = 200)]
    pub(crate) kk: String,
    /// In Russian.
    #[schema(example = "ТОО «Алатау»", min_length = 1, max_length = 200)]
    pub(crate) ru: String,
    /// In English; the Russian name where it is left out.
    #[serde(default)]
    #[schema(example = "Alatau LLP", max_length = 200)]
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
        self.checked_within(field, Self::MAX, faults)
    }

    /// The same with another bound: characters at most in each language.
    pub(crate) fn checked_within(&self, field: &str, max: usize, faults: &mut Faults) -> Self {
        let kk = faults.text(&format!("{field}.kk"), &self.kk, max);
        let ru = faults.text(&format!("{field}.ru"), &self.ru, max);
        let has_english = !self.en.trim().is_empty();
        let en = if has_english { faults.text(&format!("{field}.en"), &self.en, max) } else { ru.clone() };
        Self { kk, ru, en }
    }
}
