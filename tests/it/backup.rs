//! Backups that only their holder opens, and reports that stay erased when an older state is restored.

use std::fs;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use server::backup;
use server::platform::clock::Clock;
use server::platform::config::Config;
use tests::{Answer, Stores, TestApp};
use uuid::Uuid;

const WORDS: &str = "Маған бұл қорап жалған сияқты көрінеді";

fn photo() -> Vec<u8> {
    let shade = |at: u32| u8::try_from(at * 3 % 256).unwrap();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(64, 48, |x, y| Rgb([shade(x), shade(y), 90])).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

async fn report(app: &TestApp) -> Answer {
    let part = Part::bytes(photo()).file_name("a.jpg").mime_str("image/jpeg").unwrap();
    let form =
        Form::new().text("id", Uuid::new_v4().to_string()).text("category", "expired-goods").text("words", WORDS);
    let form = form.part("photo", part);
    app.send(app.request(Method::POST, "/v1/reports").multipart(form)).await.expect(201)
}

async fn take_back(app: &TestApp, report: &Answer) {
    let path = format!("/v1/reports/{}", report.json["number"].as_str().unwrap());
    let request =
        app.request(Method::DELETE, &path).header("Tanba-Report-Token", report.json["token"].as_str().unwrap());
    app.send(request).await.expect(204);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

async fn counts(app: &TestApp) -> (i64, i64, i64) {
    let row = "SELECT count(*) FILTER (WHERE words <> ''), count(*) FILTER (WHERE deleted_at IS NOT NULL),
                      (SELECT count(*) FROM report_photo) FROM report";
    let row = app.app.base.db.get().await.unwrap().query_one(row, &[]).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}

/// X56: backup, then a report is taken back, then the backup is restored: the report and its photo are gone again; all else
/// is there; and nothing of it can be read in the backup.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_was_taken_back_after_the_backup_is_gone_again_after_the_restore() {
    let stores = Stores::start("backup").await;
    let app = TestApp::start_on(&stores).await;
    let (kept, gone) = (report(&app).await, report(&app).await);
    server::service::work::settle(&app.app).await.unwrap();
    let (key, folder) = (stores.folder.join("backup.key"), stores.folder.join("backups"));
    fs::create_dir_all(&folder).unwrap();
    let recipient = backup::create_identity(&key).unwrap();
    assert!(backup::create_identity(&key).is_err(), "an identity is never written over");
    let now = app.app.base.clock.now();
    let (made, manifest) = backup::create(&app.app.base.config, &[recipient], &folder, now).await.unwrap();
    assert_eq!((manifest.photos, manifest.files.len()), (2, 2));
    for file in files(&made) {
        let bytes = fs::read(&file).unwrap();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(!holds(WORDS.as_bytes()) && !holds(b"PGDMP") && !holds(b"JFIF"), "{}", file.display());
    }

    take_back(&app, &gone).await;
    server::service::work::settle(&app.app).await.unwrap();
    assert_eq!(counts(&app).await, (1, 1, 1));

    // Another machine: an empty database, no photos. Only the list of erasures was kept elsewhere.
    let name = format!("{}_again", app.database);
    let client = app.app.base.db.get().await.unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    drop(client);
    let mut config = Config::clone(&app.app.base.config);
    let erasures = config.data_dir.join("erasures");
    config.data_dir = stores.folder.join(&name);
    config.database_url = Some(stores.database_url(&name));
    fs::create_dir_all(&config.data_dir).unwrap();
    fs::copy(app.app.base.config.data_dir.join("master.key"), config.data_dir.join("master.key")).unwrap();
    let copied = std::process::Command::new("cp").arg("-a").arg(&erasures).arg(&config.data_dir).status().unwrap();
    assert!(copied.success());
    let stranger = backup::Identity::new();
    assert!(backup::restore(&config, &made, stranger).await.is_err(), "only its holder opens it");
    backup::restore(&config, &made, backup::read_identity(&key).unwrap()).await.unwrap();
    assert!(
        backup::restore(&config, &made, backup::read_identity(&key).unwrap()).await.is_err(),
        "not over a register"
    );
    let again = TestApp::over(config, name, Clock::default()).await;
    assert_eq!(counts(&again).await, (2, 0, 2), "as it was");
    assert_eq!(files(&again.app.base.config.data_dir.join("photos")).len(), 2);
    // What the worker does at its start.
    assert_eq!(server::reports::keep_erased(&again.app.reports).await.unwrap(), 1);
    server::service::work::settle(&again.app).await.unwrap();
    assert_eq!(counts(&again).await, (1, 1, 1));
    assert_eq!(files(&again.app.base.config.data_dir.join("photos")).len(), 1);
    assert_eq!(server::reports::keep_erased(&again.app.reports).await.unwrap(), 0, "once");
    for (report, words) in [(&kept, json!(WORDS)), (&gone, json!(""))] {
        let path = format!("/v1/reports/{}", report.json["number"].as_str().unwrap());
        let token = report.json["token"].as_str().unwrap();
        let read = again.send(again.request(Method::GET, &path).header("Tanba-Report-Token", token)).await.expect(200);
        let shown = read.json.get("words").cloned().unwrap_or(json!(""));
        assert_eq!(shown, words, "{}", read.json);
    }
    again.stop().await;
    app.stop().await;
}

/// X56: the same where PostgreSQL itself was put back, on the same machine: its log is shorter than it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_is_further_back_than_it_was_is_a_restored_one() {
    let stores = Stores::start("further-back").await;
    let app = TestApp::start_on(&stores).await;
    let gone = report(&app).await;
    server::service::work::settle(&app.app).await.unwrap();
    assert_eq!(server::reports::keep_erased(&app.app.reports).await.unwrap(), 0);
    take_back(&app, &gone).await;
    server::service::work::settle(&app.app).await.unwrap();
    // As if the erasure had not happened, and the log had not come that far.
    let client = app.app.base.db.get().await.unwrap();
    client
        .batch_execute("UPDATE report SET deleted_at = NULL, closed_at = NULL, words = 'x', status = 'received'")
        .await
        .unwrap();
    assert_eq!(server::reports::keep_erased(&app.app.reports).await.unwrap(), 0, "nothing was restored");
    let state = app.app.base.config.data_dir.join("erasures/state.json");
    let mut noted: serde_json::Value = serde_json::from_slice(&fs::read(&state).unwrap()).unwrap();
    noted["log_end"] = json!(noted["log_end"].as_i64().unwrap() + (1 << 40));
    fs::write(&state, noted.to_string()).unwrap();
    assert_eq!(server::reports::keep_erased(&app.app.reports).await.unwrap(), 1);
    assert_eq!(counts(&app).await, (0, 1, 0));
    drop(client);
    app.stop().await;
}
