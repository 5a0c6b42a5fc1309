//! From scans to an inspector's decision: judging, alerts, hot spots, the stream and what another system is told.

mod inspecting;
mod judging;
mod networks;
mod telling;

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use server::service::work;
use tests::{Answer, TestApp};
use uuid::Uuid;

use crate::people::People;

pub(crate) const ALMATY: (f64, f64) = (43.2389, 76.8897);
const ASTANA: (f64, f64) = (51.1282, 71.4306);
const AKTAU: (f64, f64) = (43.6500, 51.1700);

/// Two regions, as simple as can be: the south-east with Almaty, the north with Astana; Aktau lies in neither.
const REGIONS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"KATO":"750000000","ADM1_EN":"South-east"},"geometry":{"type":"Polygon",
        "coordinates":[[[70,40],[82,40],[82,46],[70,46],[70,40]]]}},
    {"type":"Feature","properties":{"KATO":"710000000","ADM1_EN":"North"},"geometry":{"type":"MultiPolygon",
        "coordinates":[[[[60,48],[82,48],[82,56],[60,56],[60,48]]]]}}]}"#;

/// A scan of a code by somebody, somewhere, some days ago.
pub(crate) fn scan(
    now: DateTime<Utc>,
    code: &str,
    device: u128,
    days_ago: i64,
    (latitude, longitude): (f64, f64),
) -> Value {
    json!({
        "id": Uuid::new_v4(), "code": code, "taken_at": now - TimeDelta::days(days_ago), "consent": "exact",
        "place": { "latitude": latitude, "longitude": longitude, "accuracy_metres": 30.0 },
        "device": Uuid::from_u128(device), "verdict": "in-circulation", "source": "camera",
    })
}

/// Scans of one code that only copies explain: ten devices in three towns over weeks, the last of them in Almaty.
fn copies(now: DateTime<Utc>, code: &str) -> Vec<Value> {
    let towns = [ALMATY, ASTANA, AKTAU];
    (0..10_u8)
        .map(|number| {
            scan(now, code, u128::from(number) + 1, 27 - 3 * i64::from(number), towns[usize::from(number % 3)])
        })
        .collect()
}

pub(crate) async fn import(app: &TestApp) {
    let regions = server::regions::read(REGIONS).unwrap();
    assert_eq!(app.app.regions.import(&app.app.base, &regions).await.unwrap(), 2);
}

/// Sends scans, each from a network of its own: people who have nothing to do with each other.
pub(crate) async fn send(app: &TestApp, scans: &[Value]) {
    static SENT: AtomicU32 = AtomicU32::new(0);
    for scan in scans {
        let number = SENT.fetch_add(1, Ordering::Relaxed);
        let address = format!("{}.{}.7.9", 128 + number % 60, number / 60 % 250);
        send_from(app, &address, std::slice::from_ref(scan)).await;
    }
}

/// Sends scans in one request from an address.
pub(crate) async fn send_from(app: &TestApp, address: &str, scans: &[Value]) {
    let request = app.request(Method::POST, "/v1/scans").header("X-Forwarded-For", address);
    app.send(request.json(&json!({ "items": scans }))).await.expect(201);
}

/// Lets the worker do what is due; nothing fails.
async fn settle(app: &TestApp) {
    assert_eq!(work::settle(&app.app).await.unwrap().failed, 0);
}

/// A register with regions, goods in circulation and an alert about the first of them.
pub(crate) struct Case {
    pub(crate) people: People,
    pub(crate) codes: Vec<String>,
    pub(crate) id: String,
}

impl Case {
    pub(crate) async fn open() -> Self {
        let people = People::gather().await;
        let app = people.app();
        import(app).await;
        let order = people.trade.goods(5).await;
        let codes = people.trade.codes(order).await;
        send(app, &copies(app.app.base.clock.now(), &codes[0])).await;
        settle(app).await;
        let listed = people.get(Some("inspector"), "/v1/alerts").await.expect(200);
        assert_eq!(listed.json["items"].as_array().unwrap().len(), 1, "{}", listed.json);
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        Self { people, codes, id }
    }

    fn path(&self, step: &str) -> String {
        format!("/v1/alerts/{}{step}", self.id)
    }

    async fn post(&self, who: &str, step: &str, body: &Value) -> Answer {
        self.people.post(Some(who), &self.path(step), body).await
    }
}
