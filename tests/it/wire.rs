//! What comes over the wire and what goes out: requests that two readers would end in two places, foreign web sites,
//! addresses in what people send, cells of a spreadsheet.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::{TestApp, shared_stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use uuid::Uuid;

use crate::codes::Trade;

/// Sends bytes on a connection of their own, and reads until it is closed. Fails when it stays open.
async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let address = app.url("").replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    // An end by force is an end.
    assert!(read.is_ok(), "the connection stays open after {answer:?}");
    answer
}

/// X34: what a proxy could end elsewhere than we do is refused and the connection closed; nothing that hides behind it
/// is answered.
#[tokio::test]
async fn a_request_with_two_ends_is_refused_and_nothing_behind_it_is_read() {
    let app = TestApp::start().await;
    let hidden = "GET /healthz HTTP/1.1\r\nHost: hidden\r\n\r\n";
    let post = "POST /v1/verify HTTP/1.1\r\nHost: shown\r\nContent-Type: application/json\r\n";
    let old = "POST /v1/verify HTTP/1.0\r\nHost: shown\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n";
    let length = hidden.len() + 5;
    let requests = [
        // Both lengths, either way round.
        format!("{post}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n{hidden}\r\n0\r\n\r\n"),
        format!("{post}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        // One length twice.
        format!("{post}Content-Length: 2\r\nContent-Length: {length}\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 2, 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"),
        // A length that isn't one.
        format!("{post}Content-Length: +2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: -2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 0x2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 2 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length:\r\n\r\n{{}}{hidden}"),
        format!("{post}Content-Length: 99999999999999999999999\r\n\r\n{{}}{hidden}"),
        // An encoding that isn't one, or not where it belongs.
        format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post} Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{old}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{old}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        // Headers that go on in the next line.
        format!("{post}Content-Length:\r\n 2\r\n\r\n{{}}{hidden}"),
        format!("{post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\tX: y\r\n\r\n0\r\n\r\n{hidden}"),
        // Chunks whose lengths aren't.
        format!("{post}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{{}}\r\n0\r\n\r\n{hidden}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}0\r\n\r\n{hidden}"),
        // Two hosts, or none.
        format!("GET /v1/reference HTTP/1.1\r\nHost: shown\r\nHost: other\r\n\r\n{hidden}"),
        format!("GET /v1/reference HTTP/1.1\r\n\r\n{hidden}"),
    ];
    for request in requests {
        let answer = raw(&app, request.as_bytes()).await;
        assert!(answer.matches("HTTP/1.").count() <= 1, "two answers to {request:?}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{request:?}: {answer}");
        assert!(!answer.contains("alive"), "{request:?}: {answer}");
    }
    // So it is with what is in order: two requests, two answers.
    let both = format!("{hidden}{}", hidden.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    assert_eq!(raw(&app, both.as_bytes()).await.matches("alive").count(), 2);
}

/// X32: only the origins that were set may call from a browser; everybody else is told nothing.
#[tokio::test]
async fn only_the_origins_that_were_set_may_call_from_a_browser() {
    let set = "https://app.example";
    let app = TestApp::start_with(shared_stores().await, |config| config.allowed_origins = vec![set.to_owned()]).await;
    let preflight = async |origin: &str, path: &str| {
        let request = app.request(Method::OPTIONS, path).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "POST");
        app.send(request.header("Access-Control-Request-Headers", "content-type, authorization")).await
    };
    for path in ["/v1/scans", "/v1/orders", "/v1/verify"] {
        let answer = preflight(set, path).await.expect(200);
        assert_eq!(answer.headers["access-control-allow-origin"], set);
        assert!(
            !answer.headers.contains_key("access-control-allow-credentials"),
            "tokens go in headers, not in cookies"
        );
        assert!(answer.headers["vary"].to_str().unwrap().to_ascii_lowercase().contains("origin"));
    }
    let strangers = [
        "https://elsewhere.example",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "http://app.example",
        "https://app.example:8443",
        "https://APP.example.",
        "null",
        "*",
        "https://",
    ];
    for origin in strangers {
        for path in ["/v1/scans", "/v1/orders"] {
            let answer = preflight(origin, path).await;
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
        }
        let request = app.request(Method::GET, "/v1/reference").header("Origin", origin);
        assert!(!app.send(request).await.headers.contains_key("access-control-allow-origin"), "{origin}");
        let request = app.request(Method::POST, "/v1/verify").header("Origin", origin);
        let answer = app.send(request.json(&json!({ "code": "4006381333931" }))).await.expect(403);
        assert_eq!(answer.slug(), "origin-refused", "{origin}");
    }
    let request = app.request(Method::POST, "/v1/verify").header("Origin", set);
    let answer = app.send(request.json(&json!({ "code": "4006381333931" }))).await.expect(200);
    assert_eq!(answer.headers["access-control-allow-origin"], set);
    // Nothing set: nobody.
    let closed = TestApp::start().await;
    let request = closed.request(Method::GET, "/v1/reference").header("Origin", set);
    assert!(!closed.send(request).await.headers.contains_key("access-control-allow-origin"));
}

/// X26: an address that somebody sends is a text. Nothing of the server could even call one: it has no client for HTTP
/// but those of the photos' store, of the webhook, of the audit's anchor and of push services, whose addresses, or hosts,
/// are settings; and connects by itself only to Redis and, for a phone on the local network, to itself.
#[test]
fn the_server_has_nothing_to_fetch_an_address_with() {
    let manifest = include_str!("../../server/Cargo.toml");
    for client in ["hyper", "ureq", "awc", "isahc", "surf", "curl", "attohttpc", "minreq"] {
        let named =
            |line: &str| line.split(['=', '.', ' ']).next().is_some_and(|name| name.trim_matches('"') == client);
        assert!(!manifest.lines().any(named), "the server depends on {client}");
    }
    let webhook = include_str!("../../server/src/alerts/webhook.rs");
    assert_eq!(webhook.matches(".post(").count(), 1);
    assert!(
        webhook.contains(".post(&webhook.url)") && webhook.contains("= &state.base.config.webhook"),
        "only the setting's"
    );
    for (_, path, text) in crate::house::sources() {
        for call in ["TcpStream::connect", "UdpSocket", "lookup_host", "to_socket_addrs", "reqwest::", "hyper::"] {
            let is_of_a_setting = match path.as_str() {
                "alerts/webhook.rs" | "platform/audit/anchor.rs" => call == "reqwest::",
                // The hosts are a setting's: see `only_addresses_of_known_services_are_endpoints`.
                "reports/push/sender.rs" => ["reqwest::", "lookup_host"].contains(&call),
                "verify/snapshot/cluster.rs" => call == "TcpStream::connect",
                "cli/lan.rs" => ["TcpStream::connect", "UdpSocket"].contains(&call),
                _ => false,
            };
            assert!(is_of_a_setting || !text.contains(call), "{path} calls {call}");
        }
    }
}

/// X26: the same, seen from outside: an address of ours in every place where text goes, and nobody comes.
#[tokio::test]
async fn an_address_in_what_people_send_is_never_asked() {
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/01/04870001234560/21/3abcdefgh", trap.local_addr().unwrap());
    let app = TestApp::start().await;
    let code = tests::load::encoded(&url);
    let request = app.request(Method::GET, &format!("/v1/verify?code={code}"));
    app.send(
        request.header("Referer", &url).header("X-Forwarded-Host", &url).header("Forwarded", format!("host={url}")),
    )
    .await;
    app.post("/v1/verify", &json!({ "code": url })).await.expect(200);
    app.post("/v1/verify", &json!({ "code": format!("]Q1{url}") })).await.expect(200);
    let scan = json!({ "id": Uuid::new_v4(), "code": url, "taken_at": chrono::Utc::now(), "consent": "none" });
    app.post("/v1/scans", &json!({ "items": [scan] })).await.expect(201);
    app.get(&format!("/v1/reference/{code}")).await;
    // A token that names where its key should be looked for (X12).
    let head = json!({ "alg": "EdDSA", "jku": url, "x5u": url, "kid": url }).to_string();
    let token = [head.as_bytes(), b"{}", b"x"].map(base64url).join(".");
    let me = app.request(Method::GET, "/v1/auth/me").bearer_auth(token);
    app.send(me).await.expect(401);
    let form = reqwest::multipart::Form::new()
        .text("id", Uuid::new_v4().to_string())
        .text("category", "unmarked-goods")
        .text("words", format!("See {url} and <img src=\"{url}\">"))
        .text("code", url.clone())
        .text("outlet", url.clone())
        .text("contact", url.clone())
        .text("photo", url.clone());
    let report = app.request(Method::POST, "/v1/reports").header("Idempotency-Key", "a-key-for-this-report");
    app.send(report.multipart(form)).await;
    assert!(timeout(Duration::from_secs(2), trap.accept()).await.is_err(), "somebody came to look");
}

/// Base64 as tokens carry it.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            text.push(char::from(LETTERS[(number >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// X27: no cell of an export is one that a spreadsheet would run.
#[tokio::test]
async fn no_cell_of_an_export_is_a_formula() {
    let trade = Trade::open().await;
    let water = trade.water().await;
    let milk = json!({ "brand": "=1+1", "kind": "milk", "fat": 3.2, "net_mass": 1_000 });
    let milk = trade.product("04870001234577", "dairy", "0401", milk).await;
    for gtin in [water, milk] {
        let order = trade.order(&gtin, 3_000).await;
        let answer = trade.get(&trade.producer, &format!("/v1/orders/{order}/codes")).await.expect(200);
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"codes-"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let text = String::from_utf8(answer.bytes).unwrap();
        for line in text.split_terminator("\r\n").skip(1) {
            let (index, cells) = line.split_once(';').unwrap();
            assert!(index.bytes().all(|byte| byte.is_ascii_digit()), "{line:?}");
            for cell in cells.split("\";\"") {
                let first = cell.trim_start_matches('"').chars().next().unwrap();
                assert!(!['=', '+', '-', '@', '\t', '\r'].contains(&first), "{line:?}");
            }
        }
    }
}
