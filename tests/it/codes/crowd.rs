//! Many documents at once over the same units: they wait for each other, and each is all or nothing.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{SHOP, Trade, range};

/// Documents over overlapping ranges of two orders, named in either order, and packs of the same units: no deadlock,
/// no half of a document, and the register adds up.
#[tokio::test]
async fn documents_that_overlap_never_lock_each_other_out() {
    let trade = Trade::open().await;
    let gtin = trade.water().await;
    let (one, two) = (trade.order(&gtin, 4_000).await, trade.order(&gtin, 4_000).await);
    let mut documents: Vec<(&str, Value)> = Vec::new();
    for step in 0..24_u32 {
        let (first, last) = (step * 90, step * 90 + 1_800);
        let ranges = [(one, first, last), (two, 2_100 - first, 3_900 - first)];
        let mut named: Vec<Value> =
            ranges.iter().map(|(order, first, last)| json!({ "order": order, "first": first, "last": last })).collect();
        if step % 2 == 1 {
            named.reverse();
        }
        documents.push(("/v1/applications", json!({ "ranges": named })));
    }
    let sent = documents.iter().map(|(path, units)| trade.file(&trade.producer, path, units, json!({})));
    let answers = join_all(sent).await;
    let filed: u64 =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.json["units"].as_u64().unwrap()).sum();
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
    let applied = |units: &Value| units["applied"].as_u64().unwrap_or_default();
    assert_eq!(applied(&trade.units(one).await) + applied(&trade.units(two).await), filed);
    assert!(filed >= 2 * 1_801);
}

/// Sales of single units, shipments of the pack that they are in, and taking it apart, all at once.
#[tokio::test]
async fn a_pack_and_its_units_are_acted_on_at_once_without_harm() {
    let trade = Trade::open().await;
    let order = trade.goods(60).await;
    let sscc = "348700000000000019";
    let sscc =
        (0..10).map(|digit| format!("{}{digit}", &sscc[..17])).find(|text| text.parse::<marking::sscc::Sscc>().is_ok());
    let sscc = sscc.unwrap();
    let new = json!({ "id": Uuid::new_v4(), "sscc": sscc, "level": "group", "units": range(order, 0, 39) });
    trade.post(&trade.producer, "/v1/packs", &new).await.expect(201);
    let places: Vec<_> = (0..20).map(|index| range(order, index * 2, index * 2)).collect();
    let sales = places.iter().map(|units| trade.file(&trade.producer, "/v1/sales", units, json!({})));
    let packs = json!({ "packs": [sscc] });
    let ships = (0..3).map(|_| trade.file(&trade.producer, "/v1/shipments", &packs, json!({ "receiver": SHOP })));
    let path = format!("/v1/packs/{sscc}/open");
    let opens =
        (0..2).map(|_| async { trade.post(&trade.producer, &path, &json!({ "id": Uuid::new_v4() })).await.status });
    let (sales, ships, opens) = tokio::join!(join_all(sales), join_all(ships), join_all(opens));
    let sold = sales.iter().filter(|answer| answer.status == 201).count();
    let shipped: u64 =
        ships.iter().filter(|answer| answer.status == 201).map(|answer| answer.json["units"].as_u64().unwrap()).sum();
    let all = sales.iter().chain(&ships).map(|answer| answer.status).chain(opens);
    for status in all {
        assert!([201, 404, 409, 422].contains(&status), "{status}");
    }
    let units = trade.units(order).await;
    assert_eq!(units["sold"].as_u64().unwrap_or_default(), u64::try_from(sold).unwrap());
    assert_eq!(units["shipped"].as_u64().unwrap_or_default(), shipped);
    let packed = trade.count("SELECT count(*) FROM pack_unit").await;
    assert!(
        packed == 0 || packed == 40 - i64::try_from(sold).unwrap(),
        "{packed} packed, {sold} sold, {shipped} shipped"
    );
}
