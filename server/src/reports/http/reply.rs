//! What a report's author sends afterwards: a message, and photos that an inspector has asked for.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{NewMessage, checked};
use crate::http::refusal::Problem;
use crate::http::{Body, ClientAddress, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;
use crate::reports::follow::{self, Follower, Progress, Reply};
use crate::reports::form::Form;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_message);
}

/// The texts that a reply with photos can have.
const NAMES: [&str; 1] = ["text"];

/// A message with photos.
#[derive(ToSchema)]
#[schema(as = ReplyForm)]
#[allow(dead_code, reason = "the form is read part by part; this tells of it")]
struct ReplyForm {
    /// The message. Needed unless there is a photo.
    #[schema(nullable = false, max_length = 4000, example = "Here is the price tag.")]
    text: Option<String>,
    /// Up to five photos, as those of a report; a report has at most twenty in all.
    #[schema(nullable = false, max_items = 5)]
    photo: Option<Vec<ReplyPhoto>>,
}

/// A photo file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "tells of a part of a form")]
struct ReplyPhoto(Vec<u8>);

/// Sends a message to the inspector: as JSON, or as a form with photos.
#[utoipa::path(
    tag = "reports",
    operation_id = "write_about_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
        IdempotencyKey,
    ),
    request_body(content((NewMessage = "application/json"), (ReplyForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "Sent", body = Progress),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        problems::Sent, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(()),
)]
#[post("/v1/reports/{number}/messages")]
async fn post_message(
    state: web::Data<Reports>,
    follower: Follower,
    address: ClientAddress,
    key: IdempotencyKey,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data");
    let reply = if is_form {
        // Nothing is taken in from somebody without the secret.
        follow::check(&state, &follower).await?;
        photos(&state, address, &request, payload).await?
    } else {
        let Body(message) = Body::<NewMessage>::from_request(&request, &mut payload.into_inner()).await?;
        Reply { text: Some(message.check()?), ..Reply::default() }
    };
    Ok(HttpResponse::Created().json(follow::write(&state, &follower, &key, &reply).await?))
}

/// Reads a form with photos, which count towards what a network may send in a day.
async fn photos(
    state: &Reports,
    address: ClientAddress,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Reply> {
    let (prefix, clock) = (address.prefix(), state.base.clock.clone());
    let quota = state.quota.clone();
    let admit = move |bytes| quota.take_bytes(prefix, bytes, clock.now());
    let mut form = Form::read(request, payload.into_inner(), &NAMES, &state.workshop, admit).await?;
    if !form.faults.is_empty() {
        return Err(Error::Invalid(form.faults));
    }
    let text = form.texts.remove("text").filter(|text| !text.is_empty() || form.photos.is_empty());
    let text = match text {
        Some(text) => Some(checked("text", &text)?),
        None if form.photos.is_empty() => return Err(Error::field("text", "field-required")),
        None => None,
    };
    Ok(Reply { text, photos: form.photos, digests: form.digests, _room: form.room })
}
