//! Quotas, approval and voiding of orders (X43): one participant can't use up what others need.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::Answer;
use uuid::Uuid;

use super::{PRODUCER, Trade, range};
use crate::people::{People, RIVAL};

fn order(gtin: &str, quantity: u32) -> Value {
    json!({ "id": Uuid::new_v4(), "gtin": gtin, "quantity": quantity })
}

impl Trade {
    async fn decide(&self, token: &str, order: &Value, decision: &str, body: Value) -> Answer {
        let path = format!("/v1/orders/{}/{decision}", order["id"].as_str().unwrap());
        self.post(token, &path, &body).await
    }

    async fn state(&self, order: &Value) -> Value {
        let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
        self.get(&self.operator, &path).await.expect(200).json["order"]["state"].clone()
    }

    async fn dairy(&self) -> String {
        let attributes = json!({ "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 });
        self.product("04870001234577", "dairy", "0401", attributes).await
    }

    async fn vodka(&self) -> String {
        let attributes = json!({ "kind": "vodka", "strength": 40, "capacity": 0.5 });
        self.product("04870001234591", "alcohol", "2208", attributes).await
    }
}

/// X43: a participant orders so many codes of a product in a day, and no more until the next day; an operator sets how
/// many.
#[tokio::test]
async fn codes_beyond_the_quota_of_a_day_are_refused_until_the_next() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let path = format!("/v1/participants/{PRODUCER}/quotas");
    let quota = json!({ "gtin": gtin, "codes_a_day": 1_000 });
    let set = trade.post(&trade.operator, &path, &quota).await.expect(200);
    assert_eq!(set.json["items"][0]["limits"]["codes_a_day"], 1_000);
    trade.order(&gtin, 900).await;
    let refused = trade.post(&trade.producer, "/v1/orders", &order(&gtin, 101)).await.expect(429);
    assert_eq!(refused.slug(), "order-quota-day");
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(seconds <= 86_401, "{seconds}");
    trade.order(&gtin, 100).await;
    let seen = trade.get(&trade.producer, &path).await.expect(200);
    assert_eq!(
        seen.json["items"][0]["usage"],
        json!({ "codes_today": 1_000, "not_applied": 1_000, "orders_today": 2 })
    );
    let audited = "SELECT count(*) FROM audit WHERE action = 'codes.order' AND result = 'order-quota-day'";
    assert_eq!(trade.count(audited).await, 1);
    assert_eq!(trade.count("SELECT count(*) FROM audit WHERE action = 'codes.set-quota' AND result = 'done'").await, 1);
    trade.app.app.base.clock.shift(TimeDelta::seconds(i64::try_from(seconds).unwrap()));
    let gone = trade.post(&trade.producer, "/v1/orders", &order(&gtin, 101)).await;
    assert_ne!(gone.status, 429, "{}", gone.json);
}

/// X43: orders that run at the same moment hold the quota together.
#[tokio::test]
async fn orders_at_the_same_moment_do_not_pass_the_quota_together() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let path = format!("/v1/participants/{PRODUCER}/quotas");
    trade.post(&trade.operator, &path, &json!({ "codes_a_day": 1_000 })).await.expect(200);
    let orders: Vec<Value> = (0..20).map(|_| order(&gtin, 100)).collect();
    let placed = orders.iter().map(|order| trade.post(&trade.producer, "/v1/orders", order));
    let placed = futures_util::future::join_all(placed).await;
    assert_eq!(placed.iter().filter(|answer| answer.status == 201).count(), 10);
    assert_eq!(trade.count("SELECT sum(quantity)::bigint FROM code_order").await, 1_000);
}

/// X43: codes that are not applied are bounded in total; applying or voiding some makes room.
#[tokio::test]
async fn codes_that_nobody_applies_are_bounded_in_total() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let path = format!("/v1/participants/{PRODUCER}/quotas");
    trade.post(&trade.operator, &path, &json!({ "not_applied": 100 })).await.expect(200);
    let first = trade.order(&gtin, 60).await;
    let spare = trade.order(&gtin, 40).await;
    let refused = trade.post(&trade.producer, "/v1/orders", &order(&gtin, 1)).await.expect(409);
    assert_eq!(refused.slug(), "too-many-not-applied");
    trade.file(&trade.producer, "/v1/applications", &range(first, 0, 9), json!({})).await.expect(201);
    let lost = json!({ "reason": "destruction" });
    trade.file(&trade.producer, "/v1/withdrawals", &range(first, 10, 14), lost).await.expect(201);
    trade.order(&gtin, 15).await;
    trade.post(&trade.producer, "/v1/orders", &order(&gtin, 1)).await.expect(409);
    trade.decide(&trade.producer, &json!({ "id": spare }), "void", json!({})).await.expect(200);
    trade.order(&gtin, 40).await;
    assert_eq!(trade.count("SELECT sum(applied)::bigint FROM code_order").await, 15);
}

/// X43: the number of orders is bounded, too: voiding one doesn't give its number back.
#[tokio::test]
async fn voided_orders_count_among_the_orders_of_a_day() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let path = format!("/v1/participants/{PRODUCER}/quotas");
    trade.post(&trade.operator, &path, &json!({ "orders_a_day": 2 })).await.expect(200);
    for _ in 0..2 {
        let id = trade.order(&gtin, 1).await;
        trade.decide(&trade.producer, &json!({ "id": id }), "void", json!({})).await.expect(200);
    }
    assert_eq!(trade.post(&trade.producer, "/v1/orders", &order(&gtin, 1)).await.expect(429).slug(), "order-quota-day");
}

/// X43, Q11–Q14: a large order and any order of stamps wait for an operator; until then they have no places, no codes
/// and no units.
#[tokio::test]
async fn a_large_order_and_stamps_give_no_codes_before_an_operator_approves() {
    let trade = Trade::open().await;
    let (water, vodka) = (trade.water().await, trade.vodka().await);
    for new in [order(&water, 200_001), order(&vodka, 10)] {
        let placed = trade.post(&trade.producer, "/v1/orders", &new).await.expect(201);
        assert_eq!(placed.json["state"], "awaiting-approval");
        let id: Uuid = new["id"].as_str().unwrap().parse().unwrap();
        for path in ["codes", "labels.pdf?to=9"] {
            let path = format!("/v1/orders/{id}/{path}");
            assert_eq!(trade.get(&trade.producer, &path).await.expect(409).slug(), "order-not-approved");
        }
        let refused = trade.file(&trade.producer, "/v1/applications", &range(id, 0, 0), json!({})).await.expect(409);
        assert_eq!(
            (refused.slug(), refused.faults()),
            ("order-not-approved", vec!["units.ranges[0] field-order-not-approved".to_owned()])
        );
        assert_eq!(trade.units(id).await, json!({}));
        assert_eq!(trade.count("SELECT count(*) FROM place_block").await, 0, "no places yet");
        trade.decide(&trade.producer, &new, "approve", json!({})).await.expect(403);
        let awaiting = trade.get(&trade.operator, "/v1/orders?state=awaiting-approval").await.expect(200);
        assert_eq!(awaiting.json["items"][0]["id"], new["id"]);
        for _ in 0..2 {
            let approved = trade.decide(&trade.operator, &new, "approve", json!({})).await.expect(200);
            assert_eq!(approved.json["state"], "approved");
        }
        trade.get(&trade.producer, &format!("/v1/orders/{id}/codes?to=9")).await.expect(200);
        trade.file(&trade.producer, "/v1/applications", &range(id, 0, 9), json!({})).await.expect(201);
    }
    let audited = "SELECT count(*) FROM audit WHERE action = 'codes.approve-order' AND result = 'done'";
    assert_eq!(trade.count(audited).await, 4);
}

/// X43: an operator refuses with a reason that the participant reads; what was refused is not approved later.
#[tokio::test]
async fn a_refused_order_says_why_and_is_never_approved() {
    let trade = Trade::open().await;
    let vodka = trade.vodka().await;
    let new = order(&vodka, 10);
    trade.post(&trade.producer, "/v1/orders", &new).await.expect(201);
    let empty = trade.decide(&trade.operator, &new, "refuse", json!({ "reason": " " })).await.expect(422);
    assert_eq!(empty.faults(), ["reason field-required"]);
    trade.decide(&trade.operator, &new, "refuse", json!({ "reason": "No licence" })).await.expect(200);
    let path = format!("/v1/orders/{}", new["id"].as_str().unwrap());
    let seen = trade.get(&trade.producer, &path).await.expect(200);
    assert_eq!(
        (&seen.json["order"]["state"], &seen.json["order"]["reason"]),
        (&json!("refused"), &json!("No licence"))
    );
    assert_eq!(trade.decide(&trade.operator, &new, "approve", json!({})).await.expect(409).slug(), "order-decided");
    assert_eq!(trade.decide(&trade.producer, &new, "void", json!({})).await.expect(409).slug(), "order-decided");
}

/// X43, D1.1: places of an order of which nothing was exported serve again; places of exported codes never do.
#[tokio::test]
async fn places_of_a_voided_order_serve_again_and_those_of_exported_codes_never() {
    let trade = Trade::open().await;
    let gtin = trade.dairy().await;
    let (one, two) = (trade.order(&gtin, 300).await, trade.order(&gtin, 200).await);
    let first = trade.codes(one).await;
    let exported = json!({ "id": one });
    assert_eq!(trade.decide(&trade.producer, &exported, "void", json!({})).await.expect(409).slug(), "order-exported");
    trade.decide(&trade.producer, &json!({ "id": two }), "void", json!({})).await.expect(200);
    assert_eq!(trade.state(&json!({ "id": two })).await, "voided");
    trade.get(&trade.producer, &format!("/v1/orders/{two}/codes")).await.expect(409);
    let (three, four) = (trade.order(&gtin, 150).await, trade.order(&gtin, 50).await);
    let places = "SELECT array_agg(first_place ORDER BY number) = ARRAY[0, NULL, 300, 450]::bigint[] FROM code_order";
    let row = trade.app.app.base.db.get().await.unwrap().query_one(places, &[]).await.unwrap();
    assert!(row.get::<_, bool>(0), "the places of the second order serve the third and the fourth");
    let mut all = first;
    all.extend(trade.codes(three).await);
    all.extend(trade.codes(four).await);
    let distinct: std::collections::HashSet<&String> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (500, 500));
    // Every code leads to the order that has its place now.
    let units = json!({ "codes": [all[0], all[300], all[499]] });
    trade.file(&trade.producer, "/v1/applications", &units, json!({})).await.expect(201);
    for id in [one, three, four] {
        assert_eq!(trade.units(id).await["applied"], 1);
    }
}

/// X43: an answer about a place is not remembered before the place's order was exported, so that a voided order leaves no
/// trace in any process.
#[tokio::test]
async fn verify_knows_the_order_that_has_a_place_now() {
    let trade = Trade::open().await;
    let gtin = trade.dairy().await;
    let voided = trade.order(&gtin, 10).await;
    trade.decide(&trade.producer, &json!({ "id": voided }), "void", json!({})).await.expect(200);
    let order = trade.order(&gtin, 10).await;
    server::service::work::settle(&trade.app.app).await.unwrap();
    let codes = trade.codes(order).await;
    let answer = trade.app.post("/v1/verify", &json!({ "code": codes[3] })).await.expect(200);
    assert_eq!(answer.json["verdict"], "not-released", "{}", answer.json);
}

/// X43: a rival importer can't empty the serials of goods that another registered, nor one participant the stamps.
#[tokio::test]
async fn a_rival_leaves_most_of_a_sequence_to_others() {
    let people = People::gather().await;
    let trade = &people.trade;
    let gtin = trade.dairy().await;
    let db = trade.app.app.base.db.get().await.unwrap();
    db.execute("UPDATE product SET country = 'KG'", &[]).await.unwrap();
    let most = 1_000_000_000_u64;
    let generous = json!({ "codes_a_day": most, "not_applied": most, "approval_above": most });
    let path = format!("/v1/participants/{RIVAL}/quotas");
    trade.post(&trade.operator, &path, &generous).await.expect(200);
    let rival = people.token("rival");
    let placed = trade.post(rival, "/v1/orders", &order(&gtin, 1_000_000)).await.expect(201);
    assert_eq!(placed.json["state"], "approved");
    // As if it had ordered for a while: 20 of 656 million places.
    db.execute("UPDATE place_block SET end_place = 20400000, next_place = 20400000", &[]).await.unwrap();
    db.execute("UPDATE place_sequence SET next_place = 20400000", &[]).await.unwrap();
    let refused = trade.post(rival, "/v1/orders", &order(&gtin, 1_000_000)).await.expect(409);
    assert_eq!(refused.slug(), "share-exhausted");
    trade.order(&gtin, 1_000).await;
    trade.post(&trade.operator, &path, &json!({ "places": 30_000_000, "approval_above": most })).await.expect(200);
    trade.post(rival, "/v1/orders", &order(&gtin, 1_000_000)).await.expect(201);
}

/// X43: a sequence that loses one percent in a day is told to operators, in `/readyz` and in the list of sequences.
#[tokio::test]
async fn one_percent_of_a_sequence_in_a_day_is_an_alarm() {
    let trade = Trade::open().await;
    let gtin = trade.dairy().await;
    trade.order(&gtin, 10).await;
    assert_eq!(trade.app.admin("/readyz").await.expect(200).json["sequence_alarms"], 0);
    let db = trade.app.app.base.db.get().await.unwrap();
    db.execute("UPDATE place_sequence SET given_today = 6500000", &[]).await.unwrap();
    trade.order(&gtin, 150_000).await;
    assert_eq!(trade.app.admin("/readyz").await.expect(200).json["sequence_alarms"], 1);
    let listed = trade.get(&trade.operator, "/v1/sequences").await.expect(200).json["items"][0].clone();
    assert_eq!((&listed["name"], &listed["room"]), (&json!(format!("gtin:{gtin}")), &json!(656_356_768)));
    assert_eq!(listed["given_today"], 6_650_000);
    assert_eq!(listed["alarmed_on"], json!(trade.app.app.base.clock.today()));
    trade.get(&trade.producer, "/v1/sequences").await.expect(403);
}

/// X43: a document and the voiding of its order at the same moment: one of them is refused.
#[tokio::test]
async fn an_order_is_not_voided_under_a_document() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    for _ in 0..10 {
        let id = trade.order(&gtin, 5).await;
        let (whole, units) = (json!({ "id": id }), range(id, 0, 4));
        let (voided, filed) = tokio::join!(
            trade.decide(&trade.producer, &whole, "void", json!({})),
            trade.file(&trade.producer, "/v1/applications", &units, json!({}))
        );
        let statuses = (voided.status, filed.status);
        assert!([(200, 409), (409, 201)].contains(&statuses), "{statuses:?} {} {}", voided.json, filed.json);
    }
}
