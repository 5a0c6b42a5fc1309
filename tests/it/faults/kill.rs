//! R1 in its short form: the server and its worker, each a process of its own, killed a dozen times while everybody
//! writes. `cargo xtask faults R1` does it two hundred times.

use std::path::Path;

use tests::faults::Storm;
use tests::{TestApp, shared_stores};

/// R1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_of_server_and_worker_lose_and_double_nothing() {
    let app = TestApp::start_on(shared_stores().await).await;
    let seed = u64::from(std::process::id());
    let storm = Storm { kills: 12, calm: (150, 300), scans: None, batch: 10, units: 2_000, alerts: 100, seed };
    let after = storm.blow(&app, Path::new(env!("CARGO_BIN_EXE_tanba-under-test"))).await;
    println!(
        "killed {:?}, told {:?}, ready within {:?}, caught up after {:?}",
        after.kills,
        after.told,
        after.ready.iter().max(),
        after.caught_up
    );
    for kind in ["scan", "report", "sale", "release", "decision"] {
        let acknowledged = after.told.get(kind).map_or(0, |counts| counts[0]);
        assert!(acknowledged > 5, "{acknowledged} acknowledged of {kind}: too few to prove anything");
    }
    assert!(after.faults.is_empty(), "seed {seed}: {:#?}", after.faults);
    assert!(after.wrong.is_empty(), "seed {seed}: {:#?}", after.wrong);
}
