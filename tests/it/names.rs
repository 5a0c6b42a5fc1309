//! Names that a route does not have: fields of bodies, parts of forms, query parameters.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;
use tests::Answer;
use uuid::Uuid;

use crate::codes::range;
use crate::people::People;
use crate::roles::{Route, routes};

/// Asks a route as somebody it is for, with this query.
async fn ask(people: &People, route: &Route, query: &str, with_field: bool) -> Answer {
    let mut request = people.app().request(route.method.clone(), &format!("{}{query}", route.path()));
    if let Some(role) = route.roles.first() {
        request = request.bearer_auth(people.token(role));
    }
    if route.method != Method::GET {
        request = request.header("Idempotency-Key", Uuid::new_v4().to_string());
    }
    let request = match route.body.as_deref() {
        Some("application/json") if with_field => request.json(&json!({ "bogus": 1 })),
        Some("multipart/form-data") if with_field => request.multipart(Form::new().text("bogus", "1")),
        _ => request,
    };
    people.app().send(request).await
}

/// A1: every route refuses a query parameter that it does not have, and every write a field that it does not have, with
/// the name. Nothing is dropped in silence.
#[tokio::test]
async fn every_route_refuses_a_name_that_it_does_not_have() {
    let people = People::gather().await;
    let is_told = |answer: &Answer| answer.status == 422 && answer.faults().contains(&"bogus field-unknown".to_owned());
    let (mut queries, mut bodies) = (0, 0);
    for route in routes().into_iter().filter(|route| route.pattern.starts_with("/v1/")) {
        let name = route.name();
        let answer = ask(&people, &route, "?bogus=1", false).await;
        assert!(is_told(&answer), "{name}: {} {}", answer.status, answer.json);
        queries += 1;
        if matches!(route.body.as_deref(), Some("application/json" | "multipart/form-data")) {
            let answer = ask(&people, &route, "", true).await;
            assert!(is_told(&answer), "{name}: {} {}", answer.status, answer.json);
            bodies += 1;
        }
    }
    assert!(queries > 60 && bodies > 25, "{queries} {bodies}");
}

/// A1: the contract says so, too: every body of a request is closed, and so is every object within it.
#[test]
fn the_contract_closes_every_body_of_a_request() {
    let contract = serde_json::to_value(server::service::openapi()).unwrap();
    let mut closed = 0;
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                if kind.starts_with("image/") {
                    continue;
                }
                let name = content["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next());
                let schema = &contract["components"]["schemas"][name.unwrap_or_else(|| panic!("{method} {path}"))];
                assert_eq!(schema["additionalProperties"], false, "{method} {path}: {schema}");
                closed += 1;
            }
        }
    }
    assert!(closed > 25, "{closed}");
}

/// A1: what was meant is proposed at its place, and nothing happens: the shipment is still on its way, the units are not
/// released without their date.
#[tokio::test]
async fn a_typo_changes_nothing_and_is_told_what_was_meant() {
    let people = People::gather().await;
    let trade = &people.trade;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 3).await;
    let apply = json!({ "id": Uuid::new_v4(), "units": range(order, 0, 2) });
    trade.post(&trade.producer, "/v1/applications", &apply).await.expect(201);
    for (body, field, meant) in [
        (
            json!({ "id": Uuid::new_v4(), "units": range(order, 0, 2), "expire_on": "2027-01-01" }),
            "expire_on",
            "expires_on",
        ),
        (json!({ "id": Uuid::new_v4(), "units": { "range": [] } }), "units.range", "ranges"),
        (
            json!({ "id": Uuid::new_v4(), "units": { "ranges": [{ "order": order, "first": 0, "last": 2, "lst": 1 }] } }),
            "units.ranges[0].lst",
            "last",
        ),
    ] {
        let refused = trade.post(&trade.producer, "/v1/releases", &body).await.expect(422);
        let faults = refused.json["fields"].as_array().unwrap();
        let fault = faults.iter().find(|fault| fault["field"] == field).unwrap_or_else(|| panic!("{}", refused.json));
        assert_eq!(fault["slug"], "field-unknown");
        assert!(fault["message"].as_str().unwrap().contains(&format!("“{meant}”")), "{fault}");
    }
    assert_eq!(trade.units(order).await, json!({ "applied": 3 }));
    let refused = trade.get(&trade.producer, "/v1/orders?limt=5").await.expect(422);
    assert_eq!(refused.faults(), ["limt field-unknown"]);
    assert!(refused.json["fields"][0]["message"].as_str().unwrap().contains("“limit”"), "{}", refused.json);
    // The language of the answer may stand in any address.
    trade.get(&trade.producer, "/v1/orders?limit=5&lang=ru").await.expect(200);
}

/// A1: links on labels are for people: what messengers append to them is no fault.
#[tokio::test]
async fn a_label_s_link_takes_parameters_that_others_append() {
    let people = People::gather().await;
    let app = people.app();
    for path in
        ["/01/04870001234560/21/abc123?fbclid=x&utm_source=y", "/s/abc?fbclid=x", "/?fbclid=x", "/app/settings?x=1"]
    {
        app.get(path).await.expect(200);
    }
}
