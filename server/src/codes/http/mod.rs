//! Routes to orders, documents, shipments and packs.

mod decisions;
mod documents;
mod export;
mod orders;
mod packs;
mod quotas;
mod shipments;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use marking::sscc::Sscc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::pack::sscc_slug;
use super::perform::{Filing, append_audit};
use crate::auth::{self, Caller};
use crate::codes::Codes;
use crate::platform::db::Transaction;
use crate::platform::idempotency::{self, IdempotencyKey};
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

/// Files a document under the caller's key in one transaction, wakes the worker and answers 201; a refusal that
/// matters goes into the audit.
async fn file<T: Serialize + DeserializeOwned>(
    state: &web::Data<Codes>,
    key: &IdempotencyKey,
    route: &str,
    body: &impl Serialize,
    filing: Filing<'_>,
    change: impl AsyncFnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<HttpResponse> {
    let caller = filing.caller.actor.who.to_string();
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, filing.caller).await?;
    let done = idempotency::once(&tx, &caller, key, route, body, filing.now, async || change(&tx).await).await;
    match done {
        Ok(answer) => {
            tx.commit().await?;
            state.base.wake.notify_one();
            Ok(HttpResponse::Created().json(answer))
        }
        Err(refused) if matches!(refused.refusal(), Error::Conflict(..) | Error::Forbidden(_) | Error::NotFound(_)) => {
            tx.rollback().await?;
            append_audit(&db, filing, refused.slug(), json!({})).await?;
            Err(refused)
        }
        Err(other) => Err(other),
    }
}

/// When a document is filed: to the microsecond, as it is stored.
fn now(state: &Codes) -> DateTime<Utc> {
    let now = state.base.clock.now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}
