//! Times of single requests, kept whole: a run has a few million at most.

use std::time::Duration;

/// Times of requests, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    /// Notes one.
    pub fn push(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds those of another run.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that `percent` of the requests were answered within; zero without any.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        Duration::from_micros(sorted.get(rank).copied().unwrap_or(0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_taken() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(99), Duration::ZERO);
        (1..=200).rev().for_each(|micros| latencies.push(Duration::from_micros(micros)));
        assert_eq!(latencies.percentile(50), Duration::from_micros(100));
        assert_eq!(latencies.percentile(99), Duration::from_micros(198));
        assert_eq!(latencies.percentile(100), Duration::from_micros(200));
    }
}
