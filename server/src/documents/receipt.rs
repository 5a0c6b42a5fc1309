//! What the author of a document gets back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::codes::SealLine;

/// What a filed document did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DocumentReceipt)]
pub(crate) struct Receipt {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// What it did: `apply`, `release`, `sell` …
    #[schema(example = "release")]
    pub(crate) kind: String,
    /// To how many units.
    #[schema(example = 250)]
    pub(crate) units: u32,
    /// When it was filed.
    pub(crate) at: DateTime<Utc>,
    /// `not-checked` when one of its units was named without a seal, by GTIN and serial alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seal: Option<SealLine>,
}
