//! What is told of a unit's seal beside its verdict.

use marking::seal_keys::SealCheck;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a seal was read and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SealLine {
    /// It holds.
    Checked,
    /// It was not read, or not read well: the code names the unit by its serial alone.
    NotChecked,
}

impl SealLine {
    /// What is told of a check; nothing where the verdict itself is about the seal.
    pub(crate) fn of(seal: SealCheck) -> Option<Self> {
        match seal {
            SealCheck::Holds { .. } => Some(Self::Checked),
            SealCheck::Missing | SealCheck::Garbled => Some(Self::NotChecked),
            SealCheck::DoesNotMatch | SealCheck::KeyUnknown | SealCheck::KeyRevoked { .. } => None,
        }
    }
}
