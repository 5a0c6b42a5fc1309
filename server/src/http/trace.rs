//! One record a request: id, method, route pattern, status, time; of a refusal the slug, of a 503 its cause (A17). Never the path as sent, a query, a body
//! or a header, since codes, places and tokens stand there (X7, X35).

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;
use uuid::Uuid;

use super::refusal::Refused;

/// The method's name; one that somebody made up is a text like any other, and none of the record's.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Gives the request an id, tells it to the client, logs and counts the answer.
pub(crate) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = Uuid::now_v7();
    let started = Instant::now();
    let method = known(request.method());
    let span = tracing::info_span!("request", %id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    if !matches!(route.as_str(), "/healthz" | "/readyz") {
        metrics::histogram!("tanba_request_seconds", "route" => route.clone(), "status" => status.to_string())
            .record(elapsed.as_secs_f64());
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let refused = response.response().extensions().get::<Refused>().cloned();
        let (slug, cause) = refused.map(|refused| (refused.slug, refused.cause)).unwrap_or_default();
        let (slug, cause) = (Some(slug).filter(|slug| !slug.is_empty()), Some(cause).filter(|cause| !cause.is_empty()));
        span.in_scope(|| tracing::info!(method, route, status, slug, cause, micros, "answered"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
