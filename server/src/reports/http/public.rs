//! Reports for the public: sent as a form, followed with the token in a header, never in an address (X7).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use locales::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{PhotoJpeg, ReportPhoto, Standing, TOKEN, category_text, checked, photo_file};
use crate::http::refusal::Problem;
use crate::http::{Body, ClientAddress, id_in_path, language, problems};
use crate::platform::idempotency::IdempotencyKey;
use crate::platform::problem::{Error, Result};
use crate::reports::Reports;
use crate::reports::draft::Draft;
use crate::reports::follow::{self, Followed, Follower, Progress, sentence};
use crate::reports::form::{Form, TEXTS};
use crate::reports::receive::{self, Received};
use crate::reports::report::{Event, Side};
use crate::reports::status::ReportStatus;
use crate::scans::Place;

pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(post_report).service(get_report).service(delete_report);
    routes.service(get_photo).service(post_reopen);
}

/// What a form can say. Parts of other names are passed over.
#[derive(ToSchema)]
#[schema(as = ReportForm)]
#[allow(dead_code, reason = "the form is read part by part; this tells of it")]
struct ReportForm {
    /// Made by the client, random; the same id with the same content is the same report.
    id: Uuid,
    /// A slug of `/v1/reference/report-categories`.
    #[schema(example = "expired-goods")]
    category: String,
    /// What happened. Needed unless there is a code or a photo.
    #[schema(nullable = false, max_length = 4000, example = "Two cartons of milk on the shelf are past their date.")]
    words: Option<String>,
    /// The code as it was scanned.
    #[schema(nullable = false, max_length = 2048, example = "4870112345674")]
    code: Option<String>,
    /// Degrees north, WGS 84; with `longitude` or not at all.
    #[schema(nullable = false, minimum = -90, maximum = 90, example = 51.1282)]
    latitude: Option<f64>,
    /// Degrees east, WGS 84.
    #[schema(nullable = false, minimum = -180, maximum = 180, example = 71.4306)]
    longitude: Option<f64>,
    /// Radius in which the true place lies with 68 %, in metres; 100 unless told.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000, example = 20)]
    accuracy_metres: Option<f32>,
    /// Where, in words.
    #[schema(nullable = false, max_length = 300, example = "Астана, Мәңгілік Ел даңғылы, 55")]
    address: Option<String>,
    /// The shop's name.
    #[schema(nullable = false, max_length = 300, example = "Береке")]
    outlet: Option<String>,
    /// A phone number or an e-mail address, if the reporter likes to be asked; only the inspector in charge sees it.
    #[schema(nullable = false, max_length = 300, example = "+7 701 123 45 67")]
    contact: Option<String>,
    /// Up to five photos: JPEG, PNG or WebP, each at most 12 MiB, 67,108,864 pixels (64 megapixels) and 16,384 pixels a
    /// side. Their metadata are dropped.
    #[schema(nullable = false, max_items = 5)]
    photo: Option<Vec<PhotoFile>>,
}

/// A photo file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "tells of a part of a form")]
struct PhotoFile(Vec<u8>);

/// A report that was taken in.
#[derive(Debug, Serialize, ToSchema)]
struct ReportReceipt {
    /// What to call it by.
    #[schema(example = "TB-26-0000123")]
    number: String,
    /// The secret to follow it with, in the header `Tanba-Report-Token`. It is told only here.
    #[schema(example = "7o8pXq0cJ4yA1mZr9wKf3vTnGd5sLhEuQbYxWiCjRkM")]
    token: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// The day by which the authority answers.
    due_on: NaiveDate,
    /// What to tell the reporter.
    messages: Vec<String>,
}

impl ReportReceipt {
    fn new(received: &Received, language: Language) -> Self {
        let messages = vec![
            sentence(language, received.number, ReportStatus::Received),
            locales::say(language, "report-keep-token", &[]),
            due(language, received.due_on),
        ];
        Self {
            number: received.number.to_string(),
            token: received.token.reveal().to_owned(),
            standing: Standing::of(received.status, language),
            due_on: received.due_on,
            messages,
        }
    }
}

/// Takes a report of a violation in, with up to five photos; nobody needs to sign in, and nothing tells who wrote it but
/// the contact, if one is given.
#[utoipa::path(
    tag = "reports",
    operation_id = "send_report",
    request_body(content = ReportForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Taken in, on disk", body = ReportReceipt),
        (status = 200, description = "Was there already: the same report, with a new token", body = ReportReceipt),
        (status = 400, description = "The form can't be read, or broke off", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The id stands for another report", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large, too many photos, or too many pixels", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a form", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Fields that don't hold, or a file that is no photo", body = Problem, content_type = "application/problem+json"),
        problems::Always,
    ),
    security(()),
)]
#[post("/v1/reports")]
async fn post_report(
    state: web::Data<Reports>,
    address: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (prefix, clock) = (address.prefix(), state.base.clock.clone());
    let reports = state.clone();
    reports.quota.check_report(prefix, clock.now())?;
    let quota = reports.quota.clone();
    let admit = move |bytes| quota.take_bytes(prefix, bytes, clock.now());
    let form = Form::read(&request, payload.into_inner(), &TEXTS, &reports.workshop, admit).await?;
    let draft = Draft::check(form)?;
    reports.quota.take_report(prefix, state.base.clock.now())?;
    let language = language::current();
    let received = receive::receive(&state, draft, language, prefix).await?;
    let mut response = if received.is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(ReportReceipt::new(&received, language)))
}

impl FromRequest for Follower {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let address = ClientAddress::from_request(request, payload).into_inner();
        let token = request.headers().get(TOKEN).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let number = request.match_info().get("number").and_then(|number| number.parse().ok());
        ready(address.map(|address| Self { prefix: address.prefix(), number, token }))
    }
}

/// A report as its author follows it.
#[derive(Debug, Serialize, ToSchema)]
struct FollowedReport {
    /// Its number.
    #[schema(example = "TB-26-0000123")]
    number: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What that means.
    #[schema(example = "An inspector is looking into your report.")]
    message: String,
    /// What it is about.
    #[schema(example = "expired-goods")]
    category: String,
    /// The same in the caller's language.
    #[schema(example = "Expired on the shelf")]
    category_text: String,
    /// What its author wrote.
    words: String,
    /// The code as it was scanned.
    code: Option<String>,
    /// Where; coarse some time after the decision.
    place: Option<Place>,
    /// Where, in words.
    address: Option<String>,
    /// The shop's name.
    outlet: Option<String>,
    /// Its photos, those of later messages among them; got with the same header.
    photos: Vec<ReportPhoto>,
    /// Whether a contact was left, and is still kept.
    has_contact: bool,
    /// When it came in, in UTC.
    received_at: DateTime<Utc>,
    /// The day by which the authority answers.
    due_on: NaiveDate,
    /// The same as a sentence, while an answer is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_text: Option<String>,
    /// Whether messages can be sent; if not, it can be reopened, unless the data were deleted.
    is_open: bool,
    /// What happened, oldest first: changes of status, and messages both ways.
    history: Vec<FollowedEvent>,
}

/// A step in a report's life.
#[derive(Debug, Serialize, ToSchema)]
struct FollowedEvent {
    /// When, in UTC.
    at: DateTime<Utc>,
    /// Who.
    who: Side,
    /// The new status, when it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<ReportStatus>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_text: Option<String>,
    /// What was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Photos that came with the message, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    photos: Vec<Uuid>,
}

impl FollowedReport {
    fn new(followed: Followed, language: Language) -> Self {
        let Followed { report, events, photos } = followed;
        let address = format!("/v1/reports/{}", report.number);
        let event = |event: Event| FollowedEvent {
            at: event.at,
            who: event.who,
            status: event.status,
            status_text: event.status.map(|status| sentence(language, report.number, status)),
            message: event.message,
            photos: event.photos,
        };
        let is_open = report.status.is_open();
        Self {
            number: report.number.to_string(),
            standing: Standing::of(report.status, language),
            message: sentence(language, report.number, report.status),
            category_text: category_text(language, &report.category),
            photos: photos.iter().map(|photo| ReportPhoto::at(&address, photo)).collect(),
            place: report.place(),
            has_contact: report.contact_sealed.is_some(),
            received_at: report.received_at,
            due_on: report.due_on,
            due_text: is_open.then(|| due(language, report.due_on)),
            is_open,
            // Steps that say nothing to the author: the report went from one inspector to another.
            history: events
                .into_iter()
                .filter(|event| event.status.is_some() || event.message.is_some() || !event.photos.is_empty())
                .map(event)
                .collect(),
            category: report.category,
            words: report.words,
            code: report.code,
            address: report.address,
            outlet: report.sighting.outlet,
        }
    }
}

fn due(language: Language, due_on: NaiveDate) -> String {
    locales::say(language, "report-due", &[("date", due_on.into())])
}

/// Follows a report. A wrong token and an unknown number are answered alike.
#[utoipa::path(
    tag = "reports",
    operation_id = "follow_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
    ),
    responses(
        (status = 200, description = "The report", body = FollowedReport),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/v1/reports/{number}")]
async fn get_report(state: web::Data<Reports>, follower: Follower) -> Result<HttpResponse> {
    let language = language::current();
    let body = FollowedReport::new(follow::read(&state, &follower).await?, language);
    Ok(HttpResponse::Ok().insert_header((CONTENT_LANGUAGE, language.tag())).json(body))
}

/// Hands a photo of the report out to its author, as a file that no browser runs anything of (X23).
#[utoipa::path(
    tag = "reports",
    operation_id = "get_own_report_photo",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("id" = Uuid, Path, description = "The photo's id", example = "0193e0b2-5f1c-4c3a-9d55-0c8f4a2b6e11"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
    ),
    responses(
        (status = 200, description = "JPEG without metadata", body = PhotoJpeg, content_type = "image/jpeg"),
        problems::Malformed, problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/v1/reports/{number}/photos/{id}")]
async fn get_photo(
    state: web::Data<Reports>,
    follower: Follower,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (number, id) = path.into_inner();
    let shown = follow::read_photo(&state, &follower, id_in_path(&id)?).await?;
    Ok(photo_file(&number, shown))
}

/// Why a report is opened once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reopening {
    /// What the inspector should know.
    #[schema(min_length = 1, max_length = 4000, example = "The cartons are still there.")]
    text: Option<String>,
}

/// Opens a decided report once more; the time to answer starts anew.
#[utoipa::path(
    tag = "reports",
    operation_id = "reopen_report",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
        IdempotencyKey,
    ),
    request_body = Reopening,
    responses(
        (status = 200, description = "Open again", body = Progress),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        problems::Sent, problems::NotFound, problems::Conflict, problems::Always,
    ),
    security(()),
)]
#[post("/v1/reports/{number}/reopen")]
async fn post_reopen(
    state: web::Data<Reports>,
    follower: Follower,
    key: IdempotencyKey,
    Body(reopening): Body<Reopening>,
) -> Result<web::Json<Progress>> {
    let text = reopening.text.map(|text| checked("text", &text)).transpose()?;
    Ok(web::Json(follow::reopen(&state, &follower, &key, text.as_deref()).await?))
}

/// Takes the reporter's data back: words, place, contact, photos, code and messages go for good; number, category,
/// status and days stay. Doing it again changes nothing.
#[utoipa::path(
    tag = "reports",
    operation_id = "delete_report_data",
    params(
        ("number" = String, Path, pattern = "^TB-[0-9]{2}-[0-9]{7,}$", example = "TB-26-0000123"),
        ("Tanba-Report-Token" = String, Header, description = "The secret that came with the number"),
    ),
    responses(
        (status = 204, description = "Gone"),
        (status = 403, description = "Sent from a foreign site", body = Problem, content_type = "application/problem+json"),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[delete("/v1/reports/{number}")]
async fn delete_report(state: web::Data<Reports>, follower: Follower) -> Result<HttpResponse> {
    follow::delete(&state, &follower).await?;
    Ok(HttpResponse::NoContent().finish())
}
