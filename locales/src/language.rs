//! The three languages, and which of them a person is answered in.
//!
//! Refuses nothing from a browser: a header that makes no sense yields the state language.

use std::fmt;
use std::str::FromStr;

/// A language that Tanba speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Language {
    /// Kazakh, the state language, in Cyrillic script: the default.
    #[default]
    Kk,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// The language tag of BCP 47: `kk`, `ru`, `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language's own name, for a switch between them.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kk => "Қазақша",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// The text names none of the languages that Tanba speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownLanguage;

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a language that Tanba speaks: kk, ru or en")
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Reads a language tag by its first part, in any case: `kk`, `kk-KZ`, `RU_ru`, `kk-Cyrl-KZ`.
    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag())).ok_or(UnknownLanguage)
    }
}

/// Chooses the language for an `Accept-Language` header (RFC 9110, section 12.5.4).
///
/// The highest weight wins, the earlier of equals; a weight of 0 refuses the language. Kazakh answers whoever accepts
/// anything (`*`) or asks only for languages that we don't speak, unless Kazakh itself was refused.
pub fn negotiate(accept_language: &str) -> Language {
    let mut best: Option<(u16, Language)> = None;
    let mut refused = Vec::new();
    for range in accept_language.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let Some(weight) = weight(parts) else {
            continue;
        };
        let language = match tag.parse() {
            Ok(language) => language,
            Err(UnknownLanguage) if tag == "*" => Language::Kk,
            Err(UnknownLanguage) => continue,
        };
        if weight == 0 {
            if tag != "*" {
                refused.push(language);
            }
        } else if best.is_none_or(|(heaviest, _)| weight > heaviest) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
        .into_iter()
        .chain(Language::ALL)
        .find(|language| !refused.contains(language))
        .unwrap_or_default()
}

/// The weight in thousandths; 1000 where none is given, nothing where it is malformed.
fn weight<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<u16> {
    for parameter in parameters {
        let (name, value) = parameter.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("q") {
            let value: f32 = value.trim().parse().ok()?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0..=1000
            return (0.0..=1.0).contains(&value).then(|| (value * 1000.0).round() as u16);
        }
    }
    Some(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_by_its_first_part_in_any_case() {
        for (tag, language) in [
            ("kk", Language::Kk),
            ("kk-KZ", Language::Kk),
            ("kk-Cyrl-KZ", Language::Kk),
            ("RU_ru", Language::Ru),
            ("En-GB", Language::En),
        ] {
            assert_eq!(tag.parse(), Ok(language), "{tag}");
        }
        for tag in ["", "k", "kkk", "de", "russian", "-kk", "қаз"] {
            assert_eq!(tag.parse::<Language>(), Err(UnknownLanguage), "{tag}");
        }
    }

    #[test]
    fn a_language_reads_back_from_its_own_tag() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
    }

    /// D1.19: the language is the user's choice.
    #[test]
    fn the_heaviest_language_that_we_speak_answers() {
        for (header, language) in [
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ru),
            ("kk-KZ, ru;q=0.9, en;q=0.8", Language::Kk),
            ("de-DE,de;q=0.9,en;q=0.5", Language::En),
            ("en;q=0.2, ru;q=0.7, kk;q=0.5", Language::Ru),
            ("en ; Q = 0.4 , ru ; q=0.3", Language::En),
            ("ru, en", Language::Ru),
            ("en;q=0.5, ru;q=0.5", Language::En),
            ("de, *;q=0.5, en;q=0.1", Language::Kk),
        ] {
            assert_eq!(negotiate(header), language, "{header}");
        }
    }

    #[test]
    fn kazakh_answers_when_nothing_matches() {
        for header in ["", "*", "de", "fr-FR, uk;q=0.8", ",,;;=,", "ru;q=2", "ru;q=-1", "ru;q=nan", "ru;q"] {
            assert_eq!(negotiate(header), Language::Kk, "{header:?}");
        }
    }

    #[test]
    fn a_refused_language_does_not_answer() {
        assert_eq!(negotiate("kk;q=0"), Language::Ru);
        assert_eq!(negotiate("*, kk;q=0"), Language::Ru);
        assert_eq!(negotiate("kk;q=0, ru;q=0"), Language::En);
        assert_eq!(negotiate("kk;q=0, ru;q=0, en;q=0"), Language::Kk);
        assert_eq!(negotiate("*;q=0"), Language::Kk);
    }
}
