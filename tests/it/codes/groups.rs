//! Codes of every group, from the order to the shelf, by the code alone.

use std::collections::HashSet;

use marking::layout::Group;
use serde_json::json;
use server::platform::audit::{Actor, Who};
use uuid::Uuid;

use super::Trade;

/// A published product of the producer, put into the register beside the routes: cards of groups differ too much.
async fn product(trade: &Trade, group: Group, number: usize) -> String {
    let body = format!("487000{number:06}");
    let gtin = (0..10).map(|digit| format!("0{body}{digit}")).find(|text| text.parse::<marking::gtin::Gtin>().is_ok());
    let gtin = gtin.unwrap();
    let db = trade.app.app.base.db.get().await.unwrap();
    let insert = "INSERT INTO product (gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
            manufacturer, country, hs_code, state, created_at)
        SELECT $1, number, $2, 'т', 'т', 't', 'm', 'KZ', '0000', 'published', now() FROM participant WHERE bin = $3";
    db.execute(insert, &[&gtin.parse::<i64>().unwrap(), &group.slug(), &super::PRODUCER]).await.unwrap();
    gtin
}

/// D1.1, D1.2: a code of any family leads back to its unit, and no two are alike.
#[tokio::test]
async fn codes_of_every_group_are_ordered_exported_and_found_again() {
    let trade = Trade::open().await;
    let mut all = HashSet::new();
    for (number, group) in Group::ALL.into_iter().enumerate() {
        let gtin = product(&trade, group, number).await;
        let price = matches!(group, Group::TobaccoBlock | Group::TobaccoPack).then_some(1_200);
        for _ in 0..2 {
            let id = Uuid::new_v4();
            let new = json!({ "id": id, "gtin": gtin, "quantity": 30, "price_tenge": price });
            trade.place(&new).await;
            let codes = trade.codes(id).await;
            assert_eq!(codes.len(), 30, "{group}");
            let units = json!({ "codes": [codes[0], codes[29], codes[7]] });
            trade.file(&trade.producer, "/v1/applications", &units, json!({})).await.expect(201);
            assert_eq!(trade.units(id).await, json!({ "emitted": 27, "applied": 3 }), "{group}");
            all.extend(codes);
        }
    }
    assert_eq!(all.len(), Group::ALL.len() * 60);
    let stamps = "SELECT next_place - first_place FROM place_block WHERE sequence = 'stamp:KZ'";
    assert_eq!(trade.count(stamps).await, 60);
}

/// A sequence ends, and an order that would reach beyond its end takes nothing of it.
#[tokio::test]
async fn an_order_beyond_the_end_of_its_sequence_is_refused() {
    let trade = Trade::open().await;
    let gtin = product(&trade, Group::Dairy, 1).await;
    trade.order(&gtin, 1).await;
    let db = trade.app.app.base.db.get().await.unwrap();
    let last = 58_i64.pow(5) - 10;
    db.execute("UPDATE place_sequence SET next_place = $1", &[&last]).await.unwrap();
    db.execute("UPDATE place_block SET next_place = end_place", &[]).await.unwrap();
    let new = json!({ "id": Uuid::new_v4(), "gtin": gtin, "quantity": 11 });
    let refused = trade.post(&trade.producer, "/v1/orders", &new).await.expect(409);
    assert_eq!(refused.slug(), "sequence-exhausted");
    let order = trade.order(&gtin, 10).await;
    assert_eq!(trade.codes(order).await.len(), 10);
}

/// A revoked key writes no codes any more; a new order has its successor.
#[tokio::test]
async fn codes_under_a_revoked_key_are_not_exported() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 5).await;
    let key = trade.get(&trade.producer, &format!("/v1/orders/{order}")).await.json["order"]["key"].clone();
    let actor = Actor { who: Who::Cli, address: None };
    trade.app.app.keys.revoke(key.as_str().unwrap(), actor).await.unwrap();
    let refused = trade.get(&trade.producer, &format!("/v1/orders/{order}/codes")).await.expect(409);
    assert_eq!(refused.slug(), "key-revoked");
    trade.app.app.base.clock.shift(chrono::TimeDelta::minutes(1));
    let next = trade.order(&gtin, 5).await;
    let other = trade.get(&trade.producer, &format!("/v1/orders/{next}")).await.json["order"]["key"].clone();
    assert_ne!(other, key);
    assert_eq!(trade.codes(next).await.len(), 5);
}
