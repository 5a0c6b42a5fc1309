//! Chances, the same for the same seed.

use tests::load::Random;

/// A source of chances.
pub(crate) struct Dice(Random);

impl Dice {
    /// One that repeats itself for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Random::new(seed.wrapping_mul(0xD134_2543_DE82_EF95)))
    }

    /// A number from 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in a range.
    pub(crate) fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// A whole number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// Whether something of this chance happens.
    pub(crate) fn happens(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// A number whose logarithm is spread evenly.
    pub(crate) fn log_between(&mut self, from: f64, to: f64) -> f64 {
        self.between(from.ln(), to.ln()).exp()
    }

    /// A waiting time with this mean.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A number whose logarithm is normal, by its median and the deviation of its logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, deviation: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        median * (deviation * radius * self.direction().cos()).exp()
    }

    /// How often something with this mean happens, each time with the same chance of once more.
    pub(crate) fn again(&mut self, mean: f64) -> usize {
        let more = mean / (1.0 + mean);
        let mut times = 0;
        while self.happens(more) {
            times += 1;
        }
        times
    }

    /// An angle.
    pub(crate) fn direction(&mut self) -> f64 {
        self.unit() * std::f64::consts::TAU
    }

    /// A name for a device or a scan.
    pub(crate) fn name(&mut self) -> u64 {
        self.0.draw()
    }
}
