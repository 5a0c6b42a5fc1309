//! The walk over the whole snapshot, one worker at a time.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::take_step;
use crate::platform::db::Lock;
use crate::platform::problem::Result;
use crate::service::Service;
use crate::verify::Rebuilt;

/// The walk over the whole snapshot: quick while the snapshot is new and empty, at leisure afterwards.
#[derive(Default)]
pub(super) struct Patrol {
    spaces: Vec<String>,
    at_leisure: bool,
    after: u32,
    rebuilt: Rebuilt,
}

impl Patrol {
    /// How long the walk pauses between two steps.
    const AT_LEISURE: Duration = Duration::from_secs(5);
    const IN_HASTE: Duration = Duration::from_millis(20);
    /// How often a walker at leisure asks whether the snapshot is still the same.
    const LOOK: Duration = Duration::from_secs(1);

    /// Takes a step, and tells how long to wait for the next.
    pub(super) async fn step(&mut self, service: &Service, stop: &CancellationToken) -> Duration {
        let spaces = service.verify.snapshot.spaces();
        if !spaces.is_empty() && spaces != self.spaces {
            *self = Self { spaces, ..Self::default() };
        }
        match take_step(stop, Box::pin(self.walk(service))).await {
            Ok(()) if self.at_leisure => Self::AT_LEISURE,
            Ok(()) => Self::IN_HASTE,
            Err(error) => {
                tracing::debug!(%error, "the walk over the snapshot rests");
                Self::AT_LEISURE
            }
        }
    }

    /// Waits for the next step, but no longer than the snapshot stays what it was: Redis that has come back, or was emptied, is
    /// filled at once, since PostgreSQL may be the next to go.
    pub(super) async fn rest(&self, service: &Service, pause: Duration) {
        let begun = Instant::now();
        while let Some(left) = pause.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            tokio::time::sleep(left.min(Self::LOOK)).await;
            // A way that nobody uses is not known to be broken before it is asked.
            if left > Self::LOOK
                && service.verify.snapshot.answers().await
                && service.verify.snapshot.spaces() != self.spaces
            {
                return;
            }
        }
    }

    async fn walk(&mut self, service: &Service) -> Result<()> {
        let mut client = service.base.db.get().await?;
        let tx = client.transaction().await?;
        if !Lock::SnapshotPatrol.try_hold(&tx).await? {
            self.at_leisure = true;
            return Ok(());
        }
        if let Some(next) = service.verify.snapshot.patrol(self.after, self.at_leisure, &mut self.rebuilt).await? {
            self.after = next;
        } else {
            let Rebuilt { orders, segments, elapsed } = self.rebuilt;
            if segments > 0 {
                tracing::info!(orders, segments, seconds = elapsed.as_secs_f64(), "the snapshot was put right");
            }
            (self.after, self.rebuilt, self.at_leisure) = (0, Rebuilt::default(), true);
        }
        Ok(())
    }
}
