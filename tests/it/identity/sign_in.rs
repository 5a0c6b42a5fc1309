//! Signing in under attack, and staying in.

use chrono::TimeDelta;
use serde_json::json;
use server::auth::{self, FirstSecrets, NewAccount, Role, totp_code};
use tests::TestApp;

use crate::people::People;

use super::{CLI, PASSWORD, add, behind_a_proxy, count, get, refresh, sign_in, sign_in_from, try_from};

const OWN: FirstSecrets = FirstSecrets::Own;

/// X51: one host that tries many logins slows its whole network, but not those who signed in there lately.
#[tokio::test]
async fn fifty_wrong_logins_do_not_shut_out_who_signed_in_from_that_network() {
    let app = behind_a_proxy().await;
    let known = add(&app, "known", Role::Operator, OWN).await;
    let stranger = add(&app, "stranger", Role::Operator, OWN).await;
    sign_in_from(&app, "203.0.113.9", "known", &known).await.expect(200);
    let guess = async |at: usize| {
        let body = json!({ "login": format!("guess-{at}"), "password": "a-wrong-guess" });
        try_from(&app, "203.0.113.66", body).await.status
    };
    let mut slowed = 0;
    for at in 0..60 {
        slowed += usize::from(guess(at).await == 429);
    }
    assert!(slowed >= 9, "the attacker is slowed: {slowed}");
    sign_in_from(&app, "203.0.113.200", "known", &known).await.expect(200);
    for at in 60..90 {
        guess(at).await;
    }
    let code = totp_code(stranger.secret.as_slice(), app.app.base.clock.now());
    let body = json!({ "login": "stranger", "password": PASSWORD, "totp": code });
    assert_eq!(try_from(&app, "203.0.113.9", body).await.status, 429, "who never signed in there waits");
    sign_in_from(&app, "198.51.100.7", "stranger", &stranger).await.expect(200);
}

/// X51: another machine of the network that guesses one's very login does not hold up one's own machine.
#[tokio::test]
async fn guesses_at_a_login_do_not_hold_up_its_own_machine() {
    let app = behind_a_proxy().await;
    let factor = add(&app, "known", Role::Operator, OWN).await;
    sign_in_from(&app, "203.0.113.9", "known", &factor).await.expect(200);
    let body = json!({ "login": "known", "password": "a-wrong-guess" });
    let mut last = 0;
    for _ in 0..8 {
        last = try_from(&app, "203.0.113.66", body.clone()).await.status;
    }
    assert_eq!(last, 429);
    sign_in_from(&app, "203.0.113.9", "known", &factor).await.expect(200);
}

/// X53: codes after a right password are counted for the account, from however many networks they come; the fiftieth wrong
/// one disables it, and its person and the operators can see why.
#[tokio::test]
async fn guessed_codes_are_counted_for_the_account_wherever_they_come_from() {
    let app = behind_a_proxy().await;
    let factor = add(&app, "victim", Role::Operator, OWN).await;
    let (token, _) = sign_in(&app, "victim", &factor).await;
    let (mut wrong, mut slowed, mut network) = (0, 0, 0);
    while wrong < 50 {
        network += 1;
        assert!(network < 200, "{wrong} wrong, {slowed} slowed");
        let body = json!({ "login": "victim", "password": PASSWORD, "totp": "000000" });
        let answer = try_from(&app, &format!("10.{}.{}.1", network / 250, network % 250), body).await;
        match (answer.status, answer.slug()) {
            (401, "wrong-credentials") => wrong += 1,
            (429, "too-many-attempts") => {
                slowed += 1;
                let wait: i64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
                app.app.base.clock.shift(TimeDelta::seconds(wait));
            }
            other => panic!("{other:?}"),
        }
        assert!(wrong >= 10 || slowed == 0, "the first ten cost nothing");
    }
    assert!(slowed >= 39, "{slowed}");
    get(&app, "/v1/auth/me", &token).await.expect(401);
    assert_eq!(sign_in_from(&app, "192.0.2.1", "victim", &factor).await.expect(401).slug(), "wrong-credentials");
    let why = "SELECT count(*) FROM account WHERE login = 'victim' AND disabled_why = 'wrong-codes'";
    assert_eq!(count(&app, why).await, 1);
    let audited = "SELECT count(*) FROM audit WHERE action = 'auth.disable-account' AND result = 'wrong-codes'";
    assert_eq!(count(&app, audited).await, 1);

    // New secrets and a new start: the person is told.
    let (_, factor) = auth::renew_second_factor(&app.app.auth, CLI, "victim").await.unwrap();
    auth::disable_account(&app.app.auth, CLI, "victim", false).await.unwrap();
    let (token, _) = sign_in(&app, "victim", &factor).await;
    let me = get(&app, "/v1/auth/me", &token).await.expect(200).json;
    let kinds: Vec<_> = me["notices"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["wrong-codes", "secrets-renewed", "account-enabled"]);
}

/// X53, X77: a found password leaves a trace in the audit, and its person is shown it at the next sign-in.
#[tokio::test]
async fn a_right_password_without_its_code_is_audited_and_shown() {
    let app = behind_a_proxy().await;
    let factor = add(&app, "victim", Role::Operator, OWN).await;
    sign_in_from(&app, "192.0.2.1", "victim", &factor).await.expect(200);
    let bare = json!({ "login": "victim", "password": PASSWORD });
    for _ in 0..3 {
        assert_eq!(try_from(&app, "203.0.113.66", bare.clone()).await.expect(401).slug(), "second-factor-needed");
    }
    let wrong = json!({ "login": "victim", "password": "a-wrong-guess" });
    try_from(&app, "203.0.113.66", wrong).await.expect(401);
    let audited = "SELECT count(*) FROM audit WHERE action = 'auth.sign-in' AND result = 'second-factor-needed'
        AND object LIKE 'account:%' AND address = '203.0.113.66'";
    assert_eq!(count(&app, audited).await, 3);

    // The person's own two steps are one sign-in and no failure.
    try_from(&app, "192.0.2.1", bare).await.expect(401);
    let token = sign_in_from(&app, "192.0.2.1", "victim", &factor).await.expect(200).json["access_token"].clone();
    let token = token.as_str().unwrap();
    let me = get(&app, "/v1/auth/me", token).await.expect(200).json;
    assert_eq!((&me["failed_sign_ins"], &me["last_sign_in_address"]), (&json!(4), &json!("192.0.2.1")));
    let tried = get(&app, "/v1/auth/sign-ins", token).await.expect(200).json;
    let results: Vec<_> =
        tried["items"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    let needed = "second-factor-needed";
    assert_eq!(results, ["done", needed, "wrong-credentials", needed, needed, needed, "done"]);

    let (token, _) = sign_in(&app, "victim", &factor).await;
    assert_eq!(get(&app, "/v1/auth/me", &token).await.expect(200).json["failed_sign_ins"], 0);
}

/// A5: a code that was used is called so, after a right password only, and the next try is told when to come.
#[tokio::test]
async fn a_used_code_is_called_used_and_the_next_one_is_taken_when_it_is_said() {
    let app = TestApp::start().await;
    let factor = add(&app, "machine", Role::Operator, OWN).await;
    let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
    let body = json!({ "login": "machine", "password": PASSWORD, "totp": code });
    app.post("/v1/auth/sign-in", &body).await.expect(200);
    let again = app.post("/v1/auth/sign-in", &body).await.expect(401);
    assert_eq!(again.slug(), "code-used");
    let wait: i64 = again.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let guess = json!({ "login": "machine", "password": "a-wrong-guess", "totp": code });
    assert_eq!(app.post("/v1/auth/sign-in", &guess).await.expect(401).slug(), "wrong-credentials");
    app.app.base.clock.shift(TimeDelta::seconds(wait));
    let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
    let body = json!({ "login": "machine", "password": PASSWORD, "totp": code });
    app.post("/v1/auth/sign-in", &body).await.expect(200);
}

/// A5, X14: an answer that was lost on its way is given again for thirty seconds; afterwards, or once it was used, the token
/// that comes back was copied.
#[tokio::test]
async fn a_refresh_repeated_at_once_gets_the_same_token_and_later_ends_the_session() {
    let app = TestApp::start().await;
    let factor = add(&app, "machine", Role::Operator, OWN).await;
    let (_, first) = sign_in(&app, "machine", &factor).await;
    let (one, two) = tokio::join!(refresh(&app, &first), refresh(&app, &first));
    let (one, two) = (one.expect(200).json, two.expect(200).json);
    assert_eq!(one["refresh_token"], two["refresh_token"]);
    for tokens in [&one, &two] {
        get(&app, "/v1/auth/me", tokens["access_token"].as_str().unwrap()).await.expect(200);
    }
    app.app.base.clock.shift(TimeDelta::seconds(29));
    let three = refresh(&app, &first).await.expect(200).json;
    assert_eq!(three["refresh_token"], one["refresh_token"]);
    let second = one["refresh_token"].as_str().unwrap();
    let next = refresh(&app, second).await.expect(200).json;
    get(&app, "/v1/auth/me", next["access_token"].as_str().unwrap()).await.expect(200);
    // Its answer was used: whoever comes with the first token now has a copy.
    refresh(&app, &first).await.expect(401);
    get(&app, "/v1/auth/me", next["access_token"].as_str().unwrap()).await.expect(401);

    let (_, first) = sign_in(&app, "machine", &factor).await;
    let tokens = refresh(&app, &first).await.expect(200).json;
    app.app.base.clock.shift(TimeDelta::seconds(31));
    refresh(&app, &first).await.expect(401);
    refresh(&app, tokens["refresh_token"].as_str().unwrap()).await.expect(401);
    let salts = "SELECT count(*) FROM refresh_token WHERE used_at IS NOT NULL AND next_salt IS NULL";
    assert_eq!(count(&app, salts).await, 0);
}

/// B39: the same password and login, typed on systems that compose characters or not.
#[tokio::test]
async fn a_password_typed_in_another_unicode_form_signs_in() {
    let app = TestApp::start().await;
    let (composed, decomposed) = ("Тұлпар-йөт-жазира", "Тұлпар-и\u{306}өт-жазира");
    for (login, set, typed) in [("one", composed, decomposed), ("two", decomposed, composed)] {
        let new = NewAccount {
            login: login.to_owned(),
            password: set.to_owned().into(),
            role: Role::Auditor,
            participant: None,
            region: None,
        };
        let (_, factor) = auth::add_account(&app.app.auth, CLI, new).await.unwrap();
        let code = totp_code(factor.secret.as_slice(), app.app.base.clock.now());
        let login: String = login.chars().map(|letter| char::from_u32(letter as u32 + 0xFEE0).unwrap()).collect();
        let body = json!({ "login": format!(" {login} "), "password": typed, "totp": code });
        app.post("/v1/auth/sign-in", &body).await.expect(200);
    }
}

/// B39: names are kept in one form, whatever the keyboard made of them.
#[tokio::test]
async fn names_are_kept_in_one_unicode_form() {
    let people = People::gather().await;
    let name = json!({ "kk": "«Жайык\u{306}» ЖШС", "ru": "ТОО «Байкал-и\u{306}» ", "en": "Cafe\u{301} LLP" });
    let new = json!({ "bin": "904000600008", "name": name, "roles": ["retailer"] });
    let answer = people.post(Some("operator"), "/v1/participants", &new).await.expect(201).json;
    assert_eq!((&answer["name"]["ru"], &answer["name"]["en"]), (&json!("ТОО «Байкал-й»"), &json!("Café LLP")));
    // And found by either form.
    for written in ["Байкал-й", "Байкал-и\u{306}", "cafe\u{301}"] {
        let path = format!("/v1/participants?search={}", tests::load::encoded(written));
        let found = people.get(Some("operator"), &path).await.expect(200).json;
        assert_eq!(found["items"][0]["bin"], "904000600008", "{written}");
    }
}

/// X76: a session that nobody uses ends before its ten hours are over; one that is used does not.
#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    let app = TestApp::start().await;
    let factor = add(&app, "operator", Role::Operator, OWN).await;
    let (access, mut token) = sign_in(&app, "operator", &factor).await;
    assert_eq!(get(&app, "/v1/auth/me", &access).await.expect(200).json["idle_minutes"], 60);
    for _ in 0..3 {
        app.app.base.clock.shift(TimeDelta::minutes(59));
        token = refresh(&app, &token).await.expect(200).json["refresh_token"].as_str().unwrap().to_owned();
    }
    app.app.base.clock.shift(TimeDelta::minutes(61));
    assert_eq!(refresh(&app, &token).await.expect(401).slug(), "token-expired");
}

/// X78: an account that nobody signed in with for long is disabled, staff's earlier than others'; enabled again, its time
/// begins anew.
#[tokio::test]
async fn an_account_that_nobody_uses_is_disabled() {
    let app = TestApp::start().await;
    let used = add(&app, "used", Role::Inspector, OWN).await;
    add(&app, "left", Role::Inspector, OWN).await;
    app.app.base.clock.shift(TimeDelta::days(80));
    sign_in(&app, "used", &used).await;
    assert_eq!(auth::disable_unused(&app.app.auth).await.unwrap(), 0);
    app.app.base.clock.shift(TimeDelta::days(11));
    assert_eq!(auth::disable_unused(&app.app.auth).await.unwrap(), 1);
    let disabled = "SELECT count(*) FROM account WHERE login = 'left' AND disabled_why = 'unused'";
    assert_eq!(count(&app, disabled).await, 1);
    let audited = "SELECT count(*) FROM audit WHERE action = 'auth.disable-account' AND actor = 'worker'";
    assert_eq!(count(&app, audited).await, 1);
    sign_in(&app, "used", &used).await;
    auth::disable_account(&app.app.auth, CLI, "left", false).await.unwrap();
    assert_eq!(auth::disable_unused(&app.app.auth).await.unwrap(), 0);
}
