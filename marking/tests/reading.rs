//! Reading of whole codes: the public samples, every family, every form.

#![allow(clippy::unwrap_used)]

use marking::code::{Form, MarkingCode, Tail, read};
use marking::misread::{Repair, repairs};
use marking::parse_error::{ParseError, ParseErrorKind};

const GS: &str = "\u{1d}";
const SHOES: &str = "010290000059848521QRYY3*4FN;rAO~918039~92NEbFr8pJB4HOTcbrBsKy40qJQ/Fs4pxMFn80IKUFJLBwGAiPp5nv+YCBww110fO3YZJH3uWFs8eumIczN1HTbQ==";
const WATER: &str = "0104600840749372215!IS(;~93dGVz";
const BLOCK: &str = "010460043993125621JgXJ5.T~8005112000~930001~923zbrLA==~24014276281";
const PACK: &str = "00000046198488X?io+qCABm8wAYa";

fn with_gs(sample: &str) -> String {
    sample.replace('~', GS)
}

fn kind(text: &str) -> &'static str {
    read(text, Form::Auto, true).unwrap().code.kind()
}

fn fault(text: &str, form: Form) -> (&'static str, usize) {
    let error = read(text, form, true).unwrap_err();
    (error.kind.slug(), error.at)
}

#[test]
fn the_sample_of_shoes_is_a_sealed_unit() {
    let MarkingCode::Unit(unit) = read(&with_gs(SHOES), Form::Auto, true).unwrap().code else { panic!("a unit") };
    assert_eq!(unit.gtin.to_string(), "02900000598485");
    assert_eq!(unit.serial, "QRYY3*4FN;rAO");
    let Tail::Sealed { key, seal } = unit.tail else { panic!("sealed") };
    assert_eq!((key.as_str(), seal.len()), ("8039", 88));
}

#[test]
fn the_samples_of_water_and_tobacco_are_read() {
    let MarkingCode::Unit(water) = read(&with_gs(WATER), Form::Auto, true).unwrap().code else { panic!("a unit") };
    assert_eq!((water.serial.as_str(), water.tail), ("5!IS(;", Tail::Short("dGVz".to_owned())));

    let block = read(&with_gs(BLOCK), Form::Auto, true).unwrap();
    assert_eq!(block.elements.len(), 6);
    assert_eq!(block.elements.get("8005"), Some("112000"));
    assert_eq!(block.code.kind(), "unit");

    let MarkingCode::Tobacco(pack) = read(PACK, Form::Auto, true).unwrap().code else { panic!("a tobacco pack") };
    assert_eq!(
        [&pack.gtin.to_string(), &pack.serial, &pack.price, &pack.tail],
        ["00000046198488", "X?io+qC", "ABm8", "wAYa"]
    );
}

#[test]
fn samples_with_a_tilde_are_read_and_the_repair_is_named() {
    for sample in [SHOES, WATER, BLOCK] {
        let repaired = read(sample, Form::Auto, false).unwrap();
        assert_eq!(repaired.repaired, [Repair::TypedSeparators]);
        assert_eq!(repaired.code, read(&with_gs(sample), Form::Auto, true).unwrap().code);
        assert!(read(sample, Form::Auto, true).is_err());
    }
}

#[test]
fn every_family_is_told_apart() {
    for (text, expected) in [
        ("46198488", "product"),
        ("614141000036", "product"),
        ("4600840749372", "product"),
        ("04600840749372", "product"),
        ("0104600840749372", "product"),
        ("010460084074937217261231", "product"),
        ("0104600840749372215!IS", "unit"),
        ("376104250021234569", "pack"),
        ("00376104250021234569", "pack"),
        ("]C100376104250021234569", "pack"),
        ("0037610425002123456902046008407493723712", "pack"),
        ("]E04600840749372", "product"),
        ("]E446198488", "product"),
        ("]I104600840749372", "product"),
        ("https://tanba.example/s/AB123456789/0123456789ABC", "stamp"),
        ("/s/AB123456789/0123456789ABC", "stamp"),
        ("https://tanba.example/01/04600840749372/21/5!IS", "unit"),
        ("]Q1https://tanba.example/01/04600840749372", "product"),
        ("(01)04600840749372(21)5!IS", "unit"),
        ("^010460084074937221ABC^93dGVz", "unit"),
        ("]d1010460084074937221ABC", "unit"),
        ("]d100000046198488X?io+qCABm8wAYa", "tobacco"),
        ("99anything", "other"),
        ("]d1hello", "other"),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn faults_have_a_slug_and_a_place() {
    for (text, form, expected) in [
        ("", Form::Auto, ("empty", 0)),
        ("hello", Form::Auto, ("not-a-code", 0)),
        ("04600840749373", Form::Auto, ("wrong-check-digit", 13)),
        ("376104250021234568", Form::Auto, ("wrong-check-digit", 17)),
        ("]d20104600840749373", Form::Auto, ("wrong-check-digit", 18)),
        ("]X9hello", Form::Auto, ("unknown-symbology", 0)),
        ("]E0460084074937", Form::Scan, ("primary-length", 15)),
        ("0104600840749372", Form::Raw, ("missing-fnc1", 0)),
        ("^", Form::Raw, ("no-elements", 1)),
        ("^0104600840749372^8912", Form::Raw, ("unknown-ai", 18)),
        ("^010460084074937221AB CD", Form::Raw, ("not-in-set-82", 21)),
        ("^01046008407493721726133121AB", Form::Raw, ("month", 21)),
        ("(01)04600840749372(10)", Form::Bracketed, ("empty-value", 22)),
        ("(01)0460084074937", Form::Bracketed, ("value-too-short", 17)),
        ("(01)046008407493722", Form::Bracketed, ("value-too-long", 18)),
        ("(01", Form::Bracketed, ("bracket-unclosed", 0)),
        ("01)", Form::Bracketed, ("bracket-expected", 0)),
        ("(21)ABC", Form::Bracketed, ("required-ai-missing", 0)),
        ("(01)04600840749372(02)04600840749372", Form::Bracketed, ("conflicting-ais", 18)),
        ("(01)04600840749372(99)A(99)B", Form::Bracketed, ("repeated-ai-differs", 23)),
        ("(01)04600840749372(10)A\\(B(21)\\(\\( ", Form::Bracketed, ("not-in-set-82", 34)),
        ("https://a/gtin/04600840749372", Form::Link, ("link-short-name", 10)),
        ("https://a/ARFKk4XB0CDKWcnpq", Form::Link, ("link-compressed", 10)),
        ("https://a/b", Form::Link, ("link-no-key", 9)),
        ("https://a/01/04600840749372?10=A", Form::Link, ("link-belongs-in-path", 28)),
        ("https://a/01/04600840749372/10/A%2FB%20", Form::Link, ("not-in-set-82", 36)),
        ("ftp://a", Form::Link, ("link-scheme", 0)),
    ] {
        assert_eq!(fault(text, form), expected, "{text}");
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_unread() {
    let long = "9".repeat(8192);
    assert_eq!(fault(&long, Form::Auto), ("too-long", 8191));
    assert_eq!(repairs(&long).count(), 0);
}

#[test]
fn a_composite_bar_code_gives_its_product_and_its_elements() {
    let scan = read("]E04600840749372|]e010ABC\u{1d}21XYZ", Form::Scan, true).unwrap();
    assert_eq!(scan.code.kind(), "unit");
    assert_eq!(scan.elements.to_bracketed(), "(10)ABC(21)XYZ");
}

#[test]
fn forms_have_names() {
    for name in ["auto", "scan", "bracketed", "raw", "link"] {
        assert!(name.parse::<Form>().is_ok());
    }
    assert!("Auto".parse::<Form>().is_err());
}

#[test]
fn an_error_is_copied_and_compared() {
    let error = "hello".parse::<MarkingCode>().unwrap_err();
    assert_eq!(error, ParseError { kind: ParseErrorKind::NotACode, at: 0 });
}
