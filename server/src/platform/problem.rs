//! Everything that can go wrong: a kind, a slug and, for bad input, the place of each fault. Causes go to the log, never
//! to the client. [`crate::http::refusal`] says what HTTP makes of it.

use chrono::{DateTime, Utc};
use locales::{Arg, Language};
use serde::Serialize;
use utoipa::ToSchema;

use super::config::Config;
use super::doubt;

/// The result of anything that a handler may pass on.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One fault in what was sent. It has no words: they are chosen where it is answered, in the language of the client.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFault {
    /// Where: a JSON path (`items[3].code`), a header or a query parameter.
    pub field: String,
    /// What: a `field-…` slug or a slug of the field's own type.
    pub slug: &'static str,
    /// The byte of the fault inside the field's text, where there is one.
    pub at: Option<usize>,
    /// What the words of the slug take in place of their variables.
    pub args: Vec<(String, Arg<'static>)>,
    /// The unit that was refused, where it is the caller's business.
    pub unit: Option<Box<FaultyUnit>>,
}

/// A unit that stands against a document, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FaultyUnit {
    /// GTIN of the goods.
    #[schema(example = "04870001234560")]
    pub gtin: String,
    /// Serial; none where the number of a stamp stands for it.
    #[schema(example = "3K7QPW2MXC9ZT")]
    pub serial: Option<String>,
    /// Its index in its order, from 0, as ranges name it.
    #[schema(example = 16)]
    pub index: u32,
    /// Its number in its order, from 1, as people count and exports name it.
    #[schema(example = 17)]
    pub number: u32,
    /// Its status; none when it isn't the caller's.
    #[schema(example = "sold")]
    pub status: Option<&'static str>,
    /// Since when it has that status, where a document gave it.
    pub since: Option<DateTime<Utc>>,
}

impl FieldFault {
    /// A fault of a field as a whole; words are looked up under the slug.
    pub fn new(field: impl Into<String>, slug: &'static str) -> Self {
        Self::with(field, slug, &[])
    }

    /// A fault whose sentence needs figures.
    pub fn with(field: impl Into<String>, slug: &'static str, args: &[(&str, Arg<'_>)]) -> Self {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into_owned())).collect();
        Self { field: field.into(), slug, at: None, args, unit: None }
    }

    /// The fault as a sentence.
    pub fn message(&self, language: Language) -> String {
        let args: Vec<(&str, Arg<'_>)> = self.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        locales::say(language, self.slug, &args)
    }

    /// The same fault with the byte where it lies.
    #[must_use]
    pub fn at(mut self, byte: usize) -> Self {
        self.at = Some(byte);
        self
    }

    /// The same fault with the unit that stands against it.
    #[must_use]
    pub fn of_unit(mut self, unit: FaultyUnit) -> Self {
        self.unit = Some(Box::new(unit));
        self
    }
}

/// Everything that can go wrong in the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request can't be read at all; the slug says why.
    #[error("malformed request: {0}")]
    Malformed(&'static str, Vec<FieldFault>),
    /// The request was read, but fields of it don't hold.
    #[error("invalid fields: {0:?}")]
    Invalid(Vec<FieldFault>),
    /// No token, or one that doesn't hold; the slug says which.
    #[error("unauthenticated: {0}")]
    Unauthenticated(&'static str),
    /// A code that serves once was used already; the next one comes after so many seconds.
    #[error("the code was used already, the next one comes in {retry_after_seconds} s")]
    CodeUsed {
        /// Seconds until there is another code.
        retry_after_seconds: u64,
    },
    /// The caller is known and may not do this; the slug says why.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// Nothing there, or nothing that this caller may know of.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// What is asked contradicts what is; the slug says why.
    #[error("conflict: {0}")]
    Conflict(&'static str, Vec<FieldFault>),
    /// One of the others with so many faults more than it tells.
    #[error("{0} and {1} faults more")]
    Shortened(Box<Error>, u64),
    /// More than is accepted in one request; the slug says of what.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// A body of a kind that the route doesn't take.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// A method that the path doesn't have; those it has.
    #[error("method not allowed, only {0}")]
    MethodNotAllowed(String),
    /// Too often; come back after so many seconds.
    #[error("too many requests ({slug}), retry after {retry_after_seconds} s")]
    TooMany {
        /// `rate-limited`, `too-many-attempts`, `quota-exceeded` …
        slug: &'static str,
        /// Seconds until the next try makes sense.
        retry_after_seconds: u64,
    },
    /// A store that is needed is away; nothing was changed.
    #[error("{slug}: {source}")]
    Unavailable {
        /// `register-unavailable`, `snapshot-unavailable`, `store-unavailable`, `overloaded`
        slug: &'static str,
        /// What happened, for the log.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A single field that doesn't hold.
    pub fn field(field: impl Into<String>, slug: &'static str) -> Self {
        Self::Invalid(vec![FieldFault::new(field, slug)])
    }

    /// A contradiction without a field of its own.
    pub fn conflict(slug: &'static str) -> Self {
        Self::Conflict(slug, Vec::new())
    }

    /// A body, query or header that can't be read, with its slug.
    pub fn malformed(slug: &'static str) -> Self {
        Self::Malformed(slug, Vec::new())
    }

    /// A fault of ours, told in words for the log.
    pub fn internal(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(what.into())
    }

    /// The same with so many faults more than it tells.
    #[must_use]
    pub fn omitting(self, faults: u64) -> Self {
        if faults == 0 { self } else { Self::Shortened(Box::new(self), faults) }
    }

    /// Fields that don't hold, of which so many are told and the others counted.
    pub fn invalid(mut faults: Vec<FieldFault>, told: usize) -> Self {
        let omitted = faults.len().saturating_sub(told);
        faults.truncate(told);
        Self::Invalid(faults).omitting(omitted as u64)
    }

    /// The refusal itself, without the count of faults that it doesn't tell.
    pub fn refusal(&self) -> &Self {
        match self {
            Self::Shortened(error, _) => error,
            other => other,
        }
    }

    /// The slug: what programs look at.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Malformed(slug, _)
            | Self::Unauthenticated(slug)
            | Self::Forbidden(slug)
            | Self::NotFound(slug)
            | Self::Conflict(slug, _)
            | Self::TooLarge(slug)
            | Self::TooMany { slug, .. }
            | Self::Unavailable { slug, .. } => slug,
            Self::Invalid(_) => "invalid-field",
            Self::CodeUsed { .. } => "code-used",
            Self::Shortened(error, _) => error.slug(),
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::Internal(_) => "internal",
        }
    }

    /// The faults of fields that it names.
    pub fn faults(&self) -> &[FieldFault] {
        match self.refusal() {
            Self::Malformed(_, faults) | Self::Invalid(faults) | Self::Conflict(_, faults) => faults,
            _ => &[],
        }
    }

    /// Seconds until the next try makes sense, where that is known.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after_seconds, .. } | Self::CodeUsed { retry_after_seconds } => {
                Some(*retry_after_seconds)
            }
            Self::Unavailable { .. } => Some(2),
            _ => None,
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let away = match error.code() {
            None => {
                error.is_closed()
                    || std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
            }
            Some(state) => {
                [
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    SqlState::TOO_MANY_CONNECTIONS,
                    SqlState::DISK_FULL,
                    SqlState::IO_ERROR,
                    SqlState::QUERY_CANCELED,
                    SqlState::T_R_DEADLOCK_DETECTED,
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                ]
                .contains(state)
                    || state.code().starts_with("08")
                    || state.code().starts_with("53")
                    || state.code().starts_with("58")
            }
        };
        // The store's own words say which rule was broken; its details would say by what, and that is somebody's data.
        let source = match error.as_db_error() {
            Some(told) => format!("{} {}: {}", told.severity(), told.code().code(), told.message()).into(),
            None => Box::new(error).into(),
        };
        if away { Self::Unavailable { slug: "register-unavailable", source } } else { Self::Internal(source) }
    }
}

impl From<deadpool_postgres::PoolError> for Error {
    /// Too many requests for the connections there are is no failure of the store (A17), unless connections of the pool
    /// are held by a store that fell silent a moment ago.
    fn from(error: deadpool_postgres::PoolError) -> Self {
        use deadpool_postgres::{PoolError, TimeoutType};
        let is_in_doubt = doubt::age().is_some_and(|age| age < 2 * Config::STORE_PATIENCE);
        let is_queue = matches!(error, PoolError::Timeout(TimeoutType::Wait)) && !is_in_doubt;
        let slug = if is_queue { "overloaded" } else { "register-unavailable" };
        Self::Unavailable { slug, source: format!("pool of PostgreSQL: {error}").into() }
    }
}

impl From<redis::RedisError> for Error {
    fn from(error: redis::RedisError) -> Self {
        Self::Unavailable { slug: "snapshot-unavailable", source: Box::new(error) }
    }
}

impl From<refinery::Error> for Error {
    fn from(error: refinery::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}
