//! The record of who did what (X36, D1.23): deeds and refusals are in it, nothing changes it, and whatever somebody
//! changes by force shows.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::platform::audit::anchor::{self, Compared};
use server::platform::audit::{self, ChainKey, Verified};
use tests::in_all_languages;
use uuid::Uuid;

use crate::codes::{PRODUCER, range};
use crate::people::People;

/// Links every record that isn't linked yet, and says how many links there are.
async fn linked(people: &People) -> i64 {
    let mut db = people.app().app.base.db.get().await.unwrap();
    let key = people.app().app.keys.audit_key();
    while audit::extend(&mut db, &key).await.unwrap() > 0 {}
    match audit::verify(&db, &key).await.unwrap() {
        Verified::Whole { links, waiting: 0, runs_back: None, .. } => links,
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
    trade
        .file(&trade.operator, "/v1/recalls", &range(order, 0, 9), json!({ "reason": in_all_languages("Glass") }))
        .await
        .expect(201);
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
        ("documents.apply", &producer, "", "done"),
        ("documents.apply", &producer, "", "out-of-order"),
        ("documents.release", &producer, "", "done"),
        ("documents.pack", &producer, "", "done"),
        ("documents.ship", &producer, "", "done"),
        ("documents.sell", &producer, "", "done"),
        ("documents.sell", &rival, "", "not-owned"),
        ("documents.return", &producer, "", "done"),
        ("documents.recall", &operator, "", "done"),
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
    for (action, atleast) in [("documents.accept", 1), ("documents.withdraw", 1), ("auth.sign-in", 8)] {
        assert!(records(&people, action).await.len() >= atleast, "{action}");
    }
    // Nothing that was secret, and no code, is in it.
    let db = people.app().app.base.db.get().await.unwrap();
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
    let db = people.app().app.base.db.get().await.unwrap();
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
    let mut db = people.app().app.base.db.get().await.unwrap();
    let key = people.app().app.keys.audit_key();
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
        assert_eq!(audit::verify(&tx, &key).await.unwrap(), Verified::Broken { position }, "{deed}");
        tx.rollback().await.unwrap();
    }
    drop(db);
    // The same record is read the same by whoever lives by another clock.
    let db = people.app().app.base.db.get().await.unwrap();
    db.batch_execute("SET TIME ZONE 'Asia/Almaty'; SET datestyle = 'German'").await.unwrap();
    let whole = audit::verify(&db, &key).await.unwrap();
    assert!(matches!(whole, Verified::Whole { links: all, waiting: 0, .. } if all == links), "{whole:?}");
    db.batch_execute("RESET ALL").await.unwrap();
    drop(db);
    assert_eq!(linked(&people).await, links, "nothing of that stayed");
    assert_eq!(people.get(None, &format!("/v1/participants/{PRODUCER}")).await.status, 401);
}

/// X47: who rules the database, but not the key, can't lay the chain anew; and who has the key, too, contradicts a head
/// that was kept elsewhere.
#[tokio::test]
async fn a_chain_that_is_laid_anew_or_cut_off_is_found_by_its_key_and_by_kept_heads() {
    let people = People::gather().await;
    people.trade.goods(5).await;
    let links = linked(&people).await;
    let app = &people.app().app;
    let key = app.keys.audit_key();
    let mut db = app.base.db.get().await.unwrap();
    let head = anchor::head(&db, app.base.clock.now()).await.unwrap().unwrap();
    assert_eq!(head.position, links);
    let kept = format!("a line of a log\n{{\"anchor\":\"{}\"}}\n", head.signed(&key));
    assert_eq!(anchor::compare(&db, &key, &kept).await.unwrap(), Compared::Agrees { anchors: 1 });

    let force = "SET session_replication_role = replica";
    db.batch_execute(force).await.unwrap();
    // A change, and the chain anew under a key of one's own.
    let change = format!("UPDATE audit SET actor = 'cli' WHERE id = {}", head.record - 1);
    assert_eq!(db.execute(&change, &[]).await.unwrap(), 1);
    db.batch_execute("DELETE FROM audit_link").await.unwrap();
    while audit::extend(&mut db, &ChainKey::new(&[9; 32])).await.unwrap() > 0 {}
    assert_eq!(audit::verify(&db, &key).await.unwrap(), Verified::Broken { position: 1 });
    // The same with the true key.
    db.batch_execute("DELETE FROM audit_link").await.unwrap();
    while audit::extend(&mut db, &key).await.unwrap() > 0 {}
    assert!(matches!(audit::verify(&db, &key).await.unwrap(), Verified::Whole { .. }));
    let compared = anchor::compare(&db, &key, &kept).await.unwrap();
    assert_eq!(compared, Compared::Differs { position: links });
    // The newest are cut off, from both tables.
    db.batch_execute(&format!(
        "DELETE FROM audit_link WHERE position > {0} - 3; DELETE FROM audit WHERE id > {1} - 3",
        links, head.record
    ))
    .await
    .unwrap();
    assert!(matches!(audit::verify(&db, &key).await.unwrap(), Verified::Whole { .. }), "the rest holds");
    assert_eq!(anchor::compare(&db, &key, &kept).await.unwrap(), Compared::CutOff { position: links });
    // A head that somebody made up.
    let forged = head.signed(&ChainKey::new(&[9; 32]));
    assert_eq!(anchor::compare(&db, &key, &forged).await.unwrap(), Compared::Unsigned { line: 1 });
}

/// X47: a record with a date of its own choice, and numbers that are missing, are told.
#[tokio::test]
async fn a_predated_record_and_missing_numbers_are_told() {
    let people = People::gather().await;
    linked(&people).await;
    let app = &people.app().app;
    let key = app.keys.audit_key();
    let mut db = app.base.db.get().await.unwrap();
    let insert =
        "INSERT INTO audit (at, actor, action, object, result) VALUES ($1, 'cli', 'codes.order', 'order:x', 'done')";
    // A transaction that was rolled back takes its number along.
    let tx = db.transaction().await.unwrap();
    tx.execute(insert, &[&Utc::now()]).await.unwrap();
    tx.rollback().await.unwrap();
    let Verified::Whole { gaps, .. } = audit::verify(&db, &key).await.unwrap() else { panic!("holds") };
    db.execute(insert, &[&(Utc::now() - chrono::TimeDelta::days(29))]).await.unwrap();
    while audit::extend(&mut db, &key).await.unwrap() > 0 {}
    let verified = audit::verify(&db, &key).await.unwrap();
    let id: i64 = db.query_one("SELECT max(id) FROM audit", &[]).await.unwrap().get(0);
    let Verified::Whole { gaps: more, runs_back, .. } = verified else { panic!("{verified:?}") };
    assert_eq!((more, runs_back), (gaps + 1, Some(id)));
    drop(db);
    let told = people.get(Some("auditor"), "/v1/audit/chain").await.expect(200).json;
    assert_eq!((&told["holds"], &told["runs_back_at"]), (&json!(false), &json!(id)), "{told}");
}

/// X47, U15: an auditor sees with one question that the chain holds, and takes its head along; a change shows.
#[tokio::test]
async fn an_auditor_sees_whether_the_chain_holds() {
    let people = People::gather().await;
    let links = linked(&people).await;
    let told = people.get(Some("auditor"), "/v1/audit/chain").await.expect(200).json;
    assert_eq!(
        (&told["holds"], &told["links"], &told["broken_at"]),
        (&json!(true), &json!(links), &Value::Null),
        "{told}"
    );
    let key = people.app().app.keys.audit_key();
    let db = people.app().app.base.db.get().await.unwrap();
    let kept = told["anchor"].as_str().unwrap();
    assert_eq!(anchor::compare(&db, &key, kept).await.unwrap(), Compared::Agrees { anchors: 1 });
    // What comes later is checked from there on.
    drop(db);
    let more = linked(&people).await;
    assert!(more > links);
    let db = people.app().app.base.db.get().await.unwrap();
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    db.execute(
        "UPDATE audit SET result = 'forbidden' WHERE id = (SELECT audit_id FROM audit_link WHERE position = $1)",
        &[&more],
    )
    .await
    .unwrap();
    db.batch_execute("RESET session_replication_role").await.unwrap();
    drop(db);
    let told = people.get(Some("auditor"), "/v1/audit/chain").await.expect(200).json;
    assert_eq!((&told["holds"], &told["broken_at"]), (&json!(false), &json!(more)), "{told}");
    for name in ["operator", "inspector", "participant", "clerk"] {
        people.get(Some(name), "/v1/audit/chain").await.expect(403);
    }
}

/// U15, wish 18: what a person would type is found: a login, a report's number, a day; actions stand in words.
#[tokio::test]
async fn an_auditor_searches_by_what_people_call_things() {
    let people = People::gather().await;
    let trade = &people.trade;
    let order = trade.goods(3).await;
    let find = async |query: &str| {
        let answer = people.get(Some("auditor"), &format!("/v1/audit?limit=100&{query}")).await.expect(200);
        answer.json["items"].as_array().unwrap().clone()
    };
    people.get(Some("rival"), "/v1/audit").await.expect(403);
    let of_rival = find("actor=rival").await;
    let told = |name: &str| {
        of_rival.iter().map(|record| record[name].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("action"), ["auth.refuse", "auth.sign-in"]);
    assert_eq!(told("actor_login"), ["rival", "rival"]);
    assert_eq!(told("action_text"), ["Was refused for want of rights", "Signed in"]);
    let of_order = find(&format!("object={order}")).await;
    assert!(!of_order.is_empty() && of_order.iter().all(|record| record["object"] == json!(format!("order:{order}"))));
    let sign_ins = find("object=rival&action=auth.sign-in").await;
    assert!(sign_ins.iter().all(|record| record["object_login"] == "rival") && sign_ins.len() == 1, "{sign_ins:?}");
    let soon = (Utc::now() + chrono::TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ");
    assert!(find(&format!("from={soon}")).await.is_empty() && !find(&format!("to={soon}")).await.is_empty());
    for edge in ["from=-4713-01-01T00:00:00Z", "to=-4713-01-01T00:00:00Z", "from=9999-12-31T23:59:59Z"] {
        let refused = people.get(Some("auditor"), &format!("/v1/audit?{edge}")).await.expect(400);
        assert_eq!(refused.slug(), "malformed-query", "{edge}");
    }
    let actions = people.get(Some("auditor"), "/v1/audit/actions").await.expect(200).json;
    let known = |action: &str| actions.as_array().unwrap().iter().any(|known| known["action"] == action);
    assert!(known("codes.order") && known("auth.sign-in") && known("reports.read-photo"), "{actions}");
    // Whoever reads the record is in it, too (X64).
    let readings = find("action=audit.read").await;
    assert!(readings.len() >= 5 && readings.iter().all(|record| record["actor_login"] == "auditor"), "{readings:?}");
}

/// Wish 18: all that the filters take, as a table and as lines for another system; kept in the record (X64).
#[tokio::test]
async fn an_auditor_takes_the_record_away_as_a_file() {
    let people = People::gather().await;
    people.trade.goods(3).await;
    let csv = people.get(Some("auditor"), "/v1/audit/export.csv?action=documents.").await.expect(200);
    assert!(csv.headers["content-disposition"].to_str().unwrap().contains("audit.csv"));
    let csv = String::from_utf8(csv.bytes).unwrap();
    let lines: Vec<&str> = csv.trim_end().split("\r\n").collect();
    assert!(lines[0].ends_with("id,at,actor,login,address,action,action_text,object,object_login,result,details"));
    assert!(lines.len() > 2 && lines[1..].iter().all(|line| line.contains("\"documents.")), "{csv}");
    let json = people.get(Some("auditor"), "/v1/audit/export.ndjson").await.expect(200);
    let text = String::from_utf8(json.bytes).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let db = people.app().app.base.db.get().await.unwrap();
    let all: i64 = db.query_one("SELECT count(*) FROM audit", &[]).await.unwrap().get(0);
    assert_eq!(i64::try_from(records.len()).unwrap(), all);
    assert!(records.windows(2).all(|pair| pair[0]["id"].as_i64() > pair[1]["id"].as_i64()));
    drop(db);
    let exported = people.get(Some("auditor"), "/v1/audit?action=audit.export").await.expect(200).json;
    assert_eq!(exported["items"].as_array().unwrap().len(), 2);
}

/// Wish 18: an action that the code writes has words in every language.
#[test]
fn every_action_in_the_code_has_words() {
    let modules =
        ["auth", "codes", "registry", "keys", "reports", "alerts", "stock", "regions", "audit", "scans", "jobs"];
    let mut known = 0;
    for (_, file, text) in crate::house::sources() {
        for module in modules {
            for rest in text.split(&format!("\"{module}.")).skip(1) {
                let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                if rest[name.len()..].starts_with('"') && !name.is_empty() {
                    let key = format!("audit-{module}-{name}");
                    assert!(locales::has(&key), "{file}: {module}.{name} needs {key} in audit.ftl of every language");
                    known += 1;
                }
            }
        }
    }
    assert!(known > 30, "{known}");
}
