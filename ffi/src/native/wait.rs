//! Work off the caller's thread, waited for without blocking it: a thread and a future, no runtime.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

/// The result of work that is under way.
pub(super) struct Work<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    result: Option<T>,
    waker: Option<Waker>,
}

/// Begins the work. Should a thread not be had, or the work end without a result, it is `otherwise`.
pub(super) fn begin<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    otherwise: impl FnOnce() -> T + Send + 'static,
) -> Work<T> {
    let state = Arc::new(Mutex::new(State { result: None, waker: None }));
    let end = End { state: Arc::clone(&state), otherwise: Some(otherwise) };
    // When no thread starts, the closure is dropped, and with it `end`.
    let _ = thread::Builder::new().name("tanba".to_owned()).spawn(move || {
        let mut end = end;
        let result = work();
        end.otherwise = None;
        finish(&end.state, result);
    });
    Work(state)
}

/// Gives the other result when the work never gave one.
struct End<T, F: FnOnce() -> T> {
    state: Arc<Mutex<State<T>>>,
    otherwise: Option<F>,
}

impl<T, F: FnOnce() -> T> Drop for End<T, F> {
    fn drop(&mut self) {
        if let Some(otherwise) = self.otherwise.take() {
            finish(&self.state, otherwise());
        }
    }
}

fn finish<T>(state: &Mutex<State<T>>, result: T) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.result = Some(result);
    if let Some(waker) = state.waker.take() {
        waker.wake();
    }
}

impl<T> Future for Work<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = state.result.take();
        if result.is_none() {
            state.waker = Some(context.waker().clone());
        }
        result.map_or(Poll::Pending, Poll::Ready)
    }
}
