//! Following a report with its number and token: reading, writing, reopening, taking everything back; and what time
//! takes by itself.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use server::service::work;
use uuid::Uuid;

use super::{ASTANA, Inspector, Sent, count, everything, files, form, jpeg, open, photo};

/// D1.7: the whole way of a report, both sides.
#[tokio::test]
async fn a_report_is_followed_answered_decided_and_reopened() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[("contact", "+7 701 123 45 67")])).await;
    let seen = report.follow(&app).await.expect(200).json;
    assert_eq!(
        (&seen["status"], &seen["is_open"], &seen["has_contact"]),
        (&json!("received"), &json!(true), &json!(true))
    );
    assert_eq!(seen["words"], "Two cartons past their date");
    assert!(seen.get("contact").is_none() && seen.get("latitude").is_none());

    let mut inspector = Inspector::new(&app, "serik", ASTANA).await;
    assert!(inspector.read(&app, &report).await.expect(200).json.get("contact").is_none());
    inspector.post(&app, &report, "assign", json!({})).await.expect(200);
    assert_eq!(inspector.read(&app, &report).await.expect(200).json["contact"], "+7 701 123 45 67");
    inspector.decide(&app, &report, "needs-information").await.expect(200);
    let seen = report.follow(&app).await.expect(200).json;
    assert_eq!(
        (&seen["status"], &seen["history"][2]["message"]),
        (&json!("needs-information"), &json!("We have looked."))
    );
    assert!(seen["history"].as_array().unwrap().iter().all(|event| event.get("account").is_none()));

    let progress = report.post(&app, "/messages", json!({"text": "On the third shelf."})).await.expect(201).json;
    assert_eq!(progress["status"], "assigned");
    let open = report.post(&app, "/reopen", json!({})).await.expect(409);
    assert_eq!(open.slug(), "report-open");
    inspector.post(&app, &report, "messages", json!({"text": "Thank you."})).await.expect(201);
    assert_eq!(inspector.decide(&app, &report, "rejected").await.expect(200).json["status"], "rejected");
    assert_eq!(report.post(&app, "/messages", json!({"text": "But…"})).await.expect(409).slug(), "report-closed");
    assert_eq!(inspector.decide(&app, &report, "confirmed").await.expect(409).slug(), "report-closed");

    app.app.base.clock.shift(TimeDelta::days(10));
    let reopened = report.post(&app, "/reopen", json!({"text": "They are still there."})).await.expect(200).json;
    assert_eq!(reopened["status"], "reopened");
    assert_eq!(reopened["due_on"], json!(app.app.base.clock.today() + TimeDelta::days(60)));
    inspector.sign_in(&app).await;
    let seen = inspector.read(&app, &report).await.expect(200).json;
    assert_eq!((&seen["assignee"], seen.get("contact")), (&json!(null), None), "whoever takes it now is in charge");
    assert_eq!(inspector.decide(&app, &report, "confirmed").await.expect(200).json["status"], "confirmed");

    let history = report.follow(&app).await.expect(200).json["history"].clone();
    let steps: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["who"].as_str().unwrap(), event["status"].as_str(), event["message"].as_str()))
        .collect();
    let looked = Some("We have looked.");
    assert_eq!(
        steps,
        [
            ("system", Some("received"), None),
            ("inspector", Some("assigned"), None),
            ("inspector", Some("needs-information"), looked),
            ("reporter", Some("assigned"), Some("On the third shelf.")),
            ("inspector", None, Some("Thank you.")),
            ("inspector", Some("rejected"), looked),
            ("reporter", Some("reopened"), Some("They are still there.")),
            ("inspector", Some("assigned"), None),
            ("inspector", Some("confirmed"), looked),
        ]
    );
    let audited = "SELECT count(DISTINCT action) FROM audit WHERE action LIKE 'reports.%' AND result = 'done'";
    assert_eq!(count(&app, audited).await, 8, "every kind of step is in the audit");
}

/// D1.19
#[tokio::test]
async fn a_report_is_told_of_in_the_language_of_who_asks() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    for (language, words) in [("kk", "Қабылданды"), ("ru", "Принято"), ("en", "Received")] {
        let request = app.client.get(app.url(&format!("/v1/reports/{}", report.number)));
        let request = request.header("Tanba-Report-Token", &report.token).header("Accept-Language", language);
        let answer = app.send(request).await.expect(200);
        assert_eq!(answer.json["status_text"], words);
        assert_eq!(answer.headers["content-language"], language);
    }
}

/// X6, X7
#[tokio::test]
async fn a_wrong_token_an_unknown_number_and_a_token_elsewhere_look_alike() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    let other = Sent::new(&app, form(2, &[])).await;
    let alike = [
        Sent { number: report.number.clone(), token: other.token.clone() },
        Sent { number: report.number.clone(), token: String::new() },
        Sent { number: "TB-26-9999999".into(), token: report.token.clone() },
        Sent { number: "nonsense".into(), token: report.token.clone() },
    ];
    let first = alike[0].follow(&app).await.expect(404);
    assert_eq!(first.slug(), "report-token-wrong");
    for sent in &alike {
        assert_eq!(sent.follow(&app).await.expect(404).bytes, first.bytes);
        assert_eq!(sent.post(&app, "/messages", json!({"text": "x"})).await.expect(404).bytes, first.bytes);
        assert_eq!(sent.post(&app, "/reopen", json!({})).await.expect(404).bytes, first.bytes);
        assert_eq!(sent.send(&app, Method::DELETE, "", None).await.expect(404).bytes, first.bytes);
    }
    // A token in an address opens nothing: it would stand in logs and referrers.
    let path = format!("/v1/reports/{}?token={}&Tanba-Report-Token={}", report.number, report.token, report.token);
    assert_eq!(app.get(&path).await.expect(422).slug(), "invalid-field");
    report.follow(&app).await.expect(200);
}

/// X37
#[tokio::test]
async fn a_message_that_is_sent_again_is_one_message() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    let key = Uuid::new_v4().to_string();
    let post = async |text: &str| {
        let request = app.request(Method::POST, &format!("/v1/reports/{}/messages", report.number));
        let request = request.header("Tanba-Report-Token", &report.token).header("Idempotency-Key", &key);
        app.send(request.json(&json!({ "text": text }))).await
    };
    let answers = futures_util::future::join_all((0..20).map(|_| post("Once"))).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.bytes == answers[0].bytes));
    assert_eq!(post("Another").await.expect(422).slug(), "idempotency-key-reused");
    assert_eq!(count(&app, "SELECT count(*) FROM report_event WHERE message IS NOT NULL").await, 1);
    assert!(!everything(&app).await.contains("Another"));
}

#[tokio::test]
async fn a_message_says_something_and_not_too_much() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    for (text, fault) in [
        ("  \n".to_owned(), "text field-required"),
        ("я".repeat(4_001), "text field-too-long"),
        ("a\0b".to_owned(), "text field-control-character"),
    ] {
        assert_eq!(report.post(&app, "/messages", json!({ "text": text })).await.expect(422).faults(), [fault]);
    }
    report.post(&app, "/messages", json!({ "text": "я".repeat(4_000) })).await.expect(201);
}

/// X38
#[tokio::test]
async fn who_takes_the_data_back_leaves_nothing_but_number_category_status_and_days() {
    let app = open().await;
    let gone = [
        ("words", "WORDS-OF-MINE"),
        ("code", "(01)04870112345674(21)3abcdefghijkl(93)abcd"),
        ("address", "ADDRESS-OF-MINE"),
        ("outlet", "OUTLET-OF-MINE"),
        ("contact", "me@example.kz"),
    ];
    let with_photo = || form(1, &gone).part("photo", photo(jpeg(20, 20)));
    let report = Sent::new(&app, with_photo()).await;
    let other = Sent::new(&app, form(2, &[gone[1]])).await;
    work::settle(&app.app).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM report_link").await, 1);
    report.post(&app, "/messages", json!({"text": "MESSAGE-OF-MINE"})).await.expect(201);
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let answer = json!({"text": "ANSWER-TO-ME"});
    inspector.post(&app, &report, "messages", answer).await.expect(201);
    let before = report.follow(&app).await.expect(200).json;

    for _ in 0..2 {
        report.send(&app, Method::DELETE, "", None).await.expect(204);
    }
    work::settle(&app.app).await.unwrap();
    let kept = everything(&app).await;
    for trace in ["OF-MINE", "TO-ME", "example.kz"] {
        assert!(!kept.contains(trace), "{trace}");
    }
    // The other report has the same code and place.
    let ours = format!("SELECT r::text FROM report r WHERE number = '{}'", report.number);
    let ours: String = app.app.base.db.get().await.unwrap().query_one(&ours, &[]).await.unwrap().get(0);
    assert!(!ours.contains("04870112345674") && !ours.contains("4870112345674") && !ours.contains("51.1282"), "{ours}");
    assert!(files(&app).is_empty());
    let after = report.follow(&app).await.expect(200).json;
    assert_eq!((&after["status"], &after["words"], &after["photos"]), (&json!("deleted"), &json!(""), &json!([])));
    for stays in ["number", "category", "received_at", "due_on"] {
        assert_eq!(after[stays], before[stays], "{stays}");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM report_link").await, 0);
    other.follow(&app).await.expect(200);
    assert_eq!(report.post(&app, "/messages", json!({"text": "x"})).await.expect(409).slug(), "report-deleted");
    assert_eq!(report.post(&app, "/reopen", json!({})).await.expect(409).slug(), "report-deleted");
    assert_eq!(inspector.decide(&app, &report, "confirmed").await.expect(409).slug(), "report-deleted");
    // A late retry doesn't bring it back.
    assert_eq!(super::send(&app, with_photo()).await.expect(409).slug(), "id-taken");
}

/// X38
#[tokio::test]
async fn time_takes_contact_and_place_of_decided_reports_first_and_then_the_rest() {
    let app = open().await;
    let given = [("contact", "me@example.kz"), ("address", "ADDRESS-OF-MINE")];
    let decided = Sent::new(&app, form(1, &given).part("photo", photo(jpeg(20, 20)))).await;
    let open = Sent::new(&app, form(2, &given)).await;
    let mut inspector = Inspector::new(&app, "serik", ASTANA).await;
    inspector.decide(&app, &decided, "confirmed").await.expect(200);
    app.app.base.clock.shift(TimeDelta::days(91));
    server::reports::keep_house(&app.app.reports).await.unwrap();
    inspector.sign_in(&app).await;
    let seen = inspector.read(&app, &decided).await.expect(200).json;
    assert_eq!((&seen["has_contact"], &seen["address"]), (&json!(false), &json!(null)));
    assert_eq!(seen["place"], json!({"latitude": 51.125, "longitude": 71.435, "accuracy_metres": 1000.0}));
    assert_eq!(seen["words"], "Two cartons past their date");
    let seen = inspector.read(&app, &open).await.expect(200).json;
    assert_eq!((&seen["has_contact"], &seen["address"]), (&json!(true), &json!("ADDRESS-OF-MINE")));
    assert_eq!(seen["is_overdue"], true);

    app.app.base.clock.shift(TimeDelta::days(1_096));
    server::reports::keep_house(&app.app.reports).await.unwrap();
    work::settle(&app.app).await.unwrap();
    let words = format!("SELECT count(*) FROM report WHERE words = '' AND number = '{}'", decided.number);
    assert_eq!(count(&app, &words).await, 1);
    assert!(files(&app).is_empty());
    assert_eq!(decided.follow(&app).await.expect(200).json["status"], "confirmed");
    open.follow(&app).await.expect(200);
    app.app.base.clock.shift(TimeDelta::days(1_096));
    server::reports::keep_house(&app.app.reports).await.unwrap();
    decided.follow(&app).await.expect(404);
    open.follow(&app).await.expect(200);
}
