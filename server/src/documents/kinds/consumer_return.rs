//! Consumers bring goods back: *sold* becomes *returned* (D1.3).

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use marking::status::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{MAX_WORDS, words};
use crate::auth::Participant;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::units::Units;
use crate::http::{SentBody, problems};
use crate::ledger::{AttributeChange, Effect};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::Result;
use crate::registry::Faults;

inventory::submit! {
    KindEntry { slug: Return::SLUG, route: Return::ROUTE, effects: || vec![(None, effect())], routes: |routes| _ = routes.service(post_return) }
}

/// Consumers brought goods back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Return {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Why, in words.
    #[schema(example = "Wrong size", max_length = 500)]
    reason: Option<String>,
}

/// What it does to units. Goods that are on the market again carry no reason for having left it.
fn effect() -> Effect {
    Effect::of(Event::Return).with_attributes(AttributeChange::Restore).leaving_packs()
}

impl Kind for Return {
    const SLUG: &'static str = "return";
    const ROUTE: &'static str = "/v1/returns";

    type Checked = Option<String>;

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, _: NaiveDate) -> Result<Option<String>> {
        let mut faults = Faults::default();
        let reason = words("reason", self.reason.as_deref(), MAX_WORDS, &mut faults);
        faults.refuse()?;
        Ok(reason)
    }

    async fn content(_: &Transaction<'_>, _: &FilingContext<'_>, reason: Option<String>) -> Result<Content> {
        Ok(Content::of(effect(), json!({ "reason": reason })))
    }
}

/// Takes goods back from consumers: *sold* becomes *returned*, and they may be sold again.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_return",
    params(IdempotencyKey),
    request_body = Return,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/returns")]
async fn post_return(
    state: web::Data<Documents>,
    participant: Participant,
    key: IdempotencyKey,
    body: SentBody<Return, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &participant, &key, &body).await
}
