//! Goods are sold to consumers: *in-circulation* or *returned* becomes *sold* (S11, Q22).

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use marking::status::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{MAX_NUMBER, words};
use crate::auth::Participant;
use crate::documents::Documents;
use crate::documents::filing::FilingContext;
use crate::documents::http::{DOCUMENT_BYTES, file};
use crate::documents::kind::{Content, Kind, KindEntry};
use crate::documents::receipt::Receipt;
use crate::documents::units::{Naming, Units};
use crate::http::{SentBody, problems};
use crate::ledger::{Effect, Refusal, Refusals};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::jobs::{self, Job, Lane};
use crate::platform::problem::Result;
use crate::registry::Faults;

/// Refused units that one job judges.
const JUDGED_AT_ONCE: usize = 100;

/// Judge a sale that was refused because its units were sold or withdrawn before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JudgeSale {
    /// The number of the participant who asked.
    pub(crate) seller: i32,
    /// When, in seconds since 1970.
    pub(crate) at: i64,
    /// The units: order and index.
    pub(crate) units: Vec<(u32, u32)>,
}

impl Job for JudgeSale {
    const KIND: &'static str = "judge-sale";
    const LANE: Lane = Lane::Sales;

    fn things(&self) -> usize {
        self.units.len()
    }
}

inventory::submit! {
    KindEntry { slug: Sale::SLUG, route: Sale::ROUTE, effects: || vec![(None, effect())], routes: |routes| _ = routes.service(post_sale) }
}

/// Goods were sold to consumers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Sale {
    /// The client's own id of the document: the same id again is the same document.
    id: Uuid,
    /// The units.
    units: Units,
    /// Number of the fiscal receipt.
    #[schema(example = "1002003004", max_length = 64)]
    receipt: Option<String>,
}

/// What it does to units.
fn effect() -> Effect {
    Effect::of(Event::Sell).for_consumer().leaving_packs()
}

impl Kind for Sale {
    const SLUG: &'static str = "sell";
    const ROUTE: &'static str = "/v1/sales";

    type Checked = Option<String>;

    fn id(&self) -> Uuid {
        self.id
    }

    fn units(&self) -> &Units {
        &self.units
    }

    fn check(&self, _: NaiveDate) -> Result<Option<String>> {
        let mut faults = Faults::default();
        let receipt = words("receipt", self.receipt.as_deref(), MAX_NUMBER, &mut faults);
        faults.refuse()?;
        Ok(receipt)
    }

    async fn content(_: &Transaction<'_>, _: &FilingContext<'_>, receipt: Option<String>) -> Result<Content> {
        Ok(Content::of(effect(), json!({ "receipt": receipt })))
    }

    /// Every unit whose code a till has read and could not sell is judged: some of them may be counterfeit. Ranges and packs
    /// name units that no one has seen: a short request would leave a million of them to be judged.
    async fn refused(
        tx: &Transaction<'_>,
        filing: &FilingContext<'_>,
        naming: Naming,
        refused: &Refusals,
    ) -> Result<()> {
        let Some(seller) = filing.caller.participant.filter(|_| naming == Naming::Codes) else { return Ok(()) };
        let units = refused.each().filter(|(.., why)| !matches!(why, Refusal::OrderNotApproved | Refusal::Missing));
        let units: Vec<(u32, u32)> = units.map(|(_, order, index, _)| (order, index)).collect();
        for units in units.chunks(JUDGED_AT_ONCE) {
            let judged = JudgeSale { seller, at: filing.now.timestamp(), units: units.to_vec() };
            jobs::append(tx, &judged).await?;
        }
        Ok(())
    }
}

/// Sells goods to consumers: *in-circulation* or *returned* becomes *sold*. Recalled goods and goods past their date
/// are refused. Units that are sold out of a pack leave it.
#[utoipa::path(
    tag = "codes",
    operation_id = "file_sale",
    params(IdempotencyKey),
    request_body = Sale,
    responses(
        (status = 201, description = "Filed, now or before", body = Receipt),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["participant"])),
)]
#[post("/v1/sales")]
async fn post_sale(
    state: web::Data<Documents>,
    participant: Participant,
    key: IdempotencyKey,
    body: SentBody<Sale, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file(&state, &participant, &key, &body).await
}
