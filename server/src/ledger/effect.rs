//! What happens to units. An effect is data: each kind of document makes its own, and a new kind needs no other code here.

use marking::status::{Event, Status, WithdrawalReason};

use super::attributes::{Recall, ReleaseFacts};

/// What happens to units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    /// The event in the life of each unit; none when only attributes change, or when units are merely checked.
    pub(crate) event: Option<Event>,
    /// Statuses that are refused although the event may follow them (or without an event).
    pub(crate) barred: &'static [Status],
    /// Whose units.
    pub(crate) reach: Reach,
    /// The participant who holds the units afterwards; none when the holder stays.
    pub(crate) hands_to: Option<i32>,
    /// What becomes of the attributes.
    pub(crate) attributes: AttributeChange,
    /// Whether a consumer gets the goods: recalled and expired ones are refused.
    pub(crate) to_consumer: bool,
    /// Whether units that are named one by one or by range leave the packs they are in, because they are no longer where the
    /// pack is. Units named by their pack stay in it.
    pub(crate) leaves_packs: bool,
}

/// Whose units an effect may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those that the author holds; none of an author without a participant.
    Held,
    /// Those whose codes the author ordered, whatever participant holds them now; any of an author without a participant.
    Ordered,
}

/// What becomes of the attributes of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttributeChange {
    /// They stay.
    Keep,
    /// Facts of a release.
    Release(ReleaseFacts),
    /// A recall.
    Recall(Recall),
    /// The end of a recall.
    LiftRecall,
    /// The reason for which the goods left the market.
    Withdraw(WithdrawalReason),
    /// No reason for having left the market any more.
    Restore,
}

impl Effect {
    /// An event in the life of units that the author holds.
    pub(crate) fn of(event: Event) -> Self {
        Self { event: Some(event), ..Self::check(&[]) }
    }

    /// No event: units that the author holds are refused in these statuses, and stay as they are.
    pub(crate) fn check(barred: &'static [Status]) -> Self {
        Self {
            event: None,
            barred,
            reach: Reach::Held,
            hands_to: None,
            attributes: AttributeChange::Keep,
            to_consumer: false,
            leaves_packs: false,
        }
    }

    /// A change of attributes alone, wherever the units are.
    pub(crate) fn on_attributes(attributes: AttributeChange) -> Self {
        Self { attributes, reach: Reach::Ordered, ..Self::check(&[]) }
    }

    /// The same with another change of attributes.
    #[must_use]
    pub(crate) fn with_attributes(self, attributes: AttributeChange) -> Self {
        Self { attributes, ..self }
    }

    /// The same with another holder afterwards.
    #[must_use]
    pub(crate) fn handing_to(self, participant: i32) -> Self {
        Self { hands_to: Some(participant), ..self }
    }

    /// The same for goods that leave their packs.
    #[must_use]
    pub(crate) fn leaving_packs(self) -> Self {
        Self { leaves_packs: true, ..self }
    }

    /// The same for goods that go to a consumer.
    #[must_use]
    pub(crate) fn for_consumer(self) -> Self {
        Self { to_consumer: true, ..self }
    }

    /// The status of a unit after the effect; none where its status refuses it.
    pub(crate) fn after(&self, status: Status) -> Option<Status> {
        next(self.event, self.barred, status)
    }

    /// Whether units or their attributes are other ones afterwards.
    pub(crate) fn changes_units(&self) -> bool {
        self.event.is_some() || self.attributes != AttributeChange::Keep
    }
}

/// The status after an event, or the same without one; none where it may not follow, or is barred.
pub(super) fn next(event: Option<Event>, barred: &[Status], status: Status) -> Option<Status> {
    let after = event.map_or(Some(status), |event| status.after(event).ok());
    after.filter(|_| !barred.contains(&status))
}
