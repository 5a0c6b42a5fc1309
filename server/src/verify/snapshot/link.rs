//! The way to Redis: a connection that is believed only after it has been vetted, and dropped at the first doubt.
//!
//! Redis may lose everything, or come back with an older copy of itself. So every key carries the name of a *space*:
//! the database that it was read from, the run of the Redis server that holds it, and a number. Another run of the
//! server, another database or a higher number is another space, in which nothing is known yet and everything is
//! read through. Within a space a *mark* counts the refreshes. It only grows; whoever finds it missing or lower
//! than he has seen it knows that the snapshot was emptied or put back, and opens the space of the next number.
//! Numbers of spaces grow over runs and servers, too: a server that gives its place to its replica and takes it again
//! later shows a mark that is lower than what was seen, or than PostgreSQL remembers, and is not believed.
//!
//! The mark carries a tag under the service's own key ([`MacKey`]): a mark that somebody else has written is one that was
//! emptied.
//!
//! A server that hangs costs a caller [`PATIENCE`] once. Then nobody asks it until a connection made in the
//! background has been vetted.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use deadpool_postgres::Pool;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, FromRedisValue, Pipeline, RedisError, Script};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use super::cluster::Way;
use super::mac::MacKey;
use super::truth;
use crate::platform::problem::{Error, Result};

/// How long an answer of Redis is waited for.
pub(super) const PATIENCE: Duration = Duration::from_millis(200);
/// How long a write to it is waited for: a script that writes may stand in line on a busy machine, and nobody is told
/// anything wrong meanwhile.
const WRITE_PATIENCE: Duration = Duration::from_secs(1);
/// How long a server that hung is left alone.
const REST: Duration = Duration::from_secs(1);
/// How long a way may be closed before it is taken to stay so.
const BRIEFLY: Duration = Duration::from_millis(1_500);
/// How long after a refused connection the next one is tried.
const PAUSE: Duration = Duration::from_millis(250);
/// The bits of a mark that count refreshes; those above are the number of the space. Should the count overflow, it
/// opens the next space. Together fewer than 53 bits are in use, so that scripts compare marks exactly.
const REFRESH_BITS: u32 = 24;
/// The start of 2025 in Unix time: numbers of spaces are counted in seconds from here, see [`Mark::fresh`].
const NUMBERS_BEGIN: u64 = 1_735_689_600;

/// Connections made so far, and one.
static WAYS: AtomicUsize = AtomicUsize::new(1);

/// Sets the mark if it still is what it was when it was found too low, missing or not ours. Returns what it is.
const RAISE: &str = "
    local now = redis.call('GET', KEYS[1]) or ''
    if now ~= ARGV[1] then return now end
    redis.call('SET', KEYS[1], ARGV[2])
    return ARGV[2]";

/// The format of keys and values: a snapshot of another format is another snapshot.
const FORMAT: &str = "3";

/// The way to one Redis server, for one process.
pub(super) struct Link {
    server: Way,
    prefix: String,
    db: Pool,
    mac: MacKey,
    /// Connections live on the runtime that opened the link, not on that of whichever request came first.
    runtime: Handle,
    state: RwLock<State>,
    /// The highest mark seen, kept over lost connections and over runs of the server.
    seen: AtomicU64,
    database: OnceCell<String>,
}

enum State {
    Up(Arc<Live>),
    Down { since: Instant, retry_at: Instant, connecting: bool },
}

/// A vetted connection and the space that it reads.
pub(super) struct Live {
    connection: MultiplexedConnection,
    /// Prefix of every key in the space.
    space: String,
    /// What all spaces of this register on this way have in common, whichever server holds them.
    register: String,
    mark_key: String,
    number: u64,
    seen: AtomicU64,
    way: usize,
    mac: MacKey,
}

/// Redis did not say what was asked, for whatever reason. The way is closed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Away;

/// The mark as it was when something was found missing: what is written in its place must not be older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(pub(super) u64);

impl Mark {
    fn space_number(self) -> u64 {
        self.0 >> REFRESH_BITS
    }

    /// The first mark of a space that nobody has used: its number is above `seen` and, being taken from the time,
    /// above those that an old copy of the snapshot may hold.
    fn fresh(seen: u64) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let number = now.saturating_sub(NUMBERS_BEGIN).max(Self(seen).space_number() + 1);
        Self(number << REFRESH_BITS)
    }
}

impl Live {
    /// The key of a thing in this space.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.space)
    }

    /// The name under which PostgreSQL remembers how far the mark has moved.
    pub(super) fn register(&self) -> &str {
        &self.register
    }

    /// The key of the mark, for scripts that move it.
    pub(super) fn mark_key(&self) -> &str {
        &self.mark_key
    }

    /// A mark as Redis holds it.
    pub(super) fn mark_text(&self, mark: u64) -> String {
        self.mac.signed(&self.mark_key, mark)
    }

    /// The mark that Redis holds; none when it is not one of ours.
    pub(super) fn mark_of(&self, text: &str) -> Option<u64> {
        self.mac.number(&self.mark_key, text)
    }

    /// Whether a mark is one of this space.
    pub(super) fn has(&self, mark: u64) -> bool {
        Mark(mark).space_number() == self.number
    }

    /// The key of the tags.
    pub(super) fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// Tells this connection from every other that this process has made.
    pub(super) fn way(&self) -> usize {
        self.way
    }

    /// How far the mark has moved, as this process knows.
    pub(super) fn seen(&self) -> u64 {
        self.seen.load(Ordering::Acquire)
    }

    /// A connection to send writes over, which are waited for longer than readings.
    pub(super) fn connection(&self) -> MultiplexedConnection {
        let mut connection = self.connection.clone();
        connection.set_response_timeout(WRITE_PATIENCE);
        connection
    }

    /// Takes note of how far the mark has moved: this process has moved it, or PostgreSQL remembers it.
    pub(super) fn note(&self, mark: u64) {
        self.seen.fetch_max(mark, Ordering::AcqRel);
    }
}

impl Link {
    /// A way that is opened in the background, at once.
    pub(super) fn open(server: Way, prefix: &str, db: Pool, mac: MacKey) -> Arc<Self> {
        let link = Arc::new(Self {
            server,
            prefix: prefix.to_owned(),
            db,
            mac,
            runtime: Handle::current(),
            state: RwLock::new(State::Down { since: Instant::now(), retry_at: Instant::now(), connecting: false }),
            seen: AtomicU64::new(0),
            database: OnceCell::new(),
        });
        link.live();
        link
    }

    /// Opens the way now, for those who can wait.
    pub(super) async fn wait(self: &Arc<Self>) -> Option<Arc<Live>> {
        for _ in 0..PATIENCE.as_millis() / 5 {
            if let Some(live) = self.live() {
                return Some(live);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    /// The vetted connection, if there is one. If there is none and it is time, one is made in the background.
    pub(super) fn live(self: &Arc<Self>) -> Option<Arc<Live>> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Up(live) => return Some(Arc::clone(live)),
            State::Down { retry_at, connecting, .. } if *connecting || Instant::now() < *retry_at => return None,
            State::Down { .. } => {}
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let State::Down { retry_at, connecting: connecting @ false, .. } = &mut *state
            && Instant::now() >= *retry_at
        {
            *connecting = true;
            let link = Arc::clone(self);
            self.runtime.spawn(async move { link.connect().await });
        }
        None
    }

    /// Asks for the mark together with what `ask` adds. `None` when the connection or the space can't be believed:
    /// the way is closed then, and opened anew in the background.
    pub(super) async fn read<T: FromRedisValue>(
        self: &Arc<Self>,
        live: &Arc<Live>,
        ask: impl FnOnce(&mut Pipeline),
    ) -> Result<(T, Mark), Away> {
        let mut pipe = Pipeline::with_capacity(2);
        ask(&mut pipe);
        pipe.cmd("GET").arg(&live.mark_key);
        let mut connection = live.connection.clone();
        // Answers may be looked at in another order than they came in, so the mark is held against what was known
        // before the question left.
        let before = live.seen.load(Ordering::Acquire);
        match pipe.query_async::<Vec<redis::Value>>(&mut connection).await {
            Ok(mut values) => {
                let mark = values.pop().and_then(|value| redis::from_redis_value::<String>(value).ok());
                let mark = mark
                    .and_then(|text| live.mark_of(&text))
                    .filter(|mark| *mark >= before && Mark(*mark).space_number() == live.number)
                    .ok_or_else(|| {
                        self.doubt(live);
                        Away
                    })?;
                live.note(mark);
                let value = redis::from_redis_value(redis::Value::Array(values)).map_err(|error| {
                    self.fail(live, &error.into());
                    Away
                })?;
                Ok((value, Mark(mark)))
            }
            Err(error) => {
                self.fail(live, &error);
                Err(Away)
            }
        }
    }

    /// Closes the way, since the mark is not what it must be.
    pub(super) fn doubt(self: &Arc<Self>, live: &Arc<Live>) {
        tracing::warn!("the snapshot was emptied or put back: it is read through anew");
        self.close(live, Instant::now());
    }

    /// Closes the way after an error.
    pub(super) fn fail(self: &Arc<Self>, live: &Arc<Live>, error: &RedisError) {
        metrics::counter!("tanba_snapshot_failures_total").increment(1);
        tracing::warn!(%error, "the snapshot does not answer");
        let rest = if error.is_timeout() { REST } else { Duration::ZERO };
        self.close(live, Instant::now() + rest);
    }

    /// Leaves the space for the next one, since something in it is not what the register holds. Every process that reads
    /// the mark follows.
    pub(super) async fn abandon(self: &Arc<Self>, live: &Arc<Live>) {
        let next = Mark::fresh(live.seen());
        self.seen.fetch_max(next.0, Ordering::AcqRel);
        let mut connection = live.connection();
        let set = redis::cmd("SET").arg(&live.mark_key).arg(live.mark_text(next.0)).exec_async(&mut connection).await;
        if let Err(error) = set {
            tracing::warn!(%error, "the mark of an altered snapshot could not be moved");
        }
        self.close(live, Instant::now());
    }

    fn close(self: &Arc<Self>, live: &Arc<Live>, retry_at: Instant) {
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if !matches!(&*state, State::Up(current) if Arc::ptr_eq(current, live)) {
                return;
            }
            *state = State::Down { since: Instant::now(), retry_at, connecting: false };
        }
        self.seen.fetch_max(live.seen(), Ordering::AcqRel);
        self.live();
    }

    async fn connect(self: Arc<Self>) {
        let vetted = match tokio::time::timeout(4 * PATIENCE, self.vet()).await {
            Ok(vetted) => vetted,
            Err(elapsed) => Err(Error::Unavailable { slug: "snapshot-unavailable", source: Box::new(elapsed) }),
        };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = match vetted {
            Ok(live) => State::Up(live),
            Err(error) => {
                tracing::debug!(%error, "no way to the snapshot");
                let since = if let State::Down { since, .. } = &*state { *since } else { Instant::now() };
                State::Down { since, retry_at: Instant::now() + PAUSE, connecting: false }
            }
        };
    }

    /// Whether the way was closed a moment ago, as one late answer of a busy machine does: it will soon be open again.
    pub(super) fn is_briefly_closed(self: &Arc<Self>) -> bool {
        self.live().is_none()
            && matches!(
                &*self.state.read().unwrap_or_else(PoisonError::into_inner),
                State::Down { since, .. } if since.elapsed() < BRIEFLY
            )
    }

    /// Connects, finds out which server and which run of it answers, and chooses the space.
    async fn vet(self: &Arc<Self>) -> Result<Arc<Live>> {
        let database =
            self.database.get_or_try_init(|| truth::ask(&self.db, async |db| truth::identity(db).await)).await?;
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_pipeline_buffer_size(1_024);
        let mut connection = self.server.connect(&settings).await?;
        let server: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
        let run = server.lines().find_map(|line| line.strip_prefix("run_id:")).ok_or_else(|| Error::Unavailable {
            slug: "snapshot-unavailable",
            source: "Redis does not tell its run_id".into(),
        })?;
        let register = format!("{}{}", self.prefix, digest(&format!("{database}:{FORMAT}")));
        let base = format!("{register}{}", digest(run.trim()));
        let mark_key = format!("{base}:mark");
        let least = self.seen.load(Ordering::Acquire);
        let text: Option<String> = redis::cmd("GET").arg(&mark_key).query_async(&mut connection).await?;
        let text = text.unwrap_or_default();
        let found = self.mac.number(&mark_key, &text);
        let mark = if let Some(mark) = found.filter(|mark| *mark >= least) {
            mark
        } else {
            let next = self.mac.signed(&mark_key, Mark::fresh(least).0);
            let raise = Script::new(RAISE);
            let now: String = raise.key(&mark_key).arg(text).arg(next).invoke_async(&mut connection).await?;
            // Another process may have raised it meanwhile.
            let now = self.mac.number(&mark_key, &now).filter(|now| *now >= least);
            now.ok_or_else(|| Error::Unavailable {
                slug: "snapshot-unavailable",
                source: "the snapshot's mark is not one of ours".into(),
            })?
        };
        let number = Mark(mark).space_number();
        let live = Arc::new(Live {
            connection,
            space: format!("{base}.{number}:"),
            register,
            mark_key,
            number,
            seen: AtomicU64::new(mark),
            way: WAYS.fetch_add(1, Ordering::Relaxed),
            mac: self.mac.clone(),
        });
        if found != Some(mark) {
            tracing::info!(space = number, "a new space of the snapshot begins");
            let (swept, database) = (Arc::clone(&live), digest(&format!("{database}:{FORMAT}")));
            let prefix = self.prefix.clone();
            self.runtime.spawn(async move {
                if let Err(error) = sweep(&swept, &prefix, &database).await {
                    tracing::debug!(%error, "old spaces are left for later");
                }
            });
        }
        Ok(live)
    }
}

/// Eight hexadecimal digits that stand for a name.
fn digest(name: &str) -> String {
    hex::encode(&Sha256::digest(name.as_bytes())[..4])
}

/// Whether a key belongs to a space of this database that is older than the one in use. `name` is the key without
/// the register's prefix. Anything of another shape or another database is not ours to judge.
fn is_left_over(name: &str, database: &str, run_of_now: &str, number_of_now: u64) -> bool {
    let Some(rest) = name.strip_prefix(database) else { return false };
    let Some((run, rest)) = rest.split_at_checked(8) else { return false };
    if !run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    if run != run_of_now {
        return rest == ":mark" || rest.starts_with('.');
    }
    let number = rest.strip_prefix('.').and_then(|rest| rest.split(':').next());
    number.and_then(|number| number.parse::<u64>().ok()).is_some_and(|number| number < number_of_now)
}

/// Deletes what older spaces have left.
async fn sweep(live: &Live, prefix: &str, database: &str) -> Result<(), RedisError> {
    let run = live.mark_key[prefix.len() + 8..].split(':').next().unwrap_or_default();
    let mut connection = live.connection();
    let pattern = format!("{}{database}*", escaped(prefix));
    let mut cursor = 0_u64;
    loop {
        let (next, keys): (u64, Vec<String>) = redis::cmd("SCAN")
            .arg(cursor)
            .arg("MATCH")
            .arg(&pattern)
            .arg("COUNT")
            .arg(500)
            .query_async(&mut connection)
            .await?;
        let old: Vec<&String> =
            keys.iter().filter(|key| is_left_over(&key[prefix.len()..], database, run, live.number)).collect();
        if !old.is_empty() {
            redis::cmd("UNLINK").arg(old).query_async::<u64>(&mut connection).await?;
        }
        cursor = next;
        if cursor == 0 {
            return Ok(());
        }
    }
}

/// Text as a pattern that matches itself only.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| "*?[]\\^-".contains(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_older_spaces_of_the_same_database_are_left_over() {
        let left_over = |name| is_left_over(name, "aaaaaaaa", "bbbbbbbb", 3);
        assert!(left_over("aaaaaaaabbbbbbbb.2:s:{1}:0"));
        assert!(left_over("aaaaaaaacccccccc.7:o:{1}"));
        assert!(left_over("aaaaaaaacccccccc:mark"));
        for kept in [
            "aaaaaaaabbbbbbbb.3:s:{1}:0",
            "aaaaaaaabbbbbbbb.4:s:{1}:0",
            "aaaaaaaabbbbbbbb:mark",
            "ddddddddcccccccc.1:s:{1}:0",
            "aaaaaaaazzzzzzzz.1:s:{1}:0",
            "aaaaaaaa",
            "another:program",
            "",
        ] {
            assert!(!left_over(kept), "{kept}");
        }
    }

    #[test]
    fn a_prefix_with_signs_of_patterns_matches_itself_only() {
        assert_eq!(escaped("t*[1]:"), "t\\*\\[1\\]:");
    }
}
