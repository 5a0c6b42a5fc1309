//! What the snapshot keeps beside the segments: one card an order, a product, a participant, a pack, shared by all
//! codes that need it. Cards are compact JSON with short names; the words stand once, however many codes there are.

use chrono::NaiveDate;
use marking::layout::Group;
use serde::{Deserialize, Serialize};

use crate::codes::UnitPlace;
use crate::registry::Names;

/// What all units of an order share, and the short list of what some of them share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderCard {
    /// The product.
    #[serde(rename = "g")]
    pub(crate) gtin: u64,
    /// Who ordered the codes.
    #[serde(rename = "o")]
    pub(crate) participant: i32,
    /// The product's group.
    #[serde(rename = "c")]
    pub(crate) group: Group,
    /// How many codes there are: indexes end before it.
    #[serde(rename = "q")]
    pub(crate) quantity: u32,
    /// First place in its sequence, for short serials and stamps.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_place: Option<u64>,
    /// The particulars, by number. A set never changes once it has its number, so this list only grows.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) particulars: Vec<Particulars>,
}

impl OrderCard {
    /// The particulars of that number; none when this card is older than they are.
    pub(crate) fn particulars(&self, number: u16) -> Option<&Particulars> {
        let place = self.particulars.binary_search_by_key(&number, |particulars| particulars.number).ok()?;
        self.particulars.get(place)
    }
}

/// What some units of an order share: release facts, a recall, a reason of withdrawal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Particulars {
    /// The number that units carry, from 1.
    #[serde(rename = "n")]
    pub(crate) number: u16,
    /// The day of production.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub(crate) produced_on: Option<NaiveDate>,
    /// The last day that the goods are good on.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(crate) expires_on: Option<NaiveDate>,
    /// Who imported the goods.
    #[serde(rename = "i", skip_serializing_if = "Option::is_none")]
    pub(crate) importer: Option<i32>,
    /// The customs declaration.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(crate) declaration_number: Option<String>,
    /// Its date.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub(crate) declared_on: Option<NaiveDate>,
    /// Why the goods were recalled, if they were.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(crate) recall_reason: Option<Names>,
    /// Since when.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(crate) recalled_on: Option<NaiveDate>,
    /// Why the goods were withdrawn, if they were: a slug of `marking::status::WithdrawalReason`.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub(crate) withdrawal_reason: Option<String>,
}

/// What is told of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProductCard {
    /// Who registered it.
    #[serde(rename = "o")]
    pub(crate) participant: i32,
    /// The product's group.
    #[serde(rename = "c")]
    pub(crate) group: Group,
    /// The trade name.
    #[serde(rename = "n")]
    pub(crate) trade_name: Names,
    /// Who made it, as the label says.
    #[serde(rename = "m")]
    pub(crate) manufacturer: String,
    /// The same in every language, where the register was told.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(crate) manufacturers: Option<Names>,
    /// Where, ISO 3166-1.
    #[serde(rename = "k")]
    pub(crate) country: String,
    /// Whether the public may see the card by itself: it was published once.
    #[serde(rename = "v")]
    pub(crate) published: bool,
}

/// What is told of a participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ParticipantCard {
    /// BIN or IIN.
    #[serde(rename = "b")]
    pub(crate) bin: String,
    /// The name.
    #[serde(rename = "n")]
    pub(crate) name: Names,
}

/// What is told of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PackCard {
    /// `group` or `transport`.
    #[serde(rename = "l")]
    pub(crate) level: String,
    /// Who holds it.
    #[serde(rename = "o")]
    pub(crate) owner: i32,
    /// The pack that it stands in.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<u64>,
    /// Whether it was taken apart.
    #[serde(rename = "x", default)]
    pub(crate) opened: bool,
    /// The packs directly inside, the first hundred of them.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) packs: Vec<u64>,
    /// How many packs stand directly inside.
    #[serde(rename = "q", default)]
    pub(crate) pack_count: u32,
    /// Every unit inside, through all levels, as runs of neighbouring indexes.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) units: Vec<UnitRun>,
}

/// Neighbouring units of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
pub(crate) struct UnitRun {
    /// The order.
    pub(crate) order: u32,
    /// Index of the first unit.
    pub(crate) first: u32,
    /// Index of the last unit.
    pub(crate) last: u32,
}

impl From<(u32, u32, u32)> for UnitRun {
    fn from((order, first, last): (u32, u32, u32)) -> Self {
        Self { order, first, last }
    }
}

impl From<UnitRun> for (u32, u32, u32) {
    fn from(run: UnitRun) -> Self {
        (run.order, run.first, run.last)
    }
}

/// Places that belong to one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first place.
    pub(crate) first_place: u64,
    /// How many there are.
    pub(crate) quantity: u32,
    /// The order.
    pub(crate) order: u32,
}

impl Run {
    /// The unit at this place of the sequence, if the place belongs to this run.
    pub(crate) fn unit_at(self, place: u64) -> Option<UnitPlace> {
        let index = u32::try_from(place.checked_sub(self.first_place)?).ok()?;
        (index < self.quantity).then_some(UnitPlace { order: self.order, index })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_run_knows_its_own_places_only() {
        let run = Run { first_place: 100, quantity: 10, order: 7 };
        assert_eq!(run.unit_at(100), Some(UnitPlace { order: 7, index: 0 }));
        assert_eq!(run.unit_at(109), Some(UnitPlace { order: 7, index: 9 }));
        assert_eq!(run.unit_at(110), None);
        assert_eq!(run.unit_at(99), None);
    }

    #[test]
    fn an_order_of_a_thousand_codes_has_a_card_of_a_fraction_of_a_byte_a_code() {
        let card = OrderCard {
            gtin: 4_870_001_234_562,
            participant: 12,
            group: Group::Medicines,
            quantity: 1_000,
            first_place: None,
            particulars: vec![Particulars {
                number: 1,
                produced_on: NaiveDate::from_ymd_opt(2026, 10, 1),
                expires_on: NaiveDate::from_ymd_opt(2028, 10, 1),
                importer: Some(14),
                declaration_number: Some("55302/011126/0012345".into()),
                declared_on: NaiveDate::from_ymd_opt(2026, 11, 1),
                ..Particulars::default()
            }],
        };
        let bytes = serde_json::to_vec(&card).unwrap();
        assert!(bytes.len() < 200, "{}", bytes.len());
        assert_eq!(serde_json::from_slice::<OrderCard>(&bytes).unwrap(), card);
        assert!(card.particulars(1).is_some() && card.particulars(2).is_none());
    }
}
