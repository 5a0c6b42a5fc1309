//! Keys over HTTP, for operators: what there is, a new one before its time, an end to the trust in one. No private half
//! is ever told. The root that signs the list for phones stays offline: it is used at the command line.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::approval::{self, ApprovalCard, Wanted};
use crate::auth::Auth;
use crate::auth::{self, Operator};
use crate::codes;
use crate::http::{Body, problems};
use crate::keys::{KeyCard, Purpose};
use crate::platform::db::Transaction;
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};

/// Bodies here hold a name.
const LIMIT: usize = 1_024;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(list_keys).service(rotate).service(revoke);
}

/// A key as operators see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyCard)]
struct KeyOf {
    /// Its name.
    #[schema(example = "k7Qa")]
    id: String,
    /// What it is for: `token`, `serial`, `contact`, or `seal:` and a product group.
    #[schema(example = "seal:shoes")]
    purpose: String,
    /// How it works.
    #[schema(example = "ed25519")]
    algorithm: &'static str,
    /// Where it stands: `next`, `active`, `retired` or `revoked`.
    #[schema(example = "active")]
    state: &'static str,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when it signs.
    signs_from: DateTime<Utc>,
    /// Until when; none for keys that never change.
    signs_until: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
    /// Whether it can be rotated and revoked at all.
    rotates: bool,
    /// How many orders it seals.
    orders: i64,
    /// How many codes they hold: what would not be believed any more if it were revoked.
    codes: i64,
}

/// Every key, and what phones know of them.
#[derive(Debug, Serialize, ToSchema)]
struct KeysAndList {
    /// The keys, in the order of their making.
    items: Vec<KeyOf>,
    /// Version of the list that phones take; none before the first was signed.
    list_version: Option<i64>,
    /// Whether that list says what became of the keys. If not, the root has to sign the next one.
    list_is_current: bool,
}

fn key(card: &KeyCard, counts: &HashMap<String, (i64, i64)>, now: DateTime<Utc>) -> KeyOf {
    let (orders, codes) = counts.get(&card.id).copied().unwrap_or_default();
    KeyOf {
        id: card.id.clone(),
        purpose: card.purpose.to_string(),
        algorithm: card.purpose.algorithm().slug(),
        state: card.state(now).slug(),
        created_at: card.created_at,
        signs_from: card.signs_from,
        signs_until: card.signs_until,
        revoked_at: card.revoked_at,
        rotates: card.purpose.rotates(),
        orders,
        codes,
    }
}

/// Every key as this process knows it.
async fn known(state: &Auth) -> Result<KeysAndList> {
    let counts = codes::count_by_key(&state.base.db.get().await?).await?;
    let (set, now) = (state.keys.current(), state.base.clock.now());
    Ok(KeysAndList {
        items: set.cards().iter().map(|card| key(card, &counts, now)).collect(),
        list_version: state.keys.published().map(|list| list.version),
        list_is_current: state.keys.list_is_current(),
    })
}

/// Lists the register's keys, without their secrets.
#[utoipa::path(
    tag = "office",
    operation_id = "list_key_cards",
    responses(
        (status = 200, description = "Every key", body = KeysAndList),
        problems::SignedIn, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[get("/v1/keys/cards")]
async fn list_keys(state: web::Data<Auth>, _operator: Operator) -> Result<web::Json<KeysAndList>> {
    known(&state).await.map(web::Json)
}

/// A purpose whose key is to be followed by a new one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// `token`, or `seal:` and a product group.
    #[schema(max_length = 40, example = "seal:shoes")]
    purpose: String,
}

/// Gives a purpose a new key. What the old one signed still holds.
#[utoipa::path(
    tag = "office",
    operation_id = "rotate_key",
    params(IdempotencyKey),
    request_body = Rotation,
    responses(
        (status = 201, description = "Every key, the new one among them", body = KeysAndList),
        problems::Sent, problems::SignedIn, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/keys/rotate")]
async fn rotate(
    state: web::Data<Auth>,
    operator: Operator,
    once: IdempotencyKey,
    Body(asked): Body<Rotation, LIMIT>,
) -> Result<HttpResponse> {
    let purpose: Purpose = asked.purpose.parse().map_err(|_| Error::field("purpose", "field-not-a-purpose"))?;
    let held = async |tx: &Transaction<'_>| auth::hold_caller(tx, &operator).await;
    state.keys.rotate_once(purpose, operator.actor, &once, "POST /v1/keys/rotate", held).await?;
    Ok(HttpResponse::Created().json(known(&state).await?))
}

/// That it is meant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// The key's name once more, typed by whoever revokes it.
    #[schema(max_length = 40, example = "k7Qa")]
    confirm: String,
}

/// Ends the trust in a key, for good, when another operator approves: codes that it sealed are not believed any more. A new
/// one takes its place. One that was revoked already is answered at once.
#[utoipa::path(
    tag = "office",
    operation_id = "revoke_key",
    params(("key" = String, Path, description = "The key's name", max_length = 40, example = "k7Qa")),
    request_body = Revocation,
    responses(
        (status = 200, description = "It was revoked before: every key", body = KeysAndList),
        (status = 202, description = "Another operator has to approve it", body = ApprovalCard),
        problems::Sent, problems::SignedIn, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(("bearer" = ["operator"])),
)]
#[post("/v1/keys/{key}/revoke")]
async fn revoke(
    state: web::Data<Auth>,
    operator: Operator,
    path: web::Path<String>,
    Body(meant): Body<Revocation, LIMIT>,
) -> Result<HttpResponse> {
    if meant.confirm != *path {
        return Err(Error::field("confirm", "field-not-the-key"));
    }
    let mut db = state.base.db.get().await?;
    let tx = db.transaction().await?;
    auth::hold_caller(&tx, &operator).await?;
    let set = state.keys.current();
    let card = set.cards().iter().find(|card| card.id == *path).ok_or(Error::NotFound("unknown-key"))?;
    if !card.purpose.rotates() {
        return Err(Error::conflict("key-is-for-ever"));
    }
    if card.revoked_at.is_some() {
        drop(tx);
        drop(db);
        return Ok(HttpResponse::Ok().json(known(&state).await?));
    }
    let wanted = Wanted::RevokeKey { key: path.into_inner() };
    let asked = approval::ask(&tx, &state, &operator, wanted).await?;
    tx.commit().await?;
    Ok(HttpResponse::Accepted().json(asked))
}
