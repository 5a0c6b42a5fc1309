//! From what the register holds to the facts that a verdict is made of. Pure.

use marking::layout::SerialScheme;
use marking::seal_keys::SealCheck;
use marking::verdict::{Recall, SealFact, Texts, UnitFacts};

use super::snapshot::Unit;
use crate::registry::Names;

/// The facts about a unit whose code was scanned, once the register was asked.
pub(super) fn of_unit(scheme: SerialScheme, seal: SealCheck, unit: &Unit) -> UnitFacts {
    UnitFacts { seal: SealFact::Checked(seal), ..of_packed(scheme, unit) }
}

/// The facts about a unit inside a pack, whose own code nobody scanned.
pub(super) fn of_packed(scheme: SerialScheme, unit: &Unit) -> UnitFacts {
    let particulars = unit.particulars();
    let recall = particulars.and_then(|particulars| {
        let on = particulars.recalled_on?;
        let Names { kk, ru, en } = particulars.recall_reason.clone().unwrap_or_default();
        Some(Recall { reason: Texts { kk, ru, en }, on })
    });
    UnitFacts {
        serial: scheme,
        seal: SealFact::NotOurs,
        status: Some(unit.state.status()),
        expires_on: particulars.and_then(|particulars| particulars.expires_on),
        recall,
        withdrawal: particulars.and_then(|particulars| particulars.withdrawal_reason.as_deref()?.parse().ok()),
    }
}

/// The facts about a code that nobody may look up, since its seal does not hold.
pub(super) fn of_unsealed(scheme: SerialScheme, seal: SealCheck) -> UnitFacts {
    UnitFacts {
        serial: scheme,
        seal: SealFact::Checked(seal),
        status: None,
        expires_on: None,
        recall: None,
        withdrawal: None,
    }
}

/// Whether a seal leaves anything to look up: one that doesn't hold says all by itself.
pub(super) fn is_worth_a_look(seal: SealCheck) -> bool {
    matches!(seal, SealCheck::Holds { .. } | SealCheck::Missing | SealCheck::Garbled)
}
