//! Public bug reports of other programs that read codes: their inputs are answered as the standards say.

#![allow(clippy::unwrap_used)]

use marking::code::{Form, MarkingCode, read};

fn fault(text: &str, form: Form) -> (&'static str, usize) {
    let error = read(text, form, true).unwrap_err();
    (error.kind.slug(), error.at)
}

/// B40: brackets and quotes are characters of a serial as well.
#[test]
fn a_bracket_and_a_quote_inside_a_serial_are_kept() {
    let seal = format!("frTu8{}=", "A".repeat(38));
    let text = format!("(01)02900059737460(21)BS7'B)e25P,C\"(91)EE07(92){seal}");
    let read = read(&text, Form::Bracketed, true).unwrap();
    let values = ["01", "21", "91", "92"].map(|ai| read.elements.get(ai).unwrap());
    assert_eq!(values, ["02900059737460", "BS7'B)e25P,C\"", "EE07", &seal]);
    assert_eq!(read.elements.len(), 4);
}

/// B42: a batch comes before a serial in a link.
#[test]
fn qualifiers_of_a_link_in_another_order_are_refused() {
    let link = "https://id.gs1.org/01/09520123456788/21/12345XYZ/10/ABC123";
    assert_eq!(fault(link, Form::Link).0, "link-sequence");
}

/// B44: a returnable asset with its serial in one value.
#[test]
fn a_link_to_a_returnable_asset_is_read() {
    let read = read("https://id.gs1.org/8003/04007537168421100034022", Form::Link, true).unwrap();
    assert_eq!((read.code.kind(), read.elements.get("8003")), ("other", Some("04007537168421100034022")));
}

/// B46: April has thirty days, also in a time.
#[test]
fn a_day_that_does_not_exist_is_found_at_its_byte() {
    let before = "(01)04600840749372(8008)";
    assert_eq!(fault(&format!("{before}210431221345"), Form::Bracketed), ("day", before.len() + 4));
}

/// B47: a pack of cigarettes as a public procurement lists it.
#[test]
fn a_published_pack_of_cigarettes_is_taken_apart() {
    let MarkingCode::Tobacco(pack) = read("00000046186195Xp4k=xyAQDPtFEa", Form::Auto, true).unwrap().code else {
        panic!("a pack of cigarettes")
    };
    let parts = [&pack.gtin.to_string(), &pack.serial, &pack.price, &pack.tail];
    assert_eq!(parts, ["00000046186195", "Xp4k=xy", "AQDP", "tFEa"]);
}

/// B49: where a separator was lost between values of any length, nothing is guessed.
#[test]
fn a_lost_separator_of_an_unknown_layout_is_a_fault() {
    let text = "0104150011164140211GTFG32DLF1723033110158993A";
    assert_eq!(fault(text, Form::Auto).0, "value-too-long");
    assert!(read(text, Form::Auto, false).is_err());
}

/// B51: characters that join or part letters and are not seen.
#[test]
fn joiners_inside_a_code_are_ignored() {
    let code = "0104600840749372215!IS(;\u{1d}93dGVz";
    let expected = read(code, Form::Auto, true).unwrap().code;
    for unseen in ["\u{200c}", "\u{200d}"] {
        for at in [1, 9, 20, code.len() - 1] {
            let text = format!("{}{unseen}{}", &code[..at], &code[at..]);
            assert_eq!(read(&text, Form::Auto, false).unwrap().code, expected, "{text:?}");
        }
    }
}
