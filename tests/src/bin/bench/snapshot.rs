//! Memory of Redis a code: orders of a million codes each, applied and released, written by the worker as always.

use std::time::{Duration, Instant};

use marking::layout::Group;

use crate::report::Report;
use crate::stand::Stand;

const ORDER: u32 = 1_000_000;

pub(crate) async fn measure(stand: &mut Stand, codes: u32, report: &mut Report) {
    eprintln!("Ordering, applying and releasing {codes} codes");
    settle(stand).await;
    let before = used_memory(stand).await;
    let gtin = stand.scene.product(Group::Medicines).await;
    let started = Instant::now();
    let mut left = codes;
    let mut last = None;
    while left > 0 {
        let quantity = left.min(ORDER);
        let order = stand.scene.order(gtin, quantity).await;
        stand.scene.circulate(order, quantity).await;
        last = Some(order);
        left -= quantity;
    }
    report.put("snapshot.released_codes_per_second", f64::from(codes) / started.elapsed().as_secs_f64());
    settle(stand).await;
    report.put("snapshot.settled_seconds", started.elapsed().as_secs_f64());
    let after = used_memory(stand).await;
    #[expect(clippy::cast_precision_loss, reason = "memory of one machine is far below 2^52 bytes")]
    let grown = after.saturating_sub(before) as f64;
    report.put("snapshot.bytes_per_code", grown / f64::from(codes));
    report.put_count("snapshot.codes", codes.into());
    // And it is really there: the last order's last code is known without PostgreSQL.
    if let Some(order) = last {
        let first = stand.scene.codes(order).await.swap_remove(0);
        stand.embedded.kill_postgres();
        tokio::time::sleep(Duration::from_secs(3)).await;
        stand.scene.await_verdict(&first, "in-circulation").await;
        stand.embedded.start_postgres().await.expect("PostgreSQL starts again");
    }
}

/// Waits until no job is left.
async fn settle(stand: &Stand) {
    loop {
        let db = stand.app.db.get().await.expect("PostgreSQL answers");
        let left: i64 = db.query_one("SELECT count(*) FROM job", &[]).await.expect("PostgreSQL counts").get(0);
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What Redis has allocated, without what it keeps for its clients' buffers.
async fn used_memory(stand: &Stand) -> u64 {
    let client = redis::Client::open(stand.embedded.addresses().redis_url.as_str()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let info: String = redis::cmd("INFO").arg("memory").query_async(&mut connection).await.expect("Redis answers");
    let found = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse::<u64>().ok());
        line.unwrap_or(0)
    };
    found("used_memory") - found("mem_clients_normal")
}
