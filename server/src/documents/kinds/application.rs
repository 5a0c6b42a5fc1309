//! Codes were put on goods: *emitted* becomes *applied* (S8, Q20).

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use marking::status::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::past_date;
use crate::auth::Participant;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::units::Units;
use crate::http::{SentBody, problems};
use crate::ledger::Effect;
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::Result;
use crate::registry::Faults;

inventory::submit! {
    KindEntry { slug: Application::SLUG, route: Application::ROUTE, effects: || vec![(None, effect())], routes: |routes| _ = routes.service(post_application) }
}

/// Codes were put on goods.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Application {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// When they were put on; today by default.
    #[schema(format = Date, example = "2026-11-19")]
    applied_on: Option<String>,
}

/// What it does to units.
fn effect() -> Effect {
    Effect::of(Event::Apply)
}

impl Kind for Application {
    const SLUG: &'static str = "apply";
    const ROUTE: &'static str = "/v1/applications";

    type Checked = NaiveDate;

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, today: NaiveDate) -> Result<NaiveDate> {
        let mut faults = Faults::default();
        let applied_on = past_date("applied_on", self.applied_on.as_deref(), today, &mut faults);
        faults.refuse()?;
        Ok(applied_on.unwrap_or(today))
    }

    async fn content(_: &Transaction<'_>, _: &FilingContext<'_>, applied_on: NaiveDate) -> Result<Content> {
        Ok(Content::of(effect(), json!({ "applied_on": applied_on })))
    }
}

/// Reports codes as put on goods: *emitted* becomes *applied*.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_application",
    params(IdempotencyKey),
    request_body = Application,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/applications")]
async fn post_application(
    state: web::Data<Documents>,
    participant: Participant,
    key: IdempotencyKey,
    body: SentBody<Application, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &participant, &key, &body).await
}
