//! The judgement itself: from facts to a verdict with its reasons. The order of gravity, and what becomes
//! of seals that were not read, are told at the head of the parent module.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Reason, Recall, Verdict};
use crate::layout::SerialScheme;
use crate::misread::Repair;
use crate::seal_keys::SealCheck;
use crate::status::{Status, WithdrawalReason};

/// What is known of a code's seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealFact {
    /// The register seals such codes, and this came of the check.
    Checked(SealCheck),
    /// The register holds the code, but it was made by others: there is no seal of ours to look for.
    /// Also for what is inside a pack, which nobody scanned.
    NotOurs,
}

/// What is known of a unit that the register holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFacts {
    /// How the code's serial was made.
    pub serial: SerialScheme,
    /// What came of the seal.
    pub seal: SealFact,
    /// What has become of the code; `None` when that could not be found out.
    pub status: Option<Status>,
    /// The last day that the goods are good on, if they have one.
    pub expires_on: Option<NaiveDate>,
    /// The recall, if there is one.
    pub recall: Option<Recall>,
    /// Why the goods were withdrawn, if they were and it is known.
    pub withdrawal: Option<WithdrawalReason>,
}

/// Why there is nothing to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// The text is no marking code, and no repair made it one.
    NotACode,
    /// The code is another state's.
    Foreign,
    /// A product's barcode, without a serial.
    ProductOnly,
    /// The product is not in the register.
    ProductUnknown,
    /// The serial does not decrypt, or its order or place was never issued.
    SerialNotIssued,
    /// No such stamp was issued.
    StampNotIssued,
    /// No such pack was put together.
    PackUnknown,
    /// Nothing could be found out in time.
    RegisterSilent,
}

/// A verdict and the reasons for it, the weightiest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The reasons, without repetition.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    fn new(verdict: Verdict, reason: Reason) -> Self {
        Self { verdict, reasons: vec![reason] }
    }

    /// Judges a unit that the register holds, as of today in the country's own time.
    pub fn of_unit(facts: &UnitFacts, today: NaiveDate) -> Self {
        let unread = match facts.seal {
            SealFact::NotOurs | SealFact::Checked(SealCheck::Holds { .. }) => None,
            SealFact::Checked(SealCheck::Missing) => Some(Reason::SealMissing),
            SealFact::Checked(SealCheck::Garbled) => Some(Reason::SealGarbled),
            SealFact::Checked(SealCheck::DoesNotMatch) => {
                return Self::new(Verdict::ForgedSeal, Reason::SealDoesNotMatch);
            }
            SealFact::Checked(SealCheck::KeyUnknown) => {
                return Self::new(Verdict::Unknown, Reason::KeyUnknown);
            }
            SealFact::Checked(SealCheck::KeyRevoked { .. }) => {
                return Self::new(Verdict::Unknown, Reason::KeyRevoked);
            }
        };
        let guessable = facts.serial != SerialScheme::Long;
        if let Some(reason) = unread.clone().filter(|_| guessable) {
            return Self::new(Verdict::Misread, reason);
        }
        let Some(status) = facts.status else {
            return Self::of(NotFound::RegisterSilent);
        };
        let mut judgement = Self::of_state(facts, status, today);
        judgement.reasons.extend(unread);
        judgement
    }

    /// Judges what the register says, once the seal is settled.
    fn of_state(facts: &UnitFacts, status: Status, today: NaiveDate) -> Self {
        let (by_status, reason) = of_status(status);
        let mut found = vec![(by_status, reason)];
        // A withdrawal is final, but for a sale by post, which can be returned and is told only while it lasts.
        found.extend(facts.withdrawal.and_then(|why| match status {
            Status::Withdrawn => Some((by_status, Reason::Withdrawal(why))),
            Status::Sold if why == WithdrawalReason::ECommerce => Some((by_status, Reason::Withdrawal(why))),
            _ => None,
        }));
        let over = facts.expires_on.filter(|date| *date < today);
        found.extend(over.map(|date| (Verdict::Expired, Reason::ExpiredOn { date })));
        let recall = facts.recall.clone();
        found.extend(recall.map(|recall| (Verdict::Recalled, Reason::Recalled(recall))));
        Self::gravest(found)
    }

    /// The gravest verdict, and the reasons for it and for the others, except that nothing speaks for
    /// goods that something speaks against.
    fn gravest(mut found: Vec<(Verdict, Reason)>) -> Self {
        found.sort_by_key(|(verdict, _)| *verdict);
        let verdict = found.first().map_or(Verdict::Unknown, |(gravest, _)| *gravest);
        found.retain(|(of, _)| *of == verdict || *of != Verdict::InCirculation);
        Self { verdict, reasons: found.into_iter().map(|(_, reason)| reason).collect() }
    }

    /// Judges a pack by what is in it: the gravest verdict of its units counts, and every reason is told
    /// once. A pack that was taken apart stands for nothing any more, and an empty one is unknown.
    pub fn of_pack<'a>(opened: bool, units: impl IntoIterator<Item = &'a UnitFacts>, today: NaiveDate) -> Self {
        if opened {
            return Self::new(Verdict::Withdrawn, Reason::PackOpened);
        }
        let mut found = Vec::new();
        for facts in units {
            let Self { verdict, reasons } = Self::of_unit(facts, today);
            for reason in reasons {
                match found.iter_mut().find(|(_, known)| *known == reason) {
                    Some((gravest, _)) => *gravest = verdict.min(*gravest),
                    None => found.push((verdict, reason)),
                }
            }
        }
        if found.is_empty() {
            return Self::of(NotFound::PackUnknown);
        }
        Self::gravest(found)
    }

    /// Judges what was misread: a seal that is missing, or else garbled.
    pub fn of_misread(seal: SealCheck) -> Self {
        let reason = if seal == SealCheck::Missing { Reason::SealMissing } else { Reason::SealGarbled };
        Self::new(Verdict::Misread, reason)
    }

    /// Judges what could not be found.
    pub fn of(why: NotFound) -> Self {
        match why {
            NotFound::NotACode => Self::new(Verdict::Misread, Reason::NotAMarkingCode),
            NotFound::Foreign => Self::new(Verdict::Unknown, Reason::ForeignCode),
            NotFound::ProductOnly => Self::new(Verdict::Unknown, Reason::ProductOnly),
            NotFound::ProductUnknown => Self::new(Verdict::Unknown, Reason::ProductUnknown),
            NotFound::SerialNotIssued => Self::new(Verdict::Unknown, Reason::SerialNotIssued),
            NotFound::StampNotIssued => Self::new(Verdict::Unknown, Reason::StampNotIssued),
            NotFound::PackUnknown => Self::new(Verdict::Unknown, Reason::PackUnknown),
            NotFound::RegisterSilent => Self::new(Verdict::Unknown, Reason::RegisterSlow),
        }
    }

    /// What a phone can say offline, by the seal alone. `None` when it can say nothing: no seal was
    /// read, or the key is not in the phone's list, which may be older than the code.
    pub fn offline(check: SealCheck) -> Option<Self> {
        match check {
            SealCheck::Holds { .. } => Some(Self { verdict: Verdict::Issued, reasons: Vec::new() }),
            SealCheck::DoesNotMatch => Some(Self::new(Verdict::ForgedSeal, Reason::SealDoesNotMatch)),
            SealCheck::Garbled => Some(Self::new(Verdict::Misread, Reason::SealGarbled)),
            SealCheck::KeyRevoked { .. } => Some(Self::new(Verdict::Unknown, Reason::KeyRevoked)),
            SealCheck::Missing | SealCheck::KeyUnknown => None,
        }
    }

    /// Adds the repairs that were made to the text before the code was found. With none it changes nothing.
    #[must_use]
    pub fn with_repairs(mut self, repairs: &[Repair]) -> Self {
        if !repairs.is_empty() {
            let repairs = repairs.to_vec();
            self.reasons.push(Reason::RepairedRead { repairs });
        }
        self
    }

    /// Adds that the facts came from a reserve and may be a little old.
    #[must_use]
    pub fn with_slow_register(mut self) -> Self {
        if !self.reasons.contains(&Reason::RegisterSlow) {
            self.reasons.push(Reason::RegisterSlow);
        }
        self
    }

    /// Whether anybody who scanned the code may be told that the goods may be sold: as [`Self::may_be_sold`], and the seal
    /// was read.
    pub fn is_fit_for_sale(&self) -> bool {
        let unread = |reason: &Reason| matches!(reason, Reason::SealMissing | Reason::SealGarbled);
        self.may_be_sold() && !self.reasons.iter().any(unread)
    }

    /// Whether a shop that owns the goods may sell them now: on the market, and not under a document that awaits a
    /// signature (Q23). Its software may name them by GTIN and serial alone.
    pub fn may_be_sold(&self) -> bool {
        self.verdict == Verdict::InCirculation && !self.reasons.contains(&Reason::Shipped)
    }
}

/// What a status says alone.
fn of_status(status: Status) -> (Verdict, Reason) {
    match status {
        Status::Emitted => (Verdict::NotReleased, Reason::NotApplied),
        Status::Applied => (Verdict::NotReleased, Reason::AppliedNotReleased),
        Status::InCirculation => (Verdict::InCirculation, Reason::InCirculation),
        Status::Shipped => (Verdict::InCirculation, Reason::Shipped),
        Status::Sold => (Verdict::Sold, Reason::Sold),
        Status::Returned => (Verdict::InCirculation, Reason::ReturnedToSale),
        Status::Withdrawn => (Verdict::Withdrawn, Reason::Withdrawn),
        Status::Destroyed => (Verdict::Withdrawn, Reason::Destroyed),
        Status::Lost => (Verdict::Withdrawn, Reason::Lost),
        Status::WrittenOff => (Verdict::Withdrawn, Reason::WrittenOff),
        Status::Expired => (Verdict::Expired, Reason::WrittenExpired),
    }
}
