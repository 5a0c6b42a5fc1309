//! Messages to browsers of who wrote a report: the key that they subscribe with, subscribing, and its end.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, delete, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::refusal::Problem;
use crate::http::{Body, id_in_path, language, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;
use crate::reports::follow::Follower;
use crate::reports::push::{self, Subscribed, Subscription};

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_push_key).service(post_subscription).service(delete_subscription);
}

/// The key that push messages are signed with.
#[derive(Debug, Serialize, ToSchema)]
struct PushKey {
    /// The public half, an uncompressed point of P-256 in URL-safe Base64: a browser's `applicationServerKey`.
    #[schema(example = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")]
    public_key: String,
}

/// The key with which a browser subscribes to push messages. It never changes.
#[utoipa::path(
    tag = "reports",
    operation_id = "get_push_key",
    responses(
        (status = 200, description = "The key", body = PushKey),
        (status = 404, description = "No messages are sent here: `push-off`", body = Problem, content_type = "application/problem+json"),
        problems::Always,
    ),
    security(()),
)]
#[get("/v1/push/key")]
async fn get_push_key(state: web::Data<Reports>) -> Result<HttpResponse> {
    let keys = state.keys.current();
    let key = keys.push().filter(|_| push::is_on(&state)).ok_or(Error::NotFound("push-off"))?;
    let public_key = URL_SAFE_NO_PAD.encode(key.public());
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=3600")).json(PushKey { public_key }))
}

/// A browser's subscription, as its `PushSubscription` says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSubscription {
    /// Where its push service takes messages.
    #[schema(max_length = 1024, example = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn")]
    endpoint: String,
    /// What they are encrypted to.
    keys: SubscriptionKeys,
}

/// What messages to a browser are encrypted to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionKeys {
    /// A point of P-256, 65 bytes in URL-safe Base64.
    #[schema(
        max_length = 128,
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    p256dh: String,
    /// A shared secret, 16 bytes in URL-safe Base64.
    #[schema(max_length = 128, example = "BTBZMqHH6r4Tts7J_aSIgg")]
    auth: String,
}

/// Subscribes a browser to answers to a report: when the inspector has written or decided, its push service gets a message
/// with the report's number and "there is an answer", encrypted to the browser, in the language of this request.
///
/// Services of the browsers' makers only. The same browser again is the same subscription; a report has four at most, of
/// more the oldest ends. A subscription ends with the report's data, and when its service says that it has ended.
#[utoipa::path(
    tag = "reports",
    operation_id = "subscribe_to_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
        IdempotencyKey,
    ),
    request_body = NewSubscription,
    responses(
        (status = 201, description = "Subscribed", body = Subscribed),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        problems::Sent, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(()),
)]
#[post("/v1/reports/{number}/subscriptions")]
async fn post_subscription(
    state: web::Data<Reports>,
    follower: Follower,
    key: IdempotencyKey,
    Body(new): Body<NewSubscription>,
) -> Result<HttpResponse> {
    let NewSubscription { endpoint, keys: SubscriptionKeys { p256dh, auth } } = new;
    let subscription = Subscription::check(&state, &endpoint, &p256dh, &auth)?;
    let subscribed = push::subscribe(&state, &follower, &key, &subscription, language::current()).await?;
    Ok(HttpResponse::Created().json(subscribed))
}

/// Ends a subscription. Doing it again changes nothing.
#[utoipa::path(
    tag = "reports",
    operation_id = "unsubscribe_from_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("id" = Uuid, Path, description = "The subscription's id", example = "0193e0b2-5f1c-4c3a-9d55-0c8f4a2b6e11"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
    ),
    responses(
        (status = 204, description = "Ended"),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        problems::Malformed, problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[delete("/v1/reports/{number}/subscriptions/{id}")]
async fn delete_subscription(
    state: web::Data<Reports>,
    follower: Follower,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    push::unsubscribe(&state, &follower, id_in_path(&path.into_inner().1)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
