//! What the routes of all kinds share.

use actix_web::HttpResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::Documents;
use super::filing::{self, FilingContext, refusal};
use super::kind::{self, Kind};
use super::reading::read_units_and_seals;
use super::receipt::Receipt;
use super::units::Naming;
use crate::auth::Caller;
use crate::http::SentBody;
use crate::keys::KeySet;
use crate::ledger::Refusals;
use crate::platform::command::{Command, Done};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::Result;

/// The most bytes of a document: thirty thousand of the longest codes, with room to spare.
pub(super) const DOCUMENT_BYTES: usize = 8 << 20;

/// Routes of documents.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    for kind in kind::all() {
        (kind.routes)(routes);
    }
}

/// No routes, of a kind that another one's file has the routes of.
pub(super) fn none(_: &mut ServiceConfig<'_>) {}

/// Reads a document, files it for the caller under the key, and answers 201 with its receipt.
pub(super) async fn file<K: Kind>(
    state: &Documents,
    caller: &Caller,
    key: &IdempotencyKey,
    body: &SentBody<K, DOCUMENT_BYTES>,
) -> Result<HttpResponse> {
    file_and_answer(state, caller, key, body, async |_, receipt| Ok(receipt)).await
}

/// The same with an answer of its own.
pub(super) async fn file_and_answer<K: Kind, T: Serialize + DeserializeOwned>(
    state: &Documents,
    caller: &Caller,
    key: &IdempotencyKey,
    body: &SentBody<K, DOCUMENT_BYTES>,
    answer: impl AsyncFnOnce(&Transaction<'_>, Receipt) -> Result<T>,
) -> Result<HttpResponse> {
    let document = &body.value;
    let checked = document.check(state.base.clock.today())?;
    let keys = state.keys.current();
    let (named, seal) = read_units_and_seals(&keys, document.units()).await?;
    let fingerprint = fingerprint(caller, K::ROUTE, document)?;
    let envelope =
        Envelope { id: document.id(), kind: document.slug(), sent: body.bytes.as_ref(), fingerprint: &fingerprint };
    let filing = envelope.filing(state, caller, &keys);
    let mut refused: Option<(Naming, Refusals)> = None;
    let filed =
        run(state, key, document, filing, async |tx| match filing::file::<K>(tx, filing, checked, named).await? {
            Ok(receipt) => answer(tx, Receipt { seal, ..receipt }).await,
            Err((naming, units)) => {
                let error = refusal(tx, filing, naming, &units).await?;
                refused = Some((naming, units));
                Err(error)
            }
        })
        .await;
    if let Some((naming, units)) = refused {
        let mut db = state.base.db.get().await?;
        let tx = db.transaction().await?;
        K::refused(&tx, &filing, naming, &units).await?;
        tx.commit().await?;
    }
    filed
}

/// What a request says of a document's envelope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    pub(super) id: Uuid,
    pub(super) kind: &'static str,
    pub(super) sent: &'a [u8],
    pub(super) fingerprint: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// The filing of this envelope by a caller, now.
    pub(super) fn filing(self, state: &Documents, caller: &'a Caller, keys: &'a KeySet) -> FilingContext<'a> {
        let now = state.base.clock.now_in_micros();
        let Self { id, kind, sent, fingerprint } = self;
        FilingContext { caller, id, kind, sent, fingerprint, now, keys }
    }
}

/// SHA-256 of a document, its author's participant and the path it was sent to: a retry has the same.
pub(super) fn fingerprint(caller: &Caller, route: &str, body: &impl Serialize) -> Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    hasher.update(caller.participant.unwrap_or_default().to_be_bytes());
    hasher.update(route.as_bytes());
    hasher.update([0]);
    hasher.update(serde_json::to_vec(body)?);
    Ok(hasher.finalize().to_vec())
}

/// Runs a change under the caller's key in one transaction and answers 201.
pub(super) async fn run<T: Serialize + DeserializeOwned>(
    state: &Documents,
    key: &IdempotencyKey,
    body: &impl Serialize,
    filing: FilingContext<'_>,
    change: impl AsyncFnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<HttpResponse> {
    let (action, object) = (format!("documents.{}", filing.kind), format!("document:{}", filing.id));
    let command = Command { base: &state.base, author: filing.caller, key, action: &action, object };
    let answer = command.run(body, async |tx, _| change(tx).await.map(Done::audited)).await?;
    Ok(HttpResponse::Created().json(answer))
}
