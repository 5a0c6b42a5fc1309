//! The verdict on a scanned code: facts in, verdict and reasons out, nothing else.
//!
//! The verdict is the gravest that the facts support, in this order:
//!
//! 1. `misread`, `forged-seal`, `unknown`: then nothing that the register holds may be about these goods,
//!    and nothing of it is told;
//! 2. `recalled`, even of goods that were sold: it is about people's safety;
//! 3. `withdrawn`, 4. `expired`, 5. `sold`, 6. `not-released`;
//! 7. `in-circulation`, which needs every other to be ruled out. A missing fact never leads here.
//!
//! `issued` is what a phone says offline, where the seal is all that it can check.
//!
//! ## When the seal was not read
//! A symbol that a scanner has read has error correction: where its seal is missing or garbled it was not read as a
//! whole, or printed by somebody who had only the serial, and the answer is `misread`: scan again.
//!
//! Somebody typed `(01)…(21)…`, or a form spoiled the tail. That is no reason to accuse the goods, and
//! what is left is judged by how hard it is to invent. A **long** serial cannot be invented: the verdict
//! follows the status, with `seal-missing` or `seal-garbled` among the reasons, but the goods are not called fit for sale
//! and no friendly colour is shown: a serial can be read off a box or a paper. **Short** serials and stamp numbers can be
//! guessed, and without their seal they prove nothing: `misread`.
//!
//! A seal by an unknown or a revoked key is neither good nor forged: `unknown`, with the reason.

mod judgement;
mod reason;
mod wording;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::judgement::{Judgement, NotFound, SealFact, UnitFacts};
pub use self::reason::{Reason, Recall, Texts};
pub use self::wording::Wording;
use crate::status::UnknownSlug;

/// The answer in one word. Ordered from the gravest to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The code was not read well enough to say anything. It says nothing about the goods.
    Misread,
    /// The register never issued this code in this form.
    ForgedSeal,
    /// The register holds nothing about the code, or cannot vouch for it.
    Unknown,
    /// The goods were recalled.
    Recalled,
    /// The goods left the market other than by a sale.
    Withdrawn,
    /// The goods are past their date.
    Expired,
    /// The goods were sold.
    Sold,
    /// The goods are not on the market yet.
    NotReleased,
    /// The seal holds, and no more could be checked offline.
    Issued,
    /// Goods with this code are on the market.
    InCirculation,
}

impl Verdict {
    /// Every verdict, from the gravest to the best.
    pub const ALL: [Self; 10] = [
        Self::Misread,
        Self::ForgedSeal,
        Self::Unknown,
        Self::Recalled,
        Self::Withdrawn,
        Self::Expired,
        Self::Sold,
        Self::NotReleased,
        Self::Issued,
        Self::InCirculation,
    ];

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Misread => "misread",
            Self::ForgedSeal => "forged-seal",
            Self::Unknown => "unknown",
            Self::Recalled => "recalled",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Sold => "sold",
            Self::NotReleased => "not-released",
            Self::Issued => "issued",
            Self::InCirculation => "in-circulation",
        }
    }
}

impl FromStr for Verdict {
    type Err = UnknownSlug;

    fn from_str(text: &str) -> Result<Self, UnknownSlug> {
        let mut all = Self::ALL.into_iter();
        all.find(|verdict| verdict.slug() == text).ok_or(UnknownSlug)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.slug())
    }
}

#[cfg(test)]
mod tests;
