//! From a scan as it is kept to a scan as the rules see it: what the register has to say of the code, as of then.

use marking::status::Status;

use super::rules::{Position, Read, Scan, Seen, mixed};
use crate::alerts::Alerts;
use crate::codes::UnitPlace;
use crate::platform::clock;
use crate::platform::problem::Result;
use crate::scans::{self, KeptScan, ScanFinding};
use crate::verify::Unit;

/// A delay after which the register may have changed since the scan was taken.
const LATE_SECONDS: i64 = 300;

/// What is assumed of a place without an accuracy.
const UNKNOWN_ACCURACY_METRES: f32 = 1_000.0;

/// What a scan reads.
enum Text {
    Unit(UnitPlace),
    Other { seal: Option<u64>, seen: Seen },
}

/// Looks scans up. They come back in the same order. Devices are hashed under the key.
pub(super) async fn look_up(state: &Alerts, key: &[u8], kept: &[KeptScan]) -> Result<Vec<Scan>> {
    let mut texts = Vec::with_capacity(kept.len());
    for scan in kept {
        texts.push(text_of(state, scan).await?);
    }
    let place = |text: &Text| match text {
        Text::Unit(place) => Some(*place),
        Text::Other { .. } => None,
    };
    let wanted: Vec<UnitPlace> = texts.iter().filter_map(place).collect();
    let mut units = state.snapshot.units(&wanted).await?.into_iter();
    Ok(kept.iter().zip(texts).map(|(scan, text)| seen_scan(scan, key, &text, &mut units)).collect())
}

fn seen_scan(kept: &KeptScan, key: &[u8], text: &Text, units: &mut impl Iterator<Item = Option<Unit>>) -> Scan {
    let (read, seen) = match text {
        Text::Unit(UnitPlace { order, index }) => {
            let seen = units.next().flatten().map_or(Seen::Unknown, |unit| of_unit(&unit, kept));
            (Read::Unit { order: *order, index: *index }, seen)
        }
        Text::Other { seal, seen } => (Read::Label { text: mixed(&kept.code), seal: *seal }, *seen),
    };
    Scan {
        id: kept.id.as_u64_pair().0.cast_signed(),
        at: kept.taken_at.timestamp(),
        read,
        gtin: kept.gtin.and_then(|gtin| u64::try_from(gtin).ok()),
        device: kept.device.map(|device| mixed((key, device))),
        place: kept.place.filter(|place| place.is_usable()).map(position),
        seen,
        from_picture: kept.from_picture,
    }
}

/// A place as the rules see it. Phones that don't know how good it is tell an accuracy of 0.
fn position(place: scans::Place) -> Position {
    let accuracy_metres = if place.accuracy_metres > 0.0 { place.accuracy_metres } else { UNKNOWN_ACCURACY_METRES };
    Position { latitude: place.latitude, longitude: place.longitude, accuracy_metres }
}

/// What a scan reads, by what was found when it was taken. An order may have reached a place of a sequence since.
async fn text_of(state: &Alerts, scan: &KeptScan) -> Result<Text> {
    let seen = match scan.finding {
        ScanFinding::Unit(place) => return Ok(Text::Unit(place)),
        ScanFinding::InSequence { sequence, place } => match state.snapshot.run(sequence, place).await? {
            Some(place) => return Ok(Text::Unit(place)),
            None => Seen::Unknown,
        },
        ScanFinding::Forged => Seen::Forged,
        ScanFinding::Unknown => Seen::Unknown,
        ScanFinding::Misread => Seen::Misread,
    };
    Ok(Text::Other { seal: scan.code.as_deref().and_then(seal_of).map(mixed), seen })
}

/// The seal in a text: what stands behind AI 92.
fn seal_of(text: &str) -> Option<&str> {
    text.rsplit('\u{1d}').find_map(|element| element.strip_prefix("92")).filter(|seal| seal.len() >= 4)
}

/// What the register had to say of a unit when it was scanned. It speaks of now; where that may have changed since, the
/// milder of now and of what the client was told then is taken.
fn of_unit(unit: &Unit, kept: &KeptScan) -> Seen {
    let day = clock::local(kept.taken_at).date_naive();
    let particulars = unit.particulars();
    let recalled = particulars.and_then(|particulars| particulars.recalled_on).is_some_and(|on| on <= day);
    let expired = particulars.and_then(|particulars| particulars.expires_on).is_some_and(|on| on < day);
    let now = match unit.state.status() {
        Status::Emitted | Status::Applied => return Seen::NotReleased,
        Status::Sold => Seen::Sold,
        Status::Withdrawn | Status::Destroyed | Status::Lost | Status::WrittenOff => Seen::Withdrawn,
        _ if recalled => return Seen::Recalled,
        _ if expired => return Seen::Expired,
        _ => return Seen::Sound,
    };
    let is_late = (kept.received_at - kept.taken_at).num_seconds() > LATE_SECONDS;
    match kept.verdict.as_deref() {
        Some("in-circulation" | "issued" | "expired" | "recalled") => Seen::Sound,
        Some("sold") if now == Seen::Withdrawn => Seen::Sold,
        None if is_late => Seen::Sound,
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seal_of_a_text_stands_behind_its_identifier() {
        assert_eq!(seal_of("01048701\u{1d}91K001\u{1d}92AbCdEf=="), Some("AbCdEf=="));
        assert_eq!(seal_of("4006381333931"), None);
    }
}
