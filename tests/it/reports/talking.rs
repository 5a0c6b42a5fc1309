//! The talk about a report: replies with photos, what both sides see, what inspectors find and hear of at once.

use std::time::Duration;

use futures_util::StreamExt;
use marking::layout::Group;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use server::service::work;
use tests::{Answer, Scene, TestApp};
use uuid::Uuid;

use super::{ALMATY, ASTANA, Inspector, Sent, count, files, form, jpeg, open, photo};

/// Sends a form about a report.
pub(super) async fn reply(app: &TestApp, report: &Sent, form: Form) -> Answer {
    reply_under(app, report, &Uuid::new_v4().to_string(), form).await
}

async fn reply_under(app: &TestApp, report: &Sent, key: &str, form: Form) -> Answer {
    let request = app.request(Method::POST, &format!("/v1/reports/{}/messages", report.number));
    let request = request.header("Tanba-Report-Token", &report.token).header("Idempotency-Key", key);
    app.send(request.multipart(form)).await
}

/// What an inspector's stream tells after a step, until it has told so much.
pub(super) async fn stream(app: &TestApp, inspector: &Inspector, after: i64, wanted: usize) -> Vec<Value> {
    let request = app.request(Method::GET, "/v1/inspector/reports/stream").header("Last-Event-ID", after.to_string());
    let response = request.bearer_auth(&inspector.access).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut stream, mut text) = (response.bytes_stream(), String::new());
    while text.matches("event: report").count() < wanted {
        let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        let Ok(Some(bytes)) = next else { break };
        text.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
    }
    assert!(text.contains(&format!("id: {after}\nevent: begin")), "who comes back has an id at once: {text}");
    let events = text.split("\n\n").filter(|event| event.contains("event: report"));
    let data = |event: &str| event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
    events.filter_map(data).map(|data| serde_json::from_str(&data).unwrap()).collect()
}

/// UX 18: an inspector asks for a photo, the author sends it, both see it; each look is audited.
#[tokio::test]
async fn a_reply_has_photos_that_both_sides_see() {
    let app = open().await;
    let given = [("code", "4870112345674"), ("outlet", "Береке"), ("address", "Мәңгілік Ел, 55")];
    let report = Sent::new(&app, form(1, &given).part("photo", photo(jpeg(60, 40)))).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    inspector.decide(&app, &report, "needs-information").await.expect(200);
    let with_photo = || Form::new().text("text", "The price tag").part("photo", photo(jpeg(30, 20)));
    let key = Uuid::new_v4().to_string();
    let first = reply_under(&app, &report, &key, with_photo()).await.expect(201);
    assert_eq!(first.json["status"], "assigned");
    assert_eq!(reply_under(&app, &report, &key, with_photo()).await.expect(201).bytes, first.bytes);
    assert_eq!(files(&app).len(), 2, "the photo of a retry is not kept");
    let other = Form::new().text("text", "The price tag").part("photo", photo(jpeg(31, 20)));
    assert_eq!(reply_under(&app, &report, &key, other).await.expect(422).slug(), "idempotency-key-reused");
    assert_eq!(reply(&app, &report, Form::new().text("text", "")).await.expect(422).faults(), ["text field-required"]);
    reply(&app, &report, Form::new().part("photo", photo(jpeg(10, 10)))).await.expect(201);
    assert_eq!(files(&app).len(), 3);

    let own = report.follow(&app).await.expect(200).json;
    let photos = own["photos"].as_array().unwrap();
    assert_eq!(photos.len(), 3);
    assert_eq!(
        (&own["code"], &own["outlet"], &own["address"], &own["place"]["latitude"]),
        (&json!("4870112345674"), &json!("Береке"), &json!("Мәңгілік Ел, 55"), &json!(51.1282))
    );
    let history = own["history"].as_array().unwrap();
    let with: Vec<&Value> = history.iter().filter(|step| step["photos"].is_array()).collect();
    assert_eq!((with.len(), &with[0]["message"]), (2, &json!("The price tag")));
    assert_eq!(with[0]["photos"], json!([photos[1]["id"]]));
    let seen = inspector.read(&app, &report).await.expect(200).json;
    assert_eq!(seen["photos"].as_array().unwrap().len(), 3);
    let told = seen["history"].as_array().unwrap().iter().find(|step| step["message"] == "The price tag").unwrap();
    assert_eq!(told["photos"], json!([photos[1]["id"]]));

    let url = photos[1]["url"].as_str().unwrap();
    let get = async |token: &str| app.send(app.request(Method::GET, url).header("Tanba-Report-Token", token)).await;
    let file = get(&report.token).await.expect(200);
    assert_eq!(image::load_from_memory(&file.bytes).unwrap().width(), 30);
    assert!(file.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox;"));
    let stranger = Sent::new(&app, form(2, &[])).await;
    assert_eq!(get(&stranger.token).await.expect(404).slug(), "report-token-wrong");
    assert_eq!(count(&app, "SELECT count(*) FROM audit WHERE action = 'reports.follow-photo'").await, 1);
    // Who has no key sends nothing, and what is decided takes nothing.
    let wrong = Sent { number: report.number.clone(), token: stranger.token };
    reply(&app, &wrong, with_photo()).await.expect(404);
    inspector.decide(&app, &report, "confirmed").await.expect(200);
    assert_eq!(reply(&app, &report, with_photo()).await.expect(409).slug(), "report-closed");
    assert_eq!(files(&app).len(), 3);
    report.send(&app, Method::DELETE, "", None).await.expect(204);
    work::settle(&app.app).await.unwrap();
    assert!(files(&app).is_empty());
}

/// UX 17: by number, shop, address and GTIN, whatever the capitals and marks; only the own region's.
#[tokio::test]
async fn reports_are_found_by_number_shop_address_and_gtin() {
    let app = open().await;
    let shop = [("outlet", "ТОО «Береке Плюс»"), ("address", "Мәңгілік Ел, 55"), ("code", "4870112345674")];
    let report = Sent::new(&app, form(1, &shop)).await;
    Sent::new(&app, form(2, &[("outlet", "Достық")])).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let far = Inspector::new(&app, "dana", ALMATY).await;
    let sequence = report.number.rsplit('-').next().unwrap().to_owned();
    for search in [
        &report.number,
        &report.number.to_lowercase(),
        &sequence,
        "БЕРЕКЕ",
        "береке плюс",
        "мәңгілік",
        "04870112345674",
        "870112345",
    ] {
        let query = format!("?search={}", tests::load::encoded(search));
        let items = inspector.get(&app, &query).await.expect(200).json["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "{search}");
        assert_eq!(items[0]["number"], json!(report.number), "{search}");
        assert_eq!(far.get(&app, &query).await.expect(200).json["items"], json!([]), "{search}");
    }
    assert_eq!(inspector.get(&app, "?search=%25").await.expect(200).json["items"].as_array().unwrap().len(), 2);
    assert_eq!(inspector.get(&app, "?search=none-such").await.expect(200).json["items"], json!([]));
    let long = format!("?search={}", "x".repeat(101));
    assert_eq!(inspector.get(&app, &long).await.expect(400).faults(), ["search field-too-long"]);
    report.send(&app, Method::DELETE, "", None).await.expect(204);
    assert_eq!(inspector.get(&app, &format!("?search={sequence}")).await.expect(200).json["items"], json!([]));
}

/// UX 17: new reports and answers of their authors are heard of at once, those of the own region only.
#[tokio::test]
async fn the_stream_tells_of_new_reports_and_replies() {
    let app = open().await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let far = Inspector::new(&app, "dana", ALMATY).await;
    let report = Sent::new(&app, form(1, &[])).await;
    inspector.decide(&app, &report, "needs-information").await.expect(200);
    report.post(&app, "/messages", json!({ "text": "SECRET-WORDS" })).await.expect(201);
    let told = stream(&app, &inspector, 0, 4).await;
    let what: Vec<&Value> = told.iter().map(|told| &told["what"]).collect();
    assert_eq!(what, ["received", "assigned", "decided", "replied"]);
    assert!(!told.iter().any(|told| told.to_string().contains("SECRET")));
    let silence = tokio::time::timeout(Duration::from_secs(2), stream(&app, &far, 0, 1)).await;
    assert!(silence.is_err(), "nothing of another region: {silence:?}");
    let path = "/v1/inspector/reports/stream";
    let wrong = app.request(Method::GET, path).bearer_auth(&inspector.access).header("Last-Event-ID", "x");
    assert_eq!(app.send(wrong).await.expect(400).faults(), ["Last-Event-ID field-not-a-number"]);
    app.get(path).await.expect(401);
}

/// UX 17: a report says what the register says of its code, and which alerts there are about it.
#[tokio::test]
async fn a_report_shows_the_verdict_of_its_code_and_its_alerts() {
    let app = open().await;
    let mut scene = Scene::open(&app.app, app.url("").trim_end_matches('/')).await;
    let (_, codes) = scene.goods(Group::Shoes, 1).await;
    let worker = work::start(app.app.clone());
    scene.await_verdict(&codes[0], "in-circulation").await;
    worker.stop().await;
    let code: &'static str = codes[0].clone().leak();
    let report = Sent::new(&app, form(1, &[("code", code)])).await;
    let plain = Sent::new(&app, form(2, &[])).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let seen = inspector.read(&app, &report).await.expect(200).json;
    assert_eq!(seen["answer"]["verdict"], "in-circulation");
    assert_eq!(inspector.read(&app, &plain).await.expect(200).json["answer"], json!(null));
    let (order, index) = app
        .app
        .base
        .db
        .get()
        .await
        .unwrap()
        .query_one("SELECT order_number, unit_index FROM report WHERE order_number IS NOT NULL", &[])
        .await
        .map(|row| (row.get::<_, i32>(0), row.get::<_, i32>(1)))
        .unwrap();
    assert_eq!(inspector.get(&app, &format!("/{}/alerts", report.number)).await.expect(200).json, json!([]));
    let sql = format!(
        "INSERT INTO alert (id, subject, kind, kinds, score, findings, is_evident, state, opened_at, grown_at, scans, devices)
         VALUES (gen_random_uuid(), 'unit:{order}:{index}', 'many-places', '{{many-places}}', 0.9, '[]', false, 'new', now(), now(), 5, 5)"
    );
    app.app.base.db.get().await.unwrap().batch_execute(&sql).await.unwrap();
    let alerts = inspector.get(&app, &format!("/{}/alerts", report.number)).await.expect(200).json;
    assert_eq!((alerts.as_array().unwrap().len(), &alerts[0]["kind"]), (1, &json!("many-places")));
    let far = Inspector::new(&app, "dana", ALMATY).await;
    far.get(&app, &format!("/{}/alerts", report.number)).await.expect(404);
}

/// Wish 12: whom a report can be given to.
#[tokio::test]
async fn colleagues_are_listed_with_those_of_the_own_region_first() {
    let app = open().await;
    let one = Inspector::new(&app, "serik", ASTANA).await;
    for (login, region) in [("zhan", ASTANA), ("dana", ALMATY)] {
        Inspector::new(&app, login, region).await;
    }
    let request = app.request(Method::GET, "/v1/inspector/colleagues").bearer_auth(&one.access);
    let colleagues = app.send(request).await.expect(200).json;
    let logins: Vec<&str> = colleagues.as_array().unwrap().iter().map(|one| one["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["zhan", "dana"]);
}
