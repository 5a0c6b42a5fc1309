//! Bodies that come slowly, or stop: an honest one on a slow line arrives, and no stranger takes the room of others.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use futures_util::stream;
use reqwest::Method;
use serde_json::json;
use server::platform::config::Config;
use tests::{Answer, TestApp, shared_stores};
use uuid::Uuid;

/// A label with a symbol.
const LABEL: &[u8] = include_bytes!("../../ffi/tests/fixtures/label.png");

fn address(app: &TestApp) -> SocketAddr {
    app.url("").strip_prefix("http://").unwrap().parse().unwrap()
}

/// Sends a body in ten pieces with a pause before each, as a client that waits no longer than three seconds for an answer.
async fn send_slowly(app: &TestApp, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let piece = body.len().div_ceil(10);
    let length = body.len();
    let pieces: Vec<Vec<u8>> = body.chunks(piece).map(<[u8]>::to_vec).collect();
    let pieces = stream::unfold(pieces.into_iter(), async |mut rest| {
        let next = rest.next()?;
        tokio::time::sleep(Duration::from_millis(450)).await;
        Some((Ok::<_, std::io::Error>(next), rest))
    });
    let request = app.request(Method::POST, path).header("Content-Type", kind).header("Content-Length", length);
    app.send(request.header("Prefer", "wait=3").body(reqwest::Body::wrap_stream(pieces))).await
}

/// X44: the time for which a client waits begins when its body has come. The upload itself takes longer than that here,
/// as five photos over 64 kbit/s take longer than the ten seconds of everybody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_longer_to_upload_than_its_client_waits_arrives() {
    let app = TestApp::start().await;
    let scans: Vec<_> = (0..60)
        .map(|_| json!({ "id": Uuid::new_v4(), "code": "x".repeat(900), "taken_at": chrono::Utc::now(), "consent": "none" }))
        .collect();
    let scans = json!({ "items": scans }).to_string().into_bytes();
    let mut form = Vec::new();
    for (name, text) in [("id", Uuid::new_v4().to_string()), ("category", "expired-goods".to_owned())] {
        form.extend_from_slice(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").as_bytes(),
        );
    }
    for photo in 0..5 {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{photo}.png\"\r\nContent-Type: image/png\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(LABEL);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--b--\r\n");
    let (scans, report, photo) = tokio::join!(
        send_slowly(&app, "/v1/scans", "application/json", scans),
        send_slowly(&app, "/v1/reports", "multipart/form-data; boundary=b", form),
        send_slowly(&app, "/v1/decode", "image/png", LABEL.to_vec()),
    );
    scans.expect(201);
    report.expect(201);
    photo.expect(200);
}

/// Opens a connection, announces a body and sends a part of it.
fn stall(address: SocketAddr, head: &str, part: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    // One that is refused can't be written to any more.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(part));
    stream
}

/// X48: photos that trickle in hold no place before those that are there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_that_trickle_in_keep_no_others_from_being_read() {
    let app = TestApp::start().await;
    let address = address(&app);
    let held: Vec<TcpStream> = (0..100)
        .map(|_| {
            let head = "POST /v1/decode HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n\
                Content-Length: 1000000\r\n\r\n";
            stall(address, head, &[0; 4_096])
        })
        .collect();
    for _ in 0..5 {
        let request = app.request(Method::POST, "/v1/decode").header("Content-Type", "image/png").body(LABEL.to_vec());
        app.send(request).await.expect(200);
    }
    drop(held);
}

/// X48: bodies that stop in the middle take the room of their own network, and only that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_bodies_of_one_network_refuse_no_other_network() {
    let change = |config: &mut Config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    };
    let app = TestApp::start_with(shared_stores().await, change).await;
    let address = address(&app);
    let stalled = tokio::task::spawn_blocking(move || {
        let part = vec![b' '; 1_000_000];
        let all = (0..330).map(|host| {
            let head = format!(
                "POST /v1/scans HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 X-Forwarded-For: 198.51.100.{}\r\nContent-Length: 1048576\r\n\r\n",
                host % 250
            );
            stall(address, &head, &part)
        });
        all.collect::<Vec<_>>()
    });
    let stalled = stalled.await.unwrap();
    let scan = |code: &str| {
        let scan = json!({ "id": Uuid::new_v4(), "code": code, "taken_at": chrono::Utc::now(), "consent": "none" });
        json!({ "items": [scan] })
    };
    let send = async |from: &str, path: &str, body: &serde_json::Value| {
        app.send(app.request(Method::POST, path).header("X-Forwarded-For", from).json(body)).await
    };
    for host in 1..=20 {
        send(&format!("203.0.113.{host}"), "/v1/scans", &scan("4870001234562")).await.expect(201);
        let sign_in = json!({ "login": "nobody", "password": "harness-of-nine-horses", "totp": "123456" });
        send(&format!("203.0.{host}.9"), "/v1/auth/sign-in", &sign_in).await.expect(401);
        // A large body, too; and a small one of the very network that took all its room.
        send(&format!("203.0.113.{host}"), "/v1/scans", &scan(&"x".repeat(2_000))).await.expect(201);
        send("198.51.100.9", "/v1/scans", &scan("4870001234562")).await.expect(201);
    }
    drop(stalled);
}

/// X63: an account has one bucket, however many device ids and tokens its requests name.
#[tokio::test]
async fn an_account_gains_nothing_by_other_device_ids() {
    let few = |config: &mut Config| config.limits.per_device = 30;
    let app = TestApp::start_with(shared_stores().await, few).await;
    let token = crate::people::sign_in(&app, "auditor", server::auth::Role::Auditor, None, None).await;
    let mut refused = 0;
    for _ in 0..60 {
        let request = app.request(Method::GET, "/v1/auth/me").bearer_auth(&token);
        let answer = app.send(request.header("Tanba-Device", Uuid::new_v4().to_string())).await;
        assert!([200, 429].contains(&answer.status), "{}", answer.status);
        refused += usize::from(answer.status == 429);
    }
    assert!(refused >= 25, "{refused}");
}
