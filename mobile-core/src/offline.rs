//! What can be said of a code without the register: whether its seal holds, by the list of keys that the phone has.
//!
//! Four answers, and none of them calls goods genuine: a copied label has a good seal, and only the register knows
//! what was sold, recalled or seen elsewhere.
//!
//! - `issued`: the seal holds, and its key is vouched for by a list that the register confirmed within a day;
//! - `forged-seal`: the key is known, and the seal is not over this code;
//! - `misread`: the text is no code, or its seal was spoiled on the way;
//! - `unknown-offline`: everything else, with the reason.
//!
//! As online, a plain reading that doesn't hold is tried again without the known faults of scanners, and such a
//! reading counts only if its seal holds.

use chrono::{DateTime, Utc};
use marking::code::{self, Form, MarkingCode, Tail, UnitCode};
use marking::layout::{Group, SerialScheme, TailKind};
use marking::near::Near;
use marking::seal::KeyId;
use marking::seal_keys::{SealCheck, UnitParts};
use marking::{misread, scan};
use serde::Serialize;

use crate::key_list::{Age, Grounds, KeyRing};
use crate::products::{Known, Products};
use crate::scanned::Scanned;

/// Longer texts are none of our codes, however badly a scanner wrote them: nothing is repaired.
const LONGEST_REPAIRED: usize = 512;

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfflineVerdict {
    /// The seal holds. Whether this item was sold, recalled or copied, only the register can tell.
    Issued,
    /// The seal is not over this code.
    ForgedSeal,
    /// The code was not read well enough to say anything.
    Misread,
    /// Nothing can be said without the register.
    UnknownOffline,
}

impl OfflineVerdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Issued, Self::ForgedSeal, Self::Misread, Self::UnknownOffline];

    /// The stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::ForgedSeal => "forged-seal",
            Self::Misread => "misread",
            Self::UnknownOffline => "unknown-offline",
        }
    }
}

/// Why the answer is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfflineReason {
    /// The register sealed this code; nothing else could be checked.
    SealHolds,
    /// The seal is not over this code.
    SealDoesNotMatch,
    /// A scanner spoiled the seal.
    SealGarbled,
    /// No seal was read.
    SealMissing,
    /// The key of the seal was revoked.
    KeyRevoked,
    /// The key is not in the phone's list, which may be older than the key.
    KeyNotInList,
    /// The seal would hold, but the list is too old to know whether its key was revoked.
    ListTooOld,
    /// The phone has no list of keys.
    NoList,
    /// Seals of such codes are checked by the register alone.
    OnlineOnly,
    /// The code names a product and no item.
    ProductOnly,
    /// The text is no marking code.
    NotAMarkingCode,
    /// The text was repaired before it could be read.
    RepairedRead,
}

impl OfflineReason {
    /// The key of the sentence for it. What is also said online is said in the same words.
    pub fn key(self) -> &'static str {
        match self {
            Self::SealHolds => "offline-seal-holds",
            Self::SealDoesNotMatch => "reason-seal-does-not-match",
            Self::SealGarbled => "reason-seal-garbled",
            Self::SealMissing => "reason-seal-missing",
            Self::KeyRevoked => "reason-key-revoked",
            Self::KeyNotInList => "offline-key-not-in-list",
            Self::ListTooOld => "offline-list-too-old",
            Self::NoList => "offline-no-list",
            Self::OnlineOnly => "offline-online-only",
            Self::ProductOnly => "reason-product-only",
            Self::NotAMarkingCode => "reason-not-a-marking-code",
            Self::RepairedRead => "reason-repaired-read",
        }
    }
}

/// What can be said of a code offline.
#[derive(Clone, Debug)]
pub struct OfflineAnswer {
    /// The answer in one word.
    pub verdict: OfflineVerdict,
    /// Why, the weightiest first.
    pub reasons: Vec<OfflineReason>,
    /// What the code names.
    pub scanned: Scanned,
    /// The key that made the seal and the group whose codes it seals; only where the seal fits.
    pub sealed_by: Option<(KeyId, Group)>,
    /// How old the list of keys is; none when there is no list.
    pub list: Option<Age>,
    pub(crate) product: Option<Known>,
}

/// Judges a text as a scanner gave it or a person typed it.
pub fn judge(ring: &KeyRing, products: &Products, text: &str, now: DateTime<Utc>) -> OfflineAnswer {
    by(ring.grounds(now), products, text)
}

/// Judges a text where no root is known that could have signed a list of keys.
pub fn judge_without_keys(products: &Products, text: &str) -> OfflineAnswer {
    by(None, products, text)
}

fn by(grounds: Option<Grounds<'_>>, products: &Products, text: &str) -> OfflineAnswer {
    let plain = match code::read(text, Form::Auto, true) {
        Ok(read) => {
            let finding = find(grounds.as_ref(), &read.code);
            let settled = !matches!(
                finding.reason,
                OfflineReason::SealDoesNotMatch
                    | OfflineReason::SealGarbled
                    | OfflineReason::KeyNotInList
                    | OfflineReason::NotAMarkingCode
            );
            if settled {
                let scanned = Scanned::of(text);
                // A symbol is read as a whole: one without its seal was not, or was printed by others.
                if finding.reason == OfflineReason::SealMissing && scan::is_scanned(text) {
                    return OfflineAnswer {
                        verdict: OfflineVerdict::Misread,
                        product: None,
                        ..answer(products, grounds.as_ref(), finding, scanned)
                    };
                }
                return answer(products, grounds.as_ref(), finding, scanned);
            }
            Some(finding)
        }
        Err(_) => None,
    };
    let short = text.len() <= LONGEST_REPAIRED;
    for read in short.then(|| misread::repairs(text)).into_iter().flatten() {
        let finding = find(grounds.as_ref(), &read.code);
        if finding.sealed_by.is_some() {
            let repaired = read.repaired.iter().map(|repair| repair.slug().to_owned()).collect();
            let bracketed = (!read.elements.is_empty()).then(|| read.elements.to_bracketed());
            let scanned = Scanned { bracketed, repaired, ..Scanned::of_code(&read.code) };
            return answer(products, grounds.as_ref(), finding, scanned);
        }
    }
    let finding = plain.map(|finding| excused(grounds.as_ref(), text, finding));
    let finding = finding.unwrap_or_else(|| match code::read(text, Form::Auto, false) {
        // Only a repair made it readable: what a repaired reading lacks may have been lost on the way.
        Ok(read) => match find(grounds.as_ref(), &read.code) {
            finding if finding.reason == OfflineReason::SealDoesNotMatch => OfflineReason::SealGarbled.into(),
            finding => finding,
        },
        Err(_) => OfflineReason::NotAMarkingCode.into(),
    });
    answer(products, grounds.as_ref(), finding, Scanned::of(text))
}

/// A seal that is not over the code but close to one that is was garbled on the way; [`marking::near`] says how close.
fn excused(grounds: Option<&Grounds<'_>>, text: &str, finding: Finding) -> Finding {
    let Some(grounds) = grounds.filter(|_| finding.reason == OfflineReason::SealDoesNotMatch) else { return finding };
    let near = Near { seals: &grounds.opened.seals, sign: &|_, _| None, scanned: scan::is_scanned(text) };
    match code::read(text, Form::Auto, true).map(|read| read.code) {
        Ok(MarkingCode::Unit(unit)) if near.is_seal(&UnitParts::of_unit(&unit, None)) => {
            OfflineReason::SealGarbled.into()
        }
        _ => finding,
    }
}

/// What came of one reading.
#[derive(Clone, Copy)]
struct Finding {
    reason: OfflineReason,
    sealed_by: Option<(KeyId, Group)>,
}

impl From<OfflineReason> for Finding {
    fn from(reason: OfflineReason) -> Self {
        Self { reason, sealed_by: None }
    }
}

fn find(grounds: Option<&Grounds<'_>>, code: &MarkingCode) -> Finding {
    match code {
        MarkingCode::Unit(unit) => find_unit(grounds, unit),
        MarkingCode::Tobacco(_) | MarkingCode::Stamp(_) | MarkingCode::Pack(_) => OfflineReason::OnlineOnly.into(),
        MarkingCode::Product(_) => OfflineReason::ProductOnly.into(),
        MarkingCode::Other(_) => OfflineReason::NotAMarkingCode.into(),
    }
}

fn find_unit(grounds: Option<&Grounds<'_>>, unit: &UnitCode) -> Finding {
    let (key, seal) = match &unit.tail {
        Tail::Sealed { key, seal } => (key, seal),
        Tail::Short(_) => return OfflineReason::OnlineOnly.into(),
        // Half of a sealed tail is a spoiled one; nothing of it is an unread one.
        Tail::None if unit.elements.get("92").is_some() => return OfflineReason::SealGarbled.into(),
        Tail::None => return OfflineReason::SealMissing.into(),
    };
    if seal.len() == TailKind::Hmac.characters() {
        return OfflineReason::OnlineOnly.into();
    }
    let Some(grounds) = grounds else { return OfflineReason::NoList.into() };
    let seals = &grounds.opened.seals;
    let check = seals.check(&UnitParts::of_unit(unit, None));
    match check {
        SealCheck::Holds { key } | SealCheck::KeyRevoked { key } => {
            let group = seals.find(key).map(|key| key.group);
            // A key of goods whose serials look otherwise sealed something else.
            let Some(group) = group.filter(|group| {
                let scheme = group.layout().serial;
                scheme == SerialScheme::Long && scheme.characters() == unit.serial.len()
            }) else {
                return OfflineReason::SealDoesNotMatch.into();
            };
            let reason = match check {
                SealCheck::KeyRevoked { .. } => OfflineReason::KeyRevoked,
                _ if grounds.age.trusted => OfflineReason::SealHolds,
                _ => OfflineReason::ListTooOld,
            };
            Finding { reason, sealed_by: Some((key, group)) }
        }
        SealCheck::DoesNotMatch => OfflineReason::SealDoesNotMatch.into(),
        SealCheck::Garbled => OfflineReason::SealGarbled.into(),
        SealCheck::Missing => OfflineReason::SealMissing.into(),
        // The list also names keys that it has no public half of.
        SealCheck::KeyUnknown => match key.parse().ok().and_then(|id| grounds.opened.list.find(id)) {
            Some(_) => OfflineReason::OnlineOnly.into(),
            None => OfflineReason::KeyNotInList.into(),
        },
    }
}

fn answer(products: &Products, grounds: Option<&Grounds<'_>>, finding: Finding, scanned: Scanned) -> OfflineAnswer {
    let verdict = match finding.reason {
        OfflineReason::SealHolds => OfflineVerdict::Issued,
        OfflineReason::SealDoesNotMatch => OfflineVerdict::ForgedSeal,
        OfflineReason::SealGarbled | OfflineReason::NotAMarkingCode => OfflineVerdict::Misread,
        _ => OfflineVerdict::UnknownOffline,
    };
    let mut reasons = vec![finding.reason];
    reasons.extend((!scanned.repaired.is_empty()).then_some(OfflineReason::RepairedRead));
    // Of a code that may be invented, or was misread, nothing is told about any goods.
    let speaks_of_goods = matches!(verdict, OfflineVerdict::Issued | OfflineVerdict::UnknownOffline);
    let product = scanned.gtin.as_deref().filter(|_| speaks_of_goods).and_then(|gtin| products.find(gtin)).cloned();
    OfflineAnswer {
        verdict,
        reasons,
        scanned,
        sealed_by: finding.sealed_by,
        list: grounds.map(|grounds| grounds.age),
        product,
    }
}

#[cfg(test)]
pub(crate) mod tests;
