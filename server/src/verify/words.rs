//! Words that have no variables, made once a language: most of what an answer says.

use std::collections::HashMap;
use std::sync::LazyLock;

use locales::Language;
use marking::misread::Repair;
use marking::status::Status;
use marking::verdict::{Reason, Texts, Wording};

/// The words of one language, by slug.
struct Words {
    titles: HashMap<&'static str, String>,
    advice: HashMap<&'static str, String>,
    reasons: HashMap<&'static str, String>,
    repairs: HashMap<&'static str, String>,
    statuses: HashMap<&'static str, String>,
}

static WORDS: LazyLock<[Words; 3]> = LazyLock::new(|| Language::ALL.map(Words::of));

impl Words {
    fn of(language: Language) -> Self {
        let wordings = || Wording::ALL.into_iter().map(Wording::slug);
        let plain = |slug: &&'static str| locales::variables(language, &format!("reason-{slug}")).is_empty();
        let statuses = Status::ALL.into_iter().map(Status::slug);
        let repairs = Repair::ALL.into_iter().map(Repair::slug);
        Self {
            titles: wordings().map(|slug| (slug, locales::verdict_title(language, slug))).collect(),
            advice: wordings().map(|slug| (slug, locales::verdict_advice(language, slug))).collect(),
            reasons: Reason::SLUGS
                .into_iter()
                .filter(plain)
                .map(|slug| (slug, locales::reason(language, slug, &[])))
                .collect(),
            repairs: repairs.map(|slug| (slug, locales::say(language, &format!("repair-{slug}"), &[]))).collect(),
            statuses: statuses.map(|slug| (slug, locales::say(language, &format!("status-{slug}"), &[]))).collect(),
        }
    }

    fn in_language(language: Language) -> &'static Self {
        &WORDS[language as usize]
    }
}

fn found(words: &'static HashMap<&'static str, String>, slug: &str) -> &'static str {
    words.get(slug).map_or("", String::as_str)
}

/// A verdict's title.
pub(super) fn title(language: Language, wording: Wording) -> &'static str {
    found(&Words::in_language(language).titles, wording.slug())
}

/// What to do after a verdict.
pub(super) fn advice(language: Language, wording: Wording) -> &'static str {
    found(&Words::in_language(language).advice, wording.slug())
}

/// What was repaired.
pub(super) fn repair(language: Language, repair: Repair) -> &'static str {
    found(&Words::in_language(language).repairs, repair.slug())
}

/// Where a unit stands.
pub(super) fn status(language: Language, status: Status) -> &'static str {
    found(&Words::in_language(language).statuses, status.slug())
}

/// The text for a reader of this language.
pub(super) fn text(language: Language, texts: &Texts) -> &str {
    match language {
        Language::Kk => &texts.kk,
        Language::Ru => &texts.ru,
        Language::En => &texts.en,
    }
}

/// A reason, with its evidence where it has some.
pub(super) fn reason(language: Language, reason: &Reason) -> String {
    let slug = reason.slug();
    if let Some(words) = Words::in_language(language).reasons.get(slug) {
        return words.clone();
    }
    match reason {
        Reason::ExpiredOn { date } => locales::reason(language, slug, &[("date", (*date).into())]),
        Reason::Recalled(recall) => {
            let args = [("on", recall.on.into()), ("reason", text(language, &recall.reason).into())];
            locales::reason(language, slug, &args)
        }
        _ => locales::reason(language, slug, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D1.19
    #[test]
    fn every_verdict_status_and_repair_has_words_in_every_language() {
        for language in Language::ALL {
            assert!(Wording::ALL.into_iter().all(|slug| !title(language, slug).is_empty()));
            assert!(Wording::ALL.into_iter().all(|slug| !advice(language, slug).is_empty()));
            assert!(Status::ALL.into_iter().all(|slug| !status(language, slug).is_empty()));
            assert!(Repair::ALL.into_iter().all(|slug| !repair(language, slug).is_empty()));
            // Recalls and expiry name dates; everything else is said once and for all.
            assert_eq!(Words::in_language(language).reasons.len(), Reason::SLUGS.len() - 2);
        }
    }
}
