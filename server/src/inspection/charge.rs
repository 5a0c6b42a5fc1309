//! The inspector in charge of a case, and the region that has it. Pure.

use uuid::Uuid;

use crate::auth::Caller;
use crate::platform::problem::{Error, Result};

/// Whether an inspector may know of a case of this region (X1): those of the inspector's region, and those of none.
pub(crate) fn is_visible(region: Option<&str>, inspector: &Caller) -> bool {
    region.is_none() || region == inspector.region.as_deref()
}

/// Who is in charge of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The inspector; none before one has taken it.
    pub(crate) assignee: Option<Uuid>,
    /// KATO code of the region; none before it is known.
    pub(crate) region: Option<String>,
}

/// A change of the inspector in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handover {
    /// The inspector before.
    pub(crate) from: Option<Uuid>,
    /// The inspector since.
    pub(crate) to: Uuid,
}

impl Charge {
    /// Gives the case to an inspector of a region; the case goes to that region. `None` when it is theirs already.
    pub(crate) fn assign(&mut self, to: Uuid, region: String) -> Option<Handover> {
        let from = self.assignee.replace(to);
        self.region = Some(region);
        (from != Some(to)).then_some(Handover { from, to })
    }

    /// Whether an inspector must say why a case goes to `to`: it is a colleague's, and doesn't stay there (X66).
    pub(crate) fn needs_reason(&self, inspector: Uuid, to: Uuid) -> bool {
        self.assignee.is_some_and(|assignee| assignee != inspector && assignee != to)
    }

    /// Makes the inspector the one in charge: takes a case that no inspector has; `None` when it is theirs already. 403 with
    /// the slug for a colleague's.
    pub(crate) fn take(&mut self, inspector: &Caller, not_yours: &'static str) -> Result<Option<Handover>> {
        match self.assignee {
            Some(assignee) if assignee == inspector.account => Ok(None),
            Some(_) => Err(Error::Forbidden(not_yours)),
            None => {
                self.assignee = Some(inspector.account);
                self.region.clone_from(&inspector.region);
                Ok(Some(Handover { from: None, to: inspector.account }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// X66
    #[test]
    fn a_colleagues_case_moves_with_a_reason_only() {
        let [own, colleague, third] = [1, 2, 3].map(Uuid::from_u128);
        for (assignee, to, needed) in [
            (None, own, false),
            (Some(own), own, false),
            (Some(own), colleague, false),
            (Some(colleague), own, true),
            (Some(colleague), third, true),
            (Some(colleague), colleague, false),
        ] {
            let charge = Charge { assignee, region: None };
            assert_eq!(charge.needs_reason(own, to), needed, "{assignee:?} {to}");
        }
    }

    #[test]
    fn a_case_goes_to_the_region_of_its_inspector() {
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let mut charge = Charge { assignee: Some(one), region: Some("71".into()) };
        assert_eq!(charge.assign(one, "71".into()), None);
        assert_eq!(charge.assign(other, "75".into()), Some(Handover { from: Some(one), to: other }));
        assert_eq!(charge, Charge { assignee: Some(other), region: Some("75".into()) });
    }
}
