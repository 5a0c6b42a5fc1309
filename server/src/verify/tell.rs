//! From what was found to the answer: the judgement, and what the label should say, in the reader's language.

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use marking::gtin::Gtin;
use marking::layout::{Group, SerialScheme};
use marking::seal_keys::SealCheck;
use marking::serial::OrderPlace;
use marking::sscc::Sscc;
use marking::stamp::StampNumber;
use marking::verdict::{Judgement, NotFound, Verdict, Wording};

use super::answer::{
    Answer, CodeLine, ContentLine, DeclarationLine, FaultLine, Kind, PackLine, ParticipantLine, ProductLine,
    ReleaseLine, StatusLine,
};
use super::asked::AskedBy;
use super::facts;
use super::find::{Found, Walk};
use super::snapshot::{OrderCard, PackCard, ProductCard, Snapshot, Unit};
use crate::codes::{Location, Place, SealLine, Sequence, UnitLocation, UnitPlace};
use crate::platform::problem::{Error, Result};

/// Lines that tell what is in a pack, at most.
const CONTENT_LINES: usize = 100;

impl Walk<'_> {
    /// An instant as the service's clock shows it, cut to milliseconds.
    pub(super) fn moment(&self, at: Instant) -> DateTime<Utc> {
        let seconds = |span| TimeDelta::from_std(span).unwrap_or_default();
        let (before, after) = (self.began.saturating_duration_since(at), at.saturating_duration_since(self.began));
        (self.began_at - seconds(before) + seconds(after)).trunc_subsecs(3)
    }

    /// What is said of what was found.
    pub(super) async fn tell(&self, found: Found) -> Result<Answer> {
        let Found { location, place, unit } = found;
        match location {
            Location::Unit(location) => self.tell_unit(location, place, unit).await,
            Location::Pack { sscc, repaired } => Ok(self.tell_pack(sscc).await?.with_repairs(self.language, &repaired)),
            Location::Product { gtin, repaired } => {
                let (card, as_of) = self.state.snapshot.product_as_of(gtin.number()).await?;
                let card = card.filter(|card| card.published);
                let why = if card.is_some() { NotFound::ProductOnly } else { NotFound::ProductUnknown };
                let judgement = self.reserved(Judgement::of(why)).with_repairs(&repaired);
                let mut answer = self.new_answer(Kind::Product, judgement, as_of);
                answer.code.gtin = Some(gtin);
                answer.product = card.map(|card| self.product(gtin, &card));
                Ok(answer.with_repairs(self.language, &repaired))
            }
            Location::Unsealed { gtin, scheme, seal, repaired } => {
                let misread = matches!(seal, SealCheck::Missing | SealCheck::Garbled);
                let judgement = if misread {
                    Judgement::of_misread(seal)
                } else {
                    Judgement::of_unit(&facts::of_unsealed(scheme, seal), self.state.base.clock.today())
                };
                let kind = if scheme == SerialScheme::Stamp { Kind::Stamp } else { Kind::Unit };
                let mut answer = self.new_answer(kind, judgement.with_repairs(&repaired), self.began);
                if misread && self.source == Some(AskedBy::Typed) {
                    answer = answer.worded(self.language, Wording::TypedWrong);
                }
                answer.code.gtin = gtin;
                Ok(answer.with_repairs(self.language, &repaired))
            }
            Location::NotIssued { gtin, foreign, repaired } => {
                let why = if foreign { NotFound::Foreign } else { NotFound::SerialNotIssued };
                let mut answer = self.new_answer(Kind::Unit, Judgement::of(why).with_repairs(&repaired), self.began);
                answer.code.gtin = Some(gtin);
                Ok(answer.with_repairs(self.language, &repaired))
            }
            Location::NotACode { error } => {
                let mut answer = self.new_answer(Kind::Other, Judgement::of(NotFound::NotACode), self.began);
                if error.is_some_and(|error| error.kind.is_of_a_code()) {
                    let typed = self.source == Some(AskedBy::Typed);
                    let wording = if typed { Wording::TypedWrong } else { Wording::Of(Verdict::Misread) };
                    answer = answer.worded(self.language, wording);
                }
                answer.fault = error.map(|error| FaultLine::new(self.language, error));
                Ok(answer)
            }
        }
    }

    /// `as_of` is the moment that the data are of on which the judgement rests. Where it rests on none, as with a seal that
    /// does not hold, it is the moment of the question.
    fn new_answer(&self, kind: Kind, judgement: Judgement, as_of: Instant) -> Answer {
        Answer::new(self.language, kind, judgement, self.moment(as_of))
    }

    /// A judgement that rests on a store says so when that was the reserve.
    fn reserved(&self, judgement: Judgement) -> Judgement {
        if self.state.snapshot.is_reserve() { judgement.with_slow_register() } else { judgement }
    }

    async fn tell_unit(&self, location: UnitLocation, place: Option<UnitPlace>, unit: Option<Unit>) -> Result<Answer> {
        let UnitLocation { gtin, serial, scheme, place: _, seal, group, repaired } = location;
        let kind = kind_of(scheme, group);
        // A serial that leads to an order of other goods, or a seal of another group's key, is no unit.
        let unit = unit.filter(|unit| {
            gtin.is_none_or(|gtin| gtin.number() == unit.order.gtin) && group.is_none_or(|g| g == unit.order.group)
        });
        let judgement = match &unit {
            Some(unit) => {
                self.reserved(Judgement::of_unit(&facts::of_unit(scheme, seal, unit), self.state.base.clock.today()))
            }
            None if !facts::is_worth_a_look(seal) => {
                Judgement::of_unit(&facts::of_unsealed(scheme, seal), self.state.base.clock.today())
            }
            None if scheme == SerialScheme::Stamp => self.reserved(Judgement::of(NotFound::StampNotIssued)),
            None => self.reserved(Judgement::of(NotFound::SerialNotIssued)),
        };
        let as_of = unit.as_ref().map_or_else(|| Snapshot::nothing_as_of(self.began), |unit| unit.as_of);
        let mut answer = self.new_answer(kind, judgement.with_repairs(&repaired), as_of);
        answer.code = CodeLine { gtin, serial: None, sscc: None };
        if let Some(unit) = &unit {
            let gtin = unit.order.gtin.try_into().map_err(|_| Error::internal("an order of no product"))?;
            answer.code = CodeLine { gtin: Some(gtin), serial: Some(serial), sscc: None };
            answer.place = place;
            answer.seal = SealLine::of(seal);
            self.fill(&mut answer, gtin, unit).await?;
        }
        Ok(answer.with_repairs(self.language, &repaired))
    }

    /// Tells a unit by its place alone: there is no seal to look at.
    pub(super) async fn tell_unscanned(&self, place: UnitPlace, unit: Option<Unit>) -> Result<Option<Answer>> {
        let Some(unit) = unit else { return Ok(None) };
        let scheme = scheme_of(&unit.order);
        let gtin = unit.order.gtin.try_into().map_err(|_| Error::internal("an order of no product"))?;
        let facts = facts::of_packed(scheme, &unit);
        let judgement = self.reserved(Judgement::of_unit(&facts, self.state.base.clock.today()));
        let mut answer = self.new_answer(kind_of(scheme, Some(unit.order.group)), judgement, unit.as_of);
        let UnitPlace { order, index } = place;
        let code_place = match (Sequence::of(unit.order.group, gtin), unit.order.first_place) {
            (Some(sequence), Some(first)) => Place::Sequence { sequence, place: first + u64::from(index) },
            _ => Place::Order { order, index },
        };
        answer.code = CodeLine { gtin: Some(gtin), serial: self.serial(gtin, scheme, code_place), sscc: None };
        answer.place = Some(place);
        self.fill(&mut answer, gtin, &unit).await?;
        Ok(Some(answer))
    }

    /// Tells the cards of a unit.
    async fn fill(&self, answer: &mut Answer, gtin: Gtin, unit: &Unit) -> Result<()> {
        let product = self.state.snapshot.product(unit.order.gtin).await?;
        answer.status = Some(StatusLine::new(self.language, unit.state.status()));
        answer.participant = self.name(unit.order.participant).await?.map(|name| ParticipantLine { name });
        answer.release = self.release(unit, product.as_deref()).await?;
        answer.product = product.map(|card| self.product(gtin, &card));
        Ok(())
    }

    async fn release(&self, unit: &Unit, product: Option<&ProductCard>) -> Result<ReleaseLine> {
        let Some(particulars) = unit.particulars() else { return Ok(ReleaseLine::default()) };
        // Who orders codes for goods made abroad is their importer, unless the release names another.
        let is_foreign = product.is_some_and(|product| product.country != "KZ");
        let importer = particulars.importer.or(is_foreign.then_some(unit.order.participant));
        let number = particulars.declaration_number.clone();
        Ok(ReleaseLine {
            importer: match importer {
                Some(importer) => self.name(importer).await?,
                None => None,
            },
            produced_on: particulars.produced_on,
            expires_on: particulars.expires_on,
            declaration: number.map(|number| DeclarationLine { number, declared_on: particulars.declared_on }),
        })
    }

    async fn name(&self, participant: i32) -> Result<Option<String>> {
        let card = self.state.snapshot.participant(participant).await?;
        Ok(card.map(|card| card.name.get(self.language).to_owned()))
    }

    fn product(&self, gtin: Gtin, card: &ProductCard) -> ProductLine {
        ProductLine {
            gtin,
            trade_name: card.trade_name.get(self.language).to_owned(),
            trade_names: card.trade_name.clone(),
            manufacturer: match &card.manufacturers {
                Some(names) => names.get(self.language).to_owned(),
                None => card.manufacturer.clone(),
            },
            manufacturers: card.manufacturers.clone(),
            country: card.country.clone(),
            group: card.group,
        }
    }

    /// The serial of a unit without a scan.
    fn serial(&self, gtin: Gtin, scheme: SerialScheme, place: Place) -> Option<String> {
        match (scheme, place) {
            (_, Place::Order { order, index }) => {
                Some(self.keys.serials.long(gtin, OrderPlace::new(order, index)?).to_string())
            }
            (SerialScheme::Short(length), Place::Sequence { place, .. }) => {
                Some(self.keys.serials.short(gtin, place, length)?.to_string())
            }
            (_, Place::Sequence { sequence: Sequence::Stamps(series), place }) => {
                let number = StampNumber::new(std::str::from_utf8(&series).ok()?, u32::try_from(place).ok()?);
                number.ok().map(|number| number.to_string())
            }
            _ => None,
        }
    }

    async fn tell_pack(&self, sscc: Sscc) -> Result<Answer> {
        let (card, as_of) = self.state.snapshot.pack_as_of(sscc.number()).await?;
        let Some(card) = card else {
            let mut answer = self.new_answer(Kind::Pack, self.reserved(Judgement::of(NotFound::PackUnknown)), as_of);
            answer.code.sscc = Some(sscc);
            return Ok(answer);
        };
        let census = self.state.snapshot.census(&card.units).await?;
        let facts = census.iter().map(|(unit, _)| facts::of_packed(scheme_of(&unit.order), unit)).collect::<Vec<_>>();
        let judgement = Judgement::of_pack(card.opened, &facts, self.state.base.clock.today());
        let as_of = census.iter().map(|(unit, _)| unit.as_of).fold(as_of, Instant::min);
        let mut answer = self.new_answer(Kind::Pack, self.reserved(judgement), as_of);
        answer.code.sscc = Some(sscc);
        answer.pack = Some(self.pack(sscc, &card, &census).await?);
        // Who answers for the goods, if it is one participant for all of them.
        let mut participants = census.iter().map(|(unit, _)| unit.order.participant);
        if let Some(first) = participants.next().filter(|first| participants.all(|other| other == *first)) {
            answer.participant = self.name(first).await?.map(|name| ParticipantLine { name });
        }
        Ok(answer)
    }

    async fn pack(&self, sscc: Sscc, card: &PackCard, census: &[(Unit, u32)]) -> Result<PackLine> {
        let mut alike: BTreeMap<_, u32> = BTreeMap::new();
        for (unit, units) in census {
            let product = self.state.snapshot.product(unit.order.gtin).await?;
            let release = self.release(unit, product.as_deref()).await?;
            *alike.entry((unit.order.gtin, unit.state.status(), release)).or_default() += units;
        }
        let mut contents = Vec::new();
        for ((gtin, status, release), units) in alike.into_iter().take(CONTENT_LINES) {
            let product = self.state.snapshot.product(gtin).await?;
            let product = product.zip(gtin.try_into().ok()).map(|(card, gtin)| self.product(gtin, &card));
            contents.push(ContentLine { product, status: StatusLine::new(self.language, status), release, units });
        }
        Ok(PackLine {
            sscc,
            level: card.level.clone(),
            opened: card.opened,
            units: card.units.iter().map(|run| run.last - run.first + 1).sum(),
            packs: card.pack_count,
            inside: card.packs.iter().filter_map(|sscc| (*sscc).try_into().ok()).collect(),
            contents,
        })
    }
}

/// The family of a unit's code.
fn kind_of(scheme: SerialScheme, group: Option<Group>) -> Kind {
    match (scheme, group) {
        (SerialScheme::Stamp, _) => Kind::Stamp,
        (_, Some(Group::TobaccoPack)) => Kind::Tobacco,
        _ => Kind::Unit,
    }
}

fn scheme_of(order: &OrderCard) -> SerialScheme {
    order.group.layout().serial
}
