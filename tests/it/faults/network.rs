//! R4: the way to a store is cut, falls silent, trickles, is slow. Nobody is told anything wrong, nothing is doubled, and
//! ten seconds after the way is mended everything is as before.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::Utc;
use marking::layout::Group;
use serde_json::Value;
use tests::faults::{Fate, Ledger, Proxy, Way, scan, scan_content, stored_scans};
use tests::{Stores, TestApp};
use uuid::Uuid;

use super::{Whole, send_scans};

/// How long each fault lasts.
const SPOILT: Duration = Duration::from_secs(4);
/// How long after it everything must be as before.
const MENDED: Duration = Duration::from_secs(10);

/// A clerk's phone that goes on sending what was not acknowledged.
struct Phone {
    ledger: Ledger,
    codes: Vec<String>,
    number: u32,
    /// What has no answer yet, to be sent again as it was.
    waiting: Vec<(Uuid, String, Value)>,
}

impl Phone {
    /// Sends one scan more, with whatever waits. Tells whether that was acknowledged.
    async fn send(&mut self, whole: &Whole) -> bool {
        self.number += 1;
        let (id, index) = (Uuid::new_v4(), self.number as usize % self.codes.len());
        let latitude = 50.0 + f64::from(self.number) / 10_000.0;
        let content = scan_content(true, i32::try_from(index).unwrap(), "in-circulation", latitude);
        self.waiting.push((id, content, scan(id, &self.codes[index], Utc::now(), latitude)));
        let batch = &self.waiting[..self.waiting.len().min(100)];
        let answer = send_scans(&whole.scene, &self.ledger, batch).await;
        let acknowledged = Fate::of(answer.map(|answer| answer.status)) == Fate::Ack;
        if acknowledged {
            self.waiting.drain(..self.waiting.len().min(100));
        }
        acknowledged
    }
}

/// Asks about a unit that was sold and one that was not. Tells whether both were answered; ends the test when either
/// is told anything wrong.
async fn ask(whole: &Whole, phone: &Phone) -> bool {
    let mut answered = true;
    for (code, verdict) in [(&phone.codes[0], "sold"), (&phone.codes[1], "in-circulation")] {
        let answer = whole.scene.verify(code).await;
        match answer.status {
            200 => assert_eq!(answer.json["verdict"], verdict),
            503 => answered = false,
            other => panic!("{other} {}", String::from_utf8_lossy(&answer.bytes)),
        }
    }
    answered
}

/// R4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoilt_way_to_a_store_doubles_nothing_and_is_soon_forgotten() {
    let stores = Stores::start("network").await;
    let (database_url, redis_url) = (stores.database_url("postgres"), stores.redis_url());
    let folder = database_url.split_once("host=").unwrap().1.split('&').next().unwrap();
    let postgres = Proxy::open(&PathBuf::from(folder).join(".s.PGSQL.5432")).await.unwrap();
    let socket = redis_url.strip_prefix("redis+unix://").unwrap().split('?').next().unwrap();
    let redis = Proxy::open(socket.as_ref()).await.unwrap();
    let app = TestApp::start_with(&stores, |config| {
        let database = config.redis_prefix.trim_end_matches(':').to_owned();
        config.database_url = Some(format!("postgres://tanba@{}/{database}", postgres.address()));
        config.redis_url = Some(format!("redis://{}", redis.address()));
    });
    let mut whole = Whole::of(app.await).await;
    let (_, codes) = whole.scene.goods(Group::Medicines, 8).await;
    whole.scene.sell(&codes[0]).await.expect(201);
    whole.scene.await_verdict(&codes[0], "sold").await;
    whole.scene.await_verdict(&codes[1], "in-circulation").await;
    std::fs::create_dir_all(&whole.app.app.base.config.data_dir).unwrap();
    let ledger = Ledger::open(&whole.app.app.base.config.data_dir.join("ledger")).unwrap();
    let mut phone = Phone { ledger, codes, number: 0, waiting: Vec::new() };
    assert!(phone.send(&whole).await);

    let ways = [Way::Cut, Way::Silent, Way::Trickle, Way::Late(Duration::from_millis(300))];
    for (name, proxy) in [("PostgreSQL", &postgres), ("Redis", &redis)] {
        for way in ways {
            proxy.set(way);
            let (spoilt, mut asked, mut answered, mut sent) = (Instant::now(), 0, 0, 0);
            while spoilt.elapsed() < SPOILT {
                asked += 1;
                answered += u32::from(ask(&whole, &phone).await);
                sent += u32::from(phone.send(&whole).await);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            proxy.set(Way::Open);
            let mended = Instant::now();
            // Three times in a row, so that no single good connection passes for all of them.
            let mut good = 0;
            while good < 3 {
                let as_before = ask(&whole, &phone).await && phone.send(&whole).await;
                good = if as_before { good + 1 } else { 0 };
                assert!(mended.elapsed() < MENDED, "{name} {way:?}: not as before");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let took = mended.elapsed();
            println!(
                "{name} {way:?}: {answered} of {asked} questions answered, {sent} scans taken; mended in {took:?}"
            );
            assert!(answered > 0, "{name} {way:?}: one store is enough to answer");
        }
    }
    while !phone.waiting.is_empty() {
        assert!(phone.send(&whole).await);
    }
    let faults = phone.ledger.faults(&stored_scans(&whole.app.app).await).unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
    whole.stop().await;
}
