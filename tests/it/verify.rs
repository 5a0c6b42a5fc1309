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

/// G5: a batch answers each of its codes as a single question does, in its order and in the language asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_answers_each_code_as_a_single_question_does() {
    let app = TestApp::start().await;
    let mut scene = Scene::open(&app.app, &app.url("")).await;
    let (_, water) = scene.goods(Group::Water, 5).await;
    let (_, shoes) = scene.goods(Group::Shoes, 5).await;
    let worker = server::service::work::start(app.app.clone());
    scene.await_verdict(&water[0], "in-circulation").await;
    scene.await_verdict(&shoes[4], "in-circulation").await;
    let spoiled = shoes[0].to_ascii_lowercase();
    let bare = shoes[1].split('\u{1d}').next().unwrap().to_owned();
    let invented = format!("{}3ZZZZZZZZZZZZ{}", &shoes[2][..18], &shoes[2][31..]);
    let mut codes = vec![spoiled, bare, invented, "hello".to_owned(), String::new(), "04870001234560".to_owned()];
    codes.extend(water.iter().chain(&shoes).cloned());
    // Twice the same code is answered twice.
    codes.push(shoes[0].clone());

    for (language, source) in [("kk", None), ("ru", Some("camera")), ("en", Some("typed"))] {
        let mut question = json!({ "codes": codes });
        if let Some(source) = source {
            question["source"] = json!(source);
        }
        for round in 0..3 {
            let path = format!("/v1/verify/batch?lang={language}");
            let batch = app.post(&path, &question).await.expect(200);
            assert_eq!(batch.headers["cache-control"], "no-store");
            let answers = batch.json["answers"].as_array().unwrap();
            assert_eq!(answers.len(), codes.len());
            for (code, answer) in codes.iter().zip(answers) {
                let mut single = json!({ "code": code });
                single.as_object_mut().unwrap().extend(source.map(|source| ("source".to_owned(), json!(source))));
                let single = app.post(&format!("/v1/verify?lang={language}"), &single).await.expect(200).json;
                let (mut single, mut answer) = (single, answer.clone());
                assert!(single["as_of"].take().is_string() && answer["as_of"].take().is_string());
                assert_eq!(answer, single, "{code:?} in {language}, round {round}");
            }
        }
    }
    worker.stop().await;
    app.stop().await;
}

/// G5: what is no question is refused as a whole, each fault with its index.
#[tokio::test]
async fn a_batch_with_faults_is_refused_with_the_index_of_each() {
    let app = TestApp::start().await;
    let long = "0".repeat(2_049);
    let ask = async |question: serde_json::Value| app.post("/v1/verify/batch", &question).await;
    let refused = ask(json!({ "codes": ["hello", long, "", long] })).await.expect(422);
    assert_eq!(refused.faults(), ["codes[1] field-too-long", "codes[3] field-too-long"]);
    assert_eq!(ask(json!({ "codes": [] })).await.expect(422).faults(), ["codes field-required"]);
    assert_eq!(ask(json!({})).await.expect(422).faults(), ["codes field-required"]);
    assert_eq!(ask(json!({ "codes": ["hello", 7] })).await.expect(422).faults(), ["codes[1] field-wrong-type"]);
    assert_eq!(ask(json!({ "codes": ["hello"], "code": "x" })).await.expect(422).faults(), ["code field-unknown"]);
    assert_eq!(ask(json!({ "codes": vec!["hello"; 1_001] })).await.expect(413).slug(), "too-many-items");
    let most = ask(json!({ "codes": vec!["hello"; 1_000] })).await.expect(200);
    assert_eq!(most.json["answers"].as_array().unwrap().len(), 1_000);
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
