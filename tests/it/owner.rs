//! The service does not own its tables: it reads and writes, appends to the audit, and can change neither tables nor what
//! was appended.

use std::time::{Duration, Instant};

use serde_json::json;
use server::platform::db;
use tests::{Stores, TestApp};

const SERVICE: &str = "tanba_service";

/// X56, X47: everything that the demo shows works under a role that owns nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_works_under_a_role_that_can_change_no_table_and_nothing_that_was_appended() {
    let stores = Stores::start("owner").await;
    // Grants are part of a database, so those of the template are in every copy.
    let template = db::pool(&stores.database_url("template_tanba"), 1).unwrap();
    template.get().await.unwrap().batch_execute(&format!("CREATE ROLE {SERVICE} LOGIN")).await.unwrap();
    db::grant_service(&template, SERVICE).await.unwrap();
    template.close();
    let as_service = |url: &str| url.replace("tanba@", &format!("{SERVICE}@"));
    let app = TestApp::start_with(&stores, |config| {
        config.demo = true;
        config.database_url = config.database_url.as_deref().map(as_service);
    })
    .await;
    assert_eq!(db::migrate(&app.app.base.db).await.unwrap(), 0, "tables that are as they must be are left alone");
    app.app.load_demo().await.unwrap();
    let worker = server::service::work::start(app.app.clone());
    let codes = app.get("/demo/codes.json").await.expect(200);
    for code in codes.json.as_array().unwrap() {
        let answer = app.post("/v1/verify", &json!({ "code": code["text"] })).await.expect(200);
        assert_eq!(answer.json["verdict"], code["expected"], "{code}");
    }
    let scan = json!({ "id": uuid::Uuid::new_v4(), "code": codes.json[0]["text"], "consent": "none",
        "taken_at": chrono::Utc::now() });
    let sent = json!({ "sent_at": chrono::Utc::now(), "items": [scan] });
    app.post("/v1/scans", &sent).await.expect(201);

    let client = app.app.base.db.get().await.unwrap();
    // The worker has done what waited, linked the audit and made the days' partitions.
    let started = Instant::now();
    loop {
        let done = "SELECT NOT EXISTS (SELECT FROM job)
            AND (SELECT count(*) FROM audit) = (SELECT count(*) FROM audit_link)
            AND (SELECT count(*) FROM pg_inherits WHERE inhparent = 'scan'::regclass) > 1";
        if client.query_one(done, &[]).await.unwrap().get(0) {
            break;
        }
        let jobs = "SELECT coalesce(string_agg(kind || ': ' || coalesce(last_error, ''), '; '), '') FROM job";
        let jobs: String = client.query_one(jobs, &[]).await.unwrap().get(0);
        assert!(started.elapsed() < Duration::from_secs(30), "{jobs}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    worker.stop().await;

    let who: String = client.query_one("SELECT current_user::text", &[]).await.unwrap().get(0);
    assert_eq!(who, SERVICE);
    for forbidden in [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit CASCADE",
        "UPDATE audit_link SET hash = ''",
        "DELETE FROM audit_link",
        "DELETE FROM key_list",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_append_only ON audit",
        "DROP TABLE audit CASCADE",
        "DROP TABLE segment",
        "ALTER TABLE segment DROP COLUMN version",
        "CREATE TABLE mine (a int)",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "UPDATE refinery_schema_history SET version = 1",
        "SELECT grant_service('tanba_service')",
        "COPY audit TO PROGRAM 'cat'",
    ] {
        let error = client.batch_execute(forbidden).await.expect_err(forbidden);
        let code = error.code().map(tokio_postgres::error::SqlState::code);
        assert_eq!(code, Some("42501"), "{forbidden}: {error}");
    }
    drop(client);
    app.stop().await;
}

/// X56: a service whose tables are older than it says what to do, and does not go on.
#[tokio::test]
async fn a_role_that_may_not_migrate_says_who_has_to() {
    let stores = Stores::start("older").await;
    let owner = db::pool(&stores.database_url("template_tanba"), 1).unwrap();
    let client = owner.get().await.unwrap();
    client.batch_execute("CREATE ROLE tanba_later LOGIN").await.unwrap();
    drop(client);
    db::grant_service(&owner, "tanba_later").await.unwrap();
    let later = stores.database_url("template_tanba").replace("tanba@", "tanba_later@");
    let later = db::pool(&later, 1).unwrap();
    assert_eq!(db::migrate(&later).await.unwrap(), 0);
    let newest =
        "DELETE FROM refinery_schema_history WHERE version = (SELECT max(version) FROM refinery_schema_history)";
    owner.get().await.unwrap().batch_execute(newest).await.unwrap();
    let refused = db::migrate(&later).await.unwrap_err().to_string();
    assert!(refused.contains("tanba migrate --grant-to"), "{refused}");
}
