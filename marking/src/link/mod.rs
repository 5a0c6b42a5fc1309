//! GS1 Digital Link: a web address whose path holds a key and its qualifiers, and whose parameters
//! hold the other elements. Read from the right: the path before the last key is the stem, which
//! belongs to the host. Refuses short names (`gtin`), which the standard has withdrawn, and the
//! compressed form, which needs a reader of its own.

mod compressed;
mod print;
mod sequence;
mod uri;

pub(crate) use print::print;
pub(crate) use uri::{decoded_text, is_link, split, without_last_slash};

use crate::ai::Ai;
use crate::ai::row::InLink;
use crate::element_string::{ElementString, Elements, check_whole_value, within_length};
use crate::parse_error::{ParseError, ParseErrorKind};
use uri::{Uri, decoded};

/// The names that AIs once had in links.
const SHORT_NAMES: &str = "cpid cpsn cpv gcn gdti giai ginc gln glnx gmn grai gsin gsrn gsrnp gtin itip lot \
    party refno ser srin sscc";

pub(crate) fn parse(text: &str) -> Result<ElementString, ParseError> {
    within_length(text)?;
    let uri = split(text)?;
    let mut elements = Elements::default();
    let key_at = find_key(&uri)?;
    let path = read_path(&uri, key_at, &mut elements)?;
    read_query(&uri, &mut elements)?;
    check_places(&path, &elements)?;
    elements.finish()
}

/// Walks the path's pairs of AI and value from the right, to the first key: the byte of the path
/// where its slash stands.
fn find_key(uri: &Uri<'_>) -> Result<usize, ParseError> {
    let mut end = uri.path.len();
    loop {
        let pair = uri.path[..end].rsplit_once('/').and_then(|(before, _)| {
            let (stem, name) = before.rsplit_once('/')?;
            Some((stem.len(), name))
        });
        let Some((slash, name)) = pair else { break };
        match Ai::named(name) {
            Some(ai) if ai.row().key.is_some() => return Ok(slash),
            Some(_) => end = slash,
            None => break,
        }
    }
    Err(no_key(uri))
}

/// Says why the path has no key: what it has instead.
fn no_key(uri: &Uri<'_>) -> ParseError {
    let mut at = uri.path_at;
    for segment in uri.path.split('/') {
        if segment.len() > 2 && SHORT_NAMES.split_ascii_whitespace().any(|name| name == segment) {
            return ParseError::new(ParseErrorKind::LinkShortName, at);
        }
        at += segment.len() + 1;
    }
    let last = uri.path.rsplit('/').next().unwrap_or_default();
    let last_at = uri.path_at + uri.path.len() - last.len();
    if compressed::looks_so(last) {
        ParseError::new(ParseErrorKind::LinkCompressed, last_at)
    } else {
        ParseError::new(ParseErrorKind::LinkNoKey, uri.path_at)
    }
}

/// Reads the key and its qualifiers, and checks that these follow this key in this order.
fn read_path(uri: &Uri<'_>, key_at: usize, into: &mut Elements) -> Result<Vec<Ai>, ParseError> {
    let mut path = Vec::with_capacity(4);
    let mut segments = uri.path[key_at + 1..].split('/');
    let mut at = uri.path_at + key_at + 1;
    while let (Some(name), Some(written)) = (segments.next(), segments.next()) {
        let Some(ai) = Ai::named(name) else {
            return Err(ParseError::new(ParseErrorKind::UnknownAi, at));
        };
        read_value(ai, written, at, at + name.len() + 1, false, into)?;
        path.push(ai);
        at += name.len() + written.len() + 2;
    }
    if sequence::allowed(&path) {
        Ok(path)
    } else {
        Err(ParseError::new(ParseErrorKind::LinkSequence, uri.path_at + key_at + 1))
    }
}

/// Reads the parameters. Those whose names aren't all digits are others' and are passed over.
fn read_query(uri: &Uri<'_>, into: &mut Elements) -> Result<(), ParseError> {
    let Some(query) = uri.query else { return Ok(()) };
    let mut rest = query;
    while !rest.is_empty() {
        rest = rest.trim_start_matches('&');
        let at = uri.query_at + query.len() - rest.len();
        let parameter = rest.split('&').next().unwrap_or_default();
        match parameter.split_once('=') {
            Some((name, written)) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                let Some(ai) = Ai::named(name) else {
                    return Err(ParseError::new(ParseErrorKind::LinkUnknownAi, at));
                };
                read_value(ai, written, at, at + name.len() + 1, true, into)?;
            }
            _ => into.join(at)?,
        }
        rest = &rest[parameter.len()..];
    }
    Ok(())
}

/// Decodes and checks a value written at byte `value_at` of the text.
fn read_value(
    ai: Ai,
    written: &str,
    at: usize,
    value_at: usize,
    in_query: bool,
    into: &mut Elements,
) -> Result<(), ParseError> {
    if written.is_empty() {
        return Err(ParseError::new(ParseErrorKind::LinkEmptyValue, value_at));
    }
    let value =
        decoded(written, in_query).map_err(|place| ParseError::new(ParseErrorKind::LinkNull, value_at + place))?;
    check_whole_value(ai.row(), &value)
        .map_err(|(place, kind)| ParseError::new(kind, value_at + uri::place_in_written(written, place)))?;
    // The value was found to be ASCII.
    into.push(ai, String::from_utf8(value.into_owned()).unwrap_or_default(), at)
}

/// No AI twice; each parameter is one that may be a parameter, and none that, beside this path,
/// belongs into it.
fn check_places(path: &[Ai], elements: &Elements) -> Result<(), ParseError> {
    for (place, (element, at)) in elements.so_far().enumerate() {
        let fault = |kind| Err(ParseError::new(kind, at));
        if elements.so_far().take(place).any(|(earlier, _)| earlier.ai == element.ai) {
            return fault(ParseErrorKind::LinkDuplicateAi);
        }
        if place < path.len() {
            continue;
        }
        if sequence::would_fit(path, element.ai) {
            return fault(ParseErrorKind::LinkBelongsInPath);
        }
        if element.ai.row().in_link == InLink::PathOnly {
            return fault(ParseErrorKind::LinkAttribute);
        }
    }
    Ok(())
}
