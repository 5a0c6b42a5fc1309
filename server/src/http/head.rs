//! HEAD is answered on every path that has GET, as RFC 9110 section 9.1 demands: the same answer without its body.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody, None as NoBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Lets the routes of GET answer a HEAD, and drops the body: also one without an end is not waited for.
pub(crate) async fn answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, NoBody>>, Error> {
    if request.method() != Method::HEAD {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    request.head_mut().method = Method::GET;
    let response = next.call(request).await?;
    Ok(response.map_body(|_, _| EitherBody::right(NoBody::new())))
}
