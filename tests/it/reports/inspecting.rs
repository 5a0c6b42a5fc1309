//! Inspectors: their own region's reports, taken, handed over, answered, decided; nothing of others'.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ALMATY, ASTANA, Inspector, Sent, count, form, open};

/// X1, X36
#[tokio::test]
async fn another_regions_report_is_not_there() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[("contact", "me@example.kz")])).await;
    let stranger = Inspector::new(&app, "dana", ALMATY).await;
    let unknown = Sent { number: "TB-26-9999999".into(), token: String::new() };
    let nothing = stranger.read(&app, &unknown).await.expect(404);
    assert_eq!(stranger.read(&app, &report).await.expect(404).bytes, nothing.bytes);
    let decision = json!({"decision": "rejected", "message": "Nothing to see."});
    for (path, body) in [("assign", json!({})), ("messages", json!({"text": "x"})), ("decision", decision)] {
        assert_eq!(stranger.post(&app, &report, path, body).await.expect(404).bytes, nothing.bytes, "{path}");
    }
    assert_eq!(stranger.get(&app, "").await.expect(200).json["items"], json!([]));
    let refused = format!(
        "SELECT count(*) FROM audit WHERE actor = 'account:{}' AND object = 'report:{}' AND result = 'not-found'",
        stranger.account, report.number
    );
    assert_eq!(count(&app, &refused).await, 4, "each refusal is in the audit");
    assert_eq!(report.follow(&app).await.expect(200).json["status"], "received");
}

#[tokio::test]
async fn what_is_nobodys_is_everybodys_until_it_is_taken() {
    let app = open().await;
    let placeless = Sent::new(&app, form(1, &[("latitude", ""), ("longitude", "")])).await;
    let (astana, almaty) = (Inspector::new(&app, "serik", ASTANA).await, Inspector::new(&app, "dana", ALMATY).await);
    for inspector in [&astana, &almaty] {
        assert_eq!(inspector.read(&app, &placeless).await.expect(200).json["region"], json!(null));
    }
    almaty.post(&app, &placeless, "assign", json!({})).await.expect(200);
    assert_eq!(almaty.read(&app, &placeless).await.expect(200).json["region"], ALMATY);
    astana.read(&app, &placeless).await.expect(404);
}

/// A list tells no inspector more of a place than its kilometre: who opens the report is in the audit, who looks over a
/// list isn't.
#[tokio::test]
async fn a_list_tells_places_to_a_kilometre() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    let exact = &inspector.read(&app, &report).await.expect(200).json["place"];
    let listed = &inspector.get(&app, "").await.expect(200).json["items"][0]["place"];
    let degrees = |place: &Value, name: &str| place[name].as_f64().unwrap();
    for name in ["latitude", "longitude"] {
        let off = (degrees(exact, name) - degrees(listed, name)).abs();
        assert!(off > 0.000_01 && off < 0.01, "{exact} {listed}");
    }
    assert!(degrees(listed, "accuracy_metres") >= 1_000.0);
    Sent::new(&app, form(2, &[("latitude", ""), ("longitude", "")])).await;
    assert_eq!(inspector.get(&app, "").await.expect(200).json["items"][0]["place"], json!(null));
}

/// X1
#[tokio::test]
async fn only_who_is_in_charge_sees_the_contact_and_decides() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[("contact", "me@example.kz")])).await;
    let one = Inspector::new(&app, "serik", ASTANA).await;
    let other = Inspector::new(&app, "aida", ASTANA).await;
    one.post(&app, &report, "assign", json!({})).await.expect(200);
    assert_eq!(one.read(&app, &report).await.json["contact"], "me@example.kz");
    let seen = other.read(&app, &report).await.expect(200).json;
    assert_eq!((&seen["has_contact"], seen.get("contact"), &seen["is_mine"]), (&json!(true), None, &json!(false)));
    assert_eq!(other.decide(&app, &report, "rejected").await.expect(403).slug(), "report-not-yours");
    assert_eq!(
        other.post(&app, &report, "messages", json!({"text": "x"})).await.expect(403).slug(),
        "report-not-yours"
    );

    one.post(&app, &report, "assign", json!({"to": other.account})).await.expect(200);
    assert!(one.read(&app, &report).await.expect(200).json.get("contact").is_none());
    assert_eq!(other.read(&app, &report).await.json["contact"], "me@example.kz");
    other.decide(&app, &report, "forwarded").await.expect(200);
    let looks = "SELECT count(*) FROM audit WHERE action = 'reports.read' AND details->>'contact' = 'true'";
    assert_eq!(count(&app, looks).await, 2, "each look at the contact is in the audit");
    assert_eq!(count(&app, "SELECT count(*) FROM audit WHERE result = 'report-not-yours'").await, 2);
}

#[tokio::test]
async fn a_report_handed_to_another_region_goes_there() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    let (one, other) = (Inspector::new(&app, "serik", ASTANA).await, Inspector::new(&app, "dana", ALMATY).await);
    let nobody = one.post(&app, &report, "assign", json!({"to": Uuid::from_u128(5)})).await.expect(422);
    assert_eq!(nobody.faults(), ["to field-not-an-inspector"]);
    let key = Uuid::new_v4().to_string();
    let hand_over = async || {
        let path = format!("/v1/inspector/reports/{}/assign", report.number);
        let request = app.request(Method::POST, &path).bearer_auth(&one.access).header("Idempotency-Key", &key);
        app.send(request.json(&json!({"to": other.account}))).await.expect(200).bytes
    };
    let first = hand_over().await;
    one.read(&app, &report).await.expect(404);
    assert_eq!(hand_over().await, first, "a retry is answered although the report has gone");
    assert_eq!(other.read(&app, &report).await.expect(200).json["is_mine"], true);
}

/// X2
#[tokio::test]
async fn inspectors_routes_are_for_inspectors() {
    let app = open().await;
    let report = Sent::new(&app, form(1, &[])).await;
    let mut stranger = Inspector::new(&app, "serik", ASTANA).await;
    stranger.access = "e30.e30.e30".into();
    stranger.get(&app, "").await.expect(401);
    stranger.read(&app, &report).await.expect(401);
    stranger.decide(&app, &report, "rejected").await.expect(401);
}

#[tokio::test]
async fn the_list_is_filtered_and_comes_in_pages() {
    let app = open().await;
    let first = Sent::new(&app, form(1, &[("code", "4870112345674")])).await;
    let mut inspector = Inspector::new(&app, "serik", ASTANA).await;
    inspector.post(&app, &first, "assign", json!({})).await.expect(200);
    app.app.base.clock.shift(TimeDelta::days(40));
    for id in 2..=5 {
        Sent::new(&app, form(id, &[("category", "sold-twice")])).await;
    }
    let last = Sent::new(&app, form(6, &[])).await;
    app.app.base.clock.shift(TimeDelta::days(21));
    inspector.sign_in(&app).await;
    inspector.decide(&app, &last, "confirmed").await.expect(200);

    let today = app.app.base.clock.today();
    let day = |back: i64| today - TimeDelta::days(back);
    for (query, count) in [
        (String::new(), 6),
        ("?status=received".into(), 4),
        ("?status=confirmed".into(), 1),
        ("?category=sold-twice".into(), 4),
        ("?gtin=4870112345674".into(), 1),
        ("?assignee=me".into(), 2),
        ("?assignee=none".into(), 4),
        ("?overdue=true".into(), 1),
        ("?overdue=false".into(), 6),
        (format!("?from={}", day(30)), 5),
        (format!("?to={}", day(30)), 1),
        (format!("?from={}&to={}&category=expired-goods", day(21), day(21)), 1),
    ] {
        let items = inspector.get(&app, &query).await.expect(200).json["items"].as_array().unwrap().len();
        assert_eq!(items, count, "{query}");
    }
    let overdue = inspector.get(&app, "?overdue=true").await.json["items"][0].clone();
    assert_eq!(
        (&overdue["number"], &overdue["is_overdue"], &overdue["is_mine"]),
        (&json!(first.number), &json!(true), &json!(true))
    );

    let (mut numbers, mut path) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = inspector.get(&app, &path).await.expect(200).json;
        numbers.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].clone()));
        let Value::String(cursor) = &page["next_cursor"] else { break };
        path = format!("?limit=4&cursor={cursor}");
    }
    assert_eq!(numbers.len(), 6);
    assert!(numbers.is_sorted_by(|a, b| a.as_str() > b.as_str()), "newest first: {numbers:?}");
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told_where() {
    let app = open().await;
    let inspector = Inspector::new(&app, "serik", ASTANA).await;
    for (query, slug, faults) in [
        ("?status=lost", "malformed-query", vec!["status field-wrong-type"]),
        ("?category=a%00b", "malformed-query", vec!["category field-not-one-of"]),
        ("?gtin=12&assignee=you", "malformed-query", vec!["gtin field-not-a-gtin", "assignee field-not-one-of"]),
        ("?from=%2B99999-01-01", "malformed-query", vec!["from field-not-a-date"]),
        ("?limit=0", "malformed-query", vec!["limit field-out-of-range"]),
        ("?cursor=x", "invalid-cursor", vec![]),
    ] {
        let refused = inspector.get(&app, query).await.expect(400);
        assert_eq!(
            (refused.slug(), refused.faults()),
            (slug, faults.iter().map(|f| (*f).to_owned()).collect()),
            "{query}"
        );
    }
}
