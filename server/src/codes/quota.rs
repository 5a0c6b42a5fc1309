//! How many codes a participant may order of one product: a day, and not yet applied in total; and which orders an
//! operator has to approve. An operator sets other bounds for a participant or for one of its products.

use chrono::{DateTime, TimeDelta, Utc};
use marking::layout::{Group, SerialScheme};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::clock;
use crate::platform::problem::{Error, Result};
use crate::registry::Faults;

/// Bounds as an operator sets them; what is left out is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderQuota)]
pub(crate) struct Quota {
    /// Codes of one product that may be ordered in a day.
    #[schema(maximum = 1_000_000_000, example = 2_000_000)]
    pub(crate) codes_a_day: Option<u64>,
    /// Codes of one product that may be ordered and not yet applied.
    #[schema(maximum = 1_000_000_000, example = 5_000_000)]
    pub(crate) not_applied: Option<u64>,
    /// Orders of all products that may be placed in a day.
    #[schema(maximum = 1_000_000_000, example = 1_000)]
    pub(crate) orders_a_day: Option<u64>,
    /// The largest order that needs no approval by an operator.
    #[schema(maximum = 1_000_000_000, example = 200_000)]
    pub(crate) approval_above: Option<u64>,
    /// Places of the sequence that short serials or stamps are numbered by.
    #[schema(maximum = 1_000_000_000, example = 20_000_000)]
    pub(crate) places: Option<u64>,
}

/// The bounds that hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderLimits)]
pub(crate) struct Limits {
    /// Codes of one product that may be ordered in a day.
    pub(crate) codes_a_day: u64,
    /// Codes of one product that may be ordered and not yet applied.
    pub(crate) not_applied: u64,
    /// Orders of all products that may be placed in a day.
    pub(crate) orders_a_day: u64,
    /// The largest order that needs no approval.
    pub(crate) approval_above: u64,
    /// Places of the sequence of short serials or stamps; none where the common rule of shares holds.
    pub(crate) places: Option<u64>,
}

/// What holds unless an operator sets something else.
pub(crate) const DEFAULT: Limits = Limits {
    codes_a_day: 2_000_000,
    not_applied: 5_000_000,
    orders_a_day: 1_000,
    approval_above: 200_000,
    places: None,
};

/// What a participant has ordered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderUsage)]
pub(crate) struct Usage {
    /// Codes of the product that were ordered today; refused and voided orders don't count.
    pub(crate) codes_today: u64,
    /// Codes of the product that were ordered and are not applied yet.
    pub(crate) not_applied: u64,
    /// Orders of all products that were placed today, voided ones as well.
    pub(crate) orders_today: u64,
}

impl Quota {
    /// The highest value of any bound.
    const MOST: u64 = 1_000_000_000;

    /// Notes each bound that is too high.
    pub(crate) fn check(&self, faults: &mut Faults) {
        let bounds = [
            ("codes_a_day", self.codes_a_day),
            ("not_applied", self.not_applied),
            ("orders_a_day", self.orders_a_day),
            ("approval_above", self.approval_above),
            ("places", self.places),
        ];
        for (field, _) in bounds.into_iter().filter(|(_, bound)| bound.is_some_and(|bound| bound > Self::MOST)) {
            faults.add_with(field, "field-out-of-range", &[("min", 0.into()), ("max", Self::MOST.into())]);
        }
    }
}

impl Limits {
    /// The same with the bounds of a quota where it has some.
    pub(crate) fn with(self, quota: &Quota) -> Self {
        Self {
            codes_a_day: quota.codes_a_day.unwrap_or(self.codes_a_day),
            not_applied: quota.not_applied.unwrap_or(self.not_applied),
            orders_a_day: quota.orders_a_day.unwrap_or(self.orders_a_day),
            approval_above: quota.approval_above.unwrap_or(self.approval_above),
            places: quota.places.or(self.places),
        }
    }

    /// Whether so many codes more may be ordered: 429 `order-quota-day` until the day in Kazakhstan ends, 409
    /// `too-many-not-applied` until some are applied or voided.
    pub(crate) fn check(&self, usage: Usage, quantity: u32, now: DateTime<Utc>) -> Result<()> {
        let quantity = u64::from(quantity);
        if usage.orders_today >= self.orders_a_day || usage.codes_today + quantity > self.codes_a_day {
            let tomorrow = clock::start_of(clock::local(now).date_naive() + TimeDelta::days(1));
            let retry_after_seconds = u64::try_from((tomorrow - now).num_seconds()).unwrap_or_default() + 1;
            Err(Error::TooMany { slug: "order-quota-day", retry_after_seconds })
        } else if usage.not_applied + quantity > self.not_applied {
            Err(Error::conflict("too-many-not-applied"))
        } else {
            Ok(())
        }
    }

    /// Whether an operator has to approve an order: a large one, or one of stamps (Q11–Q14).
    pub(crate) fn needs_approval(&self, group: Group, quantity: u32) -> bool {
        group.layout().serial == SerialScheme::Stamp || u64::from(quantity) > self.approval_above
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-30T07:00:00Z".parse().unwrap()
    }

    /// X43
    #[test]
    fn a_day_s_codes_are_bounded_and_the_answer_names_the_next_day() {
        let limits = DEFAULT;
        let used = Usage { codes_today: 1_999_999, ..Usage::default() };
        assert!(limits.check(used, 1, noon()).is_ok());
        let Err(Error::TooMany { slug, retry_after_seconds }) = limits.check(used, 2, noon()) else {
            panic!("refused")
        };
        assert_eq!((slug, retry_after_seconds), ("order-quota-day", 12 * 3_600 + 1));
        let many = Usage { orders_today: 1_000, ..Usage::default() };
        assert_eq!(limits.check(many, 1, noon()).unwrap_err().slug(), "order-quota-day");
    }

    /// X43
    #[test]
    fn codes_that_are_not_applied_are_bounded() {
        let used = Usage { not_applied: 5_000_000, ..Usage::default() };
        assert_eq!(DEFAULT.check(used, 1, noon()).unwrap_err().slug(), "too-many-not-applied");
        let raised = DEFAULT.with(&Quota { not_applied: Some(5_000_001), ..Quota::default() });
        assert!(raised.check(used, 1, noon()).is_ok());
    }

    /// X43, Q11–Q14
    #[test]
    fn large_orders_and_all_stamps_wait_for_an_operator() {
        for group in Group::ALL {
            let is_stamps = group == Group::Alcohol;
            assert_eq!(DEFAULT.needs_approval(group, 200_000), is_stamps, "{group}");
            assert!(DEFAULT.needs_approval(group, 200_001), "{group}");
        }
    }

    #[test]
    fn a_bound_beyond_any_sequence_is_refused_in_place() {
        let mut faults = Faults::default();
        Quota { places: Some(1_000_000_001), codes_a_day: Some(0), ..Quota::default() }.check(&mut faults);
        let Err(Error::Invalid(faults)) = faults.refuse() else { panic!("refused") };
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["places"]);
    }
}
