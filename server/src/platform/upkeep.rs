//! Maintenance tasks: what workers do again and again. Each capability adds its own, with its state inside; those of several
//! workers don't disturb each other.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::platform::problem::Result;

/// A run under way.
type Doing = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A maintenance task.
#[derive(Clone)]
pub(crate) struct MaintenanceTask {
    /// The name under which it is counted and logged.
    pub(crate) name: &'static str,
    /// The pause between two runs.
    pub(crate) every: Duration,
    run: Arc<dyn Fn() -> Doing + Send + Sync>,
}

impl fmt::Debug for MaintenanceTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MaintenanceTask").field("name", &self.name).finish_non_exhaustive()
    }
}

impl MaintenanceTask {
    /// Runs it once.
    pub(crate) async fn run(&self) -> Result<()> {
        (self.run)().await
    }
}

/// The maintenance tasks of a process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maintenance(pub(crate) Vec<MaintenanceTask>);

impl Maintenance {
    /// Adds a task that is run with this state, with a pause after each run.
    pub(crate) fn add<S, F>(
        &mut self,
        name: &'static str,
        every: Duration,
        state: &S,
        run: impl Fn(S) -> F + Send + Sync + 'static,
    ) where
        S: Clone + Send + Sync + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let state = state.clone();
        self.0.push(MaintenanceTask { name, every, run: Arc::new(move || Box::pin(run(state.clone()))) });
    }
}
