//! The list of seal keys on its way to phones, and the drill: how long a revoked key is believed, online and offline.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use marking::ed25519::SecretSealKey;
use mobile_core::key_list::{KeyListRefused, KeyRing, Taken};
use mobile_core::offline::{self, OfflineReason, OfflineVerdict};
use mobile_core::products::Products;
use reqwest::Method;
use serde_json::json;
use server::platform::audit::{Actor, Who};
use tests::TestApp;

use crate::codes::Trade;

const CLI: Actor = Actor { who: Who::Cli, address: None };

fn root() -> SecretSealKey {
    SecretSealKey::from_seed(&[7; 32])
}

/// What a phone fetches, as bytes.
async fn fetched(app: &TestApp) -> Vec<u8> {
    let answer = app.get("/v1/keys").await.expect(200);
    assert_eq!(answer.headers["cache-control"], "public, max-age=60");
    answer.bytes
}

fn judged(phone: &KeyRing, code: &str, now: DateTime<Utc>) -> (OfflineVerdict, OfflineReason) {
    let answer = offline::judge(phone, &Products::default(), code, now);
    (answer.verdict, answer.reasons[0])
}

/// The drill of a revocation: online no process believes the key for longer than ten seconds, and a phone that was
/// online within six hours no longer than those; without any connection a key is believed for a day at most.
#[tokio::test]
async fn a_revoked_key_is_refused_online_and_offline_in_time() {
    let trade = Trade::open().await;
    let app = &trade.app;
    let twin = app.twin().await;
    let gtin = trade.shoes().await;
    let order = trade.order(&gtin, 1).await;
    // Cells of the export double their quotes, of which a code of shoes has none.
    let code = trade.codes(order).await.remove(0);
    let ask = |app: &TestApp| app.request(Method::POST, "/v1/verify").json(&json!({ "code": code }));
    let verdict = async |app: &TestApp| tests::Answer::of(ask(app).send().await.unwrap()).await.expect(200).json;

    assert_eq!(app.app.keys.sign_list(&root(), CLI).await.unwrap(), Some(1));
    let mut phone = KeyRing::new(root().public_bytes()).unwrap();
    let now = app.app.base.clock.now();
    phone.take_served(&fetched(app).await, now).unwrap();
    assert_eq!(judged(&phone, &code, now), (OfflineVerdict::Issued, OfflineReason::SealHolds));
    assert_eq!(verdict(&twin).await["verdict"], "not-released");

    let key = trade.get(&trade.producer, &format!("/v1/orders/{order}")).await.json["order"]["key"].clone();
    let revoked = Instant::now();
    app.app.keys.revoke(key.as_str().unwrap(), CLI).await.unwrap();
    // The process that did it, at once; any other when it next looks.
    let refused = verdict(app).await;
    assert_eq!((&refused["verdict"], &refused["reasons"][0]["slug"]), (&json!("unknown"), &json!("key-revoked")));
    let (here, mut there) = (revoked.elapsed(), None);
    while there.is_none() && revoked.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        there = (verdict(&twin).await["verdict"] == "unknown").then(|| revoked.elapsed());
    }
    let there = there.expect("the other process refuses the key within half a minute");

    // A phone that was away all the while: a day, and no longer.
    assert_eq!(judged(&phone, &code, now + TimeDelta::hours(24)).0, OfflineVerdict::Issued);
    let late = judged(&phone, &code, now + TimeDelta::hours(24) + TimeDelta::seconds(1));
    assert_eq!(late, (OfflineVerdict::UnknownOffline, OfflineReason::ListTooOld));
    // One that asks when it should: as soon as the operator has signed.
    assert!(!app.app.keys.list_is_current());
    assert_eq!(app.app.keys.sign_list(&root(), CLI).await.unwrap(), Some(2));
    assert!(phone.is_due(now + TimeDelta::hours(6)));
    assert_eq!(phone.take_served(&fetched(app).await, app.app.base.clock.now()), Ok(Taken::New));
    let signed = revoked.elapsed();
    assert_eq!(judged(&phone, &code, now), (OfflineVerdict::UnknownOffline, OfflineReason::KeyRevoked));
    println!("refused by the process itself after {here:?}, by another after {there:?}, by a phone after {signed:?}");
}

/// Lists only go forward, on the server as on phones, and under one root.
#[tokio::test]
async fn a_list_is_published_once_forward_and_under_one_root() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/v1/keys").await.expect(404).slug(), "no-key-list");
    let keys = &app.app.keys;
    let first = keys.next_list().await.unwrap();
    let public = root().public_bytes();
    let other = SecretSealKey::from_seed(&[8; 32]);
    assert!(keys.publish(first.sign(&other), public, CLI).await.is_err(), "not signed by the root that was named");
    assert_eq!(keys.publish(first.sign(&root()), public, CLI).await.unwrap(), 1);
    let again = keys.publish(first.sign(&root()), public, CLI).await.unwrap_err();
    assert_eq!(again.slug(), "key-list-refused", "a version serves once");
    let second = keys.next_list().await.unwrap();
    let stranger = keys.publish(second.sign(&other), other.public_bytes(), CLI).await.unwrap_err();
    assert_eq!(stranger.slug(), "key-list-refused", "the root stays");
    assert_eq!(keys.sign_list(&root(), CLI).await.unwrap(), None, "there is nothing new to say");

    let served = app.get("/v1/keys").await.expect(200);
    assert_eq!(served.json["root"], public.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")));
    let mut phone = KeyRing::new(public).unwrap();
    let now = app.app.base.clock.now();
    assert_eq!(phone.take_served(&served.bytes, now), Ok(Taken::New));
    let mut stranger = KeyRing::new(other.public_bytes()).unwrap();
    assert_eq!(stranger.take_served(&served.bytes, now), Err(KeyListRefused::WrongSignature));
    assert!(!String::from_utf8_lossy(&served.bytes).contains("secret"));
}

/// A demonstration has a list from the start, and one that is up to date after a rotation.
#[tokio::test]
async fn a_demonstration_signs_its_own_lists() {
    let app = TestApp::start_with(tests::shared_stores().await, |config| config.demo = true).await;
    let first = app.get("/v1/keys").await.expect(200).json;
    assert!(app.app.keys.list_is_current());
    let twin = app.twin().await;
    assert_eq!(twin.get("/v1/keys").await.expect(200).json, first, "one root and one list for all processes");
}
