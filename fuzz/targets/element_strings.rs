//! Any text in any form is read or refused, and what was read is written in a way that reads back as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use marking::code::{self, Form};
use marking::element_string::ElementString;

fuzz_target!(|text: &str| {
    for form in [Form::Auto, Form::Scan, Form::Bracketed, Form::Raw] {
        for strict in [true, false] {
            match code::read(text, form, strict) {
                Ok(read) if !read.elements.is_empty() => {
                    let again = ElementString::parse_scan(&read.elements.to_scan());
                    assert_eq!(again.as_ref(), Ok(&read.elements), "{text:?}");
                }
                Ok(_) => {}
                Err(error) => assert!(error.at <= text.len(), "{error:?} in {text:?}"),
            }
        }
    }
    let scanned = mobile_core::scanned::Scanned::of(text);
    assert_eq!(scanned.kind.is_none(), scanned.fault.is_some());
});
