//! A register with people and goods in it: an operator, a producer who also sells, goods, codes in circulation. All of
//! it is made through HTTP, as its users would; only accounts come from the command line's side.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use marking::gtin::Gtin;
use marking::layout::Group;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use server::auth::{self, NewAccount, Role, totp_code};
use server::platform::audit::{Actor, Who};
use server::service::Service;
use uuid::Uuid;

use crate::Answer;
use crate::load::encoded;

const PASSWORD: &str = "harness-of-nine-horses";
const BIN: &str = "990140000384";
/// An access token lives ten minutes; it is changed for the next one a little earlier.
const TOKEN_LIFE: Duration = Duration::from_mins(8);

/// A service, the people who work with it, and what they do.
pub struct Scene {
    /// A client for every request.
    pub client: Client,
    /// Where the service is: `http://127.0.0.1:8080`.
    pub base: String,
    operator: Person,
    producer: Person,
    next_product: u64,
}

/// Somebody who is signed in.
pub struct Person {
    access: String,
    refresh: String,
    since: Instant,
}

impl Scene {
    /// Makes the accounts and the participant. `app` is any process of the service at `base`.
    pub async fn open(app: &Service, base: &str) -> Self {
        let client = Client::builder().timeout(Duration::from_mins(2)).build().expect("a client");
        let operator = Person::add(app, &client, base, "operator", Role::Operator, None, None).await;
        let new = json!({
            "bin": BIN,
            "name": { "kk": "«Алатау» ЖШС", "ru": "ТОО «Алатау»", "en": "Alatau LLP" },
            "roles": ["producer", "retailer"],
            "gs1_prefixes": ["4870", "0487"],
        });
        let request = client.post(format!("{base}/v1/participants")).bearer_auth(&operator.access);
        send(request, &new).await.expect(201);
        // Benchmarks order more than anybody would.
        let most = 1_000_000_000;
        let quota = json!({ "codes_a_day": most, "not_applied": most, "orders_a_day": most });
        let request = client.post(format!("{base}/v1/participants/{BIN}/quotas")).bearer_auth(&operator.access);
        send(request, &quota).await.expect(200);
        let db = app.base.db.get().await.expect("PostgreSQL answers");
        let row = db.query_one("SELECT number FROM participant WHERE bin = $1", &[&BIN]).await;
        let number = row.expect("the participant stands").get(0);
        let producer = Person::add(app, &client, base, "producer", Role::Participant, Some(number), None).await;
        Self { client, base: base.to_owned(), operator, producer, next_product: 1 }
    }

    /// Makes an account for an inspector of a region, and signs in with it.
    pub async fn hire_inspector(&self, app: &Service, region: &str) -> Person {
        Person::add(app, &self.client, &self.base, "inspector", Role::Inspector, None, Some(region)).await
    }

    /// The producer's access token, which lives for two more minutes at least.
    pub async fn token(&mut self) -> String {
        self.producer.token(&self.client, &self.base).await
    }

    /// Begins a request of the producer.
    pub async fn request(&mut self, method: Method, path: &str) -> RequestBuilder {
        let token = self.token().await;
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token)
    }

    /// Sends a document of the producer, under a key of its own.
    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).await;
        send(request, body).await
    }

    /// Registers goods of a group and publishes them.
    pub async fn product(&mut self, group: Group) -> Gtin {
        let gtin = gtin(self.next_product);
        self.next_product += 1;
        let (hs_code, attributes) = card(group);
        let new = json!({
            "gtin": gtin.to_string(), "group": group.slug(), "manufacturer": "«Алатау» ЖШС, Алматы", "country": "KZ",
            "hs_code": hs_code, "attributes": attributes,
            "trade_name": { "kk": "Алатау бұлағы", "ru": "Родник Алатау", "en": "Alatau spring" },
        });
        self.post("/v1/products", &new).await.expect(201);
        let token = self.operator.token(&self.client, &self.base).await;
        let publish = self.client.post(format!("{}/v1/products/{gtin}/publish", self.base)).bearer_auth(token);
        let answer = send(publish, &json!({})).await;
        assert!((200..300).contains(&answer.status), "{}", String::from_utf8_lossy(&answer.bytes));
        gtin
    }

    /// Orders codes. Returns the order's id.
    pub async fn order(&mut self, gtin: Gtin, quantity: u32) -> Uuid {
        let id = Uuid::new_v4();
        let new = json!({ "id": id, "gtin": gtin.to_string(), "quantity": quantity });
        let placed = self.post("/v1/orders", &new).await.expect(201);
        if placed.json["state"] == "awaiting-approval" {
            let token = self.operator.token(&self.client, &self.base).await;
            let approve = self.client.post(format!("{}/v1/orders/{id}/approve", self.base)).bearer_auth(token);
            send(approve, &json!({})).await.expect(200);
        }
        id
    }

    /// The codes of an order, by index.
    pub async fn codes(&mut self, order: Uuid) -> Vec<String> {
        self.export(&format!("/v1/orders/{order}/codes")).await
    }

    /// Some neighbouring codes of an order, by index; both ends are among them.
    pub async fn codes_between(&mut self, order: Uuid, first: u32, last: u32) -> Vec<String> {
        self.export(&format!("/v1/orders/{order}/codes?from={first}&to={last}")).await
    }

    async fn export(&mut self, path: &str) -> Vec<String> {
        let request = self.request(Method::GET, path).await;
        let answer = Answer::of(request.send().await.expect("the service answers")).await.expect(200);
        let text = String::from_utf8(answer.bytes).expect("CSV is UTF-8");
        text.lines().skip(1).map(code_of_line).collect()
    }

    /// Applies and releases the first so many codes of an order.
    pub async fn circulate(&mut self, order: Uuid, quantity: u32) {
        let units = range(order, 0, quantity - 1);
        self.post("/v1/applications", &json!({ "id": Uuid::new_v4(), "units": units })).await.expect(201);
        let release = json!({
            "id": Uuid::new_v4(), "units": units, "produced_on": "2026-01-10", "expires_on": "2099-01-10",
        });
        self.post("/v1/releases", &release).await.expect(201);
    }

    /// Goods of a group with codes in circulation, ready to be asked about.
    pub async fn goods(&mut self, group: Group, quantity: u32) -> (Uuid, Vec<String>) {
        let gtin = self.product(group).await;
        let order = self.order(gtin, quantity).await;
        self.circulate(order, quantity).await;
        let codes = self.codes(order).await;
        (order, codes)
    }

    /// Sells one unit.
    pub async fn sell(&mut self, code: &str) -> Answer {
        self.post("/v1/sales", &json!({ "id": Uuid::new_v4(), "units": { "codes": [code] } })).await
    }

    /// Sells one unit. Tells whether that was acknowledged; a unit that was not is not asked for again.
    pub async fn try_sell(&mut self, code: &str) -> bool {
        let body = json!({ "id": Uuid::new_v4(), "units": { "codes": [code] } });
        let request = self.request(Method::POST, "/v1/sales").await.json(&body).timeout(Duration::from_secs(5));
        request
            .header("Idempotency-Key", Uuid::new_v4().to_string())
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 201)
    }

    /// The verdict on a code, if the question is answered.
    pub async fn try_verdict(&self, code: &str) -> Option<String> {
        let request = self.client.get(format!("{}/v1/verify?code={}", self.base, encoded(code)));
        let answer: Value = request.timeout(Duration::from_secs(5)).send().await.ok()?.json().await.ok()?;
        answer["verdict"].as_str().map(str::to_owned)
    }

    /// What anybody is told about a code.
    pub async fn verify(&self, code: &str) -> Answer {
        let request = self.client.get(format!("{}/v1/verify?code={}", self.base, encoded(code)));
        Answer::of(request.send().await.expect("the service answers")).await
    }

    /// The verdict on a code, once it is this one; the test ends when it isn't within ten seconds.
    pub async fn await_verdict(&self, code: &str, verdict: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = self.verify(code).await;
            if answer.json["verdict"] == verdict {
                return;
            }
            assert!(Instant::now() < deadline, "no {verdict}: {}", String::from_utf8_lossy(&answer.bytes));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Person {
    async fn add(
        app: &Service,
        client: &Client,
        base: &str,
        login: &str,
        role: Role,
        participant: Option<i32>,
        region: Option<&str>,
    ) -> Self {
        let actor = Actor { who: Who::Cli, address: None };
        let new = NewAccount {
            login: login.to_owned(),
            password: PASSWORD.to_owned().into(),
            role,
            participant,
            region: region.map(str::to_owned),
        };
        let (_, factor) = auth::add_account(&app.auth, actor, new).await.expect("an account is made");
        // The code of the step before is taken as well, and stays good if the step ends now.
        let totp = totp_code(factor.secret.as_slice(), app.base.clock.now() - TimeDelta::seconds(15));
        let body = json!({ "login": login, "password": PASSWORD, "totp": totp });
        let answer = send(client.post(format!("{base}/v1/auth/sign-in")), &body).await.expect(200);
        Self::of(&answer)
    }

    fn of(answer: &Answer) -> Self {
        let text = |name: &str| answer.json[name].as_str().expect("a token").to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token"), since: Instant::now() }
    }

    /// Their access token, which lives for two more minutes at least.
    pub async fn token(&mut self, client: &Client, base: &str) -> String {
        if self.since.elapsed() > TOKEN_LIFE {
            let body = json!({ "refresh_token": self.refresh });
            *self = Self::of(&send(client.post(format!("{base}/v1/auth/refresh")), &body).await.expect(200));
        }
        self.access.clone()
    }
}

async fn send(request: RequestBuilder, body: &Value) -> Answer {
    let request = request.header("Idempotency-Key", Uuid::new_v4().to_string()).header("Accept-Language", "en");
    Answer::of(request.json(body).send().await.expect("the service answers")).await
}

/// Neighbouring units of an order, as documents name them.
pub fn range(order: Uuid, first: u32, last: u32) -> Value {
    json!({ "ranges": [{ "order": order, "first": first, "last": last }] })
}

/// A text that is the same in every language.
pub fn in_all_languages(text: &str) -> Value {
    json!({ "kk": text, "ru": text, "en": text })
}

/// The code in a line of an export.
fn code_of_line(line: &str) -> String {
    let cell = line.split_once(";\"").and_then(|(_, rest)| rest.split_once("\";\""));
    cell.unwrap_or_else(|| panic!("no cell in {line}")).0.replace("\"\"", "\"")
}

/// A GTIN of a Kazakh producer, by number.
fn gtin(number: u64) -> Gtin {
    let body = format!("487{number:09}");
    let mut all = (0..10).filter_map(|digit| format!("{body}{digit}").parse().ok());
    all.next().expect("one of ten check digits holds")
}

/// Heading and attributes that a card of the group must have.
fn card(group: Group) -> (&'static str, Value) {
    match group {
        Group::Shoes => (
            "6403",
            json!({ "brand": "Алатау", "kind": "boots", "size": 42, "colour": "black", "upper_material": "leather",
                "lining_material": "wool", "sole_material": "rubber" }),
        ),
        Group::Medicines => (
            "3004",
            json!({ "substance": "Ibuprofen", "dosage_form": "tablets", "strength": "200 mg", "pack_size": 20,
                "registration_number": "RK-LS-5-1", "prescription": false }),
        ),
        Group::Dairy => ("0402", json!({ "brand": "Алатау", "kind": "milk", "fat": 2.5, "net_mass": 400 })),
        Group::Water => {
            ("2201101900", json!({ "brand": "Алатау", "kind": "mineral", "volume": 0.5, "carbonated": true }))
        }
        other => panic!("no card of {other} is written here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_export_gives_its_code() {
        assert_eq!(code_of_line("7;\"01\u{1d}a\"\"b\";\"(01)\""), "01\u{1d}a\"b");
        assert_eq!(gtin(123_456).to_string(), "04870001234560");
    }
}
