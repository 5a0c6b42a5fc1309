//! The reasons behind a verdict, each with its evidence and a stable slug.

use chrono::NaiveDate;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::misread::Repair;
use crate::status::WithdrawalReason;

/// One reason for a verdict, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The goods were released into circulation.
    InCirculation,
    /// The goods were sold, brought back, and are for sale again.
    ReturnedToSale,
    /// The goods are on their way to a buyer who has not signed yet.
    Shipped,
    /// The goods were sold to a consumer.
    Sold,
    /// The code was made, and nobody reported it put on goods.
    NotApplied,
    /// The code is on goods that were not released.
    AppliedNotReleased,
    /// The goods were withdrawn.
    Withdrawn,
    /// Why they were withdrawn.
    Withdrawal(WithdrawalReason),
    /// The goods were destroyed.
    Destroyed,
    /// The goods were lost.
    Lost,
    /// The goods were written off.
    WrittenOff,
    /// The last day that the goods were good on is over.
    ExpiredOn {
        /// That day.
        date: NaiveDate,
    },
    /// The owner declared the goods past their date.
    WrittenExpired,
    /// The goods were recalled.
    Recalled(Recall),
    /// The serial was never issued for this product.
    SerialNotIssued,
    /// The seal is not over this code.
    SealDoesNotMatch,
    /// No seal was read, so a copy could not be told.
    SealMissing,
    /// A scanner spoiled the seal, so a copy could not be told.
    SealGarbled,
    /// The code names a key that is not in the list.
    KeyUnknown,
    /// The key of the seal was revoked.
    KeyRevoked,
    /// The text was repaired before the code was found.
    RepairedRead {
        /// What was undone, in the order in which it was undone.
        repairs: Vec<Repair>,
    },
    /// The code names a product and no single item.
    ProductOnly,
    /// The product is not in the register.
    ProductUnknown,
    /// The pack is not in the register.
    PackUnknown,
    /// The pack was taken apart.
    PackOpened,
    /// The stamp was never issued.
    StampNotIssued,
    /// The code belongs to another state's register.
    ForeignCode,
    /// The text is no marking code.
    NotAMarkingCode,
    /// The register could not be asked in time: the answer may lack the latest changes, or everything.
    RegisterSlow,
}

impl Reason {
    /// The slugs that reasons can have, for those who keep words for each.
    pub const SLUGS: [&str; 37] = [
        "in-circulation",
        "returned-to-sale",
        "shipped",
        "sold",
        "not-applied",
        "applied-not-released",
        "withdrawn",
        "withdrawal-own-needs",
        "withdrawal-damaged",
        "withdrawal-defect",
        "withdrawal-utilisation",
        "withdrawal-e-commerce",
        "withdrawal-sampling",
        "withdrawal-export",
        "withdrawal-confiscated",
        "withdrawal-other",
        "destroyed",
        "lost",
        "written-off",
        "expired-on",
        "written-expired",
        "recalled",
        "serial-not-issued",
        "seal-does-not-match",
        "seal-missing",
        "seal-garbled",
        "key-unknown",
        "key-revoked",
        "repaired-read",
        "product-only",
        "product-unknown",
        "pack-unknown",
        "pack-opened",
        "stamp-not-issued",
        "foreign-code",
        "not-a-marking-code",
        "register-slow",
    ];

    /// The stable name.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::InCirculation => "in-circulation",
            Self::ReturnedToSale => "returned-to-sale",
            Self::Shipped => "shipped",
            Self::Sold => "sold",
            Self::NotApplied => "not-applied",
            Self::AppliedNotReleased => "applied-not-released",
            Self::Withdrawn => "withdrawn",
            Self::Withdrawal(reason) => match reason {
                WithdrawalReason::OwnNeeds => "withdrawal-own-needs",
                WithdrawalReason::Damaged => "withdrawal-damaged",
                WithdrawalReason::Defect => "withdrawal-defect",
                WithdrawalReason::Utilisation => "withdrawal-utilisation",
                WithdrawalReason::ECommerce => "withdrawal-e-commerce",
                WithdrawalReason::Sampling => "withdrawal-sampling",
                WithdrawalReason::Export => "withdrawal-export",
                WithdrawalReason::Confiscated => "withdrawal-confiscated",
                WithdrawalReason::Other => "withdrawal-other",
            },
            Self::Destroyed => "destroyed",
            Self::Lost => "lost",
            Self::WrittenOff => "written-off",
            Self::ExpiredOn { .. } => "expired-on",
            Self::WrittenExpired => "written-expired",
            Self::Recalled(_) => "recalled",
            Self::SerialNotIssued => "serial-not-issued",
            Self::SealDoesNotMatch => "seal-does-not-match",
            Self::SealMissing => "seal-missing",
            Self::SealGarbled => "seal-garbled",
            Self::KeyUnknown => "key-unknown",
            Self::KeyRevoked => "key-revoked",
            Self::RepairedRead { .. } => "repaired-read",
            Self::ProductOnly => "product-only",
            Self::ProductUnknown => "product-unknown",
            Self::PackUnknown => "pack-unknown",
            Self::PackOpened => "pack-opened",
            Self::StampNotIssued => "stamp-not-issued",
            Self::ForeignCode => "foreign-code",
            Self::NotAMarkingCode => "not-a-marking-code",
            Self::RegisterSlow => "register-slow",
        }
    }
}

impl Serialize for Reason {
    /// As an object: the slug, and the evidence beside it.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(None)?;
        object.serialize_entry("slug", self.slug())?;
        match self {
            Self::ExpiredOn { date } => object.serialize_entry("date", date)?,
            Self::Recalled(Recall { reason, on }) => {
                object.serialize_entry("reason", reason)?;
                object.serialize_entry("on", on)?;
            }
            Self::Withdrawal(reason) => object.serialize_entry("reason", reason)?,
            Self::RepairedRead { repairs } => {
                let slugs: Vec<_> = repairs.iter().map(|repair| repair.slug()).collect();
                object.serialize_entry("repairs", &slugs)?;
            }
            _ => {}
        }
        object.end()
    }
}

/// A text in the three languages of the register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// In Kazakh.
    pub kk: String,
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

/// A recall of goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// Why, as the participant or operator who recalled them words it.
    pub reason: Texts,
    /// The day of the recall. Goods recalled for a day to come count as recalled at once.
    pub on: NaiveDate,
}
