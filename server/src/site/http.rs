//! The app's addresses: pages, label links, files. They stand beside the contract, which is of programs.

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ContentType,
    ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use super::{assets, minimum, page};
use crate::http::language;
use crate::platform::problem::{Error, Result};
use crate::verify;
use crate::verify::Verify;

/// Names of files hold their content: they never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked for again each time; unchanged, the answer is short.
const ASK_AGAIN: &str = "no-cache";
/// How long security.txt is to be believed.
const SECURITY_TXT_HOLDS: chrono::TimeDelta = chrono::TimeDelta::days(180);
/// Longest address that is read as a label's link, in bytes.
const LONGEST_LINK: usize = 2_048;

/// Pages run the app's own scripts and nothing else: no inline script, no style in attributes, no foreign address but
/// the tiles of maps, if they are set (X29).
fn page_policy(tiles: Option<&str>) -> String {
    let tiles = tiles.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:{tiles}; \
         connect-src 'self'{tiles}; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Workers have a policy of their own, and only theirs lets WebAssembly be compiled: pages never do.
fn script_policy(tiles: Option<&str>) -> String {
    let tiles = tiles.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'{tiles}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Pages, label links, files.
pub(crate) fn routes(routes: &mut web::ServiceConfig) {
    for path in ["/", "/app", "/app/{page:.*}"] {
        routes.route(path, web::get().to(get_page));
    }
    for path in ["/01/{gtin:.*}", "/s/{stamp:.*}"] {
        routes.route(path, web::get().to(get_link));
    }
    routes.route("/.well-known/security.txt", web::get().to(get_security_txt));
    routes.route("/assets/{name:.*}", web::get().to(get_asset));
    routes.route("/robots.txt", web::get().to(get_robots));
    routes.route("/favicon.ico", web::get().to(get_favicon));
    routes.route("/manifest.webmanifest", web::get().to(get_manifest));
    for path in ["/sw.js", "/icon.svg", "/icon-180.png", "/icon-512.png"] {
        routes.route(path, web::get().to(get_file));
    }
}

fn html(state: &Verify, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CACHE_CONTROL, ASK_AGAIN))
        .insert_header((CONTENT_SECURITY_POLICY, page_policy(state.base.config.tiles_origin().as_deref())))
        .insert_header((CONTENT_LANGUAGE, language::current().tag()))
        .insert_header((VARY, "accept-language"))
        .body(body)
}

/// The head of a page in the caller's language.
fn head<'a>(state: &'a Verify, title: &'a str, description: &'a str) -> page::Head<'a> {
    let config = &state.base.config;
    let tiles = config.tiles_url.as_deref();
    page::Head { language: language::current(), title, description, public_url: &config.public_url, tiles }
}

async fn get_page(state: web::Data<Verify>) -> HttpResponse {
    let language = language::current();
    let (title, description) = (locales::say(language, "web-name", &[]), locales::say(language, "web-scan-title", &[]));
    html(&state, page::around(&head(&state, &title, &description), &page::welcome(language)))
}

/// A label's link, opened with the phone's own camera: the verdict at once, and the state over it where there are scripts.
async fn get_link(state: web::Data<Verify>, request: HttpRequest) -> Result<HttpResponse> {
    let language = language::current();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // Our own question about the language is no part of the link.
    let path = path.split(['?', '&']).filter(|part| !part.starts_with("lang=")).enumerate().fold(
        String::new(),
        |path, (place, part)| match place {
            0 => part.to_owned(),
            1 => format!("{path}?{part}"),
            _ => format!("{path}&{part}"),
        },
    );
    if path.len() > LONGEST_LINK {
        return Err(Error::NotFound("not-found"));
    }
    let answer = verify::answer(&state, &format!("{}{path}", state.base.config.public_url)).await?;
    let card = verify::card(&answer, language);
    let content = page::landing(language, &path, &minimum::verdict(&card));
    // What a messenger shows of a link that was shared: the goods, and what was said of them.
    let name = card.facts.iter().find(|fact| fact.slug == "trade-name").map(|fact| fact.value.as_str());
    let title = name.map_or_else(|| card.title.clone(), |name| format!("{name}: {}", card.title));
    let mut response = html(&state, page::around(&head(&state, &title, &card.advice), &content));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    // Codes are no business of those who index the web.
    headers
        .insert(HeaderName::from_static("x-robots-tag"), actix_web::http::header::HeaderValue::from_static("noindex"));
    Ok(response)
}

/// Where faults of security are reported to (RFC 9116); not there as long as nobody takes them.
async fn get_security_txt(state: web::Data<Verify>) -> Result<HttpResponse> {
    let contact = state.base.config.security_contact.as_deref().ok_or(Error::NotFound("not-found"))?;
    // Whoever runs the service looks at the setting twice a year at least, since it is started anew with each version.
    let expires = (state.base.clock.now() + SECURITY_TXT_HOLDS).format("%Y-%m-%dT00:00:00Z");
    let address = state.base.config.public_url.trim_end_matches('/');
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: kk, ru, en\n\
         Canonical: {address}/.well-known/security.txt\n"
    );
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).insert_header((CACHE_CONTROL, ASK_AGAIN)).body(text))
}

async fn get_asset(state: web::Data<Verify>, request: HttpRequest) -> Result<HttpResponse> {
    file(&state, &request, FOR_EVER)
}

/// What the installed state is called is asked for in a language.
async fn get_manifest() -> Result<HttpResponse> {
    let manifest = page::manifest(language::current()).ok_or(Error::NotFound("not-found"))?;
    Ok(HttpResponse::Ok()
        .content_type("application/manifest+json")
        .insert_header((CACHE_CONTROL, ASK_AGAIN))
        .insert_header((VARY, "accept-language"))
        .body(manifest.to_string()))
}

async fn get_file(state: web::Data<Verify>, request: HttpRequest) -> Result<HttpResponse> {
    file(&state, &request, ASK_AGAIN)
}

/// What those may read who index the web: pages, but no codes and no answers for programs.
async fn get_robots() -> HttpResponse {
    const ROBOTS: &str = "User-agent: *\nDisallow: /v1/\nDisallow: /01/\nDisallow: /s/\nDisallow: /app/\nAllow: /\n";
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(ROBOTS)
}

/// Asked for by browsers that have not read the page yet.
async fn get_favicon(state: web::Data<Verify>, request: HttpRequest) -> Result<HttpResponse> {
    file_named("icon-180.png", &state, &request, ASK_AGAIN)
}

/// Whether a browser asks for a page that its person wants to read.
pub(crate) fn is_for_person(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_program = ["/v1/", "/assets/"].iter().any(|prefix| request.path().starts_with(prefix));
    matches!(*request.method(), Method::GET | Method::HEAD) && accepted.contains("text/html") && !is_program
}

/// The app's page around the words that there is nothing at this address.
pub(crate) fn missing(state: &Verify) -> HttpResponse {
    let language = language::current();
    let content = page::missing(language);
    let title = locales::say(language, "web-missing-title", &[]);
    let description = locales::say(language, "web-missing-text", &[]);
    let page = html(state, page::around(&head(state, &title, &description), &content));
    let mut response = Error::NotFound("not-found").error_response();
    for (name, value) in page.headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response.map_body(|_, _| page.into_body())
}

fn file(state: &Verify, request: &HttpRequest, caching: &'static str) -> Result<HttpResponse> {
    file_named(request.path().trim_start_matches('/'), state, request, caching)
}

fn file_named(name: &str, state: &Verify, request: &HttpRequest, caching: &'static str) -> Result<HttpResponse> {
    let asset = assets::find(name, request).ok_or(Error::NotFound("not-found"))?;
    let tag = assets::tag(&asset.file);
    let known = request.headers().get(IF_NONE_MATCH);
    let unchanged = tag.is_some() && known == tag.as_ref();
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, caching)).insert_header((VARY, "accept-encoding"));
    if let Some(tag) = tag {
        response.insert_header((ETAG, tag));
    }
    if asset.media_type.starts_with("text/javascript") {
        response.insert_header((CONTENT_SECURITY_POLICY, script_policy(state.base.config.tiles_origin().as_deref())));
    }
    if unchanged {
        return Ok(response.finish());
    }
    if let Some(encoding) = asset.encoding {
        response.insert_header((CONTENT_ENCODING, encoding));
    }
    Ok(response.insert_header((CONTENT_TYPE, asset.media_type)).body(asset.file.data.into_owned()))
}
