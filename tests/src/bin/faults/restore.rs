//! R11 in its long form.

use std::time::Duration;

use stores::Durability;
use tests::faults::Drill;

use crate::none_of;
use crate::report::Report;

pub(crate) async fn measure(units: u32, report: &mut Report) -> bool {
    let drill = Drill::run("drill", Durability::Full, units, Duration::from_secs(20)).await;
    #[expect(clippy::cast_precision_loss, reason = "a backup is far smaller than 2^52 bytes")]
    report.put("restore.base_mebibytes", drill.base.1 as f64 / f64::from(1 << 20));
    report.put("restore.base_seconds", drill.base.0.as_secs_f64());
    report.put("restore.copied_seconds", drill.copied.as_secs_f64());
    report.put("restore.recovered_seconds", drill.recovered.as_secs_f64());
    report.put_count("restore.segments", drill.rebuilt.1 as u64);
    report.put("restore.snapshot_rebuilt_seconds", drill.rebuilt.0.as_secs_f64());
    report.put_count("restore.acknowledged", drill.acknowledged as u64);
    report.put_count("restore.lost_doubled_or_changed", drill.faults.len() as u64);
    report.put_count("restore.wrong_verdicts", drill.wrong.len() as u64);
    none_of("lost, doubled or changed", &drill.faults) & none_of("wrong", &drill.wrong)
}
