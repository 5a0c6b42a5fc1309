//! Goods, people and alerts to write about while something breaks.

use std::io::Cursor;

use chrono::Utc;
use marking::layout::Group;
use reqwest::Method;
use serde_json::{Value, json};
use server::service::work;
use uuid::Uuid;

use super::sender::Tokens;
use crate::{Person, Scene, TestApp, range};

/// Where alerts arise.
const ALMATY: (f64, f64) = (43.2389, 76.8897);

/// What there is to write about.
pub(super) struct Crowd {
    pub(super) scene: Scene,
    inspector: Person,
    /// Codes in circulation, by index: scanned and sold.
    pub(super) codes: Vec<String>,
    /// An order whose units are to be released, and its codes.
    pub(super) order: Uuid,
    pub(super) unreleased: Vec<String>,
    /// Alerts to be decided on.
    pub(super) alerts: Vec<Uuid>,
    pub(super) photo: Vec<u8>,
}

impl Crowd {
    /// Makes so many units to be sold, as many to be released, and so many alerts.
    pub(super) async fn gather(app: &TestApp, units: u32, alerts: u32) -> (Self, Tokens) {
        let mut scene = Scene::open(&app.app, &app.url("")).await;
        let inspector = scene.hire_inspector(&app.app, "750000000").await;
        let (_, codes) = scene.goods(Group::Medicines, units).await;
        let gtin = scene.product(Group::Medicines).await;
        let order = scene.order(gtin, units).await;
        let all = range(order, 0, units - 1);
        scene.post("/v1/applications", &json!({ "id": Uuid::new_v4(), "units": all })).await.expect(201);
        let unreleased = scene.codes(order).await;
        let alerts = raise_alerts(app, &mut scene, alerts).await;
        let mut crowd = Self { scene, inspector, codes, order, unreleased, alerts, photo: photo() };
        let tokens = crowd.tokens().await;
        (crowd, tokens)
    }

    /// Tokens that live for two minutes more at least.
    pub(super) async fn tokens(&mut self) -> Tokens {
        let inspector = self.inspector.token(&self.scene.client, &self.scene.base).await;
        Tokens { producer: self.scene.token().await, inspector }
    }
}

/// Lets two devices scan each of some units that nobody has released yet. Returns the alerts that arise.
async fn raise_alerts(app: &TestApp, scene: &mut Scene, count: u32) -> Vec<Uuid> {
    let gtin = scene.product(Group::Medicines).await;
    let order = scene.order(gtin, count).await;
    let codes = scene.codes(order).await;
    let now = Utc::now();
    for (codes, at) in codes.chunks(10).zip(0_u32..) {
        // Each fifty in another town, so that they are no case of their own together.
        let place =
            json!({ "latitude": ALMATY.0 + f64::from(at / 5) / 10.0, "longitude": ALMATY.1, "accuracy_metres": 30.0 });
        let seen = |code: &String, device: u128| {
            json!({
                "id": Uuid::new_v4(), "code": code, "taken_at": now, "consent": "exact", "place": place,
                "device": Uuid::from_u128(device), "verdict": "not-released", "source": "camera",
            })
        };
        // Two networks are two witnesses, and no network may raise many alerts in an hour.
        for device in [1, 2] {
            let items: Vec<Value> = codes.iter().map(|code| seen(code, device)).collect();
            let request = app.request(Method::POST, "/v1/scans");
            let request = request.header("X-Forwarded-For", format!("6{device}.{}.0.9", at % 250));
            app.send(request.json(&json!({ "items": items }))).await.expect(201);
        }
    }
    work::settle(&app.app).await.expect("scans are judged");
    let db = app.app.base.db.get().await.expect("PostgreSQL answers");
    let rows = db.query("SELECT id FROM alert WHERE state = 'new'", &[]).await.expect("alerts are listed");
    rows.iter().map(|row| row.get(0)).collect()
}

/// A photo as a phone takes it, only smaller.
fn photo() -> Vec<u8> {
    let shade = |at: u32| u8::try_from(at % 256).unwrap_or(0);
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([shade(x * 3), shade(y * 5), 90]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture is written");
    bytes.into_inner()
}
