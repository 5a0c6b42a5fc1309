//! Routes to orders, documents, shipments and packs.

mod decisions;
mod documents;
mod export;
mod orders;
mod packs;
mod quotas;
mod shipments;

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::pack::sscc_slug;
use super::perform::Filing;
use crate::auth::Caller;
use crate::codes::Codes;
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, FieldFault, Result};

pub(super) use documents::settle;
pub(crate) use export::{CodeRange, range_name};
pub(crate) use orders::visible_order;

/// The most bytes of a document: thirty thousand of the longest codes, with room to spare.
const DOCUMENT_BYTES: usize = 8 << 20;

/// Routes of codes.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    orders::routes(routes);
    export::routes(routes);
    decisions::routes(routes);
    quotas::routes(routes);
    documents::routes(routes);
    shipments::routes(routes);
    packs::routes(routes);
}

/// An SSCC in a path; 400 with the fault when it is none.
fn sscc_in_path(text: &str) -> Result<Sscc> {
    text.parse().map_err(|error| Error::Malformed("malformed-path", vec![FieldFault::new("sscc", sscc_slug(error))]))
}

/// SHA-256 of what somebody sent, for whom: a retry of a document must be the same.
fn fingerprint(caller: &Caller, route: &str, body: &impl Serialize) -> Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    hasher.update(caller.participant.unwrap_or_default().to_be_bytes());
    hasher.update(route.as_bytes());
    hasher.update([0]);
    hasher.update(serde_json::to_vec(body)?);
    Ok(hasher.finalize().to_vec())
}

/// Files a document under the caller's key in one transaction and answers 201.
async fn file<T: Serialize + DeserializeOwned>(
    state: &Codes,
    key: &IdempotencyKey,
    body: &impl Serialize,
    filing: Filing<'_>,
    change: impl AsyncFnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<HttpResponse> {
    let action = format!("codes.{}", filing.deed.slug());
    let object = format!("document:{}", filing.id);
    let command = Command { base: &state.base, author: filing.caller, key, action: &action, object };
    let answer = command.run(body, async |tx, _| change(tx).await.map(Done::audited)).await?;
    Ok(HttpResponse::Created().json(answer))
}

/// When a document is filed: to the microsecond, as it is stored.
fn now(state: &Codes) -> DateTime<Utc> {
    let now = state.base.clock.now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}
