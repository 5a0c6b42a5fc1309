//! Headers that protect every answer (X29), and the refusal of state changes from foreign sites (X31).

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use actix_web::{Error, ResponseError};

use crate::platform::Base;

/// Scripts, frames and plug-ins from nowhere; pages bring their own style sheet and pictures.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers and refuses a browser's cross-site POST, PUT, PATCH or DELETE.
pub(crate) async fn protect(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let refusal = if is_misdirected(&request) {
        Some(crate::platform::problem::Error::malformed("misdirected"))
    } else if !is_safe(request.method()) && comes_from_elsewhere(&request) {
        Some(crate::platform::problem::Error::Forbidden("origin-refused"))
    } else {
        None
    };
    let mut response = match refusal {
        Some(refusal) => request.into_response(refusal.error_response()).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
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

fn text<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Whether the request is for another host than ours, where ours is known (X72). A balancer asks for health by address.
fn is_misdirected(request: &ServiceRequest) -> bool {
    let Some(base) = request.app_data::<web::Data<Base>>() else { return false };
    let Some((_, own)) = base.config.public_origin.as_deref().and_then(|origin| origin.split_once("://")) else {
        return false;
    };
    if matches!(request.path(), "/healthz" | "/readyz") {
        return false;
    }
    let host = text(request, "host").unwrap_or(own);
    !std::iter::once(own).chain(base.config.hosts.iter().map(String::as_str)).any(|known| is_same_host(known, host))
}

/// The same host, whether the port of its scheme is written or not.
fn is_same_host(one: &str, other: &str) -> bool {
    let bare = |host: &str| host.trim_end_matches(":443").trim_end_matches(":80").to_lowercase();
    bare(one) == bare(other)
}

/// Whether a browser asks on behalf of another site. Our own origin is the one that was set, scheme and all; where none
/// was set, the host that was asked.
fn comes_from_elsewhere(request: &ServiceRequest) -> bool {
    let Some(origin) = text(request, "origin") else { return text(request, "sec-fetch-site") == Some("cross-site") };
    let host = text(request, "host").unwrap_or_default();
    let base = request.app_data::<web::Data<Base>>();
    let public = base.and_then(|base| base.config.public_origin.as_deref());
    let own =
        origin.split_once("://").is_some_and(|(scheme, rest)| match public.and_then(|own| own.split_once("://")) {
            Some((own_scheme, own)) => scheme == own_scheme && (is_same_host(rest, own) || is_same_host(rest, host)),
            None => rest == host,
        });
    !own && !base.is_some_and(|base| base.config.allowed_origins.iter().any(|allowed| allowed == origin))
}
