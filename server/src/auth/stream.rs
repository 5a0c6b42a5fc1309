//! Server-sent events for a signed-in person. Ids become visible in their order, and the first event, `begin`, carries the
//! id to come back with, so a client that comes back with the last id misses nothing. A stream ends after less than a minute
//! and is asked for again; it ends within seconds when its session ends or its account changes (X5, X70). An account has
//! a few streams at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

use super::Caller;
use super::hold::still_holds;
use crate::http::Query;
use crate::platform::Base;
use crate::platform::problem::{Error, FieldFault, Result};

/// How long one stream lasts.
const LIFE: Duration = Duration::from_secs(25);
/// How often new events are looked for.
const POLL: Duration = Duration::from_millis(500);
/// After how long without events a comment is sent, so that proxies keep the connection.
const SILENCE: Duration = Duration::from_secs(15);
/// How often the session is checked.
const CHECK: Duration = Duration::from_secs(2);
/// Streams of one account at a time, in one process: a person's tabs and telephones.
const STREAMS: usize = 8;
/// Events that a source returns at a time.
pub(crate) const BATCH: i64 = 100;

/// How many streams each account has open. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Mutex<HashMap<Uuid, usize>>>);

/// One of an account's streams; it is free again when this is dropped.
struct Lease {
    streams: Streams,
    account: Uuid,
}

impl Streams {
    fn take(&self, account: Uuid) -> Result<Lease> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account).or_default();
        if *count >= STREAMS {
            return Err(Error::TooMany { slug: "too-many-streams", retry_after_seconds: LIFE.as_secs() });
        }
        *count += 1;
        Ok(Lease { streams: self.clone(), account })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.account);
            }
        }
    }
}

/// Where events come from.
pub(crate) trait Source: Send + 'static {
    /// The type of the events, as `event:` names it.
    const NAME: &'static str;

    /// The id of the newest event.
    async fn newest(&self) -> Result<i64>;

    /// At most [`BATCH`] events after this one that the caller may see: ids in their order, data as JSON.
    async fn after(&self, caller: &Caller, last: i64) -> Result<Vec<(i64, serde_json::Value)>>;
}

/// The event after which a stream goes on: the header `Last-Event-ID`, or the parameter `after` where a client can't set
/// the header.
pub(crate) struct Resume(Option<i64>);

#[derive(Deserialize)]
struct After {
    after: Option<i64>,
}

impl FromRequest for Resume {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let header = request.headers().get("Last-Event-ID");
        std::future::ready(match header.map(|value| value.to_str().ok().and_then(|id| id.trim().parse().ok())) {
            Some(None) => {
                let faults = vec![FieldFault::new("Last-Event-ID", "field-not-a-number")];
                Err(Error::Malformed("malformed-header", faults))
            }
            Some(id) => Ok(Self(id)),
            None => {
                Query::<After>::from_request(request, payload).into_inner().map(|Query(After { after })| Self(after))
            }
        })
    }
}

impl IntoParams for Resume {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name, place, description: &str| {
            let number = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(0));
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place)
                .schema(Some(number))
                .description(Some(description))
                .build()
        };
        vec![
            parameter("after", ParameterIn::Query, "The last event that was seen, where the header can't be set"),
            parameter("Last-Event-ID", ParameterIn::Header, "The last event that was seen"),
        ]
    }
}

struct Follower<S> {
    base: Base,
    source: S,
    caller: Caller,
    last: i64,
    checked: Instant,
    _lease: Lease,
    until: Instant,
    sent: Instant,
    has_begun: bool,
}

/// Answers with the events after one as they come; without one, from now on. 429 `too-many-streams` when the account has
/// enough of them.
pub(crate) async fn stream_events<S: Source>(
    base: &Base,
    streams: &Streams,
    caller: Caller,
    Resume(after): Resume,
    source: S,
) -> Result<HttpResponse> {
    let lease = streams.take(caller.account)?;
    let last = match after {
        Some(after) => after,
        None => source.newest().await?,
    };
    let now = Instant::now();
    let (base, until) = (base.clone(), now + LIFE);
    let follower =
        Follower { base, source, caller, last, checked: now, _lease: lease, until, sent: now, has_begun: false };
    let events = stream::try_unfold(follower, async |mut follower| {
        Ok::<_, Error>(follower.next().await?.map(|bytes| (bytes, follower)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(events)))
}

impl<S: Source> Follower<S> {
    /// What is to be sent next; none when the stream ends.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if !std::mem::replace(&mut self.has_begun, true) {
            return Ok(Some(format!("retry: 1000\nid: {}\nevent: begin\ndata: {{}}\n\n", self.last).into()));
        }
        while Instant::now() < self.until && !self.base.stopping.is_cancelled() {
            if self.checked.elapsed() >= CHECK {
                if !still_holds(&self.base, &self.caller).await? {
                    return Ok(None);
                }
                self.checked = Instant::now();
            }
            let events = self.source.after(&self.caller, self.last).await?;
            if let Some((last, _)) = events.last() {
                self.last = *last;
                self.sent = Instant::now();
                let line = |(id, data)| format!("id: {id}\nevent: {}\ndata: {data}\n\n", S::NAME);
                return Ok(Some(events.into_iter().map(line).collect::<String>().into()));
            }
            if self.sent.elapsed() >= SILENCE {
                self.sent = Instant::now();
                return Ok(Some(Bytes::from_static(b": still here\n\n")));
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.base.stopping.cancelled() => {}
            }
        }
        Ok(None)
    }
}
