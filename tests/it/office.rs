//! What operators run the register with: accounts, which they can neither lift themselves by nor lose, and keys.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::totp_code;
use tests::{Answer, TestApp};
use uuid::Uuid;

use crate::people::{People, RIVAL, sign_in};

/// The bytes of a second factor's secret (RFC 4648, Base32).
fn secret(text: &str) -> Vec<u8> {
    let letter = |byte: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == byte).unwrap();
    let bits = text.bytes().flat_map(|byte| (0..5).rev().map(move |place| (letter(byte) >> place) & 1));
    let bits: Vec<usize> = bits.collect();
    let byte = |bits: &[usize]| u8::try_from(bits.iter().fold(0, |byte, bit| (byte << 1) | bit)).unwrap();
    bits.chunks_exact(8).map(byte).collect()
}

/// Signs in with what the register told.
async fn try_secrets(app: &TestApp, login: &str, secrets: &Value) -> Answer {
    app.app.base.clock.shift(TimeDelta::seconds(30));
    let totp = totp_code(&secret(secrets["totp"].as_str().unwrap()), app.app.base.clock.now());
    let body = json!({ "login": login, "password": secrets["password"], "totp": totp });
    app.post("/v1/auth/sign-in", &body).await
}

async fn under(people: &People, key: &str, path: &str, body: &Value) -> Answer {
    let request = people.app().request(Method::POST, path).bearer_auth(people.token("operator"));
    people.app().send(request.header("Idempotency-Key", key).json(body)).await
}

async fn id_of(people: &People, login: &str) -> Uuid {
    let db = people.app().app.base.db.get().await.unwrap();
    db.query_one("SELECT id FROM account WHERE login = $1", &[&login]).await.unwrap().get(0)
}

fn clerk(login: &str) -> Value {
    json!({ "login": login, "role": "clerk", "participant": RIVAL })
}

/// X18, X36, X37: the register chooses the secrets, tells them once and keeps nothing of them for a retry.
#[tokio::test]
async fn an_account_is_made_once_and_its_secrets_are_told_once() {
    let people = People::gather().await;
    let key = Uuid::new_v4().to_string();
    let made = under(&people, &key, "/v1/accounts", &clerk("Dana")).await.expect(201).json;
    let (account, secrets) = (&made["account"], &made["secrets"]);
    assert_eq!(
        (&account["login"], &account["role"], &account["participant"]),
        (&json!("dana"), &json!("clerk"), &json!(RIVAL))
    );
    try_secrets(people.app(), "dana", secrets).await.expect(200);

    let again = under(&people, &key, "/v1/accounts", &clerk("Dana")).await.expect(201).json;
    assert_eq!((&again["account"], &again["secrets"]), (account, &Value::Null));
    let other = under(&people, &key, "/v1/accounts", &clerk("other")).await.expect(422);
    assert_eq!(other.slug(), "idempotency-key-reused");
    let taken = people.post(Some("operator"), "/v1/accounts", &clerk("dana")).await.expect(409);
    assert_eq!(taken.faults(), ["login field-login-taken"]);
    let trade = &people.trade;
    assert_eq!(trade.count("SELECT count(*) FROM account WHERE login IN ('dana', 'other')").await, 1);
    let password = secrets["password"].as_str().unwrap();
    let kept = format!("SELECT count(*) FROM idempotency WHERE answer::text LIKE '%{password}%'");
    assert_eq!(trade.count(&kept).await, 0, "no secret is kept");
    let audited =
        "SELECT count(*) FROM audit WHERE action = 'auth.add-account' AND actor LIKE 'account:%' AND result = 'done'";
    assert_eq!(trade.count(audited).await, 1);

    // New secrets end what was signed in with the old ones.
    let path = format!("/v1/accounts/{}/secrets", id_of(&people, "dana").await);
    let renewed = people.post(Some("operator"), &path, &json!({})).await.expect(200).json;
    try_secrets(people.app(), "dana", secrets).await.expect(401);
    try_secrets(people.app(), "dana", &renewed["secrets"]).await.expect(200);

    let faults = [
        (json!({ "login": "x", "role": "operator" }), "login field-login"),
        (json!({ "login": "clerk-2", "role": "clerk" }), "participant field-required"),
        (json!({ "login": "clerk-2", "role": "clerk", "participant": "1" }), "participant field-not-a-bin"),
        (json!({ "login": "inspector-2", "role": "inspector", "region": "999999999" }), "region field-not-a-region"),
    ];
    for (body, fault) in faults {
        assert_eq!(people.post(Some("operator"), "/v1/accounts", &body).await.expect(422).faults(), [fault], "{body}");
    }
}

/// X3: nobody gives oneself a role, shuts oneself out or touches those who watch: with any body, known or not.
#[tokio::test]
async fn operators_change_neither_themselves_nor_auditors() {
    let people = People::gather().await;
    let own = people.get(Some("operator"), "/v1/auth/me").await.json["id"].as_str().unwrap().to_owned();
    let auditor = id_of(&people, "auditor").await.to_string();
    for (id, slug) in [(&own, "own-account"), (&auditor, "auditor-stands-apart")] {
        for (path, body) in [
            ("role", json!({ "role": "operator" })),
            ("role", json!({ "role": "inspector", "region": "750000000" })),
            ("disable", json!({})),
            ("enable", json!({})),
            ("secrets", json!({})),
        ] {
            let refused = people.post(Some("operator"), &format!("/v1/accounts/{id}/{path}"), &body).await;
            assert_eq!(refused.expect(409).slug(), slug, "{path}");
        }
    }
    let named = json!({ "login": "watcher", "role": "auditor" });
    assert_eq!(people.post(Some("operator"), "/v1/accounts", &named).await.expect(409).slug(), "auditor-stands-apart");
    let clerk = id_of(&people, "clerk").await;
    let raised =
        people.post(Some("operator"), &format!("/v1/accounts/{clerk}/role"), &json!({ "role": "auditor" })).await;
    assert_eq!(raised.expect(409).slug(), "auditor-stands-apart");
    let nobody = format!("/v1/accounts/{}/disable", Uuid::new_v4());
    assert_eq!(people.post(Some("operator"), &nobody, &json!({})).await.expect(404).slug(), "unknown-account");
    people.get(Some("operator"), "/v1/auth/me").await.expect(200);
    people.get(Some("auditor"), "/v1/auth/me").await.expect(200);
    let listed = people.get(Some("operator"), "/v1/accounts?limit=3").await.expect(200).json;
    assert_eq!((listed["items"].as_array().unwrap().len(), listed["next_cursor"].is_string()), (3, true));
}

/// X5, X14: whoever is shut out, or gets another role, is signed out at once, with every token of the family.
#[tokio::test]
async fn whoever_is_shut_out_is_signed_out() {
    let people = People::gather().await;
    let id = id_of(&people, "inspector").await;
    people.get(Some("inspector"), "/v1/inspector/reports").await.expect(200);
    let shut = people.post(Some("operator"), &format!("/v1/accounts/{id}/disable"), &json!({})).await.expect(200).json;
    assert!(shut["disabled_at"].is_string());
    people.get(Some("inspector"), "/v1/inspector/reports").await.expect(401);
    let open = people.post(Some("operator"), &format!("/v1/accounts/{id}/enable"), &json!({})).await.expect(200).json;
    assert_eq!(open["disabled_at"], Value::Null);
    people.get(Some("inspector"), "/v1/inspector/reports").await.expect(401);

    let id = id_of(&people, "rival").await;
    let role = json!({ "role": "clerk", "participant": RIVAL });
    people.get(Some("rival"), "/v1/orders").await.expect(200);
    let moved = people.post(Some("operator"), &format!("/v1/accounts/{id}/role"), &role).await.expect(200).json;
    assert_eq!(moved["role"], "clerk");
    people.get(Some("rival"), "/v1/orders").await.expect(401);
}

/// Of two operators who shut each other out at the same moment one stays: the register is never without.
#[tokio::test]
async fn the_last_operator_stays() {
    let people = People::gather().await;
    let own = people.get(Some("operator"), "/v1/auth/me").await.json["id"].as_str().unwrap().to_owned();
    let other = sign_in(people.app(), "operator-2", server::auth::Role::Operator, None, None).await;
    let second = id_of(&people, "operator-2").await;
    let shut = |token: String, id: String| {
        let request = people.app().request(Method::POST, &format!("/v1/accounts/{id}/disable")).bearer_auth(token);
        request.header("Idempotency-Key", Uuid::new_v4().to_string())
    };
    let first = shut(people.token("operator").to_owned(), second.to_string());
    let (one, two) = tokio::join!(people.app().send(first), people.app().send(shut(other, own)));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let left = "SELECT count(*) FROM account WHERE role = 'operator' AND disabled_at IS NULL";
    assert_eq!(people.trade.count(left).await, 1);
}

/// Keys are seen without their secrets; a rotation happens once for its key of idempotency, a revocation only when its
/// name is typed; both are audited (X15, X36, X37).
#[tokio::test]
async fn keys_are_followed_and_revoked_by_operators() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.order(&trade.shoes().await, 3).await;
    let code = trade.codes(order).await.remove(0);
    let all = people.get(Some("operator"), "/v1/keys/cards").await.expect(200).json;
    let text = all.to_string();
    assert!(!text.contains("private") && !text.contains("secret") && !text.contains("public"), "{text}");
    let of = |all: &Value, purpose: &str| -> Vec<Value> {
        all["items"].as_array().unwrap().iter().filter(|key| key["purpose"] == purpose).cloned().collect()
    };
    let [seal] = &of(&all, "seal:shoes")[..] else { panic!("{text}") };
    assert_eq!((&seal["state"], &seal["orders"], &seal["codes"]), (&json!("active"), &json!(1), &json!(3)));

    let once = Uuid::new_v4().to_string();
    for _ in 0..2 {
        let rotated = under(&people, &once, "/v1/keys/rotate", &json!({ "purpose": "seal:shoes" })).await.expect(201);
        assert_eq!(of(&rotated.json, "seal:shoes").len(), 2);
    }
    let for_ever = people.post(Some("operator"), "/v1/keys/rotate", &json!({ "purpose": "serial" })).await;
    assert_eq!(for_ever.expect(409).slug(), "key-is-for-ever");
    let none = people.post(Some("operator"), "/v1/keys/rotate", &json!({ "purpose": "seal:bread" })).await;
    assert_eq!(none.expect(422).faults(), ["purpose field-not-a-purpose"]);

    let id = seal["id"].as_str().unwrap();
    let path = format!("/v1/keys/{id}/revoke");
    let verdict = async || people.post(None, "/v1/verify", &json!({ "code": code })).await.expect(200).json;
    for meant in ["", "yes", &id.to_lowercase().to_uppercase().repeat(2)] {
        let refused = people.post(Some("operator"), &path, &json!({ "confirm": meant })).await.expect(422);
        assert_eq!(refused.faults(), ["confirm field-not-the-key"]);
    }
    assert_eq!(verdict().await["verdict"], "not-released");
    let asked = people.post(Some("operator"), &path, &json!({ "confirm": id })).await.expect(202).json;
    let again = people.post(Some("operator"), &path, &json!({ "confirm": id })).await.expect(202).json;
    assert_eq!((&asked["subject"], &asked["id"]), (&json!(id), &again["id"]), "one request waits");
    assert_eq!(verdict().await["verdict"], "not-released", "nothing has changed yet");
    let approve = format!("/v1/approvals/{}/approve", asked["id"].as_str().unwrap());
    assert_eq!(people.post(Some("operator"), &approve, &json!({})).await.expect(409).slug(), "own-request");
    let second = sign_in(people.app(), "operator-2", server::auth::Role::Operator, None, None).await;
    let done = post_as(&people, &second, &approve).await.expect(200).json;
    assert_eq!(done["approval"]["state"], "approved");
    assert_eq!(post_as(&people, &second, &approve).await.expect(409).slug(), "approval-decided");
    let revoked = people.post(Some("operator"), &path, &json!({ "confirm": id })).await.expect(200).json;
    let keys = of(&revoked, "seal:shoes");
    assert_eq!((keys.len(), &keys[0]["state"]), (2, &json!("revoked")));
    assert_eq!(verdict().await["reasons"][0]["slug"], "key-revoked");
    let kept = "SELECT count(*) FROM audit WHERE action IN ('keys.rotate', 'keys.revoke') AND actor LIKE 'account:%'";
    assert_eq!(trade.count(kept).await, 2);
    let unknown = people.post(Some("operator"), "/v1/keys/zzzz/revoke", &json!({ "confirm": "zzzz" })).await;
    assert_eq!(unknown.expect(404).slug(), "unknown-key");
}

async fn post_as(people: &People, token: &str, path: &str) -> Answer {
    let request = people.app().request(Method::POST, path).bearer_auth(token);
    people.app().send(request.header("Idempotency-Key", Uuid::new_v4().to_string())).await
}

/// X57: an operator alone makes no inspector and no operator, takes over none by new secrets, and gives nobody such a role;
/// with a second one each is done once, and the person is told who did it.
#[tokio::test]
async fn accounts_with_power_need_two_operators() {
    let people = People::gather().await;
    let second = sign_in(people.app(), "operator-2", server::auth::Role::Operator, None, None).await;
    let inspector = id_of(&people, "inspector").await;
    let clerk = id_of(&people, "clerk").await;
    let before = people.trade.count("SELECT count(*) FROM account").await;
    let asked = [
        ("/v1/accounts".to_owned(), json!({ "login": "sock", "role": "inspector", "region": "750000000" })),
        ("/v1/accounts".to_owned(), json!({ "login": "puppet", "role": "operator" })),
        (format!("/v1/accounts/{inspector}/secrets"), json!({})),
        (format!("/v1/accounts/{inspector}/role"), json!({ "role": "inspector", "region": "710000000" })),
        (format!("/v1/accounts/{clerk}/role"), json!({ "role": "operator" })),
    ];
    let mut ids = Vec::new();
    for (path, body) in &asked {
        let answer = people.post(Some("operator"), path, body).await.expect(202).json;
        assert_eq!((&answer["state"], &answer["is_own"]), (&json!("pending"), &json!(true)), "{path}");
        assert!(answer.get("secrets").is_none());
        ids.push(answer["id"].as_str().unwrap().to_owned());
        let approve = format!("/v1/approvals/{}/approve", ids.last().unwrap());
        assert_eq!(people.post(Some("operator"), &approve, &json!({})).await.expect(409).slug(), "own-request");
    }
    let other = json!({ "login": "sock", "role": "inspector", "region": "710000000" });
    let waiting = people.post(Some("operator"), "/v1/accounts", &other).await.expect(409);
    assert_eq!(waiting.slug(), "approval-pending");
    assert_eq!(people.trade.count("SELECT count(*) FROM account").await, before);
    people.get(Some("inspector"), "/v1/inspector/reports").await.expect(200);

    // The second one refuses one, approves one, and both are done once.
    let listed = people.get(Some("operator"), "/v1/approvals").await.expect(200).json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
    let refuse = format!("/v1/approvals/{}/refuse", ids[1]);
    assert_eq!(post_as(&people, &second, &refuse).await.expect(200).json["state"], "refused");
    let approve = |at: usize| format!("/v1/approvals/{}/approve", ids[at]);
    assert_eq!(post_as(&people, &second, &approve(1)).await.expect(409).slug(), "approval-decided");
    let (approval, other) = (approve(2), approve(2));
    let (one, two) = tokio::join!(post_as(&people, &second, &approval), post_as(&people, &second, &other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let renewed = if one.status == 200 { one } else { two }.json;
    people.get(Some("inspector"), "/v1/inspector/reports").await.expect(401);
    let signed_in = try_secrets(people.app(), "inspector", &renewed["secrets"]).await.expect(200).json;
    let token = signed_in["access_token"].as_str().unwrap();
    let me =
        people.app().send(people.app().request(Method::GET, "/v1/auth/me").bearer_auth(token)).await.expect(200).json;
    assert_eq!(
        (&me["notices"][0]["kind"], &me["notices"][0]["by"]),
        (&json!("secrets-renewed"), &json!("operator, operator-2"))
    );
    let made = post_as(&people, &second, &approve(0)).await.expect(200).json;
    assert_eq!((&made["account"]["login"], &made["account"]["is_initial"]), (&json!("sock"), &json!(true)));
    try_secrets(people.app(), "sock", &made["secrets"]).await.expect(200);

    // Nobody approves what an operator asked for who is none any more, nor after a day.
    let own = id_of(&people, "operator").await;
    let db = people.app().app.base.db.get().await.unwrap();
    db.execute("UPDATE account SET disabled_at = now() WHERE id = $1", &[&own]).await.unwrap();
    assert_eq!(post_as(&people, &second, &approve(4)).await.expect(409).slug(), "asker-gone");
    db.execute("UPDATE account SET disabled_at = NULL WHERE id = $1", &[&own]).await.unwrap();
    let late = "UPDATE approval SET expires_at = asked_at WHERE state = 'pending'";
    db.execute(late, &[]).await.unwrap();
    assert_eq!(post_as(&people, &second, &approve(4)).await.expect(409).slug(), "approval-expired");
    let audited = "SELECT count(*) FROM audit WHERE action IN ('office.ask', 'office.approve', 'office.refuse')";
    assert_eq!(people.trade.count(audited).await, 5 + 2 + 1);
}
