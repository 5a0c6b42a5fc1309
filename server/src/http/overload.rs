//! More asked than can be done (R8): what can't be done soon is refused at once, before its body is read, so that what
//! is taken on is still done in time. Three queues are measured: requests that wait for a connection to PostgreSQL, scans
//! that wait for a commit, and how late this thread comes to its work.
//!
//! Exports are refused first, then documents and what else needs the register, then scans. To verify one code is refused here
//! never: its answer takes hardly longer than its refusal. A request's deadline goes with it, from when its body has come:
//! what waited in a queue until the client stopped waiting is not begun.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;

use super::limits::Admission;
use crate::platform::problem::{Error, Result};

/// How long a request may take, unless its client waits for less: then it has given up, or will be told to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a thread looks how late it is.
const PULSE: Duration = Duration::from_millis(20);
/// As many looks count together, by the least late of them: a moment's business is no overload.
const PULSES: usize = 10;

/// What a request asks of the service, the least urgent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Answered from memory and Redis, or a queue of its own decides.
    Answer,
    /// Scans, which phones send again by themselves.
    Scans,
    /// Many questions at once.
    Batch,
    /// Whatever reads or writes the register.
    Document,
    /// Many rows or much arithmetic for one client.
    Export,
}

impl Work {
    /// By method and path.
    fn of(method: &Method, path: &str) -> Self {
        let Some(rest) = path.strip_prefix("/v1/") else { return Self::Answer };
        let is_export = path.ends_with("/codes")
            || path.ends_with("/labels.pdf")
            || rest.starts_with("alerts/export")
            || rest.starts_with("audit/export");
        match rest {
            "verify" | "decode" | "keys" => Self::Answer,
            "verify/batch" => Self::Batch,
            "scans" if method == Method::POST => Self::Scans,
            _ if is_export => Self::Export,
            _ => Self::Document,
        }
    }

    /// Requests that may wait for PostgreSQL before this work is refused, for each connection of the pool.
    fn waiting_for_each_connection(self) -> usize {
        match self {
            Self::Answer | Self::Batch | Self::Scans => usize::MAX,
            Self::Document => 4,
            Self::Export => 1,
        }
    }

    /// How late a thread may come to its work before this work is refused, in parts of the setting: exports at a fifth
    /// of what documents bear, scans at twice as much.
    fn lateness(self, setting: Duration) -> Duration {
        match self {
            Self::Answer => Duration::MAX,
            Self::Scans => setting * 2,
            Self::Batch | Self::Document => setting,
            Self::Export => setting / 5,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Scans => "scans",
            Self::Batch => "batch",
            Self::Document => "document",
            Self::Export => "export",
        }
    }
}

/// Refuses a request that would wait too long. Asked before anything else is done with it.
pub(crate) fn admit(admission: &Admission, request: &ServiceRequest) -> Result<()> {
    let work = Work::of(request.method(), request.path());
    let late = LATENESS.with(Lateness::read);
    if work == Work::Answer {
        return Ok(());
    }
    let pool = admission.base.db.status();
    let most = work.waiting_for_each_connection().saturating_mul(pool.max_size);
    let why = if pool.waiting >= most {
        "postgres"
    } else if work == Work::Scans && (admission.is_commit_late)() {
        "commit"
    } else if late > work.lateness(admission.base.config.lateness) {
        "thread"
    } else {
        return Ok(());
    };
    metrics::counter!("tanba_requests_shed_total", "work" => work.name(), "queue" => why).increment(1);
    Err(overloaded(why))
}

/// Refuses for want of time.
pub(crate) fn overloaded(why: &'static str) -> Error {
    Error::Unavailable { slug: "overloaded", source: why.into() }
}

/// How long the client of a request waits, and until when.
struct Deadline {
    patience: Duration,
    at: Cell<Instant>,
}

tokio::task_local! {
    static DEADLINE: Deadline;
}

/// When the current request's client stops waiting; outside of one, in [`PATIENCE`].
pub(crate) fn deadline() -> Instant {
    DEADLINE.try_with(|deadline| deadline.at.get()).unwrap_or_else(|_| Instant::now() + PATIENCE)
}

/// Starts the current request's deadline anew: a part of its body has come. However slow the network is, a client waits
/// for the answer only after it has sent everything (X44).
pub(crate) fn restart() {
    let _ = DEADLINE.try_with(|deadline| deadline.at.set(Instant::now() + deadline.patience));
}

/// Refuses to begin with work that nobody waits for any more.
pub(crate) fn in_time() -> Result<()> {
    if deadline() > Instant::now() { Ok(()) } else { Err(overloaded("its deadline has passed")) }
}

/// Does the work of a request under its deadline.
pub(crate) async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> T {
    DEADLINE.scope(Deadline { patience, at: Cell::new(Instant::now() + patience) }, work).await
}

/// `Prefer: wait=SECONDS` (RFC 7240) says how long the client waits; longer than [`PATIENCE`] is of no use.
pub(crate) fn patience(headers: &HeaderMap) -> Duration {
    let preferences = headers.get_all("prefer").filter_map(|value| value.to_str().ok());
    let mut waits = preferences.flat_map(|value| value.split([',', ';'])).filter_map(|preference| {
        let (name, seconds) = preference.split_once('=')?;
        (name.trim().eq_ignore_ascii_case("wait")).then(|| seconds.trim().parse().ok()).flatten()
    });
    waits.next().map_or(PATIENCE, Duration::from_secs).min(PATIENCE)
}

thread_local! {
    static LATENESS: Lateness = Lateness::default();
}

/// How late this thread comes to its work.
#[derive(Default)]
struct Lateness {
    is_watched: Cell<bool>,
    newest: RefCell<VecDeque<Duration>>,
    least: Cell<Duration>,
}

impl Lateness {
    /// The least of the newest looks. The first reading on a thread begins them.
    fn read(&self) -> Duration {
        if !self.is_watched.replace(true) {
            actix_web::rt::spawn(async {
                loop {
                    let slept = Instant::now();
                    tokio::time::sleep(PULSE).await;
                    LATENESS.with(|lateness| lateness.note(slept.elapsed().saturating_sub(PULSE)));
                }
            });
        }
        self.least.get()
    }

    fn note(&self, late: Duration) {
        let mut newest = self.newest.borrow_mut();
        newest.push_back(late);
        if newest.len() > PULSES {
            newest.pop_front();
        }
        let is_full = newest.len() == PULSES;
        self.least.set(if is_full { newest.iter().min().copied().unwrap_or_default() } else { Duration::ZERO });
        metrics::histogram!("tanba_thread_late_seconds").record(late.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn the_urgent_is_told_from_what_can_wait() {
        for (method, path, work) in [
            (Method::GET, "/v1/verify", Work::Answer),
            (Method::POST, "/v1/verify", Work::Answer),
            (Method::POST, "/v1/verify/batch", Work::Batch),
            (Method::GET, "/readyz", Work::Answer),
            (Method::POST, "/v1/scans", Work::Scans),
            (Method::POST, "/v1/sales", Work::Document),
            (Method::GET, "/v1/products/04870001234562", Work::Document),
            (Method::GET, "/v1/orders/7/codes", Work::Export),
            (Method::GET, "/v1/orders/7/labels.pdf", Work::Export),
            (Method::GET, "/v1/alerts/export.csv", Work::Export),
        ] {
            assert_eq!(Work::of(&method, path), work, "{path}");
        }
        let setting = Duration::from_millis(250);
        let lateness = [Work::Answer, Work::Scans, Work::Document, Work::Export].map(|work| work.lateness(setting));
        assert!(lateness.is_sorted_by(|one, next| one > next), "{lateness:?}");
    }

    #[test]
    fn only_lateness_that_lasts_counts() {
        let lateness = Lateness::default();
        let late = Duration::from_millis(300);
        (0..PULSES - 1).for_each(|_| lateness.note(late));
        assert_eq!(lateness.least.get(), Duration::ZERO, "not yet");
        lateness.note(late);
        assert_eq!(lateness.least.get(), late);
        lateness.note(Duration::from_millis(1));
        assert_eq!(lateness.least.get(), Duration::from_millis(1), "it is over at once");
    }

    #[test]
    fn a_client_says_how_long_it_waits() {
        let wait = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static("prefer"), HeaderValue::from_static(value));
            patience(&headers)
        };
        assert_eq!(wait("wait=2"), Duration::from_secs(2));
        assert_eq!(wait("respond-async, Wait = 1"), Duration::from_secs(1));
        assert_eq!(wait("wait=3600"), PATIENCE);
        assert_eq!(wait("wait=soon"), PATIENCE);
        assert_eq!(patience(&HeaderMap::new()), PATIENCE);
    }

    #[tokio::test]
    async fn work_whose_deadline_has_passed_is_not_begun() {
        assert!(in_time().is_ok());
        let refused = within(Duration::ZERO, async { in_time() }).await.unwrap_err();
        assert_eq!(refused.slug(), "overloaded");
    }
}
