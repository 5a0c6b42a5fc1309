//! One thing that waits, and how it lies in the storage: a JSON record, and beside it each photo as it came.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Entry, LARGEST_PHOTO, MOST_PHOTOS, TAKEN_AHEAD, TAKEN_WITHIN, Unfit};

/// What the keys of records begin with.
pub(super) const RECORD: &str = "outbox-";
/// What the keys of photos begin with.
pub(super) const PHOTO: &str = "photo-";

/// The longest code that the register keeps, in bytes.
const LONGEST_CODE: usize = 2_048;
/// The longest text of a report, in bytes.
const LONGEST_TEXT: usize = 32 << 10;
/// Texts that a report may have.
const MOST_FIELDS: usize = 20;
/// Rounding step of a coarse place, in degrees, as the register has it.
const COARSE_STEP: f64 = 0.01;
/// What a coarse place claims, in metres.
const COARSE_METRES: f64 = 1_000.0;

/// A scan as it was taken. As JSON it is the register's own `NewScan`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct NewScan {
    /// Random, made by the host: a UUID. The same id is the same scan.
    pub id: String,
    /// What the scanner read, untouched.
    pub code: String,
    /// When, by the phone's clock.
    pub taken_at: DateTime<Utc>,
    /// How much of the place its owner shares.
    pub consent: Consent,
    /// Where it was taken; without consent it is not even kept.
    pub place: Option<Place>,
    /// A random id that its owner can reset at will: a UUID; never one of the hardware.
    pub device: Option<String>,
    /// The slug of the verdict that was shown online.
    pub verdict: Option<String>,
    /// What the text came from, if the host knows.
    pub source: Option<Source>,
}

/// What the text of a scan came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// As measured.
    Exact,
    /// To about a kilometre; rounded before it is kept.
    Coarse,
    /// Not at all.
    None,
}

/// Where something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north, WGS 84.
    pub latitude: f64,
    /// Degrees east, WGS 84.
    pub longitude: f64,
    /// Radius in which the true place lies with 68 %, in metres.
    pub accuracy_metres: f64,
}

/// A report as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NewReport {
    /// Random, made by the host: a UUID. The same id is the same report.
    pub id: String,
    /// When it was written, by the phone's clock.
    pub taken_at: DateTime<Utc>,
    /// Name and value of the other text parts of `POST /v1/reports`: `category`, `words`, `code`, `latitude` and so on.
    pub fields: Vec<(String, String)>,
}

/// Something that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) taken_at: DateTime<Utc>,
    /// A scan as JSON, byte for byte what every try sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Box<RawValue>>,
    /// The texts of a report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<(String, String)>,
    #[serde(default)]
    photos: u8,
    #[serde(default)]
    pub(super) photo_bytes: u64,
    pub(super) attempts: u32,
    pub(super) due_at: DateTime<Utc>,
    /// To be sent without others.
    pub(super) alone: bool,
    pub(super) refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Scan,
    Report,
}

/// A scan as the register takes it.
#[derive(Serialize)]
struct Sent<'a> {
    id: &'a str,
    code: &'a str,
    taken_at: DateTime<Utc>,
    consent: Consent,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

impl Item {
    pub(super) fn scan(scan: &NewScan) -> Result<Self, Unfit> {
        let NewScan { id, code, taken_at, consent, place, device, verdict, source } = scan;
        if !is_uuid(id) || device.as_deref().is_some_and(|device| !is_uuid(device)) {
            return Err(Unfit::Id);
        }
        if code.is_empty() || code.len() > LONGEST_CODE || code.contains('\0') {
            return Err(Unfit::Code);
        }
        if !(2000..2100).contains(&taken_at.year()) {
            return Err(Unfit::Time);
        }
        // What was told offline is no verdict of the register.
        let is_verdict = |slug: &str| slug.parse::<marking::verdict::Verdict>().is_ok();
        if verdict.as_deref().is_some_and(|slug| !is_verdict(slug)) {
            return Err(Unfit::Verdict);
        }
        let place = place.filter(|_| *consent != Consent::None).map(|place| place.shared(*consent)).transpose()?;
        let (device, verdict) = (device.as_deref(), verdict.as_deref());
        let sent = Sent { id, code, taken_at: *taken_at, consent: *consent, place, device, verdict, source: *source };
        let body = serde_json::value::to_raw_value(&sent).map_err(|_| Unfit::Code)?;
        Ok(Self { body: Some(body), ..Self::new(id, Kind::Scan, *taken_at) })
    }

    pub(super) fn report(report: &NewReport, sizes: &[usize]) -> Result<Self, Unfit> {
        let NewReport { id, taken_at, fields } = report;
        if !is_uuid(id) {
            return Err(Unfit::Id);
        }
        let unfit = |(name, value): &(String, String)| name == "id" || name.len() > 100 || value.len() > LONGEST_TEXT;
        if fields.len() > MOST_FIELDS || fields.iter().any(unfit) {
            return Err(Unfit::Texts);
        }
        if sizes.len() > MOST_PHOTOS || sizes.iter().any(|size| !(1..=LARGEST_PHOTO).contains(size)) {
            return Err(Unfit::Photos);
        }
        Ok(Self {
            texts: fields.clone(),
            photos: u8::try_from(sizes.len()).unwrap_or(u8::MAX),
            photo_bytes: sizes.iter().map(|size| *size as u64).sum(),
            ..Self::new(id, Kind::Report, *taken_at)
        })
    }

    fn new(id: &str, kind: Kind, taken_at: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            kind,
            taken_at,
            body: None,
            texts: Vec::new(),
            photos: 0,
            photo_bytes: 0,
            attempts: 0,
            // At once, also for a phone whose clock is set back meanwhile.
            due_at: DateTime::UNIX_EPOCH,
            alone: false,
            refused: false,
        }
    }

    /// Reads a record; nothing when it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let item: Self = serde_json::from_slice(bytes).ok()?;
        let whole = is_uuid(&item.id) && (item.kind == Kind::Report || item.body.is_some());
        (whole && usize::from(item.photos) <= MOST_PHOTOS).then_some(item)
    }

    pub(super) fn entry(&self, sequence: u64) -> Entry {
        Entry { key: key_of(sequence), bytes: serde_json::to_vec(self).unwrap_or_default() }
    }

    pub(super) fn photo_keys(&self) -> impl Iterator<Item = String> {
        let id = self.id.clone();
        (0..self.photos).map(move |number| format!("{PHOTO}{id}-{number}"))
    }

    /// Every text part, the id first.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        [("id".to_owned(), self.id.clone())].into_iter().chain(self.texts.iter().cloned()).collect()
    }

    /// Whether it is a scan that the register takes no more, by more than a margin.
    pub(super) fn is_untimely(&self, now: DateTime<Utc>, margin: TimeDelta) -> bool {
        let age = now.signed_duration_since(self.taken_at);
        self.kind == Kind::Scan && (age > TAKEN_WITHIN + margin || age < -(TAKEN_AHEAD + margin))
    }

    /// Whether it may be tried; a try that lies more than the longest wait ahead was planned by a wrong clock.
    pub(super) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due_at <= now || self.due_at > now + TimeDelta::days(2)
    }
}

impl Place {
    /// What of it is shared: rounded where that is the consent.
    fn shared(self, consent: Consent) -> Result<Self, Unfit> {
        let Self { latitude, longitude, accuracy_metres } = self;
        let right = (-90.0..=90.0).contains(&latitude)
            && (-180.0..=180.0).contains(&longitude)
            && (0.0..=1_000_000.0).contains(&accuracy_metres);
        if !right {
            return Err(Unfit::Place);
        }
        if consent == Consent::Exact {
            return Ok(self);
        }
        let middle = |degrees: f64| {
            let cell = (degrees / COARSE_STEP).floor() * COARSE_STEP + COARSE_STEP / 2.0;
            (cell * 1_000.0).round() / 1_000.0
        };
        Ok(Self {
            latitude: middle(latitude).clamp(-90.0, 90.0),
            longitude: middle(longitude).clamp(-180.0, 180.0),
            accuracy_metres: accuracy_metres.max(COARSE_METRES),
        })
    }
}

/// The key of a record; keys sort as their records were kept.
pub(super) fn key_of(sequence: u64) -> String {
    format!("{RECORD}{sequence:016x}")
}

pub(super) fn sequence_of(key: &str) -> Option<u64> {
    let digits = key.strip_prefix(RECORD)?;
    if digits.len() == 16 { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// Thirty-two hexadecimal digits with hyphens at their places.
fn is_uuid(text: &str) -> bool {
    let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if hyphen(at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}
