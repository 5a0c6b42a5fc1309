//! What waits to be sent: scans and reports, kept with their own ids, times and the places of when they were taken.
//!
//! The outbox does no I/O. Each call that changes something returns [`Changes`], which the host puts into its storage
//! as one whole (a transaction of `IndexedDB`, files written aside and renamed) *before* it shows anything as kept or
//! sends anything. After a crash [`Outbox::open`] goes on with what the storage holds.
//!
//! - **Nothing is lost**: a record leaves the storage only when the register has it, when the person throws it away, or
//!   when the register refuses a scan that it takes no more: one from more than thirty days ago. A full outbox refuses new
//!   things instead of dropping old ones.
//! - **Nothing is sent twice**: a thing is handed out once at a time, and a second try after a crash carries the same
//!   id and the same bytes, which the register knows as the same thing.
//! - **In order**: scans go in the order in which they were taken, up to a hundred at a time; a report goes alone. What
//!   waits for its next try does not hold up the rest.
//! - **Not in a rush**: tries grow apart from seconds to hours, by a share of chance that the host draws, so that a
//!   hundred thousand phones don't come back in the same second.

mod item;
mod plan;
mod refusal;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

pub use self::item::{Consent, NewReport, NewScan, Place, Source};
use self::item::{Item, Kind, PHOTO, RECORD};
pub use self::refusal::{NotKept, Unfit};

/// Scans in one parcel, as many as the register takes.
const BATCH: usize = 100;
/// Things that may wait.
pub const MOST: usize = 2_000;
/// Photos of a report.
pub const MOST_PHOTOS: usize = 5;
/// The largest photo, in bytes: as the register has it.
pub const LARGEST_PHOTO: usize = 12 << 20;
/// All photos together, in bytes.
pub const MOST_PHOTO_BYTES: u64 = 300 << 20;
/// How long a parcel may be under way before what is in it is handed out again.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);
/// How long after it was taken the register takes a scan, and how long before by a clock that was set back meanwhile.
const TAKEN_WITHIN: TimeDelta = TimeDelta::days(30);
const TAKEN_AHEAD: TimeDelta = TimeDelta::minutes(10);
/// Around these bounds nobody can tell on which side a scan will be when it arrives.
const DOUBTFUL: TimeDelta = TimeDelta::hours(1);
/// How long the answer to a parcel is still listened to.
const HEARD: TimeDelta = TimeDelta::days(1);

/// One entry of the host's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: letters, digits and hyphens.
    pub key: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What the host changes in its storage, all or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "the outbox relies on its storage"]
pub struct Changes {
    /// Entries to write, over those of the same key.
    pub put: Vec<Entry>,
    /// Keys to remove; none of them may be there.
    pub remove: Vec<String>,
}

/// What the storage takes in for a report: each photo under its key, in order, and only then the record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the outbox relies on its storage"]
pub struct KeptReport {
    /// Keys of the photos.
    pub photos: Vec<String>,
    /// The record.
    pub record: Entry,
}

/// Something to send now, in one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Parcel {
    /// The body of `POST /v1/scans`.
    Scans {
        /// The parcel's number, for [`Outbox::settle`].
        number: u64,
        /// The JSON.
        body: String,
        /// The ids of the scans inside.
        ids: Vec<String>,
    },
    /// The parts of `POST /v1/reports`.
    Report {
        /// The parcel's number, for [`Outbox::settle`].
        number: u64,
        /// Name and value of each text part, the report's id among them.
        fields: Vec<(String, String)>,
        /// Keys of the photos in the storage, in order.
        photos: Vec<String>,
    },
}

/// What became of a parcel; [`Outcome::of_status`] tells it from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The register has it.
    Sent,
    /// It may work later: no connection, a busy register, or an answer that isn't the register's.
    Later {
        /// Seconds that `Retry-After` asked for.
        retry_after: Option<u32>,
    },
    /// The register will not have it as it is.
    Refused,
}

impl Outcome {
    /// What the status of an answer means. Without an answer it is `Later`.
    ///
    /// Only what the register says of the thing itself refuses it. A proxy's 403 or a 404 in the middle of an update
    /// say nothing of it, and a thing that was once refused is not tried again.
    pub fn of_status(status: u16, retry_after: Option<u32>) -> Self {
        match status {
            200 | 201 => Self::Sent,
            400 | 409 | 413 | 415 | 422 => Self::Refused,
            _ => Self::Later { retry_after },
        }
    }
}

/// Something that waits, for a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// The id that the host gave it.
    pub id: String,
    /// Whether it is a report, or else a scan.
    pub is_report: bool,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// The register refused it; it is kept until the person throws it away.
    pub refused: bool,
}

/// What waits to be sent.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    items: BTreeMap<u64, Item>,
    under_way: BTreeMap<u64, UnderWay>,
    last_parcel: u64,
    /// Records that could not be read; they are left where they are.
    damaged: u32,
    /// The last of their keys, which nothing new may be written over.
    last_damaged: u64,
}

/// A parcel that was handed out.
#[derive(Clone, Debug)]
struct UnderWay {
    items: Vec<u64>,
    /// Scans that the register most likely takes no more: refused, they go.
    untimely: bool,
    since: DateTime<Utc>,
    /// Its things may be handed out again; should its answer come all the same, it counts.
    late: bool,
}

impl Outbox {
    /// Goes on with what the storage holds: its records, and the keys of its photos.
    ///
    /// A photo without a record was written before a crash kept its report from being written: it goes.
    pub fn open(records: &[Entry], photos: &[String]) -> (Self, Changes) {
        let mut outbox = Self::default();
        for Entry { key, bytes } in records.iter().filter(|entry| entry.key.starts_with(RECORD)) {
            match (item::sequence_of(key), Item::read(bytes)) {
                (Some(sequence), Some(item)) => drop(outbox.items.insert(sequence, item)),
                (sequence, _) => {
                    outbox.damaged += 1;
                    outbox.last_damaged = outbox.last_damaged.max(sequence.unwrap_or(0));
                }
            }
        }
        let owned: Vec<_> = outbox.items.values().flat_map(Item::photo_keys).collect();
        let orphans = photos.iter().filter(|key| key.starts_with(PHOTO) && !owned.contains(key));
        // A record that can't be read may own any of them.
        let remove = if outbox.damaged == 0 { orphans.cloned().collect() } else { Vec::new() };
        (outbox, Changes { put: Vec::new(), remove })
    }

    /// Records in the storage that could not be read.
    pub fn damaged(&self) -> u32 {
        self.damaged
    }

    /// Keeps a scan. The same id again changes nothing.
    pub fn keep_scan(&mut self, scan: &NewScan) -> Result<Changes, NotKept> {
        let put = self.keep(Item::scan(scan)?)?.into_iter().collect();
        Ok(Changes { put, remove: Vec::new() })
    }

    /// Keeps a report with its photos. The same id again changes nothing.
    pub fn keep_report(&mut self, report: &NewReport, photos: Vec<Vec<u8>>) -> Result<Changes, NotKept> {
        let sizes: Vec<usize> = photos.iter().map(Vec::len).collect();
        let Some(kept) = self.keep_report_sized(report, &sizes)? else { return Ok(Changes::default()) };
        // The record comes last: where the storage breaks off, there is a photo too many and no report without one.
        let photos = kept.photos.into_iter().zip(photos).map(|(key, bytes)| Entry { key, bytes });
        Ok(Changes { put: photos.chain([kept.record]).collect(), remove: Vec::new() })
    }

    /// The same where the host holds the photos and tells no more than their sizes in bytes; none when it is kept
    /// already.
    pub fn keep_report_sized(&mut self, report: &NewReport, sizes: &[usize]) -> Result<Option<KeptReport>, NotKept> {
        let item = Item::report(report, sizes)?;
        let held: u64 = self.items.values().map(|item| item.photo_bytes).sum();
        if held + item.photo_bytes > MOST_PHOTO_BYTES && !self.knows(&item)? {
            return Err(NotKept::Full);
        }
        let photos = item.photo_keys().collect();
        Ok(self.keep(item)?.map(|record| KeptReport { photos, record }))
    }

    /// Whether it waits already.
    fn knows(&self, item: &Item) -> Result<bool, Unfit> {
        // A UUID is the same in capitals.
        match self.items.values().find(|known| known.id.eq_ignore_ascii_case(&item.id)) {
            Some(known) if known.kind != item.kind => Err(Unfit::Id),
            found => Ok(found.is_some()),
        }
    }

    /// The record to write, if there is a new one.
    fn keep(&mut self, item: Item) -> Result<Option<Entry>, NotKept> {
        if self.knows(&item)? {
            return Ok(None);
        }
        if self.items.len() >= MOST {
            return Err(NotKept::Full);
        }
        let last = self.items.last_key_value().map_or(0, |(last, _)| *last).max(self.last_damaged);
        let Some(sequence) = last.checked_add(1) else { return Err(NotKept::Full) };
        let record = item.entry(sequence);
        self.items.insert(sequence, item);
        Ok(Some(record))
    }

    /// The next thing to send, if one is due. It is not handed out again until it is settled, or five minutes are over.
    pub fn next(&mut self, now: DateTime<Utc>) -> Option<Parcel> {
        self.under_way.retain(|_, parcel| (now - parcel.since).abs() < HEARD);
        for parcel in self.under_way.values_mut() {
            // Also when the clock was set back meanwhile.
            parcel.late |= parcel.since > now || now - parcel.since >= PATIENCE;
        }
        let busy: Vec<u64> = self.busy().map(|(sequence, _)| sequence).collect();
        let due = |(sequence, item): &(&u64, &Item)| !busy.contains(sequence) && !item.refused && item.is_due(now);
        let (&first, item) = self.items.iter().find(due)?;
        let is_untimely = |item: &Item| item.is_untimely(now, if item.alone { TimeDelta::zero() } else { DOUBTFUL });
        let untimely = is_untimely(item);
        let sequences: Vec<u64> = match item.kind {
            // Scans that are too old are refused together, and hold up no other.
            Kind::Scan if !item.alone => {
                let alike = |item: &Item| item.kind == Kind::Scan && !item.alone && is_untimely(item) == untimely;
                let others = self.items.iter().filter(due).filter(|(_, item)| alike(item));
                others.map(|(sequence, _)| *sequence).take(BATCH).collect()
            }
            _ => vec![first],
        };
        self.last_parcel += 1;
        let (number, items) = (self.last_parcel, || sequences.iter().filter_map(|sequence| self.items.get(sequence)));
        let parcel = match item.kind {
            Kind::Scan => Parcel::Scans {
                number,
                body: scans_body(items(), now),
                ids: items().map(|item| item.id.clone()).collect(),
            },
            Kind::Report => Parcel::Report { number, fields: item.fields(), photos: item.photo_keys().collect() },
        };
        self.under_way.insert(number, UnderWay { items: sequences, untimely, since: now, late: false });
        Some(parcel)
    }

    /// What is under way, and since when.
    fn busy(&self) -> impl Iterator<Item = (u64, DateTime<Utc>)> {
        let parcels = self.under_way.values().filter(|parcel| !parcel.late);
        parcels.flat_map(|parcel| parcel.items.iter().map(|sequence| (*sequence, parcel.since)))
    }

    /// When to ask for the next thing to send; none when nothing waits. What is under way counts from when it would be
    /// handed out again.
    pub fn due_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let busy: Vec<_> = self.busy().collect();
        let due_at = |(sequence, item): (&u64, &Item)| match busy.iter().find(|(busy, _)| busy == sequence) {
            Some((_, since)) => (*since).min(now) + PATIENCE,
            None if item.is_due(now) => item.due_at.min(now),
            None => item.due_at,
        };
        self.items.iter().filter(|(_, item)| !item.refused).map(due_at).min()
    }

    /// Notes what became of a parcel. `chance` is drawn anew for every call.
    ///
    /// Of a parcel of several scans that was refused each is tried alone, so that one bad scan holds up no other. Scans from
    /// more than thirty days ago, which the register takes no more, go when they are refused.
    pub fn settle(&mut self, number: u64, outcome: Outcome, now: DateTime<Utc>, chance: u64) -> Changes {
        let Some(parcel) = self.under_way.remove(&number) else { return Changes::default() };
        let UnderWay { items: sequences, untimely, .. } = parcel;
        let mut changes = Changes::default();
        let several = sequences.len() > 1;
        for sequence in sequences {
            match outcome {
                Outcome::Sent => changes.remove.extend(self.drop_item(sequence)),
                Outcome::Refused if untimely => changes.remove.extend(self.drop_item(sequence)),
                Outcome::Later { retry_after } => changes.put.extend(self.change(sequence, |item| {
                    item.attempts = item.attempts.saturating_add(1);
                    item.due_at = now + plan::wait(item.attempts, retry_after, chance);
                })),
                Outcome::Refused => changes.put.extend(self.change(sequence, |item| {
                    item.attempts = item.attempts.saturating_add(1);
                    (item.alone, item.refused) = (true, !several);
                })),
            }
        }
        changes
    }

    /// Throws something away, such as what the register refused. What is under way stays: the register may have it.
    pub fn discard(&mut self, id: &str) -> Changes {
        let busy = |sequence: &u64| self.busy().any(|(busy, _)| busy == *sequence);
        let found = self.items.iter().find(|(sequence, item)| item.id.eq_ignore_ascii_case(id) && !busy(sequence));
        let Some((&sequence, _)) = found else { return Changes::default() };
        Changes { put: Vec::new(), remove: self.drop_item(sequence) }
    }

    /// Everything that waits, in order.
    pub fn waiting(&self) -> Vec<Waiting> {
        let waiting = |item: &Item| Waiting {
            id: item.id.clone(),
            is_report: item.kind == Kind::Report,
            taken_at: item.taken_at,
            attempts: item.attempts,
            refused: item.refused,
        };
        self.items.values().map(waiting).collect()
    }

    /// Removes an item; the keys that leave the storage, the record first.
    fn drop_item(&mut self, sequence: u64) -> Vec<String> {
        let Some(item) = self.items.remove(&sequence) else { return Vec::new() };
        [item::key_of(sequence)].into_iter().chain(item.photo_keys()).collect()
    }

    fn change(&mut self, sequence: u64, change: impl FnOnce(&mut Item)) -> Option<Entry> {
        let item = self.items.get_mut(&sequence)?;
        change(item);
        Some(item.entry(sequence))
    }
}

/// The body of a request with these scans; their own bytes are those that were kept.
fn scans_body<'a>(items: impl Iterator<Item = &'a Item>, now: DateTime<Utc>) -> String {
    let scans: Vec<&RawValue> = items.filter_map(|item| item.body.as_deref()).collect();
    serde_json::json!({ "sent_at": now, "items": scans }).to_string()
}

#[cfg(test)]
mod tests;
