//! How much of a sequence one participant may have. Short serials of a GTIN and the numbers of stamps are shared; so
//! that none of those who share can use up what the others need, places are given in blocks, and only up to a share.

use marking::segment::UNITS_PER_SEGMENT;

use crate::platform::problem::{Error, Result};

/// Places of a block; a larger order gets a block of its own.
const BLOCK: u64 = 100_000;
/// The part of a sequence that a participant may have without an operator's consent, unless it registered the goods.
const SHARES: u64 = 32;
const _: () = assert!(BLOCK > UNITS_PER_SEGMENT as u64);

/// Who asks for places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The participant that registered the goods: the sequence is theirs but for what others have already.
    Registrant,
    /// Another importer of the same goods: all of these together have half of the sequence at most.
    Another,
    /// One of those who share the series of stamps.
    OfStamps,
}

/// How much of a sequence is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// All places that the sequence has.
    pub(crate) room: u64,
    /// Places given to anybody.
    pub(crate) all: u64,
    /// Places given to the one who asks.
    pub(crate) own: u64,
    /// Places given to others than the participant that registered the goods.
    pub(crate) others: u64,
}

impl Given {
    /// How many places to give to one who needs so many: a block where its share allows that, else as many as are
    /// needed. `raised` is the share that an operator set.
    ///
    /// 409 `sequence-exhausted` when the sequence has no more, 409 `share-exhausted` when the share has no more.
    pub(crate) fn block(self, asker: Asker, needed: u32, raised: Option<u64>) -> Result<u64> {
        let needed = u64::from(needed);
        let sizes = [needed.max(BLOCK), needed];
        if let Some(size) = sizes.into_iter().find(|size| self.allows(asker, *size, raised)) {
            return Ok(size);
        }
        Err(Error::conflict(if self.all + needed > self.room { "sequence-exhausted" } else { "share-exhausted" }))
    }

    fn allows(self, asker: Asker, size: u64, raised: Option<u64>) -> bool {
        let own = self.own + size;
        let within = match (raised, asker) {
            (Some(most), _) => own <= most,
            (None, Asker::Registrant) => true,
            (None, Asker::Another) => own <= self.room / SHARES && self.others + size <= self.room / 2,
            (None, Asker::OfStamps) => own <= self.room / SHARES,
        };
        within && self.all + size <= self.room
    }

    /// Whether so many places given in a day are worth an alarm: one percent of the sequence.
    pub(crate) fn is_alarming(room: u64, given_today: u64) -> bool {
        given_today.saturating_mul(100) >= room
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const ROOM: u64 = 656_356_768;

    fn slug(result: Result<u64>) -> &'static str {
        result.unwrap_err().slug()
    }

    /// X43
    #[test]
    fn small_orders_share_a_block_and_a_large_one_has_its_own() {
        let given = Given { room: ROOM, all: 0, own: 0, others: 0 };
        assert_eq!(given.block(Asker::Registrant, 30, None).unwrap(), BLOCK);
        assert_eq!(given.block(Asker::Registrant, 1_000_000, None).unwrap(), 1_000_000);
    }

    /// X43: the last places are given one order at a time, and none beyond the end.
    #[test]
    fn the_end_of_a_sequence_is_given_out_exactly() {
        let given = Given { room: ROOM, all: ROOM - 10, own: 0, others: 0 };
        assert_eq!(given.block(Asker::Registrant, 10, None).unwrap(), 10);
        assert_eq!(slug(given.block(Asker::Registrant, 11, None)), "sequence-exhausted");
    }

    /// X43
    #[test]
    fn an_operator_may_raise_or_lower_a_share() {
        let given = Given { room: ROOM, all: ROOM / 32, own: ROOM / 32, others: ROOM / 32 };
        assert_eq!(slug(given.block(Asker::Another, 1, None)), "share-exhausted");
        assert!(given.block(Asker::Another, 1, Some(ROOM / 2)).is_ok());
        assert_eq!(slug(given.block(Asker::Registrant, 1, Some(10))), "share-exhausted");
    }

    #[test]
    fn one_percent_in_a_day_is_an_alarm() {
        assert!(!Given::is_alarming(1_000_000_000, 9_999_999));
        assert!(Given::is_alarming(1_000_000_000, 10_000_000));
    }

    proptest! {
        /// X43: however many rivals ask for however much, half of a sequence is left to who registered the goods.
        #[test]
        fn rivals_leave_half_of_the_sequence(asked in prop::collection::vec((0..60_usize, 1..=1_000_000_u32), 0..3_000)) {
            let (mut all, mut own) = (0, [0; 60]);
            for (rival, needed) in asked {
                let given = Given { room: ROOM, all, own: own[rival], others: all };
                if let Ok(size) = given.block(Asker::Another, needed, None) {
                    prop_assert!(size >= u64::from(needed));
                    all += size;
                    own[rival] += size;
                }
            }
            prop_assert!(all <= ROOM / 2 && own.iter().all(|own| *own <= ROOM / SHARES));
            let left = Given { room: ROOM, all, own: 0, others: all };
            prop_assert!(left.block(Asker::Registrant, 1_000_000, None).is_ok());
        }
    }
}
