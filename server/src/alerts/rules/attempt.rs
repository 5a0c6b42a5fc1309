//! What tills ask for and are refused: the clearest sign there is, since one item is sold once.

use super::finding::{Finding, Judgement};
use super::kind::Kind;
use super::settings::Settings;

/// A sale that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Who asked.
    pub seller: i32,
    /// Why it was refused.
    pub why: Refused,
}

/// Why a sale was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The unit was sold before.
    Sold {
        /// When.
        at: i64,
        /// By whom.
        seller: i32,
    },
    /// The unit was withdrawn or recalled before.
    Withdrawn {
        /// When.
        at: i64,
    },
}

/// Judges an attempt. The same till within half an hour has merely asked twice.
pub fn judge_attempt(attempt: Attempt, settings: &Settings) -> Option<Judgement> {
    let (kind, before) = match attempt.why {
        Refused::Sold { at, seller } => {
            if seller == attempt.seller && (attempt.at - at).abs() <= settings.retry_seconds {
                return None;
            }
            (Kind::SecondSale, at)
        }
        Refused::Withdrawn { at } => (Kind::SaleAfterWithdrawal, at),
    };
    let hours = ((attempt.at - before) as f64 / 3_600.0).max(0.0).round();
    let finding = Finding::new(kind, settings.clear, (before, attempt.at), &[("hours", hours)]);
    Some(Judgement::of(settings.clear, false, vec![finding], None))
}
