//! Any answer, whoever gave it, becomes a card or is refused; any kept outbox and any kept cards are read.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use locales::Language;
use mobile_core::outbox::{Entry, Outbox};
use mobile_core::products::Products;
use mobile_core::{card, words};

fuzz_target!(|text: &str| {
    for language in Language::ALL {
        if let Ok(card) = card::of_answer(text, language) {
            let shown =
                card.facts.iter().map(|fact| &fact.value).chain(&card.reasons).chain([&card.title, &card.advice]);
            for text in shown {
                assert!(!text.chars().any(char::is_control), "{text:?}");
            }
        }
        let _ = words::message(language, "field-too-long", text);
        let _ = words::message(language, text, "{}");
    }
    let mut products = Products::restore(text.as_bytes());
    let _ = products.learn(text, DateTime::UNIX_EPOCH);
    assert_eq!(Products::restore(&products.save()).save(), products.save());
    let record = Entry { key: "outbox-0000000000000001".to_owned(), bytes: text.as_bytes().to_vec() };
    let (mut outbox, _) = Outbox::open(&[record], &[]);
    let _ = outbox.next(DateTime::UNIX_EPOCH);
});
