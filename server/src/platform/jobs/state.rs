//! How the workers keep up: what monitoring asks.

use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// Jobs that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Backlog {
    /// Age of the oldest job that judges scans, in seconds.
    pub(crate) oldest_scans_seconds: f64,
    /// Age of the oldest other job, in seconds.
    pub(crate) oldest_general_seconds: f64,
    /// Jobs on the dead list.
    pub(crate) dead: i64,
}

impl Backlog {
    /// Age of the oldest job, in whole seconds; 0 when none waits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an age in seconds")]
    pub(crate) fn oldest_seconds(&self) -> u64 {
        self.oldest_scans_seconds.max(self.oldest_general_seconds).max(0.0) as u64
    }
}

/// Reads the backlog. A job that waits for its next attempt is in it.
pub(crate) async fn read_backlog(db: &impl GenericClient) -> Result<Backlog> {
    let read = db
        .prepare_cached(
            "-- jobs::read_backlog
             SELECT coalesce(extract(epoch FROM now() - (SELECT min(appended_at) FROM
                        (SELECT appended_at FROM job WHERE lane = 'scans' ORDER BY id LIMIT 100) s)), 0)::float8,
                    coalesce(extract(epoch FROM now() - (SELECT min(appended_at) FROM
                        (SELECT appended_at FROM job WHERE lane <> 'scans' ORDER BY id LIMIT 100) r)), 0)::float8,
                    (SELECT count(*) FROM dead_job)",
        )
        .await?;
    let row = db.query_one(&read, &[]).await?;
    Ok(Backlog { oldest_scans_seconds: row.get(0), oldest_general_seconds: row.get(1), dead: row.get(2) })
}
