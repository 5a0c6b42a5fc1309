//! Units in the snapshot: two bytes each, in segments, with the particulars that the order's card holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use marking::segment::{self, UnitState};

use super::link::{Live, Mark};
use super::shards::Shard;
use super::written::Thing;
use super::{
    Card, HeldSegment, OrderCard, Particulars, Snapshot, UnitRun, copies_answer, inconsistent, shared, truth, write,
};
use crate::codes::UnitPlace;
use crate::platform::db::{self, Client};
use crate::platform::problem::{Error, Result};

/// What the register holds about one unit.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The order and what its units share.
    pub(crate) order: Arc<OrderCard>,
    /// The unit's own two bytes.
    pub(crate) state: UnitState,
    /// The moment that they are of: whatever was acknowledged before it is in them.
    pub(crate) as_of: Instant,
}

impl Unit {
    /// The particulars that the unit carries. They are known: a unit is not handed out without them.
    pub(crate) fn particulars(&self) -> Option<&Particulars> {
        self.order.particulars(self.state.particulars()?)
    }
}

impl Snapshot {
    /// What is known of a unit; none when the order or the index in it was never issued.
    pub(crate) async fn unit(&self, place: UnitPlace) -> Result<Option<Unit>> {
        let UnitPlace { order, index } = place;
        let Some(card) = self.order(order).await?.filter(|card| index < card.quantity) else { return Ok(None) };
        let (state, as_of) = self.state(place, card.quantity).await?;
        self.complete(order, card, state, as_of).await.map(Some)
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
        let states = self.states(&wanted, |place| issued(place).map(|card| card.quantity)).await?;
        let found = wanted.iter().zip(states).map(async |(place, state)| {
            let card = issued(place).ok_or_else(inconsistent)?;
            let (state, as_of) = match state {
                Some(state) => state,
                None => self.read_through(*place, card.quantity).await?,
            };
            self.complete(place.order, Arc::clone(card), state, as_of).await
        });
        let mut found = stream::iter(found).buffered(8).try_collect::<Vec<_>>().await?.into_iter();
        Ok(places.iter().map(|place| issued(place).and_then(|_| found.next())).collect())
    }

    /// The distinct states of the units in these runs, and how many units are in each.
    pub(crate) async fn census(&self, runs: &[UnitRun]) -> Result<Vec<(Unit, u32)>> {
        let mut counted: BTreeMap<(u32, u16), u32> = BTreeMap::new();
        let mut oldest = Instant::now();
        for run in runs {
            let card = self.order(run.order).await?.ok_or_else(inconsistent)?;
            let (first, last) = (segment::segment_of(run.first).0, segment::segment_of(run.last).0);
            for number in first..=last {
                let HeldSegment { bytes, as_of, .. } = self.segment(run.order, card.quantity, number).await?;
                oldest = oldest.min(as_of);
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
            census.push((self.complete(order, card, state, oldest).await?, units));
        }
        Ok(census)
    }

    /// A unit's two bytes and the moment that they are of, if they are at hand: its segment is asked for again and again.
    pub(in crate::verify) fn hot_state(&self, place: UnitPlace) -> Option<(UnitState, Instant)> {
        let (number, offset) = segment::segment_of(place.index);
        let held = self.0.hot.get(&(place.order, number))?;
        if !self.0.written.allows(Thing::Order(place.order), held.read_at) || !copies_answer() {
            return None;
        }
        segment::peek(&held.bytes, offset).map(|(_, state)| (state, held.as_of))
    }

    /// The unit with all that belongs to it: if the card at hand is older than the unit's particulars, a newer one.
    async fn complete(&self, order: u32, card: Arc<OrderCard>, state: UnitState, as_of: Instant) -> Result<Unit> {
        let knows = |card: &OrderCard| state.particulars().is_none_or(|number| card.particulars(number).is_some());
        if knows(&card) {
            return Ok(Unit { order: card, state, as_of });
        }
        self.0.orders.invalidate(&order).await;
        let again = self.order(order).await?.filter(|card| knows(card));
        let card = if let Some(card) = again {
            card
        } else {
            // The snapshot's own card is older than its segment.
            let mark = read_mark(self.0.shards.of(&OrderCard::name(order))).await;
            let card = self.fetch_through::<OrderCard>(order, mark).await?;
            self.0.orders.insert(order, card.clone()).await;
            card.card.filter(|card| knows(card)).ok_or_else(inconsistent)?
        };
        Ok(Unit { order: card, state, as_of })
    }

    /// A unit's two bytes. What is asked for again and again is read whole once and kept for a moment; everything
    /// else costs the two bytes.
    async fn state(&self, place: UnitPlace, quantity: u32) -> Result<(UnitState, Instant)> {
        let (number, offset) = segment::segment_of(place.index);
        if copies_answer() && self.0.heat.is_hot(place.order, number) {
            let held = self.segment(place.order, quantity, number).await?;
            self.0.hot.put((place.order, number), held.clone());
            return peek(&held, offset);
        }
        match self.known_states(&[place]).await.pop().flatten() {
            Some(state) => Ok(state),
            None => self.read_through(place, quantity).await,
        }
    }

    /// The states of many units, in the order asked for, as far as they are known. A segment of which several are asked for is
    /// read whole and kept for a moment; of every other one the two bytes are read.
    async fn states(
        &self,
        places: &[UnitPlace],
        quantity_of: impl Fn(&UnitPlace) -> Option<u32>,
    ) -> Result<Vec<Option<(UnitState, Instant)>>> {
        let segment_of = |place: &UnitPlace| (place.order, segment::segment_of(place.index).0);
        let mut wanted: BTreeMap<(u32, u32), (usize, u32)> = BTreeMap::new();
        if copies_answer() {
            for place in places {
                let quantity = quantity_of(place).ok_or_else(inconsistent)?;
                wanted.entry(segment_of(place)).or_insert((0, quantity)).0 += 1;
            }
        }
        let whole = wanted.into_iter().filter(|(_, (units, _))| *units >= SEVERAL);
        let whole = whole.map(async |((order, number), (_, quantity))| {
            let held = self.segment(order, quantity, number).await?;
            self.0.hot.put((order, number), held.clone());
            Ok::<_, Error>(((order, number), held))
        });
        let whole: BTreeMap<_, _> = stream::iter(whole).buffered(8).try_collect().await?;
        let single: Vec<UnitPlace> =
            places.iter().copied().filter(|place| !whole.contains_key(&segment_of(place))).collect();
        let mut single = self.known_states(&single).await.into_iter();
        let state = |place: &UnitPlace| match whole.get(&segment_of(place)) {
            Some(held) => peek(held, segment::segment_of(place.index).1).map(Some),
            None => Ok(single.next().flatten()),
        };
        places.iter().map(state).collect()
    }

    /// The states that the snapshot holds, in the order asked for; all missing when it can't be believed.
    async fn known_states(&self, places: &[UnitPlace]) -> Vec<Option<(UnitState, Instant)>> {
        let mut states = vec![None; places.len()];
        let mut by_shard: BTreeMap<usize, Vec<(usize, String, usize)>> = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            let (number, offset) = segment::segment_of(place.index);
            self.0.asked.note(place.order, number);
            let name = segment_name(place.order, number);
            by_shard.entry(self.0.shards.number(&name)).or_default().push((at, name, segment::byte_offset(offset)));
        }
        let reads = by_shard.iter().map(async |(shard, wanted)| {
            let shard = &self.0.shards.all()[*shard];
            let (live, as_of) = self.believed_of_all(shard, wanted.iter().map(|(at, ..)| places[*at].order)).await?;
            let read = shard.link.read::<Vec<Vec<u8>>>(&live, |pipe| {
                for (_, name, start) in wanted {
                    pipe.cmd("GETRANGE").arg(live.key(name)).arg(*start).arg(start + 1);
                }
            });
            Some((wanted, read.await.ok()?.0, as_of))
        });
        for (wanted, found, as_of) in join_all(reads).await.into_iter().flatten() {
            for ((at, ..), bytes) in wanted.iter().zip(found) {
                let state = bytes.try_into().ok().and_then(UnitState::from_bytes);
                states[*at] = state.map(|state| (state, as_of));
            }
        }
        states
    }

    /// The way to a shard, if Redis has what this process wrote to any of these orders.
    async fn believed_of_all(&self, shard: &Shard, orders: impl Iterator<Item = u32>) -> Option<(Arc<Live>, Instant)> {
        let mut way = None;
        for order in orders.collect::<BTreeSet<_>>() {
            way = Some(self.believed(shard, Thing::Order(order)).await?);
        }
        way
    }

    async fn read_through(&self, place: UnitPlace, quantity: u32) -> Result<(UnitState, Instant)> {
        let (number, offset) = segment::segment_of(place.index);
        peek(&self.segment_through(place.order, quantity, number).await?, offset)
    }

    /// A whole segment.
    async fn segment(&self, order: u32, quantity: u32, number: u32) -> Result<HeldSegment> {
        if !copies_answer() {
            return self.load_segment(order, quantity, number).await;
        }
        let load = self.fetch_segment(order, quantity, number);
        let held = self.0.segments.try_get_with((order, number), load).await;
        self.not_before_own(order, quantity, number, held.map_err(|error: Arc<Error>| shared(&error))?).await
    }

    /// A segment that the snapshot lacks, once for all who ask at this moment.
    async fn segment_through(&self, order: u32, quantity: u32, number: u32) -> Result<HeldSegment> {
        if !copies_answer() {
            return self.load_segment(order, quantity, number).await;
        }
        let load = self.load_segment(order, quantity, number);
        let held = self.0.segments.try_get_with((order, number), load).await;
        self.not_before_own(order, quantity, number, held.map_err(|error: Arc<Error>| shared(&error))?).await
    }

    /// The same segment, or, where its reading began before this process wrote to the order, one that is read now.
    async fn not_before_own(&self, order: u32, quantity: u32, number: u32, held: HeldSegment) -> Result<HeldSegment> {
        if self.0.written.allows(Thing::Order(order), held.read_at) {
            return Ok(held);
        }
        self.0.segments.invalidate(&(order, number)).await;
        self.load_segment(order, quantity, number).await
    }

    async fn fetch_segment(&self, order: u32, quantity: u32, number: u32) -> Result<HeldSegment> {
        self.0.asked.note(order, number);
        let name = segment_name(order, number);
        let shard = self.0.shards.of(&name);
        let read_at = Instant::now();
        if let Some((live, as_of)) = self.believed(shard, Thing::Order(order)).await
            && let Ok(((Some(bytes),), _)) = shard
                .link
                .read::<(Option<Vec<u8>>,)>(&live, |pipe| {
                    pipe.cmd("GET").arg(live.key(&name));
                })
                .await
        {
            return Ok(HeldSegment { bytes: bytes.into(), read_at, as_of });
        }
        self.load_segment(order, quantity, number).await
    }

    /// A segment from PostgreSQL, left in the snapshot for those to come.
    async fn load_segment(&self, order: u32, quantity: u32, number: u32) -> Result<HeldSegment> {
        metrics::counter!("tanba_snapshot_misses_total", "what" => "segment").increment(1);
        let name = segment_name(order, number);
        let shard = self.0.shards.of(&name);
        let (live, read_at) = (shard.link.live(), Instant::now());
        let may_lag = live.is_none() && copies_answer() && self.0.written.last(Thing::Order(order)).is_none();
        if may_lag
            && let Some(bytes) = self.ask_replica(async |db| find_segment(db, order, quantity, number).await).await
        {
            let as_of = read_at.checked_sub(db::REPLICA_LAG).unwrap_or(read_at);
            return Ok(HeldSegment { bytes, read_at, as_of });
        }
        let found = self.ask(async |db| find_segment(db, order, quantity, number).await).await?;
        let bytes = found.ok_or_else(inconsistent)?;
        if let Some(live) = live {
            write::put_segment(&shard.link, &live, &name, &bytes).await;
        }
        Ok(HeldSegment { bytes, read_at, as_of: read_at })
    }
}

/// Units of one segment that are read together: to read two bytes costs Redis about as much as to read two thousand.
const SEVERAL: usize = 4;

fn peek(held: &HeldSegment, offset: usize) -> Result<(UnitState, Instant)> {
    segment::peek(&held.bytes, offset).map(|(_, state)| (state, held.as_of)).ok_or_else(inconsistent)
}

async fn find_segment(db: &Client, order: u32, quantity: u32, number: u32) -> Result<Option<Bytes>> {
    let found = truth::list_segments(db, order, quantity, &[number]).await?;
    Ok(found.into_iter().next().map(|(_, bytes)| bytes))
}

/// The name of a segment.
pub(super) fn segment_name(order: u32, number: u32) -> String {
    format!("s:{{{order}}}:{number}")
}

async fn read_mark(shard: &Shard) -> Option<(Arc<Live>, Mark)> {
    let live = shard.link.live()?;
    let ((), mark) = shard.link.read::<()>(&live, |_| {}).await.ok()?;
    Some((live, mark))
}

/// Units of a segment, as indexes count.
#[expect(clippy::cast_possible_truncation, reason = "about a thousand")]
const SEGMENT_UNITS: u32 = segment::UNITS_PER_SEGMENT as u32;
