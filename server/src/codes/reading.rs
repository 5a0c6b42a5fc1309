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
use super::units::{MAX_FAULTS, Named, Naming, Units};
use crate::error::{Error, FieldFault, Result};
use crate::keys::KeySet;

/// Codes read in one go.
const PIECE: usize = 1_000;

/// Reads what a document names; tells each code that is none of ours and each number that is no pack's.
pub(crate) async fn read_units(keys: &Arc<KeySet>, units: &Units) -> Result<Wanted> {
    match units.named()? {
        Named::Codes(codes) => read_codes(keys, codes).await,
        Named::Ranges(ranges) => Ok(Wanted::Ranges(ranges.to_vec())),
        Named::Packs(packs) => {
            let read = read_ssccs(|position| Naming::Packs.place(position), packs);
            read.map(Wanted::Packs).map_err(|mut faults| {
                faults.truncate(MAX_FAULTS);
                Error::Invalid(faults)
            })
        }
    }
}

async fn read_codes(keys: &Arc<KeySet>, codes: &[String]) -> Result<Wanted> {
    let pieces: Vec<_> = codes
        .chunks(PIECE)
        .map(|piece| {
            let (keys, piece) = (Arc::clone(keys), piece.to_vec());
            tokio::task::spawn_blocking(move || piece.iter().map(|text| place_of(&keys, text)).collect::<Vec<_>>())
        })
        .collect();
    let (mut places, mut faults) = (Vec::with_capacity(codes.len()), Vec::new());
    let mut position = 0;
    for piece in pieces {
        for read in piece.await.map_err(Error::internal)? {
            match read {
                Ok(place) => places.push(place),
                Err(slug) if faults.len() < MAX_FAULTS => {
                    faults.push(FieldFault::new(Naming::Codes.place(position), slug));
                }
                Err(_) => {}
            }
            position += 1;
        }
    }
    if faults.is_empty() { Ok(Wanted::Codes(places)) } else { Err(Error::Invalid(faults)) }
}

/// The place of a unit's code, or the slug of why it has none that a document may name.
///
/// A long serial is enough, as whoever files the document must own the unit: its seal may be missing, garbled, or of
/// a key that was revoked. A seal that is over something else is refused: the label in hand isn't ours.
fn place_of(keys: &KeySet, text: &str) -> Result<(Option<Gtin>, Place), &'static str> {
    match locate(keys, text) {
        Location::Unit(unit) => match unit.seal {
            SealCheck::DoesNotMatch | SealCheck::KeyUnknown => Err("field-seal-does-not-match"),
            _ if unit.scheme == SerialScheme::Long => Ok((unit.gtin, unit.place)),
            SealCheck::Holds { .. } => Ok((unit.gtin, unit.place)),
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
