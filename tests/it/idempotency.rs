//! One key, one effect (X37): however often and however many at once send the same request, it happens once, and
//! everybody gets the same answer.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::Answer;
use uuid::Uuid;

use crate::codes::{Trade, range};

const KEY: &str = "one-key-for-all-of-them";

/// Sends the same under the same key, a hundred times at once. Every answer is the same; it is returned.
async fn hundredfold(trade: &Trade, token: &str, path: &str, body: &Value) -> Value {
    let answers = join_all((0..100).map(|_| trade.post_under(KEY, token, path, body))).await;
    let first = answers[0].json.clone();
    for answer in answers {
        assert_eq!((answer.status, &answer.json), (201, &first), "{path}");
    }
    first
}

/// The same key with another body.
async fn reused(trade: &Trade, token: &str, path: &str, body: &Value) {
    let answer = trade.post_under(KEY, token, path, body).await.expect(422);
    assert_eq!(
        (answer.slug(), answer.faults()),
        ("idempotency-key-reused", vec!["Idempotency-Key field-reused".into()])
    );
}

fn participant(bin: &str) -> Value {
    json!({ "bin": bin, "name": { "kk": "Жаңа", "ru": "Новый", "en": "New" }, "roles": ["producer"] })
}

fn product(gtin: &str) -> Value {
    json!({
        "gtin": gtin, "group": "dairy", "manufacturer": "«Алатау» ЖШС", "country": "KZ", "hs_code": "0401",
        "trade_name": { "kk": "Сүт", "ru": "Молоко", "en": "Milk" },
        "attributes": { "brand": "Алатау", "kind": "milk", "fat": 3.2, "net_mass": 1_000 },
    })
}

/// X37
#[tokio::test]
async fn a_hundred_parallel_registrations_of_a_participant_make_one() {
    let trade = Trade::open().await;
    let before = trade.count("SELECT count(*) FROM participant").await;
    hundredfold(&trade, &trade.operator, "/v1/participants", &participant("990140000007")).await;
    assert_eq!(trade.count("SELECT count(*) FROM participant").await, before + 1);
    let kept =
        "SELECT count(*) FROM audit WHERE action = 'registry.register-participant' AND object LIKE '%990140000007'";
    assert_eq!(trade.count(kept).await, 1, "the deed is told once");
    reused(&trade, &trade.operator, "/v1/participants", &participant("990140000017")).await;
    assert_eq!(trade.count("SELECT count(*) FROM participant").await, before + 1);
}

/// X37
#[tokio::test]
async fn a_hundred_parallel_registrations_of_goods_make_one() {
    let trade = Trade::open().await;
    hundredfold(&trade, &trade.producer, "/v1/products", &product("04870001234577")).await;
    assert_eq!(trade.count("SELECT count(*) FROM product").await, 1);
    assert_eq!(trade.count("SELECT count(*) FROM job WHERE kind = 'refresh-product'").await, 1);
    reused(&trade, &trade.producer, "/v1/products", &product("04870001234584")).await;
    assert_eq!(trade.count("SELECT count(*) FROM product").await, 1);
}

/// X37
#[tokio::test]
async fn a_hundred_parallel_orders_are_one_order() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let id = Uuid::new_v4();
    let order = |quantity: u32| json!({ "id": id, "gtin": gtin, "quantity": quantity });
    hundredfold(&trade, &trade.producer, "/v1/orders", &order(50)).await;
    assert_eq!(trade.count("SELECT count(*) FROM code_order").await, 1);
    reused(&trade, &trade.producer, "/v1/orders", &order(51)).await;
    // Nor does the key serve for another route.
    let application = json!({ "id": Uuid::new_v4(), "units": range(id, 0, 0) });
    reused(&trade, &trade.producer, "/v1/applications", &application).await;
    assert_eq!(trade.units(id).await, json!({ "emitted": 50 }));
}

/// X37: the same id under a hundred different keys is one document too.
#[tokio::test]
async fn a_hundred_parallel_documents_under_as_many_keys_are_one_document() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 1_000).await;
    let application = json!({ "id": Uuid::new_v4(), "units": range(order, 0, 999) });
    hundredfold(&trade, &trade.producer, "/v1/applications", &application).await;
    let release = json!({ "id": Uuid::new_v4(), "units": range(order, 0, 999), "produced_on": "2026-01-10" });
    let answers = join_all((0..100).map(|_| trade.post(&trade.producer, "/v1/releases", &release))).await;
    let first = answers[0].json.clone();
    for Answer { status, json, .. } in answers {
        assert_eq!((status, &json), (201, &first));
    }
    assert_eq!(trade.units(order).await, json!({ "in-circulation": 1_000 }));
    assert_eq!(trade.count("SELECT count(*) FROM document").await, 2);
    assert_eq!(
        trade.count("SELECT count(*) FROM audit WHERE action LIKE 'documents.release' AND result = 'done'").await,
        1
    );
    let other = json!({ "id": Uuid::new_v4(), "units": range(order, 0, 1) });
    reused(&trade, &trade.producer, "/v1/applications", &other).await;
}

/// X37: an attempt that failed leaves its key free for the one that is right.
#[tokio::test]
async fn a_failed_attempt_frees_its_key() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let order = trade.order(&gtin, 5).await;
    let file = async |path: &str, units: &Value| {
        trade.post_under(KEY, &trade.producer, path, &json!({ "id": Uuid::new_v4(), "units": units })).await
    };
    file("/v1/sales", &range(order, 0, 0)).await.expect(409);
    file("/v1/applications", &range(order, 0, 5)).await.expect(422);
    file("/v1/applications", &json!({})).await.expect(422);
    assert_eq!(trade.count("SELECT count(*) FROM idempotency WHERE key = 'one-key-for-all-of-them'").await, 0);
    file("/v1/applications", &range(order, 0, 4)).await.expect(201);
    assert_eq!(trade.units(order).await, json!({ "applied": 5 }));

    // With a hundred of them at once it is the same: those that fail hold nothing up.
    let key = "another-key-for-a-hundred";
    let known = participant(crate::codes::PRODUCER);
    let failed = join_all((0..100).map(|_| trade.post_under(key, &trade.operator, "/v1/participants", &known))).await;
    assert!(failed.iter().all(|answer| (answer.status, answer.slug()) == (409, "duplicate")));
    trade.post_under(key, &trade.operator, "/v1/participants", &participant("990140000007")).await.expect(201);
}

/// X37: a key that is missing, short, long or of other characters is refused before anything is looked at.
#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let trade = Trade::open().await;
    let send = async |key: Option<&str>| {
        let request = trade.app.request(reqwest::Method::POST, "/v1/participants").bearer_auth(&trade.operator);
        let request = key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key));
        trade.app.send(request.json(&participant("990140000007"))).await
    };
    let missing = send(None).await.expect(400);
    assert_eq!(
        (missing.slug(), missing.faults()),
        ("idempotency-key-missing", vec!["Idempotency-Key field-required".into()])
    );
    for key in ["", "short", "with a space in it", "ключ-на-другом-языке", &"x".repeat(65)] {
        let refused = send(Some(key)).await.expect(400);
        assert_eq!(refused.faults(), ["Idempotency-Key field-idempotency-key"], "{key}");
    }
    assert_eq!(trade.count("SELECT count(*) FROM participant WHERE bin = '990140000007'").await, 0);
}
