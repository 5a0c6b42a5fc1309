//! The route that reads a photo. Public, like verify: anybody may ask, and nobody is remembered.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, post, web};
use reader::{Found, PhotoError};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::desk::Desk;
use crate::http::{body, problems};
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;
use crate::verify::{self, Answer, AskedBy};

/// Largest photo as sent, in bytes.
const MAX_BYTES: usize = 12 << 20;
/// Most codes of one photo that are answered. A shelf in one picture shows fewer.
const MAX_CODES: usize = 20;

/// The route of decode.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_decode);
}

/// A photo as its file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "read by the contract alone")]
struct PhotoBody(Vec<u8>);

/// What a photo shows.
#[derive(Debug, Serialize, ToSchema)]
struct Reading {
    /// Every code that could be read, marking codes before bar codes of products; none is no error.
    #[schema(max_items = 20)]
    codes: Vec<CodeOnPhoto>,
}

/// One code on a photo.
#[derive(Debug, Serialize, ToSchema)]
struct CodeOnPhoto {
    /// What it says. GS is `\u001d`.
    text: String,
    /// The kind of symbol: `data-matrix`, `qr-code`, `ean-13`, `ean-8`, `upc-a`, `upc-e` or `code-128`.
    #[schema(example = "data-matrix")]
    format: &'static str,
    /// AIM symbology identifier.
    #[schema(example = "]d2")]
    symbology: String,
    /// The symbol's corners, each with pixels to the right and downwards in the upright picture: top left, top right,
    /// bottom right and bottom left of the symbol itself.
    #[schema(min_items = 4, max_items = 4)]
    corners: [[f32; 2]; 4],
    /// What the register says of it, as `verify` does.
    answer: Answer,
}

/// Reads every code on a photo (JPEG, PNG or WebP; EXIF orientation is respected, what is transparent lies on white) and
/// answers each like `verify`.
///
/// The photo is the body itself, at most 12 MiB, 67,108,864 pixels (64 megapixels) and 16,384 pixels a side. Nothing of it is kept. When as many photos as the
/// service reads at once are waiting already, the answer is 503 `overloaded` with `Retry-After`.
#[utoipa::path(
    tag = "verify",
    operation_id = "decode",
    request_body(content((PhotoBody = "image/jpeg"), (PhotoBody = "image/png"), (PhotoBody = "image/webp"))),
    responses(
        (status = 200, description = "The codes and what they are", body = Reading),
        (status = 400, description = "The body broke off", body = crate::http::refusal::Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "The body is too large, or has too many pixels: `photo-limit`",
            body = crate::http::refusal::Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is no picture by its type", body = crate::http::refusal::Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "No readable picture: `photo-unreadable`", body = crate::http::refusal::Problem,
            content_type = "application/problem+json"),
        problems::Always,
    ),
    security(()),
)]
#[post("/v1/decode")]
async fn post_decode(
    state: web::Data<Verify>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Reading>> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // Without a registration, and sent by many programs: image/jpg.
    let known = ["image/jpeg", "image/jpg", "image/png", "image/webp"];
    if !known.iter().any(|known| kind.eq_ignore_ascii_case(known)) {
        return Err(Error::UnsupportedMediaType);
    }
    let file = body::collect(&request, payload.into_inner(), MAX_BYTES).await?;
    // Only now: a slow sender keeps nobody's place.
    let found = Desk::shared().queue()?.read(file).await?.map_err(|error| match error {
        PhotoError::TooLarge => Error::TooLarge("photo-limit"),
        PhotoError::UnknownFormat | PhotoError::Broken => Error::malformed("photo-unreadable"),
    })?;
    metrics::counter!("tanba_photos_read_total", "codes" => if found.is_empty() { "none" } else { "some" })
        .increment(1);
    let mut codes = Vec::with_capacity(found.len().min(MAX_CODES));
    for found in found.into_iter().take(MAX_CODES) {
        let answer = verify::answer_from(&state, &found.as_scanned(), Some(AskedBy::Picture)).await?;
        metrics::counter!("tanba_verdicts_total", "verdict" => answer.verdict.slug()).increment(1);
        codes.push(CodeOnPhoto::new(found, answer));
    }
    Ok(web::Json(Reading { codes }))
}

impl CodeOnPhoto {
    fn new(found: Found, answer: Answer) -> Self {
        let Found { text, format, symbology, corners } = found;
        Self { text, format: format.name(), symbology, corners: corners.map(|corner| [corner.x, corner.y]), answer }
    }
}
