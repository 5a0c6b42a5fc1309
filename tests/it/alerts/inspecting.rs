//! An inspector's way from the list to the decision; who sees which places.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ASTANA, Case, copies, scan, send, settle};

/// Q27: the whole way of an alert: found, looked at, taken, noted, linked, decided, silent from then on.
#[tokio::test]
async fn an_alert_is_read_taken_noted_linked_and_decided() {
    let case = Case::open().await;
    let people = &case.people;
    let listed = people.get(Some("inspector"), "/v1/alerts?kind=many-places&state=new&min_score=0.1").await.expect(200);
    let item = &listed.json["items"][0];
    assert_eq!(
        (&item["kind"], &item["state"], &item["subject"]["kind"]),
        (&json!("many-places"), &json!("new"), &json!("unit"))
    );
    assert_eq!((&item["region"], &item["product"]["trade_name"]), (&json!("750000000"), &json!("Goods")));
    assert!(item["summary"].as_str().unwrap().starts_with("10 devices in 3 places"), "{item}");
    assert_eq!((&item["scans"], &item["devices"]), (&json!(10), &json!(10)));

    let alert = people.get(Some("inspector"), &case.path("")).await.expect(200).json;
    let trail = alert["trail"].as_array().unwrap();
    assert_eq!((trail.len(), &alert["trail_is_complete"]), (10, &json!(true)));
    assert!(
        (trail[9]["place"]["latitude"].as_f64().unwrap() - 43.2389).abs() < 1e-9,
        "exact for the region's inspector"
    );
    assert_eq!(alert["evidence"][0]["facts"]["places"], json!(3.0));
    assert!(!alert.to_string().contains(&Uuid::from_u128(1).to_string()), "no device is told");
    for (tag, begin) in [("kk", "Құрылғы"), ("ru", "Устройств")] {
        let request = people.app().client.get(people.app().url(&case.path(""))).header("Accept-Language", tag);
        let told = people.app().send(request.bearer_auth(people.token("inspector"))).await.expect(200).json;
        assert!(told["summary"].as_str().unwrap().starts_with(begin), "{}", told["summary"]);
    }

    let standing = case.post("inspector", "/assign", &json!({})).await.expect(200).json;
    assert_eq!(standing["state"], "assigned");
    case.post("inspector", "/notes", &json!({ "text": "Closed on Mondays" })).await.expect(201);
    case.post("inspector", "/notes", &json!({ "text": "  " })).await.expect(422);
    let form = reqwest::multipart::Form::new()
        .text("id", Uuid::new_v4().to_string())
        .text("category", "other")
        .text("words", "The same code on two cartons");
    let report = people.app().send(people.app().request(Method::POST, "/v1/reports").multipart(form)).await.expect(201);
    let number = report.json["number"].as_str().unwrap();
    case.post("inspector", "/links", &json!({ "report": number })).await.expect(201);
    case.post("inspector", "/links", &json!({ "report": "TB-26-9999999" })).await.expect(422);
    case.post("inspector", "/links", &json!({ "alert": case.id })).await.expect(422);

    let decision = json!({ "decision": "confirmed", "text": "Cartons seized" });
    let decided = case.post("inspector", "/decision", &decision).await.expect(200).json;
    assert_eq!((&decided["state"], &decided["decision"]), (&json!("decided"), &json!("confirmed")));
    case.post("inspector", "/decision", &decision).await.expect(200);
    let other = case.post("inspector", "/decision", &json!({ "decision": "honest-resale" })).await.expect(409);
    assert_eq!(other.slug(), "alert-decided");

    let alert = people.get(Some("inspector"), &case.path("")).await.expect(200).json;
    let history: Vec<&str> =
        alert["history"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert_eq!(history, ["opened", "assigned", "noted", "linked", "decided"]);
    assert_eq!(
        (&alert["notes"][0]["text"], &alert["reports"][0]["number"]),
        (&json!("Closed on Mondays"), &json!(number))
    );

    // One more of the same is silent: the alert stays decided, and nobody is told.
    let now = people.app().app.base.clock.now();
    send(people.app(), &[scan(now, &case.codes[0], 99, 0, ASTANA)]).await;
    settle(people.app()).await;
    let alert = people.get(Some("inspector"), &case.path("")).await.expect(200).json;
    assert_eq!(
        (&alert["state"], &alert["scans"], alert["history"].as_array().unwrap().len()),
        (&json!("decided"), &json!(11), 5)
    );
    let looks = people.trade.count("SELECT count(*) FROM audit WHERE action = 'alerts.read' AND result = 'done'").await;
    assert_eq!(looks, 5, "each look at exact places is audited");
}

/// X1, X37
#[tokio::test]
async fn another_regions_alert_is_not_there_and_a_colleagues_is_theirs() {
    let case = Case::open().await;
    let people = &case.people;
    let far = people.get(Some("far-inspector"), "/v1/alerts").await.expect(200);
    assert_eq!(far.json["items"], json!([]));
    assert_eq!(people.get(Some("far-inspector"), &case.path("")).await.expect(404).slug(), "not-found");
    case.post("far-inspector", "/decision", &json!({ "decision": "confirmed" })).await.expect(404);
    assert_eq!(
        people.get(Some("far-inspector"), "/v1/alerts?region=750000000").await.expect(400).slug(),
        "malformed-query"
    );
    assert_eq!(people.get(Some("inspector"), "/v1/alerts/7").await.expect(400).slug(), "malformed-path");
    let refused = "SELECT count(*) FROM audit WHERE action LIKE 'alerts.%' AND result = 'not-found'";
    assert_eq!(people.trade.count(refused).await, 2);

    // Handed to the other region, it is theirs, and the one who had it sees it no longer.
    let to = people.get(Some("far-inspector"), "/v1/auth/me").await.expect(200).json["id"].clone();
    case.post("inspector", "/assign", &json!({ "to": to })).await.expect(200);
    people.get(Some("inspector"), &case.path("")).await.expect(404);
    case.post("far-inspector", "/decision", &json!({ "decision": "not-confirmed" })).await.expect(200);

    let key = "one-key-one-effect";
    let note = async || {
        let request = people.app().request(Method::POST, &case.path("/notes")).header("Idempotency-Key", key);
        people.app().send(request.bearer_auth(people.token("far-inspector")).json(&json!({ "text": "Once" }))).await
    };
    note().await.expect(201);
    note().await.expect(201);
    let notes =
        people.get(Some("far-inspector"), &case.path("")).await.expect(200).json["notes"].as_array().unwrap().len();
    assert_eq!(notes, 1);
}

/// X38: exact places are for inspectors of the region; who runs the register sees coarse ones.
#[tokio::test]
async fn others_than_inspectors_see_coarse_places_only() {
    let case = Case::open().await;
    let people = &case.people;
    let listed = people.get(Some("operator"), "/v1/alerts").await.expect(200).json;
    let place = &listed["items"][0]["place"];
    assert!(
        (place["latitude"].as_f64().unwrap() - 43.235).abs() < 1e-9
            && place["accuracy_metres"].as_f64() >= Some(1_000.0)
    );
    people.get(Some("operator"), &case.path("")).await.expect(403);
    people.get(Some("participant"), "/v1/alerts").await.expect(403);
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_turned_page_by_page() {
    let case = Case::open().await;
    let people = &case.people;
    let now = people.app().app.base.clock.now();
    for code in &case.codes[1..4] {
        send(people.app(), &copies(now, code)).await;
    }
    settle(people.app()).await;
    for order in ["score", "time"] {
        let (mut path, mut seen) = (format!("/v1/alerts?limit=2&order={order}&kind=many-places"), Vec::new());
        loop {
            let page = people.get(Some("inspector"), &path).await.expect(200).json;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/alerts?limit=2&order={order}&kind=many-places&cursor={cursor}");
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((all, seen.len()), (4, 4), "{order}");
    }
    let count = async |query: &str| {
        people.get(Some("inspector"), &format!("/v1/alerts?{query}")).await.expect(200).json["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert!(count("bbox=76,43,77,44").await >= 4);
    assert_eq!(count("bbox=50,43,52,44").await, 0);
    assert_eq!(count("state=decided").await, 0);
    assert_eq!(count("assignee=me").await, 0);
    assert_eq!(count("gtin=4006381333931").await, 0);
    assert!(count("gtin=4870001234560&assignee=none&from=2020-01-01").await >= 4);
    for query in ["bbox=1,2,3", "bbox=9,2,3,4", "min_score=2", "order=x", "assignee=you", "gtin=1", "cursor=x"] {
        people.get(Some("inspector"), &format!("/v1/alerts?{query}")).await.expect(400);
    }
}

/// X27, B62
#[tokio::test]
async fn alerts_are_exported_as_a_table_and_as_a_map() {
    let case = Case::open().await;
    let people = &case.people;
    let table = people.get(Some("inspector"), "/v1/alerts/export.csv").await.expect(200);
    let text = String::from_utf8(table.bytes).unwrap();
    assert!(text.starts_with("\u{feff}id,kind,summary,") && text.lines().count() == 2, "{text}");
    assert!(text.contains(&format!("\"{}\",\"One code in many places\",", case.id)), "{text}");
    let map = people.get(Some("inspector"), "/v1/alerts/export.geojson").await.expect(200);
    assert_eq!(map.headers["content-type"], "application/geo+json");
    let feature: &Value = &map.json["features"][0];
    assert_eq!((&feature["geometry"]["type"], &feature["properties"]["id"]), (&json!("Point"), &json!(case.id)));
    assert_eq!(people.trade.count("SELECT count(*) FROM audit WHERE action = 'alerts.export'").await, 2);
}
