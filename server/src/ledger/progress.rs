//! How many units of an order have each status.

use marking::segment::UnitState;
use marking::status::Status;

/// How many units of an order have each status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress([u32; Status::ALL.len()]);

impl Progress {
    /// Counts the stored states; units of segments without a row are emitted and no more.
    /// `None` when what is stored is no state.
    pub(crate) fn count<'a>(quantity: u32, segments: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut counts = [0; Status::ALL.len()];
        let mut stored = 0;
        for states in segments {
            for state in states.as_chunks::<2>().0 {
                counts[UnitState::from_bytes(*state)?.status() as usize] += 1;
                stored += 1;
            }
        }
        counts[Status::Emitted as usize] += quantity.checked_sub(stored)?;
        Some(Self(counts))
    }

    /// The statuses that units are in, and how many.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (Status, u32)> {
        Status::ALL.into_iter().zip(self.0).filter(|(_, units)| *units > 0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn units_without_a_stored_state_count_as_emitted() {
        let state = |status| UnitState::new(status, 3).unwrap().to_bits().to_be_bytes();
        let states = [state(Status::Sold), state(Status::Applied), state(Status::Sold)].concat();
        let progress = Progress::count(10, [states.as_slice()]).unwrap();
        let expected = [(Status::Emitted, 7), (Status::Applied, 1), (Status::Sold, 2)];
        assert_eq!(progress.counts().collect::<Vec<_>>(), expected);
        assert_eq!(Progress::count(2, [states.as_slice()]), None, "more states than units");
        assert_eq!(Progress::count(2, [&[0xF0, 0][..]]), None, "no such status");
    }
}
