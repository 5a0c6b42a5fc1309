//! Any link is read or refused, and the elements of one make a link that reads back as the same elements.

#![no_main]

use libfuzzer_sys::fuzz_target;
use marking::code::{self, Form};
use marking::element_string::ElementString;

fuzz_target!(|text: &str| {
    for link in [text.to_owned(), format!("https://id.example/{text}"), format!("https://id.example/01/{text}")] {
        let _ = code::read(&link, Form::Link, true);
        let Ok(elements) = ElementString::parse_link(&link) else { continue };
        if let Some(written) = elements.to_link("https://id.example") {
            let again = ElementString::parse_link(&written);
            let mut pairs = [elements, again.expect("a link that we wrote reads back")].map(|elements| {
                let mut pairs: Vec<_> = elements.iter().map(|element| format!("{element:?}")).collect();
                pairs.sort();
                pairs
            });
            let [before, after] = &mut pairs;
            assert_eq!(before, after, "{link:?}");
        }
    }
});
