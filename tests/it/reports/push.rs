//! The author of a report gets a message that there is an answer: nothing more, no other person, and whatever the push
//! service does (wish 6 of the review).

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use server::service::work;
use tests::{Answer, Browser, PushService, Reaction, TestApp, shared_stores};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{ASTANA, Inspector, REGIONS, Sent, form};

/// A register that knows one push service, a report with a browser, and an inspector.
struct Case {
    service: PushService,
    app: TestApp,
    inspector: Inspector,
    report: Sent,
    browser: Browser,
    subscription: String,
}

/// A register whose push messages all go to this service.
async fn register(service: &PushService, patience: Duration) -> TestApp {
    let app = TestApp::start_with(shared_stores().await, |config| {
        config.push.hosts = vec![PushService::HOST.parse().unwrap()];
        config.push.local = Some(service.address);
        config.push.authority = Some(service.authority.clone());
        config.push.patience = patience;
    })
    .await;
    app.app.regions.import(&app.app.base, &server::regions::read(REGIONS).unwrap()).await.unwrap();
    app
}

impl Case {
    async fn open(patience: Duration) -> Self {
        let service = PushService::start().await;
        let app = register(&service, patience).await;
        let inspector = Inspector::new(&app, "astana", ASTANA).await;
        let report = Sent::new(&app, form(1, &[("address", "ADDRESS-OF-MINE")])).await;
        let browser = Browser::new();
        let answer = subscribe(&app, &report, &service.endpoint("one"), &browser, "kk").await.expect(201);
        let subscription = answer.json["id"].as_str().unwrap().to_owned();
        work::settle(&app.app).await.unwrap();
        Self { service, app, inspector, report, browser, subscription }
    }

    async fn answer(&self, text: &str) {
        self.inspector.post(&self.app, &self.report, "messages", json!({ "text": text })).await.expect(201);
    }

    /// Lets the workers try once more what waits for its next attempt. Returns how many attempts failed.
    async fn again(&self) -> u64 {
        self.execute("UPDATE job SET run_at = now()").await;
        work::settle(&self.app.app).await.unwrap().failed
    }

    async fn execute(&self, sql: &str) {
        self.app.app.base.db.get().await.unwrap().batch_execute(sql).await.unwrap();
    }

    async fn number(&self, sql: &str) -> i64 {
        self.app.app.base.db.get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
    }
}

async fn subscribe(app: &TestApp, report: &Sent, endpoint: &str, browser: &Browser, language: &str) -> Answer {
    let body = json!({ "endpoint": endpoint, "keys": { "p256dh": browser.p256dh(), "auth": browser.auth() } });
    let path = format!("/v1/reports/{}/subscriptions", report.number);
    let request = app.client.post(app.url(&path)).header("Accept-Language", language);
    let request = request.header("Tanba-Report-Token", &report.token);
    app.send(request.header("Idempotency-Key", Uuid::new_v4().to_string()).json(&body)).await
}

async fn unsubscribe(app: &TestApp, report: &Sent, id: &str) -> Answer {
    let path = format!("/v1/reports/{}/subscriptions/{id}", report.number);
    app.send(app.request(Method::DELETE, &path).header("Tanba-Report-Token", &report.token)).await
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The message says that there is an answer, in the person's language, to the browser alone; the service learns who sends.
#[tokio::test]
async fn an_answer_reaches_the_browser_encrypted_and_says_only_that_it_is_there() {
    let case = Case::open(Duration::from_secs(10)).await;
    let other = Browser::new();
    subscribe(&case.app, &case.report, &case.service.endpoint("two"), &other, "ru").await.expect(201);
    // What the reporter does is no answer.
    case.report.post(&case.app, "/messages", json!({ "text": "More" })).await.expect(201);
    work::settle(&case.app.app).await.unwrap();
    assert!(case.service.delivered().is_empty());
    case.answer("SECRET-WORDS of the inspector").await;
    assert_eq!(work::settle(&case.app.app).await.unwrap().failed, 0);
    let mut delivered = case.service.delivered();
    delivered.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(delivered.iter().map(|one| &*one.path).collect::<Vec<_>>(), ["/send/one", "/send/two"]);
    assert_eq!(delivered[0].body.len(), delivered[1].body.len(), "nothing of the language shows");
    let key = case.app.get("/v1/push/key").await.expect(200).json["public_key"].as_str().unwrap().to_owned();
    for (message, (browser, language)) in delivered.iter().zip([(&case.browser, "kk"), (&other, "ru")]) {
        let header = |name: &str| message.headers[name].as_str();
        assert_eq!((header("content-encoding"), header("ttl")), ("aes128gcm", "172800"));
        assert!(header("topic").len() <= 32 && !header("topic").contains("TB-"));
        let opened: Value = serde_json::from_slice(&browser.open(&message.body).unwrap()).unwrap();
        let say = |key: &str| {
            let number: &str = &case.report.number;
            locales::say(language.parse().unwrap(), key, &[("number", number.into())])
        };
        let expected = json!({ "report": case.report.number, "lang": language,
            "title": say("report-push-title"), "body": say("report-push-answer") });
        assert_eq!(opened, expected);
        // Signed for this service by the key that browsers are given, for less than a day.
        let (token, public) = header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let verifies = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(public));
        verifies.verify(signed.as_bytes(), &decoded(signature)).unwrap();
        let claims: Value = serde_json::from_slice(&decoded(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], format!("https://{}", PushService::HOST));
        let left = claims["exp"].as_i64().unwrap() - case.app.app.base.clock.now().timestamp();
        assert!((1..=86_400).contains(&left), "{left}");
    }
    assert_eq!(case.browser.open(&delivered[1].body), None, "another browser's");
    // A decision is an answer, too.
    case.inspector.decide(&case.app, &case.report, "confirmed").await.expect(200);
    work::settle(&case.app.app).await.unwrap();
    assert_eq!(case.service.delivered().len(), 4);
    // The same key in another process, and after a restart.
    let twin = case.app.twin().await;
    assert_eq!(twin.get("/v1/push/key").await.expect(200).json["public_key"], json!(key));
    twin.stop().await;
}

/// Busy, failing, slow, leading elsewhere, answering in HTML: the message is tried again, nothing is followed; a subscription
/// that has ended is removed; a message that is refused is given up.
#[tokio::test]
async fn a_push_service_that_misbehaves_is_tried_again_or_left() {
    let case = Case::open(Duration::from_millis(500)).await;
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("Location: https://{}/send\r\n", trap.local_addr().unwrap());
    case.service.react([
        Reaction::status(503, ""),
        Reaction::status(307, &elsewhere),
        Reaction::Silence,
        Reaction::End,
        Reaction::Answer("nonsense\r\n\r\n".into()),
        Reaction::status(429, "Retry-After: 1800\r\n"),
        Reaction::status(429, "Retry-After: 99999999999999999999\r\n"),
    ]);
    case.answer("The first").await;
    assert_eq!(work::settle(&case.app.app).await.unwrap().failed, 1);
    for _ in 0..4 {
        assert_eq!(case.again().await, 1);
        assert_eq!(case.number("SELECT count(*) FROM report_push").await, 1, "it is still subscribed");
    }
    assert_eq!(case.number("SELECT count(*) FROM job WHERE run_at > now() + interval '20 minutes'").await, 0);
    assert_eq!(case.again().await, 1);
    let asked = "SELECT count(*) FROM job WHERE kind = 'push-answer' AND last_error LIKE '%push-service-busy%'
        AND run_at BETWEEN now() + interval '29 minutes' AND now() + interval '31 minutes'";
    assert_eq!(case.number(asked).await, 1, "it comes back when it was told to");
    assert_eq!(case.again().await, 1);
    assert_eq!(case.number("SELECT count(*) FROM job WHERE run_at > now() + interval '2 hours'").await, 0);
    // What it says beside its status is ignored.
    let page = "<html><script>alert(1)</script>".repeat(10_000);
    case.service.react([Reaction::Answer(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    ))]);
    assert_eq!(case.again().await, 0);
    assert_eq!(case.number("SELECT count(*) FROM job WHERE kind = 'push-answer'").await, 0);
    assert_eq!(case.service.delivered().len(), 8);
    assert!(tokio::time::timeout(Duration::from_millis(50), trap.accept()).await.is_err(), "no redirect is followed");

    // Refused for what it is: given up, and the browser stays subscribed.
    case.service.react([Reaction::status(403, ""), Reaction::status(413, "")]);
    for text in ["The second", "The third"] {
        case.answer(text).await;
        assert_eq!(work::settle(&case.app.app).await.unwrap().failed, 0);
    }
    assert_eq!(case.number("SELECT count(*) FROM job").await, 0);
    assert_eq!(case.number("SELECT count(*) FROM report_push").await, 1);
    for (status, browser) in [(410, "three"), (404, "four")] {
        subscribe(&case.app, &case.report, &case.service.endpoint(browser), &Browser::new(), "en").await.expect(201);
        let before = case.number("SELECT count(*) FROM report_push").await;
        case.service.react((0..before).map(|_| Reaction::status(status, "")));
        case.answer("And more").await;
        assert_eq!(work::settle(&case.app.app).await.unwrap().failed, 0);
        assert_eq!(case.number("SELECT count(*) FROM report_push").await, 0, "{status}");
    }
    let told = case.service.delivered().len();
    case.answer("No message").await;
    work::settle(&case.app.app).await.unwrap();
    assert_eq!(case.service.delivered().len(), told);
    assert_eq!(case.number("SELECT count(*) FROM dead_job").await, 0);
}

/// While a push service says nothing, all other work goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_push_service_holds_up_no_other_work() {
    let case = Case::open(Duration::from_mins(2)).await;
    case.service.react([Reaction::Silence]);
    let worker = work::start(case.app.app.clone());
    case.answer("The first").await;
    while case.service.delivered().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Sent::new(&case.app, form(2, &[])).await;
    for _ in 0..1_500 {
        if case.number("SELECT count(*) FROM job WHERE kind = 'link-report'").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(case.number("SELECT count(*) FROM job WHERE kind = 'link-report'").await, 0, "linked");
    assert_eq!(case.number("SELECT count(*) FROM job WHERE kind = 'push-answer'").await, 1, "the message still waits");
    drop(worker);
}

/// X26: only addresses of known push services are kept, only with the report's secret, and of few browsers.
#[tokio::test]
async fn only_browsers_at_known_services_are_subscribed_and_only_with_the_secret() {
    let case = Case::open(Duration::from_secs(10)).await;
    let (app, report) = (&case.app, &case.report);
    for endpoint in [
        format!("http://{}/send/x", PushService::HOST),
        format!("https://{}:8443/send/x", PushService::HOST),
        format!("https://{}@127.0.0.1/send/x", PushService::HOST),
        format!("https://{}.evil.example/x", PushService::HOST),
        format!("https://{}", case.service.address),
        "https://127.0.0.1/x".into(),
        "https://[::1]/x".into(),
        "https://localhost/x".into(),
        "https://169.254.169.254/latest/meta-data".into(),
        "file:///etc/passwd".into(),
        String::new(),
        format!("https://{}/{}", PushService::HOST, "x".repeat(5_000)),
    ] {
        let refused = subscribe(app, report, &endpoint, &case.browser, "en").await.expect(422);
        assert_eq!(refused.faults(), ["endpoint field-not-a-push-service"], "{endpoint:.80}");
    }
    let path = format!("/subscriptions/{}", case.subscription);
    let endpoint = case.service.endpoint("one");
    let keys = json!({ "p256dh": URL_SAFE_NO_PAD.encode([4; 65]), "auth": "AAAA" });
    let wrong = report.post(app, "/subscriptions", json!({ "endpoint": endpoint, "keys": keys })).await.expect(422);
    assert_eq!(wrong.faults(), ["keys.p256dh field-not-a-push-key", "keys.auth field-not-a-push-key"]);
    let more = json!({ "endpoint": endpoint, "keys": keys, "expirationTime": null });
    assert!(report.post(app, "/subscriptions", more).await.expect(422).faults()[0].ends_with("field-unknown"));

    // The secret of another report, or none, opens nothing.
    let other = Sent::new(app, form(2, &[])).await;
    let stolen = Sent { number: report.number.clone(), token: other.token.clone() };
    assert_eq!(subscribe(app, &stolen, &endpoint, &case.browser, "en").await.expect(404).slug(), "report-token-wrong");
    unsubscribe(app, &stolen, &case.subscription).await.expect(404);
    unsubscribe(app, &other, &case.subscription).await.expect(204);
    assert_eq!(case.number("SELECT count(*) FROM report_push").await, 1, "another report's stays");

    // The same browser again is the same; of more than four the oldest ends.
    let again = subscribe(app, report, &endpoint, &case.browser, "ru").await.expect(201);
    assert_eq!(again.json["id"], json!(case.subscription));
    for browser in ["two", "three", "four", "five"] {
        app.app.base.clock.shift(TimeDelta::seconds(1));
        subscribe(app, report, &case.service.endpoint(browser), &Browser::new(), "en").await.expect(201);
    }
    let left = case.number("SELECT count(*) FROM report_push").await;
    let own = format!("SELECT count(*) FROM report_push WHERE id = '{}'", case.subscription);
    assert_eq!((left, case.number(&own).await), (4, 0));
    let last = subscribe(app, report, &case.service.endpoint("five"), &case.browser, "en").await.expect(201);
    for _ in 0..2 {
        unsubscribe(app, report, last.json["id"].as_str().unwrap()).await.expect(204);
    }
    assert_eq!(case.number("SELECT count(*) FROM report_push").await, 3);
    report.send(app, Method::DELETE, &path.replace(&case.subscription, "x"), None).await.expect(400);
    let recorded = "SELECT count(*) FROM audit WHERE action = 'reports.unsubscribe' AND actor = 'public'";
    assert_eq!(case.number(recorded).await, 1);

    // Where the settings name no service nobody is subscribed.
    let off = TestApp::start_with(shared_stores().await, |config| config.push.hosts.clear()).await;
    assert_eq!(off.get("/v1/push/key").await.expect(404).slug(), "push-off");
    let lone = Sent::new(&off, form(3, &[])).await;
    subscribe(&off, &lone, &endpoint, &case.browser, "en").await.expect(422);
}

/// X38: a subscription goes with the report's data, and what names a browser is neither readable in the store nor recorded.
#[tokio::test]
async fn a_subscription_goes_with_the_data_of_its_report() {
    let case = Case::open(Duration::from_secs(10)).await;
    let all =
        "SELECT (SELECT string_agg(p::text, ' ') FROM report_push p) || (SELECT string_agg(a::text, ' ') FROM audit a)
        || coalesce((SELECT string_agg(i::text, ' ') FROM idempotency i), '')";
    let kept: String = case.app.app.base.db.get().await.unwrap().query_one(all, &[]).await.unwrap().get(0);
    let endpoint = case.service.endpoint("one");
    for secret in [&endpoint, &hex(&endpoint), &case.browser.p256dh(), &case.browser.auth(), "push.tanba.example"] {
        assert!(!kept.contains(secret), "{secret}");
    }
    case.answer("An answer").await;
    case.report.send(&case.app, Method::DELETE, "", None).await.expect(204);
    assert_eq!(case.number("SELECT count(*) FROM report_push").await, 0);
    // A message that was about to go has nobody left.
    assert_eq!(work::settle(&case.app.app).await.unwrap().failed, 0);
    assert!(case.service.delivered().is_empty());
    let gone = subscribe(&case.app, &case.report, &endpoint, &case.browser, "en").await.expect(409);
    assert_eq!(gone.slug(), "report-deleted");
    // The same when its time is over.
    let second = Sent::new(&case.app, form(2, &[])).await;
    subscribe(&case.app, &second, &endpoint, &case.browser, "en").await.expect(201);
    case.execute(
        "UPDATE report SET status = 'confirmed', closed_at = now() - interval '10 years' WHERE deleted_at IS NULL",
    )
    .await;
    server::reports::keep_house(&case.app.app.reports).await.unwrap();
    assert_eq!(case.number("SELECT count(*) FROM report_push").await, 0);
}

fn hex(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).map(char::from).collect()
}
