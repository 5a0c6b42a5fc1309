//! R11 in its short form: a machine lost under load, a register that rises from base backup and log in an empty
//! directory. `cargo xtask faults R11` does it with more in it, and tells how long it takes.

use std::time::Duration;

use stores::Durability;
use tests::faults::Drill;

/// R11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_machine_rises_from_base_backup_and_log_with_all_that_was_acknowledged() {
    let drill = Drill::run("drill", Durability::Tests, 1_000, Duration::from_secs(2)).await;
    println!("{drill:?}");
    assert!(drill.acknowledged > 10, "{} acknowledged: too few to prove anything", drill.acknowledged);
    assert!(drill.faults.is_empty(), "{:#?}", drill.faults);
    assert!(drill.wrong.is_empty(), "{:#?}", drill.wrong);
}
