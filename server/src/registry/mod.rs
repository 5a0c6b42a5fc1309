//! Participants, their goods, and reference data (D1.8, D1.20, S1, S3, S5): who takes part, what the goods are, and
//! the directories that both are held against. A draft card is the first step of moderation; an operator's word
//! publishes it.

mod bin;
mod faults;
mod http;
mod names;
mod participant;
mod prefix;
mod product;
mod reference;
mod release;
mod store;

pub(crate) use bin::{Bin, InvalidBin};
pub(crate) use faults::Faults;
pub(crate) use http::{owner_of, publish_product, register_participant, register_product, routes};
pub(crate) use names::Names;
pub(crate) use participant::{NewParticipant, Participant, ParticipantRole};
#[cfg(test)]
pub(crate) use product::ProductState;
pub(crate) use product::{NewProduct, Product, gtin_slug};
pub(crate) use reference::{great_circle_metres, reference};
pub(crate) use release::{ReleaseFact, check_release, release_needs};
pub(crate) use store::{find_participant, find_participant_by_bin, find_participants, find_product, find_products};
