//! One line of input, one line of output: a JSON string in, a JSON object out. The command line
//! does nothing but loop over this.

use serde::Serialize;

use crate::code::{Form, MarkingCode, Read, read};
use crate::element_string::Element;
use crate::gtin::Gtin;
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::sscc::Sscc;

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Code {
        ok: bool,
        kind: &'static str,
        elements: Vec<&'a Element>,
        gtin: Option<Gtin>,
        serial: Option<String>,
        sscc: Option<Sscc>,
        repaired: Vec<&'static str>,
    },
    Fault {
        ok: bool,
        error: &'static str,
        at: usize,
    },
}

impl<'a> From<&'a Read> for Answer<'a> {
    fn from(read: &'a Read) -> Self {
        let serial = match &read.code {
            MarkingCode::Unit(unit) => Some(unit.serial.clone()),
            MarkingCode::Tobacco(pack) => Some(pack.serial.clone()),
            MarkingCode::Stamp(stamp) => Some(format!("{}{:09}", stamp.series, stamp.number)),
            MarkingCode::Pack(_) | MarkingCode::Product(_) | MarkingCode::Other(_) => None,
        };
        let sscc = match &read.code {
            MarkingCode::Pack(sscc) => Some(*sscc),
            _ => None,
        };
        Self::Code {
            ok: true,
            kind: read.code.kind(),
            elements: read.elements.iter().collect(),
            gtin: read.code.gtin(),
            serial,
            sscc,
            repaired: read.repaired.iter().map(|repair| repair.slug()).collect(),
        }
    }
}

impl From<ParseError> for Answer<'_> {
    fn from(error: ParseError) -> Self {
        Self::Fault { ok: false, error: error.kind.slug(), at: error.at }
    }
}

/// Answers one line: `{"ok":true,"kind":…}` for a code, `{"ok":false,"error":…,"at":…}` for what is
/// none. `at` counts the bytes of the text that the JSON string stands for.
pub fn parse_line(json: &str, form: Form, strict: bool) -> String {
    let outcome = serde_json::from_str::<String>(json)
        .map_err(|_| ParseError::new(ParseErrorKind::NotAJsonString, 0))
        .and_then(|text| read(&text, form, strict));
    let answer = match &outcome {
        Ok(read) => Answer::from(read),
        Err(error) => Answer::from(*error),
    };
    // Strings, numbers and lists of them always serialise.
    serde_json::to_string(&answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_answered_with_its_parts() {
        assert_eq!(
            parse_line(r#""0104600840749372215!IS(;\u001d93dGVz""#, Form::Auto, true),
            concat!(
                r#"{"ok":true,"kind":"unit","elements":[["01","04600840749372"],["21","5!IS(;"],"#,
                r#"["93","dGVz"]],"gtin":"04600840749372","serial":"5!IS(;","sscc":null,"repaired":[]}"#
            )
        );
    }

    #[test]
    fn a_repair_is_named() {
        let answer = parse_line(r#"" 04600840749372""#, Form::Auto, false);
        assert!(answer.ends_with(r#""repaired":["typed-spaces"]}"#), "{answer}");
    }

    #[test]
    fn a_fault_is_answered_with_its_place() {
        assert_eq!(
            parse_line(r#""(01)04600840749373""#, Form::Bracketed, false),
            r#"{"ok":false,"error":"wrong-check-digit","at":17}"#
        );
    }

    #[test]
    fn a_line_that_is_no_json_string_says_so() {
        for line in ["", "0104600840749372", "[]", "\"open", "\"\\ud800\"", "\"a\" \"b\""] {
            assert_eq!(
                parse_line(line, Form::Auto, false),
                r#"{"ok":false,"error":"not-a-json-string","at":0}"#,
                "{line}"
            );
        }
    }
}
