//! One record a request: id, method, route pattern, status, time. Never the path as sent, a query, a body
//! or a header, since codes, places and tokens stand there (X7, X35).

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;
use uuid::Uuid;

/// Gives the request an id, tells it to the client, logs and counts the answer.
pub(crate) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = Uuid::now_v7();
    let started = Instant::now();
    let method = request.method().as_str().to_owned();
    let span = tracing::info_span!("request", %id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    if !matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        metrics::histogram!("tanba_request_seconds", "route" => route.clone(), "status" => status.to_string())
            .record(elapsed.as_secs_f64());
        span.in_scope(|| tracing::info!(method, route, status, micros = elapsed.as_micros() as u64, "answered"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
