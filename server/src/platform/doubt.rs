//! When a request last gave up waiting for PostgreSQL: connections that were in use then may still owe that answer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

static SINCE: Mutex<Option<Instant>> = Mutex::new(None);

/// A request gives up waiting now.
pub(crate) fn begin() {
    *SINCE.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

/// How long ago that was.
pub(crate) fn age() -> Option<Duration> {
    SINCE.lock().unwrap_or_else(PoisonError::into_inner).map(|since| since.elapsed())
}
