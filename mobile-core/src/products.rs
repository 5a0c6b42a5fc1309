//! Product cards that the register told this phone, by GTIN: what an offline answer can say about the goods.
//!
//! Bounded: the card that was seen longest ago makes room. A card names a product and never an item.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, NotAnAnswer, Product};

/// Cards that are kept.
const MOST: usize = 500;
/// The longest text of a card, in bytes; names in the register are shorter.
const LONGEST_TEXT: usize = 2_048;
/// The longest cache that is read back, in bytes.
const LONGEST: usize = MOST * 10_000;

/// The cards, the one seen last at the end.
#[derive(Clone, Debug, Default)]
pub struct Products(Vec<Known>);

/// A card and when the register told it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) product: Product,
    pub(crate) seen_at: DateTime<Utc>,
}

impl Products {
    /// Learns the card of the product in an answer of the register, if it has one.
    pub fn learn(&mut self, answer: &str, now: DateTime<Utc>) -> Result<(), NotAnAnswer> {
        if let Some(product) = Answer::read(answer)?.product {
            self.keep(Known { product, seen_at: now });
        }
        Ok(())
    }

    fn keep(&mut self, known: Known) {
        let Product { gtin, trade_name, trade_names, manufacturer, manufacturers } = &known.product;
        let names = [trade_names, manufacturers].into_iter().flat_map(|names| [&names.kk, &names.ru, &names.en]);
        let is_long = [gtin, trade_name, manufacturer].into_iter().chain(names).any(|text| text.len() > LONGEST_TEXT);
        if is_long {
            return;
        }
        self.0.retain(|other| other.product.gtin != *gtin);
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(known);
    }

    /// The card of a product, fourteen digits.
    pub(crate) fn find(&self, gtin: &str) -> Option<&Known> {
        self.0.iter().find(|known| known.product.gtin == gtin)
    }

    /// What the host keeps over a restart.
    pub fn save(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// Takes back what [`Self::save`] gave; what can't be read is forgotten, as the register will tell it again.
    pub fn restore(kept: &[u8]) -> Self {
        let known: Vec<Known> = match kept.len() {
            ..=LONGEST => serde_json::from_slice(kept).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut products = Self::default();
        for known in known {
            products.keep(known);
        }
        products
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn answer(gtin: u32, name: &str) -> String {
        format!(r#"{{"verdict":"sold","product":{{"gtin":"{gtin:014}","trade_name":"{name}","manufacturer":"M"}}}}"#)
    }

    #[test]
    fn a_card_is_known_until_five_hundred_others_were_seen() {
        let mut products = Products::default();
        let now = DateTime::UNIX_EPOCH;
        for gtin in 0..500 {
            products.learn(&answer(gtin, "Boots"), now).unwrap();
        }
        products.learn(&answer(0, "Boots, renamed"), now).unwrap();
        products.learn(&answer(500, "Boots"), now).unwrap();
        assert_eq!(products.find("00000000000000").unwrap().product.trade_name, "Boots, renamed");
        assert!(products.find("00000000000001").is_none() && products.find("00000000000002").is_some());
        let back = Products::restore(&products.save());
        assert_eq!(back.save(), products.save());
    }

    #[test]
    fn what_is_no_card_leaves_none() {
        let mut products = Products::default();
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(products.learn("[]", now), Err(NotAnAnswer));
        products.learn(r#"{"verdict":"unknown"}"#, now).unwrap();
        products.learn(&answer(1, &"x".repeat(3_000)), now).unwrap();
        assert_eq!(products.save(), b"[]");
        assert_eq!(Products::restore(b"{").save(), b"[]");
    }
}
