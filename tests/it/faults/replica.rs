//! R2 with a streaming replica: while Redis is away it takes the reading off PostgreSQL, and while it lags it is not asked.

use std::time::Duration;

use marking::layout::Group;
use tests::{PostgresReplica, Stores, TestApp};

use super::Whole;

/// How long after an acknowledged sale a verdict may still be that of before.
const LAG: Duration = Duration::from_millis(2_500);
/// How long the replica may take to be asked.
const PATIENCE: Duration = Duration::from_secs(30);

/// Readings that the replica has answered, as this whole program counts them.
async fn answered(app: &TestApp) -> f64 {
    let metrics = app.admin("/metrics").await.expect(200);
    let text = String::from_utf8(metrics.bytes).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("tanba_replica_answers_total "));
    line.map_or(0.0, |count| count.parse().unwrap())
}

/// R2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_answers_while_redis_is_away_and_never_what_was_long_ago() {
    let mut stores = Stores::start("replica").await;
    let database_url = stores.database_url("postgres");
    let replica = PostgresReplica::follow(&database_url, &stores.folder.join("replica")).await;
    let app = TestApp::start_with(&stores, |config| {
        config.replica_url = Some(replica.database_url(config.redis_prefix.trim_end_matches(':')));
    });
    let mut whole = Whole::of(app.await).await;
    let (_, codes) = whole.scene.goods(Group::Medicines, 4).await;
    // Goods that nothing is written about: the process asks the first server about what it has just written.
    let (_, others) = whole.scene.goods(Group::Shoes, 1).await;
    whole.scene.await_verdict(&codes[0], "in-circulation").await;
    whole.scene.await_verdict(&others[0], "in-circulation").await;
    stores.private.kill_redis();

    let before = answered(&whole.app).await;
    whole.scene.sell(&codes[0]).await.expect(201);
    tokio::time::sleep(LAG).await;
    for (code, verdict) in [(&codes[0], "sold"), (&codes[1], "in-circulation"), (&others[0], "in-circulation")] {
        assert_eq!(whole.scene.verify(code).await.expect(200).json["verdict"], verdict);
    }
    // What this process has written itself, it reads from the first server for ten seconds.
    let asked = std::time::Instant::now();
    while answered(&whole.app).await <= before {
        assert!(asked.elapsed() < PATIENCE, "the replica was not asked");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(whole.scene.verify(&others[0]).await.expect(200).json["verdict"], "in-circulation");
    }

    replica.pause(true).await;
    whole.scene.sell(&codes[1]).await.expect(201);
    tokio::time::sleep(LAG).await;
    let before = answered(&whole.app).await;
    assert_eq!(whole.scene.verify(&codes[1]).await.expect(200).json["verdict"], "sold");
    assert_eq!(whole.scene.verify(&others[0]).await.expect(200).json["verdict"], "in-circulation");
    assert!((answered(&whole.app).await - before).abs() < 0.5, "a replica that lags is not asked");
    replica.pause(false).await;

    stores.private.start_redis().await.unwrap();
    whole.stop().await;
    drop(replica);
    stores.private.discard().await.unwrap();
    std::fs::remove_dir_all(stores.folder).unwrap();
}
