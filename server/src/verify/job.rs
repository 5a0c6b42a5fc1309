//! Refreshes of the snapshot by workers.

use super::Verify;
use crate::platform::jobs::{Handlers, RefreshOrder, RefreshPacks, RefreshParticipant, RefreshProduct};

/// Handlers of the refreshes.
pub(crate) fn jobs(state: &Verify, handlers: &mut Handlers) {
    let snapshot = &state.snapshot;
    handlers.add_refresh(snapshot, |snapshot, job: RefreshOrder| async move {
        snapshot.outwait_brief_closure().await;
        snapshot.refresh_order(job.order, &job.segments).await
    });
    handlers.add_refresh(snapshot, |snapshot, job: RefreshProduct| async move {
        snapshot.outwait_brief_closure().await;
        snapshot.refresh_product(job.gtin).await
    });
    handlers.add_refresh(snapshot, |snapshot, job: RefreshParticipant| async move {
        snapshot.outwait_brief_closure().await;
        snapshot.refresh_participant(job.participant).await
    });
    handlers.add_refresh(snapshot, |snapshot, job: RefreshPacks| async move {
        snapshot.outwait_brief_closure().await;
        snapshot.refresh_packs(&job.packs).await
    });
}
