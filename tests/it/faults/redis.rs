//! R2: Redis away, silent, emptied, put back. Verify goes on, and no unit that was sold is called good.

use std::time::{Duration, Instant};

use marking::layout::Group;
use tests::{Scene, Stores, TestApp};

use super::{Whole, redis_of};

/// How long after an acknowledged sale a verdict may still be that of before: refreshes that lag longer than two
/// seconds are noticed, and PostgreSQL answers.
const LAG: Duration = Duration::from_millis(2_500);

/// Asks for so long about a unit that was sold. Returns how often it was called good after [`LAG`], how often before,
/// and how long the slowest answer took. Ends the test when an answer is neither.
async fn watch(scene: &Scene, code: &str, length: Duration) -> (usize, usize, Duration) {
    let (started, mut wrong, mut late, mut slowest) = (Instant::now(), 0, 0, Duration::ZERO);
    while started.elapsed() < length {
        let asked = Instant::now();
        let answer = scene.verify(code).await;
        slowest = slowest.max(asked.elapsed());
        match (answer.status, answer.json["verdict"].as_str()) {
            (200, Some("sold")) => {}
            (200, Some("in-circulation")) if started.elapsed() > LAG => wrong += 1,
            (200, Some("in-circulation")) => late += 1,
            other => panic!("{other:?} {}", String::from_utf8_lossy(&answer.bytes)),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (wrong, late, slowest)
}

/// R2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_verify_goes_on_and_nothing_sold_is_called_good() {
    let mut stores = Stores::start("redis").await;
    let mut whole = Whole::of(TestApp::start_on(&stores).await).await;
    let (_, codes) = whole.scene.goods(Group::Medicines, 8).await;
    for code in &codes {
        whole.scene.await_verdict(code, "in-circulation").await;
    }

    // Stopped.
    stores.private.kill_redis();
    whole.scene.verify(&codes[7]).await.expect(200);
    whole.scene.sell(&codes[0]).await.expect(201);
    let stopped = watch(&whole.scene, &codes[0], Duration::from_secs(4)).await;
    stores.private.start_redis().await.unwrap();
    let back = watch(&whole.scene, &codes[0], Duration::from_secs(3)).await;

    // Silent for two seconds, while a sale goes on.
    whole.scene.await_verdict(&codes[1], "in-circulation").await;
    stores.private.pause_redis();
    whole.scene.sell(&codes[1]).await.expect(201);
    let silent = watch(&whole.scene, &codes[1], Duration::from_secs(2)).await;
    stores.private.resume_redis();
    let resumed = watch(&whole.scene, &codes[1], Duration::from_secs(4)).await;

    // Emptied.
    let mut redis = redis_of(&whole.app).await;
    let () = ::redis::cmd("FLUSHALL").query_async(&mut redis).await.unwrap();
    let emptied = watch(&whole.scene, &codes[1], Duration::from_secs(1)).await;
    let rebuilding = Instant::now();
    let prefix = whole.app.app.base.config.redis_prefix.clone();
    loop {
        let keys: Vec<String> =
            ::redis::cmd("KEYS").arg(format!("{prefix}*s:*")).query_async(&mut redis).await.unwrap();
        if !keys.is_empty() {
            break;
        }
        assert!(rebuilding.elapsed() < Duration::from_secs(10), "the snapshot is not rebuilt");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("rebuilt {:?} after it was emptied", rebuilding.elapsed() + Duration::from_secs(1));

    for (what, (wrong, late, slowest)) in
        [("stopped", stopped), ("back", back), ("silent", silent), ("resumed", resumed), ("emptied", emptied)]
    {
        println!("{what}: wrong {wrong}, within the lag {late}, slowest answer {slowest:?}");
        assert_eq!(wrong, 0, "{what}");
        assert!(slowest < Duration::from_secs(3), "{what}: {slowest:?}");
    }
    whole.stop().await;
}

/// R2, R3: nobody asks meanwhile, so that nothing but the worker's walk brings back what was lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_redis_is_full_again_before_postgres_is_missed() {
    let mut stores = Stores::start("refilled").await;
    let mut whole = Whole::of(TestApp::start_on(&stores).await).await;
    let (_, codes) = whole.scene.goods(Group::Medicines, 2_000).await;
    whole.scene.await_verdict(&codes[1_999], "in-circulation").await;
    stores.private.kill_redis();
    tokio::time::sleep(Duration::from_secs(1)).await;
    stores.private.start_redis().await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    stores.private.kill_postgres();
    for code in [&codes[0], &codes[1_999]] {
        assert_eq!(whole.scene.verify(code).await.expect(200).json["verdict"], "in-circulation");
    }
    stores.private.start_postgres().await.unwrap();
    whole.stop().await;
}

/// R2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_snapshot_put_back_calls_nothing_good_that_was_sold_since() {
    let stores = Stores::start("stale").await;
    let mut whole = Whole::of(TestApp::start_on(&stores).await).await;
    let (_, codes) = whole.scene.goods(Group::Medicines, 4).await;
    for code in &codes {
        whole.scene.await_verdict(code, "in-circulation").await;
    }
    let mut redis = redis_of(&whole.app).await;
    let old = dump(&mut redis).await;
    assert!(!old.is_empty());
    whole.scene.sell(&codes[0]).await.expect(201);
    whole.scene.await_verdict(&codes[0], "sold").await;

    put_back(&mut redis, &old).await;
    let (wrong, late, _) = watch(&whole.scene, &codes[0], Duration::from_secs(5)).await;
    println!("put back: wrong {wrong}, at first {late}");
    assert_eq!((wrong, late), (0, 0), "this process knows how far the snapshot was");
    assert_eq!(whole.scene.verify(&codes[1]).await.expect(200).json["verdict"], "in-circulation");

    // A process that starts afterwards has never seen the newer state, and nobody asks the one that has: PostgreSQL
    // remembers how far the snapshot was.
    put_back(&mut redis, &old).await;
    let twin = whole.app.twin().await;
    let base = std::mem::replace(&mut whole.scene.base, twin.url(""));
    let (wrong, late, _) = watch(&whole.scene, &codes[0], Duration::from_secs(4)).await;
    println!("put back before a start: wrong {wrong}, at first {late}");
    assert_eq!((wrong, late), (0, 0));
    whole.scene.base = base;
    twin.stop().await;
    whole.stop().await;
}

/// Every key with its value as Redis itself would save it.
async fn dump(redis: &mut ::redis::aio::MultiplexedConnection) -> Vec<(Vec<u8>, Vec<u8>)> {
    let keys: Vec<Vec<u8>> = ::redis::cmd("KEYS").arg("*").query_async(redis).await.unwrap();
    let mut all = Vec::new();
    for key in keys {
        let value: Option<Vec<u8>> = ::redis::cmd("DUMP").arg(&key).query_async(redis).await.unwrap();
        all.extend(value.map(|value| (key, value)));
    }
    all
}

/// Makes Redis hold exactly this, in one go.
async fn put_back(redis: &mut ::redis::aio::MultiplexedConnection, all: &[(Vec<u8>, Vec<u8>)]) {
    let mut pipe = ::redis::pipe();
    pipe.atomic().cmd("FLUSHALL").ignore();
    for (key, value) in all {
        pipe.cmd("RESTORE").arg(key).arg(0).arg(value).arg("REPLACE").ignore();
    }
    let () = pipe.query_async(redis).await.unwrap();
}
