//! Signing in, staying in, signing out; who may what; keys that change while the service runs.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::{self, NewAccount, Role, SecondFactor, totp_code};
use server::keys::{KeyState, Purpose};
use server::platform::audit::{Actor, Who};
use tests::{Answer, Stores, TestApp, shared_stores};

const PASSWORD: &str = "tulip-95-anchor-mug";
const CLI: Actor = Actor { who: Who::Cli, address: None };

async fn add(app: &TestApp, login: &str, role: Role) -> SecondFactor {
    let new = NewAccount {
        login: login.to_owned(),
        password: PASSWORD.to_owned().into(),
        role,
        participant: None,
        region: (role == Role::Inspector).then(|| "750000000".to_owned()),
    };
    auth::add_account(&app.app.auth, CLI, new).await.unwrap().1
}

/// Signs in with the code of now; a code serves once, so the clock goes on by a step first.
async fn try_sign_in(app: &TestApp, login: &str, password: &str, factor: &SecondFactor) -> Answer {
    app.app.base.clock.shift(TimeDelta::seconds(30));
    let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
    app.post("/v1/auth/sign-in", &json!({ "login": login, "password": password, "totp": code })).await
}

async fn sign_in(app: &TestApp, login: &str, factor: &SecondFactor) -> (String, String) {
    let tokens = try_sign_in(app, login, PASSWORD, factor).await.expect(200).json;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    assert_eq!(tokens["expires_in_seconds"], 600);
    (text("access_token"), text("refresh_token"))
}

async fn get(app: &TestApp, path: &str, token: &str) -> Answer {
    app.send(app.request(Method::GET, path).bearer_auth(token)).await
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.post("/v1/auth/refresh", &json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn a_person_signs_in_asks_who_it_is_and_signs_out() {
    let app = TestApp::start().await;
    let factor = add(&app, "Aigerim", Role::Inspector).await;
    let (access, next) = sign_in(&app, "AIGERIM", &factor).await;
    let me = get(&app, "/v1/auth/me", &access).await.expect(200).json;
    assert_eq!(
        (&me["login"], &me["role"], &me["region"]),
        (&json!("aigerim"), &json!("inspector"), &json!("750000000"))
    );
    assert!(me.get("password_hash").is_none() && me.get("totp_sealed").is_none());
    app.send(app.request(Method::POST, "/v1/auth/sign-out").bearer_auth(&access)).await.expect(204);
    assert_eq!(get(&app, "/v1/auth/me", &access).await.expect(401).slug(), "unauthenticated");
    refresh(&app, &next).await.expect(401);
}

/// X10
#[tokio::test]
async fn an_unknown_login_and_a_wrong_password_are_answered_alike() {
    let app = TestApp::start().await;
    let factor = add(&app, "known", Role::Operator).await;
    let wrong = try_sign_in(&app, "known", "not-this-one-at-all", &factor).await.expect(401);
    let unknown = try_sign_in(&app, "unknown", PASSWORD, &factor).await.expect(401);
    assert_eq!(wrong.slug(), "wrong-credentials");
    assert_eq!(wrong.bytes, unknown.bytes);
    let other = add(&app, "other", Role::Operator).await;
    let code = try_sign_in(&app, "known", PASSWORD, &other).await.expect(401);
    assert_eq!(code.bytes, wrong.bytes, "nor does a wrong code tell anything");
    auth::disable_account(&app.app.auth, CLI, "known", true).await.unwrap();
    assert_eq!(try_sign_in(&app, "known", PASSWORD, &factor).await.expect(401).bytes, wrong.bytes);
}

/// X18
#[tokio::test]
async fn nobody_signs_in_without_the_second_factor_and_a_code_serves_once() {
    let app = TestApp::start().await;
    let factor = add(&app, "auditor", Role::Auditor).await;
    let body = json!({ "login": "auditor", "password": PASSWORD });
    assert_eq!(app.post("/v1/auth/sign-in", &body).await.expect(401).slug(), "second-factor-needed");
    let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
    let body = json!({ "login": "auditor", "password": PASSWORD, "totp": code });
    let (one, other) = tokio::join!(app.post("/v1/auth/sign-in", &body), app.post("/v1/auth/sign-in", &body));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

/// X14
#[tokio::test]
async fn a_refresh_token_serves_once_and_its_reuse_ends_the_family() {
    let app = TestApp::start().await;
    let factor = add(&app, "operator", Role::Operator).await;
    let (_, first) = sign_in(&app, "operator", &factor).await;
    let second = refresh(&app, &first).await.expect(200).json;
    let access = second["access_token"].as_str().unwrap();
    get(&app, "/v1/auth/me", access).await.expect(200);
    // Soon it may be the same request again, whose answer was lost on its way; later it was copied.
    app.app.base.clock.shift(TimeDelta::seconds(31));
    refresh(&app, &first).await.expect(401);
    get(&app, "/v1/auth/me", access).await.expect(401);
    refresh(&app, second["refresh_token"].as_str().unwrap()).await.expect(401);
    assert_eq!(refresh(&app, "").await.expect(422).faults(), ["refresh_token field-required"]);
}

#[tokio::test]
async fn a_session_ends_by_itself_after_ten_hours() {
    let app = TestApp::start().await;
    let factor = add(&app, "operator", Role::Operator).await;
    let (access, next) = sign_in(&app, "operator", &factor).await;
    app.app.base.clock.shift(TimeDelta::minutes(11));
    assert_eq!(get(&app, "/v1/auth/me", &access).await.expect(401).slug(), "token-expired");
    let next = refresh(&app, &next).await.expect(200).json["refresh_token"].as_str().unwrap().to_owned();
    app.app.base.clock.shift(TimeDelta::hours(10));
    assert_eq!(refresh(&app, &next).await.expect(401).slug(), "token-expired");
}

/// X2, X36: a refusal by role is audited.
#[tokio::test]
async fn the_audit_is_for_auditors_and_tells_of_refusals() {
    let app = TestApp::start().await;
    let (operator, auditor) = (add(&app, "operator", Role::Operator).await, add(&app, "auditor", Role::Auditor).await);
    let (operator, _) = sign_in(&app, "operator", &operator).await;
    let (access, _) = sign_in(&app, "auditor", &auditor).await;
    app.get("/v1/audit").await.expect(401);
    assert_eq!(get(&app, "/v1/audit", &operator).await.expect(403).slug(), "forbidden");
    let refusals = get(&app, "/v1/audit?action=auth.refuse", &access).await.expect(200).json;
    assert_eq!(refusals["items"][0]["object"], "route:GET /v1/audit");
    assert_eq!(refusals["items"][0]["address"], "127.0.0.1");
    let all = get(&app, "/v1/audit?action=auth.&limit=2", &access).await.expect(200).json;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let rest = format!("/v1/audit?action=auth.&limit=100&cursor={}", all["next_cursor"].as_str().unwrap());
    let rest = get(&app, &rest, &access).await.expect(200).json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (3, &Value::Null));
    for query in ["from=yesterday", "limit=0", "cursor=x", "actor=", "actor=%00"] {
        get(&app, &format!("/v1/audit?{query}"), &access).await.expect(400);
    }
    let text = String::from_utf8_lossy(&get(&app, "/v1/audit", &access).await.bytes).to_string();
    assert!(!text.contains(PASSWORD) && !text.contains(&access), "no secret stands in the audit");
}

/// X17
#[tokio::test]
async fn guessing_is_slowed_and_the_victim_comes_in_from_elsewhere() {
    let proxied =
        |config: &mut server::platform::config::Config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let app = TestApp::start_with(shared_stores().await, proxied).await;
    let factor = add(&app, "victim", Role::Operator).await;
    let from = async |address: &str, password: &str| {
        let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
        let body = json!({ "login": "victim", "password": password, "totp": code });
        let request = app.request(Method::POST, "/v1/auth/sign-in").header("X-Forwarded-For", address);
        app.send(request.json(&body)).await
    };
    for _ in 0..5 {
        from("203.0.113.9", "a-wrong-guess").await.expect(401);
    }
    let slowed = from("203.0.113.200", PASSWORD).await.expect(429);
    assert_eq!(slowed.slug(), "too-many-attempts");
    assert!(slowed.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 300);
    from("198.51.100.7", PASSWORD).await.expect(200);
}

/// Asks with a cookie, as a page of this site or of another would.
async fn refresh_by_cookie(app: &TestApp, cookie: &str, asked_by: Option<&str>) -> Answer {
    let mut request = app.request(Method::POST, "/v1/auth/refresh").header("cookie", cookie).json(&json!({}));
    if let Some(site) = asked_by {
        request = request.header("sec-fetch-site", site);
    }
    app.send(request).await
}

/// The cookie that an answer sets, without its attributes; it must have all of them.
fn set_cookie(answer: &Answer) -> String {
    let set = answer.headers["set-cookie"].to_str().unwrap();
    let (cookie, attributes) = set.split_once("; ").unwrap();
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"], "{set}");
    assert!(cookie.starts_with("__Host-"), "{set}");
    cookie.to_owned()
}

/// X14, X30, X31: a browser's refresh token is in a cookie that no script reads and no other site uses; it serves once,
/// and signing out takes it away. Whoever asks for no cookie gets none.
#[tokio::test]
async fn a_browser_keeps_its_session_in_a_cookie_that_only_this_site_uses() {
    let app = TestApp::start().await;
    let factor = add(&app, "operator", Role::Operator).await;
    let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
    let body = json!({ "login": "operator", "password": PASSWORD, "totp": code, "cookie": true });
    let signed_in = app.post("/v1/auth/sign-in", &body).await.expect(200);
    assert_eq!(signed_in.json["refresh_token"], Value::Null, "no script ever holds it");
    let first = set_cookie(&signed_in);
    for site in ["cross-site", "same-site", "none"] {
        let refused = refresh_by_cookie(&app, &first, Some(site)).await;
        assert!([403, 422].contains(&refused.status), "{site}: {}", refused.status);
        assert!(!refused.headers.contains_key("set-cookie"));
    }
    let second = refresh_by_cookie(&app, &first, Some("same-origin")).await.expect(200);
    assert_eq!(second.json["refresh_token"], Value::Null);
    let (second, access) = (set_cookie(&second), second.json["access_token"].as_str().unwrap().to_owned());
    get(&app, "/v1/auth/me", &access).await.expect(200);
    // Alone it lets nobody do anything.
    app.send(app.request(Method::GET, "/v1/auth/me").header("cookie", &second)).await.expect(401);
    let out = app.request(Method::POST, "/v1/auth/sign-out").bearer_auth(&access).header("cookie", &second);
    let gone = app.send(out).await.expect(204);
    assert!(gone.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    refresh_by_cookie(&app, &second, Some("same-origin")).await.expect(401);
    refresh_by_cookie(&app, &first, None).await.expect(401);

    let plain = try_sign_in(&app, "operator", PASSWORD, &factor).await.expect(200);
    assert!(plain.json["refresh_token"].is_string() && !plain.headers.contains_key("set-cookie"));
    assert_eq!(refresh_by_cookie(&app, "other=1", None).await.expect(422).faults(), ["refresh_token field-required"]);
}

/// X5
#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_at_once() {
    let app = TestApp::start().await;
    let factor = add(&app, "auditor", Role::Auditor).await;
    let (access, _) = sign_in(&app, "auditor", &factor).await;
    get(&app, "/v1/audit", &access).await.expect(200);
    auth::set_role(&app.app.auth, CLI, "auditor", Role::Operator, None, None).await.unwrap();
    get(&app, "/v1/audit", &access).await.expect(401);
    let (access, _) = sign_in(&app, "auditor", &factor).await;
    get(&app, "/v1/audit", &access).await.expect(403);
}

/// X15: two services on one database; the key of one's tokens changes while the other is asked.
#[tokio::test]
async fn keys_change_while_tokens_are_checked_and_none_is_refused() {
    let app = TestApp::start().await;
    let twin = app.twin().await;
    let factor = add(&app, "operator", Role::Operator).await;
    for _ in 0..3 {
        let (old, _) = sign_in(&app, "operator", &factor).await;
        let card = app.app.keys.rotate(Purpose::Token, CLI).await.unwrap();
        assert_eq!(card.state(app.app.base.clock.now()), KeyState::Next);
        get(&twin, "/v1/auth/me", &old).await.expect(200);
        // The new key signs once everybody had time to learn of it, here at the next sign-in.
        app.app.base.clock.shift(TimeDelta::seconds(30));
        let (new, _) = sign_in(&app, "operator", &factor).await;
        get(&twin, "/v1/auth/me", &new).await.expect(200);
        let keys = app.get("/.well-known/jwks.json").await.expect(200).json;
        assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == json!(card.id)), "{keys}");
    }
    let (old, _) = sign_in(&app, "operator", &factor).await;
    let id = app.app.keys.current().cards().iter().rfind(|card| card.purpose == Purpose::Token).unwrap().id.clone();
    app.app.keys.revoke(&id, CLI).await.unwrap().expect("a successor");
    get(&app, "/v1/auth/me", &old).await.expect(401);
    let (new, _) = sign_in(&app, "operator", &factor).await;
    get(&twin, "/v1/auth/me", &new).await.expect(200);
}

/// R3: with the accounts out of reach the answer is 503, never 401.
#[tokio::test]
async fn without_postgres_nobody_is_told_to_sign_in_again() {
    let stores = Stores::start("auth-away").await;
    let app = TestApp::start_on(&stores).await;
    let factor = add(&app, "operator", Role::Operator).await;
    let (access, next) = sign_in(&app, "operator", &factor).await;
    drop(stores);
    get(&app, "/v1/auth/me", &access).await.expect(503);
    refresh(&app, &next).await.expect(503);
    let answer = try_sign_in(&app, "operator", PASSWORD, &factor).await.expect(503);
    assert!(answer.headers.contains_key("retry-after"));
    app.get("/.well-known/jwks.json").await.expect(200);
    let foreign = format!("{}x", &access[..access.len() - 1]);
    get(&app, "/v1/auth/me", &foreign).await.expect(401);
}

#[tokio::test]
async fn what_cannot_be_credentials_is_refused_with_its_place() {
    let app = TestApp::start().await;
    let body = json!({ "login": "", "password": "a".repeat(257), "totp": "12345" });
    let answer = app.post("/v1/auth/sign-in", &body).await.expect(422);
    assert_eq!(answer.faults(), ["login field-required", "password field-too-long", "totp field-six-digits"]);
    for (header, status) in [("", 401), ("Bearer", 401), ("Bearer ", 401), ("Basic YTpi", 401), ("Bearer a.b.c", 401)] {
        let request = app.request(Method::GET, "/v1/auth/me").header("Authorization", header);
        assert_eq!(app.send(request).await.expect(status).headers["www-authenticate"], "Bearer");
    }
}
