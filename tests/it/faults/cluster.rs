//! R2 on a Redis Cluster: a master dies, its replica takes over, the master comes back and takes its place again. Verify
//! goes on, no unit that was sold is called good, and what lies on the other masters stays where it is.

use std::time::{Duration, Instant};

use marking::layout::Group;
use tests::load::encoded;
use tests::{RedisCluster, Stores, TestApp};

use super::Whole;

/// Orders: their numbers lie on all masters.
const ORDERS: usize = 9;
/// How long after an acknowledged sale a verdict may still be that of before.
const LAG: Duration = Duration::from_millis(2_500);

/// Two processes, and units in circulation, of which more and more are sold.
struct Market {
    whole: Whole,
    twin: TestApp,
    codes: Vec<Vec<String>>,
    sold: usize,
}

impl Market {
    /// Sells the next unit of every order.
    async fn sell(&mut self) {
        for codes in &self.codes {
            self.whole.scene.sell(&codes[self.sold]).await.expect(201);
        }
        self.sold += 1;
    }

    /// Asks both processes about everything, again and again. Ends the test when a unit that was sold is called good
    /// [`LAG`] after this began, or anything is answered with neither.
    async fn watch(&self, length: Duration) {
        let started = Instant::now();
        let mut in_time = 0;
        while started.elapsed() < length || in_time == 0 {
            for app in [&self.whole.app, &self.twin] {
                for codes in &self.codes {
                    for (at, code) in codes.iter().enumerate() {
                        let (asked, late) = (Instant::now(), started.elapsed() < LAG);
                        let answer = app.get(&format!("/v1/verify?code={}", encoded(code))).await.expect(200);
                        assert!(asked.elapsed() < Duration::from_secs(5), "nobody waits that long");
                        match answer.json["verdict"].as_str() {
                            Some("sold") if at < self.sold => in_time += usize::from(!late),
                            Some("in-circulation") if at >= self.sold || late => {}
                            other => panic!("{at} of {} sold, after {:?}: {other:?}", self.sold, started.elapsed()),
                        }
                    }
                }
            }
        }
    }
}

/// R2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_dies_and_comes_back_costs_no_answer_and_tells_nothing_wrong() {
    let stores = Stores::start("cluster").await;
    let mut cluster = RedisCluster::start(&stores.folder.join("cluster")).await;
    let app = TestApp::start_with(&stores, |config| config.redis_url = Some(cluster.addresses())).await;
    let mut whole = Whole::of(app).await;
    let twin = whole.app.twin().await;
    let mut codes = Vec::new();
    for _ in 0..ORDERS {
        codes.push(whole.scene.goods(Group::Medicines, 4).await.1);
    }
    for code in codes.iter().flatten() {
        whole.scene.await_verdict(code, "in-circulation").await;
    }
    let mut market = Market { whole, twin, codes, sold: 0 };
    market.sell().await;
    market.watch(LAG).await;
    let (master, replica) = (cluster.master_of(0).await, 3);

    cluster.kill(master);
    market.sell().await;
    market.watch(Duration::from_secs(4)).await;
    cluster.await_agreement().await;
    assert_eq!(cluster.master_of(0).await, replica, "the replica took over");

    // The old master takes its place again, by way of being a replica, and after more was sold.
    cluster.restart(master).await;
    cluster.await_agreement().await;
    market.sell().await;
    market.watch(LAG).await;
    cluster.promote(master).await;
    market.watch(Duration::from_secs(3)).await;
    let ready = market.whole.app.admin("/readyz").await.expect(200);
    assert_eq!((&ready.json["postgres"], &ready.json["redis"]), (&true.into(), &true.into()));

    market.twin.stop().await;
    market.whole.stop().await;
    drop(cluster);
    stores.private.discard().await.unwrap();
    std::fs::remove_dir_all(stores.folder).unwrap();
}
