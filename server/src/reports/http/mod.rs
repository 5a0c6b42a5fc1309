//! Routes to reports: for the public, and for inspectors.

mod inspector;
mod public;
mod steps;

use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::draft::{MAX_WORDS, text_faults};
use super::status::ReportStatus;
use crate::error::{Error, FieldFault, Result};

/// Routes of this capability.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    public::routes(routes);
    inspector::routes(routes);
    steps::routes(routes);
}

/// What one side writes to the other.
#[derive(Debug, Deserialize, ToSchema)]
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
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, "field-required"));
    }
    let faults: Vec<FieldFault> = text_faults(field, text, MAX_WORDS);
    if faults.is_empty() { Ok(text.to_owned()) } else { Err(Error::Invalid(faults)) }
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
