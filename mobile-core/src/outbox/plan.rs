//! When to try again: five seconds, doubled with every try, an hour at most, and somewhere in the upper half of that by
//! chance. A longer `Retry-After` counts, with a little chance on top.

use chrono::TimeDelta;

const FIRST_SECONDS: u64 = 5;
const LONGEST_SECONDS: u64 = 3_600;
/// The longest that a register may put a phone off.
const LONGEST_PUT_OFF: u64 = 86_400;

/// How long to wait after so many tries.
pub(super) fn wait(attempts: u32, retry_after: Option<u32>, chance: u64) -> TimeDelta {
    let doubled = FIRST_SECONDS << attempts.saturating_sub(1).min(10);
    let longest = doubled.min(LONGEST_SECONDS) * 1_000;
    let by_plan = longest / 2 + chance % (longest / 2 + 1);
    let put_off = u64::from(retry_after.unwrap_or(0)).min(LONGEST_PUT_OFF) * 1_000;
    let by_register = if put_off == 0 { 0 } else { put_off + chance % (put_off / 10 + 1) };
    // A day and a tenth at most.
    TimeDelta::milliseconds(i64::try_from(by_plan.max(by_register)).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_apart_up_to_an_hour_and_differ_by_chance() {
        let seconds = |attempts, chance| wait(attempts, None, chance).num_milliseconds();
        assert_eq!((seconds(1, 0), seconds(1, 2_500)), (2_500, 5_000));
        assert_eq!((seconds(2, 0), seconds(5, 0)), (5_000, 40_000));
        for attempts in [11, 40, u32::MAX] {
            assert_eq!(seconds(attempts, 0), 1_800_000);
            assert!((1_800_000..=3_600_000).contains(&seconds(attempts, u64::MAX)));
        }
    }

    #[test]
    fn a_register_that_asks_for_more_patience_gets_it() {
        assert_eq!(wait(1, Some(120), 0).num_seconds(), 120);
        assert!(wait(1, Some(120), 11_999).num_seconds() >= 131);
        assert_eq!(wait(20, Some(1), 0).num_seconds(), 1_800);
        assert_eq!(wait(1, Some(u32::MAX), 0).num_days(), 1);
    }
}
