//! What a kind of document is: a body, what must hold of it, and its effect.

use chrono::NaiveDate;
use marking::status::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::filing::FilingContext;
use super::units::Units;
use crate::ledger::{Applied, Effect, Refusals};
use crate::platform::db::Transaction;
use crate::platform::problem::Result;

/// A kind of document that a participant files about units which it names. Its steps, in their order: [`Kind::check`]
/// without a store, [`Kind::content`] with the register, the effect on the units, [`Kind::confirm`].
pub(crate) trait Kind: Serialize + DeserializeOwned + 'static {
    /// The stable name, as the register and the audit keep it.
    const SLUG: &'static str;

    /// What the body says, after its check.
    type Checked;

    /// The name of this document, where one body serves two kinds.
    fn slug(&self) -> &'static str {
        Self::SLUG
    }

    /// The client's own id of the document.
    fn id(&self) -> Uuid;

    /// The units that it is about.
    fn units(&self) -> &Units;

    /// Reads the body as of a day, without any store; all faults at once.
    fn check(&self, today: NaiveDate) -> Result<Self::Checked>;

    /// What the document does, once the participants that it names are found; locks what must not change meanwhile.
    async fn content(tx: &Transaction<'_>, filing: &FilingContext<'_>, checked: Self::Checked) -> Result<Content>;

    /// Refuses an effect that the goods themselves don't allow, after it was applied and before it is committed.
    async fn confirm(_: &Transaction<'_>, _: &Content, _: &Applied) -> Result<()> {
        Ok(())
    }

    /// What follows from a refusal; the document itself was rolled back.
    async fn refused(_: &Transaction<'_>, _: &FilingContext<'_>, _: &Refusals) -> Result<()> {
        Ok(())
    }
}

/// What a document says and does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// The effect on its units.
    pub(crate) effect: Effect,
    /// What is kept of it besides units.
    pub(crate) details: Value,
    /// The sender's own number of the paper.
    pub(crate) number: Option<String>,
    /// The participant whose signature it awaits; none for a document that is complete when it is filed.
    pub(crate) receiver: Option<i32>,
    /// The earlier document that it ends or changes.
    pub(crate) about: Option<Uuid>,
}

impl Content {
    /// A document that is complete when it is filed.
    pub(crate) fn of(effect: Effect, details: Value) -> Self {
        Self { effect, details, number: None, receiver: None, about: None }
    }

    /// One that has an effect and says nothing else.
    pub(crate) fn plain(effect: Effect) -> Self {
        Self::of(effect, json!({}))
    }
}

/// A kind as it registers itself.
pub(crate) struct KindEntry {
    /// Its stable name.
    pub(crate) slug: &'static str,
    /// The events that documents of this kind can mean for a unit; none where only attributes or packs change.
    pub(crate) events: fn() -> Vec<Event>,
    /// Its routes; none where another entry of the same file has them.
    pub(crate) routes: fn(&mut ServiceConfig<'_>),
}

inventory::collect!(KindEntry);

/// The name of every kind, and the events that its documents can mean for a unit: what the life of codes is drawn from.
pub fn events_of_kinds() -> Vec<(&'static str, Vec<Event>)> {
    all().into_iter().map(|kind| (kind.slug, (kind.events)())).collect()
}

/// Every kind, by name.
pub(crate) fn all() -> Vec<&'static KindEntry> {
    let mut kinds: Vec<_> = inventory::iter::<KindEntry>().collect();
    kinds.sort_by_key(|kind| kind.slug);
    kinds
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_event_but_the_emission_is_reached_by_a_kind() {
        let reached: HashSet<Event> = all().iter().flat_map(|kind| (kind.events)()).collect();
        let missing: Vec<_> = Event::all().filter(|event| !reached.contains(event)).collect();
        assert_eq!(missing, [Event::Emit]);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: Vec<_> = all().iter().map(|kind| kind.slug).collect();
        let expected = [
            "accept",
            "apply",
            "cancel-shipment",
            "lift-recall",
            "pack",
            "recall",
            "release",
            "return",
            "sell",
            "ship",
            "unpack",
            "withdraw",
        ];
        assert_eq!(names, expected);
    }
}
