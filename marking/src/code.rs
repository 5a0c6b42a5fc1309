//! What a scanned or typed text is: [`read`] turns it into a [`MarkingCode`], or says why it cannot.
//! A text that reads as it stands is never read otherwise; one that doesn't is tried again without
//! the faults that scanners and keyboards are known for, and the answer names what was repaired.

use std::str::FromStr;

use crate::alphabet;
use crate::charset::in_set82;
use crate::element_string::{ElementString, within_length};
use crate::gtin::Gtin;
use crate::misread::{self, Repair};
use crate::parse_error::{ParseError, ParseErrorKind};
use crate::scan::{self, Content};
use crate::sscc::Sscc;
use crate::{bracketed, check_digit, link, serial};

/// A code of one of the families that the register knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MarkingCode {
    /// One consumer unit: a GTIN (AI 01) with a serial (AI 21).
    Unit(UnitCode),
    /// A transport pack.
    Pack(Sscc),
    /// The accounting-control stamp of a bottle.
    Stamp(StampCode),
    /// One pack of cigarettes.
    Tobacco(TobaccoPack),
    /// A product without a serial: an ordinary bar code.
    Product(Gtin),
    /// Valid elements of none of these families.
    Other(ElementString),
}

/// The code of one consumer unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnitCode {
    /// Which product.
    pub gtin: Gtin,
    /// Which item of it (AI 21).
    pub serial: String,
    /// What proves that the register issued it.
    pub tail: Tail,
    /// All that the code says.
    pub elements: ElementString,
}

/// The end of a unit's code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tail {
    /// None: a serial alone proves nothing.
    None,
    /// A seal and the key that made it.
    Sealed {
        /// The key's id (AI 91).
        key: String,
        /// The seal (AI 92).
        seal: String,
    },
    /// A short tail (AI 93), which only the register can check.
    Short(String),
}

/// The code of one pack of cigarettes: 29 characters without AIs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TobaccoPack {
    /// The first 14 characters; their check digit holds.
    pub gtin: Gtin,
    /// The next 7.
    pub serial: String,
    /// The next 4: the price, in an alphabet of its own; empty where it was not read.
    pub price: String,
    /// The last 4; empty where they were not read.
    pub tail: String,
}

/// The link on a bottle's stamp: `https://{host}/s/{series}{number}/{mark}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StampCode {
    /// Two capital Latin letters.
    pub series: String,
    /// The number within the series, nine digits when printed.
    pub number: u32,
    /// Thirteen characters of [`alphabet::LONG`], which prove that the register issued the stamp.
    pub mark: String,
}

/// In which form a text is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Whatever it looks like.
    Auto,
    /// As a scanner sends it, with or without symbology identifier.
    Scan,
    /// AIs in brackets.
    Bracketed,
    /// With `^` for FNC1.
    Raw,
    /// A web link.
    Link,
}

/// The name of a form is none of `auto`, `scan`, `bracketed`, `raw`, `link`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the form is one of auto, scan, bracketed, raw, link")]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "auto" => Ok(Self::Auto),
            "scan" => Ok(Self::Scan),
            "bracketed" => Ok(Self::Bracketed),
            "raw" => Ok(Self::Raw),
            "link" => Ok(Self::Link),
            _ => Err(UnknownForm),
        }
    }
}

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// What it is.
    pub code: MarkingCode,
    /// All elements that it holds; none if it is a bar code of digits, a stamp or a tobacco pack.
    pub elements: ElementString,
    /// What had to be repaired first, in the order in which it was undone. Empty if nothing.
    pub repaired: Vec<Repair>,
}

/// Reads `text`. Unless `strict`, a text in form [`Form::Auto`] or [`Form::Scan`] that cannot be
/// read as it stands is repaired if that makes it readable. The error is that of the plain reading.
pub fn read(text: &str, form: Form, strict: bool) -> Result<Read, ParseError> {
    let plain = read_plainly(text, form);
    let Err(error) = plain else { return plain };
    if !strict
        && matches!(form, Form::Auto | Form::Scan)
        && let Some(read) = misread::first_repair(text, form)
    {
        return Ok(read);
    }
    if matches!(form, Form::Auto | Form::Scan) && is_text_of_plain_symbol(text) {
        return Ok(MarkingCode::of_elements(ElementString::default()).into());
    }
    Err(error)
}

/// Reads `text` as it stands.
pub(crate) fn read_plainly(text: &str, form: Form) -> Result<Read, ParseError> {
    within_length(text)?;
    match form {
        Form::Auto => auto(text),
        Form::Scan if text.starts_with(']') => scanned(text),
        Form::Scan => unmarked(text),
        Form::Bracketed => ElementString::parse_bracketed(text).map(Read::from),
        Form::Raw => ElementString::parse_raw(text).map(Read::from),
        Form::Link => linked(text),
    }
}

fn auto(text: &str) -> Result<Read, ParseError> {
    match text.as_bytes().first() {
        Some(b']') => scanned(text).or_else(|error| as_software_sends(text).ok_or(error)),
        Some(b'^') => ElementString::parse_raw(text).map(Read::from),
        _ => unmarked(text),
    }
}

/// A scan with its symbology identifier.
fn scanned(text: &str) -> Result<Read, ParseError> {
    let Some(content) = scan::content(text)? else { return unmarked(text) };
    let data = &text[scan::IDENTIFIER..];
    let read = match content {
        Content::Plain => scan::within_symbol(data).and_then(|()| unmarked(data)),
        _ => scan::data(data, content).map(|scanned| match scanned.gtin {
            Some(gtin) => Read::beside_gtin(gtin, scanned.elements),
            None => scanned.elements.into(),
        }),
    };
    read.map_err(|error| error.shifted(scan::IDENTIFIER))
}

/// A symbology identifier before what software made of the data: AIs in brackets, or the digits of a UPC without its
/// leading zeros.
fn as_software_sends(text: &str) -> Option<Read> {
    let content = scan::content(text).ok()??;
    let data = &text[scan::IDENTIFIER..];
    scan::within_symbol(data).ok()?;
    match content {
        Content::Digits(_) => scan::retail_digits(data).map(|gtin| MarkingCode::Product(gtin).into()),
        _ if data.starts_with(['(', '[']) => in_brackets(data).ok(),
        Content::Elements => tobacco_pack(data).map(|pack| MarkingCode::Tobacco(pack).into()),
        Content::Plain => None,
    }
}

/// AIs in round brackets, or in square ones as label software writes them.
fn in_brackets(text: &str) -> Result<Read, ParseError> {
    if text.starts_with('[') {
        let round = bracketed::rounded(text).ok_or(ParseError::new(ParseErrorKind::NotACode, 0))?;
        return ElementString::parse_bracketed(&round).map(Read::from);
    }
    ElementString::parse_bracketed(text).map(Read::from)
}

/// Whether `text` is what a symbol said that promises nothing: then it is no code, and no fault.
fn is_text_of_plain_symbol(text: &str) -> bool {
    matches!(scan::content(text), Ok(Some(Content::Plain)))
        && scan::within_symbol(&text[scan::IDENTIFIER..]).is_ok()
        && !link::is_link(&text[scan::IDENTIFIER..])
}

/// A link; a slash after its last value is part of no value (GS1 Digital Link, section 4.9).
fn linked(text: &str) -> Result<Read, ParseError> {
    if let Some(stamp) = stamp_link(text) {
        return Ok(MarkingCode::Stamp(stamp).into());
    }
    let error = match ElementString::parse_link(text) {
        Ok(elements) => return Ok(elements.into()),
        Err(error) => error,
    };
    let bare = link::without_last_slash(text).and_then(|text| ElementString::parse_link(&text).ok());
    bare.map(Read::from).ok_or(error)
}

/// Text without symbology identifier: tried in the order of how surely each form is recognised.
fn unmarked(text: &str) -> Result<Read, ParseError> {
    if text.is_empty() {
        return Err(ParseError::new(ParseErrorKind::Empty, 0));
    }
    if link::is_link(text) {
        return linked(text);
    }
    if text.starts_with(['(', '[']) {
        return in_brackets(text);
    }
    if let Some(stamp) = stamp_path(text.trim_start_matches('/')) {
        return Ok(MarkingCode::Stamp(stamp).into());
    }
    if let Some(answer) = bare_number(text) {
        return answer;
    }
    let error = match scan::plain(text) {
        Ok(elements) => return Ok(elements.into()),
        Err(error) => error,
    };
    if let Some(pack) = tobacco_pack(text) {
        return Ok(MarkingCode::Tobacco(pack).into());
    }
    match error.kind {
        ParseErrorKind::UnknownAi if error.at == 0 => Err(ParseError::new(ParseErrorKind::NotACode, 0)),
        _ => Err(error),
    }
}

/// Digits alone, as many as a GTIN or an SSCC has: their check digit decides.
fn bare_number(text: &str) -> Option<Result<Read, ParseError>> {
    if !matches!(text.len(), 8 | 12 | 13 | 14 | 18) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if !check_digit::holds(text.as_bytes()) {
        return Some(Err(ParseError::new(ParseErrorKind::WrongCheckDigit, text.len() - 1)));
    }
    let code = match text.len() {
        18 => MarkingCode::Pack(text.parse().ok()?),
        _ => MarkingCode::Product(text.parse().ok()?),
    };
    Some(Ok(code.into()))
}

/// The code of one pack of cigarettes: whole, or, as accounting software keeps it, without its last four characters or
/// without its price as well. The serial of such a part must be one of ours, lest any text be taken for one.
fn tobacco_pack(text: &str) -> Option<TobaccoPack> {
    if !matches!(text.len(), 21 | 25 | 29) || !text.bytes().all(in_set82) {
        return None;
    }
    let gtin = text[..14].parse().ok()?;
    let serial = &text[14..21];
    let (price, tail) = text[21..].split_at_checked(4).unwrap_or_default();
    let is_ours = || {
        serial.as_bytes().first() == Some(&serial::ISSUER)
            && alphabet::SHORT.holds(&serial[1..])
            && alphabet::SHORT.holds(price)
    };
    (text.len() == 29 || is_ours()).then(|| TobaccoPack {
        gtin,
        serial: serial.to_owned(),
        price: price.to_owned(),
        tail: tail.to_owned(),
    })
}

/// A stamp's link. Parameters are of others: messengers and networks add them.
fn stamp_link(text: &str) -> Option<StampCode> {
    stamp_path(link::split(text).ok()?.path.strip_prefix('/')?)
}

/// `s/{series}{number}/{mark}`.
fn stamp_path(path: &str) -> Option<StampCode> {
    let (number, mark) = path.strip_prefix("s/")?.split_once('/')?;
    let mark = mark.strip_suffix('/').unwrap_or(mark);
    let (series, number) = number.split_at_checked(2)?;
    let right = series.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.len() == 9
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && mark.len() == 13
        && alphabet::LONG.holds(mark);
    right.then_some(())?;
    Some(StampCode { series: series.to_owned(), number: number.parse().ok()?, mark: mark.to_owned() })
}

impl MarkingCode {
    /// What these elements are the code of: a pack if they name one, else a unit or a product.
    pub fn of_elements(elements: ElementString) -> Self {
        if let Some(sscc) = elements.get("00").and_then(|sscc| sscc.parse().ok()) {
            return Self::Pack(sscc);
        }
        match elements.get("01").and_then(|gtin| gtin.parse().ok()) {
            Some(gtin) => Self::with_gtin(gtin, elements),
            None => Self::Other(elements),
        }
    }

    fn with_gtin(gtin: Gtin, elements: ElementString) -> Self {
        let Some(serial) = elements.get("21").map(str::to_owned) else {
            return Self::Product(gtin);
        };
        let value = |ai| elements.get(ai).map(str::to_owned);
        let tail = match (value("91"), value("92"), value("93")) {
            (Some(key), Some(seal), _) => Tail::Sealed { key, seal },
            (_, _, Some(tail)) => Tail::Short(tail),
            _ => Tail::None,
        };
        Self::Unit(UnitCode { gtin, serial, tail, elements })
    }

    /// The family's name: `unit`, `pack`, `stamp`, `tobacco`, `product` or `other`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unit(_) => "unit",
            Self::Pack(_) => "pack",
            Self::Stamp(_) => "stamp",
            Self::Tobacco(_) => "tobacco",
            Self::Product(_) => "product",
            Self::Other(_) => "other",
        }
    }

    /// The product, if the code names one.
    pub const fn gtin(&self) -> Option<Gtin> {
        match self {
            Self::Unit(unit) => Some(unit.gtin),
            Self::Tobacco(pack) => Some(pack.gtin),
            Self::Product(gtin) => Some(*gtin),
            Self::Pack(_) | Self::Stamp(_) | Self::Other(_) => None,
        }
    }
}

impl FromStr for MarkingCode {
    type Err = ParseError;

    /// Reads whatever the text looks like, without repairs.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        read(text, Form::Auto, true).map(|read| read.code)
    }
}

impl From<MarkingCode> for Read {
    fn from(code: MarkingCode) -> Self {
        let elements = match &code {
            MarkingCode::Unit(unit) => unit.elements.clone(),
            MarkingCode::Other(elements) => elements.clone(),
            _ => ElementString::default(),
        };
        Self { code, elements, repaired: Vec::new() }
    }
}

impl From<ElementString> for Read {
    fn from(elements: ElementString) -> Self {
        let code = MarkingCode::of_elements(elements.clone());
        Self { code, elements, repaired: Vec::new() }
    }
}

impl Read {
    fn beside_gtin(gtin: Gtin, elements: ElementString) -> Self {
        let code = MarkingCode::with_gtin(gtin, elements.clone());
        Self { code, elements, repaired: Vec::new() }
    }
}
