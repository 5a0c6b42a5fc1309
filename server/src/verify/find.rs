//! The walk from a text to its answer: read, locate, look up, judge, tell. What needs no look-up makes none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use locales::Language;
use marking::gtin::Gtin;
use marking::layout::{Group, SerialScheme};
use marking::scan;
use marking::seal_keys::SealCheck;
use marking::segment::UnitState;
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
use super::ready::{Alike, Gapped};
use super::snapshot::{OrderCard, PackCard, ProductCard, Snapshot, Unit};
use crate::codes::{self, Location, Place, SealLine, Sequence, UnitLocation, UnitPlace};
use crate::http::language;
use crate::keys::KeySet;
use crate::platform::clock;
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;

/// Lines that tell what is in a pack, at most.
const CONTENT_LINES: usize = 100;

/// Answers whether a unit was issued, may be sold, and what its label should say, by a text of which nothing is known.
pub(crate) async fn answer(state: &Verify, text: &str) -> Result<Answer> {
    answer_from(state, text, None).await
}

/// The same for a text that came in the way that is told.
pub(crate) async fn answer_from(state: &Verify, text: &str, source: Option<AskedBy>) -> Result<Answer> {
    let walk = Walk::new(state, source);
    let location = walk.held_to_its_seal(walk.locate(text).await, text);
    let place = walk.place(&location).await?;
    let unit = match place {
        Some(place) => state.snapshot.unit(place).await?,
        None => None,
    };
    walk.tell(location, place, unit).await
}

/// The same as JSON, ready to be sent.
pub(crate) async fn answer_json(state: &Verify, text: &str, source: Option<AskedBy>) -> Result<(Verdict, Bytes)> {
    let walk = Walk::new(state, source);
    let location = state.seen.locate_scanned(&walk.keys, text, walk.is_scanner());
    match walk.told_before(&location) {
        Some(told) => Ok(told),
        None => Box::pin(walk.tell_anew(location, text)).await,
    }
}

/// The same for many texts of somebody who is signed in, which share their look-ups; answers stand in the order of the
/// texts. A participant's software names its goods by GTIN and serial: what is scanned without a seal is not held back,
/// and the answer says that the seal was not checked.
pub(crate) async fn answer_many(state: &Verify, texts: &[&str]) -> Result<Vec<Answer>> {
    let walk = Walk::new(state, None);
    let mut locations = Vec::with_capacity(texts.len());
    for text in texts {
        locations.push(walk.locate(text).await);
        // A thousand seals are tens of milliseconds of arithmetic: others get their turn in between.
        tokio::task::yield_now().await;
    }
    let places: Vec<Option<UnitPlace>> =
        stream::iter(locations.iter().map(|location| walk.place(location))).buffered(16).try_collect().await?;
    let wanted: Vec<UnitPlace> = places.iter().flatten().copied().collect();
    let mut units = state.snapshot.units(&wanted).await?.into_iter();
    let told = locations.into_iter().zip(places).map(|(location, place)| {
        let unit = place.and_then(|_| units.next().flatten());
        (location, place, unit)
    });
    stream::iter(told.collect::<Vec<_>>())
        .map(|(location, place, unit)| walk.tell(location, place, unit))
        .buffered(16)
        .try_collect()
        .await
}

/// What is to be said of units that nobody scanned, such as those inside a pack; none where there is no such unit.
pub(crate) async fn answer_units(state: &Verify, places: &[UnitPlace]) -> Result<Vec<Option<Answer>>> {
    let walk = Walk::new(state, None);
    let units = state.snapshot.units(places).await?;
    stream::iter(places.iter().zip(units).map(|(place, unit)| walk.tell_unscanned(*place, unit)))
        .buffered(16)
        .try_collect()
        .await
}

/// What all answers of one request share.
struct Walk<'a> {
    state: &'a Verify,
    keys: Arc<KeySet>,
    language: Language,
    source: Option<AskedBy>,
    began: Instant,
}

impl<'a> Walk<'a> {
    fn new(state: &'a Verify, source: Option<AskedBy>) -> Self {
        Self { state, keys: state.keys.current(), language: language::current(), source, began: Instant::now() }
    }

    /// Whether the question says that a symbol was read.
    fn is_scanner(&self) -> bool {
        matches!(self.source, Some(AskedBy::Camera | AskedBy::Picture | AskedBy::Scanner))
    }

    /// A symbol that was scanned has its seal, or was not read as a whole; or somebody printed what he read off a box.
    fn held_to_its_seal(&self, location: Location, text: &str) -> Location {
        match &location {
            Location::Unit(unit)
                if matches!(unit.seal, SealCheck::Missing | SealCheck::Garbled)
                    && (self.is_scanner() || scan::is_scanned(text)) =>
            {
                location.as_misread()
            }
            _ => location,
        }
    }

    /// What the text is.
    async fn locate(&self, text: &str) -> Location {
        let location = self.state.seen.locate_scanned(&self.keys, text, self.is_scanner());
        self.with_fresh_keys(location, text).await
    }

    /// The same location, or another one by the newest keys: a key that this process doesn't know may be younger than
    /// its list (X15).
    async fn with_fresh_keys(&self, location: Location, text: &str) -> Location {
        let is_unknown = |seal: &SealCheck| matches!(seal, SealCheck::KeyUnknown);
        let names_unknown_key = match &location {
            Location::Unit(unit) => is_unknown(&unit.seal),
            Location::Unsealed { seal, .. } => is_unknown(seal),
            _ => false,
        };
        if !names_unknown_key {
            return location;
        }
        match self.state.keys.fresh().await {
            Ok(keys) => codes::locate_scanned(&keys, text, self.is_scanner()),
            Err(_) => location,
        }
    }

    /// What was told a moment ago about a unit like this one, if everything is at hand.
    fn told_before(&self, location: &Location) -> Option<(Verdict, Bytes)> {
        if let Location::NotIssued { gtin, foreign, repaired } = location
            && repaired.is_empty()
        {
            let alike = Alike::NotIssued { gtin: *gtin, foreign: *foreign, language: self.language };
            let gapped = self.state.snapshot.ready().get(alike)?;
            return Some((gapped.verdict, gapped.filled("", self.state.base.clock.now())));
        }
        let Location::Unit(unit) = location else { return None };
        if !is_plain(unit) || self.state.snapshot.is_reserve() {
            return None;
        }
        let place = match unit.place {
            Place::Order { order, index } => UnitPlace { order, index },
            Place::Sequence { sequence, place } => self.state.snapshot.known_run(sequence, place)?,
        };
        let (state, as_of) = self.state.snapshot.hot_state(place)?;
        self.told_alike(unit, self.alike(place.order, state), as_of)
    }

    /// What was told a moment ago about another unit that is alike.
    fn told_alike(&self, unit: &UnitLocation, alike: Alike, as_of: Instant) -> Option<(Verdict, Bytes)> {
        let gapped = self.state.snapshot.ready().get(alike)?;
        let now = self.state.base.clock.now();
        let fits = unit.gtin.is_none_or(|gtin| gtin == gapped.gtin)
            && unit.group == gapped.group
            && gapped.day == clock::local(now).date_naive();
        fits.then(|| (gapped.verdict, gapped.filled(&unit.serial, self.moment(as_of))))
    }

    fn alike(&self, order: u32, state: UnitState) -> Alike {
        Alike::Unit { order, state: state.to_bits(), language: self.language }
    }

    /// An instant as the service's clock shows it, cut to milliseconds.
    fn moment(&self, at: Instant) -> DateTime<Utc> {
        let ago = TimeDelta::from_std(at.elapsed()).unwrap_or_default();
        (self.state.base.clock.now() - ago).trunc_subsecs(3)
    }

    /// Walks the whole way, and remembers what was told if others can be told the same.
    async fn tell_anew(&self, location: Location, text: &str) -> Result<(Verdict, Bytes)> {
        let location = self.held_to_its_seal(self.with_fresh_keys(location, text).await, text);
        let place = self.place(&location).await?;
        let unit = match place {
            Some(place) => self.state.snapshot.unit(place).await?,
            None => None,
        };
        let (alike, group) = match (&location, place, &unit) {
            (Location::Unit(location), Some(place), Some(unit))
                if is_plain(location) && !self.state.snapshot.is_reserve() =>
            {
                let alike = self.alike(place.order, unit.state);
                if let Some(told) = self.told_alike(location, alike, unit.as_of) {
                    return Ok(told);
                }
                (Some(alike), location.group)
            }
            (Location::NotIssued { gtin, foreign, repaired }, ..) if repaired.is_empty() => {
                (Some(Alike::NotIssued { gtin: *gtin, foreign: *foreign, language: self.language }), None)
            }
            _ => (None, None),
        };
        let day = self.state.base.clock.today();
        let answer = self.tell(location, place, unit).await?;
        let mut json = Vec::with_capacity(2_048);
        serde_json::to_writer(&mut json, &answer)?;
        // With a group but without a place the code was nobody's, whatever the order holds.
        if let (Some(alike), Some(gtin)) = (alike, answer.code.gtin)
            && group.is_some() == answer.place.is_some()
            && (group.is_none() || !self.state.snapshot.is_reserve())
            && let Ok(json) = std::str::from_utf8(&json)
            && let Some(gapped) = Gapped::cut(json, answer.verdict, gtin, group, day)
        {
            self.state.snapshot.ready().put(alike, gapped);
        }
        Ok((answer.verdict, json.into()))
    }

    /// The unit that a location leads to, if anybody may look it up.
    async fn place(&self, location: &Location) -> Result<Option<UnitPlace>> {
        let Location::Unit(unit) = location else { return Ok(None) };
        if !facts::is_worth_a_look(unit.seal) {
            return Ok(None);
        }
        match unit.place {
            Place::Order { order, index } => Ok(Some(UnitPlace { order, index })),
            Place::Sequence { sequence, place } => self.state.snapshot.run(sequence, place).await,
        }
    }

    async fn tell(&self, location: Location, place: Option<UnitPlace>, unit: Option<Unit>) -> Result<Answer> {
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
        // A serial that leads to an order of other goods, or a seal of another group's key, is nobody's.
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
    async fn tell_unscanned(&self, place: UnitPlace, unit: Option<Unit>) -> Result<Option<Answer>> {
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

    /// The serial of a unit that nobody has scanned.
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

/// Whether a code was read as it was issued, with its seal.
fn is_plain(unit: &UnitLocation) -> bool {
    matches!(unit.seal, SealCheck::Holds { .. }) && unit.repaired.is_empty()
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
