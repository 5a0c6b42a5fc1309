//! How a report's life goes: one table of steps, pure.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::problem::Error;

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReportStatus {
    /// Taken in, nobody works on it yet.
    Received,
    /// An inspector works on it.
    Assigned,
    /// The inspector has asked the reporter something.
    NeedsInformation,
    /// The violation was found.
    Confirmed,
    /// No violation was found.
    Rejected,
    /// Another authority has it.
    Forwarded,
    /// The reporter doesn't agree with the outcome.
    Reopened,
    /// The reporter has taken their data back.
    Deleted,
}

/// What an inspector can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decision {
    /// The violation was found.
    Confirmed,
    /// No violation was found.
    Rejected,
    /// Another authority has it.
    Forwarded,
    /// The reporter is asked something.
    NeedsInformation,
}

/// What happens to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An inspector takes it, or gives it to a colleague.
    Assign,
    /// The inspector writes.
    Answer,
    /// The inspector decides.
    Decide(Decision),
    /// The reporter writes.
    Reply,
    /// The reporter doesn't agree.
    Reopen,
    /// The reporter takes their data back.
    Delete,
}

/// A step that the status doesn't allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// It is decided: it must be reopened first.
    Closed,
    /// It is open: there is nothing to reopen.
    Open,
    /// The reporter's data are gone: nothing can be added any more.
    Deleted,
}

impl NotNow {
    /// The problem's slug.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Closed => "report-closed",
            Self::Open => "report-open",
            Self::Deleted => "report-deleted",
        }
    }
}

/// Days that the authority has for an answer; as many again after a reopening.
pub(crate) const DAYS_TO_ANSWER: u64 = 60;

impl ReportStatus {
    /// Every status.
    pub(crate) const ALL: [Self; 8] = [
        Self::Received,
        Self::Assigned,
        Self::NeedsInformation,
        Self::Confirmed,
        Self::Rejected,
        Self::Forwarded,
        Self::Reopened,
        Self::Deleted,
    ];

    /// The word in the store, in JSON and in message keys.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Assigned => "assigned",
            Self::NeedsInformation => "needs-information",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Forwarded => "forwarded",
            Self::Reopened => "reopened",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the word in the store.
    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.slug() == slug)
    }

    /// Whether somebody still has to act.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Assigned | Self::NeedsInformation | Self::Reopened)
    }

    /// The only place where a report's status changes.
    pub(crate) fn after(self, step: Step) -> Result<Self, NotNow> {
        match (self, step) {
            (Self::Deleted, Step::Delete) => Ok(Self::Deleted),
            (Self::Deleted, _) => Err(NotNow::Deleted),
            (_, Step::Delete) => Ok(Self::Deleted),
            (Self::Confirmed | Self::Rejected | Self::Forwarded, Step::Reopen) => Ok(Self::Reopened),
            (Self::Confirmed | Self::Rejected | Self::Forwarded, _) => Err(NotNow::Closed),
            (_, Step::Reopen) => Err(NotNow::Open),
            (Self::NeedsInformation, Step::Assign) => Ok(Self::NeedsInformation),
            (_, Step::Assign) | (Self::NeedsInformation, Step::Reply) => Ok(Self::Assigned),
            (status, Step::Reply | Step::Answer) => Ok(status),
            (_, Step::Decide(decision)) => Ok(match decision {
                Decision::Confirmed => Self::Confirmed,
                Decision::Rejected => Self::Rejected,
                Decision::Forwarded => Self::Forwarded,
                Decision::NeedsInformation => Self::NeedsInformation,
            }),
        }
    }
}

impl From<NotNow> for Error {
    fn from(not_now: NotNow) -> Self {
        Self::conflict(not_now.slug())
    }
}

/// The day by which the authority answers a report that came in, or was reopened, on this day.
pub(crate) fn due_on(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(DAYS_TO_ANSWER)).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decided_report_can_only_be_reopened_or_deleted() {
        for decided in [ReportStatus::Confirmed, ReportStatus::Rejected, ReportStatus::Forwarded] {
            assert_eq!(decided.after(Step::Reopen), Ok(ReportStatus::Reopened));
            assert_eq!(decided.after(Step::Delete), Ok(ReportStatus::Deleted));
            for step in [Step::Assign, Step::Answer, Step::Decide(Decision::Confirmed), Step::Reply] {
                assert_eq!(decided.after(step), Err(NotNow::Closed), "{decided:?} {step:?}");
            }
        }
    }

    #[test]
    fn an_open_report_takes_every_step_but_a_reopening() {
        for open in ReportStatus::ALL.into_iter().filter(|status| status.is_open()) {
            for step in [Step::Assign, Step::Answer, Step::Decide(Decision::Rejected), Step::Reply, Step::Delete] {
                assert!(open.after(step).is_ok(), "{open:?} {step:?}");
            }
            assert_eq!(open.after(Step::Reopen), Err(NotNow::Open));
        }
    }

    #[test]
    fn nothing_follows_a_deletion_but_a_deletion() {
        for step in [Step::Assign, Step::Answer, Step::Decide(Decision::Rejected), Step::Reply, Step::Reopen] {
            assert_eq!(ReportStatus::Deleted.after(step), Err(NotNow::Deleted));
        }
        assert_eq!(ReportStatus::Deleted.after(Step::Delete), Ok(ReportStatus::Deleted));
    }

    #[test]
    fn every_status_has_words_for_both_sides() {
        for status in ReportStatus::ALL {
            assert_eq!(ReportStatus::from_slug(status.slug()), Some(status));
            assert!(locales::has(&format!("report-status-{}", status.slug())));
            assert!(locales::has(&format!("report-message-{}", status.slug())));
        }
    }

    #[test]
    fn an_answer_brings_a_report_back_to_its_inspector() {
        let asked = ReportStatus::Assigned.after(Step::Decide(Decision::NeedsInformation)).expect("asked");
        assert_eq!(asked.after(Step::Reply), Ok(ReportStatus::Assigned));
    }
}
