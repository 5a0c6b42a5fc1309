//! The story is told on real servers, and every code on the shelf gives the verdict that it promises.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::PathBuf;

use locales::Language;

use super::{load, page, texts};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db;
use crate::service::Service;
use crate::verify;
use stores::{Durability, Options, PrivateStores};

/// Documents of the story.
const OPERATIONS: i64 = 53;

#[tokio::test]
async fn every_code_of_the_demo_gives_its_verdict_and_its_reason_and_a_second_load_changes_nothing() {
    let folder = PathBuf::from("/tmp").join(format!("tanba-demo-{}", std::process::id()));
    let options = Options { durability: Durability::Tests, ..Options::default() };
    let servers = PrivateStores::start_with(&folder, options).await.unwrap();
    let addresses = servers.addresses();
    let mut config = Config::from(|_| None).unwrap();
    config.database_url = Some(addresses.database_url.clone());
    config.redis_url = Some(addresses.redis_url.clone());
    config.data_dir.clone_from(&folder);
    config.demo = true;
    db::migrate(&db::pool(&addresses.database_url, 2).unwrap()).await.unwrap();
    let service = Service::open(config, Clock::default()).await.unwrap();

    let loaded = service.load_demo().await.unwrap();
    assert_eq!(loaded.codes, 120);
    let sheet = std::fs::read_to_string(&loaded.accounts).unwrap();
    assert_eq!(sheet.lines().count(), 10, "{sheet}");

    let shown = texts::show(&service.verify).await.unwrap();
    assert_eq!(shown.len(), super::shelf::SHELF.len());
    let mut wrong = Vec::new();
    for shown in &shown {
        for text in [&shown.text, &shown.label] {
            let answer = verify::answer(&service.verify, text).await.unwrap();
            let reasons: Vec<&str> = answer.reasons.iter().map(|reason| reason.slug).collect();
            let whole = text == &shown.text;
            if answer.verdict != shown.item.expected || whole && !reasons.contains(&shown.item.reason) {
                wrong.push(format!(
                    "{} {}: {} {reasons:?}",
                    shown.item.slug,
                    if whole { "" } else { "label" },
                    answer.verdict
                ));
            }
        }
        let answer = verify::answer(&service.verify, &shown.text).await.unwrap();
        for language in Language::ALL {
            let page = page::answer(language, shown, &verify::card(&answer, language));
            assert!(page.contains("</main>"), "{}", shown.item.slug);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    assert_eq!(service.load_demo().await.unwrap().codes, 0);
    // A story that was broken off is told to its end, and nothing twice.
    load::load_missing(&service.auth, &service.codes, &service.documents).await.unwrap();
    crate::service::work::settle(&service).await.unwrap();
    assert_eq!(std::fs::read_to_string(&loaded.accounts).unwrap(), sheet);
    let count = "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM code_order)";
    let row = service.base.db.get().await.unwrap().query_one(count, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (OPERATIONS, 9));

    // The clerk's shop has goods that it may sell, and awaits a delivery.
    let shop = "SELECT (SELECT count(*) FROM holder h JOIN participant p ON p.number = h.participant WHERE p.bin = $1),
        (SELECT count(*) FROM document s JOIN participant p ON p.number = s.receiver AND s.kind = 'ship'
         WHERE p.bin = $1 AND s.state = 'awaiting')";
    let row = service.base.db.get().await.unwrap().query_one(shop, &[&"190240005679"]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 1));

    drop(service);
    servers.discard().await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
