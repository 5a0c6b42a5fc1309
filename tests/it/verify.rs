//! Verify and the demo, as the public meets them.

use marking::layout::Group;
use serde_json::json;
use tests::load::encoded;
use tests::{Scene, TestApp, shared_stores};

/// D1.7, D1.19
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_answered_the_same_in_the_address_and_in_the_body_and_in_three_languages() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, codes) = scene.goods(Group::Water, 2).await;
    let worker = server::service::work::start(app.app.clone());
    scene.await_verdict(&codes[0], "in-circulation").await;

    let by_address = app.get(&format!("/v1/verify?code={}", encoded(&codes[0]))).await.expect(200);
    let by_body = app.post("/v1/verify", &json!({ "code": codes[0] })).await.expect(200);
    for (name, value) in by_address.json.as_object().unwrap() {
        assert!(name == "as_of" || *value == by_body.json[name], "{name}");
    }
    assert_eq!(by_address.headers["cache-control"], "no-store");
    assert_eq!(by_address.json["product"]["trade_name"], "Alatau spring");
    assert_eq!(by_address.json["may_be_sold"], true);
    assert!(codes[0].contains(by_address.json["code"]["serial"].as_str().unwrap()));

    let mut titles = Vec::new();
    for language in ["kk", "ru", "en"] {
        let path = format!("/v1/verify?code={}&lang={language}", encoded(&codes[0]));
        let answer = app.get(&path).await.expect(200);
        titles.push(answer.json["title"].as_str().unwrap().to_owned());
    }
    titles.dedup();
    assert_eq!(titles.len(), 3, "{titles:?}");
    worker.stop().await;
    app.stop().await;
}

/// Any text gets an answer; only what can't be a question is refused, with the place of the fault.
#[tokio::test]
async fn any_text_is_answered_and_what_is_no_question_is_refused() {
    let app = TestApp::start().await;
    for text in ["", "hello", "04600840749372", "\u{0}\u{202e}", "қазақша", "]d2", "(01)", &"0".repeat(2_048)] {
        let answer = app.get(&format!("/v1/verify?code={}", encoded(text))).await.expect(200);
        assert!(["misread", "unknown"].contains(&answer.json["verdict"].as_str().unwrap()), "{text}");
    }
    let rubbish = app.get("/v1/verify?code=%FF%FE").await.expect(200);
    assert_eq!(rubbish.json["verdict"], "misread");

    let long = "0".repeat(2_049);
    assert_eq!(app.get(&format!("/v1/verify?code={long}")).await.expect(413).slug(), "code-too-long");
    assert_eq!(app.post("/v1/verify", &json!({ "code": long })).await.expect(413).slug(), "code-too-long");
    assert_eq!(app.get("/v1/verify").await.expect(400).faults(), ["code field-required"]);
    assert_eq!(app.post("/v1/verify", &json!({})).await.expect(422).faults(), ["code field-required"]);
    assert_eq!(app.post("/v1/verify", &json!({ "code": 7 })).await.expect(422).faults(), ["code field-wrong-type"]);
    app.stop().await;
}

/// X29: the demo is there when it is asked for, under the same strict policy; otherwise there is no trace of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_its_codes_when_it_is_asked_for_and_is_not_there_otherwise() {
    let app = TestApp::start().await;
    for path in ["/demo", "/demo/codes.json", "/demo/style.css", "/demo/labels/boots.png", "/demo/boots"] {
        assert_eq!(app.get(path).await.expect(404).slug(), "not-found", "{path}");
    }
    app.stop().await;

    let app = TestApp::start_with(shared_stores().await, |config| config.demo = true).await;
    app.app.load_demo().await.unwrap();
    let codes = app.get("/demo/codes.json").await.expect(200);
    let codes = codes.json.as_array().unwrap();
    assert!(codes.len() >= 40, "{}", codes.len());
    for code in codes {
        let text = code["text"].as_str().unwrap();
        let answer = app.post("/v1/verify", &json!({ "code": text })).await.expect(200);
        let slugs = answer.json["reasons"].as_array().unwrap().iter().map(|reason| &reason["slug"]);
        assert_eq!(answer.json["verdict"], code["expected"], "{code}");
        assert!(slugs.into_iter().any(|slug| *slug == code["reason"]), "{code}");
    }
    for language in ["kk", "ru", "en"] {
        let page = app.get(&format!("/demo?lang={language}")).await.expect(200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        let text = String::from_utf8(page.bytes).unwrap();
        assert!(text.contains(&format!("<html lang=\"{language}\">")) && !text.contains("<script"));
        assert_eq!(text.matches("<img ").count(), codes.len());
        // U38: each picture and each way to an answer has a name of its own, and the scanner is one step away.
        for names in [between(&text, " alt=\"", "\""), between(&text, "<span class=\"unseen\">", "</span>")] {
            assert_eq!(names.len(), codes.len());
            assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), codes.len());
        }
        assert!(text.contains(&format!("<a href=\"/?lang={language}\">")), "{text}");
    }
    // U38: a stamp's link leads to this service, by the scheme under which it is known.
    let wine = codes.iter().filter_map(|code| code["text"].as_str()).find(|text| text.contains("/s/")).unwrap();
    assert!(wine.starts_with(&format!("{}/s/", app.app.base.config.public_url)), "{wine}");
    let page = app.get("/demo/wine?lang=en").await.expect(200);
    let text = String::from_utf8(page.bytes).unwrap();
    for told in ["Dry red wine", "Alazani Valley Winery", "Qala Import LLP", "55302/"] {
        assert!(text.contains(told), "{told}");
    }
    assert_eq!(app.get("/demo/nothing").await.expect(404).slug(), "not-found");
    app.stop().await;
}

/// Every text between two others.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}
