//! Routes to reports: for the public, and for inspectors.

mod inspector;
mod live;
mod public;
mod push;
mod reply;
mod steps;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::draft::{MAX_WORDS, text_faults};
use super::inspect::Shown;
use super::report::KeptPhoto;
use super::status::ReportStatus;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;

/// Routes of this capability.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    public::routes(routes);
    reply::routes(routes);
    push::routes(routes);
    // The stream before a report, whose pattern its path fits as well.
    live::routes(routes);
    inspector::routes(routes);
    steps::routes(routes);
}

/// A header that carries the secret of a report.
const TOKEN: &str = "Tanba-Report-Token";

/// What one side writes to the other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// The message.
    #[schema(min_length = 1, max_length = 4000, example = "It stands on the third shelf from the left.")]
    text: String,
}

impl NewMessage {
    fn check(self) -> Result<String> {
        checked("text", &self.text)
    }
}

/// A text that must be there, without the spaces around it. `field` names it.
fn checked(field: &str, text: &str) -> Result<String> {
    let text = unicode::nfc(text.trim());
    if text.is_empty() {
        return Err(Error::field(field, "field-required"));
    }
    let faults: Vec<FieldFault> = text_faults(field, &text, MAX_WORDS);
    if faults.is_empty() { Ok(text) } else { Err(Error::Invalid(faults)) }
}

/// A photo of a report.
#[derive(Debug, Serialize, ToSchema)]
struct ReportPhoto {
    /// Its id.
    id: Uuid,
    /// Where to get it.
    url: String,
    /// In pixels.
    width: i32,
    /// In pixels.
    height: i32,
    /// Size of the file.
    bytes: i32,
}

impl ReportPhoto {
    /// A photo that is got below this address.
    fn at(address: &str, photo: &KeptPhoto) -> Self {
        let KeptPhoto { id, width, height, bytes, .. } = *photo;
        Self { id, url: format!("{address}/photos/{id}"), width, height, bytes }
    }
}

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "tells of an answer")]
struct PhotoJpeg(Vec<u8>);

/// A photo as a file that no browser runs anything of (X23). The number is one that we made: it was found.
fn photo_file(number: &str, shown: Shown) -> HttpResponse {
    let name = format!("attachment; filename=\"{number}-{}.jpg\"", shown.position);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; frame-ancestors 'none'"))
        .body(shown.jpeg)
}

/// A status with its words.
#[derive(Debug, Serialize, ToSchema)]
struct Standing {
    /// Where the report stands.
    status: ReportStatus,
    /// The same in the caller's language.
    #[schema(example = "With an inspector")]
    status_text: String,
}

impl Standing {
    fn of(status: ReportStatus, language: Language) -> Self {
        Self { status, status_text: locales::say(language, &format!("report-status-{}", status.slug()), &[]) }
    }
}

/// A category in the caller's language.
fn category_text(language: Language, category: &str) -> String {
    locales::say(language, &format!("category-{category}"), &[])
}
