//! What a scanned or typed text is, told for a screen: before anything is asked of the register.
//!
//! Refuses nothing: a text that is no code gets the place of its fault.

use locales::Language;
use marking::code::{self, Form, MarkingCode};
use marking::parse_error::ParseErrorKind;
use serde::Serialize;

/// A text that was read, or the fault that kept it from being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanned {
    /// The family: `unit`, `pack`, `stamp`, `tobacco`, `product`, `other`; none when the text is no code.
    pub kind: Option<String>,
    /// The product, fourteen digits.
    pub gtin: Option<String>,
    /// The item: its serial, or the stamp's series and number.
    pub serial: Option<String>,
    /// The pack, eighteen digits.
    pub sscc: Option<String>,
    /// The elements in brackets, `(01)…(21)…`, as people write them down; none where the family has no elements.
    pub bracketed: Option<String>,
    /// What the scanner or the keyboard had done to the code, and was undone: slugs.
    pub repaired: Vec<String>,
    /// Why the text is no code.
    pub fault: Option<Fault>,
}

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What programs look at.
    pub slug: String,
    /// The byte of the text where the fault lies.
    pub at: u32,
}

impl Fault {
    /// Whether the text was meant to be a code; else it is something else that was read well.
    pub(crate) fn is_of_a_code(&self) -> bool {
        ParseErrorKind::ALL.iter().any(|kind| kind.slug() == self.slug && kind.is_of_a_code())
    }

    /// The same as a sentence.
    pub fn text(&self, language: Language) -> String {
        locales::say(language, &format!("parse-{}", self.slug), &[])
    }
}

impl Scanned {
    /// Reads a text as a scanner gave it or a person typed it; known faults of scanners are undone.
    pub fn of(text: &str) -> Self {
        match code::read(text, Form::Auto, false) {
            Ok(read) => {
                let elements = (!read.elements.is_empty()).then(|| read.elements.to_bracketed());
                let repaired = read.repaired.iter().map(|repair| repair.slug().to_owned()).collect();
                Self { bracketed: elements, repaired, ..Self::of_code(&read.code) }
            }
            Err(error) => {
                let at = u32::try_from(error.at).unwrap_or(u32::MAX);
                let fault = Fault { slug: error.kind.slug().to_owned(), at };
                Self { fault: Some(fault), ..Self::nothing() }
            }
        }
    }

    pub(crate) fn of_code(code: &MarkingCode) -> Self {
        let (serial, sscc) = match code {
            MarkingCode::Unit(unit) => (Some(unit.serial.clone()), None),
            MarkingCode::Tobacco(pack) => (Some(pack.serial.clone()), None),
            MarkingCode::Stamp(stamp) => (Some(format!("{}{:09}", stamp.series, stamp.number)), None),
            MarkingCode::Pack(sscc) => (None, Some(sscc.to_string())),
            MarkingCode::Product(_) | MarkingCode::Other(_) => (None, None),
        };
        Self {
            kind: Some(code.kind().to_owned()),
            gtin: code.gtin().map(|gtin| gtin.to_string()),
            serial,
            sscc,
            ..Self::nothing()
        }
    }

    pub(crate) fn nothing() -> Self {
        Self { kind: None, gtin: None, serial: None, sscc: None, bracketed: None, repaired: Vec::new(), fault: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_what_it_names() {
        let unit = Scanned::of("(01)04870001234560(21)3ABCDEFGHJKLM");
        assert_eq!((unit.kind.as_deref(), unit.gtin.as_deref()), (Some("unit"), Some("04870001234560")));
        assert_eq!(unit.serial.as_deref(), Some("3ABCDEFGHJKLM"));
        assert_eq!(unit.bracketed.as_deref(), Some("(01)04870001234560(21)3ABCDEFGHJKLM"));
        let product = Scanned::of("4870001234560");
        assert_eq!((product.kind.as_deref(), product.bracketed), (Some("product"), None));
        let stamp = Scanned::of("https://tanba.example/s/AB000000012/0123456789ABC");
        assert_eq!(stamp.serial.as_deref(), Some("AB000000012"));
    }

    #[test]
    fn a_text_that_is_no_code_has_the_place_of_its_fault() {
        let wrong = Scanned::of("4870001234561");
        let fault = wrong.fault.expect("a wrong check digit");
        assert_eq!((fault.slug.as_str(), fault.at), ("wrong-check-digit", 12));
        assert_eq!(fault.text(Language::En), "The check digit does not match");
    }
}
