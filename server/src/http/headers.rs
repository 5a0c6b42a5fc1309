//! Headers that protect every answer (X29), and the refusal of state changes from foreign sites (X31).

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use actix_web::{Error, ResponseError};

use crate::app::App;

/// Scripts, frames and plug-ins from nowhere; pages bring their own style sheet and pictures.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers and refuses a browser's cross-site POST, PUT, PATCH or DELETE.
pub(crate) async fn protect(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let mut response = if !is_safe(request.method()) && comes_from_elsewhere(&request) {
        let refusal = crate::error::Error::Forbidden("origin-refused").error_response();
        request.into_response(refusal).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    set(header::CACHE_CONTROL, "no-store");
    set(header::PERMISSIONS_POLICY, "camera=(self), geolocation=(self), microphone=()");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    Ok(response)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn comes_from_elsewhere(request: &ServiceRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text("origin") else { return text("sec-fetch-site") == Some("cross-site") };
    let app = request.app_data::<web::Data<App>>();
    let host = text("host").unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    !own && !app.is_some_and(|app| app.config.allowed_origins.iter().any(|allowed| allowed == origin))
}
