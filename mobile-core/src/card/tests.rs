//! Cards say the same in three languages, show what the law wants shown, and never more than is known.

#![allow(clippy::unwrap_used)]

use locales::Language;
use marking::verdict::{Reason, Verdict};

use super::*;
use crate::key_list::tests::{list, noon, ring};
use crate::offline::tests::{GTIN, sealed};
use crate::offline::{OfflineVerdict, judge};
use crate::products::Products;

const ANSWER: &str = r#"{
    "verdict": "in-circulation", "title": "?", "advice": "?",
    "reasons": [{"slug": "in-circulation", "text": "?"}],
    "kind": "unit", "may_be_sold": true, "status": {"slug": "in-circulation", "text": "?"},
    "code": {"gtin": "04870001234560", "serial": "3k7QpW2mXc9Zt"},
    "product": {"gtin": "04870001234560", "trade_name": "Boots", "manufacturer": "Taraz Footwear Factory",
        "trade_names": {"kk": "Етік", "ru": "Сапоги", "en": "Boots"}, "country": "KZ", "group": "shoes"},
    "participant": {"name": "Dala Shoes LLP"}, "importer": "Qala Import LLP",
    "produced_on": "2026-10-15", "expires_on": "2029-10-15",
    "declaration": {"number": "55302/151026/0012345", "declared_on": "2026-10-15"},
    "as_of": "2026-11-20T09:05:00.000Z", "something_new": [1, 2]
}"#;

fn fact<'a>(card: &'a Card, slug: &str) -> Option<&'a str> {
    card.facts.iter().find(|fact| fact.slug == slug).map(|fact| &*fact.value)
}

/// D1.7: name, manufacturer, importer, production date, number and date of the declaration, in the language asked for.
#[test]
fn a_card_shows_everything_that_the_public_must_see() {
    let card = of_answer(ANSWER, Language::Kk).unwrap();
    assert_eq!(card.title, "Осы коды бар тауар айналымға енгізілген");
    assert_eq!((card.colour, card.icon, card.offline), (Colour::Favourable, Icon::Check, false));
    let facts: Vec<_> = card.facts.iter().map(|fact| (&*fact.label, &*fact.value)).collect();
    assert_eq!(
        facts,
        [
            ("Атауы", "Етік"),
            ("Өндіруші", "Taraz Footwear Factory"),
            ("Импорттаушы", "Qala Import LLP"),
            ("Өндірілген күні", "2026 ж. 15 қазан"),
            ("Жарамдылық мерзімі", "2029 ж. 15 қазан"),
            ("Кедендік декларация", "55302/151026/0012345, 2026 ж. 15 қазан"),
            ("Кодтарға тапсырыс беруші", "Dala Shoes LLP"),
            ("Күйі", "Айналымда"),
            ("Тауар нөмірі (GTIN)", "04870001234560"),
            ("Сериялық нөмірі", "3k7QpW2mXc9Zt"),
        ]
    );
    assert_eq!(card.note.as_deref(), Some("Тізілімнің жауабы: 2026 ж. 20 қараша, 14:05 (Қазақстан уақыты)"));
    assert_eq!(fact(&of_answer(ANSWER, Language::Ru).unwrap(), "trade-name"), Some("Сапоги"));
}

/// D1.19: every verdict and every reason makes a card of whole sentences in every language.
#[test]
fn every_verdict_and_reason_makes_a_card_in_every_language() {
    for language in Language::ALL {
        for verdict in Verdict::ALL {
            for slug in Reason::SLUGS {
                let answer = format!(
                    r#"{{"verdict":"{verdict}","reasons":[{{"slug":"{slug}","date":"2026-11-20","cause":"X1"}}]}}"#
                );
                let card = of_answer(&answer, language).unwrap();
                assert!(!card.title.is_empty() && !card.advice.is_empty() && !card.next.is_empty(), "{answer}");
                assert!(card.reasons.len() == 1 && !card.reasons[0].is_empty(), "{language} {answer}");
                assert_eq!(card.colour == Colour::Favourable, {
                    let doubtful = ["seal-missing", "seal-garbled", "register-slow"].contains(&slug);
                    verdict == Verdict::InCirculation && !doubtful
                });
            }
        }
    }
}

/// U4, U5, U29: bar codes, other texts and other countries' codes are quiet, a seal that was not checked is no green.
#[test]
fn a_card_has_the_words_and_the_colour_of_what_was_read() {
    let card = |verdict: &str, reasons: &str, more: &str| {
        let answer = format!(r#"{{"verdict":"{verdict}","reasons":[{reasons}]{more}}}"#);
        of_answer(&answer, Language::Ru).unwrap()
    };
    for (verdict, reason, wording, colour) in [
        ("unknown", "product-only", "barcode", Colour::Neutral),
        ("unknown", "product-unknown", "unknown-barcode", Colour::Neutral),
        ("unknown", "foreign-code", "foreign-code", Colour::Neutral),
        ("unknown", "serial-not-issued", "unknown", Colour::Caution),
        ("misread", "not-a-marking-code", "not-a-code", Colour::Neutral),
        ("in-circulation", "seal-missing", "seal-not-checked", Colour::Caution),
    ] {
        let card = card(verdict, &format!(r#"{{"slug":"{reason}"}}"#), "");
        assert_eq!((&*card.wording, card.colour), (wording, colour));
        assert_eq!(card.title, locales::say(Language::Ru, &format!("verdict-{wording}"), &[]));
    }
    let typed = card("misread", r#"{"slug":"seal-garbled"}"#, r#","wording":"typed-wrong""#);
    assert_eq!(typed.title, "В набранном коде ошибка");
    for verdict in ["recalled", "expired"] {
        let status = r#","status":{"slug":"in-circulation","text":"?"}"#;
        assert_eq!(fact(&card(verdict, "", status), "status"), None, "{verdict}");
    }
    assert_eq!(fact(&card("sold", "", r#","status":{"slug":"sold","text":"?"}"#), "status"), Some("Продан"));
}

#[test]
fn what_a_newer_register_says_is_shown_in_its_own_words() {
    let answer = r#"{"verdict":"quarantined","title":"Held back","advice":"Wait.","reasons":[{"slug":"new","text":"Under check."}]}"#;
    let card = of_answer(answer, Language::En).unwrap();
    assert_eq!((&*card.title, &*card.advice, &*card.reasons), ("Held back", "Wait.", &["Under check.".to_owned()][..]));
    assert_eq!(card.colour, Colour::Neutral);
}

/// X35: what others wrote can't rearrange the screen.
#[test]
fn values_lose_what_could_rearrange_the_screen() {
    let answer = ANSWER.replace("Taraz Footwear Factory", "\\u202eTaraz\\u0000\\n Factory\\u2066");
    assert_eq!(fact(&of_answer(&answer, Language::En).unwrap(), "manufacturer"), Some("Taraz Factory"));
}

#[test]
fn what_is_no_answer_makes_no_card() {
    for text in ["", "[]", "{}", "null", "{\"verdict\":7}"] {
        assert!(of_answer(text, Language::Kk).is_err(), "{text}");
    }
}

/// Offline nothing wears the friendliest colour, and what only the register can tell is said.
#[test]
fn an_offline_card_says_who_sealed_the_code_and_what_it_cannot_know() {
    use marking::seal::KeyState;
    let mut products = Products::default();
    products.learn(ANSWER, noon()).unwrap();
    let answer = judge(&ring(&list(1, KeyState::Active)), &products, &sealed(), noon());
    let card = of_offline(&answer, Language::Kk);
    assert_eq!((&*card.verdict, card.colour, card.offline), ("issued", Colour::Neutral, true));
    assert_eq!(card.title, "Код берілген, қалғаны желі арқылы тексеріледі");
    assert_eq!(fact(&card, "trade-name"), Some("Етік"));
    assert_eq!(fact(&card, "gtin"), Some(GTIN));
    assert_eq!(fact(&card, "sealed-by"), Some("Таңбалау тізілімі, аяқ киім үшін 1112 кілті"));
    assert!(card.reasons.iter().any(|reason| reason.contains("тек желі арқылы")), "{:?}", card.reasons);
    assert_eq!(card.next[0].action, Action::CheckOnline);
    for language in Language::ALL {
        for state in KeyState::ALL {
            for text in [&*sealed(), "nonsense", GTIN, &sealed().replace("3ABC", "3ABD")] {
                let answer = judge(&ring(&list(1, state)), &products, text, noon());
                let card = of_offline(&answer, language);
                assert!(card.colour != Colour::Favourable && card.icon != Icon::Check, "{text}");
                assert!(OfflineVerdict::ALL.iter().any(|verdict| verdict.slug() == card.verdict));
            }
        }
    }
}
