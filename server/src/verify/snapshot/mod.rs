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
//!
//! Whatever is read is of a moment: everything that was acknowledged before it is in there. What PostgreSQL says is of
//! the moment of the question, what Redis says of the moment that [`lag`] knows. What this process itself has written it
//! answers with at once ([`written`], [`show`]). Cards, runs and the mark carry tags ([`mac`]), segments are compared with
//! PostgreSQL at random ([`inspect`]).
//!
//! What neither of them knows is an error, never a state.

mod cards;
mod cluster;
mod heat;
mod inspect;
mod lag;
mod link;
mod mac;
mod refresh;
mod shards;
mod show;
#[cfg(test)]
mod tests;
mod truth;
mod units;
mod write;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use deadpool_postgres::Pool;
use futures_util::future::join_all;
use moka::future::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use cards::{OrderCard, PackCard, ParticipantCard, Particulars, ProductCard, UnitRun};
pub(crate) use mac::MacKey;
pub(crate) use refresh::Rebuilt;
pub(crate) use units::Unit;

use crate::codes::{Sequence, UnitPlace};
use crate::platform::cache::Slots;
use crate::platform::config::Config;
use crate::platform::db::{self, Client, Replica};
use crate::platform::problem::{Error, Result};
use cards::Run;
use heat::Heat;
use inspect::Asked;
use link::{Live, Mark};
use shards::{Shard, Shards};
use show::Show;
use written::{Thing, Written};

use super::answer_cache::AnswerCache;

/// How long this process may go on using a card that another process has refreshed.
const CARD_LIFE: Duration = Duration::from_secs(1);
/// Sequences whose runs a process remembers.
const SEQUENCES: usize = 20_000;
/// How long a segment that was read whole serves those who ask for its neighbours: those of a product that half a
/// town is buying, and whoever waits for PostgreSQL at the same moment.
const SEGMENT_LIFE: Duration = Duration::from_millis(100);
/// Segments that are kept for those who can't wait.
const HOT_SEGMENTS: usize = 4_096;

/// The snapshot, as one process sees it. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    shards: Shards,
    mac: MacKey,
    db: Pool,
    replica: Option<Arc<Replica>>,
    orders: Cache<u32, Held<OrderCard>>,
    products: Cache<u64, Held<ProductCard>>,
    participants: Cache<i32, Held<ParticipantCard>>,
    packs: Cache<u64, Held<PackCard>>,
    segments: Cache<(u32, u32), HeldSegment>,
    heat: Heat,
    /// Segments that are hot, for whoever can't wait.
    hot: Slots<(u32, u32), HeldSegment>,
    written: Written,
    show: Show,
    asked: Asked,
    /// Spaces left because something in them was not what the register holds.
    alterations: AtomicU64,
    /// Runs never change, so what was seen once is kept.
    runs: RwLock<HashMap<Sequence, BTreeMap<u64, Run>>>,
    /// Answers that many units share.
    answers: AnswerCache,
}

/// A card as it was read, or that there is none.
struct Held<C> {
    card: Option<Arc<C>>,
    /// When the reading began.
    read_at: Instant,
    /// The moment that it is of.
    as_of: Instant,
}

impl<C> Clone for Held<C> {
    fn clone(&self) -> Self {
        Self { card: self.card.clone(), ..*self }
    }
}

/// A segment as it was read.
#[derive(Clone)]
struct HeldSegment {
    bytes: Bytes,
    /// When the reading began.
    read_at: Instant,
    /// The moment that it is of.
    as_of: Instant,
}

tokio::task_local! {
    /// Set while a request must be answered from PostgreSQL.
    static FROM_REGISTER: ();
}

/// Lets work read PostgreSQL and no copy of it.
pub(crate) async fn from_register<T>(work: impl Future<Output = T>) -> T {
    FROM_REGISTER.scope((), work).await
}

/// Whether copies may answer the current request.
fn copies_answer() -> bool {
    FROM_REGISTER.try_with(|()| ()).is_err()
}

/// A thing that has one card.
trait Card: Serialize + DeserializeOwned + Send + Sync + 'static {
    type Key: Copy + Eq + Hash + Send + Sync + 'static;
    /// Whether the card is led by a version.
    const HAS_VERSION: bool = false;

    /// What it is a card of.
    fn thing(key: Self::Key) -> Thing;

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
    const HAS_VERSION: bool = true;

    fn thing(order: u32) -> Thing {
        Thing::Order(order)
    }

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

    fn thing(gtin: u64) -> Thing {
        Thing::Product(gtin)
    }

    fn name(gtin: u64) -> String {
        format!("p:{gtin}")
    }

    async fn find(db: &Client, gtin: u64) -> Result<Option<Self>> {
        truth::find_product(db, gtin).await
    }
}

impl Card for ParticipantCard {
    type Key = i32;

    fn thing(number: i32) -> Thing {
        Thing::Participant(number)
    }

    fn name(number: i32) -> String {
        format!("m:{number}")
    }

    async fn find(db: &Client, number: i32) -> Result<Option<Self>> {
        truth::find_participant(db, number).await
    }
}

impl Card for PackCard {
    type Key = u64;

    fn thing(sscc: u64) -> Thing {
        Thing::Pack(sscc)
    }

    fn name(sscc: u64) -> String {
        format!("k:{sscc}")
    }

    async fn find(db: &Client, sscc: u64) -> Result<Option<Self>> {
        truth::find_pack(db, sscc).await
    }
}

impl Snapshot {
    /// A snapshot on this Redis server or cluster, over this database.
    pub(crate) fn open(config: &Config, redis_url: &str, db: Pool, mac: &MacKey) -> Result<Self> {
        let ca = config.stores_ca.as_deref();
        let replica = config.replica_url.as_deref().map(|url| db::pool_with(url, ca, config.database_connections));
        let replica = replica.transpose()?;
        let (show, requests) = show::channel();
        let inner = Arc::new(Inner {
            replica: replica.map(|replica| Replica::watch(replica, db.clone())),
            shards: Shards::open(redis_url, ca, &config.redis_prefix, &db, mac)?,
            mac: mac.clone(),
            db,
            orders: cache(20_000, CARD_LIFE),
            products: cache(20_000, CARD_LIFE),
            participants: cache(20_000, CARD_LIFE),
            packs: cache(1_000, CARD_LIFE),
            segments: cache(10_000, SEGMENT_LIFE),
            heat: Heat::new(),
            hot: Slots::new(HOT_SEGMENTS, SEGMENT_LIFE),
            runs: RwLock::default(),
            answers: AnswerCache::new(CARD_LIFE),
            written: Written::default(),
            show,
            asked: Asked::default(),
            alterations: AtomicU64::new(0),
        });
        show::start(&inner, requests);
        inspect::start(&inner);
        Ok(Self(inner))
    }

    /// A number as only the processes of this register can write it, to be read back by [`Snapshot::number`].
    pub(in crate::verify) fn signed(&self, purpose: &str, number: u64) -> String {
        self.0.mac.signed(purpose, number)
    }

    /// The number of such a text; none when nobody of ours has written it.
    pub(in crate::verify) fn number(&self, purpose: &str, text: &str) -> Option<u64> {
        self.0.mac.number(purpose, text)
    }

    /// What an answer is of at least that finds nothing where it looked from `asked` on: that nothing is there is read
    /// from PostgreSQL and kept as long as a card.
    pub(in crate::verify) fn nothing_as_of(asked: Instant) -> Instant {
        asked.checked_sub(CARD_LIFE).unwrap_or(asked)
    }

    /// Whether this address of Redis leads over a network without TLS.
    pub(crate) fn is_exposed(redis_url: &str) -> bool {
        cluster::is_exposed(redis_url)
    }

    /// Whether answers come from the snapshot alone, because PostgreSQL is away: they may lack the latest changes.
    pub(crate) fn is_reserve(&self) -> bool {
        self.0.shards.is_blind()
    }

    /// The names of the spaces in use; another name is another, empty snapshot. Empty while Redis is away.
    pub(crate) fn spaces(&self) -> Vec<String> {
        self.0.shards.all().iter().filter_map(|shard| shard.link.live()).map(|live| live.key("")).collect()
    }

    /// Whether Redis answers: all of it, if it is a cluster.
    pub(crate) async fn answers(&self) -> bool {
        let shards = self.0.shards.all().iter().map(async |shard| {
            // A way that nobody has used for a while may lead to where nobody is any more.
            for _ in 0..2 {
                let Some(live) = shard.link.wait().await else { return false };
                if shard.link.read::<()>(&live, |_| {}).await.is_ok() {
                    return true;
                }
            }
            false
        });
        join_all(shards).await.into_iter().all(|answers| answers)
    }

    /// Waits while a way to Redis is closed that was open a moment ago: one late answer closes it for a second, and work that
    /// can wait need not fail for that.
    pub(crate) async fn outwait_brief_closure(&self) {
        while self.0.shards.all().iter().any(|shard| shard.link.is_briefly_closed()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// An order's card; none when there is no such order.
    pub(crate) async fn order(&self, number: u32) -> Result<Option<Arc<OrderCard>>> {
        self.card(&self.0.orders, number).await
    }

    /// A product's card; none when it is not registered.
    pub(crate) async fn product(&self, gtin: u64) -> Result<Option<Arc<ProductCard>>> {
        self.card(&self.0.products, gtin).await
    }

    /// The same, and the moment that it is of.
    pub(in crate::verify) async fn product_as_of(&self, gtin: u64) -> Result<(Option<Arc<ProductCard>>, Instant)> {
        let held = self.held(&self.0.products, gtin).await?;
        Ok((held.card, held.as_of))
    }

    /// A participant's card.
    pub(crate) async fn participant(&self, number: i32) -> Result<Option<Arc<ParticipantCard>>> {
        self.card(&self.0.participants, number).await
    }

    /// A pack's card; none when no such pack was put together.
    pub(crate) async fn pack(&self, sscc: u64) -> Result<Option<Arc<PackCard>>> {
        self.card(&self.0.packs, sscc).await
    }

    /// The same, and the moment that it is of.
    pub(in crate::verify) async fn pack_as_of(&self, sscc: u64) -> Result<(Option<Arc<PackCard>>, Instant)> {
        let held = self.held(&self.0.packs, sscc).await?;
        Ok((held.card, held.as_of))
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

    /// Answers that many units share.
    pub(super) fn answer_cache(&self) -> &AnswerCache {
        &self.0.answers
    }

    async fn find_run(&self, sequence: Sequence, place: u64) -> Result<Option<Run>> {
        let key = format!("r:{sequence}");
        let shard = self.0.shards.of(&key);
        if copies_answer()
            && let Some(live) = shard.believed().await
        {
            let read = shard.link.read::<(Vec<String>,)>(&live, |pipe| {
                pipe.cmd("ZRANGE").arg(live.key(&key)).arg(place).arg("-inf").arg("BYSCORE").arg("REV");
                pipe.arg("LIMIT").arg(0).arg(1);
            });
            if let Ok(((found,), _)) = read.await
                && let Some(run) = found.first().and_then(|text| write::parse_run(live.mac(), &live.key(&key), text))
                && run.unit_at(place).is_some()
            {
                return Ok(Some(run));
            }
        }
        let found = self.ask(async |db| truth::find_run(db, sequence, place).await).await?;
        if let (Some(run), Some(live)) = (found, shard.link.live()) {
            write::put_run(&shard.link, &live, &key, run).await;
        }
        Ok(found)
    }

    /// Asks PostgreSQL for what the snapshot lacks. When that is away too, nobody can answer.
    async fn ask<T>(&self, question: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
        let answer = truth::ask(&self.0.db, question).await.map_err(silent)?;
        self.0.shards.sees();
        Ok(answer)
    }

    /// Asks a replica that keeps up for what need not be left in the snapshot, because Redis is away. None says nothing:
    /// then PostgreSQL itself is asked.
    async fn ask_replica<T>(&self, question: impl AsyncFnOnce(&Client) -> Result<Option<T>>) -> Option<T> {
        let answer = truth::ask(self.0.replica.as_ref()?.pool()?, question).await.ok()??;
        metrics::counter!("tanba_replica_answers_total").increment(1);
        Some(answer)
    }

    async fn card<C: Card>(&self, cache: &Cache<C::Key, Held<C>>, key: C::Key) -> Result<Option<Arc<C>>> {
        Ok(self.held(cache, key).await?.card)
    }

    async fn held<C: Card>(&self, cache: &Cache<C::Key, Held<C>>, key: C::Key) -> Result<Held<C>> {
        if !copies_answer() {
            return self.fetch_through(key, None).await;
        }
        if let Some(known) = cache.get(&key).await {
            if self.0.written.allows(C::thing(key), known.read_at) {
                return Ok(known);
            }
            cache.invalidate(&key).await;
        }
        // Kept apart from those who find it at once, whose futures stay small.
        let fetched = Box::pin(cache.try_get_with(key, self.fetch::<C>(key))).await.map_err(|error| shared(&error))?;
        if self.0.written.allows(C::thing(key), fetched.read_at) {
            return Ok(fetched);
        }
        // A reading that another question had begun before this process wrote.
        self.fetch(key).await
    }

    /// A way to what Redis holds of a thing, if it has what this process wrote, and the moment that it is of.
    async fn believed(&self, shard: &Shard, thing: Thing) -> Option<(Arc<Live>, Instant)> {
        if !copies_answer() {
            return None;
        }
        let live = shard.believed().await?;
        let complete = shard.lag.complete();
        let lacks = self.0.written.last(thing).is_some_and(|write| !write.shown && complete < write.at);
        (!lacks).then_some((live, complete))
    }

    async fn fetch<C: Card>(&self, key: C::Key) -> Result<Held<C>> {
        let name = C::name(key);
        let shard = self.0.shards.of(&name);
        let read_at = Instant::now();
        let mut mark = None;
        if let Some((live, as_of)) = self.believed(shard, C::thing(key)).await
            && let Ok(((found,), seen)) = shard
                .link
                .read::<(Option<Vec<u8>>,)>(&live, |pipe| {
                    pipe.cmd("GET").arg(live.key(&name));
                })
                .await
        {
            if let Some(card) = found.and_then(|bytes| write::parse::<C>(live.mac(), &live.key(&name), &bytes)) {
                return Ok(Held { card: Some(Arc::new(card)), read_at, as_of });
            }
            mark = Some((live, seen));
        }
        self.fetch_through(key, mark).await
    }

    /// Reads a card from PostgreSQL and leaves it in the snapshot, unless a refresh came in between.
    async fn fetch_through<C: Card>(&self, key: C::Key, mark: Option<(Arc<Live>, Mark)>) -> Result<Held<C>> {
        metrics::counter!("tanba_snapshot_misses_total", "what" => "card").increment(1);
        let read_at = Instant::now();
        let may_lag = mark.is_none() && copies_answer() && self.0.written.last(C::thing(key)).is_none();
        let from_replica = if may_lag { self.ask_replica(async |db| C::find(db, key).await).await } else { None };
        let (card, as_of) = match from_replica {
            Some(card) => (Some(card), read_at.checked_sub(db::REPLICA_LAG).unwrap_or(read_at)),
            None => (self.ask(async |db| C::find(db, key).await).await?, read_at),
        };
        if let (Some(card), Some((live, mark))) = (&card, mark) {
            let name = C::name(key);
            write::put_card(&self.0.shards.of(&name).link, &live, mark, &name, card).await;
        }
        Ok(Held { card: card.map(Arc::new), read_at, as_of })
    }
}

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
