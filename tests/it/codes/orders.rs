//! Orders: placed once, exported the same each time, seen by whom they concern.

use serde_json::json;
use uuid::Uuid;

use super::Trade;

/// S6: codes are ordered, one for each unit, and exported for print.
#[tokio::test]
async fn an_order_gives_as_many_different_codes_as_were_ordered() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 5_000).await;
    let codes = trade.codes(order).await;
    assert_eq!(codes.len(), 5_000);
    assert!(codes.iter().all(|code| code.starts_with("0104870001234560213") && code.contains("\u{1d}93")));
    let mut distinct = codes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 5_000);
    assert_eq!(trade.codes(order).await, codes, "the same codes each time");
    let path = format!("/v1/orders/{order}/codes?from=2047&to=2049");
    let part = trade.get(&trade.producer, &path).await.expect(200);
    let text = String::from_utf8(part.bytes.clone()).unwrap();
    let lines: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (4, "\u{feff}number;code;human"));
    assert!(lines[1].starts_with(&format!("2048;\"{}\";\"(01)04870001234560(21)3", codes[2047])), "{}", lines[1]);
    let name = format!("codes-04870001234560-{}-2048-2050.csv", trade.app.app.base.clock.today());
    assert!(part.headers["content-disposition"].to_str().unwrap().contains(&name));
    assert_eq!(trade.units(order).await, json!({ "emitted": 5_000 }));
}

/// D1.1: the places of short serials are taken once, order after order.
#[tokio::test]
async fn orders_of_short_serials_take_places_one_after_the_other() {
    let trade = Trade::open().await;
    let attributes = json!({ "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 });
    let gtin = trade.product("04870001234577", "dairy", "0401", attributes).await;
    let (one, two) = (trade.order(&gtin, 300).await, trade.order(&gtin, 200).await);
    let mut codes = trade.codes(one).await;
    codes.extend(trade.codes(two).await);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 500);
    assert_eq!(trade.count("SELECT sum(first_place)::bigint FROM code_order").await, 300);
    // Each code leads back to its own order.
    let units = json!({ "codes": [codes[0], codes[499]] });
    trade.file(&trade.producer, "/v1/applications", &units, json!({})).await.expect(201);
}

/// X37
/// A8
#[tokio::test]
async fn the_same_order_again_is_the_same_order() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let id = Uuid::new_v4();
    let new = json!({ "id": id, "gtin": gtin, "quantity": 10 });
    let first = trade.post(&trade.producer, "/v1/orders", &new).await.expect(201);
    let second = trade.post(&trade.producer, "/v1/orders", &new).await.expect(201);
    assert_eq!(first.json, second.json);
    assert_eq!(trade.count("SELECT count(*) FROM code_order").await, 1);
    let other = json!({ "id": id, "gtin": gtin, "quantity": 11 });
    let refused = trade.post(&trade.producer, "/v1/orders", &other).await.expect(409);
    assert_eq!((refused.slug(), refused.faults()), ("id-taken", vec!["id field-id-taken".to_owned()]));
}

#[tokio::test]
async fn an_order_that_does_not_hold_is_refused_in_place() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let mut new = json!({ "id": Uuid::new_v4(), "gtin": "04870001234561", "quantity": 1_000_001 });
    let refused = trade.post(&trade.producer, "/v1/orders", &new).await.expect(422);
    assert_eq!(refused.faults(), ["gtin field-check-digit", "quantity field-out-of-range"]);
    new = json!({ "id": Uuid::new_v4(), "gtin": gtin, "quantity": 1, "price_tenge": 100 });
    let refused = trade.post(&trade.producer, "/v1/orders", &new).await.expect(422);
    assert_eq!(refused.faults(), ["price_tenge field-price-not-carried"]);
    new = json!({ "id": Uuid::new_v4(), "gtin": "04870001234607", "quantity": 1 });
    let refused = trade.post(&trade.producer, "/v1/orders", &new).await.expect(422);
    assert_eq!(refused.faults(), ["gtin field-no-such-product"]);
    new = json!({ "id": Uuid::new_v4(), "gtin": gtin, "quantity": 1 });
    let refused = trade.post(&trade.shop, "/v1/orders", &new).await.expect(403);
    assert_eq!(refused.slug(), "registers-no-goods");
    assert_eq!(trade.count("SELECT count(*) FROM code_order").await, 0);
    let audited = "SELECT count(*) FROM audit WHERE action = 'codes.order' AND result = 'registers-no-goods'";
    assert_eq!(trade.count(audited).await, 1);
}

/// X1, X4: an order, its codes and its progress are its participant's and the operator's.
#[tokio::test]
async fn anothers_order_is_as_unknown_as_none() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 10).await;
    for path in [format!("/v1/orders/{order}"), format!("/v1/orders/{order}/codes")] {
        assert_eq!(trade.get(&trade.shop, &path).await.expect(404).slug(), "unknown-order");
        trade.get(&trade.operator, &path).await.expect(200);
    }
    assert_eq!(trade.get(&trade.shop, "/v1/orders").await.json["items"], json!([]));
    let path = format!("/v1/orders?cursor={order}");
    assert_eq!(trade.get(&trade.shop, &path).await.expect(400).slug(), "invalid-cursor");
    let all = trade.get(&trade.operator, "/v1/orders?limit=1").await.expect(200);
    assert_eq!(all.json["items"][0]["id"], json!(order));
    assert_eq!(all.json["next_cursor"], json!(null));
}

#[tokio::test]
async fn a_range_beyond_the_order_and_an_id_that_is_none_are_malformed() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 10).await;
    for (query, fault) in [("from=10", "from"), ("to=10", "to"), ("from=5&to=4", "to"), ("from=x", "from")] {
        let path = format!("/v1/orders/{order}/codes?{query}");
        let refused = trade.get(&trade.producer, &path).await.expect(400);
        assert!(refused.faults()[0].starts_with(fault), "{:?}", refused.faults());
    }
    let refused = trade.get(&trade.producer, "/v1/orders/12/codes").await.expect(400);
    assert_eq!(refused.faults(), ["id field-not-a-uuid"]);
}
