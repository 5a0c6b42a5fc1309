//! What people change of their own accounts.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::auth::{FirstSecrets, Role, totp_code};
use tests::TestApp;
use uuid::Uuid;

use super::{PASSWORD, add, behind_a_proxy, get, next_code, post, sign_in, sign_in_from, try_from};

const NEW: &str = "harness-of-nine-horses";

/// The bytes of a secret as an authenticator takes it.
fn base32(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.chars() {
        bits = bits << 5 | u32::try_from(letters.find(letter).unwrap()).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap());
            bits &= (1 << held) - 1;
        }
    }
    bytes
}

/// Enrols an authenticator. Returns its secret and the recovery codes.
async fn enrol(app: &TestApp, token: &str, password: &str) -> (Vec<u8>, Vec<String>) {
    let begun = post(app, "/v1/auth/second-factor", token, json!({ "password": password })).await.expect(200).json;
    let secret = base32(begun["secret"].as_str().unwrap());
    let code = totp_code(&secret, app.app.base.clock.now());
    let told = post(app, "/v1/auth/second-factor/confirm", token, json!({ "code": code })).await.expect(200).json;
    let codes = told["recovery_codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// X73: the present password is needed, a weak or the same one is refused, and what is signed in elsewhere ends.
#[tokio::test]
async fn a_person_changes_the_own_password_and_other_sessions_end() {
    let app = behind_a_proxy().await;
    let factor = add(&app, "dana", Role::Inspector, FirstSecrets::Own).await;
    let (other, _) = sign_in(&app, "dana", &factor).await;
    let (own, _) = sign_in(&app, "dana", &factor).await;
    let change = async |current: &str, new: &str| {
        post(&app, "/v1/auth/password", &own, json!({ "current": current, "new": new })).await
    };
    for (current, new, fault) in [
        ("not-this-one-at-all", NEW, "current field-wrong-password"),
        (PASSWORD, PASSWORD, "new field-same-password"),
        (PASSWORD, "short", "new field-too-short"),
        (PASSWORD, "michaeljordan23", "new field-common-password"),
        ("", NEW, "current field-required"),
    ] {
        assert_eq!(change(current, new).await.expect(422).faults(), [fault]);
    }
    change(PASSWORD, NEW).await.expect(204);
    get(&app, "/v1/auth/me", &own).await.expect(200);
    get(&app, "/v1/auth/me", &other).await.expect(401);
    sign_in_from(&app, "192.0.2.9", "dana", &factor).await.expect(401);
    let code = next_code(&app, factor.secret.as_slice());
    let body = json!({ "login": "dana", "password": NEW, "totp": code });
    try_from(&app, "192.0.2.9", body).await.expect(200);
    let me = get(&app, "/v1/auth/me", &own).await.expect(200).json;
    assert_eq!(me["notices"][0]["kind"], "password-changed");
    let id = me["notices"][0]["id"].clone();
    post(&app, "/v1/auth/notices/seen", &own, json!({ "up_to": id })).await.expect(204);
    assert_eq!(get(&app, "/v1/auth/me", &own).await.expect(200).json["notices"], json!([]));

    // Whoever took the session over guesses the password no faster than at the door.
    let mut statuses: Vec<u16> = Vec::new();
    for _ in 0..7 {
        statuses.push(change("not-this-one-at-all", NEW).await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
}

/// X74: secrets that somebody else chose open nothing but their replacement.
#[tokio::test]
async fn secrets_chosen_by_others_are_replaced_before_anything_else() {
    let app = TestApp::start().await;
    let twin = app.twin().await;
    let factor = add(&app, "dana", Role::Inspector, FirstSecrets::Others).await;
    let answer = sign_in_from(&app, "192.0.2.1", "dana", &factor).await.expect(200).json;
    assert_eq!(answer["must_replace_secrets"], true);
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let me = get(&app, "/v1/auth/me", &token).await.expect(200).json;
    assert_eq!(me["must_replace"], json!(["password", "second-factor"]));
    for path in ["/v1/inspector/reports", "/v1/alerts", "/v1/auth/sessions"] {
        assert_eq!(get(&app, path, &token).await.expect(403).slug(), "secrets-not-replaced", "{path}");
        get(&twin, path, &token).await.expect(403);
    }
    post(&app, "/v1/auth/password", &token, json!({ "current": PASSWORD, "new": NEW })).await.expect(204);
    get(&app, "/v1/inspector/reports", &token).await.expect(403);
    let (secret, _) = enrol(&app, &token, NEW).await;
    get(&app, "/v1/inspector/reports", &token).await.expect(200);
    get(&twin, "/v1/inspector/reports", &token).await.expect(200);

    let old = next_code(&app, factor.secret.as_slice());
    let body = json!({ "login": "dana", "password": NEW, "totp": old });
    assert_eq!(app.post("/v1/auth/sign-in", &body).await.expect(401).slug(), "wrong-credentials");
    let body = json!({ "login": "dana", "password": NEW, "totp": next_code(&app, &secret) });
    assert_eq!(app.post("/v1/auth/sign-in", &body).await.expect(200).json["must_replace_secrets"], false);
}

/// X75: a person enrols an authenticator by a picture; recovery codes replace it once each and are kept as hashes.
#[tokio::test]
async fn a_person_enrols_a_second_factor_and_signs_in_with_a_recovery_code() {
    let app = TestApp::start().await;
    let factor = add(&app, "dana", Role::Inspector, FirstSecrets::Own).await;
    let (token, _) = sign_in(&app, "dana", &factor).await;
    let none = post(&app, "/v1/auth/second-factor/confirm", &token, json!({ "code": "123456" })).await.expect(409);
    assert_eq!(none.slug(), "no-second-factor-waits");
    let begun = post(&app, "/v1/auth/second-factor", &token, json!({ "password": PASSWORD })).await.expect(200).json;
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg "));
    assert!(begun["link"].as_str().unwrap().contains(begun["secret"].as_str().unwrap()));
    let wrong = post(&app, "/v1/auth/second-factor/confirm", &token, json!({ "code": "000000" })).await.expect(422);
    assert_eq!(wrong.faults(), ["code field-wrong-code"]);
    sign_in(&app, "dana", &factor).await;

    let (secret, codes) = enrol(&app, &token, PASSWORD).await;
    assert_eq!(codes.len(), 10);
    let me = get(&app, "/v1/auth/me", &token).await.expect(200).json;
    assert_eq!(me["recovery_codes_left"], 10);
    let with = async |code: &str| {
        let body = json!({ "login": "dana", "password": PASSWORD, "recovery_code": code });
        app.post("/v1/auth/sign-in", &body).await
    };
    let typed = codes[0].to_uppercase().replace('-', " ");
    with(&typed).await.expect(200);
    with(&codes[0]).await.expect(401);
    with("abcd-efgh-jkmn-pqrs").await.expect(401);
    let body = json!({ "login": "dana", "password": PASSWORD, "totp": next_code(&app, &secret) });
    app.post("/v1/auth/sign-in", &body).await.expect(200);
    let me = get(&app, "/v1/auth/me", &token).await.expect(200).json;
    assert_eq!(me["recovery_codes_left"], 9);
    let kinds: Vec<_> = me["notices"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["second-factor-changed", "recovery-code-used"]);
    let kept = app.app.base.db.get().await.unwrap().query("SELECT hash FROM recovery_code", &[]).await.unwrap();
    assert!(kept.iter().all(|row| row.get::<_, Vec<u8>>(0).len() == 32), "hashes only");

    let renewed = post(&app, "/v1/auth/recovery-codes", &token, json!({ "password": PASSWORD })).await.expect(200);
    assert_eq!(renewed.json["recovery_codes"].as_array().unwrap().len(), 10);
    with(&codes[1]).await.expect(401);

    // What waits for its first code waits for fifteen minutes.
    let begun = post(&app, "/v1/auth/second-factor", &token, json!({ "password": PASSWORD })).await.expect(200).json;
    app.app.base.clock.shift(TimeDelta::minutes(9));
    let (token, ()) = {
        let body = json!({ "login": "dana", "password": PASSWORD, "totp": next_code(&app, &secret) });
        let tokens = app.post("/v1/auth/sign-in", &body).await.expect(200).json;
        (tokens["access_token"].as_str().unwrap().to_owned(), ())
    };
    app.app.base.clock.shift(TimeDelta::minutes(7));
    let code = totp_code(&base32(begun["secret"].as_str().unwrap()), app.app.base.clock.now());
    let late = post(&app, "/v1/auth/second-factor/confirm", &token, json!({ "code": code })).await.expect(409);
    assert_eq!(late.slug(), "no-second-factor-waits");
}

/// X79: a person sees where the account is signed in and ends each session, and nobody else's.
#[tokio::test]
async fn a_person_lists_and_ends_the_own_sessions() {
    let app = behind_a_proxy().await;
    let factor = add(&app, "dana", Role::Inspector, FirstSecrets::Own).await;
    let rival = add(&app, "rival", Role::Operator, FirstSecrets::Own).await;
    let (first, _) = sign_in(&app, "dana", &factor).await;
    let (second, _) = sign_in(&app, "dana", &factor).await;
    let (own, _) = sign_in(&app, "dana", &factor).await;
    let (rival, _) = sign_in(&app, "rival", &rival).await;
    let listed = get(&app, "/v1/auth/sessions", &own).await.expect(200).json;
    let items = listed["items"].as_array().unwrap();
    let present: Vec<_> = items.iter().map(|one| one["is_present"].as_bool().unwrap()).collect();
    assert_eq!(present, [true, false, false]);
    assert_eq!(items[0]["address"], "192.0.2.1");
    let end = async |token: &str, path: &str| app.send(app.request(Method::DELETE, path).bearer_auth(token)).await;
    let oldest = format!("/v1/auth/sessions/{}", items[2]["id"].as_str().unwrap());
    assert_eq!(end(&rival, &oldest).await.expect(404).slug(), "unknown-session");
    get(&app, "/v1/auth/me", &first).await.expect(200);
    end(&own, &oldest).await.expect(204);
    get(&app, "/v1/auth/me", &first).await.expect(401);
    end(&own, &oldest).await.expect(404);
    end(&own, &format!("/v1/auth/sessions/{}", Uuid::new_v4())).await.expect(404);
    get(&app, "/v1/auth/me", &second).await.expect(200);
    end(&own, "/v1/auth/sessions").await.expect(204);
    get(&app, "/v1/auth/me", &second).await.expect(401);
    let left: Value = get(&app, "/v1/auth/sessions", &own).await.expect(200).json;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    get(&app, "/v1/auth/me", &rival).await.expect(200);
}
