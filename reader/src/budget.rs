//! How long a call may take. The clock is the host's, because a browser has another one.

use std::time::Duration;

/// The time until which a call may work.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    clock: fn() -> Duration,
    ends: Duration,
}

impl Budget {
    /// What a live frame gets when its host has no other wish.
    pub const LIVE: Duration = Duration::from_millis(15);
    /// What a photo gets when its host has no other wish.
    pub const PHOTO: Duration = Duration::from_millis(150);

    /// A budget of `length`, beginning now by `clock`, which tells the time since any fixed moment and never runs back.
    pub fn new(clock: fn() -> Duration, length: Duration) -> Self {
        Self { clock, ends: clock().saturating_add(length) }
    }

    /// A budget of `length`, beginning now by the system's own clock.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn lasting(length: Duration) -> Self {
        Self::new(since_start, length)
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.ends.saturating_sub((self.clock)())
    }

    /// Nothing is left.
    pub fn spent(&self) -> bool {
        self.left().is_zero()
    }

    /// The same clock, ending when `share` of what is left has gone.
    pub(crate) fn share(&self, share: f64) -> Self {
        let left = self.left();
        Self { clock: self.clock, ends: self.ends.saturating_sub(left.mul_f64(1.0 - share)) }
    }

    /// The same clock, ending so much earlier.
    pub(crate) fn less(&self, time: Duration) -> Self {
        Self { clock: self.clock, ends: self.ends.saturating_sub(time) }
    }

    /// Whether work that takes about `micros` microseconds would still end in time.
    pub(crate) fn allows(&self, micros: usize) -> bool {
        self.left() > Duration::from_micros(micros as u64)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn since_start() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
