//! The stream of what happens to reports of a region, as server-sent events: new ones, answers of their authors, hand-overs.
//! Ids become visible in their order, so whoever comes back with the last one misses nothing. A stream ends after less than
//! a minute and is asked for again, so that a role that was taken away is gone within that time (X5).

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::report::{Event, Side};
use super::status::ReportStatus;
use super::store::{self, Streamed};
use crate::platform::problem::Result;
use crate::reports::Reports;

/// How long one stream lasts.
const LIFE: Duration = Duration::from_secs(25);
/// How often it looks for what is new.
const POLL: Duration = Duration::from_millis(500);
/// After how long a silence it says that it is still there.
const SILENCE: Duration = Duration::from_secs(15);
/// Steps at a time.
const BATCH: i64 = 100;

/// Where a stream stands.
struct Follower {
    state: Reports,
    region: String,
    account: Uuid,
    after: i64,
    until: Instant,
    said: Instant,
    begun: bool,
}

/// Steps after one, as they come; without one, from now on. The first line tells from where, so that a reader who is cut off
/// before any step has an id to come back with.
pub(crate) async fn follow(
    state: &Reports,
    region: String,
    account: Uuid,
    after: Option<i64>,
) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let after = match after {
        Some(after) => after,
        None => store::newest_event(&state.base.db.get().await?).await?,
    };
    let now = Instant::now();
    let follower =
        Follower { state: state.clone(), region, account, after, until: now + LIFE, said: now, begun: false };
    Ok(stream::try_unfold(follower, async |mut follower| Ok(follower.next().await?.map(|bytes| (bytes, follower)))))
}

impl Follower {
    /// What is to be sent next; none when the stream ends.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(format!("retry: 1000\nid: {}\nevent: begin\ndata: {{}}\n\n", self.after).into()));
        }
        while Instant::now() < self.until && !self.state.base.stopping.is_cancelled() {
            let db = self.state.base.db.get().await?;
            let steps = store::list_stream(&db, &self.region, self.account, self.after, BATCH).await?;
            drop(db);
            if let Some(last) = steps.last() {
                self.after = last.id;
                self.said = Instant::now();
                return Ok(Some(steps.iter().map(|step| line(step, self.account)).collect::<String>().into()));
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
}

/// What a step means to an inspector.
fn what(event: &Event, account: Uuid) -> &'static str {
    match (event.who, event.status) {
        (_, Some(ReportStatus::Received)) => "received",
        (_, Some(ReportStatus::Reopened)) => "reopened",
        (Side::Reporter, Some(ReportStatus::Deleted)) => "deleted",
        (Side::Reporter, _) => "replied",
        (Side::Inspector, _) if event.from == Some(account) && event.account != Some(account) => "taken-from-you",
        (Side::Inspector, _) if event.to == Some(account) && event.account != Some(account) => "given-to-you",
        (Side::Inspector, _) if event.to.is_some() => "assigned",
        (Side::Inspector, Some(_)) => "decided",
        (Side::Inspector, None) => "answered",
        (Side::System, _) => "expired",
    }
}

/// A step as a server sends it: nothing of what anybody wrote.
fn line(step: &Streamed, account: Uuid) -> String {
    let data = json!({
        "number": step.number, "what": what(&step.event, account), "status": step.status, "region": step.region,
    });
    format!("id: {}\nevent: report\ndata: {data}\n\n", step.id)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_step_is_told_by_what_it_means_to_the_reader() {
        let [me, colleague] = [1, 2].map(Uuid::from_u128);
        let at = DateTime::UNIX_EPOCH;
        let taken =
            Event { account: Some(colleague), from: Some(me), to: Some(colleague), ..Event::new(at, Side::Inspector) };
        assert_eq!((what(&taken, me), what(&taken, colleague)), ("taken-from-you", "assigned"));
        let given =
            Event { account: Some(colleague), from: Some(colleague), to: Some(me), ..Event::new(at, Side::Inspector) };
        assert_eq!((what(&given, me), what(&given, colleague)), ("given-to-you", "assigned"));
        let new = Event { status: Some(ReportStatus::Received), ..Event::new(at, Side::System) };
        assert_eq!(what(&new, me), "received");
        let reply = Event { status: Some(ReportStatus::Assigned), ..Event::new(at, Side::Reporter) };
        assert_eq!(what(&reply, me), "replied");
    }
}
