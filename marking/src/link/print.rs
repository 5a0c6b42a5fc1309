//! Writes elements as a GS1 Digital Link.

use super::sequence;
use super::uri::encode;
use crate::ai::Ai;
use crate::ai::row::InLink;
use crate::element_string::Element;

/// The first element that is a key goes into the path, with as many of its qualifiers as are there;
/// the others become parameters, those of predefined length first. `None` without a key, or with an
/// element that cannot be a parameter.
pub(crate) fn print(elements: &[Element], stem: &str) -> Option<String> {
    let find = |name: &str| elements.iter().find(|element| element.ai.as_str() == name);
    let key = elements.iter().find(|element| element.ai.row().key.is_some())?;
    let sequences = key.ai.row().key.unwrap_or_default();
    let mut path = vec![key];
    for sequence in sequences {
        let found: Vec<_> = sequence.iter().filter_map(|name| find(name)).collect();
        if found.len() + 1 > path.len() {
            path.truncate(1);
            path.extend(found);
        }
    }

    let mut text = stem.trim_end_matches('/').to_owned();
    for element in &path {
        text.push('/');
        text.push_str(element.ai.as_str());
        text.push('/');
        encode(&element.value, &mut text);
    }
    let in_path: Vec<Ai> = path.iter().map(|element| element.ai).collect();
    let mut written = in_path.clone();
    for separated in [false, true] {
        for element in elements.iter().filter(|element| element.ai.row().separated == separated) {
            if written.contains(&element.ai) {
                continue;
            }
            if element.ai.row().in_link == InLink::PathOnly || sequence::would_fit(&in_path, element.ai) {
                return None;
            }
            text.push(if written.len() == in_path.len() { '?' } else { '&' });
            text.push_str(element.ai.as_str());
            text.push('=');
            encode(&element.value, &mut text);
            written.push(element.ai);
        }
    }
    Some(text)
}
