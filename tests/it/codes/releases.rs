//! What a release has to say (A2, A3, X58), and what a refusal tells machines (A9, A10).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{PRODUCER, Trade, day, range};
use crate::people::{People, RIVAL};

/// Shoes from a country, ordered and applied.
async fn shoes_of(trade: &Trade, country: &str, quantity: u32) -> Uuid {
    let attributes = json!({
        "brand": "Алатау", "kind": "boots", "size": 42, "colour": "black", "upper_material": "leather",
        "lining_material": "fur", "sole_material": "rubber",
    });
    let gtin = trade.product_of(country, "04870001234577", "shoes", "6403911600", attributes).await;
    let order = trade.order(&gtin, quantity).await;
    trade.file(&trade.producer, "/v1/applications", &range(order, 0, quantity - 1), json!({})).await.expect(201);
    order
}

fn imported(declaration: &str) -> Value {
    json!({
        "produced_on": "2026-01-10", "importer": PRODUCER, "declaration_number": declaration,
        "declared_on": "2026-01-11",
    })
}

const DECLARATION: &str = "55301/110126/0012345";

/// A2, S15, D1.7: foreign goods are released with importer, declaration and date, and each that is missing is told.
#[tokio::test]
async fn imported_goods_are_not_released_without_importer_and_declaration() {
    let trade = Trade::open().await;
    let order = shoes_of(&trade, "IT", 10).await;
    let refused = trade.file(&trade.producer, "/v1/releases", &range(order, 0, 9), json!({})).await.expect(422);
    let expected = [
        "produced_on field-required",
        "importer field-required",
        "declaration_number field-required",
        "declared_on field-required",
    ];
    assert_eq!(refused.faults(), expected);
    let shown = trade.get(&trade.producer, &format!("/v1/orders/{order}")).await.expect(200);
    assert_eq!(shown.json["release_needs"], json!(["produced_on", "importer", "declaration_number", "declared_on"]));
    assert_eq!(trade.units(order).await, json!({ "applied": 10 }), "nothing is released");
    trade.file(&trade.producer, "/v1/releases", &range(order, 0, 9), imported(DECLARATION)).await.expect(201);
}

/// A2: goods of the union cross no customs border, but somebody brought them.
#[tokio::test]
async fn goods_of_the_union_are_released_with_an_importer_alone() {
    let trade = Trade::open().await;
    let order = shoes_of(&trade, "RU", 2).await;
    let dated = json!({ "produced_on": "2026-01-10" });
    let refused = trade.file(&trade.producer, "/v1/releases", &range(order, 0, 1), dated).await.expect(422);
    assert_eq!(refused.faults(), ["importer field-required"]);
    let release = json!({ "produced_on": "2026-01-10", "importer": PRODUCER });
    trade.file(&trade.producer, "/v1/releases", &range(order, 0, 1), release).await.expect(201);
    server::service::work::settle(&trade.app.app).await.unwrap();
    let code = trade.codes(order).await[0].clone();
    let answer = trade.app.post("/v1/verify", &json!({ "code": code })).await.expect(200);
    assert_eq!(answer.json["verdict"], "in-circulation");
    assert!(answer.json.to_string().contains("Participant"), "the importer is told: {}", answer.json);
}

/// A2: a medicine or dairy without an expiry date could never expire.
#[tokio::test]
async fn dairy_is_not_released_without_both_dates() {
    let trade = Trade::open().await;
    let attributes = json!({ "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 });
    let gtin = trade.product("04870001234577", "dairy", "0401", attributes).await;
    let order = trade.order(&gtin, 2).await;
    trade.file(&trade.producer, "/v1/applications", &range(order, 0, 1), json!({})).await.expect(201);
    let refused = trade.file(&trade.producer, "/v1/releases", &range(order, 0, 1), json!({})).await.expect(422);
    assert_eq!(refused.faults(), ["produced_on field-required", "expires_on field-required"]);
    let release = json!({ "produced_on": "2026-01-10", "expires_on": day(&trade, 30) });
    trade.file(&trade.producer, "/v1/releases", &range(order, 0, 1), release).await.expect(201);
}

/// A3, X58: nobody names another company as importer, nor an importer of goods made in the country.
#[tokio::test]
async fn nobody_names_another_company_as_importer() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = shoes_of(trade, "IT", 4).await;
    let mut release = imported(DECLARATION);
    release["importer"] = json!(RIVAL);
    let refused = trade.file(&trade.producer, "/v1/releases", &range(order, 0, 3), release).await.expect(422);
    assert_eq!(refused.faults(), ["importer field-not-own-bin"]);
    let domestic = trade.order(&trade.water().await, 2).await;
    trade.file(&trade.producer, "/v1/applications", &range(domestic, 0, 1), json!({})).await.expect(201);
    let refused =
        trade.file(&trade.producer, "/v1/releases", &range(domestic, 0, 1), imported(DECLARATION)).await.expect(422);
    let expected = [
        "importer field-not-for-domestic",
        "declaration_number field-not-for-domestic",
        "declared_on field-not-for-domestic",
    ];
    assert_eq!(refused.faults(), expected);
    assert_eq!(trade.count("SELECT count(*) FROM declaration").await, 0, "what is refused binds nothing");
}

/// A3: one declaration serves several releases of one importer, and none of another.
#[tokio::test]
async fn a_declaration_is_one_importers() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = shoes_of(trade, "IT", 4).await;
    for index in 0..2 {
        let units = range(order, index, index);
        trade.file(&trade.producer, "/v1/releases", &units, imported(DECLARATION)).await.expect(201);
    }
    let rival = people.token("rival");
    let id = Uuid::new_v4();
    let new = json!({ "id": id, "gtin": "04870001234577", "quantity": 2 });
    trade.post(rival, "/v1/orders", &new).await.expect(201);
    trade.file(rival, "/v1/applications", &range(id, 0, 1), json!({})).await.expect(201);
    let mut release = imported(DECLARATION);
    release["importer"] = json!(RIVAL);
    let refused = trade.file(rival, "/v1/releases", &range(id, 0, 1), release.clone()).await.expect(422);
    assert_eq!(refused.faults(), ["declaration_number field-declaration-of-another"]);
    release["declaration_number"] = json!("55301/110126/0012346");
    trade.file(rival, "/v1/releases", &range(id, 0, 1), release).await.expect(201);
}

/// A9: of many faults a hundred are told one by one, and the others are counted.
#[tokio::test]
async fn faults_beyond_a_hundred_are_counted() {
    let trade = Trade::open().await;
    let order = trade.goods(1_000).await;
    trade.file(&trade.producer, "/v1/sales", &range(order, 0, 899), json!({})).await.expect(201);
    let refused = trade.file(&trade.producer, "/v1/sales", &range(order, 0, 999), json!({})).await.expect(409);
    assert_eq!((refused.faults().len(), &refused.json["fields_omitted"]), (100, &json!(800)));
    let wrong: Vec<String> = (0..250).map(|number| format!("nonsense {number}")).collect();
    let refused = trade.file(&trade.producer, "/v1/sales", &json!({ "codes": wrong }), json!({})).await.expect(422);
    assert_eq!((refused.faults().len(), &refused.json["fields_omitted"]), (100, &json!(150)));
    let few = trade.file(&trade.producer, "/v1/sales", &range(order, 0, 1), json!({})).await.expect(409);
    assert_eq!((few.faults().len(), few.json.get("fields_omitted")), (2, None));
}

/// A10: a fault names its unit as data: GTIN, serial, status and since when; of another's unit it says nothing.
#[tokio::test]
async fn a_fault_names_its_unit_as_data() {
    let trade = Trade::open().await;
    let order = trade.goods(20).await;
    let codes = trade.codes(order).await;
    let sold = trade.file(&trade.producer, "/v1/sales", &range(order, 16, 16), json!({})).await.expect(201);
    let units = json!({ "codes": [codes[16]] });
    let refused = trade.file(&trade.producer, "/v1/sales", &units, json!({})).await.expect(409);
    let unit = &refused.json["fields"][0]["unit"];
    assert_eq!((&unit["gtin"], &unit["status"]), (&json!("04870001234560"), &json!("sold")));
    assert_eq!((&unit["index"], &unit["number"], &unit["since"]), (&json!(16), &json!(17), &sold.json["at"]));
    assert!(codes[16].contains(unit["serial"].as_str().unwrap()), "{unit}");
    assert!(refused.json["fields"][0]["message"].as_str().unwrap().contains("17"), "people count from 1");
    let foreign = trade.file(&trade.shop, "/v1/sales", &range(order, 0, 0), json!({})).await.expect(409);
    assert_eq!(foreign.json["fields"][0].get("unit"), None);
}

/// UX 9: an order shows which of its units are recalled, and why.
#[tokio::test]
async fn an_order_shows_its_recalls() {
    let trade = Trade::open().await;
    let order = trade.goods(1_100).await;
    let recall = json!({ "reason": tests::in_all_languages("Glass splinters"), "recalled_on": "2026-01-12" });
    trade.file(&trade.producer, "/v1/recalls", &range(order, 1_000, 1_050), recall).await.expect(201);
    let path = format!("/v1/orders/{order}");
    let shown = trade.get(&trade.producer, &path).await.expect(200);
    let expected = json!([{ "first": 1_000, "last": 1_050, "reason": "Glass splinters", "recalled_on": "2026-01-12" }]);
    assert_eq!(shown.json["recalls"], expected);
    trade.file(&trade.producer, "/v1/recalls", &range(order, 1_000, 1_050), json!({ "lift": true })).await.expect(201);
    assert_eq!(trade.get(&trade.producer, &path).await.expect(200).json["recalls"], json!([]));
}
