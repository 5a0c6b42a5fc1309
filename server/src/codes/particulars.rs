//! What units of an order share besides their status: the facts of their release, a recall, a reason of
//! withdrawal. A document replaces some of it and leaves the rest; equal sets are one set within an order.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use marking::status::WithdrawalReason;

use super::deed::{Deed, Leaving};
use super::sheet::Refusal;

/// A set of particulars; the empty one is never stored and has the number 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Particulars {
    /// What was said at the release.
    pub(crate) release: ReleaseFacts,
    /// Why and since when the goods are recalled.
    pub(crate) recall: Option<Recall>,
    /// Why the goods left the market without a sale.
    pub(crate) withdrawn: Option<WithdrawalReason>,
}

/// What a release says of the goods (D1.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReleaseFacts {
    /// The day of production.
    pub(crate) produced_on: Option<NaiveDate>,
    /// The last day on which they are good.
    pub(crate) expires_on: Option<NaiveDate>,
    /// The number of the participant who imported them, and the customs declaration.
    pub(crate) import: Option<Import>,
}

/// Where imported goods crossed the border on paper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The importer's number in the register.
    pub(crate) importer: i32,
    /// `NNNNN/DDMMYY/NNNNNNN`.
    pub(crate) declaration_number: String,
    /// The day of the declaration.
    pub(crate) declared_on: NaiveDate,
}

/// A recall.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Recall {
    /// Why, in words.
    pub(crate) reason: String,
    /// Since when.
    pub(crate) on: NaiveDate,
}

impl Particulars {
    /// Whether there is nothing to store.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What they are after a document.
    pub(crate) fn after(&self, deed: &Deed) -> Self {
        let mut after = self.clone();
        match deed {
            Deed::Release(facts) => after.release = facts.clone(),
            Deed::Recall(recall) => after.recall = Some(recall.clone()),
            Deed::LiftRecall => after.recall = None,
            Deed::Leave(Leaving::Withdraw(reason)) => after.withdrawn = Some(*reason),
            // Goods that are on the market again carry no reason for having left it.
            Deed::Return => after.withdrawn = None,
            Deed::Apply
            | Deed::Sell
            | Deed::Leave(_)
            | Deed::Ship
            | Deed::Accept { .. }
            | Deed::CancelShipment
            | Deed::Pack
            | Deed::Unpack => {}
        }
        after
    }

    /// Why goods with these particulars may not be sold today, if so.
    pub(crate) fn unfit_for_sale(&self, today: NaiveDate) -> Option<Refusal> {
        if self.recall.is_some() {
            Some(Refusal::Recalled)
        } else if self.release.expires_on.is_some_and(|expires_on| expires_on < today) {
            Some(Refusal::Expired)
        } else {
            None
        }
    }
}

/// Which of an order's particulars forbid the deed: a sale of recalled or expired goods.
pub(crate) fn unfit(deed: &Deed, particulars: &BTreeMap<u16, Particulars>, today: NaiveDate) -> BTreeMap<u16, Refusal> {
    let forbids = |(number, particulars): (&u16, &Particulars)| Some((*number, particulars.unfit_for_sale(today)?));
    if deed.is_sale() { particulars.iter().filter_map(forbids).collect() } else { BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn released() -> Particulars {
        let release = ReleaseFacts { produced_on: Some(day(1)), expires_on: Some(day(20)), import: None };
        Particulars { release, ..Particulars::default() }
    }

    #[test]
    fn a_recall_keeps_the_facts_of_the_release_and_is_lifted_again() {
        let recall = Recall { reason: "glass inside".into(), on: day(5) };
        let recalled = released().after(&Deed::Recall(recall.clone()));
        assert_eq!((recalled.release.clone(), recalled.recall.clone()), (released().release, Some(recall)));
        assert_eq!(recalled.after(&Deed::LiftRecall), released());
    }

    #[test]
    fn goods_sold_over_the_internet_and_returned_carry_no_reason_any_more() {
        let sold = released().after(&Deed::Leave(Leaving::Withdraw(WithdrawalReason::ECommerce)));
        assert_eq!(sold.withdrawn, Some(WithdrawalReason::ECommerce));
        assert_eq!(sold.after(&Deed::Return), released());
    }

    #[test]
    fn goods_are_sold_through_their_last_day_and_not_after() {
        assert_eq!(released().unfit_for_sale(day(20)), None);
        assert_eq!(released().unfit_for_sale(day(21)), Some(Refusal::Expired));
        let recalled = released().after(&Deed::Recall(Recall { reason: String::new(), on: day(5) }));
        assert_eq!(recalled.unfit_for_sale(day(6)), Some(Refusal::Recalled));
    }

    #[test]
    fn only_sales_are_forbidden_by_particulars() {
        let stored = BTreeMap::from([(3, released())]);
        assert_eq!(unfit(&Deed::Sell, &stored, day(21)), BTreeMap::from([(3, Refusal::Expired)]));
        let online = Deed::Leave(Leaving::Withdraw(WithdrawalReason::ECommerce));
        assert_eq!(unfit(&online, &stored, day(21)).len(), 1);
        assert!(unfit(&Deed::Leave(Leaving::Expire), &stored, day(21)).is_empty());
        assert!(unfit(&Deed::Ship, &stored, day(21)).is_empty());
    }
}
