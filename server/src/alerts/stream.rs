//! The stream of what happens to alerts of a region, as server-sent events. Ids become visible in their order, so whoever
//! comes back with the last one misses nothing. A stream ends after less than a minute and is asked for again, so that a
//! role that was taken away is gone within that time (X5).

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::time::Instant;

use super::store::{self, Event};
use crate::app::App;
use crate::error::{Error, Result};

/// How long one stream lasts.
const LIFE: Duration = Duration::from_secs(25);
/// How often it looks for what is new.
const POLL: Duration = Duration::from_millis(500);
/// After how long a silence it says that it is still there.
const SILENCE: Duration = Duration::from_secs(15);
/// Events at a time.
const BATCH: i64 = 100;

/// Where a stream stands.
struct Follower {
    app: App,
    region: String,
    after: i64,
    until: Instant,
    said: Instant,
    begun: bool,
}

/// Events after one, as they come; without one, from now on.
pub(super) async fn follow(
    app: &App,
    region: String,
    after: Option<i64>,
) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let after = match after {
        Some(after) => after,
        None => store::newest_event(&app.db.get().await?).await?,
    };
    let now = Instant::now();
    let follower = Follower { app: app.clone(), region, after, until: now + LIFE, said: now, begun: false };
    Ok(stream::try_unfold(follower, async |mut follower| Ok(follower.next().await?.map(|bytes| (bytes, follower)))))
}

impl Follower {
    /// What is to be sent next; none when the stream ends.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if !std::mem::replace(&mut self.begun, true) {
            // The client learns at once that it is heard, and how soon to come back.
            return Ok(Some(Bytes::from_static(b"retry: 1000\n\n")));
        }
        while Instant::now() < self.until && !self.app.stopping.is_cancelled() {
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
                () = self.app.stopping.cancelled() => {}
            }
        }
        Ok(None)
    }

    async fn read(&self) -> Result<Vec<(i64, String)>> {
        let mut db = self.app.db.get().await?;
        let tx = db.transaction().await?;
        let mut told = Vec::new();
        for event in store::list_stream(&tx, &self.region, self.after, BATCH).await? {
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
