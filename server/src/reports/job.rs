//! What reports leave to the workers, and their maintenance.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Erased, Reports, delete_photos, keep_erased, keep_house, link_report, note_erasures, push, sweep_pending};
use crate::platform::jobs::{Handlers, Job, Lane};
use crate::platform::upkeep::Maintenance;

/// Link a report with those that say the same, or remove its links when its data are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkReport {
    /// Its id.
    pub(super) report: Uuid,
}

impl Job for LinkReport {
    const KIND: &'static str = "link-report";
}

/// Delete photos of a report whose reporter asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeletePhotos {
    /// Paths in the photo store.
    pub(super) paths: Vec<String>,
}

impl Job for DeletePhotos {
    const KIND: &'static str = "delete-photos";

    fn things(&self) -> usize {
        self.paths.len()
    }
}

/// Note outside of PostgreSQL that reports were erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NoteErasures {
    /// Their ids.
    pub(super) reports: Vec<Uuid>,
    /// Whether their time was over; else their reporters have taken them back.
    pub(super) expired: bool,
}

impl Job for NoteErasures {
    const KIND: &'static str = "note-erasures";

    fn things(&self) -> usize {
        self.reports.len()
    }
}

/// Send a browser the message that there is an answer to a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PushAnswer {
    /// The subscription.
    pub(super) subscription: Uuid,
}

impl Job for PushAnswer {
    const KIND: &'static str = "push-answer";
    const LANE: Lane = Lane::Outside;
    /// A day for what another system has to take.
    const MOST_ATTEMPTS: i32 = 150;
}

/// Handlers of jobs about reports.
pub(crate) fn jobs(state: &Reports, handlers: &mut Handlers) {
    handlers.add(state, |state, job: LinkReport| async move { link_report(&state, job.report).await });
    handlers.add(state, |state, job: DeletePhotos| async move { delete_photos(&state, &job.paths).await });
    handlers.add(state, |state, job: NoteErasures| async move {
        let why = if job.expired { Erased::Expired } else { Erased::TakenBack };
        note_erasures(&state, &job.reports, why).await
    });
    handlers.add(state, |state, job: PushAnswer| async move { push::send(&state, job.subscription).await });
}

/// Maintenance tasks of reports.
pub(crate) fn maintenance(state: &Reports, tasks: &mut Maintenance) {
    tasks.add("reports", Duration::from_hours(1), state, |state| async move { keep_house(&state).await });
    tasks.add("erasures", Duration::from_hours(1), state, |state| async move { keep_erased(&state).await.map(drop) });
    tasks.add("report-photos", Duration::from_mins(5), state, |state| async move { sweep_pending(&state).await });
}
