//! Packs: a group pack holds units, a transport pack holds group packs or units (D1.4). What may go into a pack and
//! when one may be taken apart.
//!
//! A pack is closed from its making until it is taken apart or nothing is left in it; its SSCC never serves again.
//! An effect on a pack is one on everything inside, and the pack stays closed; inside another pack it leaves
//! that one. An effect that takes units out of the trade or to a buyer and names them one by one or by range takes
//! them out of their packs: they are no longer where the pack is.

use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// Why a pack can't be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PackRefusal {
    /// It doesn't exist, or is another's: the answer to both is the same.
    Unknown,
    /// It was taken apart.
    Opened,
    /// It can't be put into a transport pack, since it is one.
    NotAGroupPack,
    /// It is in a pack already.
    AlreadyPacked,
}

/// Why a participant can't act on a pack, if so.
pub(crate) fn refusal(pack: Option<&Pack>, participant: i32) -> Option<PackRefusal> {
    match pack {
        Some(pack) if pack.owner == participant && pack.opened_at.is_none() => None,
        Some(pack) if pack.owner == participant => Some(PackRefusal::Opened),
        _ => Some(PackRefusal::Unknown),
    }
}

/// Why a participant can't put a pack into a transport pack, if so.
pub(crate) fn refusal_as_content(pack: Option<&Pack>, participant: i32) -> Option<PackRefusal> {
    refusal(pack, participant).or(match pack {
        Some(Pack { level: Level::Transport, .. }) => Some(PackRefusal::NotAGroupPack),
        Some(Pack { parent: Some(_), .. }) => Some(PackRefusal::AlreadyPacked),
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
        assert_eq!(refusal(Some(&opened), 1), Some(PackRefusal::Opened));
        assert_eq!(refusal(Some(&opened), 2), Some(PackRefusal::Unknown));
    }

    /// D1.4: consumer, group, transport.
    #[test]
    fn a_transport_pack_takes_free_group_packs_only() {
        let group = pack(Level::Group);
        assert_eq!(refusal_as_content(Some(&group), 1), None);
        assert_eq!(refusal_as_content(Some(&pack(Level::Transport)), 1), Some(PackRefusal::NotAGroupPack));
        let packed = Pack { parent: Some(group.sscc), ..group };
        assert_eq!(refusal_as_content(Some(&packed), 1), Some(PackRefusal::AlreadyPacked));
    }
}
