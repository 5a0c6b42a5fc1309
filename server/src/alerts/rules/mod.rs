//! The rules: pure functions over bounded trails. The server's worker and the simulation call the same ones.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts, seconds and kilometres are far below 2^52"
)]

mod attempt;
mod crowd;
mod finding;
mod judge;
mod kind;
mod run;
mod settings;
mod sighting;
mod spread;
mod subject;
#[cfg(test)]
mod tests;
mod trail;
mod voice;
mod witnessed;

pub use attempt::{Attempt, Refused, judge_attempt};
pub use crowd::Crowd;
pub use finding::{Finding, Judgement, chance};
pub use judge::judge;
pub use kind::Kind;
pub use settings::{Settings, SpreadWeights};
pub use sighting::{Position, Seen, Sighting};
pub use spread::{Spread, judge_spread};
pub use subject::{Mark, Read, Scan, Subject, mixed};
pub use trail::{Party, Trail};
pub use voice::{Network, Voices};
