//! Packs: a group pack holds units, a transport pack holds group packs or units (D1.4). What may go into a pack and
//! when one may be taken apart.
//!
//! A pack is closed from its making until it is taken apart or nothing is left in it; its SSCC never serves again.
//! A document that names a pack acts on everything inside, and the pack stays closed; inside another pack it leaves
//! that one. A document that takes units out of the trade or to a buyer and names them one by one or by range takes
//! them out of their packs: they are no longer where the pack is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::problem::FieldFault;

/// What a pack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// Several units, sold or stored together.
    Group,
    /// What is carried: group packs, or units.
    Transport,
}

impl Level {
    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Transport => "transport",
        }
    }

    /// The level of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        [Self::Group, Self::Transport].into_iter().find(|level| level.slug() == slug)
    }
}

/// A pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pack {
    /// Its number.
    pub(crate) sscc: Sscc,
    /// What it is for.
    pub(crate) level: Level,
    /// Whose it is.
    pub(crate) owner: i32,
    /// The pack that it is in.
    pub(crate) parent: Option<Sscc>,
    /// When it was packed.
    pub(crate) packed_at: DateTime<Utc>,
    /// When it was taken apart or lost its last unit.
    pub(crate) opened_at: Option<DateTime<Utc>>,
}

/// Reads the numbers of packs, and tells each that is none or stands twice.
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
pub(crate) fn sscc_slug(error: marking::sscc::InvalidSscc) -> &'static str {
    match error {
        marking::sscc::InvalidSscc::Shape => "field-not-an-sscc",
        marking::sscc::InvalidSscc::CheckDigit => "field-check-digit",
    }
}

/// Why a pack can't be acted on, if so: another's, unknown or open. Others' packs look like unknown ones.
pub(crate) fn refusal(pack: Option<&Pack>, participant: i32) -> Option<&'static str> {
    match pack {
        Some(pack) if pack.owner == participant && pack.opened_at.is_none() => None,
        Some(pack) if pack.owner == participant => Some("field-pack-opened"),
        _ => Some("field-unknown-pack"),
    }
}

/// Why a pack can't be put into a transport pack, if so.
pub(crate) fn refusal_as_content(pack: Option<&Pack>, participant: i32) -> Option<&'static str> {
    refusal(pack, participant).or(match pack {
        Some(Pack { level: Level::Transport, .. }) => Some("field-not-a-group-pack"),
        Some(Pack { parent: Some(_), .. }) => Some("field-already-packed"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pack(level: Level) -> Pack {
        let sscc = "376104250021234569".parse().unwrap();
        Pack { sscc, level, owner: 1, parent: None, packed_at: DateTime::UNIX_EPOCH, opened_at: None }
    }

    /// X4: another's pack looks like one that doesn't exist.
    #[test]
    fn only_the_owner_acts_on_a_closed_pack() {
        let group = pack(Level::Group);
        assert_eq!(refusal(Some(&group), 1), None);
        assert_eq!(refusal(Some(&group), 2), refusal(None, 2));
        let opened = Pack { opened_at: Some(DateTime::UNIX_EPOCH), ..group };
        assert_eq!(refusal(Some(&opened), 1), Some("field-pack-opened"));
        assert_eq!(refusal(Some(&opened), 2), Some("field-unknown-pack"));
    }

    /// D1.4: consumer, group, transport.
    #[test]
    fn a_transport_pack_takes_free_group_packs_only() {
        let group = pack(Level::Group);
        assert_eq!(refusal_as_content(Some(&group), 1), None);
        assert_eq!(refusal_as_content(Some(&pack(Level::Transport)), 1), Some("field-not-a-group-pack"));
        let packed = Pack { parent: Some(group.sscc), ..group };
        assert_eq!(refusal_as_content(Some(&packed), 1), Some("field-already-packed"));
    }

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
