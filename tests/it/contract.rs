//! The contract held against the service by a tester that others wrote: whatever fits a schema, whatever doesn't, and
//! whatever lies in between is answered with a status, a kind of content and a body that the contract names (R9).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use server::platform::clock::Clock;
use server::platform::config::Config;
use server::service::{self, Running, Service};
use tests::{TestApp, python, shared_stores};
use tokio::process::Command;
use uuid::Uuid;

use crate::codes::{PRODUCER, SHOP, range};
use crate::people::{People, RIVAL};

const PACK: &str = "348700000000000013";
const IDLE: &str = "990140000017";
/// The tester looks at everything, but for what it can't know: that a number must have a check digit, an order an
/// owner, and that what was deleted here is told otherwise. What doesn't fit may be refused in any way that is documented,
/// also as too large. A form with five photos, the most that there may be, it takes for one that doesn't fit.
const SETTINGS: &str = r#"hooks = "fresh.py"
[checks]
positive_data_acceptance.enabled = false
use_after_free.enabled = false
ensure_resource_availability.enabled = false
negative_data_rejection.expected-statuses = ["4xx"]
max_response_time = 120
[[operations]]
include-operation-id = "send_report"
checks.negative_data_rejection.enabled = false
"#;
const HOOKS: &str = include_str!("../py/fresh.py");

/// A service that nobody is slowed down by, and a tester of it.
struct Tester {
    folder: PathBuf,
    running: Running,
}

impl Tester {
    /// Another process of the register of `app`, without its limits; `examples` are told to the tester.
    async fn beside(app: &TestApp, examples: &[(&str, &str, Value)]) -> Self {
        let mut config = Config::clone(&app.app.base.config);
        config.limits.per_device = u32::MAX;
        config.limits.per_prefix = u32::MAX;
        config.limits.batches = u32::MAX;
        config.limits.global = u32::MAX;
        config.limits.reports_per_day = u32::MAX;
        config.limits.report_bytes_per_day = u64::MAX;
        let app = Service::open(config, Clock::default()).await.unwrap();
        let folder = app.base.config.data_dir.join("contract");
        let running = service::serve(app).unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("fresh.py"), HOOKS).unwrap();
        let mut contract = serde_json::to_value(service::openapi()).unwrap();
        for (path, name, example) in examples {
            set_example(&mut contract, path, name, example);
        }
        fs::write(folder.join("contract.json"), contract.to_string()).unwrap();
        Self { folder, running }
    }

    /// Tries all routes for a role, or those for everybody, and ends the test with what was found.
    async fn try_all(&self, role: Option<(&str, &str)>, examples: u32) {
        let mut command = Command::new(python());
        command.current_dir(&self.folder).args(["-m", "schemathesis.cli", "--no-color", "run", "contract.json"]);
        command.arg("--url").arg(format!("http://{}", self.running.address));
        command.args(["--phases", "examples,coverage,fuzzing"]);
        command.args(["--max-examples", &examples.to_string(), "--generation-deterministic", "--continue-on-failure"]);
        command.args(["--generation-with-security-parameters", "false"]);
        command.args(["--warnings", "off", "--request-timeout", "120", "--suppress-health-check", "all"]);
        let token = role.map_or(String::new(), |(_, token)| format!("[auth.openapi.bearer]\nbearer = \"{token}\"\n"));
        fs::write(self.folder.join("schemathesis.toml"), format!("{SETTINGS}{token}")).unwrap();
        let operations = operations(role.map(|(role, _)| role));
        assert!(!operations.is_empty(), "{role:?} has routes");
        for operation in &operations {
            command.args(["--include-operation-id", operation]);
        }
        let output = command.output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let failures = told.find("= FAILURES").or(told.find("= ERRORS")).unwrap_or(0);
        let who = role.map_or("everybody", |(role, _)| role);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "routes for {who}:\n{}\n{errors}", &told[failures..]);
        assert!(told.contains(&format!("Tested: {}", operations.len())), "{told}");
    }
}

/// Names of the operations for a role, or of those for everybody. Who signs out could not go on, and a
/// stream is no answer to wait for.
fn operations(role: Option<&str>) -> Vec<String> {
    let contract = serde_json::to_value(service::openapi()).unwrap();
    let items = contract["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let is_for = |operation: &&Value| {
        let schemes = operation["security"].as_array().unwrap();
        let roles: Vec<&Value> = schemes.iter().filter_map(|scheme| scheme["bearer"].as_array()).flatten().collect();
        role.map_or(roles.is_empty(), |role| roles.contains(&&json!(role)))
    };
    let names = operations.filter(is_for).map(|operation| operation["operationId"].as_str().unwrap().to_owned());
    names.filter(|name| !["sign_out", "stream_alerts", "stream_reports"].contains(&name.as_str())).collect()
}

/// Sets the example of a parameter, or of the body when `name` is `body`.
fn set_example(contract: &mut Value, path: &str, name: &str, example: &Value) {
    let item = contract["paths"][path].as_object_mut().unwrap_or_else(|| panic!("there is no {path}"));
    let mut set = 0;
    for operation in item.values_mut() {
        if name == "body" {
            if let Some(body) = operation.pointer_mut("/requestBody/content/application~1json") {
                body["example"] = example.clone();
                set += 1;
            }
            continue;
        }
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if parameter["name"] == name {
                parameter["example"] = example.clone();
                set += 1;
            }
        }
    }
    assert!(set > 0, "{path} takes no {name}");
}

/// Two schemas of one name: the contract would tell the one where it means the other.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut names = BTreeMap::new();
    for (_, path, text) in crate::house::sources() {
        let derived = |part: &&str| part.lines().next().is_some_and(|line| line.ends_with(")]"));
        for part in text.split("ToSchema").skip(1).filter(derived) {
            let word = |after: &str| {
                part.split(after).nth(1).and_then(|rest| rest.split([' ', ')', ',', '<', ';', '(']).next())
            };
            let declared = part.find("struct ").into_iter().chain(part.find("enum ")).min().unwrap();
            let renamed = part.find("schema(as = ").filter(|place| *place < declared);
            let keyword = if part[declared..].starts_with("enum") { "enum " } else { "struct " };
            let name = renamed.map_or_else(|| word(keyword), |_| word("schema(as = ")).unwrap().to_owned();
            if let Some(other) = names.insert(name.clone(), path.clone()) {
                panic!("{name} is a schema in {other} and in {path}");
            }
        }
    }
    assert!(names.len() > 30, "{names:?}");
}

/// Somebody's report from Almaty.
async fn report(app: &TestApp) -> Value {
    let form = Form::new().text("id", Uuid::new_v4().to_string()).text("category", "expired-goods");
    let form = form.text("words", "Two cartons past their date").text("contact", "me@example.kz");
    let form = form.text("latitude", "43.2389").text("longitude", "76.8897");
    app.send(app.request(Method::POST, "/v1/reports").multipart(form)).await.expect(201).json
}

/// R9: what is for everybody, on a register with goods of all kinds.
#[tokio::test]
async fn everybody_is_answered_as_the_contract_says() {
    let app = TestApp::start_with(shared_stores().await, |config| config.demo = true).await;
    app.app.load_demo().await.unwrap();
    let codes = app.get("/demo/codes.json").await.expect(200).json;
    let code = codes.as_array().unwrap().iter().find(|code| code["expected"] == "in-circulation").unwrap();
    let scan = json!({ "id": Uuid::new_v4(), "code": code["text"], "taken_at": chrono::Utc::now(), "consent": "exact",
        "place": { "latitude": 51.1282, "longitude": 71.4306, "accuracy_metres": 12.0 } });
    let mut examples = vec![
        ("/v1/verify", "code", code["text"].clone()),
        ("/v1/verify", "body", json!({ "code": code["text"] })),
        ("/v1/scans", "body", json!({ "items": [scan] })),
    ];
    for path in ["/v1/reports/{number}", "/v1/reports/{number}/messages", "/v1/reports/{number}/reopen"] {
        let report = report(&app).await;
        examples.push((path, "number", report["number"].clone()));
        examples.push((path, "Tanba-Report-Token", report["token"].clone()));
    }
    Tester::beside(&app, &examples).await.try_all(None, 15).await;
}

/// R9: what is for each role, on a register in which it has something to work with.
#[tokio::test]
async fn every_role_is_answered_as_the_contract_says() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.goods(100).await;
    let codes = trade.codes(order).await;
    let file = |units: Value| json!({ "id": Uuid::new_v4(), "units": units });
    let with = |mut body: Value, name: &str, value: &str| {
        body[name] = json!(value);
        body
    };
    let mut recall = file(range(order, 40, 49));
    recall["reason"] = tests::in_all_languages("Glass splinters");
    let pack = |sscc: &str, units: Value| with(with(file(units), "sscc", sscc), "level", "group");
    trade.post(&trade.producer, "/v1/packs", &pack(PACK, range(order, 0, 4))).await.expect(201);
    let shipment = with(file(range(order, 10, 12)), "receiver", SHOP);
    let shipment = trade.post(&trade.producer, "/v1/shipments", &shipment).await.expect(201).json["id"].clone();
    trade.post(&trade.producer, "/v1/sales", &file(range(order, 22, 23))).await.expect(201);
    let fresh = trade.order("04870001234560", 9).await;
    let some = |from: usize| json!({ "codes": [codes[from], codes[from + 1]] });
    let names = json!({ "kk": "Жаңа", "ru": "Новый", "en": "New" });
    // One that may be blocked without harm to those who are asked afterwards.
    let idle = json!({ "bin": IDLE, "name": names, "roles": ["retailer"] });
    trade.post(&trade.operator, "/v1/participants", &idle).await.expect(201);
    let milk = json!({ "gtin": "04870001234577", "group": "dairy", "manufacturer": "«Алатау» ЖШС", "country": "KZ",
        "hs_code": "0401", "trade_name": names, "participant": PRODUCER,
        "attributes": { "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 } });
    let mut examples = vec![
        ("/v1/participants", "body", json!({ "bin": "990140000007", "name": names, "roles": ["producer"] })),
        ("/v1/participants/{bin}", "bin", json!(RIVAL)),
        ("/v1/participants/{bin}/block", "bin", json!(IDLE)),
        ("/v1/participants/{bin}/unblock", "bin", json!(IDLE)),
        ("/v1/participants/{bin}/prefixes", "bin", json!(IDLE)),
        ("/v1/participants/{bin}/quotas", "bin", json!(IDLE)),
        ("/v1/products", "body", milk),
        ("/v1/products/{gtin}/publish", "gtin", json!("04870001234560")),
        (
            "/v1/orders",
            "body",
            json!({ "id": Uuid::new_v4(), "gtin": "04870001234560", "quantity": 7, "participant": PRODUCER }),
        ),
        ("/v1/applications", "body", file(range(fresh, 0, 4))),
        ("/v1/releases", "body", with(file(range(fresh, 0, 3)), "produced_on", "2026-01-10")),
        ("/v1/sales", "body", file(some(20))),
        ("/v1/returns", "body", file(some(22))),
        ("/v1/withdrawals", "body", with(file(some(30)), "reason", "damaged")),
        ("/v1/recalls", "body", recall),
        ("/v1/shipments", "body", with(file(range(order, 80, 81)), "receiver", SHOP)),
        ("/v1/packs", "body", pack("348700000000000020", range(order, 50, 59))),
        ("/v1/packs/{sscc}", "sscc", json!(PACK)),
        ("/v1/packs/{sscc}/open", "sscc", json!(PACK)),
        ("/v1/stock/checks", "body", with(json!({ "codes": codes[60..70] }), "id", &Uuid::new_v4().to_string())),
    ];
    for path in ["", "/codes", "/labels.pdf", "/approve", "/refuse", "/void"] {
        let path: &'static str = format!("/v1/orders/{{id}}{path}").leak();
        examples.push((path, "id", json!(order)));
    }
    for path in ["/v1/shipments/{id}", "/v1/shipments/{id}/accept", "/v1/shipments/{id}/cancel"] {
        examples.push((path, "id", shipment.clone()));
    }
    for path in ["", "/assign", "/messages", "/decision"] {
        let path: &'static str = format!("/v1/inspector/reports/{{number}}{path}").leak();
        examples.push((path, "number", report(people.app()).await["number"].clone()));
    }
    let (tester, began) = (Tester::beside(people.app(), &examples).await, chrono::Utc::now());
    for (role, name) in [
        ("clerk", "clerk"),
        ("auditor", "auditor"),
        ("inspector", "inspector"),
        ("operator", "operator"),
        ("participant", "participant"),
        // Whom none of that belongs to.
        ("participant", "rival"),
    ] {
        tester.try_all(Some((role, people.token(name))), if name == "rival" { 2 } else { 8 }).await;
    }
    let db = trade.app.app.base.db.get().await.unwrap();
    let kinds = "SELECT DISTINCT kind FROM document WHERE at > $1 ORDER BY kind";
    let kinds: Vec<String> = db.query(kinds, &[&began]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let changed = ["apply", "pack", "recall", "release", "return", "sell", "ship", "unpack", "withdraw"];
    let missed: Vec<_> = changed.iter().filter(|kind| !kinds.iter().any(|done| done == *kind)).collect();
    assert!(missed.is_empty(), "the tester never got as far as to change something: {missed:?}, only {kinds:?}");
}
