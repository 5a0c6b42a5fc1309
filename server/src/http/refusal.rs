//! What HTTP says of a failure: `application/problem+json` (RFC 9457) with a slug, a sentence in the client's language
//! and, for bad input, the place of each fault. The only place that knows the statuses of refusals.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, ContentType, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use locales::Language;
use serde::Serialize;
use utoipa::ToSchema;

use super::language;
use crate::platform::problem::{Error, FaultyUnit, FieldFault};

/// The table from failure to status.
fn status(error: &Error) -> StatusCode {
    match error {
        Error::Malformed("misdirected", _) => StatusCode::MISDIRECTED_REQUEST,
        Error::Malformed("photo-unreadable", _) | Error::Invalid(_) | Error::Conflict("idempotency-key-reused", _) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Error::Malformed(..) => StatusCode::BAD_REQUEST,
        Error::Unauthenticated(_) | Error::CodeUsed { .. } => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Conflict(..) => StatusCode::CONFLICT,
        Error::Shortened(error, _) => status(error),
        Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// One fault in what was sent, as it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = FieldFault)]
pub struct FieldProblem {
    /// Where: a JSON path (`items[3].code`), a header or a query parameter.
    field: String,
    /// What: a `field-…` slug or a slug of the field's own type.
    slug: &'static str,
    /// The byte of the fault inside the field's text, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
    /// The same as a sentence, in the caller's language.
    message: String,
    /// The unit that was refused, where it is the caller's business.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Box<FaultyUnit>>,
}

impl FieldProblem {
    fn of(fault: &FieldFault, language: Language) -> Self {
        let FieldFault { field, slug, at, unit, .. } = fault;
        Self { field: field.clone(), slug, at: *at, message: fault.message(language), unit: unit.clone() }
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
    pub fields: Vec<FieldProblem>,
    /// How many faults there are beside these, which are the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2_900)]
    pub fields_omitted: Option<u64>,
}

impl Problem {
    fn of(error: &Error) -> Self {
        let (status, slug) = (status(error), error.slug());
        let language = language::current();
        let key = format!("problem-{slug}");
        Self {
            kind: format!("/problems/{slug}"),
            slug,
            title: locales::say(language, &key, &[]),
            detail: locales::say(language, &format!("{key}-detail"), &[]),
            status: status.as_u16(),
            fields: error.faults().iter().map(|fault| FieldProblem::of(fault, language)).collect(),
            fields_omitted: if let Error::Shortened(_, omitted) = error { Some(*omitted) } else { None },
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status(self)
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
