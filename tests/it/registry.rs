//! Participants, products and reference data, through HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use tests::TestApp;

use crate::codes::Trade;

const BIN: &str = "010140000113";

fn participant(bin: &str) -> Value {
    let name = json!({ "kk": "«Дала» ЖШС", "ru": "ТОО «Дала»", "en": "Dala LLP" });
    json!({ "bin": bin, "name": name, "roles": ["importer"], "address": "Тараз, Төле би, 1" })
}

fn water(gtin: &str) -> Value {
    json!({
        "gtin": gtin, "group": "water", "manufacturer": "«Алатау» ЖШС", "country": "KZ", "hs_code": "2201101900",
        "trade_name": { "kk": "Алатау суы", "ru": "Вода Алатау", "en": "Alatau water" },
        "attributes": { "brand": "Алатау", "kind": "mineral", "volume": 0.5, "carbonated": true },
    })
}

/// D1.8, S1
#[tokio::test]
async fn an_operator_registers_a_participant_once() {
    let trade = Trade::open().await;
    let made = trade.post_under("key-one-1", &trade.operator, "/v1/participants", &participant(BIN)).await.expect(201);
    assert_eq!((&made.json["bin"], &made.json["roles"]), (&json!(BIN), &json!(["importer"])));
    assert!(made.json.get("number").is_none(), "numbers of participants are told to nobody");
    let again = trade.post_under("key-one-1", &trade.operator, "/v1/participants", &participant(BIN)).await.expect(201);
    assert_eq!(again.json, made.json);
    let other = trade.post(&trade.operator, "/v1/participants", &participant(BIN)).await.expect(409);
    assert_eq!((other.slug(), other.faults()), ("duplicate", vec!["bin field-id-taken".to_owned()]));
    assert_eq!(trade.count(&format!("SELECT count(*) FROM participant WHERE bin = '{BIN}'")).await, 1);
    let object = format!("participant:{BIN}");
    let audited = format!("SELECT count(*) FROM audit WHERE object = '{object}' AND result = 'done'");
    assert_eq!(trade.count(&audited).await, 1);
    let faulty = trade.post(&trade.operator, "/v1/participants", &participant("010140000114")).await.expect(422);
    assert_eq!(faulty.faults(), ["bin field-check-digit"]);
    let refused = trade.post(&trade.producer, "/v1/participants", &participant("904000500001")).await.expect(403);
    assert_eq!(refused.slug(), "forbidden");
}

/// X4
#[tokio::test]
async fn a_participant_sees_itself_and_others_are_as_unknown_as_nobody() {
    let trade = Trade::open().await;
    trade.post(&trade.operator, "/v1/participants", &participant(BIN)).await.expect(201);
    let own = trade.get(&trade.producer, "/v1/participants").await.expect(200);
    let bins: Vec<_> = own.json["items"].as_array().unwrap().iter().map(|item| item["bin"].clone()).collect();
    assert_eq!(bins, [json!("990140000384")]);
    trade.get(&trade.producer, "/v1/participants/990140000384").await.expect(200);
    let foreign = trade.get(&trade.producer, &format!("/v1/participants/{BIN}")).await.expect(404);
    let nobody = trade.get(&trade.producer, "/v1/participants/123456789013").await.expect(404);
    assert_eq!(foreign.bytes, nobody.bytes);
    trade.get(&trade.operator, &format!("/v1/participants/{BIN}")).await.expect(200);
    let faulty = trade.get(&trade.operator, "/v1/participants/12").await.expect(400);
    assert_eq!((faulty.slug(), faulty.faults()), ("malformed-path", vec!["bin field-not-a-bin".to_owned()]));
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let trade = Trade::open().await;
    trade.post(&trade.operator, "/v1/participants", &participant(BIN)).await.expect(201);
    let (mut bins, mut path) = (Vec::new(), "/v1/participants?limit=2".to_owned());
    loop {
        let page = trade.get(&trade.operator, &path).await.expect(200).json;
        bins.extend(page["items"].as_array().unwrap().iter().map(|item| item["bin"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/participants?limit=2&cursor={cursor}");
    }
    assert_eq!(bins, ["990140000384", "904000500001", BIN]);
    for (query, slug) in
        [("limit=0", "malformed-query"), ("limit=x", "malformed-query"), ("cursor=x", "invalid-cursor")]
    {
        let answer = trade.get(&trade.operator, &format!("/v1/participants?{query}")).await.expect(400);
        assert_eq!(answer.slug(), slug, "{query}");
    }
}

/// S3, S5: a card is registered as a draft, and everybody sees it once it is published. X3: nobody publishes by saying so.
#[tokio::test]
async fn goods_are_public_once_an_operator_has_published_them() {
    let trade = Trade::open().await;
    let mut claimed = water("4870001234560");
    claimed["state"] = json!("published");
    let refused = trade.post(&trade.producer, "/v1/products", &claimed).await.expect(422);
    assert_eq!(refused.faults(), ["state field-unknown"]);
    let made = trade.post(&trade.producer, "/v1/products", &water("4870001234560")).await.expect(201);
    assert_eq!((&made.json["gtin"], &made.json["state"]), (&json!("04870001234560"), &json!("draft")));
    trade.app.get("/v1/products/04870001234560").await.expect(404);
    let path = "/v1/products/04870001234560/publish";
    trade.post(&trade.producer, path, &json!({})).await.expect(403);
    for _ in 0..2 {
        let published = trade.post(&trade.operator, path, &json!({})).await.expect(200);
        assert_eq!(published.json["state"], "published");
    }
    let in_language = |tag: &'static str| {
        let request = trade.app.client.get(trade.app.url("/v1/products/4870001234560"));
        trade.app.send(request.header("Accept-Language", tag))
    };
    let card = in_language("ru").await.expect(200).json;
    assert_eq!((&card["name"], &card["country"]["name"]), (&json!("Вода Алатау"), &json!("Казахстан")));
    let lines = card["attributes"].as_array().unwrap();
    assert_eq!((&lines[1]["name"], &lines[1]["text"]), (&json!("Вид воды"), &json!("Природная минеральная")));
    assert_eq!(in_language("kk").await.json["name"], "Алатау суы");
    assert!(card.get("participant").is_none(), "who registered goods is nobody's business");
    trade.post(&trade.operator, "/v1/products/04600840749372/publish", &json!({})).await.expect(404);
}

/// S3, S15, X36
#[tokio::test]
async fn who_only_sells_registers_no_goods_and_the_refusal_is_kept() {
    let trade = Trade::open().await;
    let refused = trade.post(&trade.shop, "/v1/products", &water("4870001234560")).await.expect(403);
    assert_eq!(refused.slug(), "registers-no-goods");
    let kept = "SELECT count(*) FROM audit WHERE object = 'product:04870001234560' AND result = 'registers-no-goods'";
    assert_eq!(trade.count(kept).await, 1);
    assert_eq!(trade.count("SELECT count(*) FROM product").await, 0);
}

/// X4: nobody registers goods for another, or sees another's list.
#[tokio::test]
async fn a_participant_registers_and_lists_its_own_goods() {
    let trade = Trade::open().await;
    let mut new = water("4870001234560");
    new["participant"] = json!("904000500001");
    let refused = trade.post(&trade.producer, "/v1/products", &new).await.expect(422);
    assert_eq!(refused.faults(), ["participant field-no-such-participant"]);
    new["participant"] = json!("990140000384");
    trade.post(&trade.operator, "/v1/products", &new).await.expect(201);
    let refused = trade.post(&trade.operator, "/v1/products", &water("4600840749372")).await.expect(422);
    assert_eq!(refused.faults(), ["participant field-required"]);
    let again = trade.post(&trade.producer, "/v1/products", &water("4870001234560")).await.expect(409);
    assert_eq!(again.slug(), "duplicate");
    let listed = async |token: &str, query: &str| {
        let page = trade.get(token, &format!("/v1/products{query}")).await.expect(200).json;
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((listed(&trade.producer, "").await, listed(&trade.shop, "").await), (1, 0));
    assert_eq!(listed(&trade.operator, "?group=water&state=draft").await, 1);
    assert_eq!(listed(&trade.operator, "?group=shoes").await, 0);
    let faulty = trade.get(&trade.operator, "/v1/products?group=gold").await.expect(400);
    assert_eq!(faulty.faults(), ["group field-unknown-group"]);
}

/// S5, D1.17
#[tokio::test]
async fn a_card_with_faults_is_refused_with_the_place_of_each() {
    let trade = Trade::open().await;
    let mut new = water("4870001234561");
    new["country"] = json!("Kazakhstan");
    new["attributes"] = json!({ "brand": "Алатау", "kind": "heavy", "volume": 0.5 });
    let refused = trade.post(&trade.producer, "/v1/products", &new).await.expect(422);
    let expected = [
        "gtin field-check-digit",
        "country field-not-a-country",
        "attributes.kind field-not-one-of",
        "attributes.carbonated field-required",
    ];
    assert_eq!(refused.faults(), expected);
}

/// D1.20
#[tokio::test]
async fn reference_data_are_public_versioned_and_kept_by_caches() {
    let app = TestApp::start().await;
    let list = app.get("/v1/reference").await.expect(200);
    for directory in list.json["items"].as_array().unwrap() {
        let name = directory["name"].as_str().unwrap();
        let answer = app.get(&format!("/v1/reference/{name}")).await.expect(200);
        assert_eq!(answer.json["version"], directory["version"]);
        assert_eq!(answer.json["items"].as_array().unwrap().len() as u64, directory["entries"].as_u64().unwrap());
        let cache = answer.headers["cache-control"].to_str().unwrap();
        assert!(cache.contains("public") && cache.contains("max-age="), "{cache}");
        let tag = answer.headers["etag"].clone();
        let request = app.request(Method::GET, &format!("/v1/reference/{name}")).header("If-None-Match", tag);
        assert!(app.send(request).await.expect(304).bytes.is_empty());
    }
    app.get("/v1/reference/nothing").await.expect(404);
}

/// X59, Q23: the people of a blocked participant can't sign in, it orders nothing and files nothing, and nothing is
/// shipped to it; all of that until the block is lifted.
#[tokio::test]
async fn a_blocked_participant_does_nothing_until_it_is_unblocked() {
    let trade = Trade::open().await;
    let order = trade.goods(4).await;
    let path = format!("/v1/participants/{}", crate::codes::SHOP);
    let empty = trade.post(&trade.operator, &format!("{path}/block"), &json!({ "reason": "" })).await.expect(422);
    assert_eq!(empty.faults(), ["reason field-required"]);
    trade.post(&trade.producer, &format!("{path}/block"), &json!({ "reason": "A rival" })).await.expect(403);
    let block = json!({ "reason": "Liquidated" });
    let blocked = trade.post(&trade.operator, &format!("{path}/block"), &block).await.expect(200);
    assert_eq!(blocked.json["blocked_reason"], "Liquidated");
    assert!(blocked.json["blocked_at"].is_string());
    let units = crate::codes::range(order, 0, 0);
    let refused = trade.file(&trade.producer, "/v1/shipments", &units, json!({ "receiver": crate::codes::SHOP })).await;
    assert_eq!(refused.expect(422).faults(), ["receiver field-no-such-participant"]);
    let refused = trade.file(&trade.shop, "/v1/returns", &units, json!({})).await;
    assert!([401, 403].contains(&refused.status), "{}", refused.json);
    // Another process asks PostgreSQL who this is.
    let twin = trade.app.twin().await;
    let request = twin.request(Method::GET, "/v1/shipments").bearer_auth(&trade.shop);
    assert_eq!(twin.send(request).await.expect(401).slug(), "unauthenticated");
    twin.stop().await;
    let unblocked = trade.post(&trade.operator, &format!("{path}/unblock"), &json!({})).await.expect(200);
    assert!(unblocked.json["blocked_at"].is_null() && unblocked.json["blocked_reason"].is_null());
    trade.file(&trade.producer, "/v1/shipments", &units, json!({ "receiver": crate::codes::SHOP })).await.expect(201);
    let kept = "SELECT count(*) FROM audit WHERE action LIKE 'registry.%block-participant' AND result = 'done'";
    assert_eq!(trade.count(kept).await, 2);
}

/// UX 24: goods and participants are found by parts of their names; a name needs no English.
#[tokio::test]
async fn goods_and_participants_are_found_by_their_names() {
    let trade = Trade::open().await;
    let mut new = participant(BIN);
    new["name"] = json!({ "kk": "«Дала 100%» ЖШС", "ru": "ТОО «Дала 100%»" });
    let made = trade.post(&trade.operator, "/v1/participants", &new).await.expect(201);
    assert_eq!(made.json["name"]["en"], "ТОО «Дала 100%»");
    trade.water().await;
    let found = async |path: &str| {
        let request = trade.app.request(Method::GET, path).bearer_auth(&trade.operator);
        trade.app.send(request).await.expect(200).json["items"].as_array().unwrap().len()
    };
    assert_eq!(found("/v1/participants?search=%D0%B4%D0%B0%D0%BB%D0%B0").await, 1, "in any case");
    assert_eq!(found("/v1/participants?search=100%25").await, 1);
    assert_eq!(found("/v1/participants?search=_00%25").await, 0, "what is searched for is no pattern");
    assert_eq!(found("/v1/products?search=Goods").await, 1);
    assert_eq!(found("/v1/products?search=0004870001234560").await, 0);
    assert_eq!(found("/v1/products?search=4870001234").await, 1);
}
