//! What an alert can be about.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal),+ $(,)?) => {
        /// A rule, by what it finds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schema(as = AlertKind)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)+
                }
            }
        }
    };
}

kinds! {
    /// A till asks to sell what was sold.
    SecondSale = "second-sale",
    /// A till asks to sell what was withdrawn or recalled.
    SaleAfterWithdrawal = "sale-after-withdrawal",
    /// One code in two places sooner than anything travels.
    ImpossibleTravel = "impossible-travel",
    /// One code in more towns than one item comes to.
    ManyPlaces = "many-places",
    /// One code on more phones, over more days, than one item meets.
    ManyDevices = "many-devices",
    /// Goods on shelves that nobody has put into circulation.
    BeforeRelease = "before-release",
    /// Goods on shelves that were taken out of circulation.
    AfterWithdrawal = "after-withdrawal",
    /// A serial of ours under a seal that doesn't hold.
    ForgedSeal = "forged-seal",
    /// A seal that stands on several products or serials.
    SealOfAnother = "seal-of-another",
    /// A device that tries codes until one holds.
    GuessedCodes = "guessed-codes",
    /// Neighbours in serial order that look odd in one place.
    Neighbours = "neighbours",
    /// A part of a delivery far from the rest of it.
    FarFromRoute = "far-from-route",
    /// Goods past their date on a shelf.
    ExpiredOnSale = "expired-on-sale",
    /// Recalled goods on a shelf.
    RecalledOnSale = "recalled-on-sale",
    /// Codes that nobody issued, gathered in one shop.
    UnknownCluster = "unknown-cluster",
}

/// A word that is no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of alert")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == text).ok_or(UnknownKind)
    }
}
