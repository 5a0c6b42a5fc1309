//! R1 in its long form.

use stores::Durability;
use tests::faults::Storm;
use tests::{Stores, TestApp};

use crate::none_of;
use crate::report::Report;

pub(crate) async fn measure(kills: usize, scans: usize, seed: u64, report: &mut Report) -> bool {
    let stores = Stores::start_as("kill", Durability::Full).await;
    let app = TestApp::start_on(&stores).await;
    let storm = Storm { kills, calm: (150, 450), scans: Some(scans), batch: 100, units: 30_000, alerts: 6_000, seed };
    let program = std::env::current_exe().expect("this program has a path");
    let after = storm.blow(&app, &program).await;
    app.stop().await;
    let folder = stores.folder.clone();
    stores.private.stop().await;
    let _ = std::fs::remove_dir_all(folder);

    let all = |at: usize| after.told.values().map(|counts| counts[at]).sum();
    report.put_count("kill.kills", kills as u64);
    for (name, count) in ["kill.of_server", "kill.of_worker", "kill.of_both"].into_iter().zip(after.kills) {
        report.put_count(name, count as u64);
    }
    report.put_count("kill.acknowledged", all(0));
    report.put_count("kill.refused", all(1));
    report.put_count("kill.unknown", all(2));
    for (kind, counts) in &after.told {
        report.put_count(&format!("kill.acknowledged_{kind}"), counts[0]);
    }
    report.put_count("kill.lost_doubled_or_changed", after.faults.len() as u64);
    report.put_count("kill.wrong_consequences", after.wrong.len() as u64);
    let mut ready: Vec<f64> = after.ready.iter().map(std::time::Duration::as_secs_f64).collect();
    ready.sort_by(f64::total_cmp);
    report.put("kill.ready_p50_seconds", ready[ready.len() / 2]);
    report.put("kill.ready_most_seconds", ready[ready.len() - 1]);
    report.put("kill.caught_up_seconds", after.caught_up.as_secs_f64());
    none_of("lost, doubled or changed", &after.faults) & none_of("wrong", &after.wrong)
}
