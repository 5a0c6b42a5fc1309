//! The record of who did what (X36, D1.23): deeds and refusals are in it, nothing changes it, and whatever somebody
//! changes by force shows.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::audit::{self, Verified};
use uuid::Uuid;

use crate::codes::{PRODUCER, range};
use crate::people::People;

/// Links every record that isn't linked yet, and says how many links there are.
async fn linked(people: &People) -> i64 {
    let mut db = people.app().app.db.get().await.unwrap();
    while audit::extend(&mut db).await.unwrap() > 0 {}
    match audit::verify(&db).await.unwrap() {
        Verified::Whole { links, waiting: 0 } => links,
        other => panic!("{other:?}"),
    }
}

/// The records about an action, newest first.
async fn records(people: &People, action: &str) -> Vec<Value> {
    let answer = people.get(Some("auditor"), &format!("/v1/audit?action={action}&limit=100")).await.expect(200);
    answer.json["items"].as_array().unwrap().clone()
}

/// X36, D1.23: who, when in UTC, from where, to what, with what result; refusals too.
#[tokio::test]
async fn deeds_and_refusals_are_recorded_with_who_when_where_what_and_how_it_ended() {
    let began = Utc::now();
    let people = People::gather().await;
    let trade = &people.trade;
    let account = async |name: &str| {
        let me = people.get(Some(name), "/v1/auth/me").await.expect(200).json;
        format!("account:{}", me["id"].as_str().unwrap())
    };
    let (operator, producer, rival) = (account("operator").await, account("participant").await, account("rival").await);

    let order = trade.goods(10).await;
    trade.codes(order).await;
    let pack =
        json!({ "id": Uuid::new_v4(), "sscc": "348700000000000013", "level": "group", "units": range(order, 0, 3) });
    trade.post(&trade.producer, "/v1/packs", &pack).await.expect(201);
    let receiver = json!({ "receiver": crate::codes::SHOP });
    let shipped = trade.file(&trade.producer, "/v1/shipments", &range(order, 4, 5), receiver).await.expect(201).json;
    let shipment = shipped["id"].as_str().unwrap();
    let accepted = json!({ "id": Uuid::new_v4() });
    trade.post(&trade.shop, &format!("/v1/shipments/{shipment}/accept"), &accepted).await.expect(201);
    trade.file(&trade.producer, "/v1/sales", &range(order, 6, 7), json!({})).await.expect(201);
    trade.file(&trade.producer, "/v1/returns", &range(order, 6, 6), json!({})).await.expect(201);
    trade.file(&trade.producer, "/v1/withdrawals", &range(order, 8, 8), json!({ "reason": "loss" })).await.expect(201);
    trade.file(&trade.operator, "/v1/recalls", &range(order, 0, 9), json!({ "reason": "Glass" })).await.expect(201);
    // Refusals: by ownership, by state, by role, by password.
    trade.file(people.token("rival"), "/v1/sales", &range(order, 9, 9), json!({})).await.expect(409);
    trade.file(&trade.producer, "/v1/applications", &range(order, 9, 9), json!({})).await.expect(409);
    let order_of_shop = json!({ "id": Uuid::new_v4(), "gtin": "04870001234560", "quantity": 1 });
    trade.post(&trade.shop, "/v1/orders", &order_of_shop).await.expect(403);
    people.get(Some("rival"), "/v1/audit").await.expect(403);
    let wrong = json!({ "login": "rival", "password": "not-this-one-at-all", "totp": "123456" });
    people.post(None, "/v1/auth/sign-in", &wrong).await.expect(401);

    let order = format!("order:{order}");
    let expected = [
        ("auth.sign-in", "public", "", "wrong-credentials"),
        ("auth.refuse", rival.as_str(), "route:GET /v1/audit", "forbidden"),
        ("registry.register-participant", &operator, "participant:990140000384", "done"),
        ("registry.register-product", &producer, "product:04870001234560", "done"),
        ("registry.publish-product", &operator, "product:04870001234560", "done"),
        ("codes.order", &producer, &order, "done"),
        ("codes.export", &producer, &order, "done"),
        ("codes.apply", &producer, "", "done"),
        ("codes.apply", &producer, "", "out-of-order"),
        ("codes.release", &producer, "", "done"),
        ("codes.pack", &producer, "", "done"),
        ("codes.ship", &producer, "", "done"),
        ("codes.sell", &producer, "", "done"),
        ("codes.sell", &rival, "", "not-owned"),
        ("codes.return", &producer, "", "done"),
        ("codes.recall", &operator, "", "done"),
        ("codes.order", &account("shop").await, "", "registers-no-goods"),
    ];
    for (action, actor, object, result) in expected {
        let told = records(&people, action).await;
        let found = told.iter().find(|record| {
            record["actor"] == actor && record["result"] == result && (object.is_empty() || record["object"] == object)
        });
        let found = found.unwrap_or_else(|| panic!("no {action} by {actor} on {object}: {result}: {told:#?}"));
        let at = found["at"].as_str().unwrap();
        let instant: DateTime<Utc> = at.parse().unwrap();
        assert!(at.ends_with('Z') && began <= instant && instant <= Utc::now(), "{at} is not UTC, or not now");
        assert_eq!(found["address"], "127.0.0.1", "{action}");
        assert!(!found["object"].as_str().unwrap().is_empty());
    }
    for (action, atleast) in [("codes.accept", 1), ("codes.withdraw", 1), ("auth.sign-in", 8)] {
        assert!(records(&people, action).await.len() >= atleast, "{action}");
    }
    // Nothing that was secret, and no code, is in it.
    let db = people.app().app.db.get().await.unwrap();
    let all = db.query_one("SELECT string_agg(audit::text, ' ') FROM audit", &[]).await.unwrap();
    let all: String = all.get(0);
    for secret in ["harness-of-nine-horses", "not-this-one-at-all", people.token("operator"), "0104870001234560"] {
        assert!(!all.contains(secret), "{secret} stands in the audit");
    }
    assert!(linked(&people).await > 30);
}

/// X36: the tables themselves refuse a change, also to those who own them.
#[tokio::test]
async fn the_record_only_grows() {
    let people = People::gather().await;
    linked(&people).await;
    let db = people.app().app.db.get().await.unwrap();
    for sql in [
        "UPDATE audit SET result = 'done' WHERE id = 1",
        "UPDATE audit SET address = NULL",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit",
        "TRUNCATE audit CASCADE",
        "UPDATE audit_link SET hash = ''",
        "DELETE FROM audit_link WHERE position = 1",
        "TRUNCATE audit_link",
        "INSERT INTO audit SELECT 1, now(), 'cli', NULL, 'a', 'b', 'done' ON CONFLICT (id) DO UPDATE SET actor = 'cli'",
    ] {
        let refused = db.batch_execute(sql).await.expect_err(sql).to_string();
        let told = db.batch_execute(sql).await.unwrap_err();
        let why = told.as_db_error().map_or(refused, |error| error.message().to_owned());
        assert!(
            why.contains("append-only") || why.contains("GENERATED") || why.contains("cannot insert"),
            "{sql}: {why}"
        );
    }
    linked(&people).await;
}

/// X36: a change by somebody who may do everything in the database, with all triggers off, is found where it begins.
#[tokio::test]
async fn a_change_by_force_is_found_where_it_begins() {
    let people = People::gather().await;
    people.trade.goods(5).await;
    let links = linked(&people).await;
    let mut db = people.app().app.db.get().await.unwrap();
    let middle = links / 2;
    let id = |position: i64| format!("(SELECT audit_id FROM audit_link WHERE position = {position})");
    let changed = |column: &str, value: &str| format!("UPDATE audit SET {column} = {value} WHERE id = {}", id(middle));
    let deeds = [
        (changed("actor", "'cli'"), middle),
        (changed("at", "at + interval '1 microsecond'"), middle),
        (changed("address", "'203.0.113.9'"), middle),
        (changed("address", "NULL"), middle),
        // The first account is made at the command line, which has no address.
        (changed("address", "''").replace(&format!("= {middle})"), "= 1)"), 1),
        (changed("action", "action || ' '"), middle),
        (changed("object", "'order:none'"), middle),
        (changed("result", "'forbidden'"), middle),
        (changed("details", "details || '{\"more\": 1}'"), middle),
        (changed("actor", "action || actor"), middle),
        // A letter goes from one column to the next: the text of the row as a whole is the same.
        (changed("(actor, address)", "(actor || left(address, 1), substr(address, 2))"), middle),
        // Two records change places.
        (
            format!(
                "UPDATE audit a SET at = b.at, actor = b.actor, action = b.action, object = b.object, result = b.result,
                 details = b.details FROM audit b WHERE (a.id, b.id) IN (({0}, {1}), ({1}, {0}))",
                id(middle),
                id(middle - 1)
            ),
            middle - 1,
        ),
        (format!("UPDATE audit_link SET hash = sha256(hash) WHERE position = {middle}"), middle),
        (format!("UPDATE audit_link SET hash = sha256(hash) WHERE position = {links}"), links),
        (changed("result", "'forbidden'").replace(&format!("= {middle})"), &format!("= {links})")), links),
        (changed("result", "'forbidden'").replace(&format!("= {middle})"), "= 1)"), 1),
        (format!("DELETE FROM audit_link WHERE position = {middle}"), middle),
        ("DELETE FROM audit_link WHERE position = 1".to_owned(), 1),
        (format!("DELETE FROM audit WHERE id = {}", id(middle)), middle),
        (format!("DELETE FROM audit WHERE id >= {}", id(middle)), middle),
    ];
    for (deed, position) in deeds {
        let tx = db.transaction().await.unwrap();
        tx.batch_execute("SET LOCAL session_replication_role = replica").await.unwrap();
        let rows = tx.execute(&deed, &[]).await.unwrap_or_else(|error| panic!("{deed}: {error}"));
        assert!(rows > 0, "{deed}");
        assert_eq!(audit::verify(&tx).await.unwrap(), Verified::Broken { position }, "{deed}");
        tx.rollback().await.unwrap();
    }
    drop(db);
    // The same record is read the same by whoever lives by another clock.
    let db = people.app().app.db.get().await.unwrap();
    db.batch_execute("SET TIME ZONE 'Asia/Almaty'; SET datestyle = 'German'").await.unwrap();
    assert_eq!(audit::verify(&db).await.unwrap(), Verified::Whole { links, waiting: 0 });
    db.batch_execute("RESET ALL").await.unwrap();
    drop(db);
    assert_eq!(linked(&people).await, links, "nothing of that stayed");
    assert_eq!(people.get(None, &format!("/v1/participants/{PRODUCER}")).await.status, 401);
}
