//! Somebody of every role, signed in: the people of a [`Trade`] and those who watch over it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::{self, NewAccount, Role, totp_code};
use server::platform::audit::{Actor, Who};
use tests::{Answer, TestApp};
use uuid::Uuid;

use crate::codes::Trade;

const PASSWORD: &str = "harness-of-nine-horses";
/// BIN of a participant who makes, imports and sells, as the producer does, and has nothing to do with it.
pub(crate) const RIVAL: &str = "123456789013";

/// A trade, a rival of its producer, and somebody of every role. Tokens go by the names in [`People::NAMES`].
pub(crate) struct People {
    pub(crate) trade: Trade,
    tokens: BTreeMap<&'static str, String>,
}

impl People {
    /// One for each role, by the role's own name; `participant` is the producer. Then the others.
    pub(crate) const NAMES: [&'static str; 8] =
        ["clerk", "inspector", "participant", "operator", "auditor", "shop", "rival", "far-inspector"];

    pub(crate) async fn gather() -> Self {
        let trade = Trade::open().await;
        let app = &trade.app;
        let name = json!({ "kk": "Бәсекелес", "ru": "Соперник", "en": "Rival" });
        let rival = json!({ "bin": RIVAL, "name": name, "roles": ["producer", "importer", "wholesaler", "retailer"] });
        trade.post(&trade.operator, "/v1/participants", &rival).await.expect(201);
        let number = async |bin: &str| -> i32 {
            let db = app.app.base.db.get().await.unwrap();
            db.query_one("SELECT number FROM participant WHERE bin = $1", &[&bin]).await.unwrap().get(0)
        };
        let (own, rival) = (Some(number(crate::codes::PRODUCER).await), Some(number(RIVAL).await));
        let mut tokens = BTreeMap::from([
            ("operator", trade.operator.clone()),
            ("participant", trade.producer.clone()),
            ("shop", trade.shop.clone()),
        ]);
        for (login, role, participant, region) in [
            ("clerk", Role::Clerk, own, None),
            ("inspector", Role::Inspector, None, Some("750000000")),
            ("auditor", Role::Auditor, None, None),
            ("rival", Role::Participant, rival, None),
            ("far-inspector", Role::Inspector, None, Some("710000000")),
        ] {
            tokens.insert(login, sign_in(app, login, role, participant, region).await);
        }
        Self { trade, tokens }
    }

    pub(crate) fn app(&self) -> &TestApp {
        &self.trade.app
    }

    /// The access token of one of [`People::NAMES`].
    pub(crate) fn token(&self, name: &str) -> &str {
        self.tokens.get(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// Asks with a token or without.
    pub(crate) async fn get(&self, name: Option<&str>, path: &str) -> Answer {
        self.ask(name, Method::GET, path, None).await
    }

    /// Sends JSON under a new key, with a token or without.
    pub(crate) async fn post(&self, name: Option<&str>, path: &str, body: &Value) -> Answer {
        self.ask(name, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn ask(&self, name: Option<&str>, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.app().request(method, path);
        if let Some(name) = name {
            request = request.bearer_auth(self.token(name));
        }
        if let Some(body) = body {
            request = request.header("Idempotency-Key", Uuid::new_v4().to_string()).json(body);
        }
        self.app().send(request).await
    }
}

/// Makes an account and signs in with it.
pub(crate) async fn sign_in(
    app: &TestApp,
    login: &str,
    role: Role,
    participant: Option<i32>,
    region: Option<&str>,
) -> String {
    let actor = Actor { who: Who::Cli, address: None };
    let new = NewAccount {
        login: login.to_owned(),
        password: PASSWORD.to_owned().into(),
        role,
        participant,
        region: region.map(str::to_owned),
    };
    let (_, factor) = auth::add_account(&app.app.auth, actor, new).await.unwrap();
    // The code of the step before is taken as well, and stays good if the step ends now.
    let totp = totp_code(factor.secret.as_slice(), app.app.base.clock.now() - TimeDelta::seconds(15));
    let body = json!({ "login": login, "password": PASSWORD, "totp": totp });
    let answer = app.post("/v1/auth/sign-in", &body).await.expect(200);
    answer.json["access_token"].as_str().unwrap().to_owned()
}
