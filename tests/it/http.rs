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
    assert_eq!((answer.slug(), answer.headers["allow"].to_str().unwrap()), ("method-not-allowed", "GET"));
}

#[tokio::test]
async fn readiness_names_both_stores() {
    let app = TestApp::start().await;
    let answer = app.get("/readyz").await.expect(200);
    let told = ["postgres", "redis", "oldest_job_seconds", "dead_jobs"].map(|name| answer.json[name].clone());
    assert_eq!(serde_json::json!(told), serde_json::json!([true, true, 0, 0]));
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
