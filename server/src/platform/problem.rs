//! Everything that can go wrong, and the only place that knows what HTTP says about it:
//! `application/problem+json` (RFC 9457) with a slug, a sentence in the caller's language and,
//! for bad input, the place of each fault. Causes go to the log, never to the client.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, ContentType, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, Utc};
use locales::Arg;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::language;
use crate::platform::config::Config;
use crate::platform::doubt;

/// The result of anything that a handler may pass on.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One fault in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// Where: a JSON path (`items[3].code`), a header or a query parameter.
    pub field: String,
    /// What: a `field-…` slug or a slug of the field's own type.
    pub slug: &'static str,
    /// The byte of the fault inside the field's text, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// The same as a sentence, in the caller's language.
    pub message: String,
    /// The unit that stands against it, where it is the caller's business.
    #[serde(skip_serializing_if = "Option::is_none")]
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
        let message = locales::say(language::current(), slug, args);
        Self { field: field.into(), slug, at: None, message, unit: None }
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

    /// The table from failure to HTTP status and slug.
    pub fn status_and_slug(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed("misdirected", _) => (StatusCode::MISDIRECTED_REQUEST, "misdirected"),
            Self::Malformed("photo-unreadable", _) => (StatusCode::UNPROCESSABLE_ENTITY, "photo-unreadable"),
            Self::Malformed(slug, _) => (StatusCode::BAD_REQUEST, slug),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-field"),
            Self::Unauthenticated(slug) => (StatusCode::UNAUTHORIZED, slug),
            Self::CodeUsed { .. } => (StatusCode::UNAUTHORIZED, "code-used"),
            Self::Forbidden(slug) => (StatusCode::FORBIDDEN, slug),
            Self::NotFound(slug) => (StatusCode::NOT_FOUND, slug),
            Self::Conflict("idempotency-key-reused", _) => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
            Self::Conflict(slug, _) => (StatusCode::CONFLICT, slug),
            Self::Shortened(error, _) => error.status_and_slug(),
            Self::TooLarge(slug) => (StatusCode::PAYLOAD_TOO_LARGE, slug),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::TooMany { slug, .. } => (StatusCode::TOO_MANY_REQUESTS, slug),
            Self::Unavailable { slug, .. } => (StatusCode::SERVICE_UNAVAILABLE, slug),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// The slug alone, as the audit wants it.
    pub fn slug(&self) -> &'static str {
        self.status_and_slug().1
    }

    fn faults(&self) -> &[FieldFault] {
        match self.refusal() {
            Self::Malformed(_, faults) | Self::Invalid(faults) | Self::Conflict(_, faults) => faults,
            _ => &[],
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after_seconds, .. } | Self::CodeUsed { retry_after_seconds } => {
                Some(*retry_after_seconds)
            }
            Self::Unavailable { .. } => Some(2),
            _ => None,
        }
    }
}

/// What a refusal leaves for the record of its request: the slug, and the cause of a 503.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// The slug.
    pub(crate) slug: &'static str,
    /// The cause; empty for other refusals, whose causes hold what clients sent.
    pub(crate) cause: String,
}

/// What every refusal looks like (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/{slug}`, a page that explains it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-field")]
    pub kind: String,
    /// The slug: what programs look at.
    #[schema(example = "invalid-field")]
    pub slug: &'static str,
    /// One line in the caller's language.
    pub title: String,
    /// What to do about it, in the caller's language.
    pub detail: String,
    /// The HTTP status once more.
    #[schema(example = 422)]
    pub status: u16,
    /// Each fault with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// How many faults there are beside these, which are the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2_900)]
    pub fields_omitted: Option<u64>,
}

impl Problem {
    fn of(error: &Error) -> Self {
        let (status, slug) = error.status_and_slug();
        let language = language::current();
        let key = format!("problem-{slug}");
        Self {
            kind: format!("/problems/{slug}"),
            slug,
            title: locales::say(language, &key, &[]),
            detail: locales::say(language, &format!("{key}-detail"), &[]),
            status: status.as_u16(),
            fields: error.faults().to_vec(),
            fields_omitted: if let Error::Shortened(_, omitted) = error { Some(*omitted) } else { None },
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.status_and_slug().0
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Internal(source) => tracing::error!(error = %source, "internal error"),
            // Counted before the request is read; a warning for each would add to the load.
            Self::Unavailable { slug: "overloaded", source } => tracing::debug!(error = %source, "overloaded"),
            Self::Unavailable { slug, source } => tracing::warn!(slug, error = %source, "store away"),
            _ => {}
        }
        let mut response = HttpResponse::build(self.status_code());
        let cause = if let Self::Unavailable { source, .. } = self { source.to_string() } else { String::new() };
        response.extensions_mut().insert(Refused { slug: self.slug(), cause });
        response.insert_header(ContentType("application/problem+json".parse().expect("a media type")));
        if let Some(seconds) = self.retry_after_seconds() {
            response.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if matches!(self, Self::Unauthenticated(_) | Self::CodeUsed { .. }) {
            response.insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        if let Self::MethodNotAllowed(allow) = self {
            response.insert_header((ALLOW, allow.as_str()));
        }
        response.body(serde_json::to_string(&Problem::of(self)).unwrap_or_default())
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
