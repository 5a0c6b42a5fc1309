//! How often one may ask (X8): by device or account, by network, and all together. The refused one is told
//! when to come back. Device ids are the client's own word: with a token the account counts instead (X63). Counted in each process: with n processes behind one address the bound is n times as wide.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};
use futures_util::StreamExt;
use governor::clock::{Clock, DefaultClock, QuantaInstant};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{ClientAddress, overload};
use crate::platform::Base;
use crate::platform::config;

/// The header in which a client names its random, resettable device id.
pub(crate) const DEVICE: &str = "Tanba-Device";

/// Bytes of a body that is read although its request is refused.
const SMALL_BODY: usize = 64 << 10;
/// How long it may take to come: most often it is there already.
const SMALL_BODY_PATIENCE: Duration = Duration::from_millis(250);

type Keyed = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock, NoOpMiddleware>;

/// The buckets of one process.
#[derive(Clone)]
pub struct Limiter {
    device: Arc<Keyed>,
    prefix: Arc<Keyed>,
    batches: Arc<Keyed>,
    global: Arc<DefaultDirectRateLimiter>,
    clock: DefaultClock,
}

impl Limiter {
    /// Empty buckets of the configured sizes.
    pub fn new(limits: config::Limits) -> Self {
        Self {
            device: Arc::new(RateLimiter::keyed(quota(limits.per_device))),
            prefix: Arc::new(RateLimiter::keyed(quota(limits.per_prefix))),
            batches: Arc::new(RateLimiter::keyed(quota(limits.batches))),
            global: Arc::new(RateLimiter::direct(quota(limits.global))),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one request from every bucket it belongs to, or says after how many seconds to come back.
    fn take(&self, device: Option<u64>, prefix: u64) -> Result<(), u64> {
        let seconds = |wait: governor::NotUntil<_>| wait.wait_time_from(self.clock.now()).as_secs() + 1;
        if let Some(device) = device {
            self.device.check_key(&device).map_err(seconds)?;
        }
        self.prefix.check_key(&prefix).map_err(seconds)?;
        self.global.check().map_err(seconds)
    }

    /// Takes one request from the bucket of a signed-in account, however many tokens and device ids it uses (X63).
    pub(crate) fn take_of_account(&self, account: Uuid) -> Result<(), crate::platform::problem::Error> {
        let digest = Sha256::digest(account.as_bytes());
        let key = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        self.device.check_key(&key).map_err(|wait| self.refuse(&wait))
    }

    /// Takes one batch of questions from the bucket of a network.
    pub(crate) fn take_batch(&self, prefix: u64) -> Result<(), crate::platform::problem::Error> {
        self.batches.check_key(&prefix).map_err(|wait| self.refuse(&wait))
    }

    fn refuse(&self, wait: &governor::NotUntil<QuantaInstant>) -> crate::platform::problem::Error {
        metrics::counter!("tanba_requests_limited_total").increment(1);
        let retry_after_seconds = wait.wait_time_from(self.clock.now()).as_secs() + 1;
        crate::platform::problem::Error::TooMany { slug: "rate-limited", retry_after_seconds }
    }

    /// Forgets callers whose buckets are full again, so that memory stays bounded.
    pub(crate) fn forget_idle(&self) {
        self.device.retain_recent();
        self.prefix.retain_recent();
        self.batches.retain_recent();
    }
}

/// What decides whether a request is taken on. Cheap to clone.
#[derive(Clone)]
pub struct Admission {
    pub(super) base: Base,
    /// How often one may ask.
    pub limiter: Limiter,
    /// Whether scans wait long for their commit.
    pub(super) is_commit_late: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Admission {
    /// Empty buckets of the configured sizes.
    pub fn new(base: Base, limiter: Limiter, is_commit_late: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { base, limiter, is_commit_late: Arc::new(is_commit_late) }
    }
}

fn quota(per_minute: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))
}

/// Refuses what would have to wait too long, and who asks too often; gives the rest its deadline. Health is not
/// counted.
pub(crate) async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let admission = request.app_data::<web::Data<Admission>>().cloned();
    if let Some(admission) = admission.filter(|_| !matches!(request.path(), "/healthz" | "/readyz")) {
        if let Err(refusal) = overload::admit(&admission, &request) {
            return Ok(refused(request, &refusal).await.map_into_right_body());
        }
        let address = ClientAddress::from_headers(request.head(), &admission.base.config.trusted_proxies);
        if let Err(retry_after_seconds) = admission.limiter.take(device(&request), address.prefix()) {
            metrics::counter!("tanba_requests_limited_total").increment(1);
            let refusal = crate::platform::problem::Error::TooMany { slug: "rate-limited", retry_after_seconds };
            return Ok(refused(request, &refusal).await.map_into_right_body());
        }
    }
    let patience = overload::patience(request.headers());
    Ok(overload::within(patience, next.call(request)).await?.map_into_left_body())
}

/// Answers with a refusal. A small body is read and dropped, since a connection with an unread one is closed, and making
/// a new one costs both sides more than the refusal.
async fn refused(mut request: ServiceRequest, refusal: &crate::platform::problem::Error) -> ServiceResponse {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| (1..=SMALL_BODY).contains(&length)) {
        let mut body = request.take_payload();
        let read = async { while let Some(Ok(_)) = body.next().await {} };
        // Who sends slowly is cut off instead.
        let _ = tokio::time::timeout(SMALL_BODY_PATIENCE, read).await;
    }
    request.into_response(refusal.error_response())
}

/// A caller's own name: its token or its device id. A caller without either is bound by the network's limit only. A token
/// that holds is counted for its account as well, once it was checked ([`Limiter::take_of_account`]).
fn device(request: &ServiceRequest) -> Option<u64> {
    let headers = request.headers();
    let name = headers.get(actix_web::http::header::AUTHORIZATION).or_else(|| headers.get(DEVICE))?;
    let digest = Sha256::digest(name.as_bytes());
    digest.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}
