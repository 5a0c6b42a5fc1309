//! The tables of documents: the envelope, the ranges of units and the packs that each named.

mod document;
mod shipment;

pub(crate) use document::{
    End, NewDocument, append_units, find_document, find_end, find_last, hold_declaration, insert_document, list_packs,
    list_ranges, set_state,
};
pub(crate) use shipment::{find_shipment, is_on_its_way_to, list_shipments, lock_shipment};
