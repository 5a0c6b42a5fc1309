//! The stream of what happens to alerts of a region, as server-sent events. Ids become visible in their order, and the
//! first thing that is sent is an id, so a reader that comes back with the last one misses nothing. A stream ends after
//! less than a minute and is asked for again; it ends within seconds when its session ends or its account changes (X5,
//! X70). An account has a few streams at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::store::{self, Event};
use crate::alerts::Alerts;
use crate::auth::{self, Caller};
use crate::platform::problem::{Error, Result};

/// How long one stream lasts.
const LIFE: Duration = Duration::from_secs(25);
/// How often it looks for what is new.
const POLL: Duration = Duration::from_millis(500);
/// After how long a silence it says that it is still there.
const SILENCE: Duration = Duration::from_secs(15);
/// Events at a time.
const BATCH: i64 = 100;
/// How often it asks whether its session still holds.
const ASK: Duration = Duration::from_secs(2);
/// Streams of one account at a time, in one process: a person's tabs and telephones.
const STREAMS: usize = 8;

/// How many streams each account has open. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Mutex<HashMap<Uuid, usize>>>);

/// One of an account's streams; it is free again when this is dropped.
struct Place {
    streams: Streams,
    account: Uuid,
}

impl Streams {
    fn take(&self, account: Uuid) -> Result<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account).or_default();
        if *count >= STREAMS {
            return Err(Error::TooMany { slug: "too-many-streams", retry_after_seconds: LIFE.as_secs() });
        }
        *count += 1;
        Ok(Place { streams: self.clone(), account })
    }
}

impl Drop for Place {
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

/// Where a stream stands.
struct Follower {
    state: Alerts,
    caller: Caller,
    after: i64,
    asked: Instant,
    _place: Place,
    until: Instant,
    said: Instant,
    begun: bool,
}

/// Events after one, as they come; without one, from now on.
pub(super) async fn follow(
    state: &Alerts,
    caller: Caller,
    after: Option<i64>,
) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let place = state.streams.take(caller.account)?;
    let after = match after {
        Some(after) => after,
        None => store::newest_event(&state.base.db.get().await?).await?,
    };
    let now = Instant::now();
    let (state, until) = (state.clone(), now + LIFE);
    let follower = Follower { state, caller, after, asked: now, _place: place, until, said: now, begun: false };
    Ok(stream::try_unfold(follower, async |mut follower| Ok(follower.next().await?.map(|bytes| (bytes, follower)))))
}

impl Follower {
    /// What is to be sent next; none when the stream ends.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if !std::mem::replace(&mut self.begun, true) {
            // The client learns at once that it is heard, how soon to come back, and with which id: whatever happens
            // before its first event is not lost.
            return Ok(Some(format!("id: {}\nretry: 1000\n\n", self.after).into()));
        }
        while Instant::now() < self.until && !self.state.base.stopping.is_cancelled() {
            if self.asked.elapsed() >= ASK {
                if !auth::still_holds(&self.state.base, &self.caller).await? {
                    return Ok(None);
                }
                self.asked = Instant::now();
            }
            let events = self.read().await?;
            if let Some(last) = events.last() {
                self.after = last.0;
                self.said = Instant::now();
                return Ok(Some(events.into_iter().map(|(_, text)| text).collect::<String>().into()));
            }
            if self.said.elapsed() >= SILENCE {
                self.said = Instant::now();
                return Ok(Some(Bytes::from_static(b": still here\n\n")));
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.state.base.stopping.cancelled() => {}
            }
        }
        Ok(None)
    }

    async fn read(&self) -> Result<Vec<(i64, String)>> {
        let mut db = self.state.base.db.get().await?;
        let tx = db.transaction().await?;
        let mut told = Vec::new();
        let region = self.caller.region.as_deref().unwrap_or_default();
        for event in store::list_stream(&tx, region, self.after, BATCH).await? {
            let alert = store::find_alert_now(&tx, event.alert).await?;
            let alert = alert.ok_or_else(|| Error::internal("an event of no alert"))?;
            told.push((event.id, line(&event, &alert)));
        }
        Ok(told)
    }
}

/// An event as a server sends it.
fn line(event: &Event, alert: &store::Kept) -> String {
    let data = json!({
        "id": event.alert, "what": event.what, "kind": alert.kind, "state": alert.state, "score": alert.score,
        "region": alert.region,
    });
    format!("id: {}\nevent: alert\ndata: {data}\n\n", event.id)
}
