//! The codes that the demo shows: one for every verdict that the register gives, every reason, every family of codes,
//! every form of writing and every fault that is undone. What outages alone bring about (`register-slow`) and what
//! phones alone say (`issued`) can't stand on a shelf.

use marking::misread::Repair;
use marking::verdict::Verdict;

use super::sight::Sight;

/// One code on the shelf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Its name in addresses: small letters, digits, hyphens.
    pub(super) slug: &'static str,
    /// What kind of code it is.
    pub(super) family: Family,
    /// Where its text comes from.
    pub(super) source: Source,
    /// How it reaches the register.
    pub(super) sight: Sight,
    /// What `/v1/verify` answers.
    pub(super) expected: Verdict,
    /// A reason that stands in the answer.
    pub(super) reason: &'static str,
}

/// Kinds of codes, as the page names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Labels of a group of goods, by the group's slug.
    Group(&'static str),
    /// A pack's number.
    Pack,
    /// A product's bar code.
    Barcode,
    /// Labels of other countries.
    Foreign,
    /// No code at all.
    Other,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// A unit of an order of the story.
    Unit(&'static str, u32),
    /// A unit under the seal of a key that was revoked when the story was told.
    Revoked,
    /// A stamp that nobody has ordered, with a mark that would hold.
    StampAhead,
    /// A pack of this number.
    Pack(&'static str),
    /// This text.
    Text(&'static str),
}

use Family::{Barcode, Foreign, Group, Other, Pack};
use Source::{Revoked, StampAhead, Text, Unit};

const SHOES: Family = Group("shoes");
const CLOTHES: Family = Group("clothes");
const MEDICINES: Family = Group("medicines");
const WATER: Family = Group("water");
const DAIRY: Family = Group("dairy");
const BLOCK: Family = Group("tobacco-block");
const CIGARETTES: Family = Group("tobacco-pack");
const ALCOHOL: Family = Group("alcohol");

/// The transport pack that is closed, and the group pack inside.
pub(super) const PALLET: &str = "348700007700000039";
pub(super) const BOX: &str = "348700007700000015";
/// A group pack with recalled goods inside.
pub(super) const RECALLED_BOX: &str = "348700007700000022";
/// A group pack that was taken apart.
pub(super) const OPENED_BOX: &str = "348700007700000046";

const fn item(
    slug: &'static str,
    family: Family,
    source: Source,
    sight: Sight,
    expected: Verdict,
    reason: &'static str,
) -> Item {
    Item { slug, family, source, sight, expected, reason }
}

/// Everything on the shelf, in the order in which it is shown.
pub(super) const SHELF: &[Item] = &[
    // The life of goods.
    item("boots", SHOES, Unit("boots", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("boots-shipped", SHOES, Unit("boots", 1), Sight::Plain, Verdict::InCirculation, "shipped"),
    item("boots-bought", SHOES, Unit("boots", 2), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("boots-sold", SHOES, Unit("boots", 3), Sight::Plain, Verdict::Sold, "sold"),
    item("boots-returned", SHOES, Unit("boots", 4), Sight::Plain, Verdict::InCirculation, "returned-to-sale"),
    item("boots-sold-online", SHOES, Unit("boots", 9), Sight::Plain, Verdict::Sold, "withdrawal-e-commerce"),
    item("boots-emitted", SHOES, Unit("boots", 39), Sight::Plain, Verdict::NotReleased, "not-applied"),
    item("boots-applied", SHOES, Unit("boots", 38), Sight::Plain, Verdict::NotReleased, "applied-not-released"),
    item("boots-own-needs", SHOES, Unit("boots", 5), Sight::Plain, Verdict::Withdrawn, "withdrawal-own-needs"),
    item("boots-damaged", SHOES, Unit("boots", 6), Sight::Plain, Verdict::Withdrawn, "withdrawal-damaged"),
    item("boots-defect", SHOES, Unit("boots", 7), Sight::Plain, Verdict::Withdrawn, "withdrawal-defect"),
    item("boots-utilised", SHOES, Unit("boots", 8), Sight::Plain, Verdict::Withdrawn, "withdrawal-utilisation"),
    item("boots-sampled", SHOES, Unit("boots", 10), Sight::Plain, Verdict::Withdrawn, "withdrawal-sampling"),
    item("boots-exported", SHOES, Unit("boots", 11), Sight::Plain, Verdict::Withdrawn, "withdrawal-export"),
    item("boots-confiscated", SHOES, Unit("boots", 12), Sight::Plain, Verdict::Withdrawn, "withdrawal-confiscated"),
    item("boots-withdrawn", SHOES, Unit("boots", 13), Sight::Plain, Verdict::Withdrawn, "withdrawal-other"),
    item("boots-withdrawn-too", SHOES, Unit("boots", 13), Sight::Bracketed, Verdict::Withdrawn, "withdrawn"),
    item("boots-destroyed", SHOES, Unit("boots", 14), Sight::Plain, Verdict::Withdrawn, "destroyed"),
    item("boots-lost", SHOES, Unit("boots", 15), Sight::Plain, Verdict::Withdrawn, "lost"),
    item("boots-written-off", SHOES, Unit("boots", 16), Sight::Plain, Verdict::Withdrawn, "written-off"),
    item("boots-recalled", SHOES, Unit("boots", 18), Sight::Plain, Verdict::Recalled, "recalled"),
    item("boots-sold-recalled", SHOES, Unit("boots", 19), Sight::Plain, Verdict::Recalled, "sold"),
    item("kefir-expired", DAIRY, Unit("kefir", 0), Sight::Plain, Verdict::Expired, "expired-on"),
    item("kefir-written-expired", DAIRY, Unit("kefir", 1), Sight::Plain, Verdict::Expired, "written-expired"),
    // The families of labels.
    item("shapan", CLOTHES, Unit("shapan", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("tablets", MEDICINES, Unit("tablets", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("tablets-sold", MEDICINES, Unit("tablets", 1), Sight::Plain, Verdict::Sold, "sold"),
    item("water", WATER, Unit("spring", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("water-awaited", WATER, Unit("spring", 2), Sight::Plain, Verdict::InCirculation, "shipped"),
    item("milk-powder", DAIRY, Unit("milk-powder", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("cigarette-block", BLOCK, Unit("cigarette-block", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("cigarettes", CIGARETTES, Unit("cigarettes", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("cigarettes-sold", CIGARETTES, Unit("cigarettes", 1), Sight::Plain, Verdict::Sold, "sold"),
    item("wine", ALCOHOL, Unit("wine", 0), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("wine-sold", ALCOHOL, Unit("wine", 1), Sight::Plain, Verdict::Sold, "sold"),
    item("wine-not-issued", ALCOHOL, StampAhead, Sight::Plain, Verdict::Unknown, "stamp-not-issued"),
    // Packs and bar codes.
    item("box", Pack, Source::Pack(BOX), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("pallet", Pack, Source::Pack(PALLET), Sight::Plain, Verdict::InCirculation, "in-circulation"),
    item("box-recalled", Pack, Source::Pack(RECALLED_BOX), Sight::Plain, Verdict::Recalled, "recalled"),
    item("box-opened", Pack, Source::Pack(OPENED_BOX), Sight::Plain, Verdict::Withdrawn, "pack-opened"),
    item("box-unknown", Pack, Source::Pack("348700007700000053"), Sight::Plain, Verdict::Unknown, "pack-unknown"),
    item("ean-13", Barcode, Text("4870000770045"), Sight::Plain, Verdict::Unknown, "product-only"),
    item("ean-8", Barcode, Text("48700122"), Sight::Plain, Verdict::Unknown, "product-only"),
    item("ean-13-unknown", Barcode, Text("4870000770199"), Sight::Plain, Verdict::Unknown, "product-unknown"),
    // The ways to write the same code.
    item("boots-scanner", SHOES, Unit("boots", 0), Sight::WithIdentifier, Verdict::InCirculation, "in-circulation"),
    item("boots-typed", SHOES, Unit("boots", 0), Sight::Bracketed, Verdict::InCirculation, "in-circulation"),
    item("boots-link", SHOES, Unit("boots", 0), Sight::Link, Verdict::InCirculation, "in-circulation"),
    item("wine-scanner", ALCOHOL, Unit("wine", 0), Sight::WithIdentifier, Verdict::InCirculation, "in-circulation"),
    item("box-scanner", Pack, Source::Pack(BOX), Sight::WithIdentifier, Verdict::InCirculation, "in-circulation"),
    // Faults of scanners and keyboards: undone and named, never held against the goods.
    fault("boots-case", Repair::CaseFlipped),
    fault("boots-yz", Repair::YzSwapped),
    fault("boots-cyrillic", Repair::CyrillicLayout),
    fault("boots-lost-separators", Repair::LostSeparators),
    fault("boots-typed-separators", Repair::TypedSeparators),
    fault("boots-typed-spaces", Repair::TypedSpaces),
    fault("boots-stored", Repair::StoredForm),
    fault("boots-keyboard", Repair::KeyboardLayout),
    fault("boots-look-alikes", Repair::LookAlikes),
    item(
        "boots-small",
        SHOES,
        Unit("boots", 0),
        Sight::Fault(Repair::CaseLost),
        Verdict::InCirculation,
        "seal-missing",
    ),
    item(
        "wine-changed-link",
        ALCOHOL,
        Unit("wine", 0),
        Sight::Fault(Repair::ChangedLink),
        Verdict::InCirculation,
        "repaired-read",
    ),
    item("boots-without-seal", SHOES, Unit("boots", 21), Sight::WithoutSeal, Verdict::InCirculation, "seal-missing"),
    item("boots-garbled-seal", SHOES, Unit("boots", 21), Sight::GarbledSeal, Verdict::InCirculation, "seal-garbled"),
    item("water-without-seal", WATER, Unit("spring", 1), Sight::WithoutSeal, Verdict::InCirculation, "seal-missing"),
    item("milk-without-seal", DAIRY, Unit("milk-powder", 1), Sight::WithoutSeal, Verdict::Misread, "seal-missing"),
    // What forgers try, and what keys tell.
    item("boots-forged", SHOES, Unit("boots", 22), Sight::AnothersSeal, Verdict::ForgedSeal, "seal-does-not-match"),
    item(
        "tablets-forged",
        MEDICINES,
        Unit("tablets", 2),
        Sight::AnothersSeal,
        Verdict::ForgedSeal,
        "seal-does-not-match",
    ),
    item("milk-forged", DAIRY, Unit("milk-powder", 2), Sight::AnothersSeal, Verdict::ForgedSeal, "seal-does-not-match"),
    item("shapan-unknown-key", CLOTHES, Unit("shapan", 1), Sight::UnknownKey, Verdict::Unknown, "key-unknown"),
    item("shapan-revoked-key", CLOTHES, Revoked, Sight::Plain, Verdict::Unknown, "key-revoked"),
    item(
        "boots-invented",
        SHOES,
        Text(
            "0104870000770014213AAAAAAAAAAAA\u{1d}91zzzz\u{1d}92AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAa==",
        ),
        Sight::Plain,
        Verdict::Unknown,
        "serial-not-issued",
    ),
    // Others' codes, and no codes.
    item(
        "foreign-shoes",
        Foreign,
        Text(
            "010290000059848521QRYY3*4FN;rAO\u{1d}918039\u{1d}92NEbFr8pJB4HOTcbrBsKy40qJQ/Fs4pxMFn80IKUFJLBwGAiPp5nv+YCBww110fO3YZJH3uWFs8eumIczN1HTbQ==",
        ),
        Sight::Plain,
        Verdict::Unknown,
        "foreign-code",
    ),
    item(
        "foreign-water",
        Foreign,
        Text("0104600840749372215!IS(;\u{1d}93dGVz"),
        Sight::Plain,
        Verdict::Unknown,
        "foreign-code",
    ),
    item(
        "foreign-cigarettes",
        Foreign,
        Text("00000046198488X?io+qCABm8wAYa"),
        Sight::Plain,
        Verdict::Unknown,
        "foreign-code",
    ),
    item(
        "foreign-block",
        Foreign,
        Text("010460043993125621JgXJ5.T\u{1d}8005112000\u{1d}930001\u{1d}923zbrLA==\u{1d}24014276281"),
        Sight::Plain,
        Verdict::Unknown,
        "foreign-code",
    ),
    item(
        "shop-address",
        Other,
        Text("https://example.kz/discounts?week=47"),
        Sight::Plain,
        Verdict::Misread,
        "not-a-marking-code",
    ),
    item("words", Other, Text("Best before: see the lid"), Sight::Plain, Verdict::Misread, "not-a-marking-code"),
    item("wrong-check-digit", Other, Text("4870000770046"), Sight::Plain, Verdict::Misread, "not-a-marking-code"),
];

const fn fault(slug: &'static str, repair: Repair) -> Item {
    item(slug, SHOES, Unit("boots", 0), Sight::Fault(repair), Verdict::InCirculation, "repaired-read")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use marking::verdict::Reason;

    use super::*;

    #[test]
    fn the_shelf_shows_every_verdict_reason_family_and_repair() {
        let verdicts: BTreeSet<Verdict> = SHELF.iter().map(|item| item.expected).collect();
        assert!(Verdict::ALL.into_iter().all(|verdict| verdict == Verdict::Issued || verdicts.contains(&verdict)));
        let reasons: BTreeSet<&str> = SHELF.iter().map(|item| item.reason).collect();
        let lacking: Vec<_> = Reason::SLUGS.into_iter().filter(|slug| !reasons.contains(slug)).collect();
        assert_eq!(lacking, ["register-slow"]);
        for group in marking::layout::Group::ALL {
            assert!(SHELF.iter().any(|item| item.family == Group(group.slug())), "{group}");
        }
        for repair in Repair::ALL {
            assert!(SHELF.iter().any(|item| item.sight == Sight::Fault(repair)), "{repair:?}");
        }
        let slugs: BTreeSet<&str> = SHELF.iter().map(|item| item.slug).collect();
        assert!(SHELF.len() >= 40 && slugs.len() == SHELF.len());
    }
}
