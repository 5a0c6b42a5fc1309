//! What the log tells and what it doesn't: the real program, its log captured, and every place of a request filled with
//! what must not be in it (X7), or would break out of its line (X35).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use server::auth::Role;
use tests::{Answer, TestApp, shared_stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::people::sign_in;

/// The real program, beside a test's own service on the same register.
struct Program {
    child: Child,
    folder: PathBuf,
    base: String,
}

impl Program {
    async fn start(app: &TestApp) -> Self {
        let config = &app.app.base.config;
        let folder = config.data_dir.join("program");
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str| Stdio::from(File::create(folder.join(name)).unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_tanba-under-test"))
            .args(["serve", "--no-work"])
            .env_clear()
            .env("TANBA_LISTEN", "127.0.0.1:0")
            .env("TANBA_LANG", "en")
            .env("TANBA_DATA_DIR", &config.data_dir)
            .env("TANBA_DATABASE_URL", config.database_url.as_deref().unwrap())
            .env("TANBA_REDIS_URL", config.redis_url.as_deref().unwrap())
            .env("TANBA_REDIS_PREFIX", &config.redis_prefix)
            .env("TANBA_DATABASE_CONNECTIONS", "4")
            .env("TANBA_LIMIT_DEVICE", "1000000")
            .env("TANBA_LIMIT_PREFIX", "1000000")
            .env("TANBA_LIMIT_REPORTS", "1000000")
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        let mut program = Self { child, folder, base: String::new() };
        let deadline = Instant::now() + Duration::from_secs(30);
        while program.base.is_empty() {
            let told = program.told("stdout");
            if let Some(at) = told.find("http://127.0.0.1:") {
                program.base = told[at..].split_whitespace().next().unwrap().to_owned();
            }
            assert!(Instant::now() < deadline, "it doesn't serve: {}", program.told("stderr"));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        program
    }

    fn told(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.folder.join(name)).unwrap()).expect("what it tells is UTF-8")
    }

    /// Stops it as Ctrl-C does, and returns its log.
    fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "{}", self.told("stderr"));
        self.told("stderr")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A test that failed leaves nothing running; one that didn't has stopped it already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What must not be in a log: each text can be told from everything that a service would say by itself.
const SECRETS: [&str; 13] = [
    "0104870001234560213SecretPlace1",
    "(01)04870001234560(21)3SecretPlace2",
    "43.238949",
    "76.889709",
    "+7 701 555 44 33",
    "zhanar.secret@example.kz",
    "harness-of-nine-horses",
    "correct-horse-battery",
    "7o8pXq0cJ4yA1mZr9wKf3vTnGd5sLhEuQbYxWiCjRkM",
    "eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2VjcmV0",
    "Мұқағали көшесі, 17-үй",
    "secret-of-a-cookie",
    "TB-26-7654321",
];

/// What would break out of a line, or turn it around, or colour it.
const BREAKERS: [&str; 6] = [
    "\r\n{\"level\":\"ERROR\",\"message\":\"forged-line\"}",
    "\n[2026-11-20] forged-line",
    "\u{1b}[31mforged-colour\u{1b}[0m",
    "\u{202e}forged-direction\u{2066}\u{200f}",
    "\u{85}\u{2028}\u{2029}forged-line",
    "\",\"forged-field\":\"\u{0}",
];

/// As many spellings of a text as a log could give it.
fn spellings(text: &str) -> [String; 4] {
    let escaped = serde_json::to_string(text).unwrap();
    let form: String = tests::load::encoded(text).replace("%20", "+");
    [text.to_owned(), escaped.trim_matches('"').to_owned(), tests::load::encoded(text), form]
}

/// Every place of a request that takes text, filled with one text. Returns how many requests were made.
#[expect(clippy::too_many_lines, reason = "a list of places")]
async fn everywhere(client: &Client, base: &str, token: &str, text: &str) -> usize {
    let encoded = tests::load::encoded(text);
    let mut requests = Vec::new();
    for path in [
        format!("/{encoded}"),
        format!("/v1/{encoded}"),
        format!("/v1/products/{encoded}"),
        format!("/v1/products/{encoded}/publish"),
        format!("/v1/participants/{encoded}"),
        format!("/v1/orders/{encoded}"),
        format!("/v1/orders/{encoded}/codes"),
        format!("/v1/packs/{encoded}"),
        format!("/v1/reference/{encoded}"),
        format!("/v1/reports/{encoded}"),
        format!("/v1/shipments/{encoded}/accept"),
        format!("/v1/verify?code={encoded}"),
        format!("/v1/verify?{encoded}={encoded}"),
        format!("/v1/verify?code=1&lang={encoded}&{encoded}"),
        format!("/v1/products?limit={encoded}"),
        format!("/v1/orders?cursor={encoded}"),
        format!("/v1/audit?actor={encoded}&from={encoded}"),
        format!("/healthz?{encoded}"),
    ] {
        for method in [Method::GET, Method::POST] {
            requests.push(client.request(method, format!("{base}{path}")).bearer_auth(token));
        }
    }
    // Header values can't hold line ends and the like: what is left of the text is sent.
    let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if let Ok(value) = HeaderValue::from_bytes(plain.as_bytes()) {
        for header in [
            "user-agent",
            "referer",
            "origin",
            "cookie",
            "authorization",
            "x-forwarded-for",
            "forwarded",
            "x-request-id",
            "traceparent",
            "accept-language",
            "accept",
            "idempotency-key",
            "tanba-device",
            "tanba-report-token",
            "if-none-match",
            "content-language",
            "sec-fetch-site",
            "x-made-up",
        ] {
            for path in ["/v1/reference", "/v1/reports/TB-26-0000001", "/v1/auth/me"] {
                requests.push(client.get(format!("{base}{path}")).header(header, value.clone()));
            }
            requests.push(client.post(format!("{base}/v1/scans")).header(header, value.clone()).body("{"));
        }
        let request = client.post(format!("{base}/v1/verify")).header("content-type", value).body("{}");
        requests.push(request);
    }
    let unit = json!({ "id": text, "units": { "codes": [text], "packs": [text] }, "reason": text, "receiver": text });
    let scan = json!({ "id": Uuid::new_v4(), "code": text, "taken_at": chrono::Utc::now(), "consent": "exact",
        "place": { "latitude": 43.238_949, "longitude": 76.889_709, "accuracy_metres": 12.0 }, "verdict": text });
    let name = json!({ "kk": text, "ru": text, "en": text });
    for (path, body) in [
        ("/v1/verify", json!({ "code": text })),
        ("/v1/verify", json!({ text: text })),
        ("/v1/verify/batch", json!({ "codes": [text] })),
        ("/v1/verify/batch", json!({ "codes": [[text]], text: text })),
        ("/v1/auth/sign-in", json!({ "login": text, "password": text, "totp": "123456" })),
        ("/v1/auth/sign-in", json!({ "login": "zhanar", "password": text, "totp": text })),
        ("/v1/auth/refresh", json!({ "refresh_token": text })),
        ("/v1/scans", json!({ "items": [scan] })),
        ("/v1/scans", json!({ "items": [text] })),
        ("/v1/participants", json!({ "bin": text, "name": name, "roles": [text], "address": text })),
        (
            "/v1/products",
            json!({ "gtin": text, "group": "water", "trade_name": name, "manufacturer": text, "country": text,
            "hs_code": text, "attributes": { text: text } }),
        ),
        ("/v1/orders", json!({ "id": Uuid::new_v4(), "gtin": text, "quantity": 1, "participant": text })),
        ("/v1/sales", unit.clone()),
        ("/v1/recalls", unit.clone()),
        ("/v1/shipments", unit),
        ("/v1/packs", json!({ "id": Uuid::new_v4(), "sscc": text, "level": text, "packs": [text] })),
        ("/v1/stock/checks", json!({ "codes": [text], "sscc": text, "expected": [{ "gtin": text, "quantity": 1 }] })),
    ] {
        let key = Uuid::new_v4().to_string();
        let request = client.post(format!("{base}{path}")).bearer_auth(token).header("Idempotency-Key", key);
        requests.push(request.json(&body));
        // The same as text that is no JSON.
        let request =
            client.post(format!("{base}{path}")).bearer_auth(token).header("Content-Type", "application/json");
        requests.push(request.header("Idempotency-Key", "a-key-of-a-request").body(format!("{{\"{text}")));
    }
    let words: BTreeMap<&str, &str> =
        ["words", "code", "address", "outlet", "contact", "category", "latitude", "photo"]
            .into_iter()
            .map(|name| (name, text))
            .collect();
    let form = words.into_iter().fold(Form::new().text("id", Uuid::new_v4().to_string()), |form, (name, text)| {
        form.text(name, text.to_owned())
    });
    let photo = Part::bytes(text.as_bytes().to_vec()).file_name(text.to_owned());
    let report = client.post(format!("{base}/v1/reports")).header("Idempotency-Key", "a-key-of-a-report");
    requests.push(report.multipart(form.part(text.to_owned(), photo)));

    let mut made = 0;
    for request in requests {
        // What can't be a request at all isn't made.
        let Ok(request) = request.header("Accept-Language", "kk").build() else { continue };
        let health = request.url().path() == "/healthz";
        let answer = Answer::of(client.execute(request).await.expect("it answers")).await;
        assert!(answer.status < 500, "{}", String::from_utf8_lossy(&answer.bytes));
        made += usize::from(!health);
    }
    made
}

/// Bytes that no client would send.
async fn by_hand(base: &str, request: &[u8]) {
    let mut stream = TcpStream::connect(base.replace("http://", "")).await.unwrap();
    stream.write_all(request).await.unwrap();
    let _ = tokio::time::timeout(Duration::from_millis(300), stream.read_to_end(&mut Vec::new())).await;
}

/// X7, X35: no code, place, contact, password or token is in the log, wherever in a request it stands; each line is one
/// JSON object, with no letter in it that a terminal would obey, and nobody's text makes a line of its own.
#[tokio::test]
async fn the_log_is_lines_of_json_and_holds_nothing_that_was_sent() {
    let app = TestApp::start().await;
    let token = sign_in(&app, "zhanar", Role::Operator, None, None).await;
    let program = Program::start(&app).await;
    let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
    let me = client.get(format!("{}/v1/auth/me", program.base)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(me.status(), 200, "the program serves the same register");
    let mut made = 1;
    for text in SECRETS.into_iter().chain(BREAKERS) {
        made += everywhere(&client, &program.base, &token, text).await;
    }
    for request in [
        b"GET /v1/verify?code=SecretPlace3\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"GET /v1/verify?code=SecretPlace3 HTTP/1.1\r\nHost: \x1b[31mSecretPlace3\r\n\r\n".to_vec(),
        b"SecretPlace3 /v1/SecretPlace3 HTTP/1.1\r\nHost: SecretPlace3\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET http://SecretPlace3/SecretPlace3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"POST /v1/scans HTTP/1.1\r\nHost: x\r\nContent-Length: SecretPlace3\r\n\r\n".to_vec(),
        b"POST /v1/scans HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: SecretPlace3\r\n\r\n".to_vec(),
        b"POST /v1/scans HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\nSecretPlace3"
            .to_vec(),
        b"SecretPlace3\r\n\r\n".to_vec(),
        b"\x16\x03\x01SecretPlace3".to_vec(),
        [b"GET /".as_slice(), "SecretPlace3".repeat(20_000).as_bytes(), b" HTTP/1.1\r\n\r\n"].concat(),
    ] {
        by_hand(&program.base, &request).await;
    }
    let stdout = program.folder.join("stdout");
    let log = program.stop();

    let mut answered = 0;
    for line in log.lines() {
        let record: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(record.is_object() && record["level"].is_string() && record["timestamp"].is_string(), "{line}");
        assert!(!line.chars().any(|letter| letter.is_control() || is_bidirectional(letter)), "{line:?}");
        // Bytes that are no request are told by the reader of requests; nothing else is a fault of ours.
        let unread = record["target"] == "actix_http::h1::dispatcher";
        assert!(unread || record["level"] != "ERROR", "{line}");
        if record["message"] == "answered" {
            answered += 1;
            assert!(record["status"].is_number() && record["route"].is_string(), "{line}");
            assert!(record["span"]["id"].is_string() || record["id"].is_string(), "whose request? {line}");
        }
    }
    assert!((made..=made + 10).contains(&answered), "{made} requests, {answered} records of them");
    for secret in SECRETS.into_iter().chain(["SecretPlace", "forged-", token.as_str()]) {
        let parts = token.split('.').filter(|_| secret == token).map(str::to_owned);
        for spelling in spellings(secret).into_iter().chain(parts) {
            let line = log.lines().find(|line| line.contains(&spelling));
            assert!(line.is_none(), "{secret} stands in the log: {}", line.unwrap_or_default());
            assert!(!fs::read_to_string(&stdout).unwrap().contains(&spelling), "{secret} was told on the terminal");
            let stores = logs_of_stores(&shared_stores().await.folder);
            assert!(!stores.contains(&spelling), "{secret} stands in the log of a store");
        }
    }
}

/// The logs of the private PostgreSQL and Redis.
fn logs_of_stores(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let logs: Vec<String> = logs.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect();
    assert!(!logs.is_empty(), "the stores have logs in {}", folder.display());
    logs.join("\n")
}

/// Letters that turn the direction of what follows, or end a line for some readers.
fn is_bidirectional(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
