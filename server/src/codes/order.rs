//! An order of codes: what may be ordered, and what of an order is kept. Its codes are computed whenever they are
//! asked for, so an order of a million is one row.

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::layout::{CodeWriter, Group, Unwritable};
use marking::seal::KeyId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::problem::{Error, FieldFault, Result};
use crate::registry::Faults;

/// The most codes that an order may have (S6).
pub(crate) const MAX_QUANTITY: u32 = 1_000_000;

/// Whether the codes of an order may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OrderState {
    /// An operator has not decided yet; no codes are given out.
    AwaitingApproval,
    /// Its codes can be exported and applied.
    Approved,
    /// An operator refused it.
    Refused,
    /// It was taken back before any code of it was exported.
    Voided,
}

impl OrderState {
    const ALL: [Self; 4] = [Self::AwaitingApproval, Self::Approved, Self::Refused, Self::Voided];

    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting-approval",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Voided => "voided",
        }
    }

    /// The state of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// An order of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Its number: part of every long serial, and told to nobody.
    pub(crate) number: u32,
    /// The client's own id.
    pub(crate) id: Uuid,
    /// The goods.
    pub(crate) gtin: Gtin,
    /// Who ordered.
    pub(crate) participant: i32,
    /// The goods' group, as it was when the codes were ordered.
    pub(crate) group: Group,
    /// How many codes.
    pub(crate) quantity: u32,
    /// The first place in the sequence; long serials need none.
    pub(crate) first_place: Option<u64>,
    /// The key that seals the codes.
    pub(crate) key: KeyId,
    /// The price printed on tobacco, in tenge.
    pub(crate) price_tenge: Option<u32>,
    /// When it was placed.
    pub(crate) created_at: DateTime<Utc>,
    /// Whether its codes may be used.
    pub(crate) state: OrderState,
    /// When it was approved, refused or voided.
    pub(crate) decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
    /// Since when its codes may be known outside: they were exported, printed or applied.
    pub(crate) exported_at: Option<DateTime<Utc>>,
    /// How many of its units are no longer *emitted*.
    pub(crate) applied: u32,
}

impl Order {
    /// Refuses an order whose codes may not be used: 409 `order-not-approved`.
    pub(crate) fn check_usable(&self) -> Result<()> {
        if self.state == OrderState::Approved { Ok(()) } else { Err(Error::conflict("order-not-approved")) }
    }

    /// Whether it can be voided: nobody may know a code of it (D1.1). 409 `order-exported`, 409 `order-decided`.
    pub(crate) fn check_voidable(&self) -> Result<()> {
        match self.state {
            OrderState::AwaitingApproval => Ok(()),
            OrderState::Approved if self.exported_at.is_none() && self.applied == 0 => Ok(()),
            OrderState::Approved => Err(Error::conflict("order-exported")),
            OrderState::Refused | OrderState::Voided => Err(Error::conflict("order-decided")),
        }
    }
}

/// Notes the fault when so many codes can't be ordered at once.
pub(crate) fn check_quantity(quantity: u32, faults: &mut Faults) {
    if !(1..=MAX_QUANTITY).contains(&quantity) {
        let args = [("min", 1.into()), ("max", MAX_QUANTITY.into())];
        faults.add_with("quantity", "field-out-of-range", &args);
    }
}

/// Whether codes of a group are written with this price, or without one.
pub(crate) fn check_price(group: Group, gtin: Gtin, key: KeyId, price_tenge: Option<u32>) -> Result<()> {
    match CodeWriter::new(group, gtin, key, price_tenge) {
        Ok(_) => Ok(()),
        Err(Unwritable::Stamps) if price_tenge.is_none() => Ok(()),
        Err(Unwritable::Stamps | Unwritable::PriceNotCarried) => {
            Err(Error::field("price_tenge", "field-price-not-carried"))
        }
        Err(Unwritable::PriceMissing) => Err(Error::field("price_tenge", "field-required")),
        Err(Unwritable::PriceTooHigh { highest, .. }) => {
            let args = [("min", 0.into()), ("max", highest.into())];
            Err(Error::Invalid(vec![FieldFault::with("price_tenge", "field-out-of-range", &args)]))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn order(state: OrderState) -> Order {
        Order {
            number: 1,
            id: Uuid::nil(),
            gtin: "04870001234560".parse().unwrap(),
            participant: 1,
            group: Group::Shoes,
            quantity: 10,
            first_place: None,
            key: KeyId::of_number(1),
            price_tenge: None,
            created_at: DateTime::UNIX_EPOCH,
            state,
            decided_at: None,
            reason: None,
            exported_at: None,
            applied: 0,
        }
    }

    /// X43, D1.1: a place that may be known outside is never used again.
    #[test]
    fn an_order_is_voided_only_while_nobody_can_know_its_codes() {
        assert!(order(OrderState::AwaitingApproval).check_voidable().is_ok());
        assert!(order(OrderState::Approved).check_voidable().is_ok());
        let exported = Order { exported_at: Some(DateTime::UNIX_EPOCH), ..order(OrderState::Approved) };
        let applied = Order { applied: 1, ..order(OrderState::Approved) };
        for used in [exported, applied, order(OrderState::Refused), order(OrderState::Voided)] {
            assert!(used.check_voidable().is_err(), "{used:?}");
        }
    }

    /// X43
    #[test]
    fn codes_of_an_order_that_is_not_approved_are_of_no_use() {
        for state in OrderState::ALL {
            assert_eq!(order(state).check_usable().is_ok(), state == OrderState::Approved);
            assert_eq!(OrderState::find(state.slug()), Some(state));
        }
    }

    #[test]
    fn an_order_has_from_one_to_a_million_codes() {
        for (quantity, allowed) in [(0, false), (1, true), (MAX_QUANTITY, true), (MAX_QUANTITY + 1, false)] {
            let mut faults = Faults::default();
            check_quantity(quantity, &mut faults);
            assert_eq!(faults.refuse().is_ok(), allowed, "{quantity}");
        }
    }

    #[test]
    fn a_price_stands_on_tobacco_and_nowhere_else() {
        let gtin = "04870001234560".parse().unwrap();
        let check = |group, price| check_price(group, gtin, KeyId::of_number(1), price);
        for group in Group::ALL {
            let tobacco = matches!(group, Group::TobaccoBlock | Group::TobaccoPack);
            assert_eq!(check(group, Some(1_200)).is_ok(), tobacco, "{group}");
            assert_eq!(check(group, None).is_ok(), !tobacco, "{group}");
        }
        assert!(check(Group::TobaccoBlock, Some(1_000_000)).is_err());
    }
}
