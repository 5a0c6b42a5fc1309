//! What the reader of labels gives is what the parser takes, for every kind of symbol.

#![allow(clippy::unwrap_used, missing_docs)]

use marking::code::{Form, read};
use reader::{Format, Found, Point};

fn found(format: Format, symbology: &str, text: &str) -> Found {
    let corner = Point { x: 0.0, y: 0.0 };
    Found { text: text.to_owned(), format, symbology: symbology.to_owned(), corners: [corner; 4] }
}

/// B22: one function makes of every symbol what is parsed, judged and asked about.
#[test]
fn everything_that_the_reader_can_give_is_parsed() {
    let unit = "0104870000770052213B9Cqs\u{1d}93IHqV";
    let pack = "00376104250021234569";
    let stamp = "https://tanba.example/s/KZ000000000/BP2F8PTKM6QFG";
    let mut all = vec![
        (found(Format::Ean13, "]E0", "4600840749372"), "product"),
        (found(Format::Ean8, "]E4", "46198488"), "product"),
        (found(Format::UpcA, "]E0", "036000291452"), "product"),
        (found(Format::UpcE, "]E0", "04252614"), "product"),
        (found(Format::Code128, "]C0", "Best before"), "other"),
        (found(Format::Code128, "]C0", "00376104250021234569"), "pack"),
        (found(Format::Code128, "]C1", pack), "pack"),
        (found(Format::Code128, "]C2", "LOT 7"), "other"),
    ];
    for modifier in 0..=6 {
        let (data_matrix, qr) = (format!("]d{modifier}"), format!("]Q{modifier}"));
        all.push((found(Format::DataMatrix, &data_matrix, unit), "unit"));
        all.push((found(Format::QrCode, &qr, unit), "unit"));
        if ![2, 5].contains(&modifier) {
            all.push((found(Format::DataMatrix, &data_matrix, "hello"), "other"));
        }
        if ![3, 4].contains(&modifier) {
            all.push((found(Format::QrCode, &qr, stamp), "stamp"));
        }
    }
    for (found, kind) in all {
        let text = found.as_scanned();
        let read = read(&text, Form::Auto, false).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((read.code.kind(), read.repaired.as_slice()), (kind, &[][..]), "{text}");
    }
    // Software that sends the digits of a symbol as they are printed is understood, too.
    for digits in ["]E0987654321012", "]E004965802", "]E004252614", "]E046198488", "]E34600840749372"] {
        assert_eq!(read(digits, Form::Auto, false).map(|read| read.code.kind()), Ok("product"), "{digits}");
    }
}
