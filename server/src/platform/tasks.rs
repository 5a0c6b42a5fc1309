//! Tasks that go on for as long as the process lives: a panic ends one step of them, never the task for good.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::platform::problem::{Error, Result};

/// How long a task that ended rests before it is started again.
const REST: Duration = Duration::from_secs(1);

/// Does work in which a panic is a failure like any other. Its text is not passed on: it may quote what people sent.
pub(crate) async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| Err(Error::internal("panicked")))
}

/// Runs a task until it is told to stop, and starts it again whenever it ends before, or panics.
pub(crate) async fn keep_running<F>(name: &'static str, stop: CancellationToken, begin: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let ended = tokio::spawn(begin()).await;
        if stop.is_cancelled() {
            return;
        }
        let panicked = ended.is_err();
        metrics::counter!("tanba_tasks_restarted_total", "task" => name).increment(1);
        tracing::error!(task = name, panicked, "task ended and is started again");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REST) => {}
        }
    }
}

/// Does blocking work on a thread of its own. A panic goes on in the task that waits for it.
pub(crate) async fn on_own_thread(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// X41
    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_started_again_until_it_is_told_to_stop() {
        let (begun, stop) = (Arc::new(AtomicU32::new(0)), CancellationToken::new());
        let (count, until) = (begun.clone(), stop.clone());
        keep_running("test", stop, move || {
            let (count, stop) = (count.clone(), until.clone());
            async move {
                match count.fetch_add(1, Ordering::Relaxed) {
                    0 => panic!("once"),
                    1 => on_own_thread(|| panic!("on a thread of its own")).await,
                    2 => {}
                    _ => stop.cancel(),
                }
            }
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 4);
    }

    /// X41
    #[tokio::test]
    async fn a_panic_is_a_failed_attempt_and_its_text_stays_inside() {
        let done: Result<()> = caught(async { panic!("code 0104870001234560") }).await;
        assert!(matches!(done, Err(Error::Internal(error)) if error.to_string() == "panicked"));
        assert!(caught(async { Ok(7) }).await.is_ok_and(|seven| seven == 7));
    }
}
