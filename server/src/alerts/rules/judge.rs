//! The rules that a subject is judged by.

use super::crowd::Crowd;
use super::finding::Judgement;
use super::settings::Settings;
use super::spread::judge_spread;
use super::subject::Subject;
use super::trail::Trail;
use super::{run, witnessed};

/// Judges a subject by its trail; none when there is nothing to say.
pub fn judge(subject: Subject, trail: &Trail, crowd: &Crowd, settings: &Settings) -> Option<Judgement> {
    match subject {
        Subject::Unit { .. } => {
            let spread = judge_spread(trail, crowd, settings);
            match (spread, witnessed::judge_life(trail, settings)) {
                (Some(spread), Some(life)) => Some(spread.with(life)),
                (spread, life) => spread.or(life),
            }
        }
        Subject::Label { .. } => witnessed::judge_label(trail, settings),
        Subject::Seal { .. } => witnessed::judge_seal(trail, settings),
        Subject::Device { .. } => witnessed::judge_device(trail, settings),
        Subject::Shop { seen, .. } => witnessed::judge_shop(seen, trail, crowd, settings),
        Subject::Run { .. } => run::judge_route(trail, settings),
        Subject::OddRun { .. } => run::judge_odd_run(trail, settings),
    }
}
