//! What a kind of document is: a body, what must hold of it, and its effect.

use chrono::NaiveDate;
use marking::status::Status;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::filing::FilingContext;
use super::units::{Naming, Units};
use crate::ledger::{Applied, Effect, Refusals};
use crate::platform::db::Transaction;
use crate::platform::problem::Result;

/// A kind of document that a participant files about units which it names. Its steps, in their order: [`Kind::check`]
/// without a store, [`Kind::content`] with the register, the effect on the units, [`Kind::confirm`].
pub(crate) trait Kind: Serialize + DeserializeOwned + 'static {
    /// The stable name, as the register and the audit keep it.
    const SLUG: &'static str;

    /// Where it is sent to, by POST.
    const ROUTE: &'static str;

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

    /// What follows from a refusal of units that were named in this way; the document itself was rolled back.
    async fn refused(_: &Transaction<'_>, _: &FilingContext<'_>, _: Naming, _: &Refusals) -> Result<()> {
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
    /// What its documents can do to units, each under the reason that decides it; `None` where there is one effect only.
    pub(crate) effects: fn() -> Vec<(Option<&'static str>, Effect)>,
    /// Where its documents are sent to, by POST.
    pub(crate) route: &'static str,
    /// Its routes; none where another entry of the same file has them.
    pub(crate) routes: fn(&mut ServiceConfig<'_>),
}

inventory::collect!(KindEntry);

/// What documents of one kind do to units: a row of docs/life-cycle.md.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The kind's stable name.
    pub kind: &'static str,
    /// Where its documents are sent to, by POST.
    pub route: &'static str,
    /// The reason in the document that decides; none where every document of the kind does the same.
    pub reason: Option<&'static str>,
    /// For each status, in the order of [`Status::ALL`], the status afterwards; none where it refuses the document.
    pub after: [Option<Status>; Status::ALL.len()],
}

/// What documents of every kind do to units.
pub fn outcomes() -> Vec<Outcome> {
    let of_kind = |kind: &'static KindEntry| {
        (kind.effects)().into_iter().map(|(reason, effect)| Outcome {
            kind: kind.slug,
            route: kind.route,
            reason,
            after: Status::ALL.map(|status| effect.after(status)),
        })
    };
    all().into_iter().flat_map(of_kind).collect()
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

    use marking::status::Event;

    use super::*;

    #[test]
    fn every_event_but_the_emission_is_reached_by_a_kind() {
        let effects = all().into_iter().flat_map(|kind| (kind.effects)());
        let reached: HashSet<Event> = effects.filter_map(|(_, effect)| effect.event).collect();
        let missing: Vec<_> = Event::all().filter(|event| !reached.contains(event)).collect();
        assert_eq!(missing, [Event::Emit]);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: HashSet<_> = all().iter().map(|kind| kind.slug).collect();
        assert!(!names.is_empty() && names.len() == all().len(), "{names:?}");
    }
}
