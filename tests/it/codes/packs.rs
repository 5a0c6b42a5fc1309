//! Packs: unit, group, transport, and taking apart (D1.4).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{SHOP, Trade, range};

/// SSCCs whose check digits hold.
fn sscc(number: u32) -> String {
    sscc_under("4870000", number)
}

/// The same under a GS1 prefix of seven digits.
fn sscc_under(prefix: &str, number: u32) -> String {
    let body = format!("3{prefix}{number:09}");
    let sum: u32 = body
        .bytes()
        .rev()
        .zip([3, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn group(number: u32, units: &Value) -> Value {
    json!({ "id": Uuid::new_v4(), "sscc": sscc(number), "level": "group", "units": units })
}

fn transport(number: u32, packs: &[u32]) -> Value {
    let packs: Vec<_> = packs.iter().map(|pack| sscc(*pack)).collect();
    json!({ "id": Uuid::new_v4(), "sscc": sscc(number), "level": "transport", "packs": packs })
}

async fn pack(trade: &Trade, body: &Value) -> u64 {
    trade.post(&trade.producer, "/v1/packs", body).await.expect(201).json["units"].as_u64().unwrap()
}

/// Two groups of ten in one transport pack.
async fn pallet(trade: &Trade) -> Uuid {
    let order = trade.goods(100).await;
    assert_eq!(pack(trade, &group(1, &range(order, 0, 9))).await, 10);
    assert_eq!(pack(trade, &group(2, &range(order, 10, 19))).await, 10);
    assert_eq!(pack(trade, &transport(3, &[1, 2])).await, 20);
    order
}

async fn contents(trade: &Trade, token: &str, number: u32) -> Value {
    trade.get(token, &format!("/v1/packs/{}", sscc(number))).await.expect(200).json
}

#[tokio::test]
async fn a_transport_pack_shows_the_groups_and_units_inside() {
    let trade = Trade::open().await;
    let order = pallet(&trade).await;
    let shown = contents(&trade, &trade.producer, 3).await;
    assert_eq!((&shown["total"], &shown["level"], &shown["units"]), (&json!(20), &json!("transport"), &json!([])));
    let first = &shown["packs"][0];
    assert_eq!(first["sscc"], json!(sscc(1)));
    let units = json!([{ "order": order, "gtin": "04870001234560", "first": 0, "last": 9 }]);
    assert_eq!(first["units"], units);
    assert_eq!(contents(&trade, &trade.operator, 1).await["parent"], json!(sscc(3)));
    let path = format!("/v1/packs/{}", sscc(3));
    assert_eq!(trade.get(&trade.shop, &path).await.expect(404).slug(), "unknown-pack");
}

/// A shipment by pack moves all that is inside, and the packs with it.
#[tokio::test]
async fn a_shipped_pack_and_its_goods_are_the_receivers_once_it_accepts() {
    let trade = Trade::open().await;
    let order = pallet(&trade).await;
    let units = json!({ "packs": [sscc(3)] });
    let details = json!({ "receiver": SHOP });
    let shipped = trade.file(&trade.producer, "/v1/shipments", &units, details).await.expect(201);
    assert_eq!(shipped.json["units"], 20);
    assert_eq!(contents(&trade, &trade.shop, 2).await["total"], 10, "the receiver may look what comes");
    let opening = json!({ "id": Uuid::new_v4() });
    let path = format!("/v1/packs/{}/open", sscc(3));
    assert_eq!(trade.post(&trade.producer, &path, &opening).await.expect(409).slug(), "out-of-order");
    let id = shipped.json["id"].as_str().unwrap();
    trade.post(&trade.shop, &format!("/v1/shipments/{id}/accept"), &json!({ "id": Uuid::new_v4() })).await.expect(201);
    assert_eq!(trade.post(&trade.producer, &path, &opening).await.expect(404).slug(), "unknown-pack");
    let opened = trade.post(&trade.shop, &path, &json!({ "id": Uuid::new_v4() })).await.expect(201);
    assert_eq!(opened.json["units"], 20);
    let group = contents(&trade, &trade.shop, 1).await;
    assert_eq!((&group["owner"], &group["parent"], &group["total"]), (&json!(SHOP), &json!(null), &json!(10)));
    assert_eq!(contents(&trade, &trade.shop, 3).await["total"], 0);
    trade.file(&trade.shop, "/v1/sales", &json!({ "packs": [sscc(1)] }), json!({})).await.expect(201);
    trade.file(&trade.shop, "/v1/sales", &range(order, 10, 10), json!({})).await.expect(201);
    assert_eq!(trade.units(order).await, json!({ "in-circulation": 89, "sold": 11 }));
    let again = trade.post(&trade.shop, &path, &json!({ "id": Uuid::new_v4() })).await.expect(409);
    assert_eq!(again.slug(), "pack-opened");
}

/// A unit that is sold by itself is no longer in its pack; a pack that lost its last unit counts as opened, and so
/// does the pack around it.
#[tokio::test]
async fn units_that_are_sold_by_themselves_leave_their_pack() {
    let trade = Trade::open().await;
    let order = pallet(&trade).await;
    trade.file(&trade.producer, "/v1/sales", &range(order, 3, 3), json!({})).await.expect(201);
    let left = contents(&trade, &trade.producer, 1).await;
    assert_eq!((&left["total"], &left["opened_at"]), (&json!(9), &json!(null)));
    trade
        .file(&trade.producer, "/v1/withdrawals", &range(order, 0, 2), json!({ "reason": "damaged" }))
        .await
        .expect(201);
    trade.file(&trade.producer, "/v1/sales", &range(order, 4, 19), json!({})).await.expect(201);
    for number in [1, 2, 3] {
        let left = contents(&trade, &trade.producer, number).await;
        assert!(left["total"] == 0 && left["opened_at"].is_string() && left["parent"].is_null(), "{left}");
    }
}

/// A group that leaves alone leaves its transport pack.
#[tokio::test]
async fn a_group_that_is_sold_leaves_the_transport_pack() {
    let trade = Trade::open().await;
    pallet(&trade).await;
    trade.file(&trade.producer, "/v1/sales", &json!({ "packs": [sscc(2)] }), json!({})).await.expect(201);
    let group = contents(&trade, &trade.producer, 2).await;
    assert!(group["parent"].is_null() && group["opened_at"].is_null() && group["total"] == 10, "{group}");
    assert_eq!(contents(&trade, &trade.producer, 3).await["total"], 10);
}

/// A8
#[tokio::test]
async fn what_may_not_be_packed_is_refused_in_place() {
    let trade = Trade::open().await;
    let order = pallet(&trade).await;
    let post = async |token: &str, body: Value| trade.post(token, "/v1/packs", &body).await;
    let packed = post(
        &trade.producer,
        group(
            4,
            &json!({ "ranges": [
        { "order": order, "first": 50, "last": 59 }, { "order": order, "first": 19, "last": 20 },
    ] }),
        ),
    )
    .await
    .expect(409);
    assert_eq!(
        (packed.slug(), packed.faults()),
        ("already-packed", vec!["units.ranges[1] field-already-packed".into()])
    );
    let mut foreign = group(4, &range(order, 50, 59));
    foreign["sscc"] = json!(sscc_under("5900001", 4));
    assert_eq!(post(&trade.shop, foreign).await.expect(409).slug(), "not-owned");
    let used = post(&trade.producer, group(1, &range(order, 50, 59))).await.expect(409);
    assert_eq!((used.slug(), used.faults()), ("id-taken", vec!["sscc field-id-taken".into()]));
    trade.file(&trade.producer, "/v1/sales", &range(order, 60, 60), json!({})).await.expect(201);
    let sold = post(&trade.producer, group(4, &range(order, 50, 60))).await.expect(409);
    assert_eq!(sold.slug(), "out-of-order");
    let inside = post(&trade.producer, transport(4, &[1, 3, 9])).await.expect(422);
    let expected = ["packs[0] field-already-packed", "packs[1] field-not-a-group-pack", "packs[2] field-unknown-pack"];
    assert_eq!(inside.faults(), expected);
    let mut wrong = group(4, &range(order, 50, 51));
    wrong["sscc"] = json!("348700000000000000");
    assert_eq!(post(&trade.producer, wrong).await.expect(422).faults(), ["sscc field-check-digit"]);
    let nested = group(4, &json!({ "packs": [sscc(1)] }));
    assert_eq!(post(&trade.producer, nested).await.expect(422).faults(), ["units.packs field-unknown"]);
    assert_eq!(trade.count("SELECT count(*) FROM pack").await, 3);
    let doubled = json!({ "packs": [sscc(3), sscc(1)] });
    let refused = trade.file(&trade.producer, "/v1/sales", &doubled, json!({})).await.expect(422);
    assert_eq!(refused.faults(), ["units.packs[1] field-doubled"]);
}

/// X65: a pack's number is under a GS1 prefix of who packs, so nobody takes the numbers of another.
#[tokio::test]
async fn nobody_numbers_packs_under_anothers_prefix() {
    let trade = Trade::open().await;
    let order = trade.goods(10).await;
    let mut new = group(1, &range(order, 0, 4));
    new["sscc"] = json!(sscc_under("5900001", 1));
    let refused = trade.post(&trade.producer, "/v1/packs", &new).await.expect(422);
    assert_eq!(refused.faults(), ["sscc field-not-your-prefix"]);
    let path = format!("/v1/participants/{}/prefixes", super::PRODUCER);
    let taken = trade.post(&trade.operator, &path, &json!({ "prefixes": ["4870000", "590000"] })).await.expect(409);
    assert_eq!((taken.slug(), taken.faults()), ("duplicate", vec!["prefixes[1] field-prefix-taken".to_owned()]));
    let wrong =
        trade.post(&trade.operator, &path, &json!({ "prefixes": ["48", "4870000", "48700001"] })).await.expect(422);
    assert_eq!(wrong.faults(), ["prefixes[0] field-not-a-gs1-prefix", "prefixes[2] field-doubled"]);
    trade.post(&trade.operator, &path, &json!({ "prefixes": [] })).await.expect(200);
    let refused = trade.post(&trade.producer, "/v1/packs", &group(1, &range(order, 0, 4))).await.expect(422);
    assert_eq!(refused.faults(), ["sscc field-no-gs1-prefix"]);
    trade.post(&trade.operator, &path, &json!({ "prefixes": ["4870000"] })).await.expect(200);
    pack(&trade, &group(1, &range(order, 0, 4))).await;
    let kept = "SELECT count(*) FROM audit WHERE action = 'registry.set-prefixes' AND result = 'done'";
    assert_eq!(trade.count(kept).await, 2);
}
