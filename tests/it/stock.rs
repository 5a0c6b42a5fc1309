//! A clerk's check of a delivery, through HTTP.

use serde_json::{Value, json};
use tests::{Answer, Stores};
use uuid::Uuid;

use crate::codes::{Trade, range};

const SHOP: &str = "904000500001";
const PACK: &str = "348700012345678901";

async fn check(trade: &Trade, token: &str, mut body: Value) -> Answer {
    body["id"] = json!(Uuid::new_v4());
    trade.post(token, "/v1/stock/checks", &body).await
}

/// The answer of each line with its reasons: `yes`, `no sold-already` …
fn lines(answer: &Answer) -> Vec<String> {
    let line = |line: &Value| {
        let reasons = line["reasons"].as_array().unwrap().iter().map(|reason| reason["slug"].as_str().unwrap());
        let words: Vec<&str> = std::iter::once(line["may_be_sold"].as_str().unwrap()).chain(reasons).collect();
        words.join(" ")
    };
    answer.json["lines"].as_array().unwrap().iter().map(line).collect()
}

async fn ship(trade: &Trade, units: &Value) -> String {
    let answer = trade.file(&trade.producer, "/v1/shipments", units, json!({ "receiver": SHOP })).await.expect(201);
    answer.json["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_code_is_answered_with_yes_or_no_and_why() {
    let trade = Trade::open().await;
    let order = trade.goods(20).await;
    let codes = trade.codes(order).await;
    trade.file(&trade.producer, "/v1/sales", &range(order, 1, 1), json!({})).await.expect(201);
    let details = json!({ "reason": "own-needs" });
    trade.file(&trade.producer, "/v1/withdrawals", &range(order, 2, 2), details).await.expect(201);
    let shipment = ship(&trade, &range(order, 3, 4)).await;
    let asked = json!({ "codes": [
        codes[0], codes[1], codes[2], codes[3], codes[0], "rubbish", "0104870001234560213ZZZZZZZZZZZZ\u{1d}93abcd", "4870001234560",
    ] });
    let answer = check(&trade, &trade.producer, asked.clone()).await.expect(200);
    let own = [
        "yes",
        "no sold-already",
        "no withdrawn",
        "no shipped",
        "yes doubled",
        "no misread",
        "no unknown",
        "no product-only",
    ];
    assert_eq!(lines(&answer), own);
    assert_eq!(answer.json["lines"][4]["doubled_of"], 0);
    assert_eq!((&answer.json["totals"]["checked"], &answer.json["totals"]["doubled"]), (&json!(7), &json!(1)));
    assert_eq!(answer.json["by_product"][0]["present"], 4);
    assert_eq!(answer.json["summary"][0], "7 codes checked");
    // X1: the shop sees the same codes as another's, except for what is on its way to it.
    let answer = check(&trade, &trade.shop, asked).await.expect(200);
    assert_eq!(
        lines(&answer)[..4],
        ["no not-yours", "no sold-already not-yours", "no withdrawn not-yours", "no awaiting-acceptance"]
    );
    let ended = json!({ "id": Uuid::new_v4() });
    trade.post(&trade.shop, &format!("/v1/shipments/{shipment}/accept"), &ended).await.expect(201);
    let answer = check(&trade, &trade.shop, json!({ "codes": [codes[4]] })).await.expect(200);
    assert_eq!(answer.json["lines"][0]["holding"], "yours");
}

/// X55: a participant's software names its goods by GTIN and serial alone; the answer and the receipts say that no seal
/// was checked.
#[tokio::test]
async fn goods_named_without_their_seal_are_checked_and_sold_and_the_answers_say_so() {
    let trade = Trade::open().await;
    let order = trade.goods(4).await;
    let codes = trade.codes(order).await;
    let bare: Vec<&str> = codes.iter().map(|code| code.split('\u{1d}').next().unwrap()).collect();
    let asked = json!({ "codes": [codes[0], bare[1], format!("]d2{}", bare[2])] });
    let answer = check(&trade, &trade.producer, asked).await.expect(200);
    assert_eq!(lines(&answer), ["yes", "yes", "yes"]);
    let seals: Vec<&Value> = answer.json["lines"].as_array().unwrap().iter().map(|line| &line["seal"]).collect();
    assert_eq!(seals, ["checked", "not-checked", "not-checked"]);
    let sold = trade.file(&trade.producer, "/v1/sales", &json!({ "codes": [bare[1]] }), json!({})).await.expect(201);
    assert_eq!(sold.json["seal"], "not-checked");
    let sold = trade.file(&trade.producer, "/v1/sales", &json!({ "codes": [codes[0]] }), json!({})).await.expect(201);
    assert!(sold.json.get("seal").is_none(), "{}", sold.json);
    let units = json!({ "codes": [codes[2], bare[3]] });
    let shipped = trade.file(&trade.producer, "/v1/shipments", &units, json!({ "receiver": SHOP })).await.expect(201);
    assert_eq!(shipped.json["seal"], "not-checked");
}

#[tokio::test]
async fn a_delivery_is_compared_with_what_was_expected() {
    let trade = Trade::open().await;
    let order = trade.goods(20).await;
    let codes = trade.codes(order).await;
    let pack = json!({ "id": Uuid::new_v4(), "sscc": PACK, "level": "group", "units": range(order, 0, 9) });
    trade.post(&trade.producer, "/v1/packs", &pack).await.expect(201);

    let scanned: Vec<&String> = codes[2..=10].iter().collect();
    let by_pack =
        check(&trade, &trade.producer, json!({ "codes": scanned, "expected": { "sscc": PACK } })).await.expect(200);
    let totals = &by_pack.json["totals"];
    assert_eq!((&totals["missing"], &totals["extra"], &totals["may_be_sold"]), (&json!(2), &json!(1), &json!(9)));
    assert_eq!(lines(&by_pack)[8], "yes extra");
    let missing: Vec<&Value> = by_pack.json["missing"].as_array().unwrap().iter().map(|item| &item["serial"]).collect();
    assert!(missing.iter().zip(&codes).all(|(serial, code)| code.contains(serial.as_str().unwrap())), "{missing:?}");

    let expected = json!({ "codes": [codes[2], codes[15]] });
    let by_code =
        check(&trade, &trade.producer, json!({ "codes": [codes[2]], "expected": expected })).await.expect(200);
    assert_eq!((&by_code.json["totals"]["missing"], &by_code.json["totals"]["extra"]), (&json!(1), &json!(0)));

    let expected =
        json!({ "items": [{ "gtin": "04870001234560", "quantity": 12 }, { "gtin": "4600840749372", "quantity": 1 }] });
    let whole = check(&trade, &trade.producer, json!({ "sscc": PACK, "expected": expected })).await.expect(200);
    assert_eq!((whole.json["lines"].as_array().unwrap().len(), &whole.json["totals"]["missing"]), (10, &json!(3)));
    assert!(lines(&whole).iter().all(|line| line == "yes"), "{:?}", lines(&whole));

    // A pack's own label among the codes stands for what is inside, once.
    let mixed = json!({ "codes": [codes[0], format!("00{PACK}"), codes[12]] });
    let mixed = check(&trade, &trade.producer, mixed).await.expect(200);
    assert_eq!(
        (&mixed.json["totals"]["may_be_sold"], &mixed.json["by_product"][0]["present"]),
        (&json!(11), &json!(11))
    );
}

/// X1, X4: another's pack is as unknown as none.
#[tokio::test]
async fn a_pack_is_checked_by_its_owner_and_by_whom_it_is_on_its_way_to() {
    let trade = Trade::open().await;
    let order = trade.goods(5).await;
    let pack = json!({ "id": Uuid::new_v4(), "sscc": PACK, "level": "group", "units": range(order, 0, 4) });
    trade.post(&trade.producer, "/v1/packs", &pack).await.expect(201);
    let foreign = check(&trade, &trade.shop, json!({ "sscc": PACK })).await.expect(404);
    let nobody = check(&trade, &trade.shop, json!({ "sscc": "376104250021234569" })).await.expect(404);
    assert_eq!(foreign.bytes, nobody.bytes);
    let expected = json!({ "codes": ["x"], "expected": { "sscc": PACK } });
    assert_eq!(check(&trade, &trade.shop, expected).await.expect(422).faults(), ["expected.sscc field-unknown-pack"]);
    ship(&trade, &json!({ "packs": [PACK] })).await;
    let coming = check(&trade, &trade.shop, json!({ "sscc": PACK })).await.expect(200);
    assert_eq!(lines(&coming), ["no awaiting-acceptance"; 5]);
}

/// R3, R2: what can't be asked is unknown, never a yes; what the seal alone refutes stays a no.
#[tokio::test]
async fn without_the_register_no_line_is_a_yes() {
    let mut stores = Stores::start("stock").await;
    let trade = Trade::open_on(&stores).await;
    let order = trade.goods(3).await;
    let mut codes = trade.codes(order).await;
    codes.push("rubbish".to_owned());
    let body = json!({ "codes": codes, "expected": { "items": [{ "gtin": "04870001234560", "quantity": 3 }] } });
    let before = check(&trade, &trade.producer, body.clone()).await.expect(200);
    assert_eq!(lines(&before), ["yes", "yes", "yes", "no misread"]);
    stores.private.kill_postgres();
    let away = check(&trade, &trade.producer, body.clone()).await.expect(200);
    assert_eq!(lines(&away), ["unknown not-checked", "unknown not-checked", "unknown not-checked", "no misread"]);
    stores.private.kill_redis();
    let away = check(&trade, &trade.producer, body).await.expect(200);
    assert!(lines(&away)[..3].iter().all(|line| line == "unknown not-checked"), "{:?}", lines(&away));
    let pack = check(&trade, &trade.producer, json!({ "sscc": PACK })).await.expect(503);
    assert_eq!(pack.slug(), "register-unavailable");
}

#[tokio::test]
async fn a_thousand_codes_are_checked_at_once_and_no_more() {
    let trade = Trade::open().await;
    let order = trade.goods(1_000).await;
    let mut codes = trade.codes(order).await;
    let answer = check(&trade, &trade.producer, json!({ "codes": codes })).await.expect(200);
    assert_eq!((&answer.json["totals"]["may_be_sold"], &answer.json["totals"]["unknown"]), (&json!(1_000), &json!(0)));
    codes.push("one more".to_owned());
    let refused = check(&trade, &trade.producer, json!({ "codes": codes })).await.expect(422);
    assert_eq!(refused.faults(), ["codes field-out-of-range"]);
    trade.app.post("/v1/stock/checks", &json!({ "id": Uuid::new_v4(), "codes": ["x"] })).await.expect(401);
    check(&trade, &trade.operator, json!({ "codes": ["x"] })).await.expect(403);
}
