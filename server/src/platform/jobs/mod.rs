//! What must happen next: rows committed with their cause and taken by workers, any number of them,
//! with `FOR UPDATE SKIP LOCKED`. An attempt is counted before the work begins, in a transaction of its own, so that a
//! job which ends its worker is counted, too. A job that fails is tried again, later each time, and put on the dead list
//! after [`Job::most_attempts`]; it is never lost.

mod dead;
mod lease;
mod state;

use std::cell::RefCell;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::db::{GenericClient, Transaction};
use crate::platform::problem::{Error, Result};

pub(crate) use dead::{DeadJob, drop_dead, list_dead, retry_dead};
pub(crate) use lease::{Lane, Taken, any_due, begin, give_back, hold, note_failed, remove};
pub(crate) use state::read_backlog;

/// A consequence. Each must be harmless when it happens twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Write segments of an order, and its card, to the snapshot anew.
    RefreshOrder {
        /// The order.
        order: u32,
        /// Its changed segments; none when only the card changed.
        segments: Vec<u32>,
    },
    /// Drop a product's card from the snapshot, so that it is read through.
    RefreshProduct {
        /// Its GTIN as a number.
        gtin: u64,
    },
    /// Drop a participant's card.
    RefreshParticipant {
        /// The participant's number.
        participant: i32,
    },
    /// Drop packs' cards.
    RefreshPacks {
        /// SSCCs as numbers.
        packs: Vec<u64>,
    },
    /// Delete photos of a report whose reporter asked for it.
    DeletePhotos {
        /// Paths in the photo store.
        paths: Vec<String>,
    },
    /// Note outside of PostgreSQL that reports were erased.
    NoteErasures {
        /// Their ids.
        reports: Vec<Uuid>,
        /// Whether their time was over; else their reporters have taken them back.
        expired: bool,
    },
    /// Link a report with those that tell of the same, or remove its links when its data are gone.
    LinkReport {
        /// Its id.
        report: Uuid,
    },
    /// Judge scans that were committed. The one kind that is not harmless twice: it is done in the transaction that
    /// strikes it out.
    JudgeScans {
        /// The day on which they were taken.
        day: NaiveDate,
        /// Their ids.
        #[serde(with = "ids")]
        scans: Vec<Uuid>,
        /// The network that each came from, in the same order; none when it is not known any more.
        #[serde(default, with = "networks", skip_serializing_if = "Vec::is_empty")]
        networks: Vec<Network>,
    },
    /// Judge a sale that was refused because its units were sold or withdrawn before.
    JudgeSale {
        /// Who asked.
        seller: i32,
        /// When, in seconds since 1970.
        at: i64,
        /// The units: order and index.
        units: Vec<(u32, u32)>,
    },
    /// Tell another system of something that happened to an alert.
    TellAlert {
        /// The event.
        event: i64,
    },
}

/// A network by hashes that hold for one day; never the network itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// A /24 of IPv4 or a /56 of IPv6.
    pub near: u64,
    /// The /16 or /40 that it belongs to.
    pub wide: u64,
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

impl Job {
    /// Whether it brings the snapshot up to date.
    pub fn is_refresh(&self) -> bool {
        matches!(
            self,
            Self::RefreshOrder { .. }
                | Self::RefreshProduct { .. }
                | Self::RefreshParticipant { .. }
                | Self::RefreshPacks { .. }
        )
    }

    /// The name under which it is counted and logged.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RefreshOrder { .. } => "refresh-order",
            Self::RefreshProduct { .. } => "refresh-product",
            Self::RefreshParticipant { .. } => "refresh-participant",
            Self::RefreshPacks { .. } => "refresh-packs",
            Self::DeletePhotos { .. } => "delete-photos",
            Self::NoteErasures { .. } => "note-erasures",
            Self::LinkReport { .. } => "link-report",
            Self::JudgeScans { .. } => "judge-scans",
            Self::JudgeSale { .. } => "judge-sale",
            Self::TellAlert { .. } => "tell-alert",
        }
    }

    /// Every kind that this version knows.
    const KINDS: [&'static str; 10] = [
        "refresh-order",
        "refresh-product",
        "refresh-participant",
        "refresh-packs",
        "delete-photos",
        "note-erasures",
        "link-report",
        "judge-scans",
        "judge-sale",
        "tell-alert",
    ];

    /// Failed attempts after which it is put on the dead list: some seventeen minutes; a day for what another system has
    /// to take.
    pub(crate) fn most_attempts(&self) -> i32 {
        match self {
            Self::TellAlert { .. } => 150,
            _ => MOST_ATTEMPTS,
        }
    }

    /// How many things it is about: scans, units, photos; one of most kinds.
    pub(crate) fn things(&self) -> usize {
        match self {
            Self::RefreshOrder { segments, .. } => segments.len().max(1),
            Self::RefreshPacks { packs } => packs.len(),
            Self::DeletePhotos { paths } => paths.len(),
            Self::NoteErasures { reports, .. } => reports.len(),
            Self::JudgeScans { scans, .. } => scans.len(),
            Self::JudgeSale { units, .. } => units.len(),
            Self::RefreshProduct { .. }
            | Self::RefreshParticipant { .. }
            | Self::LinkReport { .. }
            | Self::TellAlert { .. } => 1,
        }
    }

    /// The scans of a job that judges several, in two jobs; none of any other.
    fn halves(&self) -> Option<[Self; 2]> {
        let Self::JudgeScans { day, scans, networks } = self else { return None };
        if scans.len() < 2 {
            return None;
        }
        let middle = scans.len() / 2;
        let parts = [(&scans[..middle], networks.get(..middle)), (&scans[middle..], networks.get(middle..))];
        Some(parts.map(|(scans, networks)| Self::JudgeScans {
            day: *day,
            scans: scans.to_vec(),
            networks: networks.unwrap_or_default().to_vec(),
        }))
    }
}

/// Failed attempts after which a job is put on the dead list.
const MOST_ATTEMPTS: i32 = 10;

tokio::task_local! {
    /// Refreshes that the current request has appended, see [`noting`].
    static NOTED: RefCell<Vec<Job>>;
}

/// Runs work and returns which refreshes of the snapshot it has appended, also where its transaction did not commit.
pub(crate) async fn noting<T>(work: impl Future<Output = T>) -> (T, Vec<Job>) {
    let work = async {
        let done = work.await;
        (done, NOTED.with(RefCell::take))
    };
    NOTED.scope(RefCell::default(), work).await
}

/// Leaves a job to the workers; commits and vanishes with the caller's transaction.
pub(crate) async fn append(db: &impl GenericClient, job: &Job) -> Result<()> {
    let insert = db.prepare_cached("-- jobs::append\n INSERT INTO job (kind, payload) VALUES ($1, $2)").await?;
    db.execute(&insert, &[&job.kind(), &serde_json::to_value(job)?]).await?;
    if job.is_refresh() {
        // Outside of a request nobody collects them.
        let _ = NOTED.try_with(|noted| noted.borrow_mut().push(job.clone()));
    }
    Ok(())
}

/// The snapshot has been refreshed as far as this mark, or further: an old copy with a lower one is not believed.
/// Committed together with the refreshes that it stands for.
pub(crate) async fn note_refreshed(tx: &Transaction<'_>, snapshot: &str, mark: u64) -> Result<()> {
    let note = tx
        .prepare_cached(
            "-- jobs::note_refreshed
             INSERT INTO refresh_mark (snapshot, mark) VALUES ($1, $2)
             ON CONFLICT (snapshot) DO UPDATE SET mark = greatest(refresh_mark.mark, excluded.mark)",
        )
        .await?;
    tx.execute(&note, &[&snapshot, &i64::try_from(mark).map_err(Error::internal)?]).await?;
    Ok(())
}

/// Forgets the networks in jobs that have waited for more than a day.
pub(crate) async fn forget_networks(db: &impl GenericClient) -> Result<u64> {
    let forget = "-- jobs::forget_networks
         UPDATE job SET payload = payload #- '{judge_scans,networks}'
         WHERE kind = 'judge-scans' AND appended_at < now() - interval '1 day' AND payload #> '{judge_scans,networks}' IS NOT NULL";
    Ok(db.execute(forget, &[]).await?)
}
