//! Codes exported through HTTP against the bare signing loop on one core: what serials, text, CSV and the way to the
//! client cost beside the seals.

use std::time::{Duration, Instant};

use marking::layout::{CodeWriter, Group};
use server::service::Service;
use tests::load::Lines;

use crate::Plan;
use crate::processor::processor_time;
use crate::report::{Report, median};
use crate::stand::Stand;

pub(crate) async fn measure(stand: &mut Stand, plan: &Plan, report: &mut Report) {
    let gtin = stand.scene.product(Group::Shoes).await;
    let order = stand.scene.order(gtin, plan.codes).await;
    let target = format!("/v1/orders/{order}/codes");
    eprintln!("Exporting {} codes in {} rounds", plan.codes, plan.rounds);
    let (mut ratios, mut processor_ratios, mut signed, mut exported) = (vec![], vec![], vec![], vec![]);
    for round in 0..=plan.rounds {
        let app = stand.app.clone();
        let length = plan.length;
        let sign = tokio::task::spawn_blocking(move || sign(&app, length)).await.expect("signing goes well");
        let (address, target) = (stand.address, target.clone());
        let headers = format!("Authorization: Bearer {}\r\n", stand.scene.token().await);
        let export = tokio::task::spawn_blocking(move || {
            let (started, processor) = (Instant::now(), processor_time());
            let lines = Lines::get(address, &target, &headers).and_then(Lines::count).expect("an export");
            (lines - 1, started.elapsed(), processor_time().saturating_sub(processor))
        });
        let (codes, elapsed, processor) = export.await.expect("exporting goes well");
        assert_eq!(codes, u64::from(plan.codes), "every code is exported");
        let export = f64::from(plan.codes) / elapsed.as_secs_f64();
        if round > 0 {
            ratios.push(export / sign);
            processor_ratios.push(f64::from(plan.codes) / processor.as_secs_f64() / sign);
            signed.push(sign);
            exported.push(export);
        }
    }
    report.put("emit.sign_ratio", median(ratios));
    report.put("emit.sign_ratio_of_processor_time", median(processor_ratios));
    report.put("emit.codes_per_second", median(exported));
    report.put("emit.bare_signatures_per_second", median(signed));
}

/// Seals a second on this thread, with the key that seals new orders and over messages such as they have.
fn sign(app: &Service, length: Duration) -> f64 {
    let keys = app.keys.current();
    let signer = keys.active_seal(Group::Shoes, app.base.clock.now()).expect("there is a key");
    let gtin = "04870001234560".parse().expect("a GTIN");
    let writer = CodeWriter::new(Group::Shoes, gtin, signer.id(), None).expect("codes without a price");
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < length {
        for _ in 0..256 {
            let serial = format!("3{count:012}");
            let message = writer.message(&serial).expect("a serial of thirteen characters");
            std::hint::black_box(signer.tail(&message));
            count += 1;
        }
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
