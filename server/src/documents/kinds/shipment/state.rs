//! A shipment and its states. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::problem::{Error, Result};
use crate::registry::Names;

/// Goods on their way from one participant to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shipment {
    /// The id of the document that began it.
    pub(crate) id: Uuid,
    /// The sender's number.
    pub(crate) sender: i32,
    /// The sender's BIN.
    pub(crate) sender_bin: String,
    /// The sender's name.
    pub(crate) sender_name: Names,
    /// The receiver's number.
    pub(crate) receiver: i32,
    /// The receiver's BIN.
    pub(crate) receiver_bin: String,
    /// The receiver's name.
    pub(crate) receiver_name: Names,
    /// Its state.
    pub(crate) state: ShipmentState,
    /// How many units.
    pub(crate) units: u32,
    /// When it began.
    pub(crate) sent_at: DateTime<Utc>,
    /// When its state changed last.
    pub(crate) changed_at: DateTime<Utc>,
    /// The sender's own number of the paper.
    pub(crate) number: Option<String>,
}

/// The state of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ShipmentState {
    /// The receiver hasn't signed; the sender may take it back.
    Awaiting,
    /// The goods are the receiver's.
    Accepted,
    /// The goods stayed with the sender.
    Cancelled,
}

/// Which of a participant's shipments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Direction {
    /// Those that it gets.
    Incoming,
    /// Those that it sends.
    Outgoing,
}

impl ShipmentState {
    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Accepted => "accepted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub(crate) fn find(slug: &str) -> Option<Self> {
        [Self::Awaiting, Self::Accepted, Self::Cancelled].into_iter().find(|state| state.slug() == slug)
    }
}

impl Shipment {
    /// Whether this participant may end it so: the receiver accepts (403 `only-receiver-accepts`), the sender cancels (403
    /// `only-sender-cancels`). To others there is no such shipment; one that has ended stays as it ended.
    pub(crate) fn may_end(&self, participant: i32, state: ShipmentState) -> Result<()> {
        let (side, slug) = match state {
            ShipmentState::Accepted => (self.receiver, "only-receiver-accepts"),
            _ => (self.sender, "only-sender-cancels"),
        };
        if ![self.sender, self.receiver].contains(&participant) {
            Err(Error::NotFound("not-found"))
        } else if side != participant {
            Err(Error::Forbidden(slug))
        } else if self.state == ShipmentState::Awaiting {
            Ok(())
        } else {
            Err(Error::conflict("shipment-ended"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> Names {
        Names { kk: "н".into(), ru: "н".into(), en: "n".into() }
    }

    fn shipment(state: ShipmentState) -> Shipment {
        Shipment {
            id: Uuid::nil(),
            sender: 1,
            sender_bin: "1".into(),
            sender_name: name(),
            receiver: 2,
            receiver_bin: "2".into(),
            receiver_name: name(),
            state,
            units: 1,
            sent_at: DateTime::UNIX_EPOCH,
            changed_at: DateTime::UNIX_EPOCH,
            number: None,
        }
    }

    /// S10, Q21, A6: the buyer signs, the seller withdraws, and only until the buyer has signed.
    #[test]
    fn the_receiver_accepts_and_the_sender_cancels_while_it_is_awaited() {
        let awaiting = shipment(ShipmentState::Awaiting);
        assert!(awaiting.may_end(2, ShipmentState::Accepted).is_ok());
        assert!(awaiting.may_end(1, ShipmentState::Cancelled).is_ok());
        let accepted_by_sender = awaiting.may_end(1, ShipmentState::Accepted);
        assert!(matches!(accepted_by_sender, Err(Error::Forbidden("only-receiver-accepts"))));
        let cancelled_by_receiver = awaiting.may_end(2, ShipmentState::Cancelled);
        assert!(matches!(cancelled_by_receiver, Err(Error::Forbidden("only-sender-cancels"))));
        let accepted = shipment(ShipmentState::Accepted);
        assert!(matches!(accepted.may_end(1, ShipmentState::Cancelled), Err(Error::Conflict("shipment-ended", _))));
    }

    /// X4: to a third participant there is no such shipment.
    #[test]
    fn others_do_not_learn_of_a_shipment() {
        let awaiting = shipment(ShipmentState::Awaiting);
        assert!(matches!(awaiting.may_end(3, ShipmentState::Accepted), Err(Error::NotFound(_))));
    }
}
