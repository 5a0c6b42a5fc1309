//! The texts of the shelf: computed from the story's orders, as the register computes them for whoever ordered them.

use std::collections::BTreeMap;

use marking::layout::Group;
use marking::stamp::{self, StampNumber};

use super::load::{order_id, revoked_file};
use super::shelf::{Family, Item, SHELF, Source};
use super::sight::{Sight, seen};
use crate::codes::{Emitter, Order, find_order, links_of};
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;

/// The number of a stamp that nobody will ever order: the last one.
const STAMP_AHEAD: u32 = StampNumber::MAX;

/// An item with its text.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// The item.
    pub(super) item: &'static Item,
    /// What reaches the register.
    pub(super) text: String,
    /// What stands in the symbol on its label.
    pub(super) label: String,
}

/// Everything that is on the shelf at present.
pub(super) async fn show(state: &Verify) -> Result<Vec<Shown>> {
    let mut orders = BTreeMap::new();
    for item in SHELF {
        if let Source::Unit(goods, _) = item.source
            && !orders.contains_key(goods)
        {
            let order = find_order(&state.base.db.get().await?, order_id(goods)).await?;
            orders.insert(goods, order.ok_or(Error::NotFound("not-found"))?);
        }
    }
    let revoked = tokio::fs::read_to_string(revoked_file(&state.base.config)).await.ok();
    let mut shown = Vec::with_capacity(SHELF.len());
    for item in SHELF {
        if let Some((text, label)) = texts(state, item, &orders, revoked.as_deref())? {
            shown.push(Shown { item, text, label });
        }
    }
    Ok(shown)
}

/// One item of the shelf by its name.
pub(super) async fn find(state: &Verify, slug: &str) -> Result<Shown> {
    let shown = show(state).await?;
    shown.into_iter().find(|shown| shown.item.slug == slug).ok_or(Error::NotFound("not-found"))
}

/// The text of an item and of its label; none when there is none in this register.
fn texts(
    state: &Verify,
    item: &Item,
    orders: &BTreeMap<&str, Order>,
    revoked: Option<&str>,
) -> Result<Option<(String, String)>> {
    let address = links_of(&state.base.config.public_url);
    let keys = state.keys.current();
    let (code, human, next) = match item.source {
        Source::Unit(goods, index) => {
            let order = orders.get(goods).ok_or_else(|| Error::internal("the story's orders are placed"))?;
            let emitter = Emitter::new(&keys, order, address)?;
            let (code, human) = emitter.code(index)?;
            (code, human, emitter.code((index + 1) % order.quantity)?.0)
        }
        Source::Revoked => match revoked {
            Some(text) => (text.to_owned(), String::new(), String::new()),
            None => return Ok(None),
        },
        Source::StampAhead => {
            let signer = keys.active_seal(Group::Alcohol, state.base.clock.now());
            let Some((signer, secret)) = signer.and_then(|signer| Some((signer, signer.hmac()?))) else {
                return Ok(None);
            };
            let number = StampNumber::new("KZ", STAMP_AHEAD).map_err(Error::internal)?;
            (stamp::link(address, number, stamp::mark(secret, signer.id(), number)), String::new(), String::new())
        }
        Source::Pack(sscc) => (format!("00{sscc}"), format!("(00){sscc}"), String::new()),
        Source::Text(text) => (text.to_owned(), String::new(), String::new()),
    };
    let text = seen(item.sight, &code, &human, &next);
    let text = text.ok_or_else(|| Error::internal(format!("{} cannot be seen so", item.slug)))?;
    let label = match item.sight {
        // A bracket in a value ends the value for whoever types what stands beside the symbol: its link has none.
        Sight::Plain if item.family == Family::Foreign && code.contains('(') => seen(Sight::Link, &code, "", ""),
        sight if sight.is_on_the_label() => None,
        _ => Some(code),
    };
    let label = label.unwrap_or_else(|| text.clone());
    Ok(Some((text, label)))
}

/// The symbol that carries a label's text.
pub(super) fn symbol(item: &Item, label: &str) -> crate::labels::Family {
    use crate::labels::Family as Symbol;
    match item.family {
        Family::Other => Symbol::Qr,
        _ if label.contains("://") => Symbol::Qr,
        Family::Pack => Symbol::Gs1Code128,
        Family::Barcode if label.len() == 8 => Symbol::Ean8,
        Family::Barcode => Symbol::Ean13,
        // A pack of cigarettes has no AIs, and so no FNC1 in front.
        _ if !label.starts_with("01") => Symbol::DataMatrix,
        Family::Group(_) | Family::Foreign => Symbol::Gs1DataMatrix,
    }
}
