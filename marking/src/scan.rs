//! What scanners send: a symbology identifier (`]d2` and the like) and the data, or the data alone.
//! The identifier says whether the data are elements, the digits of a bar code, or plain text.

use crate::element_string::{ElementString, Elements, MAX_BYTES, run};
use crate::gtin::{Gtin, InvalidGtin};
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::{link, upc};

const SEPARATOR: u8 = 0x1d;

/// What a symbology identifier promises about the data after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// An element string.
    Elements,
    /// So many digits, then perhaps a composite part.
    Digits(usize),
    /// Text without promise, in which a link may stand.
    Plain,
}

/// What the modifiers of each symbology promise (ISO/IEC 15424): Data Matrix, QR, Aztec and `DotCode` with and without
/// FNC1 in first place and ECI, Code 128, `DataBar` with its composites, PDF417, EAN and UPC with and without add-on,
/// ITF-14. The letter, the modifiers, the content.
const SYMBOLOGIES: [(char, &str, Content); 16] = [
    ('d', "25", Content::Elements),
    ('d', "01346", Content::Plain),
    ('Q', "34", Content::Elements),
    ('Q', "01256", Content::Plain),
    ('z', "147A", Content::Elements),
    ('z', "0235689BC", Content::Plain),
    ('J', "14", Content::Elements),
    ('J', "0235", Content::Plain),
    ('C', "1", Content::Elements),
    ('C', "024", Content::Plain),
    ('e', "0123", Content::Elements),
    ('L', "012345", Content::Plain),
    ('E', "03", Content::Digits(13)),
    ('E', "4", Content::Digits(8)),
    ('I', "01", Content::Digits(14)),
    ('E', "12", Content::Plain),
];

/// How many bytes a symbology identifier has.
pub(crate) const IDENTIFIER: usize = 3;

/// What joins the digits of a bar code to its composite part.
const COMPOSITE: &str = "|]e0";

/// What was read from a scan.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// The product that the bar code's own digits name.
    pub(crate) gtin: Option<Gtin>,
    pub(crate) elements: ElementString,
}

/// What the symbology identifier at the start of `text` promises; `None` without one.
pub(crate) fn content(text: &str) -> Result<Option<Content>, ParseError> {
    if !text.starts_with(']') {
        return Ok(None);
    }
    let mut characters = text.chars().skip(1);
    let (letter, modifier) = (characters.next(), characters.next());
    let known = SYMBOLOGIES.iter().find(|(known, modifiers, _)| {
        letter == Some(*known) && modifier.is_some_and(|modifier| modifiers.contains(modifier))
    });
    match known {
        Some((_, _, content)) => Ok(Some(*content)),
        None => Err(ParseError::new(ParseErrorKind::UnknownSymbology, 0)),
    }
}

/// The symbology identifier, if `text` starts with a known one, and the data.
pub(crate) fn split_identifier(text: &str) -> (&str, &str) {
    match content(text) {
        Ok(Some(_)) => text.split_at(IDENTIFIER),
        _ => ("", text),
    }
}

/// Whether `text` begins with the identifier of a symbol, so that a scanner has read it: a symbol has error correction,
/// and none of its characters is mistaken for another one.
pub fn is_scanned(text: &str) -> bool {
    matches!(content(text), Ok(Some(_)))
}

/// The digits of a bar code as software sends them: UPC in 12 digits or its short form of 8, an add-on of 2 or 5 digits
/// behind. `None` when no check digit holds.
pub(crate) fn retail_digits(digits: &str) -> Option<Gtin> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let read = |digits: &str| digits.parse::<Gtin>().ok();
    match digits.len() {
        8 => {
            let short = if digits.starts_with(['0', '1']) { upc::expanded(digits) } else { None };
            short.and_then(|digits| read(&digits)).or_else(|| read(digits))
        }
        12..=14 => read(digits),
        15 | 18 => read(&digits[..13]),
        _ => None,
    }
}

/// Reads a scan. Plain text must be elements or a link here.
pub(crate) fn parse(text: &str) -> Result<Scanned, ParseError> {
    let Some(content) = content(text)? else {
        return plain(text).map(|elements| Scanned { gtin: None, elements });
    };
    data(&text[IDENTIFIER..], content).map_err(|error| error.shifted(IDENTIFIER))
}

/// Whether the data after a symbology identifier fit into a symbol.
pub(crate) fn within_symbol(data: &str) -> Result<(), ParseError> {
    if data.len() >= MAX_BYTES {
        return Err(ParseError::new(ParseErrorKind::TooLong, MAX_BYTES - 1));
    }
    Ok(())
}

/// Reads the data after a symbology identifier.
pub(crate) fn data(text: &str, content: Content) -> Result<Scanned, ParseError> {
    within_symbol(text)?;
    match content {
        Content::Elements => promised(text).map(|elements| Scanned { gtin: None, elements }),
        Content::Digits(length) => bar_code(text, length),
        Content::Plain => plain(text).map(|elements| Scanned { gtin: None, elements }),
    }
}

fn promised(text: &str) -> Result<ElementString, ParseError> {
    let mut elements = Elements::default();
    elements_in(text, 0, &mut elements)?;
    elements.finish()
}

fn elements_in(text: &str, at: usize, into: &mut Elements) -> Result<(), ParseError> {
    if let Some(caret) = text[at..].find('^') {
        return Err(ParseError::new(ParseErrorKind::CaretInData, at + caret));
    }
    run(text, at, SEPARATOR, into)
}

/// Elements or a link. One leading separator is let pass: some readers send FNC1 in first place.
pub(crate) fn plain(text: &str) -> Result<ElementString, ParseError> {
    if link::is_link(text) {
        return link::parse(text);
    }
    let mut elements = Elements::default();
    elements_in(text, usize::from(text.starts_with('\u{1d}')), &mut elements)?;
    elements.finish()
}

/// The digits of a bar code, and the elements of its composite part if it has one.
fn bar_code(text: &str, length: usize) -> Result<Scanned, ParseError> {
    let fault = |kind, at| Err(ParseError::new(kind, at));
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let composite = text.get(length..).and_then(|rest| rest.strip_prefix(COMPOSITE));
    if text.len() < length || (text.len() > length && composite.is_none()) {
        return fault(ParseErrorKind::PrimaryLength, text.len().min(length));
    }
    if digits < length {
        return fault(ParseErrorKind::NotADigit, digits);
    }
    let gtin = match text[..length].parse::<Gtin>() {
        Ok(gtin) => gtin,
        Err(InvalidGtin::Shape) => return fault(ParseErrorKind::PrimaryLength, 0),
        Err(InvalidGtin::CheckDigit) => return fault(ParseErrorKind::WrongCheckDigit, length - 1),
    };
    let mut elements = Elements::default();
    if composite.is_some() {
        elements_in(text, length + COMPOSITE.len(), &mut elements)?;
    }
    Ok(Scanned { gtin: Some(gtin), elements: elements.finish_beside_gtin()? })
}
