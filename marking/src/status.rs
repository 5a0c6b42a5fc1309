//! The life of a code: its [`Status`], the [`Event`]s that change it, and the one table of what follows what.
//!
//! | from | event | to | source |
//! |---|---|---|---|
//! | – | emit | emitted | D1.1, S6: the only beginning, and never a second one |
//! | emitted | apply | applied | S8, Q19, Q20 |
//! | applied | release | in circulation | D1.3, Q19, Q20: produced or imported goods enter the market |
//! | in circulation, returned | ship | shipped | S9, Q21: awaits the buyer's signature |
//! | shipped | accept | in circulation | S10, Q21: the owner changes, the code lives on |
//! | shipped | cancel shipment | in circulation | Q21: taken back, or unsigned for three working days |
//! | in circulation, returned | sell | sold | S11, D1.12, Q22 |
//! | in circulation, returned | withdraw for e-commerce | sold | S13: a sale, only not at a till; so it can be returned |
//! | sold | return | returned | D1.3: a buyer brings it back, it may be sold again |
//! | emitted, applied, in circulation, returned, expired | withdraw, destroy, lose, write off | withdrawn, destroyed, lost, written off | D1.3, S13 |
//! | applied, in circulation, returned | expire | expired | D1.3 |
//!
//! Everything else is refused. In particular:
//! - nothing but the signature or its cancellation moves goods under a document that awaits it (Q23);
//! - nothing but a return moves sold goods (Q23);
//! - withdrawn, destroyed, lost and written off are the end. Lost goods that turn up again are marked anew:
//!   while they were out of control their labels may have been copied (D1.1, D1.2);
//! - codes that never came to the market can be damaged and lost too, but not sold by post.
//!
//! A recall is no status: it belongs to the particulars of a release and is lifted or confirmed there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What has become of a code. The numbers are stored: they never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Status {
    /// The code exists, and is on no goods yet.
    Emitted = 0,
    /// The code is on goods that are not on the market yet.
    Applied = 1,
    /// The goods may be sold.
    InCirculation = 2,
    /// The goods are under a document that awaits the buyer's signature.
    Shipped = 3,
    /// The goods were sold to a consumer.
    Sold = 4,
    /// A consumer brought the goods back, and they may be sold again.
    Returned = 5,
    /// The goods left the market for a reason other than a sale.
    Withdrawn = 6,
    /// The goods or their label were destroyed.
    Destroyed = 7,
    /// The goods or their label were lost.
    Lost = 8,
    /// The goods or their label were written off.
    WrittenOff = 9,
    /// The goods were declared past their date.
    Expired = 10,
}

/// Why goods left the market without a sale at a till (S13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawalReason {
    /// Used by the participant itself.
    OwnNeeds,
    /// The goods or the label were damaged.
    Damaged,
    /// The goods turned out to be defective.
    Defect,
    /// Recycled or otherwise utilised.
    Utilisation,
    /// Sold over the internet, by post or by courier: the only reason that makes the code *sold*.
    ECommerce,
    /// Taken as a sample, for a test or an examination.
    Sampling,
    /// Taken out of the country.
    Export,
    /// Taken away by the authorities.
    Confiscated,
    /// Any other reason, told in words.
    Other,
}

/// What happens to a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The code is made. It begins a life, so it can follow nothing.
    Emit,
    /// The code is put on goods.
    Apply,
    /// The goods come to the market.
    Release,
    /// The goods go under a document to a buyer, who has not signed yet.
    Ship,
    /// The buyer signs.
    Accept,
    /// The document is taken back or runs out.
    CancelShipment,
    /// The goods are sold to a consumer.
    Sell,
    /// A consumer brings the goods back.
    Return,
    /// The goods leave the market for this reason.
    Withdraw(WithdrawalReason),
    /// The goods or their label are destroyed.
    Destroy,
    /// The goods or their label are lost.
    Lose,
    /// The goods or their label are written off.
    WriteOff,
    /// The goods are declared past their date.
    Expire,
}

/// An event that may not follow a status. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{event} may not follow {from}")]
pub struct OutOfOrder {
    /// The status that stays as it is.
    pub from: Status,
    /// The event that was refused.
    pub event: Event,
}

impl Status {
    /// Every status, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Emitted,
        Self::Applied,
        Self::InCirculation,
        Self::Shipped,
        Self::Sold,
        Self::Returned,
        Self::Withdrawn,
        Self::Destroyed,
        Self::Lost,
        Self::WrittenOff,
        Self::Expired,
    ];

    /// The status after an event: the only place where a status changes.
    ///
    /// The table, with the source of each line, stands at the head of this module.
    pub fn after(self, event: Event) -> Result<Self, OutOfOrder> {
        use Status as S;
        match (self, event) {
            (S::Emitted, Event::Apply) => Ok(S::Applied),
            (S::Applied, Event::Release) | (S::Shipped, Event::Accept | Event::CancelShipment) => Ok(S::InCirculation),
            (S::InCirculation | S::Returned, Event::Ship) => Ok(S::Shipped),
            (S::InCirculation | S::Returned, Event::Sell | Event::Withdraw(WithdrawalReason::ECommerce)) => Ok(S::Sold),
            (S::Sold, Event::Return) => Ok(S::Returned),
            (_, Event::Withdraw(WithdrawalReason::ECommerce)) => Err(OutOfOrder { from: self, event }),
            (S::Emitted | S::Applied | S::InCirculation | S::Returned | S::Expired, Event::Withdraw(_)) => {
                Ok(S::Withdrawn)
            }
            (S::Emitted | S::Applied | S::InCirculation | S::Returned | S::Expired, Event::Destroy) => Ok(S::Destroyed),
            (S::Emitted | S::Applied | S::InCirculation | S::Returned | S::Expired, Event::Lose) => Ok(S::Lost),
            (S::Emitted | S::Applied | S::InCirculation | S::Returned | S::Expired, Event::WriteOff) => {
                Ok(S::WrittenOff)
            }
            (S::Applied | S::InCirculation | S::Returned, Event::Expire) => Ok(S::Expired),
            (from, event) => Err(OutOfOrder { from, event }),
        }
    }

    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Destroyed | Self::Lost | Self::WrittenOff)
    }

    /// Whether goods in this status may be sold to a consumer, as far as the status goes: expiry and
    /// recall have their own say.
    pub fn may_be_sold(self) -> bool {
        self.after(Event::Sell).is_ok()
    }

    /// The status of a stored number; `None` when there is none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The stable name that answers and words are keyed by.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Emitted => "emitted",
            Self::Applied => "applied",
            Self::InCirculation => "in-circulation",
            Self::Shipped => "shipped",
            Self::Sold => "sold",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
            Self::Destroyed => "destroyed",
            Self::Lost => "lost",
            Self::WrittenOff => "written-off",
            Self::Expired => "expired",
        }
    }
}

impl WithdrawalReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::OwnNeeds,
        Self::Damaged,
        Self::Defect,
        Self::Utilisation,
        Self::ECommerce,
        Self::Sampling,
        Self::Export,
        Self::Confiscated,
        Self::Other,
    ];

    /// The stable name that answers and words are keyed by.
    pub fn slug(self) -> &'static str {
        match self {
            Self::OwnNeeds => "own-needs",
            Self::Damaged => "damaged",
            Self::Defect => "defect",
            Self::Utilisation => "utilisation",
            Self::ECommerce => "e-commerce",
            Self::Sampling => "sampling",
            Self::Export => "export",
            Self::Confiscated => "confiscated",
            Self::Other => "other",
        }
    }
}

impl Event {
    /// Every event, with every reason of a withdrawal.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            Self::Emit,
            Self::Apply,
            Self::Release,
            Self::Ship,
            Self::Accept,
            Self::CancelShipment,
            Self::Sell,
            Self::Return,
            Self::Destroy,
            Self::Lose,
            Self::WriteOff,
            Self::Expire,
        ]
        .into_iter()
        .chain(WithdrawalReason::ALL.map(Self::Withdraw))
    }

    /// The stable name of the event; a withdrawal's reason has a name of its own.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Apply => "apply",
            Self::Release => "release",
            Self::Ship => "ship",
            Self::Accept => "accept",
            Self::CancelShipment => "cancel-shipment",
            Self::Sell => "sell",
            Self::Return => "return",
            Self::Withdraw(_) => "withdraw",
            Self::Destroy => "destroy",
            Self::Lose => "lose",
            Self::WriteOff => "write-off",
            Self::Expire => "expire",
        }
    }
}

/// A slug that names nothing of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct UnknownSlug;

impl FromStr for Status {
    type Err = UnknownSlug;

    fn from_str(text: &str) -> Result<Self, UnknownSlug> {
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.slug() == text).ok_or(UnknownSlug)
    }
}

impl FromStr for WithdrawalReason {
    type Err = UnknownSlug;

    fn from_str(text: &str) -> Result<Self, UnknownSlug> {
        let mut all = Self::ALL.into_iter();
        all.find(|reason| reason.slug() == text).ok_or(UnknownSlug)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

impl fmt::Display for WithdrawalReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn events() -> impl Strategy<Value = Event> {
        prop::sample::select(Event::all().collect::<Vec<_>>())
    }

    fn statuses() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::ALL.to_vec())
    }

    #[test]
    fn numbers_and_slugs_name_one_status_each() {
        for (number, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(status as u8), number);
            assert_eq!(Status::from_number(status as u8), Some(status));
            assert_eq!(status.slug().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), serde_json::json!(status.slug()));
        }
        for reason in WithdrawalReason::ALL {
            assert_eq!(reason.slug().parse(), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), serde_json::json!(reason.slug()));
        }
        assert_eq!(Status::from_number(11), None);
        assert_eq!("Sold".parse::<Status>(), Err(UnknownSlug));
    }

    /// D1.1: a code that exists is never emitted again, whatever became of it.
    #[test]
    fn nothing_is_emitted_twice() {
        for status in Status::ALL {
            assert!(status.after(Event::Emit).is_err());
        }
    }

    /// D1.1, S13: the carrier of a code that left the market never serves again.
    #[test]
    fn final_statuses_stay_final_and_the_others_do_not() {
        for status in Status::ALL {
            let moves = Event::all().any(|event| status.after(event).is_ok());
            assert_eq!(moves, !status.is_final(), "{status}");
        }
    }

    /// Q23: nothing happens to goods in a document that awaits its signature, but the signature or its end.
    #[test]
    fn goods_that_await_a_signature_move_only_by_it() {
        for event in Event::all() {
            let moved = Status::Shipped.after(event);
            let expected = matches!(event, Event::Accept | Event::CancelShipment);
            assert_eq!(moved.is_ok(), expected, "{event}");
        }
    }

    /// Q23: nothing happens to sold goods but a return (D1.3).
    #[test]
    fn sold_goods_move_only_by_a_return() {
        for event in Event::all() {
            assert_eq!(Status::Sold.after(event).is_ok(), event == Event::Return);
        }
    }

    /// S13: a sale over the internet is a sale; other withdrawals are not.
    #[test]
    fn goods_sold_over_the_internet_can_be_returned() {
        let sold = Status::InCirculation.after(Event::Withdraw(WithdrawalReason::ECommerce)).unwrap();
        assert_eq!(sold.after(Event::Return), Ok(Status::Returned));
        let used = Status::InCirculation.after(Event::Withdraw(WithdrawalReason::OwnNeeds)).unwrap();
        assert_eq!(used, Status::Withdrawn);
    }

    /// S8 to S11: the usual life of a code.
    #[test]
    fn a_code_is_applied_released_shipped_accepted_sold_and_returned() {
        let life = [
            (Event::Apply, Status::Applied),
            (Event::Release, Status::InCirculation),
            (Event::Ship, Status::Shipped),
            (Event::Accept, Status::InCirculation),
            (Event::Sell, Status::Sold),
            (Event::Return, Status::Returned),
            (Event::Sell, Status::Sold),
        ];
        let mut status = Status::Emitted;
        for (event, expected) in life {
            status = status.after(event).unwrap();
            assert_eq!(status, expected);
        }
    }

    /// S11, Q24: only goods that are on the market, and under no document, are sold.
    #[test]
    fn only_goods_on_the_market_may_be_sold() {
        for status in Status::ALL {
            let sellable = matches!(status, Status::InCirculation | Status::Returned);
            assert_eq!(status.may_be_sold(), sellable, "{status}");
        }
    }

    proptest! {
        /// D1.3, S11: nothing is sold that did not come to the market, and each status that says so was
        /// reached by the event that makes it.
        #[test]
        fn every_way_to_a_sale_passes_the_release(events in prop::collection::vec(events(), 0..60)) {
            let mut status = Status::Emitted;
            let mut applied = false;
            let mut released = false;
            let mut sold = false;
            for event in events {
                let Ok(next) = status.after(event) else { continue };
                applied |= event == Event::Apply;
                released |= event == Event::Release;
                sold |= next == Status::Sold;
                prop_assert!(!status.is_final());
                prop_assert!(!released || applied);
                if matches!(next, Status::InCirculation | Status::Shipped | Status::Sold | Status::Returned) {
                    prop_assert!(released);
                }
                if next == Status::Returned {
                    prop_assert!(sold);
                }
                status = next;
            }
        }

        /// A refused event changes nothing, and says what was refused. No event leads back to the beginning.
        #[test]
        fn an_event_moves_a_code_or_is_refused_by_name(status in statuses(), event in events()) {
            match status.after(event) {
                Ok(next) => prop_assert!(next != status && next != Status::Emitted),
                Err(refused) => prop_assert_eq!(refused, OutOfOrder { from: status, event }),
            }
        }
    }
}
