//! Orders, documents, shipments and packs, through HTTP.

mod crowd;
mod documents;
mod groups;
mod orders;
mod packs;
mod quotas;
mod releases;
mod shipments;

use chrono::{Duration, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::{self, NewAccount, Role, totp_code};
use server::platform::audit::{Actor, Who};
use tests::{Answer, Stores, TestApp, shared_stores};
use uuid::Uuid;

const PASSWORD: &str = "harness-of-nine-horses";
pub(super) const PRODUCER: &str = "990140000384";
pub(super) const SHOP: &str = "904000500001";

/// A service with an operator, a producer who imports too, and a shop; each of the last two with people of its own.
pub(super) struct Trade {
    pub(super) app: TestApp,
    pub(super) operator: String,
    pub(super) producer: String,
    pub(super) shop: String,
}

impl Trade {
    pub(super) async fn open() -> Self {
        Self::open_on(shared_stores().await).await
    }

    /// The same on stores that a test may break.
    pub(super) async fn open_on(stores: &Stores) -> Self {
        let app = TestApp::start_on(stores).await;
        let operator = sign_in(&app, "operator", Role::Operator, None).await;
        let mut trade = Self { app, operator, producer: String::new(), shop: String::new() };
        trade.producer = trade.participant(PRODUCER, &["producer", "importer"]).await;
        trade.shop = trade.participant(SHOP, &["retailer"]).await;
        trade
    }

    /// Registers a participant and signs one of its people in.
    async fn participant(&self, bin: &str, roles: &[&str]) -> String {
        let name = json!({ "kk": "Қатысушы", "ru": "Участник", "en": "Participant" });
        let prefixes = if bin == PRODUCER { ["4870000", "4870001"] } else { ["5900001", "5900002"] };
        let new = json!({ "bin": bin, "name": name, "roles": roles, "gs1_prefixes": prefixes });
        self.post(&self.operator, "/v1/participants", &new).await.expect(201);
        let db = self.app.app.base.db.get().await.unwrap();
        let row = db.query_one("SELECT number FROM participant WHERE bin = $1", &[&bin]).await.unwrap();
        sign_in(&self.app, bin, Role::Participant, Some(row.get(0))).await
    }

    /// Registers goods of the producer and publishes them.
    pub(super) async fn product(&self, gtin: &str, group: &str, hs_code: &str, attributes: Value) -> String {
        self.product_of("KZ", gtin, group, hs_code, attributes).await
    }

    /// The same, made in another country.
    pub(super) async fn product_of(
        &self,
        country: &str,
        gtin: &str,
        group: &str,
        hs_code: &str,
        attributes: Value,
    ) -> String {
        let new = json!({
            "gtin": gtin, "group": group, "manufacturer": "«Алатау» ЖШС", "country": country, "hs_code": hs_code,
            "trade_name": { "kk": "Тауар", "ru": "Товар", "en": "Goods" }, "attributes": attributes,
        });
        self.post(&self.producer, "/v1/products", &new).await.expect(201);
        let path = format!("/v1/products/{gtin}/publish");
        self.post(&self.operator, &path, &json!({})).await.expect(200);
        gtin.to_owned()
    }

    /// Published water of the producer.
    pub(super) async fn water(&self) -> String {
        let attributes = json!({ "brand": "Алатау", "kind": "mineral", "volume": 0.5, "carbonated": true });
        self.product("04870001234560", "water", "2201101900", attributes).await
    }

    /// Published shoes of the producer, whose seals a phone can check.
    pub(super) async fn shoes(&self) -> String {
        let attributes = json!({
            "brand": "Алатау", "kind": "boots", "size": 42, "colour": "black", "upper_material": "leather",
            "lining_material": "fur", "sole_material": "rubber",
        });
        self.product("04870001234577", "shoes", "6403911600", attributes).await
    }

    /// Orders codes for goods of the producer; returns the order's id.
    pub(super) async fn order(&self, gtin: &str, quantity: u32) -> Uuid {
        let id = Uuid::new_v4();
        let new = json!({ "id": id, "gtin": gtin, "quantity": quantity });
        self.place(&new).await;
        id
    }

    /// Places an order of the producer; an operator approves it if it needs that.
    pub(super) async fn place(&self, new: &Value) {
        let placed = self.post(&self.producer, "/v1/orders", new).await.expect(201);
        if placed.json["state"] == "awaiting-approval" {
            let path = format!("/v1/orders/{}/approve", placed.json["id"].as_str().unwrap());
            self.post(&self.operator, &path, &json!({})).await.expect(200);
        }
    }

    /// An order of water whose units are all in circulation.
    pub(super) async fn goods(&self, quantity: u32) -> Uuid {
        let gtin = self.water().await;
        let order = self.order(&gtin, quantity).await;
        let units = range(order, 0, quantity - 1);
        self.file(&self.producer, "/v1/applications", &units, json!({})).await.expect(201);
        self.file(&self.producer, "/v1/releases", &units, json!({ "produced_on": "2026-01-10" })).await.expect(201);
        order
    }

    /// Files a document with an id of its own.
    pub(super) async fn file(&self, token: &str, path: &str, units: &Value, mut details: Value) -> Answer {
        details["id"] = json!(Uuid::new_v4());
        details["units"] = units.clone();
        self.post(token, path, &details).await
    }

    /// Sends a document under a key of its own.
    pub(super) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_under(&Uuid::new_v4().to_string(), token, path, body).await
    }

    /// Sends a document under a key.
    pub(super) async fn post_under(&self, key: &str, token: &str, path: &str, body: &Value) -> Answer {
        let request = self.app.request(Method::POST, path).bearer_auth(token).header("Idempotency-Key", key);
        self.app.send(request.json(body)).await
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Answer {
        self.app.send(self.app.request(Method::GET, path).bearer_auth(token)).await
    }

    /// How many units of an order have each status.
    pub(super) async fn units(&self, order: Uuid) -> Value {
        self.get(&self.producer, &format!("/v1/orders/{order}")).await.expect(200).json["units"].clone()
    }

    /// The codes of an order, by index.
    pub(super) async fn codes(&self, order: Uuid) -> Vec<String> {
        let answer = self.get(&self.producer, &format!("/v1/orders/{order}/codes")).await.expect(200);
        let text = String::from_utf8(answer.bytes).unwrap();
        let cell = |line: &str| line.split("\";\"").next().unwrap().split_once(";\"").unwrap().1.to_owned();
        text.lines().skip(1).map(cell).collect()
    }

    /// Rows of a query that counts.
    pub(super) async fn count(&self, sql: &str) -> i64 {
        self.app.app.base.db.get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
    }
}

async fn sign_in(app: &TestApp, login: &str, role: Role, participant: Option<i32>) -> String {
    let actor = Actor { who: Who::Cli, address: None };
    let new =
        NewAccount { login: login.to_owned(), password: PASSWORD.to_owned().into(), role, participant, region: None };
    let (_, factor) = auth::add_account(&app.app.auth, actor, new).await.unwrap();
    let totp = totp_code(factor.secret.as_slice(), app.app.base.clock.now() - TimeDelta::seconds(15));
    let body = json!({ "login": login, "password": PASSWORD, "totp": totp });
    let answer = app.post("/v1/auth/sign-in", &body).await.expect(200);
    answer.json["access_token"].as_str().unwrap().to_owned()
}

/// Neighbouring units of an order, as documents name them.
pub(super) fn range(order: Uuid, first: u32, last: u32) -> Value {
    json!({ "ranges": [{ "order": order, "first": first, "last": last }] })
}

/// A date so many days from today, as documents write it.
pub(super) fn day(trade: &Trade, days: i64) -> String {
    (trade.app.app.base.clock.today() + Duration::days(days)).to_string()
}
