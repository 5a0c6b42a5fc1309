//! What a committed group of scans leaves to the workers, and the maintenance of scans.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Scans, keep_house};
use crate::platform::jobs::{Job, Lane};
use crate::platform::upkeep::Maintenance;

/// Judge scans that were committed. The one kind that is not harmless twice: it is done in the transaction that removes
/// its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JudgeScans {
    /// The day on which they were taken.
    pub(crate) day: NaiveDate,
    /// Their ids.
    #[serde(with = "ids")]
    pub(crate) scans: Vec<Uuid>,
    /// The network that each came from, in the same order; none when it is not known any more.
    #[serde(default, with = "networks", skip_serializing_if = "Vec::is_empty")]
    pub(crate) networks: Vec<Network>,
}

impl JudgeScans {
    /// The field that is forgotten after a day.
    pub(super) const NETWORKS: &'static str = "networks";
}

impl Job for JudgeScans {
    const KIND: &'static str = "judge-scans";
    const LANE: Lane = Lane::Scans;
    const SHORT_LIVED: &'static [&'static str] = &[Self::NETWORKS];

    fn things(&self) -> usize {
        self.scans.len()
    }

    fn halves(&self) -> Option<[Self; 2]> {
        if self.scans.len() < 2 {
            return None;
        }
        let middle = self.scans.len() / 2;
        let parts = [
            (&self.scans[..middle], self.networks.get(..middle)),
            (&self.scans[middle..], self.networks.get(middle..)),
        ];
        Some(parts.map(|(scans, networks)| Self {
            day: self.day,
            scans: scans.to_vec(),
            networks: networks.unwrap_or_default().to_vec(),
        }))
    }
}

/// Maintenance tasks of scans.
pub(crate) fn maintenance(state: &Scans, tasks: &mut Maintenance) {
    tasks.add("scans", Duration::from_hours(1), state, |state| async move { keep_house(&state).await });
    tasks.add(
        "scan-networks",
        Duration::from_mins(10),
        state,
        |state| async move { super::forget_networks(&state).await },
    );
}

/// A network by hashes that hold for one day; never the network itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Network {
    /// A /24 of IPv4 or a /56 of IPv6.
    pub(crate) near: u64,
    /// The /16 or /40 that it belongs to.
    pub(crate) wide: u64,
}

/// Networks as one text, as ids are.
mod networks {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    use super::Network;

    pub(super) fn serialize<S: Serializer>(networks: &[Network], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> =
            networks.iter().flat_map(|network| [network.near, network.wide]).flat_map(u64::to_be_bytes).collect();
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
        let bytes = BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        let (numbers, _) = bytes.as_chunks();
        let numbers: Vec<u64> = numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect();
        let (pairs, rest) = numbers.as_chunks();
        if !rest.is_empty() || bytes.len() % 16 != 0 {
            return Err(D::Error::custom("a network was cut off"));
        }
        Ok(pairs.iter().map(|[near, wide]| Network { near: *near, wide: *wide }).collect())
    }
}

/// Ids as one text, the bytes of all in base64: PostgreSQL reads a thousand texts ten times as long.
mod ids {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(ids: &[Uuid], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).collect();
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Uuid>, D::Error> {
        let bytes = BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        let (ids, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(D::Error::custom("an id was cut off"));
        }
        Ok(ids.iter().map(|id| Uuid::from_bytes(*id)).collect())
    }
}
