//! Writes to the snapshot. Each is a script, so that nothing older ever takes the place of something newer.
//! A write that fails is no error: what is missing is read through.

use std::sync::Arc;

use redis::{FromRedisValue, Script, ScriptInvocation};

use super::Card;
use super::cards::Run;
use super::link::{Away, Link, Live, Mark};

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

/// Forgets cards and moves the mark, so that nobody writes back what he read before.
const FORGET: &str = "
    for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
    return redis.call('INCR', KEYS[1])";

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

/// A card as it is stored: cards with a version are led by it, eight bytes.
fn stored<C: Card>(card: &C) -> Vec<u8> {
    let mut bytes = card.version().map_or_else(Vec::new, |version| version.to_be_bytes().to_vec());
    // Cards are structs of plain fields: writing them as JSON to memory can't fail.
    let _ = serde_json::to_writer(&mut bytes, card);
    bytes
}

/// Reads a stored card; none when it is not one.
pub(super) fn parse<C: Card>(bytes: &[u8]) -> Option<C> {
    let json = if bytes.first() == Some(&b'{') { bytes } else { bytes.get(8..)? };
    serde_json::from_slice(json).ok()
}

/// Leaves a card that was found missing.
pub(super) async fn put_card<C: Card>(link: &Arc<Link>, live: &Arc<Live>, mark: Mark, name: &str, card: &C) {
    let bytes = stored(card);
    if card.version().is_some() {
        let _ = run::<u32>(link, live, SCRIPTS.replace.key(live.key(name)).arg(bytes)).await;
    } else {
        let set = &SCRIPTS.set;
        let _ =
            run::<u32>(link, live, set.key(live.mark_key()).key(live.key(name)).arg(mark.number()).arg(bytes)).await;
    }
}

/// Leaves a segment that was found missing.
pub(super) async fn put_segment(link: &Arc<Link>, live: &Arc<Live>, name: &str, bytes: &[u8]) {
    let _ = replace(link, live, &[(name.to_owned(), bytes)]).await;
}

/// Leaves a run of a sequence; runs never change.
pub(super) async fn put_run(link: &Arc<Link>, live: &Arc<Live>, name: &str, run: Run) {
    let mut connection = live.connection();
    let member = format!("[{},{},{}]", run.first_place, run.quantity, run.order);
    let mut add = redis::cmd("ZADD");
    add.arg(live.key(name)).arg(run.first_place).arg(member);
    if let Err(error) = add.query_async::<u32>(&mut connection).await {
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
    replace(link, live, &[(name, stored(card))]).await
}

/// Forgets cards, and tells everybody by the mark that something was refreshed. Returns how far it has moved.
pub(super) async fn forget(link: &Arc<Link>, live: &Arc<Live>, names: &[&str]) -> Result<u64, Away> {
    let mut call = SCRIPTS.forget.key(live.mark_key());
    for name in names {
        call.key(live.key(name));
    }
    let mark: u64 = run(link, live, &call).await?;
    live.note(mark);
    Ok(mark)
}

async fn run<T: FromRedisValue>(link: &Arc<Link>, live: &Arc<Live>, call: &ScriptInvocation<'_>) -> Result<T, Away> {
    call.invoke_async(&mut live.connection()).await.map_err(|error| {
        link.fail(live, &error);
        Away
    })
}
