//! Whether a shop may sell a unit: what the code is, and whose the goods are. Pure.

use marking::verdict::{Judgement, Reason, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

/// The answer for one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MaySell {
    /// The goods are on the market, and the asking participant's.
    Yes,
    /// Something speaks against it; the reasons say what.
    No,
    /// The register could not be asked: that is never a yes.
    Unknown,
}

impl MaySell {
    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Yes => "stock-may-be-sold",
            Self::No => "stock-may-not-be-sold",
            Self::Unknown => "stock-not-checked",
        }
    }
}

/// Whose goods are, seen from the asking participant. Who else's they are is told to nobody (X4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holding {
    /// The asking participant's.
    Yours,
    /// Another's, in a shipment that awaits the asking participant's signature.
    AwaitingAcceptance,
    /// Another's.
    NotYours,
    /// The register could not be asked, or holds no such unit.
    Unknown,
}

/// Why not, in the clerk's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// The delivery was not accepted yet.
    AwaitingAcceptance,
    /// The same unit stands in the request before.
    Doubled,
    /// Past its date.
    Expired,
    /// Not part of the delivery that was expected.
    Extra,
    /// The seal is over something else.
    ForgedSeal,
    /// Not read well enough.
    Misread,
    /// The register could not be asked.
    NotChecked,
    /// Not on the market yet.
    NotReleased,
    /// Another's goods.
    NotYours,
    /// The pack was taken apart.
    PackOpened,
    /// A product's barcode, which names no unit.
    ProductOnly,
    /// Recalled.
    Recalled,
    /// On the way to a buyer.
    Shipped,
    /// Sold.
    SoldAlready,
    /// A key that is unknown or revoked vouches for nothing.
    Unconfirmed,
    /// Not in the register.
    Unknown,
    /// Out of the market.
    Withdrawn,
}

impl Why {
    /// Every reason.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 17] = [
        Self::AwaitingAcceptance,
        Self::Doubled,
        Self::Expired,
        Self::Extra,
        Self::ForgedSeal,
        Self::Misread,
        Self::NotChecked,
        Self::NotReleased,
        Self::NotYours,
        Self::PackOpened,
        Self::ProductOnly,
        Self::Recalled,
        Self::Shipped,
        Self::SoldAlready,
        Self::Unconfirmed,
        Self::Unknown,
        Self::Withdrawn,
    ];

    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::AwaitingAcceptance => "stock-awaiting-acceptance",
            Self::Doubled => "stock-doubled",
            Self::Expired => "stock-expired",
            Self::Extra => "stock-extra",
            Self::ForgedSeal => "stock-forged-seal",
            Self::Misread => "stock-misread",
            Self::NotChecked => "stock-not-checked",
            Self::NotReleased => "stock-not-released",
            Self::NotYours => "stock-not-yours",
            Self::PackOpened => "stock-pack-opened",
            Self::ProductOnly => "stock-product-only",
            Self::Recalled => "stock-recalled",
            Self::Shipped => "stock-shipped",
            Self::SoldAlready => "stock-sold-already",
            Self::Unconfirmed => "stock-unconfirmed",
            Self::Unknown => "stock-unknown",
            Self::Withdrawn => "stock-withdrawn",
        }
    }

    /// What programs look at.
    pub(crate) fn slug(self) -> &'static str {
        self.key().trim_start_matches("stock-")
    }
}

/// May the asking participant sell it? Yes needs both: goods on the market under no document, and one's own.
pub(crate) fn judge(judgement: &Judgement, holding: Holding) -> (MaySell, Vec<Why>) {
    let has = |reason: &Reason| judgement.reasons.contains(reason);
    let against = match judgement.verdict {
        // The register was silent and nothing else is known.
        Verdict::Unknown if judgement.reasons.first() == Some(&Reason::RegisterSlow) => {
            return (MaySell::Unknown, vec![Why::NotChecked]);
        }
        Verdict::Misread => Some(Why::Misread),
        Verdict::ForgedSeal => Some(Why::ForgedSeal),
        Verdict::Unknown if has(&Reason::ProductOnly) || has(&Reason::ProductUnknown) => Some(Why::ProductOnly),
        Verdict::Unknown if has(&Reason::KeyUnknown) || has(&Reason::KeyRevoked) => Some(Why::Unconfirmed),
        Verdict::Unknown => Some(Why::Unknown),
        Verdict::Recalled => Some(Why::Recalled),
        Verdict::Withdrawn if has(&Reason::PackOpened) => Some(Why::PackOpened),
        Verdict::Withdrawn => Some(Why::Withdrawn),
        Verdict::Expired => Some(Why::Expired),
        Verdict::Sold => Some(Why::SoldAlready),
        Verdict::NotReleased => Some(Why::NotReleased),
        // What a phone says offline; the register never does.
        Verdict::Issued => Some(Why::Unconfirmed),
        Verdict::InCirculation if has(&Reason::Shipped) && holding != Holding::AwaitingAcceptance => Some(Why::Shipped),
        Verdict::InCirculation => None,
    };
    let of_holding = match holding {
        Holding::AwaitingAcceptance => Some(Why::AwaitingAcceptance),
        Holding::NotYours => Some(Why::NotYours),
        Holding::Yours | Holding::Unknown => None,
    };
    let why: Vec<Why> = against.into_iter().chain(of_holding).collect();
    match holding {
        Holding::Unknown if why.is_empty() => (MaySell::Unknown, vec![Why::NotChecked]),
        _ if why.is_empty() && judgement.may_be_sold() => (MaySell::Yes, why),
        _ => (MaySell::No, why),
    }
}

#[cfg(test)]
mod tests {
    use marking::verdict::NotFound;

    use super::*;

    const HOLDINGS: [Holding; 4] = [Holding::Yours, Holding::AwaitingAcceptance, Holding::NotYours, Holding::Unknown];

    fn of(verdict: Verdict, reason: Reason) -> Judgement {
        Judgement { verdict, reasons: vec![reason] }
    }

    #[test]
    fn only_ones_own_goods_on_the_market_may_be_sold() {
        for verdict in Verdict::ALL {
            for reason in [Reason::InCirculation, Reason::ReturnedToSale, Reason::Shipped, Reason::RegisterSlow] {
                for holding in HOLDINGS {
                    let (may, why) = judge(&of(verdict, reason.clone()), holding);
                    let sellable =
                        verdict == Verdict::InCirculation && holding == Holding::Yours && reason != Reason::Shipped;
                    assert_eq!(may == MaySell::Yes, sellable, "{verdict} {reason:?} {holding:?}");
                    assert_eq!(why.is_empty(), sellable, "{verdict} {reason:?} {holding:?}: {why:?}");
                }
            }
        }
    }

    #[test]
    fn a_silent_register_never_says_yes_nor_accuses() {
        let silent = Judgement::of(NotFound::RegisterSilent);
        let on_the_market = of(Verdict::InCirculation, Reason::InCirculation);
        for (judgement, holding) in
            [(&silent, Holding::Yours), (&silent, Holding::Unknown), (&on_the_market, Holding::Unknown)]
        {
            assert_eq!(judge(judgement, holding), (MaySell::Unknown, vec![Why::NotChecked]));
        }
        // What speaks against the goods by itself stands without the register.
        let forged = of(Verdict::ForgedSeal, Reason::SealDoesNotMatch);
        assert_eq!(judge(&forged, Holding::Unknown), (MaySell::No, vec![Why::ForgedSeal]));
    }

    /// S9, Q23: a delivery is the buyer's once it is accepted, and nobody's to sell before.
    #[test]
    fn goods_under_way_may_be_sold_by_neither_side() {
        let shipped = of(Verdict::InCirculation, Reason::Shipped);
        assert_eq!(judge(&shipped, Holding::AwaitingAcceptance), (MaySell::No, vec![Why::AwaitingAcceptance]));
        assert_eq!(judge(&shipped, Holding::Yours), (MaySell::No, vec![Why::Shipped]));
    }

    #[test]
    fn every_reason_has_words() {
        for why in Why::ALL {
            assert!(locales::has(why.key()), "{why:?}");
            assert_eq!(serde_json::to_value(why).ok(), Some(why.slug().into()));
        }
    }
}
