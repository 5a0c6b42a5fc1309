//! The actions that the record knows, and their words. The words in `audit.ftl` are the list: an action that has words is
//! known, and a test finds one in the code that has none.

use locales::Language;

/// What the keys of their words begin with.
const THEME: &str = "audit-";

/// Every action that has words, sorted, with these in a language.
pub(crate) fn list(language: Language) -> Vec<(String, String)> {
    let actions = locales::keys(language).filter_map(|key| {
        // The first part of an action is one word; the rest may have hyphens.
        let action = key.strip_prefix(THEME)?.replacen('-', ".", 1);
        Some((action, locales::say(language, key, &[])))
    });
    actions.collect()
}

/// An action in words; one that has none yet, as it is.
pub(crate) fn words(language: Language, action: &str) -> String {
    let key = format!("{THEME}{}", action.replace('.', "-"));
    if locales::has(&key) { locales::say(language, &key, &[]) } else { action.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_has_words_in_every_language_and_an_unknown_one_stays_as_it_is() {
        for language in Language::ALL {
            assert!(list(language).iter().all(|(action, told)| words(language, action) == *told && action != told));
            assert_eq!(words(language, "future.action"), "future.action");
        }
        assert!(list(Language::En).iter().any(|(action, _)| action == "auth.sign-in"));
    }
}
