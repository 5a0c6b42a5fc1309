//! An account that another process has disabled writes nothing more, although this process still caches its session.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};
use server::service;
use tests::{Answer, in_all_languages};
use uuid::Uuid;

use crate::codes::{PRODUCER, SHOP};
use crate::people::People;

/// Routes that a signed-in person posts to and that write nothing to the register, or only end what is the caller's own.
const WRITE_NOTHING: [&str; 2] = ["/v1/auth/sign-out", "/v1/stock/checks"];

/// A route that writes, one of the roles that it is for, and a body that passes every check made before its transaction.
struct Write {
    method: Method,
    path: String,
    role: String,
    body: Option<Value>,
}

fn writes() -> Vec<Write> {
    let contract = serde_json::to_value(service::openapi()).unwrap();
    let mut found = Vec::new();
    for (pattern, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            if WRITE_NOTHING.contains(&pattern.as_str()) {
                continue;
            }
            let roles = operation["security"].as_array().into_iter().flatten();
            let roles = roles.filter_map(|scheme| scheme["bearer"].as_array()).flatten();
            let roles: BTreeSet<_> = roles.filter_map(Value::as_str).collect();
            let content = &operation["requestBody"]["content"]["application/json"];
            let body = content.is_object().then(|| settled(pattern, sample(&contract, &content["schema"])));
            for role in roles {
                found.push(Write {
                    method: method.to_uppercase().parse().unwrap(),
                    path: path(pattern),
                    role: role.to_owned(),
                    body: body.clone(),
                });
            }
        }
    }
    found
}

/// A path of the pattern, to something that need not be there: the caller is checked first.
fn path(pattern: &str) -> String {
    let part = |part: &str| match part {
        "{id}" => Uuid::new_v4().to_string(),
        "{gtin}" => "04870001234560".to_owned(),
        "{bin}" => PRODUCER.to_owned(),
        "{sscc}" => "348700000000000013".to_owned(),
        "{number}" => "TB-26-0000001".to_owned(),
        "{key}" => "k7Qa".to_owned(),
        "{job}" => "1".to_owned(),
        part if part.starts_with('{') => panic!("{pattern}: what stands for {part}?"),
        part => part.to_owned(),
    };
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A value of a schema, made of its examples; objects have their required fields only.
fn sample(contract: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(contract, contract.pointer(name.trim_start_matches('#')).unwrap());
    }
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(schema) = schema[choice].as_array().and_then(|of| of.iter().find(|of| of["type"] != "null")) {
            return sample(contract, schema);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match (kind, schema["format"].as_str()) {
        ("string", Some("uuid")) => json!(Uuid::new_v4()),
        ("string", Some("date")) => json!("2026-11-20"),
        ("string", Some("date-time")) => json!("2026-11-20T09:00:00Z"),
        ("string", _) => json!("text"),
        ("integer" | "number", _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        ("boolean", _) => json!(false),
        ("array", _) => json!([sample(contract, &schema["items"])]),
        _ => {
            let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.filter(|(name, _)| required.iter().any(|one| *one == name.as_str()));
            let fields: Map<_, _> = fields.map(|(name, schema)| (name.clone(), sample(contract, schema))).collect();
            Value::Object(fields)
        }
    }
}

/// The sample of a route's body, with what its own checks ask for beyond the schema.
fn settled(pattern: &str, mut body: Value) -> Value {
    let mut set = |fields: Value| body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let units = json!({ "ranges": [{ "order": Uuid::new_v4(), "first": 0, "last": 1 }] });
    match pattern {
        "/v1/applications" | "/v1/releases" | "/v1/sales" | "/v1/returns" | "/v1/withdrawals" => {
            set(json!({ "units": units }));
        }
        "/v1/recalls" => set(json!({ "units": units, "reason": in_all_languages("Glass in it") })),
        "/v1/orders" | "/v1/products" => set(json!({ "participant": PRODUCER })),
        "/v1/shipments" => set(json!({ "units": units, "receiver": SHOP })),
        "/v1/packs" => set(json!({ "units": units })),
        "/v1/alerts/{id}/links" => set(json!({ "report": "TB-26-0000001" })),
        "/v1/participants" => set(json!({ "bin": "123456789013", "roles": ["retailer"] })),
        _ => {}
    }
    body
}

async fn send(people: &People, write: &Write) -> Answer {
    let mut request = people.app().request(write.method.clone(), &write.path).bearer_auth(people.token(&write.role));
    request = request.header("Idempotency-Key", Uuid::new_v4().to_string());
    if let Some(body) = &write.body {
        request = request.json(body);
    }
    people.app().send(request).await
}

/// X49: every route that writes reads its caller's account again in the transaction of the write.
#[tokio::test]
async fn a_disabled_account_writes_nothing_although_its_session_is_cached() {
    let people = People::gather().await;
    let db = people.app().app.base.db.get().await.unwrap();
    let set = "UPDATE account SET disabled_at = $2 WHERE login = $1";
    let (mut tried, mut faults) = (0, Vec::new());
    for write in writes() {
        let name = format!("{} {} as {}", write.method, write.path, write.role);
        let me = people.get(Some(&write.role), "/v1/auth/me").await.expect(200).json;
        let login = me["login"].as_str().unwrap();
        // The cache forgets a session after twenty seconds: only an answer given while it still holds proves anything.
        loop {
            people.get(Some(&write.role), "/v1/auth/me").await.expect(200);
            db.execute(set, &[&login, &Some(people.app().app.base.clock.now())]).await.unwrap();
            let answer = send(&people, &write).await;
            let still_cached = people.get(Some(&write.role), "/v1/auth/me").await.status == 200;
            db.execute(set, &[&login, &None::<chrono::DateTime<chrono::Utc>>]).await.unwrap();
            let text = String::from_utf8_lossy(&answer.bytes).to_string();
            let is_refused = (answer.status, answer.slug()) == (401, "unauthenticated");
            if !is_refused {
                faults.push(format!("{name}: {text}"));
            }
            if still_cached || !is_refused {
                break;
            }
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(tried >= 30, "{tried}");
}
