//! In which words a verdict is told: one verdict is told otherwise where it says something else to a person.

use super::{Judgement, Reason, Verdict};

/// The words for a judgement: title, advice, and with them colour and sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wording {
    /// Those of the verdict itself.
    Of(Verdict),
    /// A product's bar code, of goods that the register knows.
    Barcode,
    /// A product's bar code, of goods that the register does not know.
    UnknownBarcode,
    /// A text that was read well and is no code: a web address, the words on a package.
    NotACode,
    /// The code of another country's system.
    ForeignCode,
    /// A typed text with a mistake in it.
    TypedWrong,
    /// Goods on the market, named without a seal that was read: anybody may have copied the serial.
    SealNotChecked,
}

impl Wording {
    /// Every wording.
    pub const ALL: [Self; 16] = [
        Self::Of(Verdict::Misread),
        Self::Of(Verdict::ForgedSeal),
        Self::Of(Verdict::Unknown),
        Self::Of(Verdict::Recalled),
        Self::Of(Verdict::Withdrawn),
        Self::Of(Verdict::Expired),
        Self::Of(Verdict::Sold),
        Self::Of(Verdict::NotReleased),
        Self::Of(Verdict::Issued),
        Self::Of(Verdict::InCirculation),
        Self::Barcode,
        Self::UnknownBarcode,
        Self::NotACode,
        Self::ForeignCode,
        Self::TypedWrong,
        Self::SealNotChecked,
    ];

    /// The stable name: the words are `verdict-{slug}` and `verdict-{slug}-advice`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Of(verdict) => verdict.slug(),
            Self::Barcode => "barcode",
            Self::UnknownBarcode => "unknown-barcode",
            Self::NotACode => "not-a-code",
            Self::ForeignCode => "foreign-code",
            Self::TypedWrong => "typed-wrong",
            Self::SealNotChecked => "seal-not-checked",
        }
    }

    /// The wording for a verdict with reasons of these slugs, the weightiest first.
    pub fn by_slugs<'a>(verdict: Verdict, reasons: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reasons = reasons.into_iter();
        match (verdict, reasons.next()) {
            (Verdict::Unknown, Some("product-only")) => Self::Barcode,
            (Verdict::Unknown, Some("product-unknown")) => Self::UnknownBarcode,
            (Verdict::Unknown, Some("foreign-code")) => Self::ForeignCode,
            (Verdict::Misread, Some("not-a-marking-code")) => Self::NotACode,
            (Verdict::InCirculation, first) => {
                let unread = |slug: &str| matches!(slug, "seal-missing" | "seal-garbled");
                let is_unread = first.into_iter().chain(reasons).any(unread);
                if is_unread { Self::SealNotChecked } else { Self::Of(verdict) }
            }
            _ => Self::Of(verdict),
        }
    }
}

impl Judgement {
    /// In which words it is told.
    pub fn wording(&self) -> Wording {
        Wording::by_slugs(self.verdict, self.reasons.iter().map(Reason::slug))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::verdict::NotFound;

    #[test]
    fn a_bar_code_a_text_and_another_countrys_code_have_words_of_their_own() {
        for (why, wording) in [
            (NotFound::ProductOnly, Wording::Barcode),
            (NotFound::ProductUnknown, Wording::UnknownBarcode),
            (NotFound::NotACode, Wording::NotACode),
            (NotFound::Foreign, Wording::ForeignCode),
            (NotFound::SerialNotIssued, Wording::Of(Verdict::Unknown)),
        ] {
            assert_eq!(Judgement::of(why).wording(), wording);
        }
        let slugs: HashSet<_> = Wording::ALL.into_iter().map(Wording::slug).collect();
        assert_eq!(slugs.len(), Wording::ALL.len());
        assert!(Verdict::ALL.into_iter().all(|verdict| Wording::ALL.contains(&Wording::Of(verdict))));
    }
}
