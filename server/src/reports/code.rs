//! What the code of a report names, so that reports of the same goods find each other and inspectors find the goods.

use marking::code::{Form, MarkingCode};
use marking::gtin::Gtin;
use marking::seal_keys::SealCheck;

use crate::codes::{self, Location, UnitLocation};
use crate::keys::KeySet;
use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// What a code names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// The same for every spelling of the code of one unit, stamp or pack; none for a product and for what can't be
    /// read, which stand on many things.
    pub(crate) key: Option<String>,
    /// The product.
    pub(crate) gtin: Option<i64>,
    /// Order and index of a unit of ours.
    pub(crate) unit: Option<(i32, i32)>,
}

/// Finds what a text names, in the register if it is ours.
pub(crate) async fn find(db: &impl GenericClient, keys: &KeySet, text: &str) -> Result<Named> {
    let location = codes::locate(keys, text);
    let Location::Unit(unit) = &location else { return Ok(read(text, location.gtin())) };
    let otherwise = read(text, unit.gtin);
    if !is_ours(unit) {
        return Ok(otherwise);
    }
    let Some(place) = codes::resolve(db, unit.gtin, unit.place).await? else { return Ok(otherwise) };
    // A stamp names no product; its order does.
    let gtin = match unit.gtin {
        Some(gtin) => Some(gtin),
        None => codes::find_orders(db, &[place.order]).await?.first().map(|order| order.gtin),
    };
    Ok(Named {
        key: Some(format!("unit:{}:{}", place.order, place.index)),
        gtin: gtin.and_then(column),
        unit: i32::try_from(place.order).ok().zip(i32::try_from(place.index).ok()),
    })
}

/// Whether a code is our unit's and not a made-up one that only looks so.
fn is_ours(unit: &UnitLocation) -> bool {
    matches!(unit.seal, SealCheck::Holds { .. } | SealCheck::Missing | SealCheck::KeyRevoked { .. })
}

/// What a code names by its text alone.
fn read(text: &str, gtin: Option<Gtin>) -> Named {
    let key = marking::code::read(text, Form::Auto, false).ok().and_then(|read| match read.code {
        MarkingCode::Unit(unit) => Some(format!("serial:{}:{}", unit.gtin, unit.serial)),
        MarkingCode::Tobacco(pack) => Some(format!("serial:{}:{}", pack.gtin, pack.serial)),
        MarkingCode::Stamp(stamp) => Some(format!("stamp:{}:{}", stamp.series, stamp.number)),
        MarkingCode::Pack(sscc) => Some(format!("pack:{sscc}")),
        MarkingCode::Product(_) | MarkingCode::Other(_) => None,
    });
    Named { key, gtin: gtin.and_then(column), unit: None }
}

/// A GTIN as its column has it.
pub(crate) fn column(gtin: Gtin) -> Option<i64> {
    i64::try_from(gtin.number()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<String> {
        read(text, None).key
    }

    #[test]
    fn spellings_of_one_code_have_one_key() {
        let one = key("]d20104870112345674213abcdefghijkl\u{1d}93abcd");
        assert!(one.is_some());
        assert_eq!(one, key("(01)04870112345674(21)3abcdefghijkl(93)abcd"));
        assert_eq!(one, key("https://id.example.kz/01/04870112345674/21/3abcdefghijkl"));
        assert_ne!(one, key("(01)04870112345674(21)3abcdefghijkm(93)abcd"));
    }

    #[test]
    fn what_stands_on_many_things_has_no_key() {
        assert_eq!(key("4870112345674"), None);
        assert_eq!(key("нет кода"), None);
    }
}
