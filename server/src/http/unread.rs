//! Bodies that nobody wanted to read to their end: the connection is closed soon after the answer (R6, X19). Left to
//! itself, the server would go on reading a chunked body of any length at any speed, to keep the connection for the
//! next request. It does so only once nobody holds the rest of the body; so somebody holds it.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use futures_util::{Stream, stream};

/// How long the rest of a body is held: longer than it takes to begin with the answer.
const HELD: Duration = Duration::from_secs(1);

/// Holds what is left of a chunked body when the answer stands.
pub(crate) async fn close(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return next.call(request).await;
    }
    let held = Rc::new((RefCell::new(request.take_payload()), Cell::new(false)));
    let body = Rc::clone(&held);
    let body = stream::poll_fn(move |context| {
        let (payload, ended) = &*body;
        let polled = Pin::new(&mut *payload.borrow_mut()).poll_next(context);
        ended.set(matches!(polled, Poll::Ready(None)));
        polled
    });
    request.set_payload(Payload::Stream { payload: Box::pin(body) });
    let response = next.call(request).await;
    if !held.1.get() {
        actix_web::rt::spawn(async move {
            tokio::time::sleep(HELD).await;
            drop(held);
        });
    }
    response
}
