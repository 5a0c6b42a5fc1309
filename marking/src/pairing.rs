//! Which elements stand together: what excludes what, what needs what, and what a repeated element
//! must say. Judged over all elements of one text.

use crate::ai::Ai;
use crate::ai::rule::Fault;
use crate::element_string::Element;
use crate::parse_error::ParseErrorKind;

/// Keys whose serial part may be absent, but not beside a digital signature.
const SERIAL_IN_KEY: [&str; 3] = ["253", "255", "8003"];

/// Finds the first element that cannot stand with the others, or not without one that is absent.
/// `beside` is an AI that the symbol carries elsewhere: it satisfies needs. The fault's place is the
/// element's index.
pub(crate) fn check(elements: &[Element], beside: Option<Ai>) -> Result<(), Fault> {
    let has = |own: Ai, pattern: &str| elements.iter().any(|other| other.ai != own && other.ai.is_like(pattern));
    let beside_is = |pattern: &str| beside.is_some_and(|ai| ai.is_like(pattern));
    let signed = elements.iter().any(|element| element.ai.as_str() == "8030");

    for (place, element) in elements.iter().enumerate() {
        let row = element.ai.row();
        if row.excludes.iter().any(|pattern| has(element.ai, pattern)) {
            return Err((place, ParseErrorKind::ConflictingAis));
        }
        let satisfied = |group: &&str| group.split('+').all(|one| has(element.ai, one) || beside_is(one));
        if !row.needs.is_empty() && !row.needs.iter().any(satisfied) {
            return Err((place, ParseErrorKind::RequiredAiMissing));
        }
        let differs = |other: &Element| other.ai == element.ai && other.value != element.value;
        if elements[..place].iter().any(differs) {
            return Err((place, ParseErrorKind::RepeatedAiDiffers));
        }
        let key = element.ai.as_str();
        if signed && SERIAL_IN_KEY.contains(&key) && element.value.len() == row.min() {
            return Err((place, ParseErrorKind::SerialRequired));
        }
    }
    Ok(())
}
