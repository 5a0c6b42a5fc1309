//! The rules that a subject is judged by.

use super::crowd::Crowd;
use super::finding::Judgement;
use super::settings::Settings;
use super::spread::judge_spread;
use super::subject::Subject;
use super::trail::Trail;
use super::{run, witnessed};

/// Judges a subject by its trail; none when there is nothing to say. `now`, in seconds since 1970, is when the scan that
/// brought it up came in: windows of time end there, whatever times scans claim.
pub fn judge(subject: Subject, trail: &Trail, now: i64, crowd: &Crowd, settings: &Settings) -> Option<Judgement> {
    match subject {
        Subject::Unit { .. } => {
            let spread = judge_spread(trail, crowd, settings);
            match (spread, witnessed::judge_life(trail, now, settings)) {
                (Some(spread), Some(life)) => Some(spread.with(life)),
                (spread, life) => spread.or(life),
            }
        }
        Subject::Label { .. } => witnessed::judge_label(trail, now, settings),
        Subject::Seal { .. } => witnessed::judge_seal(trail, now, settings),
        Subject::Device { .. } => witnessed::judge_device(trail, now, settings),
        Subject::Shop { seen, .. } => witnessed::judge_shop(seen, trail, now, crowd, settings),
        Subject::Run { .. } => run::judge_route(trail, settings),
        Subject::OddRun { .. } => run::judge_odd_run(trail, now, settings),
    }
}
