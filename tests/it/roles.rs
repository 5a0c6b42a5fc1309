//! Who may do what: every route against every role, every thing against everybody it isn't for, and bodies that claim
//! more than their sender may say.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Map, Value, json};
use server::auth::Role;
use server::service;
use tests::{Answer, in_all_languages};
use uuid::Uuid;

use crate::codes::{PRODUCER, SHOP, range};
use crate::people::{People, RIVAL};

const GROUP_PACK: &str = "348700000000000013";
const OTHER_PACK: &str = "348700000000000020";
const DRAFT: &str = "04870001234577";

/// A route of the contract.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) pattern: String,
    /// Whom it is for; empty when everybody may ask.
    pub(crate) roles: BTreeSet<String>,
    /// The kind of body that it takes.
    pub(crate) body: Option<String>,
}

pub(crate) fn routes() -> Vec<Route> {
    let contract = serde_json::to_value(service::openapi()).unwrap();
    let mut found = Vec::new();
    for (pattern, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schemes = operation["security"].as_array().unwrap_or_else(|| panic!("{method} {pattern}: for whom?"));
            let roles = schemes.iter().filter_map(|scheme| scheme["bearer"].as_array()).flatten();
            let content = operation["requestBody"]["content"].as_object();
            found.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                pattern: pattern.clone(),
                roles: roles.map(|role| role.as_str().unwrap().to_owned()).collect(),
                body: content.and_then(|content| content.keys().next().cloned()),
            });
        }
    }
    // Whoever signs out can do nothing more.
    found.sort_by_key(|route| route.pattern == "/v1/auth/sign-out");
    found
}

impl Route {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.pattern)
    }

    /// A path that the route takes. A parameter that isn't known here fails: say what stands for it.
    pub(crate) fn path(&self) -> String {
        let part = |part: &str| match part {
            "{id}" => "8c6f1f2e-2f0f-4f3c-9a55-3f3f2b1a0c9d".to_owned(),
            "{gtin}" => "04870001234560".to_owned(),
            "{bin}" => PRODUCER.to_owned(),
            "{sscc}" => GROUP_PACK.to_owned(),
            "{name}" => "countries".to_owned(),
            "{number}" => "TB-26-0000001".to_owned(),
            "{file}" => "1.png".to_owned(),
            "{key}" => "none".to_owned(),
            "{job}" => "7".to_owned(),
            part if part.starts_with('{') => panic!("{}: what stands for {part}?", self.name()),
            part => part.to_owned(),
        };
        self.pattern.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// Asks as somebody, with a body that says nothing, or as nobody, or with a token that is none.
    async fn ask(&self, people: &People, token: Option<&str>) -> Answer {
        let mut request = people.app().request(self.method.clone(), &self.path());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if self.method != Method::GET {
            request = request.header("Idempotency-Key", Uuid::new_v4().to_string());
        }
        let request = match self.body.as_deref() {
            None => request,
            Some("application/json") => request.json(&json!({})),
            Some("image/jpeg") => request.header("content-type", "image/jpeg").body("no picture"),
            Some("multipart/form-data") => request.multipart(Form::new()),
            Some(other) => panic!("{}: how is {other} sent?", self.name()),
        };
        people.app().send(request).await
    }
}

/// X2: every route refuses everybody whom its contract doesn't name, before it looks at anything they sent.
#[tokio::test]
async fn every_route_refuses_whom_it_is_not_for() {
    let people = People::gather().await;
    let mut refusals = 0;
    for route in routes() {
        let name = route.name();
        for role in &route.roles {
            assert!(Role::ALL.iter().any(|known| known.slug() == role), "{name}: {role} is no role");
        }
        if route.roles.is_empty() {
            // Some have secrets of their own; none asks who somebody is.
            assert_ne!(route.ask(&people, None).await.slug(), "forbidden", "{name}");
            continue;
        }
        for token in [None, Some("not-a-token"), Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")] {
            let answer = route.ask(&people, token).await;
            assert_eq!((answer.status, answer.slug()), (401, "unauthenticated"), "{name} {token:?}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer", "{name}");
        }
        for role in Role::ALL.map(Role::slug) {
            let answer = route.ask(&people, Some(people.token(role))).await;
            if route.roles.contains(role) {
                assert_ne!(answer.status, 401, "{name} is for {role}");
                assert_ne!(answer.slug(), "forbidden", "{name} is for {role}");
                assert!(answer.status < 500, "{name}: {}", String::from_utf8_lossy(&answer.bytes));
            } else {
                assert_eq!((answer.status, answer.slug()), (403, "forbidden"), "{name} is not for {role}");
                refusals += 1;
            }
        }
    }
    assert!(refusals > 50, "{refusals}");
    let kept = "SELECT count(*) FROM audit WHERE action = 'auth.refuse' AND result = 'forbidden'
        AND address = '127.0.0.1' AND actor LIKE 'account:%' AND object LIKE 'route:%'";
    assert_eq!(people.trade.count(kept).await, refusals);
}

/// X2: a handler that isn't in the contract would be in no list of who may ask.
#[test]
fn every_handler_stands_in_the_contract() {
    let known: BTreeSet<String> = routes().iter().map(Route::name).collect();
    let mut handlers = BTreeSet::new();
    for (_, path, text) in crate::house::sources() {
        for method in ["get", "post", "put", "patch", "delete"] {
            for handler in text.split(&format!("#[{method}(\"")).skip(1) {
                let pattern = handler.split('"').next().unwrap();
                handlers.insert(format!("{} {pattern}", method.to_uppercase()));
            }
        }
        for other in ["web::resource(", "web::scope(", "web::get()", "web::post()", "#[route("] {
            // The app's pages and files stand beside the contract: public on purpose, and only ever read.
            // Those who run the service have a listener of their own.
            let is_page = ["site/http.rs", "service/admin.rs"].contains(&path.as_str()) && other == "web::get()";
            assert!(is_page || !text.contains(other), "{path} routes by {other}");
        }
    }
    assert_eq!(handlers, known);
}

/// A scene that is the producer's own: an order of twenty with a pack and a shipment to the shop, and a draft.
struct Own {
    order: Uuid,
    codes: Vec<String>,
    shipment: String,
}

async fn own(people: &People) -> Own {
    let trade = &people.trade;
    let order = trade.goods(20).await;
    let codes = trade.codes(order).await;
    let pack = json!({ "id": Uuid::new_v4(), "sscc": GROUP_PACK, "level": "group", "units": range(order, 0, 4) });
    trade.post(&trade.producer, "/v1/packs", &pack).await.expect(201);
    let shipped =
        trade.file(&trade.producer, "/v1/shipments", &range(order, 10, 12), json!({ "receiver": SHOP })).await;
    let shipment = shipped.expect(201).json["id"].as_str().unwrap().to_owned();
    trade.post(&trade.producer, "/v1/products", &draft()).await.expect(201);
    Own { order, codes, shipment }
}

fn draft() -> Value {
    json!({
        "gtin": DRAFT, "group": "dairy", "manufacturer": "«Алатау» ЖШС", "country": "KZ", "hs_code": "0401",
        "trade_name": { "kk": "Сүт", "ru": "Молоко", "en": "Milk" },
        "attributes": { "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 },
    })
}

/// X1, X4: orders, goods, shipments, packs and participants of one are as unknown to another as if they weren't there.
#[tokio::test]
async fn what_is_anothers_is_seen_by_nobody_else() {
    let people = People::gather().await;
    let Own { order, shipment, .. } = own(&people).await;
    let ways: Vec<String> = vec![
        format!("/v1/orders/{order}"),
        format!("/v1/orders/{order}/codes"),
        format!("/v1/orders/{order}/labels.pdf"),
        format!("/v1/participants/{PRODUCER}/quotas"),
        format!("/v1/packs/{GROUP_PACK}"),
        format!("/v1/shipments/{shipment}"),
        format!("/v1/participants/{PRODUCER}"),
    ];
    for way in ways {
        people.get(Some("participant"), &way).await.expect(200);
        let rival = people.get(Some("rival"), &way).await.expect(404);
        let nothing = way.replace(&order.to_string(), "8c6f1f2e-2f0f-4f3c-9a55-3f3f2b1a0c9d");
        let nothing = nothing.replace(&shipment, "8c6f1f2e-2f0f-4f3c-9a55-3f3f2b1a0c9d");
        let nothing = nothing.replace(GROUP_PACK, OTHER_PACK).replace(PRODUCER, "990140000007");
        let nothing = people.get(Some("rival"), &nothing).await.expect(404);
        assert_eq!(rival.json, nothing.json, "{way}: nothing tells that it is there");
    }
    people.get(None, &format!("/v1/products/{DRAFT}")).await.expect(404);
    for list in ["/v1/orders", "/v1/products", "/v1/shipments", "/v1/shipments?direction=incoming&state=awaiting"] {
        assert_eq!(people.get(Some("rival"), list).await.expect(200).json["items"], json!([]), "{list}");
    }
    let all = people.get(Some("rival"), "/v1/participants").await.expect(200).json;
    let bins: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| one["bin"].as_str().unwrap()).collect();
    assert_eq!(bins, [RIVAL]);
    let cursors = [format!("/v1/orders?cursor={order}"), format!("/v1/shipments?cursor={shipment}")];
    for cursor in cursors {
        assert_eq!(people.get(Some("rival"), &cursor).await.expect(400).slug(), "invalid-cursor", "{cursor}");
    }
    // To whom goods are on their way sees the shipment, and nothing of the order.
    people.get(Some("shop"), &format!("/v1/shipments/{shipment}")).await.expect(200);
    people.get(Some("shop"), &format!("/v1/orders/{order}")).await.expect(404);
}

/// X1, X4: nobody acts on what is another's, by code, by range, by pack or by the id of a document.
#[tokio::test]
async fn what_is_anothers_is_changed_by_nobody_else() {
    let people = People::gather().await;
    let trade = &people.trade;
    let Own { order, codes, shipment } = own(&people).await;
    let rival = people.token("rival");
    let before = (trade.units(order).await, all_of(&people, order).await);

    let named = [
        (json!({ "codes": [codes[6]] }), 409, "not-owned"),
        (range(order, 6, 8), 409, "not-owned"),
        (json!({ "packs": [GROUP_PACK] }), 422, "invalid-field"),
    ];
    for (units, status, slug) in &named {
        for (path, details) in [
            ("/v1/applications", json!({})),
            ("/v1/releases", json!({})),
            ("/v1/sales", json!({})),
            ("/v1/returns", json!({})),
            ("/v1/withdrawals", json!({ "reason": "damaged" })),
            ("/v1/recalls", json!({ "reason": in_all_languages("A rumour") })),
            ("/v1/shipments", json!({ "receiver": SHOP })),
        ] {
            let refused = trade.file(rival, path, units, details).await;
            assert_eq!((refused.status, refused.slug()), (*status, *slug), "{path} {units}");
        }
    }
    let pack = |content: Value| {
        let mut pack = json!({ "id": Uuid::new_v4(), "sscc": OTHER_PACK, "level": "transport" });
        pack.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        pack
    };
    for content in [json!({ "units": range(order, 6, 8) }), json!({ "packs": [GROUP_PACK] })] {
        let refused = trade.post(rival, "/v1/packs", &pack(content.clone())).await;
        assert!([409, 422].contains(&refused.status), "{content}: {}", refused.json);
    }
    let ending = json!({ "id": Uuid::new_v4() });
    for path in [
        format!("/v1/shipments/{shipment}/accept"),
        format!("/v1/shipments/{shipment}/cancel"),
        format!("/v1/packs/{GROUP_PACK}/open"),
    ] {
        trade.post(rival, &path, &ending).await.expect(404);
    }
    // The sender can't sign for the receiver, nor the receiver for the sender.
    let path = format!("/v1/shipments/{shipment}/accept");
    let refused = trade.post(&trade.producer, &path, &ending).await.expect(403);
    assert_eq!(refused.slug(), "only-receiver-accepts");
    let path = format!("/v1/shipments/{shipment}/cancel");
    assert_eq!(trade.post(&trade.shop, &path, &ending).await.expect(403).slug(), "only-sender-cancels");

    // In another's name, or with another's number.
    let new = json!({ "id": Uuid::new_v4(), "gtin": "04870001234560", "quantity": 1 });
    let refused = trade.post(rival, "/v1/orders", &new).await;
    assert!([403, 409, 422].contains(&refused.status), "codes for goods of another: {}", refused.json);
    let mut named = new.clone();
    named["participant"] = json!(PRODUCER);
    let refused = trade.post(rival, "/v1/orders", &named).await.expect(422);
    assert_eq!(refused.faults(), ["participant field-no-such-participant"]);
    assert_eq!(trade.post(rival, "/v1/products", &draft()).await.expect(409).slug(), "duplicate");
    let mut named = draft();
    named["participant"] = json!(PRODUCER);
    let refused = trade.post(rival, "/v1/products", &named).await.expect(422);
    assert_eq!(refused.faults(), ["participant field-no-such-participant"]);

    // The id of another's document or order, sent again, shows nothing of it.
    let filed = json!({ "id": shipment, "units": range(order, 10, 12), "receiver": SHOP });
    assert_eq!(trade.post(rival, "/v1/shipments", &filed).await.expect(409).slug(), "id-taken");
    let placed = json!({ "id": order, "gtin": "04870001234560", "quantity": 20 });
    let refused = trade.post(rival, "/v1/orders", &placed).await.expect(409);
    assert_eq!((refused.slug(), refused.json.get("quantity")), ("id-taken", None));

    assert_eq!((trade.units(order).await, all_of(&people, order).await), before);
    let audited = "SELECT count(*) FROM audit WHERE result = 'not-owned'";
    assert!(trade.count(audited).await >= 14, "refusals are kept");
}

/// What the producer sees of its own.
async fn all_of(people: &People, order: Uuid) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in [format!("/v1/orders/{order}"), format!("/v1/packs/{GROUP_PACK}"), "/v1/shipments".to_owned()] {
        seen.push(people.get(Some("participant"), &path).await.expect(200).json);
    }
    seen.push(people.get(Some("participant"), "/v1/products").await.expect(200).json);
    seen
}

/// Another's key is not one's own: the same key and body of two callers are two requests (X4, X37).
#[tokio::test]
async fn an_idempotency_key_is_its_callers_own() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.goods(2).await;
    let sale = json!({ "id": Uuid::new_v4(), "units": range(order, 0, 0) });
    trade.post_under("the-very-same-key", &trade.producer, "/v1/sales", &sale).await.expect(201);
    let answer = trade.post_under("the-very-same-key", people.token("rival"), "/v1/sales", &sale).await.expect(409);
    assert_eq!(answer.json.get("units"), None, "the answer to the other stays the other's");
}

/// Fields by which a sender would make itself more than it is.
fn claims() -> Map<String, Value> {
    let claims = json!({
        "role": "operator", "status": "sold", "state": "published", "sender": RIVAL, "owner": RIVAL, "holder": RIVAL,
        "number": 4096, "participant_number": 4096, "created_at": "2001-01-01T00:00:00Z", "at": "2001-01-01T00:00:00Z",
        "blocked_at": "2001-01-01T00:00:00Z", "created_by": Uuid::nil(), "account_id": Uuid::nil(), "key": "AAAA",
        "kind": "recall", "fingerprint": "00", "result": "done", "is_admin": true,
    });
    let Value::Object(claims) = claims else { unreachable!() };
    claims
}

/// The names of an answer's fields.
fn names(answer: &Value) -> Vec<&str> {
    answer.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Sends a body with fields by which its sender would make itself more than it is: refused, each with its name.
async fn refuse_claims(people: &People, token: Option<&str>, path: &str, body: &Value) {
    let mut all = claims();
    all.extend(body.as_object().unwrap().clone());
    let request = people.app().request(Method::POST, path).header("Idempotency-Key", Uuid::new_v4().to_string());
    let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth).json(&all);
    let faults = people.app().send(request).await.expect(422).faults();
    assert!(faults.len() > 10 && faults.contains(&"created_by field-unknown".to_owned()), "{path}: {faults:?}");
    assert!(faults.iter().all(|fault| fault.ends_with(" field-unknown")), "{path}: {faults:?}");
}

/// X3, A1: fields that a route does not have are refused and change nothing, and an answer says no more than its list.
#[expect(clippy::too_many_lines, reason = "one claim after the other")]
#[tokio::test]
async fn claims_in_a_body_are_refused_and_answers_are_whitelists() {
    let people = People::gather().await;
    let trade = &people.trade;
    let claimed = async |token: &str, path: &str, body: Value| {
        refuse_claims(&people, Some(token), path, &body).await;
        trade.post(token, path, &body).await.expect(201).json
    };
    let is_recent = |at: &Value| {
        let at: chrono::DateTime<chrono::Utc> = at.as_str().unwrap().parse().unwrap();
        (chrono::Utc::now() - at).abs() < chrono::TimeDelta::minutes(5)
    };

    let name = json!({ "kk": "Жаңа", "ru": "Новый", "en": "New" });
    let new = json!({ "bin": "990140000007", "name": name, "roles": ["producer"] });
    let participant = claimed(&trade.operator, "/v1/participants", new).await;
    assert_eq!(
        names(&participant),
        ["address", "bin", "blocked_at", "blocked_reason", "created_at", "gs1_prefixes", "name", "roles"]
    );
    assert!(participant["blocked_at"].is_null() && is_recent(&participant["created_at"]), "{participant}");

    let product = claimed(&trade.producer, "/v1/products", draft()).await;
    let fields = [
        "attributes",
        "country",
        "created_at",
        "group",
        "gtin",
        "hs_code",
        "manufacturer",
        "participant",
        "state",
        "trade_name",
    ];
    assert_eq!(names(&product), fields);
    assert_eq!((&product["state"], &product["participant"]), (&json!("draft"), &json!(PRODUCER)));
    people.get(None, &format!("/v1/products/{DRAFT}")).await.expect(404);

    let gtin = trade.water().await;
    let order = Uuid::new_v4();
    let new = json!({ "id": order, "gtin": gtin, "quantity": 9 });
    let answer = claimed(&trade.producer, "/v1/orders", new).await;
    let fields = [
        "created_at",
        "decided_at",
        "exported_at",
        "group",
        "gtin",
        "id",
        "key",
        "participant",
        "participant_name",
        "price_tenge",
        "product_name",
        "quantity",
        "reason",
        "state",
    ];
    assert_eq!(names(&answer), fields);
    assert_eq!((&answer["participant"], &answer["group"]), (&json!(PRODUCER), &json!("water")));
    assert!(answer["key"] != "AAAA" && is_recent(&answer["created_at"]), "{answer}");

    let units = range(order, 0, 8);
    let application = json!({ "id": Uuid::new_v4(), "units": units });
    let receipt = claimed(&trade.producer, "/v1/applications", application).await;
    assert_eq!(names(&receipt), ["at", "id", "kind", "units"]);
    assert!(receipt["kind"] == "apply" && is_recent(&receipt["at"]), "{receipt}");
    assert_eq!(trade.units(order).await, json!({ "applied": 9 }), "neither sold nor released");
    let release = json!({ "id": Uuid::new_v4(), "units": units, "produced_on": "2026-01-10" });
    claimed(&trade.producer, "/v1/releases", release).await;
    let owner = format!(
        "SELECT count(*) FROM document o JOIN participant p ON p.number = o.participant
        WHERE p.bin = '{PRODUCER}' AND o.account_id <> '{}'",
        Uuid::nil()
    );
    assert_eq!(trade.count(&owner).await, 2);

    let pack = json!({ "id": Uuid::new_v4(), "sscc": GROUP_PACK, "level": "group", "units": range(order, 0, 3) });
    let packed = claimed(&trade.producer, "/v1/packs", pack).await;
    assert_eq!(names(&packed), ["at", "id", "sscc", "units"]);
    let shown = trade.get(&trade.producer, &format!("/v1/packs/{GROUP_PACK}")).await.expect(200).json;
    assert_eq!(shown["owner"], PRODUCER);

    let shipment = json!({ "id": Uuid::new_v4(), "units": range(order, 4, 5), "receiver": SHOP, "number": "WB-1" });
    let shipment = claimed(&trade.producer, "/v1/shipments", shipment).await;
    let fields = [
        "changed_at",
        "id",
        "number",
        "receiver",
        "receiver_name",
        "sender",
        "sender_name",
        "sent_at",
        "state",
        "units",
    ];
    assert_eq!(names(&shipment), fields);
    assert_eq!((&shipment["sender"], &shipment["state"]), (&json!(PRODUCER), &json!("awaiting")));

    let scan =
        json!({ "id": Uuid::new_v4(), "code": "4006381333931", "taken_at": chrono::Utc::now(), "consent": "none" });
    let mut believing = scan.clone();
    believing["order_number"] = json!(1);
    let refused = people.post(None, "/v1/scans", &json!({ "items": [believing] })).await.expect(422);
    assert_eq!(refused.faults(), ["items[0].order_number field-unknown"]);
    let scans = json!({ "items": [scan] });
    refuse_claims(&people, None, "/v1/scans", &scans).await;
    let receipt = people.post(None, "/v1/scans", &scans).await.expect(201).json;
    assert_eq!(names(&receipt), ["already_stored", "received_at", "stored"]);
    assert!(is_recent(&receipt["received_at"]));
    let believed = "SELECT count(*) FROM scan WHERE order_number IS NULL AND gtin = 4006381333931";
    assert_eq!(trade.count(believed).await, 1);

    // Whoever signs in is who the account says.
    let me = people.get(Some("clerk"), "/v1/auth/me").await.expect(200).json;
    let fields = [
        "created_at",
        "failed_sign_ins",
        "id",
        "idle_minutes",
        "last_sign_in_address",
        "last_sign_in_at",
        "login",
        "must_replace",
        "notices",
        "participant",
        "recovery_codes_left",
        "region",
        "role",
    ];
    assert_eq!(names(&me), fields);
    assert_eq!((&me["role"], &me["participant"]), (&json!("clerk"), &json!(PRODUCER)));
    let sign_in = json!({ "login": "clerk", "password": "not-this-one-at-all", "totp": "000000" });
    refuse_claims(&people, None, "/v1/auth/sign-in", &sign_in).await;
    people.post(None, "/v1/auth/sign-in", &sign_in).await.expect(401);
}

/// X3: whatever is answered to anybody, none of it is a secret, nor a number by which only the store knows things.
#[tokio::test]
async fn no_answer_holds_a_secret_or_a_number_of_the_store() {
    let people = People::gather().await;
    let Own { order, codes, shipment } = own(&people).await;
    let form = Form::new().text("id", Uuid::new_v4().to_string()).text("category", "expired-goods");
    let form = form.text("code", codes[0].clone()).text("contact", "me@example.kz");
    let form = form.text("latitude", "43.2389").text("longitude", "76.8897");
    let sent = people.app().send(people.app().request(Method::POST, "/v1/reports").multipart(form)).await.expect(201);
    let report = format!("/v1/inspector/reports/{}", sent.json["number"].as_str().unwrap());
    people.post(Some("inspector"), &format!("{report}/assign"), &json!({})).await.expect(200);
    let code = tests::load::encoded(&codes[0]);
    let paths = [
        "/v1/auth/me",
        "/v1/accounts",
        "/v1/keys/cards",
        "/v1/audit?limit=100",
        "/v1/participants",
        "/v1/products",
        "/v1/orders",
        "/v1/shipments",
        "/v1/reference",
        "/v1/inspector/reports",
        "/.well-known/jwks.json",
        "/v1/products/04870001234560",
        &format!("/v1/orders/{order}"),
        &format!("/v1/packs/{GROUP_PACK}"),
        &format!("/v1/shipments/{shipment}"),
        &format!("/v1/participants/{PRODUCER}"),
        &format!("/v1/verify?code={code}"),
        &format!("/v1/verify?code={GROUP_PACK}"),
        &report,
    ];
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut answered = 0;
    for path in paths {
        for name in People::NAMES.map(Some).into_iter().chain([None]) {
            let answer = people.get(name, path).await;
            answered += usize::from(answer.status == 200);
            gather("", &answer.json, &mut |field, value| {
                let last = field.rsplit('.').next().unwrap();
                let is_key = ["number", "order", "participant", "owner", "account", "id"].contains(&last);
                // Records of the audit have numbers that its auditors count by.
                let is_counted = path.starts_with("/v1/audit") && !field.starts_with("items.object");
                assert!(!is_key || !value.is_number() || is_counted, "{path} tells {field}: {value}");
                fields.insert(field.to_owned(), path.to_owned());
            });
        }
    }
    assert!(answered > 60, "{answered}");
    let secrets =
        ["password", "hash", "sealed", "totp", "secret", "fingerprint", "private", "order_number", "created_by"];
    for (field, path) in &fields {
        assert!(!secrets.iter().any(|secret| field.contains(secret)), "{path} tells {field}");
    }
    assert!(fields.contains_key("contact") && fields.contains_key("has_contact"), "the report is read");
}

/// Calls `found` with every field of a JSON document and its name, without places in lists.
fn gather(name: &str, value: &Value, found: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                found(&name, value);
                gather(&name, value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(name, item, found)),
        _ => {}
    }
}
