//! Shipments: goods change hands when the receiver signs (S9, S10, Q21, Q23).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{SHOP, Trade, range};

async fn ship(trade: &Trade, token: &str, units: &Value, receiver: &str) -> String {
    let details = json!({ "receiver": receiver, "number": "WB-1" });
    let answer = trade.file(token, "/v1/shipments", units, details).await.expect(201);
    assert_eq!(answer.json["state"], "awaiting");
    answer.json["id"].as_str().unwrap().to_owned()
}

fn ending() -> Value {
    json!({ "id": Uuid::new_v4() })
}

/// S9, S10: the owner changes when the buyer confirms, and then only the buyer acts.
#[tokio::test]
async fn goods_are_the_receivers_once_it_accepts() {
    let trade = Trade::open().await;
    let order = trade.goods(1_100).await;
    let units = range(order, 1_000, 1_049);
    let id = ship(&trade, &trade.producer, &units, SHOP).await;
    for token in [&trade.producer, &trade.shop] {
        trade.file(token, "/v1/sales", &range(order, 1_000, 1_000), json!({})).await.expect(409);
    }
    let incoming = trade.get(&trade.shop, "/v1/shipments?direction=incoming&state=awaiting").await.expect(200);
    assert_eq!((&incoming.json["items"][0]["id"], &incoming.json["items"][0]["units"]), (&json!(id), &json!(50)));
    let ended = ending();
    let path = format!("/v1/shipments/{id}/accept");
    let refused = trade.post(&trade.producer, &path, &ended).await.expect(403);
    assert_eq!(refused.slug(), "only-receiver-accepts");
    let accepted = trade.post(&trade.shop, &path, &ended).await.expect(201);
    assert_eq!(accepted.json["state"], "accepted");
    let again = trade.post(&trade.shop, &path, &ended).await.expect(201);
    assert_eq!(again.json, accepted.json);
    let other = trade.post(&trade.shop, &path, &ending()).await.expect(409);
    assert_eq!(other.slug(), "shipment-ended");
    let refused = trade.file(&trade.producer, "/v1/sales", &range(order, 1_000, 1_000), json!({})).await.expect(409);
    assert_eq!(refused.slug(), "not-owned");
    trade.file(&trade.shop, "/v1/sales", &range(order, 1_000, 1_009), json!({})).await.expect(201);
    let mixed = trade.file(&trade.shop, "/v1/sales", &range(order, 1_045, 1_055), json!({})).await.expect(409);
    assert_eq!((mixed.slug(), mixed.faults().len()), ("not-owned", 6));
    assert_eq!(trade.units(order).await, json!({ "in-circulation": 1_090, "sold": 10 }));
}

/// Goods that come back to who ordered the codes are its own again, like those that never left.
#[tokio::test]
async fn goods_can_be_sent_back() {
    let trade = Trade::open().await;
    let order = trade.goods(4).await;
    for (from, to, receiver) in [(&trade.producer, &trade.shop, SHOP), (&trade.shop, &trade.producer, super::PRODUCER)]
    {
        let id = ship(&trade, from, &range(order, 0, 1), receiver).await;
        trade.post(to, &format!("/v1/shipments/{id}/accept"), &ending()).await.expect(201);
    }
    trade.file(&trade.producer, "/v1/sales", &range(order, 0, 3), json!({})).await.expect(201);
    assert_eq!(trade.count("SELECT count(*) FROM holder").await, 1);
}

/// Q21, A6: the sender may take it back until the buyer signs; to the buyer the answer says whose act it is, and not that
/// its role doesn't include this.
#[tokio::test]
async fn a_cancelled_shipment_leaves_the_goods_with_the_sender() {
    let trade = Trade::open().await;
    let order = trade.goods(4).await;
    let id = ship(&trade, &trade.producer, &range(order, 0, 3), SHOP).await;
    let path = format!("/v1/shipments/{id}/cancel");
    let refused = trade.post(&trade.shop, &path, &ending()).await.expect(403);
    assert_eq!(refused.slug(), "only-sender-cancels");
    let cancelled = trade.post(&trade.producer, &path, &ending()).await.expect(201);
    assert_eq!(cancelled.json["state"], "cancelled");
    let refused = trade.post(&trade.shop, &format!("/v1/shipments/{id}/accept"), &ending()).await.expect(409);
    assert_eq!(refused.slug(), "shipment-ended");
    trade.file(&trade.producer, "/v1/sales", &range(order, 0, 3), json!({})).await.expect(201);
}

#[tokio::test]
async fn goods_go_to_another_participant_of_the_register() {
    let trade = Trade::open().await;
    let order = trade.goods(1).await;
    for (receiver, fault) in [
        ("990140000384", "receiver field-own-bin"),
        ("123456789013", "receiver field-no-such-participant"),
        ("990140000385", "receiver field-check-digit"),
    ] {
        let details = json!({ "receiver": receiver });
        let refused = trade.file(&trade.producer, "/v1/shipments", &range(order, 0, 0), details).await.expect(422);
        assert_eq!(refused.faults(), [fault]);
    }
}
