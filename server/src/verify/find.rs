//! From a text to its answer: locate, look up, judge, say. What needs no look-up makes none. One question and a batch of them
//! take the same steps; what was said of another unit a moment ago is said again where it must be the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use locales::Language;
use marking::scan;
use marking::seal_keys::SealCheck;
use marking::segment::UnitState;
use marking::verdict::Verdict;

use super::answer::Answer;
use super::answer_cache::{AnswerKey, AnswerTemplate};
use super::asked::AskedBy;
use super::facts;
use super::snapshot::Unit;
use crate::codes::{self, Location, Place, Sequence, UnitLocation, UnitPlace};
use crate::http::language;
use crate::keys::KeySet;
use crate::platform::clock;
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;

/// Look-ups of one request that are under way at a time.
const AT_A_TIME: usize = 16;
/// Texts of a batch that are read before others on this thread get their turn: a thousand seals are tens of milliseconds.
const READ_AT_A_TIME: usize = 16;
/// How long the codes of a batch are asked for one by one when they could not be asked for together.
const SINGLY: Duration = Duration::from_secs(2);

/// Answers whether a unit was issued, may be sold, and what its label should say, by a text of which nothing is known.
pub(crate) async fn answer(state: &Verify, text: &str) -> Result<Answer> {
    answer_from(state, text, None).await
}

/// The same for a text whose source is known.
pub(crate) async fn answer_from(state: &Verify, text: &str, source: Option<AskedBy>) -> Result<Answer> {
    let walk = Walk::new(state, source);
    let location = walk.with_fresh_keys(walk.locate(text), text).await;
    walk.tell(walk.look_up(walk.held_to_its_seal(location, text)).await?).await
}

/// The same as JSON, ready to be sent.
pub(crate) async fn answer_json(state: &Verify, text: &str, source: Option<AskedBy>) -> Result<(Verdict, Bytes)> {
    let walk = Walk::new(state, source);
    let ready = match walk.cached(walk.locate(text)) {
        Ok(ready) => ready,
        // Kept apart from answers that are at hand, whose futures stay small.
        Err(location) => Box::pin(walk.find_ready(location, text)).await?,
    };
    let mut json = Vec::with_capacity(ready.length());
    walk.write(&ready, &mut json);
    Ok((ready.verdict, json.into()))
}

/// Answers of a batch, each a JSON value, in the order of the texts; `null` where a store is away that the answer needs.
pub(crate) struct BatchAnswer {
    /// The verdicts, to be counted.
    pub(crate) verdicts: Vec<Verdict>,
    /// The answers, with commas between.
    pub(crate) json: Vec<u8>,
}

/// Answers each of many texts as [`answer_json`] answers it alone; they share their look-ups, and nothing else. Fails only if
/// none can be answered.
pub(crate) async fn answer_batch(state: &Verify, texts: &[&str], source: Option<AskedBy>) -> Result<BatchAnswer> {
    let walk = Walk::new(state, source);
    let mut answers: Vec<Result<ReadyAnswer>> = Vec::with_capacity(texts.len());
    let (mut pending, mut locations) = (Vec::new(), Vec::new());
    for (at, text) in texts.iter().enumerate() {
        answers.push(match walk.cached(walk.locate(text)) {
            Ok(ready) => Ok(ready),
            Err(location) => {
                pending.push(at);
                locations.push(walk.held_to_its_seal(walk.with_fresh_keys(location, text).await, text));
                Err(nothing_yet())
            }
        });
        if at % READ_AT_A_TIME == READ_AT_A_TIME - 1 {
            tokio::task::yield_now().await;
        }
    }
    for (at, answer) in pending.into_iter().zip(walk.find_all_ready(locations).await) {
        answers[at] = answer;
    }
    if answers.iter().all(Result::is_err)
        && let Some(Err(error)) = answers.pop()
    {
        return Err(error);
    }
    let length = answers.iter().flatten().map(|ready| ready.length() + 1).sum();
    let (mut verdicts, mut json) = (Vec::with_capacity(answers.len()), Vec::with_capacity(length));
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        match answer {
            Ok(ready) => {
                verdicts.push(ready.verdict);
                walk.write(ready, &mut json);
            }
            Err(_) => json.extend_from_slice(b"null"),
        }
    }
    Ok(BatchAnswer { verdicts, json })
}

/// The answers to many texts of a signed-in caller, in the order of the texts; they share their look-ups. A
/// participant's software names its goods by GTIN and serial: what is scanned without a seal is not held back,
/// and the answer says that the seal was not checked.
pub(crate) async fn answer_many(state: &Verify, texts: &[&str]) -> Result<Vec<Answer>> {
    let walk = Walk::new(state, None);
    let mut locations = Vec::with_capacity(texts.len());
    for text in texts {
        locations.push(walk.with_fresh_keys(walk.locate(text), text).await);
        // Others on this thread get their turn in between.
        tokio::task::yield_now().await;
    }
    let found = walk.look_up_all(locations).await?;
    stream::iter(found).map(|found| walk.tell(found)).buffered(AT_A_TIME).try_collect().await
}

/// What is to be said of units that nobody scanned, such as those inside a pack; none where there is no such unit.
pub(crate) async fn answer_units(state: &Verify, places: &[UnitPlace]) -> Result<Vec<Option<Answer>>> {
    let walk = Walk::new(state, None);
    let units = state.snapshot.units(places).await?;
    stream::iter(places.iter().zip(units).map(|(place, unit)| walk.tell_unscanned(*place, unit)))
        .buffered(AT_A_TIME)
        .try_collect()
        .await
}

/// A text that was read, and the unit that it leads to.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) location: Location,
    pub(super) place: Option<UnitPlace>,
    pub(super) unit: Option<Unit>,
}

/// An answer whose parts are at hand.
struct ReadyAnswer {
    verdict: Verdict,
    content: Content,
}

enum Content {
    /// What it shares with others, its serial and the moment that it is of.
    Shared { template: Arc<AnswerTemplate>, serial: Option<String>, as_of: Instant },
    /// An answer that it shares with none.
    Own(Vec<u8>),
}

impl ReadyAnswer {
    fn shared(template: Arc<AnswerTemplate>, serial: Option<String>, as_of: Instant) -> Self {
        Self { verdict: template.verdict, content: Content::Shared { template, serial, as_of } }
    }

    /// At least as many bytes as it has.
    fn length(&self) -> usize {
        match &self.content {
            Content::Shared { template, serial, .. } => template.length(serial.as_deref()),
            Content::Own(json) => json.len(),
        }
    }
}

/// What all answers of one request share.
pub(super) struct Walk<'a> {
    pub(super) state: &'a Verify,
    pub(super) keys: Arc<KeySet>,
    pub(super) language: Language,
    pub(super) source: Option<AskedBy>,
    pub(super) began: Instant,
    /// The same by the service's clock.
    pub(super) began_at: DateTime<Utc>,
}

impl<'a> Walk<'a> {
    fn new(state: &'a Verify, source: Option<AskedBy>) -> Self {
        let (keys, language) = (state.keys.current(), language::current());
        Self { state, keys, language, source, began: Instant::now(), began_at: state.base.clock.now() }
    }

    /// Whether the question says that a symbol was read.
    fn is_scanner(&self) -> bool {
        matches!(self.source, Some(AskedBy::Camera | AskedBy::Picture | AskedBy::Scanner))
    }

    /// What the text is by the keys at hand.
    fn locate(&self, text: &str) -> Location {
        codes::locate_cached(&self.state.seals, &self.keys, text, self.is_scanner())
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
            Ok(keys) => codes::locate_cached(&self.state.seals, &keys, text, self.is_scanner()),
            Err(_) => location,
        }
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

    /// The unit that a location leads to, if it may be looked up; the place in a sequence if it has to be asked for.
    fn known_place(&self, location: &Location) -> Result<Option<UnitPlace>, (Sequence, u64)> {
        match location {
            Location::Unit(unit) if facts::is_worth_a_look(unit.seal) => match unit.place {
                Place::Order { order, index } => Ok(Some(UnitPlace { order, index })),
                Place::Sequence { sequence, place } => {
                    self.state.snapshot.known_run(sequence, place).map(Some).ok_or((sequence, place))
                }
            },
            _ => Ok(None),
        }
    }

    async fn look_up(&self, location: Location) -> Result<Found> {
        let place = match self.known_place(&location) {
            Ok(place) => place,
            Err((sequence, place)) => self.state.snapshot.run(sequence, place).await?,
        };
        let unit = match place {
            Some(place) => self.state.snapshot.unit(place).await?,
            None => None,
        };
        Ok(Found { location, place, unit })
    }

    /// The same for many, in one go.
    async fn look_up_all(&self, locations: Vec<Location>) -> Result<Vec<Found>> {
        let (mut places, mut unknown) = (Vec::with_capacity(locations.len()), Vec::new());
        for (at, location) in locations.iter().enumerate() {
            places.push(self.known_place(location).unwrap_or_else(|(sequence, place)| {
                unknown.push((at, sequence, place));
                None
            }));
        }
        let asked = unknown.iter().map(|(_, sequence, place)| self.state.snapshot.run(*sequence, *place));
        let asked: Vec<_> = stream::iter(asked).buffered(AT_A_TIME).try_collect().await?;
        for ((at, ..), place) in unknown.into_iter().zip(asked) {
            places[at] = place;
        }
        let wanted: Vec<UnitPlace> = places.iter().flatten().copied().collect();
        let mut units = self.state.snapshot.units(&wanted).await?.into_iter();
        let found = locations.into_iter().zip(places).map(|(location, place)| {
            let unit = place.and_then(|_| units.next().flatten());
            Found { location, place, unit }
        });
        Ok(found.collect())
    }

    /// What was said a moment ago of the likes of this location, if everything is at hand; else the location.
    fn cached(&self, location: Location) -> Result<ReadyAnswer, Location> {
        match location {
            Location::NotIssued { gtin, foreign, ref repaired } if repaired.is_empty() => {
                match self.state.snapshot.answer_cache().get(self.key_of_unissued(gtin, foreign)) {
                    Some(template) => Ok(ReadyAnswer::shared(template, None, self.began)),
                    None => Err(location),
                }
            }
            Location::Unit(unit) if is_plain(&unit) && !self.state.snapshot.is_reserve() => {
                let found = self.hot_state(&unit).and_then(|(order, state, as_of)| {
                    Some((self.template_of(&unit, self.key_of_unit(order, state))?, as_of))
                });
                match found {
                    Some((template, as_of)) => Ok(ReadyAnswer::shared(template, Some(unit.serial), as_of)),
                    None => Err(Location::Unit(unit)),
                }
            }
            other => Err(other),
        }
    }

    /// Order and state of a unit, and the moment that the state is of, if no store needs to be asked.
    fn hot_state(&self, unit: &UnitLocation) -> Option<(u32, UnitState, Instant)> {
        let place = match unit.place {
            Place::Order { order, index } => UnitPlace { order, index },
            Place::Sequence { sequence, place } => self.state.snapshot.known_run(sequence, place)?,
        };
        let (state, as_of) = self.state.snapshot.hot_state(place)?;
        Some((place.order, state, as_of))
    }

    /// The template under a key, if it is true of this unit.
    fn template_of(&self, unit: &UnitLocation, key: AnswerKey) -> Option<Arc<AnswerTemplate>> {
        let template = self.state.snapshot.answer_cache().get(key)?;
        let fits = unit.gtin.is_none_or(|gtin| gtin == template.gtin)
            && unit.group == template.group
            && template.day == clock::local(self.began_at).date_naive();
        fits.then_some(template)
    }

    fn key_of_unit(&self, order: u32, state: UnitState) -> AnswerKey {
        AnswerKey::Unit { order, state: state.to_bits(), language: self.language }
    }

    fn key_of_unissued(&self, gtin: marking::gtin::Gtin, foreign: bool) -> AnswerKey {
        AnswerKey::NotIssued { gtin, foreign, language: self.language }
    }

    async fn find_ready(&self, location: Location, text: &str) -> Result<ReadyAnswer> {
        let location = self.held_to_its_seal(self.with_fresh_keys(location, text).await, text);
        self.ready(self.look_up(location).await?).await
    }

    /// The answers to many locations. Together if that can be; else each alone, since what hinders one must not hinder others.
    async fn find_all_ready(&self, locations: Vec<Location>) -> Vec<Result<ReadyAnswer>> {
        if let Ok(found) = self.look_up_all(locations.clone()).await {
            return stream::iter(found).map(|found| self.ready(found)).buffered(AT_A_TIME).collect().await;
        }
        let until = tokio::time::Instant::now() + SINGLY;
        let singly = locations.into_iter().map(async |location| {
            let ready = async { self.ready(self.look_up(location).await?).await };
            tokio::time::timeout_at(until, ready).await.unwrap_or_else(|_| Err(nothing_yet()))
        });
        stream::iter(singly).buffered(AT_A_TIME).collect().await
    }

    /// The answer to what was found, by a template if one is true of it; else it leaves one where others can share it.
    async fn ready(&self, found: Found) -> Result<ReadyAnswer> {
        let Some((key, as_of)) = self.key_of(&found) else {
            let answer = self.tell(found).await?;
            return Ok(ReadyAnswer { verdict: answer.verdict, content: Content::Own(serde_json::to_vec(&answer)?) });
        };
        let (group, serial) = match &found.location {
            Location::Unit(unit) => {
                if let Some(template) = self.template_of(unit, key) {
                    return Ok(ReadyAnswer::shared(template, Some(unit.serial.clone()), as_of));
                }
                (unit.group, Some(unit.serial.clone()))
            }
            _ => (None, None),
        };
        let answer = self.tell(found).await?;
        // A unit without a place does not exist, whatever the order holds; what the reserve says is said once.
        if answer.place.is_none() && group.is_some() || group.is_some() && self.state.snapshot.is_reserve() {
            return Ok(ReadyAnswer { verdict: answer.verdict, content: Content::Own(serde_json::to_vec(&answer)?) });
        }
        let template = Arc::new(AnswerTemplate::of(answer, group, clock::local(self.began_at).date_naive())?);
        self.state.snapshot.answer_cache().put(key, Arc::clone(&template));
        Ok(ReadyAnswer::shared(template, serial, as_of))
    }

    /// The key of the answer to what was found, if others share it, and the moment that it is of.
    fn key_of(&self, found: &Found) -> Option<(AnswerKey, Instant)> {
        match (&found.location, found.place, &found.unit) {
            (Location::Unit(location), Some(place), Some(unit))
                if is_plain(location) && !self.state.snapshot.is_reserve() =>
            {
                Some((self.key_of_unit(place.order, unit.state), unit.as_of))
            }
            (Location::NotIssued { gtin, foreign, repaired }, ..) if repaired.is_empty() => {
                Some((self.key_of_unissued(*gtin, *foreign), self.began))
            }
            _ => None,
        }
    }

    /// Writes an answer as JSON.
    fn write(&self, ready: &ReadyAnswer, into: &mut Vec<u8>) {
        match &ready.content {
            Content::Shared { template, serial, as_of } => template.write(serial.as_deref(), self.moment(*as_of), into),
            Content::Own(json) => into.extend_from_slice(json),
        }
    }
}

/// Whether a code was read as it was issued, with its seal.
fn is_plain(unit: &UnitLocation) -> bool {
    matches!(unit.seal, SealCheck::Holds { .. }) && unit.repaired.is_empty()
}

/// The failure of an answer that no store was asked for in time.
fn nothing_yet() -> Error {
    Error::Unavailable { slug: "store-unavailable", source: "the stores did not answer in time".into() }
}
