//! Who may touch which units, and how a refusal names them.

#![allow(clippy::unwrap_used)]

use marking::layout::Group;
use marking::seal::KeyId;
use marking::status::Status;
use proptest::prelude::*;

use super::*;
use crate::codes::deed::Leaving;
use crate::codes::order::OrderState;
use crate::codes::particulars::{Recall, ReleaseFacts};
use crate::registry::Names;

fn order(number: u32, participant: i32) -> Order {
    Order {
        number,
        id: Uuid::from_u128(number.into()),
        gtin: "04870001234560".parse().unwrap(),
        participant,
        group: Group::Shoes,
        quantity: 10,
        first_place: None,
        key: KeyId::of_number(1),
        price_tenge: None,
        created_at: DateTime::UNIX_EPOCH,
        state: OrderState::Approved,
        decided_at: None,
        reason: None,
        exported_at: None,
        applied: 0,
    }
}

fn deeds() -> Vec<Deed> {
    let recall = Recall { reason: Names::default(), on: NaiveDate::MIN };
    let plain = [
        Deed::Apply,
        Deed::Release(ReleaseFacts::default()),
        Deed::Ship,
        Deed::Accept { receiver: 9 },
        Deed::CancelShipment,
        Deed::Sell,
        Deed::Return,
        Deed::Recall(recall),
        Deed::LiftRecall,
        Deed::Pack,
        Deed::Unpack,
    ];
    plain.into_iter().chain(Leaving::all().map(Deed::Leave)).collect()
}

fn is_recall(deed: &Deed) -> bool {
    matches!(deed, Deed::Recall(_) | Deed::LiftRecall)
}

/// The operator recalls goods and does nothing else with them.
#[test]
fn the_operator_owns_nothing() {
    for deed in deeds() {
        let expected = if is_recall(&deed) { Claim::Anyone } else { Claim::Nobody };
        assert_eq!(claim(&deed, None, &order(1, 7), &BTreeMap::new()), expected, "{deed:?}");
    }
}

proptest! {
    /// Nobody acts on what they don't own: a participant claims what it holds by the number under which it holds it,
    /// the orderer what nobody else holds, and recalls what it ordered, whoever holds it.
    #[test]
    fn a_participant_claims_what_it_holds(
        deed in prop::sample::select(deeds()),
        participant in 1..4_i32,
        orderer in 1..4_i32,
        holds in prop::option::of(1..100_u16),
    ) {
        let holders = holds.map(|number| (5, number)).into_iter().collect();
        let expected = match (participant == orderer, holds) {
            (true, _) if is_recall(&deed) => Claim::Anyone,
            (true, _) => Claim::Holder(0),
            (false, Some(number)) if !is_recall(&deed) => Claim::Holder(number),
            (false, _) => Claim::Nobody,
        };
        prop_assert_eq!(claim(&deed, Some(participant), &order(5, orderer), &holders), expected);
    }

    /// A range is taken if it has an end behind its start and lies in its order, and refused by field otherwise.
    #[test]
    fn a_range_lies_within_its_order(first in 0..20_u32, last in 0..20_u32) {
        let range = Range { order: Uuid::from_u128(1), first, last };
        let order = order(1, 7);
        let checked = check_range(&range, Some(&order));
        if first <= last && last < 10 {
            prop_assert_eq!(checked, Ok((1, first, last)));
        } else {
            prop_assert_eq!(checked, Err(("last", "field-number-out-of-range", 10)));
        }
        prop_assert_eq!(check_range(&range, None), Err(("order", "field-unknown-order", 0)));
    }
}

#[test]
fn a_refusal_names_each_unit_with_its_place_and_the_status_that_stands() {
    let unit = |position, why| Refused { position, order: 1, index: 511, why };
    let told =
        vec![unit(17, Refusal::OutOfOrder(Status::Sold)), unit(18, Refusal::Recalled), unit(19, Refusal::Expired)];
    let refused = Refusals { told, omitted: 0 };
    let Error::Conflict(slug, faults) = refusal(Naming::Codes, &refused, vec![None; 3]) else { panic!("a conflict") };
    let told: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.slug)).collect();
    let expected = [
        ("units.codes[17]", "field-out-of-order"),
        ("units.codes[18]", "field-recalled"),
        ("units.codes[19]", "field-expired"),
    ];
    assert_eq!((slug, told.as_slice()), ("out-of-order", &expected[..]));
    for language in locales::Language::ALL {
        let (message, sold) = (faults[0].message(language), locales::say(language, "status-sold", &[]));
        assert!(message.contains("512") && message.contains(&sold), "{message}");
    }
}

/// X4: of another's unit nothing is told but that it is another's.
#[test]
fn a_refusal_says_nothing_of_anothers_unit() {
    let told = vec![Refused { position: 0, order: 1, index: 3, why: Refusal::NotOwned }];
    let refused = Refusals { told, omitted: 7 };
    let refused = refusal(Naming::Ranges, &refused, vec![None]);
    assert!(matches!(refused, Error::Shortened(_, 7)), "the others are counted");
    let Error::Conflict("not-owned", faults) = refused.refusal() else { panic!("not owned") };
    assert_eq!((faults[0].field.as_str(), faults[0].slug), ("units.ranges[0]", "field-not-owned"));
}
