//! People's own accounts: signing in under attack, staying in, and what each may change of the own account.

mod own;
mod sign_in;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::{self, FirstSecrets, NewAccount, Role, SecondFactor, totp_code};
use server::platform::audit::{Actor, Who};
use server::platform::config::Config;
use tests::{Answer, TestApp, shared_stores};

pub(super) const PASSWORD: &str = "tulip-95-anchor-mug";
pub(super) const CLI: Actor = Actor { who: Who::Cli, address: None };

/// A service that believes what a proxy on loopback says of the client's address.
pub(super) async fn behind_a_proxy() -> TestApp {
    let proxied = |config: &mut Config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    TestApp::start_with(shared_stores().await, proxied).await
}

pub(super) async fn add(app: &TestApp, login: &str, role: Role, secrets: FirstSecrets) -> SecondFactor {
    let new = NewAccount {
        login: login.to_owned(),
        password: PASSWORD.to_owned().into(),
        role,
        participant: None,
        region: (role == Role::Inspector).then(|| "750000000".to_owned()),
    };
    auth::add_account_with(&app.app.auth, CLI, new, secrets).await.unwrap().1
}

/// The code of now; a code serves once, so the clock goes on by a step first.
pub(super) fn next_code(app: &TestApp, secret: &[u8]) -> String {
    app.app.base.clock.shift(TimeDelta::seconds(30));
    totp_code(secret, app.app.base.clock.now())
}

/// Tries to sign in from an address.
pub(super) async fn try_from(app: &TestApp, address: &str, body: Value) -> Answer {
    let request = app.request(Method::POST, "/v1/auth/sign-in").header("X-Forwarded-For", address);
    app.send(request.json(&body)).await
}

/// Signs in with password and code from an address.
pub(super) async fn sign_in_from(app: &TestApp, address: &str, login: &str, factor: &SecondFactor) -> Answer {
    let code = next_code(app, factor.secret.as_slice());
    try_from(app, address, json!({ "login": login, "password": PASSWORD, "totp": code })).await
}

/// The same from anywhere; returns the access token and the refresh token.
pub(super) async fn sign_in(app: &TestApp, login: &str, factor: &SecondFactor) -> (String, String) {
    let tokens = sign_in_from(app, "192.0.2.1", login, factor).await.expect(200).json;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

pub(super) async fn get(app: &TestApp, path: &str, token: &str) -> Answer {
    app.send(app.request(Method::GET, path).bearer_auth(token)).await
}

pub(super) async fn post(app: &TestApp, path: &str, token: &str, body: Value) -> Answer {
    app.send(app.request(Method::POST, path).bearer_auth(token).json(&body)).await
}

pub(super) async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.post("/v1/auth/refresh", &json!({ "refresh_token": token })).await
}

pub(super) async fn count(app: &TestApp, query: &str) -> i64 {
    app.app.base.db.get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
}
