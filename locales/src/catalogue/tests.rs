//! What holds for every message file: well-formed, sorted, the same in three languages, and fit to be read.

use std::path::Path;

use chrono::NaiveDate;

use super::*;
use crate::say;

/// Calls `check` with language, key, and the words with an example for each variable.
fn for_all_words(check: impl Fn(Language, &str, &str)) {
    for language in Language::ALL {
        let catalogue = of(language);
        for key in catalogue.keys() {
            for count in [0, 1, 2, 5, 17, 21, 1_000_000] {
                let args: Vec<_> =
                    catalogue.variables(key).into_iter().map(|name| (name, example(name, count))).collect();
                let (text, faults) = catalogue.say(key, &args);
                assert!(faults.is_empty(), "{language}: {key}: {faults:?}");
                check(language, key, &text);
            }
        }
    }
}

/// Dates are called `date` or `on`, counts and limits as below; any other variable takes text.
fn example(name: &str, count: i32) -> Arg<'static> {
    match name {
        "date" | "on" => NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day of the calendar").into(),
        "count" | "min" | "max" | "seconds" => count.into(),
        _ => "X1".into(),
    }
}

#[test]
fn every_file_is_well_formed_and_no_key_stands_twice() {
    for language in Language::ALL {
        assert_eq!(Catalogue::read(language).1, Vec::<String>::new());
    }
}

#[test]
fn every_message_file_is_built_in() {
    for language in Language::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(language.tag());
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of a language")
            .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a plain name"))
            .collect();
        there.sort();
        let built_in: Vec<String> = files(language).iter().map(|(theme, _)| format!("{theme}.ftl")).collect();
        assert_eq!(there, built_in, "{language}");
    }
}

/// Runtime parsing skips comments and junk; this one doesn't.
#[test]
fn no_file_holds_anything_but_comments_and_messages_in_order() {
    for language in Language::ALL {
        for (theme, source) in files(language) {
            let resource = fluent_syntax::parser::parse(*source)
                .unwrap_or_else(|(_, errors)| panic!("{language}/{theme}.ftl: {errors:?}"));
            let mut last = "";
            for entry in &resource.body {
                match entry {
                    ast::Entry::Message(message) => {
                        let key = message.id.name;
                        assert!(last < key, "{language}/{theme}.ftl: {key} should stand before {last}");
                        assert!(message.value.is_some(), "{language}/{theme}.ftl: {key} has no words of its own");
                        last = key;
                    }
                    ast::Entry::Comment(_) | ast::Entry::GroupComment(_) | ast::Entry::ResourceComment(_) => {}
                    other => panic!("{language}/{theme}.ftl: {other:?}"),
                }
            }
        }
    }
}

/// D1.19: nothing is said in one language only.
#[test]
fn the_three_languages_have_the_same_keys_attributes_and_variables() {
    let of_english = &of(Language::En).keys;
    for language in [Language::Kk, Language::Ru] {
        let of_language = &of(language).keys;
        let missing: Vec<_> = of_english.keys().filter(|key| !of_language.contains_key(*key)).collect();
        let extra: Vec<_> = of_language.keys().filter(|key| !of_english.contains_key(*key)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{language} lacks {missing:?}, only it has {extra:?}");
        for (key, variables) in of_english {
            assert_eq!(&of_language[key], variables, "{language}: variables of {key}");
        }
    }
}

#[test]
fn the_same_key_stands_in_the_file_of_the_same_theme_in_every_language() {
    let themes = |language| {
        files(language)
            .iter()
            .flat_map(|(theme, source)| {
                source
                    .lines()
                    .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
                    .filter_map(|line| line.split_once(" ="))
                    .map(|(key, _)| (key, *theme))
            })
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(themes(Language::Kk), themes(Language::En));
    assert_eq!(themes(Language::Ru), themes(Language::En));
}

#[test]
fn every_problem_has_a_title_and_a_detail_without_variables() {
    let en = of(Language::En);
    for key in en.keys().filter(|key| key.starts_with("problem-")) {
        assert!(key.ends_with("-detail") || en.has(&format!("{key}-detail")), "{key}");
        assert!(en.variables(key).is_empty(), "{key}");
    }
}

#[test]
fn every_verdict_comes_with_advice() {
    let en = of(Language::En);
    let titles: Vec<_> = en.keys().filter(|key| key.starts_with("verdict-") && !key.ends_with("-advice")).collect();
    assert_eq!(titles.len(), 17);
    for title in titles {
        assert!(en.has(&format!("{title}-advice")), "{title}");
    }
}

/// A copied code passes every check of ours, and offline we know only that a code was issued.
#[test]
fn no_words_call_goods_genuine_or_fake() {
    for_all_words(|language, key, text| {
        let text = text.to_lowercase();
        for word in [
            "genuine",
            "authentic ",
            "original",
            "fake",
            "counterfeit",
            "подлинн",
            "оригинал",
            "поддел",
            "фальш",
            "контрафакт",
            "түпнұсқа",
            "жалған",
            "қолдан жаса",
            "контрафакт",
        ] {
            assert!(!text.contains(word), "{language}: {key} says {word:?}");
        }
    });
}

#[test]
fn words_are_set_cleanly() {
    for_all_words(|language, key, text| {
        let flaw = [
            (text.trim() != text, "space at an end"),
            (text.contains("  "), "two spaces"),
            (text.contains(".."), "two full stops"),
            (text.contains(['"', '\'', '`']), "a straight quote"),
            (text.contains(['{', '}', '$']), "an unfilled variable"),
            (text.contains('\n'), "a line break"),
            (text.contains(" ,") || text.contains(" ."), "a space before a stop"),
            (text.contains(['\u{2068}', '\u{2069}']), "an isolation mark"),
        ]
        .into_iter()
        .find_map(|(is, flaw)| is.then_some(flaw));
        assert_eq!(flaw, None, "{language}: {key}: {text:?}");
    });
}

#[test]
fn no_word_mixes_latin_and_cyrillic_letters() {
    for_all_words(|language, key, text| {
        for word in text.split(|letter: char| !letter.is_alphabetic()) {
            let latin = word.chars().any(|letter| letter.is_ascii_alphabetic());
            let cyrillic = word.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter));
            assert!(!(latin && cyrillic), "{language}: {key}: {word:?}");
            assert!(!(cyrillic && language == Language::En), "{language}: {key}: {word:?}");
        }
    });
}

#[test]
fn russian_uses_no_kazakh_letters_and_kazakh_is_not_a_copy_of_russian() {
    let kazakh = ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'і'];
    for_all_words(|language, key, text| {
        // Names stay as they are.
        let name = key == "demo-title";
        assert!(language != Language::Ru || name || !text.to_lowercase().contains(kazakh), "{key}: {text}");
    });
    for key in of(Language::Kk).keys() {
        let [kk, ru] = [Language::Kk, Language::Ru].map(|language| of(language).pattern(key));
        // A title of one shared word, like "Код", may be equal.
        let words = format!("{kk:?}").matches(' ').count();
        assert!(format!("{kk:?}") != format!("{ru:?}") || words < 12, "{key} is the same in both");
    }
}

#[test]
fn plural_forms_follow_each_language() {
    let checked = |language, count: u32| say(language, "stock-total-checked", &[("count", count.into())]);
    assert_eq!(checked(Language::Ru, 1), "Проверен 1 код");
    assert_eq!(checked(Language::Ru, 2), "Проверено 2 кода");
    assert_eq!(checked(Language::Ru, 5), "Проверено 5 кодов");
    assert_eq!(checked(Language::Ru, 11), "Проверено 11 кодов");
    assert_eq!(checked(Language::Ru, 21), "Проверен 21 код");
    assert_eq!(checked(Language::Ru, 104), "Проверено 104 кода");
    assert_eq!(checked(Language::Ru, 1_000_000), "Проверено 1\u{a0}000\u{a0}000 кодов");
    assert_eq!(checked(Language::En, 1), "1 code checked");
    assert_eq!(checked(Language::En, 0), "0 codes checked");
    assert_eq!(checked(Language::En, 1_200), "1,200 codes checked");
    // After a numeral a Kazakh noun stays in the singular.
    assert_eq!(checked(Language::Kk, 1), "1 код тексерілді");
    assert_eq!(checked(Language::Kk, 1_200), "1\u{a0}200 код тексерілді");
}

/// The plural rules know Kazakh by itself, not only by falling back to something else.
#[test]
fn kazakh_has_the_forms_one_and_other() {
    let source = "k = { $n ->\n    [one] one\n    [few] few\n    [many] many\n   *[other] other\n }\n";
    let say = |language, number: f64| {
        let mut bundle = FluentBundle::new_concurrent(vec![identifier(language)]);
        let resource = FluentResource::try_new(source.to_owned()).expect("a well-formed message");
        bundle.add_resource(resource).expect("one message");
        let args = FluentArgs::from_iter([("n", number)]);
        let pattern = bundle.get_message("k").and_then(|message| message.value()).expect("the message");
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    };
    for (number, kk, ru, en) in [
        (0.0, "other", "many", "other"),
        (1.0, "one", "one", "one"),
        (2.0, "other", "few", "other"),
        (5.0, "other", "many", "other"),
        (21.0, "other", "one", "other"),
        (1.5, "other", "other", "other"),
    ] {
        assert_eq!(say(Language::Kk, number), kk, "{number}");
        assert_eq!(say(Language::Ru, number), ru, "{number}");
        assert_eq!(say(Language::En, number), en, "{number}");
    }
}

#[test]
fn numbers_beyond_the_plural_rules_are_still_shown() {
    for number in [f64::NAN, f64::INFINITY, 1e300, -1e300, 1e-300, 0.1 + 0.2, -3.0] {
        for language in Language::ALL {
            let text = say(language, "stock-total-checked", &[("count", number.into())]);
            assert!(text.contains(&format::number(language, number)), "{text}");
        }
    }
}

#[test]
fn dates_and_instants_stand_in_sentences_in_the_words_of_the_language() {
    let date = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day of the calendar");
    let expired = |language| say(language, "reason-expired-on", &[("date", date.into())]);
    assert_eq!(expired(Language::Kk), "Жарамдылық мерзімі 2026 ж. 20 қараша күні аяқталған.");
    assert_eq!(expired(Language::Ru), "Срок годности закончился 20 ноября 2026 г.");
    assert_eq!(expired(Language::En), "The shelf life ended on 20 November 2026.");
    let noon = date.and_hms_opt(12, 0, 0).expect("a time of day").and_utc();
    assert_eq!(say(Language::En, "report-due", &[("date", noon.into())]), "We will answer by 20 November 2026, 17:00");
}

#[test]
fn text_is_taken_as_it_is() {
    assert_eq!(
        say(Language::Ru, "field-not-one-of", &[("allowed", "ЖШС «{ $x } <b>»".into())]),
        "Выберите одно из значений: ЖШС «{ $x } <b>»"
    );
}

#[test]
fn missing_words_yield_the_key_and_are_told() {
    let (text, faults) = of(Language::Kk).say("no-such-key", &[]);
    assert_eq!(text, "no-such-key");
    assert_eq!(faults.len(), 1);
    for key in ["", ".", "a.b.c", "verdict-sold.", ".detail", "verdict-sold.detail", "Қ"] {
        assert!(!of(Language::Kk).has(key), "{key}");
        assert_eq!(of(Language::Kk).say(key, &[]).0, key);
    }
    let (_, faults) = of(Language::Kk).say("reason-expired-on", &[]);
    assert_eq!(faults.len(), 1, "{faults:?}");
}
