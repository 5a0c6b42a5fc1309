//! Scans and reports that wait to be sent, in a storage of the app's.

#![allow(clippy::needless_pass_by_value, reason = "records cross the border by value")]

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use mobile_core::outbox;
pub use mobile_core::outbox::{Source, Unfit};

use super::{instant, system_time};

/// Where the outbox keeps what waits: files on a phone, or whatever the app has.
#[uniffi::export(with_foreign)]
pub trait Storage: Send + Sync {
    /// Everything that is there. Photos can be large: only their keys are asked for. Called once, when the outbox opens.
    fn load(&self) -> Result<Stored, StorageError>;

    /// Writes and removes as one whole: after a crash either all of it is there or nothing, or, where the storage can't
    /// do that, the first steps of it in their order (first `put`, then `remove`). A file is written aside, flushed and
    /// renamed. The outbox waits meanwhile: it is not to be called from in here.
    fn apply(&self, changes: Changes) -> Result<(), StorageError>;
}

/// What a storage holds.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct Stored {
    /// Entries whose keys begin with `outbox-`.
    pub records: Vec<Entry>,
    /// Keys that begin with `photo-`.
    pub photos: Vec<String>,
}

/// What is changed in the storage.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Changes {
    /// Entries to write, over those of the same key.
    pub put: Vec<Entry>,
    /// Keys to remove; one that isn't there is no fault.
    pub remove: Vec<String>,
}

/// One entry of the storage.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Entry {
    /// Its name: letters, digits and hyphens.
    pub key: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The storage could not do it; the outbox is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum StorageError {
    /// No room, no permission, a broken disk.
    #[error("the storage failed: {reason}")]
    Failed {
        /// For the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for StorageError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Why something was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OutboxError {
    /// There is no room: send what waits first.
    #[error("the outbox is full")]
    Full,
    /// It can't be sent as it is: the register would refuse it.
    #[error("it can't be sent as it is: {why:?}")]
    NotFit {
        /// What is wrong with it.
        why: Unfit,
    },
    /// The storage could not do it; nothing was changed.
    #[error("the storage failed: {reason}")]
    Storage {
        /// For the log.
        reason: String,
    },
}

/// What is wrong with something that can't be sent as it is.
#[uniffi::remote(Enum)]
pub enum Unfit {
    /// The id, or that of the device, is no UUID; or it belongs to a waiting thing of the other kind.
    Id,
    /// The code is empty, longer than any, or has a zero in it.
    Code,
    /// The clock of the phone is wrong: no scan is older than the year 2000 or younger than 2099.
    Time,
    /// The place is on no globe.
    Place,
    /// The verdict is none that the register gives, such as one that was given offline.
    Verdict,
    /// Too many texts, one too long, or one that is named `id`.
    Texts,
    /// Too many photos, one too large, or an empty one.
    Photos,
}

impl From<outbox::NotKept> for OutboxError {
    fn from(not_kept: outbox::NotKept) -> Self {
        match not_kept {
            outbox::NotKept::Full => Self::Full,
            outbox::NotKept::Unfit(unfit) => Self::NotFit { why: unfit },
        }
    }
}

impl From<StorageError> for OutboxError {
    fn from(StorageError::Failed { reason }: StorageError) -> Self {
        Self::Storage { reason }
    }
}

/// A scan as it was taken.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewScan {
    /// A random UUID of the app's. The same id is the same scan.
    pub id: String,
    /// What the scanner read, untouched.
    pub code: String,
    /// When, by the phone's clock.
    pub taken_at: SystemTime,
    /// How much of the place its owner shares.
    pub consent: Consent,
    /// Where it was taken; without consent it is not even kept.
    pub place: Option<Place>,
    /// A random UUID that its owner can reset at will; never one of the hardware.
    pub device: Option<String>,
    /// The slug of the verdict that was shown online; one that was given offline is none of the register's.
    pub verdict: Option<String>,
    /// What the text came from, if the app knows.
    #[uniffi(default = None)]
    pub source: Option<Source>,
}

/// What the text of a scan came from.
#[uniffi::remote(Enum)]
pub enum Source {
    /// The camera: the goods, or a screen, are there.
    Camera,
    /// A picture from a file: it tells nothing of where goods are.
    Picture,
    /// A till's or store's scanner.
    Scanner,
    /// Somebody's fingers.
    Typed,
}

/// How much of a place is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Consent {
    /// As measured.
    Exact,
    /// To about a kilometre; rounded before it is kept.
    Coarse,
    /// Not at all.
    None,
}

/// Where something was seen.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Place {
    /// Degrees north, WGS 84.
    pub latitude: f64,
    /// Degrees east, WGS 84.
    pub longitude: f64,
    /// Radius in which the true place lies with 68 %, in metres.
    pub accuracy_metres: f64,
}

/// A report as it was written.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewReport {
    /// A random UUID of the app's. The same id is the same report.
    pub id: String,
    /// When it was written, by the phone's clock.
    pub taken_at: SystemTime,
    /// The other text parts of `POST /v1/reports`: `category`, `words`, `code`, `latitude` and so on.
    pub fields: Vec<Field>,
}

/// A text part of a form.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// Something to send now, in one request.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Parcel {
    /// The body of `POST /v1/scans`.
    Scans {
        /// The parcel's number, for `settle`.
        number: u64,
        /// The JSON.
        body: String,
        /// The ids of the scans inside.
        ids: Vec<String>,
    },
    /// The parts of `POST /v1/reports`.
    Report {
        /// The parcel's number, for `settle`.
        number: u64,
        /// The text parts, the report's id among them.
        fields: Vec<Field>,
        /// Keys of the photos in the storage, in order.
        photos: Vec<String>,
    },
}

/// What became of a parcel; `outcomeOf` tells it from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// The register has it. Of a report, keep the number and the token that came with the answer before settling.
    Sent,
    /// It may work later: no connection, a busy register, or an answer that isn't the register's.
    Later {
        /// Seconds that `Retry-After` asked for.
        retry_after: Option<u32>,
    },
    /// The register will not have it as it is.
    Refused,
}

/// What the status of an answer means for the parcel that was sent. Without an answer it is `Later`.
///
/// Only what the register says of the thing itself refuses it: 400, 409, 413, 415 and 422.
#[uniffi::export]
pub fn outcome_of(status: u16, retry_after: Option<u32>) -> Outcome {
    match outbox::Outcome::of_status(status, retry_after) {
        outbox::Outcome::Sent => Outcome::Sent,
        outbox::Outcome::Later { retry_after } => Outcome::Later { retry_after },
        outbox::Outcome::Refused => Outcome::Refused,
    }
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Waiting {
    /// The id that the app gave it.
    pub id: String,
    /// Whether it is a report, or else a scan.
    pub is_report: bool,
    /// When it was taken.
    pub taken_at: SystemTime,
    /// How often it was tried.
    pub attempts: u32,
    /// The register refused it; it is kept until the person throws it away.
    pub refused: bool,
}

/// What waits to be sent: ordered, bounded, safe from crashes; nothing is lost and nothing is sent twice.
///
/// One outbox for one storage. Several threads may use it; while the storage works they wait, so not from the one that
/// draws the screen.
#[derive(uniffi::Object)]
pub struct Outbox {
    storage: Arc<dyn Storage>,
    state: Mutex<outbox::Outbox>,
}

#[uniffi::export]
impl Outbox {
    /// Goes on with what the storage holds.
    #[uniffi::constructor]
    pub fn open(storage: Arc<dyn Storage>) -> Result<Self, OutboxError> {
        let Stored { records, photos } = storage.load()?;
        let records: Vec<_> = records.into_iter().map(|Entry { key, bytes }| outbox::Entry { key, bytes }).collect();
        let (state, changes) = outbox::Outbox::open(&records, &photos);
        apply(&*storage, changes)?;
        Ok(Self { storage, state: Mutex::new(state) })
    }

    /// Keeps a scan; once this returns it is in the storage. The same id again changes nothing, so a try whose end the
    /// app did not see is simply repeated.
    pub fn keep_scan(&self, scan: NewScan) -> Result<(), OutboxError> {
        let scan = outbox::NewScan {
            id: scan.id,
            code: scan.code,
            taken_at: instant(scan.taken_at),
            consent: match scan.consent {
                Consent::Exact => outbox::Consent::Exact,
                Consent::Coarse => outbox::Consent::Coarse,
                Consent::None => outbox::Consent::None,
            },
            place: scan.place.map(|Place { latitude, longitude, accuracy_metres }| outbox::Place {
                latitude,
                longitude,
                accuracy_metres,
            }),
            device: scan.device,
            verdict: scan.verdict,
            source: scan.source,
        };
        self.change(|state| Ok(((), state.keep_scan(&scan)?)))
    }

    /// Keeps a report with its photos (jpeg, png or webp, five at most); once this returns it is in the storage.
    pub fn keep_report(&self, report: NewReport, photos: Vec<Vec<u8>>) -> Result<(), OutboxError> {
        let fields = report.fields.into_iter().map(|Field { name, value }| (name, value)).collect();
        let report = outbox::NewReport { id: report.id, taken_at: instant(report.taken_at), fields };
        self.change(|state| Ok(((), state.keep_report(&report, photos)?)))
    }

    /// The next thing to send, if one is due. It is not handed out again until it is settled, or five minutes are over.
    pub fn next(&self, now: SystemTime) -> Option<Parcel> {
        let parcel = self.state.lock().unwrap_or_else(PoisonError::into_inner).next(instant(now))?;
        Some(match parcel {
            outbox::Parcel::Scans { number, body, ids } => Parcel::Scans { number, body, ids },
            outbox::Parcel::Report { number, fields, photos } => {
                let fields = fields.into_iter().map(|(name, value)| Field { name, value }).collect();
                Parcel::Report { number, fields, photos }
            }
        })
    }

    /// Notes what became of a parcel, and plans the next try where there is one. A parcel whose end is never told is
    /// handed out again; when the storage fails here, settle it once more or leave it at that.
    pub fn settle(&self, number: u64, outcome: Outcome, now: SystemTime) -> Result<(), OutboxError> {
        let outcome = match outcome {
            Outcome::Sent => outbox::Outcome::Sent,
            Outcome::Later { retry_after } => outbox::Outcome::Later { retry_after },
            Outcome::Refused => outbox::Outcome::Refused,
        };
        // Seeded by the system for every state: enough for phones not to come back in the same second.
        let chance = RandomState::new().hash_one(number);
        self.change(|state| Ok(((), state.settle(number, outcome, instant(now), chance))))
    }

    /// When to ask for the next thing to send: at once, if it is past; none when nothing waits.
    pub fn due_at(&self, now: SystemTime) -> Option<SystemTime> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).due_at(instant(now)).map(system_time)
    }

    /// Everything that waits, in order.
    pub fn waiting(&self) -> Vec<Waiting> {
        let waiting = self.state.lock().unwrap_or_else(PoisonError::into_inner).waiting();
        let waiting = waiting.into_iter().map(|waiting| Waiting {
            id: waiting.id,
            is_report: waiting.is_report,
            taken_at: system_time(waiting.taken_at),
            attempts: waiting.attempts,
            refused: waiting.refused,
        });
        waiting.collect()
    }

    /// Throws something away, such as what the register refused. What is under way stays: the register may have it.
    pub fn discard(&self, id: &str) -> Result<(), OutboxError> {
        self.change(|state| Ok(((), state.discard(id))))
    }

    /// Records in the storage that could not be read; they are left where they are.
    pub fn damaged(&self) -> u32 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).damaged()
    }
}

impl Outbox {
    /// Changes state and storage together: when the storage fails, the state is as it was before.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut outbox::Outbox) -> Result<(T, outbox::Changes), OutboxError>,
    ) -> Result<T, OutboxError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = state.clone();
        let (result, changes) = change(&mut next)?;
        apply(&*self.storage, changes)?;
        *state = next;
        Ok(result)
    }
}

fn apply(storage: &dyn Storage, changes: outbox::Changes) -> Result<(), StorageError> {
    let outbox::Changes { put, remove } = changes;
    if put.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let put = put.into_iter().map(|outbox::Entry { key, bytes }| Entry { key, bytes }).collect();
    storage.apply(Changes { put, remove })
}
