//! What must happen next: rows committed with their cause and taken by workers, any number of them,
//! with `FOR UPDATE SKIP LOCKED`. A job that fails is tried again, later each time, and never lost.

use std::cell::RefCell;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{GenericClient, Transaction};
use crate::error::{Error, Result};

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

/// Which jobs a worker takes: those who judge scans never hold up the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Scans to be judged.
    Scans,
    /// Everything else.
    Rest,
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
}

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

/// A job taken by this worker until its transaction ends.
pub(crate) struct Taken {
    /// Row id.
    pub id: i64,
    /// What to do; none when this version doesn't know the kind.
    pub job: Option<Job>,
    /// Tries so far.
    pub attempts: i32,
}

/// Takes jobs that are due, oldest first, and holds them for the length of the transaction.
pub(crate) async fn take(tx: &Transaction<'_>, lane: Lane, limit: i64) -> Result<Vec<Taken>> {
    let take = match lane {
        Lane::Scans => {
            "-- jobs::take_scans
             SELECT id, payload, attempts FROM job WHERE run_at <= now() AND kind = 'judge-scans' ORDER BY run_at, id
             LIMIT $1 FOR UPDATE SKIP LOCKED"
        }
        Lane::Rest => {
            "-- jobs::take
             SELECT id, payload, attempts FROM job WHERE run_at <= now() AND kind <> 'judge-scans' ORDER BY run_at, id
             LIMIT $1 FOR UPDATE SKIP LOCKED"
        }
    };
    let take = tx.prepare_cached(take).await?;
    let rows = tx.query(&take, &[&limit]).await?;
    Ok(rows
        .iter()
        .map(|row| Taken { id: row.get(0), job: serde_json::from_value(row.get(1)).ok(), attempts: row.get(2) })
        .collect())
}

/// The job has happened.
pub(crate) async fn remove(tx: &Transaction<'_>, id: i64) -> Result<()> {
    let delete = tx.prepare_cached("-- jobs::remove\n DELETE FROM job WHERE id = $1").await?;
    tx.execute(&delete, &[&id]).await?;
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

/// The job failed: it waits 1, 2, 4 … seconds, ten minutes at most.
pub(crate) async fn postpone(tx: &Transaction<'_>, taken: &Taken, why: &str) -> Result<()> {
    let wait_seconds = f64::from(1_u32 << u32::try_from(taken.attempts.clamp(0, 9)).unwrap_or(9)).min(600.0);
    let update = tx
        .prepare_cached(
            "-- jobs::postpone
             UPDATE job SET attempts = attempts + 1, last_error = $2, run_at = now() + make_interval(secs => $3)
             WHERE id = $1",
        )
        .await?;
    tx.execute(&update, &[&taken.id, &why, &wait_seconds]).await?;
    Ok(())
}

/// The job failed for want of a store: it waits a second and no longer, however often that happens.
pub(crate) async fn retry_soon(tx: &Transaction<'_>, taken: &Taken, why: &str) -> Result<()> {
    let update = tx
        .prepare_cached(
            "-- jobs::retry_soon
             UPDATE job SET attempts = greatest(attempts, 1), last_error = $2, run_at = now() + interval '1 second'
             WHERE id = $1",
        )
        .await?;
    tx.execute(&update, &[&taken.id, &why]).await?;
    Ok(())
}

/// Whether jobs are due, also those that another worker holds at this moment.
pub(crate) async fn any_due(db: &impl GenericClient) -> Result<bool> {
    let query = db.prepare_cached("-- jobs::any_due\n SELECT EXISTS (SELECT FROM job WHERE run_at <= now())").await?;
    Ok(db.query_one(&query, &[]).await?.get(0))
}
