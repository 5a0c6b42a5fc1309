//! One example of every fault: the slug, and the byte at which it is found.

#![allow(clippy::unwrap_used)]

use marking::code::{Form, read};
use marking::line::parse_line;
use marking::parse_error::ParseErrorKind;
use std::collections::HashSet;

const ITEM: &str = "(01)04600840749372";
const PACK: &str = "(00)376104250021234569";
const PERSON: &str = "(8018)376104250021234569";
const COUPON: &str = "0614141123456225110000";

/// A value that stands after its companions: the fault's place is counted from the value's start.
fn after(companions: &str, ai: &str, value: &str) -> (String, usize) {
    let text = format!("{companions}({ai}){value}");
    let start = text.len() - value.len();
    (text, start)
}

/// Slug, what must stand before, AI, value, and the place of the fault in the value.
const VALUES: &[(&str, &str, &str, &str, usize)] = &[
    ("empty-value", ITEM, "10", "", 0),
    ("value-too-short", "", "00", "123", 3),
    ("value-too-long", ITEM, "10", "ABCDEFGHIJABCDEFGHIJK", 20),
    ("caret-in-data", ITEM, "10", "AB^C", 2),
    ("not-a-digit", "", "00", "37610425002123456X", 17),
    ("not-in-set-82", ITEM, "10", "AB C", 2),
    ("not-in-set-39", "", "8010", "1234a", 4),
    ("not-in-set-64", PACK, "8030", "AB+C", 2),
    ("set-64-padding", PACK, "8030", "ABC=", 3),
    ("not-hyphen", PACK, "4330", "000100+", 6),
    ("percent-sequence", PACK, "4300", "a%2", 1),
    ("non-digit-required", ITEM, "8014", "376104250053", 0),
    ("wrong-check-digit", "", "00", "376104250021234568", 17),
    ("wrong-check-pair", "", "8013", "1987654Ad4X4bL5ttr2310c2L", 23),
    ("check-pair-missing", "", "8013", "1", 0),
    ("company-prefix-short", "", "8004", "123", 0),
    ("company-prefix", "", "8004", "123A5", 3),
    ("importer-index", "", "7040", "1AB+", 3),
    ("zero-value", ITEM, "8001", "00001234512311", 0),
    ("not-zero", "", "8003", "13761042500213", 0),
    ("leading-zero", "(8010)1234", "8011", "01", 0),
    ("not-yes-no", PACK, "4321", "2", 0),
    ("winding", ITEM, "8001", "12341234512321", 12),
    ("sex", PERSON, "7252", "5", 0),
    ("zero-piece", "", "8006", "046008407493720002", 14),
    ("zero-total", "", "8006", "046008407493720100", 16),
    ("piece-over-total", "", "8006", "046008407493720201", 14),
    ("position-shape", PERSON, "7258", "1-2", 0),
    ("position-over-end", PERSON, "7258", "2/1", 0),
    ("latitude", PACK, "4309", "18000000010000000000", 0),
    ("longitude", PACK, "4309", "00000000003600000001", 10),
    ("month", ITEM, "17", "261301", 2),
    ("day", ITEM, "17", "260230", 4),
    ("hour", ITEM, "7003", "2601012400", 6),
    ("minute", ITEM, "7003", "2601012360", 8),
    ("second", ITEM, "8008", "260101235960", 10),
    ("country", ITEM, "422", "997", 0),
    ("country-letters", PACK, "4307", "XX", 0),
    ("currency", "(415)3761042500213(8020)A", "3910", "0005", 0),
    ("media-type", PERSON, "7241", "11", 0),
    ("package-type", PACK, "7041", "ZZZ", 0),
    ("iban-short", "", "8007", "KZ86125KZT", 0),
    ("iban-country", "", "8007", "XX86125KZT5004100100", 0),
    ("iban-character", "", "8007", "KZ86125KZt5004100100", 9),
    ("iban-check", "", "8007", "KZ87125KZT5004100100", 2),
    ("coupon-format", "", "8112", "206141411234560123456", 0),
    ("coupon-truncated", "", "8110", "061414112345622511000", 21),
    ("coupon-length", "", "8110", "7614141123456225110000", 0),
    ("coupon-code", "", "8110", "0614141123456225117000", 18),
    ("unknown-ai", ITEM, "8999", "A", 0),
];

/// The same for coupons with optional fields.
const COUPONS: &[(&str, &str, usize)] =
    &[("coupon-date", "3261331", 23), ("coupon-date-order", "32601014260131", 30), ("coupon-excess", "7", 22)];

/// Slug, form, text and place.
const TEXTS: &[(&str, Form, &str, usize)] = &[
    ("empty", Form::Auto, "", 0),
    ("not-a-code", Form::Auto, "hello", 0),
    ("missing-fnc1", Form::Raw, "0104600840749372", 0),
    ("no-elements", Form::Scan, "]d2", 3),
    ("bracket-expected", Form::Bracketed, "01", 0),
    ("bracket-unclosed", Form::Bracketed, "(01", 0),
    ("conflicting-ais", Form::Bracketed, "(99)A(3100)000001(3105)000001", 5),
    ("required-ai-missing", Form::Bracketed, "(99)A(21)B", 5),
    ("repeated-ai-differs", Form::Bracketed, "(99)A(98)C(99)B", 10),
    ("serial-required", Form::Bracketed, "(253)3761042500213(8030)AB", 0),
    ("unknown-symbology", Form::Scan, "]A0123", 0),
    ("primary-length", Form::Scan, "]E0460084074937", 15),
    ("link-character", Form::Link, "https://a/01/<", 13),
    ("link-scheme", Form::Link, "Https://a/01/04600840749372", 0),
    ("link-domain", Form::Link, "https://a_b/01/04600840749372", 9),
    ("link-no-key", Form::Link, "https://a/10/ABC", 9),
    ("link-compressed", Form::Link, "https://a/ARFKk4XB0CDKWcnpq", 10),
    ("link-short-name", Form::Link, "https://a/gtin/04600840749372", 10),
    ("link-empty-value", Form::Link, "https://a/01/04600840749372/10/", 31),
    ("link-null", Form::Link, "https://a/01/04600840749372/10/A%00", 32),
    ("link-unknown-ai", Form::Link, "https://a/01/04600840749372?7=a", 28),
    ("link-sequence", Form::Link, "https://a/01/04600840749372/21/A/10/B", 10),
    ("link-duplicate-ai", Form::Link, "https://a/01/04600840749372?99=A&99=A", 33),
    ("link-attribute", Form::Link, "https://a/01/04600840749372?8200=A", 28),
    ("link-belongs-in-path", Form::Link, "https://a/01/04600840749372?21=A", 28),
];

fn fault(text: &str, form: Form) -> (&'static str, usize) {
    let error = read(text, form, true).unwrap_err();
    (error.kind.slug(), error.at)
}

#[test]
fn every_fault_of_a_value_is_found_where_it_is() {
    for (slug, companions, ai, value, place) in VALUES {
        let (text, start) = after(companions, ai, value);
        let at = if *slug == "unknown-ai" { companions.len() + 1 } else { start + place };
        assert_eq!(fault(&text, Form::Bracketed), (*slug, at), "{text}");
    }
    for (slug, fields, place) in COUPONS {
        let (text, start) = after("", "8110", &format!("{COUPON}{fields}"));
        assert_eq!(fault(&text, Form::Bracketed), (*slug, start + place), "{text}");
    }
}

#[test]
fn every_fault_of_a_text_is_found_where_it_is() {
    for (slug, form, text, at) in TEXTS {
        assert_eq!(fault(text, *form), (*slug, *at), "{text}");
    }
    let many = "(99)A".repeat(65);
    assert_eq!(fault(&many, Form::Bracketed), ("too-many-elements", 64 * 5));
    assert_eq!(fault(&"(99)A".repeat(1639), Form::Bracketed), ("too-long", 8191));
    assert!(parse_line("0", Form::Auto, true).contains("not-a-json-string"));
}

#[test]
fn there_is_an_example_of_every_fault() {
    let shown: HashSet<&str> = VALUES
        .iter()
        .map(|row| row.0)
        .chain(COUPONS.iter().map(|row| row.0))
        .chain(TEXTS.iter().map(|row| row.0))
        .chain(["too-many-elements", "too-long", "not-a-json-string"])
        .collect();
    for kind in ParseErrorKind::ALL {
        assert!(shown.contains(kind.slug()), "{kind:?}");
    }
}
