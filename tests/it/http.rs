//! What every route shares.

use tests::TestApp;

#[tokio::test]
async fn a_path_that_is_not_there_is_a_problem_with_a_slug() {
    let app = TestApp::start().await;
    let answer = app.get("/v1/nothing").await.expect(404);
    assert_eq!(answer.slug(), "not-found");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    let app = TestApp::start().await;
    let answer = app.post("/healthz", &serde_json::json!({})).await.expect(405);
    assert_eq!((answer.slug(), answer.headers["allow"].to_str().unwrap()), ("method-not-allowed", "GET, HEAD"));
}

#[tokio::test]
async fn readiness_names_both_stores() {
    let app = TestApp::start().await;
    let answer = app.admin("/readyz").await.expect(200);
    let told = ["postgres", "redis", "oldest_job_seconds", "dead_jobs"].map(|name| answer.json[name].clone());
    assert_eq!(serde_json::json!(told), serde_json::json!([true, true, 0, 0]));
}

/// X54: metrics, and which stores answer, are served on a listener of their own and nowhere else.
#[tokio::test]
async fn what_operators_watch_is_not_on_the_public_listener() {
    let app = TestApp::start().await;
    app.get("/v1/reference").await.expect(200);
    app.get("/metrics").await.expect(404);
    assert_eq!(app.get("/readyz").await.expect(200).json, serde_json::json!({"ready": true}));
    let first = app.admin("/metrics").await.expect(200);
    assert!(String::from_utf8(first.bytes.clone()).unwrap().contains("tanba_request_seconds"));
    for path in ["/v1/reference", "/", "/demo", "/v1/verify?code=1"] {
        app.admin(path).await.expect(404);
    }
    // Rendered at most once a second, however often somebody asks.
    let began = std::time::Instant::now();
    let second = app.admin("/metrics").await.expect(200);
    assert!(second.bytes == first.bytes || began.elapsed() > std::time::Duration::from_millis(900));
}

/// X29
#[tokio::test]
async fn every_answer_carries_the_headers_that_protect() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/v1/nothing"] {
        let answer = app.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        for header in ["x-content-type-options", "referrer-policy", "strict-transport-security", "x-request-id"] {
            assert!(answer.headers.contains_key(header), "{path} {header}");
        }
    }
}

/// X31
#[tokio::test]
async fn a_change_asked_for_by_a_foreign_site_is_refused() {
    let app = TestApp::start().await;
    let request = app.request(reqwest::Method::POST, "/v1/scans").header("Origin", "https://elsewhere.example");
    let answer = app.send(request.json(&serde_json::json!({"items": []}))).await.expect(403);
    assert_eq!(answer.slug(), "origin-refused");
}

/// A14, U34: HEAD is answered wherever GET is, with the same headers and no body.
#[tokio::test]
async fn head_is_answered_wherever_get_is() {
    let app = TestApp::start().await;
    for (path, status) in [
        ("/", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/v1/reference", 200),
        ("/v1/orders", 401),
        ("/v1/nothing", 404),
    ] {
        let head = app.send(app.request(reqwest::Method::HEAD, path)).await.expect(status);
        assert!(head.bytes.is_empty(), "{path}");
        let get = app.get(path).await.expect(status);
        assert_eq!(head.headers["content-type"], get.headers["content-type"], "{path}");
    }
    app.send(app.request(reqwest::Method::HEAD, "/v1/auth/sign-in")).await.expect(405);
}

/// U34: a person who follows a link that leads nowhere gets a page, in their language; a program gets the problem.
#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_for_people_and_a_problem_for_programs() {
    let app = TestApp::start().await;
    for path in ["/about", "/v/1", "/app.php", "/demo/nothing"] {
        let asked =
            app.request(reqwest::Method::GET, path).header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        let page = app.send(asked).await.expect(404);
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"), "{path}");
        assert!(String::from_utf8(page.bytes).unwrap().contains("There is no such page"), "{path}");
        assert_eq!(app.get(path).await.expect(404).slug(), "not-found");
    }
    let asked = app.request(reqwest::Method::GET, "/v1/nothing").header("Accept", "text/html");
    assert_eq!(app.send(asked).await.expect(404).slug(), "not-found");
}

/// U34: those who index the web are told what is not for them.
#[tokio::test]
async fn robots_are_told_what_is_not_for_them() {
    let app = TestApp::start().await;
    let robots = String::from_utf8(app.get("/robots.txt").await.expect(200).bytes).unwrap();
    assert!(robots.contains("Disallow: /v1/") && robots.contains("Disallow: /01/"), "{robots}");
}

/// X72: once the service knows its own address, requests for another host are refused, and a browser's change must come
/// from the very origin, scheme and all.
#[tokio::test]
async fn a_request_for_another_host_or_from_another_scheme_is_refused() {
    let set = |config: &mut server::platform::config::Config| {
        config.public_origin = Some("https://tanba.example".to_owned());
        config.hosts = vec!["api.tanba.example".to_owned()];
    };
    let app = TestApp::start_with(tests::shared_stores().await, set).await;
    let ask = async |path: &str, host: &str| {
        app.send(app.request(reqwest::Method::GET, path).header("Host", host)).await.status
    };
    for host in ["tanba.example", "TANBA.example:443", "api.tanba.example"] {
        assert_eq!(ask("/v1/reference", host).await, 200, "{host}");
    }
    for host in ["evil.example", "tanba.example.evil.example", "127.0.0.1", "tanba.example:8443"] {
        assert_eq!(ask("/v1/reference", host).await, 421, "{host}");
        assert_eq!(ask("/readyz", host).await, 200, "a balancer asks by address");
    }
    let change = async |origin: &str| {
        let request =
            app.request(reqwest::Method::POST, "/v1/verify").header("Host", "tanba.example").header("Origin", origin);
        app.send(request.json(&serde_json::json!({"code": "1"}))).await.status
    };
    for (origin, status) in [
        ("https://tanba.example", 200),
        ("http://tanba.example", 403),
        ("https://api.tanba.example", 403),
        ("https://tanba.example:8443", 403),
        ("null", 403),
    ] {
        assert_eq!(change(origin).await, status, "{origin}");
    }
}

/// X71: a compressed body is read, within the same limits; one in another coding is refused by its name.
#[tokio::test]
async fn a_compressed_body_is_read_and_another_coding_is_refused() {
    let app = TestApp::start().await;
    let send = async |coding: &str, body: Vec<u8>| {
        let request = app.request(reqwest::Method::POST, "/v1/verify").header("Content-Encoding", coding);
        app.send(request.header("Content-Type", "application/json").body(body)).await
    };
    // `{"code":"4870001234562"}`, as gzip writes it.
    let packed: [u8; 44] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 74, 206, 79, 73, 85, 178, 82, 50, 177, 48, 55, 48, 48, 48, 52, 50,
        54, 49, 53, 51, 82, 170, 5, 0, 145, 239, 45, 216, 24, 0, 0, 0,
    ];
    let answer = send("gzip", packed.to_vec()).await.expect(200);
    let plain = app.post("/v1/verify", &serde_json::json!({"code": "4870001234562"})).await.expect(200);
    assert_eq!(answer.json["verdict"], plain.json["verdict"]);
    for coding in ["br", "deflate", "gzip, gzip", "zstd"] {
        let refused = send(coding, b"{}".to_vec()).await.expect(415);
        assert_eq!(refused.slug(), "unsupported-media-type", "{coding}");
    }
    assert_eq!(send("identity", br#"{"code":"4870001234562"}"#.to_vec()).await.status, 200);
}

/// A17: a queue for connections is overload, and no failure of the store.
#[tokio::test]
async fn a_full_pool_is_told_as_overload_and_not_as_a_store_that_is_away() {
    let few = |config: &mut server::platform::config::Config| config.database_connections = 1;
    let app = TestApp::start_with(tests::shared_stores().await, few).await;
    let follow =
        || app.request(reqwest::Method::GET, "/v1/reports/TB-26-0000001").header("Tanba-Report-Token", "x".repeat(43));
    let held = app.app.base.db.get().await.unwrap();
    let refused = app.send(follow()).await.expect(503);
    assert_eq!(refused.slug(), "overloaded");
    assert!(refused.headers.contains_key("retry-after"));
    drop(held);
    app.send(follow()).await.expect(404);
}
