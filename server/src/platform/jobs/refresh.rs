//! Refreshes of the snapshot: jobs that every room appends whose change a verdict can show.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Job;

/// Writes segments of an order, and its card, to the snapshot anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshOrder {
    /// The order.
    pub(crate) order: u32,
    /// Its changed segments; none when only the card changed.
    pub(crate) segments: Vec<u32>,
}

/// Drops a product's card from the snapshot, so that it is read through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshProduct {
    /// Its GTIN as a number.
    pub(crate) gtin: u64,
}

/// Drops a participant's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshParticipant {
    /// The participant's number.
    pub(crate) participant: i32,
}

/// Drops packs' cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshPacks {
    /// SSCCs as numbers.
    pub(crate) packs: Vec<u64>,
}

/// A refresh of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// Of an order.
    Order(RefreshOrder),
    /// Of a product.
    Product(RefreshProduct),
    /// Of a participant.
    Participant(RefreshParticipant),
    /// Of packs.
    Packs(RefreshPacks),
}

impl Job for RefreshOrder {
    const KIND: &'static str = "refresh-order";

    fn things(&self) -> usize {
        self.segments.len().max(1)
    }

    /// Many small documents about one order cost one refresh.
    fn merge(&mut self, other: &Self) -> bool {
        if self.order != other.order {
            return false;
        }
        let all: BTreeSet<u32> = self.segments.iter().chain(&other.segments).copied().collect();
        self.segments = all.into_iter().collect();
        true
    }
}

impl Job for RefreshProduct {
    const KIND: &'static str = "refresh-product";
}

impl Job for RefreshParticipant {
    const KIND: &'static str = "refresh-participant";
}

impl Job for RefreshPacks {
    const KIND: &'static str = "refresh-packs";

    fn things(&self) -> usize {
        self.packs.len()
    }
}

impl From<RefreshOrder> for Refresh {
    fn from(job: RefreshOrder) -> Self {
        Self::Order(job)
    }
}

impl From<RefreshProduct> for Refresh {
    fn from(job: RefreshProduct) -> Self {
        Self::Product(job)
    }
}

impl From<RefreshParticipant> for Refresh {
    fn from(job: RefreshParticipant) -> Self {
        Self::Participant(job)
    }
}

impl From<RefreshPacks> for Refresh {
    fn from(job: RefreshPacks) -> Self {
        Self::Packs(job)
    }
}

impl Refresh {
    /// The kind of its job.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Order(_) => RefreshOrder::KIND,
            Self::Product(_) => RefreshProduct::KIND,
            Self::Participant(_) => RefreshParticipant::KIND,
            Self::Packs(_) => RefreshPacks::KIND,
        }
    }
}
