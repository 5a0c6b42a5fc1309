//! The units that a document names, read before any store is asked: thirty thousand seals take a second of work, so
//! it is shared by the processors and keeps nobody waiting.

use std::sync::Arc;

use marking::gtin::Gtin;
use marking::layout::SerialScheme;
use marking::seal_keys::SealCheck;

use super::locate::{Location, locate};
use super::pack::read_ssccs;
use super::perform::Wanted;
use super::place::Place;
use super::seal_line::SealLine;
use super::units::{MAX_FAULTS, Named, Naming, Units};
use crate::keys::KeySet;
use crate::platform::problem::{Error, FieldFault, Result};

/// Where a unit stands, and what is told of its seal.
type SealedPlace = ((Option<Gtin>, Place), Option<SealLine>);

/// Codes read in one go.
const PIECE: usize = 1_000;

/// Reads what a document names; tells each code that is none of ours and each number that is no pack's.
pub(crate) async fn read_units(keys: &Arc<KeySet>, units: &Units) -> Result<Wanted> {
    read_units_and_seals(keys, units).await.map(|(wanted, _)| wanted)
}

/// The same, and what is to be told of the seals: `not-checked` if a unit is named by its serial alone.
pub(crate) async fn read_units_and_seals(keys: &Arc<KeySet>, units: &Units) -> Result<(Wanted, Option<SealLine>)> {
    match units.named()? {
        Named::Codes(codes) => read_codes(keys, codes).await,
        Named::Ranges(ranges) => Ok((Wanted::Ranges(ranges.to_vec()), None)),
        Named::Packs(packs) => {
            let read = read_ssccs(|position| Naming::Packs.place(position), packs);
            read.map(|packs| (Wanted::Packs(packs), None)).map_err(|faults| Error::invalid(faults, MAX_FAULTS))
        }
    }
}

async fn read_codes(keys: &Arc<KeySet>, codes: &[String]) -> Result<(Wanted, Option<SealLine>)> {
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
    if faults.is_empty() { Ok((Wanted::Codes(places), seal)) } else { Err(Error::Invalid(faults).omitting(omitted)) }
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
