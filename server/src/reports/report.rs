//! A report of a violation as it is kept: its public number, its secret token, its history. Pure.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::links::Sighting;
use super::status::{NotNow, ReportStatus, Step};
use super::text::search_key;
use crate::inspection::Charge;
use crate::scans::Place;

/// How many random bytes a token is made of (X6 asks for 16 at least).
pub(crate) const TOKEN_BYTES: usize = 32;

/// What people call a report by: `TB-26-0000123`, the year and a running number. It opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReportNumber {
    year: u8,
    sequence: i64,
}

/// A text that isn't the number of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number of a report looks like TB-26-0000123")]
pub(crate) struct InvalidReportNumber;

impl ReportNumber {
    /// The number of a report that came in on this day.
    pub(crate) fn new(day: NaiveDate, sequence: i64) -> Self {
        Self { year: u8::try_from(day.year().rem_euclid(100)).unwrap_or_default(), sequence }
    }

    /// The running number.
    pub(crate) fn sequence(self) -> i64 {
        self.sequence
    }
}

impl fmt::Display for ReportNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TB-{:02}-{:07}", self.year, self.sequence)
    }
}

impl FromStr for ReportNumber {
    type Err = InvalidReportNumber;

    fn from_str(text: &str) -> Result<Self, InvalidReportNumber> {
        let (year, sequence) =
            text.strip_prefix("TB-").and_then(|rest| rest.split_once('-')).ok_or(InvalidReportNumber)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 2 || !digits(year) || !(7..=18).contains(&sequence.len()) || !digits(sequence) {
            return Err(InvalidReportNumber);
        }
        let number = Self {
            year: year.parse().map_err(|_| InvalidReportNumber)?,
            sequence: sequence.parse().map_err(|_| InvalidReportNumber)?,
        };
        // One number, one spelling.
        if number.to_string() == text { Ok(number) } else { Err(InvalidReportNumber) }
    }
}

impl Serialize for ReportNumber {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// The secret that lets its holder follow a report; only its hash is kept.
pub(crate) struct Token(Zeroizing<String>);

impl Token {
    /// The token of these random bytes: 43 characters of URL-safe Base64.
    pub(crate) fn of(random: &[u8; TOKEN_BYTES]) -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(random)))
    }

    /// The text that its holder keeps.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of a token. Any text has a hash; only that of a token given out is found.
    pub(crate) fn hash(text: &str) -> Vec<u8> {
        Sha256::digest(text.as_bytes()).to_vec()
    }
}

/// A report as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// The client's own id: for us alone.
    pub(crate) id: Uuid,
    /// What people call it by.
    pub(crate) number: ReportNumber,
    /// A slug of the directory of categories.
    pub(crate) category: String,
    /// What happened, in the reporter's words.
    pub(crate) words: String,
    /// Tag of the language in which the reporter is answered.
    pub(crate) language: String,
    /// The code as it was scanned.
    pub(crate) code: Option<String>,
    /// Its product.
    pub(crate) gtin: Option<i64>,
    /// Order and index of a code of ours.
    pub(crate) unit: Option<(i32, i32)>,
    /// What ties it to others: code, place, outlet.
    pub(crate) sighting: Sighting,
    /// Where, in words.
    pub(crate) address: Option<String>,
    /// The contact, encrypted.
    pub(crate) contact_sealed: Option<Vec<u8>>,
    /// Where it stands.
    pub(crate) status: ReportStatus,
    /// The inspector in charge, and the region that has it.
    pub(crate) charge: Charge,
    /// The day by which the authority answers.
    pub(crate) due_on: NaiveDate,
    /// When it came in.
    pub(crate) received_at: DateTime<Utc>,
    /// When the reporter's data went.
    pub(crate) deleted_at: Option<DateTime<Utc>>,
}

impl Report {
    /// Where it stands after a step. Nothing can be added to a report whose data are gone, whatever its status says.
    pub(crate) fn after(&self, step: Step) -> Result<ReportStatus, NotNow> {
        let now = if self.deleted_at.is_some() { ReportStatus::Deleted } else { self.status };
        now.after(step)
    }

    /// Whether the answer is late.
    pub(crate) fn is_overdue(&self, today: NaiveDate) -> bool {
        self.status.is_open() && self.due_on < today
    }

    /// The place in which the contact was encrypted; it opens in no other.
    pub(crate) fn contact_context(id: Uuid) -> String {
        format!("report:{id}")
    }

    /// What inspectors search: number, GTIN, shop and address.
    pub(crate) fn search_key(&self) -> String {
        let gtin = self.gtin.map(|gtin| format!("{gtin:014}"));
        let number = self.number.to_string();
        let parts = [Some(number.as_str()), gtin.as_deref(), self.sighting.outlet.as_deref(), self.address.as_deref()];
        search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// Where it was.
    pub(crate) fn place(&self) -> Option<Place> {
        self.sighting.place
    }
}

/// Who did a step in a report's life, as the other side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    /// Who wrote the report.
    Reporter,
    /// Who works on it.
    Inspector,
    /// The service by itself.
    System,
}

impl Side {
    /// The word in the store.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Inspector => "inspector",
            Self::System => "system",
        }
    }

    /// Reads the word in the store.
    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        [Self::Reporter, Self::Inspector, Self::System].into_iter().find(|side| side.slug() == slug)
    }
}

/// A step in a report's life.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Who.
    pub(crate) who: Side,
    /// Which inspector: for inspectors only.
    pub(crate) account: Option<Uuid>,
    /// The new status, when it changed.
    pub(crate) status: Option<ReportStatus>,
    /// What was written to the other side.
    pub(crate) message: Option<String>,
    /// What was written for colleagues; the reporter never sees it.
    pub(crate) note: Option<String>,
    /// Who had the report before a hand-over.
    pub(crate) from: Option<Uuid>,
    /// Who has it since.
    pub(crate) to: Option<Uuid>,
    /// Photos that came with the message, by their ids.
    pub(crate) photos: Vec<Uuid>,
}

impl Event {
    /// A step without anything beside it.
    pub(crate) fn new(at: DateTime<Utc>, who: Side) -> Self {
        Self {
            at,
            who,
            account: None,
            status: None,
            message: None,
            note: None,
            from: None,
            to: None,
            photos: Vec::new(),
        }
    }
}

/// A photo as the table knows it.
#[derive(Clone, Debug)]
pub(crate) struct KeptPhoto {
    /// Its id, made by us.
    pub(crate) id: Uuid,
    /// Its file in the photo store.
    pub(crate) path: String,
    /// In pixels.
    pub(crate) width: i32,
    /// In pixels.
    pub(crate) height: i32,
    /// Size of the file.
    pub(crate) bytes: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_it_is_written() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day of the calendar");
        for (sequence, text) in [(123, "TB-26-0000123"), (12_345_678, "TB-26-12345678")] {
            let number = ReportNumber::new(day, sequence);
            assert_eq!(number.to_string(), text);
            assert_eq!(text.parse(), Ok(number));
        }
    }

    #[test]
    fn other_spellings_of_a_number_are_refused() {
        for text in
            ["", "TB-26-123", "tb-26-0000123", "TB-26-00000123", "TB-2-0000123", "TB-26-000012x", "TB-26-+000123"]
        {
            assert_eq!(text.parse::<ReportNumber>(), Err(InvalidReportNumber), "{text}");
        }
    }

    /// X6
    #[test]
    fn a_token_is_256_bits_and_kept_only_as_a_hash() {
        let (token, other) = (Token::of(&[7; TOKEN_BYTES]), Token::of(&[8; TOKEN_BYTES]));
        assert_eq!(token.reveal().len(), 43);
        assert!(Uuid::parse_str(token.reveal()).is_err());
        assert_ne!(Token::hash(token.reveal()), Token::hash(other.reveal()));
        assert!(!Token::hash(token.reveal()).windows(4).any(|bytes| bytes == &token.reveal().as_bytes()[..4]));
    }
}
