//! What a document does: its event in the life of each unit, who may file it, and what it changes besides.

use marking::status::{Event, Status, WithdrawalReason};

use super::particulars::{Recall, ReleaseFacts};

/// What a document does to its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The codes were put on goods (S8, Q20).
    Apply,
    /// The goods enter the market.
    Release(ReleaseFacts),
    /// They go to a buyer who hasn't signed yet (S9, Q21).
    Ship,
    /// The buyer signs (S10).
    Accept {
        /// The buyer.
        receiver: i32,
    },
    /// The sender takes them back.
    CancelShipment,
    /// They are sold to a consumer (S11, Q22).
    Sell,
    /// A consumer brings them back.
    Return,
    /// They leave the market without a sale at a till (S13).
    Leave(Leaving),
    /// They are dangerous or bad: nobody should use or sell them.
    Recall(Recall),
    /// They are not, after all.
    LiftRecall,
    /// They are put into a pack: nothing changes in their life.
    Pack,
    /// A pack that they are in is taken apart.
    Unpack,
}

/// A way to leave the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// For a reason that is kept.
    Withdraw(WithdrawalReason),
    /// Destroyed.
    Destroy,
    /// Lost.
    Lose,
    /// Written off.
    WriteOff,
    /// Past its date.
    Expire,
}

impl Leaving {
    /// Every way.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        WithdrawalReason::ALL.into_iter().map(Self::Withdraw).chain([
            Self::Destroy,
            Self::Lose,
            Self::WriteOff,
            Self::Expire,
        ])
    }

    /// The stable name, as documents give it.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Withdraw(reason) => reason.slug(),
            Self::Destroy => "destruction",
            Self::Lose => "loss",
            Self::WriteOff => "write-off",
            Self::Expire => "expiry",
        }
    }

    /// The way of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        Self::all().find(|leaving| leaving.slug() == slug)
    }

    fn event(self) -> Event {
        match self {
            Self::Withdraw(reason) => Event::Withdraw(reason),
            Self::Destroy => Event::Destroy,
            Self::Lose => Event::Lose,
            Self::WriteOff => Event::WriteOff,
            Self::Expire => Event::Expire,
        }
    }
}

impl Deed {
    /// The stable name: what stands in the register and in the audit.
    pub(crate) fn slug(&self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Release(_) => "release",
            Self::Ship => "ship",
            Self::Accept { .. } => "accept",
            Self::CancelShipment => "cancel-shipment",
            Self::Sell => "sell",
            Self::Return => "return",
            Self::Leave(_) => "withdraw",
            Self::Recall(_) => "recall",
            Self::LiftRecall => "lift-recall",
            Self::Pack => "pack",
            Self::Unpack => "unpack",
        }
    }

    /// What happens to each unit; nothing when its life goes on as it was.
    pub(crate) fn event(&self) -> Option<Event> {
        match self {
            Self::Apply => Some(Event::Apply),
            Self::Release(_) => Some(Event::Release),
            Self::Ship => Some(Event::Ship),
            Self::Accept { .. } => Some(Event::Accept),
            Self::CancelShipment => Some(Event::CancelShipment),
            Self::Sell => Some(Event::Sell),
            Self::Return => Some(Event::Return),
            Self::Leave(leaving) => Some(leaving.event()),
            Self::Recall(_) | Self::LiftRecall | Self::Pack | Self::Unpack => None,
        }
    }

    /// Statuses that forbid it where no event does.
    ///
    /// Packed are units whose label is on goods, and which are neither gone nor under a document (Q23).
    pub(crate) fn barred(&self) -> &'static [Status] {
        match self {
            Self::Pack => &[
                Status::Emitted,
                Status::Shipped,
                Status::Sold,
                Status::Withdrawn,
                Status::Destroyed,
                Status::Lost,
                Status::WrittenOff,
            ],
            Self::Unpack => &[Status::Shipped],
            _ => &[],
        }
    }

    /// Whether the units or their particulars are other ones afterwards.
    pub(crate) fn changes_units(&self) -> bool {
        !matches!(self, Self::Pack | Self::Unpack)
    }

    /// Whether a consumer gets the goods.
    pub(crate) fn is_sale(&self) -> bool {
        matches!(self, Self::Sell | Self::Leave(Leaving::Withdraw(WithdrawalReason::ECommerce)))
    }

    /// Whether units that are named one by one or by range leave the packs they are in: they are no longer
    /// where the pack is. Units named by their pack stay in it.
    pub(crate) fn takes_out_of_packs(&self) -> bool {
        matches!(self, Self::Ship | Self::Sell | Self::Return | Self::Leave(_))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_event_but_the_emission_is_reached_by_a_document() {
        let recall = Recall { reason: crate::registry::Names::default(), on: chrono::NaiveDate::MIN };
        let deeds = [
            Deed::Apply,
            Deed::Release(ReleaseFacts::default()),
            Deed::Ship,
            Deed::Accept { receiver: 1 },
            Deed::CancelShipment,
            Deed::Sell,
            Deed::Return,
            Deed::Recall(recall),
        ];
        let reached: HashSet<Event> =
            deeds.into_iter().chain(Leaving::all().map(Deed::Leave)).filter_map(|deed| deed.event()).collect();
        let missing: Vec<_> = Event::all().filter(|event| !reached.contains(event)).collect();
        assert_eq!(missing, [Event::Emit]);
    }

    #[test]
    fn a_name_is_of_one_way_to_leave() {
        for leaving in Leaving::all() {
            assert_eq!(Leaving::find(leaving.slug()), Some(leaving));
        }
        assert_eq!(Leaving::find("sold"), None);
    }

    /// Q23: goods under a document are neither packed nor unpacked.
    #[test]
    fn goods_under_way_are_not_packed() {
        assert!(Deed::Pack.barred().contains(&Status::Shipped));
        assert!(!Deed::Pack.barred().contains(&Status::InCirculation));
    }
}
