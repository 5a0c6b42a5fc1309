//! The demo's routes: the list of codes for programs, a page for people, a picture of each label. Nothing here
//! unless the service runs in demo mode.

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{page, texts};
use crate::http::{language, problems};
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;
use crate::{labels, site, verify};

/// Routes of the demo.
pub(crate) fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(get_codes).service(get_style).service(get_page).service(get_label).service(get_answer);
}

/// One code of the demo.
#[derive(Debug, Serialize, ToSchema)]
struct DemoCode {
    /// What to ask `/v1/verify` about.
    #[schema(example = "http://127.0.0.1:8080/s/KZ000000001/3K7QPW2MXC9ZT")]
    text: String,
    /// The verdict that comes back.
    #[schema(example = "in-circulation")]
    expected: &'static str,
    /// A reason that comes with it.
    #[schema(example = "in-circulation")]
    reason: &'static str,
    /// What it shows, in the language asked for.
    #[schema(example = "Alcohol: The goods were released into circulation. Who released them is shown below.")]
    note: String,
    /// Its label as a picture.
    #[schema(example = "/demo/labels/wine.png")]
    label_url: String,
}

/// Only where the demo is on.
fn demo(state: &Verify) -> Result<()> {
    if state.base.config.demo { Ok(()) } else { Err(Error::NotFound("not-found")) }
}

/// Codes to try the service with: one for every verdict, reason and family.
#[utoipa::path(
    tag = "demo",
    operation_id = "list_demo_codes",
    responses((status = 200, description = "The codes", body = Vec<DemoCode>), problems::NotFound, problems::Always),
    security(()),
)]
#[get("/demo/codes.json")]
async fn get_codes(state: web::Data<Verify>) -> Result<web::Json<Vec<DemoCode>>> {
    demo(&state)?;
    let language = language::current();
    let shown = texts::show(&state).await?;
    let codes = shown.into_iter().map(|shown| DemoCode {
        expected: shown.item.expected.slug(),
        reason: shown.item.reason,
        note: page::note(language, shown.item),
        label_url: format!("/demo/labels/{}.png", shown.item.slug),
        text: shown.text,
    });
    Ok(web::Json(codes.collect()))
}

/// The codes on a page, to be scanned off a screen or printed.
#[utoipa::path(
    tag = "demo",
    operation_id = "show_demo",
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/demo")]
async fn get_page(state: web::Data<Verify>, request: HttpRequest) -> Result<HttpResponse> {
    let page = async {
        demo(&state)?;
        Ok(page::index(language::current(), &texts::show(&state).await?))
    };
    for_person(&state, &request, page.await)
}

/// The pages' style.
#[utoipa::path(
    tag = "demo",
    operation_id = "get_demo_style",
    responses(
        (status = 200, description = "A style sheet", content_type = "text/css", body = String),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/demo/style.css")]
async fn get_style(state: web::Data<Verify>) -> Result<HttpResponse> {
    demo(&state)?;
    let style = page::style();
    Ok(HttpResponse::Ok().content_type("text/css; charset=utf-8").insert_header((CACHE_CONTROL, CACHED)).body(style))
}

/// The label of a code as a picture.
#[utoipa::path(
    tag = "demo",
    operation_id = "get_demo_label",
    params(("name" = String, Path, description = "As in `label_url`", example = "boots.png", max_length = 64)),
    responses(
        (status = 200, description = "A picture", content_type = "image/png", body = Vec<u8>),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/demo/labels/{name}")]
async fn get_label(state: web::Data<Verify>, name: web::Path<String>) -> Result<HttpResponse> {
    demo(&state)?;
    let slug = name.strip_suffix(".png").ok_or(Error::NotFound("not-found"))?;
    let shown = texts::find(&state, slug).await?;
    let symbol = texts::symbol(shown.item, &shown.label);
    let picture = web::block(move || labels::picture(&shown.label, symbol)).await.map_err(Error::internal)?;
    let picture = picture.map_err(Error::internal)?;
    Ok(HttpResponse::Ok().content_type(ContentType::png()).insert_header((CACHE_CONTROL, CACHED)).body(picture))
}

/// What the register answers to a code of the demo, for people.
#[utoipa::path(
    tag = "demo",
    operation_id = "show_demo_answer",
    params(("name" = String, Path, description = "The code's name, as in its label's address", example = "boots", max_length = 64)),
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        problems::NotFound, problems::Always,
    ),
    security(()),
)]
#[get("/demo/{name}")]
async fn get_answer(state: web::Data<Verify>, request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse> {
    let page = async {
        demo(&state)?;
        let shown = texts::find(&state, &name).await?;
        let answer = verify::answer(&state, &shown.text).await?;
        let language = language::current();
        Ok(page::answer(language, &shown, &verify::card(&answer, language)))
    };
    for_person(&state, &request, page.await)
}

/// A page; where there is none, a browser gets the app's page that says so.
fn for_person(state: &Verify, request: &HttpRequest, page: Result<String>) -> Result<HttpResponse> {
    match page {
        Ok(page) => Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page)),
        Err(Error::NotFound(_)) if site::is_for_person(request) => Ok(site::missing(state)),
        Err(error) => Err(error),
    }
}

/// Labels and style change with the program only.
const CACHED: &str = "public, max-age=300";
