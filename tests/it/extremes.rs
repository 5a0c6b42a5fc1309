//! Every field and query of every route, fed its extremes: what comes of it is an answer, never a failure of ours, and no
//! row that a later step trips over (X41, X42, X61, X62).

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Map, Value, json};
use server::platform::clock::Clock;
use server::platform::config::Config;
use server::service;
use server::service::work;
use tests::{Answer, TestApp, in_all_languages};
use uuid::Uuid;

use crate::alerts::Case;
use crate::codes::{PRODUCER, SHOP, range};

/// Times that some clock, some library or some person has sent: the first and the last of chrono, of PostgreSQL, of four
/// digits, and what lies just beyond.
pub(crate) const TIMES: [&str; 14] = [
    "-262143-01-01T00:00:00Z",
    "-258090-10-31T15:28:21Z",
    "-4713-01-01T00:00:00Z",
    "-4712-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "1969-12-31T23:59:60Z",
    "2016-12-31T23:59:60.999999999Z",
    "2038-01-19T03:14:08-23:59",
    "9999-12-31T23:59:59.999999999Z",
    "+10000-01-01T00:00:00Z",
    "+262142-12-31T23:59:59.999999999Z",
    "+294277-01-01T00:00:00Z",
    "+999999-12-31T23:59:59Z",
];
const DAYS: [&str; 8] = [
    "-262143-01-01",
    "-4713-01-01",
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "+262142-12-31",
    "2026-02-30",
    "2026-11-20T",
];
/// As they stand in JSON.
pub(crate) const NUMBERS: [&str; 13] = [
    "-9223372036854775808",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "-1",
    "0",
    "1e308",
    "-1e308",
    "5e-324",
    "2147483648",
    "-2147483649",
    "1e999",
    "123456789012345678901234567890",
];
pub(crate) const TEXTS: [&str; 8] = ["", " ", "\u{0}", "a\u{0}b", "NaN", "inf", "\u{202e}\u{1d}\u{7f}", "%00'\"\\"];
/// Cursors as lists make them, of rows that can't be.
const CURSORS: [&str; 5] = ["9223372036854775807_", "-9223372036854775808_", "NaN_", "1e308_", "_"];

/// A route of the contract, and who asks.
struct Route {
    method: Method,
    pattern: String,
    operation: Value,
    who: Option<&'static str>,
}

fn contract() -> Value {
    serde_json::to_value(service::openapi()).unwrap()
}

/// Every route but those that end the caller's session, or the test.
fn routes(contract: &Value) -> Vec<Route> {
    let mut found = Vec::new();
    for (pattern, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["operationId"] == "sign_out" {
                continue;
            }
            let roles = operation["security"].as_array().unwrap().iter().filter_map(|one| one["bearer"].as_array());
            let roles: Vec<&str> = roles.flatten().filter_map(Value::as_str).collect();
            let names = ["operator", "participant", "inspector", "auditor", "clerk"];
            let who = names.into_iter().find(|name| roles.contains(name));
            assert!(who.is_some() || roles.is_empty(), "{pattern}: {roles:?}");
            let method: Method = method.to_uppercase().parse().unwrap();
            found.push(Route { method, pattern: pattern.clone(), operation: operation.clone(), who });
        }
    }
    found
}

/// Something that a schema takes: its example, or else the plainest.
fn sample(contract: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(contract, contract.pointer(name.trim_start_matches('#')).unwrap(), depth);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(of) = schema[several].as_array() {
            let first = of.iter().find(|one| one["type"] != "null").unwrap_or(&Value::Null);
            return if depth > 8 { Value::Null } else { sample(contract, first, depth + 1) };
        }
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kinds = schema["type"].as_array().map_or_else(|| vec![schema["type"].clone()], Clone::clone);
    let kind = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
    match (kind, schema["format"].as_str()) {
        (Some("object"), _) if depth <= 8 => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties
                .map(|(name, schema)| (name.clone(), sample(contract, schema, depth + 1)))
                .collect::<Map<_, _>>()
                .into()
        }
        (Some("array"), _) if depth <= 8 => json!([sample(contract, &schema["items"], depth + 1)]),
        (Some("string"), Some("uuid")) => json!(Uuid::new_v4()),
        (Some("string"), Some("date")) => json!("2026-11-20"),
        (Some("string"), Some("date-time")) => json!(chrono::Utc::now()),
        (Some("string"), _) => json!("x"),
        (Some("integer" | "number"), _) => {
            schema.get("minimum").filter(|least| !least.is_null()).cloned().unwrap_or(json!(1))
        }
        (Some("boolean"), _) => json!(true),
        _ => Value::Null,
    }
}

/// A text as it stands in a query.
fn encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

/// Where every value in a value lies, as JSON pointers.
pub(crate) fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), into)),
        Value::Array(items) => items.iter().take(1).for_each(|value| places(value, &format!("{at}/0"), into)),
        _ => {}
    }
}

/// JSON texts for a place that holds such a value: the extremes of its own kind, some of other kinds, and other shapes.
pub(crate) fn extremes(of: &Value) -> Vec<String> {
    let quoted = |text: &str| Value::from(text).to_string();
    let is_instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
    let is_day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    let (numbers, times, days, texts) = match of {
        Value::Number(_) => (NUMBERS.len(), 0, 0, 2),
        Value::String(text) if is_instant(text) => (2, TIMES.len(), 1, 4),
        Value::String(text) if is_day(text) => (2, 1, DAYS.len(), 4),
        Value::String(_) => (2, 1, 1, TEXTS.len()),
        // An optional field of any kind.
        Value::Null => (NUMBERS.len(), TIMES.len(), DAYS.len(), TEXTS.len()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => (2, 0, 0, 2),
    };
    let mut all: Vec<String> = NUMBERS[..numbers].iter().map(|number| (*number).to_owned()).collect();
    all.extend(TIMES[..times].iter().chain(&DAYS[..days]).chain(&TEXTS[..texts]).map(|text| quoted(text)));
    all.extend(NUMBERS.iter().take(2).map(|number| quoted(number)));
    all.extend(["null", "true", "[]", "{}", "[null]", "{\"\":null}"].map(str::to_owned));
    all.push(quoted(&"ә".repeat(40_000)));
    all.push(quoted(&"9".repeat(400)));
    all.push(format!("{}{}", "[".repeat(100), "]".repeat(100)));
    all.push(format!("{}null{}", "{\"a\":".repeat(100), "}".repeat(100)));
    all
}

/// Texts for a query parameter of this schema.
fn query_extremes(schema: &Value) -> Vec<String> {
    let is_integer = schema["type"] == "integer" || schema["type"].as_array().is_some_and(|all| all[0] == "integer");
    let boxes = ["NaN,NaN,NaN,NaN", "-180,-90,180,90", "1e308,1e308,1e308,1e308", "0,0,0,0"];
    let mut all: Vec<String> = NUMBERS.iter().chain(&TEXTS).map(|text| (*text).to_owned()).collect();
    if !is_integer {
        all.extend(TIMES.iter().chain(&DAYS).chain(&boxes).map(|text| (*text).to_owned()));
        all.extend(CURSORS.iter().map(|cursor| format!("{cursor}{}", Uuid::new_v4())));
    }
    all.push("9".repeat(5_000));
    all
}

/// A service without limits beside that of a case, and things that are there.
struct Trial {
    case: Case,
    app: TestApp,
    known: Vec<(&'static str, String)>,
    bodies: Vec<(&'static str, Value)>,
    asked: usize,
    failures: Vec<String>,
}

impl Trial {
    async fn open() -> Self {
        let case = Case::open().await;
        let trade = &case.people.trade;
        let mut config = Config::clone(&case.people.app().app.base.config);
        config.limits.per_device = u32::MAX;
        config.limits.per_prefix = u32::MAX;
        config.limits.batches = u32::MAX;
        config.limits.global = u32::MAX;
        config.limits.reports_per_day = u32::MAX;
        config.limits.report_bytes_per_day = u64::MAX;
        let app = TestApp::over(config, case.people.app().database.clone(), Clock::default()).await;
        let order = trade.order("04870001234560", 50).await;
        let units = range(order, 0, 1);
        let scan = json!({ "id": Uuid::new_v4(), "code": case.codes[3], "taken_at": chrono::Utc::now(), "consent": "exact",
            "place": { "latitude": 43.2389, "longitude": 76.8897, "accuracy_metres": 12.5 }, "device": Uuid::new_v4(),
            "verdict": "in-circulation", "source": "camera" });
        let names = json!({ "kk": "Жаңа", "ru": "Новый", "en": "New" });
        let file = |units: &Value, details: Value| {
            let mut body = json!({ "id": Uuid::new_v4(), "units": units });
            body.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
            body
        };
        let import = json!({ "produced_on": "2026-01-10", "expires_on": "2027-01-10" });
        let bodies = vec![
            ("/v1/scans", json!({ "sent_at": chrono::Utc::now(), "items": [scan] })),
            (
                "/v1/participants",
                json!({ "bin": "990140000007", "name": names, "roles": ["producer"], "address": "Алматы" }),
            ),
            (
                "/v1/products",
                json!({ "gtin": "04870001234577", "group": "dairy", "manufacturer": "«Алатау» ЖШС", "country": "KZ",
                    "hs_code": "0401", "trade_name": names, "participant": PRODUCER,
                    "attributes": { "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 } }),
            ),
            (
                "/v1/orders",
                json!({ "id": Uuid::new_v4(), "gtin": "04870001234560", "quantity": 7, "participant": PRODUCER }),
            ),
            ("/v1/applications", file(&range(order, 0, 20), json!({}))),
            ("/v1/releases", file(&units, import)),
            ("/v1/sales", file(&units, json!({}))),
            ("/v1/returns", file(&units, json!({}))),
            ("/v1/withdrawals", file(&units, json!({ "reason": "damaged" }))),
            ("/v1/recalls", file(&units, json!({ "reason": in_all_languages("Glass splinters") }))),
            ("/v1/shipments", file(&units, json!({ "receiver": SHOP }))),
            ("/v1/packs", file(&units, json!({ "sscc": "348700000000000013", "level": "group" }))),
            ("/v1/stock/checks", json!({ "id": Uuid::new_v4(), "codes": [case.codes[2]] })),
            ("/v1/alerts/{id}/links", json!({ "report": "TB-26-0000001" })),
            ("/v1/alerts/{id}/notes", json!({ "text": "A note" })),
        ];
        let known = vec![
            ("/v1/alerts/{id}", case.id.clone()),
            ("/v1/orders/{id}", order.to_string()),
            ("{id}", Uuid::new_v4().to_string()),
            ("{gtin}", "04870001234560".to_owned()),
            ("{bin}", PRODUCER.to_owned()),
            ("{sscc}", "348700000000000013".to_owned()),
            ("{name}", "countries".to_owned()),
            ("{number}", "TB-26-0000001".to_owned()),
            ("{file}", "1.png".to_owned()),
        ];
        Self { case, app, known, bodies, asked: 0, failures: Vec::new() }
    }

    /// A path with things that are there, or with one part replaced.
    fn path(&self, route: &Route, replaced: Option<(&str, &str)>) -> String {
        let part = |part: &str| {
            if let Some((_, by)) = replaced.filter(|(name, _)| *name == part) {
                return by.to_owned();
            }
            let of_route = |name: &str| name.ends_with(part) && (name == part || route.pattern.starts_with(name));
            let known = self.known.iter().find(|(name, _)| of_route(name)).map(|(_, value)| value.clone());
            if part.starts_with('{') { known.unwrap_or_else(|| "7".to_owned()) } else { part.to_owned() }
        };
        route.pattern.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    fn request(&self, route: &Route, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.app.request(route.method.clone(), path);
        if let Some(who) = route.who {
            request = request.bearer_auth(self.case.people.token(who));
        }
        if route.method == Method::GET {
            request
        } else {
            request.header("Idempotency-Key", Uuid::new_v4().to_string())
        }
    }

    /// Keeps both clocks where they were: an access token lives for ten minutes.
    fn hold_clocks(&self, at: chrono::DateTime<chrono::Utc>) {
        for app in [&self.app.app, &self.case.people.app().app] {
            app.base.clock.shift(at - app.base.clock.now());
        }
    }

    async fn ask(&mut self, what: &str, request: reqwest::RequestBuilder) {
        self.asked += 1;
        let sent = request.send().await;
        let Ok(sent) = sent else { return self.failures.push(format!("{what}: no answer")) };
        if sent.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            // It would go on for half a minute.
            return;
        }
        let answer = Answer::of(sent).await;
        if answer.status >= 500 {
            self.failures.push(format!("{what}: {} {}", answer.status, answer.slug()));
        }
    }

    /// Every part of the path, and every query.
    async fn vary_address(&mut self, route: &Route) {
        let parts: Vec<&str> = route.pattern.split('/').filter(|part| part.starts_with('{')).collect();
        for part in parts {
            let long = "9".repeat(400);
            let extremes =
                ["%00", "a%00b", "%FF", "-1", "0", NUMBERS[0], NUMBERS[1], NUMBERS[3], "NaN", "..%2f..", &long];
            for extreme in extremes {
                let path = self.path(route, Some((part, extreme)));
                let request = self.request(route, &path);
                self.ask(&format!("{} {path}", route.method), request).await;
            }
        }
        let parameters = route.operation["parameters"].as_array().cloned().unwrap_or_default();
        let path = self.path(route, None);
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            for text in query_extremes(&parameter["schema"]) {
                let text = text.as_str();
                let request = self.request(route, &format!("{path}?{name}={}", encoded(text)));
                self.ask(&format!("{} {path}?{name}={text:.60}", route.method), request).await;
            }
        }
    }

    /// Every place of a JSON body.
    async fn vary_body(&mut self, contract: &Value, route: &Route) {
        let Some(schema) = route.operation.pointer("/requestBody/content/application~1json/schema") else { return };
        let given = self.bodies.iter().find(|(pattern, _)| *pattern == route.pattern).map(|(_, body)| body.clone());
        let whole = given.unwrap_or_else(|| sample(contract, schema, 0));
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        // Passwords are compared slowly on purpose.
        let is_slow = route.pattern.starts_with("/v1/auth/sign-in");
        let path = self.path(route, None);
        for place in all {
            let extremes = extremes(whole.pointer(&place).unwrap());
            for extreme in extremes.iter().step_by(if is_slow { 4 } else { 1 }) {
                let mut body = whole.clone();
                // Another thing each time: what was done is not answered from memory.
                if let Some(id) = body.get_mut("id").filter(|id| id.is_string()) {
                    *id = json!(Uuid::new_v4());
                }
                if let Some(id) = body.pointer_mut("/items/0/id") {
                    *id = json!(Uuid::new_v4());
                }
                *body.pointer_mut(&place).unwrap() = json!("@extreme@");
                let text = body.to_string().replacen("\"@extreme@\"", extreme, 1);
                let request = self.request(route, &path).header("Content-Type", "application/json").body(text);
                self.ask(&format!("{} {path} {place} = {extreme:.60}", route.method), request).await;
            }
        }
    }

    /// Every field of a form.
    async fn vary_form(&mut self, contract: &Value, route: &Route) {
        let Some(schema) = route.operation.pointer("/requestBody/content/multipart~1form-data/schema") else { return };
        let schema =
            schema["$ref"].as_str().map_or(schema, |name| contract.pointer(name.trim_start_matches('#')).unwrap());
        let fields: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert!(!fields.is_empty(), "{}", route.pattern);
        let long = "9".repeat(5_000);
        let path = self.path(route, None);
        for field in fields {
            for text in TIMES.iter().chain(&DAYS).chain(&NUMBERS).chain(&TEXTS).copied().chain([&*long]) {
                let whole = [
                    ("id", Uuid::new_v4().to_string()),
                    ("category", "expired-goods".to_owned()),
                    ("words", "Expired on the shelf".to_owned()),
                    ("latitude", "43.2389".to_owned()),
                    ("longitude", "76.8897".to_owned()),
                ];
                let form = whole
                    .into_iter()
                    .filter(|(name, _)| *name != field)
                    .fold(Form::new(), |form, (name, text)| form.text(name, text));
                let request = self.request(route, &path).multipart(form.text(field.clone(), text.to_owned()));
                self.ask(&format!("{} {path} {field} = {text:.60}", route.method), request).await;
            }
        }
    }
}

/// X41, X42, X61, X62
#[tokio::test]
async fn every_field_and_query_takes_its_extremes_and_no_later_step_trips_over_them() {
    let contract = contract();
    let mut trial = Trial::open().await;
    let began = chrono::Utc::now();
    for route in routes(&contract) {
        trial.hold_clocks(began);
        trial.vary_address(&route).await;
        trial.vary_body(&contract, &route).await;
        trial.vary_form(&contract, &route).await;
    }
    assert!(trial.asked > 5_000, "{}", trial.asked);
    assert!(trial.failures.is_empty(), "{} of {}: {:#?}", trial.failures.len(), trial.asked, trial.failures);
    trial.hold_clocks(began);
    let app = &trial.app.app;
    let settled = work::settle(app).await.unwrap();
    assert_eq!(settled.failed, 0, "every job that came of it is done");
    let db = app.base.db.get().await.unwrap();
    let left = "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM dead_job)";
    assert_eq!(db.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
    drop(db);
    server::scans::keep_house(&app.scans).await.unwrap();
    server::alerts::keep_house(&app.alerts).await.unwrap();
    // What was let in is read again by everybody who lists it.
    for (who, path) in [
        ("inspector", "/v1/alerts"),
        ("inspector", "/v1/hotspots"),
        ("inspector", "/v1/inspector/reports"),
        ("auditor", "/v1/audit"),
        ("participant", "/v1/orders"),
        ("participant", "/v1/products"),
        ("operator", "/v1/participants"),
        ("operator", "/v1/accounts"),
    ] {
        trial.case.people.get(Some(who), path).await.expect(200);
    }
}
