//! Writes to the snapshot. Each is a script, so that nothing older ever takes the place of something newer.
//! A write that fails is no error: what is missing is read through.

use std::sync::Arc;

use redis::{FromRedisValue, Script, ScriptInvocation};

use super::Card;
use super::cards::Run;
use super::link::{Away, Link, Live, Mark};
use super::mac::{MacKey, TAG_BYTES};

/// Whether the first of two big-endian numbers of eight bytes is the higher one.
const HIGHER: &str = "
    local function higher(a, b)
        for i = 1, 8 do
            local x, y = a:byte(i), b:byte(i)
            if x ~= y then return x > y end
        end
        return false
    end";

/// Replaces each record by one of a higher version; leaves it alone otherwise. Tells how many were replaced.
const REPLACE: &str = "
    local replaced = 0
    for i, key in ipairs(KEYS) do
        local old = redis.call('GETRANGE', key, 0, 7)
        if #old < 8 or higher(ARGV[i], old) then
            redis.call('SET', key, ARGV[i])
            replaced = replaced + 1
        end
    end
    return replaced";

/// Sets a card if the mark still is what it was when the card was found missing.
const SET_UNLESS_REFRESHED: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[2], ARGV[2])
    return 1";

/// Moves the mark to the next of those given, whose tags a script can't make, and forgets cards with it, so that nobody
/// writes back what was read before. `ARGV[1]` is a mark, the others are the marks above it. Returns the mark as it is;
/// where it lies outside of those given, nothing was done.
const FORGET: &str = "
    local now = redis.call('GET', KEYS[1]) or ''
    local number = tonumber(string.match(now, '^(%d+):') or '-1')
    local ahead = number - tonumber(ARGV[1])
    if ahead < 0 or ahead + 2 > #ARGV then return {0, now} end
    for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
    redis.call('SET', KEYS[1], ARGV[ahead + 2])
    return {1, ARGV[ahead + 2]}";

/// Marks given to one call: as many refreshes of other processes may come in between.
const MARKS_AHEAD: u64 = 8;
/// Calls before a mark that others move all the time is given up.
const CALLS: usize = 32;

/// The scripts, hashed once.
pub(super) struct Scripts {
    replace: Script,
    set: Script,
    forget: Script,
}

static SCRIPTS: std::sync::LazyLock<Scripts> = std::sync::LazyLock::new(|| Scripts {
    replace: Script::new(&format!("{HIGHER}{REPLACE}")),
    set: Script::new(SET_UNLESS_REFRESHED),
    forget: Script::new(FORGET),
});

/// A card as it is stored: cards with a version are led by it, eight bytes; the tag and the card itself follow.
pub(super) fn stored<C: Card>(mac: &MacKey, key: &str, card: &C) -> Vec<u8> {
    let version = card.version().map_or_else(Vec::new, |version| version.to_be_bytes().to_vec());
    // Cards are structs of plain fields: writing them as JSON to memory can't fail.
    let json = serde_json::to_vec(card).unwrap_or_default();
    let tag = mac.tag(key, &[&version, &json]);
    [version.as_slice(), &tag, &json].concat()
}

/// Reads a stored card; none when it is not one of ours.
pub(super) fn parse<C: Card>(mac: &MacKey, key: &str, bytes: &[u8]) -> Option<C> {
    let (version, rest) = bytes.split_at_checked(if C::HAS_VERSION { 8 } else { 0 })?;
    let (tag, json) = rest.split_at_checked(TAG_BYTES)?;
    if !mac.holds(key, &[version, json], tag) {
        metrics::counter!("tanba_snapshot_forged_total", "what" => "card").increment(1);
        tracing::error!("a card in Redis does not carry the service's tag: it is read from PostgreSQL");
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// A run of a sequence as it is stored.
fn stored_run(mac: &MacKey, key: &str, run: Run) -> String {
    let text = format!("{},{},{}", run.first_place, run.quantity, run.order);
    let tag = hex::encode(mac.tag(key, &[text.as_bytes()]));
    format!("{text},{tag}")
}

/// Reads a stored run; none when it is not one of ours.
pub(super) fn parse_run(mac: &MacKey, key: &str, stored: &str) -> Option<Run> {
    let (text, tag) = stored.rsplit_once(',')?;
    if !mac.holds(key, &[text.as_bytes()], &hex::decode(tag).ok()?) {
        metrics::counter!("tanba_snapshot_forged_total", "what" => "run").increment(1);
        tracing::error!("a run in Redis does not carry the service's tag: it is read from PostgreSQL");
        return None;
    }
    let mut numbers = text.split(',');
    let mut next = || numbers.next();
    Some(Run { first_place: next()?.parse().ok()?, quantity: next()?.parse().ok()?, order: next()?.parse().ok()? })
}

/// Leaves a card that was found missing.
pub(super) async fn put_card<C: Card>(link: &Arc<Link>, live: &Arc<Live>, mark: Mark, name: &str, card: &C) {
    let key = live.key(name);
    let bytes = stored(live.mac(), &key, card);
    if card.version().is_some() {
        let _ = run::<u32>(link, live, SCRIPTS.replace.key(key).arg(bytes)).await;
    } else {
        let mark = live.mark_text(mark.0);
        let _ = run::<u32>(link, live, SCRIPTS.set.key(live.mark_key()).key(key).arg(mark).arg(bytes)).await;
    }
}

/// Leaves a segment that was found missing.
pub(super) async fn put_segment(link: &Arc<Link>, live: &Arc<Live>, name: &str, bytes: &[u8]) {
    let _ = replace(link, live, &[(name.to_owned(), bytes)]).await;
}

/// Leaves a run of a sequence; runs never change.
pub(super) async fn put_run(link: &Arc<Link>, live: &Arc<Live>, name: &str, run: Run) {
    let mut connection = live.connection();
    let key = live.key(name);
    let member = stored_run(live.mac(), &key, run);
    let mut add = redis::pipe();
    // What stands in its place there is not ours.
    add.cmd("ZREMRANGEBYSCORE").arg(&key).arg(run.first_place).arg(run.first_place).ignore();
    add.cmd("ZADD").arg(&key).arg(run.first_place).arg(member);
    if let Err(error) = add.query_async::<(u32,)>(&mut connection).await {
        link.fail(live, &error);
    }
}

/// Replaces records that are older. Tells how many were.
pub(super) async fn replace(
    link: &Arc<Link>,
    live: &Arc<Live>,
    records: &[(String, impl AsRef<[u8]>)],
) -> Result<u32, Away> {
    let mut call = SCRIPTS.replace.prepare_invoke();
    for (name, bytes) in records {
        call.key(live.key(name)).arg(bytes.as_ref());
    }
    run(link, live, &call).await
}

/// Replaces an order's card if it is older.
pub(super) async fn replace_card<C: Card>(
    link: &Arc<Link>,
    live: &Arc<Live>,
    name: String,
    card: &C,
) -> Result<u32, Away> {
    let bytes = stored(live.mac(), &live.key(&name), card);
    replace(link, live, &[(name, bytes)]).await
}

/// Forgets cards, and moves the mark, by which every process knows that something was refreshed. Returns how far it moved.
pub(super) async fn forget(link: &Arc<Link>, live: &Arc<Live>, names: &[&str]) -> Result<u64, Away> {
    let mut from = live.seen();
    for _ in 0..CALLS {
        let mut call = SCRIPTS.forget.key(live.mark_key());
        for name in names {
            call.key(live.key(name));
        }
        call.arg(from);
        for ahead in 1..=MARKS_AHEAD {
            call.arg(live.mark_text(from + ahead));
        }
        let (moved, text): (u32, String) = run(link, live, &call).await?;
        let mark = live.mark_of(&text).filter(|mark| live.has(*mark));
        let Some(mark) = mark.filter(|mark| moved == 1 || *mark > from) else {
            link.doubt(live);
            return Err(Away);
        };
        live.note(mark);
        if moved == 1 {
            return Ok(mark);
        }
        from = mark;
    }
    Err(Away)
}

async fn run<T: FromRedisValue>(link: &Arc<Link>, live: &Arc<Live>, call: &ScriptInvocation<'_>) -> Result<T, Away> {
    call.invoke_async(&mut live.connection()).await.map_err(|error| {
        link.fail(live, &error);
        Away
    })
}
