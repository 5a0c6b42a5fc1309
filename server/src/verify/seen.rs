//! Whoever has written something sees it in the next answer. A request that writes is answered after its change has been
//! brought to the snapshot, or after a quarter second; its process answers with the change in any case, and the header
//! `Tanba-Seen` of the answer, sent along with the next question, makes every other process read PostgreSQL.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use utoipa::IntoParams;

use super::snapshot;
use crate::platform::jobs;
use crate::verify::Verify;

/// The header that says that its sender has just written something.
pub(crate) const SEEN: &str = "tanba-seen";
/// How long after a write a question with its header is answered from PostgreSQL: longer than any answer may lag, and with
/// room for clocks that differ.
const LASTS_MILLIS: i64 = 10_000;

/// The header as the contract shows it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "read by the middleware")]
pub(crate) struct Seen {
    /// What the answer to a change carried: this answer will have the change, whichever process gives it. Good for ten
    /// seconds, ignored afterwards.
    #[param(rename = "Tanba-Seen")]
    seen: Option<String>,
}

/// Shows what a request has written before it is answered, and reads PostgreSQL for whoever has written a moment ago.
pub(crate) async fn show(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let Some(state) = request.app_data::<web::Data<Verify>>().cloned() else { return next.call(request).await };
    let has_written = request.headers().get(SEEN).is_some_and(|seen| is_recent(&state, seen));
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A retry writes nothing, and its sender is answered as the first time.
    let is_document = request.headers().contains_key("idempotency-key");
    let answer = async {
        if has_written {
            return snapshot::from_register(next.call(request)).await;
        }
        next.call(request).await
    };
    if only_reads {
        return answer.await;
    }
    let (response, written) = jobs::noting(answer).await;
    let mut response = response?;
    if response.status().is_success() && (is_document || !written.is_empty()) {
        if !written.is_empty() {
            state.snapshot.show(written).await;
        }
        let now = u64::try_from(state.base.clock.now().timestamp_millis()).unwrap_or_default();
        if let Ok(seen) = HeaderValue::try_from(state.snapshot.signed(SEEN, now)) {
            response.headers_mut().insert(HeaderName::from_static(SEEN), seen);
        }
    }
    Ok(response)
}

/// Whether a header was written by a process of this register, a moment ago.
fn is_recent(state: &Verify, seen: &HeaderValue) -> bool {
    let written_at = seen.to_str().ok().and_then(|seen| state.snapshot.number(SEEN, seen));
    let written_at = written_at.and_then(|at| i64::try_from(at).ok());
    written_at.is_some_and(|at| (state.base.clock.now().timestamp_millis() - at).abs() <= LASTS_MILLIS)
}
