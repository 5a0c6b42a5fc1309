//! One file a kind: its body, its check, its effect, its route. A file registers its kinds by `inventory::submit!`.

pub(super) mod application;
pub(super) mod consumer_return;
mod fields;
pub(super) mod pack;
pub(super) mod recall;
pub(super) mod release;
pub(super) mod sale;
pub(super) mod shipment;
pub(super) mod withdrawal;
