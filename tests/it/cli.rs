//! The command line as a process of its own, beside a service on the same register: the audit held to heads that were kept
//! elsewhere, and inputs that mean nothing.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use chrono::Utc;
use locales::Language;
use serde_json::{Value, json};
use server::platform::audit::{self, ChainKey, anchor};
use server::service::work;
use tests::{TestApp, shared_stores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::extremes::{NUMBERS, TEXTS, TIMES, extremes, places};
use crate::people::People;

/// What a command has said, and its exit code.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

/// Runs the program on the register of a test's service.
async fn tanba(app: &TestApp, arguments: &[&str], input: &[u8]) -> Said {
    let config = &app.app.base.config;
    let mut child = Command::new(env!("CARGO_BIN_EXE_tanba-under-test"))
        .args(arguments)
        .env_clear()
        .env("TANBA_LANG", "en")
        .env("TANBA_DATA_DIR", &config.data_dir)
        .env("TANBA_DATABASE_URL", config.database_url.as_deref().unwrap())
        .env("TANBA_REDIS_URL", config.redis_url.as_deref().unwrap())
        .env("TANBA_REDIS_PREFIX", &config.redis_prefix)
        .env("TANBA_DATABASE_CONNECTIONS", "2")
        .env("RUST_LOG", "off")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // A command that reads nothing closes its input.
    let _ = child.stdin.take().unwrap().write_all(input).await;
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("what it says is UTF-8");
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn words(key: &str, name: &str, number: i64) -> String {
    locales::say(Language::En, key, &[(name, number.into())])
}

/// Takes one request and answers it; returns what it said.
async fn answer_one(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    loop {
        let mut piece = [0; 4_096];
        let read = stream.read(&mut piece).await.unwrap();
        text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        let length =
            text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
        if read == 0 || body.is_some() && body >= length {
            break;
        }
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    text
}

/// X47: a worker signs the head of the chain and keeps it in a file and at an address; the command line holds the chain to
/// what was kept, and finds each way in which it was changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_kept_in_a_file_and_at_an_address_and_the_command_line_holds_the_chain_to_them() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/anchors", receiver.local_addr().unwrap());
    let app = TestApp::start_with(shared_stores().await, |config| {
        config.audit_anchor_file = Some(config.data_dir.join("anchors"));
        config.audit_anchor_url = Some(url);
    })
    .await;
    let file = app.app.base.config.audit_anchor_file.clone().unwrap();
    std::fs::create_dir_all(&app.app.base.config.data_dir).unwrap();
    // The first records: the keys that were made at the start.
    work::settle(&app.app).await.unwrap();
    let worker = work::start(app.app.clone());
    let sent = tokio::time::timeout(Duration::from_secs(30), answer_one(&receiver, "HTTP/1.1 204 Gone\r\n\r\n"));
    let sent = sent.await.expect("a head is sent");
    worker.stop().await;
    let kept = std::fs::read_to_string(&file).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    let body: Value = serde_json::from_str(sent.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, json!({ "anchor": kept.trim_end() }), "the same word at both");
    assert!(kept.starts_with("tanba-anchor:v1:"));

    let verify =
        async |file: &PathBuf| tanba(&app, &["audit", "verify", "--anchor", file.to_str().unwrap()], b"").await;
    let key = app.app.keys.audit_key();
    let mut db = app.app.base.db.get().await.unwrap();
    let before = anchor::head(&db, Utc::now()).await.unwrap().unwrap();
    // A log with lines of other programs, one of them in no encoding at all.
    let log = file.with_extension("log");
    std::fs::write(&log, [b"\xff\xfe\x00 noise\n".as_slice(), kept.as_bytes()].concat()).unwrap();
    for file in [&file, &log] {
        let said = verify(file).await.expect(0);
        assert!(said.out.contains(&words("cli-audit-anchors-agree", "count", 1)), "{}", said.out);
        assert!(said.out.contains(&words("cli-audit-holds", "count", before.position)), "{}", said.out);
        assert!(!said.out.contains(&words("cli-audit-gaps", "count", 1)), "{}", said.out);
    }

    // A number that is missing is told, and is no break: a transaction that was rolled back leaves one, too.
    let insert =
        "INSERT INTO audit (at, actor, action, object, result) VALUES ($1, 'cli', 'codes.order', 'order:x', 'done')";
    let tx = db.transaction().await.unwrap();
    tx.execute(insert, &[&Utc::now()]).await.unwrap();
    tx.rollback().await.unwrap();
    db.execute(insert, &[&Utc::now()]).await.unwrap();
    let said = verify(&file).await.expect(0);
    assert!(said.out.contains(&words("cli-audit-gaps", "count", 1)), "{}", said.out);

    // A record with a date of its own choice runs back.
    db.execute(insert, &[&(Utc::now() - chrono::TimeDelta::days(29))]).await.unwrap();
    let id: i64 = db.query_one("SELECT max(id) FROM audit", &[]).await.unwrap().get(0);
    let said = verify(&file).await.expect(1);
    assert!(said.err.contains(&words("cli-audit-runs-back", "record", id)), "{}", said.err);
    assert!(said.out.contains(&words("cli-audit-anchors-agree", "count", 1)), "{}", said.out);

    // A head that this register's key did not sign.
    let forged = file.with_extension("forged");
    std::fs::write(&forged, format!("a line\n{}\n", before.signed(&ChainKey::new(&[9; 32])))).unwrap();
    let said = verify(&forged).await.expect(1);
    assert!(said.err.contains(&words("cli-audit-unsigned", "line", 2)), "{}", said.err);
    let missing = verify(&file.with_extension("none")).await.expect(1);
    assert!(missing.err.contains("anchors.none"), "{}", missing.err);

    // The chain computed anew with the true key after a change, then its newest records cut off.
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    let change = format!("UPDATE audit SET actor = 'public' WHERE id = {}; DELETE FROM audit_link", before.record);
    db.batch_execute(&change).await.unwrap();
    while audit::extend(&mut db, &key).await.unwrap() > 0 {}
    let said = verify(&file).await.expect(1);
    assert!(said.err.contains(&words("cli-audit-differs", "record", before.position)), "{}", said.err);
    let cut = format!(
        "DELETE FROM audit_link WHERE position >= {}; DELETE FROM audit WHERE id >= {}",
        before.position, before.record
    );
    db.batch_execute(&cut).await.unwrap();
    let said = verify(&file).await.expect(1);
    assert!(said.err.contains(&words("cli-audit-cut-off", "record", before.position)), "{}", said.err);
    let break_first =
        "UPDATE audit SET result = 'forbidden' WHERE id = (SELECT audit_id FROM audit_link WHERE position = 1)";
    db.batch_execute(break_first).await.unwrap();
    let said = verify(&file).await.expect(1);
    assert!(said.err.contains(&words("cli-audit-broken", "record", 1)), "{}", said.err);
    db.batch_execute("RESET ALL").await.unwrap();
    drop(db);
    app.stop().await;
}

/// X47: a receiver of heads that fails, or sends the register elsewhere, is an error that the chore reports, and is not
/// followed.
#[tokio::test]
async fn a_receiver_of_heads_that_fails_or_leads_elsewhere_is_an_error() {
    let (receiver, other) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let elsewhere =
        format!("HTTP/1.1 307 T\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n", other.local_addr().unwrap());
    for answer in ["HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", &elsewhere] {
        let (sent, heard) = tokio::join!(anchor::send_to(&url, "tanba-anchor:v1:1"), answer_one(&receiver, answer));
        assert!(sent.is_err() && heard.contains("tanba-anchor:v1:1"), "{answer}");
    }
    let led = tokio::time::timeout(Duration::from_millis(100), other.accept()).await;
    assert!(led.is_err(), "nobody is asked there");
    drop(receiver);
    assert!(anchor::send_to(&url, "tanba-anchor:v1:1").await.is_err(), "nobody listens");
}

const REGIONS: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"kato":"750000000","name_kk":"Алматы","name_ru":"Алматы","name_en":"Almaty","other":7},
    "geometry":{"type":"MultiPolygon","coordinates":[[[[70,40,0],[82,40,0],[82,46,0],[70,46,0],[70,40,0]]]]}}]}"#;

/// X61, X62: boundaries with extremes in any place are refused, or imported so that every later step goes on.
#[tokio::test]
async fn boundaries_with_any_extreme_are_refused_or_imported_whole() {
    let app = TestApp::start().await;
    let whole: Value = serde_json::from_str(REGIONS).unwrap();
    let mut all = Vec::new();
    places(&whole, "", &mut all);
    let (mut refused, mut imported) = (0, 0);
    for place in all {
        for extreme in extremes(whole.pointer(&place).unwrap()) {
            let mut bent = whole.clone();
            *bent.pointer_mut(&place).unwrap() = json!("@extreme@");
            let text = bent.to_string().replacen("\"@extreme@\"", &extreme, 1);
            let Ok(regions) = server::regions::read(&text) else {
                refused += 1;
                continue;
            };
            imported += 1;
            let done = app.app.regions.import(&app.app.base, &regions).await;
            assert!(done.is_ok(), "{place} = {extreme:.60}: {done:?}");
            app.app.regions.load(&app.app.base.db).await.unwrap();
        }
    }
    assert!(refused > 200 && imported > 50, "{refused} {imported}");
    // Shapes that are no area, and members that are nested beyond measure.
    for (coordinates, is_taken) in [
        ("[]", false),
        ("[[]]", false),
        ("[[[]]]", false),
        ("[[[[70,40],[70,40],[70,40]]]]", false),
        ("[[[[70,40],[70,40],[70,40],[70,40]]]]", true),
        ("[[[[180,90],[-180,90],[-180,-90],[180,-90]]]]", true),
        ("[[[[180.0000001,90],[-180,90],[-180,-90],[180,-90]]]]", false),
        ("[[[[70,40],[82,46],[82,40],[70,46],[70,40]]]]", true),
        ("[[[[70,40,\"\\u0000\"],[82,40],[82,46],[70,46],[70,40]]]]", true),
    ] {
        let shape = format!("{{\"type\":\"MultiPolygon\",\"note\":\"\\u0000\",\"coordinates\":{coordinates}}}");
        let text = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"properties\":{{\"kato\":\"750000000\"}},\"geometry\":{shape}}}]}}"
        );
        let read = server::regions::read(&text);
        assert_eq!(read.is_ok(), is_taken, "{coordinates}");
        if let Ok(regions) = read {
            app.app.regions.import(&app.app.base, &regions).await.unwrap();
        }
    }
    let deep = format!("{{\"features\":[{{\"properties\":{}1{}}}]}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert!(server::regions::read(&deep).is_err());
    // After all of that a scan of a place, and the real boundaries, are as ever.
    crate::alerts::import(&app).await;
    let scan = crate::alerts::scan(Utc::now(), "4006381333931", 1, 0, crate::alerts::ALMATY);
    crate::alerts::send(&app, &[scan]).await;
    let db = app.app.base.db.get().await.unwrap();
    let region: Option<String> = db.query_one("SELECT region FROM scan", &[]).await.unwrap().get(0);
    assert_eq!(region.as_deref(), Some("750000000"));
}

/// X61, X62, X40: arguments, files and lines that mean nothing are refused in words; nothing panics, and no store is asked
/// for what it cannot hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_answers_extremes_in_words() {
    let people = People::gather().await;
    let app = people.app();
    let long = "9".repeat(20_000);
    // An argument holds no NUL.
    let texts: Vec<&str> = [NUMBERS[0], NUMBERS[6], TIMES[0], &*long]
        .into_iter()
        .chain(TEXTS.into_iter().filter(|text| !text.contains('\0')))
        .collect();
    let folder = app.app.base.config.data_dir.join("inputs");
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let files: Vec<String> =
        [b"".as_slice(), b"\0", b"{}", b"\xff\xfe", deep.as_bytes(), long.as_bytes(), b"{\"list\":\"\\u0000\"}"]
            .into_iter()
            .zip(0..)
            .map(|(bytes, number)| {
                let path = path(&number.to_string());
                std::fs::write(&path, bytes).unwrap();
                path
            })
            .chain([path("none"), folder.to_str().unwrap().to_owned()])
            .collect();
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for text in &texts {
        commands.push(vec!["account", "disable", "--", text]);
        commands.push(vec!["account", "add", "--role", "inspector", "--region", "750000000", "--", text]);
        commands.push(vec!["keys", "revoke", "--", text]);
    }
    for text in [&long, TEXTS[6], "-1"] {
        commands.push(vec!["account", "add", "new.inspector", "--role=inspector", "--region", text]);
        commands.push(vec!["account", "add", "new.clerk", "--role=clerk", "--participant", text]);
        commands.push(vec!["keys", "publish", &files[2], "--root", text]);
        commands.push(vec!["decode", &files[0], "--budget-ms", text]);
        commands.push(vec!["serve", "--lan", text]);
    }
    for file in &files {
        commands.push(vec!["regions", "import", file]);
        commands.push(vec!["audit", "verify", "--anchor", file]);
        commands.push(vec!["keys", "publish", file, "--root", "00"]);
        commands.push(vec!["keys", "sign", "--root", file, "--list", &files[2]]);
        commands.push(vec!["decode", file]);
    }
    let mut refused = 0;
    for arguments in &commands {
        let said = tanba(app, arguments, b"harness-of-nine-horses\n").await;
        let shown: Vec<String> = arguments.iter().map(|one| format!("{one:.40}")).collect();
        let all = format!("{}{}", said.out, said.err);
        assert!(matches!(said.code, Some(0..=2)), "{shown:?}: {:?} {all:.600}", said.code);
        for fault in ["panicked", "db error", "error serializing", "invalid byte sequence"] {
            assert!(!all.contains(fault), "{shown:?}: {all:.600}");
        }
        if said.code != Some(0) {
            refused += 1;
            assert!(!said.err.trim().is_empty() || arguments[0] == "decode", "{shown:?} is refused without a word");
        }
    }
    assert!(refused > 60, "{refused} of {}", commands.len());
    // Lines of texts to be read: one answer each.
    let lines: Vec<String> = extremes(&json!("text")).into_iter().chain([deep]).collect();
    let said = tanba(app, &["parse"], (lines.join("\n") + "\n").as_bytes()).await.expect(0);
    let answers: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    assert!(answers.iter().all(|answer| answer["ok"].is_boolean()));
    // Nothing of it has changed what people see.
    people.get(Some("operator"), "/v1/accounts").await.expect(200);
    people.get(Some("auditor"), "/v1/audit?limit=100").await.expect(200);
}
