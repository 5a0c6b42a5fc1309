//! The snapshot: what verify needs of the register, dense, in Redis, and never believed beyond doubt.
//!
//! | key, after the space's own prefix | holds |
//! |---|---|
//! | `s:{order}:segment` | version and two bytes a code, see `marking::segment` |
//! | `o:{order}` | version, then the order's card |
//! | `p:gtin`, `m:number`, `k:sscc` | cards of a product, a participant, a pack |
//! | `r:sequence` | runs of a sequence of short serials, sorted by their first place |
//!
//! What is missing is read from PostgreSQL, once however many ask, and written back. A segment or an order's card
//! gives way to a higher version only. Other cards have no version: they are written back only if no refresh came
//! between the question and the answer. Refreshes are jobs; while they lag by more than two seconds, PostgreSQL
//! answers instead. Every refresh moves the snapshot's mark, and PostgreSQL remembers how far it was: a lower one is
//! that of an old copy, which is left for a new, empty space. When PostgreSQL is away, the snapshot answers alone, and says so ([`Snapshot::is_reserve`]).
//! What neither of them knows is an error, never a state.

mod cards;
mod heat;
mod lag;
mod link;
mod refresh;
mod slots;
#[cfg(test)]
mod tests;
mod truth;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use deadpool_postgres::Pool;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use marking::segment::{self, UnitState};
use moka::future::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use cards::{OrderCard, PackCard, ParticipantCard, Particulars, ProductCard, UnitRun};
pub(crate) use refresh::Rebuilt;
pub(crate) use slots::Slots;

use crate::codes::{Sequence, UnitPlace};
use crate::config::Config;
use crate::db::Client;
use crate::error::{Error, Result};
use cards::Run;
use heat::Heat;
use lag::Lag;
use link::{Link, Live, Mark};

use super::ready::Ready;

/// How long this process may go on using a card that another process has refreshed.
const CARD_LIFE: Duration = Duration::from_secs(1);
/// Sequences whose runs a process remembers.
const SEQUENCES: usize = 20_000;
/// How long a segment that was read whole serves those who ask for its neighbours: those of a product that half a
/// town is buying, and whoever waits for PostgreSQL at the same moment.
const SEGMENT_LIFE: Duration = Duration::from_millis(100);

/// The snapshot, as one process sees it. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    link: Arc<Link>,
    db: Pool,
    lag: Lag,
    orders: Cache<u32, Option<Arc<OrderCard>>>,
    products: Cache<u64, Option<Arc<ProductCard>>>,
    participants: Cache<i32, Option<Arc<ParticipantCard>>>,
    packs: Cache<u64, Option<Arc<PackCard>>>,
    segments: Cache<(u32, u32), Bytes>,
    heat: Heat,
    /// Segments that are hot, for whoever can't wait.
    hot: Slots<(u32, u32), Bytes>,
    /// Runs never change, so what was seen once is kept.
    runs: RwLock<HashMap<Sequence, BTreeMap<u64, Run>>>,
    /// What was said about units that are alike, see [`ready`](super::ready).
    ready: Ready,
}

/// What the register holds about one unit.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The order and what its units share.
    pub(crate) order: Arc<OrderCard>,
    /// The unit's own two bytes.
    pub(crate) state: UnitState,
}

impl Unit {
    /// The particulars that the unit carries. They are known: a unit is not handed out without them.
    pub(crate) fn particulars(&self) -> Option<&Particulars> {
        self.order.particulars(self.state.particulars()?)
    }
}

/// A thing that has one card.
trait Card: Serialize + DeserializeOwned + Send + Sync + 'static {
    type Key: Copy + Eq + Hash + Send + Sync + 'static;

    /// Its key in a space.
    fn name(key: Self::Key) -> String;
    /// What PostgreSQL holds.
    async fn find(db: &Client, key: Self::Key) -> Result<Option<Self>>;
    /// The version, for cards that have one.
    fn version(&self) -> Option<u64> {
        None
    }
}

impl Card for OrderCard {
    type Key = u32;

    fn name(order: u32) -> String {
        format!("o:{{{order}}}")
    }

    async fn find(db: &Client, order: u32) -> Result<Option<Self>> {
        truth::find_order(db, order).await
    }

    fn version(&self) -> Option<u64> {
        Some(self.particulars.last().map_or(0, |last| u64::from(last.number)) + 1)
    }
}

impl Card for ProductCard {
    type Key = u64;

    fn name(gtin: u64) -> String {
        format!("p:{gtin}")
    }

    async fn find(db: &Client, gtin: u64) -> Result<Option<Self>> {
        truth::find_product(db, gtin).await
    }
}

impl Card for ParticipantCard {
    type Key = i32;

    fn name(number: i32) -> String {
        format!("m:{number}")
    }

    async fn find(db: &Client, number: i32) -> Result<Option<Self>> {
        truth::find_participant(db, number).await
    }
}

impl Card for PackCard {
    type Key = u64;

    fn name(sscc: u64) -> String {
        format!("k:{sscc}")
    }

    async fn find(db: &Client, sscc: u64) -> Result<Option<Self>> {
        truth::find_pack(db, sscc).await
    }
}

fn segment_name(order: u32, number: u32) -> String {
    format!("s:{{{order}}}:{number}")
}

impl Snapshot {
    /// A snapshot on this Redis server, over this database.
    pub(crate) fn open(config: &Config, redis_url: &str, db: Pool) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            link: Link::open(redis_url, &config.redis_prefix, db.clone())?,
            lag: Lag::new(db.clone()),
            db,
            orders: cache(20_000, CARD_LIFE),
            products: cache(20_000, CARD_LIFE),
            participants: cache(20_000, CARD_LIFE),
            packs: cache(1_000, CARD_LIFE),
            segments: cache(10_000, SEGMENT_LIFE),
            heat: Heat::new(),
            hot: Slots::new(SEGMENT_LIFE),
            runs: RwLock::default(),
            ready: Ready::new(CARD_LIFE),
        })))
    }

    /// Whether answers come from the snapshot alone, because PostgreSQL is away: they may lack the latest changes.
    pub(crate) fn is_reserve(&self) -> bool {
        self.0.lag.is_blind()
    }

    /// The name of the space in use; another name is another, empty snapshot. None while Redis is away.
    pub(crate) fn space(&self) -> Option<String> {
        self.0.link.live().map(|live| live.key(""))
    }

    /// The key of the snapshot's mark, and how far it has moved as this process knows. None while Redis is away.
    pub(crate) fn mark(&self) -> Option<(String, u64)> {
        self.0.link.live().map(|live| (live.mark_key().to_owned(), live.seen()))
    }

    /// An order's card; none when there is no such order.
    pub(crate) async fn order(&self, number: u32) -> Result<Option<Arc<OrderCard>>> {
        self.card(&self.0.orders, number).await
    }

    /// A product's card; none when it is not registered.
    pub(crate) async fn product(&self, gtin: u64) -> Result<Option<Arc<ProductCard>>> {
        self.card(&self.0.products, gtin).await
    }

    /// A participant's card.
    pub(crate) async fn participant(&self, number: i32) -> Result<Option<Arc<ParticipantCard>>> {
        self.card(&self.0.participants, number).await
    }

    /// A pack's card; none when no such pack was put together.
    pub(crate) async fn pack(&self, sscc: u64) -> Result<Option<Arc<PackCard>>> {
        self.card(&self.0.packs, sscc).await
    }

    /// What is known of a unit; none when the order or the index in it was never issued.
    pub(crate) async fn unit(&self, place: UnitPlace) -> Result<Option<Unit>> {
        let UnitPlace { order, index } = place;
        let Some(card) = self.order(order).await?.filter(|card| index < card.quantity) else { return Ok(None) };
        let state = self.state(place, card.quantity).await?;
        self.complete(order, card, state).await.map(Some)
    }

    /// The same for many units, asked for in one go.
    pub(crate) async fn units(&self, places: &[UnitPlace]) -> Result<Vec<Option<Unit>>> {
        let orders: BTreeSet<u32> = places.iter().map(|place| place.order).collect();
        let cards: Vec<_> =
            stream::iter(orders.iter().map(|order| self.order(*order))).buffered(16).try_collect().await?;
        let cards: BTreeMap<u32, Arc<OrderCard>> =
            orders.into_iter().zip(cards).filter_map(|(order, card)| Some((order, card?))).collect();
        let issued = |place: &UnitPlace| cards.get(&place.order).filter(|card| place.index < card.quantity);
        let wanted: Vec<UnitPlace> = places.iter().copied().filter(|place| issued(place).is_some()).collect();
        let states = self.known_states(&wanted).await;
        let found = wanted.iter().zip(states).map(async |(place, state)| {
            let card = issued(place).ok_or_else(inconsistent)?;
            let state = match state {
                Some(state) => state,
                None => self.read_through(*place, card.quantity).await?,
            };
            self.complete(place.order, Arc::clone(card), state).await
        });
        let mut found = stream::iter(found).buffered(8).try_collect::<Vec<_>>().await?.into_iter();
        Ok(places.iter().map(|place| issued(place).and_then(|_| found.next())).collect())
    }

    /// The distinct states of the units in these runs, and how many units are in each.
    pub(crate) async fn census(&self, runs: &[UnitRun]) -> Result<Vec<(Unit, u32)>> {
        let mut counted: BTreeMap<(u32, u16), u32> = BTreeMap::new();
        for run in runs {
            let card = self.order(run.order).await?.ok_or_else(inconsistent)?;
            let (first, last) = (segment::segment_of(run.first).0, segment::segment_of(run.last).0);
            for number in first..=last {
                let bytes = self.segment(run.order, card.quantity, number).await?;
                let start = run.first.max(number * SEGMENT_UNITS);
                let end = run.last.min(number * SEGMENT_UNITS + (SEGMENT_UNITS - 1));
                for index in start..=end {
                    let (_, state) = segment::peek(&bytes, segment::segment_of(index).1).ok_or_else(inconsistent)?;
                    *counted.entry((run.order, state.to_bits())).or_default() += 1;
                }
            }
        }
        let mut census = Vec::with_capacity(counted.len());
        for ((order, bits), units) in counted {
            let state = UnitState::from_bits(bits).ok_or_else(inconsistent)?;
            let card = self.order(order).await?.ok_or_else(inconsistent)?;
            census.push((self.complete(order, card, state).await?, units));
        }
        Ok(census)
    }

    /// The order that a place of a sequence belongs to, and the index in it; none when nobody has reached it yet.
    pub(crate) async fn run(&self, sequence: Sequence, place: u64) -> Result<Option<UnitPlace>> {
        if let Some(known) = self.known_run(sequence, place) {
            return Ok(Some(known));
        }
        let Some(run) = self.find_run(sequence, place).await? else { return Ok(None) };
        let mut known = self.0.runs.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= SEQUENCES {
            known.clear();
        }
        known.entry(sequence).or_default().insert(run.first_place, run);
        Ok(run.unit_at(place))
    }

    /// The same, if this process has met the run before.
    pub(super) fn known_run(&self, sequence: Sequence, place: u64) -> Option<UnitPlace> {
        let known = self.0.runs.read().unwrap_or_else(PoisonError::into_inner);
        let (_, run) = known.get(&sequence)?.range(..=place).next_back()?;
        run.unit_at(place)
    }

    /// A unit's two bytes, if they are at hand: its segment is asked for again and again.
    pub(super) fn hot_state(&self, place: UnitPlace) -> Option<UnitState> {
        let (number, offset) = segment::segment_of(place.index);
        let bytes = self.0.hot.get(&(place.order, number))?;
        segment::peek(&bytes, offset).map(|(_, state)| state)
    }

    /// What was said about units that are alike.
    pub(super) fn ready(&self) -> &Ready {
        &self.0.ready
    }

    async fn find_run(&self, sequence: Sequence, place: u64) -> Result<Option<Run>> {
        let key = format!("r:{sequence}");
        if let Some(live) = self.believed().await {
            let read = self.0.link.read::<(Vec<String>,)>(&live, |pipe| {
                pipe.cmd("ZRANGE").arg(live.key(&key)).arg(place).arg("-inf").arg("BYSCORE").arg("REV");
                pipe.arg("LIMIT").arg(0).arg(1);
            });
            if let Ok(((found,), _)) = read.await
                && let Some(run) = found.first().and_then(|text| serde_json::from_str::<(u64, u32, u32)>(text).ok())
            {
                let run = Run { first_place: run.0, quantity: run.1, order: run.2 };
                if run.unit_at(place).is_some() {
                    return Ok(Some(run));
                }
            }
        }
        let found = self.ask(async |db| truth::find_run(db, sequence, place).await).await?;
        if let (Some(run), Some(live)) = (found, self.0.link.live()) {
            write::put_run(&self.0.link, &live, &key, run).await;
        }
        Ok(found)
    }

    /// Asks PostgreSQL for what the snapshot lacks. When that is away too, nobody can answer.
    async fn ask<T>(&self, question: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
        let answer = truth::ask(&self.0.db, question).await.map_err(silent)?;
        self.0.lag.sees();
        Ok(answer)
    }

    /// A way to Redis whose content keeps up with PostgreSQL, as far as can be known.
    async fn believed(&self) -> Option<Arc<Live>> {
        let live = self.0.link.live()?;
        self.0.lag.is_small(&live).await.then_some(live)
    }

    async fn card<C: Card>(&self, cache: &Cache<C::Key, Option<Arc<C>>>, key: C::Key) -> Result<Option<Arc<C>>> {
        if let Some(known) = cache.get(&key).await {
            return Ok(known);
        }
        // Kept apart from those who find it at once, whose futures stay small.
        Box::pin(cache.try_get_with(key, self.fetch::<C>(key))).await.map_err(|error| shared(&error))
    }

    async fn fetch<C: Card>(&self, key: C::Key) -> Result<Option<Arc<C>>> {
        let name = C::name(key);
        let mut mark = None;
        if let Some(live) = self.believed().await
            && let Ok(((found,), seen)) = self
                .0
                .link
                .read::<(Option<Vec<u8>>,)>(&live, |pipe| {
                    pipe.cmd("GET").arg(live.key(&name));
                })
                .await
        {
            if let Some(card) = found.and_then(|bytes| write::parse::<C>(&bytes)) {
                return Ok(Some(Arc::new(card)));
            }
            mark = Some((live, seen));
        }
        self.fetch_through(key, mark).await
    }

    /// Reads a card from PostgreSQL and leaves it in the snapshot, unless a refresh came in between.
    async fn fetch_through<C: Card>(&self, key: C::Key, mark: Option<(Arc<Live>, Mark)>) -> Result<Option<Arc<C>>> {
        metrics::counter!("tanba_snapshot_misses_total", "what" => "card").increment(1);
        let card = self.ask(async |db| C::find(db, key).await).await?;
        if let (Some(card), Some((live, mark))) = (&card, mark) {
            write::put_card(&self.0.link, &live, mark, &C::name(key), card).await;
        }
        Ok(card.map(Arc::new))
    }

    /// The unit with all that belongs to it: if the card at hand is older than the unit's particulars, a newer one.
    async fn complete(&self, order: u32, card: Arc<OrderCard>, state: UnitState) -> Result<Unit> {
        let knows = |card: &OrderCard| state.particulars().is_none_or(|number| card.particulars(number).is_some());
        if knows(&card) {
            return Ok(Unit { order: card, state });
        }
        self.0.orders.invalidate(&order).await;
        let again = self.order(order).await?.filter(|card| knows(card));
        let card = if let Some(card) = again {
            card
        } else {
            // The snapshot's own card is older than its segment.
            let mark = self.read_mark().await;
            let card = self.fetch_through::<OrderCard>(order, mark).await?;
            self.0.orders.insert(order, card.clone()).await;
            card.filter(|card| knows(card)).ok_or_else(inconsistent)?
        };
        Ok(Unit { order: card, state })
    }

    async fn read_mark(&self) -> Option<(Arc<Live>, Mark)> {
        let live = self.0.link.live()?;
        let ((), mark) = self.0.link.read::<()>(&live, |_| {}).await.ok()?;
        Some((live, mark))
    }

    /// A unit's two bytes. What is asked for again and again is read whole once and kept for a moment; everything
    /// else costs the two bytes.
    async fn state(&self, place: UnitPlace, quantity: u32) -> Result<UnitState> {
        let (number, offset) = segment::segment_of(place.index);
        if self.0.heat.is_hot(place.order, number) {
            let bytes = self.segment(place.order, quantity, number).await?;
            self.0.hot.put((place.order, number), bytes.clone());
            return segment::peek(&bytes, offset).map(|(_, state)| state).ok_or_else(inconsistent);
        }
        match self.known_states(&[place]).await.pop().flatten() {
            Some(state) => Ok(state),
            None => self.read_through(place, quantity).await,
        }
    }

    /// The states that the snapshot holds, in the order asked for; all missing when it can't be believed.
    async fn known_states(&self, places: &[UnitPlace]) -> Vec<Option<UnitState>> {
        let mut states = vec![None; places.len()];
        if places.is_empty() {
            return states;
        }
        let Some(live) = self.believed().await else { return states };
        let read = self.0.link.read::<Vec<Vec<u8>>>(&live, |pipe| {
            for place in places {
                let (number, offset) = segment::segment_of(place.index);
                let start = segment::byte_offset(offset);
                pipe.cmd("GETRANGE").arg(live.key(&segment_name(place.order, number))).arg(start).arg(start + 1);
            }
        });
        if let Ok((found, _)) = read.await {
            for (state, bytes) in states.iter_mut().zip(found) {
                *state = bytes.try_into().ok().and_then(UnitState::from_bytes);
            }
        }
        states
    }

    async fn read_through(&self, place: UnitPlace, quantity: u32) -> Result<UnitState> {
        let (number, offset) = segment::segment_of(place.index);
        let bytes = self.segment_through(place.order, quantity, number).await?;
        segment::peek(&bytes, offset).map(|(_, state)| state).ok_or_else(inconsistent)
    }

    /// A whole segment.
    async fn segment(&self, order: u32, quantity: u32, number: u32) -> Result<Bytes> {
        let load = self.fetch_segment(order, quantity, number);
        self.0.segments.try_get_with((order, number), load).await.map_err(|error: Arc<Error>| shared(&error))
    }

    /// A segment that the snapshot lacks, once for all who ask at this moment.
    async fn segment_through(&self, order: u32, quantity: u32, number: u32) -> Result<Bytes> {
        let load = self.load_segment(order, quantity, number);
        self.0.segments.try_get_with((order, number), load).await.map_err(|error: Arc<Error>| shared(&error))
    }

    async fn fetch_segment(&self, order: u32, quantity: u32, number: u32) -> Result<Bytes> {
        if let Some(live) = self.believed().await
            && let Ok(((Some(bytes),), _)) = self
                .0
                .link
                .read::<(Option<Vec<u8>>,)>(&live, |pipe| {
                    pipe.cmd("GET").arg(live.key(&segment_name(order, number)));
                })
                .await
        {
            return Ok(bytes.into());
        }
        self.load_segment(order, quantity, number).await
    }

    /// A segment from PostgreSQL, left in the snapshot for those to come.
    async fn load_segment(&self, order: u32, quantity: u32, number: u32) -> Result<Bytes> {
        metrics::counter!("tanba_snapshot_misses_total", "what" => "segment").increment(1);
        let found = self.ask(async |db| truth::list_segments(db, order, quantity, &[number]).await).await?;
        let (_, bytes) = found.into_iter().next().ok_or_else(inconsistent)?;
        if let Some(live) = self.0.link.live() {
            write::put_segment(&self.0.link, &live, &segment_name(order, number), &bytes).await;
        }
        Ok(bytes)
    }
}

/// Units of a segment, as indexes count.
#[expect(clippy::cast_possible_truncation, reason = "about a thousand")]
const SEGMENT_UNITS: u32 = segment::UNITS_PER_SEGMENT as u32;

fn cache<K: Eq + Hash + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(
    capacity: u64,
    life: Duration,
) -> Cache<K, V> {
    Cache::builder().max_capacity(capacity).time_to_live(life).build()
}

/// PostgreSQL did not answer either: nobody can.
fn silent(error: Error) -> Error {
    match error {
        Error::Unavailable { source, .. } => Error::Unavailable { slug: "store-unavailable", source },
        other => other,
    }
}

/// The same error for each of those who waited for one answer.
fn shared(error: &Arc<Error>) -> Error {
    match &**error {
        Error::Unavailable { slug, source } => Error::Unavailable { slug, source: source.to_string().into() },
        other => Error::internal(other.to_string()),
    }
}

/// A unit points to what is not there. Better no answer than a wrong one.
fn inconsistent() -> Error {
    Error::Unavailable { slug: "store-unavailable", source: "a unit points to what is not there".into() }
}
