//! What inspectors do alike with reports and alerts: see those of their region, take one, hand it over, decide. One pure
//! machine of who is in charge ([`Charge`]), and one way to audit a look.

mod charge;
mod colleague;
mod look;

pub(crate) use charge::{Charge, Handover, is_visible};
pub(crate) use colleague::{Colleague, find_inspector_region, list_colleagues};
pub(crate) use look::{Look, audited};
