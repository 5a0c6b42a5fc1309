//! The units that a document names, read before any store is asked: thirty thousand seals take a second of work, so it is
//! done on the threads for blocking work.

use std::collections::BTreeMap;
use std::sync::Arc;

use marking::gtin::Gtin;
use marking::layout::SerialScheme;
use marking::seal_keys::SealCheck;
use marking::sscc::{InvalidSscc, Sscc};

use super::filing::NamedUnits;
use super::units::{MAX_FAULTS, Named, Naming, Units};
use crate::codes::{Location, Place, SealLine, locate};
use crate::keys::KeySet;
use crate::platform::problem::{Error, FieldFault, Result};

/// The place of a unit, and what the receipt says of its seal.
type SealedPlace = ((Option<Gtin>, Place), Option<SealLine>);

/// Codes read in one go.
const PIECE: usize = 1_000;

/// Reads what a document names, and what the receipt says of the seals: `not-checked` if a unit is named by its serial
/// alone. Refuses each code that is none of ours and each number that is no pack's.
pub(crate) async fn read_units_and_seals(keys: &Arc<KeySet>, units: &Units) -> Result<(NamedUnits, Option<SealLine>)> {
    match units.named()? {
        Named::Codes(codes) => read_codes(keys, codes).await,
        Named::Ranges(ranges) => Ok((NamedUnits::Ranges(ranges.to_vec()), None)),
        Named::Packs(packs) => {
            let read = read_ssccs(|position| Naming::Packs.place(position), packs);
            read.map(|packs| (NamedUnits::Packs(packs), None)).map_err(|faults| Error::invalid(faults, MAX_FAULTS))
        }
    }
}

async fn read_codes(keys: &Arc<KeySet>, codes: &[String]) -> Result<(NamedUnits, Option<SealLine>)> {
    let pieces: Vec<_> = codes
        .chunks(PIECE)
        .map(|piece| {
            let (keys, piece) = (Arc::clone(keys), piece.to_vec());
            tokio::task::spawn_blocking(move || piece.iter().map(|text| place_of(&keys, text)).collect::<Vec<_>>())
        })
        .collect();
    let (mut places, mut faults) = (Vec::with_capacity(codes.len()), Vec::new());
    let (mut position, mut omitted, mut all_sealed) = (0, 0, true);
    for piece in pieces {
        for read in piece.await.map_err(Error::internal)? {
            match read {
                Ok((place, seal)) => {
                    all_sealed &= seal == Some(SealLine::Checked);
                    places.push(place);
                }
                Err(slug) if faults.len() < MAX_FAULTS => {
                    faults.push(FieldFault::new(Naming::Codes.place(position), slug));
                }
                Err(_) => omitted += 1,
            }
            position += 1;
        }
    }
    let seal = (!all_sealed).then_some(SealLine::NotChecked);
    if faults.is_empty() {
        Ok((NamedUnits::Codes(places), seal))
    } else {
        Err(Error::Invalid(faults).omitting(omitted))
    }
}

/// The place of a unit's code, or the slug of why it has none that a document may name.
///
/// A long serial is enough, as whoever files the document must own the unit: its seal may be missing, garbled, or of
/// a key that was revoked. A seal that is over something else is refused: the label in hand isn't ours.
fn place_of(keys: &KeySet, text: &str) -> Result<SealedPlace, &'static str> {
    match locate(keys, text) {
        Location::Unit(unit) => match unit.seal {
            SealCheck::DoesNotMatch | SealCheck::KeyUnknown => Err("field-seal-does-not-match"),
            seal if unit.scheme == SerialScheme::Long || matches!(seal, SealCheck::Holds { .. }) => {
                Ok(((unit.gtin, unit.place), SealLine::of(seal)))
            }
            _ => Err("field-misread"),
        },
        Location::Unsealed { seal: SealCheck::Missing | SealCheck::Garbled, .. } | Location::NotACode { .. } => {
            Err("field-misread")
        }
        Location::Unsealed { .. } => Err("field-seal-does-not-match"),
        Location::NotIssued { .. } => Err("field-unknown-code"),
        Location::Pack { .. } | Location::Product { .. } => Err("field-not-a-unit"),
    }
}

/// Reads the numbers of packs, and lists each that is none or occurs twice.
pub(crate) fn read_ssccs(place: impl Fn(usize) -> String, texts: &[String]) -> Result<Vec<Sscc>, Vec<FieldFault>> {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        match text.parse::<Sscc>() {
            Ok(sscc) if seen.insert(sscc, position).is_none() => read.push(sscc),
            Ok(_) => faults.push(FieldFault::new(place(position), "field-doubled")),
            Err(error) => faults.push(FieldFault::new(place(position), sscc_slug(error))),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// The slug of a fault in an SSCC.
pub(crate) fn sscc_slug(error: InvalidSscc) -> &'static str {
    match error {
        InvalidSscc::Shape => "field-not-an-sscc",
        InvalidSscc::CheckDigit => "field-check-digit",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_of_packs_are_read_with_every_fault() {
        let right = "376104250021234569".to_owned();
        let texts = [right.clone(), "376104250021234560".into(), "12".into(), right];
        let faults = read_ssccs(|position| format!("packs[{position}]"), &texts).unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.slug)).collect();
        let expected =
            [("packs[1]", "field-check-digit"), ("packs[2]", "field-not-an-sscc"), ("packs[3]", "field-doubled")];
        assert_eq!(told, expected);
    }
}
