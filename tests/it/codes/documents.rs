//! Documents: all of what they say, or nothing.

use serde_json::{Value, json};
use tests::in_all_languages;
use uuid::Uuid;

use super::{Trade, day, range};

/// S8, S11, D1.3: the life of goods, step by step, by codes and by ranges.
#[tokio::test]
async fn goods_are_applied_released_sold_and_returned() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 2_000).await;
    let codes = trade.codes(order).await;
    let file = async |path: &str, units: &Value, details: Value| {
        trade.file(&trade.producer, path, units, details).await.expect(201).json["units"].clone()
    };
    assert_eq!(file("/v1/applications", &range(order, 500, 1_499), json!({})).await, 1_000);
    let release = json!({
        "produced_on": "2026-01-10", "expires_on": day(&trade, 30),
    });
    assert_eq!(file("/v1/releases", &range(order, 500, 999), release.clone()).await, 500);
    assert_eq!(file("/v1/releases", &range(order, 1_000, 1_009), release).await, 10);
    let few = json!({ "codes": [codes[700], codes[500], codes[999]] });
    assert_eq!(file("/v1/sales", &few, json!({ "receipt": "77" })).await, 3);
    assert_eq!(file("/v1/returns", &json!({ "codes": [codes[500]] }), json!({})).await, 1);
    let units = trade.units(order).await;
    let expected = json!({ "emitted": 1_000, "applied": 490, "in-circulation": 507, "sold": 2, "returned": 1 });
    assert_eq!(units, expected);
    assert_eq!(trade.count("SELECT count(*) FROM particulars").await, 1, "equal facts are kept once");
    let jobs = "SELECT count(*) FROM job WHERE kind = 'refresh-order'";
    assert_eq!(trade.count(jobs).await, 6);
    let ranges = "SELECT count(*) FROM document_range r JOIN document o ON o.id = r.document_id WHERE kind = 'sell'";
    assert_eq!(trade.count(ranges).await, 3);
}

/// S8: the largest order is acted on as a whole, up to its last unit.
#[tokio::test]
async fn a_million_units_are_applied_in_one_document() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 1_000_000).await;
    let all = range(order, 0, 999_999);
    let answer = trade.file(&trade.producer, "/v1/applications", &all, json!({})).await.expect(201);
    assert_eq!(answer.json["units"], 1_000_000);
    assert_eq!(trade.units(order).await["applied"], 1_000_000);
}

/// Bad input: each fault has its place, and nothing changes.
#[tokio::test]
async fn one_bad_unit_refuses_the_document_and_nothing_changes() {
    let trade = Trade::open().await;
    let order = trade.goods(20).await;
    let codes = trade.codes(order).await;
    trade.file(&trade.producer, "/v1/sales", &range(order, 5, 5), json!({})).await.expect(201);
    let before = trade.units(order).await;
    let units = json!({ "codes": [codes[4], codes[5], codes[6]] });
    let refused = trade.file(&trade.producer, "/v1/sales", &units, json!({})).await.expect(409);
    assert_eq!(refused.slug(), "out-of-order");
    assert_eq!(refused.faults(), ["units.codes[1] field-out-of-order"]);
    assert!(refused.json["fields"][0]["message"].as_str().unwrap().contains("Sold"), "{}", refused.json);
    let units = json!({ "codes": [
        "hello", "04870001234560", codes[4], codes[4].replace("0104870001234560213", "0104870001234560214"),
        format!("{}AAAA", &codes[7][..codes[7].len() - 4]), "376104250021234569", codes[4],
    ] });
    let refused = trade.file(&trade.producer, "/v1/sales", &units, json!({})).await.expect(422);
    let expected = [
        "units.codes[0] field-misread",
        "units.codes[1] field-not-a-unit",
        "units.codes[3] field-unknown-code",
        "units.codes[4] field-seal-does-not-match",
        "units.codes[5] field-not-a-unit",
    ];
    assert_eq!(refused.faults(), expected);
    let units = json!({ "codes": [codes[4], codes[8], codes[4]] });
    let refused = trade.file(&trade.producer, "/v1/sales", &units, json!({})).await.expect(422);
    assert_eq!(refused.faults(), ["units.codes[2] field-doubled"]);
    let units = json!({ "ranges": [
        { "order": Uuid::new_v4(), "first": 0, "last": 0 }, { "order": order, "first": 3, "last": 2 },
        { "order": order, "first": 0, "last": 20 },
    ] });
    let refused = trade.file(&trade.producer, "/v1/sales", &units, json!({})).await.expect(422);
    let expected = [
        "units.ranges[0].order field-unknown-order",
        "units.ranges[1].last field-number-out-of-range",
        "units.ranges[2].last field-number-out-of-range",
    ];
    assert_eq!(refused.faults(), expected);
    assert_eq!(trade.units(order).await, before);
}

/// Nobody acts on what they don't own, and learns nothing of it (X1, X4); the refusal is audited (X36).
#[tokio::test]
async fn anothers_goods_are_refused_and_the_refusal_is_audited() {
    let trade = Trade::open().await;
    let order = trade.goods(3).await;
    let codes = trade.codes(order).await;
    for path in ["/v1/sales", "/v1/returns", "/v1/applications", "/v1/releases"] {
        let refused = trade.file(&trade.shop, path, &json!({ "codes": [codes[0]] }), json!({})).await.expect(409);
        assert_eq!(
            (refused.slug(), refused.faults().as_slice()),
            ("not-owned", &["units.codes[0] field-not-owned".to_owned()][..])
        );
    }
    let recall = json!({ "reason": in_all_languages("none of my business") });
    let refused = trade.file(&trade.shop, "/v1/recalls", &range(order, 0, 2), recall).await.expect(409);
    assert_eq!(refused.slug(), "not-owned");
    assert_eq!(trade.count("SELECT count(*) FROM audit WHERE result = 'not-owned'").await, 5);
    assert_eq!(trade.count("SELECT count(*) FROM particulars WHERE recall_reason IS NOT NULL").await, 0);
}

/// X37: the same document again is the same document, under any key; another one with its id is refused.
/// A8
#[tokio::test]
async fn a_document_that_is_sent_twice_happens_once() {
    let trade = Trade::open().await;
    let order = trade.goods(4).await;
    let id = Uuid::new_v4();
    let sale = json!({ "id": id, "units": range(order, 0, 1) });
    let first = trade.post(&trade.producer, "/v1/sales", &sale).await.expect(201);
    let second = trade.post(&trade.producer, "/v1/sales", &sale).await.expect(201);
    assert_eq!(first.json, second.json);
    let third = trade.post_under("the-same-key", &trade.producer, "/v1/sales", &sale).await.expect(201);
    let fourth = trade.post_under("the-same-key", &trade.producer, "/v1/sales", &sale).await.expect(201);
    assert_eq!(third.json, fourth.json);
    let other = json!({ "id": id, "units": range(order, 0, 2) });
    assert_eq!(trade.post(&trade.producer, "/v1/sales", &other).await.expect(409).slug(), "id-taken");
    let reused = trade.post_under("the-same-key", &trade.producer, "/v1/sales", &other).await.expect(422);
    assert_eq!(reused.slug(), "idempotency-key-reused");
    let returned = trade.post(&trade.producer, "/v1/returns", &sale).await.expect(409);
    assert_eq!(returned.slug(), "id-taken");
    assert_eq!(trade.units(order).await, json!({ "in-circulation": 2, "sold": 2 }));
}

/// Two sales of one unit at once: one of them wins.
#[tokio::test]
async fn of_two_sales_at_once_one_is_refused() {
    let trade = Trade::open().await;
    let order = trade.goods(2_100).await;
    let sell = async |first: u32, last: u32| {
        trade.file(&trade.producer, "/v1/sales", &range(order, first, last), json!({})).await.status
    };
    // Far enough apart that whichever sale wins the first round leaves the second its goods.
    for first in [0, 1_050] {
        let statuses = tokio::join!(
            sell(first, first + 10),
            sell(first + 10, first + 1_030),
            sell(first + 5, first + 15),
            sell(first + 12, first + 12)
        );
        let statuses = [statuses.0, statuses.1, statuses.2, statuses.3];
        assert!(statuses.contains(&201) && statuses.contains(&409), "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    }
}

/// Recalled goods stay what they are, can't be sold, and are for sale again once the recall is lifted.
#[tokio::test]
async fn a_recall_stops_sales_until_it_is_lifted() {
    let trade = Trade::open().await;
    let order = trade.goods(10).await;
    let recall = json!({ "reason": in_all_languages("Glass splinters") });
    trade.file(&trade.operator, "/v1/recalls", &range(order, 0, 4), recall).await.expect(201);
    let refused = trade.file(&trade.producer, "/v1/sales", &range(order, 4, 5), json!({})).await.expect(409);
    assert_eq!(refused.faults(), ["units.ranges[0] field-recalled"]);
    trade.file(&trade.producer, "/v1/recalls", &range(order, 0, 4), json!({ "lift": true })).await.expect(201);
    trade.file(&trade.producer, "/v1/sales", &range(order, 4, 5), json!({})).await.expect(201);
    assert_eq!(trade.units(order).await, json!({ "in-circulation": 8, "sold": 2 }));
}

#[tokio::test]
async fn goods_past_their_date_are_not_sold() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 3).await;
    let all = range(order, 0, 2);
    trade.file(&trade.producer, "/v1/applications", &all, json!({})).await.expect(201);
    let release = json!({ "produced_on": "2026-01-10", "expires_on": day(&trade, 1) });
    trade.file(&trade.producer, "/v1/releases", &all, release).await.expect(201);
    trade.file(&trade.producer, "/v1/sales", &range(order, 0, 0), json!({})).await.expect(201);
    let db = trade.app.app.base.db.get().await.unwrap();
    db.execute("UPDATE particulars SET expires_on = current_date - 10", &[]).await.unwrap();
    let refused = trade.file(&trade.producer, "/v1/sales", &range(order, 1, 1), json!({})).await.expect(409);
    assert_eq!(refused.faults(), ["units.ranges[0] field-expired"]);
    trade
        .file(&trade.producer, "/v1/withdrawals", &range(order, 1, 1), json!({ "reason": "expiry" }))
        .await
        .expect(201);
    let reasons = ["loss", "sampling"];
    let refused =
        trade.file(&trade.producer, "/v1/withdrawals", &range(order, 0, 0), json!({ "reason": reasons[0] })).await;
    assert_eq!(refused.expect(409).faults(), ["units.ranges[0] field-out-of-order"]);
    trade
        .file(&trade.producer, "/v1/withdrawals", &range(order, 2, 2), json!({ "reason": reasons[1] }))
        .await
        .expect(201);
    assert_eq!(trade.units(order).await, json!({ "expired": 1, "sold": 1, "withdrawn": 1 }));
    let kept = "SELECT count(*) FROM particulars WHERE withdrawal_reason = 'sampling' AND expires_on IS NOT NULL";
    assert_eq!(trade.count(kept).await, 1, "the facts of the release stay");
}
